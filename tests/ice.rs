//! STUN and ICE over every recording in ../shared/captures: messages and attributes against the
//! independent decode (`verify.json`), FINGERPRINT always, MESSAGE-INTEGRITY with the recording's own
//! session descriptions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::shared::{decoded_captures, recording_folders, recordings, shared};
use rtcscope::analysis::model::{Ice, Nomination, PairState};
use rtcscope::analysis::{Analysis, Credentials, Options};
use rtcscope::capture::Capture;
use rtcscope::demux::{Class, classify};
use rtcscope::net::{Decoded, Decoder};
use rtcscope::proto::stun::{Fingerprint, StunClass, StunMessage, codes};
use rtcscope::proto::turn::ChannelData;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Calls `each` with every STUN message of a payload, wrapped ones included.
fn messages(payload: &[u8], each: &mut dyn FnMut(&StunMessage<'_>)) {
    match classify(payload, 0) {
        Class::Stun => {
            let message = StunMessage::parse(payload).unwrap();
            each(&message);
            if let Some(data) = message.attribute(codes::DATA) {
                messages(data.data, each);
            }
        }
        Class::ChannelData => {
            if let Ok(wrapped) = ChannelData::parse(payload) {
                messages(wrapped.data, each);
            }
        }
        _ => {}
    }
}

/// Messages by method and class, errors by code, attributes by type, as verify.json writes them.
fn counted(file: &Path) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let (mut stun, mut attributes) = (BTreeMap::new(), BTreeMap::new());
    let mut capture = Capture::open(file).unwrap();
    let mut net = Decoder::new();
    while let Some(frame) = capture.next_frame() {
        let Decoded::Udp(datagram) = net.decode(&frame) else {
            continue;
        };
        messages(datagram.payload, &mut |message| {
            let class = match message.class() {
                StunClass::Request => "req",
                StunClass::Indication => "ind",
                StunClass::Success => "ok",
                StunClass::Error => "err",
            };
            let name = codes::method_name(message.method()).unwrap();
            *stun.entry(format!("{name} {class}")).or_default() += 1;
            if let Some((code, _)) = message.error_code() {
                *stun.entry(format!("error {code}")).or_default() += 1;
            }
            for attribute in message.attributes() {
                let attribute = attribute.unwrap();
                let kind = format!("0x{:04x}", attribute.attribute_type);
                *attributes.entry(kind).or_default() += 1;
                assert!(attribute.value().is_ok(), "{attribute:?}");
                assert!(attribute.name().is_some(), "{attribute:?}");
            }
            let fingerprint = message.verify_fingerprint();
            assert!(
                !matches!(fingerprint, Fingerprint::Wrong { .. }),
                "{fingerprint:?} in {}",
                file.display()
            );
            assert_eq!(message.problem(), None);
        });
    }
    (stun, attributes)
}

#[test]
fn messages_and_attributes_are_those_of_the_independent_decode() {
    let mut compared = 0;
    for (file, verify) in recordings() {
        let of = |field: &str| -> BTreeMap<String, u64> {
            serde_json::from_value(verify[field].clone()).unwrap()
        };
        let (stun, attributes) = counted(&file);
        assert_eq!(stun, of("stun"), "{}", file.display());
        assert_eq!(attributes, of("stun_attrs"), "{}", file.display());
        compared += stun.values().sum::<u64>();
    }
    eprintln!("{compared} messages compared");
}

fn analyze(file: &Path, credentials: Credentials) -> Analysis {
    let options = Options {
        credentials: Arc::new(credentials),
        ..Options::default()
    };
    rtcscope::analyze(file, &options).unwrap()
}

/// What all session descriptions of a folder say.
fn described(folder: &Path) -> (Credentials, usize) {
    let mut known = Credentials::default();
    let mut passwords = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "sdp") {
            passwords += known.add_description(&fs::read(path).unwrap());
        }
    }
    (known, passwords)
}

fn ice(analysis: &Analysis) -> impl Iterator<Item = &Ice> {
    analysis.connections.iter().filter_map(|c| c.ice.as_ref())
}

#[test]
fn every_check_verifies_with_its_session_descriptions_and_none_without() {
    let (mut verified, mut checked) = (0, 0);
    for folder in recording_folders() {
        let files = decoded_captures(&folder);
        if files
            .iter()
            .all(|(_, v)| v["stun_attrs"]["0x0006"].is_null())
        {
            continue;
        }
        for (file, _) in files {
            let at = file.display().to_string();
            let (known, passwords) = described(&folder);
            assert!(passwords > 0, "{at}");
            let analysis = analyze(&file, known);
            for ice in ice(&analysis) {
                let i = &ice.integrity;
                assert_eq!(
                    (i.failed, i.unchecked, i.first_failed),
                    (0, 0, None),
                    "{at}"
                );
                let answers = ice.responses + ice.errors.iter().map(|(_, n)| n).sum::<u64>();
                assert!(i.verified >= ice.requests + answers, "{at}: {i:?}");
                let f = &ice.fingerprint;
                assert_eq!((f.failed, f.first_failed), (0, None), "{at}");
                assert!(f.verified >= i.verified, "{at}");
                verified += i.verified;
                checked += 1;
            }
            // No password, a wrong one for everybody, and wrong ones under the right names.
            for ice in ice(&analyze(&file, Credentials::default())) {
                assert_eq!(
                    (ice.integrity.verified, ice.integrity.failed),
                    (0, 0),
                    "{at}"
                );
                assert!(ice.integrity.unchecked > 0, "{at}");
            }
            let mut wrong = Credentials::default();
            wrong.add_password(None, "not/the/password/not/the");
            for ice in ice(&analyze(&file, wrong)) {
                let i = &ice.integrity;
                assert_eq!((i.verified, i.unchecked), (0, 0), "{at}");
                assert!(i.failed > 0 && i.first_failed.is_some(), "{at}");
            }
            let mut named = Credentials::default();
            for name in ice(&analysis).flat_map(|ice| &ice.ufrags) {
                for ufrag in name.split(':') {
                    named.add_password(Some(ufrag), "not/the/password/not/the");
                }
            }
            for ice in ice(&analyze(&file, named)) {
                assert_eq!(
                    (ice.integrity.verified, ice.integrity.unchecked),
                    (0, 0),
                    "{at}"
                );
            }
        }
    }
    eprintln!("{verified} messages verified on {checked} connections");
}

/// What must hold of any recording, whatever it shows.
#[test]
fn the_numbers_of_a_connection_agree_with_each_other() {
    for (file, verify) in recordings() {
        let at = file.display().to_string();
        let analysis = analyze(&file, Credentials::default());
        let mut requests = 0;
        for c in &analysis.connections {
            let Some(ice) = &c.ice else { continue };
            requests += ice.requests;
            let sum = |f: fn(&rtcscope::analysis::model::Checks) -> u64| -> u64 {
                ice.pairs.iter().map(|p| f(&p.from_a) + f(&p.from_b)).sum()
            };
            assert_eq!(sum(|w| w.requests), ice.requests, "{at}");
            assert_eq!(sum(|w| w.responses), ice.responses, "{at}");
            assert_eq!(
                ice.nominated.is_some(),
                ice.nomination.value().is_some(),
                "{at}"
            );
            assert_eq!(ice.role_conflicts, 0, "{at}");
            for pair in &ice.pairs {
                let answered = pair.from_a.responses + pair.from_b.responses > 0;
                assert_eq!(pair.state == PairState::Succeeded, answered, "{at}");
                assert!(pair.first_check <= pair.last_check, "{at}");
            }
            assert!(
                ice.pairs
                    .windows(2)
                    .all(|w| w[0].first_check <= w[1].first_check)
            );
            assert!(c.events.windows(2).all(|w| w[0].at <= w[1].at), "{at}");
        }
        // Each check carries a USERNAME; so may an answer (libnice).
        let usernames = verify["stun_attrs"]["0x0006"].as_u64().unwrap_or(0);
        assert!(requests <= usernames, "{at}: {requests} of {usernames}");
    }
}

#[test]
fn a_restart_is_counted_once_and_nothing_else_is_one() {
    for folder in recording_folders() {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for (file, _) in decoded_captures(&folder) {
            let analysis = analyze(&file, Credentials::default());
            let restarts: u32 = ice(&analysis).map(|ice| ice.restarts).sum();
            assert_eq!(restarts, u32::from(name == "cc-ice-restart"), "{name}");
            let told = analysis.connections.iter().flat_map(|c| &c.events);
            let told = told.filter(|e| e.kind.name() == "ice-restart").count();
            assert_eq!(told as u32, restarts, "{name}");
        }
    }
}

#[test]
fn blocked_checks_fail_and_a_server_tells_the_address() {
    let Some(all) = shared("captures") else {
        return;
    };
    for (file, _) in decoded_captures(&all.join("fail-ice-blocked")) {
        let analysis = analyze(&file, Credentials::default());
        for ice in ice(&analysis) {
            assert_eq!((ice.responses, ice.nominated), (0, None));
            assert!(ice.nomination.value().is_none());
            assert!(ice.consent.value().is_none());
        }
    }
    let (file, _) = decoded_captures(&all.join("stun-srflx")).remove(0);
    let analysis = analyze(&file, Credentials::default());
    let names: Vec<_> = analysis
        .connections
        .iter()
        .flat_map(|c| &c.events)
        .map(|e| e.kind.name())
        .collect();
    assert!(names.contains(&"stun-server-reflexive"), "{names:?}");
    let learned = ice(&analysis).flat_map(|ice| &ice.reflexive).count();
    assert!(learned > 0);
    let (file, _) = decoded_captures(&all.join("fc-vp8-dtls12")).remove(0);
    let analysis = analyze(&file, Credentials::default());
    let found: Vec<_> = ice(&analysis)
        .filter_map(|i| i.nomination.value())
        .collect();
    assert_eq!(
        found,
        [&Nomination::Aggressive],
        "Firefox's first checks nominate"
    );
}
