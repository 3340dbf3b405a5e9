//! Header extensions of senders made up here, each as its specification lets it behave: what is told
//! of them without a session description, and what is better left open.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod analysed;
mod kit;

use kit::net::{UdpPath, udp_frame};
use kit::prng::Prng;
use rtcscope::analysis::model::{Source, Stream};
use rtcscope::analysis::{Analysis, Known, Unknown};
use rtcscope::proto::rtp::codes;
use std::collections::BTreeMap;

const MS: u64 = 1_000_000;
/// 2026-01-01, in nanoseconds since 1970.
const START: u64 = 1_767_225_600_000 * MS;

/// What an element is made for.
#[derive(Clone, Copy, Debug)]
struct Spot {
    /// Packets of the stream, and of the whole direction, before this one.
    packet: u64,
    overall: u64,
    frame: u64,
    is_first: bool,
    is_last: bool,
    /// When it is sent.
    at: u64,
    csrcs: u8,
}

type Element = (u8, Vec<u8>);

/// Makes the elements of one packet.
type Maker<'e> = Box<dyn Fn(Spot, &mut Prng) -> Vec<Element> + 'e>;

/// One stream of a sender.
struct Sends<'e> {
    ssrc: u32,
    payload_type: u8,
    clock: u64,
    /// Between frames, in microseconds, and packets of each.
    every_us: u64,
    packets: u64,
    csrcs: fn(u64) -> u8,
    elements: Maker<'e>,
}

fn audio<'e>(ssrc: u32, elements: impl Fn(Spot, &mut Prng) -> Vec<Element> + 'e) -> Sends<'e> {
    Sends {
        ssrc,
        payload_type: 111,
        clock: 48_000,
        every_us: 20_000,
        packets: 1,
        csrcs: |_| 0,
        elements: Box::new(elements),
    }
}

fn video<'e>(ssrc: u32, elements: impl Fn(Spot, &mut Prng) -> Vec<Element> + 'e) -> Sends<'e> {
    Sends {
        ssrc,
        payload_type: 96,
        clock: 90_000,
        every_us: 33_333,
        packets: 3,
        csrcs: |_| 0,
        elements: Box::new(elements),
    }
}

/// A retransmission stream: a packet now and then.
fn rtx<'e>(ssrc: u32, elements: impl Fn(Spot, &mut Prng) -> Vec<Element> + 'e) -> Sends<'e> {
    Sends {
        payload_type: 97,
        every_us: 300_000,
        packets: 1,
        ..video(ssrc, elements)
    }
}

/// An RTP packet with elements in the form that they need.
fn rtp(stream: &Sends<'_>, spot: Spot, elements: &[Element]) -> Vec<u8> {
    let timestamp = (spot.frame * stream.every_us * stream.clock / 1_000_000) as u32;
    let marker = if stream.packets > 1 {
        spot.is_last
    } else {
        spot.packet == 0
    };
    let mut out = vec![
        0x90 | spot.csrcs,
        stream.payload_type | u8::from(marker) << 7,
    ];
    out.extend((1000 + spot.packet as u16).to_be_bytes());
    out.extend((777_u32.wrapping_add(timestamp)).to_be_bytes());
    out.extend(stream.ssrc.to_be_bytes());
    for i in 0..spot.csrcs {
        out.extend(u32::from(i + 50).to_be_bytes());
    }
    let fits = |(id, data): &Element| (1..=14).contains(id) && (1..=16).contains(&data.len());
    let mut body = Vec::new();
    let profile: u16 = if elements.iter().all(fits) {
        0xbede
    } else {
        0x1000
    };
    for (id, data) in elements {
        match profile {
            0xbede => body.push(id << 4 | (data.len() - 1) as u8),
            _ => body.extend([*id, data.len() as u8]),
        }
        body.extend(data);
    }
    body.resize(body.len().next_multiple_of(4), 0);
    out.extend(profile.to_be_bytes());
    out.extend(((body.len() / 4) as u16).to_be_bytes());
    out.extend(body);
    out.extend(vec![0xa5; 60 + (spot.frame % 40) as usize]);
    out
}

/// What is found in ten seconds of these streams, sent from one socket.
fn sent(streams: &[Sends<'_>]) -> Analysis {
    sent_with(7, 10, streams)
}

/// The same of so many seconds, with other dice.
fn sent_with(seed: u64, seconds: u64, streams: &[Sends<'_>]) -> Analysis {
    let mut prng = Prng::new(seed);
    let path = UdpPath::new(
        "10.0.0.1:5000".parse().unwrap(),
        "10.0.0.2:6000".parse().unwrap(),
    );
    let mut due: Vec<(u64, usize, u64)> = Vec::new();
    for (i, stream) in streams.iter().enumerate() {
        for frame in 0..seconds * 1_000_000 / stream.every_us {
            due.push((
                START + frame * stream.every_us * 1000 + i as u64 * MS,
                i,
                frame,
            ));
        }
    }
    due.sort_unstable();
    let mut counts = vec![0; streams.len()];
    let (mut overall, mut arrives, mut frames) = (0, 0, Vec::new());
    for (at, i, frame) in due {
        let stream = &streams[i];
        for n in 0..stream.packets {
            let at = at + n * MS / 4;
            let spot = Spot {
                packet: counts[i],
                overall,
                frame,
                is_first: n == 0,
                is_last: n + 1 == stream.packets,
                at,
                csrcs: (stream.csrcs)(counts[i]),
            };
            counts[i] += 1;
            overall += 1;
            let elements = (stream.elements)(spot, &mut prng);
            let mut data = Vec::new();
            udp_frame(&mut data, &path, &rtp(stream, spot, &elements));
            // On its way for 20 to 28 ms, in order.
            arrives = (arrives + MS / 100).max(at + 20 * MS + prng.below(8) * MS);
            frames.push((arrives, data));
        }
    }
    frames.sort_by_key(|(at, _)| *at);
    let analysis = analysed::frames(&frames);
    assert_eq!(analysis.streams.len(), streams.len());
    analysis
}

/// Short names of the extensions of all streams by identifier; none where they are left open.
fn told(analysis: &Analysis) -> BTreeMap<u8, Option<&'static str>> {
    let mut all = BTreeMap::new();
    for extension in analysis.streams.iter().flat_map(|s| &s.header_extensions) {
        let name = match &extension.uri {
            Known::Yes((uri, source)) => {
                assert_eq!(*source, Source::Inferred);
                Some(codes::extension(uri).unwrap().name)
            }
            Known::No(_) => None,
        };
        let before = all.insert(extension.id, name);
        assert!(
            before.is_none_or(|b| b == name),
            "{} means one thing",
            extension.id
        );
    }
    all
}

fn stream(analysis: &Analysis, ssrc: u32) -> &Stream {
    analysis.streams.iter().find(|s| s.ssrc.0 == ssrc).unwrap()
}

fn abs_send_time(at: u64) -> Vec<u8> {
    kit::rtp::abs_send_time(at).to_vec()
}

fn twcc(spot: Spot) -> Vec<u8> {
    (65_000 + spot.overall).to_be_bytes()[6..].to_vec()
}

/// Speech: the level wanders, the voice bit holds for some seconds.
fn speech(spot: Spot, prng: &mut Prng) -> Vec<u8> {
    let voice = if (spot.at / (2_000 * MS)).is_multiple_of(2) {
        0x80
    } else {
        0
    };
    vec![voice | (30 + spot.packet / 7 % 40 + prng.below(12)) as u8]
}

fn noise(prng: &mut Prng, len: usize) -> Vec<u8> {
    (0..len).map(|_| prng.below(256) as u8).collect()
}

#[test]
fn times_numbers_levels_and_mids_of_a_bundle() {
    let analysis = sent(&[
        audio(1, |s, p| {
            vec![
                (9, abs_send_time(s.at)),
                (2, twcc(s)),
                (12, speech(s, p)),
                (5, b"a0".to_vec()),
            ]
        }),
        video(2, |s, _| {
            vec![(9, abs_send_time(s.at)), (2, twcc(s)), (5, b"v0".to_vec())]
        }),
        rtx(3, |s, _| {
            vec![(9, abs_send_time(s.at)), (2, twcc(s)), (5, b"v0".to_vec())]
        }),
    ]);
    let expected = [
        (2, Some("transport-cc")),
        (5, Some("mid")),
        (9, Some("abs-send-time")),
        (12, Some("audio-level")),
    ];
    assert_eq!(told(&analysis), BTreeMap::from(expected));
    let mid = |ssrc| stream(&analysis, ssrc).identity.mid.clone();
    assert_eq!(mid(1), Known::Yes(("a0".into(), Source::Inferred)));
    assert_eq!(mid(2), mid(3));
    let level = stream(&analysis, 1).audio_level.value().unwrap();
    assert_eq!(level.packets, 500);
    assert!((level.voice.value().unwrap() - 0.6).abs() < 0.01);
    assert!(level.min >= -82.0 && level.max <= -30.0 && level.silence == 0.0);
    assert_eq!(level.series.len(), 10);
    assert_eq!(
        stream(&analysis, 2).audio_level.reason(),
        Some(Unknown::NotSeen)
    );
}

#[test]
fn transport_wide_numbers_with_requests_are_of_version_two() {
    let analysis = sent(&[audio(1, |s, _| {
        let mut data = twcc(s);
        if s.packet.is_multiple_of(10) {
            data.extend([0x80, 5]);
        }
        vec![(3, data)]
    })]);
    assert_eq!(told(&analysis)[&3], Some("transport-cc-02"));
}

/// Names of a simulcast: media with RID, its repairs with repaired RID, all with one MID.
#[test]
fn rid_and_repaired_rid_are_told_apart() {
    let media = |ssrc, rid: &'static [u8]| {
        video(ssrc, move |_, _| {
            vec![(4, b"1".to_vec()), (10, rid.to_vec())]
        })
    };
    let repair = |ssrc, rid: &'static [u8]| {
        rtx(ssrc, move |_, _| {
            vec![(4, b"1".to_vec()), (11, rid.to_vec())]
        })
    };
    let analysis = sent(&[
        media(1, b"hi"),
        media(2, b"mid"),
        media(3, b"lo"),
        repair(11, b"hi"),
        repair(12, b"mid"),
        repair(13, b"lo"),
    ]);
    let expected = [(4, Some("mid")), (10, Some("rid")), (11, Some("rrid"))];
    assert_eq!(told(&analysis), BTreeMap::from(expected));
    let identity = &stream(&analysis, 12).identity;
    assert_eq!(
        identity.repaired_rid,
        Known::Yes(("mid".into(), Source::Inferred))
    );
    assert_eq!(identity.rid.reason(), Some(Unknown::NotSeen));
    let identity = &stream(&analysis, 3).identity;
    assert_eq!(identity.rid, Known::Yes(("lo".into(), Source::Inferred)));
}

#[test]
fn one_text_that_may_be_mid_or_rid_is_left_open() {
    let named = |ssrc, text: &'static [u8]| video(ssrc, move |_, _| vec![(4, text.to_vec())]);
    let analysis = sent(&[named(1, b"q"), named(2, b"h"), named(3, b"f")]);
    assert_eq!(told(&analysis)[&4], None);
    assert_eq!(
        stream(&analysis, 1).identity.mid.reason(),
        Some(Unknown::Unclear)
    );
    // Of two texts on the only stream, either may be the MID, unless one is a number: one layer
    // of a simulcast, as a forwarding server sends it.
    let layer = |_, _: &mut Prng| vec![(4, b"1".to_vec()), (5, b"l".to_vec())];
    let expected = [(4, Some("mid")), (5, Some("rid"))];
    assert_eq!(told(&sent(&[video(1, layer)])), BTreeMap::from(expected));
    let both = |_, _: &mut Prng| vec![(4, b"x".to_vec()), (5, b"y".to_vec())];
    assert_eq!(
        told(&sent(&[video(1, both)])),
        BTreeMap::from([(4, None), (5, None)])
    );
}

#[test]
fn a_cname_is_no_mid() {
    let cname = b"x7Kq3vT0aPzB".to_vec();
    let analysis = sent(&[
        audio(1, |_, _| vec![(3, cname.clone()), (6, b"0".to_vec())]),
        video(2, |_, _| vec![(3, cname.clone()), (6, b"1".to_vec())]),
    ]);
    assert_eq!(
        told(&analysis),
        BTreeMap::from([(3, Some("cname")), (6, Some("mid"))])
    );
}

/// Encrypted elements (RFC 6904) look like noise of any length.
#[test]
fn noise_is_nothing() {
    let lens = [1, 2, 3, 4, 7, 8, 13, 16];
    let all = |_, p: &mut Prng| -> Vec<Element> {
        (1..)
            .zip(lens)
            .map(|(id, len)| (id, noise(p, len)))
            .collect()
    };
    for analysis in [
        sent(&[audio(1, all)]),
        sent(&[video(1, all)]),
        sent(&[audio(1, all), video(2, all)]),
    ] {
        let told = told(&analysis);
        assert_eq!(told.len(), lens.len());
        assert!(told.values().all(Option::is_none), "{told:?}");
        for s in &analysis.streams {
            assert_eq!(s.identity.mid.reason(), Some(Unknown::Unclear));
            assert!(s.audio_level.value().is_none());
        }
    }
}

/// However the dice fall, and also where little was seen.
#[test]
fn little_noise_is_nothing_either() {
    for seed in 0..60 {
        let all = |_, p: &mut Prng| -> Vec<Element> {
            (1..)
                .zip([1, 2, 3, 4, 8, 13, 16])
                .map(|(id, len)| (id, noise(p, len)))
                .collect()
        };
        let seconds = 1 + seed % 4;
        let analysis = sent_with(seed, seconds, &[audio(1, all), video(2, all)]);
        let told = told(&analysis);
        assert!(told.values().all(Option::is_none), "{seed}: {told:?}");
    }
}

#[test]
fn what_is_always_zero_is_left_open_but_for_an_orientation() {
    let zeros = |s: Spot, _: &mut Prng| {
        let mut all = vec![(1, vec![0; 3]), (2, vec![0; 2])];
        if s.is_last && s.frame.is_multiple_of(100) {
            all.push((3, vec![0]));
        }
        all
    };
    let expected = [(1, None), (2, None), (3, Some("video-orientation"))];
    assert_eq!(told(&sent(&[video(1, zeros)])), BTreeMap::from(expected));
}

#[test]
fn video_extensions_of_one_and_three_bytes() {
    let analysis = sent(&[video(1, |s, p| {
        let mut all = vec![
            (1, ((p.below(4000)) as u32).to_be_bytes()[1..].to_vec()),
            (2, vec![0x00, 0xa0, 0x64]),
        ];
        if s.is_last && s.frame.is_multiple_of(30) {
            // Turned in the middle of the call; a screen besides.
            all.push((7, vec![if s.frame < 150 { 0 } else { 9 }]));
            all.push((8, vec![1]));
        }
        all
    })]);
    let expected = [
        (1, Some("toffset")),
        (2, Some("playout-delay")),
        (7, Some("video-orientation")),
        (8, Some("video-content-type")),
    ];
    assert_eq!(told(&analysis), BTreeMap::from(expected));
    // A 1 alone is a screen, or a picture on its side.
    let alone = sent(&[video(1, |s, _| {
        if s.is_last {
            vec![(8, vec![1])]
        } else {
            vec![(9, vec![0xf3; 5])]
        }
    })]);
    assert_eq!(told(&alone)[&8], None);
}

#[test]
fn timing_color_and_capture_time() {
    let ntp = |at: u64| {
        let seconds = at / 1_000_000_000 + 2_208_988_800;
        let fraction = (u128::from(at % 1_000_000_000) << 32) / 1_000_000_000;
        (seconds << 32 | fraction as u64).to_be_bytes().to_vec()
    };
    let analysis = sent(&[video(1, |s, p| {
        let mut all = vec![(6, ntp(s.at))];
        if s.is_last && s.frame.is_multiple_of(5) {
            let steps = [3, 9, 10, 10 + p.below(30) as u8, 0, 0];
            let timing = steps.iter().flat_map(|ms| [0, *ms]);
            all.push((1, [1].into_iter().chain(timing).collect()));
            all.push((2, vec![1, 1, 1, 0x10]));
        }
        if s.is_first && s.frame.is_multiple_of(30) {
            all.push((5, [ntp(s.at), vec![0; 8]].concat()));
        }
        all
    })]);
    let expected = [
        (1, Some("video-timing")),
        (2, Some("color-space")),
        (5, Some("abs-capture-time")),
        // Eight bytes alone are ntp-64 or a capture time without an offset.
        (6, None),
    ];
    assert_eq!(told(&analysis), BTreeMap::from(expected));
}

#[test]
fn frames_described_marked_and_tracked() {
    // L1T2 without a structure: two templates in turn.
    let describe = |s: Spot| {
        let flags = u8::from(s.is_first) << 7 | u8::from(s.is_last) << 6;
        let number = (65_500 + s.frame) as u16;
        [
            vec![flags | (s.frame % 2) as u8],
            number.to_be_bytes().to_vec(),
        ]
        .concat()
    };
    let analysis = sent(&[
        video(1, |s, _| {
            let mut all = vec![(3, describe(s))];
            if s.is_first {
                all.push((4, (s.frame as u16).to_be_bytes().to_vec()));
            }
            all
        }),
        rtx(2, |s, _| {
            vec![(
                3,
                describe(Spot {
                    is_first: true,
                    ..s
                }),
            )]
        }),
    ]);
    let expected = [
        (3, Some("dependency-descriptor")),
        (4, Some("video-frame-tracking-id")),
    ];
    assert_eq!(told(&analysis), BTreeMap::from(expected));

    let marking = |s: Spot, _: &mut Prng| {
        let key = if s.frame.is_multiple_of(60) { 0x20 } else { 0 };
        vec![(
            2,
            vec![u8::from(s.is_first) << 7 | u8::from(s.is_last) << 6 | key],
        )]
    };
    assert_eq!(told(&sent(&[video(1, marking)]))[&2], Some("frame-marking"));
}

#[test]
fn layers_and_samples_under_wide_identifiers() {
    let analysis = sent(&[video(1, |s, p| {
        let mut all = vec![(200, twcc(s))];
        if s.is_first && s.frame.is_multiple_of(30) {
            let kbps = 100 + p.below(20) as u8 % 28;
            all.push((201, vec![0x01, 0x40, kbps, 0x96, 0x01, 2, 127, 1, 103, 30]));
        }
        if s.is_last {
            // Ten samples of each frame.
            let index = (s.frame * 10 % 128) as u8;
            let mut samples = vec![index, 20, 0x11];
            samples.extend(noise(p, 10));
            all.push((150, samples));
        }
        all
    })]);
    let expected = [
        (150, Some("corruption-detection")),
        (200, Some("transport-cc")),
        (201, Some("video-layers-allocation")),
    ];
    assert_eq!(told(&analysis), BTreeMap::from(expected));
}

#[test]
fn levels_of_a_mixer_and_of_its_sources() {
    let analysis = sent(&[Sends {
        csrcs: |packet| (packet / 50 % 4) as u8,
        ..audio(1, |s, p| {
            let mut all = vec![(1, speech(s, p))];
            if s.csrcs > 0 {
                all.push((2, (0..s.csrcs).map(|_| 20 + p.below(30) as u8).collect()));
            }
            all
        })
    }]);
    let expected = [(1, Some("audio-level")), (2, Some("csrc-audio-level"))];
    assert_eq!(told(&analysis), BTreeMap::from(expected));
}

#[test]
fn a_tone_and_a_muted_microphone_have_levels() {
    let tone = sent(&[audio(1, |_, _| vec![(6, vec![18])])]);
    assert_eq!(told(&tone)[&6], Some("audio-level"));
    let level = stream(&tone, 1).audio_level.value().unwrap();
    assert_eq!((level.min, level.mean, level.max), (-18.0, -18.0, -18.0));
    assert_eq!(level.voice.reason(), Some(Unknown::NotSeen));
    let muted = sent(&[audio(1, |_, _| vec![(6, vec![127])])]);
    assert!((stream(&muted, 1).audio_level.value().unwrap().silence - 1.0).abs() < 1e-9);
}

#[test]
fn identifiers_without_end_are_bounded() {
    let analysis = sent(&[audio(1, |s, p| {
        vec![((s.packet % 255) as u8 + 1, noise(p, 2))]
    })]);
    assert!(told(&analysis).len() <= 24);
    assert!(told(&analysis).values().all(Option::is_none));
}
