//! Frames packetized, lost, mixed up and put together again; and whatever bytes there may be.

use super::assembly::Assembly;
use super::frame::{self, Facts, unpack};
use super::order::{Order, Ordered, Origin, Packet};
use super::testing::Memory;
use super::video::{Damage, VideoTrack};
use super::{Create, Folder};
use crate::proto::rtp::payload::VideoFormat;
use crate::time::{Span, Timestamp};
use proptest::prelude::*;

/// How many bytes of a frame go into a packet.
const PART: usize = 20;

/// A frame of the test, before packets.
#[derive(Clone, Debug)]
struct Sent {
    is_key: bool,
    body: Vec<u8>,
}

/// The bytes that a decoder takes, as the file has to have them.
fn coded(format: VideoFormat, frame: &Sent) -> Vec<u8> {
    let body = &frame.body;
    match (format, frame.is_key) {
        (VideoFormat::Vp8, true) => {
            [&[0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0][..], body].concat()
        }
        (VideoFormat::Vp8, false) => [&[0x11, 0, 0][..], body].concat(),
        (VideoFormat::H264, true) => {
            [&[0, 0, 0, 1, 0x68, 0xce, 0, 0, 0, 1, 0x65, 0x88][..], body].concat()
        }
        (VideoFormat::H264, false) => [&[0, 0, 0, 1, 0x41, 0x9a][..], body].concat(),
        _ => unreachable!(),
    }
}

/// The payloads of a frame.
fn payloads(format: VideoFormat, number: u16, frame: &Sent) -> Vec<Vec<u8>> {
    let data = coded(format, frame);
    match format {
        VideoFormat::Vp8 => {
            let id = (number & 0x7fff | 0x8000).to_be_bytes();
            let parts = data.chunks(PART).enumerate();
            parts
                .map(|(i, part)| {
                    let first = if i == 0 { 0x90 } else { 0x80 };
                    [&[first, 0x80, id[0], id[1]][..], part].concat()
                })
                .collect()
        }
        VideoFormat::H264 => {
            let slice = match frame.is_key {
                true => &data[10..],
                false => &data[4..],
            };
            let parts: Vec<_> = slice[1..].chunks(PART).collect();
            let fragment = |(i, part): (usize, &&[u8])| {
                let (begins, ends) = (i == 0, i + 1 == parts.len());
                let fu = u8::from(begins) << 7 | u8::from(ends) << 6 | slice[0] & 0x1f;
                [&[slice[0] & 0xe0 | 28, fu][..], part].concat()
            };
            let mut all: Vec<_> = match parts.len() {
                0 | 1 => vec![slice.to_vec()],
                _ => parts.iter().enumerate().map(fragment).collect(),
            };
            if frame.is_key {
                all.insert(0, vec![24, 0, 2, 0x68, 0xce]);
            }
            all
        }
        _ => unreachable!(),
    }
}

fn packets(format: VideoFormat, first: u16, frames: &[Sent]) -> Vec<Packet> {
    let mut all = Vec::new();
    for (i, frame) in frames.iter().enumerate() {
        let parts = payloads(format, i as u16, frame);
        let count = parts.len();
        for (j, payload) in parts.into_iter().enumerate() {
            all.push(Packet {
                sequence: first.wrapping_add(all.len() as u16),
                timestamp: (i as u32).wrapping_mul(3_000).wrapping_sub(9_000),
                marker: j + 1 == count,
                payload_type: 96,
                arrival: Timestamp::default().plus(Span::from_millis(i as i64 * 33)),
                origin: Origin::Sent,
                payload,
            });
        }
    }
    all
}

/// What is in the file after these packets, in the order in which they came.
fn written(format: VideoFormat, packets: Vec<Packet>, damage: Damage) -> Vec<u8> {
    let mut memory = Memory::default();
    let mut track = VideoTrack::new(format, 90_000, damage);
    let (mut order, mut ready) = (Order::default(), Vec::new());
    let mut create = || memory.create("a");
    let create: Create<'_> = &mut create;
    for packet in packets {
        order.push(packet, &mut ready);
    }
    order.flush(&mut ready);
    for ordered in ready {
        track.push(ordered, create).unwrap();
    }
    track.finish(create).unwrap();
    memory.0.get("a").map(|f| f.bytes()).unwrap_or_default()
}

/// The frames of an IVF file with their times.
fn ivf_frames(file: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let (mut rest, mut all) = (file.get(32..).unwrap_or_default(), Vec::new());
    while rest.len() >= 12 {
        let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        let time = u64::from_le_bytes(rest[4..12].try_into().unwrap());
        all.push((time, rest[12..12 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    assert!(rest.is_empty());
    all
}

fn frames() -> impl Strategy<Value = Vec<Sent>> {
    let body = proptest::collection::vec(1..=255u8, 0..70);
    let frame = (0..8u8, body).prop_map(|(key, body)| Sent {
        is_key: key == 0,
        body,
    });
    proptest::collection::vec(frame, 1..40).prop_map(|mut all| {
        all[0].is_key = true;
        all
    })
}

proptest! {
    #[test]
    fn mixed_up_and_repeated_packets_are_the_same_frames(
        all in frames(),
        first in any::<u16>(),
        delays in proptest::collection::vec((0usize..10, any::<bool>()), 200),
    ) {
        for format in [VideoFormat::Vp8, VideoFormat::H264] {
            let sent = packets(format, first, &all);
            let mut mixed = Vec::new();
            for (i, packet) in sent.iter().enumerate() {
                let (delay, twice) = delays[i % delays.len()];
                // A stream begins with its first packet.
                let delay = if i == 0 { 0 } else { delay + 1 };
                mixed.push((i + delay, i, packet));
                if twice {
                    mixed.push((i + 12, i, packet));
                }
            }
            mixed.sort_by_key(|(at, i, _)| (*at, *i));
            let mixed = mixed.into_iter().map(|(_, _, p)| p.clone()).collect();
            let file = written(format, mixed, Damage::Drop);
            let want: Vec<_> = all.iter().map(|f| coded(format, f)).collect();
            if format == VideoFormat::Vp8 {
                let got = ivf_frames(&file);
                let times: Vec<_> = got.iter().map(|(t, _)| *t).collect();
                prop_assert_eq!(times, (0..all.len() as u64).map(|i| i * 3_000).collect::<Vec<_>>());
                let got: Vec<_> = got.into_iter().map(|(_, data)| data).collect();
                prop_assert_eq!(got, want);
            } else {
                prop_assert_eq!(file, want.concat());
            }
        }
    }

    /// Without a packet, its frame is not there, and nothing that may need it.
    #[test]
    fn what_depends_on_a_lost_packet_is_left_out(all in frames(), which in any::<prop::sample::Index>()) {
        let format = VideoFormat::Vp8;
        let mut sent = packets(format, 7, &all);
        if sent.len() < 2 {
            return Ok(());
        }
        // The very first packet of a stream leaves no gap behind.
        let lost = sent.remove(1 + which.index(sent.len() - 1));
        let damaged = (lost.timestamp.wrapping_add(9_000) / 3_000) as usize;
        let file = written(format, sent, Damage::Drop);
        let next_key = (damaged + 1..all.len()).find(|i| all[*i].is_key).unwrap_or(all.len());
        let want: Vec<_> = (0..all.len())
            .filter(|i| *i < damaged || *i >= next_key)
            .map(|i| coded(format, &all[i]))
            .collect();
        let got: Vec<_> = ivf_frames(&file).into_iter().map(|(_, data)| data).collect();
        prop_assert_eq!(got, want);
    }

    #[test]
    fn any_payloads_end(
        payloads in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 0..60), any::<bool>(), 0u8..3, 0u64..2),
            0..30,
        )
    ) {
        let formats = VideoFormat::ALL;
        for format in formats {
            let mut assembly = Assembly::new(90_000);
            let mut timestamp = 0u32;
            let bytes: usize = payloads.iter().map(|(p, ..)| p.len()).sum();
            let mut out = Vec::new();
            let mut take = |frame| out_of(format, frame, &mut out);
            for (i, (payload, marker, step, lost)) in payloads.iter().enumerate() {
                timestamp = timestamp.wrapping_add(u32::from(*step) << 30);
                let packet = Packet {
                    sequence: i as u16,
                    timestamp,
                    marker: *marker,
                    payload_type: 96,
                    arrival: Timestamp::default(),
                    origin: Origin::Sent,
                    payload: payload.clone(),
                };
                let ordered = Ordered { packet, lost: *lost, is_restart: false };
                assembly.push(ordered).map(&mut take);
            }
            assembly.finish().map(&mut take);
            // Start codes, sizes and indices are all that is added.
            prop_assert!(out.len() <= 12 * bytes + 40 * (payloads.len() + 1));
        }
    }
}

fn out_of(format: VideoFormat, frame: super::assembly::Assembled, out: &mut Vec<u8>) -> Facts {
    unpack(format, &frame, &mut frame::Memory::default(), out)
}

/// Puts one frame of these payloads together.
fn one(format: VideoFormat, payloads: &[&[u8]]) -> (Facts, Vec<u8>) {
    let mut assembly = Assembly::new(90_000);
    for (i, payload) in payloads.iter().enumerate() {
        let packet = Packet {
            sequence: i as u16,
            timestamp: 0,
            marker: i + 1 == payloads.len(),
            payload_type: 96,
            arrival: Timestamp::default(),
            origin: Origin::Sent,
            payload: payload.to_vec(),
        };
        let ordered = Ordered {
            packet,
            lost: 0,
            is_restart: false,
        };
        assert!(assembly.push(ordered).is_none());
    }
    let mut out = Vec::new();
    let facts = unpack(
        format,
        &assembly.finish().unwrap(),
        &mut frame::Memory::default(),
        &mut out,
    );
    (facts, out)
}

#[test]
fn layers_of_a_vp9_picture_are_a_superframe() {
    // Layer indices with TL0PICIDX; 64 × 48 key frame of profile 0, then a frame above it.
    let low = [
        0xa8, 0x81, 0x23, 0x00, 0x05, 0x82, 0x49, 0x83, 0x42, 0x00, 0x03, 0xf0, 0x02, 0xf0, 0,
    ];
    let low_end = [0xa4, 0x81, 0x23, 0x00, 0x05, 0x11];
    let high = [0xac, 0x81, 0x23, 0x03, 0x05, 0x86, 0x22];
    let (facts, out) = one(VideoFormat::Vp9, &[&low, &low_end, &high]);
    assert!(facts.is_whole && facts.is_key, "{facts:?}");
    assert_eq!(facts.number, Some((0x0123, 15)));
    assert_eq!(out[out.len() - 4..], [0xc1, 11, 2, 0xc1]);
    assert_eq!(out.len(), 11 + 2 + 4);
    let (facts, _) = one(VideoFormat::Vp9, &[&low, &high]);
    assert!(!facts.is_whole, "the end of a layer is missing");
}

#[test]
fn obus_get_sizes_and_a_delimiter() {
    // N, two elements: the head of a frame goes on in the next packet.
    let first = [0x68, 2, 0x08, 0x00, 0x30, 0x10];
    let second = [0x90, 7, 7];
    let (facts, out) = one(VideoFormat::Av1, &[&first, &second]);
    assert_eq!(out, [0x12, 0, 0x0a, 1, 0, 0x32, 3, 0x10, 7, 7]);
    assert!(facts.is_whole);
    let (facts, _) = one(VideoFormat::Av1, &[&first]);
    assert!(!facts.is_whole, "a fragment without its end");
}

#[test]
fn units_of_h265_are_taken_out_of_aggregates_and_fragments() {
    let aggregate = [48 << 1, 1, 0, 3, 32 << 1, 1, 9, 0, 3, 34 << 1, 1, 8];
    let begin = [49 << 1, 1, 0x80 | 19, 0xaf, 1];
    let end = [49 << 1, 1, 0x40 | 19, 2];
    let (facts, out) = one(VideoFormat::H265, &[&aggregate, &begin, &end]);
    let code = [0, 0, 0, 1];
    let want = [
        &code[..],
        &[64, 1, 9],
        &code,
        &[68, 1, 8],
        &code,
        &[38, 1, 0xaf, 1, 2],
    ];
    assert_eq!(out, want.concat());
    assert!(facts.is_whole && facts.is_key);
}

#[test]
fn damaged_frames_are_kept_when_asked_for() {
    let frame = |is_key, byte| Sent {
        is_key,
        body: vec![byte; 50],
    };
    let all = [frame(true, 1), frame(false, 2), frame(false, 3)];
    let mut sent = packets(VideoFormat::H264, 0, &all);
    // The middle of the second frame.
    let place = sent
        .iter()
        .position(|p| p.timestamp == 3_000u32.wrapping_sub(9_000));
    sent.remove(place.unwrap() + 1);
    let kept = written(VideoFormat::H264, sent.clone(), Damage::Keep);
    let dropped = written(VideoFormat::H264, sent, Damage::Drop);
    assert_eq!(dropped, coded(VideoFormat::H264, &all[0]));
    let both = [0, 2]
        .map(|i: usize| coded(VideoFormat::H264, &all[i]))
        .concat();
    assert_eq!(kept, both);
}

#[test]
fn the_header_of_ivf_has_the_size_of_the_largest_frame() {
    let sized = |width: u8, height: u8| {
        let mut payload = vec![0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, width, 0, height, 0];
        payload.extend([1; 9]);
        payload
    };
    // Turned by a quarter: no frame is as wide as the one and as high as the other.
    let sizes = [(16, 32), (64, 48), (40, 60)];
    let packets = sizes.iter().enumerate().map(|(i, (width, height))| Packet {
        sequence: i as u16,
        timestamp: i as u32 * 3_000,
        marker: true,
        payload_type: 96,
        arrival: Timestamp::default(),
        origin: Origin::Sent,
        payload: sized(*width, *height),
    });
    let file = written(VideoFormat::Vp8, packets.collect(), Damage::Drop);
    assert_eq!(ivf_frames(&file).len(), 3);
    assert_eq!(file[12..16], [64, 0, 48, 0]);
}
