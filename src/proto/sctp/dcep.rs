//! The data channel establishment protocol (RFC 8832): the two messages that name a data channel.
//!
//! They travel as user data with payload protocol 50, on the stream that becomes the channel.

use super::codes;
use crate::wire::{ParseError, Parsed, Reader};

/// A DCEP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dcep<'a> {
    /// DATA_CHANNEL_OPEN.
    Open(Open<'a>),
    /// DATA_CHANNEL_ACK.
    Ack,
}

/// DATA_CHANNEL_OPEN: what the new channel is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open<'a> {
    /// Channel type; [`Open::is_unordered`] and [`Open::reliability`] say what it means.
    pub channel_type: u8,
    /// Priority: 128 below normal, 256 normal, 512 high, 1024 extra high (RFC 8831).
    pub priority: u16,
    /// Retransmissions or milliseconds, as the channel type says; ignored for reliable ones.
    pub reliability_parameter: u32,
    /// The label as it was sent: UTF-8, if the sender kept to the specification.
    pub label: &'a [u8],
    /// The subprotocol as it was sent, from the WebSocket registry, if any.
    pub protocol: &'a [u8],
}

/// How hard a channel tries to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliability {
    /// Until it arrives.
    Reliable,
    /// With at most this many retransmissions.
    MaxRetransmits(u32),
    /// For at most this many milliseconds.
    MaxPacketLifeTime(u32),
    /// A channel type that is not registered.
    Unknown(u8),
}

impl Open<'_> {
    /// Whether messages may arrive out of order.
    pub fn is_unordered(&self) -> bool {
        self.channel_type & 0x80 != 0
    }

    /// How hard the channel tries.
    pub fn reliability(&self) -> Reliability {
        match self.channel_type & 0x7f {
            0 => Reliability::Reliable,
            1 => Reliability::MaxRetransmits(self.reliability_parameter),
            2 => Reliability::MaxPacketLifeTime(self.reliability_parameter),
            _ => Reliability::Unknown(self.channel_type),
        }
    }
}

impl<'a> Dcep<'a> {
    /// Reads a message from user data that begins `base` bytes into the packet. What is cut of the
    /// label or protocol is missing there, and told.
    pub fn parse(data: &'a [u8], base: usize) -> Result<Parsed<Self>, ParseError> {
        let mut r = Reader::at(data, base);
        let value = match r.u8("DCEP message type")? {
            codes::DCEP_ACK => Self::Ack,
            codes::DCEP_OPEN => return Self::open(r),
            other => {
                let wanted = "2 (ACK) or 3 (OPEN)";
                return Err(ParseError::value(
                    "DCEP message type",
                    base,
                    other.into(),
                    wanted,
                ));
            }
        };
        Ok(Parsed {
            value,
            problem: None,
        })
    }

    fn open(mut r: Reader<'a>) -> Result<Parsed<Self>, ParseError> {
        let channel_type = r.u8("channel type")?;
        let priority = r.u16("priority")?;
        let reliability_parameter = r.u32("reliability parameter")?;
        let label_length = r.u16("label length")?;
        let protocol_length = r.u16("protocol length")?;
        let mut problem = None;
        let mut text = |length: u16, what| match r.take(length.into(), what) {
            Ok(text) => text,
            Err(error) => {
                problem.get_or_insert(error);
                r.rest()
            }
        };
        let label = text(label_length, "label");
        let protocol = text(protocol_length, "protocol");
        Ok(Parsed {
            value: Self::Open(Open {
                channel_type,
                priority,
                reliability_parameter,
                label,
                protocol,
            }),
            problem,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::testing::hex;

    /// From a call between two Chromiums.
    const TELEMETRY: &str = "03810100 00000000 0009 0006 74656c656d65747279 782d74656c65";
    const LIFE: &str = "03020100 00000064 0004 0000 6c696665";

    #[test]
    fn channels_say_what_they_are() {
        let bytes = hex(TELEMETRY);
        let Ok(Parsed {
            value: Dcep::Open(open),
            problem: None,
        }) = Dcep::parse(&bytes, 0)
        else {
            panic!();
        };
        assert_eq!(
            (open.label, open.protocol),
            (&b"telemetry"[..], &b"x-tele"[..])
        );
        assert_eq!(open.priority, 256);
        assert!(open.is_unordered());
        assert_eq!(open.reliability(), Reliability::MaxRetransmits(0));
        let bytes = hex(LIFE);
        let Dcep::Open(open) = Dcep::parse(&bytes, 0).unwrap().value else {
            panic!();
        };
        assert!(!open.is_unordered());
        assert_eq!(open.reliability(), Reliability::MaxPacketLifeTime(100));
        assert_eq!(Dcep::parse(&[2], 0).unwrap().value, Dcep::Ack);
    }

    #[test]
    fn every_prefix_is_answered_and_a_cut_label_is_kept() {
        let bytes = hex(TELEMETRY);
        for n in 0..12 {
            assert!(Dcep::parse(&bytes[..n], 0).is_err(), "{n}");
        }
        for n in 12..bytes.len() {
            let parsed = Dcep::parse(&bytes[..n], 28).unwrap();
            assert!(parsed.problem.is_some_and(|p| p.offset >= 40), "{n}");
        }
        let Dcep::Open(open) = Dcep::parse(&bytes[..16], 0).unwrap().value else {
            panic!();
        };
        assert_eq!((open.label, open.protocol), (&b"tele"[..], &b""[..]));
        assert!(Dcep::parse(&[7], 0).is_err());
    }
}
