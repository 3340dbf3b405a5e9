//! Telling RTCP in clear from SRTCP by the structure of the whole datagram.

use super::codes;

/// Whether `data`, with `missing` more bytes on the wire, is RTCP in clear from first byte to last.
///
/// SRTCP has its first header in clear and then ciphertext, an index and usually a tag. To pass, the
/// packets' lengths must add up to the datagram exactly, each with version 2, a packet type of RFC
/// 5761's range and a length its count can have. Twenty random bytes behind a first packet pass
/// about one time in two million; it is mostly the 16 bits of length that decide.
pub fn is_plausible_clear(data: &[u8], missing: u32) -> bool {
    let wire_len = data.len().saturating_add(missing as usize);
    let mut at = 0;
    loop {
        let Some(&[first, packet_type, l0, l1]) = data.get(at..).and_then(<[u8]>::first_chunk::<4>)
        else {
            // Either exactly the end, or the rest was not captured.
            return at == wire_len && at > 0 || missing > 0 && at > 0 && at + 4 <= wire_len;
        };
        let body = 4 * usize::from(u16::from_be_bytes([l0, l1]));
        let end = at + 4 + body;
        let padded = first & 0x20 != 0;
        let possible = first >> 6 == 2
            && (192..=223).contains(&packet_type)
            && end <= wire_len
            && body >= least_body(packet_type, first & 0x1f)
            // Only the last packet may be padded, by a count that is not zero and fits.
            && (!padded || end == wire_len && padding_fits(data, end, body));
        if !possible {
            return false;
        }
        at = end;
    }
}

fn padding_fits(data: &[u8], end: usize, body: usize) -> bool {
    match data.get(end - 1) {
        Some(&count) => count > 0 && usize::from(count) <= body,
        None => true,
    }
}

/// The shortest body a packet of this type and count can have.
fn least_body(packet_type: u8, count: u8) -> usize {
    let count = usize::from(count);
    match packet_type {
        codes::SR => 24 + 24 * count,
        codes::RR => 4 + 24 * count,
        codes::SDES => 8 * count,
        codes::BYE => 4 * count,
        codes::APP | codes::RTPFB | codes::PSFB => 8,
        codes::XR => 4,
        _ => 0,
    }
}
