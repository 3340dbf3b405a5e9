//! The link layer: finds the IP packet in a frame of each link type that rtcscope reads.
//!
//! Layouts after <https://www.tcpdump.org/linktypes.html>; VLAN tags IEEE 802.1Q, PPPoE RFC 2516,
//! PPP RFC 1661 and RFC 1662, MPLS RFC 3032. Used by [`Decoder`](super::Decoder).

use crate::capture::LinkType;
use crate::wire::{ParseError, Reader, part};

/// What a frame carries.
#[derive(Debug)]
pub(super) enum Network<'a> {
    /// An IP packet, with whatever trails it in the frame.
    Ip(Reader<'a>),
    /// An SCTP packet without any network below it: what a decryptor writes.
    Sctp(Reader<'a>),
    /// Something else, by its EtherType (or PPP protocol, or address family).
    NotIp(u16),
    /// The link type is not one of those read here.
    UnknownLink,
}

/// Tags and labels in front of one packet; more than this is no network.
const MAX_TAGS: usize = 8;

/// Finds the IP packet in `data`, which begins with what `link` says.
#[inline]
pub(super) fn network(link: LinkType, data: &[u8]) -> Result<Network<'_>, ParseError> {
    let mut r = Reader::new(data);
    match link {
        LinkType::ETHERNET => ethernet(r),
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 | LinkType::IPV4 | LinkType::IPV6 => {
            Ok(Network::Ip(r))
        }
        LinkType::LINUX_SLL => {
            r.skip(14, "Linux cooked header")?;
            let ether_type = r.u16("protocol of the Linux cooked header")?;
            ether_payload(ether_type, r)
        }
        LinkType::LINUX_SLL2 => {
            let ether_type = r.u16("protocol of the Linux cooked header")?;
            r.skip(18, "Linux cooked header")?;
            ether_payload(ether_type, r)
        }
        LinkType::SCTP => Ok(Network::Sctp(r)),
        LinkType::NULL | LinkType::LOOP => loopback(r),
        LinkType::PPP => framed_ppp(r),
        _ => Ok(Network::UnknownLink),
    }
}

/// EtherTypes that matter here.
pub(super) mod ether_type {
    pub(in crate::net) const IPV4: u16 = 0x0800;
    pub(in crate::net) const ARP: u16 = 0x0806;
    /// Ethernet in GRE or Geneve.
    pub(in crate::net) const TRANSPARENT_ETHERNET: u16 = 0x6558;
    pub(in crate::net) const VLAN: u16 = 0x8100;
    /// PPP in GRE (RFC 2637).
    pub(in crate::net) const PPP: u16 = 0x880b;
    pub(in crate::net) const IPV6: u16 = 0x86dd;
    pub(in crate::net) const SERVICE_VLAN: u16 = 0x88a8;
    /// Mirrored Ethernet in GRE, types I and II.
    pub(in crate::net) const ERSPAN: u16 = 0x88be;
    /// The same, type III.
    pub(in crate::net) const ERSPAN_III: u16 = 0x22eb;
    pub(in crate::net) const LLDP: u16 = 0x88cc;
    /// Tags in use before 802.1ad.
    pub(in crate::net) const OLD_QINQ: [u16; 2] = [0x9100, 0x9200];
    pub(in crate::net) const PPPOE_SESSION: u16 = 0x8864;
    pub(in crate::net) const MPLS: [u16; 2] = [0x8847, 0x8848];
    /// What is not above this is a length (IEEE 802.3) and an LLC header follows.
    pub(in crate::net) const MAX_LENGTH: u16 = 1500;
}

/// Finds the IP packet in an Ethernet frame.
#[inline]
pub(super) fn ethernet(mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    r.skip(12, "Ethernet addresses")?;
    let ether_type = r.u16("EtherType")?;
    ether_payload(ether_type, r)
}

/// What follows an EtherType.
#[inline]
pub(super) fn ether_payload(kind: u16, r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    match kind {
        ether_type::IPV4 | ether_type::IPV6 => Ok(Network::Ip(r)),
        _ => tagged(kind, r),
    }
}

/// What lies behind any number of tags.
fn tagged(mut kind: u16, mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    for _ in 0..MAX_TAGS {
        match kind {
            ether_type::IPV4 | ether_type::IPV6 => return Ok(Network::Ip(r)),
            ether_type::VLAN | ether_type::SERVICE_VLAN => kind = untag(&mut r)?,
            _ if ether_type::OLD_QINQ.contains(&kind) => kind = untag(&mut r)?,
            ether_type::PPPOE_SESSION => return pppoe(r),
            _ if ether_type::MPLS.contains(&kind) => return mpls(r),
            0..=ether_type::MAX_LENGTH => match snap(&mut r) {
                Some(inside) => kind = inside,
                None => return Ok(Network::NotIp(kind)),
            },
            _ => return Ok(Network::NotIp(kind)),
        }
    }
    Ok(Network::NotIp(kind))
}

/// Takes a VLAN tag and the EtherType behind it.
fn untag(r: &mut Reader<'_>) -> Result<u16, ParseError> {
    r.skip(2, "VLAN tag")?;
    r.u16("EtherType behind the VLAN tag")
}

/// The EtherType in an LLC header with SNAP, if that is what follows.
fn snap(r: &mut Reader<'_>) -> Option<u16> {
    let [0xaa, 0xaa, 0x03, 0, 0, 0, high, low] = *r.peek_rest().first_chunk()? else {
        return None;
    };
    r.skip(8, "SNAP header").ok()?;
    // A length in here would be read as another LLC header, so it is no EtherType.
    Some(u16::from_be_bytes([high, low])).filter(|kind| *kind > ether_type::MAX_LENGTH)
}

/// PPPoE session: version and type, code, session, length; then PPP.
fn pppoe(mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    r.skip(4, "PPPoE header")?;
    let len = usize::from(r.u16("PPPoE length")?);
    let len = len.min(r.left());
    ppp(r.sub(len, "PPPoE payload")?)
}

/// PPP, with or without the address and control fields of HDLC before it.
pub(super) fn framed_ppp(mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    if r.peek_rest().starts_with(&[0xff, 0x03]) {
        r.skip(2, "PPP address and control")?;
    }
    ppp(r)
}

/// A PPP protocol field and what it says; an odd first byte means it was compressed to one.
fn ppp(mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    let first = r.u8("PPP protocol")?;
    let protocol = if first & 1 == 1 {
        u16::from(first)
    } else {
        u16::from_be_bytes([first, r.u8("PPP protocol")?])
    };
    match protocol {
        0x0021 | 0x0057 => Ok(Network::Ip(r)),
        other => Ok(Network::NotIp(other)),
    }
}

/// MPLS labels up to the bottom of the stack (RFC 3032). Nothing tells what follows; the first four
/// bits of an IP packet do. Those of a pseudowire's control word (RFC 4385) are zero.
fn mpls(mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    const UNKNOWN: Network<'_> = Network::NotIp(ether_type::MPLS[0]);
    for _ in 0..MAX_TAGS {
        let label = r.u32("MPLS label")?;
        if label & 0x100 != 0 {
            return match r.peek_rest().first().map(|b| b >> 4) {
                Some(4 | 6) => Ok(Network::Ip(r)),
                Some(0) => pseudowire(r),
                _ => Ok(UNKNOWN),
            };
        }
    }
    Ok(UNKNOWN)
}

/// Ethernet behind the control word of a pseudowire (RFC 4448), if that is what follows: a frame
/// whose tags, all known, end in an IP packet.
fn pseudowire(mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    let unknown = Ok(Network::NotIp(ether_type::MPLS[0]));
    r.skip(4, "control word of the pseudowire")?;
    let mut kind = match part(r.peek_rest(), 12..14) {
        &[a, b] => u16::from_be_bytes([a, b]),
        _ => return unknown,
    };
    r.skip(14, "Ethernet header")?;
    for _ in 0..MAX_TAGS {
        match kind {
            ether_type::VLAN | ether_type::SERVICE_VLAN => kind = untag(&mut r)?,
            ether_type::IPV4 | ether_type::IPV6 => return Ok(Network::Ip(r)),
            _ => return unknown,
        }
    }
    unknown
}

/// BSD loopback: an address family in the byte order of the capturing machine (NULL) or the
/// network's (LOOP). IPv6 has a different number on every system.
fn loopback(mut r: Reader<'_>) -> Result<Network<'_>, ParseError> {
    let family = r.u32("address family")?;
    // Families are small numbers: if the upper half is set, it is the other byte order.
    let family = if family > 0xffff {
        family.swap_bytes()
    } else {
        family
    };
    match family {
        2 | 10 | 24 | 28 | 30 => Ok(Network::Ip(r)),
        other => Ok(Network::NotIp(other as u16)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: [u8; 3] = [0x45, 1, 2];

    /// `front` then an IP packet: what `network` finds.
    fn behind(link: LinkType, front: &[u8]) -> Option<Vec<u8>> {
        let data = [front, &IP].concat();
        for n in 0..data.len() {
            // Any prefix is an answer or an error, never a panic.
            let _ = network(link, &data[..n]);
        }
        match network(link, &data).unwrap() {
            Network::Ip(r) => Some(r.peek_rest().to_vec()),
            _ => None,
        }
    }

    #[test]
    fn finds_ip_behind_every_link_layer() {
        let mac = [0u8; 12];
        let ether = |rest: &[u8]| behind(LinkType::ETHERNET, &[&mac[..], rest].concat());
        let ip = Some(IP.to_vec());
        assert_eq!(ether(&[0x08, 0x00]), ip);
        assert_eq!(ether(&[0x86, 0xdd]), ip);
        assert_eq!(ether(&[0x81, 0, 0, 5, 0x08, 0]), ip, "VLAN");
        assert_eq!(
            ether(&[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x08, 0]),
            ip,
            "QinQ"
        );
        assert_eq!(ether(&[0x91, 0, 0, 5, 0x81, 0, 0, 6, 0x86, 0xdd]), ip);
        assert_eq!(
            ether(&[0x88, 0x64, 0x11, 0, 0, 1, 0, 5, 0, 0x21]),
            ip,
            "PPPoE"
        );
        assert_eq!(
            ether(&[0x88, 0x64, 0x11, 0, 0, 1, 0, 5, 0x57]),
            ip,
            "short PPP"
        );
        assert_eq!(
            ether(&[0x88, 0x47, 0, 0, 0x10, 1, 0, 0, 0x21, 1]),
            ip,
            "MPLS"
        );
        let pseudowire = [
            &[0x88, 0x47, 0, 0, 0x11, 1, 0, 0, 0, 0][..],
            &mac,
            &[0x81, 0, 0, 5, 8, 0],
        ];
        assert_eq!(ether(&pseudowire.concat()), ip, "Ethernet in MPLS");
        assert_eq!(ether(&[0, 11, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]), ip, "SNAP");
        let sll = [0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0];
        assert_eq!(behind(LinkType::LINUX_SLL, &sll), ip);
        let mut sll2 = [0; 20];
        sll2[0] = 0x08;
        assert_eq!(behind(LinkType::LINUX_SLL2, &sll2), ip);
        assert_eq!(behind(LinkType::NULL, &[2, 0, 0, 0]), ip);
        assert_eq!(behind(LinkType::NULL, &[0, 0, 0, 2]), ip);
        assert_eq!(behind(LinkType::NULL, &[30, 0, 0, 0]), ip);
        assert_eq!(behind(LinkType::LOOP, &[0, 0, 0, 24]), ip);
        assert_eq!(behind(LinkType::PPP, &[0xff, 3, 0, 0x21]), ip);
        assert_eq!(behind(LinkType::PPP, &[0, 0x57]), ip);
        assert_eq!(behind(LinkType::PPP, &[0x21]), ip);
        for raw in [12, 14, 101, 228, 229] {
            assert_eq!(behind(LinkType(raw), &[]), ip);
        }
    }

    #[test]
    fn says_what_is_not_ip() {
        let arp = [&[0; 12][..], &[8, 6]].concat();
        assert!(matches!(
            network(LinkType::ETHERNET, &arp),
            Ok(Network::NotIp(0x0806))
        ));
        let nested = [&[0; 12][..], &[0x81, 0].repeat(1000)].concat();
        assert!(matches!(
            network(LinkType::ETHERNET, &nested),
            Ok(Network::NotIp(0x8100))
        ));
        let mut snaps = vec![0; 14];
        snaps.extend([0xaa, 0xaa, 3, 0, 0, 0, 0, 4].repeat(100));
        assert!(matches!(
            network(LinkType::ETHERNET, &snaps),
            Ok(Network::NotIp(0))
        ));
        assert!(matches!(
            network(LinkType(127), &[0; 40]),
            Ok(Network::UnknownLink)
        ));
        assert!(matches!(
            network(LinkType::NULL, &[7, 0, 0, 0]),
            Ok(Network::NotIp(7))
        ));
    }
}
