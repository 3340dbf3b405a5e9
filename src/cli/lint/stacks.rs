//! Would this stack accept it? What the parsers of other projects say of the same description.
//!
//! They are the parsers themselves, not what they are known to do: Firefox's (`webrtc-sdp`), that of
//! webrtc-rs (`sdp`) and that of GStreamer's Rust plugins (`sdp-types`). Parsing is the first hurdle
//! only: what one accepts may still be refused when it is applied.

mod sdp_types;
mod webrtc_rs;
mod webrtc_sdp;

use crate::diag::secrets::hidden;
use crate::sdp::Field;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Nobody's description is longer; the others' parsers are not asked to show what they do with more.
const LONGEST: usize = 1 << 20;
/// Characters of a message that are kept.
const MESSAGE: usize = 160;

/// What a parser says of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whose parser it is.
    pub(super) stack: &'static str,
    /// Why it refuses the description, when it does.
    pub(super) refusal: Option<Refusal>,
}

/// Why a parser refuses a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Its own words, on one line, without control characters.
    pub(super) message: String,
    /// The line it names, from 1, counted from the beginning of the description.
    pub(super) line: Option<usize>,
}

impl Refusal {
    fn new(message: &str, line: Option<usize>) -> Self {
        // The text comes from the description, so it is cleaned like one of its fields.
        // Some quote the line; a key in it has no business in a log, and is told while lines end.
        let message = hidden(message);
        let words: Vec<&str> = message.split_whitespace().collect();
        // Others quote a line of their own making.
        let message = hidden(&words.join(" ")).into_owned();
        let mut clean = String::new();
        let mut rest = Field::new(message.as_bytes(), 0);
        // A field shows its first 32 characters; these are shown piece by piece.
        while !rest.is_empty() && clean.chars().count() < MESSAGE {
            let piece = rest.as_str().map_or(rest.len(), |text| {
                text.char_indices().nth(16).map_or(text.len(), |(at, _)| at)
            });
            clean += &rest.take(piece).to_string();
            rest = rest.skip(piece);
        }
        if !rest.is_empty() {
            clean.push('…');
        }
        Self {
            message: clean,
            line,
        }
    }
}

type Parser = fn(&[u8]) -> Result<(), Refusal>;

/// The parsers that are asked.
const STACKS: [(&str, Parser); 3] = [
    ("Firefox (webrtc-sdp)", webrtc_sdp::parse),
    ("webrtc-rs (sdp)", webrtc_rs::parse),
    ("GStreamer (sdp-types)", sdp_types::parse),
];

/// What each of them says of `description`.
pub(super) fn verdicts(description: &[u8]) -> impl Iterator<Item = Verdict> {
    STACKS.iter().map(|&(stack, parse)| Verdict {
        stack,
        refusal: ask(parse, description).err(),
    })
}

/// Asks one parser; that it may panic is its own business and no reason for us to.
fn ask(parse: Parser, description: &[u8]) -> Result<(), Refusal> {
    if description.len() > LONGEST {
        return Err(Refusal::new("not asked: longer than 1 MiB", None));
    }
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let verdict = catch_unwind(AssertUnwindSafe(|| parse(description)));
    std::panic::set_hook(hook);
    verdict.unwrap_or_else(|_| Err(Refusal::new("its parser panics", None)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:5D:49:6B:54:02:12:DF:4A:AD:B9:B1\r\n\
        a=setup:actpass\r\n";

    #[test]
    fn all_accept_what_is_good() {
        for verdict in verdicts(GOOD) {
            assert_eq!(verdict.refusal, None, "{}", verdict.stack);
        }
    }

    #[test]
    fn refusals_say_where_and_why_on_one_line() {
        let text = String::from_utf8(GOOD.to_vec()).unwrap();
        let bad = text.replace("m=audio 9", "m=audio 9\x1b[2J");
        for verdict in verdicts(bad.as_bytes()) {
            let Some(refusal) = verdict.refusal else {
                continue;
            };
            assert!(
                !refusal.message.contains(|c: char| c.is_control()),
                "{refusal:?}"
            );
        }
        let bad = text.replace("o=-", "x=-");
        let all: Vec<Verdict> = verdicts(bad.as_bytes()).collect();
        // The third takes any letter.
        assert!(all[..2].iter().all(|v| v.refusal.is_some()), "{all:?}");
        let firefox = all[0].refusal.as_ref().unwrap();
        assert_eq!(firefox.line, Some(2), "{firefox:?}");
    }

    #[test]
    fn anything_gets_a_verdict() {
        for bad in [
            &b""[..],
            b"\xff\xfe",
            b"v=0",
            b"v=0\r\n\0\r\n",
            &[b'v'; (1 << 20) + 1],
        ] {
            assert_eq!(verdicts(bad).count(), STACKS.len());
            assert!(verdicts(bad).next().unwrap().refusal.is_some());
        }
    }

    #[test]
    fn a_parser_that_panics_is_reported() {
        let refusal = ask(|_| std::panic::panic_any("deep inside"), b"v=0").unwrap_err();
        assert_eq!(refusal.message, "its parser panics");
    }

    #[test]
    fn keys_are_not_quoted() {
        for (said, kept) in [
            (
                "bad line a=crypto:1 X inline:SECRETSECRET",
                "bad line a=crypto:1 X inline:************",
            ),
            ("bad line k=clear:SECRET KEY", "bad line k=clear:**********"),
            ("`a=key-mgmt:mikey SECRET`", "`a=key-mgmt:mikey ******`"),
        ] {
            assert_eq!(Refusal::new(said, None).message, kept);
        }
    }

    #[test]
    fn long_messages_are_cut() {
        let refusal = Refusal::new(&"long ü\u{202e}\n".repeat(100), None);
        assert!(refusal.message.ends_with('…') && refusal.message.chars().count() < 200);
        assert!(!refusal.message.contains('\n'));
    }
}
