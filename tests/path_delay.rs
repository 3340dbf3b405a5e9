//! Delay variation, queues and loss of paths, against what the links of recordings really did.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use flate2::read::GzDecoder;
use kit::net::{UdpPath, udp_frame};
use kit::rtp;
use kit::shared::recording_folders;
use rtcscope::analysis::Analysis;
use rtcscope::analysis::model::{DelaySource, DelayVariation, PathDelay};
use rtcscope::time::{Span, Timestamp};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// One RTP packet that a link let pass: when it came there, when it left, both in seconds.
struct Passed {
    forth: bool,
    out: f64,
    waited: f64,
}

/// What the link between the two sides did with RTP, if it kept a log.
fn link(folder: &Path) -> Option<Vec<Passed>> {
    let file = File::open(folder.join("bridge.jsonl.gz")).ok()?;
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    let packets = lines.filter_map(|line| {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let out = line["out"].as_f64()?;
        (line["cls"] == "rtp" && line["act"] == "pass").then(|| Passed {
            forth: line["d"] == "ab",
            out,
            waited: out - line["t"].as_f64().unwrap(),
        })
    });
    Some(packets.collect())
}

fn folder(name: &str) -> Option<PathBuf> {
    recording_folders().into_iter().find(|f| f.ends_with(name))
}

fn analysis(folder: &Path, file: &str) -> Analysis {
    analysed::file(fs::read(folder.join(file)).unwrap())
}

fn paths(analysis: &Analysis) -> impl Iterator<Item = &PathDelay> {
    analysis.connections.iter().flat_map(|c| &c.paths)
}

fn by_send_time(path: &PathDelay) -> Option<&DelayVariation> {
    let delay = path.delay.value()?;
    (delay.source == DelaySource::AbsSendTime).then_some(delay)
}

fn seconds(ts: Timestamp) -> f64 {
    ts.nanos() as f64 / 1e9
}

#[test]
fn a_queue_on_the_way_is_found_behind_it_and_only_there() {
    let Some(folder) = folder("cc-vp8-cap300") else {
        return;
    };
    let link: Vec<Passed> = link(&folder).unwrap();
    let forth: Vec<&Passed> = link.iter().filter(|p| p.forth).collect();
    let least = forth.iter().map(|p| p.waited).fold(f64::INFINITY, f64::min);
    let most = forth.iter().map(|p| p.waited).fold(0.0, f64::max) - least;

    let analysed = analysis(&folder, "capture-b.pcapng");
    let a: std::net::IpAddr = "10.77.1.2".parse().unwrap();
    let path = paths(&analysed).find(|p| p.path.src.ip() == a).unwrap();
    let delay = by_send_time(path).unwrap();
    let off = (delay.max.seconds() - most).abs();
    assert!(off < 0.015, "{:?} for {most}", delay.max);
    // Time for time: the longest wait in each bucket, where something waited at all.
    let mut compared = 0;
    for bucket in &delay.series {
        let (from, to) = (
            seconds(bucket.start),
            seconds(bucket.start.plus(delay.width)),
        );
        let inside = forth.iter().filter(|p| (from..to).contains(&p.out));
        let waited = inside.map(|p| p.waited - least).fold(0.0, f64::max);
        if waited > 0.05 {
            compared += 1;
            let told = bucket.max.seconds();
            assert!(
                (told - waited).abs() < 0.03,
                "{told} for {waited} at {from}"
            );
        }
    }
    assert!(compared > 15, "{compared}");
    // The cap held from the fifth second of the call to the seventeenth.
    let queues = delay.build_ups.value().unwrap();
    assert!(!queues.is_empty());
    let queued: Vec<f64> = forth
        .iter()
        .filter(|p| p.waited - least > 0.025)
        .map(|p| p.out)
        .collect();
    let (first, last) = (queued[0], queued[queued.len() - 1]);
    for queue in queues {
        assert!(seconds(queue.start) > first - 1.0, "{queue:?}");
        assert!(seconds(queue.end) < last + 1.5, "{queue:?}");
    }
    assert!((seconds(queues[0].start) - first).abs() < 0.5, "{queues:?}");
    // The other way nothing waited, nor in front of the queue.
    let before = analysis(&folder, "capture.pcapng");
    let others = paths(&analysed).filter(|p| p.path.src.ip() != a);
    for path in others.chain(paths(&before)) {
        let queues = by_send_time(path).unwrap().build_ups.value().unwrap();
        assert!(queues.is_empty(), "{queues:?}");
    }
}

#[test]
fn recordings_without_a_narrow_link_have_no_queues() {
    let mut seen = 0;
    for folder in recording_folders() {
        if folder.ends_with("cc-vp8-cap300") {
            continue;
        }
        for file in ["capture.pcapng", "capture-b.pcapng"] {
            if !folder.join(file).exists() {
                continue;
            }
            let analysis = analysis(&folder, file);
            for path in paths(&analysis) {
                let Some(delay) = by_send_time(path) else {
                    continue;
                };
                seen += 1;
                let queues = delay.build_ups.value().unwrap();
                assert!(queues.is_empty(), "{folder:?} {file} {queues:?}");
            }
        }
    }
    assert!(recording_folders().is_empty() || seen > 40, "{seen}");
}

#[test]
fn a_path_loses_what_its_streams_lose() {
    let mut with_loss = 0;
    for folder in recording_folders() {
        for file in ["capture.pcapng", "capture-b.pcapng"] {
            if !folder.join(file).exists() {
                continue;
            }
            let analysis = analysis(&folder, file);
            for c in &analysis.connections {
                // A stream that moved is one stream on several paths.
                if c.paths.len() > 2 {
                    continue;
                }
                for numbers in c.paths.iter().filter_map(|p| p.numbers.value()) {
                    with_loss += u64::from(numbers.lost > 0);
                    // Losses before a stream's first packet and behind its last show on the path only.
                    let more = numbers.lost as i64 - numbers.streams_lost as i64;
                    assert!((0..=4).contains(&more), "{folder:?} {file} {numbers:?}");
                    let by_second: i64 = numbers.series.iter().map(|(_, n)| i64::from(*n)).sum();
                    assert_eq!(by_second, numbers.lost as i64, "{folder:?} {file}");
                }
            }
        }
    }
    assert!(
        recording_folders().is_empty() || with_loss >= 3,
        "{with_loss}"
    );
}

/// A video and an audio stream on one path, each packet with its send time and number, which take
/// `waited` microseconds more than 30 ms at each time in milliseconds; none is lost.
fn call(seconds: u64, waited: impl Fn(u64) -> u64, is_lost: impl Fn(u64) -> bool) -> Analysis {
    let path = UdpPath::new(
        SocketAddr::from(([10, 0, 0, 1], 5_000)),
        SocketAddr::from(([10, 0, 0, 2], 6_000)),
    );
    let (mut frames, mut bytes) = (Vec::new(), Vec::new());
    for i in 0..seconds * 50 {
        let sent = 1_795_363_200_000_000_000 + i * 20_000_000;
        for (ssrc, stream) in [(0xa0d1_0001_u32, 0), (0x71de_0001, 1)] {
            let number = 2 * i + stream;
            if is_lost(number) {
                continue;
            }
            let header = rtp::Header {
                marker: false,
                payload_type: 96 + stream as u8,
                sequence: i as u16,
                timestamp: (i as u32) * [960, 1_800][stream as usize],
                ssrc,
            };
            let time = rtp::abs_send_time(sent);
            let count = (number as u16).wrapping_add(65_000).to_be_bytes();
            rtp::packet(
                &mut bytes,
                &header,
                &[(3, &time), (5, &count)],
                &[0x77; 300],
            );
            let mut frame = Vec::new();
            udp_frame(&mut frame, &path, &bytes);
            frames.push((sent + 30_000_000 + waited(i * 20) * 1_000, frame));
        }
    }
    frames.sort_by_key(|(at, _)| *at);
    analysed::frames(&frames)
}

#[test]
fn what_a_path_did_is_told() {
    // Over three minutes, send times wrap and numbers do: from 100 s on, a queue for ten seconds.
    let wait = |ms: u64| match ms {
        100_000..105_000 => (ms - 100_000) * 40,
        105_000..110_000 => (110_000 - ms) * 40,
        _ => 0,
    };
    let analysed = call(180, wait, |number| number % 500 == 250);
    let path = paths(&analysed).next().unwrap();
    let delay = by_send_time(path).unwrap();
    assert!((delay.max.nanos() - 200_000_000).abs() < 1_500_000);
    assert!(delay.median < Span::from_millis(1));
    let [queue] = delay.build_ups.value().unwrap()[..] else {
        panic!("{:?}", delay.build_ups);
    };
    let begun = analysed.capture.first.unwrap();
    let [from, to] = [queue.start, queue.end].map(|at| (at - begun).seconds());
    assert!((99.9..101.0).contains(&from), "{from}");
    assert!((109.0..110.5).contains(&to), "{to}");
    let numbers = path.numbers.value().unwrap();
    assert_eq!((numbers.lost, numbers.streams_lost), (36, 36));
    assert_eq!(
        (numbers.duplicated, numbers.reordered, numbers.restarts),
        (0, 0, 0)
    );
}
