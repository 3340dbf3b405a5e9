//! RTPFB and PSFB: feedback messages (RFC 4585, RFC 5104, and REMB).
//!
//! REMB is draft-alvestrand-rmcat-remb; transport-cc and RFC 8888 have files of their own.

use super::{Ccfb, TransportCc};
use crate::wire::{ParseError, Reader};

/// A feedback message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feedback<'a> {
    /// Who sends the feedback.
    pub sender_ssrc: u32,
    /// The stream it is about. FIR, TMMBR and REMB leave it 0 and name streams in their entries;
    /// `None` for RFC 8888, which has no such field.
    pub media_ssrc: Option<u32>,
    /// What it says.
    pub message: FeedbackMessage<'a>,
}

/// What a feedback message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedbackMessage<'a> {
    /// Generic NACK: packets to send again.
    Nack(&'a [[u8; 4]]),
    /// TMMBR: a request to stay below a bitrate.
    Tmmbr(&'a [[u8; 8]]),
    /// TMMBN: which such requests are in force.
    Tmmbn(&'a [[u8; 8]]),
    /// Transport-wide congestion control: arrival times of packets.
    TransportCc(TransportCc<'a>),
    /// RFC 8888 congestion control feedback.
    Ccfb(Ccfb<'a>),
    /// PLI: a picture was lost.
    Pli,
    /// SLI: slices were lost.
    Sli(&'a [[u8; 4]]),
    /// RPSI: a reference picture was received; codec-specific bits behind padding and type.
    Rpsi(&'a [u8]),
    /// FIR: send a key frame.
    Fir(&'a [[u8; 8]]),
    /// REMB: the receiver's estimate of the bandwidth.
    Remb(Remb<'a>),
    /// Any other message: its feedback control information.
    Other(&'a [u8]),
}

impl<'a> Feedback<'a> {
    /// Transport layer feedback; `format` is the FMT field.
    pub(super) fn parse_transport(r: &mut Reader<'a>, format: u8) -> Result<Self, ParseError> {
        let sender_ssrc = r.u32("SSRC of packet sender")?;
        if format == 11 {
            return Ok(Self {
                sender_ssrc,
                media_ssrc: None,
                message: FeedbackMessage::Ccfb(Ccfb::parse(r)?),
            });
        }
        let media_ssrc = Some(r.u32("SSRC of media source")?);
        let message = match format {
            1 => FeedbackMessage::Nack(entries(r, "NACK entry")?),
            3 => FeedbackMessage::Tmmbr(entries(r, "TMMBR entry")?),
            4 => FeedbackMessage::Tmmbn(entries(r, "TMMBN entry")?),
            15 => FeedbackMessage::TransportCc(TransportCc::parse(r)?),
            _ => FeedbackMessage::Other(r.rest()),
        };
        Ok(Self {
            sender_ssrc,
            media_ssrc,
            message,
        })
    }

    /// Payload-specific feedback; `format` is the FMT field.
    pub(super) fn parse_payload(r: &mut Reader<'a>, format: u8) -> Result<Self, ParseError> {
        let sender_ssrc = r.u32("SSRC of packet sender")?;
        let media_ssrc = Some(r.u32("SSRC of media source")?);
        let message = match format {
            1 => FeedbackMessage::Pli,
            2 => FeedbackMessage::Sli(entries(r, "SLI entry")?),
            3 => FeedbackMessage::Rpsi(r.rest()),
            4 => FeedbackMessage::Fir(entries(r, "FIR entry")?),
            15 if r.peek_rest().starts_with(b"REMB") => FeedbackMessage::Remb(Remb::parse(r)?),
            _ => FeedbackMessage::Other(r.rest()),
        };
        Ok(Self {
            sender_ssrc,
            media_ssrc,
            message,
        })
    }
}

/// All that is left as entries of `N` bytes.
fn entries<'a, const N: usize>(
    r: &mut Reader<'a>,
    what: &'static str,
) -> Result<&'a [[u8; N]], ParseError> {
    let offset = r.offset();
    let (entries, left) = r.rest().as_chunks::<N>();
    if left.is_empty() {
        Ok(entries)
    } else {
        let at = offset + N * entries.len();
        Err(ParseError::truncated(what, at, N, left.len()))
    }
}

/// One entry of a generic NACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NackPair {
    /// A packet that was lost.
    pub packet_id: u16,
    /// Bit `i` set: packet `packet_id + i + 1` was lost too.
    pub bitmask: u16,
}

impl NackPair {
    /// Reads an entry of [`FeedbackMessage::Nack`].
    pub fn read(&[a, b, c, d]: &[u8; 4]) -> Self {
        Self {
            packet_id: u16::from_be_bytes([a, b]),
            bitmask: u16::from_be_bytes([c, d]),
        }
    }

    /// The sequence numbers asked for, 1 to 17 of them, ascending.
    pub fn sequence_numbers(self) -> impl Iterator<Item = u16> {
        let others = (0..16u16)
            .filter(move |bit| self.bitmask & (1 << bit) != 0)
            .map(move |bit| self.packet_id.wrapping_add(bit + 1));
        std::iter::once(self.packet_id).chain(others)
    }
}

/// One entry of a TMMBR or TMMBN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxBitrate {
    /// The stream, or for TMMBN the owner of the bound.
    pub ssrc: u32,
    /// Maximum bitrate, held at the end of the range.
    pub bitrate_bps: u64,
    /// Measured overhead per packet in bytes, 0 to 511.
    pub overhead_bytes: u16,
}

impl MaxBitrate {
    /// Reads an entry of [`FeedbackMessage::Tmmbr`] or [`FeedbackMessage::Tmmbn`].
    pub fn read(&[s0, s1, s2, s3, v0, v1, v2, v3]: &[u8; 8]) -> Self {
        let value = u32::from_be_bytes([v0, v1, v2, v3]);
        Self {
            ssrc: u32::from_be_bytes([s0, s1, s2, s3]),
            bitrate_bps: scaled((value >> 9) & 0x1_ffff, value >> 26),
            overhead_bytes: (value & 0x1ff) as u16,
        }
    }
}

/// One entry of a FIR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirEntry {
    /// The stream that is to send a key frame.
    pub ssrc: u32,
    /// Counts requests; a repetition keeps the number.
    pub sequence_number: u8,
}

impl FirEntry {
    /// Reads an entry of [`FeedbackMessage::Fir`].
    pub fn read(&[s0, s1, s2, s3, sequence_number, ..]: &[u8; 8]) -> Self {
        Self {
            ssrc: u32::from_be_bytes([s0, s1, s2, s3]),
            sequence_number,
        }
    }
}

/// One entry of an SLI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliEntry {
    /// First macroblock lost, 13 bits.
    pub first: u16,
    /// Macroblocks lost, 13 bits.
    pub number: u16,
    /// Low six bits of the picture id.
    pub picture_id: u8,
}

impl SliEntry {
    /// Reads an entry of [`FeedbackMessage::Sli`].
    pub fn read(bytes: &[u8; 4]) -> Self {
        let value = u32::from_be_bytes(*bytes);
        Self {
            first: (value >> 19) as u16,
            number: ((value >> 6) & 0x1fff) as u16,
            picture_id: (value & 0x3f) as u8,
        }
    }
}

/// REMB: the receiver's estimate of the maximum bitrate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remb<'a> {
    /// The estimate, held at the end of the range.
    pub bitrate_bps: u64,
    ssrcs: &'a [[u8; 4]],
    /// The exponent and mantissa.
    pub(super) bitrate_bytes: &'a [u8],
}

impl<'a> Remb<'a> {
    fn parse(r: &mut Reader<'a>) -> Result<Self, ParseError> {
        r.skip(4, "REMB identifier")?;
        let count = usize::from(r.u8("number of SSRCs")?);
        let bitrate_bytes = r.take(3, "bitrate")?;
        let bitrate = Reader::new(bitrate_bytes).u24("bitrate")?;
        let ssrcs = r.take(4 * count, "SSRC feedback")?;
        Ok(Self {
            bitrate_bps: scaled(bitrate & 0x3_ffff, bitrate >> 18),
            ssrcs: ssrcs.as_chunks().0,
            bitrate_bytes,
        })
    }

    /// The streams the estimate covers.
    pub fn ssrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.ssrcs.iter().map(|ssrc| u32::from_be_bytes(*ssrc))
    }
}

/// `mantissa × 2^exponent`, for exponents of six bits.
fn scaled(mantissa: u32, exponent: u32) -> u64 {
    u64::from(mantissa).saturating_mul(1 << (exponent & 0x3f))
}
