//! The protocols on a WebRTC port: pure functions from bytes to views over them.
//!
//! A view keeps the good prefix of a bad message and says what was wrong, with offsets. One folder
//! per protocol; [`Message`] is the only place that lists them. Used by `analysis` for meaning and
//! by the packet views for the decode tree.

pub mod dtls;
pub mod rtcp;
pub mod rtp;
pub mod sctp;
pub mod stun;
pub mod turn;

use crate::demux::Class;
use crate::tree::{Describe, Tree};
use crate::wire::ParseError;
use std::fmt::Write;

/// A datagram's payload, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// STUN or TURN message.
    Stun(stun::StunMessage<'a>),
    /// TURN ChannelData.
    ChannelData(turn::ChannelData<'a>),
    /// DTLS records.
    Dtls(dtls::DtlsDatagram<'a>),
    /// RTP or SRTP packet: the header does not tell which.
    Rtp(rtp::RtpPacket<'a>),
    /// RTCP in clear.
    Rtcp(rtcp::Compound<'a>),
    /// RTCP that is encrypted, or so damaged that it cannot be told from that.
    Srtcp(rtcp::SrtcpPacket<'a>),
    /// SCTP packet in clear.
    Sctp(sctp::SctpPacket<'a>),
    /// ZRTP packet, not decoded.
    Zrtp(&'a [u8]),
    /// QUIC packet with a long header, not decoded.
    Quic(&'a [u8]),
    /// Anything else.
    Unknown(&'a [u8]),
}

/// Decodes `payload` as `class`, which [`crate::demux::classify`] or the caller's knowledge of the
/// connection gives; `missing` more bytes were on the wire but not captured.
///
/// Fails only where not even a header can be read.
pub fn parse(payload: &[u8], class: Class, missing: u32) -> Result<Message<'_>, ParseError> {
    Ok(match class {
        Class::Stun => Message::Stun(stun::StunMessage::parse_cut(payload, missing)?),
        Class::ChannelData => Message::ChannelData(turn::ChannelData::parse_cut(payload, missing)?),
        Class::Dtls | Class::DtlsCiphertext => {
            Message::Dtls(dtls::DtlsDatagram::new(payload, missing))
        }
        Class::Rtp => Message::Rtp(rtp::RtpPacket::parse_cut(payload, missing)?),
        Class::Rtcp if rtcp::is_plausible_clear(payload, missing) => {
            Message::Rtcp(rtcp::Compound::new_cut(payload, missing))
        }
        Class::Rtcp => Message::Srtcp(rtcp::SrtcpPacket::parse_cut(payload, missing)?),
        Class::Sctp => Message::Sctp(sctp::SctpPacket::parse_cut(payload, missing)?),
        Class::Zrtp => Message::Zrtp(payload),
        Class::Quic => Message::Quic(payload),
        Class::Unknown => Message::Unknown(payload),
    })
}

impl Describe for Message<'_> {
    fn summary(&self, out: &mut String) {
        match self {
            Self::Stun(message) => message.summary(out),
            Self::ChannelData(message) => message.summary(out),
            Self::Dtls(datagram) => datagram.summary(out),
            Self::Rtp(packet) => packet.summary(out),
            Self::Rtcp(compound) => compound.summary(out),
            Self::Srtcp(packet) => packet.summary(out),
            Self::Sctp(packet) => packet.summary(out),
            Self::Zrtp(data) => opaque_summary("ZRTP", data, out),
            Self::Quic(data) => opaque_summary("QUIC", data, out),
            Self::Unknown(data) => opaque_summary("unknown", data, out),
        }
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        match self {
            Self::Stun(message) => message.describe(tree),
            Self::ChannelData(message) => message.describe(tree),
            Self::Dtls(datagram) => datagram.describe(tree),
            Self::Rtp(packet) => packet.describe(tree),
            Self::Rtcp(compound) => compound.describe(tree),
            Self::Srtcp(packet) => packet.describe(tree),
            Self::Sctp(packet) => packet.describe(tree),
            Self::Zrtp(data) => opaque("ZRTP", data, tree),
            Self::Quic(data) => opaque("QUIC", data, tree),
            Self::Unknown(data) => opaque("unknown", data, tree),
        }
    }
}

fn opaque_summary(name: &str, data: &[u8], out: &mut String) {
    let _ = write!(out, "{name}  {} bytes", data.len());
}

fn opaque(name: &str, data: &[u8], tree: &mut Tree<'_>) {
    tree.field(name, format_args!("{} bytes", data.len()), data);
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
