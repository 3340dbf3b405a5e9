//! `rtcscope sdp` and `rtcscope sdp diff` as a user meets them.
//!
//! `UPDATE_GOLDEN=1 cargo test --test sdp_cli` writes the expected outputs anew.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod kit;

use clap::Parser;
use kit::shared::{files_below, shared};
use rtcscope::cli::sdp;
use std::fs;
use std::path::Path;

#[derive(Parser)]
struct Sdp {
    #[command(flatten)]
    args: sdp::SdpArgs,
}

fn run(args: &[&str]) -> (u8, String, String) {
    let args = Sdp::try_parse_from(["sdp"].iter().chain(args))
        .unwrap()
        .args;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = sdp::run(&args, &mut out, &mut err).unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (code, text(out), text(err))
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/sdp")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "{name}: UPDATE_GOLDEN=1 cargo test --test sdp_cli"
    );
}

fn temp(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

#[test]
fn descriptions_are_told_in_plain_words() {
    for name in [
        "chromium-offer",
        "chromium-simulcast-offer",
        "firefox-answer",
        "janus-answer",
        "plain-rtp",
    ] {
        let (code, out, err) = run(&[&format!("samples/sdp/{name}.sdp")]);
        assert_eq!((code, err.as_str()), (0, ""));
        golden(&format!("{name}.txt"), &out);
    }
    let (_, out, _) = run(&["--lines", "samples/sdp/chromium-data-offer.sdp"]);
    golden("chromium-data-offer.lines", &out);
}

#[test]
fn a_difference_is_one_of_meaning() {
    let offer = fs::read_to_string("samples/sdp/chromium-offer.sdp").unwrap();
    let same = offer.replace("\r\n", "\n");
    let (_dir, same) = temp("same.sdp", &same);
    let (code, out, _) = run(&["diff", "samples/sdp/chromium-offer.sdp", &same]);
    assert_eq!((code, out.as_str()), (0, "they mean the same\n"));
    let other = offer
        .replace("a=sendrecv", "a=recvonly")
        .replace("Uc7L", "Xy12")
        .replace("a=extmap:4 ", "a=extmap:9 ")
        .replacen("127.0.0.1", "127.0.0.2", 1);
    let (_dir, other) = temp("other.sdp", &other);
    let (code, out, _) = run(&["diff", "samples/sdp/chromium-offer.sdp", &other]);
    assert_eq!(code, 1);
    golden("chromium-offer.diff", &out);
    let (code, out, _) = run(&[
        "diff",
        "-f",
        "json",
        "samples/sdp/chromium-offer.sdp",
        &other,
    ]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["schema"]), (1, &"rtcscope.sdp-diff/1".into()));
    assert_eq!(json["changes"][0]["before"], "Uc7L");
}

#[test]
fn one_of_several_is_named_by_its_place() {
    let offer = fs::read_to_string("samples/sdp/firefox-offer.sdp").unwrap();
    let answer = fs::read_to_string("samples/sdp/firefox-answer.sdp").unwrap();
    let json =
        serde_json::json!([{"type": "offer", "sdp": offer}, {"type": "answer", "sdp": answer}]);
    let (_dir, path) = temp("signalling.json", &json.to_string());
    let (code, out, _) = run(&[&format!("{path}#/1/")]);
    assert!(code == 0 && out.starts_with("an answer of "), "{out}");
    let (_, out, _) = run(&[&path]);
    assert!(
        out.contains("#/0/sdp\nan offer of") && out.contains("#/1/sdp\nan answer of"),
        "{out}"
    );
    let parts = [format!("{path}#/0/"), format!("{path}#/1/")];
    let (code, out, err) = run(&["diff", &parts[0], &parts[1]]);
    assert!(
        code == 1 && err.is_empty() && out.contains("  ~ role: offer → answer"),
        "{out}{err}"
    );
    let (code, _, err) = run(&["diff", &path, &parts[1]]);
    assert!(
        code == 1 && err.contains("the first of 2 descriptions"),
        "{err}"
    );
}

#[test]
fn what_cannot_be_read_is_one_line() {
    let (code, out, err) = run(&["samples/sdp/none.sdp", "samples/sdp/plain-rtp.sdp"]);
    assert_eq!((code, err.lines().count()), (3, 1));
    assert!(
        err.contains("none.sdp: no such file") && out.contains("plain-rtp.sdp"),
        "{err}{out}"
    );
    let (code, _, err) = run(&["diff", "samples/sdp/none.sdp", "samples/sdp/plain-rtp.sdp"]);
    assert!(code == 3 && err.contains("no such file"), "{err}");
}

#[test]
fn keys_and_control_characters_stay_inside() {
    let text = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=\x1b[2J\u{202e}\r\nt=0 0\r\n\
        m=audio 9 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n\
        a=x-\x07:\u{9b}1\r\n";
    let (_dir, path) = temp("x.sdp", text);
    for args in [
        &[path.as_str()][..],
        &["--lines", &path],
        &["-f", "json", &path],
        &["diff", &path, "samples/sdp/plain-rtp.sdp"],
    ] {
        let (_, out, err) = run(args);
        for bad in ["d0Rmdmcm", "\x1b", "\u{202e}", "\x07", "\u{9b}"] {
            assert!(!out.contains(bad) && !err.contains(bad), "{args:?}: {out}");
        }
    }
}

#[test]
fn json_keeps_to_its_schema() {
    let schema = fs::read_to_string("docs/schema/sdp-1.json").unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let mut files = files_below(Path::new("samples/sdp"));
    for dir in ["captures", "corpus/sdp"] {
        files.extend(shared(dir).map(|d| files_below(&d)).unwrap_or_default());
    }
    files.retain(|f| f.extension().is_some_and(|e| e == "sdp"));
    let mut seen = 0;
    for file in files {
        let (_, out, _) = run(&["-f", "json", file.to_str().unwrap()]);
        for document in serde_json::Deserializer::from_str(&out).into_iter::<serde_json::Value>() {
            let document = document.unwrap();
            let errors: Vec<String> = schema
                .iter_errors(&document)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{}: {errors:?}", file.display());
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen}");
}
