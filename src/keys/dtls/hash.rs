//! The hash functions of cipher suites, and HMAC with them.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha384};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest output: that of SHA-384.
pub(super) const OUTPUT_MAX: usize = 48;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Hash {
    /// For the PRF of DTLS 1.0 only.
    Md5,
    Sha1,
    Sha256,
    Sha384,
}

impl Hash {
    /// Length of its output in bytes.
    pub(super) const fn len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// The hash of nothing, which exporters without a context want.
    pub(super) fn of_nothing(self) -> Output {
        match self {
            Self::Md5 => Output::new(&Md5::digest([])),
            Self::Sha1 => Output::new(&Sha1::digest([])),
            Self::Sha256 => Output::new(&Sha256::digest([])),
            Self::Sha384 => Output::new(&Sha384::digest([])),
        }
    }
}

/// What came out of a hash or a HMAC; overwritten when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Output {
    bytes: [u8; OUTPUT_MAX],
    len: usize,
}

impl Output {
    fn new(from: &[u8]) -> Self {
        let mut bytes = [0; OUTPUT_MAX];
        let len = from.len().min(OUTPUT_MAX);
        for (to, from) in bytes.iter_mut().zip(from) {
            *to = *from;
        }
        Self { bytes, len }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// A HMAC that has taken its key.
#[derive(Clone)]
pub(super) enum Keyed {
    Md5(Hmac<Md5>),
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
}

impl Keyed {
    /// `None` never happens: HMAC takes keys of any length.
    pub(super) fn new(hash: Hash, key: &[u8]) -> Option<Self> {
        Some(match hash {
            Hash::Md5 => Self::Md5(Hmac::new_from_slice(key).ok()?),
            Hash::Sha1 => Self::Sha1(Hmac::new_from_slice(key).ok()?),
            Hash::Sha256 => Self::Sha256(Hmac::new_from_slice(key).ok()?),
            Hash::Sha384 => Self::Sha384(Hmac::new_from_slice(key).ok()?),
        })
    }

    /// The HMAC of these parts, one after the other.
    pub(super) fn of(&self, parts: &[&[u8]]) -> Output {
        fn run<M: Mac + Clone>(keyed: &M, parts: &[&[u8]]) -> Output {
            let mut mac = keyed.clone();
            for part in parts {
                mac.update(part);
            }
            Output::new(&mac.finalize().into_bytes())
        }
        match self {
            Self::Md5(keyed) => run(keyed, parts),
            Self::Sha1(keyed) => run(keyed, parts),
            Self::Sha256(keyed) => run(keyed, parts),
            Self::Sha384(keyed) => run(keyed, parts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 4231, test case 2; RFC 2202, test case 2 for MD5 and SHA-1.
    #[test]
    fn hmac_is_that_of_the_rfcs() {
        let of = |hash| {
            let keyed = Keyed::new(hash, b"Jefe").unwrap();
            HEXLOWER.encode(keyed.of(&[b"what do ya ", b"want for nothing?"]).bytes())
        };
        assert_eq!(of(Hash::Md5), "750c783e6ab0b503eaa86e310a5db738");
        assert_eq!(of(Hash::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(
            of(Hash::Sha256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            of(Hash::Sha384),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
             8e2240ca5e69e2c78b3239ecfab21649"
        );
        for hash in [Hash::Md5, Hash::Sha1, Hash::Sha256, Hash::Sha384] {
            assert_eq!(hash.of_nothing().bytes().len(), hash.len());
        }
    }
}
