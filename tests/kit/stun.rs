//! STUN Binding messages as ICE agents send them (RFC 8489, RFC 8445 section 7.1).

use super::prng::Prng;
use std::net::{IpAddr, SocketAddr};

const MAGIC_COOKIE: u32 = 0x2112_a442;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

/// What an agent puts into a connectivity check.
#[derive(Clone, Debug)]
pub struct Check<'a> {
    pub transaction: [u8; 12],
    /// `remote-ufrag:local-ufrag`, seen from the sender.
    pub username: &'a str,
    pub controlling: bool,
    pub nominate: bool,
    pub tie_breaker: u64,
    pub priority: u32,
}

/// A Binding request with USERNAME, role, PRIORITY, MESSAGE-INTEGRITY (noise) and FINGERPRINT.
pub fn request(out: &mut Vec<u8>, check: &Check<'_>, prng: &mut Prng) {
    begin(out, BINDING_REQUEST, check.transaction);
    attribute(out, 0x0006, check.username.as_bytes());
    let role = if check.controlling { 0x802a } else { 0x8029 };
    attribute(out, role, &check.tie_breaker.to_be_bytes());
    attribute(out, 0x0024, &check.priority.to_be_bytes());
    if check.nominate {
        attribute(out, 0x0025, &[]);
    }
    end(out, prng);
}

/// A question to a STUN server: a Binding request with nothing but FINGERPRINT.
pub fn question(out: &mut Vec<u8>, transaction: [u8; 12]) {
    begin(out, BINDING_REQUEST, transaction);
    finish(out);
}

/// A check that nominates once more, with the value of draft-thatcher-ice-renomination.
pub fn renomination(out: &mut Vec<u8>, check: &Check<'_>, value: u32, prng: &mut Prng) {
    begin(out, BINDING_REQUEST, check.transaction);
    attribute(out, 0x0006, check.username.as_bytes());
    attribute(out, 0x802a, &check.tie_breaker.to_be_bytes());
    attribute(out, 0x0024, &check.priority.to_be_bytes());
    attribute(out, 0xc001, &value.to_be_bytes());
    attribute(out, 0x0025, &[]);
    end(out, prng);
}

/// A success response with XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY (noise) and FINGERPRINT.
pub fn success(out: &mut Vec<u8>, transaction: [u8; 12], mapped: SocketAddr, prng: &mut Prng) {
    begin(out, BINDING_SUCCESS, transaction);
    attribute(out, 0x0020, &xor_address(mapped, transaction));
    end(out, prng);
}

/// The value of XOR-MAPPED-ADDRESS and its like.
pub fn xor_address(address: SocketAddr, transaction: [u8; 12]) -> Vec<u8> {
    let mut value = vec![0, if address.is_ipv4() { 1 } else { 2 }];
    value.extend((address.port() ^ (MAGIC_COOKIE >> 16) as u16).to_be_bytes());
    let mut mask = MAGIC_COOKIE.to_be_bytes().to_vec();
    mask.extend(transaction);
    let octets = match address.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    value.extend(octets.iter().zip(&mask).map(|(a, m)| a ^ m));
    value
}

/// An error response with ERROR-CODE, MESSAGE-INTEGRITY (noise) and FINGERPRINT.
pub fn error(out: &mut Vec<u8>, transaction: [u8; 12], code: u16, reason: &str, prng: &mut Prng) {
    begin(out, BINDING_ERROR, transaction);
    let mut value = vec![0, 0, (code / 100) as u8, (code % 100) as u8];
    value.extend(reason.as_bytes());
    attribute(out, 0x0009, &value);
    end(out, prng);
}

pub fn begin(out: &mut Vec<u8>, kind: u16, transaction: [u8; 12]) {
    out.clear();
    out.extend(kind.to_be_bytes());
    out.extend([0, 0]);
    out.extend(MAGIC_COOKIE.to_be_bytes());
    out.extend(transaction);
}

pub fn attribute(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
    out.extend(kind.to_be_bytes());
    out.extend((value.len() as u16).to_be_bytes());
    out.extend_from_slice(value);
    out.resize(out.len().next_multiple_of(4), 0);
}

fn end(out: &mut Vec<u8>, prng: &mut Prng) {
    attribute(out, 0x0008, &prng.bytes::<20>());
    finish(out);
}

/// Adds FINGERPRINT and fills in the length.
pub fn finish(out: &mut Vec<u8>) {
    // FINGERPRINT covers the header with the length that includes it (RFC 8489 section 14.7).
    let length = (out.len() - 20 + 8) as u16;
    out[2..4].copy_from_slice(&length.to_be_bytes());
    let fingerprint = crc32(out) ^ 0x5354_554e;
    attribute(out, 0x8028, &fingerprint.to_be_bytes());
}

/// CRC-32 as in ISO HDLC and Ethernet, bit by bit: the messages are short.
fn crc32(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
