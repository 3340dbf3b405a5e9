//! Captures that somebody made to mislead or to overwhelm: what cannot be measured or kept must be
//! said, never dropped or made up.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::net::{UdpPath, udp_frame};
use kit::rtp::{self, Header};
use kit::scenario::{Media, Scenario, Side};
use kit::writer::{Format, Writer};
use rtcscope::analysis::model::CountedProblem;
use rtcscope::analysis::{Analysis, Unknown};
use std::net::SocketAddr;

fn file(frames: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), Format::Pcap).unwrap();
    for (ns, frame) in frames {
        writer.packet(ns, &frame).unwrap();
    }
    writer.finish().unwrap()
}

fn problem<'a>(analysis: &'a Analysis, code: &str) -> Option<&'a CountedProblem> {
    let problems = &analysis.capture.problems;
    problems.iter().find(|p| p.problem.code == code)
}

fn media_frames() -> Vec<(u64, Vec<u8>)> {
    let mut scenario = Scenario::new();
    scenario.rtp(Side::A, &Media::audio(7), 0..200);
    scenario.frames().to_vec()
}

#[test]
fn a_capture_in_reverse_lasts_as_long_and_says_so() {
    let forward = analysed::file(file(media_frames()));
    let reverse = analysed::file(file(media_frames().into_iter().rev()));
    for analysis in [&forward, &reverse] {
        let capture = &analysis.capture;
        let (connection, stream) = (&analysis.connections[0], &analysis.streams[0]);
        assert_eq!(Some(connection.first_seen), capture.first);
        assert_eq!(Some(connection.last_seen), capture.last);
        assert_eq!(Some(stream.first_seen), capture.first);
        assert_eq!(Some(stream.last_seen), capture.last);
    }
    assert_eq!(
        forward.streams[0].bitrate.value(),
        reverse.streams[0].bitrate.value()
    );
    assert!(problem(&forward, "time-runs-backwards").is_none());
    // 200 packets of 20 ms: all but the last second's are more than a second back.
    let found = problem(&reverse, "time-runs-backwards").unwrap();
    assert_eq!((found.problem.packet, found.count), (Some(52), 149));
}

#[test]
fn packets_that_are_a_little_out_of_order_are_no_problem() {
    let mut frames = media_frames();
    for pair in frames.chunks_exact_mut(2) {
        pair.swap(0, 1);
    }
    assert!(analysed::file(file(frames)).capture.problems.is_empty());
}

#[test]
fn when_time_stands_still_the_reason_is_true() {
    let still = media_frames().into_iter().map(|(_, frame)| (5, frame));
    let analysis = analysed::file(file(still));
    let stream = &analysis.streams[0];
    assert_eq!(stream.bitrate.reason(), Some(Unknown::NoTimeSpan));
    assert_eq!(stream.jitter.reason(), Some(Unknown::NoTimeSpan));
    assert_eq!(stream.clock_rate.reason(), Some(Unknown::NoTimeSpan));
    let mut one = Scenario::new();
    one.check(Side::A).rtp(Side::A, &Media::audio(7), 0..1);
    let analysis = analysed::file(one.pcap());
    let why = analysis.streams[0].bitrate.reason();
    assert_eq!(why, Some(Unknown::TooFewPackets));
}

#[test]
fn flows_beyond_the_limit_are_reported() {
    let mut payload = Vec::new();
    let header = Header {
        marker: false,
        payload_type: 111,
        sequence: 1,
        timestamp: 1,
        ssrc: 1,
    };
    rtp::packet(&mut payload, &header, &[], &[0; 20]);
    let frames = (0..131_072u32 + 10).map(|n| {
        let a = SocketAddr::from(((0x0a00_0000 + n).to_be_bytes(), 4000));
        let b = SocketAddr::from(([192, 0, 2, 1], 5000));
        let mut frame = Vec::new();
        udp_frame(&mut frame, &UdpPath::new(a, b), &payload);
        (u64::from(n), frame)
    });
    let analysis = analysed::file(file(frames));
    assert_eq!(problem(&analysis, "too-many-flows").unwrap().count, 10);
}

#[test]
fn short_streams_that_made_room_are_reported() {
    let mut scenario = Scenario::new();
    scenario.check(Side::A);
    for ssrc in 0..40_000 {
        // One packet of each would be a flood, and no streams.
        scenario.rtp(Side::A, &Media::audio(ssrc), 0..2);
    }
    let analysis = analysed::file(scenario.pcap());
    let given_up = problem(&analysis, "streams-given-up").unwrap().count;
    assert_eq!(analysis.streams.len() as u64 + given_up, 40_000);
}

#[test]
fn problems_of_the_file_beyond_the_first_are_counted() {
    let mut scenario = Scenario::new();
    scenario.rtp(Side::A, &Media::audio(7), 0..500);
    let mut damaged = scenario.pcap();
    let record = (damaged.len() - 24) / 500;
    for n in (0..500).step_by(5) {
        let at = 24 + n * record;
        damaged[at..at + 16].fill(0xff);
    }
    let analysis = analysed::file(damaged);
    let kept = &analysis.capture.problems;
    let more = problem(&analysis, "more-problems").unwrap().count;
    assert_eq!(kept.len() as u64 - 1 + more, 100);
}

#[test]
fn what_the_snaplen_cut_off_is_not_called_malformed() {
    let mut scenario = Scenario::new();
    scenario
        .check(Side::A)
        .rtp(Side::A, &Media::audio(7), 0..20);
    let whole = analysed::file(scenario.pcap());
    assert!(whole.capture.problems.is_empty());
    for snaplen in 0..100 {
        let analysis = analysed::file(cut(&scenario.pcap(), snaplen));
        let codes = analysis.capture.problems.iter().map(|p| p.problem.code);
        assert_eq!(codes.collect::<Vec<_>>(), ["snaplen"], "{snaplen}");
    }
}

/// The pcap file with no more than `snaplen` bytes of each packet.
fn cut(file: &[u8], snaplen: usize) -> Vec<u8> {
    let mut out = file[..24].to_vec();
    let mut rest = &file[24..];
    while !rest.is_empty() {
        let len = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let kept = len.min(snaplen);
        out.extend_from_slice(&rest[..8]);
        out.extend((kept as u32).to_le_bytes());
        out.extend_from_slice(&rest[12..16 + kept]);
        rest = &rest[16 + len..];
    }
    out
}

/// Many streams between two hosts are one connection, and each was compared with each: 4 000 took 8 s in
/// a release build, and many minutes here.
#[test]
fn thousands_of_streams_between_two_hosts_take_no_time() {
    let mut frames = Vec::new();
    for step in 0..6u16 {
        for n in 0..6_000u16 {
            let header = Header {
                marker: false,
                payload_type: 0,
                sequence: step,
                timestamp: u32::from(step) * 160,
                ssrc: u32::from(n) + 1,
            };
            let mut payload = Vec::new();
            rtp::packet(&mut payload, &header, &[], &[0; 160]);
            let a = SocketAddr::from(([192, 0, 2, 1], 10_000 + n));
            let b = SocketAddr::from(([192, 0, 2, 2], 10_000 + n));
            let mut frame = Vec::new();
            udp_frame(&mut frame, &UdpPath::new(a, b), &payload);
            frames.push((u64::from(step) * 20_000_000 + u64::from(n), frame));
        }
    }
    assert_eq!(analysed::file(file(frames)).streams.len(), 6_000);
}
