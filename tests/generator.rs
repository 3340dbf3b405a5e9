//! The generator against a second, independent reading of what it wrote.
//!
//! Everything that measures rtcscope rests on the kit's truth, so this walks the file by hand, with
//! no decoder in common, and counts again in another way.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::scenario::{Media, Scenario, Side};
use kit::traffic::{Config, generate};
use kit::truth::{StreamCounter, StreamId, StreamTruth, Truth};
use kit::writer::{Format, Writer};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

fn capture(config: &Config, format: Format) -> (Vec<u8>, Truth) {
    let mut writer = Writer::new(Vec::new(), format).unwrap();
    let truth = generate(config, &mut writer).unwrap();
    (writer.finish().unwrap(), truth)
}

fn small() -> Config {
    Config {
        packets: 30_000,
        calls: 4,
        ..Config::default()
    }
}

/// The frames of a little-endian pcap file, with their times in microseconds.
fn frames(file: &[u8]) -> Vec<(u64, &[u8])> {
    let u32_at = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let mut frames = Vec::new();
    let mut at = 24;
    while at < file.len() {
        let time = u64::from(u32_at(at)) * 1_000_000 + u64::from(u32_at(at + 4));
        let len = u32_at(at + 8) as usize;
        assert_eq!(len, u32_at(at + 12) as usize);
        frames.push((time, &file[at + 16..at + 16 + len]));
        at += 16 + len;
    }
    assert_eq!(at, file.len());
    frames
}

/// Source, destination and payload of a frame, whose checksums must be right.
fn datagram(frame: &[u8]) -> (SocketAddr, SocketAddr, &[u8]) {
    let ip = &frame[14..];
    let (src, dst, udp): (IpAddr, IpAddr, &[u8]) = match frame[12..14] {
        [0x08, 0x00] => {
            assert_eq!(ones_complement_sum(&[&ip[..20]]), 0xffff, "IPv4 checksum");
            assert_eq!(u16::from_be_bytes([ip[2], ip[3]]) as usize, ip.len());
            let [src, dst] = [12, 16].map(|at| <[u8; 4]>::try_from(&ip[at..at + 4]).unwrap());
            (src.into(), dst.into(), &ip[20..])
        }
        [0x86, 0xdd] => {
            let [src, dst] = [8, 24].map(|at| <[u8; 16]>::try_from(&ip[at..at + 16]).unwrap());
            (src.into(), dst.into(), &ip[40..])
        }
        _ => panic!("unexpected EtherType"),
    };
    let addresses = if src.is_ipv4() {
        &ip[12..20]
    } else {
        &ip[8..40]
    };
    let length = u16::from_be_bytes([udp[4], udp[5]]);
    assert_eq!(length as usize, udp.len());
    let pseudo = [0, 17, udp[4], udp[5]];
    let sum = ones_complement_sum(&[addresses, &pseudo, udp]);
    assert_eq!(sum, 0xffff, "UDP checksum");
    let port = |at| u16::from_be_bytes([udp[at], udp[at + 1]]);
    (
        SocketAddr::new(src, port(0)),
        SocketAddr::new(dst, port(2)),
        &udp[8..],
    )
}

fn ones_complement_sum(parts: &[&[u8]]) -> u16 {
    let mut total: u32 = 0;
    for part in parts {
        for pair in part.chunks(2) {
            total += u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
            total = (total & 0xffff) + (total >> 16);
        }
    }
    total as u16
}

#[test]
fn same_arguments_give_the_same_bytes() {
    let config = small();
    assert!(capture(&config, Format::Pcap) == capture(&config, Format::Pcap));
    let other = Config { seed: 2, ..config };
    assert!(capture(&config, Format::Pcap) != capture(&other, Format::Pcap));
}

#[test]
fn both_formats_have_the_same_truth() {
    let (pcap, truth) = capture(&small(), Format::Pcap);
    let (pcapng, other) = capture(&small(), Format::Pcapng);
    assert_eq!(truth, other);
    // Besides the packets: 24 bytes of file header, and 28 + 32 bytes of section and interface.
    let data = pcap.len() - 24 - 16 * 30_000;
    let padding = pcapng.len() - 60 - 32 * 30_000 - data;
    assert!((0..=3 * 30_000).contains(&padding));
}

#[test]
fn truth_agrees_with_the_file() {
    let (file, truth) = capture(&small(), Format::Pcap);
    let mut last = 0;
    let mut counts = [0u64; 4];
    let mut streams = BTreeMap::<(u32, SocketAddr, SocketAddr), Vec<u16>>::new();
    for (time, frame) in frames(&file) {
        assert!(time >= last, "in time order");
        last = time;
        let (src, dst, payload) = datagram(frame);
        match (payload[0], payload[1]) {
            (0..4, _) => {
                assert_eq!(payload[4..8], [0x21, 0x12, 0xa4, 0x42]);
                counts[0] += 1;
            }
            (20..64, _) => counts[1] += 1,
            (128..192, 192..=223) => counts[3] += 1,
            (128..192, _) => {
                counts[2] += 1;
                let ssrc = u32::from_be_bytes(payload[8..12].try_into().unwrap());
                let sequence = u16::from_be_bytes([payload[2], payload[3]]);
                streams.entry((ssrc, src, dst)).or_default().push(sequence);
            }
            (first, _) => panic!("unexpected first byte {first}"),
        }
    }
    assert_eq!(counts, [truth.stun, truth.dtls, truth.rtp, truth.rtcp]);
    assert_eq!(counts.iter().sum::<u64>(), truth.packets);
    assert_eq!(truth.packets, 30_000);
    assert_eq!(streams.len(), truth.streams.len());
    assert_eq!(streams.len(), 16);
    for t in &truth.streams {
        let sequences = &streams[&(t.ssrc, t.source, t.destination)];
        assert_eq!(sequences.len() as u64, t.packets);
        assert_eq!(sequences[0], t.first_seq);
        assert_eq!(recount(sequences), (t.expected, t.lost, t.duplicated));
    }
}

/// Expected, lost and duplicated, by sorting: each packet is placed next to the one before it, a
/// step of more than 4000 is a new beginning.
fn recount(sequences: &[u16]) -> (u64, u64, u64) {
    let mut segments: Vec<Vec<i64>> = Vec::new();
    let mut previous = None;
    for sequence in sequences {
        let step = previous.map(|p: i64| i64::from(sequence.wrapping_sub(p as u16) as i16));
        let extended = match (previous, step) {
            (Some(p), Some(step)) if step.abs() <= 4000 => p + step,
            _ => {
                segments.push(Vec::new());
                i64::from(*sequence)
            }
        };
        segments.last_mut().unwrap().push(extended);
        previous = Some(extended);
    }
    let mut total = (0, 0, 0);
    for mut segment in segments {
        let received = segment.len() as i64;
        segment.sort_unstable();
        let expected = segment.last().unwrap() - segment[0] + 1;
        segment.dedup();
        let distinct = segment.len() as i64;
        total.0 += expected as u64;
        total.1 += (expected - distinct) as u64;
        total.2 += (received - distinct) as u64;
    }
    total
}

#[test]
fn the_scripted_streams_have_their_trouble() {
    let (_, truth) = capture(&small(), Format::Pcap);
    let stream = |n: usize| &truth.streams[n];
    assert_eq!((stream(0).first_seq, stream(0).reordered), (60_500, 1));
    assert_eq!((stream(1).first_seq, stream(1).wraps), (65_500, 1));
    assert!(stream(1).reordered > 2 && stream(1).lost == 0);
    assert!(stream(2).packets > 5 * stream(3).packets && stream(3).lost > 0);
    assert_eq!([5, 11].map(|n| stream(n).restarts), [1, 1]);
    assert!(stream(4).packets < stream(8).packets * 9 / 10, "muted");
    assert!(stream(6).lost > 0 && stream(7).duplicated > 0);
    let clean = stream(8);
    assert_eq!((clean.lost, clean.duplicated, clean.reordered), (0, 0, 0));
    assert_eq!((stream(9).first_seq, stream(10).wraps), (0, 1));
}

#[test]
fn a_long_stream_wraps_more_than_once() {
    let config = Config {
        packets: 250_000,
        calls: 1,
        ..Config::default()
    };
    let mut writer = Writer::new(std::io::sink(), Format::Pcap).unwrap();
    let truth = generate(&config, &mut writer).unwrap();
    assert!(truth.streams.iter().any(|s| s.wraps >= 2));
}

/// What counting `numbers` as they come gives.
fn counted(numbers: impl IntoIterator<Item = (u32, u64)>) -> StreamTruth {
    let mut counter = StreamCounter::new(StreamId {
        ssrc: 1,
        source: ([192, 0, 2, 1], 1).into(),
        destination: ([192, 0, 2, 2], 2).into(),
        kind: "audio",
        payload_type: 111,
        clock_rate: 48_000,
    });
    for (segment, number) in numbers {
        counter.wrote(segment, number, 100);
    }
    counter.finish().unwrap()
}

#[test]
fn truth_counts_by_hand() {
    let t = counted([60_500, 60_501, 60_502, 60_499].map(|n| (0, n)));
    assert_eq!(
        (t.expected, t.lost, t.reordered, t.duplicated),
        (4, 0, 1, 0)
    );
    assert_eq!((t.first_seq, t.last_seq, t.wraps), (60_500, 60_502, 0));
    // Over a wrap, one missing, one twice (the copy is late and still only a duplicate).
    let t = counted([65_534, 65_536, 65_534, 65_537].map(|n| (0, n)));
    assert_eq!(
        (t.expected, t.lost, t.reordered, t.duplicated),
        (4, 1, 0, 1)
    );
    assert_eq!((t.last_seq, t.wraps, t.packets, t.bytes), (1, 1, 4, 400));
    // What lies between two beginnings is not lost.
    let t = counted([(0, 10), (0, 12), (1, 40_000), (1, 40_001)]);
    assert_eq!((t.expected, t.lost, t.restarts), (5, 1, 1));
}

#[test]
fn a_scenario_is_what_it_says() {
    let mut call = Scenario::new();
    call.check(Side::A).check(Side::B).dtls_handshake().rtp(
        Side::A,
        &Media::audio(0x1234_5678),
        [9, 11, 10],
    );
    let file = call.pcap();
    let frames = frames(&file);
    let first_bytes: Vec<u8> = frames.iter().map(|(_, f)| datagram(f).2[0]).collect();
    assert_eq!(first_bytes, [0, 1, 0, 1, 22, 22, 46, 46, 46, 128, 128, 128]);
    let (src, _, payload) = datagram(frames[10].1);
    assert_eq!(src, SocketAddr::from(([192, 0, 2, 1], 40_000)));
    assert_eq!(payload[2..4], [0, 11]);
    assert_eq!(frames[10].0 - frames[9].0, 20_000);
}
