//! RTCP packets in the clear (RFC 3550 section 6, RFC 4585, transport-cc), and SRTCP to look at.

use super::prng::Noise;

/// One report block of an SR or RR.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    pub ssrc: u32,
    pub fraction_lost: u8,
    pub cumulative_lost: i32,
    pub highest: u32,
    pub jitter: u32,
    pub last_sr: u32,
    pub delay_since_last_sr: u32,
}

/// Appends a sender report. `ntp` is a 64-bit NTP timestamp.
pub fn sender_report(
    out: &mut Vec<u8>,
    ssrc: u32,
    ntp: u64,
    rtp: u32,
    sent: (u32, u32),
    reports: &[Report],
) {
    let start = begin(out, reports.len() as u8, 200, ssrc);
    out.extend(ntp.to_be_bytes());
    out.extend(rtp.to_be_bytes());
    out.extend(sent.0.to_be_bytes());
    out.extend(sent.1.to_be_bytes());
    blocks(out, reports);
    end(out, start);
}

/// Appends a receiver report.
pub fn receiver_report(out: &mut Vec<u8>, ssrc: u32, reports: &[Report]) {
    let start = begin(out, reports.len() as u8, 201, ssrc);
    blocks(out, reports);
    end(out, start);
}

/// Appends an SDES packet with one CNAME.
pub fn cname(out: &mut Vec<u8>, ssrc: u32, name: &str) {
    let start = begin(out, 1, 202, ssrc);
    out.extend([1, name.len() as u8]);
    out.extend(name.as_bytes());
    // At least one zero octet ends the chunk, which ends on a 32-bit boundary.
    out.resize((out.len() + 1).next_multiple_of(4), 0);
    end(out, start);
}

/// Appends a BYE.
pub fn bye(out: &mut Vec<u8>, ssrc: u32) {
    let start = begin(out, 1, 203, ssrc);
    end(out, start);
}

/// Appends a generic NACK (RFC 4585 section 6.2.1) of (PID, BLP) pairs.
pub fn nack(out: &mut Vec<u8>, sender: u32, media: u32, lost: &[(u16, u16)]) {
    let start = begin(out, 1, 205, sender);
    out.extend(media.to_be_bytes());
    for (pid, blp) in lost {
        out.extend(pid.to_be_bytes());
        out.extend(blp.to_be_bytes());
    }
    end(out, start);
}

/// Appends a picture loss indication (RFC 4585 section 6.3.1).
pub fn pli(out: &mut Vec<u8>, sender: u32, media: u32) {
    let start = begin(out, 1, 206, sender);
    out.extend(media.to_be_bytes());
    end(out, start);
}

/// Appends a transport-wide congestion control feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01) for packets from `base` on.
///
/// `deltas` has one entry per packet: its receive delta in units of 250 µs, or `None` if it was not
/// received; written as two-bit status vectors and one or two bytes of delta.
pub fn transport_cc(
    out: &mut Vec<u8>,
    sender: u32,
    media: u32,
    base: u16,
    reference_64ms: u32,
    count: u8,
    deltas: &[Option<i16>],
) {
    let start = begin(out, 15, 205, sender);
    out.extend(media.to_be_bytes());
    out.extend(base.to_be_bytes());
    out.extend((deltas.len() as u16).to_be_bytes());
    out.extend(&reference_64ms.to_be_bytes()[1..]);
    out.push(count);
    for chunk in deltas.chunks(7) {
        let mut word: u16 = 0xc000;
        for (i, delta) in chunk.iter().enumerate() {
            let symbol = match delta {
                None => 0,
                Some(0..=255) => 1,
                Some(_) => 2,
            };
            word |= symbol << (12 - 2 * i);
        }
        out.extend(word.to_be_bytes());
    }
    for delta in deltas.iter().flatten() {
        match u8::try_from(*delta) {
            Ok(small) => out.push(small),
            Err(_) => out.extend(delta.to_be_bytes()),
        }
    }
    // Padding as RFC 3550 has it: the P bit and the count in the last octet.
    let padding = (out.len() - start).wrapping_neg() % 4;
    if padding > 0 {
        out[start] |= 0x20;
        out.resize(out.len() + padding, 0);
        let last = out.len() - 1;
        out[last] = padding as u8;
    }
    end(out, start);
}

/// What SRTCP (RFC 3711 section 3.4) shows without keys: the first eight bytes of an RTCP packet
/// of type `kind` and `len` bytes, noise, the E flag with the SRTCP index, and a 10-byte tag.
///
/// `rest` is how many bytes of further packets the compound holds.
pub fn protected(
    out: &mut Vec<u8>,
    (count, kind): (u8, u8),
    ssrc: u32,
    (len, rest): (usize, usize),
    index: u32,
    noise: &Noise,
) {
    out.clear();
    let start = begin(out, count, kind, ssrc);
    out.extend_from_slice(noise.cut(u64::from(index) ^ u64::from(ssrc), len - 8));
    end(out, start);
    out.extend_from_slice(noise.cut(u64::from(index), rest));
    out.extend((0x8000_0000 | index).to_be_bytes());
    out.extend_from_slice(noise.cut(u64::from(index) << 1, 10));
}

fn begin(out: &mut Vec<u8>, count: u8, kind: u8, ssrc: u32) -> usize {
    let start = out.len();
    out.extend([0x80 | count, kind, 0, 0]);
    out.extend(ssrc.to_be_bytes());
    start
}

fn blocks(out: &mut Vec<u8>, reports: &[Report]) {
    for r in reports {
        out.extend(r.ssrc.to_be_bytes());
        out.push(r.fraction_lost);
        out.extend(&r.cumulative_lost.to_be_bytes()[1..]);
        out.extend(r.highest.to_be_bytes());
        out.extend(r.jitter.to_be_bytes());
        out.extend(r.last_sr.to_be_bytes());
        out.extend(r.delay_since_last_sr.to_be_bytes());
    }
}

fn end(out: &mut [u8], start: usize) {
    let words = (out.len() - start) / 4 - 1;
    out[start + 2..start + 4].copy_from_slice(&(words as u16).to_be_bytes());
}
