//! Protection profiles: which cipher, which tag, how long the keys are, and what they are called.

/// A protection profile: cipher and authentication tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Profile {
    /// AES-CM with 128 bits, HMAC-SHA1 with 80 bits (RFC 3711).
    AesCm128Sha1Tag80,
    /// AES-CM with 128 bits, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 3711).
    AesCm128Sha1Tag32,
    /// AES-CM with 192 bits, HMAC-SHA1 with 80 bits (RFC 6188).
    AesCm192Sha1Tag80,
    /// AES-CM with 192 bits, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 6188).
    AesCm192Sha1Tag32,
    /// AES-CM with 256 bits, HMAC-SHA1 with 80 bits (RFC 6188).
    AesCm256Sha1Tag80,
    /// AES-CM with 256 bits, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 6188).
    AesCm256Sha1Tag32,
    /// No encryption, HMAC-SHA1 with 80 bits (RFC 3711).
    NullSha1Tag80,
    /// No encryption, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 3711).
    NullSha1Tag32,
    /// AES-GCM with 128 bits (RFC 7714).
    AeadAes128Gcm,
    /// AES-GCM with 256 bits (RFC 7714).
    AeadAes256Gcm,
}

/// What there is to say of a profile.
struct Facts {
    profile: Profile,
    /// Its number in DTLS (RFC 5764, RFC 7714 and IANA's registry).
    id: Option<u16>,
    /// Its name in `a=crypto` (RFC 4568, RFC 6188, RFC 7714).
    sdes: &'static str,
    key: usize,
    salt: usize,
    rtp_tag: usize,
    rtcp_tag: usize,
}

const fn facts(
    profile: Profile,
    id: Option<u16>,
    sdes: &'static str,
    [key, salt, rtp_tag, rtcp_tag]: [usize; 4],
) -> Facts {
    Facts {
        profile,
        id,
        sdes,
        key,
        salt,
        rtp_tag,
        rtcp_tag,
    }
}

/// All profiles, in the order of the enum.
#[rustfmt::skip]
const FACTS: [Facts; 10] = [
    facts(Profile::AesCm128Sha1Tag80, Some(1), "AES_CM_128_HMAC_SHA1_80", [16, 14, 10, 10]),
    facts(Profile::AesCm128Sha1Tag32, Some(2), "AES_CM_128_HMAC_SHA1_32", [16, 14, 4, 10]),
    facts(Profile::AesCm192Sha1Tag80, None, "AES_192_CM_HMAC_SHA1_80", [24, 14, 10, 10]),
    facts(Profile::AesCm192Sha1Tag32, None, "AES_192_CM_HMAC_SHA1_32", [24, 14, 4, 10]),
    // 3 and 4 are of a draft of RFC 5764, which some stacks still offer; IANA keeps them free.
    facts(Profile::AesCm256Sha1Tag80, Some(3), "AES_256_CM_HMAC_SHA1_80", [32, 14, 10, 10]),
    facts(Profile::AesCm256Sha1Tag32, Some(4), "AES_256_CM_HMAC_SHA1_32", [32, 14, 4, 10]),
    facts(Profile::NullSha1Tag80, Some(5), "NULL_HMAC_SHA1_80", [16, 14, 10, 10]),
    facts(Profile::NullSha1Tag32, Some(6), "NULL_HMAC_SHA1_32", [16, 14, 4, 10]),
    facts(Profile::AeadAes128Gcm, Some(7), "AEAD_AES_128_GCM", [16, 12, 16, 16]),
    facts(Profile::AeadAes256Gcm, Some(8), "AEAD_AES_256_GCM", [32, 12, 16, 16]),
];

/// How drafts of RFC 6188 spelt it, and implementations since.
#[rustfmt::skip]
const OTHER_NAMES: [(&str, Profile); 4] = [
    ("AES_CM_192_HMAC_SHA1_80", Profile::AesCm192Sha1Tag80),
    ("AES_CM_192_HMAC_SHA1_32", Profile::AesCm192Sha1Tag32),
    ("AES_CM_256_HMAC_SHA1_80", Profile::AesCm256Sha1Tag80),
    ("AES_CM_256_HMAC_SHA1_32", Profile::AesCm256Sha1Tag32),
];

impl Profile {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        FACTS.iter().map(|f| f.profile)
    }

    fn facts(self) -> &'static Facts {
        let [first, ..] = &FACTS;
        FACTS.get(self as usize).unwrap_or(first)
    }

    /// The profile with this number in a DTLS `use_srtp` extension (RFC 5764).
    pub fn from_id(id: u16) -> Option<Self> {
        let facts = FACTS.iter().find(|f| f.id == Some(id))?;
        Some(facts.profile)
    }

    /// The profile that `a=crypto` calls so (RFC 4568, RFC 6188, RFC 7714).
    pub fn from_sdes(name: &str) -> Option<Self> {
        let own = FACTS.iter().map(|f| (f.sdes, f.profile));
        let mut all = own.chain(OTHER_NAMES);
        let (_, profile) = all.find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(profile)
    }

    /// Its number in a DTLS `use_srtp` extension; none if DTLS has no number for it.
    pub fn id(self) -> Option<u16> {
        self.facts().id
    }

    /// Its name, as `a=crypto` has it: `AES_CM_128_HMAC_SHA1_80`.
    pub fn name(self) -> &'static str {
        self.facts().sdes
    }

    /// Length of the master key, in bytes.
    pub fn key_len(self) -> usize {
        self.facts().key
    }

    /// Length of the master salt, in bytes.
    pub fn salt_len(self) -> usize {
        self.facts().salt
    }

    /// Length of the tag on SRTP packets, in bytes.
    pub fn rtp_tag_len(self) -> usize {
        self.facts().rtp_tag
    }

    /// Length of the tag on SRTCP packets, in bytes.
    pub fn rtcp_tag_len(self) -> usize {
        self.facts().rtcp_tag
    }

    /// Whether cipher and tag are one algorithm (RFC 7714).
    pub fn is_aead(self) -> bool {
        matches!(self, Self::AeadAes128Gcm | Self::AeadAes256Gcm)
    }

    /// Whether the payload stays in clear.
    pub fn is_null(self) -> bool {
        matches!(self, Self::NullSha1Tag80 | Self::NullSha1Tag32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (i, facts) in FACTS.iter().enumerate() {
            assert_eq!(facts.profile as usize, i, "{}", facts.sdes);
            assert_eq!(Profile::from_sdes(facts.sdes), Some(facts.profile));
            if let Some(id) = facts.id {
                assert_eq!(Profile::from_id(id), Some(facts.profile));
            }
        }
    }

    #[test]
    fn names_of_a_crypto_are_known_in_either_spelling() {
        for (name, profile) in [
            ("AES_CM_128_HMAC_SHA1_80", Some(Profile::AesCm128Sha1Tag80)),
            ("AES_CM_128_HMAC_SHA1_32", Some(Profile::AesCm128Sha1Tag32)),
            ("AES_256_CM_HMAC_SHA1_80", Some(Profile::AesCm256Sha1Tag80)),
            ("AES_CM_256_HMAC_SHA1_80", Some(Profile::AesCm256Sha1Tag80)),
            ("AES_CM_192_HMAC_SHA1_32", Some(Profile::AesCm192Sha1Tag32)),
            ("aead_aes_128_gcm", Some(Profile::AeadAes128Gcm)),
            ("AES_CM_64_HMAC_SHA1_80", None),
            ("F8_128_HMAC_SHA1_80", None),
            ("AES_CM_", None),
            ("", None),
        ] {
            assert_eq!(Profile::from_sdes(name), profile, "{name}");
        }
    }

    #[test]
    fn dtls_numbers_are_those_of_the_registry() {
        for (id, name) in [
            (1, "AES_CM_128_HMAC_SHA1_80"),
            (2, "AES_CM_128_HMAC_SHA1_32"),
            (5, "NULL_HMAC_SHA1_80"),
            (6, "NULL_HMAC_SHA1_32"),
            (7, "AEAD_AES_128_GCM"),
            (8, "AEAD_AES_256_GCM"),
        ] {
            assert_eq!(Profile::from_id(id).map(Profile::name), Some(name));
        }
        assert_eq!(Profile::from_id(9), None);
        assert_eq!(Profile::from_id(0), None);
    }
}
