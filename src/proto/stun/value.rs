//! Decoding the value of a STUN attribute by the layout its type has.

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
    /// EVEN-PORT (RFC 8656): whether the next higher port is to be reserved too.
    EvenPort {
        /// The R bit.
        reserve_next: bool,
    },
    /// PASSWORD-ALGORITHM (RFC 8489).
    PasswordAlgorithm(PasswordAlgorithm<'a>),
    /// PASSWORD-ALGORITHMS (RFC 8489): read each with [`PasswordAlgorithm::list`].
    PasswordAlgorithms(&'a [u8]),
    /// ICMP (RFC 8656): what came back to the relay.
    Icmp {
        /// ICMP or ICMPv6 type.
        kind: u8,
        /// Its code.
        code: u8,
        /// The MTU, for "fragmentation needed" and "packet too big"; else 0.
        data: u32,
    },
    /// ECN-CHECK (RFC 6679).
    EcnCheck {
        /// The ECN field as received, when `valid`.
        ecn: u8,
        /// Whether it could be read.
        valid: bool,
    },
    /// TRANSACTION-TRANSMIT-COUNTER (RFC 7982).
    TransmitCounter {
        /// Times the request was sent.
        requests: u8,
        /// Times the response was sent, 0 in a request.
        responses: u8,
    },
    /// ACCESS-TOKEN (RFC 7635).
    AccessToken {
        /// Nonce of the encryption.
        nonce: &'a [u8],
        /// Key, timestamp and lifetime, encrypted for the server.
        encrypted: &'a [u8],
    },
    /// A list of 16-bit numbers.
    U16List(&'a [[u8; 2]]),
    /// A list of 32-bit numbers.
    U32List(&'a [[u8; 4]]),
    /// A 32-bit number that is a pattern or an identifier.
    Hex32(u32),
    /// MS-SEQUENCE-NUMBER (MS-TURN).
    MsSequence {
        /// The connection's identifier.
        connection: &'a [u8],
        /// Number of the message on it.
        number: u32,
    },
    /// MS-SERVICE-QUALITY (MS-TURN).
    MsQuality {
        /// 1 audio, 2 video, 3 supplemental video, 4 data.
        stream: u16,
        /// 0 best effort, 1 reliable.
        quality: u16,
    },
}

/// A password algorithm and its parameters (RFC 8489).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordAlgorithm<'a> {
    /// 1 is MD5, 2 SHA-256.
    pub algorithm: u16,
    /// Its parameters; the registered algorithms have none.
    pub parameters: &'a [u8],
}

impl<'a> PasswordAlgorithm<'a> {
    fn read(r: &mut Reader<'a>) -> Result<Self, ParseError> {
        let algorithm = r.u16("password algorithm")?;
        let length = usize::from(r.u16("algorithm parameters length")?);
        let parameters = r.take(length, "algorithm parameters")?;
        let padding = (length.next_multiple_of(4) - length).min(r.left());
        r.skip(padding, "algorithm padding")?;
        Ok(Self {
            algorithm,
            parameters,
        })
    }

    /// The algorithms of a PASSWORD-ALGORITHMS value, up to the first that cannot be read.
    pub fn list(data: &'a [u8]) -> impl Iterator<Item = Self> {
        let mut r = Reader::new(data);
        std::iter::from_fn(move || (!r.is_empty()).then(|| Self::read(&mut r).ok()).flatten())
    }
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

/// Decodes `data`, which begins `offset` bytes into the message; `mask` is what addresses are XORed
/// with: the header's bytes 4 to 20, which hold cookie and transaction id, or in a classic message
/// the longer transaction id.
pub(super) fn decode<'a>(
    kind: Kind,
    data: &'a [u8],
    offset: usize,
    mask: &[u8; 16],
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
        Kind::XorAddress => Value::Address(address(&mut r, Some(mask))?),
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
        Kind::EvenPort => Value::EvenPort {
            reserve_next: r.u8("flags")? & 0x80 != 0,
        },
        Kind::PasswordAlgorithm => Value::PasswordAlgorithm(PasswordAlgorithm::read(&mut r)?),
        Kind::PasswordAlgorithms => {
            while !r.is_empty() {
                PasswordAlgorithm::read(&mut r)?;
            }
            Value::PasswordAlgorithms(data)
        }
        Kind::Icmp => {
            r.skip(2, "reserved bits")?;
            Value::Icmp {
                kind: r.u8("ICMP type")?,
                code: r.u8("ICMP code")?,
                data: r.u32("error data")?,
            }
        }
        Kind::EcnCheck => {
            let bits = r.u32("ECN-CHECK")?;
            Value::EcnCheck {
                ecn: (bits >> 1 & 3) as u8,
                valid: bits & 1 != 0,
            }
        }
        Kind::TransmitCounter => {
            r.skip(2, "reserved bits")?;
            Value::TransmitCounter {
                requests: r.u8("request counter")?,
                responses: r.u8("response counter")?,
            }
        }
        Kind::AccessToken => {
            let length = usize::from(r.u16("nonce length")?);
            Value::AccessToken {
                nonce: r.take(length, "nonce")?,
                encrypted: r.rest(),
            }
        }
        Kind::U16List => Value::U16List(data.as_chunks::<2>().0),
        Kind::U32List => Value::U32List(data.as_chunks::<4>().0),
        Kind::Hex32 => Value::Hex32(r.u32("attribute value")?),
        Kind::MsSequence => Value::MsSequence {
            connection: r.take(20, "connection id")?,
            number: r.u32("sequence number")?,
        },
        Kind::MsQuality => Value::MsQuality {
            stream: r.u16("stream type")?,
            quality: r.u16("service quality")?,
        },
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

fn address(r: &mut Reader<'_>, mask: Option<&[u8; 16]>) -> Result<SocketAddr, ParseError> {
    r.skip(1, "reserved bits")?;
    let at = r.offset();
    let family = r.u8("address family")?;
    let port = r.u16("port")?;
    let mask = u128::from_be_bytes(mask.copied().unwrap_or_default());
    let port = port ^ (mask >> 112) as u16;
    match family {
        1 => {
            let ip = r.u32("IPv4 address")? ^ (mask >> 96) as u32;
            Ok((Ipv4Addr::from(ip), port).into())
        }
        2 => {
            let ip = u128::from_be_bytes(r.array("IPv6 address")?) ^ mask;
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
