//! Which protocol a UDP payload belongs to: one table over the first byte, then a structural check.
//!
//! RFC 7983, updated by RFC 9443, lets STUN, ZRTP, DTLS, TURN channels, RTP and QUIC share one port
//! by giving each a range of first bytes. The byte alone misleads (SSDP's `M-SEARCH` begins like a
//! TURN channel, many games begin like STUN), so every class is also checked for structure, at a
//! cost that does not depend on the payload's length. Used by `analysis` for each datagram.
//!
//! SCTP in clear has no range: its first byte is half of a port. It comes without DTLS where a test
//! setup turned encryption off, or encapsulated in UDP (RFC 6951), and from WebRTC's port 5000 the
//! byte is 19, in ZRTP's range. So it is looked for last, in what has no other structure: RTP pays
//! nothing for it. Ports from 32768 look like RTP; on the port of RFC 6951 `analysis` asks
//! [`looks_like_sctp`] itself. Structure is not enough here: the checksum must be right too, or the
//! path proven.

use crate::wire::part;

/// The protocol a payload belongs to, as far as its structure tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// STUN or TURN message (RFC 8489), or a classic one (RFC 3489).
    Stun,
    /// TURN ChannelData (RFC 8656).
    ChannelData,
    /// A DTLS record with a full header (RFC 6347; the plaintext records of RFC 9147).
    Dtls,
    /// A DTLS 1.3 record with the unified header (RFC 9147). The header has little structure:
    /// believe it only between endpoints that have shaken hands.
    DtlsCiphertext,
    /// RTP or SRTP (RFC 3550).
    Rtp,
    /// RTCP or SRTCP (RFC 3550, told from RTP by RFC 5761).
    Rtcp,
    /// ZRTP (RFC 6189).
    Zrtp,
    /// SCTP (RFC 9260) in clear. Common header and chunks are plausible: believe it when the checksum
    /// is right, or on a path that ICE or DTLS prove.
    Sctp,
    /// A QUIC packet with a long header (RFC 8999), which RFC 9443 gives a place on the port.
    Quic,
    /// None of these.
    Unknown,
}

/// The magic cookie of STUN (RFC 8489).
const STUN_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// Classifies a UDP payload of which `missing` more bytes were on the wire but not captured.
pub fn classify(payload: &[u8], missing: u32) -> Class {
    let wire_len = payload.len().saturating_add(missing as usize);
    let Some(&first) = payload.first() else {
        return Class::Unknown;
    };
    let (class, holds) = match first {
        0..=3 => (Class::Stun, is_stun(payload, wire_len)),
        16..=19 => (Class::Zrtp, is_zrtp(payload)),
        20..=31 => (Class::Dtls, is_dtls(payload, wire_len)),
        32..=63 => (Class::DtlsCiphertext, is_dtls_ciphertext(payload, wire_len)),
        64..=79 => (Class::ChannelData, is_channel_data(payload, wire_len)),
        128..=191 => match payload.get(1) {
            Some(192..=223) => (Class::Rtcp, is_rtcp(payload, wire_len)),
            _ => (Class::Rtp, is_rtp(payload, wire_len)),
        },
        192..=255 => (Class::Quic, is_quic_long(payload)),
        _ => (Class::Unknown, false),
    };
    match holds {
        true => class,
        false if looks_like_sctp(payload, missing) => Class::Sctp,
        false => Class::Unknown,
    }
}

/// The UDP port of SCTP (RFC 6951).
pub const SCTP_IN_UDP: u16 = 9899;

/// Whether a payload has the structure of an SCTP packet: ports, a verification tag that only INIT
/// goes without, and chunks of known types whose lengths fit.
pub fn looks_like_sctp(payload: &[u8], missing: u32) -> bool {
    const HEADER: usize = 12;
    const INIT: u8 = 1;
    /// More need not be looked at: the checksum is to follow.
    const CHUNKS: usize = 4;
    let wire_len = payload.len().saturating_add(missing as usize);
    let Some(&[s0, s1, d0, d1, t0, t1, t2, t3, _, _, _, _, first, ..]) =
        payload.first_chunk::<{ HEADER + 4 }>()
    else {
        return false;
    };
    let has_ports = s0 | s1 != 0 && d0 | d1 != 0;
    let has_tag = t0 | t1 | t2 | t3 != 0;
    if !has_ports || has_tag == (first == INIT) || !wire_len.is_multiple_of(4) {
        return false;
    }
    let mut at = HEADER;
    for _ in 0..CHUNKS {
        let Some(&[chunk_type, _, l0, l1]) = part(payload, at..at + 4).first_chunk::<4>() else {
            break;
        };
        let known = matches!(chunk_type, 0..=15 | 64 | 128 | 130 | 132 | 192..=194);
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        if !known || length < 4 || at + length > wire_len {
            return false;
        }
        at += length.next_multiple_of(4);
    }
    true
}

/// The magic cookie; or, for RFC 3489 and the TURN drafts that Microsoft's clients speak, a known
/// message type whose length is exactly that of the datagram.
///
/// With the cookie a wrong length is still STUN: senders that get it wrong exist, and that is
/// worth reporting rather than hiding.
fn is_stun(payload: &[u8], wire_len: usize) -> bool {
    let Some(&[t0, t1, l0, l1, c0, c1, c2, c3]) = payload.first_chunk::<8>() else {
        return false;
    };
    if wire_len < 20 {
        return false;
    }
    if [c0, c1, c2, c3] == STUN_COOKIE {
        return true;
    }
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let classic = matches!(
        u16::from_be_bytes([t0, t1]),
        0x0001
            | 0x0101
            | 0x0111
            | 0x0002
            | 0x0102
            | 0x0112
            | 0x0003
            | 0x0103
            | 0x0113
            | 0x0004
            | 0x0115
    );
    let first_attribute_fits = match part(payload, 20..24).first_chunk::<4>() {
        Some(&[_, _, a0, a1]) => 4 + usize::from(u16::from_be_bytes([a0, a1])) <= length,
        None => length == 0 || payload.len() < wire_len,
    };
    classic && length.is_multiple_of(4) && 20 + length == wire_len && first_attribute_fits
}

/// The magic cookie `ZRTP` after a 16-bit sequence number (RFC 6189).
fn is_zrtp(payload: &[u8]) -> bool {
    part(payload, 4..8) == b"ZRTP"
}

/// A content type that exists, a DTLS version, and a fragment that fits.
fn is_dtls(payload: &[u8], wire_len: usize) -> bool {
    let Some(&[content_type, v0, v1, _, _, _, _, _, _, _, _, l0, l1]) = payload.first_chunk::<13>()
    else {
        return false;
    };
    // 1.0, 1.2, 1.3, and the 1.0 that OpenSSL spoke before RFC 4347 (DTLS1_BAD_VER).
    let version = matches!([v0, v1], [0xfe, 0xff | 0xfd | 0xfc] | [0x01, 0x00]);
    // tls12_cid (25) has a connection id of a negotiated length where others have their length.
    let fits = 13 + usize::from(u16::from_be_bytes([l0, l1])) <= wire_len || content_type == 25;
    matches!(content_type, 20..=26) && version && fits
}

/// The unified header (RFC 9147): a length, if there is one, that fits; 16 bytes of ciphertext,
/// which its sequence number encryption needs.
fn is_dtls_ciphertext(payload: &[u8], wire_len: usize) -> bool {
    const CONNECTION_ID: u8 = 0x10;
    const LONG_SEQUENCE: u8 = 0x08;
    const LENGTH: u8 = 0x04;
    const LEAST_CIPHERTEXT: usize = 16;
    let Some(&first) = payload.first() else {
        return false;
    };
    let before_length = 1 + if first & LONG_SEQUENCE != 0 { 2 } else { 1 };
    // Only the two peers know how long the connection id is.
    if first & LENGTH == 0 || first & CONNECTION_ID != 0 {
        return wire_len >= before_length + LEAST_CIPHERTEXT;
    }
    match part(payload, before_length..before_length + 2).first_chunk::<2>() {
        Some(length) => {
            let length = usize::from(u16::from_be_bytes(*length));
            length >= LEAST_CIPHERTEXT && before_length + 2 + length <= wire_len
        }
        None => false,
    }
}

/// A channel number and a length that fills the datagram but for the padding to four bytes.
fn is_channel_data(payload: &[u8], wire_len: usize) -> bool {
    let Some(&[_, _, l0, l1]) = payload.first_chunk::<4>() else {
        return false;
    };
    let end = 4 + usize::from(u16::from_be_bytes([l0, l1]));
    end <= wire_len && wire_len - end < 4
}

/// Room for the fixed header, the contributing sources and the header extension.
fn is_rtp(payload: &[u8], wire_len: usize) -> bool {
    let Some(&first) = payload.first() else {
        return false;
    };
    let fixed = 12 + 4 * usize::from(first & 0x0f);
    let extended = first & 0x10 != 0;
    if fixed + if extended { 4 } else { 0 } > wire_len {
        return false;
    }
    if !extended {
        return true;
    }
    match part(payload, fixed + 2..fixed + 4).first_chunk::<2>() {
        Some(words) => fixed + 4 + 4 * usize::from(u16::from_be_bytes(*words)) <= wire_len,
        None => true, // Cut off by the snaplen: nothing speaks against it.
    }
}

/// A first packet whose length fits; in SRTCP that length is in clear too.
fn is_rtcp(payload: &[u8], wire_len: usize) -> bool {
    match payload.first_chunk::<4>() {
        Some(&[_, _, l0, l1]) => 4 + 4 * usize::from(u16::from_be_bytes([l0, l1])) <= wire_len,
        None => false,
    }
}

/// A QUIC version that is in use (1, 2, or 0 for version negotiation) and a connection id length
/// that these versions allow.
fn is_quic_long(payload: &[u8]) -> bool {
    match payload.first_chunk::<6>() {
        Some(&[_, v0, v1, v2, v3, connection_id_len]) => {
            matches!(u32::from_be_bytes([v0, v1, v2, v3]), 0 | 1 | 0x6b33_43cf)
                && connection_id_len <= 20
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padded(start: &[u8], len: usize) -> Vec<u8> {
        let mut data = start.to_vec();
        data.resize(len, 0xee);
        data
    }

    #[test]
    fn first_bytes_map_to_the_ranges_of_rfc_7983() {
        let cookie = [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        assert_eq!(classify(&padded(&cookie, 20), 0), Class::Stun);
        let zrtp = *b"\x10\0\0\x01ZRTP";
        assert_eq!(classify(&padded(&zrtp, 28), 0), Class::Zrtp);
        let dtls = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
        assert_eq!(classify(&padded(&dtls, 15), 0), Class::Dtls);
        let unified = [0x2e, 1, 2, 0, 16];
        assert_eq!(classify(&padded(&unified, 21), 0), Class::DtlsCiphertext);
        let channel = [0x40, 1, 0, 3];
        assert_eq!(classify(&padded(&channel, 8), 0), Class::ChannelData);
        assert_eq!(classify(&padded(&[0x80, 111], 12), 0), Class::Rtp);
        assert_eq!(classify(&padded(&[0x80, 200, 0, 6], 28), 0), Class::Rtcp);
        let quic = [0xc3, 0, 0, 0, 1, 8];
        assert_eq!(classify(&padded(&quic, 1200), 0), Class::Quic);
        let init = [0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 1, 2, 3, 4, 1, 0, 0, 20];
        assert_eq!(classify(&padded(&init, 32), 0), Class::Sctp);
        for first in (4..16).chain(80..128) {
            assert_eq!(classify(&padded(&[first], 60), 0), Class::Unknown);
        }
        assert_eq!(classify(&[], 0), Class::Unknown);
    }

    #[test]
    fn sctp_needs_chunks_that_fit_and_a_tag_but_for_init() {
        let sack = [
            0x13, 0x88, 0x13, 0x88, 0, 0, 0, 7, 1, 2, 3, 4, 3, 0, 0, 16, 0, 0, 0, 1, 0, 0, 16, 0,
            0, 0, 0, 0,
        ];
        assert_eq!(classify(&sack, 0), Class::Sctp);
        assert_eq!(classify(&sack[..20], 8), Class::Sctp, "cut");
        assert_eq!(classify(&sack[..24], 0), Class::Unknown);
        for (at, value) in [(7, 0), (12, 1), (12, 16), (15, 3), (15, 17), (12, 131)] {
            let mut bad = sack;
            bad[at] = value;
            assert_eq!(classify(&bad, 0), Class::Unknown, "{at}");
        }
        let mut ports = sack;
        ports[..2].fill(0);
        assert_eq!(classify(&ports, 0), Class::Unknown);
        let mut rtp = sack;
        rtp[0] = 0x80;
        assert_eq!(classify(&rtp, 0), Class::Rtp);
        assert!(looks_like_sctp(&rtp, 0));
        let mut two = sack.to_vec();
        two.extend([0, 3, 0, 40]);
        assert_eq!(
            classify(&two, 0),
            Class::Unknown,
            "a second chunk that does not fit"
        );
        // CAPWAP data and a DNS answer: short, but for their lengths plausible enough.
        let capwap = [0, 0x10, 2, 0, 0, 0, 0, 0, 1, 4, 0, 0x1c, 1, 0, 0, 0];
        assert_eq!(classify(&capwap, 0), Class::Unknown);
    }

    #[test]
    fn ssdp_and_dns_are_not_taken_for_channels_or_stun() {
        let ssdp = b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n";
        assert_eq!(classify(ssdp, 0), Class::Unknown);
        let dns =
            b"\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\0\0\x01\0\x01";
        assert_eq!(classify(dns, 0), Class::Unknown);
    }

    #[test]
    fn channel_data_may_be_padded_to_four_and_no_more() {
        let message = |len| padded(&[0x40, 0, 0, 5], len);
        assert_eq!(classify(&message(8), 0), Class::Unknown);
        for len in 9..=12 {
            assert_eq!(classify(&message(len), 0), Class::ChannelData, "{len}");
        }
        assert_eq!(classify(&message(13), 0), Class::Unknown);
        assert_eq!(
            classify(&message(6), 3),
            Class::ChannelData,
            "cut by the snaplen"
        );
    }

    #[test]
    fn stun_with_cookie_may_have_a_wrong_length_and_without_may_not() {
        let mut wrong = padded(&[0, 1, 0, 40, 0x21, 0x12, 0xa4, 0x42], 24);
        assert_eq!(classify(&wrong, 0), Class::Stun);
        wrong[4] = 0;
        assert_eq!(classify(&wrong, 0), Class::Unknown);
        let classic = padded(&[0, 1, 0, 8], 20);
        let change_request = [&classic[..], &[0, 3, 0, 4, 0, 0, 0, 6]].concat();
        assert_eq!(classify(&change_request, 0), Class::Stun);
        assert_eq!(classify(&change_request[..24], 4), Class::Stun);
        assert_eq!(classify(&change_request[..24], 0), Class::Unknown);
        let overrun = [&classic[..], &[0, 3, 0, 5, 0, 0, 0, 6]].concat();
        assert_eq!(classify(&overrun, 0), Class::Unknown);
    }

    #[test]
    fn payload_types_below_64_are_rtp_and_the_rtcp_range_is_not() {
        for payload_type in (35..64).chain(96..128) {
            for marker in [0, 0x80] {
                let packet = padded(&[0x80, payload_type | marker], 60);
                assert_eq!(classify(&packet, 0), Class::Rtp);
            }
        }
        assert_eq!(
            classify(&padded(&[0x80, 72 | 0x80, 0, 1], 60), 0),
            Class::Rtcp
        );
        assert_eq!(
            classify(&padded(&[0x80, 200, 0x7f, 0xff], 60), 0),
            Class::Unknown
        );
    }

    #[test]
    fn rtp_whose_header_does_not_fit_is_refused() {
        assert_eq!(classify(&padded(&[0x80, 0], 11), 0), Class::Unknown);
        assert_eq!(classify(&padded(&[0x8f, 0], 71), 0), Class::Unknown);
        assert_eq!(classify(&padded(&[0x8f, 0], 72), 0), Class::Rtp);
        let mut extended = padded(&[0x90, 0], 20);
        extended[12..16].copy_from_slice(&[0xbe, 0xde, 0, 1]);
        assert_eq!(classify(&extended, 0), Class::Rtp);
        assert_eq!(classify(&extended[..19], 0), Class::Unknown);
        assert_eq!(classify(&extended[..19], 1), Class::Rtp);
        assert_eq!(classify(&extended[..13], 1000), Class::Rtp);
    }

    #[test]
    fn dtls_needs_a_version_and_a_length_that_fits() {
        let mut record = padded(&[22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], 20);
        assert_eq!(classify(&record, 0), Class::Dtls);
        assert_eq!(classify(&record[..19], 0), Class::Unknown);
        assert_eq!(classify(&record[..19], 1), Class::Dtls);
        for (version, class) in [
            ([1, 0], Class::Dtls),
            ([0xfe, 0xfc], Class::Dtls),
            ([3, 3], Class::Unknown),
        ] {
            record[1..3].copy_from_slice(&version);
            assert_eq!(classify(&record, 0), class);
        }
        record[0] = 27;
        assert_eq!(classify(&record, 0), Class::Unknown);
    }

    #[test]
    fn unified_header_without_length_needs_room_for_ciphertext() {
        assert_eq!(classify(&padded(&[0x22], 18), 0), Class::DtlsCiphertext);
        assert_eq!(classify(&padded(&[0x22], 17), 0), Class::Unknown);
        assert_eq!(
            classify(&padded(&[0x2e, 1, 2, 0, 15], 20), 0),
            Class::Unknown
        );
        assert_eq!(
            classify(&padded(&[0x2e, 1, 2, 0, 17], 21), 0),
            Class::Unknown
        );
        assert_eq!(
            classify(&padded(&[0x2e, 1, 2, 0, 17], 21), 1),
            Class::DtlsCiphertext
        );
    }
}
