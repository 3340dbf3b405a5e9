//! SRTP keys in session descriptions: `a=crypto` (SDES, RFC 4568).
//!
//! What is malformed is told without showing the key: a [`Malformed`] of this file never points at more
//! than names and numbers. Used by `cli` to decrypt with.

use super::{Field, Malformed};
use std::fmt;

/// `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:… UNENCRYPTED_SRTCP` (RFC 4568).
#[derive(Clone, Copy)]
pub struct Crypto<'a> {
    /// The number of the line within its section; an answer names the one that it chose.
    pub tag: u32,
    /// Cipher and authentication: `AES_CM_128_HMAC_SHA1_80`.
    pub suite: Field<'a>,
    keys: Field<'a>,
    parameters: Field<'a>,
}

/// `inline:` and a key (RFC 4568).
#[derive(Clone, Copy)]
pub struct InlineKey<'a> {
    /// Master key and salt, one behind the other, in base64.
    pub key_salt: Field<'a>,
    /// How many packets it may protect: a number, or `2^` and an exponent.
    pub lifetime: Option<Field<'a>>,
    /// The master key identifier in its packets.
    pub mki: Option<Mki<'a>>,
}

/// `1:4`: a master key identifier and how many bytes it takes in a packet (RFC 4568).
#[derive(Clone, Copy, Debug)]
pub struct Mki<'a> {
    /// The identifier, as a decimal number.
    pub value: Field<'a>,
    /// Its length in packets, in bytes: 1 to 128.
    pub length: u8,
}

/// `KDR`, `UNENCRYPTED_SRTP`, `FEC_KEY`: how a session differs from the default (RFC 4568).
#[derive(Clone, Copy)]
pub struct SessionParameter<'a> {
    /// Its name.
    pub name: Field<'a>,
    /// What stands after `=`, if anything.
    pub value: Option<Field<'a>>,
}

impl<'a> Crypto<'a> {
    /// Reads what stands after `a=crypto:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        // Not `value` itself: it may have a key in it.
        let here = value.take(0);
        let all = value.trim();
        let (tag, rest) = all
            .split_once(b' ')
            .ok_or(Malformed::new(here, "`tag suite inline:key`"))?;
        let tag = tag
            .number()
            .ok_or(Malformed::new(here, "a number as tag"))?;
        let (suite, rest) = rest
            .trim()
            .split_once(b' ')
            .ok_or(Malformed::new(here, "a suite and a key"))?;
        let rest = rest.trim();
        let (keys, parameters) = rest
            .split_once(b' ')
            .unwrap_or((rest, rest.skip(rest.len())));
        Ok(Self {
            tag,
            suite,
            keys,
            parameters,
        })
    }

    /// The keys; each that cannot be read says so in its place.
    pub fn keys(&self) -> impl Iterator<Item = Result<InlineKey<'a>, Malformed<'a>>> + use<'a> {
        self.keys.split(b';').map(InlineKey::parse)
    }

    /// How many octets master key and salt have together in this suite (RFC 4568, RFC 6188, RFC
    /// 7714); none for a suite that is not known.
    pub fn key_salt_octets(&self) -> Option<usize> {
        const LENGTHS: [(&str, usize); 9] = [
            ("AES_CM_128_HMAC_SHA1_80", 16 + 14),
            ("AES_CM_128_HMAC_SHA1_32", 16 + 14),
            ("F8_128_HMAC_SHA1_80", 16 + 14),
            ("AES_192_CM_HMAC_SHA1_80", 24 + 14),
            ("AES_192_CM_HMAC_SHA1_32", 24 + 14),
            ("AES_256_CM_HMAC_SHA1_80", 32 + 14),
            ("AES_256_CM_HMAC_SHA1_32", 32 + 14),
            ("AEAD_AES_128_GCM", 16 + 12),
            ("AEAD_AES_256_GCM", 32 + 12),
        ];
        let mut all = LENGTHS.iter();
        all.find(|(suite, _)| self.suite.is_ignoring_case(suite))
            .map(|&(_, octets)| octets)
    }

    /// What the session does differently.
    pub fn parameters(&self) -> impl Iterator<Item = SessionParameter<'a>> + use<'a> {
        self.parameters
            .words()
            .map(|word| match word.split_once(b'=') {
                Some((name, value)) => SessionParameter {
                    name,
                    value: Some(value),
                },
                None => SessionParameter {
                    name: word,
                    value: None,
                },
            })
    }

    /// Whether the session has this parameter.
    pub fn has(&self, name: &str) -> bool {
        self.parameters().any(|p| p.name.is_ignoring_case(name))
    }
}

impl<'a> InlineKey<'a> {
    /// Reads `inline:key|lifetime|mki:length`, of which all after the key may be missing.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let here = value.take(0);
        let (method, rest) = value
            .split_once(b':')
            .ok_or(Malformed::new(here, "`inline:` and a key"))?;
        if !method.is_ignoring_case("inline") {
            return Err(Malformed::new(here, "`inline:` and a key"));
        }
        let mut parts = rest.split(b'|');
        let key_salt = parts.next().unwrap_or(here);
        if key_salt.is_empty() {
            return Err(Malformed::new(here, "a key after `inline:`"));
        }
        let mut key = Self {
            key_salt,
            lifetime: None,
            mki: None,
        };
        for part in parts {
            let is_lifetime = part.is_digits()
                || part
                    .bytes()
                    .strip_prefix(b"2^")
                    .is_some_and(|_| part.skip(2).is_digits());
            match part.split_once(b':') {
                Some((value, length)) if key.mki.is_none() => {
                    let wanted = "a number, `:` and a length of 1 to 128 bytes";
                    let length: Option<u8> = length.number();
                    let length = length.filter(|n| value.is_digits() && (1..=128).contains(n));
                    let length = length.ok_or(Malformed::new(here, wanted))?;
                    key.mki = Some(Mki { value, length });
                }
                None if is_lifetime && key.lifetime.is_none() && key.mki.is_none() => {
                    key.lifetime = Some(part);
                }
                _ => {
                    return Err(Malformed::new(
                        here,
                        "a lifetime and an identifier after the key",
                    ));
                }
            }
        }
        Ok(key)
    }
}

impl InlineKey<'_> {
    /// How many octets the key and salt are, when they are base64; padding may be missing.
    pub fn key_salt_octets(&self) -> Option<usize> {
        let text = self.key_salt.bytes();
        let padding = text.iter().rev().take_while(|&&b| b == b'=').count();
        let digits = text.get(..text.len() - padding).unwrap_or_default();
        let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        (padding <= 2 && digits.len() % 4 != 1 && digits.iter().all(base64))
            .then_some(digits.len() * 3 / 4)
    }
}

impl Mki<'_> {
    /// The identifier as packets have it; none if the number does not fit into its length.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![0u8; usize::from(self.length)];
        for digit in self.value.bytes() {
            let mut carry = u32::from(digit.checked_sub(b'0')?);
            for byte in bytes.iter_mut().rev() {
                carry += u32::from(*byte) * 10;
                *byte = (carry & 0xff) as u8;
                carry >>= 8;
            }
            if carry > 0 {
                return None;
            }
        }
        Some(bytes)
    }
}

impl fmt::Debug for Crypto<'_> {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crypto({} {})", self.tag, self.suite)
    }
}

impl fmt::Debug for InlineKey<'_> {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InlineKey({:?}, {:?})", self.lifetime, self.mki)
    }
}

impl fmt::Debug for SessionParameter<'_> {
    /// Without the value, which may be a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionParameter({})", self.name)
    }
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    const FULL: &str = "1 AES_CM_128_HMAC_SHA1_80 \
        inline:a2V5a2V5|2^20|66051:4;inline:c2FsdHNhbHQ=|2:1 KDR=3 UNENCRYPTED_SRTCP FEC_KEY=inline:ZmVj";

    fn parse(text: &str) -> Result<Crypto<'_>, Malformed<'_>> {
        Crypto::parse(Field::new(text.as_bytes(), 0))
    }

    #[test]
    fn keys_lifetimes_identifiers_and_parameters_are_read() {
        let crypto = parse(FULL).unwrap();
        assert_eq!(crypto.tag, 1);
        assert!(crypto.suite.is("AES_CM_128_HMAC_SHA1_80"));
        let keys: Vec<_> = crypto.keys().map(Result::unwrap).collect();
        assert_eq!(keys.len(), 2);
        assert!(keys[0].key_salt.is("a2V5a2V5") && keys[1].key_salt.is("c2FsdHNhbHQ="));
        assert!(keys[0].lifetime.is_some_and(|l| l.is("2^20")) && keys[1].lifetime.is_none());
        let mki = keys[0].mki.and_then(|m| m.bytes());
        assert_eq!(mki, Some(vec![0, 1, 2, 3]));
        let mki = keys[1].mki.and_then(|m| m.bytes());
        assert_eq!(mki, Some(vec![2]));
        let names: Vec<_> = crypto.parameters().map(|p| p.name.to_string()).collect();
        assert_eq!(names, ["KDR", "UNENCRYPTED_SRTCP", "FEC_KEY"]);
        assert!(crypto.has("UNENCRYPTED_SRTCP") && !crypto.has("UNENCRYPTED_SRTP"));
        let simple = parse("1 AES_CM_128_HMAC_SHA1_32  inline:a2V5 ").unwrap();
        assert_eq!((simple.keys().count(), simple.parameters().count()), (1, 0));
    }

    #[test]
    fn keys_are_as_long_as_their_suite_wants() {
        let octets = |text: &'static str| {
            let crypto = parse(text).unwrap();
            let key = crypto.keys().next().unwrap().unwrap();
            (crypto.key_salt_octets(), key.key_salt_octets())
        };
        // An example of RFC 4568, and keys of 46 octets, padded and not.
        let rfc =
            "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:32";
        assert_eq!(octets(rfc), (Some(30), Some(30)));
        let padded = "1 AES_256_CM_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
        assert_eq!(octets(padded), (Some(46), Some(46)));
        let bare = "1 AES_256_CM_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(octets(bare), (Some(46), Some(46)));
        assert_eq!(octets("1 MY_SUITE inline:a2V5a2V5"), (None, Some(6)));
        assert_eq!(octets("1 MY_SUITE inline:YOUR_KEY"), (None, None));
        assert_eq!(octets("1 MY_SUITE inline:==="), (None, None));
    }

    #[test]
    fn identifiers_may_be_longer_than_numbers() {
        let mki = |value: &'static str, length| {
            let value = Field::new(value.as_bytes(), 0);
            Mki { value, length }.bytes()
        };
        assert_eq!(mki("256", 1), None);
        assert_eq!(mki("255", 1), Some(vec![255]));
        let big = mki("340282366920938463463374607431768211456", 17);
        assert_eq!(big.unwrap()[..2], [1, 0], "2^128");
    }

    #[test]
    fn what_is_malformed_is_told_without_the_key() {
        for bad in [
            "",
            "1",
            "1 SUITE",
            "x SUITE inline:a2V5",
            "inline:a2V5 SUITE 1",
        ] {
            let error = parse(bad).unwrap_err().to_string();
            assert!(!error.contains("a2V5"), "{error}");
        }
        for bad in [
            "a2V5",
            "inline",
            "inline:",
            "outline:a2V5",
            "inline:a2V5|",
            "inline:a2V5|2^",
            "inline:a2V5|1:0",
            "inline:a2V5|1:129",
            "inline:a2V5|1:4|2^20",
            "inline:a2V5|1:4|1:4",
            "inline:a2V5|-1:4",
            "inline:a2V5|2^20|2^20",
        ] {
            let error = InlineKey::parse(Field::new(bad.as_bytes(), 0)).unwrap_err();
            assert!(!error.to_string().contains("a2V5"), "{error}");
        }
        let shown = format!(
            "{:?} {:?}",
            parse(FULL),
            parse(FULL).unwrap().keys().collect::<Vec<_>>()
        );
        let parameters = parse(FULL).unwrap();
        let shown = format!("{shown} {:?}", parameters.parameters().collect::<Vec<_>>());
        for secret in ["a2V5", "c2Fs", "ZmVj"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn every_prefix_returns() {
        for end in 0..=FULL.len() {
            if let Ok(crypto) = parse(&FULL[..end]) {
                for key in crypto.keys().flatten() {
                    let _ = key.mki.map(|m| m.bytes());
                }
                let _ = crypto.parameters().count();
            }
        }
    }
}
