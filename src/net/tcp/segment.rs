//! One TCP segment (RFC 9293): the fields of its header that a stream is put together by.

use super::super::Path;
use crate::capture::PacketNo;
use crate::time::Timestamp;
use crate::wire::{ParseError, Reader, part};

/// One TCP segment as it was captured.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The packet that carried it.
    pub no: PacketNo,
    /// When that packet was captured.
    pub ts: Timestamp,
    /// Its addresses and ports.
    pub path: Path,
    /// Sequence number of the first byte of the payload (of the SYN, if that is set).
    pub seq: u32,
    /// Sequence number of the next byte its sender expects; 0 without the ACK flag.
    pub ack: u32,
    /// Its flags.
    pub flags: Flags,
    /// The header as it was captured, with options.
    pub header: &'a [u8],
    /// Bytes of the payload that the capture's snaplen cut off.
    pub missing: u32,
    /// The payload that was captured.
    pub payload: &'a [u8],
}

/// The control bits of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(
    /// As in byte 13 of the header.
    pub u8,
);

impl Flags {
    /// The bits with their names, highest first.
    pub const NAMES: [(u8, &'static str); 8] = [
        (0x80, "CWR"),
        (0x40, "ECE"),
        (0x20, "URG"),
        (0x10, "ACK"),
        (0x08, "PSH"),
        (0x04, "RST"),
        (0x02, "SYN"),
        (0x01, "FIN"),
    ];

    /// No more data from the sender.
    pub fn fin(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// The first segment of a direction.
    pub fn syn(self) -> bool {
        self.0 & 0x02 != 0
    }

    /// The connection is gone.
    pub fn rst(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// The acknowledgment number means something.
    pub fn ack(self) -> bool {
        self.0 & 0x10 != 0
    }
}

/// `SYN, ACK`.
impl std::fmt::Display for Flags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut set = Self::NAMES.iter().filter(|(bit, _)| self.0 & bit != 0);
        match set.next() {
            None => f.write_str("none"),
            Some((_, first)) => {
                f.write_str(first)?;
                set.try_for_each(|(_, name)| write!(f, ", {name}"))
            }
        }
    }
}

impl<'a> Segment<'a> {
    /// Reads the segment that fills `r`, of which `missing` more bytes were on the wire; its ports
    /// complete the addresses of `path`.
    ///
    /// Of a header that the snaplen cut, the ports at least are known.
    ///
    /// # Errors
    /// If the ports are cut off, or the header's length is less than a header.
    pub(in crate::net) fn read(
        mut r: Reader<'a>,
        missing: usize,
        (no, ts): (PacketNo, Timestamp),
        path: impl FnOnce(u16, u16) -> Path,
    ) -> Result<Self, ParseError> {
        let (start, whole) = (r.offset(), r.peek_rest());
        let src = r.u16("TCP source port")?;
        let dst = r.u16("TCP destination port")?;
        let mut segment = Self {
            no,
            ts,
            path: path(src, dst),
            seq: 0,
            ack: 0,
            flags: Flags(0),
            header: whole,
            missing: 0,
            payload: &[],
        };
        let Ok([s0, s1, s2, s3, a0, a1, a2, a3, offset, flags]) =
            r.array::<10>("TCP sequence numbers and flags")
        else {
            return Ok(segment);
        };
        let len = usize::from(offset >> 4) * 4;
        if len < 20 {
            return Err(ParseError::length("TCP data offset", start + 12, len, 20));
        }
        segment.seq = u32::from_be_bytes([s0, s1, s2, s3]);
        segment.flags = Flags(flags);
        if segment.flags.ack() {
            segment.ack = u32::from_be_bytes([a0, a1, a2, a3]);
        }
        segment.header = part(whole, 0..len);
        segment.payload = whole.get(len..).unwrap_or_default();
        // What the options lack is not payload.
        let options = len.saturating_sub(whole.len());
        segment.missing = u32::try_from(missing.saturating_sub(options)).unwrap_or(u32::MAX);
        Ok(segment)
    }
}
