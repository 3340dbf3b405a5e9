//! SRTP master keys from elsewhere than a DTLS handshake: `a=crypto` (SDES, RFC 4568) and `--srtp-key`.

use super::srtp::{MasterKey, Profile};
use zeroize::Zeroizing;

/// Where a master key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyOrigin {
    /// `a=crypto` in a session description (RFC 4568).
    Sdes,
    /// Given by hand.
    Explicit,
}

/// One SRTP master key, and what it is for.
#[derive(Clone, Debug)]
pub struct GivenKey {
    /// Cipher and tag.
    pub profile: Profile,
    /// Key and salt.
    pub master: MasterKey,
    /// The only source that it is for; any if none.
    pub ssrc: Option<u32>,
    /// The master key identifier that packets carry (RFC 3711); empty if they carry none.
    pub mki: Vec<u8>,
    /// Where it came from.
    pub origin: KeyOrigin,
}

impl GivenKey {
    /// A key for all sources, from key and salt in one piece; none if that is not as long as the profile
    /// wants it.
    pub fn new(profile: Profile, key_salt: &[u8], origin: KeyOrigin) -> Option<Self> {
        if key_salt.len() != profile.key_len() + profile.salt_len() {
            return None;
        }
        let (key, salt) = key_salt.split_at_checked(profile.key_len())?;
        Some(Self {
            profile,
            master: MasterKey {
                key: Zeroizing::new(key.to_vec()),
                salt: Zeroizing::new(salt.to_vec()),
            },
            ssrc: None,
            mki: Vec::new(),
            origin,
        })
    }

    /// The keys that these bytes may be, by their length: the tags of packets tell which of them it is.
    /// Without encryption the tags are the same as with AES-CM, so that is only taken when it is named.
    pub fn of_any_profile(key_salt: &[u8], origin: KeyOrigin) -> Vec<Self> {
        Profile::all()
            .filter(|profile| !profile.is_null())
            .filter_map(|profile| Self::new(profile, key_salt, origin))
            .collect()
    }

    /// Whether it opens what the other one opens.
    pub fn is_same(&self, other: &Self) -> bool {
        self.profile == other.profile
            && self.ssrc == other.ssrc
            && self.mki == other.mki
            && *self.master.key == *other.master.key
            && *self.master.salt == *other.master.salt
    }
}

/// Reads a key and its salt in one piece: hex or base64, padded or not.
///
/// No length that a profile has is one in both: what has the length of a key in hex is read as hex.
pub fn decode_key_salt(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
    let fits = |bytes: &Vec<u8>| {
        let mut lengths = Profile::all().map(|p| p.key_len() + p.salt_len());
        lengths.any(|len| len == bytes.len())
    };
    let text = text.trim_ascii();
    let unpadded = text.iter().rposition(|b| *b != b'=').map_or(0, |at| at + 1);
    let unpadded = text.get(..unpadded)?;
    let hex = HEXLOWER_PERMISSIVE.decode(text).ok().filter(fits);
    let bytes = match hex {
        Some(bytes) => Some(bytes),
        None => BASE64_NOPAD.decode(unpadded).ok().filter(fits),
    };
    bytes.map(Zeroizing::new)
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER, HEXUPPER};

    #[test]
    fn every_length_is_read_as_what_it_is() {
        for profile in Profile::all() {
            let len = profile.key_len() + profile.salt_len();
            let bytes: Vec<u8> = (0..len as u8).collect();
            for text in [
                HEXLOWER.encode(&bytes),
                HEXUPPER.encode(&bytes),
                BASE64.encode(&bytes),
                BASE64_NOPAD.encode(&bytes),
            ] {
                let read = decode_key_salt(text.as_bytes());
                assert_eq!(read.as_deref(), Some(&bytes), "{profile:?}");
            }
            let key = GivenKey::new(profile, &bytes, KeyOrigin::Sdes).unwrap();
            assert_eq!(key.master.key.len(), profile.key_len());
            assert_eq!(*key.master.salt, bytes[profile.key_len()..]);
            assert!(GivenKey::new(profile, &bytes[1..], KeyOrigin::Sdes).is_none());
            assert!(!format!("{key:?}").contains("[0, 1"), "keys are not shown");
        }
    }

    #[test]
    fn no_length_is_a_key_both_in_hex_and_in_base64() {
        let all = || Profile::all().map(|p| p.key_len() + p.salt_len());
        for hex in all() {
            for base64 in all() {
                assert_ne!(2 * hex, (base64 * 8).div_ceil(6), "{hex} {base64}");
            }
        }
    }

    #[test]
    fn lengths_tell_the_profiles() {
        let names = |len: usize| -> Vec<&str> {
            let keys = GivenKey::of_any_profile(&vec![7; len], KeyOrigin::Explicit);
            keys.iter().map(|key| key.profile.name()).collect()
        };
        let cm = ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"];
        assert_eq!(names(30), cm);
        assert_eq!(names(28), ["AEAD_AES_128_GCM"]);
        assert_eq!(names(44), ["AEAD_AES_256_GCM"]);
        assert_eq!(
            (names(38).len(), names(46).len(), names(31).len()),
            (2, 2, 0)
        );
    }

    #[test]
    fn other_text_is_no_key() {
        let good = BASE64.encode(&[9; 30]);
        for end in 0..good.len() {
            // 28 bytes are a key of another profile.
            let is_key = decode_key_salt(&good.as_bytes()[..end]).is_some();
            assert_eq!(is_key, end == 38, "{end}");
        }
        for bad in [&b""[..], b"====", b"\xff\xfe", b"zz", &[b'a'; 10_000]] {
            assert!(decode_key_salt(bad).is_none());
        }
    }
}
