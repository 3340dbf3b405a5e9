//! Sender and receiver reports and their report blocks (RFC 3550).

use crate::wire::{ParseError, Reader};

const BLOCK_LEN: usize = 24;

/// SR: what a sender sent, and what it received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderReport<'a> {
    /// The sender.
    pub ssrc: u32,
    /// Wall clock when the report was sent: NTP format, 32.32 bits, seconds since 1900.
    pub ntp: u64,
    /// The same moment on the RTP clock of the stream.
    pub rtp_timestamp: u32,
    /// RTP packets sent since the stream began.
    pub packet_count: u32,
    /// Payload bytes sent since the stream began, without headers and padding.
    pub octet_count: u32,
    /// Reception reports.
    pub blocks: ReportBlocks<'a>,
}

/// RR: what a participant received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiverReport<'a> {
    /// The reporter.
    pub ssrc: u32,
    /// Reception reports.
    pub blocks: ReportBlocks<'a>,
}

/// The report blocks of an SR or RR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlocks<'a> {
    blocks: &'a [[u8; BLOCK_LEN]],
    /// What follows the blocks: profile-specific extensions.
    pub extension: &'a [u8],
}

/// What was received from one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock<'a> {
    /// The source reported on.
    pub ssrc: u32,
    /// Share of packets lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since reception began, 24 bits signed: duplicates can make it negative.
    pub cumulative_lost: i32,
    /// Highest sequence number received, with its count of cycles in the upper 16 bits.
    pub highest_sequence: u32,
    /// Interarrival jitter in units of the RTP clock.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last SR received from the source; 0 for none.
    pub last_sr: u32,
    /// Delay since that SR in units of 1/65536 seconds.
    pub delay_since_last_sr: u32,
    /// The block's bytes.
    pub bytes: &'a [u8],
}

impl<'a> SenderReport<'a> {
    pub(super) fn parse(r: &mut Reader<'a>, count: u8) -> Result<Self, ParseError> {
        Ok(Self {
            ssrc: r.u32("SSRC of sender")?,
            ntp: r.u64("NTP timestamp")?,
            rtp_timestamp: r.u32("RTP timestamp")?,
            packet_count: r.u32("sender's packet count")?,
            octet_count: r.u32("sender's octet count")?,
            blocks: ReportBlocks::parse(r, count)?,
        })
    }

    /// The middle 32 bits of the NTP timestamp, as report blocks quote them in `last_sr`.
    pub fn ntp_middle(&self) -> u32 {
        (self.ntp >> 16) as u32
    }
}

impl<'a> ReceiverReport<'a> {
    pub(super) fn parse(r: &mut Reader<'a>, count: u8) -> Result<Self, ParseError> {
        Ok(Self {
            ssrc: r.u32("SSRC of packet sender")?,
            blocks: ReportBlocks::parse(r, count)?,
        })
    }
}

impl<'a> ReportBlocks<'a> {
    fn parse(r: &mut Reader<'a>, count: u8) -> Result<Self, ParseError> {
        let data = r.take(BLOCK_LEN * usize::from(count), "report blocks")?;
        Ok(Self {
            blocks: data.as_chunks().0,
            extension: r.rest(),
        })
    }

    /// Number of blocks, 0 to 31.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether nothing is reported.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The blocks in order.
    pub fn iter(&self) -> impl Iterator<Item = ReportBlock<'a>> + use<'a> {
        self.blocks.iter().map(ReportBlock::read)
    }
}

impl<'a> ReportBlock<'a> {
    fn read(bytes: &'a [u8; BLOCK_LEN]) -> Self {
        let word = |at: usize| {
            let word = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
            word.map_or(0, |w| u32::from_be_bytes(*w))
        };
        Self {
            ssrc: word(0),
            fraction_lost: bytes[4],
            // Shifting up and down again extends the sign of the 24 bits.
            cumulative_lost: ((word(4) << 8) as i32) >> 8,
            highest_sequence: word(8),
            jitter: word(12),
            last_sr: word(16),
            delay_since_last_sr: word(20),
            bytes,
        }
    }
}
