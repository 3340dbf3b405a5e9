//! Dumps of other programs as inputs: recordings of real ones hold what the captures beside them do.
//!
//! The files are not part of the repository; the tests say so and pass where they are missing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::shared::{files_below, shared};
use rtcscope::analysis::model::{Kind, Stream};
use rtcscope::analysis::{Analysis, Analyzer, ContentKind, Known, Options};
use rtcscope::capture::{Capture, Format};
use rtcscope::keys::{KeyLog, Secrets};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Packets, each with how often it is there.
type Bag = BTreeMap<Vec<u8>, usize>;

fn bag(packets: impl IntoIterator<Item = Vec<u8>>) -> Bag {
    let mut bag = Bag::new();
    for packet in packets {
        *bag.entry(packet).or_default() += 1;
    }
    bag
}

/// A packet of a file: where it comes from, when, and what UDP carries.
struct Sent {
    from: Ipv4Addr,
    ns: i64,
    payload: Vec<u8>,
}

fn sent(mut capture: Capture) -> Vec<Sent> {
    let mut all = Vec::new();
    while let Some(frame) = capture.next_frame() {
        let from: [u8; 4] = frame.data[12..16].try_into().unwrap();
        all.push(Sent {
            from: from.into(),
            ns: frame.ts.nanos(),
            payload: frame.data[28..].to_vec(),
        });
    }
    all
}

fn open(path: &Path) -> Capture {
    Capture::open(path).unwrap()
}

/// What both ends sent, by who sends: all that `from` does, and the rest.
fn ways(all: &[Sent], from: Ipv4Addr) -> [Bag; 2] {
    [true, false].map(|own| {
        let those = all.iter().filter(|s| (s.from == from) == own);
        bag(those.map(|s| s.payload.clone()))
    })
}

const CHROME_LOG: &str = "captures/art-rtpdump/chrome_debug.log";

/// The lines of the log, read here without anything of rtcscope.
fn lines(log: &Path) -> Vec<(bool, Vec<u8>)> {
    let text = std::fs::read_to_string(log).unwrap();
    let lines = text.lines().filter_map(|l| l.strip_suffix(" # RTP_DUMP"));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let bytes = words[3..].iter();
            let bytes = bytes.map(|b| u8::from_str_radix(b, 16).unwrap());
            (words[0] == "O", bytes.collect())
        })
        .collect()
}

#[test]
fn every_packet_of_a_log_of_chrome_is_read() {
    let Some(log) = shared(CHROME_LOG) else {
        return;
    };
    let mut capture = open(&log);
    assert_eq!(capture.format(), Format::ChromeLog);
    let dump = capture.dump().unwrap().clone();
    assert!(dump.is_clear && !dump.is_dated);
    let mut read = Vec::new();
    while let Some(frame) = capture.next_frame() {
        read.push((frame.data[12] == 192, frame.data[28..].to_vec()));
    }
    assert_eq!(read.len(), 1793);
    assert!(read == lines(&log));
    let problems: Vec<_> = capture.problems().iter().map(|p| p.code).collect();
    assert_eq!(problems, ["made-up-addresses", "no-date"]);
}

/// The capture was made at the same time, and decrypted by another program.
#[test]
fn a_log_of_chrome_holds_what_decryption_gives() {
    let (Some(log), Some(decrypted)) = (
        shared(CHROME_LOG),
        shared("captures/art-rtpdump/decrypted-rtp.pcap"),
    ) else {
        return;
    };
    let (log, decrypted) = (sent(open(&log)), sent(open(&decrypted)));
    let local = Ipv4Addr::new(10, 77, 1, 2);
    let logged = ways(&log, Ipv4Addr::new(192, 0, 2, 1));
    assert!(logged == ways(&decrypted, local));
    let took = |all: &[Sent]| all[all.len() - 1].ns - all[0].ns;
    let difference = (took(&log) - took(&decrypted)).abs();
    assert!(difference < 20_000_000, "{difference} ns");
}

/// text2pcap reads the lines too, once somebody has picked them out.
#[test]
fn a_log_of_chrome_is_read_as_text2pcap_reads_it() {
    let Some(log) = shared(CHROME_LOG) else {
        return;
    };
    let out = tempfile::NamedTempFile::new().unwrap();
    let tool = Command::new("text2pcap")
        .args(["-q", "-D", "-u", "1000,2000", "-t", "%H:%M:%S.%f", "-"])
        .arg(out.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut tool) = tool else {
        eprintln!("skipped: text2pcap is not here");
        return;
    };
    let text = std::fs::read_to_string(&log).unwrap();
    let mut picked = String::new();
    for line in text.lines().filter(|l| l.ends_with("# RTP_DUMP")) {
        picked.push_str(line);
        picked.push('\n');
    }
    tool.stdin
        .take()
        .unwrap()
        .write_all(picked.as_bytes())
        .unwrap();
    assert!(tool.wait().unwrap().success());
    let mut capture = open(out.path());
    let mut theirs = Vec::new();
    while let Some(frame) = capture.next_frame() {
        theirs.push((frame.ts.nanos(), frame.data[14 + 28..].to_vec()));
    }
    let ours = sent(open(&log));
    let picked = sent(Capture::from_reader(Box::new(Cursor::new(picked))).unwrap());
    assert_eq!((theirs.len(), ours.len()), (1793, 1793));
    for ((t, o), p) in theirs.iter().zip(&ours).zip(&picked) {
        assert!(t.1 == o.payload && t.1 == p.payload);
        assert_eq!((t.0 - theirs[0].0, p.ns), (o.ns - ours[0].ns, o.ns));
    }
}

fn analyze(path: &Path) -> Analysis {
    rtcscope::analyze(path, &Options::default()).unwrap()
}

/// What is counted of a stream.
type Counts = (Kind, u64, u64, u64, u64);

fn counts(analysis: &Analysis) -> BTreeMap<u32, Counts> {
    let count = |s: &Stream| (s.kind, s.packets, s.expected, s.lost, s.duplicated);
    let streams = analysis.streams.iter();
    streams.map(|s| (s.ssrc.0, count(s))).collect()
}

#[test]
fn streams_of_a_dump_are_those_of_the_capture() {
    let Some(folder) = shared("captures/art-rtpdump") else {
        return;
    };
    let dump = analyze(&folder.join("chrome_debug.log"));
    let capture = analyze(&folder.join("capture.pcapng"));
    assert_eq!(dump.streams.len(), 6);
    assert_eq!(counts(&dump), counts(&capture));
    assert_eq!(dump.connections.len(), 1);
    assert!(
        dump.streams
            .iter()
            .all(|s| s.encrypted == Known::Yes(false))
    );
    assert_eq!(dump.protocols.rtcp, 348);
    assert!(
        dump.streams
            .iter()
            .any(|s| s.feedback.value().is_some_and(|f| f.reports.is_some()))
    );
}

#[test]
fn recordings_of_janus_hold_what_the_capture_does() {
    let Some(folder) = shared("captures/janus-echotest") else {
        return;
    };
    // Janus numbers sources anew; behind the fixed header all is as it came.
    let behind = |all: Vec<Sent>| all.into_iter().map(|s| s.payload[12..].to_vec());
    let captured = bag(behind(sent(open(&folder.join("decrypted-rtp.pcap")))));
    let whole = analyze(&folder.join("capture.pcapng"));
    let began = whole.capture.first.unwrap();
    for (file, packets, codec, clock) in [
        ("rec-audio.mjr", 615, "opus", 48_000),
        ("rec-video.mjr", 226, "VP8", 90_000),
    ] {
        let path = folder.join(file);
        assert_eq!(open(&path).format(), Format::JanusRecording);
        for packet in bag(behind(sent(open(&path)))).into_keys() {
            assert!(captured.contains_key(&packet), "{file}");
        }
        let analysis = analyze(&path);
        let [stream] = &analysis.streams[..] else {
            panic!("{file}: {} streams", analysis.streams.len());
        };
        assert_eq!((stream.packets, stream.lost), (packets, 0), "{file}");
        let told = stream.codec.value().unwrap();
        assert_eq!((&*told.name, told.clock_rate), (codec, clock), "{file}");
        assert!(
            stream.jitter.value().is_some(),
            "{file}: {:?}",
            stream.jitter
        );
        assert_eq!(stream.encrypted, Known::Yes(false));
        // The other streams of the call are in other files.
        let loss = &analysis.connections[0].paths[0].numbers;
        assert!(loss.value().is_none(), "{file}: {loss:?}");
        let late = (analysis.capture.first.unwrap() - began).seconds();
        assert!(
            (0.0..5.0).contains(&late),
            "{file} begins {late} s after the capture"
        );
    }
}

#[test]
fn messages_of_a_recording_are_those_of_a_data_channel() {
    let Some(file) = shared("captures/janus-echotest/rec-data.mjr") else {
        return;
    };
    let analysis = analyze(&file);
    let channels = analysis.connections[0].data_channels.value().unwrap();
    let [channel] = &channels[..] else {
        panic!("{} channels", channels.len());
    };
    let sent = channel.sent.a.messages;
    assert_eq!(sent, 37);
}

/// rtpdump files of libwebrtc, each read here record by record.
#[test]
fn rtpdump_files_of_libwebrtc_are_read() {
    let Some(corpus) = shared("corpus") else {
        return;
    };
    let mut files = files_below(&corpus.join("captures/libwebrtc_rtpdump"));
    files.extend(
        ["vp8/vp8", "vp9/vp9"]
            .map(|name| corpus.join(format!("fuzz/libwebrtc/rtpdump-corpus/{name}.rtpdump"))),
    );
    assert!(files.len() >= 9);
    for path in files {
        let file = std::fs::read(&path).unwrap();
        let line = file.iter().position(|b| *b == b'\n').unwrap();
        let mut rest = &file[line + 17..];
        let mut wanted = Vec::new();
        while !rest.is_empty() {
            let number = |at: usize| usize::from(u16::from_be_bytes([rest[at], rest[at + 1]]));
            let (length, ms) = (number(0), number(4) << 16 | number(6));
            // Where an encoder had nothing to send, libwebrtc writes a record without a packet.
            if length > 8 {
                wanted.push((ms as i64 * 1_000_000, rest[8..length].to_vec()));
            }
            rest = &rest[length..];
        }
        let got: Vec<_> = sent(open(&path))
            .into_iter()
            .map(|s| (s.ns, s.payload))
            .collect();
        assert!(got == wanted, "{}", path.display());
        let analysis = analyze(&path);
        assert_eq!(analysis.streams.len(), 1, "{}", path.display());
        assert_eq!(analysis.capture.format, "rtpdump");
        assert!(!analysis.capture.is_dated());
    }
}

/// A capture written as rtpdump, and read again.
#[test]
fn a_capture_survives_the_way_through_rtpdump() {
    let Some(path) = shared("captures/art-rtpdump/decrypted-rtp.pcap") else {
        return;
    };
    let all = sent(open(&path));
    let start = all[0].ns;
    let mut file = b"#!rtpplay1.0 10.77.1.2/5004\n".to_vec();
    let seconds = (start / 1_000_000_000) as u32;
    let micros = (start % 1_000_000_000 / 1_000) as u32;
    for word in [seconds, micros, 0x0a4d_0102, 5004 << 16] {
        file.extend(word.to_be_bytes());
    }
    for packet in &all {
        let length = packet.payload.len() as u16;
        let is_rtcp = (192..224).contains(&packet.payload[1]);
        file.extend((length + 8).to_be_bytes());
        file.extend(if is_rtcp { 0 } else { length }.to_be_bytes());
        file.extend((((packet.ns - start) / 1_000_000) as u32).to_be_bytes());
        file.extend(&packet.payload);
    }
    let capture = Capture::from_reader(Box::new(Cursor::new(file))).unwrap();
    assert!(capture.dump().unwrap().is_dated);
    let again = sent(capture);
    assert_eq!(again.len(), all.len());
    for (a, b) in all.iter().zip(&again) {
        assert!(a.payload == b.payload);
        assert!((0..1_001_000).contains(&(a.ns - b.ns)), "{}", a.ns - b.ns);
    }
}

/// Every prefix of real dumps, in steps: what is read is always the beginning of all.
#[test]
fn prefixes_of_real_dumps_give_their_first_packets() {
    let files = [
        CHROME_LOG,
        "captures/janus-echotest/rec-audio.mjr",
        "captures/janus-echotest/rec-data.mjr",
        "corpus/fuzz/libwebrtc/rtpdump-corpus/vp8/vp8.rtpdump",
    ];
    for path in files.iter().filter_map(|f| shared(f)) {
        let file = std::fs::read(&path).unwrap();
        let all = sent(open(&path));
        for n in (0..file.len()).step_by(file.len() / 61 + 1) {
            let reader = Cursor::new(file[..n].to_vec());
            let Ok(capture) = Capture::from_reader(Box::new(reader)) else {
                continue;
            };
            let some = sent(capture);
            let same = some.iter().zip(&all).all(|(a, b)| a.payload == b.payload);
            assert!(same && some.len() < all.len(), "{}: {n}", path.display());
        }
    }
}

/// Packets that were decrypted with the key log, by who sent them: all from `local`, and the rest.
fn decrypted(capture: &Path, key_log: &Path, local: Ipv4Addr) -> [Bag; 2] {
    let mut keys = KeyLog::default();
    keys.read(&std::fs::read(key_log).unwrap());
    let mut analyzer = Analyzer::new(Options {
        secrets: Arc::new(Secrets {
            key_log: keys,
            ..Secrets::default()
        }),
        contents: true,
        ..Options::default()
    });
    let mut capture = open(capture);
    let mut ways: [Vec<Vec<u8>>; 2] = Default::default();
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
        let opened = analyzer.contents().filter(|c| c.decrypted);
        for content in opened.filter(|c| matches!(c.kind, ContentKind::Rtp | ContentKind::Rtcp)) {
            let is_other = content.path.src.ip() != IpAddr::from(local);
            ways[usize::from(is_other)].push(content.bytes.to_vec());
        }
    }
    ways.map(bag)
}

/// Chrome logged what it encrypted and decrypted; the capture has what was on the wire.
#[test]
fn a_log_of_chrome_holds_what_the_keys_open() {
    let Some(folder) = shared("captures/art-rtpdump") else {
        return;
    };
    let log = sent(open(&folder.join("chrome_debug.log")));
    let local = Ipv4Addr::new(10, 77, 1, 2);
    let ours = decrypted(
        &folder.join("capture.pcapng"),
        &folder.join("keylog.txt"),
        local,
    );
    let packets = |ways: &[Bag; 2]| ways.each_ref().map(|w| w.values().sum::<usize>());
    assert_eq!(packets(&ours), [894, 899]);
    assert!(ours == ways(&log, Ipv4Addr::new(192, 0, 2, 1)));
}
