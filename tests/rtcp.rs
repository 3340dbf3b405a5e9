//! RTCP in clear: round trips, losses on either side of the capture, requests and goodbyes, in calls
//! whose delays and losses are known, and in recordings whose RTCP was decrypted.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::net::{UdpPath, udp_frame};
use kit::rtcp::{self, Report};
use kit::rtp;
use kit::shared::recording_folders;
use rtcscope::analysis::model::{EventKind, Feedback, LatencySource, Stream};
use rtcscope::analysis::{Analysis, Known, Unknown};
use rtcscope::capture::{Capture, Frame};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;

const MS: u64 = 1_000_000;
const START: u64 = 1_795_363_200_000 * MS;
/// Seconds from 1900 to 1970.
const NTP_UNIX: u64 = 2_208_988_800;
const A: u32 = 0xaaaa_0001;
const B: u32 = 0xbbbb_0001;

fn ntp(ns: u64) -> u64 {
    ((NTP_UNIX + ns / 1_000_000_000) << 32) | (((ns % 1_000_000_000) << 32) / 1_000_000_000)
}

/// A call of ten seconds with a packet each 20 ms and reports each second, both ways.
#[derive(Clone, Copy)]
struct Call {
    /// One way from A to the point of capture, and from there to B, in milliseconds.
    to_tap: u64,
    from_tap: u64,
    /// What is added to the ports for RTCP.
    rtcp_port: u16,
    /// A's packets with a number that leaves this rest by ten are lost before the point of capture,
    /// or behind it.
    lost_before: Option<u32>,
    lost_behind: Option<u32>,
}

const CALL: Call = Call {
    to_tap: 10,
    from_tap: 25,
    rtcp_port: 0,
    lost_before: None,
    lost_behind: None,
};

impl Call {
    fn frames(self) -> Vec<(u64, Vec<u8>)> {
        let end = |last: u8, port: u16| SocketAddr::from(([10, 0, 0, last], port));
        let media = UdpPath::new(end(1, 5_000), end(2, 6_000));
        let control = UdpPath::new(
            end(1, 5_000 + self.rtcp_port),
            end(2, 6_000 + self.rtcp_port),
        );
        let mut frames = Vec::new();
        let mut add = |at: u64, path: &UdpPath, payload: &[u8]| {
            let mut frame = Vec::new();
            udp_frame(&mut frame, path, payload);
            frames.push((at, frame));
        };
        let hits = |rest: Option<u32>, i: u32| rest.is_some_and(|rest| i % 10 == rest);
        let (mut bytes, mut lost) = (Vec::new(), 0);
        for i in 0..500u32 {
            let sent = START + u64::from(i) * 20 * MS;
            let ways = [
                (A, media, self.to_tap),
                (B, media.reversed(), self.from_tap),
            ];
            let gone = hits(self.lost_before, i);
            lost += i32::from(gone || hits(self.lost_behind, i));
            for (ssrc, path, delay) in ways {
                let header = rtp::Header {
                    marker: false,
                    payload_type: 0,
                    sequence: i as u16,
                    timestamp: i * 160,
                    ssrc,
                };
                rtp::packet(&mut bytes, &header, &[], &[0x55; 160]);
                if ssrc != A || !gone {
                    add(sent + delay * MS, &path, &bytes);
                }
            }
            if i % 50 != 30 {
                continue;
            }
            // Each sends a report; the other answers it half a second after it came.
            let way = (self.to_tap + self.from_tap) * MS;
            let own = [
                (A, B, control, self.to_tap),
                (B, A, control.reversed(), self.from_tap),
            ];
            for (from, to, path, near) in own {
                let mut report = Vec::new();
                let counts = (i + 1, (i + 1) * 160);
                rtcp::sender_report(&mut report, from, ntp(sent), i * 160, counts, &[]);
                rtcp::cname(&mut report, from, "who\x1b[m");
                add(sent + near * MS, &path, &report);
                let mut answer = Vec::new();
                let block = Report {
                    ssrc: from,
                    fraction_lost: 51,
                    cumulative_lost: if from == A { lost } else { 0 },
                    highest: i,
                    jitter: 16,
                    last_sr: (ntp(sent) >> 16) as u32,
                    delay_since_last_sr: 65_536 / 2,
                };
                rtcp::receiver_report(&mut answer, to, &[block]);
                let passes = self.to_tap + self.from_tap - near;
                let answered = sent + way + 500 * MS + passes * MS;
                add(answered, &path.reversed(), &answer);
            }
        }
        frames.sort_by_key(|(at, _)| *at);
        frames
    }

    fn analysed(self) -> Analysis {
        analysed::frames(&self.frames())
    }
}

fn stream(analysis: &Analysis, ssrc: u32) -> &Stream {
    analysis.streams.iter().find(|s| s.ssrc.0 == ssrc).unwrap()
}

fn feedback(analysis: &Analysis, ssrc: u32) -> &Feedback {
    stream(analysis, ssrc).feedback.value().unwrap()
}

#[test]
fn round_trips_are_those_of_the_point_of_capture() {
    // Near A, in the middle, near B; on one port, and on the next.
    for (to_tap, from_tap) in [(0, 40), (10, 25), (40, 0)] {
        for rtcp_port in [0, 1] {
            let analysis = Call {
                to_tap,
                from_tap,
                rtcp_port,
                ..CALL
            }
            .analysed();
            assert_eq!(analysis.connections.len(), 1);
            let whole = 2 * (to_tap + from_tap);
            for (ssrc, half) in [(A, 2 * from_tap), (B, 2 * to_tap)] {
                let f = feedback(&analysis, ssrc);
                let trip = f.round_trip.value().unwrap();
                assert_eq!((trip.samples, trip.not_counted), (10, 0));
                for (what, told, real) in [
                    ("median", trip.median, half),
                    ("least", trip.min, half),
                    ("most", trip.max, half),
                    ("whole", *f.round_trip_whole.value().unwrap(), whole),
                ] {
                    let off = told.nanos() - (real * MS) as i64;
                    assert!(
                        off.abs() < 100_000,
                        "{what} of {ssrc:x}: {told:?} for {real} ms"
                    );
                }
            }
            let latency = analysis.connections[0].latency.value().unwrap();
            assert_eq!(latency.source, LatencySource::Rtcp);
            let off = latency.round_trip_time.nanos() - (whole * MS) as i64;
            assert!(off.abs() < 200_000, "{latency:?}");
        }
    }
}

#[test]
fn loss_is_told_by_the_side_of_the_capture_it_was_on() {
    let analysis = Call {
        lost_before: Some(3),
        lost_behind: Some(7),
        ..CALL
    }
    .analysed();
    let f = feedback(&analysis, A);
    assert_eq!(stream(&analysis, A).lost, 50);
    // Nine seconds lie between the first report and the last, with five losses a second each.
    assert_eq!(f.lost_after_capture, Known::Yes(45));
    let sender = f.sender.unwrap();
    assert_eq!(sender.lost_before_capture, Known::Yes(45));
    assert_eq!((sender.count, sender.packets), (10, 481));
    let reports = f.reports.unwrap();
    assert_eq!((reports.count, reports.lost, reports.jitter), (10, 96, 16));
    let rate = *sender.clock_rate.value().unwrap();
    assert!((rate - 8_000.0).abs() < 0.1, "{rate}");
    let clean = feedback(&analysis, B);
    assert_eq!(clean.lost_after_capture, Known::Yes(0));
    assert_eq!(clean.cname.as_deref(), Some("who[m"));
}

#[test]
fn a_stream_is_told_by_its_ports_where_two_have_one_ssrc() {
    // The same recording played again from other ports, with the same NTP times in its reports.
    let first = CALL.frames();
    let mut other = Vec::new();
    for (at, frame) in &(Call {
        from_tap: 5,
        ..CALL
    })
    .frames()
    {
        let mut frame = frame.clone();
        // UDP ports behind 14 bytes of Ethernet and 20 of IP; the checksum is not looked at.
        for at in [34, 36] {
            let port = u16::from_be_bytes([frame[at], frame[at + 1]]) + 100;
            frame[at..at + 2].copy_from_slice(&port.to_be_bytes());
        }
        other.push((*at + 20_000 * MS, frame));
    }
    let mut both = [first, other].concat();
    both.sort_by_key(|(at, _)| *at);
    let analysis = analysed::frames(&both);
    let trips: Vec<i64> = analysis
        .streams
        .iter()
        .filter(|s| s.ssrc.0 == A)
        .map(|s| {
            let trip = s.feedback.value().unwrap().round_trip.value().unwrap();
            assert_eq!(trip.samples, 10);
            (trip.median.nanos() + 500_000) / 1_000_000
        })
        .collect();
    assert_eq!(trips.len(), 2, "{trips:?}");
    assert!(trips.contains(&50) && trips.contains(&10), "{trips:?}");
}

#[test]
fn requests_and_goodbyes_are_counted_for_the_stream_they_are_about() {
    let mut frames = CALL.frames();
    let from_b = UdpPath::new(
        SocketAddr::from(([10, 0, 0, 2], 6_000)),
        SocketAddr::from(([10, 0, 0, 1], 5_000)),
    );
    let mut add = |ms: u64, path: &UdpPath, payload: &[u8]| {
        let mut frame = Vec::new();
        udp_frame(&mut frame, path, payload);
        frames.push((START + ms * MS, frame));
    };
    let mut bytes = Vec::new();
    rtcp::receiver_report(&mut bytes, B, &[]);
    rtcp::nack(&mut bytes, B, A, &[(10, 0b101)]);
    rtcp::pli(&mut bytes, B, A);
    add(5_000, &from_b, &bytes);
    bytes.clear();
    rtcp::receiver_report(&mut bytes, B, &[]);
    rtcp::nack(&mut bytes, B, A, &[(11, 0b1)]);
    rtcp::transport_cc(
        &mut bytes,
        B,
        A,
        7,
        1,
        0,
        &[Some(4), None, Some(300), Some(0)],
    );
    add(6_000, &from_b, &bytes);
    for _ in 0..2 {
        bytes.clear();
        rtcp::receiver_report(&mut bytes, A, &[]);
        rtcp::bye(&mut bytes, A);
        add(11_000, &from_b.reversed(), &bytes);
    }
    frames.sort_by_key(|(at, _)| *at);
    let analysis = analysed::frames(&frames);
    let f = feedback(&analysis, A);
    let counts = ["NACK", "PLI", "FIR", "transport-cc"].map(|name| f.count(name));
    assert_eq!(counts, [2, 1, 0, 1]);
    assert_eq!((f.nacked, f.nacked_distinct), (5, 4));
    let told = f.transport_cc.unwrap();
    assert_eq!((told.received, told.lost), (3, 1));
    let nack = f.messages.iter().find(|m| m.name == "NACK").unwrap();
    assert_eq!((nack.last - nack.first).nanos(), 1_000 * MS as i64);
    assert!(f.bye.is_some());
    assert_eq!(feedback(&analysis, B).count("NACK"), 0);
    let byes = analysis.connections[0].events.iter();
    let byes: Vec<_> = byes
        .filter(|e| matches!(e.kind, EventKind::Goodbye { .. }))
        .collect();
    assert_eq!(byes.len(), 1, "told once");
    assert_eq!(Some(byes[0].packet), f.bye.as_ref().map(|bye| bye.packet));
}

#[test]
fn encrypted_rtcp_is_counted_by_its_sender_and_says_no_more() {
    let folder = recording_folders();
    let Some(folder) = folder.iter().find(|f| f.ends_with("cc-vp8-clean")) else {
        return;
    };
    let analysis = analysed::file(fs::read(folder.join("capture.pcapng")).unwrap());
    for s in &analysis.streams {
        assert_eq!(s.feedback, Known::No(Unknown::Encrypted));
    }
    let verify: Value =
        serde_json::from_slice(&fs::read(folder.join("verify.json")).unwrap()).unwrap();
    let senders = &analysis.connections[0].feedback.senders;
    let encrypted: u64 = senders.iter().map(|s| s.encrypted).sum();
    assert_eq!(Some(encrypted), verify["counts"]["srtcp"].as_u64());
    assert_eq!(senders.iter().map(|s| s.clear).sum::<u64>(), 0);
}

/// The report blocks of a capture by SSRC, read without this crate's decoder: how many, and the
/// latest cumulative loss, highest number and jitter.
fn blocks_of(file: &Path) -> BTreeMap<u32, (u64, i32, u32, u32)> {
    let mut capture = Capture::from_reader(Box::new(File::open(file).unwrap())).unwrap();
    let mut all = BTreeMap::new();
    while let Some(Frame { data, .. }) = capture.next_frame() {
        // IPv4 or IPv6 without options, then UDP.
        let udp = if data[0] >> 4 == 4 { 20 } else { 40 };
        let mut rest = &data[udp + 8..];
        if rest.len() < 8 || !(200..=207).contains(&rest[1]) {
            continue;
        }
        while rest.len() >= 8 {
            let (count, kind) = (usize::from(rest[0] & 31), rest[1]);
            let len = 4 + 4 * usize::from(u16::from_be_bytes([rest[2], rest[3]]));
            let first = match kind {
                200 => 28,
                201 => 8,
                _ => len,
            };
            for block in rest[first..len].chunks_exact(24).take(count) {
                let word = |at: usize| u32::from_be_bytes(block[at..at + 4].try_into().unwrap());
                let entry = all.entry(word(0)).or_insert((0, 0, 0, 0));
                let lost = (word(4) << 8) as i32 >> 8;
                *entry = (entry.0 + 1, lost, word(8), word(12));
            }
            rest = &rest[len.min(rest.len())..];
        }
    }
    all
}

#[test]
fn recordings_with_rtcp_in_clear_are_told_as_decoded_elsewhere() {
    let mut seen = 0;
    for folder in recording_folders() {
        let file = folder.join("decrypted-rtp.pcap");
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let verify: Value = match fs::read(folder.join("verify.json")) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap(),
            Err(_) => continue,
        };
        if file.exists() {
            seen += 1;
            let analysis = analysed::file(fs::read(&file).unwrap());
            let blocks = blocks_of(&file);
            let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
            for s in &analysis.streams {
                let Some(f) = s.feedback.value() else {
                    assert!(!blocks.contains_key(&s.ssrc.0), "{name} {}", s.ssrc);
                    continue;
                };
                let told = f
                    .reports
                    .map(|r| (r.count, r.lost, r.highest_sequence, r.jitter));
                assert_eq!(told, blocks.get(&s.ssrc.0).copied(), "{name} {}", s.ssrc);
                *sums.entry("SR").or_default() += f.sender.map_or(0, |s| s.count);
                *sums.entry("BYE").or_default() += u64::from(f.bye.is_some());
                for (ours, theirs) in [("NACK", "NACK"), ("transport-cc", "TWCC"), ("PLI", "PLI")] {
                    *sums.entry(theirs).or_default() += f.count(ours);
                }
            }
            for (what, sum) in sums {
                let other = verify["rtcp"][what].as_u64().unwrap_or(0);
                if what == "BYE" {
                    // Each BYE message may name several sources.
                    assert_eq!(sum > 0, other > 0, "{name} {what}");
                } else {
                    assert_eq!(sum, other, "{name} {what}");
                }
            }
        }
    }
    assert!(seen == 0 || seen >= 10, "{seen}");
}

/// The round-trip times that a side's getStats told of its streams once a second: their median and
/// how many, by SSRC.
fn told_by_stats(file: &Path) -> BTreeMap<u32, (f64, usize)> {
    let mut all: BTreeMap<u32, BTreeMap<u64, f64>> = BTreeMap::new();
    let Ok(file) = File::open(file) else {
        return BTreeMap::new();
    };
    for line in BufReader::new(file).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let stats = line.get("stats").unwrap_or(&line);
        let each: Vec<&Value> = match stats {
            Value::Object(map) => map.values().collect(),
            Value::Array(list) => list.iter().collect(),
            _ => Vec::new(),
        };
        for one in each.iter().filter(|s| s["type"] == "remote-inbound-rtp") {
            let trip = one["roundTripTime"].as_f64();
            let nth = one["roundTripTimeMeasurements"].as_u64();
            if let (Some(trip), Some(nth), Some(ssrc)) = (trip, nth, one["ssrc"].as_u64()) {
                all.entry(ssrc as u32).or_default().insert(nth, trip);
            }
        }
    }
    let median = |trips: BTreeMap<u64, f64>| {
        let mut trips: Vec<f64> = trips.into_values().collect();
        trips.sort_by(f64::total_cmp);
        (trips[trips.len() / 2], trips.len())
    };
    let all = all.into_iter().filter(|(_, trips)| trips.len() >= 3);
    all.map(|(ssrc, trips)| (ssrc, median(trips))).collect()
}

#[test]
fn round_trips_are_those_that_the_endpoints_measured() {
    let mut compared = 0;
    for folder in recording_folders() {
        let file = folder.join("decrypted-rtp.pcap");
        if !file.exists() {
            continue;
        }
        let analysis = analysed::file(fs::read(&file).unwrap());
        for side in ["stats-a.jsonl", "stats-b.jsonl"] {
            for (ssrc, (median, count)) in told_by_stats(&folder.join(side)) {
                let Some(s) = analysis.streams.iter().find(|s| s.ssrc.0 == ssrc) else {
                    continue;
                };
                let whole = s.feedback.value().and_then(|f| f.round_trip_whole.value());
                let Some(whole) = whole else { continue };
                compared += 1;
                let off = (whole.seconds() - median).abs();
                // libwebrtc tells no less than a millisecond, and not every measure is in its log.
                assert!(
                    off < 0.003 + median * 0.25,
                    "{folder:?} {side} {ssrc}: {} for {median} ({count})",
                    whole.seconds()
                );
            }
        }
    }
    let there = !recording_folders().is_empty();
    assert!(!there || compared >= 10, "{compared}");
}

#[test]
fn anything_may_stand_in_rtcp() {
    let path = UdpPath::new(
        SocketAddr::from(([10, 0, 0, 1], 5_000)),
        SocketAddr::from(([10, 0, 0, 2], 6_000)),
    );
    let mut prng = kit::prng::Prng::new(11);
    let mut frames = CALL.frames();
    for i in 0..20_000u64 {
        let kind = 200 + (prng.next_u64() % 8) as u8;
        let words = (prng.next_u64() % 12) as usize + 1;
        let mut bytes = vec![0x80 | (prng.next_u64() % 32) as u8, kind, 0, words as u8];
        for _ in 0..words {
            bytes.extend((prng.next_u64() as u32).to_be_bytes());
        }
        let mut frame = Vec::new();
        udp_frame(&mut frame, &path, &bytes);
        frames.push((START + i * MS / 2, frame));
    }
    frames.sort_by_key(|(at, _)| *at);
    let analysis = analysed::frames(&frames);
    assert!(feedback(&analysis, A).round_trip.value().unwrap().samples >= 10);
}
