//! How inputs are made of seeds: bytes, words and whole lines changed, dropped, doubled and taken from
//! others. Which comes of a number alone, so that every input can be made again.

use crate::kit::prng::Prng;
use std::ops::Range;

/// Numbers that look random and are the same each time.
#[derive(Clone, Debug)]
pub(crate) struct Numbers(Prng);

impl Numbers {
    /// Those that belong to the input numbered `n`.
    pub(crate) fn of(n: u64) -> Self {
        Self(Prng::new(0).fork(n))
    }

    /// One below `end`; 0 when there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.below(end as u64) as usize
    }

    /// Whether one of `n` cases has come.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of `all`.
    pub(crate) fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// What parsers trip over: separators, ends of ranges, what is nearly a name, and other charsets.
const WORDS: &[&str] = &[
    "0",
    "1",
    "-1",
    "9",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "1e9",
    "00",
    "+1",
    "0x10",
    " ",
    "  ",
    "\t",
    ":",
    "::",
    ";",
    ";;",
    "=",
    "==",
    "/",
    "//",
    ",",
    "|",
    "~",
    "*",
    "@",
    "#",
    "\r",
    "\n",
    "\r\n",
    "\n\n",
    "\0",
    "\x1b[2J",
    "\u{feff}",
    "\u{202e}",
    "ü",
    "😀",
    "\u{fffd}",
    "m=",
    "a=",
    "v=0\r\n",
    "c=",
    "m=audio 0 RTP/AVP 0\r\n",
    "a=bundle-only\r\n",
    "a=inactive\r\n",
    "a=group:BUNDLE 0 0 1\r\n",
    "a=mid:\r\n",
    "a=rtpmap:",
    "a=fmtp:",
    "a=rid:",
    "a=simulcast:send ",
    "a=ssrc-group:SIM 1 1 2\r\n",
    "a=candidate:",
    "a=extmap:",
    "a=crypto:1 ",
    "a=setup:holdconn\r\n",
    "inline:",
    "apt=",
    "profile-level-id=",
    "level-asymmetry-allowed=1",
    "sprop-parameter-sets=",
    "\"",
    "'",
    "`",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\x",
    "${",
    "{",
    "}",
    "[",
    "]",
    "```",
    "```sdp\n",
    "<pre>",
    "&#x0;",
    "&amp;",
    "%0D%0A",
    "> ",
    "+",
    "INVITE sip:a SIP/2.0\r\n",
    "SIP/2.0 200 OK\r\n",
    "Content-Type: application/sdp\r\n",
    "Content-Length: 3\r\n\r\n",
    "type: offer, sdp: ",
];

/// Longer inputs tell nothing more, and take longer.
const LONGEST: usize = 6000;

/// Some part of `seed`, changed in a few places; `other` gives lines and pieces.
pub(crate) fn mutate(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut text = part(seed, numbers);
    for _ in 0..=numbers.below(6) {
        step(&mut text, other, numbers);
    }
    text.truncate(LONGEST);
    text
}

/// All of a short seed, and of a long one what goes into an input, its beginning in most cases.
fn part(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let length = 200 + numbers.below(2200);
    let from = match numbers.one_in(3) {
        true => numbers.below(seed.len().saturating_sub(length)),
        false => 0,
    };
    let to = (from + length).min(seed.len());
    let head = &seed[..seed.len().min(60)];
    match from {
        0 => seed[..to].to_vec(),
        _ => [head, b"\r\n", &seed[from..to]].concat(),
    }
}

fn step(text: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    let at = numbers.below(text.len() + 1);
    match numbers.below(12) {
        0 if at < text.len() => text[at] = numbers.below(256) as u8,
        1 if at < text.len() => text[at] ^= 1 << numbers.below(8),
        2 => text.insert(at, numbers.below(256) as u8),
        3 => {
            let to = (at + 1 + numbers.below(12)).min(text.len());
            text.drain(at..to);
        }
        4 | 5 => {
            let word = numbers.pick(WORDS);
            text.splice(at..at, word.bytes());
        }
        6 => {
            let token = token_at(text, at);
            let word = numbers.pick(WORDS);
            text.splice(token, word.bytes());
        }
        7 => {
            let line = text[line_at(text, at)].to_vec();
            let to = line_at(text, numbers.below(text.len() + 1)).start;
            for _ in 0..=numbers.below(3) {
                text.splice(to..to, line.iter().copied());
            }
        }
        8 => {
            let line = line_at(text, at);
            text.drain(line);
        }
        9 => {
            let from = line_at(other, numbers.below(other.len() + 1));
            let to = line_at(text, at).start;
            text.splice(to..to, other[from].iter().copied());
        }
        10 => {
            let from = numbers.below(other.len());
            let piece = &other[from..(from + numbers.below(80)).min(other.len())];
            text.splice(at..at, piece.iter().copied());
        }
        _ => {
            let (a, b) = (
                token_at(text, at),
                token_at(other, numbers.below(other.len())),
            );
            text.splice(a, other[b].iter().copied());
        }
    }
}

/// The line that `at` is in, with its end.
fn line_at(text: &[u8], at: usize) -> Range<usize> {
    let (before, after) = text.split_at(at.min(text.len()));
    let start = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |n| n + 1);
    let end = after
        .iter()
        .position(|&b| b == b'\n')
        .map_or(text.len(), |n| before.len() + n + 1);
    start..end
}

/// The letters and digits around `at`.
fn token_at(text: &[u8], at: usize) -> Range<usize> {
    let (before, after) = text.split_at(at.min(text.len()));
    let ends = |b: &u8| !b.is_ascii_alphanumeric();
    let start = before.iter().rposition(ends).map_or(0, |n| n + 1);
    let end = after
        .iter()
        .position(ends)
        .map_or(text.len(), |n| before.len() + n);
    start..end
}
