//! Packets inside packets: what a tunnel's header says that its payload is.
//!
//! GRE (RFC 2784, RFC 2890) with Ethernet, PPP (RFC 2637) and ERSPAN in it, VXLAN (RFC 7348),
//! Geneve (RFC 8926), GTP-U (3GPP TS 29.281) and L2TP (RFC 2661). IP in IP has no header of its
//! own, and MPLS belongs to the link layer.
//!
//! A UDP port alone proves nothing: WebRTC takes ephemeral ports, and those of tunnels are among
//! them. A UDP payload is a tunnel only if its header is one and a packet follows whose own header
//! fits. Used by [`Decoder`](super::Decoder).

use super::Datagram;
use super::link::{self, Network, ether_type};
use crate::wire::{ParseError, Reader, part};

/// Tunnels: packets inside IP packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tunnel {
    /// IPv4 in IP (RFC 2003).
    Ipv4,
    /// IPv6 in IP (RFC 4213).
    Ipv6,
    /// Generic Routing Encapsulation (RFC 2784).
    Gre,
    /// Virtual eXtensible Local Area Network (RFC 7348).
    Vxlan,
    /// Generic Network Virtualization Encapsulation (RFC 8926).
    Geneve,
    /// GPRS tunnelling protocol, user plane (3GPP TS 29.281).
    GtpU,
    /// Layer Two Tunneling Protocol (RFC 2661).
    L2tp,
}

impl Tunnel {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ipv4 | Self::Ipv6 => "IP in IP",
            Self::Gre => "GRE",
            Self::Vxlan => "VXLAN",
            Self::Geneve => "Geneve",
            Self::GtpU => "GTP-U",
            Self::L2tp => "L2TP",
        }
    }
}

/// UDP ports of tunnels. A sender takes any port, so that only the destination tells.
mod port {
    pub(super) const L2TP: u16 = 1701;
    pub(super) const GTP_U: u16 = 2152;
    pub(super) const VXLAN: u16 = 4789;
    pub(super) const GENEVE: u16 = 6081;
    /// VXLAN in Linux before it had a port of its own.
    pub(super) const OLD_VXLAN: u16 = 8472;
}

/// Whether a datagram to this port may be a tunnel's.
#[inline(always)]
pub(super) fn is_port(port: u16) -> bool {
    matches!(
        port,
        port::L2TP | port::GTP_U | port::VXLAN | port::GENEVE | port::OLD_VXLAN
    )
}

/// What a UDP datagram tunnels; `None` if it is no tunnel as far as its structure tells.
#[cold]
pub(super) fn in_udp<'a>(datagram: &Datagram<'a>) -> Option<(Tunnel, Network<'a>)> {
    let (r, missing) = (Reader::new(datagram.payload), datagram.missing as usize);
    let (kind, inside) = match datagram.path.dst.port() {
        port::VXLAN | port::OLD_VXLAN => (Tunnel::Vxlan, vxlan(r)),
        port::GENEVE => (Tunnel::Geneve, geneve(r)),
        port::GTP_U => (Tunnel::GtpU, gtp_u(r, missing)),
        port::L2TP => (Tunnel::L2tp, l2tp(r)),
        _ => return None,
    };
    let inside = inside.ok().flatten()?;
    is_credible(&inside, missing).then_some((kind, inside))
}

/// Whether what seems to be tunnelled has a header that fits; `missing` bytes of it were not
/// captured.
fn is_credible(inside: &Network<'_>, missing: usize) -> bool {
    match inside {
        Network::Ip(r) => is_ip(r.peek_rest(), missing),
        // Networks talk to themselves in tunnels too.
        Network::NotIp(kind) => matches!(*kind, ether_type::ARP | ether_type::LLDP),
        // No tunnel has a link type to say so.
        Network::Sctp(_) | Network::UnknownLink => false,
    }
}

/// An IPv4 or IPv6 header with a length that is there.
fn is_ip(data: &[u8], missing: usize) -> bool {
    let there = data.len().saturating_add(missing);
    match data {
        [first, _, l0, l1, ..] if first >> 4 == 4 => {
            let header = usize::from(first & 15) * 4;
            let total = usize::from(u16::from_be_bytes([*l0, *l1]));
            header >= 20 && total >= header && total <= there
        }
        [first, _, _, _, l0, l1, ..] if first >> 4 == 6 => {
            40 + usize::from(u16::from_be_bytes([*l0, *l1])) <= there
        }
        _ => false,
    }
}

/// VXLAN: flags, of which one must be set; network identifier; then Ethernet. The group policy
/// extension sets more flags.
fn vxlan(mut r: Reader<'_>) -> Result<Option<Network<'_>>, ParseError> {
    const HAS_IDENTIFIER: u8 = 0x08;
    const GROUP_POLICY: u8 = 0x80;
    let [flags, ..] = r.array::<8>("VXLAN header")?;
    if flags & !GROUP_POLICY != HAS_IDENTIFIER {
        return Ok(None);
    }
    link::ethernet(r).map(Some)
}

/// Geneve: version and length of the options, flags, protocol, network identifier, options.
fn geneve(mut r: Reader<'_>) -> Result<Option<Network<'_>>, ParseError> {
    let [first, flags, p0, p1, _, _, _, reserved] = r.array::<8>("Geneve header")?;
    if first >> 6 != 0 || flags & 0x3f != 0 || reserved != 0 {
        return Ok(None);
    }
    r.skip(usize::from(first & 0x3f) * 4, "Geneve options")?;
    by_ether_type(u16::from_be_bytes([p0, p1]), r).map(Some)
}

/// GTP-U: version 1, protocol type GTP; a G-PDU; its length; the tunnel; extension headers.
fn gtp_u(mut r: Reader<'_>, missing: usize) -> Result<Option<Network<'_>>, ParseError> {
    const G_PDU: u8 = 0xff;
    const HAS_EXTENSIONS: u8 = 0x04;
    let [flags, kind, l0, l1, ..] = r.array::<8>("GTP-U header")?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if flags & 0xf8 != 0x30 || kind != G_PDU || length > r.left().saturating_add(missing) {
        return Ok(None);
    }
    let mut r = r.sub(length.min(r.left()), "GTP-U payload")?;
    if flags & 0x07 != 0 {
        // Sequence number, N-PDU number, type of the next extension header.
        let [_, _, _, mut next] = r.array::<4>("GTP-U optional fields")?;
        while flags & HAS_EXTENSIONS != 0 && next != 0 {
            // In units of four bytes, with its length before and the next type behind.
            let length = usize::from(r.u8("GTP-U extension header length")?) * 4;
            let Some(content) = length.checked_sub(2) else {
                return Ok(None);
            };
            r.skip(content, "GTP-U extension header")?;
            next = r.u8("GTP-U next extension header")?;
        }
    }
    Ok(Some(Network::Ip(r)))
}

/// L2TP version 2, data messages: flags, length, tunnel, session, sequence numbers, offset; PPP.
fn l2tp(mut r: Reader<'_>) -> Result<Option<Network<'_>>, ParseError> {
    const CONTROL: u16 = 0x8000;
    const LENGTH: u16 = 0x4000;
    const SEQUENCE: u16 = 0x0800;
    const OFFSET: u16 = 0x0200;
    const RESERVED: u16 = 0x34f0;
    let flags = r.u16("L2TP flags")?;
    if flags & (CONTROL | RESERVED) != 0 || flags & 15 != 2 {
        return Ok(None);
    }
    if flags & LENGTH != 0 {
        r.skip(2, "L2TP length")?;
    }
    r.skip(4, "L2TP tunnel and session")?;
    if flags & SEQUENCE != 0 {
        r.skip(4, "L2TP sequence numbers")?;
    }
    if flags & OFFSET != 0 {
        let offset = r.u16("L2TP offset")?;
        r.skip(offset.into(), "L2TP offset padding")?;
    }
    link::framed_ppp(r).map(Some)
}

/// GRE: flags, protocol, and the optional fields that the flags tell of. `None` where it cannot be
/// opened: the source routes of RFC 1701, and versions that do not exist.
pub(super) fn gre(mut r: Reader<'_>) -> Result<Option<Network<'_>>, ParseError> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const SEQUENCE: u16 = 0x1000;
    const ACKNOWLEDGMENT: u16 = 0x0080;
    let flags = r.u16("GRE flags")?;
    let protocol = r.u16("GRE protocol type")?;
    let version = flags & 7;
    if flags & ROUTING != 0 || version > 1 {
        return Ok(None);
    }
    let fields = [CHECKSUM, KEY, SEQUENCE];
    let mut present = fields.iter().filter(|field| flags & **field != 0).count();
    if version == 1 && flags & ACKNOWLEDGMENT != 0 {
        present += 1;
    }
    r.skip(present * 4, "GRE optional fields")?;
    match protocol {
        // A lone acknowledgment, or a keepalive.
        _ if r.is_empty() => Ok(Some(Network::NotIp(protocol))),
        // ERSPAN type I has no header of its own, and no sequence number in GRE's.
        ether_type::ERSPAN if flags & SEQUENCE == 0 => link::ethernet(r).map(Some),
        ether_type::ERSPAN => {
            r.skip(8, "ERSPAN header")?;
            link::ethernet(r).map(Some)
        }
        ether_type::ERSPAN_III => {
            let header = r.take(12, "ERSPAN header")?;
            // The last bit tells of a subheader.
            if part(header, 11..12).first().is_some_and(|b| b & 1 == 1) {
                r.skip(8, "ERSPAN subheader")?;
            }
            link::ethernet(r).map(Some)
        }
        ether_type::PPP => link::framed_ppp(r).map(Some),
        other => by_ether_type(other, r).map(Some),
    }
}

/// What follows a protocol type that is an EtherType.
fn by_ether_type(kind: u16, r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    match kind {
        ether_type::TRANSPARENT_ETHERNET => link::ethernet(r),
        // Below are lengths, which nothing here tells.
        0..=ether_type::MAX_LENGTH => Ok(Network::NotIp(kind)),
        other => link::ether_payload(other, r),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Endpoint, Path, Protocol, Via};
    use crate::time::Timestamp;

    /// An IPv4 header that says it is all there is.
    const IP: [u8; 20] = [
        0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
    ];

    fn datagram(port: u16, payload: &[u8], missing: u32) -> Datagram<'_> {
        Datagram {
            no: 1,
            ts: Timestamp::from_nanos(0),
            path: Path {
                src: Endpoint::v4([1, 1, 1, 1], 40_000),
                dst: Endpoint::v4([2, 2, 2, 2], port),
                protocol: Protocol::Udp,
            },
            via: Via::Direct,
            missing,
            payload,
        }
    }

    /// What a tunnel header followed by an IP packet is taken for. Its prefixes must be harmless,
    /// and taken for the same where enough of the packet is there.
    fn opened(port: u16, header: &[u8]) -> Option<Tunnel> {
        let payload = [header, &IP].concat();
        let whole = in_udp(&datagram(port, &payload, 0));
        for n in 0..payload.len() {
            let missing = (payload.len() - n) as u32;
            let cut = in_udp(&datagram(port, &payload[..n], missing)).map(|(kind, _)| kind);
            assert!(cut.is_none() || cut == whole.as_ref().map(|(kind, _)| *kind));
            assert!(n < header.len() + 6 || cut == whole.as_ref().map(|(kind, _)| *kind));
        }
        whole.map(|(kind, inside)| match inside {
            Network::Ip(r) => {
                assert_eq!(r.peek_rest(), IP);
                kind
            }
            other => panic!("{other:?}"),
        })
    }

    const ETHERNET: [u8; 14] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];

    #[test]
    fn tunnels_in_udp_are_found_by_port_and_structure() {
        let vxlan = [&[8, 0, 0, 0, 0, 0, 42, 0][..], &ETHERNET].concat();
        assert_eq!(opened(4789, &vxlan), Some(Tunnel::Vxlan));
        assert_eq!(opened(8472, &vxlan), Some(Tunnel::Vxlan));
        assert_eq!(opened(4790, &vxlan), None, "another port");
        let geneve = [&[1, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 4][..], &ETHERNET].concat();
        assert_eq!(opened(6081, &geneve), Some(Tunnel::Geneve));
        let geneve = [0, 0x40, 8, 0, 0, 0, 42, 0];
        assert_eq!(
            opened(6081, &geneve),
            Some(Tunnel::Geneve),
            "critical, IPv4"
        );
        let gtp = [0x30, 0xff, 0, 20, 0, 0, 0, 1];
        assert_eq!(opened(2152, &gtp), Some(Tunnel::GtpU));
        // A sequence number, and a PDU session container (5G).
        let gtp = [0x36, 0xff, 0, 28, 0, 0, 0, 1, 0, 7, 0, 0x85, 1, 0, 9, 0];
        assert_eq!(opened(2152, &gtp), Some(Tunnel::GtpU));
        let l2tp = [0x40, 2, 0, 32, 0, 1, 0, 2, 0xff, 3, 0, 0x21];
        assert_eq!(opened(1701, &l2tp), Some(Tunnel::L2tp));
    }

    #[test]
    fn what_only_has_the_port_is_no_tunnel() {
        let rtp = [
            0x80, 96, 0, 1, 0, 0, 0, 2, 0x5a, 0x1c, 0x22, 0xf0, 0x45, 0, 0, 28,
        ];
        let stun = [0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8];
        let unified = [0x30, 0xff, 0, 8, 0, 1, 2, 3, 0x99, 5, 6, 7, 8, 9, 1, 2];
        for port in [1701, 2152, 4789, 6081, 8472] {
            for payload in [&rtp[..], &stun, &unified, &[], &IP] {
                assert!(
                    in_udp(&datagram(port, payload, 0)).is_none(),
                    "{port} {payload:?}"
                );
            }
        }
        let too_long = [&[0x30, 0xff, 0, 20, 0, 0, 0, 1][..], &IP].concat();
        let mut lying = too_long.clone();
        lying[8 + 3] = 21;
        assert!(in_udp(&datagram(2152, &too_long, 0)).is_some());
        assert!(in_udp(&datagram(2152, &lying, 0)).is_none());
        assert!(in_udp(&datagram(2152, &too_long[..27], 0)).is_none());
    }

    #[test]
    fn gre_with_every_field_and_payload() {
        let found = |header: &[u8]| {
            let packet = [header, &IP].concat();
            for n in 0..packet.len() {
                let _ = gre(Reader::new(&packet[..n]));
            }
            match gre(Reader::new(&packet)) {
                Ok(Some(Network::Ip(r))) => r.peek_rest() == IP,
                _ => false,
            }
        };
        assert!(found(&[0, 0, 8, 0]));
        assert!(found(&[0xb0, 0, 8, 0, 1, 1, 0, 0, 2, 2, 2, 2, 3, 3, 3, 3]));
        assert!(found(&[&[0, 0, 0x65, 0x58][..], &ETHERNET].concat()));
        assert!(
            found(&[
                0x30, 0x81, 0x88, 0x0b, 0, 9, 0, 1, 0, 0, 0, 5, 0, 0, 0, 4, 0x21
            ]),
            "PPTP"
        );
        assert!(
            found(&[&[0, 0, 0x88, 0xbe][..], &ETHERNET].concat()),
            "type I"
        );
        let second = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0, 0, 0, 0, 0, 0];
        assert!(found(&[&second[..], &ETHERNET].concat()), "type II");
        let mut third = vec![0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20];
        third.resize(8 + 11, 0);
        third.push(1);
        third.resize(8 + 12 + 8, 0);
        assert!(found(&[&third[..], &ETHERNET].concat()), "type III");
        assert!(
            matches!(gre(Reader::new(&[0x40, 0, 8, 0])), Ok(None)),
            "routes"
        );
        assert!(
            matches!(gre(Reader::new(&[0, 2, 8, 0])), Ok(None)),
            "version"
        );
    }
}
