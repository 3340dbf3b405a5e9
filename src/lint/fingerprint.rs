//! By what a finding is known again in another version of the text.
//!
//! Baselines and code scanning compare runs by it. A fixture that is recorded anew has other
//! credentials, ports and sources, and lines move when one is added above; so the fingerprint is
//! made of the code, the section ([`Landmark`]), the line with all that masked ([`mask`]) and what is
//! said of it, without quoted words and numbers: a rule may say several things of one line.
//! Findings that are alike in this have one fingerprint, and whoever compares has to count them.
//!
//! Baselines are kept in repositories, so the value must never change from release to release:
//! it is the beginning of a SHA-256, and a test holds it.

mod mask;

use super::Landmarks;
use super::landmark::Landmark;
use crate::diag::Diagnostic;
use crate::sdp::Description;
use sha2::{Digest, Sha256};

/// Gives every finding its fingerprint.
pub(super) fn assign(found: &mut [Diagnostic], sdp: &Description<'_>) {
    if found.is_empty() {
        return;
    }
    let marks = Landmarks::of(sdp);
    for diagnostic in found {
        let mark = marks.at(diagnostic.primary.span.start);
        diagnostic.fingerprint = fingerprint(diagnostic.code, &mark, &diagnostic.message);
    }
}

/// The hash of a finding's code and of where it stands.
fn fingerprint(code: &str, mark: &Landmark<'_>, message: &str) -> u64 {
    let mut hash = Sha256::new();
    // No part holds a line end, so none runs into the next.
    hash.update(code);
    hash.update(b"\n");
    match (mark.index, mark.mid) {
        (None, _) => hash.update(b"session"),
        (Some(_), Some(mid)) if !mask::is_made_up(mid) => {
            hash.update(b"mid:");
            hash.update(mid.bytes());
        }
        (Some(_), _) => {
            hash.update(mark.kind.bytes());
            hash.update(format!(" {}", mark.ordinal));
        }
    }
    hash.update(b"\n");
    hash.update(mask::mask(mark.line));
    hash.update(b"\n");
    hash.update(kind_of(message));
    beginning(hash)
}

/// What `message` says whatever it is said of: without what it quotes and without numbers.
fn kind_of(message: &str) -> String {
    let said = message.split('`').step_by(2);
    let said = said.flat_map(|text| text.chars().filter(|c| !c.is_ascii_digit()));
    said.collect()
}

/// The fingerprint of what is said of a file that is no description.
#[cfg(feature = "cli")]
pub(crate) fn of_notice(code: &str, message: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(code);
    hash.update(b"\n");
    hash.update(message);
    beginning(hash)
}

fn beginning(hash: Sha256) -> u64 {
    let digest: [u8; 32] = hash.finalize().into();
    let (first, _) = digest.split_first_chunk().unwrap_or((&[0; 8], &[]));
    u64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use crate::lint::{Config, lint};

    fn prints(text: &str) -> Vec<(&'static str, u64)> {
        let found = lint(text.as_bytes(), &Config::default());
        found.into_iter().map(|d| (d.code, d.fingerprint)).collect()
    }

    const OFFER: &str = "v=0\r\no=- 4611 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:abcd\r\n\
        a=ice-pwd:short\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:112 x=1\r\n";

    #[test]
    fn the_value_is_for_ever() {
        let found = prints(OFFER);
        let fmtp = found.iter().find(|(code, _)| *code == "SDP109").unwrap();
        assert_eq!(
            fmtp.1, 0xe7a0_047c_690f_ac3a,
            "baselines in repositories would all be stale"
        );
    }

    #[test]
    fn what_is_said_counts_and_what_it_is_said_of_does_not() {
        let kind = "payload type  is ";
        assert_eq!(super::kind_of("payload type 96 is `VP8`"), kind);
        assert_eq!(super::kind_of("payload type 111 is `opus`"), kind);
        assert_ne!(super::kind_of("payload type 96 is twice"), kind);
    }

    #[test]
    fn another_codec_has_another() {
        let with = |line: &str| prints(&format!("{OFFER}a=rtpmap:96 {line}\r\n"));
        let (a, b) = (with("a-codec-of-ours-1"), with("a-codec-of-ours-2"));
        assert!(a.iter().any(|print| !b.contains(print)));
    }

    #[test]
    fn another_recording_has_the_same() {
        let again = OFFER
            .replace("4611", "999123")
            .replace("127.0.0.1", "192.0.2.7")
            .replace("audio 9", "audio 50123")
            .replace("abcd", "Zz99")
            .replace("short", "brief")
            .replace("s=-\r\n", "s=-\r\ni=a line more\r\n");
        assert_eq!(prints(OFFER), prints(&again));
        assert!(prints(OFFER).len() >= 3);
    }

    #[test]
    fn another_mistake_has_another() {
        let other = prints(&OFFER.replace("fmtp:112", "fmtp:113"));
        let changed = prints(OFFER).into_iter().zip(other);
        let changed: Vec<_> = changed.filter(|(a, b)| a.1 != b.1).collect();
        assert_eq!(changed.len(), 1);
        let moved = prints(&OFFER.replace("a=mid:0", "a=mid:1"));
        assert!(
            prints(OFFER)
                .iter()
                .all(|(_, print)| moved.iter().all(|(_, m)| m != print))
        );
    }
}
