//! DTLS 1.0 and 1.2 (RFC 6347): keys from a master secret, and records opened with them, with connection
//! ids (RFC 9146) as well.
//!
//! Whether the master secret is an extended one (RFC 7627) makes no difference here: it is given.

use super::aead::Aead;
use super::cbc::Cbc;
use super::hash::OUTPUT_MAX;
use super::prf::prf;
use super::suite::{AeadKind, Protection, Suite, Version};
use zeroize::Zeroizing;

/// The content type of records with a connection id.
const TLS12_CID: u8 = 25;
/// The longest connection id: its length is one byte.
const CONNECTION_ID_MAX: usize = 255;

/// What a record's header says, as far as its protection covers it.
#[derive(Clone, Copy, Debug)]
pub struct LegacyRecord<'a> {
    /// Content type: that of the content, or 25 if there is a connection id.
    pub content_type: u8,
    /// Version on the wire.
    pub version: u16,
    /// Epoch.
    pub epoch: u16,
    /// Sequence number, 48 bits.
    pub sequence: u64,
    /// Connection id, for content type 25.
    pub connection_id: &'a [u8],
    /// What follows the header.
    pub fragment: &'a [u8],
}

/// The keys under which one side of a DTLS 1.0 or 1.2 session sends.
#[derive(Clone)]
pub struct LegacyKeys {
    cipher: Cipher,
    /// 4 bytes that the sender adds to in each record, or 12 that are mixed with its number.
    iv: Zeroizing<[u8; 12]>,
}

#[derive(Clone)]
enum Cipher {
    /// GCM and CCM: 8 bytes of the nonce are in the record.
    Explicit(Aead),
    /// ChaCha20-Poly1305 (RFC 7905).
    Mixed(Aead),
    Cbc(Cbc),
}

impl std::fmt::Debug for LegacyKeys {
    /// That there are some; never their bytes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LegacyKeys(..)")
    }
}

impl LegacyKeys {
    /// The keys of client and server, in this order; `None` if the suite is one of DTLS 1.3.
    pub fn pair(
        version: Version,
        suite: &Suite,
        master: &[u8],
        client_random: &[u8; 32],
        server_random: &[u8; 32],
        encrypt_then_mac: bool,
    ) -> Option<[Self; 2]> {
        if suite.is_tls13() {
            return None;
        }
        let (mac_len, key_len, iv_len) = match suite.protection {
            Protection::Aead(kind @ AeadKind::ChaCha20Poly1305) => (0, kind.key_len(), 12),
            Protection::Aead(kind) => (0, kind.key_len(), 4),
            Protection::Cbc(key_len, mac) => (mac.len(), key_len, 0),
        };
        let mut block = Zeroizing::new([0; 2 * (OUTPUT_MAX + 32 + 12)]);
        let block = block.get_mut(..2 * (mac_len + key_len + iv_len))?;
        prf(
            suite.prf(version),
            master,
            b"key expansion",
            &[server_random, client_random],
            block,
        );
        let (macs, rest) = block.split_at_checked(2 * mac_len)?;
        let (keys, ivs) = rest.split_at_checked(2 * key_len)?;
        let half = |of: &'_ [u8], len: usize, side: usize| -> Option<Zeroizing<Vec<u8>>> {
            Some(Zeroizing::new(
                of.get(side * len..(side + 1) * len)?.to_vec(),
            ))
        };
        let side = |side: usize| -> Option<Self> {
            let key = half(keys, key_len, side)?;
            let mut iv = Zeroizing::new([0; 12]);
            for (to, from) in iv.iter_mut().zip(half(ivs, iv_len, side)?.iter()) {
                *to = *from;
            }
            let cipher = match suite.protection {
                Protection::Aead(kind @ AeadKind::ChaCha20Poly1305) => {
                    Cipher::Mixed(Aead::new(kind, &key)?)
                }
                Protection::Aead(kind) => Cipher::Explicit(Aead::new(kind, &key)?),
                Protection::Cbc(_, mac) => {
                    let mac_key = half(macs, mac_len, side)?;
                    Cipher::Cbc(Cbc::new(&key, &mac_key, mac, encrypt_then_mac)?)
                }
            };
            Some(Self { cipher, iv })
        };
        Some([side(0)?, side(1)?])
    }

    /// Opens a record: `plain` is then its content, and the result its content type. What was in
    /// `plain` before is lost either way.
    pub fn open(&self, record: &LegacyRecord<'_>, plain: &mut Vec<u8>) -> Option<u8> {
        plain.clear();
        let number = number(record);
        let opened = match &self.cipher {
            Cipher::Explicit(aead) => {
                let (explicit, text) = record.fragment.split_first_chunk::<8>()?;
                let mut nonce = *self.iv;
                for (to, from) in nonce.iter_mut().skip(4).zip(explicit) {
                    *to = *from;
                }
                plain.extend_from_slice(text);
                let length = text.len().checked_sub(aead.tag_len())?;
                aead.open(&nonce, Cover::with_length(record, length)?.bytes(), plain)
            }
            Cipher::Mixed(aead) => {
                let mut nonce = *self.iv;
                for (to, from) in nonce.iter_mut().skip(4).zip(number) {
                    *to ^= from;
                }
                plain.extend_from_slice(record.fragment);
                let length = record.fragment.len().checked_sub(aead.tag_len())?;
                aead.open(&nonce, Cover::with_length(record, length)?.bytes(), plain)
            }
            Cipher::Cbc(cbc) => {
                plain.extend_from_slice(record.fragment);
                cbc.open(Cover::new(record).bytes(), plain)
            }
        };
        if !opened {
            return None;
        }
        if record.content_type == TLS12_CID {
            return inner_type(plain);
        }
        Some(record.content_type)
    }
}

/// Takes the zeros and the content type off the end of an inner plaintext (RFC 9146, RFC 9147); `None` if
/// there is no content type.
pub(super) fn inner_type(plain: &mut Vec<u8>) -> Option<u8> {
    let end = plain.iter().rposition(|b| *b != 0)?;
    let content_type = plain.get(end).copied();
    plain.truncate(end);
    content_type
}

/// Epoch and sequence number as one number of 64 bits.
fn number(record: &LegacyRecord<'_>) -> [u8; 8] {
    ((u64::from(record.epoch) << 48) | (record.sequence & 0xffff_ffff_ffff)).to_be_bytes()
}

/// What the tag or MAC covers besides the content.
struct Cover {
    bytes: [u8; 25 + CONNECTION_ID_MAX],
    len: usize,
}

impl Cover {
    /// All that stands before the length.
    fn new(record: &LegacyRecord<'_>) -> Self {
        let mut cover = Self {
            bytes: [0; 25 + CONNECTION_ID_MAX],
            len: 0,
        };
        let version = record.version.to_be_bytes();
        if record.content_type == TLS12_CID {
            let id = record.connection_id;
            cover.push(&[0xff; 8]);
            cover.push(&[TLS12_CID, id.len() as u8, TLS12_CID]);
            cover.push(&version);
            cover.push(&number(record));
            cover.push(id);
        } else {
            cover.push(&number(record));
            cover.push(&[record.content_type]);
            cover.push(&version);
        }
        cover
    }

    fn with_length(record: &LegacyRecord<'_>, length: usize) -> Option<Self> {
        let mut cover = Self::new(record);
        cover.push(&u16::try_from(length).ok()?.to_be_bytes());
        Some(cover)
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = self.bytes.iter_mut().skip(self.len);
        let mut taken = 0;
        for (to, from) in room.zip(bytes) {
            *to = *from;
            taken += 1;
        }
        self.len += taken;
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl LegacyKeys {
        /// Protects a record as its sender would.
        pub(crate) fn seal(&self, record: &LegacyRecord<'_>) -> Vec<u8> {
            let mut text = record.fragment.to_vec();
            let length = text.len();
            match &self.cipher {
                Cipher::Explicit(aead) => {
                    let mut nonce = *self.iv;
                    nonce[4..].copy_from_slice(&number(record));
                    let cover = Cover::with_length(record, length).unwrap();
                    aead.seal(&nonce, cover.bytes(), &mut text);
                    text.splice(..0, number(record));
                }
                Cipher::Mixed(aead) => {
                    let mut nonce = *self.iv;
                    for (to, from) in nonce[4..].iter_mut().zip(number(record)) {
                        *to ^= from;
                    }
                    let cover = Cover::with_length(record, length).unwrap();
                    aead.seal(&nonce, cover.bytes(), &mut text);
                }
                Cipher::Cbc(cbc) => cbc.seal(Cover::new(record).bytes(), [7; 16], 1, &mut text),
            }
            text
        }
    }

    const SUITES: [u16; 11] = [
        0xc02b, 0xc02c, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af, 0xcca9, 0xc009, 0xc00a, 0xc023, 0xc024,
    ];

    fn pair(version: Version, suite: u16, encrypt_then_mac: bool) -> [LegacyKeys; 2] {
        let suite = Suite::find(suite).unwrap();
        LegacyKeys::pair(
            version,
            suite,
            &[1; 48],
            &[2; 32],
            &[3; 32],
            encrypt_then_mac,
        )
        .unwrap()
    }

    fn record(fragment: &[u8]) -> LegacyRecord<'_> {
        LegacyRecord {
            content_type: 23,
            version: 0xfefd,
            epoch: 1,
            sequence: 0x1234_5678_9abc,
            connection_id: &[],
            fragment,
        }
    }

    #[test]
    fn each_suite_opens_what_it_sealed_and_nothing_else() {
        for suite in SUITES {
            for (version, order) in [
                (Version::Dtls12, false),
                (Version::Dtls12, true),
                (Version::Dtls10, false),
            ] {
                let [client, server] = pair(version, suite, order);
                let plain = b"application data of some length".as_slice();
                let sealed = client.seal(&record(plain));
                let mut out = vec![1; 9];
                let one = record(&sealed);
                assert_eq!(client.open(&one, &mut out), Some(23), "{suite:x}");
                assert_eq!(out, plain);
                assert_eq!(server.open(&one, &mut out), None, "the other side's keys");
                for changed in [
                    LegacyRecord { epoch: 2, ..one },
                    LegacyRecord { sequence: 1, ..one },
                    LegacyRecord {
                        content_type: 22,
                        ..one
                    },
                    LegacyRecord {
                        version: 0xfeff,
                        ..one
                    },
                ] {
                    assert_eq!(client.open(&changed, &mut out), None);
                }
                for end in 0..sealed.len() {
                    assert_eq!(client.open(&record(&sealed[..end]), &mut out), None);
                }
            }
        }
    }

    #[test]
    fn connection_ids_are_covered_and_hide_the_type() {
        for suite in SUITES {
            for order in [false, true] {
                let [client, _] = pair(Version::Dtls12, suite, order);
                let with_id = |connection_id, fragment| LegacyRecord {
                    content_type: TLS12_CID,
                    connection_id,
                    ..record(fragment)
                };
                // Content, its type, padding.
                let sealed = client.seal(&with_id(b"id", b"\x02\x00\x15\0\0\0"));
                let mut out = Vec::new();
                assert_eq!(
                    client.open(&with_id(b"id", &sealed), &mut out),
                    Some(21),
                    "{suite:x}"
                );
                assert_eq!(out, [2, 0]);
                assert_eq!(client.open(&with_id(b"di", &sealed), &mut out), None);
                let nothing = client.seal(&with_id(b"id", &[0; 4]));
                assert_eq!(client.open(&with_id(b"id", &nothing), &mut out), None);
                let long = [9; CONNECTION_ID_MAX];
                let sealed = client.seal(&with_id(&long, b"x\x17"));
                assert_eq!(client.open(&with_id(&long, &sealed), &mut out), Some(23));
            }
        }
    }

    #[test]
    fn a_suite_of_another_version_has_no_keys() {
        let suite = Suite::find(0x1301).unwrap();
        let pair = LegacyKeys::pair(Version::Dtls12, suite, &[1; 48], &[2; 32], &[3; 32], false);
        assert!(pair.is_none());
    }
}
