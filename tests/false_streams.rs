//! Traffic that looks like RTP and is none: what other protocols have where RTP has its header. No
//! stream may be found in it, on a path of its own; on a path that ICE proves, no more than lone
//! packets. And beside each trap the real thing that resembles it, which must be found.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::prng::Prng;
use kit::scenario::{Scenario, Side};
use rtcscope::analysis::Analysis;

/// Twelve bytes or more that could be an RTP header, and what follows them.
fn datagram(first: [u8; 2], number: u16, time: u32, source: u32, rest: &[u8]) -> Vec<u8> {
    let mut bytes = first.to_vec();
    bytes.extend(number.to_be_bytes());
    bytes.extend(time.to_be_bytes());
    bytes.extend(source.to_be_bytes());
    bytes.extend(rest);
    bytes
}

/// Sends the datagrams so many milliseconds apart, both ways in turn, after a check that proves the
/// path if so asked.
fn send(packets: &[Vec<u8>], ms: u64, proven: bool, both_ways: bool) -> Analysis {
    let mut call = Scenario::new();
    if proven {
        call.check(Side::A).check(Side::B);
    }
    for (packet, n) in packets.iter().zip(0u64..) {
        let side = match both_ways && n % 2 == 1 {
            true => Side::B,
            false => Side::A,
        };
        call.udp(side, packet).wait_ms(ms);
    }
    analysed::file(call.pcap())
}

type Protocol = (&'static str, fn(u32, &mut Prng) -> Vec<u8>);

fn noise(prng: &mut Prng, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    prng.fill(&mut bytes);
    bytes
}

/// The n-th datagram of protocols whose headers collide with RTP's.
const PROTOCOLS: &[Protocol] = &[
    ("ciphertext from the first byte", |_, prng| {
        let mut bytes = noise(prng, 60);
        bytes[0] = 0x80 | bytes[0] & 0x3f;
        bytes
    }),
    ("ciphertext behind a session id", |_, prng| {
        let mut bytes = noise(prng, 60);
        bytes[..2].copy_from_slice(&[0x90, 0x60]);
        bytes[8..12].copy_from_slice(b"\x12\x34\x56\x78");
        bytes
    }),
    ("the same twelve bytes again and again", |_, prng| {
        let body = noise(prng, 40);
        datagram([0x80, 0x60], 77, 0x0102_0304, 0xaabb_ccdd, &body)
    }),
    ("RPC: transaction id, call, version", |n, prng| {
        datagram([0xa1, 0x39], n as u16, 0, 2, &noise(prng, 80))
    }),
    ("a counter and random nonces", |n, prng| {
        datagram(
            [0x80, 0x08],
            n as u16,
            prng.next_u32(),
            0xcafe,
            &noise(prng, 80),
        )
    }),
    ("two counters of packets", |n, prng| {
        datagram([0x80, 0x22], n as u16, n, 0xcafe_0001, &noise(prng, 80))
    }),
    ("a counter, and another that is little-endian", |n, prng| {
        datagram([0x80, 0x22], n as u16, n.swap_bytes(), 9, &noise(prng, 80))
    }),
    ("a counter and microseconds", |n, prng| {
        let micros = n * 20_000 + prng.below(500) as u32;
        datagram([0x81, 0x01], n as u16, micros * 50, 9, &noise(prng, 80))
    }),
    ("a counter that is little-endian: RakNet", |n, prng| {
        let mut bytes = noise(prng, 60);
        bytes[0] = 0x84;
        bytes[1..4].copy_from_slice(&n.to_le_bytes()[..3]);
        bytes[4..12].copy_from_slice(&[0x60, 0x01, 0x80, 0, 0, 0, 0, 0]);
        bytes
    }),
    ("ENet: milliseconds, command, counter", |n, prng| {
        let body = [&[0, 24][..], &noise(prng, 24)].concat();
        let command = 0x0601_0000 + (n & 0xffff);
        datagram([0x8f, 0xff], (n * 20) as u16, command, 0x0018_0000, &body)
    }),
    ("ESP in UDP (AES-GCM): index, counter, vector", |n, prng| {
        datagram(
            [0x9a, 0xbc],
            0xdef0,
            n,
            0,
            &[&n.to_be_bytes()[..], &noise(prng, 60)].concat(),
        )
    }),
    (
        "remote desktop: acknowledgements, window, flags",
        |n, prng| {
            datagram(
                [0xa0, 0x11],
                (n * 2) as u16,
                0x0040_0004,
                0x0001_0203,
                &noise(prng, 4),
            )
        },
    ),
    ("memcached: request, part, parts", |n, prng| {
        datagram(
            [0x80, 0x05],
            n as u16,
            1400 << 16,
            0x5641_4c55,
            &noise(prng, 80),
        )
    }),
    ("IAX2: call numbers, milliseconds, counters", |n, prng| {
        let counters = (n % 256) << 24 | (n % 256) << 16 | 0x0604;
        datagram([0x80, 0x01], 2, n * 20, counters, &noise(prng, 8))
    }),
    ("synchrophasors: magic, length, seconds", |n, prng| {
        let time = [0x0007_5a5a, (n / 50) << 16 | 0x000f];
        datagram([0xaa, 0x01], 68, time[0], time[1], &noise(prng, 50))
    }),
    ("BACnet: magic, length, service", |n, prng| {
        let len = 20 + (n % 4) as u16;
        datagram([0x81, 0x0a], len, 0x0120_ffff, 0x00ff_1008, &noise(prng, 8))
    }),
    ("a number that stays until it is acknowledged", |n, prng| {
        datagram(
            [0x80, 0x11],
            (n / 9) as u16,
            n * 320,
            0xabcd,
            &noise(prng, 30),
        )
    }),
    ("a random sequence number, a clock", |n, prng| {
        datagram(
            [0x80, 0x60],
            prng.next_u32() as u16,
            n * 960,
            5,
            &noise(prng, 30),
        )
    }),
    ("a payload type that counts", |n, prng| {
        datagram(
            [0x80, (n % 60) as u8],
            n as u16,
            n * 960,
            5,
            &noise(prng, 30),
        )
    }),
    ("no payload at all", |n, _| {
        datagram([0x80, 0x60], n as u16, n * 960, 5, &[])
    }),
];

#[test]
fn no_stream_in_other_protocols() {
    for (name, packet) in PROTOCOLS {
        for (seed, ms, both) in [(1, 20, false), (2, 3, true), (3, 200, true)] {
            let mut prng = Prng::new(seed);
            let packets: Vec<_> = (0..600).map(|n| packet(n, &mut prng)).collect();
            let analysis = send(&packets, ms, false, both);
            let found: Vec<_> = analysis.streams.iter().map(|s| s.ssrc).collect();
            assert!(found.is_empty(), "{name}, {ms} ms: {found:?}");
            assert_eq!(analysis.protocols.rtp, 0, "{name}");
        }
    }
}

/// Ciphertext that begins like RTP, in every pattern of what is constant.
#[test]
fn no_stream_in_random_datagrams_whatever_is_constant() {
    for constant in 0u16..1 << 6 {
        let mut prng = Prng::new(u64::from(constant));
        let fixed: [u8; 12] = prng.bytes();
        let packets: Vec<_> = (0..200)
            .map(|_| {
                let mut bytes = noise(&mut prng, 50);
                // Two bytes for each bit: flags and type, number, timestamp, source.
                for i in (0..12).filter(|i| constant >> (i / 2) & 1 == 1) {
                    bytes[i] = fixed[i];
                }
                bytes[0] = 0x80 | bytes[0] & 0x3f;
                bytes
            })
            .collect();
        let analysis = send(&packets, 10, false, true);
        assert_eq!(analysis.streams.len(), 0, "{constant:06b}");
    }
}

#[test]
fn a_flood_on_a_proven_path_is_no_stream() {
    let mut prng = Prng::new(7);
    let flood: Vec<_> = (0..2_000)
        .map(|_| {
            let mut bytes = noise(&mut prng, 60);
            bytes[0] = 0x80;
            bytes
        })
        .collect();
    assert_eq!(send(&flood, 1, true, true).streams.len(), 0);
    // One SSRC, random numbers: no stream with absurd loss either.
    let one: Vec<_> = (0..2_000)
        .map(|n| {
            let number = prng.next_u32() as u16;
            datagram([0x80, 0x60], number, n * 960, 0x1234, &noise(&mut prng, 40))
        })
        .collect();
    assert_eq!(send(&one, 1, true, false).streams.len(), 0);
}

/// What must be found although it resembles the traps: `(what, packets, milliseconds apart, proven)`.
#[test]
fn real_streams_are_found_with_little_evidence() {
    let mut prng = Prng::new(3);
    let mut media = |n: u32, step: u32, pt: u8| {
        let marker = if n == 0 { 0x80 } else { 0 };
        datagram(
            [0x80, pt | marker],
            65_530u16.wrapping_add(n as u16),
            n * step,
            77,
            &noise(&mut prng, 60),
        )
    };
    let mut real: Vec<(&str, Vec<Vec<u8>>, u64, bool)> = vec![
        (
            "four packets of G.711",
            (0..4).map(|n| media(n, 160, 0)).collect(),
            20,
            false,
        ),
        (
            "Opus over a wrap",
            (0..50).map(|n| media(n, 960, 111)).collect(),
            20,
            false,
        ),
        (
            "a dynamic type below 64",
            (0..10).map(|n| media(n, 960, 36)).collect(),
            20,
            false,
        ),
        (
            "text at 1 kHz",
            (0..10).map(|n| media(n, 300, 98)).collect(),
            300,
            false,
        ),
        (
            "comfort noise",
            (0..5).map(|n| media(n, 40_000, 13)).collect(),
            5_000,
            false,
        ),
        (
            "short packets",
            (0..80).map(|n| media(n, 48, 97)).collect(),
            1,
            false,
        ),
        (
            "one packet on a proven path",
            vec![media(0, 0, 97)],
            20,
            true,
        ),
    ];
    let often: Vec<_> = (0..40).map(|n| media(n, 960, 111)).collect();
    let twice = often.iter().flat_map(|p| [p.clone(), p.clone()]).collect();
    real.push(("every packet twice", twice, 10, false));
    let third = (0..300).map(|n| media(n, 960, 111));
    let lossy = third
        .filter(|p| (p[3].wrapping_mul(97) ^ p[2]) % 10 >= 3)
        .collect();
    real.push(("a third lost", lossy, 29, false));
    let frames = (0..12)
        .map(|n| media(n, 0, 96))
        .enumerate()
        .map(|(i, mut p)| {
            p[1] = if i % 6 == 5 { 0xe0 } else { 0x60 };
            p[4..8].copy_from_slice(&(i as u32 / 6 * 3_000).to_be_bytes());
            p
        });
    real.push(("two frames of video", frames.collect(), 2, false));
    for (name, packets, ms, proven) in real {
        let found = send(&packets, ms, proven, false);
        let [stream] = &found.streams[..] else {
            panic!("{name}: {} streams", found.streams.len());
        };
        assert_eq!(stream.packets, packets.len() as u64, "{name}");
    }
}

/// RTCP of the same source makes a stream of what is too short to stand alone.
#[test]
fn rtcp_that_names_a_source_is_evidence() {
    let mut prng = Prng::new(4);
    let short: Vec<_> = (0..2u32)
        .map(|n| {
            datagram(
                [0x80, 0x60],
                n as u16,
                n * 960,
                0x0bad_cafe,
                &noise(&mut prng, 60),
            )
        })
        .collect();
    assert_eq!(send(&short, 20, false, false).streams.len(), 0);
    for ssrc in [0x0bad_cafeu32, 0x0bad_0000] {
        // An empty receiver report, then SRTCP's ciphertext.
        let mut report = vec![0x80, 201, 0, 1];
        report.extend(ssrc.to_be_bytes());
        report.extend(noise(&mut prng, 14));
        let all = [&short[..], &[report]].concat();
        let found = send(&all, 20, false, false).streams.len();
        assert_eq!(found, usize::from(ssrc == 0x0bad_cafe));
    }
}

/// Beside a stream, a few packets of another source are repair or the end of a call.
#[test]
fn a_stream_is_evidence_for_its_neighbours() {
    let mut prng = Prng::new(5);
    let mut packets: Vec<_> = (0..100u32)
        .map(|n| datagram([0x80, 0x60], n as u16, n * 960, 1, &noise(&mut prng, 60)))
        .collect();
    for (n, source, pt) in [(3, 2, 0x61), (4, 2, 0x61), (9, 3, 0x60), (9, 4, 0x21)] {
        packets.push(datagram(
            [0x80, pt],
            n,
            99 * 960,
            source,
            &noise(&mut prng, 60),
        ));
    }
    let found: Vec<u32> = send(&packets, 20, false, false)
        .streams
        .iter()
        .map(|s| s.ssrc.0)
        .collect();
    assert_eq!(found, [1, 2, 3], "the fourth has a type of its own");
}
