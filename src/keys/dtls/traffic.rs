//! DTLS 1.3 (RFC 9147): from a traffic secret to the keys of one side in one epoch, and records opened
//! with them, encrypted sequence numbers first.

use super::aead::Aead;
use super::label::expand_label;
use super::legacy::inner_type;
use super::suite::{AeadKind, Protection, Suite};
use aes::cipher::{BlockCipherEncrypt, KeyInit, StreamCipher, StreamCipherSeek, array::Array};
use aes::{Aes128, Aes256, Block};
use chacha20::{ChaCha20, KeyIvInit};
use zeroize::Zeroizing;

/// The unified header's longest form: first byte, connection id, sequence number, length.
const HEADER_MAX: usize = 1 + 255 + 2 + 2;
/// A mask is made of so many bytes of ciphertext (RFC 9147).
const SAMPLE: usize = 16;

/// A record with the unified header.
#[derive(Clone, Copy, Debug)]
pub struct UnifiedRecord<'a> {
    /// All of its header.
    pub header: &'a [u8],
    /// What follows: the ciphertext.
    pub fragment: &'a [u8],
}

/// What a record tells of its sequence number once that is decrypted: its low bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Low {
    value: u16,
    bits: u32,
}

impl Low {
    /// The number nearest to `expected` that ends in these bits (RFC 9147).
    pub fn nearest(self, expected: u64) -> u64 {
        let cycle = self.cycle();
        let base = (expected & !(cycle - 1)) | u64::from(self.value);
        if base > expected && base - expected > cycle / 2 && base >= cycle {
            base - cycle
        } else if base < expected && expected - base > cycle / 2 {
            base.checked_add(cycle).unwrap_or(base)
        } else {
            base
        }
    }

    /// The number that lies so many cycles after the nearest to `expected`.
    pub fn ahead_of_nearest(self, expected: u64, cycles: u64) -> u64 {
        let ahead = cycles.saturating_mul(self.cycle());
        self.nearest(expected).saturating_add(ahead)
    }

    /// The number that ends in these bits after so many cycles.
    pub fn after_cycles(self, cycles: u64) -> u64 {
        cycles
            .saturating_mul(self.cycle())
            .saturating_add(self.value.into())
    }

    /// How many numbers there are before these bits come again.
    fn cycle(self) -> u64 {
        1 << self.bits
    }
}

/// The keys under which one side sends in one epoch.
#[derive(Clone)]
pub struct Traffic {
    suite: &'static Suite,
    secret: Zeroizing<Vec<u8>>,
    aead: Aead,
    iv: Zeroizing<[u8; 12]>,
    mask: Mask,
}

/// What encrypts sequence numbers.
#[derive(Clone)]
enum Mask {
    Aes128(Box<Aes128>),
    Aes256(Box<Aes256>),
    ChaCha20(Zeroizing<[u8; 32]>),
}

impl std::fmt::Debug for Traffic {
    /// The suite; never the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Traffic({:?}, ..)", self.suite.protection)
    }
}

impl Traffic {
    /// The keys that a traffic secret gives; `None` if the suite is not one of DTLS 1.3, or the secret
    /// has not the length of its hash.
    pub fn new(suite: &'static Suite, secret: &[u8]) -> Option<Self> {
        let Protection::Aead(kind) = suite.protection else {
            return None;
        };
        if !suite.is_tls13() || secret.len() != suite.hash.len() {
            return None;
        }
        let expand = |label: &[u8], out: &mut [u8]| {
            expand_label(suite.hash, secret, label, &[], out).then_some(())
        };
        let mut keys = Zeroizing::new([0; 32]);
        let key = keys.get_mut(..kind.key_len())?;
        expand(b"key", key)?;
        let aead = Aead::new(kind, key)?;
        expand(b"sn", key)?;
        let mask = match (kind, &*key) {
            (AeadKind::ChaCha20Poly1305, key) => {
                Mask::ChaCha20(Zeroizing::new(key.try_into().ok()?))
            }
            (_, key) if key.len() == 16 => {
                Mask::Aes128(Box::new(Aes128::new_from_slice(key).ok()?))
            }
            (_, key) => Mask::Aes256(Box::new(Aes256::new_from_slice(key).ok()?)),
        };
        let mut iv = Zeroizing::new([0; 12]);
        expand(b"iv", &mut *iv)?;
        Some(Self {
            suite,
            secret: Zeroizing::new(secret.to_vec()),
            aead,
            iv,
            mask,
        })
    }

    /// The suite.
    pub fn suite(&self) -> &'static Suite {
        self.suite
    }

    /// The keys after a key update.
    pub fn next(&self) -> Option<Self> {
        let mut secret = Zeroizing::new(vec![0; self.secret.len()]);
        let hash = self.suite.hash;
        expand_label(hash, &self.secret, b"traffic upd", &[], &mut secret).then_some(())?;
        Self::new(self.suite, &secret)
    }

    /// The low bits of a record's sequence number; `None` if it is too short to be one.
    pub fn low(&self, record: &UnifiedRecord<'_>) -> Option<Low> {
        let (at, bytes) = sequence_place(record.header)?;
        let mask = self.mask(record.fragment)?;
        let masked = record.header.get(at..at + bytes)?;
        let fold = |value: u16, (a, b): (&u8, &u8)| (value << 8) | u16::from(a ^ b);
        Some(Low {
            value: masked.iter().zip(&mask).fold(0, fold),
            bits: 8 * bytes as u32,
        })
    }

    fn mask(&self, ciphertext: &[u8]) -> Option<[u8; 2]> {
        let sample = ciphertext.first_chunk::<SAMPLE>()?;
        let mut block: Block = Array(*sample);
        match &self.mask {
            Mask::Aes128(aes) => aes.encrypt_block(&mut block),
            Mask::Aes256(aes) => aes.encrypt_block(&mut block),
            Mask::ChaCha20(key) => {
                let (counter, nonce) = sample.split_first_chunk::<4>()?;
                let mut cipher = ChaCha20::new_from_slices(&**key, nonce).ok()?;
                cipher
                    .try_seek(u64::from(u32::from_le_bytes(*counter)) * 64)
                    .ok()?;
                let mut two = [0; 2];
                cipher.try_apply_keystream(&mut two).ok()?;
                return Some(two);
            }
        }
        block.first_chunk().copied()
    }

    /// Opens a record whose whole sequence number this is: `plain` is then its content, and the result
    /// its content type. What was in `plain` before is lost either way.
    pub fn open(
        &self,
        record: &UnifiedRecord<'_>,
        sequence: u64,
        plain: &mut Vec<u8>,
    ) -> Option<u8> {
        plain.clear();
        let (at, bytes) = sequence_place(record.header)?;
        let number = sequence.to_be_bytes();
        // The tag covers the header with its sequence number in clear.
        let mut header = [0; HEADER_MAX];
        let header = header.get_mut(..record.header.len())?;
        header.copy_from_slice(record.header);
        let clear = number.get(number.len() - bytes..)?;
        header.get_mut(at..at + bytes)?.copy_from_slice(clear);
        let nonce = self.nonce(number);
        plain.extend_from_slice(record.fragment);
        if !self.aead.open(&nonce, header, plain) {
            return None;
        }
        inner_type(plain)
    }

    fn nonce(&self, number: [u8; 8]) -> [u8; 12] {
        let mut nonce = *self.iv;
        for (to, from) in nonce.iter_mut().skip(4).zip(number) {
            *to ^= from;
        }
        nonce
    }
}

/// Where the sequence number is in a unified header, and how many bytes it has.
fn sequence_place(header: &[u8]) -> Option<(usize, usize)> {
    let first = *header.first()?;
    let bytes = if first & 0x08 != 0 { 2 } else { 1 };
    let length = if first & 0x04 != 0 { 2 } else { 0 };
    let at = header.len().checked_sub(bytes + length)?;
    (at > 0).then_some((at, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    impl Traffic {
        /// Protects a record as its sender would: the header that goes on the wire, the ciphertext.
        pub(crate) fn seal(
            &self,
            header: &[u8],
            sequence: u64,
            inner: &[u8],
        ) -> (Vec<u8>, Vec<u8>) {
            let (at, bytes) = sequence_place(header).unwrap();
            let number = sequence.to_be_bytes();
            let mut header = header.to_vec();
            header[at..at + bytes].copy_from_slice(&number[8 - bytes..]);
            let mut text = inner.to_vec();
            self.aead.seal(&self.nonce(number), &header, &mut text);
            let mask = self.mask(&text).unwrap();
            for (to, from) in header[at..at + bytes].iter_mut().zip(mask) {
                *to ^= from;
            }
            (header, text)
        }
    }

    const HEADERS: [&[u8]; 4] = [
        &[0x2f, 0, 0, 0, 40],
        &[0x27, 0, 0, 40],
        &[0x2b, 0, 0],
        &[0x3f, 1, 2, 3, 0, 0, 0, 40],
    ];

    #[test]
    fn each_suite_opens_what_it_sealed_and_nothing_else() {
        for suite in Suite::of_secret(32).chain(Suite::of_secret(48)) {
            let traffic = Traffic::new(suite, &vec![5; suite.hash.len()]).unwrap();
            let next = traffic.next().unwrap();
            for header in HEADERS {
                let sequence = 0x12_0304;
                let (header, text) = traffic.seal(header, sequence, b"content of it\x17\0\0");
                let record = UnifiedRecord {
                    header: &header,
                    fragment: &text,
                };
                let low = traffic.low(&record).unwrap();
                assert_eq!(low.nearest(0x12_0300), sequence, "{suite:?}");
                let mut plain = Vec::new();
                assert_eq!(traffic.open(&record, sequence, &mut plain), Some(23));
                assert_eq!(plain, b"content of it");
                assert_eq!(traffic.open(&record, sequence + 1, &mut plain), None);
                assert_eq!(next.open(&record, sequence, &mut plain), None);
                for end in 0..text.len() {
                    let cut = UnifiedRecord {
                        fragment: &text[..end],
                        ..record
                    };
                    let _ = traffic.low(&cut);
                    assert_eq!(traffic.open(&cut, sequence, &mut plain), None);
                }
                for end in 0..header.len() {
                    let cut = UnifiedRecord {
                        header: &header[..end],
                        ..record
                    };
                    let _ = traffic.low(&cut);
                    assert_eq!(traffic.open(&cut, sequence, &mut plain), None);
                }
            }
            // A plaintext that is all padding has no type.
            let (header, text) = traffic.seal(HEADERS[0], 1, &[0; 9]);
            let record = UnifiedRecord {
                header: &header,
                fragment: &text,
            };
            assert_eq!(traffic.open(&record, 1, &mut Vec::new()), None);
        }
    }

    #[test]
    fn secrets_of_the_wrong_length_give_no_keys() {
        let suite = |n| Suite::find(n).unwrap();
        assert!(Traffic::new(suite(0x1301), &[1; 48]).is_none());
        assert!(Traffic::new(suite(0x1302), &[1; 32]).is_none());
        assert!(Traffic::new(suite(0xc02b), &[1; 32]).is_none());
        assert!(Traffic::new(suite(0x1303), &[1; 32]).is_some());
    }

    #[test]
    fn the_nearest_number_is_taken() {
        let low = |value, bits| Low { value, bits };
        assert_eq!(low(0xffff, 16).nearest(0x1_0002), 0xffff);
        assert_eq!(low(0x0003, 16).nearest(0x1_0002), 0x1_0003);
        assert_eq!(low(0x0001, 16).nearest(0xfffe), 0x1_0001);
        assert_eq!(low(0xffff, 16).nearest(2), 0xffff, "nothing is before 0");
        assert_eq!(low(0xfe, 8).nearest(0x101), 0xfe);
        assert_eq!(low(7, 8).after_cycles(3), 775);
        assert_eq!(low(7, 16).nearest(u64::MAX), !0xffff | 7);
    }

    /// RFC 9001 has vectors for the construction that RFC 9147 shares with QUIC.
    #[test]
    fn masks_are_those_of_quic() {
        let suite = Suite::find(0x1303).unwrap();
        let mut traffic = Traffic::new(suite, &[0; 32]).unwrap();
        let key = hex("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4");
        traffic.mask = Mask::ChaCha20(Zeroizing::new(key.try_into().unwrap()));
        let sample = hex("5e5cd55c41f69080575d7999c25a5bfb");
        assert_eq!(traffic.mask(&sample), Some([0xae, 0xfe]));
        // RFC 9001: AES-128, the client's Initial packet.
        let suite = Suite::find(0x1301).unwrap();
        let mut traffic = Traffic::new(suite, &[0; 32]).unwrap();
        let key = hex("9f50449e04a0e810283a1e9933adedd2");
        traffic.mask = Mask::Aes128(Box::new(Aes128::new_from_slice(&key).unwrap()));
        let sample = hex("d1b1c98dd7689fb8ec11d242b123dc9b");
        assert_eq!(traffic.mask(&sample), Some([0x43, 0x7b]));
    }
}
