//! Recordings that begin late, end early, or have no handshake: every source that still has packets is
//! found, counted right, and no other is.
//!
//! What is right is counted here from the packets that remain, in the simplest way there is; that this
//! counts right is shown by the whole recordings, for which `verify.json` says the same.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::shared::recordings;
use rtcscope::analysis::{Analysis, Analyzer, Options};
use rtcscope::capture::{Capture, Frame};
use rtcscope::net::{Decoded, Decoder, Endpoint};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Packets, expected, missing, duplicated, reordered.
type Counts = [u64; 5];
/// By SSRC and where its packets come from.
type Streams = BTreeMap<(u32, String), Counts>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Nothing is removed.
    Whole,
    /// The first fifth of all packets is.
    Start,
    /// The last fifth is.
    End,
    /// Both are.
    Both,
    /// Only a tenth is left, and of that no STUN and no DTLS.
    Middle,
    /// Every STUN and DTLS packet is, but for what carries media.
    Handshake,
}

impl Cut {
    const ALL: [Self; 6] = [
        Self::Whole,
        Self::Start,
        Self::End,
        Self::Both,
        Self::Middle,
        Self::Handshake,
    ];

    /// Whether the packet at `n` of `all` remains.
    fn keeps(self, n: u64, all: u64, payload: Option<&[u8]>) -> bool {
        let (start, end) = (n >= all / 5, n < all - all / 5);
        match self {
            Self::Whole => true,
            Self::Start => start,
            Self::End => end,
            Self::Both => start && end,
            Self::Middle => n >= all * 45 / 100 && n < all * 55 / 100 && is_media(payload),
            Self::Handshake => is_media(payload),
        }
    }
}

/// Whether a packet is neither STUN nor DTLS, or carries what somebody else sent.
fn is_media(payload: Option<&[u8]>) -> bool {
    payload.is_none_or(|p| {
        let is_indication = matches!(p, [0, 0x16 | 0x17, ..]);
        is_indication || !matches!(p.first(), Some(0..=3 | 20..=63))
    })
}

/// What a datagram holds of media: itself, the content of ChannelData (RFC 8656), or that of an
/// indication's DATA attribute.
fn content(payload: &[u8]) -> &[u8] {
    match payload {
        [64..=79, _, rest @ ..] if rest.len() > 2 => &rest[2..],
        [0, 0x16 | 0x17, ..] => {
            let mut at = 20;
            while let Some([t0, t1, l0, l1]) = payload.get(at..at + 4) {
                let len = usize::from(u16::from_be_bytes([*l0, *l1]));
                if [*t0, *t1] == [0, 0x13] {
                    return payload.get(at + 4..at + 4 + len).unwrap_or_default();
                }
                at += 4 + len.next_multiple_of(4);
            }
            &[]
        }
        _ => payload,
    }
}

/// SSRC and sequence number of a packet that may be RTP.
fn header(payload: &[u8]) -> Option<(u32, u16)> {
    match content(payload) {
        [128..=191, 192..=223, ..] => None,
        [128..=191, _, s0, s1, _, _, _, _, a, b, c, d, ..] => Some((
            u32::from_be_bytes([*a, *b, *c, *d]),
            u16::from_be_bytes([*s0, *s1]),
        )),
        _ => None,
    }
}

/// The count of one source: all its numbers, without their wrapping.
#[derive(Default)]
struct Count {
    numbers: BTreeSet<i64>,
    packets: u64,
    duplicates: u64,
    late: u64,
}

impl Count {
    fn push(&mut self, seq: u16) {
        self.packets += 1;
        let highest = self.numbers.last().copied().unwrap_or(i64::from(seq));
        let number = highest + i64::from(seq.wrapping_sub(highest as u16) as i16);
        if !self.numbers.insert(number) {
            self.duplicates += 1;
        } else if number < highest {
            self.late += 1;
        }
    }

    fn counts(&self) -> Counts {
        let expected = (self.numbers.last().unwrap() - self.numbers.first().unwrap() + 1) as u64;
        let missing = expected - self.numbers.len() as u64;
        let Self {
            packets,
            duplicates,
            late,
            ..
        } = *self;
        [packets, expected, missing, duplicates, late]
    }
}

fn address(e: Endpoint) -> String {
    format!("{}:{}", e.ip(), e.port())
}

/// What remains after a cut, analysed and counted.
fn cut(file: &Path, cut: Cut, known: &BTreeSet<u32>) -> (Analysis, Streams) {
    let mut all = 0;
    let mut capture = Capture::open(file).unwrap();
    while capture.next_frame().is_some() {
        all += 1;
    }
    let mut capture = Capture::open(file).unwrap();
    let (mut decoder, mut analyzer) = (Decoder::new(), Analyzer::new(Options::default()));
    let mut counts: BTreeMap<(u32, String), Count> = BTreeMap::new();
    let (mut n, mut no) = (0, 1);
    while let Some(frame) = capture.next_frame() {
        let decoded = decoder.decode(&frame);
        let datagram = match &decoded {
            Decoded::Udp(datagram) => Some(datagram),
            _ => None,
        };
        n += 1;
        if !cut.keeps(n - 1, all, datagram.map(|d| d.payload)) {
            continue;
        }
        if let Some(d) = datagram
            && let Some((ssrc, seq)) = header(d.payload)
            && known.contains(&ssrc)
        {
            let key = (ssrc, address(d.path.src));
            counts.entry(key).or_default().push(seq);
        }
        analyzer.push(&Frame { no, ..frame });
        no += 1;
    }
    let counts = counts.into_iter().map(|(k, c)| (k, c.counts())).collect();
    (analyzer.finish(), counts)
}

/// What verify.json says of the whole recording.
fn verified(verify: &Value) -> Streams {
    let each = |s: &Value| {
        let n = |field: &str| s[field].as_u64().unwrap();
        let key = (n("ssrc") as u32, s["from"].as_str().unwrap().to_owned());
        let counts = [
            n("packets"),
            n("expected"),
            n("missing"),
            n("dup"),
            n("ooo"),
        ];
        (key, counts)
    };
    verify["ssrcs"]
        .as_array()
        .unwrap()
        .iter()
        .map(each)
        .collect()
}

/// What rtcscope found; a stream that moved has several sources.
fn found(analysis: &Analysis) -> Streams {
    let mut all = Streams::new();
    for s in &analysis.streams {
        for leg in s.legs.iter().filter(|leg| !leg.is_copy) {
            let counts = [
                leg.packets,
                leg.expected,
                leg.lost,
                leg.duplicated,
                leg.reordered,
            ];
            let before = all.insert((s.ssrc.0, address(leg.path.src)), counts);
            assert!(before.is_none(), "one stream for {}", s.ssrc);
        }
    }
    all
}

#[test]
fn what_remains_of_a_recording_is_found_and_counted_right() {
    let mut compared = 0;
    for (file, verify) in recordings() {
        let verified = verified(&verify);
        let known: BTreeSet<u32> = verified.keys().map(|(ssrc, _)| *ssrc).collect();
        for how in Cut::ALL {
            let (analysis, counted) = cut(&file, how, &known);
            if how == Cut::Whole {
                assert_eq!(counted, verified, "{}: the count itself", file.display());
            }
            assert_eq!(found(&analysis), counted, "{}: {how:?}", file.display());
            compared += counted.len();
        }
    }
    eprintln!("{compared} streams compared");
}
