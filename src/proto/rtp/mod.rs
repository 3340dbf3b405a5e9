//! RTP: the header as a view over the packet (RFC 3550), its header extensions (RFC 8285).
//!
//! This is the hot path: parsing checks the lengths once and reads nothing else; every accessor is
//! a load. In SRTP the header is in clear and the payload, including the padding count, is not.

mod bits;
pub mod codes;
pub mod dependency_descriptor;
mod describe;
mod extension;
pub mod flexfec;
pub mod payload;
mod red;
mod ulpfec;
mod value;
pub mod video_layers_allocation;

pub use describe::{NoNames, StreamNames};
pub use extension::{Extension, Extensions};
pub use red::{Red, RedBlock};
pub use ulpfec::UlpFec;
pub use value::{ExtensionKind, ExtensionValue};

use crate::wire::ParseError;

const FIXED_LEN: usize = 12;

/// A view over one RTP or SRTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    data: &'a [u8],
    fixed: &'a [u8; FIXED_LEN],
    /// Where the payload begins; past the end of `data` when the snaplen cut the header.
    header_len: usize,
    missing: u32,
}

impl<'a> RtpPacket<'a> {
    /// A view over the packet that fills `data`.
    ///
    /// Fails when the version is not 2 or the header does not fit.
    #[inline]
    pub fn parse(data: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse_cut(data, 0)
    }

    /// The same for a packet whose last `missing` bytes were not captured.
    #[inline]
    pub fn parse_cut(data: &'a [u8], missing: u32) -> Result<Self, ParseError> {
        let Some(fixed) = data.first_chunk::<FIXED_LEN>() else {
            return Err(ParseError::truncated(
                "RTP header",
                0,
                FIXED_LEN,
                data.len(),
            ));
        };
        let first = fixed[0];
        if first >> 6 != 2 {
            return Err(ParseError::value(
                "version",
                0,
                u64::from(first >> 6),
                "version 2",
            ));
        }
        let wire_len = data.len().saturating_add(missing as usize);
        let mut header_len = FIXED_LEN + 4 * usize::from(first & 0x0f);
        if header_len > wire_len {
            return Err(ParseError::truncated(
                "CSRC list",
                FIXED_LEN,
                header_len - FIXED_LEN,
                wire_len - FIXED_LEN,
            ));
        }
        if first & 0x10 != 0 {
            let at = header_len;
            header_len += 4;
            if header_len > wire_len {
                return Err(ParseError::truncated(
                    "header extension",
                    at,
                    4,
                    wire_len - at,
                ));
            }
            if let Some(&[_, _, l0, l1]) = data.get(at..).and_then(<[u8]>::first_chunk::<4>) {
                let length = 4 * usize::from(u16::from_be_bytes([l0, l1]));
                header_len += length;
                if header_len > wire_len {
                    return Err(ParseError::length(
                        "header extension",
                        at + 2,
                        length,
                        wire_len - at - 4,
                    ));
                }
            }
        }
        Ok(Self {
            data,
            fixed,
            header_len,
            missing,
        })
    }

    /// All captured bytes of the packet.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.data
    }

    /// Bytes of the packet that were not captured.
    #[inline]
    pub fn missing(&self) -> u32 {
        self.missing
    }

    /// Length of the packet on the wire, in bytes.
    #[inline]
    pub fn wire_len(&self) -> usize {
        self.data.len().saturating_add(self.missing as usize)
    }

    /// The P bit: the last byte of the (decrypted) payload counts padding bytes.
    #[inline]
    pub fn has_padding(&self) -> bool {
        self.fixed[0] & 0x20 != 0
    }

    /// The X bit: a header extension follows the CSRC list.
    #[inline]
    pub fn has_extension(&self) -> bool {
        self.fixed[0] & 0x10 != 0
    }

    /// Number of contributing sources, 0 to 15.
    #[inline]
    pub fn csrc_count(&self) -> u8 {
        self.fixed[0] & 0x0f
    }

    /// The marker bit, whose meaning the payload format defines.
    #[inline]
    pub fn marker(&self) -> bool {
        self.fixed[1] & 0x80 != 0
    }

    /// Payload type, 0 to 127.
    #[inline]
    pub fn payload_type(&self) -> u8 {
        self.fixed[1] & 0x7f
    }

    /// Sequence number.
    #[inline]
    pub fn sequence_number(&self) -> u16 {
        u16::from_be_bytes([self.fixed[2], self.fixed[3]])
    }

    /// Timestamp, in units of the payload format's clock.
    #[inline]
    pub fn timestamp(&self) -> u32 {
        u32::from_be_bytes([self.fixed[4], self.fixed[5], self.fixed[6], self.fixed[7]])
    }

    /// Synchronization source.
    #[inline]
    pub fn ssrc(&self) -> u32 {
        u32::from_be_bytes([self.fixed[8], self.fixed[9], self.fixed[10], self.fixed[11]])
    }

    /// Contributing sources, as many as were captured.
    pub fn csrcs(&self) -> impl Iterator<Item = u32> + 'a {
        let (words, _) = self.csrc_bytes().as_chunks::<4>();
        words.iter().map(|w| u32::from_be_bytes(*w))
    }

    fn csrc_bytes(&self) -> &'a [u8] {
        crate::wire::part(self.data, FIXED_LEN..self.extension_at())
    }

    fn extension_at(&self) -> usize {
        FIXED_LEN + 4 * usize::from(self.csrc_count())
    }

    /// What the 16 bits before the header extension's length say: 0xbede or 0x1000 to 0x100f for
    /// RFC 8285; anything else is a profile's own.
    #[inline]
    pub fn extension_profile(&self) -> Option<u16> {
        if !self.has_extension() {
            return None;
        }
        self.data
            .get(self.extension_at()..)
            .and_then(<[u8]>::first_chunk::<2>)
            .map(|b| u16::from_be_bytes(*b))
    }

    /// The header extension without its four-byte header, as much as was captured; empty without X.
    #[inline]
    pub fn extension_data(&self) -> &'a [u8] {
        if !self.has_extension() {
            return &[];
        }
        crate::wire::part(self.data, self.extension_at() + 4..self.header_len)
    }

    /// The header extension elements; none unless the profile is one of RFC 8285.
    #[inline]
    pub fn extensions(&self) -> Extensions<'a> {
        Extensions::new(
            self.extension_profile(),
            self.extension_data(),
            self.extension_at() + 4,
        )
    }

    /// The data of the first header extension element with this local identifier.
    #[inline]
    pub fn extension(&self, id: u8) -> Option<&'a [u8]> {
        self.extensions()
            .map_while(Result::ok)
            .find(|e| e.id == id)
            .map(|e| e.data)
    }

    /// Length of the header on the wire, with CSRCs and header extension, in bytes.
    ///
    /// A lower bound when the snaplen cut the packet before the extension's length.
    #[inline]
    pub fn header_len(&self) -> usize {
        self.header_len
    }

    /// What follows the header, as much as was captured: media, padding, and in SRTP the
    /// authentication tag (and MKI).
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        self.data.get(self.header_len..).unwrap_or_default()
    }

    /// Length on the wire of what follows the header, in bytes.
    #[inline]
    pub fn payload_wire_len(&self) -> usize {
        self.wire_len().saturating_sub(self.header_len)
    }

    /// The padding count: the last byte when P is set and the packet was captured whole.
    ///
    /// Only meaningful in clear; in SRTP the byte read here belongs to the authentication tag. The
    /// value is what the packet says, so check it with [`RtpPacket::unpadded_payload`].
    #[inline]
    pub fn padding_len(&self) -> Option<u8> {
        if !self.has_padding() || self.missing > 0 {
            return None;
        }
        self.payload().last().copied()
    }

    /// The payload of a packet in clear without its padding; `None` when the padding count is 0 or
    /// larger than the payload, or was not captured.
    #[inline]
    pub fn unpadded_payload(&self) -> Option<&'a [u8]> {
        if !self.has_padding() {
            return Some(self.payload());
        }
        let padding = usize::from(self.padding_len().filter(|&n| n > 0)?);
        let payload = self.payload();
        payload.get(..payload.len().checked_sub(padding)?)
    }
}

#[cfg(test)]
mod tests;
