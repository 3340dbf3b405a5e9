//! Jitter and frames against what receivers said of themselves: getStats() of both sides of every
//! recording, and calls built in code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod analysed;
mod kit;

use kit::shared::{recording_folders, shared};
use rtcscope::analysis::model::{Frames, Kind, Source, Stream};
use rtcscope::analysis::{Analysis, Analyzer, Known, Options};
use rtcscope::capture::Capture;
use rtcscope::time::Timestamp;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The capture up to this moment.
fn until(path: &Path, end: Timestamp) -> Analysis {
    let mut capture = Capture::open(path).unwrap();
    let mut analyzer = Analyzer::new(Options::default());
    while let Some(frame) = capture.next_frame() {
        if frame.ts <= end {
            analyzer.push(&frame);
        }
    }
    analyzer.finish()
}

/// The `inbound-rtp` objects of a getStats() result.
fn inbound(stats: &Value) -> Vec<Value> {
    let list = stats.get("stats").unwrap_or(stats);
    let all: Vec<Value> = match list {
        Value::Array(all) => all.clone(),
        Value::Object(all) => all.values().cloned().collect(),
        _ => Vec::new(),
    };
    let is_inbound = |s: &Value| s["type"] == "inbound-rtp" && s["ssrc"].is_u64();
    all.into_iter().filter(is_inbound).collect()
}

/// The capture at a receiver's own interface.
fn capture_at(folder: &Path, receiver: &str) -> Option<PathBuf> {
    let names: &[&str] = match receiver {
        "a" => &["capture.pcapng", "capture.pcap"],
        _ => &[
            "capture-b.pcapng",
            "capture-b-sll1.pcap",
            "capture.pcapng",
            "capture.pcap",
        ],
    };
    names.iter().map(|n| folder.join(n)).find(|p| p.exists())
}

struct Compared {
    name: String,
    ours: Stream,
    theirs: Value,
}

/// Every received stream of every recording with what its receiver said, as far as both go.
fn compared() -> Vec<Compared> {
    let mut all = Vec::new();
    for folder in recording_folders() {
        for side in ["a", "b"] {
            let Ok(stats) = fs::read(folder.join(format!("stats-{side}.json"))) else {
                continue;
            };
            let stats: Value = serde_json::from_slice(&stats).unwrap();
            let Some(capture) = capture_at(&folder, side) else {
                continue;
            };
            let theirs = inbound(&stats);
            // A browser's time is the machine's, to the millisecond.
            let taken = theirs.iter().find_map(|s| s["timestamp"].as_f64());
            let Some(taken) = taken.filter(|t| *t > 1e12) else {
                continue;
            };
            let analysis = until(&capture, Timestamp::from_nanos((taken * 1e6) as i64));
            for theirs in theirs {
                let ssrc = theirs["ssrc"].as_u64().unwrap();
                let ours = analysis
                    .streams
                    .iter()
                    .find(|s| u64::from(s.ssrc.0) == ssrc);
                let Some(ours) = ours else { continue };
                let folder = folder.file_name().unwrap().to_str().unwrap();
                all.push(Compared {
                    name: format!("{folder} {side} {}", ours.kind.name()),
                    ours: ours.clone(),
                    theirs,
                });
            }
        }
    }
    all
}

#[test]
fn jitter_agrees_with_the_receivers() {
    let mut off = Vec::new();
    for Compared { name, ours, theirs } in compared() {
        // aiortc tells ticks.
        let Some(jitter) = theirs["jitter"].as_f64().filter(|j| *j < 1.0) else {
            continue;
        };
        if ours.packets < 2 {
            continue;
        }
        let Some(measured) = ours.jitter.value() else {
            eprintln!("{name}: {:?}", ours.jitter.reason());
            continue;
        };
        let difference = (measured.last.seconds() - jitter).abs();
        eprintln!(
            "{name:<32} {:6.2} ms, getStats {:6.2} ms, of all packets {:6.2} ms",
            measured.last.seconds() * 1e3,
            jitter * 1e3,
            measured.per_packet.last.seconds() * 1e3
        );
        if difference > 0.0015 {
            off.push(name);
        }
    }
    assert!(off.is_empty(), "{off:?}");
}

#[test]
fn frames_agree_with_the_receivers() {
    let mut off = Vec::new();
    for Compared { name, ours, theirs } in compared() {
        let Some(received) = theirs["framesReceived"].as_u64().filter(|n| *n > 0) else {
            continue;
        };
        let Known::Yes(f) = &ours.frames else {
            eprintln!("{name}: {:?}", ours.frames.reason());
            off.push(name);
            continue;
        };
        eprintln!(
            "{name:<28} received {:4} of {received:4}, complete {:4} of {}, repaired {} given up {} {:6.2} fps, key {:?} of {}, freezes {} {:.2} of {} {}",
            f.received,
            f.complete,
            theirs["framesDecoded"],
            f.repaired,
            f.given_up,
            f.per_second.value().unwrap(),
            f.key,
            theirs["keyFramesDecoded"],
            f.freezes,
            f.freezes_total.seconds(),
            theirs["freezeCount"],
            theirs["totalFreezesDuration"],
        );
        if f.received.abs_diff(received) as f64 > received as f64 * 0.02 {
            off.push(name);
        }
    }
    assert!(off.is_empty(), "{off:?}");
}
