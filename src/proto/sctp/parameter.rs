//! The parameters of INIT, INIT ACK and RE-CONFIG (RFC 9260, RFC 3758, RFC 4820, RFC 4895,
//! RFC 5061, RFC 6525, RFC 9653).

use super::codes::parameter as code;
use super::tlv::Tlv;
use crate::wire::ParseError;
use std::net::IpAddr;

/// A parameter, decoded by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter<'a> {
    /// An address of the sender, for multihoming: data channels have none.
    Address(IpAddr),
    /// The state of the association, which the peer echoes.
    StateCookie(&'a [u8]),
    /// A parameter of the INIT that its receiver does not know, as it was sent.
    Unrecognised(&'a [u8]),
    /// Milliseconds by which the sender wants the cookie to live longer.
    CookiePreservative(u32),
    /// A host name; deprecated.
    HostName(&'a [u8]),
    /// Address types that the sender takes: 5 is IPv4, 6 IPv6.
    AddressTypes(&'a [[u8; 2]]),
    /// A capability that is there or not: ECN, FORWARD-TSN.
    Flag,
    /// The sender takes packets without checksum, because this other method finds errors:
    /// 1 is DTLS.
    ZeroChecksum(u32),
    /// Random bytes, for the keys of AUTH.
    Random(&'a [u8]),
    /// Chunk types: that the sender supports, or wants authenticated.
    Chunks(&'a [u8]),
    /// HMACs that the sender supports: 1 is SHA-1, 3 SHA-256.
    Hmacs(&'a [[u8; 2]]),
    /// A hint for the layer above.
    Adaptation(u32),
    /// A request to reconfigure streams, or the answer.
    Reconfiguration(Reconfiguration<'a>),
    /// Anything else.
    Other(&'a [u8]),
}

/// The six parameters of RE-CONFIG (RFC 6525).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reconfiguration<'a> {
    /// The sender begins its streams anew: that is how a data channel is closed (RFC 8831).
    ResetOutgoing {
        /// Number of the request.
        request: u32,
        /// The request this answers, if it does.
        response: u32,
        /// The last TSN sent before.
        last_tsn: u32,
        /// The streams; none are all.
        streams: Streams<'a>,
    },
    /// The sender asks the peer to reset its streams.
    ResetIncoming {
        /// Number of the request.
        request: u32,
        /// The streams; none are all.
        streams: Streams<'a>,
    },
    /// The sender asks to begin all TSNs and streams anew.
    ResetTsn {
        /// Number of the request.
        request: u32,
    },
    /// The answer to a request.
    Response {
        /// Number of the request.
        request: u32,
        /// How it went; [`super::codes::result_name`] knows the codes.
        result: u32,
        /// The TSNs that sender and receiver go on with, in the answer to a TSN reset.
        next_tsns: Option<(u32, u32)>,
    },
    /// The sender wants to send on more streams.
    AddOutgoing {
        /// Number of the request.
        request: u32,
        /// How many more.
        streams: u16,
    },
    /// The sender wants the peer to send on more streams.
    AddIncoming {
        /// Number of the request.
        request: u32,
        /// How many more.
        streams: u16,
    },
}

/// Stream identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams<'a>(&'a [[u8; 2]]);

impl<'a> Streams<'a> {
    /// Each of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u16> + use<'a> {
        self.0.iter().map(|id| u16::from_be_bytes(*id))
    }

    /// Whether none is named, which means all.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Parameter<'a> {
    /// Decodes a parameter.
    pub fn parse(tlv: &Tlv<'a>) -> Result<Self, ParseError> {
        let mut r = tlv.reader();
        Ok(match tlv.kind {
            code::IPV4 => Self::Address(IpAddr::from(r.array::<4>("IPv4 address")?)),
            code::IPV6 => Self::Address(IpAddr::from(r.array::<16>("IPv6 address")?)),
            code::STATE_COOKIE => Self::StateCookie(tlv.value),
            code::UNRECOGNISED => Self::Unrecognised(tlv.value),
            code::COOKIE_PRESERVATIVE => Self::CookiePreservative(r.u32("life-span increment")?),
            code::HOST_NAME => Self::HostName(tlv.value),
            code::ADDRESS_TYPES => Self::AddressTypes(tlv.value.as_chunks().0),
            code::ECN | code::FORWARD_TSN => Self::Flag,
            code::ZERO_CHECKSUM => Self::ZeroChecksum(r.u32("error detection method")?),
            code::RANDOM => Self::Random(tlv.value),
            code::CHUNK_LIST | code::EXTENSIONS => Self::Chunks(tlv.value),
            code::HMACS => Self::Hmacs(tlv.value.as_chunks().0),
            code::ADAPTATION => Self::Adaptation(r.u32("adaptation code point")?),
            code::RESET_OUTGOING..=code::ADD_INCOMING => {
                Self::Reconfiguration(Reconfiguration::parse(tlv)?)
            }
            _ => Self::Other(tlv.value),
        })
    }
}

impl<'a> Reconfiguration<'a> {
    fn parse(tlv: &Tlv<'a>) -> Result<Self, ParseError> {
        let mut r = tlv.reader();
        let request = r.u32("request sequence number")?;
        Ok(match tlv.kind {
            code::RESET_OUTGOING => Self::ResetOutgoing {
                request,
                response: r.u32("response sequence number")?,
                last_tsn: r.u32("last TSN")?,
                streams: Streams(r.rest().as_chunks().0),
            },
            code::RESET_INCOMING => Self::ResetIncoming {
                request,
                streams: Streams(r.rest().as_chunks().0),
            },
            code::RESET_TSN => Self::ResetTsn { request },
            code::RECONFIG_RESPONSE => {
                let result = r.u32("result")?;
                let next_tsns = match r.left() {
                    0 => None,
                    _ => Some((r.u32("sender's next TSN")?, r.u32("receiver's next TSN")?)),
                };
                Self::Response {
                    request,
                    result,
                    next_tsns,
                }
            }
            kind => {
                let streams = r.u16("number of new streams")?;
                if kind == code::ADD_OUTGOING {
                    Self::AddOutgoing { request, streams }
                } else {
                    Self::AddIncoming { request, streams }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tlv::Tlvs;
    use super::*;
    use crate::proto::testing::hex;
    use crate::wire::Reader;

    fn all(bytes: &[u8]) -> Vec<Result<Parameter<'_>, ParseError>> {
        let tlvs = Tlvs::new(Reader::new(bytes));
        tlvs.map(|tlv| Parameter::parse(&tlv?)).collect()
    }

    #[test]
    fn what_an_init_may_carry() {
        let bytes = hex(
            "0005 0008 c0000201 0006 0014 20010db8000000000000000000000001 0007 0006 abcd 0000
             0008 0008 80ff0004 0009 0008 000003e8 000b 0006 6100 0000 000c 0008 0005 0006
             8000 0004 8001 0008 00000001 8002 0008 01020304 8003 0006 80c1 0000
             8004 0008 0003 0001 8008 0007 82c040 00 c000 0004 c006 0008 0000002a 9999 0005 07",
        );
        let all: Vec<_> = all(&bytes).into_iter().map(Result::unwrap).collect();
        let types = [[0, 5], [0, 6]];
        let hmacs = [[0, 3], [0, 1]];
        assert_eq!(
            all,
            [
                Parameter::Address("192.0.2.1".parse().unwrap()),
                Parameter::Address("2001:db8::1".parse().unwrap()),
                Parameter::StateCookie(&[0xab, 0xcd]),
                Parameter::Unrecognised(&[0x80, 0xff, 0, 4]),
                Parameter::CookiePreservative(1000),
                Parameter::HostName(b"a\0"),
                Parameter::AddressTypes(&types),
                Parameter::Flag,
                Parameter::ZeroChecksum(1),
                Parameter::Random(&[1, 2, 3, 4]),
                Parameter::Chunks(&[0x80, 0xc1]),
                Parameter::Hmacs(&hmacs),
                Parameter::Chunks(&[0x82, 0xc0, 0x40]),
                Parameter::Flag,
                Parameter::Adaptation(42),
                Parameter::Other(&[7]),
            ]
        );
    }

    #[test]
    fn all_six_ways_to_reconfigure() {
        let bytes = hex(
            "000d 0012 00000001 00000002 00000003 0003 0000 000e 000a 00000004 0005 0000
             000f 0008 00000006 0010 000c 00000007 00000001
             0010 0014 00000008 00000001 00000009 0000000a
             0011 000c 0000000b 000c 0000 0012 000c 0000000d 000e 0000",
        );
        let all: Vec<_> = all(&bytes)
            .into_iter()
            .map(|p| match p {
                Ok(Parameter::Reconfiguration(r)) => r,
                other => panic!("{other:?}"),
            })
            .collect();
        let response = |request, next_tsns| Reconfiguration::Response {
            request,
            result: 1,
            next_tsns,
        };
        assert_eq!(
            all,
            [
                Reconfiguration::ResetOutgoing {
                    request: 1,
                    response: 2,
                    last_tsn: 3,
                    streams: Streams(&[[0, 3]]),
                },
                Reconfiguration::ResetIncoming {
                    request: 4,
                    streams: Streams(&[[0, 5]]),
                },
                Reconfiguration::ResetTsn { request: 6 },
                response(7, None),
                response(8, Some((9, 10))),
                Reconfiguration::AddOutgoing {
                    request: 11,
                    streams: 12,
                },
                Reconfiguration::AddIncoming {
                    request: 13,
                    streams: 14,
                },
            ]
        );
    }

    #[test]
    fn values_that_are_too_short_are_told() {
        for text in [
            "0005 0006 c000",
            "8001 0004",
            "000d 000c 00000001 00000002",
            "0010 000c 00000001",
            "0010 0010 00000001 00000001 00000001",
            "0011 0008 00000001",
            "000d 0004",
        ] {
            let bytes = hex(text);
            assert!(all(&bytes)[0].is_err(), "{text}");
        }
    }
}
