//! Calls whose SRTP keys are at hand: which key opens what, wherever media goes and whatever the capture
//! has of it, held against the recordings beside the repository and against senders of the test kit.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::shared::{recordings, shared};
use rtcscope::analysis::model::Openings;
use rtcscope::analysis::{Analysis, Analyzer, ContentKind, Known, Options};
use rtcscope::capture::Capture;
use rtcscope::keys::srtp::{MasterKey, Profile};
use rtcscope::keys::{GivenKey, KeyLog, KeyOrigin, Secrets};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

fn hex(text: &Value) -> Zeroizing<Vec<u8>> {
    let text = text.as_str().unwrap();
    Zeroizing::new(data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap())
}

fn given(profile: Profile, master: MasterKey) -> GivenKey {
    GivenKey {
        profile,
        master,
        ssrc: None,
        mki: Vec::new(),
        origin: KeyOrigin::Explicit,
    }
}

/// The SRTP keys that an independent decode found, as keys given by hand.
fn given_keys(verify: &Value) -> Secrets {
    let mut secrets = Secrets::default();
    for keys in verify["srtp_keys"].as_array().into_iter().flatten() {
        let profile = Profile::from_sdes(keys["profile"].as_str().unwrap()).unwrap();
        for side in ["client", "server"] {
            let master = MasterKey {
                key: hex(&keys[format!("{side}_key")]),
                salt: hex(&keys[format!("{side}_salt")]),
            };
            secrets.srtp.push(given(profile, master));
        }
    }
    secrets
}

/// What is in a capture, and what each frame after the first `skip` held in clear.
fn analyse(
    path: &Path,
    secrets: Secrets,
    skip: usize,
    mut each: impl FnMut(ContentKind, bool, &[u8]),
) -> Analysis {
    let mut capture = Capture::open(path).unwrap();
    let mut analyzer = Analyzer::new(Options {
        secrets: Arc::new(secrets),
        contents: true,
        ..Options::default()
    });
    let mut n = 0;
    while let Some(frame) = capture.next_frame() {
        n += 1;
        if n > skip {
            analyzer.push(&frame);
            for content in analyzer.contents() {
                each(content.kind, content.decrypted, content.bytes);
            }
        }
    }
    analyzer.finish()
}

/// What was opened of SRTP and SRTCP over all connections.
fn openings(analysis: &Analysis) -> [Openings; 2] {
    let mut sum = [Openings::default(); 2];
    for connection in &analysis.connections {
        if let Known::Yes(decryption) = &connection.decryption {
            sum[0].add(&decryption.srtp);
            sum[1].add(&decryption.srtcp);
        }
    }
    sum
}

fn opened(n: &Value) -> Openings {
    Openings {
        opened: n.as_u64().unwrap_or(0),
        ..Openings::default()
    }
}

#[test]
fn every_packet_of_the_recordings_is_opened_with_the_keys_given() {
    let mut all = 0;
    for (path, verify) in recordings() {
        let secrets = given_keys(&verify);
        if secrets.srtp.is_empty() {
            continue;
        }
        let analysis = analyse(&path, secrets, 0, |_, _, _| {});
        let counts = &verify["counts"];
        let expected = [opened(&counts["srtp_ok"]), opened(&counts["srtcp_ok"])];
        assert_eq!(openings(&analysis), expected, "{}", path.display());
        let by_stream: u64 = (analysis.streams.iter())
            .filter_map(|s| s.decryption.value())
            .map(|o| o.opened)
            .sum();
        assert_eq!(by_stream, expected[0].opened, "{}", path.display());
        all += by_stream;
    }
    assert!(all == 0 || all > 50_000, "{all}");
}

/// The UDP payloads of a capture of IPv4 packets without a link layer.
fn payloads(file: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(file).unwrap();
    let (mut at, mut payloads) = (24, Vec::new());
    while at < bytes.len() {
        let length = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap()) as usize;
        let packet = &bytes[at + 16..at + 16 + length];
        let header = match packet[0] >> 4 {
            4 => usize::from(packet[0] & 15) * 4,
            _ => 40,
        };
        payloads.push(packet[header + 8..].to_vec());
        at += 16 + length;
    }
    payloads
}

#[test]
fn what_is_opened_is_what_it_ought_to_be_byte_for_byte() {
    let mut compared = 0;
    for (path, verify) in recordings() {
        let expected = path.with_file_name("decrypted-rtp.pcap");
        if path.file_name().unwrap() != "capture.pcapng" || !expected.exists() {
            continue;
        }
        let mut plain: Vec<Vec<u8>> = Vec::new();
        analyse(&path, given_keys(&verify), 0, |kind, decrypted, bytes| {
            if kind != ContentKind::Sctp {
                assert!(decrypted);
                plain.push(bytes.to_vec());
            }
        });
        let expected = payloads(&expected);
        assert_eq!(plain.len(), expected.len(), "{}", path.display());
        for (i, (own, expected)) in plain.iter().zip(&expected).enumerate() {
            assert_eq!(own, expected, "packet {i} of {}", path.display());
        }
        compared += plain.len();
    }
    assert!(compared == 0 || compared > 15_000, "{compared}");
}

/// DTLS 1.3: a capture that begins in the middle of the call has no handshake, and the key log's exporter
/// secret is enough.
#[test]
fn captures_that_begin_in_the_middle_of_a_call_are_opened_with_a_key_log() {
    for (path, verify) in recordings() {
        let version = verify["dtls"][0]["version"].as_str();
        let log = path.with_file_name("keylog.txt");
        if version != Some("1.3") || !log.exists() {
            continue;
        }
        let mut key_log = KeyLog::default();
        assert_eq!(key_log.read(&std::fs::read(log).unwrap()), []);
        let secrets = Secrets {
            key_log,
            srtp: Vec::new(),
        };
        let packets = verify["counts"]["srtp_ok"].as_u64().unwrap_or(0);
        let analysis = analyse(&path, secrets, packets as usize, |_, _, _| {});
        let [srtp, srtcp] = openings(&analysis);
        let total = srtp.opened + srtcp.opened;
        assert_eq!(
            (srtp.total(), srtcp.total()),
            (srtp.opened, srtcp.opened),
            "{}",
            path.display()
        );
        assert!(packets == 0 || total > 100, "{total} of {}", path.display());
    }
}

#[test]
fn a_key_that_fits_nothing_is_told_by_counts_of_failures() {
    let some = ["aio-aio", "janus-echotest", "turn-udp"];
    let is_one = |path: &Path| {
        some.iter()
            .any(|name| path.parent().unwrap().ends_with(name))
    };
    for (path, verify) in recordings().into_iter().filter(|(path, _)| is_one(path)) {
        let mut secrets = given_keys(&verify);
        for key in &mut secrets.srtp {
            key.master.key[0] ^= 1;
        }
        if secrets.srtp.is_empty() {
            continue;
        }
        let without = analyse(&path, Secrets::default(), 0, |_, _, _| {});
        let with = analyse(&path, secrets, 0, |_, _, _| {});
        let [srtp, srtcp] = openings(&with);
        let counts = &verify["counts"];
        let number = |name: &str| counts[name].as_u64().unwrap_or(0);
        assert_eq!((srtp.opened, srtcp.opened), (0, 0));
        assert_eq!(srtp.failed, number("srtp_ok"), "{}", path.display());
        assert_eq!(srtcp.failed, number("srtcp_ok"), "{}", path.display());
        assert_eq!(srtp.first_failed.is_some(), srtp.failed > 0);
        // All that needs no key is as without.
        let facts = |a: &Analysis| -> Vec<_> {
            let streams = a.streams.iter();
            streams
                .map(|s| (s.ssrc, s.packets, s.lost, s.bitrate))
                .collect()
        };
        assert_eq!(facts(&with), facts(&without));
    }
}

#[test]
fn the_marseillaise_is_opened_with_its_key() {
    let (Some(capture), Some(keys)) = (
        shared("corpus/captures/srtp-decrypt/marseillaise-srtp.pcap"),
        shared("corpus/vectors/srtp/keys_for_captures.json"),
    ) else {
        return;
    };
    let keys: Value = serde_json::from_slice(&std::fs::read(keys).unwrap()).unwrap();
    let known = &keys["captures/srtp-decrypt/marseillaise-srtp.pcap"];
    let both = known["master_key_salt_b64"].as_str().unwrap();
    let both = data_encoding::BASE64.decode(both.as_bytes()).unwrap();
    let profile = Profile::from_sdes(known["suite"].as_str().unwrap()).unwrap();
    let (key, salt) = both.split_at(profile.key_len());
    let master = MasterKey {
        key: Zeroizing::new(key.to_vec()),
        salt: Zeroizing::new(salt.to_vec()),
    };
    let mut secrets = Secrets::default();
    secrets.srtp.push(given(profile, master));
    let mut packets = 0;
    let analysis = analyse(&capture, secrets, 0, |kind, decrypted, _| {
        assert_eq!((kind, decrypted), (ContentKind::Rtp, true));
        packets += 1;
    });
    let [srtp, _] = openings(&analysis);
    assert_eq!(
        (srtp.opened, srtp.total(), packets),
        (11_888, 11_888, 11_888)
    );
    assert_eq!(analysis.streams[0].encrypted, Known::Yes(true));
}
