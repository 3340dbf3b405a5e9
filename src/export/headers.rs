//! IP and UDP headers for what had other wrappers, or none of its own, in the capture it came from
//! (RFC 791, RFC 8200, RFC 768).
//!
//! Checksums are right. What is too long for a length field gets the length 0, as captures of large
//! segments have it.

use crate::net::{Endpoint, Path};
use std::net::IpAddr;

/// IP protocol numbers.
const UDP: u8 = 17;
const SCTP: u8 = 132;

const TTL: u8 = 64;
const UDP_HEADER: usize = 8;

/// Appends an IP packet with a UDP datagram that holds `payload`, of which `missing` bytes more were
/// on the wire.
pub(super) fn udp(out: &mut Vec<u8>, path: Path, payload: &[u8], missing: u32) {
    let len = UDP_HEADER + payload.len() + missing as usize;
    ip(out, path, UDP, len);
    let length = u16::try_from(len).unwrap_or(0);
    let at = out.len();
    out.extend(path.src.port().to_be_bytes());
    out.extend(path.dst.port().to_be_bytes());
    out.extend(length.to_be_bytes());
    out.extend([0, 0]);
    out.extend_from_slice(payload);
    if missing > 0 {
        return; // 0 is no checksum: that of what is not here cannot be known.
    }
    let mut sum = Sum::default();
    let (src, dst) = addresses(path);
    sum.add(&octets(src));
    sum.add(&octets(dst));
    sum.add(&(len as u32).to_be_bytes());
    sum.add(&[0, UDP]);
    sum.add(out.get(at..).unwrap_or_default());
    let checksum = match sum.finish() {
        0 => 0xffff,
        sum => sum,
    };
    if let Some(field) = out.get_mut(at + 6..at + 8) {
        field.copy_from_slice(&checksum.to_be_bytes());
    }
}

/// Appends an IP packet that holds an SCTP packet, of which `missing` bytes more were on the wire.
pub(super) fn sctp(out: &mut Vec<u8>, path: Path, packet: &[u8], missing: u32) {
    ip(out, path, SCTP, packet.len() + missing as usize);
    out.extend_from_slice(packet);
}

fn ip(out: &mut Vec<u8>, path: Path, protocol: u8, len: usize) {
    match addresses(path) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let at = out.len();
            let total = u16::try_from(20 + len).unwrap_or(0);
            out.extend([0x45, 0]);
            out.extend(total.to_be_bytes());
            // Never fragmented, so the identification says nothing (RFC 6864).
            out.extend([0, 0, 0x40, 0, TTL, protocol, 0, 0]);
            out.extend(src.octets());
            out.extend(dst.octets());
            let mut sum = Sum::default();
            sum.add(out.get(at..).unwrap_or_default());
            let checksum = sum.finish();
            if let Some(field) = out.get_mut(at + 10..at + 12) {
                field.copy_from_slice(&checksum.to_be_bytes());
            }
        }
        (src, dst) => {
            out.extend([0x60, 0, 0, 0]);
            out.extend(u16::try_from(len).unwrap_or(0).to_be_bytes());
            out.extend([protocol, TTL]);
            out.extend(octets(src));
            out.extend(octets(dst));
        }
    }
}

/// Both addresses in one family. Behind a TURN server the two ends may have different ones: then IPv4
/// is mapped into IPv6 (RFC 4291).
pub(super) fn addresses(path: Path) -> (IpAddr, IpAddr) {
    let (src, dst) = (path.src.ip(), path.dst.ip());
    match (src, dst) {
        (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => (src, dst),
        _ => (mapped(path.src), mapped(path.dst)),
    }
}

fn mapped(end: Endpoint) -> IpAddr {
    match end.ip() {
        IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
        v6 => v6,
    }
}

pub(super) fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// The Internet checksum (RFC 1071).
#[derive(Default)]
struct Sum(u64);

impl Sum {
    /// Adds bytes, an even number of them unless they are the last.
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks(2) {
            let [high, low] = match pair {
                [a, b] => [*a, *b],
                [a] => [*a, 0],
                _ => [0, 0],
            };
            self.0 += u64::from(u16::from_be_bytes([high, low]));
        }
    }

    fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Frame, LinkType};
    use crate::net::{Decoded, Decoder, Protocol};
    use crate::time::Timestamp;

    fn path(src: &str, dst: &str) -> Path {
        let end = |text: &str| Endpoint::from(text.parse::<std::net::SocketAddr>().unwrap());
        Path {
            src: end(src),
            dst: end(dst),
            protocol: Protocol::Udp,
        }
    }

    fn frame(data: &[u8], missing: u32) -> Frame<'_> {
        Frame {
            no: 1,
            ts: Timestamp::from_nanos(0),
            link: LinkType::RAW,
            wire_len: data.len() as u32 + missing,
            offset: 0,
            data,
        }
    }

    #[test]
    fn what_is_built_is_read_back_with_its_addresses() {
        for path in [
            path("192.0.2.1:5000", "192.0.2.2:5002"),
            path("[2001:db8::1]:5000", "[2001:db8::2]:5002"),
            path("192.0.2.1:5000", "[2001:db8::2]:5002"),
        ] {
            for payload in [&b""[..], b"a", b"ab", &[0xff; 1300]] {
                for missing in [0, 7] {
                    let mut out = Vec::new();
                    udp(&mut out, path, payload, missing);
                    match Decoder::new().decode(&frame(&out, missing)) {
                        Decoded::Udp(d) => {
                            assert_eq!((d.path, d.payload, d.missing), (path, payload, missing));
                        }
                        other => panic!("{other:?}"),
                    };
                }
            }
            let chunk = [0x13, 0x88, 0x13, 0x89, 0, 0, 0, 1, 0, 0, 0, 0, 11, 0, 0, 4];
            let mut out = Vec::new();
            sctp(&mut out, path, &chunk, 0);
            match Decoder::new().decode(&frame(&out, 0)) {
                Decoded::Sctp(d) => {
                    assert_eq!((d.path.src.ip(), d.payload), (path.src.ip(), &chunk[..]));
                }
                other => panic!("{other:?}"),
            };
        }
    }

    #[test]
    fn checksums_add_up() {
        // Over a right checksum and what it covers, the sum is 0 (RFC 1071).
        let mut out = Vec::new();
        udp(
            &mut out,
            path("192.0.2.1:5000", "192.0.2.2:5002"),
            b"odd",
            0,
        );
        let mut header = Sum::default();
        header.add(&out[..20]);
        assert_eq!(header.finish(), 0);
        let mut datagram = Sum::default();
        datagram.add(&out[12..20]);
        datagram.add(&[0, 17, 0, 11]);
        datagram.add(&out[20..]);
        assert_eq!(datagram.finish(), 0);
        let mut out = Vec::new();
        udp(
            &mut out,
            path("[2001:db8::1]:9", "[2001:db8::2]:9"),
            b"even",
            0,
        );
        let mut datagram = Sum::default();
        datagram.add(&out[8..40]);
        datagram.add(&[0, 0, 0, 12, 0, 0, 0, 17]);
        datagram.add(&out[40..]);
        assert_eq!(datagram.finish(), 0);
    }

    #[test]
    fn the_largest_message_of_a_tcp_frame_is_read_back_whole() {
        // RFC 4571 has messages of 65 535 bytes, which no UDP datagram can hold.
        let payload = vec![0x80; 65_535];
        for path in [
            path("192.0.2.1:5000", "192.0.2.2:5002"),
            path("[2001:db8::1]:5000", "[2001:db8::2]:5002"),
        ] {
            let mut out = Vec::new();
            udp(&mut out, path, &payload, 0);
            match Decoder::new().decode(&frame(&out, 0)) {
                Decoded::Udp(d) => assert_eq!(d.payload.len(), payload.len()),
                other => panic!("{other:?}"),
            };
        }
    }
}
