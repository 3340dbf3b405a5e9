//! IPv4 (RFC 791) and IPv6 (RFC 8200) headers: who sent to whom, and which bytes are the payload.
//!
//! The payload ends where IP says, so that padding and check sequences of the link layer stay out
//! of it. Used by [`Decoder`](super::Decoder).

use etherparse::err::{LenError, ip_auth, ipv4, ipv6};
use etherparse::{
    IpAuthHeaderSlice, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice,
    Ipv6RawExtHeaderSlice,
};

use super::Endpoint;
use crate::wire::{ParseError, Reader};

/// IP protocol numbers that matter here (also IPv6 extension headers).
pub(super) mod protocol {
    pub(in crate::net) const HOP_BY_HOP: u8 = 0;
    pub(in crate::net) const ICMP: u8 = 1;
    pub(in crate::net) const IPV4: u8 = 4;
    pub(in crate::net) const TCP: u8 = 6;
    pub(in crate::net) const UDP: u8 = 17;
    pub(in crate::net) const IPV6: u8 = 41;
    pub(in crate::net) const ROUTING: u8 = 43;
    pub(in crate::net) const FRAGMENT: u8 = 44;
    pub(in crate::net) const GRE: u8 = 47;
    pub(in crate::net) const AUTHENTICATION: u8 = 51;
    pub(in crate::net) const ICMP_V6: u8 = 58;
    pub(in crate::net) const DESTINATION: u8 = 60;
    pub(in crate::net) const SCTP: u8 = 132;
    pub(in crate::net) const MOBILITY: u8 = 135;
    pub(in crate::net) const HIP: u8 = 139;
    pub(in crate::net) const SHIM6: u8 = 140;
}

/// Extension headers in front of one payload; more than this is no honest packet.
const MAX_EXTENSIONS: usize = 16;

/// An IP packet, its headers taken off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    /// Source, with port 0.
    pub(super) src: Endpoint,
    /// Destination, with port 0.
    pub(super) dst: Endpoint,
    /// What the payload is.
    pub(super) protocol: u8,
    /// The payload that was captured.
    pub(super) payload: Reader<'a>,
    /// Bytes of the payload that were not captured.
    pub(super) missing: usize,
    /// Set if the payload is only a part of the datagram.
    pub(super) fragment: Option<Part>,
}

/// Which part of which datagram a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) id: u32,
    /// Where it begins in the datagram's payload, in bytes.
    pub(super) offset: usize,
    /// Whether more follows.
    pub(super) more: bool,
    /// IPv4 tells datagrams with one identification apart by protocol, IPv6 does not.
    pub(super) by_protocol: bool,
}

impl<'a> Packet<'a> {
    /// Reads the IP packet at the start of `r`, whatever trails it.
    #[inline(always)]
    pub(super) fn read(r: Reader<'a>) -> Result<Self, ParseError> {
        match r.peek_rest().first().map(|b| b >> 4) {
            Some(4) => Self::v4(r),
            Some(6) => Self::v6(r),
            Some(other) => Err(ParseError::value(
                "IP version",
                r.offset(),
                other.into(),
                "4 or 6",
            )),
            None => Err(ParseError::truncated("IP version", r.offset(), 1, 0)),
        }
    }

    #[inline(always)]
    fn v4(mut r: Reader<'a>) -> Result<Self, ParseError> {
        let at = r.offset();
        let header = Ipv4HeaderSlice::from_slice(r.peek_rest()).map_err(|e| match e {
            ipv4::HeaderSliceError::Len(e) => cut("IPv4 header", at, &e),
            ipv4::HeaderSliceError::Content(_) => ParseError::value(
                "IPv4 header length",
                at,
                r.peek_rest().first().map_or(0, |b| u64::from(b & 15) * 4),
                "20 or more",
            ),
        })?;
        let header_len = header.slice().len();
        r.skip(header_len, "IPv4 header")?;
        // The network card fills in the length of packets that it cuts into segments itself; when
        // captured before that, it is 0.
        let (payload, missing) = match usize::from(header.total_len()) {
            0 => (r, 0),
            total => match total.checked_sub(header_len) {
                Some(len) => bounded(r, len)?,
                None => {
                    return Err(ParseError::length(
                        "IPv4 total length",
                        at + 2,
                        total,
                        header_len,
                    ));
                }
            },
        };
        let fragment = header.is_fragmenting_payload().then(|| Part {
            id: header.identification().into(),
            offset: usize::from(header.fragments_offset().value()) * 8,
            more: header.more_fragments(),
            by_protocol: true,
        });
        let mut packet = Self {
            src: Endpoint::v4(header.source(), 0),
            dst: Endpoint::v4(header.destination(), 0),
            protocol: header.protocol().0,
            payload,
            missing,
            fragment,
        };
        packet.skip_extensions()?;
        Ok(packet)
    }

    #[inline]
    fn v6(mut r: Reader<'a>) -> Result<Self, ParseError> {
        let at = r.offset();
        let header = Ipv6HeaderSlice::from_slice(r.peek_rest()).map_err(|e| match e {
            ipv6::HeaderSliceError::Len(e) => cut("IPv6 header", at, &e),
            ipv6::HeaderSliceError::Content(_) => ParseError::value("IP version", at, 0, "6"),
        })?;
        r.skip(header.slice().len(), "IPv6 header")?;
        // 0 as in IPv4, and for jumbograms.
        let (payload, missing) = match usize::from(header.payload_length()) {
            0 => (r, 0),
            len => bounded(r, len)?,
        };
        let mut packet = Self {
            src: Endpoint::v6(header.source(), 0),
            dst: Endpoint::v6(header.destination(), 0),
            protocol: header.next_header().0,
            payload,
            missing,
            fragment: None,
        };
        packet.skip_extensions()?;
        Ok(packet)
    }

    /// The same datagram, put together from its fragments.
    pub(super) fn reassembled<'b>(
        &self,
        protocol: u8,
        payload: &'b [u8],
    ) -> Result<Packet<'b>, ParseError> {
        let mut whole = Packet {
            src: self.src,
            dst: self.dst,
            protocol,
            payload: Reader::new(payload),
            missing: 0,
            fragment: None,
        };
        whole.skip_extensions()?;
        match whole.fragment {
            None => Ok(whole),
            Some(part) => Err(ParseError::value(
                "fragment header",
                0,
                part.id.into(),
                "none inside a reassembled datagram",
            )),
        }
    }

    /// Takes off the extension headers in front of the payload, up to a fragment's.
    #[inline]
    fn skip_extensions(&mut self) -> Result<(), ParseError> {
        if matches!(self.protocol, protocol::UDP | protocol::TCP) {
            return Ok(());
        }
        for _ in 0..MAX_EXTENSIONS {
            if self.fragment.is_some() || !self.skip_extension()? {
                return Ok(());
            }
        }
        Err(ParseError::value(
            "extension headers",
            self.payload.offset(),
            MAX_EXTENSIONS as u64 + 1,
            "fewer",
        ))
    }

    /// Takes off one extension header; `false` if there is none.
    fn skip_extension(&mut self) -> Result<bool, ParseError> {
        let at = self.payload.offset();
        let rest = self.payload.peek_rest();
        let (len, next) = match self.protocol {
            protocol::HOP_BY_HOP
            | protocol::ROUTING
            | protocol::DESTINATION
            | protocol::MOBILITY
            | protocol::HIP
            | protocol::SHIM6 => {
                let header = Ipv6RawExtHeaderSlice::from_slice(rest)
                    .map_err(|e| cut("IPv6 extension header", at, &e))?;
                (header.slice().len(), header.next_header())
            }
            protocol::AUTHENTICATION => {
                let header = IpAuthHeaderSlice::from_slice(rest).map_err(|e| match e {
                    ip_auth::HeaderSliceError::Len(e) => cut("authentication header", at, &e),
                    ip_auth::HeaderSliceError::Content(_) => {
                        ParseError::value("authentication header length", at + 1, 0, "1 or more")
                    }
                })?;
                (header.slice().len(), header.next_header())
            }
            protocol::FRAGMENT => {
                let header = Ipv6FragmentHeaderSlice::from_slice(rest)
                    .map_err(|e| cut("IPv6 fragment header", at, &e))?;
                // One that is all of its datagram is none (RFC 6946).
                if header.is_fragmenting_payload() {
                    self.fragment = Some(Part {
                        id: header.identification(),
                        offset: usize::from(header.fragment_offset().value()) * 8,
                        more: header.more_fragments(),
                        by_protocol: false,
                    });
                }
                (header.slice().len(), header.next_header())
            }
            _ => return Ok(false),
        };
        self.payload.skip(len, "extension header")?;
        self.protocol = next.0;
        Ok(true)
    }
}

/// The first `len` bytes of `r`, and how many of them are missing.
#[inline]
fn bounded(mut r: Reader<'_>, len: usize) -> Result<(Reader<'_>, usize), ParseError> {
    let have = len.min(r.left());
    Ok((r.sub(have, "IP payload")?, len - have))
}

#[cold]
fn cut(what: &'static str, at: usize, e: &LenError) -> ParseError {
    ParseError::truncated(what, at, e.required_len, e.len)
}
