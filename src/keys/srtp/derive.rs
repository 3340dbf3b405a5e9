//! From a master key to session keys: the AES-CM pseudo-random function of RFC 3711, with 192 and 256 bits
//! of RFC 6188, and the salts of 12 bytes of RFC 7714.
//!
//! The key derivation rate is 0, as DTLS-SRTP and WebRTC have it: session keys are derived once.

use super::block::BlockKey;
use super::{MasterKey, Profile};
use zeroize::Zeroizing;

/// Length of a salt inside a counter block.
pub(super) const SALT: usize = 14;
/// Length of a key of HMAC-SHA1, in bytes.
pub(super) const AUTH_KEY: usize = 20;

/// What a session key is for; the numbers are those of RFC 3711 and RFC 6904.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    RtpCipher = 0,
    RtpAuth = 1,
    RtpSalt = 2,
    RtcpCipher = 3,
    RtcpAuth = 4,
    RtcpSalt = 5,
    HeaderCipher = 6,
    HeaderSalt = 7,
}

/// Derives session keys from one master key.
pub(super) struct Derivation {
    key: BlockKey,
    salt: Zeroizing<[u8; SALT]>,
}

impl Derivation {
    /// None if the lengths are not those of the profile.
    pub(super) fn new(profile: Profile, master: &MasterKey) -> Option<Self> {
        if master.key.len() != profile.key_len() || master.salt.len() != profile.salt_len() {
            return None;
        }
        let mut salt = Zeroizing::new([0; SALT]);
        for (to, from) in salt.iter_mut().zip(master.salt.iter()) {
            *to = *from;
        }
        Some(Self {
            key: BlockKey::new(&master.key)?,
            salt,
        })
    }

    /// The key for this purpose, as long as `out`.
    pub(super) fn derive(&self, label: Label, out: &mut [u8]) {
        let mut counter = Zeroizing::new([0; 16]);
        for (to, from) in counter.iter_mut().zip(self.salt.iter()) {
            *to = *from;
        }
        // The label comes before an index of 48 bits, which is 0.
        if let Some(byte) = counter.get_mut(SALT - 7) {
            *byte ^= label as u8;
        }
        out.fill(0);
        self.key.keystream(&counter).apply(out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hex, master};
    use super::*;

    fn derived(profile: Profile, key: &str, salt: &str, label: Label, len: usize) -> Vec<u8> {
        let mut out = vec![0xee; len];
        let derivation = Derivation::new(profile, &master(key, salt)).unwrap();
        derivation.derive(label, &mut out);
        out
    }

    /// The vectors of RFC 3711, appendix B.3.
    #[test]
    fn keys_of_rfc_3711() {
        let derived = |label, len| {
            let (key, salt) = (
                "e1f97a0d3e018be0d64fa32c06de4139",
                "0ec675ad498afeebb6960b3aabe6",
            );
            derived(Profile::AesCm128Sha1Tag80, key, salt, label, len)
        };
        assert_eq!(
            derived(Label::RtpCipher, 16),
            hex("c61e7a93744f39ee10734afe3ff7a087")
        );
        assert_eq!(
            derived(Label::RtpSalt, 14),
            hex("30cbbc08863d8c85d49db34a9ae1")
        );
        assert_eq!(
            derived(Label::RtpAuth, 94),
            hex(
                "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578ef7227098\
                 6371c10c9a369ac2f94a8c5fbcdddc256d6e919a48b610ef17c2041e4740\
                 35766b68642c59bbfc2f34db60dbdfb2"
            )
        );
    }

    /// The vectors of RFC 6904, appendix A, for the same master key.
    #[test]
    fn keys_of_rfc_6904() {
        let (key, salt) = (
            "e1f97a0d3e018be0d64fa32c06de4139",
            "0ec675ad498afeebb6960b3aabe6",
        );
        let derived = |label, len| derived(Profile::AesCm128Sha1Tag80, key, salt, label, len);
        assert_eq!(
            derived(Label::HeaderCipher, 16),
            hex("549752054d6fb708622c4a2e596a1b93")
        );
        assert_eq!(
            derived(Label::HeaderSalt, 14),
            hex("ab01818174c40d39a3781f7c2d27")
        );
    }

    #[test]
    fn lengths_of_another_profile_are_refused() {
        let short = master(
            "00112233445566778899aabbccddeeff",
            "00112233445566778899aabb",
        );
        for profile in Profile::all() {
            let fits = profile == Profile::AeadAes128Gcm;
            assert_eq!(Derivation::new(profile, &short).is_some(), fits);
        }
    }
}
