//! [`Decoder`]: frame in, datagram out.

use super::fragment::{FragmentStats, Fragments};
use super::ip::{Packet, Part, protocol};
use super::link::{self, Network};
use super::tcp::Segment;
use super::tunnel::{self, Tunnel};
use super::{Datagram, Endpoint, Path, Protocol, Via, plain};
use crate::capture::Frame;
use crate::wire::{ParseError, Reader};

/// Tunnels in tunnels: more than this is no network.
const MAX_TUNNELS: usize = 8;

/// Takes frames apart, and holds the fragments of datagrams that came in several.
#[derive(Debug, Default)]
pub struct Decoder {
    fragments: Fragments,
    /// Fragments inside datagrams that came in fragments themselves.
    nested: Fragments,
    tunnels: u64,
}

/// What a frame turned out to carry.
#[derive(Clone, Copy, Debug)]
pub enum Decoded<'a> {
    /// A UDP datagram.
    Udp(Datagram<'a>),
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// An SCTP packet right on IP, or from a capture that has no addresses: those are 0.0.0.0 then.
    Sctp(Datagram<'a>),
    /// An ICMP or ICMPv6 message. The packet that an error message quotes is an old one, and is
    /// not looked into.
    Icmp,
    /// A packet inside a packet that cannot be opened, or is the innermost of too many.
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

/// A layer between the link and the transport, for decode trees.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layer<'a> {
    /// An IP packet, and what trails it.
    Ip(&'a [u8]),
    /// A tunnel's header, and what it tunnels.
    Tunnel(Tunnel, &'a [u8]),
    /// A UDP datagram that carries a tunnel.
    Udp(Datagram<'a>),
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a frame apart.
    #[inline]
    pub fn decode<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        match plain::datagram(frame) {
            Some(datagram) => Decoded::Udp(datagram),
            None => self.decode_any(frame),
        }
    }

    /// The general way, for every kind of frame.
    pub(super) fn decode_any<'a>(&'a mut self, frame: &Frame<'a>) -> Decoded<'a> {
        self.walk(frame, |_| {}).unwrap_or_else(Decoded::Malformed)
    }

    /// The general way, with every layer on the way to what the frame carries told to `visit`.
    pub(crate) fn trace<'a>(
        &'a mut self,
        frame: &Frame<'a>,
        visit: impl FnMut(Layer<'a>),
    ) -> Decoded<'a> {
        self.walk(frame, visit).unwrap_or_else(Decoded::Malformed)
    }

    /// Takes off layer after layer: link, IP, and whatever is tunnelled in it.
    #[inline(always)]
    fn walk<'a>(
        &'a mut self,
        frame: &Frame<'a>,
        mut visit: impl FnMut(Layer<'a>),
    ) -> Result<Decoded<'a>, ParseError> {
        // Each datagram that is put together lends its bytes from a table of its own.
        let mut tables = [&mut self.fragments, &mut self.nested].into_iter();
        let mut network = link::network(frame.link, frame.data)?;
        let mut depth = 0;
        loop {
            let mut packet = match network {
                Network::Ip(r) => {
                    visit(Layer::Ip(r.peek_rest()));
                    Packet::read(r)?
                }
                Network::Sctp(r) => return bare_sctp(frame, r),
                Network::NotIp(kind) => return Ok(Decoded::NotIp(kind)),
                Network::UnknownLink => return Ok(Decoded::UnknownLink),
            };
            if let Some(part) = packet.fragment {
                match assemble(tables.next(), frame, &packet, part)? {
                    Some(whole) => packet = whole,
                    None => return Ok(Decoded::Fragment),
                }
            }
            let (kind, inside) = match packet.protocol {
                protocol::UDP => {
                    let datagram = udp(frame, &packet)?;
                    if !tunnel::is_port(datagram.path.dst.port()) {
                        return Ok(Decoded::Udp(datagram));
                    }
                    let Some(found) = tunnel::in_udp(&datagram) else {
                        return Ok(Decoded::Udp(datagram));
                    };
                    visit(Layer::Udp(datagram));
                    visit(Layer::Tunnel(found.0, datagram.payload));
                    found
                }
                protocol::TCP => return tcp(frame, &packet),
                protocol::SCTP => return sctp(frame, &packet),
                protocol::ICMP | protocol::ICMP_V6 => return Ok(Decoded::Icmp),
                protocol::IPV4 => (Tunnel::Ipv4, Network::Ip(packet.payload)),
                protocol::IPV6 => (Tunnel::Ipv6, Network::Ip(packet.payload)),
                protocol::GRE => {
                    visit(Layer::Tunnel(Tunnel::Gre, packet.payload.peek_rest()));
                    match tunnel::gre(packet.payload)? {
                        Some(inside) => (Tunnel::Gre, inside),
                        None => {
                            self.tunnels += 1;
                            return Ok(Decoded::Tunnel(Tunnel::Gre));
                        }
                    }
                }
                other => return Ok(Decoded::OtherIp(other)),
            };
            self.tunnels += 1;
            depth += 1;
            if depth > MAX_TUNNELS {
                return Ok(Decoded::Tunnel(kind));
            }
            network = inside;
        }
    }

    /// What became of the fragments met so far.
    pub fn fragment_stats(&self) -> FragmentStats {
        self.fragments.stats + self.nested.stats
    }

    /// Datagrams of which only some fragments have come so far.
    pub fn incomplete(&self) -> usize {
        self.fragments.waiting() + self.nested.waiting()
    }

    /// Tunnel headers met so far, one for each packet inside a packet, opened or not. What the
    /// packets inside carry is counted as that.
    pub fn tunnels(&self) -> u64 {
        self.tunnels
    }
}

/// The datagram that a fragment completes; or as much of it as there will ever be.
#[cold]
fn assemble<'a>(
    table: Option<&'a mut Fragments>,
    frame: &Frame<'a>,
    packet: &Packet<'a>,
    part: Part,
) -> Result<Option<Packet<'a>>, ParseError> {
    let whole = table.and_then(|table| table.add(packet, part, frame.ts));
    if let Some((protocol, payload)) = whole {
        return packet.reassembled(protocol, payload).map(Some);
    }
    // If the snaplen cut the first one, the whole can never be had: its beginning can.
    Ok((part.offset == 0 && packet.missing > 0).then_some(Packet {
        fragment: None,
        ..*packet
    }))
}

/// UDP (RFC 768): source, destination, length, checksum.
#[inline(always)]
fn udp<'a>(frame: &Frame<'a>, packet: &Packet<'a>) -> Result<Datagram<'a>, ParseError> {
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
    Ok(Datagram {
        no: frame.no,
        ts: frame.ts,
        path: path(packet, [a, b], [c, d], Protocol::Udp),
        via: Via::Direct,
        missing: u32::try_from(len - payload.len()).unwrap_or(u32::MAX),
        payload,
    })
}

/// TCP: see [`Segment`].
fn tcp<'a>(frame: &Frame<'a>, packet: &Packet<'a>) -> Result<Decoded<'a>, ParseError> {
    let at = (frame.no, frame.ts);
    Segment::read(packet.payload, packet.missing, at, |src, dst| Path {
        src: packet.src.with_port(src),
        dst: packet.dst.with_port(dst),
        protocol: Protocol::Tcp,
    })
    .map(Decoded::Tcp)
}

/// SCTP (RFC 9260): the ports; the rest is the payload's matter, so they stay a part of it.
fn sctp<'a>(frame: &Frame<'a>, packet: &Packet<'a>) -> Result<Decoded<'a>, ParseError> {
    let mut r = packet.payload;
    let src = r.array::<2>("SCTP source port")?;
    let dst = r.array::<2>("SCTP destination port")?;
    Ok(Decoded::Sctp(Datagram {
        no: frame.no,
        ts: frame.ts,
        path: path(packet, src, dst, Protocol::Sctp),
        via: Via::Direct,
        missing: u32::try_from(packet.missing).unwrap_or(u32::MAX),
        payload: packet.payload.peek_rest(),
    }))
}

/// An SCTP packet of which the capture says no more than itself.
fn bare_sctp<'a>(frame: &Frame<'a>, payload: Reader<'a>) -> Result<Decoded<'a>, ParseError> {
    let nobody = Endpoint::v4([0; 4], 0);
    let packet = Packet {
        src: nobody,
        dst: nobody,
        protocol: protocol::SCTP,
        payload,
        missing: (frame.wire_len as usize).saturating_sub(frame.data.len()),
        fragment: None,
    };
    sctp(frame, &packet)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::LinkType;
    use crate::time::Timestamp;

    /// A frame of raw IP, captured `ms` after the epoch.
    fn frame(data: &[u8], ms: i64) -> Frame<'_> {
        Frame {
            no: 7,
            ts: Timestamp::from_nanos(ms * 1_000_000),
            link: LinkType::RAW,
            wire_len: data.len() as u32,
            offset: 0,
            data,
        }
    }

    fn v4(protocol: u8, id: u16, fragment: u16, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x45, 0];
        packet.extend((20 + payload.len() as u16).to_be_bytes());
        packet.extend(id.to_be_bytes());
        packet.extend(fragment.to_be_bytes());
        packet.extend([64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        packet.extend(payload);
        packet
    }

    fn v6(next: u8, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x60, 0, 0, 0];
        packet.extend((payload.len() as u16).to_be_bytes());
        packet.extend([next, 64]);
        packet.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        packet.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        packet.extend(payload);
        packet
    }

    fn udp_bytes(len: u16, payload: &[u8]) -> Vec<u8> {
        let mut datagram = vec![0x13, 0x88, 0x13, 0x8a];
        datagram.extend(len.to_be_bytes());
        datagram.extend([0, 0]);
        datagram.extend(payload);
        datagram
    }

    fn datagram(payload: &[u8]) -> Vec<u8> {
        udp_bytes(8 + payload.len() as u16, payload)
    }

    /// The payload and missing bytes of what must be a UDP datagram.
    fn udp_of(packet: &[u8]) -> (Vec<u8>, u32) {
        for n in 0..packet.len() {
            Decoder::new().decode(&frame(&packet[..n], 0));
        }
        match Decoder::new().decode(&frame(packet, 0)) {
            Decoded::Udp(d) => {
                assert_eq!((d.no, d.via), (7, Via::Direct));
                assert_eq!((d.path.src.port(), d.path.dst.port()), (5000, 5002));
                (d.payload.to_vec(), d.missing)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn udp_in_ipv4_and_ipv6() {
        let inside = datagram(b"hello");
        let hello = (b"hello".to_vec(), 0);
        assert_eq!(udp_of(&v4(17, 0, 0x4000, &inside)), hello);
        assert_eq!(udp_of(&v6(17, &inside)), hello);
        let packet = v4(17, 0, 0, &inside);
        match Decoder::new().decode(&frame(&packet, 0)) {
            Decoded::Udp(d) => assert_eq!(d.path.src.to_string(), "192.0.2.1:5000"),
            other => panic!("{other:?}"),
        };
        // Hop-by-hop, destination options, an authentication header, a fragment that is whole.
        let chain = [
            &[60, 0, 0, 0, 0, 0, 0, 0][..],
            &[51, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[44, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0],
            &[17, 0, 0, 0, 0, 0, 0, 9],
            &inside,
        ];
        assert_eq!(udp_of(&v6(0, &chain.concat())), hello);
        let endless = v6(0, &[0; 8 * 100]);
        assert!(matches!(
            Decoder::new().decode(&frame(&endless, 0)),
            Decoded::Malformed(_)
        ));
    }

    #[test]
    fn what_trails_the_packet_is_not_payload() {
        let mut padded = v4(17, 0, 0, &datagram(b"hi"));
        padded.extend([0xfc; 16]);
        assert_eq!(udp_of(&padded), (b"hi".to_vec(), 0));
        let inner = v4(17, 0, 0, &udp_bytes(10, b"hi and more"));
        assert_eq!(udp_of(&inner), (b"hi".to_vec(), 0));
    }

    #[test]
    fn lengths_that_are_not_what_is_there() {
        let whole = v4(17, 0, 0, &datagram(&[7; 100]));
        assert_eq!(udp_of(&whole[..60]), (vec![7; 32], 68), "snaplen");
        let mut unfilled = v4(17, 0, 0, &udp_bytes(0, b"offload"));
        unfilled[2..4].fill(0);
        assert_eq!(udp_of(&unfilled), (b"offload".to_vec(), 0));
        let mut unfilled = v6(17, &udp_bytes(0, b"offload"));
        unfilled[4..6].fill(0);
        assert_eq!(udp_of(&unfilled), (b"offload".to_vec(), 0));
        let too_long = v4(17, 0, 0, &udp_bytes(500, b"short"));
        assert_eq!(udp_of(&too_long), (b"short".to_vec(), 487));
        for (packet, what) in [
            (v4(17, 0, 0, &udp_bytes(7, b"x")), "UDP length"),
            (v4(17, 0, 0, b"1234567"), "UDP header"),
            (v4(6, 0, 0, &[0; 20]), "TCP data offset"),
            (vec![0x15; 20], "IP version"),
            (vec![0x44; 20], "IPv4 header length"),
            (vec![0x60; 39], "IPv6 header"),
            (vec![], "IP version"),
        ] {
            match Decoder::new().decode(&frame(&packet, 0)) {
                Decoded::Malformed(e) => assert_eq!(e.what, what),
                other => panic!("{what}: {other:?}"),
            };
        }
    }

    #[test]
    fn tunnels_are_opened_to_a_bounded_depth() {
        let mut packet = v4(17, 0, 0, &datagram(b"hello"));
        for depth in 1..=MAX_TUNNELS + 1 {
            packet = v4(4, 0, 0, &packet);
            let mut decoder = Decoder::new();
            match decoder.decode(&frame(&packet, 0)) {
                Decoded::Udp(d) if depth <= MAX_TUNNELS => assert_eq!(d.payload, b"hello"),
                Decoded::Tunnel(Tunnel::Ipv4) if depth > MAX_TUNNELS => {}
                other => panic!("{depth}: {other:?}"),
            }
            assert_eq!(decoder.tunnels(), depth as u64);
        }
    }

    #[test]
    fn fragments_inside_a_tunnel_that_comes_in_fragments() {
        let payload: Vec<u8> = (0..=255).collect();
        let mut decoder = Decoder::new();
        let mut found = Vec::new();
        for (id, inner) in (1..).zip(fragments(9, &datagram(&payload), 88)) {
            for outer in fragments(id, &[&[0, 0, 8, 0], &inner[..]].concat(), 48) {
                let mut outer = outer;
                outer[9] = 47; // GRE
                if let Decoded::Udp(d) = decoder.decode(&frame(&outer, 0)) {
                    found.push(d.payload.to_vec());
                }
            }
        }
        assert_eq!(found, [payload]);
        assert_eq!(decoder.fragment_stats().reassembled, 4);
        assert_eq!((decoder.tunnels(), decoder.incomplete()), (3, 0));
    }

    #[test]
    fn others_are_told_apart() {
        let mut decoder = Decoder::new();
        let mut is = |packet: Vec<u8>| format!("{:?}", decoder.decode(&frame(&packet, 0)));
        // An ICMP error that quotes a UDP datagram: the quoted one is not the sender's.
        let quoted = [
            &[3, 3, 0, 0, 0, 0, 0, 0][..],
            &v4(17, 0, 0, &datagram(b"x")),
        ]
        .concat();
        assert_eq!(is(v4(1, 0, 0, &quoted)), "Icmp");
        assert_eq!(is(v6(58, &[1, 0])), "Icmp");
        assert_eq!(is(v4(47, 0, 0, &[0x40, 0, 8, 0])), "Tunnel(Gre)", "routes");
        assert_eq!(is(v4(133, 0, 0, &[])), "OtherIp(133)");
        assert!(is(v4(132, 0, 0, &[0x13, 0x88, 0x13])).contains("SCTP destination port"));
        let mut tcp = vec![0, 80, 0, 81, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0];
        assert!(
            is(v4(6, 0, 0, &tcp[..5])).contains("payload: []"),
            "cut, ports known"
        );
        tcp.extend([0, 0, 0, 0, 0, 0, 42]);
        assert!(is(v4(6, 0, 0, &tcp)).contains("payload: [42]"));
    }

    #[test]
    fn sctp_comes_on_ip_and_on_its_own() {
        let chunk = [0x13, 0x88, 0x13, 0x89, 0, 0, 0, 1, 0, 0, 0, 0, 11, 0, 0, 4];
        let on_ip = v6(132, &chunk);
        match Decoder::new().decode(&frame(&on_ip, 0)) {
            Decoded::Sctp(d) => {
                assert_eq!(d.path.src.to_string(), "[2001:db8::1]:5000");
                assert_eq!((d.path.dst.port(), d.path.protocol), (5001, Protocol::Sctp));
                assert_eq!((d.payload, d.missing), (&chunk[..], 0));
            }
            other => panic!("{other:?}"),
        };
        let cut = Frame {
            link: LinkType::SCTP,
            wire_len: 100,
            ..frame(&chunk, 0)
        };
        match Decoder::new().decode(&cut) {
            Decoded::Sctp(d) => {
                assert_eq!(d.path.src.to_string(), "0.0.0.0:5000");
                assert_eq!((d.payload, d.missing), (&chunk[..], 84));
            }
            other => panic!("{other:?}"),
        };
    }

    /// `datagram` as IPv4 fragments of `size` bytes.
    fn fragments(id: u16, datagram: &[u8], size: usize) -> Vec<Vec<u8>> {
        let count = datagram.len().div_ceil(size);
        let cut = |(n, part): (usize, &[u8])| {
            let more = if n + 1 < count { 0x2000 } else { 0 };
            v4(17, id, more | (n * size / 8) as u16, part)
        };
        datagram.chunks(size).enumerate().map(cut).collect()
    }

    #[test]
    fn fragments_come_together_in_any_order() {
        let payload: Vec<u8> = (0..=255).collect();
        let parts = fragments(1, &datagram(&payload), 88);
        assert_eq!(parts.len(), 3);
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
            let mut decoder = Decoder::new();
            for n in &order[..2] {
                let part = frame(&parts[*n], 0);
                assert!(matches!(decoder.decode(&part), Decoded::Fragment));
                assert!(matches!(decoder.decode(&part), Decoded::Fragment), "twice");
            }
            match decoder.decode(&frame(&parts[order[2]], 0)) {
                Decoded::Udp(d) => assert_eq!(d.payload, payload),
                other => panic!("{other:?}"),
            };
            assert_eq!(decoder.incomplete(), 0);
            assert_eq!(decoder.fragment_stats().reassembled, 1);
        }
    }

    #[test]
    fn ipv6_fragments_may_hold_more_extension_headers() {
        let whole = [&[17, 0, 0, 0, 0, 0, 0, 0][..], &datagram(&[5; 40])].concat();
        let (a, b) = whole.split_at(24);
        let first = v6(44, &[&[60, 0, 0, 1, 0, 0, 0, 9][..], a].concat());
        let last = v6(44, &[&[60, 0, 0, 24, 0, 0, 0, 9][..], b].concat());
        let mut decoder = Decoder::new();
        assert!(matches!(
            decoder.decode(&frame(&last, 0)),
            Decoded::Fragment
        ));
        match decoder.decode(&frame(&first, 0)) {
            Decoded::Udp(d) => assert_eq!(d.payload, [5; 40]),
            other => panic!("{other:?}"),
        };
    }

    #[test]
    fn the_first_fragment_of_a_snaplen_cut_datagram_shows_what_it_has() {
        let parts = fragments(1, &datagram(&[9; 200]), 160);
        match Decoder::new().decode(&frame(&parts[0][..60], 0)) {
            Decoded::Udp(d) => assert_eq!((d.payload, d.missing), (&[9; 32][..], 168)),
            other => panic!("{other:?}"),
        };
    }

    proptest::proptest! {
        /// Any bytes on any link are an answer, and no payload is longer than its frame.
        #[test]
        fn any_bytes_are_an_answer(
            link in proptest::sample::select(vec![0u16, 1, 9, 12, 14, 101, 108, 113, 228, 229, 248, 276]),
            start in proptest::sample::select(vec![
                vec![],
                vec![0x45, 0],
                vec![0x60, 0, 0, 0, 0, 30, 0],
                [&[0; 12][..], &[8, 0, 0x45]].concat(),
                [&[0; 12][..], &[0x86, 0xdd, 0x60, 0, 0, 0, 0, 60, 44]].concat(),
                v4(47, 0, 0, &[0x20, 0, 0x65, 0x58])[..24].to_vec(),
                v4(17, 0, 0, &[0x12, 0xb5, 0x12, 0xb5, 0, 0, 0, 0, 8])[..29].to_vec(),
                v4(17, 0, 0, &[0x17, 0xc1, 0x17, 0xc1, 0, 0, 0, 0, 1])[..29].to_vec(),
                v4(17, 0, 0, &[0x08, 0x68, 0x08, 0x68, 0, 0, 0, 0, 0x34, 0xff])[..30].to_vec(),
            ]),
            tails in proptest::collection::vec(
                proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120), 1..8),
        ) {
            let mut decoder = Decoder::new();
            for tail in tails {
                let data = [&start[..], &tail].concat();
                let frame = Frame { link: LinkType(link), ..frame(&data, 0) };
                if let Decoded::Udp(d) = decoder.decode(&frame) {
                    proptest::prop_assert!(d.payload.len() <= 65_535);
                }
            }
        }
    }
}
