//! DTLS of every recording against its independent decode, and of public captures against what
//! tshark says of them. Both are outside the repository; the tests say so and pass where they are
//! missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::panic
)]

mod kit;

use kit::shared::{files_below, recordings, shared};
use rtcscope::analysis::model::{Analysis, Dtls, DtlsState};
use rtcscope::analysis::{Known, Options};
use rtcscope::capture::Capture;
use rtcscope::demux::{Class, classify};
use rtcscope::net::{Decoded, Decoder};
use rtcscope::proto::dtls::{ClientHello, DtlsDatagram, Reassembler, ServerHello};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn recording(name: &str) -> Option<Analysis> {
    Some(analyze(&shared(&format!("captures/{name}"))?))
}

fn analyze(path: &Path) -> Analysis {
    rtcscope::analyze(path, &Options::default()).unwrap()
}

/// The associations of an independent decode; a plain RTP session has no such field.
fn decoded(verify: &Value) -> &[Value] {
    verify["dtls"].as_array().map_or(&[], Vec::as_slice)
}

/// All associations whose handshake was captured.
fn associations(analysis: &Analysis) -> Vec<&Dtls> {
    let all = analysis.connections.iter();
    all.flat_map(|c| c.dtls.iter().chain(&c.other_dtls))
        .filter(|d| d.state != DtlsState::NotCaptured)
        .collect()
}

fn known<T: Clone>(value: &Known<T>) -> Option<T> {
    value.value().cloned()
}

#[test]
fn version_suite_and_client_agree_with_the_independent_decode() {
    let mut compared = 0;
    for (file, verify) in recordings() {
        let analysis = analyze(&file);
        let ours = associations(&analysis);
        let mut ours: Vec<(String, String, String)> = ours
            .iter()
            .filter(|d| d.cipher_suite.value().is_some())
            .map(|d| {
                let version = known(&d.version).unwrap_or("?").to_owned();
                let suite = known(&d.cipher_suite).unwrap();
                let client = known(&d.client).unwrap();
                let client = format!("{}:{}", client.ip(), client.port());
                (client, version, suite)
            })
            .collect();
        let text = |d: &Value, field: &str| d[field].as_str().unwrap().to_owned();
        let suite = |d: &Value| {
            let number = text(d, "suite");
            let number = u16::from_str_radix(number.trim_start_matches("0x"), 16).unwrap();
            rtcscope::proto::dtls::codes::cipher_suite_name(number)
                .unwrap()
                .to_owned()
        };
        let mut theirs: Vec<(String, String, String)> = decoded(&verify)
            .iter()
            .map(|d| (text(d, "client"), text(d, "version"), suite(d)))
            .collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{}", file.display());
        compared += ours.len();
    }
    eprintln!("{compared} associations compared");
}

/// What travels in clear: of 1.3 the two hellos, of 1.2 everything up to Finished. The independent
/// decode has keys and counts what they open as well; Finished of 1.2 it does not count.
#[test]
fn handshake_messages_in_clear_are_counted_as_in_the_independent_decode() {
    for (file, verify) in recordings() {
        let analysis = analyze(&file);
        let mut ours: BTreeMap<String, u64> = BTreeMap::new();
        let all = associations(&analysis);
        for m in all.iter().flat_map(|d| &d.messages) {
            *ours.entry(m.message_type.to_string()).or_default() += m.count;
            assert_eq!(m.unfinished, 0, "{}: {}", file.display(), m.name);
        }
        let is_13 = |d: &Value| d["version"] == "1.3";
        let any_13 = decoded(&verify).iter().any(is_13);
        let theirs: BTreeMap<String, u64> = verify["handshake_types"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(kind, _)| !any_13 || ["1", "2"].contains(&kind.as_str()))
            .map(|(kind, n)| (kind.clone(), n.as_u64().unwrap()))
            .collect();
        assert_eq!(ours, theirs, "{}", file.display());
    }
}

/// Alerts that no key opens here are found by content type (1.2) or by length (1.3); with keys, the
/// independent decode counts as many.
#[test]
fn encrypted_alerts_are_as_many_as_the_keys_show() {
    for (file, verify) in recordings() {
        let analysis = analyze(&file);
        let all = associations(&analysis);
        let ours: usize = all.iter().map(|d| d.encrypted_alerts.len()).sum();
        let later = analysis.connections.iter().filter_map(|c| c.dtls.as_ref());
        // After a path switch, the end of an association is seen where its begin was not.
        let later = later.filter(|d| d.state == DtlsState::NotCaptured);
        let later: usize = later.map(|d| d.encrypted_alerts.len()).sum();
        let alerts = verify["alerts"].as_object().into_iter().flatten();
        let theirs: u64 = alerts.map(|(_, n)| n.as_u64().unwrap()).sum();
        assert_eq!((ours + later) as u64, theirs, "{}", file.display());
    }
}

/// A message that is sent again in 1.2 is in the independent decode's notes.
#[test]
fn retransmitted_messages_are_those_of_the_independent_decode() {
    for (file, verify) in recordings() {
        let versions = decoded(&verify);
        if versions.iter().any(|d| d["version"] != "1.2") || versions.is_empty() {
            continue;
        }
        let analysis = analyze(&file);
        let mut ours: BTreeMap<u8, u64> = BTreeMap::new();
        for m in associations(&analysis).iter().flat_map(|d| &d.messages) {
            if m.retransmitted > 0 {
                *ours.entry(m.message_type).or_default() += m.retransmitted;
            }
        }
        let seen_again = |(note, n): (&String, &Value)| {
            let kind = note.strip_prefix("handshake msg type ")?;
            let kind = kind.split(' ').next()?.parse().ok()?;
            Some((kind, n.as_u64()?))
        };
        let none = serde_json::Map::new();
        let notes = verify["notes"].as_object().unwrap_or(&none);
        let theirs: BTreeMap<u8, u64> = notes.iter().filter_map(seen_again).collect();
        assert_eq!(ours, theirs, "{}", file.display());
    }
}

/// Whoever was there announced the certificate that travelled: the session descriptions have its
/// fingerprint.
#[test]
fn certificates_in_clear_have_the_announced_fingerprints() {
    let mut compared = 0;
    for (file, _) in recordings() {
        let folder = file.parent().unwrap();
        let descriptions: String = ["offer.sdp", "answer.sdp"]
            .iter()
            .filter_map(|name| fs::read_to_string(folder.join(name)).ok())
            .collect();
        let analysis = analyze(&file);
        for dtls in associations(&analysis) {
            for c in dtls.certificates.value().into_iter().flatten() {
                assert!(
                    descriptions.contains(&c.fingerprint),
                    "{}: {}",
                    file.display(),
                    c.fingerprint
                );
                let content = c.content.as_ref().unwrap();
                assert!(content.valid && content.self_signed, "{}", file.display());
                compared += 1;
            }
        }
    }
    eprintln!("{compared} certificates compared");
}

#[test]
fn what_failed_says_where() {
    if let Some(analysis) = recording("fail-dtls-blocked/capture-b.pcapng") {
        let [dtls] = associations(&analysis)[..] else {
            panic!("one association");
        };
        assert_eq!(dtls.state, DtlsState::Unanswered);
        let stopped = dtls.stopped.as_ref().unwrap();
        assert!(stopped.starts_with("no answer to the ClientHello, sent "));
        assert_eq!(dtls.flights.len(), 1);
        assert!(dtls.flights[0].transmissions.len() > 5);
    }
    if let Some(analysis) = recording("fail-fingerprint/capture.pcapng") {
        let [dtls] = associations(&analysis)[..] else {
            panic!("one association");
        };
        assert_eq!(dtls.state, DtlsState::Failed);
        assert!(dtls.stopped.as_ref().unwrap().contains("packet 13"));
    }
}

#[test]
fn a_handshake_inside_stun_is_read() {
    for name in ["capture.pcapng", "capture-b.pcapng"] {
        let Some(analysis) = recording(&format!("cc-dtls-in-stun/{name}")) else {
            return;
        };
        let all = associations(&analysis);
        let dtls = all[0];
        assert_eq!(dtls.version, Known::Yes("1.3"));
        assert_eq!(dtls.key_exchange, Known::Yes("X25519MLKEM768".to_owned()));
        assert_eq!(dtls.datagrams_in_stun, 9);
        assert!(dtls.flights.iter().any(|f| f.records_in_stun > 0));
    }
}

/// Rows of a table that tshark wrote beside a capture.
fn tshark_rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or("").split('\t').collect();
    let row = |line: &str| {
        let cells = line.split('\t').map(str::to_owned);
        names.iter().map(|n| (*n).to_owned()).zip(cells).collect()
    };
    lines.map(row).collect()
}

/// What tshark says of the captures below a folder, a table for each.
fn tables(dir: &Path) -> Vec<PathBuf> {
    let mut found = files_below(dir);
    found.retain(|file| file.to_string_lossy().ends_with(".dtls.tsv"));
    found
}

/// The hellos of a capture by packet: type, version, and suites (offered or chosen).
fn hellos(capture: &Path) -> BTreeMap<u64, Vec<(u8, u16, Vec<u16>)>> {
    let mut capture = Capture::open(capture).unwrap();
    let mut decoder = Decoder::new();
    let mut senders: BTreeMap<_, Reassembler> = BTreeMap::new();
    let mut found: BTreeMap<u64, Vec<_>> = BTreeMap::new();
    while let Some(frame) = capture.next_frame() {
        let no = frame.no;
        let Decoded::Udp(d) = decoder.decode(&frame) else {
            continue;
        };
        if classify(d.payload, d.missing) != Class::Dtls {
            continue;
        }
        let sender = senders.entry((d.path.src, d.path.dst)).or_default();
        let datagram = DtlsDatagram::new(d.payload, d.missing);
        for record in datagram.records().map_while(Result::ok) {
            for fragment in record.handshakes().map_while(Result::ok) {
                let Some(body) = sender.push(&fragment).message else {
                    continue;
                };
                let hello = match fragment.message_type {
                    1 => {
                        let hello = ClientHello::parse(&body, 0).value;
                        let suites = hello.cipher_suites.iter().collect();
                        (1, hello.legacy_version, suites)
                    }
                    2 => {
                        let hello = ServerHello::parse(&body, 0).value;
                        let suite = hello.cipher_suite.into_iter().collect();
                        (2, hello.legacy_version, suite)
                    }
                    _ => continue,
                };
                found.entry(no).or_default().push(hello);
            }
        }
    }
    found
}

/// Public captures: browsers of two years, CAPWAP, AnyConnect (which speaks DTLS as it was before
/// its RFC), and others: version and suites of each hello are those that tshark read.
#[test]
fn public_captures_show_what_tshark_says() {
    let Some(corpus) = shared("corpus/captures") else {
        return;
    };
    let all = tables(&corpus);
    let number = |text: &str| u16::from_str_radix(text.trim_start_matches("0x"), 16).unwrap();
    let (mut captures, mut compared) = (0, 0);
    for table in all {
        let capture = PathBuf::from(table.to_string_lossy().trim_end_matches(".dtls.tsv"));
        if !capture.is_file() {
            continue;
        }
        captures += 1;
        let ours = hellos(&capture);
        for row in tshark_rows(&table) {
            let list = |field: &str| -> Vec<String> {
                let cells = row[field].split(',').filter(|c| !c.is_empty());
                cells.map(str::to_owned).collect()
            };
            let (kinds, versions) = (list("dtls.handshake.type"), list("dtls.handshake.version"));
            let hello = kinds.iter().filter(|k| ["1", "2"].contains(&k.as_str()));
            // One hello in the packet, read whole there: then its columns are its own.
            let suites: Vec<u16> = list("dtls.handshake.ciphersuite")
                .iter()
                .map(|s| number(s))
                .collect();
            let (1, [version, ..], false) =
                (hello.clone().count(), &versions[..], suites.is_empty())
            else {
                continue;
            };
            let kind: u8 = hello.clone().next().unwrap().parse().unwrap();
            let no: u64 = row["frame.number"].parse().unwrap();
            let expected = (kind, number(version), suites);
            let got = ours.get(&no).map_or(&[][..], Vec::as_slice);
            assert_eq!(got, [expected], "{} packet {no}", capture.display());
            compared += 1;
        }
    }
    eprintln!("{captures} captures, {compared} hellos compared");
    assert!(captures > 100 && compared > 200, "{captures} {compared}");
}

/// The connections of browsers among them: what was chosen, as the analysis tells it.
#[test]
fn connections_of_public_captures_have_the_suite_that_tshark_says() {
    let Some(corpus) = shared("corpus/captures/covert-dtls") else {
        return;
    };
    let all = tables(&corpus);
    let mut compared = 0;
    for table in all {
        let capture = PathBuf::from(table.to_string_lossy().trim_end_matches(".dtls.tsv"));
        let answer = tshark_rows(&table).into_iter().find(|row| {
            row["dtls.handshake.type"].starts_with('2')
                && row["dtls.handshake.ciphersuite"].len() == 6
        });
        let Some(answer) = answer else { continue };
        let suite = answer["dtls.handshake.ciphersuite"].trim_start_matches("0x");
        let suite = u16::from_str_radix(suite, 16).unwrap();
        let suite = rtcscope::proto::dtls::codes::cipher_suite_name(suite).unwrap();
        let is_13 = answer["dtls.handshake.extension.type"]
            .split(',')
            .any(|e| e == "43");
        let analysis = analyze(&capture);
        let [dtls] = associations(&analysis)[..] else {
            panic!("{}: one association", capture.display());
        };
        let version = if is_13 { "1.3" } else { "1.2" };
        assert_eq!(dtls.version, Known::Yes(version), "{}", capture.display());
        assert_eq!(known(&dtls.cipher_suite).as_deref(), Some(suite));
        let ja4 = known(&dtls.ja4).unwrap();
        let newest = if dtls.offered.value().unwrap().versions[0] == "DTLS 1.3" {
            "dd3i"
        } else {
            "dd2i"
        };
        assert!(ja4.starts_with(newest), "{}: {ja4}", capture.display());
        compared += 1;
    }
    eprintln!("{compared} connections compared");
    assert!(compared > 80, "{compared}");
}
