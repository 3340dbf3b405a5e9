//! Every recording in ../shared/captures against its independent decode (`verify.json`): datagrams by
//! protocol, and packets, losses, duplicates and reordering of every stream.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod kit;

use kit::shared::{recordings, shared};
use rtcscope::analysis::model::ConnectionState;
use rtcscope::analysis::{Analysis, Options};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Packets, expected, lost, duplicated, reordered.
type Counts = [u64; 5];

fn analyze(path: &Path) -> Analysis {
    rtcscope::analyze(path, &Options::default()).unwrap()
}

/// By SSRC and source address, as verify.json writes it: a stream that moved has several.
fn ours(analysis: &Analysis) -> BTreeMap<(u64, String), Counts> {
    let mut all: BTreeMap<_, Counts> = BTreeMap::new();
    for s in &analysis.streams {
        for leg in s.legs.iter().filter(|leg| !leg.is_copy) {
            let source = format!("{}:{}", leg.path.src.ip(), leg.path.src.port());
            let own = [
                leg.packets,
                leg.expected,
                leg.lost,
                leg.duplicated,
                leg.reordered,
            ];
            let before = all.insert((u64::from(s.ssrc.0), source), own);
            assert!(before.is_none(), "one stream for {}", s.ssrc);
        }
    }
    all
}

fn theirs(verify: &Value) -> BTreeMap<(u64, String), Counts> {
    let entry = |s: &Value| {
        let n = |field: &str| s[field].as_u64().unwrap();
        let key = (n("ssrc"), s["from"].as_str().unwrap().to_owned());
        (
            key,
            [
                n("packets"),
                n("expected"),
                n("missing"),
                n("dup"),
                n("ooo"),
            ],
        )
    };
    verify["ssrcs"]
        .as_array()
        .unwrap()
        .iter()
        .map(entry)
        .collect()
}

#[test]
fn every_stream_of_every_recording_is_found_and_counted_right() {
    let mut streams = 0;
    for (file, verify) in recordings() {
        let analysis = analyze(&file);
        let expected = theirs(&verify);
        assert_eq!(ours(&analysis), expected, "{}", file.display());
        streams += expected.len();
        for s in &analysis.streams {
            let in_buckets: i64 = s.series.buckets().iter().map(|b| i64::from(b.lost)).sum();
            assert_eq!(in_buckets, s.lost as i64, "{}: {}", file.display(), s.ssrc);
            // A chart of jitter reaches the maximum that the stream tells.
            let highest = s
                .series
                .buckets()
                .iter()
                .map(|b| i64::from(b.jitter_max_ns))
                .max();
            let measured = s.jitter.value().map(|j| j.max.nanos());
            if let (Some(highest), Some(measured), true) = (highest, measured, s.packets > 64) {
                assert_eq!(highest, measured, "{}: {}", file.display(), s.ssrc);
            }
        }
    }
    eprintln!("{streams} streams compared");
}

#[test]
fn datagrams_are_counted_by_what_they_carry() {
    for (file, verify) in recordings() {
        let p = analyze(&file).protocols;
        let want = |name: &str| verify["counts"][name].as_u64().unwrap_or(0);
        assert_eq!(
            [p.stun, p.turn_channel_data, p.dtls, p.rtp, p.rtcp],
            [
                want("stun"),
                want("turn_channeldata"),
                want("dtls"),
                want("srtp"),
                want("srtcp")
            ],
            "{}",
            file.display()
        );
    }
}

#[test]
fn each_recording_is_one_peer_connection() {
    for (file, verify) in recordings() {
        let analysis = analyze(&file);
        assert_eq!(analysis.connections.len(), 1, "{}", file.display());
        // One stream for each source, however often it moved.
        let sources: BTreeSet<u64> = verify["ssrcs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["ssrc"].as_u64().unwrap())
            .collect();
        assert_eq!(analysis.streams.len(), sources.len(), "{}", file.display());
        let c = &analysis.connections[0];
        let name = file.parent().unwrap().file_name().unwrap();
        let stopped = c.stopped.as_deref().unwrap_or_default();
        match name.to_str().unwrap() {
            "fail-ice-blocked" => assert!(stopped.contains("at ICE"), "{stopped}"),
            "fail-dtls-blocked" => assert!(stopped.contains("at DTLS"), "{stopped}"),
            "fail-fingerprint" => assert!(stopped.contains("refused"), "{stopped}"),
            "turn-badauth" => assert!(stopped.contains("wrong username"), "{stopped}"),
            plain if plain.starts_with("rtp-") => {
                assert_eq!(c.state, ConnectionState::MediaOnly, "{plain}");
                continue;
            }
            up => {
                let is_up = [ConnectionState::Connected, ConnectionState::Closed];
                assert!(is_up.contains(&c.state), "{up}: {:?} {stopped}", c.state);
                continue;
            }
        }
        assert_eq!(c.state, ConnectionState::Failed, "{}", file.display());
    }
}

#[test]
fn without_bundle_each_component_has_a_path_and_an_association() {
    let Some(file) = shared("captures/cc-nobundle/capture.pcapng") else {
        return;
    };
    let c = &analyze(&file).connections[0];
    assert_eq!((c.transports.len(), c.other_dtls.len()), (3, 2));
}

/// The jitter of audio streams against the independent decode, which used the receiver's clock
/// rate from SDP.
#[test]
fn jitter_of_audio_agrees_with_the_recordings_own_clock() {
    let mut compared = 0;
    for (file, verify) in recordings() {
        let analysis = analyze(&file);
        for s in verify["ssrcs"].as_array().unwrap() {
            let at = ["at_stats_a", "at_stats_b"].iter().find_map(|k| s.get(k));
            let Some(jitter) = at.and_then(|a| a["jitter_s"].as_f64()) else {
                continue;
            };
            let stream = analysis
                .streams
                .iter()
                .find(|o| u64::from(o.ssrc.0) == s["ssrc"]);
            let Some(measured) = stream.and_then(|s| s.jitter.value()) else {
                continue;
            };
            // Theirs ends at the last getStats(), ours with the capture: a few ms of movement.
            let off = (measured.last.seconds() - jitter).abs();
            assert!(
                off < 0.006,
                "{} {}: {measured:?} {jitter}",
                file.display(),
                s["ssrc"]
            );
            compared += 1;
        }
    }
    eprintln!("{compared} jitters compared");
}

/// One capture in 31 file formats and link layers: the same streams in each.
#[test]
fn every_file_format_gives_the_same_streams() {
    let Some(dir) = shared("captures/formats") else {
        return;
    };
    let files = fs::read_dir(&dir).unwrap().map(|f| f.unwrap().path());
    let base = analyze(&dir.join("base.pcapng"));
    let mut compared = 0;
    for file in files.filter(|f| f.extension().is_none_or(|e| e != "json")) {
        let analysis = analyze(&file);
        let name = file.file_name().unwrap().to_str().unwrap();
        compared += 1;
        match name {
            "empty.pcap" => assert_eq!(analysis.capture.packets, 0),
            "dsb-full.pcapng" => assert_eq!(analysis.protocols.rtp, 1818),
            _ => {
                assert_eq!(ours(&analysis), ours(&base), "{name}");
                let named = |code| {
                    analysis
                        .capture
                        .problems
                        .iter()
                        .any(|p| p.problem.code == code)
                };
                assert_eq!(named("snaplen"), name.starts_with("snap"), "{name}");
                assert_eq!(
                    named("truncated-file"),
                    name.starts_with("truncated"),
                    "{name}"
                );
            }
        }
    }
    assert_eq!(compared, 31);
}
