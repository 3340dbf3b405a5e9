//! CRC-32C, the checksum of SCTP packets (RFC 9260).
//!
//! Written here because a capture tool needs it for packets in clear only, where a table of 1 KiB
//! is fast enough, and it is as short as the glue to a crate would be.

/// The Castagnoli polynomial 0x1EDC6F41, bits reflected.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// What each value of a byte does to the remainder.
const TABLE: [u32; 256] = table();

// Indexed with what is below 256, at compile time: a mistake would not build.
#[allow(clippy::indexing_slicing)]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ POLYNOMIAL
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// The CRC-32C of the parts, one after the other.
pub(super) fn crc32c(parts: &[&[u8]]) -> u32 {
    let mut crc = u32::MAX;
    for byte in parts.iter().flat_map(|part| part.iter()) {
        let [low, ..] = (crc ^ u32::from(*byte)).to_le_bytes();
        crc = crc >> 8 ^ TABLE.get(usize::from(low)).copied().unwrap_or_default();
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 3720, and the check value of the catalogues.
    #[test]
    fn known_answers() {
        assert_eq!(crc32c(&[b"123456789"]), 0xe306_9283);
        assert_eq!(crc32c(&[&[0; 32]]), 0x8a91_36aa);
        assert_eq!(crc32c(&[&[0xff; 32]]), 0x62a8_ab43);
        let counting: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&[&counting]), 0x46dd_794e);
        assert_eq!(crc32c(&[&counting[..7], &counting[7..]]), 0x46dd_794e);
        assert_eq!(crc32c(&[]), 0);
    }
}
