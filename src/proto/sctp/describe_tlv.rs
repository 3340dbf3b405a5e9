//! Parameters and error causes of SCTP as rows of a decode tree, and in a few words.

use super::describe::{Name, Number};
use super::{Cause, Parameter, Reconfiguration, Streams, Text, Tlv, Tlvs, codes};
use crate::tree::Tree;
use crate::wire::{ParseError, part};
use std::fmt::{self, Display, Write};

/// The most items of a list that are shown.
const ITEMS: usize = 16;

/// The rows of INIT's or RE-CONFIG's parameters.
pub(super) fn parameters(t: &mut Tree<'_>, tlvs: Tlvs<'_>) {
    each(t, tlvs, codes::parameter_name, |tlv| {
        Parameter::parse(tlv).map(|p| p.to_string())
    });
}

/// The rows of an ABORT's or ERROR's causes.
pub(super) fn causes(t: &mut Tree<'_>, tlvs: Tlvs<'_>) {
    each(t, tlvs, codes::cause_name, |tlv| {
        Cause::parse(tlv).map(|c| c.to_string())
    });
}

fn each(
    t: &mut Tree<'_>,
    tlvs: Tlvs<'_>,
    name: fn(u16) -> Option<&'static str>,
    value: impl Fn(&Tlv<'_>) -> Result<String, ParseError>,
) {
    for tlv in tlvs {
        let tlv = match tlv {
            Ok(tlv) => tlv,
            Err(error) => return t.problem(&error),
        };
        let unknown = format!("0x{:04x}", tlv.kind);
        let label = name(tlv.kind).unwrap_or(&unknown);
        t.field(label, value(&tlv).unwrap_or_default(), tlv.bytes);
        if let Err(error) = value(&tlv) {
            t.problem(&error);
        }
    }
}

impl Tlv<'_> {
    /// The tlv read as an error cause, in words: `"user-initiated abort: Close called"`.
    pub fn cause_words(&self) -> String {
        let mut out = Number(codes::cause_name(self.kind), "cause", self.kind.into()).to_string();
        match Cause::parse(self) {
            Ok(Cause::Plain) => {}
            Ok(Cause::Text([])) => {}
            Ok(cause) => {
                let _ = write!(out, ": {cause}");
            }
            Err(error) => {
                let _ = write!(out, " [{error}]");
            }
        }
        out
    }
}

impl Display for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::StateCookie(bytes)
            | Self::Unrecognised(bytes)
            | Self::Random(bytes)
            | Self::Other(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::CookiePreservative(ms) => write!(f, "{ms} ms"),
            Self::HostName(name) => Text(part(name, 0..255)).fmt(f),
            Self::AddressTypes(types) => list(f, types, |f, n| match n {
                5 => f.write_str("IPv4"),
                6 => f.write_str("IPv6"),
                11 => f.write_str("host name"),
                other => other.fmt(f),
            }),
            Self::Flag => Ok(()),
            Self::ZeroChecksum(1) => f.write_str("errors are found by DTLS"),
            Self::ZeroChecksum(method) => write!(f, "errors are found by method {method}"),
            Self::Chunks(types) => {
                for (i, chunk_type) in types.iter().take(ITEMS).enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", Name(*chunk_type))?;
                }
                more(f, types.len())
            }
            Self::Hmacs(ids) => list(f, ids, |f, id| hmac(id).fmt(f)),
            Self::Adaptation(code) => write!(f, "0x{code:08x}"),
            Self::Reconfiguration(request) => request.fmt(f),
        }
    }
}

/// An HMAC identifier with its name (RFC 4895).
pub(super) fn hmac(id: u16) -> impl Display {
    let name = match id {
        1 => Some("SHA-1"),
        3 => Some("SHA-256"),
        _ => None,
    };
    Number(name, "HMAC", id.into())
}

fn list(
    f: &mut fmt::Formatter<'_>,
    items: &[[u8; 2]],
    mut one: impl FnMut(&mut fmt::Formatter<'_>, u16) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.iter().take(ITEMS).enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        one(f, u16::from_be_bytes(*item))?;
    }
    more(f, items.len())
}

fn more(f: &mut fmt::Formatter<'_>, len: usize) -> fmt::Result {
    if len > ITEMS {
        write!(f, " and {} more", len - ITEMS)?;
    }
    Ok(())
}

impl Display for Streams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all streams");
        }
        let many = self.iter().len() > 1;
        f.write_str(if many { "streams " } else { "stream " })?;
        for (i, id) in self.iter().take(ITEMS).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{id}")?;
        }
        more(f, self.iter().len())
    }
}

impl Display for Reconfiguration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResetOutgoing {
                request,
                response,
                last_tsn,
                streams,
            } => {
                write!(f, "{streams}, request {request}, ")?;
                write!(f, "answers {response}, last TSN {last_tsn}")
            }
            Self::ResetIncoming { request, streams } => write!(f, "{streams}, request {request}"),
            Self::ResetTsn { request } => write!(f, "request {request}"),
            Self::Response {
                request,
                result,
                next_tsns,
            } => {
                let result = Number(codes::result_name(*result), "result", (*result).into());
                write!(f, "{result}, request {request}")?;
                match next_tsns {
                    Some((own, peer)) => write!(f, ", next TSNs {own} and {peer}"),
                    None => Ok(()),
                }
            }
            Self::AddOutgoing { request, streams } | Self::AddIncoming { request, streams } => {
                write!(f, "{streams} streams, request {request}")
            }
        }
    }
}

impl Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidStream(stream) => write!(f, "stream {stream}"),
            Self::MissingParameters(types) => list(f, types, |f, kind| {
                Number(codes::parameter_name(kind), "parameter", kind.into()).fmt(f)
            }),
            Self::StaleCookie(late) => write!(f, "{late} µs too late"),
            Self::NoUserData(tsn) => write!(f, "TSN {tsn}"),
            Self::Text(text) => Text(part(text, 0..255)).fmt(f),
            Self::UnsupportedHmac(id) => hmac(*id).fmt(f),
            Self::Quoted(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Plain => Ok(()),
        }
    }
}
