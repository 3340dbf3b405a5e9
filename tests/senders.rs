//! Kinds, clock rates and pairs of senders that were written for it: what differs between them is
//! exactly one habit each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::net::{UdpPath, udp_frame};
use kit::prng::Prng;
use kit::rtp::{Header, packet};
use kit::scenario::Scenario;
use rtcscope::analysis::model::{Kind, Stream};
use rtcscope::analysis::{Analysis, Known};
use std::net::SocketAddr;

const MS: f64 = 1e6;

/// One packet of one sender; its capture time is in ms.
#[derive(Clone, Copy, Debug)]
struct Sent {
    at: f64,
    ssrc: u32,
    pt: u8,
    seq: u16,
    timestamp: u32,
    marker: bool,
    padding: bool,
    len: usize,
}

/// The packets as a capture on a path that ICE proved, each up to `jitter` ms late.
fn capture(mut sent: Vec<Sent>, jitter: f64) -> Analysis {
    let mut call = Scenario::new();
    call.check(kit::scenario::Side::A);
    let mut frames = call.frames().to_vec();
    let start = frames.last().unwrap().0 as f64;
    let path = UdpPath::new(
        SocketAddr::from(([192, 0, 2, 1], 40_000)),
        SocketAddr::from(([192, 0, 2, 2], 50_000)),
    );
    let mut prng = Prng::new(5);
    for s in &mut sent {
        s.at += f64::from(prng.next_u64() as u16) / 65_536.0 * jitter;
    }
    // A path keeps the order of what it delays.
    sent.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut rtp = Vec::new();
    for s in sent {
        let header = Header {
            marker: s.marker,
            payload_type: s.pt,
            sequence: s.seq,
            timestamp: s.timestamp,
            ssrc: s.ssrc,
        };
        let payload: Vec<u8> = (0..s.len).map(|_| prng.next_u64() as u8).collect();
        packet(&mut rtp, &header, &[], &payload);
        rtp[0] |= if s.padding { 0x20 } else { 0 };
        let mut frame = Vec::new();
        udp_frame(&mut frame, &path, &rtp);
        frames.push(((start + s.at * MS) as u64, frame));
    }
    analysed::frames(&frames)
}

fn stream(analysis: &Analysis, ssrc: u32) -> &Stream {
    let found = analysis.streams.iter().find(|s| s.ssrc.0 == ssrc);
    found.unwrap_or_else(|| panic!("no stream {ssrc:#x}"))
}

#[track_caller]
fn is(analysis: &Analysis, ssrc: u32, kind: Kind, rate: u32) {
    let s = stream(analysis, ssrc);
    let clock = s.clock_rate.value().map(|(rate, _)| *rate);
    assert_eq!((s.kind, clock), (kind, Some(rate)), "{:?}", s.kind_source);
}

#[track_caller]
fn repairs(analysis: &Analysis, ssrc: u32, original: Option<u32>) {
    let of = stream(analysis, ssrc).pairing.repairs.value();
    let of = of.map(|(id, _)| {
        analysis
            .streams
            .iter()
            .find(|s| s.id == *id)
            .unwrap()
            .ssrc
            .0
    });
    assert_eq!(of, original);
}

const AUDIO: u32 = 0xa0d1_0000;
const VIDEO: u32 = 0x71de_0000;
const RTX: u32 = 0x2e72_0000;

/// Audio packets of `ms` at `hz`, while `talks` says so of the time in ms. In silence the timestamp
/// goes on, or stands still.
fn audio(hz: u32, ms: f64, total_ms: f64, goes_on: bool, talks: impl Fn(f64) -> bool) -> Vec<Sent> {
    let ticks = (f64::from(hz) * ms / 1000.0).round() as u32;
    let (mut timestamp, mut seq, mut at, mut sent) = (0x8765_4321_u32, 65_000_u16, 0.0, Vec::new());
    while at < total_ms {
        let is_sent = talks(at);
        if is_sent {
            sent.push(Sent {
                at,
                ssrc: AUDIO,
                pt: 111,
                seq,
                timestamp,
                marker: sent.is_empty(),
                padding: false,
                len: 60 + usize::from(seq % 40),
            });
            seq = seq.wrapping_add(1);
        }
        if is_sent || goes_on {
            timestamp = timestamp.wrapping_add(ticks);
        }
        at += ms;
    }
    sent
}

/// Video of `fps` frames of `split` packets each.
fn video(ssrc: u32, pt: u8, offset: u32, fps: f64, split: usize, total_ms: f64) -> Vec<Sent> {
    let (mut seq, mut sent, mut frame) = (100_u16, Vec::new(), 0);
    loop {
        let at = f64::from(frame) * 1000.0 / fps;
        if at >= total_ms {
            return sent;
        }
        for part in 0..split {
            sent.push(Sent {
                // Paced.
                at: at + part as f64 * 0.3,
                ssrc,
                pt,
                seq,
                timestamp: offset.wrapping_add((at * 90.0) as u32),
                marker: part + 1 == split,
                padding: false,
                len: 500 + (usize::from(seq) * 37 + ssrc as usize) % 500,
            });
            seq = seq.wrapping_add(1);
        }
        frame += 1;
    }
}

#[test]
fn audio_of_any_packet_length_and_rate() {
    for (hz, lengths) in [
        (48_000, &[2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0][..]),
        (8_000, &[10.0, 20.0, 30.0]),
        (16_000, &[20.0]),
        (32_000, &[20.0]),
        (44_100, &[10.0, 20.0]),
    ] {
        for &ms in lengths {
            for jitter in [0.0, 8.0, 25.0] {
                let packets = audio(hz, ms, 3_000.0, true, |_| true);
                let analysis = capture(packets, jitter);
                is(&analysis, AUDIO, Kind::Audio, hz);
                assert!(stream(&analysis, AUDIO).jitter.value().is_some());
            }
        }
    }
}

#[test]
fn dtx_and_mute() {
    for goes_on in [true, false] {
        // Comfort noise every 400 ms for 3 of 5 seconds.
        let dtx = |at: f64| at % 5_000.0 < 2_000.0 || at % 400.0 < 20.0;
        is(
            &capture(audio(48_000, 20.0, 20_000.0, goes_on, dtx), 10.0),
            AUDIO,
            Kind::Audio,
            48_000,
        );
        // Half a minute of silence.
        let mute = |at: f64| !(3_000.0..33_000.0).contains(&at);
        is(
            &capture(audio(48_000, 20.0, 36_000.0, goes_on, mute), 10.0),
            AUDIO,
            Kind::Audio,
            48_000,
        );
        // A start of which little is heard.
        let mute = |at: f64| !(200.0..15_000.0).contains(&at);
        is(
            &capture(audio(48_000, 20.0, 20_000.0, goes_on, mute), 10.0),
            AUDIO,
            Kind::Audio,
            48_000,
        );
    }
}

#[test]
fn a_second_of_audio_is_enough() {
    is(
        &capture(audio(48_000, 20.0, 1_000.0, true, |_| true), 10.0),
        AUDIO,
        Kind::Audio,
        48_000,
    );
    is(
        &capture(audio(8_000, 20.0, 1_000.0, true, |_| true), 10.0),
        AUDIO,
        Kind::Audio,
        8_000,
    );
}

#[test]
fn one_packet_tells_nothing() {
    let analysis = capture(audio(48_000, 20.0, 20.0, true, |_| true), 0.0);
    let s = stream(&analysis, AUDIO);
    assert_eq!(s.kind, Kind::Unknown);
    assert!(matches!(
        (s.kind_source, s.clock_rate),
        (Known::No(_), Known::No(_))
    ));
}

#[test]
fn telephone_events_stand_in_audio() {
    let mut packets = audio(48_000, 20.0, 4_000.0, true, |at| {
        !(1_000.0..1_200.0).contains(&at)
    });
    let before = packets.iter().filter(|p| p.at < 1_000.0).count();
    for p in packets.iter_mut().skip(before) {
        p.seq = p.seq.wrapping_add(10);
    }
    let last = packets[before - 1];
    packets.extend((0..10).map(|i| Sent {
        at: 1_000.0 + f64::from(i) * 20.0,
        pt: 110,
        seq: last.seq.wrapping_add(1 + i as u16),
        timestamp: last.timestamp.wrapping_add(960),
        marker: i == 0,
        len: 14,
        ..last
    }));
    let analysis = capture(packets, 3.0);
    is(&analysis, AUDIO, Kind::Audio, 48_000);
    let types = &stream(&analysis, AUDIO).payload_types;
    let event = types.iter().find(|t| t.number == 110).unwrap();
    assert_eq!(event.codec.value().unwrap().name, "telephone-event");
    assert!(
        types[0].codec.value().is_none(),
        "nothing names the codec itself"
    );
}

#[test]
fn video_of_any_frame_rate_and_size() {
    for fps in [5.0, 15.0, 30.0, 60.0] {
        for split in [1, 3, 50] {
            let packets = video(VIDEO, 96, 4_294_000_000, fps, split, 4_000.0);
            is(&capture(packets, 10.0), VIDEO, Kind::Video, 90_000);
        }
    }
    // A screen that hardly changes.
    is(
        &capture(video(VIDEO, 96, 7, 1.0, 3, 20_000.0), 10.0),
        VIDEO,
        Kind::Video,
        90_000,
    );
}

/// Whether the path lost this packet: one in `nth`, at random.
fn is_lost(seq: u16, nth: u64) -> bool {
    Prng::new(u64::from(seq)).next_u64().is_multiple_of(nth)
}

/// Retransmissions of the packets that were lost behind the capture, or before it.
fn retransmitted(of: &[Sent], nth: u64, delay: f64, ssrc: u32) -> Vec<Sent> {
    let lost = of.iter().filter(|p| is_lost(p.seq, nth));
    let each = |(i, p): (usize, &Sent)| Sent {
        at: p.at + delay,
        ssrc,
        pt: 97,
        seq: 9_000_u16.wrapping_add(i as u16),
        len: p.len + 2,
        ..*p
    };
    lost.enumerate().map(each).collect()
}

#[test]
fn retransmissions_are_told_and_paired() {
    for split in [1, 4] {
        for nth in [4, 17, 60] {
            for seen in [true, false] {
                let media = video(VIDEO, 96, 12_345, 30.0, split, 20_000.0);
                let mut packets = retransmitted(&media, nth, 60.0, RTX);
                packets.extend(media.iter().filter(|p| seen || !is_lost(p.seq, nth)));
                let analysis = capture(packets, 5.0);
                is(&analysis, VIDEO, Kind::Video, 90_000);
                is(&analysis, RTX, Kind::Rtx, 90_000);
                repairs(&analysis, RTX, Some(VIDEO));
                let by = &stream(&analysis, VIDEO).pairing.repaired_by;
                assert_eq!(by.len(), 1, "{split} {nth} {seen}");
            }
        }
    }
}

#[test]
fn layers_that_share_timestamps_are_no_retransmissions_and_each_has_its_own() {
    let layers = [(VIDEO, 1), (VIDEO + 1, 2), (VIDEO + 2, 5)];
    let mut packets = Vec::new();
    for (i, (ssrc, split)) in layers.into_iter().enumerate() {
        let media = video(ssrc, 96, 777, 30.0, split, 10_000.0);
        packets.extend(retransmitted(&media, 23, 45.0, RTX + i as u32));
        packets.extend(media);
    }
    let analysis = capture(packets, 3.0);
    for i in 0..3 {
        is(&analysis, VIDEO + i, Kind::Video, 90_000);
        is(&analysis, RTX + i, Kind::Rtx, 90_000);
        repairs(&analysis, RTX + i, Some(VIDEO + i));
    }
}

/// Two codecs at once, on one timeline, with half the frames.
#[test]
fn layers_of_other_codecs_are_no_retransmissions() {
    let mut packets = video(VIDEO, 96, 777, 30.0, 3, 10_000.0);
    packets.extend(video(VIDEO + 1, 45, 777, 15.0, 1, 10_000.0));
    packets.extend(video(VIDEO + 2, 98, 777, 5.0, 1, 10_000.0));
    let analysis = capture(packets, 3.0);
    for i in 0..3 {
        is(&analysis, VIDEO + i, Kind::Video, 90_000);
    }
}

fn probes(offset: u32, from: f64, n: u16) -> Vec<Sent> {
    let each = |i: u16| {
        let at = from + f64::from(i) * 2.0;
        Sent {
            at,
            ssrc: RTX,
            pt: 97,
            seq: i,
            timestamp: if offset == 0 {
                0
            } else {
                offset.wrapping_add((at * 90.0) as u32)
            },
            marker: false,
            padding: true,
            len: 265,
        }
    };
    (0..n).map(each).collect()
}

#[test]
fn probes_between_frames_are_on_a_retransmission_stream() {
    let media = || video(VIDEO, 96, 1_000_000, 30.0, 2, 5_000.0);
    let mut packets = media();
    packets.extend(probes(1_000_000, 1_000.0, 5));
    let analysis = capture(packets, 0.0);
    is(&analysis, RTX, Kind::Rtx, 90_000);
    repairs(&analysis, RTX, Some(VIDEO));
    // Before the first frame there is no timestamp, and nothing tells them from another's.
    let mut packets = media();
    packets.extend(probes(0, 0.0, 5));
    let analysis = capture(packets, 0.0);
    assert_eq!(stream(&analysis, RTX).kind, Kind::Probe);
    repairs(&analysis, RTX, None);
}

/// Error correction on its own SSRC: longer than all that it protects, never marked, its timestamps
/// when it was sent (on a timeline of its own), or those of the frame.
#[test]
fn error_correction_is_told_and_paired() {
    for offset in [5_000_000, 999] {
        let media = video(VIDEO, 96, 999, 30.0, 4, 10_000.0);
        let ends: Vec<&Sent> = media.iter().filter(|p| p.marker).collect();
        let each = |(i, p): (usize, &&Sent)| Sent {
            at: p.at + 0.5,
            ssrc: RTX,
            pt: 49,
            seq: i as u16,
            timestamp: p.timestamp.wrapping_sub(999).wrapping_add(offset),
            marker: false,
            len: 1_100,
            ..**p
        };
        let mut packets: Vec<Sent> = ends.iter().enumerate().map(each).collect();
        packets.extend(media.iter().copied());
        let analysis = capture(packets, 0.0);
        is(&analysis, VIDEO, Kind::Video, 90_000);
        is(&analysis, RTX, Kind::Fec, 90_000);
        repairs(&analysis, RTX, Some(VIDEO));
    }
}

#[test]
fn a_short_stream_is_what_its_payload_type_is_elsewhere() {
    let mut packets = video(VIDEO, 96, 12, 30.0, 2, 5_000.0);
    packets.extend(video(VIDEO + 1, 96, 3_000_000_000, 30.0, 1, 60.0));
    let analysis = capture(packets, 0.0);
    is(&analysis, VIDEO + 1, Kind::Video, 90_000);
}
