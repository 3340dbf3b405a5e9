//! Ethernet, IPv4 or IPv6 and UDP or TCP around a payload, with right lengths and checksums.

use std::net::{IpAddr, SocketAddr};

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const PROTOCOL_UDP: u8 = 17;
const PROTOCOL_TCP: u8 = 6;

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
    let pseudo = ip_header(out, path.src.ip(), path.dst.ip(), PROTOCOL_UDP, udp_len);
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

/// A TCP segment's part of the stream, and what its header says of it.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    pub seq: u32,
    pub ack: u32,
    /// As in the header: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK.
    pub flags: u8,
    pub payload: &'a [u8],
}

/// Replaces `out` by the Ethernet frame that carries a TCP segment, with a timestamps option.
pub fn tcp_frame(out: &mut Vec<u8>, path: &UdpPath, segment: &Segment<'_>) {
    let len = u16::try_from(segment.payload.len() + 32).expect("a segment fits its packet");
    let pseudo = ip_header(out, path.src.ip(), path.dst.ip(), PROTOCOL_TCP, len);
    let start = out.len();
    out.extend(path.src.port().to_be_bytes());
    out.extend(path.dst.port().to_be_bytes());
    out.extend(segment.seq.to_be_bytes());
    out.extend(segment.ack.to_be_bytes());
    out.extend([0x80, segment.flags, 0xff, 0xff, 0, 0, 0, 0]);
    out.extend([1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9]);
    out.extend_from_slice(segment.payload);
    let total = pseudo + u64::from(PROTOCOL_TCP) + u64::from(len) + sum(&out[start..]);
    let checksum = !fold(total);
    out[start + 16..start + 18].copy_from_slice(&checksum.to_be_bytes());
}

/// Replaces `out` by the Ethernet frame that carries an IP packet of any protocol.
pub fn ip_frame(out: &mut Vec<u8>, src: IpAddr, dst: IpAddr, protocol: u8, payload: &[u8]) {
    let len = u16::try_from(payload.len()).expect("a payload fits its packet");
    ip_header(out, src, dst, protocol, len);
    out.extend_from_slice(payload);
}

/// Replaces `out` by Ethernet and IP headers; gives the sum of the addresses, for checksums.
fn ip_header(out: &mut Vec<u8>, src: IpAddr, dst: IpAddr, protocol: u8, len: u16) -> u64 {
    out.clear();
    // Locally administered addresses that tell the hosts apart.
    mac(out, dst);
    mac(out, src);
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            out.extend(ETHERTYPE_IPV4.to_be_bytes());
            let start = out.len();
            out.extend([0x45, 0]);
            out.extend((len + 20).to_be_bytes());
            out.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]); // don't fragment; checksum below
            out.extend(src.octets());
            out.extend(dst.octets());
            let checksum = !fold(sum(&out[start..]));
            out[start + 10..start + 12].copy_from_slice(&checksum.to_be_bytes());
            sum(&src.octets()) + sum(&dst.octets())
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            out.extend(ETHERTYPE_IPV6.to_be_bytes());
            out.extend([0x60, 0, 0, 0]);
            out.extend(len.to_be_bytes());
            out.extend([protocol, 64]);
            out.extend(src.octets());
            out.extend(dst.octets());
            sum(&src.octets()) + sum(&dst.octets())
        }
        _ => panic!("one IP version per path"),
    }
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
