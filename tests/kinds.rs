//! Kind, clock rate and pairing without a session description, against what the session
//! descriptions of our recordings say; `docs/accuracy.md` is the table of it.
//!
//! `UPDATE_DOCS=1 cargo test --test kinds` writes the table anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use rtcscope::analysis::model::{Kind, Stream};
use rtcscope::analysis::{Analysis, Analyzer, Options};
use rtcscope::capture::Capture;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What the descriptions of a recording say.
#[derive(Debug, Default)]
struct Said {
    /// Kinds and clock rates that a payload type has, on any side; several where sides differ.
    types: BTreeMap<u8, BTreeSet<(&'static str, u32)>>,
    /// SSRCs of repair streams, and what they repair.
    repairs: BTreeMap<u32, (&'static str, u32)>,
}

impl Said {
    fn of(folder: &Path) -> Self {
        let mut said = Self::default();
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        files.sort();
        for file in files
            .iter()
            .filter(|f| f.extension().is_some_and(|e| e == "sdp"))
        {
            said.read(&fs::read_to_string(file).unwrap());
        }
        said
    }

    fn read(&mut self, sdp: &str) {
        let mut media = "";
        for line in sdp.lines() {
            if let Some(rest) = line.strip_prefix("m=") {
                media = rest.split(' ').next().unwrap();
                for pt in rest.split(' ').skip(3) {
                    // What RFC 3551 says of the static types that we meet.
                    if let Ok(0 | 8 | 9 | 13) = pt.parse::<u8>() {
                        self.add(pt.parse().unwrap(), "audio", 8_000);
                    }
                }
            } else if let Some(rest) = line.strip_prefix("a=rtpmap:") {
                let (pt, codec) = rest.split_once(' ').unwrap();
                let mut parts = codec.split('/');
                let kind = match parts.next().unwrap().to_ascii_lowercase().as_str() {
                    "rtx" => "rtx",
                    "flexfec-03" | "flexfec" => "fec",
                    _ if media == "audio" => "audio",
                    _ => "video",
                };
                self.add(
                    pt.parse().unwrap(),
                    kind,
                    parts.next().unwrap().parse().unwrap(),
                );
            } else if let Some(rest) = line.strip_prefix("a=ssrc-group:") {
                let mut parts = rest.split(' ');
                let kind = match parts.next().unwrap() {
                    "FID" => "rtx",
                    "FEC-FR" => "fec",
                    _ => continue,
                };
                let ssrcs: Vec<u32> = parts.map(|s| s.parse().unwrap()).collect();
                self.repairs.insert(ssrcs[1], (kind, ssrcs[0]));
            }
        }
    }

    fn add(&mut self, pt: u8, kind: &'static str, rate: u32) {
        self.types.entry(pt).or_default().insert((kind, rate));
    }

    /// The kind and clock rate of a stream with these payload types, the most frequent first.
    fn truth(&self, ssrc: u32, types: &[u8]) -> Option<(&'static str, u32)> {
        let all: Vec<_> = types.iter().filter_map(|pt| self.types.get(pt)).collect();
        let main = all.first()?;
        if let Some((kind, original)) = self.repairs.get(&ssrc) {
            let rate = main.iter().next()?.1;
            assert_ne!(*original, ssrc);
            return Some((kind, rate));
        }
        // Where the sides differ in one type, the others tell.
        let fits = main
            .iter()
            .filter(|m| all.iter().all(|a| a.iter().any(|o| o.0 == m.0)));
        let mut fits = fits.copied();
        let first = fits.next()?;
        fits.next().is_none().then_some(first)
    }
}

/// What is kept of a capture's packets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    All,
    WithoutStart,
    WithoutEnd,
    /// From the first host that sent RTP only.
    OneWay,
}

fn analyse(file: &Path, part: Part) -> Analysis {
    let count = || {
        let mut capture = Capture::open(file).unwrap();
        let mut n = 0;
        while capture.next_frame().is_some() {
            n += 1;
        }
        n
    };
    let (first, last) = match part {
        Part::All | Part::OneWay => (0, u64::MAX),
        Part::WithoutStart => (count() / 5, u64::MAX),
        Part::WithoutEnd => (0, count() - count() / 5),
    };
    let mut capture = Capture::open(file).unwrap();
    let mut analyzer = Analyzer::new(Options::default());
    let mut no = 0u64;
    while let Some(frame) = capture.next_frame() {
        if (first..last).contains(&no) && (part != Part::OneWay || is_one_way(frame.data)) {
            analyzer.push(&frame);
        }
        no += 1;
    }
    analyzer.finish()
}

/// Whether an Ethernet frame goes to a lower address than it comes from; others always do.
fn is_one_way(data: &[u8]) -> bool {
    match data {
        [_, _, _, _, _, _, _, _, _, _, _, _, 0x08, 0x00, ip @ ..] if ip.len() >= 20 => {
            ip[12..16] > ip[16..20]
        }
        [_, _, _, _, _, _, _, _, _, _, _, _, 0x86, 0xdd, ip @ ..] if ip.len() >= 40 => {
            ip[8..24] > ip[24..40]
        }
        _ => true,
    }
}

/// How well a capture's streams were told.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    streams: u32,
    kinds: [u32; 3],
    clocks: [u32; 3],
    pairs: [u32; 3],
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.streams += other.streams;
        for (sum, n) in [
            (&mut self.kinds, other.kinds),
            (&mut self.clocks, other.clocks),
            (&mut self.pairs, other.pairs),
        ] {
            for (s, n) in sum.iter_mut().zip(n) {
                *s += n;
            }
        }
    }

    fn row(&self, name: &str) -> String {
        let three = |n: [u32; 3]| format!("{} / {} / {}", n[0], n[1], n[2]);
        format!(
            "| {name} | {} | {} | {} | {} |",
            self.streams,
            three(self.kinds),
            three(self.clocks),
            three(self.pairs)
        )
    }
}

/// Right, wrong or withheld.
fn judge<T: PartialEq>(counts: &mut [u32; 3], known: Option<T>, truth: &T) -> bool {
    let place = match known {
        Some(value) if value == *truth => 0,
        Some(_) => 1,
        None => 2,
    };
    counts[place] += 1;
    place == 1
}

/// Payload types in the independent decode, the most frequent first.
fn decoded_types(verify: &Value, ssrc: u32) -> Vec<u8> {
    let entries = verify["ssrcs"].as_array().unwrap();
    let mut packets: BTreeMap<u8, u64> = BTreeMap::new();
    for entry in entries.iter().filter(|e| e["ssrc"] == ssrc) {
        for (pt, n) in entry["pts"].as_object().unwrap() {
            *packets.entry(pt.parse().unwrap()).or_default() += n.as_u64().unwrap();
        }
    }
    let mut all: Vec<_> = packets.into_iter().collect();
    all.sort_by_key(|(pt, n)| (std::cmp::Reverse(*n), *pt));
    all.into_iter().map(|(pt, _)| pt).collect()
}

fn score(name: &str, file: &Path, verify: &Value, said: &Said, part: Part) -> Score {
    let analysis = analyse(file, part);
    let mut score = Score::default();
    let mut by_ssrc: BTreeMap<u32, &Stream> = BTreeMap::new();
    for s in &analysis.streams {
        by_ssrc.insert(s.ssrc.0, s);
    }
    for (ssrc, s) in &by_ssrc {
        let types = decoded_types(verify, *ssrc);
        let Some((kind, rate)) = said.truth(*ssrc, &types) else {
            panic!("{name}: the descriptions do not tell {ssrc} {types:?}");
        };
        score.streams += 1;
        let known = (s.kind != Kind::Unknown).then(|| s.kind.name());
        let mut is_wrong = judge(&mut score.kinds, known, &kind);
        // A probe is what a repair stream looks like that repaired nothing.
        if is_wrong && (s.kind, kind) == (Kind::Probe, "rtx") {
            score.kinds[1] -= 1;
            score.kinds[2] += 1;
            is_wrong = false;
        }
        let clock = s.clock_rate.value().map(|(rate, _)| *rate);
        is_wrong |= judge(&mut score.clocks, clock, &rate);
        if let Some((_, original)) = said.repairs.get(ssrc) {
            let of = s.pairing.repairs.value().map(|(id, _)| *id);
            let of = of.map(|id| analysis.streams.iter().find(|s| s.id == id).unwrap().ssrc.0);
            is_wrong |= judge(&mut score.pairs, of, original);
        }
        if is_wrong || s.kind == Kind::Unknown || (clock.is_none() && s.packets >= 50) {
            eprintln!(
                "{name} {part:?} {ssrc} {types:?} {} packets: {kind} {rate}, told {:?} {clock:?} {:?}",
                s.packets, s.kind, s.pairing
            );
        }
        if s.packets >= 50 {
            assert!(
                clock.is_some(),
                "{name} {part:?}: {ssrc} has {} packets",
                s.packets
            );
        }
    }
    score
}

fn all(part: Part) -> Vec<(String, Score)> {
    let mut rows = Vec::new();
    for folder in kit::shared::recording_folders()
        .into_iter()
        .filter(|f| f.is_dir())
    {
        let said = Said::of(&folder);
        for (file, verify) in kit::shared::decoded_captures(&folder) {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let is_b = file.file_stem().unwrap().to_string_lossy().ends_with("-b");
            let name = if is_b { format!("{name} (b)") } else { name };
            let score = score(&name, &file, &verify, &said, part);
            if score.streams > 0 {
                rows.push((name, score));
            }
        }
    }
    rows
}

fn total(rows: &[(String, Score)]) -> Score {
    let mut sum = Score::default();
    for (_, score) in rows {
        sum.add(score);
    }
    sum
}

const HEAD: &str = "\
# What is told without a session description

Our recordings (two browsers, four other stacks, clean and impaired links), analysed without their
session descriptions, keys or signalling, and held against what those say. Made by
`UPDATE_DOCS=1 cargo test --test kinds`. Each column: right / wrong / withheld, which is to say that
the report gives no value but the reason why not. A stream that carried nothing but padding, and is
called a probe, counts as withheld. Pairs are those that the descriptions name.

";

#[test]
fn what_the_recordings_hold_is_told_right() {
    let parts = [
        (Part::All, "whole"),
        (Part::WithoutStart, "without the first fifth"),
        (Part::WithoutEnd, "without the last fifth"),
        (Part::OneWay, "one direction"),
    ];
    let mut page = HEAD.to_owned();
    let heads = "kind | clock rate | repairs |\n|---|---|---|---|---|\n";
    let mut sums = Vec::new();
    let mut table = String::new();
    for (part, name) in parts {
        let rows = all(part);
        if rows.is_empty() {
            return;
        }
        let sum = total(&rows);
        assert_eq!(sum.kinds[1], 0, "{name}: wrong kinds");
        assert_eq!(sum.clocks[1], 0, "{name}: wrong clock rates");
        assert_eq!(sum.pairs[1], 0, "{name}: wrong pairs");
        if part == Part::All {
            assert_eq!(sum.kinds[2], 0, "every kind is told");
            for (name, score) in &rows {
                writeln!(table, "{}", score.row(name)).unwrap();
            }
        }
        sums.push(sum.row(name));
    }
    write!(page, "| packets | streams | {heads}{}\n\n", sums.join("\n")).unwrap();
    write!(page, "| recording | streams | {heads}{table}").unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/accuracy.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page).unwrap();
    } else {
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(kept, page, "UPDATE_DOCS=1 cargo test --test kinds");
    }
}
