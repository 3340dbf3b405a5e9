//! SRTCP: what can be told of an encrypted RTCP packet without its keys (RFC 3711, RFC 7714).
//!
//! In clear are the first packet's header and sender SSRC, and near the end a bit that says whether
//! the rest is encrypted with a 31-bit index. Where that is depends on the SRTP profile, which the
//! packet does not tell.

use crate::wire::{ParseError, Reader, part};

/// A view over one SRTCP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SrtcpPacket<'a> {
    /// All captured bytes.
    pub bytes: &'a [u8],
    /// Bytes that were not captured.
    pub missing: u32,
    /// The count or feedback format in the first packet's header.
    pub count: u8,
    /// Type of the first packet.
    pub packet_type: u8,
    /// Length of the first packet in bytes, as its header tells it.
    pub first_len: usize,
    /// The sender's SSRC.
    pub sender_ssrc: u32,
}

/// Where an SRTCP packet has its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SrtcpIndex {
    /// The E bit: whether the packet is encrypted.
    pub encrypted: bool,
    /// Counts SRTCP packets of the sender, 31 bits.
    pub index: u32,
}

impl<'a> SrtcpPacket<'a> {
    /// Reads the header in clear.
    pub fn parse_cut(bytes: &'a [u8], missing: u32) -> Result<Self, ParseError> {
        let mut r = Reader::new(bytes);
        let first = r.u8("RTCP header")?;
        if first >> 6 != 2 {
            return Err(ParseError::value(
                "version",
                0,
                u64::from(first >> 6),
                "version 2",
            ));
        }
        Ok(Self {
            bytes,
            missing,
            count: first & 0x1f,
            packet_type: r.u8("packet type")?,
            first_len: 4 + 4 * usize::from(r.u16("length")?),
            sender_ssrc: r.u32("SSRC of packet sender")?,
        })
    }

    /// The index of a profile that puts its authentication tag at the end (RFC 3711): `tag_len` is
    /// 10 bytes for the HMAC-SHA1 profiles of DTLS-SRTP. `None` if cut.
    pub fn index_before_tag(&self, tag_len: usize) -> Option<SrtcpIndex> {
        self.index_at(self.bytes.len().checked_sub(tag_len.checked_add(4)?)?)
    }

    /// The index of an AEAD profile, whose tag comes before it (RFC 7714). `None` if cut.
    pub fn index_at_end(&self) -> Option<SrtcpIndex> {
        self.index_at(self.bytes.len().checked_sub(4)?)
    }

    fn index_at(&self, at: usize) -> Option<SrtcpIndex> {
        if self.missing > 0 || at < 8 {
            return None;
        }
        let word = u32::from_be_bytes(*part(self.bytes, at..at + 4).first_chunk()?);
        Some(SrtcpIndex {
            encrypted: word >> 31 == 1,
            index: word & 0x7fff_ffff,
        })
    }
}
