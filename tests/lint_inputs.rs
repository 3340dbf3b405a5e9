//! The files of `samples/lint`: every description in them is found, with role and session, nothing is
//! wrong with any, and the documentation shows what is listed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::process::Command;

fn lint(args: &[&str]) -> (String, Option<i32>) {
    let run = Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .arg("lint")
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    (String::from_utf8(run.stdout).unwrap(), run.status.code())
}

#[test]
fn every_description_is_found() {
    let cases: [(&str, &[&str]); 6] = [
        ("webrtc_internals_dump.txt", &["offer", "answer"]),
        (
            "rtcstats-dump.jsonl",
            &["offer", "answer", "offer", "answer"],
        ),
        ("call.har", &["offer", "answer"]),
        ("sip.log", &["offer", "answer"]),
        ("page.md", &["unknown", "fragment"]),
        ("offer.ts", &["unknown"]),
    ];
    for (name, roles) in cases {
        let path = format!("samples/lint/{name}");
        let (listed, _) = lint(&["--list-inputs=json", &path]);
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let listed = listed.as_array().unwrap();
        let found: Vec<&str> = listed.iter().map(|f| f["role"].as_str().unwrap()).collect();
        assert_eq!(found, roles, "{name}");
        let is_session = listed.iter().all(|f| f["session"] == listed[0]["session"]);
        assert!(is_session, "{name}: {listed:?}");
        assert_eq!(
            listed[0]["session"].is_null(),
            roles[0] == "unknown",
            "{name}"
        );
    }
}

#[test]
fn nothing_is_wrong_with_them() {
    let names = [
        "webrtc_internals_dump.txt",
        "rtcstats-dump.jsonl",
        "call.har",
        "sip.log",
    ];
    let names = names.into_iter().chain(["page.md", "offer.ts"]);
    for name in names {
        let (said, code) = lint(&[
            "-f",
            "concise",
            "--error-on",
            "info",
            &format!("samples/lint/{name}"),
        ]);
        assert_eq!(code, Some(0), "{name}: {said}");
    }
}

#[test]
fn the_documentation_shows_what_is_listed() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lint/inputs.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("$ rtcscope lint ").unwrap();
    let (command, rest) = example.split_once('\n').unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let args: Vec<&str> = command.split(' ').collect();
    assert_eq!(lint(&args).0, shown, "rtcscope lint {command}");
}
