//! RTP congestion control feedback (RFC 8888): per stream, which packets arrived and when.

use crate::wire::{ParseError, Reader};

/// An RFC 8888 feedback message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ccfb<'a> {
    /// When the report was made: the middle 32 bits of an NTP time.
    pub report_timestamp: u32,
    blocks: &'a [u8],
    offset: usize,
}

/// The packets of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CcfbBlock<'a> {
    /// The stream.
    pub ssrc: u32,
    /// Sequence number of the first packet described.
    pub begin_sequence: u16,
    metrics: &'a [[u8; 2]],
    /// The block's bytes.
    pub bytes: &'a [u8],
}

/// What is reported of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CcfbMetric {
    /// RTP sequence number.
    pub sequence: u16,
    /// Whether it arrived.
    pub received: bool,
    /// ECN bits of its IP header.
    pub ecn: u8,
    /// Arrival time before the report timestamp in units of 1/1024 s, 13 bits: 0x1ffe means more
    /// than that, 0x1fff unknown.
    pub arrival_offset: u16,
}

impl<'a> Ccfb<'a> {
    pub(super) fn parse(r: &mut Reader<'a>) -> Result<Self, ParseError> {
        let offset = r.offset();
        let Some(length) = r.left().checked_sub(4) else {
            return Err(ParseError::truncated(
                "report timestamp",
                offset,
                4,
                r.left(),
            ));
        };
        let blocks = r.take(length, "report blocks")?;
        Ok(Self {
            report_timestamp: r.u32("report timestamp")?,
            blocks,
            offset,
        })
    }

    /// The blocks, one per stream; an `Err` is the last item.
    pub fn blocks(&self) -> CcfbBlocks<'a> {
        CcfbBlocks {
            reader: Reader::at(self.blocks, self.offset),
        }
    }
}

/// Walks the blocks of an RFC 8888 feedback message.
#[derive(Clone, Debug)]
pub struct CcfbBlocks<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for CcfbBlocks<'a> {
    type Item = Result<CcfbBlock<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let block = self.read();
        if block.is_err() {
            self.reader.rest();
        }
        Some(block)
    }
}

impl<'a> CcfbBlocks<'a> {
    fn read(&mut self) -> Result<CcfbBlock<'a>, ParseError> {
        let whole = self.reader.peek_rest();
        let ssrc = self.reader.u32("SSRC of block")?;
        let begin_sequence = self.reader.u16("begin_seq")?;
        let count = usize::from(self.reader.u16("num_reports")?);
        let metrics = self.reader.take(2 * count, "packet metrics")?;
        // An odd number of metrics is padded to 32 bits.
        let padding = 2 * (count % 2);
        self.reader.skip(padding, "padding")?;
        Ok(CcfbBlock {
            ssrc,
            begin_sequence,
            metrics: metrics.as_chunks().0,
            bytes: crate::wire::part(whole, 0..8 + 2 * count + padding),
        })
    }
}

impl<'a> CcfbBlock<'a> {
    /// Number of packets described.
    pub fn len(&self) -> usize {
        self.metrics.len()
    }

    /// Whether no packet is described.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty()
    }

    /// The packets in order.
    pub fn metrics(&self) -> impl Iterator<Item = CcfbMetric> + use<'a> {
        let begin = self.begin_sequence;
        self.metrics.iter().enumerate().map(move |(i, bytes)| {
            let word = u16::from_be_bytes(*bytes);
            CcfbMetric {
                sequence: begin.wrapping_add(i as u16),
                received: word & 0x8000 != 0,
                ecn: ((word >> 13) & 3) as u8,
                arrival_offset: word & 0x1fff,
            }
        })
    }
}
