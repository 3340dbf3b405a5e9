//! Captures that others made, good and broken ones: all must be read to their end, at once.
//!
//! The files are not part of the repository; the test says so and passes where they are missing.
//! With `COUNTS=1` in the environment it prints what it found in each, for comparison with
//! other tools.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic
)]
#![allow(clippy::print_stdout)] // to say what was skipped

mod kit;

use kit::shared::{files_below, shared};

use rtcscope::capture::{Capture, OpenError};
use rtcscope::net::{Decoded, Decoder};

#[test]
fn every_capture_is_read_to_its_end() {
    let Some(corpus) = shared("corpus/captures") else {
        return;
    };
    let verbose = std::env::var_os("COUNTS").is_some();
    let files = files_below(&corpus);
    let (mut captures, mut datagrams) = (0, 0u64);
    for file in &files {
        let mut capture = match Capture::open(file) {
            Ok(capture) => capture,
            Err(OpenError::NotACapture { .. } | OpenError::Empty) => continue,
            Err(e) => panic!("{}: {e}", file.display()),
        };
        captures += 1;
        let mut decoder = Decoder::new();
        let (mut udp, mut tcp, mut malformed) = (0u64, 0u64, 0u64);
        while let Some(frame) = capture.next_frame() {
            match decoder.decode(&frame) {
                Decoded::Udp(_) => udp += 1,
                Decoded::Tcp(_) => tcp += 1,
                Decoded::Malformed(_) => malformed += 1,
                _ => {}
            }
        }
        datagrams += udp;
        assert_eq!(
            capture.total_bytes(),
            Some(capture.bytes_read()),
            "{}",
            file.display()
        );
        if verbose {
            println!(
                "COUNT\t{}\t{}\t{udp}\t{tcp}\t{malformed}\t{:?}\t{:?}",
                file.display(),
                capture.packets(),
                decoder.fragment_stats(),
                capture.problems()
            );
        }
    }
    println!("{captures} captures, {datagrams} datagrams");
    assert!(
        captures > 100,
        "{captures} captures found below {}",
        corpus.display()
    );
}

/// The whole analysis of each, in seconds, and no stream in traffic that has none.
#[test]
fn every_capture_is_analysed_in_seconds() {
    let Some(corpus) = shared("corpus/captures") else {
        return;
    };
    let files = files_below(&corpus);
    let mut analysed = 0;
    for file in &files {
        let started = std::time::Instant::now();
        let Ok(analysis) = rtcscope::analyze(file, &rtcscope::analysis::Options::default()) else {
            continue;
        };
        analysed += 1;
        // Generous: a debug build on a busy machine. A hang is what this is about.
        assert!(started.elapsed().as_secs() < 30, "{}", file.display());
        for stream in &analysis.streams {
            assert!(stream.lost <= stream.expected, "{}", file.display());
            assert!(stream.packets > 0 && stream.last_seen >= stream.first_seen);
        }
    }
    println!("{analysed} captures analysed");
    assert!(analysed > 100);
}

/// DTLS of VPNs and access points, TURN's Allocate as a way to ask for the time there and back, SSDP,
/// and messengers that wrap what they send: none of this is a peer connection.
#[test]
fn no_connection_where_there_is_none() {
    let Some(dir) = shared("corpus/captures") else {
        return;
    };
    let files = [
        "nDPI/anyconnect-vpn.pcap",
        "nDPI/capwap.pcap",
        "nDPI/dtls2.pcap",
        "nDPI/ssdp-m-search.pcap",
        "nDPI/telegram.pcap",
        "nDPI/tinc.pcap",
        "nDPI/whatsapp_voice_and_message.pcap",
        "nDPI/zoom.pcap",
        "peafowl/whatsapp.pcap",
        "arkime/wireshark-dtls12.pcap",
    ];
    let mut seen = 0;
    for file in files.map(|f| dir.join(f)).iter().filter(|f| f.exists()) {
        let analysis = rtcscope::analyze(file, &rtcscope::analysis::Options::default()).unwrap();
        assert_eq!(analysis.connections.len(), 0, "{}", file.display());
        seen += 1;
    }
    assert!(seen >= 6, "{seen} of the captures are there");
}
