//! A message of a data channel as an SCTP packet (RFC 9260, RFC 8831), for recordings that have the
//! message only.
//!
//! Ports, verification tag, stream and transmission sequence numbers are made up: one stream, one
//! DATA chunk a message. The checksum is 0, as it may be over DTLS (RFC 9653).

/// The port of data channels (RFC 8841).
const PORT: u16 = 5000;
const TAG: u32 = 1;
const HEADERS: usize = 12 + 16;

/// Payload protocol identifiers (RFC 8831).
const STRING: u32 = 51;
const BINARY: u32 = 53;

/// The most bytes of a message in one packet.
pub(super) const PIECE_MAX: usize = 60_000;

/// The packets of `message`, which is message `number` of the channel; `tsn` counts chunks.
pub(super) fn packets(message: &[u8], number: u32, is_text: bool, tsn: &mut u32) -> Vec<Vec<u8>> {
    // Janus says "text" of channels that carried binary messages too.
    let is_text = is_text && std::str::from_utf8(message).is_ok();
    let pieces = message.chunks(PIECE_MAX);
    let last = pieces.len().saturating_sub(1);
    pieces
        .enumerate()
        .map(|(i, piece)| {
            let flags = u8::from(i == 0) << 1 | u8::from(i == last);
            *tsn = tsn.wrapping_add(1);
            let mut out = Vec::with_capacity(HEADERS + piece.len() + 3);
            out.extend(PORT.to_be_bytes());
            out.extend(PORT.to_be_bytes());
            out.extend(TAG.to_be_bytes());
            out.extend([0; 4]);
            out.extend([0, flags]);
            // No more than `PIECE_MAX`.
            out.extend((16 + piece.len() as u16).to_be_bytes());
            out.extend(tsn.to_be_bytes());
            out.extend([0, 0]);
            out.extend((number as u16).to_be_bytes());
            out.extend(if is_text { STRING } else { BINARY }.to_be_bytes());
            out.extend(piece);
            out.resize(out.len().next_multiple_of(4), 0);
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_chunk_or_several() {
        let mut tsn = 0;
        let one = packets(b"hello", 3, true, &mut tsn);
        assert_eq!(one.len(), 1);
        let wanted = b"\x13\x88\x13\x88\0\0\0\x01\0\0\0\0\0\x03\0\x15\0\0\0\x01\0\0\0\x03\0\0\0\x33hello\0\0\0";
        assert_eq!(one[0], wanted);
        let binary = packets(b"\x80", 4, true, &mut tsn);
        assert_eq!(binary[0][27], 53);
        let long = packets(&[b'a'; PIECE_MAX + 1], 5, true, &mut tsn);
        let flags: Vec<_> = long.iter().map(|p| p[13]).collect();
        assert_eq!((flags, tsn), (vec![2, 1], 4));
    }
}
