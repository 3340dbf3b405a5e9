//! The FINGERPRINT attribute: CRC-32 of the message before it, XORed with `STUN` (RFC 8489).

use super::{StunMessage, codes};
use crate::wire::{Reader, part};

/// Outcome of checking a FINGERPRINT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fingerprint {
    /// The message has none, or it was not captured.
    Absent,
    /// It holds.
    Valid,
    /// It does not: the bytes were changed, or this is not STUN.
    Wrong {
        /// What the message says.
        found: u32,
        /// What its bytes give.
        computed: u32,
    },
}

const XOR: u32 = u32::from_be_bytes(*b"STUN");

pub(super) fn verify(message: &StunMessage<'_>) -> Fingerprint {
    let Some(attribute) = message.attribute(codes::FINGERPRINT) else {
        return Fingerprint::Absent;
    };
    let Ok(found) = Reader::new(attribute.data).u32("FINGERPRINT") else {
        return Fingerprint::Absent;
    };
    let computed = crc32(part(message.bytes(), 0..attribute.offset)) ^ XOR;
    if found == computed {
        Fingerprint::Valid
    } else {
        Fingerprint::Wrong { found, computed }
    }
}

/// CRC-32 of IEEE 802.3, as in zlib, a nibble at a time: checks are rare and messages short.
fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 4) ^ TABLE.get((crc & 15) as usize).copied().unwrap_or_default();
    !data
        .iter()
        .fold(!0u32, |crc, &byte| step(step(crc ^ u32::from(byte))))
}

const TABLE: [u32; 16] = {
    let mut table = [0u32; 16];
    let mut i = 0;
    while i < table.len() {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
            bit += 1;
        }
        #[allow(clippy::indexing_slicing)] // Evaluated at compile time.
        {
            table[i] = crc;
        }
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_has_the_usual_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
