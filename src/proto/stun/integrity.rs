//! MESSAGE-INTEGRITY and its relatives: an HMAC over the message before them (RFC 8489).
//!
//! Used by `analysis`, which knows the passwords of session descriptions. Passwords are taken as
//! they are: those of ICE are plain ASCII (RFC 8839), others must be prepared (RFC 8265) by the
//! caller.

use super::{Attribute, StunMessage, codes};
use crate::wire::part;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Outcome of checking a message's integrity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// The message has no integrity attribute, or it was not captured.
    Absent,
    /// It holds: who sent this knows the key.
    Valid,
    /// It does not: another key, or changed bytes.
    Wrong,
}

/// What a message's HMAC is keyed with.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// The short-term credential: the password itself (RFC 8489; ICE uses this one).
    pub fn short_term(password: &str) -> Self {
        Self(password.as_bytes().to_vec())
    }

    /// The long-term credential hashed with MD5: TURN's default, and PASSWORD-ALGORITHM 1.
    pub fn long_term_md5(username: &str, realm: &str, password: &str) -> Self {
        Self(Md5::digest(joined(username, realm, password)).to_vec())
    }

    /// The long-term credential hashed with SHA-256: PASSWORD-ALGORITHM 2.
    pub fn long_term_sha256(username: &str, realm: &str, password: &str) -> Self {
        Self(Sha256::digest(joined(username, realm, password)).to_vec())
    }
}

/// Passwords do not belong into logs.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

fn joined(username: &str, realm: &str, password: &str) -> String {
    format!("{username}:{realm}:{password}")
}

/// The integrity attributes of a message: of each type the first, in order.
fn attributes<'a>(message: &StunMessage<'a>) -> impl Iterator<Item = Attribute<'a>> {
    let mut seen = [0u16; 3];
    message.attributes().map_while(Result::ok).filter(move |a| {
        let slot = match a.attribute_type {
            codes::MESSAGE_INTEGRITY => 0,
            codes::MESSAGE_INTEGRITY_SHA256 => 1,
            codes::GOOG_MESSAGE_INTEGRITY_32 => 2,
            _ => return false,
        };
        // Whatever follows the first is to be ignored.
        seen.get_mut(slot)
            .is_some_and(|s| std::mem::replace(s, a.attribute_type) == 0)
    })
}

pub(super) fn is_present(message: &StunMessage<'_>) -> bool {
    attributes(message).next().is_some()
}

pub(super) fn verify(message: &StunMessage<'_>, key: &Key) -> Integrity {
    let mut outcome = Integrity::Absent;
    for attribute in attributes(message) {
        if !holds(message, &attribute, key) {
            return Integrity::Wrong;
        }
        outcome = Integrity::Valid;
    }
    outcome
}

fn holds(message: &StunMessage<'_>, attribute: &Attribute<'_>, key: &Key) -> bool {
    let tag = attribute.data;
    let allowed = match attribute.attribute_type {
        codes::MESSAGE_INTEGRITY => tag.len() == 20,
        codes::GOOG_MESSAGE_INTEGRITY_32 => tag.len() == 4,
        // May be truncated, to no less than 16 bytes and in steps of 4.
        _ => (16..=32).contains(&tag.len()) && tag.len().is_multiple_of(4),
    };
    allowed
        && match attribute.attribute_type {
            codes::MESSAGE_INTEGRITY_SHA256 => mac::<Hmac<Sha256>>(message, attribute, key),
            _ => mac::<Hmac<Sha1>>(message, attribute, key),
        }
}

/// The HMAC over the header, with a length that ends behind the attribute, and what is before it.
fn mac<M: Mac + KeyInit>(message: &StunMessage<'_>, attribute: &Attribute<'_>, key: &Key) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(&key.0) else {
        return false;
    };
    let bytes = message.bytes();
    let length = attribute.offset + 4 + attribute.data.len() - super::HEADER_LEN;
    mac.update(part(bytes, 0..2));
    mac.update(&(length as u16).to_be_bytes());
    mac.update(part(bytes, 4..attribute.offset));
    if message.is_classic() {
        // RFC 3489 pads the text to a multiple of 64 bytes.
        let padding = attribute.offset.next_multiple_of(64) - attribute.offset;
        mac.update(part(&[0; 64], 0..padding));
    }
    mac.verify_truncated_left(attribute.data).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::testing::hex;

    /// A Binding request without attributes, with `tag` as the attribute `kind`.
    fn tagged(kind: u16, tag: &[u8], classic: bool) -> Vec<u8> {
        let cookie = if classic {
            0
        } else {
            super::super::MAGIC_COOKIE
        };
        let mut bytes = vec![0, 1];
        bytes.extend((4 + tag.len() as u16).to_be_bytes());
        bytes.extend(cookie.to_be_bytes());
        bytes.extend([7; 12]);
        bytes.extend(kind.to_be_bytes());
        bytes.extend((tag.len() as u16).to_be_bytes());
        bytes.extend(tag);
        bytes
    }

    fn check(bytes: &[u8], key: &Key) -> Integrity {
        StunMessage::parse(bytes).unwrap().verify_integrity(key)
    }

    #[test]
    fn sha256_holds_whole_and_truncated() {
        let key = Key::short_term("secret");
        for len in [16usize, 20, 24, 28, 32] {
            let mut bytes = tagged(codes::MESSAGE_INTEGRITY_SHA256, &vec![0; len], false);
            let mut mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
            mac.update(&bytes[..20]);
            let tag = mac.finalize().into_bytes();
            bytes[24..].copy_from_slice(&tag[..len]);
            assert_eq!(check(&bytes, &key), Integrity::Valid, "{len}");
            bytes[12] ^= 1;
            assert_eq!(check(&bytes, &key), Integrity::Wrong, "{len}");
        }
        for len in [0usize, 4, 12, 18, 36] {
            let bytes = tagged(codes::MESSAGE_INTEGRITY_SHA256, &vec![0; len], false);
            assert_eq!(check(&bytes, &key), Integrity::Wrong, "{len}");
        }
    }

    #[test]
    fn goog_ping_has_four_bytes() {
        let key = Key::short_term("secret");
        let mut bytes = tagged(codes::GOOG_MESSAGE_INTEGRITY_32, &[0; 4], false);
        let mut mac = Hmac::<Sha1>::new_from_slice(b"secret").unwrap();
        mac.update(&bytes[..20]);
        bytes[24..].copy_from_slice(&mac.finalize().into_bytes()[..4]);
        assert_eq!(check(&bytes, &key), Integrity::Valid);
        assert_eq!(check(&bytes, &Key::short_term("other")), Integrity::Wrong);
    }

    #[test]
    fn classic_messages_are_padded() {
        let mut bytes = tagged(codes::MESSAGE_INTEGRITY, &[0; 20], true);
        let mut mac = Hmac::<Sha1>::new_from_slice(b"secret").unwrap();
        mac.update(&bytes[..20]);
        mac.update(&[0; 44]);
        let tag = mac.finalize().into_bytes();
        bytes[24..].copy_from_slice(&tag);
        assert_eq!(check(&bytes, &Key::short_term("secret")), Integrity::Valid);
    }

    #[test]
    fn without_the_attribute_there_is_nothing_to_check() {
        let bytes = tagged(codes::PRIORITY, &[0; 4], false);
        assert_eq!(check(&bytes, &Key::short_term("x")), Integrity::Absent);
        assert!(!StunMessage::parse(&bytes).unwrap().has_integrity());
    }

    #[test]
    fn long_term_keys_are_hashes_of_all_three() {
        // RFC 8489's own recipe: the hash of `username ":" realm ":" password`.
        let md5 = Key::long_term_md5("user", "realm", "pass");
        assert_eq!(md5.0, hex("8493fbc53ba582fb4c044c456bdc40eb"));
        assert_eq!(Key::long_term_sha256("u", "r", "p").0.len(), 32);
        assert_eq!(format!("{md5:?}"), "Key(…)");
    }
}
