//! What session descriptions sharpen: over all recordings, each fact against a reading of their
//! descriptions by other means than the library's.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::shared::{decoded_captures, recording_folders, shared};
use rtcscope::analysis::model::{Kind, Source, Stream};
use rtcscope::analysis::{Analysis, Analyzer, Descriptions, FileFacts, Known, Options, Unknown};
use rtcscope::capture::Capture;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// A description as this test reads it.
struct Sdp {
    sections: Vec<Section>,
}

#[derive(Default)]
struct Section {
    media: String,
    mid: Option<String>,
    direction: String,
    /// Name in lower case, clock rate.
    types: BTreeMap<u8, (String, u32)>,
    extensions: BTreeMap<u8, String>,
    sources: BTreeSet<u32>,
    /// Repair to original.
    repairs: BTreeMap<u32, u32>,
}

fn read(text: &str) -> Sdp {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        if let Some(m) = line.strip_prefix("m=") {
            let words: Vec<&str> = m.split(' ').collect();
            let mut section = Section {
                media: words[0].to_owned(),
                direction: "sendrecv".to_owned(),
                ..Section::default()
            };
            for pt in words[3..].iter().filter_map(|pt| pt.parse().ok()) {
                let known = [(0, "pcmu"), (8, "pcma"), (9, "g722"), (13, "cn")];
                if let Some((_, name)) = known.iter().find(|(n, _)| *n == pt) {
                    section.types.insert(pt, ((*name).to_owned(), 8_000));
                }
            }
            sections.push(section);
        }
        let Some(s) = sections.last_mut() else {
            continue;
        };
        let Some(a) = line.strip_prefix("a=") else {
            continue;
        };
        let (name, value) = a.split_once(':').unwrap_or((a, ""));
        let words: Vec<&str> = value.split([' ', '/']).collect();
        match name {
            "mid" => s.mid = Some(value.to_owned()),
            "sendrecv" | "sendonly" | "recvonly" | "inactive" => s.direction = name.to_owned(),
            "rtpmap" => {
                let codec = (words[1].to_lowercase(), words[2].parse().unwrap());
                s.types.insert(words[0].parse().unwrap(), codec);
            }
            "extmap" => {
                let (id, uri) = value.split_once(' ').unwrap();
                let id = id.split('/').next().unwrap().parse().unwrap();
                s.extensions.insert(id, uri.to_owned());
            }
            "ssrc" => {
                s.sources.insert(words[0].parse().unwrap());
            }
            "ssrc-group" if words[0] == "FID" => {
                let [original, repair] = [1, 2].map(|i| words[i].parse().unwrap());
                s.repairs.insert(repair, original);
            }
            _ => {}
        }
    }
    Sdp { sections }
}

/// What a stream must be said to be.
#[derive(Debug)]
struct Wanted {
    mid: Option<String>,
    kind: Kind,
    codec: String,
    clock_rate: u32,
    types: BTreeMap<u8, String>,
    extensions: BTreeMap<u8, String>,
    repairs: Option<u32>,
}

/// What the descriptions say of a source: `mine` are those of its sender, `theirs` of its receiver.
fn wanted(ssrc: u32, packets: &BTreeMap<u8, u64>, mine: &[Sdp], theirs: &[Sdp]) -> Option<Wanted> {
    let all = |sdps: &'_ [Sdp]| -> Vec<usize> { (0..sdps.len()).rev().collect() };
    let named = all(mine)
        .into_iter()
        .flat_map(|i| &mine[i].sections)
        .find(|s| s.sources.contains(&ssrc));
    let main = *packets.iter().max_by_key(|(_, n)| **n)?.0;
    let has = |sdps: &[Sdp], mid: &Option<String>| -> Option<(usize, usize)> {
        for i in (0..sdps.len()).rev() {
            let place = |s: &Section| match mid {
                Some(_) => s.mid == *mid,
                None => s.types.contains_key(&main),
            };
            if let Some(j) = sdps[i].sections.iter().position(place) {
                return Some((i, j));
            }
        }
        None
    };
    let mid = named.and_then(|s| s.mid.clone());
    let their = has(theirs, &mid).map(|(i, j)| &theirs[i].sections[j]);
    let my = named.or_else(|| has(mine, &mid).map(|(i, j)| &mine[i].sections[j]));
    let says = |pt: u8| {
        let their = their.and_then(|s| s.types.get(&pt));
        their.or_else(|| my?.types.get(&pt)).cloned()
    };
    let mut types: Vec<u8> = packets.keys().copied().collect();
    types.sort_by_key(|pt| std::cmp::Reverse(packets[pt]));
    let described: Vec<_> = types.iter().filter_map(|pt| says(*pt)).collect();
    let media = described
        .iter()
        .find(|(name, _)| name != "telephone-event" && name != "cn");
    let (codec, clock_rate) = media.or(described.first())?.clone();
    let kind = match (codec.as_str(), &*my.or(their)?.media) {
        ("rtx", _) => Kind::Rtx,
        (_, "audio") => Kind::Audio,
        _ => Kind::Video,
    };
    let mut extensions = their.map(|s| s.extensions.clone()).unwrap_or_default();
    extensions.extend(my.map(|s| s.extensions.clone()).unwrap_or_default());
    Some(Wanted {
        mid,
        kind,
        codec,
        clock_rate,
        types: types
            .iter()
            .filter_map(|pt| Some((*pt, says(*pt)?.0)))
            .collect(),
        extensions,
        repairs: named.and_then(|s| s.repairs.get(&ssrc).copied()),
    })
}

fn analyse(path: &Path, descriptions: Descriptions) -> Analysis {
    let mut capture = Capture::open(path).unwrap();
    let mut analyzer = Analyzer::new(Options {
        descriptions: Arc::new(descriptions),
        ..Options::default()
    });
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
    }
    analyzer.describe_file(FileFacts::of(&capture));
    analyzer.finish()
}

fn unfit(analysis: &Analysis) -> Vec<&str> {
    let problems = analysis.capture.problems.iter().map(|p| &p.problem);
    let unfit = problems.filter(|p| p.code == "sdp-fits-nothing");
    unfit.map(|p| p.message.as_str()).collect()
}

/// The files of a folder whose names begin so, in order of their negotiation.
fn descriptions(folder: &Path, begin: &str) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|f| {
            let name = f.file_name().unwrap().to_str().unwrap();
            name.starts_with(begin) && name.ends_with(".sdp") && !name.contains("signalled")
        })
        .collect();
    // "offer.sdp" is the local description at the end.
    all.sort_by_key(|f| (f.file_stem().unwrap() == begin, f.clone()));
    all
}

fn told(files: &[PathBuf]) -> Descriptions {
    let mut all = Descriptions::default();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy();
        all.add(&name, &fs::read(file).unwrap());
    }
    all
}

fn texts(files: &[PathBuf]) -> Vec<Sdp> {
    let read_one = |f: &PathBuf| read(&fs::read_to_string(f).unwrap());
    files.iter().map(read_one).collect()
}

fn types_of(stream: &Stream) -> BTreeMap<u8, u64> {
    let types = stream.payload_types.iter();
    types.map(|t| (t.number, t.packets)).collect()
}

/// Everything about a stream whose descriptions were all given.
fn check(s: &Stream, wanted: &Wanted, analysis: &Analysis, here: &str) {
    let here = format!("{here} {}", s.ssrc);
    let d = s.described.as_deref().unwrap_or_else(|| panic!("{here}"));
    assert_eq!(
        (s.kind, s.kind_source),
        (wanted.kind, Known::Yes(Source::Sdp)),
        "{here}"
    );
    let codec = s.codec.value().unwrap();
    let said = (codec.name.to_lowercase(), codec.clock_rate, codec.source);
    let want = (wanted.codec.clone(), wanted.clock_rate, Source::Sdp);
    assert_eq!(said, want, "{here}");
    assert_eq!(
        s.clock_rate,
        Known::Yes((wanted.clock_rate, Source::Sdp)),
        "{here}"
    );
    for t in &s.payload_types {
        let name = t.codec.value().map(|c| c.name.to_lowercase());
        assert_eq!(
            name.as_ref(),
            wanted.types.get(&t.number),
            "{here} {}",
            t.number
        );
    }
    for e in &s.header_extensions {
        let uri = e.uri.value().map(|(uri, _)| uri.to_string());
        assert_eq!(
            uri.as_ref(),
            wanted.extensions.get(&e.id),
            "{here} {}",
            e.id
        );
    }
    if wanted.mid.is_some() {
        assert_eq!(d.mid, wanted.mid, "{here}");
    }
    let original = d.repairs.map(|id| {
        let found = analysis.streams.iter().find(|s| s.id == id);
        found.unwrap().ssrc.0
    });
    if let Some(repairs) = wanted.repairs {
        let is_there = analysis.streams.iter().any(|s| s.ssrc.0 == repairs);
        assert_eq!(original, Some(repairs).filter(|_| is_there), "{here}");
    }
    let is_media = s.kind.is_media();
    if s.packets >= 3 && s.first_seen != s.last_seen {
        // Known from the first packet on.
        assert_eq!(
            s.jitter.value().is_some(),
            is_media,
            "{here} {:?}",
            s.jitter
        );
    }
}

fn folders() -> Vec<PathBuf> {
    let all = recording_folders().into_iter();
    all.filter(|f| f.join("offer.sdp").exists()).collect()
}

#[test]
fn every_stream_is_what_its_descriptions_say() {
    let mut seen = 0;
    for folder in folders() {
        let (offers, answers) = (
            descriptions(&folder, "offer"),
            descriptions(&folder, "answer"),
        );
        let (offer, answer) = (texts(&offers), texts(&answers));
        let both: Vec<PathBuf> = offers.iter().chain(&answers).cloned().collect();
        let swapped: Vec<PathBuf> = answers.iter().chain(&offers).cloned().collect();
        for (path, _) in decoded_captures(&folder) {
            let here = path.display().to_string();
            for files in [&both, &swapped] {
                let analysis = analyse(&path, told(files));
                if !here.contains("turn-badauth") {
                    assert!(unfit(&analysis).is_empty(), "{here} {:?}", unfit(&analysis));
                }
                for s in &analysis.streams {
                    let is_offerers = is_sent_by(s.ssrc.0, &offer, &answer);
                    let (mine, theirs) = if is_offerers {
                        (&offer, &answer)
                    } else {
                        (&answer, &offer)
                    };
                    let wanted = wanted(s.ssrc.0, &types_of(s), mine, theirs);
                    let wanted = wanted.unwrap_or_else(|| panic!("{here} {}", s.ssrc));
                    check(s, &wanted, &analysis, &here);
                    seen += 1;
                }
            }
        }
    }
    assert!(shared("captures").is_none() || seen > 300, "{seen}");
}

/// Whether the offerer sends it: as its lines say, or because the answerer sends nothing.
fn is_sent_by(ssrc: u32, offer: &[Sdp], answer: &[Sdp]) -> bool {
    let names = |sdps: &[Sdp]| {
        let mut sections = sdps.iter().flat_map(|d| &d.sections);
        sections.any(|s| s.sources.contains(&ssrc))
    };
    names(offer) || !names(answer)
}

/// One side's descriptions, or both as they were sent, tell of both ways, and never tell anything else than both do.
#[test]
fn one_description_alone_tells_of_both_ways() {
    for folder in folders() {
        let both = [
            descriptions(&folder, "offer"),
            descriptions(&folder, "answer"),
        ];
        let whole = told(&both.concat());
        for (path, _) in decoded_captures(&folder).into_iter().take(1) {
            let here = path.display().to_string();
            let full = analyse(&path, whole.clone());
            let name = |kind: &str| folder.join(format!("{kind}-as-signalled.sdp"));
            let sent = [name("offer"), name("answer")];
            let sent = sent[0].exists().then(|| sent.to_vec());
            for files in both.iter().chain(&sent) {
                let half = analyse(&path, told(files));
                assert_eq!(half.streams.len(), full.streams.len());
                for (h, f) in half.streams.iter().zip(&full.streams) {
                    let here = format!("{here} {} {:?}", h.ssrc, files[0].file_name());
                    assert_eq!((h.kind, h.kind_source), (f.kind, f.kind_source), "{here}");
                    assert_eq!(
                        (&h.codec, &h.clock_rate),
                        (&f.codec, &f.clock_rate),
                        "{here}"
                    );
                    let late = h.jitter.reason() == Some(Unknown::ToldLate);
                    assert!(h.jitter == f.jitter || late, "{here} {:?}", h.jitter);
                    let mid = |s: &Stream| s.described.as_ref().unwrap().mid.clone();
                    // Its partner knew its three layers as three sections.
                    if !here.contains("cc-simulcast") {
                        assert!(mid(h).is_none() || mid(h) == mid(f), "{here}");
                        for (a, b) in h.header_extensions.iter().zip(&f.header_extensions) {
                            assert!(a.uri.value().is_none() || a.uri == b.uri, "{here} {a:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn layers_are_those_of_the_sender() {
    let Some(folder) = shared("captures/cc-simulcast") else {
        return;
    };
    let files = [folder.join("offer.sdp"), folder.join("answer.sdp")];
    let analysis = analyse(&folder.join("capture.pcapng"), told(&files));
    for s in &analysis.streams {
        let d = s.described.as_deref().unwrap();
        assert_eq!(d.layers, ["q", "h", "f"]);
        assert_eq!(d.mid.as_deref(), Some("0"));
    }
}

/// Plain RTP: by the address and port where it is wanted.
#[test]
fn plain_rtp_is_found_by_its_socket() {
    for folder in recording_folders() {
        let file = folder.join("stream.sdp");
        if !file.exists() {
            continue;
        }
        for (path, _) in decoded_captures(&folder) {
            let analysis = analyse(&path, told(std::slice::from_ref(&file)));
            let here = path.display().to_string();
            assert!(unfit(&analysis).is_empty(), "{here} {:?}", unfit(&analysis));
            assert!(!analysis.streams.is_empty());
            let sdp = texts(std::slice::from_ref(&file));
            for s in &analysis.streams {
                let wanted = wanted(s.ssrc.0, &types_of(s), &[], &sdp).unwrap();
                check(s, &wanted, &analysis, &here);
            }
        }
    }
}

/// The report without what says that descriptions do not fit.
fn report(mut analysis: Analysis) -> String {
    let problems = &mut analysis.capture.problems;
    problems.retain(|p| p.problem.code != "sdp-fits-nothing");
    format!("{analysis:#?}")
}

#[test]
fn descriptions_of_another_session_change_nothing() {
    let folders = folders();
    for (i, folder) in folders.iter().enumerate() {
        let captures = decoded_captures(folder);
        let (path, _) = &captures[0];
        let without = report(analyse(path, Descriptions::default()));
        let mut others = Vec::new();
        for step in [1, 7, 11] {
            let other = &folders[(i + step) % folders.len()];
            others.extend(descriptions(other, "offer"));
            others.extend(descriptions(other, "answer"));
        }
        let others = told(&others);
        let with = analyse(path, others);
        assert!(unfit(&with).len() >= 6, "{}", path.display());
        let all_say_so = unfit(&with)
            .iter()
            .all(|m| m.contains("fits no connection"));
        assert!(all_say_so, "{:?}", unfit(&with));
        assert!(report(with) == without, "{}", path.display());
    }
}

/// Another session at the same port: its payload types are not those that go there.
#[test]
fn plain_rtp_of_another_session_changes_nothing() {
    let Some(captures) = shared("captures") else {
        return;
    };
    let path = captures.join("rtp-ffmpeg-pcma-h264/capture.pcapng");
    let without = report(analyse(&path, Descriptions::default()));
    let with = analyse(
        &path,
        told(&[captures.join("rtp-gst-opus-h264/stream.sdp")]),
    );
    assert_eq!(unfit(&with).len(), 1);
    assert!(report(with) == without);
}

fn rtcscope(args: &[&str]) -> (i32, String, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .args(args)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        run.status.code().unwrap(),
        text(run.stdout),
        text(run.stderr),
    )
}

/// Raw, JSON, a compressed dump of webrtc-internals; several after one option, before and after.
#[test]
fn files_of_all_kinds_say_the_same() {
    let Some(folder) = shared("captures/art-rtpdump") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let capture = folder.join("capture.pcapng").display().to_string();
    let raw = ["offer.sdp", "answer.sdp"].map(|f| folder.join(f).display().to_string());
    let json = ["offer", "answer"].map(|kind| {
        let sdp = fs::read_to_string(folder.join(format!("{kind}.sdp"))).unwrap();
        let path = dir.path().join(format!("{kind}.json"));
        let value = serde_json::json!({ "type": kind, "sdp": sdp });
        fs::write(&path, value.to_string()).unwrap();
        path.display().to_string()
    });
    let dump = folder
        .join("webrtc_internals_dump.gz")
        .display()
        .to_string();
    let [offer, answer] = &raw;
    let stats = ["stats", "--format", "json"];
    let all: [Vec<&str>; 6] = [
        vec![&capture, "--sdp", offer, answer],
        vec!["--sdp", offer, answer, &capture],
        vec!["--sdp", offer, "--sdp", answer, &capture],
        vec!["--sdp", offer, &capture, "--sdp", answer],
        vec![&capture, "--sdp", &json[0], &json[1]],
        vec![&capture, "--sdp", &dump],
    ];
    let mut first: Option<serde_json::Value> = None;
    for args in all {
        let args: Vec<&str> = stats.iter().copied().chain(args).collect();
        let (code, out, err) = rtcscope(&args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        let streams = document["streams"].clone();
        assert_eq!(streams[0]["kindSource"], "sdp");
        assert_eq!(*first.get_or_insert(streams.clone()), streams, "{args:?}");
    }
    let (code, out, err) = rtcscope(&["stats", "--sdp", offer]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    let other = shared("captures/cc-ipv6/offer.sdp")
        .unwrap()
        .display()
        .to_string();
    let (code, _, err) = rtcscope(&["stats", "--format", "csv", &capture, "--sdp", &other]);
    assert_eq!((code, err.lines().count()), (0, 1), "{err}");
    assert!(
        err.contains("offer.sdp: fits no connection of this capture"),
        "{err}"
    );
}

/// Descriptions as an enemy writes them, with a capture that has calls.
#[test]
fn hostile_descriptions_are_taken() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/chromium-loss.pcapng");
    let good = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 96\r\na=mid:\x1b[2J\r\na=rtpmap:111 opus/48000/2\r\n\
        a=ssrc-group:FID 1 1\r\na=ssrc-group:FID 1 2 3\r\na=ssrc:1 cname:x\r\na=rid:x send pt=\r\n";
    let mut all = Descriptions::default();
    for end in 0..good.len() {
        all.add("prefix", &good.as_bytes()[..end]);
    }
    let junk: Vec<u8> = (0..100_000u32).map(|i| ((i * 7919) >> 3) as u8).collect();
    all.add("junk", &junk);
    let lines = [
        "\n",
        "m=audio 9 RTP/AVP 0 3 4 5 6 7 8\n",
        "a=ssrc:1 x\n",
        "a=candidate:1\n",
        "v=0\no=\n",
    ];
    for line in lines {
        let mut long = good.to_owned();
        long.push_str(&line.repeat((10 << 20) / line.len()));
        all.add("long", long.as_bytes());
    }
    let analysis = analyse(&sample, all);
    assert!(unfit(&analysis).len() <= 17);
}
