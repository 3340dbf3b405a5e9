//! Losses told apart, against what is known of them: runs of drops as the bridge logged them, what
//! retransmissions brought back by the original sequence numbers in decrypted copies, getStats.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::panic
)]

mod analysed;
mod kit;

use kit::prng::Prng;
use kit::shared::{recording_folders, shared};
use rtcscope::analysis::model::{Source, Stream, Verdict};
use rtcscope::analysis::{Analysis, Known, Options};
use rtcscope::capture::Capture;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn analyze(path: &Path) -> Analysis {
    rtcscope::analyze(path, &Options::default()).unwrap()
}

fn json(path: &Path) -> Option<Value> {
    Some(serde_json::from_slice(&fs::read(path).ok()?).unwrap())
}

fn stream(analysis: &Analysis, ssrc: u32) -> Option<&Stream> {
    analysis.streams.iter().find(|s| s.ssrc.0 == ssrc)
}

/// A recording over a bridge that dropped packets: what it dropped of each stream, and the capture
/// at the receiver of that stream.
struct Dropped {
    ssrc: u32,
    at_receiver: &'static str,
    sequence: Vec<u16>,
}

fn dropped(folder: &Path) -> Vec<Dropped> {
    let Some(truth) = json(&folder.join("truth.json")) else {
        return Vec::new();
    };
    let per_stream = truth["per_stream"].as_array().cloned().unwrap_or_default();
    let one = |s: &Value| Dropped {
        ssrc: s["ssrc"].as_u64().unwrap() as u32,
        at_receiver: match s["dir"].as_str().unwrap() {
            "ab" => "capture-b.pcapng",
            _ => "capture.pcapng",
        },
        sequence: s["dropped_seq"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_u64().unwrap() as u16)
            .collect(),
    };
    per_stream.iter().map(one).collect()
}

/// The lengths of the runs in which packets were dropped.
fn runs(sequence: &[u16]) -> Vec<u64> {
    let all = sequence.chunk_by(|a, b| b.wrapping_sub(*a) == 1);
    all.map(|run| run.len() as u64).collect()
}

fn histogram(runs: &[u64]) -> BTreeMap<u64, u64> {
    let mut all = BTreeMap::new();
    for run in runs {
        *all.entry(*run).or_insert(0) += 1;
    }
    all
}

#[test]
fn runs_of_losses_are_those_that_the_bridge_dropped() {
    let mut compared = 0;
    for folder in recording_folders() {
        let drops = dropped(&folder);
        for file in ["capture.pcapng", "capture-b.pcapng"] {
            let here: Vec<_> = drops.iter().filter(|d| d.at_receiver == file).collect();
            if here.is_empty() || !folder.join(file).exists() {
                continue;
            }
            let analysis = analyze(&folder.join(file));
            for d in here {
                let Some(s) = stream(&analysis, d.ssrc) else {
                    continue;
                };
                let found: BTreeMap<u64, u64> = s.loss.runs.iter().copied().collect();
                let sum: u64 = found.iter().map(|(n, times)| n * times).sum();
                assert_eq!(sum, s.lost, "{} {}", folder.display(), s.ssrc);
                // What was dropped at the very beginning or end leaves no hole.
                let runs: Vec<u64> = runs(&d.sequence);
                let (n, before_last) = (runs.len(), runs.len().saturating_sub(1));
                let inner = [(0, n), (0, before_last), (1, n), (1, before_last)];
                let inner = inner.iter().filter_map(|&(from, to)| runs.get(from..to));
                let possible: Vec<BTreeMap<u64, u64>> = inner.map(histogram).collect();
                let (name, ssrc) = (folder.display(), s.ssrc);
                assert!(possible.contains(&found), "{name} {ssrc}: {found:?}");
                compared += usize::from(s.lost > 0);
            }
        }
    }
    assert!(compared == 0 || compared >= 12, "{compared}");
}

/// One RTP packet of a decrypted copy.
struct Clear {
    ssrc: u32,
    sequence: u16,
    /// The first two bytes of what is not padding.
    begins: Option<u16>,
}

fn decrypted(path: &Path) -> Vec<Clear> {
    let mut capture = Capture::open(path).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = capture.next_frame() {
        let header = if frame.data[0] >> 4 == 6 { 48 } else { 28 };
        let rtp = &frame.data[header..];
        if rtp.len() < 12 {
            continue;
        }
        let be16 = |at: usize| u16::from_be_bytes([rtp[at], rtp[at + 1]]);
        let mut at = 12 + 4 * usize::from(rtp[0] & 15);
        if rtp[0] & 0x10 != 0 {
            at += 4 + 4 * usize::from(be16(at + 2));
        }
        let padding = match rtp[0] & 0x20 {
            0 => 0,
            _ => usize::from(rtp[rtp.len() - 1]),
        };
        all.push(Clear {
            ssrc: u32::from(be16(8)) << 16 | u32::from(be16(10)),
            sequence: be16(2),
            begins: (rtp.len() >= at + padding + 2).then(|| be16(at)),
        });
    }
    all
}

/// Which stream retransmits which, by the descriptions.
fn pairs(folder: &Path) -> Vec<(u32, u32)> {
    let files = ["offer.sdp", "answer.sdp"].map(|f| fs::read_to_string(folder.join(f)));
    let lines: Vec<String> = files
        .into_iter()
        .flatten()
        .flat_map(|t| t.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let fid = lines
        .iter()
        .filter_map(|l| l.strip_prefix("a=ssrc-group:FID "));
    fid.map(|pair| {
        let mut ids = pair.split_whitespace().map(|n| n.parse().unwrap());
        (ids.next().unwrap(), ids.next().unwrap())
    })
    .collect()
}

#[test]
fn retransmissions_are_counted_as_their_original_numbers_tell() {
    let (mut streams, mut repaired) = (0, 0);
    for folder in recording_folders() {
        let copy = folder.join("decrypted-rtp.pcap");
        if !copy.exists() {
            continue;
        }
        let clear = decrypted(&copy);
        let copied = analyze(&copy);
        let drops = dropped(&folder);
        for (ssrc, rtx) in pairs(&folder) {
            let Some(d) = drops
                .iter()
                .find(|d| d.ssrc == ssrc && !d.sequence.is_empty())
            else {
                continue;
            };
            let lost_rtx: BTreeSet<u16> = drops
                .iter()
                .filter(|d| d.ssrc == rtx)
                .flat_map(|d| d.sequence.iter().copied())
                .collect();
            let came: BTreeSet<u16> = clear
                .iter()
                .filter(|p| p.ssrc == rtx && !lost_rtx.contains(&p.sequence))
                .filter_map(|p| p.begins)
                .collect();
            let analysis = analyze(&folder.join(d.at_receiver));
            let s = stream(&analysis, ssrc).unwrap();
            let truth = d.sequence.iter().filter(|n| came.contains(n)).count() as u64;
            let found = s.loss.by_rtx.value().copied().unwrap_or(0);
            eprintln!(
                "{} {}: lost {}, repaired {truth}, found {found}",
                folder.display(),
                s.ssrc,
                s.lost
            );
            // Encrypted, by timestamps: probes that happen to repeat a frame of which a packet was
            // lost are taken for its repair, so one in ten may be wrong, and one.
            assert!(found.abs_diff(truth) <= 1 + truth / 10);
            assert_eq!(s.loss.by_rtx_source.is_some(), found > 0);
            // In clear, exactly; the copy is of one capture only.
            if d.at_receiver == "capture.pcapng" {
                let s = stream(&copied, ssrc).unwrap();
                eprintln!("in clear: {:?}, FEC {:?}", s.loss.by_rtx, s.loss.by_fec);
                let found = s.loss.by_rtx.value().copied().unwrap_or(0);
                assert_eq!(found, truth, "{} {}", folder.display(), s.ssrc);
                assert!(found == 0 || s.loss.by_rtx_source == Some(Source::Payload));
            }
            streams += 1;
            repaired += truth;
        }
    }
    assert!(
        streams == 0 || (streams >= 2 && repaired >= 30),
        "{streams}, {repaired}"
    );
}

#[test]
fn retransmissions_are_no_more_than_the_receiver_got() {
    for name in ["cc-vp8-loss3", "cc-vp8-cap300"] {
        let Some(folder) = shared(&format!("captures/{name}")) else {
            return;
        };
        let truth = json(&folder.join("truth.json")).unwrap();
        for c in truth["compare"].as_array().unwrap() {
            let stats = &c["getStats"];
            let (Some(got), Some(lost)) = (
                stats["retransmittedPacketsReceived"].as_u64(),
                c["capture_at_receiver_whole"]["missing"].as_u64(),
            ) else {
                continue;
            };
            let file = match c["receiver"].as_str().unwrap() {
                "a" => "capture.pcapng",
                _ => "capture-b.pcapng",
            };
            let analysis = analyze(&folder.join(file));
            let s = stream(&analysis, c["ssrc"].as_u64().unwrap() as u32).unwrap();
            let found = s.loss.by_rtx.value().copied();
            eprintln!(
                "{name} {}: lost {lost}, retransmitted {got}, found {found:?}",
                s.ssrc
            );
            assert!(found.unwrap_or(0) <= got.min(lost));
            // A receiver asks for what it misses; some of it FEC has made up for.
            assert!(found.unwrap_or(0) * 2 >= lost, "{name} {}", s.ssrc);
        }
    }
}

#[test]
fn packets_of_padding_only_are_counted_without_keys() {
    let mut compared = 0;
    for (path, verify) in kit::shared::recordings() {
        let analysis = analyze(&path);
        for v in verify["ssrcs"].as_array().unwrap() {
            let Some(only) = v["padding_only"].as_u64() else {
                continue;
            };
            let s = stream(&analysis, v["ssrc"].as_u64().unwrap() as u32).unwrap();
            match s.loss.padding_only {
                // A stream that moved has one entry for each way.
                Known::Yes(n) if s.legs.len() == 1 => {
                    assert_eq!(n, only, "{} {}", path.display(), s.ssrc);
                }
                Known::Yes(n) => assert!(n >= only),
                Known::No(why) => eprintln!("{} {}: {only}, {why}", path.display(), s.ssrc),
            }
            compared += 1;
        }
    }
    assert!(compared == 0 || compared >= 30, "{compared}");
}

/// Frames of a recording, with their times.
fn frames(path: &Path) -> Vec<(u64, Vec<u8>)> {
    let mut capture = Capture::open(path).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = capture.next_frame() {
        all.push((frame.ts.nanos() as u64, frame.data.to_vec()));
    }
    all
}

/// Whether the recording's frames are Ethernet, of which [`analysed::frames`] can make a capture.
fn is_ethernet(path: &Path) -> bool {
    use rtcscope::capture::LinkType;
    let mut capture = Capture::open(path).unwrap();
    capture
        .next_frame()
        .is_some_and(|f| f.link == LinkType::ETHERNET)
}

#[test]
fn what_the_network_lost_is_not_blamed_on_the_capture() {
    let mut calm = 0;
    for folder in recording_folders() {
        for file in ["capture.pcapng", "capture-b.pcapng"] {
            let path = folder.join(file);
            if !path.exists() {
                continue;
            }
            let analysis = analyze(&path);
            let loss = &analysis.capture.loss;
            assert_eq!(loss.verdict, Verdict::None, "{} {:?}", path.display(), loss);
            calm += 1;
        }
    }
    assert!(calm == 0 || calm >= 30);
}

#[test]
fn a_capture_that_lost_runs_of_frames_is_recognised() {
    let mut tried = 0;
    for folder in recording_folders() {
        let path = folder.join("capture.pcapng");
        if !path.exists() || !is_ethernet(&path) {
            continue;
        }
        let whole = analyze(&path);
        // Media both ways, for long enough to tell.
        let busy = |side: bool| {
            let all = whole.streams.iter().filter(|s| s.packets >= 300);
            let lowest = whole.streams.iter().map(|s| s.path.src.ip()).min();
            all.filter(|s| (Some(s.path.src.ip()) == lowest) == side)
                .count()
        };
        if busy(true) == 0 || busy(false) == 0 {
            continue;
        }
        let all = frames(&path);
        for seed in 1..=3 {
            // Runs of frames, some tenths of a second each; the longest last.
            let mut prng = Prng::new(seed);
            let (short, long) = [(12, 40), (30, 90), (100, 300)][seed as usize - 1];
            let mut kept = Vec::new();
            let mut at = 0;
            while at < all.len() {
                let keep = prng.between(150, 400) as usize;
                kept.extend_from_slice(&all[at..(at + keep).min(all.len())]);
                at += keep + prng.between(short, long) as usize;
            }
            let cut = analysed::frames(&kept);
            let loss = &cut.capture.loss;
            let name = folder.display();
            assert!(loss.verdict >= Verdict::Likely, "{name} {seed}: {loss:?}");
            let before: u64 = whole.streams.iter().map(|s| s.lost).sum();
            let after: u64 = cut.streams.iter().map(|s| s.lost).sum();
            let (by_capture, blamed) = (after - before.min(after), loss.packets);
            assert!(
                blamed * 10 >= by_capture * 6 && blamed <= by_capture * 13 / 10 + 10,
                "{name} {seed}: {blamed} of {by_capture}"
            );
        }
        tried += 1;
    }
    assert!(tried == 0 || tried >= 10, "{tried}");
}

/// Whether a frame of a recording goes from the lower address to the higher.
fn goes_up(frame: &[u8]) -> Option<bool> {
    let (src, dst) = match frame.get(12..14)? {
        [8, 0] => (frame.get(26..30)?, frame.get(30..34)?),
        [0x86, 0xdd] => (frame.get(22..38)?, frame.get(38..54)?),
        _ => return None,
    };
    (src != dst).then_some(src < dst)
}

#[test]
fn loss_of_a_network_in_both_directions_is_not_blamed_on_the_capture() {
    let mut tried = 0;
    for folder in recording_folders() {
        let path = folder.join("capture.pcapng");
        if !path.exists() || !is_ethernet(&path) {
            continue;
        }
        let all = frames(&path);
        if !all.iter().any(|(_, frame)| goes_up(frame).is_some()) {
            continue; // Both ends are on one host: the frames' directions are not told here.
        }
        if analysed::frames(&all)
            .streams
            .iter()
            .any(|s| s.feedback.value().is_some())
        {
            continue; // Reports in clear say that the receiver got what is taken away here.
        }
        let start = all.first().map_or(0, |f| f.0);
        for seed in 1..=4 {
            let mut prng = Prng::new(seed);
            // Each packet by itself; in bursts of each direction by itself; both directions worse
            // for the same five seconds; one direction gone for a second.
            let mut left = [0u64; 2];
            let mut lost = |ns: u64, up: bool| {
                let way = usize::from(up);
                match seed {
                    1 => prng.chance(0.03),
                    2 => {
                        if left[way] == 0 && prng.chance(0.005) {
                            left[way] = prng.between(2, 9);
                        }
                        let lost = left[way] > 0;
                        left[way] = left[way].saturating_sub(1);
                        lost
                    }
                    3 => {
                        let bad = (2_000_000_000..7_000_000_000).contains(&(ns - start));
                        prng.chance(if bad { 0.15 } else { 0.005 })
                    }
                    _ => up && (3_000_000_000..4_000_000_000).contains(&(ns - start)),
                }
            };
            let kept: Vec<_> = all
                .iter()
                .filter(|(ns, frame)| !goes_up(frame).is_some_and(|up| lost(*ns, up)))
                .cloned()
                .collect();
            let loss = analysed::frames(&kept).capture.loss;
            let name = folder.display();
            assert!(loss.verdict < Verdict::Likely, "{name} {seed}: {loss:?}");
        }
        tried += 1;
    }
    assert!(tried == 0 || tried >= 10);
}
