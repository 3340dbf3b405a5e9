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

use kit::net::{UdpPath, udp_frame};
use kit::rtp::{Header, packet};
use kit::shared::{recording_folders, shared};
use rtcscope::analysis::model::{Frames, Source, Stream};
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

/// Frames a second by the receiver's own inter-frame delays.
fn mean_fps(theirs: &Value) -> Option<f64> {
    let (frames, total) = (&theirs["framesDecoded"], &theirs["totalInterFrameDelay"]);
    let total = total.as_f64().filter(|t| *t > 1.0)?;
    Some(frames.as_f64()? / total)
}

#[test]
fn frames_agree_with_the_receivers() {
    let (mut off, mut keys) = (Vec::new(), 0);
    for Compared { name, ours, theirs } in compared() {
        let Some(received) = theirs["framesReceived"].as_u64().filter(|n| *n > 0) else {
            continue;
        };
        let Known::Yes(f) = &ours.frames else {
            eprintln!("{name}: {:?}", ours.frames.reason());
            off.push(name);
            continue;
        };
        let decoded = theirs["keyFramesDecoded"].as_u64();
        eprintln!(
            "{name:<28} received {:4} of {received:4}, complete {:4} of {}, repaired {} given up {} {:6.2} fps, key {:?} of {}, freezes {} {:.2} of {} {}",
            f.received,
            f.complete,
            theirs["framesDecoded"],
            f.repaired,
            f.incomplete,
            f.per_second.value().unwrap(),
            f.key,
            theirs["keyFramesDecoded"],
            f.freezes,
            f.freezes_total.seconds(),
            theirs["freezeCount"],
            theirs["totalFreezesDuration"],
        );
        // What ULPFEC repaired inside of encrypted RED is not seen here.
        let most = if name.contains("ulpfec") { 0.03 } else { 0.02 };
        let is_near = f.received.abs_diff(received) as f64 <= received as f64 * most;
        let (ours, theirs) = (f.per_second.value().unwrap(), mean_fps(&theirs));
        if !is_near || theirs.is_some_and(|theirs| (ours - theirs).abs() > 1.0) {
            off.push(format!("{name}: {ours} of {theirs:?} fps"));
        }
        if let Known::Yes(key) = f.key {
            keys += 1;
            if Some(key.count) != decoded {
                off.push(format!("{name}: {key:?} of {decoded:?}"));
            }
        }
    }
    eprintln!("key frames of {keys} streams compared");
    assert!(off.is_empty(), "{off:?}");
}

/// Recordings decrypted: key frames are exact then, and sizes must not say otherwise.
#[test]
fn key_frames_are_read_from_payloads_in_clear() {
    let mut compared = 0;
    for folder in recording_folders() {
        let file = folder.join("decrypted-rtp.pcap");
        if !file.exists() {
            continue;
        }
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        for s in &analysis.streams {
            let Known::Yes(f) = &s.frames else { continue };
            eprintln!(
                "{} {} {:?} {} frames",
                folder.display(),
                s.ssrc,
                f.key,
                f.complete
            );
            let Known::Yes(key) = f.key else { continue };
            assert_ne!(
                key.source,
                Source::Inferred,
                "{} {}",
                folder.display(),
                s.ssrc
            );
            assert!(
                (1..10).contains(&key.count),
                "{} {}",
                folder.display(),
                s.ssrc
            );
            compared += 1;
        }
    }
    eprintln!("{compared} streams");
    assert!(shared("captures").is_none() || compared > 0);
}

/// A packet that a test sends: when, its number, its frame, whether it is the last, its SSRC and type.
struct Sent {
    at_ms: u64,
    sequence: u16,
    timestamp: u32,
    marker: bool,
    ssrc: u32,
    payload_type: u8,
}

const VIDEO: u32 = 0x1111;
const RTX: u32 = 0x2222;

fn analysed(sent: &[Sent]) -> Analysis {
    let path = UdpPath::new(
        "10.0.0.1:4000".parse().unwrap(),
        "10.0.0.2:5000".parse().unwrap(),
    );
    let (mut rtp, mut frame) = (Vec::new(), Vec::new());
    let frames: Vec<(u64, Vec<u8>)> = sent
        .iter()
        .map(|s| {
            let header = Header {
                marker: s.marker,
                payload_type: s.payload_type,
                sequence: s.sequence,
                timestamp: s.timestamp,
                ssrc: s.ssrc,
            };
            // Long enough for video, and of no format.
            packet(&mut rtp, &header, &[], &[0xff; 900]);
            udp_frame(&mut frame, &path, &rtp);
            (s.at_ms * 1_000_000, frame.clone())
        })
        .collect();
    analysed::frames(&frames)
}

/// Three packets a frame, `fps` frames a second.
fn video(frames: u16, fps: u32) -> Vec<Sent> {
    let each = |i: u16| {
        let (frame, part) = (i / 3, i % 3);
        Sent {
            at_ms: u64::from(frame) * 1000 / u64::from(fps) + u64::from(part),
            sequence: 1000 + i,
            timestamp: 7_000 + u32::from(frame) * (90_000 / fps),
            marker: part == 2,
            ssrc: VIDEO,
            payload_type: 96,
        }
    };
    (0..frames * 3).map(each).collect()
}

fn frames(sent: &[Sent]) -> Frames {
    let analysis = analysed(sent);
    let s = analysis.streams.iter().find(|s| s.ssrc.0 == VIDEO).unwrap();
    match &s.frames {
        Known::Yes(frames) => frames.clone(),
        Known::No(why) => panic!("{why}"),
    }
}

#[test]
fn every_rate_is_told() {
    for fps in [5, 15, 30, 60] {
        let f = frames(&video(150, fps));
        assert_eq!(
            (f.complete, f.received, f.incomplete, f.freezes),
            (150, 150, 0, 0)
        );
        let rate = *f.per_second.value().unwrap();
        assert!((rate - f64::from(fps)).abs() < 0.05, "{rate} of {fps}");
        assert_eq!(f.size.value().unwrap().max, 2700);
    }
}

#[test]
fn a_pause_of_a_second_is_a_freeze() {
    let mut sent = video(150, 30);
    for s in &mut sent[240..] {
        s.at_ms += 1000;
        s.timestamp += 90_000;
    }
    let f = frames(&sent);
    assert_eq!((f.complete, f.freezes), (150, 1));
    assert!((f.freezes_total.seconds() - 1.033).abs() < 0.01);
}

/// Without its last packet a frame is never complete; those after it are, once they do not wait.
#[test]
fn a_lost_packet_costs_its_frame() {
    for lost in [100, 101] {
        let mut sent = video(150, 30);
        sent.remove(lost);
        let f = frames(&sent);
        assert_eq!(f.seen, 150, "{lost}");
        assert!((148..=149).contains(&f.complete), "{lost}: {f:?}");
    }
}

#[test]
fn a_late_packet_completes_its_frame() {
    let mut sent = video(150, 30);
    let late = sent.remove(100);
    let after = sent[106].at_ms;
    sent.insert(
        107,
        Sent {
            at_ms: after,
            ..late
        },
    );
    let f = frames(&sent);
    assert_eq!((f.complete, f.incomplete, f.repaired), (150, 0, 1));
    assert!(
        f.received < 150,
        "frames that waited count with it: {}",
        f.received
    );
}

#[test]
fn a_retransmission_completes_its_frame() {
    for lost in [99, 100, 101] {
        let mut sent = video(150, 30);
        let gone = sent.remove(lost);
        let (at_ms, sequence) = (sent[106].at_ms, 1);
        let again = Sent {
            at_ms,
            sequence,
            ssrc: RTX,
            payload_type: 97,
            ..gone
        };
        sent.insert(107, again);
        let f = frames(&sent);
        assert_eq!(
            (f.complete, f.incomplete, f.repaired),
            (150, 0, 1),
            "{lost}"
        );
    }
}

/// All packets of a frame, and of three frames in a row.
#[test]
fn frames_lost_as_a_whole_are_incomplete() {
    for lost in [1, 3] {
        let mut sent = video(150, 30);
        sent.drain(120..120 + 3 * lost);
        let f = frames(&sent);
        let lost = lost as u64;
        assert_eq!((f.complete, f.incomplete), (150 - lost, lost), "{f:?}");
    }
}

/// A picture that the encoder left out now and then, and a packet lost besides, are no lost frame.
#[test]
fn frames_left_out_by_the_encoder_are_not_lost() {
    let mut sent = video(150, 30);
    sent.retain(|s| (s.timestamp - 7_000) / 3000 % 5 != 3);
    for (s, number) in sent.iter_mut().zip(1000..) {
        s.sequence = number;
    }
    let times = sent.len() as u64 / 3;
    sent.remove(6 * 30);
    assert_eq!(frames(&sent).seen, times);
}

#[test]
fn a_packet_that_comes_after_its_frame_is_over_makes_none() {
    for lost in [99, 100, 101] {
        let mut sent = video(150, 30);
        let late = sent.remove(lost);
        let at_ms = sent[380].at_ms;
        sent.insert(381, Sent { at_ms, ..late });
        assert_eq!(frames(&sent).seen, 150, "{lost}");
    }
}

/// Padding of a probe follows the end of a frame, with its timestamp, before or after the next began.
#[test]
fn what_follows_the_end_of_a_frame_is_none() {
    let mut sent = video(150, 30);
    let mut number = 1000;
    let mut with = Vec::new();
    for (i, s) in sent.drain(..).enumerate() {
        let pads = usize::from(s.marker && i % 5 == 0) * 2;
        let (at_ms, timestamp) = (s.at_ms, s.timestamp);
        with.push(Sent {
            sequence: number,
            ..s
        });
        number += 1;
        for _ in 0..pads {
            with.push(Sent {
                at_ms,
                sequence: number,
                timestamp,
                marker: false,
                ssrc: VIDEO,
                payload_type: 96,
            });
            number += 1;
        }
    }
    let f = frames(&with);
    assert_eq!((f.complete, f.incomplete), (150, 0));
    assert_eq!(f.size.value().unwrap().max, 2700);
}

/// The layers of simulcast are one source.
#[test]
fn simulcast_is_one_source() {
    let Some(file) = shared("captures/cc-simulcast/capture.pcapng") else {
        return;
    };
    let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
    let sources = &analysis.connections[0].media_sources;
    let layers: Vec<usize> = sources.iter().map(|s| s.layers.len()).collect();
    assert_eq!(layers, [3], "{sources:?}");
}
