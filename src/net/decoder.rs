//! [`Decoder`]: frame in, datagram out.

use super::fragment::{FragmentStats, Fragments};
use super::ip::{Packet, protocol};
use super::link::{self, Network};
use super::{Datagram, Endpoint, Path, Protocol, Via};
use crate::capture::Frame;
use crate::wire::{ParseError, Reader};

/// Takes frames apart, and holds the fragments of datagrams that came in several.
#[derive(Debug, Default)]
pub struct Decoder {
    fragments: Fragments,
}

/// What a frame turned out to carry.
#[derive(Clone, Copy, Debug)]
pub enum Decoded<'a> {
    /// A UDP datagram.
    Udp(Datagram<'a>),
    /// A TCP segment.
    Tcp {
        /// Its addresses and ports.
        path: Path,
        /// What was captured of its payload.
        payload: &'a [u8],
    },
    /// An ICMP or ICMPv6 message. The packet that an error message quotes is an old one, and is
    /// not looked into.
    Icmp,
    /// A packet inside a packet.
    Tunnel(Tunnel),
    /// An IP packet of another protocol, by its number.
    OtherIp(u8),
    /// A fragment of a datagram that is not complete.
    Fragment,
    /// A frame of another network protocol, by its EtherType (or PPP protocol, or address family).
    NotIp(u16),
    /// A frame of a link type that rtcscope does not read.
    UnknownLink,
    /// Headers that cannot be read; the offset counts from the start of the frame (of the
    /// reassembled payload, for a datagram that came in fragments).
    Malformed(ParseError),
}

/// Tunnels that are recognised by their IP protocol number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tunnel {
    /// IPv4 in IP (RFC 2003).
    Ipv4,
    /// IPv6 in IP (RFC 4213).
    Ipv6,
    /// Generic Routing Encapsulation (RFC 2784).
    Gre,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a frame apart.
    #[inline]
    pub fn decode<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        let packet = match link::network(frame.link, frame.data) {
            Ok(Network::Ip(r)) => Packet::read(r),
            Ok(Network::NotIp(kind)) => return Decoded::NotIp(kind),
            Ok(Network::UnknownLink) => return Decoded::UnknownLink,
            Err(e) => Err(e),
        };
        let decoded = match packet {
            Ok(packet) if packet.fragment.is_some() => self.fragment(frame, packet),
            Ok(packet) => transport(frame, packet),
            Err(e) => Err(e),
        };
        decoded.unwrap_or_else(Decoded::Malformed)
    }

    /// What became of the fragments met so far.
    pub fn fragment_stats(&self) -> FragmentStats {
        self.fragments.stats
    }

    /// Datagrams of which only some fragments have come so far.
    pub fn incomplete(&self) -> usize {
        self.fragments.waiting()
    }

    #[cold]
    fn fragment<'a>(
        &'a mut self,
        frame: &Frame<'a>,
        packet: Packet<'a>,
    ) -> Result<Decoded<'a>, ParseError> {
        let Some(part) = packet.fragment else {
            return transport(frame, packet);
        };
        let complete = self.fragments.add(&packet, part, frame.ts);
        if let Some((protocol, payload)) = complete {
            return transport(frame, packet.reassembled(protocol, payload)?);
        }
        if part.offset == 0 && packet.missing > 0 {
            // The snaplen cut this one, so the whole can never be had: its beginning can.
            return transport(frame, packet);
        }
        Ok(Decoded::Fragment)
    }
}

/// What the payload of an IP packet is.
#[inline]
fn transport<'a>(frame: &Frame<'a>, packet: Packet<'a>) -> Result<Decoded<'a>, ParseError> {
    Ok(match packet.protocol {
        protocol::UDP => return udp(frame, packet),
        protocol::TCP => return tcp(packet),
        protocol::ICMP | protocol::ICMP_V6 => Decoded::Icmp,
        protocol::IPV4 => Decoded::Tunnel(Tunnel::Ipv4),
        protocol::IPV6 => Decoded::Tunnel(Tunnel::Ipv6),
        protocol::GRE => Decoded::Tunnel(Tunnel::Gre),
        other => Decoded::OtherIp(other),
    })
}

/// UDP (RFC 768): source, destination, length, checksum.
#[inline]
fn udp<'a>(frame: &Frame<'a>, packet: Packet<'a>) -> Result<Decoded<'a>, ParseError> {
    let mut r = packet.payload;
    let (start, there) = (r.offset(), r.left());
    let [a, b, c, d, e, f, _, _] = r.array::<8>("UDP header")?;
    let captured = r.left();
    let len = match u16::from_be_bytes([e, f]) {
        // As IPv4's total length, not filled in yet; or longer than the field can tell.
        0 => captured + packet.missing,
        short @ 1..8 => {
            return Err(ParseError::length(
                "UDP length",
                start + 4,
                short.into(),
                there,
            ));
        }
        len => usize::from(len) - 8,
    };
    let payload = r.take(len.min(captured), "UDP payload")?;
    Ok(Decoded::Udp(Datagram {
        no: frame.no,
        ts: frame.ts,
        path: path(&packet, [a, b], [c, d], Protocol::Udp),
        via: Via::Direct,
        missing: u32::try_from(len - payload.len()).unwrap_or(u32::MAX),
        payload,
    }))
}

/// TCP (RFC 9293): the ports, and where the payload begins.
fn tcp(packet: Packet<'_>) -> Result<Decoded<'_>, ParseError> {
    let mut r = packet.payload;
    let start = r.offset();
    let src = r.array::<2>("TCP source port")?;
    let dst = r.array::<2>("TCP destination port")?;
    let path = path(&packet, src, dst, Protocol::Tcp);
    let payload = match tcp_header_len(&mut r) {
        Some(len @ 20..) => packet.payload.peek_rest().get(len..).unwrap_or_default(),
        Some(len) => {
            return Err(ParseError::length("TCP data offset", start + 12, len, 20));
        }
        // The snaplen cut the header: the ports are known, and that is all.
        None => &[],
    };
    Ok(Decoded::Tcp { path, payload })
}

/// The header's length in bytes, from behind the ports.
fn tcp_header_len(r: &mut Reader<'_>) -> Option<usize> {
    r.skip(8, "TCP sequence numbers").ok()?;
    let offset = r.u8("TCP data offset").ok()?;
    Some(usize::from(offset >> 4) * 4)
}

#[inline]
fn path(packet: &Packet<'_>, src: [u8; 2], dst: [u8; 2], protocol: Protocol) -> Path {
    let port = |endpoint: Endpoint, port| endpoint.with_port(u16::from_be_bytes(port));
    Path {
        src: port(packet.src, src),
        dst: port(packet.dst, dst),
        protocol,
    }
}
