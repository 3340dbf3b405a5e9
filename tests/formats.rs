//! One capture in 31 file formats and link layers: each must give the same datagrams.
//!
//! `expected.json` has what tshark finds in each: how many UDP payloads, and the SHA-1 of their
//! hexadecimal forms, one a line. The files are not part of the repository; the tests say so and
//! pass where they are missing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic
)]

mod kit;

use kit::shared::shared;
use std::fmt::Write;
use std::path::Path;

use rtcscope::capture::{Capture, Format};
use rtcscope::net::{Decoded, Decoder, Path as Flow};
use rtcscope::time::Timestamp;

/// A datagram of a file, as it must be in all of them.
#[derive(Debug, PartialEq)]
struct Seen {
    ts: Timestamp,
    path: Flow,
    missing: u32,
    payload: Vec<u8>,
}

#[derive(Debug)]
struct Contents {
    datagrams: Vec<Seen>,
    icmp: usize,
    unread: Vec<String>,
    problems: Vec<&'static str>,
}

fn read(file: &Path) -> Contents {
    let mut capture = Capture::open(file).unwrap();
    let mut decoder = Decoder::new();
    let mut contents = Contents {
        datagrams: Vec::new(),
        icmp: 0,
        unread: Vec::new(),
        problems: Vec::new(),
    };
    while let Some(frame) = capture.next_frame() {
        match decoder.decode(&frame) {
            Decoded::Udp(datagram) => contents.datagrams.push(Seen {
                ts: datagram.ts,
                path: datagram.path,
                missing: datagram.missing,
                payload: datagram.payload.to_vec(),
            }),
            Decoded::Icmp => contents.icmp += 1,
            Decoded::NotIp(0x0806) | Decoded::Tcp(_) => {}
            other => contents.unread.push(format!("{}: {other:?}", frame.no)),
        }
    }
    contents.problems = capture.problems().iter().map(|p| p.code).collect();
    contents
}

#[test]
fn every_format_gives_what_tshark_finds() {
    let Some(dir) = shared("captures/formats") else {
        return;
    };
    let expected = std::fs::read_to_string(dir.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    let expected = expected.as_object().unwrap();
    assert!(expected.len() >= 30, "{} files", expected.len());
    for (name, tshark) in expected {
        let contents = read(&dir.join(name));
        // tshark also counts the datagrams that ICMP errors quote.
        let count = contents.datagrams.len() + contents.icmp;
        assert_eq!(
            Some(count as u64),
            tshark["tshark_udp_payloads"].as_u64(),
            "{name}"
        );
        if contents.icmp == 0 {
            let payloads: Vec<_> = contents.datagrams.iter().map(|d| hex(&d.payload)).collect();
            let digest = hex(&sha1(payloads.join("\n").as_bytes()));
            assert_eq!(Some(&digest[..12]), tshark["sha1"].as_str(), "{name}");
        }
        assert_eq!(contents.unread, [""; 0], "{name}");
        let problems: &[&str] = match name.as_str() {
            "truncated-mid-packet.pcap" => &["truncated-file"],
            "spb.pcapng" => &["no-timestamp"],
            _ => &[],
        };
        assert_eq!(contents.problems, problems, "{name}");
    }
}

#[test]
fn times_and_addresses_do_not_depend_on_the_format() {
    let Some(dir) = shared("captures/formats") else {
        return;
    };
    let base = read(&dir.join("base-le-usec.pcap")).datagrams;
    assert_eq!(base[0].missing, 0);
    let mut compared = 0;
    for entry in std::fs::read_dir(&dir).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        if ["expected.json", "dsb-full.pcapng", "empty.pcap"].contains(&name) {
            continue;
        }
        let these = read(&file).datagrams;
        for (a, b) in base.iter().zip(&these) {
            assert_eq!(a.path, b.path, "{name}");
            assert_eq!(
                a.payload.len(),
                b.payload.len() + b.missing as usize,
                "{name}"
            );
            assert!(a.payload.starts_with(&b.payload), "{name}");
            // Nanoseconds were cut off to make the base; simple packet blocks have no time.
            let off_ns = (a.ts - b.ts).nanos().abs();
            assert!(
                off_ns < 1_000 || name == "spb.pcapng",
                "{name}: {off_ns} ns"
            );
        }
        compared += 1;
    }
    assert!(compared >= 28, "{compared}");
}

#[test]
fn secrets_and_format_are_told() {
    let Some(dir) = shared("captures/formats") else {
        return;
    };
    let mut capture = Capture::open(&dir.join("dsb-full.pcapng")).unwrap();
    while capture.next_frame().is_some() {}
    assert_eq!(capture.format(), Format::PcapNg);
    let [secret, ..] = capture.secrets() else {
        panic!("no secrets");
    };
    assert_eq!(secret.kind, rtcscope::capture::Secret::TLS_KEY_LOG);
    assert!(
        secret
            .data
            .windows(23)
            .any(|w| w == b"CLIENT_TRAFFIC_SECRET_0")
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    })
}

/// SHA-1 (FIPS 180-4), only to compare with digests made by other tools.
fn sha1(data: &[u8]) -> [u8; 20] {
    let mut state = [
        0x6745_2301_u32,
        0xefcd_ab89,
        0x98ba_dcfe,
        0x1032_5476,
        0xc3d2_e1f0,
    ];
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(64) - 8, 0);
    padded.extend((data.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut w = [0u32; 80];
        for (word, bytes) in w.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes(bytes.try_into().unwrap());
        }
        for t in 16..80 {
            w[t] = (w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in w.iter().enumerate() {
            let (f, k) = match t {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(f)
                .wrapping_add(e)
                .wrapping_add(k)
                .wrapping_add(*word);
            (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
        }
        for (sum, more) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(more);
        }
    }
    let mut digest = [0; 20];
    for (out, word) in digest.chunks_exact_mut(4).zip(state) {
        out.copy_from_slice(&word.to_be_bytes());
    }
    digest
}
