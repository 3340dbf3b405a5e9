//! Transport-wide congestion control feedback: which packets arrived, and when.
//!
//! draft-holmer-rmcat-transport-wide-cc-extensions-01. Run-length chunks let 90 bytes describe
//! 65 535 packets, so statuses are iterated and never collected.

use crate::wire::{ParseError, Reader, part};

/// A transport-cc feedback message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportCc<'a> {
    /// Transport-wide sequence number of the first packet described.
    pub base_sequence: u16,
    /// Number of packets described, as claimed.
    pub status_count: u16,
    /// Base of the arrival times in units of 64 ms, 24 bits signed, since an epoch of the receiver.
    pub reference_time: i32,
    /// Counts feedback messages, so that lost ones are noticed.
    pub feedback_count: u8,
    /// The fields above.
    pub(super) header: &'a [u8],
    /// Packet status chunks and receive deltas.
    pub(super) chunks_and_deltas: &'a [u8],
    offset: usize,
}

/// What one status symbol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwccSymbol {
    /// The packet did not arrive.
    NotReceived,
    /// It arrived, 0 to 63.75 ms after the one before.
    SmallDelta,
    /// It arrived, earlier than the one before or more than 63.75 ms after it.
    LargeDelta,
    /// A value the draft reserves; libwebrtc takes it for arrived, without a time.
    Reserved,
}

/// The status of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwccStatus {
    /// Transport-wide sequence number.
    pub sequence: u16,
    /// Whether and how it arrived.
    pub symbol: TwccSymbol,
    /// Arrival time in units of 250 µs since the receiver's epoch; `None` when it did not arrive
    /// or the deltas ended early.
    pub arrival: Option<i64>,
}

impl<'a> TransportCc<'a> {
    pub(super) fn parse(r: &mut Reader<'a>) -> Result<Self, ParseError> {
        let whole = r.peek_rest();
        let base_sequence = r.u16("base sequence number")?;
        let status_count = r.u16("packet status count")?;
        let reference = r.u24("reference time")?;
        let feedback_count = r.u8("feedback packet count")?;
        Ok(Self {
            base_sequence,
            status_count,
            // Shifting up and down again extends the sign of the 24 bits.
            reference_time: ((reference << 8) as i32) >> 8,
            feedback_count,
            header: part(whole, 0..8),
            offset: r.offset(),
            chunks_and_deltas: r.rest(),
        })
    }

    /// The statuses in order; at most `status_count`, fewer when the chunks end early.
    pub fn statuses(&self) -> TwccStatuses<'a> {
        let (chunks, deltas) = self.split();
        TwccStatuses {
            sequence: self.base_sequence,
            left: self.status_count,
            chunk: Chunk::default(),
            chunks,
            deltas: Reader::new(deltas),
            clock: Some(i64::from(self.reference_time) * 256),
        }
    }

    /// How many packets arrived and how many did not, by the chunks alone: work by their number,
    /// and not by that of the packets they claim to describe. A reserved symbol counts as arrived.
    pub fn tally(&self) -> (u64, u64) {
        let (mut arrived, mut missing) = (0, 0);
        let mut left = self.status_count;
        for chunk in self.split().0 {
            let mut chunk = Chunk::read(*chunk);
            let described = chunk.left.min(left);
            let lost = match chunk.run() {
                Some(TwccSymbol::NotReceived) => described,
                Some(_) => 0,
                None => (0..described)
                    .map(|_| u16::from(chunk.next() == Some(TwccSymbol::NotReceived)))
                    .sum(),
            };
            missing += u64::from(lost);
            arrived += u64::from(described - lost);
            left -= described;
        }
        (arrived, missing)
    }

    /// What is wrong with the chunks or deltas, if anything.
    pub fn problem(&self) -> Option<ParseError> {
        let (chunks, deltas) = self.split();
        let described: usize = chunks
            .iter()
            .map(|c| usize::from(Chunk::read(*c).left))
            .sum();
        let count = usize::from(self.status_count);
        if described < count {
            return Some(ParseError::truncated(
                "packet status chunks",
                self.offset,
                count,
                described,
            ));
        }
        let mut wanted = 0;
        let mut left = self.status_count;
        for chunk in chunks {
            let mut chunk = Chunk::read(*chunk);
            if let Some(symbol) = chunk.run() {
                wanted += delta_len(symbol) * usize::from(chunk.left.min(left));
                left = left.saturating_sub(chunk.left);
                continue;
            }
            while left > 0 {
                let Some(symbol) = chunk.next() else { break };
                wanted += delta_len(symbol);
                left -= 1;
            }
        }
        let at = self.offset + 2 * chunks.len();
        (wanted > deltas.len())
            .then(|| ParseError::truncated("receive deltas", at, wanted, deltas.len()))
    }

    /// Splits chunks from deltas: chunks go on until they describe `status_count` packets.
    fn split(&self) -> (&'a [[u8; 2]], &'a [u8]) {
        let (words, _) = self.chunks_and_deltas.as_chunks::<2>();
        let mut described = 0usize;
        let chunks = words
            .iter()
            .take_while(|word| {
                let more = described < usize::from(self.status_count);
                described += usize::from(Chunk::read(**word).left);
                more
            })
            .count();
        let (chunks, _) = words.split_at(chunks.min(words.len()));
        let deltas = part(
            self.chunks_and_deltas,
            2 * chunks.len()..self.chunks_and_deltas.len(),
        );
        (chunks, deltas)
    }
}

fn delta_len(symbol: TwccSymbol) -> usize {
    match symbol {
        TwccSymbol::SmallDelta => 1,
        TwccSymbol::LargeDelta => 2,
        TwccSymbol::NotReceived | TwccSymbol::Reserved => 0,
    }
}

/// A packet status chunk that is being read: symbols of `width` bits, most significant first;
/// `width` 0 repeats the same two bits.
#[derive(Clone, Copy, Debug, Default)]
struct Chunk {
    symbols: u16,
    width: u8,
    left: u16,
}

impl Chunk {
    fn read(bytes: [u8; 2]) -> Self {
        let word = u16::from_be_bytes(bytes);
        match word >> 14 {
            0 | 1 => Self {
                symbols: word << 1,
                width: 0,
                left: word & 0x1fff,
            },
            2 => Self {
                symbols: word << 2,
                width: 1,
                left: 14,
            },
            _ => Self {
                symbols: word << 2,
                width: 2,
                left: 7,
            },
        }
    }

    /// The symbol of a run-length chunk.
    fn run(&self) -> Option<TwccSymbol> {
        (self.width == 0).then(|| symbol(self.symbols >> 14))
    }

    fn next(&mut self) -> Option<TwccSymbol> {
        self.left = self.left.checked_sub(1)?;
        let bits = match self.width {
            1 => self.symbols >> 15,
            _ => self.symbols >> 14,
        };
        self.symbols <<= self.width;
        Some(symbol(bits))
    }
}

fn symbol(bits: u16) -> TwccSymbol {
    match bits {
        0 => TwccSymbol::NotReceived,
        1 => TwccSymbol::SmallDelta,
        2 => TwccSymbol::LargeDelta,
        _ => TwccSymbol::Reserved,
    }
}

/// Walks the packet statuses of a feedback message.
#[derive(Clone, Debug)]
pub struct TwccStatuses<'a> {
    sequence: u16,
    left: u16,
    chunk: Chunk,
    chunks: &'a [[u8; 2]],
    deltas: Reader<'a>,
    /// Arrival time of the last packet that arrived; `None` once a delta was missing.
    clock: Option<i64>,
}

impl Iterator for TwccStatuses<'_> {
    type Item = TwccStatus;

    fn next(&mut self) -> Option<TwccStatus> {
        if self.left == 0 {
            return None;
        }
        let symbol = loop {
            if let Some(symbol) = self.chunk.next() {
                break symbol;
            }
            let (first, rest) = self.chunks.split_first()?;
            self.chunk = Chunk::read(*first);
            self.chunks = rest;
        };
        self.left -= 1;
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        let delta = match symbol {
            TwccSymbol::SmallDelta => Some(self.deltas.u8("delta").map(i64::from)),
            TwccSymbol::LargeDelta => Some(self.deltas.u16("delta").map(|d| i64::from(d as i16))),
            TwccSymbol::NotReceived | TwccSymbol::Reserved => None,
        };
        let arrival = delta.and_then(|delta| {
            self.clock = match (self.clock, delta) {
                (Some(clock), Ok(delta)) => Some(clock + delta),
                _ => None,
            };
            self.clock
        });
        Some(TwccStatus {
            sequence,
            symbol,
            arrival,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(usize::from(self.left)))
    }
}
