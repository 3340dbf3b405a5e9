//! Recordings with keys, end to end: what is decrypted is what an independent decoder decrypted, and what
//! cannot be is said clearly.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout
)]

use rtcscope::analysis::{Analysis, Options};
use rtcscope::keys::Secrets;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

/// The recordings beside the repository; none, with the reason printed, if they are not there.
fn captures() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// The recordings that have a key log with something in it.
fn keyed() -> Vec<PathBuf> {
    let Some(all) = captures() else {
        return Vec::new();
    };
    let all = std::fs::read_dir(all)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let has_keys =
        |dir: &PathBuf| std::fs::read(dir.join("keylog.txt")).is_ok_and(|log| !log.is_empty());
    let mut dirs: Vec<PathBuf> = all.filter(has_keys).collect();
    dirs.sort();
    assert!(dirs.len() > 20);
    dirs
}

fn analyse(capture: &Path, key_log: &[u8]) -> Analysis {
    let mut secrets = Secrets::default();
    assert_eq!(secrets.key_log.read(key_log), []);
    let options = Options {
        secrets: Arc::new(secrets),
        ..Options::default()
    };
    rtcscope::analyze(capture, &options).unwrap()
}

/// Opened DTLS records, SRTP and SRTCP packets of the whole capture, and what failed.
fn totals(analysis: &Analysis) -> ([u64; 3], u64) {
    let mut opened = [0; 3];
    let mut failed = 0;
    for decryption in analysis
        .connections
        .iter()
        .filter_map(|c| c.decryption.value())
    {
        let parts = [&decryption.dtls, &decryption.srtp, &decryption.srtcp];
        for (sum, part) in opened.iter_mut().zip(parts) {
            *sum += part.opened;
        }
        failed += decryption.all().failed;
    }
    (opened, failed)
}

/// What the independent decoder decrypted.
fn verified(path: &Path) -> [u64; 3] {
    let text = std::fs::read_to_string(path).unwrap();
    let verify: serde_json::Value = serde_json::from_str(&text).unwrap();
    ["dtls_decrypted", "srtp_ok", "srtcp_ok"]
        .map(|name| verify["counts"][name].as_u64().unwrap_or(0))
}

#[test]
fn everything_that_there_are_keys_for_is_decrypted() {
    let mut wrong = Vec::new();
    for dir in keyed() {
        let log = std::fs::read(dir.join("keylog.txt")).unwrap();
        for (capture, verify) in [
            ("capture.pcapng", "verify.json"),
            ("capture-b.pcapng", "verify-b.json"),
        ] {
            let (capture, verify) = (dir.join(capture), dir.join(verify));
            if !capture.is_file() || !verify.is_file() {
                continue;
            }
            let got = totals(&analyse(&capture, &log));
            let wanted = (verified(&verify), 0);
            if got != wanted {
                wrong.push(format!(
                    "{}: {got:?}, and not {wanted:?}",
                    capture.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn keys_inside_the_capture_are_enough() {
    let Some(all) = captures() else {
        return;
    };
    let mut seen = 0;
    for dir in keyed() {
        let inside = dir.join("dsb.pcapng");
        if inside.is_file() {
            seen += 1;
            let got = totals(&analyse(&inside, b""));
            assert_eq!(
                got,
                (verified(&dir.join("verify.json")), 0),
                "{}",
                inside.display()
            );
        }
    }
    let full = all.join("formats/dsb-full.pcapng");
    if full.is_file() {
        seen += 1;
        let (opened, failed) = totals(&analyse(&full, b""));
        assert!(
            opened.iter().all(|n| *n > 0) && failed == 0,
            "{opened:?} {failed}"
        );
    }
    assert!(seen > 0, "no capture with keys inside");
}

/// What programs read follows its schema with keys as without.
#[test]
fn json_with_keys_follows_its_schemas() {
    for command in ["stats", "timeline", "messages"] {
        let schema: serde_json::Value =
            serde_json::from_slice(&run(&["schema", command]).stdout).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for dir in keyed() {
            let capture = ["capture.pcapng", "capture.pcap"].map(|name| dir.join(name));
            let capture = capture.iter().find(|path| path.is_file()).unwrap();
            let log = dir.join("keylog.txt");
            let (capture, log) = (capture.to_str().unwrap(), log.to_str().unwrap());
            let out = run(&[command, capture, "--keylog", log, "--format", "json"]);
            let document: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|e| format!("{}: {e:.200}", e.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{command} {capture}: {errors:#?}");
        }
    }
}

/// Where nothing tells the profile, what is not decrypted must not pass for decrypted.
#[test]
fn without_the_handshakes_secrets_the_profile_is_found_by_the_keys() {
    for dir in keyed() {
        let log = std::fs::read_to_string(dir.join("keylog.txt")).unwrap();
        let exporters = log.lines().filter(|line| line.starts_with("EXPORTER"));
        let only: String = exporters.flat_map(|line| [line, "\n"]).collect();
        let capture = dir.join("capture.pcapng");
        if only.is_empty() || !capture.is_file() {
            continue;
        }
        let (want, _) = totals(&analyse(&capture, log.as_bytes()));
        let analysis = analyse(&capture, only.as_bytes());
        let (got, failed) = totals(&analysis);
        assert_eq!((&got[1..], failed), (&want[1..], 0), "{}", dir.display());
        for decryption in analysis
            .connections
            .iter()
            .filter_map(|c| c.decryption.value())
        {
            assert!(
                decryption.profiles.iter().all(|p| !p.is_null()),
                "{}",
                dir.display()
            );
        }
    }
}

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rtcscope"));
    command
        .env_remove("SSLKEYLOGFILE")
        .args(args)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The lines of a report that are about keys and trouble with them.
fn about_keys(report: &str) -> Vec<String> {
    let is_ours = |line: &&str| line.starts_with("  keys ") || line.contains("decryption: ");
    let lines = report.lines().filter(is_ours);
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn sdes_and_explicit_keys_open_what_they_are_for() {
    let Some(all) = captures() else {
        return;
    };
    let dir = all.join("rtp-ffmpeg-sdes-srtp");
    let capture = dir.join("capture.pcapng").display().to_string();
    let sdp = dir.join("stream.sdp").display().to_string();
    let by_sdp = run(&["stats", &capture, "--sdp", &sdp]);
    let report = text(&by_sdp.stdout);
    assert_eq!(
        about_keys(&report),
        ["keys  a=crypto, SRTP 451, SRTCP 2 decrypted"],
        "{report}"
    );
    let key = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw";
    let by_hand = run(&["stats", &capture, "--srtp-key", key]);
    let report = text(&by_hand.stdout);
    assert_eq!(
        about_keys(&report),
        ["keys  SRTP key given, SRTP 451, SRTCP 2 decrypted"],
        "{report}"
    );
    let other = format!("X{}", &key[1..]);
    let wrong = text(&run(&["stats", &capture, "--srtp-key", &other]).stdout);
    let said = about_keys(&wrong);
    let failed = "SRTP 451 of 451 failed to authenticate, first packet 4";
    assert!(said.iter().any(|line| line.contains(failed)), "{wrong}");
    let nothing = "keys  keys given: 451 of 451 SRTP packets, 2 of 2 SRTCP packets failed to \
                   authenticate: wrong key?";
    assert!(said.iter().any(|line| line == nothing), "{wrong}");
    assert!(wrong.contains("Connection 1"), "what needs no key is shown");

    let corpus = all.join("../corpus/captures/srtp-decrypt/marseillaise-srtp.pcap");
    if corpus.is_file() {
        let key = "aSBrbm93IGFsbCB5b3VyIGxpdHRsZSBzZWNyZXRz@AES_CM_128_HMAC_SHA1_80";
        let report =
            text(&run(&["stats", &corpus.display().to_string(), "--srtp-key", key]).stdout);
        assert_eq!(about_keys(&report).len(), 1, "{report}");
        assert!(
            report.contains("decrypted") && report.contains("11 888"),
            "{report}"
        );
    }
}

#[test]
fn keys_that_open_nothing_are_told_from_wrong_ones() {
    let Some(all) = captures() else {
        return;
    };
    let capture = all
        .join("cc-vp8-clean/capture.pcapng")
        .display()
        .to_string();
    let dir = tempfile::tempdir().unwrap();
    let log = std::fs::read_to_string(all.join("cc-vp8-clean/keylog.txt")).unwrap();
    let with = |log: &str| {
        let path = dir.path().join("keys.txt");
        std::fs::write(&path, log).unwrap();
        let out = run(&["stats", &capture, "--keylog", &path.display().to_string()]);
        assert!(out.status.success());
        let report = text(&out.stdout);
        assert!(
            report.contains("Connection 1") && report.contains("ICE"),
            "{report}"
        );
        let err = text(&out.stderr).replace(&format!("{}/", dir.path().display()), "");
        (about_keys(&report), err)
    };
    let good = "keys  key log, DTLS 402, SRTP 1818, SRTCP 443 decrypted";
    let (said, err) = with(&log);
    assert_eq!(
        (said.join("\n").replace(['\u{a0}', ' '], ""), err.as_str()),
        (good.replace(' ', ""), "")
    );

    let other = std::fs::read_to_string(all.join("cc-h264/keylog.txt")).unwrap();
    let (said, err) = with(&other);
    assert_eq!(err, "");
    assert_eq!(
        said,
        [
            "keys  nothing decrypted: this session is none of the 1 session in the key log, which has 0 of the 1 of this capture"
        ]
    );

    // Each last digit is another one.
    let flip = |line: &str| {
        let (head, last) = line.split_at(line.len() - 1);
        format!("{head}{}\n", if last == "0" { "1" } else { "0" })
    };
    let flipped: String = log.lines().map(flip).collect();
    let (said, err) = with(&flipped);
    assert_eq!(err, "");
    assert!(
        said.iter()
            .any(|line| line.contains("DTLS 402 of 402 failed to authenticate, first packet")),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|line| line.ends_with("the secrets given are wrong, or damaged")),
        "{said:?}"
    );

    let (_, err) = with(&log[..log.trim_end().len() - 10]);
    assert_eq!(
        err,
        "warning: keys.txt: line 5: the file ends in the middle of it\n"
    );
    let (_, err) = with("");
    assert_eq!(err, "warning: keys.txt: no secrets in this key log\n");
}

#[test]
fn keys_are_in_no_output() {
    let Some(all) = captures() else {
        return;
    };
    let dir = all.join("cc-vp8-clean");
    let (capture, log) = (dir.join("capture.pcapng"), dir.join("keylog.txt"));
    let (capture, path) = (capture.display().to_string(), log.display().to_string());
    let log = std::fs::read_to_string(&log).unwrap();
    let mut secrets: Vec<Vec<u8>> = log
        .lines()
        .filter_map(|line| {
            data_encoding::HEXLOWER_PERMISSIVE
                .decode(line.split(' ').nth(2)?.as_bytes())
                .ok()
        })
        .collect();
    let truth: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(dir.join("truth.json")).unwrap()).unwrap();
    for name in ["client_key", "client_salt", "server_key", "server_salt"] {
        let hex = truth["srtp_keys"][0][name].as_str().unwrap();
        secrets.push(data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap());
    }
    assert_eq!(secrets.len(), 9);
    for args in [
        &["stats"][..],
        &["stats", "--format", "json"],
        &["stats", "--format", "ndjson"],
        &["stats", "--format", "csv"],
        &["timeline"],
        &["timeline", "--format", "json"],
        &["messages"],
        &["messages", "--format", "json"],
    ] {
        let out = run(&[args, &[&capture, "--keylog", &path]].concat());
        assert!(out.status.success(), "{args:?}: {}", text(&out.stderr));
        let all = format!("{}{}", text(&out.stdout), text(&out.stderr));
        for secret in &secrets {
            let hex = data_encoding::HEXLOWER.encode(secret);
            let base64 = data_encoding::BASE64_NOPAD.encode(secret);
            assert!(
                !all.to_lowercase().contains(&hex) && !all.contains(&base64),
                "{args:?}"
            );
        }
    }
}
