//! Decoding the value of a STUN attribute by the layout its type has.

use super::MAGIC_COOKIE;
use super::codes::Kind;
use crate::wire::{ParseError, Reader};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// A decoded attribute value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Opaque or unknown.
    Bytes(&'a [u8]),
    /// Present, without value.
    Flag,
    /// UTF-8 text.
    Text(&'a str),
    /// A 16-bit number: CHANNEL-NUMBER, RESPONSE-PORT.
    U16(u16),
    /// A 32-bit number: PRIORITY, LIFETIME (seconds), FINGERPRINT.
    U32(u32),
    /// A 64-bit number: the tie-breaker of ICE-CONTROLLING and ICE-CONTROLLED.
    U64(u64),
    /// A transport address, with any XOR undone.
    Address(SocketAddr),
    /// ERROR-CODE.
    ErrorCode {
        /// 300 to 699.
        code: u16,
        /// Reason phrase as sent.
        reason: &'a str,
    },
    /// UNKNOWN-ATTRIBUTES: pairs of bytes, each an attribute type.
    AttributeTypes(&'a [[u8; 2]]),
    /// REQUESTED-TRANSPORT: an IP protocol number (17 is UDP, 6 TCP).
    Transport(u8),
    /// An address family: 1 is IPv4, 2 IPv6.
    Family(u8),
    /// CHANGE-REQUEST (RFC 5780).
    ChangeRequest {
        /// Answer from the other address.
        ip: bool,
        /// Answer from the other port.
        port: bool,
    },
    /// ADDRESS-ERROR-CODE (RFC 8656).
    AddressErrorCode {
        /// 1 is IPv4, 2 IPv6.
        family: u8,
        /// 300 to 699.
        code: u16,
        /// Reason phrase as sent.
        reason: &'a str,
    },
    /// GOOG-NETWORK-INFO (libwebrtc).
    NetworkInfo {
        /// The sender's number for its interface.
        id: u16,
        /// Cost of that interface, 0 (wired) to 999.
        cost: u16,
    },
}

impl Value<'_> {
    /// The address, if the value is one.
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Address(address) => Some(*address),
            _ => None,
        }
    }
}

/// Decodes `data`, which begins `offset` bytes into the message.
pub(super) fn decode<'a>(
    kind: Kind,
    data: &'a [u8],
    offset: usize,
    transaction_id: &[u8; 12],
) -> Result<Value<'a>, ParseError> {
    let mut r = Reader::at(data, offset);
    Ok(match kind {
        Kind::Bytes => Value::Bytes(data),
        Kind::Flag => Value::Flag,
        Kind::Text => Value::Text(text(r.rest(), offset)?),
        Kind::U16 => Value::U16(r.u16("attribute value")?),
        Kind::U32 => Value::U32(r.u32("attribute value")?),
        Kind::U64 => Value::U64(r.u64("attribute value")?),
        Kind::Address => Value::Address(address(&mut r, None)?),
        Kind::XorAddress => Value::Address(address(&mut r, Some(transaction_id))?),
        Kind::ErrorCode => {
            r.skip(2, "reserved bits")?;
            let (code, reason) = error_code(&mut r)?;
            Value::ErrorCode { code, reason }
        }
        Kind::AttributeTypes => Value::AttributeTypes(data.as_chunks::<2>().0),
        Kind::Transport => Value::Transport(r.u8("protocol")?),
        Kind::Family => Value::Family(r.u8("family")?),
        Kind::ChangeRequest => {
            let flags = r.u32("flags")?;
            Value::ChangeRequest {
                ip: flags & 4 != 0,
                port: flags & 2 != 0,
            }
        }
        Kind::AddressErrorCode => {
            let family = r.u8("family")?;
            r.skip(1, "reserved bits")?;
            let (code, reason) = error_code(&mut r)?;
            Value::AddressErrorCode {
                family,
                code,
                reason,
            }
        }
        Kind::NetworkInfo => Value::NetworkInfo {
            id: r.u16("network id")?,
            cost: r.u16("network cost")?,
        },
    })
}

/// Text up to its end or first NUL: some senders count a terminator or padding in the length.
fn text(data: &[u8], offset: usize) -> Result<&str, ParseError> {
    let end = data.iter().position(|&b| b == 0).unwrap_or(data.len());
    let data = crate::wire::part(data, 0..end);
    std::str::from_utf8(data).map_err(|e| {
        let at = e.valid_up_to();
        let found = data.get(at).copied().unwrap_or_default();
        ParseError::value("text", offset + at, found.into(), "UTF-8")
    })
}

fn error_code<'a>(r: &mut Reader<'a>) -> Result<(u16, &'a str), ParseError> {
    let at = r.offset();
    let class = u16::from(r.u8("error class")? & 0x07);
    let number = u16::from(r.u8("error number")?);
    if !(3..=6).contains(&class) || number > 99 {
        return Err(ParseError::value(
            "error code",
            at,
            u64::from(class) * 100 + u64::from(number),
            "300 to 699",
        ));
    }
    let at = r.offset();
    Ok((class * 100 + number, text(r.rest(), at)?))
}

fn address(r: &mut Reader<'_>, xor: Option<&[u8; 12]>) -> Result<SocketAddr, ParseError> {
    r.skip(1, "reserved bits")?;
    let at = r.offset();
    let family = r.u8("address family")?;
    let mut port = r.u16("port")?;
    if xor.is_some() {
        port ^= (MAGIC_COOKIE >> 16) as u16;
    }
    match family {
        1 => {
            let mut ip = r.u32("IPv4 address")?;
            if xor.is_some() {
                ip ^= MAGIC_COOKIE;
            }
            Ok((Ipv4Addr::from(ip), port).into())
        }
        2 => {
            let mut ip = u128::from_be_bytes(r.array("IPv6 address")?);
            if let Some(transaction_id) = xor {
                let id = transaction_id
                    .iter()
                    .fold(0u128, |id, &b| (id << 8) | u128::from(b));
                ip ^= (u128::from(MAGIC_COOKIE) << 96) | id;
            }
            Ok((Ipv6Addr::from(ip), port).into())
        }
        other => Err(ParseError::value(
            "address family",
            at,
            other.into(),
            "1 (IPv4) or 2 (IPv6)",
        )),
    }
}
