//! RTP packets (RFC 3550 section 5.1) with one-byte header extensions (RFC 8285 section 4.2).

/// The fixed header's fields.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

/// Replaces `out` by an RTP packet. `extensions` are (id, value) with ids 1 to 14 and values of 1
/// to 16 bytes; none leaves the X bit clear.
pub fn packet(out: &mut Vec<u8>, header: &Header, extensions: &[(u8, &[u8])], payload: &[u8]) {
    out.clear();
    out.push(0x80 | if extensions.is_empty() { 0 } else { 0x10 });
    out.push(header.payload_type | if header.marker { 0x80 } else { 0 });
    out.extend(header.sequence.to_be_bytes());
    out.extend(header.timestamp.to_be_bytes());
    out.extend(header.ssrc.to_be_bytes());
    if !extensions.is_empty() {
        out.extend([0xbe, 0xde, 0, 0]);
        let start = out.len();
        for (id, value) in extensions {
            debug_assert!((1..=14).contains(id) && (1..=16).contains(&value.len()));
            out.push(id << 4 | (value.len() - 1) as u8);
            out.extend_from_slice(value);
        }
        let len = (out.len() - start).next_multiple_of(4);
        out.resize(start + len, 0);
        out[start - 2..start].copy_from_slice(&((len / 4) as u16).to_be_bytes());
    }
    out.extend_from_slice(payload);
}

/// `abs-send-time`: seconds modulo 64 in 6.18 fixed point.
pub fn abs_send_time(ns: u64) -> [u8; 3] {
    let fixed = ((u128::from(ns) << 18) / 1_000_000_000) as u32;
    let [_, a, b, c] = fixed.to_be_bytes();
    [a, b, c]
}
