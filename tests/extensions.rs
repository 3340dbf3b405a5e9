//! What header extensions mean, concluded from their values alone, against the session descriptions
//! of each recording in ../shared/captures: none wrong, nine in ten named; also with the first or last
//! fifth removed, and with one direction only. And what they say of each stream, against the recordings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod kit;

use kit::shared::recordings;
use rtcscope::analysis::{Analysis, Analyzer, Known, Options};
use rtcscope::capture::Capture;
use rtcscope::net::{Decoded, Decoder};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::path::Path;

/// Which packets of a capture are looked at.
#[derive(Clone, Copy, Debug)]
enum Part {
    Whole,
    WithoutFirst,
    WithoutLast,
    /// What this host sent.
    From(IpAddr),
}

fn analyze(path: &Path, part: Part) -> Analysis {
    let mut total = 0;
    let mut capture = Capture::open(path).unwrap();
    while capture.next_frame().is_some() {
        total += 1;
    }
    let mut capture = Capture::open(path).unwrap();
    let mut analyzer = Analyzer::new(Options::default());
    let mut decoder = Decoder::new();
    let mut at = 0;
    while let Some(frame) = capture.next_frame() {
        at += 1;
        let is_in = match part {
            Part::Whole => true,
            Part::WithoutFirst => at > total / 5,
            Part::WithoutLast => at <= total - total / 5,
            Part::From(host) => match decoder.decode(&frame) {
                Decoded::Udp(datagram) => datagram.path.src.ip() == host,
                _ => false,
            },
        };
        if is_in {
            analyzer.push(&frame);
        }
    }
    analyzer.finish()
}

/// Everything that the descriptions of a recording say of each identifier. Descriptions that were
/// changed on their way may name one identifier twice.
fn extmap(folder: &Path) -> BTreeMap<u8, BTreeSet<String>> {
    let mut all: BTreeMap<u8, BTreeSet<String>> = BTreeMap::new();
    for name in [
        "offer",
        "answer",
        "offer-as-signalled",
        "answer-as-signalled",
    ] {
        let Ok(sdp) = fs::read_to_string(folder.join(format!("{name}.sdp"))) else {
            continue;
        };
        for line in sdp.lines() {
            let Some(rest) = line.trim().strip_prefix("a=extmap:") else {
                continue;
            };
            let mut words = rest.split(' ');
            let id = words.next().unwrap().split('/').next().unwrap();
            let uri = words.next().unwrap().to_owned();
            all.entry(id.parse().unwrap()).or_default().insert(uri);
        }
    }
    all
}

#[derive(Clone, Copy, Debug, Default)]
struct Score {
    right: u32,
    open: u32,
    wrong: u32,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.open += other.open;
        self.wrong += other.wrong;
    }

    fn total(self) -> u32 {
        self.right + self.open + self.wrong
    }

    fn named(self) -> f64 {
        f64::from(self.right) / f64::from(self.total().max(1))
    }
}

/// `13 of 14`, and how many of them wrong, if any.
impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.right, self.total())?;
        match self.wrong {
            0 => Ok(()),
            wrong => write!(f, ", {wrong} wrong"),
        }
    }
}

/// The identifiers of each direction, each counted once.
fn score(analysis: &Analysis, folder: &Path, title: &str) -> Score {
    let truth = extmap(folder);
    let mut by_direction: BTreeMap<(String, u8), BTreeSet<String>> = BTreeMap::new();
    for stream in &analysis.streams {
        for extension in &stream.header_extensions {
            let path = format!("{} > {}", stream.path.src, stream.path.dst);
            let key = (path, extension.id);
            let told = by_direction.entry(key).or_default();
            if let Known::Yes((uri, _)) = &extension.uri {
                told.insert(uri.clone().into_owned());
            }
        }
    }
    let mut score = Score::default();
    for ((path, id), told) in by_direction {
        let Some(uris) = truth.get(&id) else {
            panic!("{title}: {path}: {id} is in no description");
        };
        if told.is_empty() {
            score.open += 1;
            eprintln!("  {title}: {path}: {id} is left open: {uris:?}");
        } else if told.len() == 1 && told.is_subset(uris) {
            score.right += 1;
        } else {
            score.wrong += 1;
            eprintln!("  {title}: {path}: {id} is {uris:?}, but told as {told:?}");
        }
    }
    score
}

/// The identifiers of all recordings, told from these parts of each; by recording.
fn compare(parts_of: impl Fn(&Analysis) -> Vec<Part>, most_open: f64) -> BTreeMap<String, Score> {
    let mut all = BTreeMap::new();
    let mut sum = Score::default();
    for (file, _) in recordings() {
        let folder = file.parent().unwrap();
        let title = format!(
            "{}/{}",
            folder.file_name().unwrap().to_string_lossy(),
            file.file_name().unwrap().to_string_lossy()
        );
        let whole = analyze(&file, Part::Whole);
        let mut own = Score::default();
        for part in parts_of(&whole) {
            own.add(match part {
                Part::Whole => score(&whole, folder, &title),
                part => score(&analyze(&file, part), folder, &title),
            });
        }
        let Score { right, open, wrong } = own;
        eprintln!("{title}: {right} named, {open} open, {wrong} wrong");
        sum.add(own);
        all.insert(title, own);
    }
    let named = sum.named();
    eprintln!("{sum:?}: {:.1} % named", named * 100.0);
    if !all.is_empty() {
        assert_eq!(sum.wrong, 0);
        assert!(named >= 1.0 - most_open, "{named}");
    }
    all
}

fn hosts(whole: &Analysis) -> Vec<Part> {
    let all = whole.streams.iter().map(|s| s.path.src.ip());
    let all: BTreeSet<IpAddr> = all.collect();
    all.into_iter().map(Part::From).collect()
}

/// What the algorithm's page says of its own accuracy is measured here.
#[test]
fn identifiers_are_named_without_a_description() {
    let columns = [
        compare(|_| vec![Part::Whole], 0.1),
        compare(|_| vec![Part::WithoutFirst], 0.1),
        compare(|_| vec![Part::WithoutLast], 0.1),
        compare(hosts, 0.1),
    ];
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/algorithms/extensions.md");
    if std::env::var_os("UPDATE_DOCS").is_none() || columns[0].is_empty() {
        return;
    }
    let mut table = String::from(
        "| recording | whole | without the first fifth | without the last | each direction alone |\n\
         |---|---|---|---|---|\n",
    );
    let mut sums = [Score::default(); 4];
    for title in columns[0].keys() {
        let scores: Vec<Score> = columns.iter().map(|column| column[title]).collect();
        if scores[0].total() > 0 {
            table.push_str(&format!("| {title} |"));
            scores
                .iter()
                .for_each(|s| table.push_str(&format!(" {s} |")));
            table.push('\n');
        }
        sums.iter_mut()
            .zip(&scores)
            .for_each(|(sum, s)| sum.add(*s));
    }
    table.push_str("| **all** |");
    for sum in sums {
        let named = sum.named() * 100.0;
        table.push_str(&format!(" **{sum}, {named:.1} %** |"));
    }
    let (begin, end) = ("<!-- begin of the table -->\n", "<!-- end of the table -->");
    let text = fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    fs::write(&page, format!("{before}{begin}{table}\n{end}{after}")).unwrap();
}

/// The text that an SSRC's elements carry under an identifier, read from the packets without any of
/// what is under test.
fn texts_on_the_wire(path: &Path) -> BTreeMap<(u32, u8), BTreeSet<Vec<u8>>> {
    let mut capture = Capture::open(path).unwrap();
    let mut decoder = Decoder::new();
    let mut all: BTreeMap<(u32, u8), BTreeSet<Vec<u8>>> = BTreeMap::new();
    while let Some(frame) = capture.next_frame() {
        let Decoded::Udp(datagram) = decoder.decode(&frame) else {
            continue;
        };
        let p = match datagram.payload {
            [0x40..=0x4f, _, _, _, inside @ ..] => inside,
            payload => payload,
        };
        if p.len() < 16 || p[0] >> 6 != 2 || p[0] & 0x10 == 0 || (192..224).contains(&p[1]) {
            continue;
        }
        let ssrc = u32::from_be_bytes([p[8], p[9], p[10], p[11]]);
        let at = 12 + 4 * usize::from(p[0] & 15);
        if p.len() < at + 4 || p[at..at + 2] != [0xbe, 0xde] {
            continue;
        }
        let words = usize::from(u16::from_be_bytes([p[at + 2], p[at + 3]]));
        let mut rest = &p[at + 4..at + 4 + 4 * words];
        while let [first, tail @ ..] = rest {
            if *first == 0 {
                rest = tail;
                continue;
            }
            let (data, tail) = tail.split_at(usize::from(first & 15) + 1);
            let texts = all.entry((ssrc, first >> 4)).or_default();
            texts.insert(data.to_vec());
            rest = tail;
        }
    }
    all
}

/// Every MID that is told is the one on the wire under the identifier of the descriptions, and of a
/// stream that says one it is told, but where RID and MID have one identifier.
#[test]
fn every_stream_has_the_mid_that_its_packets_say() {
    let mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
    let (mut told, mut sent) = (0, 0);
    for (file, _) in recordings() {
        let map = extmap(file.parent().unwrap());
        let wire = texts_on_the_wire(&file);
        for stream in &analyze(&file, Part::Whole).streams {
            let only = |uris: &BTreeSet<String>| uris.len() == 1 && uris.contains(mid);
            let ids = map.iter().filter(|(_, uris)| only(uris));
            let found = ids.filter_map(|(id, _)| wire.get(&(stream.ssrc.0, *id)));
            let expected: BTreeSet<Vec<u8>> = found.flatten().cloned().collect();
            sent += usize::from(!expected.is_empty());
            if let Known::Yes((text, _)) = &stream.identity.mid {
                told += 1;
                let text = BTreeSet::from([text.as_bytes().to_vec()]);
                assert_eq!(text, expected, "{}: {}", file.display(), stream.ssrc);
            }
            assert!(stream.identity.repaired_rid.value().is_none());
        }
    }
    eprintln!("{told} of {sent} streams have their MID");
    assert!(told * 100 >= sent * 95);
}

/// The levels of every stream that has them, against a plain sum over the wire.
#[test]
fn audio_levels_are_those_on_the_wire() {
    let uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    let mut compared = 0;
    for (file, verify) in recordings() {
        let map = extmap(file.parent().unwrap());
        let ids = map.iter().filter(|(_, uris)| uris.contains(uri));
        let ids: Vec<u8> = ids.map(|(id, _)| *id).collect();
        let wire = texts_on_the_wire(&file);
        for stream in &analyze(&file, Part::Whole).streams {
            let Known::Yes(level) = &stream.audio_level else {
                continue;
            };
            let bytes = ids.iter().filter_map(|id| wire.get(&(stream.ssrc.0, *id)));
            let levels: BTreeSet<u8> = bytes.flatten().map(|b| b[0] & 0x7f).collect();
            let loudest = -f64::from(*levels.first().unwrap());
            let quietest = -f64::from(*levels.last().unwrap());
            assert_eq!(
                (level.max, level.min),
                (loudest, quietest),
                "{}",
                file.display()
            );
            let all = verify["ssrcs"].as_array().unwrap().iter();
            let own = all.filter(|s| s["ssrc"].as_u64() == Some(stream.ssrc.0.into()));
            let with = |s: &Value, id: u8| s["ext"][format!("{id}/1")].as_u64().unwrap_or(0);
            let packets: u64 = own
                .map(|s| ids.iter().map(|id| with(s, *id)).sum::<u64>())
                .sum();
            assert_eq!(
                level.packets,
                packets,
                "{}: {}",
                file.display(),
                stream.ssrc
            );
            let in_series: u32 = level.series.iter().map(|b| b.packets).sum();
            assert_eq!(u64::from(in_series), packets);
            assert!(level.min <= level.mean && level.mean <= level.max);
            compared += 1;
        }
    }
    eprintln!("{compared} streams with levels");
    assert!(compared == 0 || compared >= 40, "{compared}");
}
