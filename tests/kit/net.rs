//! Ethernet, IPv4 or IPv6 and UDP around a payload, with right lengths and checksums.

use std::net::{IpAddr, SocketAddr};

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const PROTOCOL_UDP: u8 = 17;

/// From whom to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpPath {
    pub src: SocketAddr,
    pub dst: SocketAddr,
}

impl UdpPath {
    pub fn new(src: SocketAddr, dst: SocketAddr) -> Self {
        assert_eq!(src.is_ipv4(), dst.is_ipv4(), "one IP version per path");
        Self { src, dst }
    }

    #[must_use]
    pub fn reversed(self) -> Self {
        Self::new(self.dst, self.src)
    }
}

/// Replaces `out` by the Ethernet frame that carries `payload`.
pub fn udp_frame(out: &mut Vec<u8>, path: &UdpPath, payload: &[u8]) {
    let udp_len = u16::try_from(payload.len() + 8).expect("a datagram fits its length field");
    out.clear();
    // Locally administered addresses that tell the hosts apart.
    mac(out, path.dst.ip());
    mac(out, path.src.ip());
    let pseudo = match (path.src.ip(), path.dst.ip()) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            out.extend(ETHERTYPE_IPV4.to_be_bytes());
            let start = out.len();
            out.extend([0x45, 0]);
            out.extend((udp_len + 20).to_be_bytes());
            out.extend([0, 0, 0x40, 0, 64, PROTOCOL_UDP, 0, 0]); // don't fragment; checksum below
            out.extend(src.octets());
            out.extend(dst.octets());
            let checksum = !fold(sum(&out[start..]));
            out[start + 10..start + 12].copy_from_slice(&checksum.to_be_bytes());
            sum(&src.octets()) + sum(&dst.octets())
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            out.extend(ETHERTYPE_IPV6.to_be_bytes());
            out.extend([0x60, 0, 0, 0]);
            out.extend(udp_len.to_be_bytes());
            out.extend([PROTOCOL_UDP, 64]);
            out.extend(src.octets());
            out.extend(dst.octets());
            sum(&src.octets()) + sum(&dst.octets())
        }
        _ => unreachable!("UdpPath::new checked the versions"),
    };
    let start = out.len();
    out.extend(path.src.port().to_be_bytes());
    out.extend(path.dst.port().to_be_bytes());
    out.extend(udp_len.to_be_bytes());
    out.extend([0, 0]);
    out.extend_from_slice(payload);
    let total = pseudo + u64::from(PROTOCOL_UDP) + u64::from(udp_len) + sum(&out[start..]);
    // A computed zero is sent as all ones (RFC 768).
    let checksum = match !fold(total) {
        0 => 0xffff,
        other => other,
    };
    out[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
}

/// The Ethernet frame of an IPv4 packet with `payload` of another protocol; ports do not matter.
pub fn ip_frame(path: &UdpPath, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    mac(&mut out, path.dst.ip());
    mac(&mut out, path.src.ip());
    let (IpAddr::V4(src), IpAddr::V4(dst)) = (path.src.ip(), path.dst.ip()) else {
        panic!("IPv4 only");
    };
    out.extend(ETHERTYPE_IPV4.to_be_bytes());
    out.extend([0x45, 0]);
    out.extend((payload.len() as u16 + 20).to_be_bytes());
    out.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
    out.extend(src.octets());
    out.extend(dst.octets());
    let checksum = !fold(sum(&out[14..]));
    out[24..26].copy_from_slice(&checksum.to_be_bytes());
    out.extend_from_slice(payload);
    out
}

fn mac(out: &mut Vec<u8>, ip: IpAddr) {
    let last = match ip {
        IpAddr::V4(ip) => ip.octets(),
        IpAddr::V6(ip) => *ip.octets().last_chunk().expect("16 octets"),
    };
    out.extend([2, 0]);
    out.extend(last);
}

/// The Internet checksum's sum of 16-bit words (RFC 1071), not yet folded.
fn sum(data: &[u8]) -> u64 {
    let mut chunks = data.chunks_exact(4);
    let mut total: u64 = 0;
    for chunk in &mut chunks {
        total += u64::from(u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
    }
    let mut last = [0; 4];
    let rest = chunks.remainder();
    last[..rest.len()].copy_from_slice(rest);
    total + u64::from(u32::from_be_bytes(last))
}

fn fold(mut total: u64) -> u16 {
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    total as u16
}
