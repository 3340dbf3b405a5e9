//! Cipher suites: how each protects its records, and which hash its keys come from.
//!
//! Source: the IANA registry "TLS Cipher Suites" and the RFCs that it refers to. Suites without
//! encryption, with RC4, DES, Camellia, ARIA or GOST are not here: no WebRTC stack negotiates them.

use super::hash::Hash;
use super::prf::Prf;

/// What was negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// DTLS 1.0, and what OpenSSL spoke before it.
    Dtls10,
    /// DTLS 1.2.
    Dtls12,
    /// DTLS 1.3.
    Dtls13,
}

/// An AEAD algorithm with its key and tag lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum AeadKind {
    Aes128Gcm,
    Aes256Gcm,
    Aes128Ccm,
    Aes256Ccm,
    Aes128Ccm8,
    Aes256Ccm8,
    ChaCha20Poly1305,
}

impl AeadKind {
    /// Length of its key in bytes.
    pub(super) const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Ccm | Self::Aes128Ccm8 => 16,
            Self::Aes256Gcm | Self::Aes256Ccm | Self::Aes256Ccm8 | Self::ChaCha20Poly1305 => 32,
        }
    }
}

/// How records are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Protection {
    Aead(AeadKind),
    /// AES in CBC mode with a key of so many bytes, and HMAC with this hash.
    Cbc(usize, Hash),
}

/// A cipher suite whose records can be opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its numbers in the registry: suites that differ in key exchange only are one here.
    numbers: &'static [u16],
    pub(super) protection: Protection,
    /// Of the PRF in DTLS 1.2, of HKDF in 1.3.
    pub(super) hash: Hash,
}

impl Suite {
    /// The suite with this number, if its records can be opened.
    pub fn find(number: u16) -> Option<&'static Self> {
        let all = LEGACY.iter().chain(TLS13);
        all.into_iter().find(|s| s.numbers.contains(&number))
    }

    /// The suites of DTLS 1.3 that a secret of this many bytes can belong to, most usual first.
    pub fn of_secret(len: usize) -> impl Iterator<Item = &'static Self> {
        TLS13.iter().filter(move |s| s.hash.len() == len)
    }

    /// Whether it is one of DTLS 1.3.
    pub fn is_tls13(&self) -> bool {
        TLS13.contains(self)
    }

    /// The function that keys come from in this version.
    pub(super) fn prf(&self, version: Version) -> Prf {
        match version {
            Version::Dtls10 => Prf::Old,
            Version::Dtls12 | Version::Dtls13 => Prf::Of(self.hash),
        }
    }
}

const fn suite(numbers: &'static [u16], protection: Protection, hash: Hash) -> Suite {
    Suite {
        numbers,
        protection,
        hash,
    }
}

const AES128_GCM: Protection = Protection::Aead(AeadKind::Aes128Gcm);
const AES256_GCM: Protection = Protection::Aead(AeadKind::Aes256Gcm);
const AES128_CCM: Protection = Protection::Aead(AeadKind::Aes128Ccm);
const AES256_CCM: Protection = Protection::Aead(AeadKind::Aes256Ccm);
const AES128_CCM8: Protection = Protection::Aead(AeadKind::Aes128Ccm8);
const AES256_CCM8: Protection = Protection::Aead(AeadKind::Aes256Ccm8);
const CHACHA: Protection = Protection::Aead(AeadKind::ChaCha20Poly1305);

/// DTLS 1.3 (RFC 8446).
const TLS13: &[Suite] = &[
    suite(&[0x1301], AES128_GCM, Hash::Sha256),
    suite(&[0x1302], AES256_GCM, Hash::Sha384),
    suite(&[0x1303], CHACHA, Hash::Sha256),
    suite(&[0x1304], AES128_CCM, Hash::Sha256),
    suite(&[0x1305], AES128_CCM8, Hash::Sha256),
];

/// DTLS 1.0 and 1.2. Key exchanges: RSA, DH, DHE, DH_anon, PSK, ECDH, ECDHE, and their mixtures.
const LEGACY: &[Suite] = &[
    // RFC 5288, RFC 5289, RFC 5487, RFC 8442
    suite(
        &[
            0x009c, 0x009e, 0x00a0, 0x00a2, 0x00a4, 0x00a6, 0x00a8, 0x00aa, 0x00ac, 0xc02b, 0xc02d,
            0xc02f, 0xc031, 0xd001,
        ],
        AES128_GCM,
        Hash::Sha256,
    ),
    suite(
        &[
            0x009d, 0x009f, 0x00a1, 0x00a3, 0x00a5, 0x00a7, 0x00a9, 0x00ab, 0x00ad, 0xc02c, 0xc02e,
            0xc030, 0xc032, 0xd002,
        ],
        AES256_GCM,
        Hash::Sha384,
    ),
    // RFC 6655, RFC 7251, RFC 8442
    suite(
        &[0xc09c, 0xc09e, 0xc0a4, 0xc0a6, 0xc0ac, 0xd005],
        AES128_CCM,
        Hash::Sha256,
    ),
    suite(
        &[0xc09d, 0xc09f, 0xc0a5, 0xc0a7, 0xc0ad],
        AES256_CCM,
        Hash::Sha256,
    ),
    suite(
        &[0xc0a0, 0xc0a2, 0xc0a8, 0xc0aa, 0xc0ae, 0xd003],
        AES128_CCM8,
        Hash::Sha256,
    ),
    suite(
        &[0xc0a1, 0xc0a3, 0xc0a9, 0xc0ab, 0xc0af],
        AES256_CCM8,
        Hash::Sha256,
    ),
    // RFC 7905
    suite(
        &[0xcca8, 0xcca9, 0xccaa, 0xccab, 0xccac, 0xccad, 0xccae],
        CHACHA,
        Hash::Sha256,
    ),
    // RFC 5246, RFC 8422, RFC 4279, RFC 5489: the PRF of 1.2 takes SHA-256 for them.
    suite(
        &[
            0x002f, 0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x008c, 0x0090, 0x0094, 0xc004, 0xc009,
            0xc00e, 0xc013, 0xc018, 0xc035,
        ],
        Protection::Cbc(16, Hash::Sha1),
        Hash::Sha256,
    ),
    suite(
        &[
            0x0035, 0x0036, 0x0037, 0x0038, 0x0039, 0x003a, 0x008d, 0x0091, 0x0095, 0xc005, 0xc00a,
            0xc00f, 0xc014, 0xc019, 0xc036,
        ],
        Protection::Cbc(32, Hash::Sha1),
        Hash::Sha256,
    ),
    // RFC 5246, RFC 5289, RFC 5487, RFC 5489
    suite(
        &[
            0x003c, 0x003e, 0x003f, 0x0040, 0x0067, 0x006c, 0x00ae, 0x00b2, 0x00b6, 0xc023, 0xc025,
            0xc027, 0xc029, 0xc037,
        ],
        Protection::Cbc(16, Hash::Sha256),
        Hash::Sha256,
    ),
    suite(
        &[0x003d, 0x0068, 0x0069, 0x006a, 0x006b, 0x006d],
        Protection::Cbc(32, Hash::Sha256),
        Hash::Sha256,
    ),
    suite(
        &[
            0x00af, 0x00b3, 0x00b7, 0xc024, 0xc026, 0xc028, 0xc02a, 0xc038,
        ],
        Protection::Cbc(32, Hash::Sha384),
        Hash::Sha384,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_there_twice() {
        let all = LEGACY.iter().chain(TLS13);
        let mut numbers: Vec<u16> = all.flat_map(|s| s.numbers).copied().collect();
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
    }

    #[test]
    fn secrets_tell_their_suites_by_length() {
        assert_eq!(Suite::of_secret(32).count(), 4);
        assert_eq!(Suite::of_secret(48).count(), 1);
        assert_eq!(Suite::of_secret(33).count(), 0);
        assert!(Suite::find(0x1303).is_some_and(Suite::is_tls13));
        assert!(Suite::find(0xc02b).is_some_and(|s| !s.is_tls13()));
        assert_eq!(Suite::find(0x0005), None, "RC4");
    }
}
