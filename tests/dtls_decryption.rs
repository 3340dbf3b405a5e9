//! DTLS records opened with key logs, over the keyed recordings: as many as an independent decode
//! opened, with what was in them.

#![allow(
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod kit;

use kit::shared::{decoded_captures, recording_folders, shared};
use rtcscope::analysis::model::{Dtls, Openings};
use rtcscope::analysis::{Analysis, Analyzer, ContentKind, Options};
use rtcscope::capture::Capture;
use rtcscope::demux::{Class, classify};
use rtcscope::keys::dtls::{Suite, Version, export_legacy, export_tls13};
use rtcscope::keys::srtp::Profile;
use rtcscope::keys::{KeyLog, Secrets};
use rtcscope::net::{Decoded, Decoder};
use rtcscope::proto::dtls::{DtlsDatagram, ServerHello};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct Opened {
    analysis: Analysis,
    /// The SCTP packets that were in DTLS, with the nanoseconds of their time.
    sctp: Vec<(i64, Vec<u8>)>,
}

impl Opened {
    /// What came of the records of all connections.
    fn records(&self) -> Openings {
        let mut all = Openings::default();
        let connections = self.analysis.connections.iter();
        for decryption in connections.filter_map(|c| c.decryption.value()) {
            all.add(&decryption.dtls);
        }
        all
    }

    fn associations(&self) -> Vec<&Dtls> {
        let connections = self.analysis.connections.iter();
        connections
            .flat_map(|c| c.dtls.iter().chain(&c.other_dtls))
            .collect()
    }
}

/// Analyses the packets after the first `skip` of a capture with the secrets in a text.
fn open_after(skip: u64, capture: &Path, secrets: &[u8]) -> Opened {
    let mut key_log = KeyLog::default();
    key_log.read(secrets);
    let mut analyzer = Analyzer::new(Options {
        secrets: Arc::new(Secrets {
            key_log,
            ..Secrets::default()
        }),
        contents: true,
        ..Options::default()
    });
    let mut frames = Capture::open(capture).unwrap();
    let mut sctp = Vec::new();
    while let Some(frame) = frames.next_frame() {
        if frame.no <= skip {
            continue;
        }
        analyzer.push(&frame);
        let packets = analyzer.contents().filter(|c| c.kind == ContentKind::Sctp);
        let opened = packets.filter(|c| c.decrypted);
        sctp.extend(opened.map(|c| (c.ts.nanos(), c.bytes.to_vec())));
    }
    Opened {
        analysis: analyzer.finish(),
        sctp,
    }
}

fn open(capture: &Path, secrets: &[u8]) -> Opened {
    open_after(0, capture, secrets)
}

/// All captures that there are keys for: folder, capture, independent decode, key log.
fn keyed() -> Vec<(PathBuf, PathBuf, Value, Vec<u8>)> {
    let folders = recording_folders().into_iter();
    let all = folders.filter_map(|f| Some((fs::read(f.join("keylog.txt")).ok()?, f)));
    all.flat_map(|(log, folder)| {
        let captures = decoded_captures(&folder).into_iter();
        captures.map(move |(capture, verify)| (folder.clone(), capture, verify, log.clone()))
    })
    .collect()
}

fn count(verify: &Value, name: &str) -> u64 {
    verify["counts"][name].as_u64().unwrap_or(0)
}

/// The packets of a pcap file without its headers: nanoseconds, bytes.
fn pcap_packets(path: &Path) -> Vec<(i64, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(u32_at(0), 0xa1b2_c3d4, "microseconds, little endian");
    let (mut at, mut all) = (24, Vec::new());
    while at < bytes.len() {
        let (seconds, micros, length) = (u32_at(at), u32_at(at + 4), u32_at(at + 8) as usize);
        let ns = i64::from(seconds) * 1_000_000_000 + i64::from(micros) * 1_000;
        all.push((ns, bytes[at + 16..at + 16 + length].to_vec()));
        at += 16 + length;
    }
    all
}

#[test]
fn every_record_of_the_keyed_recordings_opens() {
    let mut wrong = Vec::new();
    for (_, capture, verify, log) in keyed() {
        let opened = open(&capture, &log);
        let records = opened.records();
        let ours = (records.opened, records.failed, opened.sctp.len() as u64);
        let theirs = (
            count(&verify, "dtls_decrypted"),
            0,
            count(&verify, "sctp_packets"),
        );
        if ours != theirs {
            wrong.push(format!("{}: {ours:?}, not {theirs:?}", capture.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sctp_is_byte_for_byte_what_an_independent_decode_got() {
    let mut compared = 0;
    for (folder, capture, _, log) in keyed() {
        let expected = folder.join("decrypted-sctp.pcap");
        if !capture.ends_with("capture.pcapng") || !expected.exists() {
            continue;
        }
        let expected = pcap_packets(&expected);
        let ours = open(&capture, &log).sctp;
        assert_eq!(ours.len(), expected.len(), "{}", capture.display());
        for ((ns, bytes), (expected_ns, expected)) in ours.iter().zip(&expected) {
            assert_eq!(bytes, expected, "{}", capture.display());
            // Their times went through floating point.
            assert!((ns - expected_ns).abs() <= 5_000, "{ns} {expected_ns}");
        }
        compared += 1;
    }
    assert!(shared("captures").is_none() || compared >= 10, "{compared}");
}

fn hex(text: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}

/// The ServerHello of a capture of DTLS 1.2 with one association: random and suite.
fn server_hello(capture: &Path) -> ([u8; 32], u16) {
    let mut frames = Capture::open(capture).unwrap();
    let mut decoder = Decoder::new();
    while let Some(frame) = frames.next_frame() {
        let Decoded::Udp(datagram) = decoder.decode(&frame) else {
            continue;
        };
        if classify(datagram.payload, 0) != Class::Dtls {
            continue;
        }
        let records = DtlsDatagram::new(datagram.payload, 0).records();
        let messages = records.map_while(Result::ok).flat_map(|r| r.handshakes());
        for message in messages.map_while(Result::ok) {
            if message.message_type == 2 {
                let hello = ServerHello::parse(message.body, 0).value;
                let random = hello.random.try_into().unwrap();
                return (random, hello.cipher_suite.unwrap());
            }
        }
    }
    panic!("no ServerHello in {}", capture.display());
}

#[test]
fn srtp_keys_are_those_that_an_independent_decode_exported() {
    let mut compared = 0;
    for (_, capture, verify, log) in keyed() {
        let mut key_log = KeyLog::default();
        key_log.read(&log);
        let Some(expected) = verify["srtp_keys"].as_array() else {
            continue;
        };
        for expected in expected {
            let text = |name: &str| expected[name].as_str().unwrap();
            let profile = Profile::from_sdes(text("profile")).unwrap();
            let wanted = ["client_key", "server_key", "client_salt", "server_salt"];
            let wanted = wanted.map(|name| hex(text(name)));
            let exported = key_log.sessions().iter().filter_map(|session| {
                if let Some(secret) = session.get("EXPORTER_SECRET") {
                    return export_tls13(profile, secret);
                }
                let (random, suite) = server_hello(&capture);
                let suite = Suite::find(suite).unwrap();
                let (master, client) = (session.get("CLIENT_RANDOM")?, session.client_random());
                export_legacy(profile, Version::Dtls12, suite, master, client, &random)
            });
            let found = exported.into_iter().any(|keys| {
                let (client, server) = (keys.client, keys.server);
                let ours = [client.key, server.key, client.salt, server.salt];
                ours.iter()
                    .zip(&wanted)
                    .all(|(ours, wanted)| ours[..] == wanted[..])
            });
            assert!(found, "{}", capture.display());
            compared += 1;
        }
    }
    assert!(shared("captures").is_none() || compared >= 30, "{compared}");
}

#[test]
fn what_was_encrypted_of_the_handshake_is_told() {
    let mut compared = 0;
    for (_, capture, verify, log) in keyed() {
        let opened = open(&capture, &log);
        let ours = opened.associations();
        for expected in verify["dtls"].as_array().into_iter().flatten() {
            let client = expected["client"].as_str().unwrap();
            let is_it = |d: &&&Dtls| d.client.value().is_some_and(|c| c.to_string() == client);
            // Behind a relay the independent decode names the relay.
            let Some(dtls) = ours
                .iter()
                .find(is_it)
                .or(ours.first().filter(|_| ours.len() == 1))
            else {
                panic!("{}: no association of {client}", capture.display());
            };
            let profile = dtls.srtp_profile.value().cloned();
            let wanted = expected["srtp"].as_str().map(|name| {
                // One of them has another name in the registry than in session descriptions.
                name.replace("AES_CM_128_HMAC", "AES128_CM_HMAC")
            });
            assert_eq!(profile, wanted, "{}", capture.display());
            let certificates = dtls.certificates.value().unwrap();
            assert_eq!(certificates.len(), 2, "{}", capture.display());
            let finished = dtls.messages.iter().filter(|m| m.name == "Finished");
            let finished: u64 = finished.map(|m| m.count).sum();
            assert_eq!(finished, 2, "{}", capture.display());
            assert!(dtls.encrypted_alerts.is_empty(), "{}", capture.display());
            compared += 1;
        }
    }
    assert!(shared("captures").is_none() || compared >= 30, "{compared}");
}

/// The fingerprints that a session description announces.
fn announced(sdp: &Path) -> Vec<String> {
    let text = fs::read_to_string(sdp).unwrap();
    let lines = text
        .lines()
        .filter_map(|l| l.strip_prefix("a=fingerprint:sha-256 "));
    lines.map(|l| l.trim().to_uppercase()).collect()
}

#[test]
fn certificates_of_dtls_13_have_the_announced_fingerprints() {
    let Some(folder) = shared("captures/cc-vp8-clean") else {
        return;
    };
    let log = fs::read(folder.join("keylog.txt")).unwrap();
    let opened = open(&folder.join("capture.pcapng"), &log);
    let [dtls] = opened.associations()[..] else {
        panic!("one association");
    };
    let mut announced: Vec<String> = ["offer.sdp", "answer.sdp"]
        .iter()
        .flat_map(|name| announced(&folder.join(name)))
        .collect();
    announced.dedup();
    for certificate in dtls.certificates.value().unwrap() {
        assert!(certificate.content.is_ok());
        assert!(announced.contains(&certificate.fingerprint.to_uppercase()));
    }
}

#[test]
fn a_refused_certificate_is_told_by_its_alert() {
    let Some(folder) = shared("captures/fail-fingerprint") else {
        return;
    };
    let capture = folder.join("capture.pcapng");
    let with_keys = open(&capture, &fs::read(folder.join("keylog.txt")).unwrap());
    let dtls = with_keys.associations()[0];
    let stopped = dtls.stopped.clone().unwrap();
    assert!(stopped.contains("fatal alert"), "{stopped}");
    assert!(!stopped.contains("probably"), "{stopped}");
    let alerts = dtls.alerts.value().unwrap();
    assert!(
        alerts.iter().any(|(words, _)| words.starts_with("fatal")),
        "{alerts:?}"
    );
    let without = open(&capture, b"");
    let stopped = without.associations()[0].stopped.clone().unwrap();
    assert!(stopped.contains("probably"), "{stopped}");
}

/// A key log with changes made to its lines.
fn changed(log: &[u8], change: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    let text = std::str::from_utf8(log).unwrap();
    text.lines()
        .filter_map(change)
        .map(|l| l + "\n")
        .collect::<String>()
        .into_bytes()
}

/// A line whose last digit is another.
fn flipped(line: &str) -> String {
    let line = line.trim_end();
    let last = if line.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &line[..line.len() - 1])
}

#[test]
fn broken_key_logs_are_failures_that_disturb_nothing() {
    let all = keyed();
    for name in ["cc-vp8-clean", "fc-vp8-dtls12"] {
        let found = all.iter().find(|(folder, ..)| folder.ends_with(name));
        let Some((_, capture, verify, log)) = found else {
            continue;
        };
        let total = count(verify, "dtls_decrypted");
        let without = open(capture, b"");
        assert!(without.analysis.connections[0].decryption.value().is_none());

        // Of other sessions: nothing opens, nothing fails.
        let other = changed(log, |line| {
            let mut words: Vec<&str> = line.split(' ').collect();
            let random = "7".repeat(64);
            words[1] = &random;
            Some(words.join(" "))
        });
        let opened = open(capture, &other);
        let records = opened.records();
        assert_eq!((records.opened, records.failed), (0, 0), "{name}");
        assert_eq!(
            opened.analysis.connections[0].dtls,
            without.analysis.connections[0].dtls
        );

        // A bit of every secret is flipped: every record fails, and the rest is as without keys.
        let opened = open(capture, &changed(log, |line| Some(flipped(line))));
        let records = opened.records();
        assert_eq!((records.opened, records.failed), (0, total), "{name}");
        let first = records.first_failed.unwrap();
        let dtls = opened.associations()[0];
        assert!(
            dtls.flights
                .iter()
                .any(|f| f.transmissions[0].packet <= first)
        );
        assert_eq!(
            opened.analysis.connections[0].dtls,
            without.analysis.connections[0].dtls
        );
        assert!(opened.sctp.is_empty());

        // Cut off in the middle of a secret.
        for end in [log.len() / 2, log.len() / 4, 10] {
            let records = open(capture, &log[..end]).records();
            assert!(
                records.opened + records.failed + records.no_key <= total,
                "{name}"
            );
            assert_eq!(records.failed, 0, "{name}: what has no key is no failure");
        }
    }
    // One side's application secret is damaged: the other side's records open.
    let found = all
        .iter()
        .find(|(folder, ..)| folder.ends_with("cc-vp8-clean"));
    if let Some((_, capture, verify, log)) = found {
        let damaged = changed(log, |line| {
            let is_it = line.starts_with("CLIENT_TRAFFIC_SECRET_0");
            Some(if is_it {
                flipped(line)
            } else {
                line.to_owned()
            })
        });
        let opened = open(capture, &damaged);
        let records = opened.records();
        assert!(records.opened > 100 && records.failed > 100);
        assert_eq!(
            records.opened + records.failed,
            count(verify, "dtls_decrypted")
        );
        let dtls = opened.associations()[0];
        assert_eq!(dtls.certificates.value().map(Vec::len), Some(2));
    }
}

#[test]
fn a_call_of_dtls_13_opens_from_the_middle() {
    for name in [
        "cc-vp8-clean",
        "cf-vp9-dtls13",
        "cc-ice-restart",
        "cc-nobundle",
    ] {
        let all = keyed();
        let found = all.iter().find(|(folder, ..)| folder.ends_with(name));
        let Some((_, capture, _, log)) = found else {
            continue;
        };
        let whole = open(capture, log);
        let opened = open_after(700, capture, log);
        let records = opened.records();
        assert_eq!(records.failed, 0, "{name}");
        assert_eq!(records.no_key, 0, "{name}");
        assert!(records.opened > 20, "{name}: {}", records.opened);
        let rest = &whole.sctp[whole.sctp.len() - opened.sctp.len()..];
        assert_eq!(opened.sctp, rest, "{name}");
    }
}

#[test]
fn a_call_of_dtls_12_does_not_open_from_the_middle() {
    let all = keyed();
    let found = all
        .iter()
        .find(|(folder, ..)| folder.ends_with("fc-vp8-dtls12"));
    let Some((_, capture, _, log)) = found else {
        return;
    };
    let opened = open_after(700, capture, log);
    let records = opened.records();
    assert_eq!((records.opened, records.failed), (0, 0));
    assert!(opened.sctp.is_empty());
}
