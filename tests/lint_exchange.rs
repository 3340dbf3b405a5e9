//! Offers and answers of real stacks beside each other: no rule calls an error what worked.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod kit;

use rtcscope::diag::Severity;
use rtcscope::lint::{Config, Linter, Part, Role};
use std::fs;
use std::path::{Path, PathBuf};

/// What is found in the files `said`, offer and answer in turn, by rules about exchanges.
fn exchange(said: &[PathBuf]) -> Vec<(Severity, String)> {
    let texts: Vec<Vec<u8>> = said.iter().map(|path| fs::read(path).unwrap()).collect();
    let parts: Vec<Part<'_>> = texts
        .iter()
        .enumerate()
        .map(|(i, text)| Part {
            text,
            range: 0..text.len(),
            role: Some(if i % 2 == 0 {
                Role::Offer
            } else {
                Role::Answer
            }),
            side: None,
            holes: &[],
            is_fragment: false,
        })
        .collect();
    let reports = Linter::new(Config::default()).check(&parts);
    let found = reports.into_iter().flat_map(|r| r.diagnostics);
    let about_exchanges = found.filter(|d| d.code.starts_with("SDP7"));
    about_exchanges
        .map(|d| (d.severity, format!("{} {}", d.code, d.message)))
        .collect()
}

/// The names of an offer and its answer in the recordings: where descriptions were changed on the
/// way, each end answered what it was given.
const PAIRS: [(&str, &str); 3] = [
    ("offer.sdp", "answer.sdp"),
    ("offer.sdp", "answer-as-signalled.sdp"),
    ("offer-as-signalled.sdp", "answer.sdp"),
];

#[test]
fn recorded_calls_have_no_errors() {
    let Some(root) = kit::shared::shared("captures") else {
        return;
    };
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let mut pairs = 0;
    let mut wrong = Vec::new();
    for folder in &folders {
        for (offer, answer) in PAIRS {
            let said = [folder.join(offer), folder.join(answer)];
            // There `offer.sdp` and the files as signalled are of different rounds.
            if folder.ends_with("cc-ice-restart") {
                continue;
            }
            let changed = folder.join("offer-as-signalled.sdp").is_file();
            let direct = (offer, answer) == PAIRS[0];
            if said.iter().all(|path| path.is_file()) && !(changed && direct) {
                pairs += 1;
                let found = exchange(&said);
                wrong.extend(found.into_iter().map(|f| (folder.clone(), f)));
            }
        }
    }
    assert!(pairs > 20, "{pairs}");
    wrong.retain(|(folder, (severity, found))| {
        *severity == Severity::Error
            && !EXPLAINED.iter().any(|(name, code, why)| {
                assert!(!why.is_empty());
                folder.ends_with(name) && found.starts_with(code)
            })
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Recordings, codes found in them, and the sentence that makes each of them right.
const EXPLAINED: [(&str, &str, &str); 0] = [];

#[test]
fn a_recorded_session_of_several_offers_has_no_errors() {
    let Some(root) = kit::shared::shared("captures/cc-ice-restart") else {
        return;
    };
    let names = [
        "offer2-ice-restart.sdp",
        "answer2-ice-restart.sdp",
        "offer3-add-track.sdp",
        "answer3-add-track.sdp",
        "offer4-inactive.sdp",
        "answer4-inactive.sdp",
    ];
    let said: Vec<PathBuf> = names
        .iter()
        .map(|name| Path::new(&root).join(name))
        .collect();
    assert_eq!(exchange(&said), []);
    // Told in another order, sections would have been removed.
    let back = [&said[4..], &said[..2]].concat();
    let found = exchange(&back);
    assert!(
        found.iter().any(|(_, text)| text.starts_with("SDP721")),
        "{found:?}"
    );
}

/// Offers and answers follow each other in RFC 4317; where the page shows one side alone, or a call
/// begins anew, the numbers are not next to each other here.
#[test]
fn examples_of_rfc_4317_have_no_errors() {
    let Some(root) = kit::shared::shared("corpus/sdp/rfc4317/valid") else {
        return;
    };
    let file = |n: usize| root.join(format!("rfc4317_{n:02}.sdp"));
    let mut wrong = Vec::new();
    let rounds = [(2, 12), (16, 42), (46, 54)];
    for first in rounds.iter().flat_map(|&(from, to)| (from..=to).step_by(2)) {
        let said = [file(first), file(first + 1)];
        if said.iter().all(|path| path.is_file()) {
            let found = exchange(&said);
            wrong.extend(
                found
                    .into_iter()
                    .filter(|f| f.0 == Severity::Error)
                    .map(|f| (first, f)),
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What `rtcscope lint` says with these arguments: exit code and output.
fn lint(arguments: &[&str]) -> (i32, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rtcscope"));
    command
        .args(["lint", "--format", "concise"])
        .args(arguments);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap(), text)
}

const OFFER: &str = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 5000 RTP/AVP 0\r\na=sendonly\r\nm=video 5002 RTP/AVP 31\r\n";

#[test]
fn a_pair_of_files_is_checked_with_roles_by_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let answer = OFFER.replace("o=a 1", "o=b 2");
    fs::write(path("offer.sdp"), OFFER).unwrap();
    fs::write(path("answer.sdp"), &answer).unwrap();
    let (code, out) = lint(&["--pair", &path("offer.sdp"), &path("answer.sdp")]);
    assert_eq!(code, 1);
    let line = out.lines().next().unwrap();
    assert!(line.contains("answer.sdp:7:1: error[SDP704]"), "{out}");
    let (code, _) = lint(&["--pair", &path("offer.sdp")]);
    assert_eq!(code, 2);
    // Alone, there is nothing wrong with either.
    assert_eq!(lint(&[&path("offer.sdp"), &path("answer.sdp")]).0, 0);
}

#[test]
fn a_sequence_may_lie_in_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("call.sdp");
    let answer = OFFER
        .replace("o=a 1", "o=b 2")
        .replace("sendonly", "recvonly");
    let again = OFFER.replace("1 1 IN", "1 2 IN");
    let fewer = again.split("m=video").next().unwrap();
    fs::write(&path, format!("{OFFER}{answer}{fewer}")).unwrap();
    let (code, out) = lint(&["--sequence", path.to_str().unwrap()]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("error[SDP721]"), "{out}");
}
