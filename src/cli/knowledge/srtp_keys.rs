//! SRTP master keys that the user has: `--srtp-key`, and `a=crypto` of the descriptions given with `--sdp`.
//!
//! Nothing here ever shows a key, nor text that may be one.

use crate::keys::srtp::Profile;
use crate::keys::{GivenKey, KeyOrigin, decode_key_salt};
use crate::sdp::{Crypto, Description, Field, InlineKey, Name, find_descriptions};

/// Keys kept; each new source of RTP is tried with all of them.
const KEYS_MAX: usize = 512;

const NO_KEY: &str =
    "a key with its salt is 30, 38 or 46 bytes long, or 28 or 44 with AES-GCM, in hex or base64";
const NO_PROFILE: &str = "the profile behind @ is not known: AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32, \
    AES_192_CM_…, AES_256_CM_…, NULL_HMAC_SHA1_80, NULL_HMAC_SHA1_32, AEAD_AES_128_GCM or AEAD_AES_256_GCM";
const OTHER_LENGTH: &str = "the key and its salt are not as long as the profile wants them";
const NO_SSRC: &str = "what stands before = is no SSRC: a number, decimal or as 0x1234abcd";
const NO_INLINE: &str =
    "behind the key, only a lifetime and an identifier may stand, as in a=crypto: |2^31|1:4";

/// An argument that is a key, and so is not shown.
#[derive(Clone)]
pub(in crate::cli) struct SrtpKeyArg(String);

impl From<String> for SrtpKeyArg {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for SrtpKeyArg {
    /// That there is one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SrtpKeyArg(..)")
    }
}

/// Adds a key, if it is not there already and there is room.
pub(super) fn add(keys: &mut Vec<GivenKey>, more: impl IntoIterator<Item = GivenKey>) -> bool {
    for key in more {
        if keys.iter().any(|known| known.is_same(&key)) {
            continue;
        }
        if keys.len() == KEYS_MAX {
            return false;
        }
        keys.push(key);
    }
    true
}

/// Reads `[SSRC=]KEY[@PROFILE]`: without a profile it may be any of those with keys of this length.
pub(super) fn parse(arg: &SrtpKeyArg) -> Result<Vec<GivenKey>, &'static str> {
    // A base64 key ends with `=`, if it has any.
    let text = arg.0.trim();
    let (ssrc, rest) = match text.split_once('=') {
        Some((ssrc, rest)) if !rest.trim_matches('=').is_empty() && !rest.starts_with('@') => {
            (Some(number(ssrc.trim()).ok_or(NO_SSRC)?), rest)
        }
        _ => (None, text),
    };
    let (key, profile) = match rest.rsplit_once('@') {
        Some((key, name)) => (key, Some(profile(name.trim()).ok_or(NO_PROFILE)?)),
        None => (rest, None),
    };
    // As it stands in a=crypto, with all that may follow there.
    let inline = match key.trim() {
        key if starts_with_inline(key) => key.to_owned(),
        key => format!("inline:{key}"),
    };
    let inline = zeroize::Zeroizing::new(inline);
    let inline = InlineKey::parse(Field::new(inline.as_bytes(), 0)).map_err(|_| NO_INLINE)?;
    let bytes = decode_key_salt(inline.key_salt.bytes()).ok_or(NO_KEY)?;
    let mki = match inline.mki {
        Some(mki) => mki.bytes().ok_or(NO_INLINE)?,
        None => Vec::new(),
    };
    let mut keys = match profile {
        Some(profile) => GivenKey::new(profile, &bytes, KeyOrigin::Explicit)
            .into_iter()
            .collect(),
        None => GivenKey::of_any_profile(&bytes, KeyOrigin::Explicit),
    };
    if keys.is_empty() {
        return Err(OTHER_LENGTH);
    }
    for key in &mut keys {
        key.ssrc = ssrc;
        key.mki.clone_from(&mki);
    }
    Ok(keys)
}

fn starts_with_inline(key: &str) -> bool {
    let start = key.get(..7);
    start.is_some_and(|start| start.eq_ignore_ascii_case("inline:"))
}

/// A profile by its name in `a=crypto`, or in DTLS: `SRTP_AES128_CM_HMAC_SHA1_80`.
fn profile(name: &str) -> Option<Profile> {
    let name = name.to_ascii_uppercase();
    let name = name.strip_prefix("SRTP_").unwrap_or(&name);
    let name = name
        .replace("AES128_CM_", "AES_CM_128_")
        .replace("_CM_SHA1_", "_CM_HMAC_SHA1_");
    let name = name.replace("AES_CM_128_SHA1_", "AES_CM_128_HMAC_SHA1_");
    Profile::from_sdes(&name)
}

fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The keys of the descriptions in a text, and what of their `a=crypto` lines could not be used, as the
/// end of a sentence.
pub(super) fn of_descriptions(text: &[u8]) -> (Vec<GivenKey>, Vec<String>) {
    let (mut keys, mut refused) = (Vec::new(), Vec::new());
    for range in find_descriptions(text) {
        let description = Description::parse(text.get(range).unwrap_or_default());
        for section in description.sections() {
            let place = match (section.index(), section.media()) {
                (Some(i), Some(m)) => format!("section {} ({})", i + 1, m.media),
                (Some(i), None) => format!("section {}", i + 1),
                (None, _) => "the session part".to_owned(),
            };
            for line in section.all(Name::Crypto) {
                let Some(value) = line.attribute_value() else {
                    continue;
                };
                let (found, why) = of_line(value);
                let is_room = add(&mut keys, found);
                let why = why.or((!is_room).then(|| "too many keys".to_owned()));
                refused.extend(why.map(|why| format!("a=crypto of {place} left out: {why}")));
            }
        }
    }
    (keys, refused)
}

/// The keys of one `a=crypto`, and why some of it could not be used.
fn of_line(value: Field<'_>) -> (Vec<GivenKey>, Option<String>) {
    let crypto = match Crypto::parse(value) {
        Ok(crypto) => crypto,
        Err(malformed) => return (Vec::new(), Some(format!("expected {}", malformed.expected))),
    };
    let refused = |why: String| (Vec::new(), Some(why));
    let suite = crypto.suite.as_str().unwrap_or_default();
    let Some(mut profile) = Profile::from_sdes(suite) else {
        // What is no name may be a key in the wrong place.
        let is_name = suite.len() <= 40
            && suite.contains('_')
            && suite
                .bytes()
                .all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
        return refused(match is_name {
            true => format!("{suite} is no suite that rtcscope decrypts"),
            false => "its suite is none that rtcscope decrypts".to_owned(),
        });
    };
    if crypto.has("UNAUTHENTICATED_SRTP") {
        return refused(
            "UNAUTHENTICATED_SRTP: without tags, nothing tells what a key opens".to_owned(),
        );
    }
    let derives = |p: crate::sdp::SessionParameter<'_>| {
        p.name.is_ignoring_case("KDR")
            && p.value
                .is_some_and(|v| !v.bytes().iter().all(|b| *b == b'0'))
    };
    if crypto.parameters().any(derives) {
        return refused("KDR: keys that are derived again and again are not supported".to_owned());
    }
    if crypto.has("UNENCRYPTED_SRTP") {
        profile = match profile {
            Profile::AesCm128Sha1Tag80 | Profile::NullSha1Tag80 => Profile::NullSha1Tag80,
            Profile::AesCm128Sha1Tag32 | Profile::NullSha1Tag32 => Profile::NullSha1Tag32,
            _ => {
                return refused(format!("UNENCRYPTED_SRTP is not supported with {suite}"));
            }
        };
    }
    let (mut keys, mut why) = (Vec::new(), None);
    let fec = crypto
        .parameters()
        .filter(|p| p.name.is_ignoring_case("FEC_KEY"));
    let fec = fec
        .filter_map(|p| p.value)
        .flat_map(|v| v.split(b';').map(InlineKey::parse).collect::<Vec<_>>());
    for key in crypto.keys().chain(fec) {
        match key
            .map_err(|malformed| malformed.expected)
            .and_then(|key| of_key(key, profile))
        {
            Ok(key) => keys.push(key),
            Err(expected) => why = Some(format!("expected {expected}")),
        }
    }
    (keys, why)
}

fn of_key(key: InlineKey<'_>, profile: Profile) -> Result<GivenKey, &'static str> {
    let wanted = "key and salt in base64, as long as the suite wants them";
    let bytes = decode_key_salt(key.key_salt.bytes()).ok_or(wanted)?;
    let mut given = GivenKey::new(profile, &bytes, KeyOrigin::Sdes).ok_or(wanted)?;
    if let Some(mki) = key.mki {
        given.mki = mki
            .bytes()
            .ok_or("an identifier that fits into its length")?;
    }
    Ok(given)
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    /// `123…` as in many examples, 30 bytes.
    const KEY: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw";
    const HEX: &str = "313233343536373839303132333435363738393031323334353637383930";
    /// 44 bytes, padded.
    const GCM: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis=";

    fn read(text: &str) -> Result<Vec<GivenKey>, &'static str> {
        parse(&SrtpKeyArg::from(text.to_owned()))
    }

    #[test]
    fn keys_are_read_as_people_have_them() {
        for (text, ssrc, profiles) in [
            (
                KEY.to_owned(),
                None,
                "AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32",
            ),
            (
                HEX.to_owned(),
                None,
                "AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32",
            ),
            (
                format!("inline:{KEY}"),
                None,
                "AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32",
            ),
            (
                format!("{KEY}@AES_CM_128_HMAC_SHA1_32"),
                None,
                "AES_CM_128_HMAC_SHA1_32",
            ),
            (
                format!("0x1234ABCD={KEY}@null_hmac_sha1_80"),
                Some(0x1234_abcd),
                "NULL_HMAC_SHA1_80",
            ),
            (
                format!("4294967295={HEX}@SRTP_AES128_CM_HMAC_SHA1_80"),
                Some(u32::MAX),
                "AES_CM_128_HMAC_SHA1_80",
            ),
            (
                format!("{HEX}@SRTP_AES128_CM_SHA1_80"),
                None,
                "AES_CM_128_HMAC_SHA1_80",
            ),
            (GCM.to_owned(), None, "AEAD_AES_256_GCM"),
            (format!("7={GCM}"), Some(7), "AEAD_AES_256_GCM"),
            (format!("{GCM}@AEAD_AES_256_GCM"), None, "AEAD_AES_256_GCM"),
            (
                format!("7={GCM}@SRTP_AEAD_AES_256_GCM"),
                Some(7),
                "AEAD_AES_256_GCM",
            ),
            (
                GCM.trim_end_matches('=').to_owned(),
                None,
                "AEAD_AES_256_GCM",
            ),
        ] {
            let keys = read(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
            let names: Vec<_> = keys.iter().map(|k| k.profile.name()).collect();
            assert_eq!(names.join(" "), profiles, "{text}");
            assert!(
                keys.iter().all(|k| k.ssrc == ssrc && k.mki.is_empty()),
                "{text}"
            );
        }
        let keys = read(&format!("inline:{KEY}|2^20|66051:4")).unwrap();
        assert_eq!(keys[0].mki, [0, 1, 2, 3]);
        assert_eq!(*keys[0].master.key, *b"1234567890123456");
        assert_eq!(*keys[0].master.salt, *b"78901234567890");
    }

    #[test]
    fn what_is_wrong_is_told_in_one_line_without_the_key() {
        for (text, why) in [
            (String::new(), NO_INLINE),
            ("secret".to_owned(), NO_KEY),
            (KEY[1..].to_owned(), NO_KEY),
            (format!("{KEY}@"), NO_PROFILE),
            (format!("{KEY}@F8_128_HMAC_SHA1_80"), NO_PROFILE),
            (format!("@{KEY}"), NO_PROFILE),
            (format!("{KEY}@AEAD_AES_128_GCM"), OTHER_LENGTH),
            (format!("audio={KEY}"), NO_SSRC),
            (format!("4294967296={KEY}"), NO_SSRC),
            (format!("{KEY}={KEY}"), NO_SSRC),
            (format!("{KEY}|"), NO_INLINE),
            (format!("{KEY}|300:1"), NO_INLINE),
            ("7=".to_owned(), NO_KEY),
            ("=".to_owned(), NO_KEY),
        ] {
            assert_eq!(read(&text).unwrap_err(), why, "{text}");
            assert!(!why.contains('\n'));
        }
        let arg = SrtpKeyArg::from(KEY.to_owned());
        assert!(!format!("{arg:?}").contains("MTIz"));
        for end in 0..GCM.len() {
            let _ = read(&format!("0x7={}", &GCM[..end]));
        }
    }

    fn description(lines: &str) -> (Vec<GivenKey>, Vec<String>) {
        let text = format!(
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 5000 RTP/SAVP 0\r\n{lines}"
        );
        of_descriptions(text.as_bytes())
    }

    #[test]
    fn descriptions_give_all_keys_of_all_sections() {
        let other = "c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNh";
        let (keys, refused) = description(&format!(
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:1;inline:{other}|2^20|2:1\r\n\
             a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:{KEY} UNENCRYPTED_SRTCP WSH=60 KDR=0\r\n\
             m=video 5002 RTP/SAVP 96\r\n\
             a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:{KEY} FEC_ORDER=FEC_SRTP FEC_KEY=inline:{other}\r\n\
             a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP\r\n\
             a=crypto:3 AEAD_AES_256_GCM inline:{GCM}\r\n"
        ));
        assert_eq!(refused, [""; 0]);
        let found: Vec<_> = keys
            .iter()
            .map(|k| (k.profile.name(), k.mki.as_slice(), k.origin))
            .collect();
        let wanted: [(&str, &[u8]); 6] = [
            ("AES_CM_128_HMAC_SHA1_80", &[1]),
            ("AES_CM_128_HMAC_SHA1_80", &[2]),
            ("AES_CM_128_HMAC_SHA1_32", &[]),
            ("AES_CM_128_HMAC_SHA1_32", &[]),
            ("NULL_HMAC_SHA1_80", &[]),
            ("AEAD_AES_256_GCM", &[]),
        ];
        let wanted = wanted.map(|(name, mki)| (name, mki, KeyOrigin::Sdes));
        assert_eq!(
            found, wanted,
            "the key that two sections share is there once"
        );
    }

    #[test]
    fn lines_that_cannot_be_used_say_why() {
        for (line, why) in [
            (
                format!("1 F8_128_HMAC_SHA1_80 inline:{KEY}"),
                "F8_128_HMAC_SHA1_80 is no suite that rtcscope decrypts",
            ),
            (
                format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNAUTHENTICATED_SRTP"),
                "UNAUTHENTICATED_SRTP: without tags, nothing tells what a key opens",
            ),
            (
                format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} KDR=3"),
                "KDR: keys that are derived again and again are not supported",
            ),
            (
                format!("1 AES_CM_128_HMAC_SHA1_80 inline:{}", &KEY[4..]),
                "expected key and salt in base64, as long as the suite wants them",
            ),
            (
                format!("1 AEAD_AES_128_GCM inline:{KEY}"),
                "expected key and salt in base64, as long as the suite wants them",
            ),
            (format!("1 {KEY}"), "expected a suite and a key"),
        ] {
            let (keys, refused) = description(&format!("a=crypto:{line}\r\n"));
            assert!(keys.is_empty(), "{line}");
            assert_eq!(
                refused,
                [format!("a=crypto of section 1 (audio) left out: {why}")]
            );
            assert!(!refused[0].contains(&KEY[4..]));
        }
        let many: String = (0..600)
            .map(|n| format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|{n}:2\r\n"))
            .collect();
        let (keys, refused) = description(&many);
        assert_eq!((keys.len(), refused.len()), (KEYS_MAX, 600 - KEYS_MAX));
    }
}
