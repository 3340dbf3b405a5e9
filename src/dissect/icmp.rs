//! ICMP (RFC 792) and ICMPv6 (RFC 4443) in words: what a message says, and of which ports.
//!
//! "Port unreachable" is how a host says that nobody listens where the media goes. The packet that
//! an error quotes is an old one: of it the ports are named, and nothing is decoded.

use super::headers::number;
use crate::tree::Tree;
use crate::wire::part;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Bytes of a message before what it quotes.
const HEADER: usize = 8;

/// One message.
pub(super) struct Icmp<'a> {
    /// From where to where it went.
    src: IpAddr,
    dst: IpAddr,
    /// The message with its header, as far as it was captured.
    message: &'a [u8],
    kind: u8,
    code: u8,
}

/// An IP header's protocol, addresses and payload; `None` where it is cut, is a later fragment, or
/// has extension headers.
fn ip(data: &[u8]) -> Option<(u8, IpAddr, IpAddr, &[u8])> {
    let rest = |at: usize| data.get(at..);
    match data.first()? >> 4 {
        4 => {
            let header = usize::from(data.first()? & 0x0f) * 4;
            let offset = number(data.get(6..8)?) & 0x1fff;
            let src = <[u8; 4]>::try_from(data.get(12..16)?).ok()?;
            let dst = <[u8; 4]>::try_from(data.get(16..20)?).ok()?;
            let at = (header >= 20 && offset == 0).then_some(header)?;
            let (src, dst) = (Ipv4Addr::from(src), Ipv4Addr::from(dst));
            Some((*data.get(9)?, src.into(), dst.into(), rest(at)?))
        }
        6 => {
            let src = <[u8; 16]>::try_from(data.get(8..24)?).ok()?;
            let dst = <[u8; 16]>::try_from(data.get(24..40)?).ok()?;
            let (src, dst) = (Ipv6Addr::from(src), Ipv6Addr::from(dst));
            Some((*data.get(6)?, src.into(), dst.into(), rest(40)?))
        }
        _ => None,
    }
}

impl<'a> Icmp<'a> {
    /// The message in an IP packet; `None` where it does not follow the IP header directly.
    pub(super) fn find(packet: &'a [u8]) -> Option<Self> {
        let (protocol, src, dst, message) = ip(packet)?;
        let expected = if src.is_ipv4() { 1 } else { 58 };
        let &[kind, code, ..] = message else {
            return None;
        };
        (protocol == expected).then_some(Self {
            src,
            dst,
            message,
            kind,
            code,
        })
    }

    fn name(&self) -> &'static str {
        if self.src.is_ipv4() { "ICMP" } else { "ICMPv6" }
    }

    /// What its type and code say; empty where they have no name here.
    fn words(&self) -> (&'static str, &'static str) {
        if self.src.is_ipv4() {
            v4(self.kind, self.code)
        } else {
            v6(self.kind, self.code)
        }
    }

    /// Protocol, source and destination of the packet that an error quotes.
    fn quoted(&self) -> Option<(&'static str, SocketAddr, SocketAddr)> {
        let error = match self.src {
            IpAddr::V4(_) => matches!(self.kind, 3 | 4 | 5 | 11 | 12),
            // RFC 4443: errors have a zero in the high bit of their type.
            IpAddr::V6(_) => self.kind < 128,
        };
        let (protocol, src, dst, ports) = ip(self.message.get(HEADER..).filter(|_| error)?)?;
        let name = match protocol {
            6 => "TCP",
            17 => "UDP",
            _ => return None,
        };
        let &[a, b, c, d, ..] = ports else {
            return None;
        };
        let src = SocketAddr::new(src, u16::from_be_bytes([a, b]));
        Some((name, src, SocketAddr::new(dst, u16::from_be_bytes([c, d]))))
    }

    /// Its rows of a decode tree.
    pub(super) fn rows(&self, tree: &mut Tree<'_>) {
        let (kind, code) = self.words();
        tree.group(self.name(), self.message, |t| {
            let m = self.message;
            t.field("type", Named(self.kind, kind), part(m, 0..1));
            t.field("code", Named(self.code, code), part(m, 1..2));
            if let Some(checksum) = m.get(2..4) {
                t.field(
                    "checksum",
                    format_args!("0x{:04x}", number(checksum)),
                    checksum,
                );
            }
            if let Some((name, src, dst)) = self.quoted() {
                let quote = part(m, HEADER..m.len());
                t.field("quotes", format_args!("{name} {src} > {dst}"), quote);
            }
        });
    }
}

impl fmt::Display for Icmp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, code) = self.words();
        write!(f, "{} ", self.name())?;
        match (kind, code) {
            ("", _) => write!(f, "type {} code {}", self.kind, self.code)?,
            (kind, "") if self.code == 0 => write!(f, "{kind}")?,
            (kind, "") => write!(f, "{kind}, code {}", self.code)?,
            (kind, code) => write!(f, "{kind}: {code}")?,
        }
        if let Some((name, src, dst)) = self.quoted() {
            write!(f, "  of {name} port {} > {}", src.port(), dst.port())?;
        }
        write!(f, "  {} > {}", self.src, self.dst)
    }
}

/// A number and what it means, if that is known.
struct Named(u8, &'static str);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            "" => write!(f, "{}", self.0),
            name => write!(f, "{} {name}", self.0),
        }
    }
}

/// Types and codes of RFC 792; of unreachable, codes 9 and 10 are of RFC 1122 and 13 of RFC 1812.
fn v4(kind: u8, code: u8) -> (&'static str, &'static str) {
    match kind {
        0 => ("echo reply", ""),
        3 => (
            "destination unreachable",
            match code {
                0 => "network unreachable",
                1 => "host unreachable",
                2 => "protocol unreachable",
                3 => "port unreachable",
                4 => "fragmentation needed",
                5 => "source route failed",
                9 => "network prohibited",
                10 => "host prohibited",
                13 => "communication prohibited",
                _ => "",
            },
        ),
        4 => ("source quench", ""),
        5 => ("redirect", ""),
        8 => ("echo request", ""),
        11 => (
            "time exceeded",
            match code {
                0 => "in transit",
                1 => "in reassembly",
                _ => "",
            },
        ),
        12 => ("parameter problem", ""),
        _ => ("", ""),
    }
}

/// Types and codes of RFC 4443, and the neighbour discovery of RFC 4861.
fn v6(kind: u8, code: u8) -> (&'static str, &'static str) {
    match kind {
        1 => (
            "destination unreachable",
            match code {
                0 => "no route",
                1 => "communication prohibited",
                2 => "beyond the scope of the source",
                3 => "address unreachable",
                4 => "port unreachable",
                5 => "source address failed policy",
                6 => "route rejected",
                _ => "",
            },
        ),
        2 => ("packet too big", ""),
        3 => (
            "time exceeded",
            match code {
                0 => "in transit",
                1 => "in reassembly",
                _ => "",
            },
        ),
        4 => ("parameter problem", ""),
        128 => ("echo request", ""),
        129 => ("echo reply", ""),
        133 => ("router solicitation", ""),
        134 => ("router advertisement", ""),
        135 => ("neighbor solicitation", ""),
        136 => ("neighbor advertisement", ""),
        137 => ("redirect", ""),
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NoInsight, brief, dissect};
    use crate::capture::{Frame, LinkType};
    use crate::time::Timestamp;

    fn frame(data: &[u8]) -> Frame<'_> {
        Frame {
            no: 1,
            ts: Timestamp::default(),
            link: LinkType::RAW,
            wire_len: data.len() as u32,
            offset: 0,
            data,
        }
    }

    fn v4(protocol: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0x45, 0, 0, 20 + payload.len() as u8, 0, 0, 0, 0, 64];
        out.extend([protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        out.extend(payload);
        out
    }

    fn v6(next: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = vec![0x60, 0, 0, 0, 0, payload.len() as u8, next, 64];
        for end in [1, 2] {
            out.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, end]);
        }
        out.extend(payload);
        out
    }

    fn message(kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
        let mut out = vec![kind, code, 0xab, 0xcd, 0, 0, 0, 0];
        out.extend(quoted);
        out
    }

    const UDP: [u8; 8] = [0x13, 0x88, 0x17, 0x70, 0, 8, 0, 0];

    #[track_caller]
    fn says(data: &[u8], expected: &str) {
        assert_eq!(brief(&frame(data), false, &NoInsight).summary, expected);
    }

    #[test]
    fn an_error_says_what_of_which_ports() {
        let port = v4(1, &message(3, 3, &v4(17, &UDP)));
        let ends = "192.0.2.1 > 192.0.2.2";
        says(
            &port,
            &format!(
                "ICMP destination unreachable: port unreachable  of UDP port 5000 > 6000  {ends}"
            ),
        );
        says(
            &v6(58, &message(1, 4, &v6(17, &UDP))),
            "ICMPv6 destination unreachable: port unreachable  of UDP port 5000 > 6000  \
             2001:db8::1 > 2001:db8::2",
        );
        let rows = dissect(&frame(&port), false, &NoInsight).rows;
        let value = |label: &str| {
            let group = rows.iter().position(|r| r.label == "ICMP").unwrap();
            let row = rows.iter().skip(group).find(|r| r.label == label).unwrap();
            (row.value.clone(), row.bytes.clone().unwrap())
        };
        assert_eq!(value("type"), ("3 destination unreachable".into(), 20..21));
        assert_eq!(value("code"), ("3 port unreachable".into(), 21..22));
        let quoted = "UDP 192.0.2.1:5000 > 192.0.2.2:6000";
        assert_eq!(value("quotes"), (quoted.into(), 28..56));
    }

    #[test]
    fn others_say_their_type() {
        let ends = "192.0.2.1 > 192.0.2.2";
        for (kind, code, expected) in [
            (8, 0, "echo request"),
            (0, 0, "echo reply"),
            (11, 0, "time exceeded: in transit"),
            (3, 77, "destination unreachable, code 77"),
            (200, 7, "type 200 code 7"),
        ] {
            // What an echo carries is no quote, whatever it looks like.
            let quoted = if kind == 8 { v4(17, &UDP) } else { vec![] };
            let data = v4(1, &message(kind, code, &quoted));
            says(&data, &format!("ICMP {expected}  {ends}"));
        }
        let ends = "2001:db8::1 > 2001:db8::2";
        let neighbor = v6(58, &message(135, 0, &[]));
        says(&neighbor, &format!("ICMPv6 neighbor solicitation  {ends}"));
    }

    #[test]
    fn every_prefix_is_taken() {
        for data in [
            v4(1, &message(3, 3, &v4(17, &UDP))),
            v6(58, &message(1, 4, &v6(17, &UDP))),
        ] {
            for end in 0..=data.len() {
                let data = &data[..end];
                assert!(!brief(&frame(data), false, &NoInsight).summary.is_empty());
                let inside = |range: &std::ops::Range<usize>| range.end <= end;
                let rows = dissect(&frame(data), false, &NoInsight).rows;
                assert!(rows.iter().all(|r| r.bytes.as_ref().is_none_or(inside)));
            }
        }
    }
}
