//! `rtcscope lint`, `explain` and `rules` as a user meets them: output, error stream, exit code.
//!
//! `UPDATE_GOLDEN=1 cargo test --test lint_cli` writes the expected outputs anew.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use clap::Parser;
use rtcscope::cli::{explain, lint};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Parser)]
struct Lint {
    #[command(flatten)]
    args: lint::LintArgs,
}

#[derive(Parser)]
struct Rules {
    #[command(flatten)]
    args: explain::RulesArgs,
}

#[derive(Parser)]
struct Explain {
    #[command(flatten)]
    args: explain::ExplainArgs,
}

struct Outcome {
    code: u8,
    out: String,
    err: String,
}

fn run(args: &[&str]) -> Outcome {
    let args = Lint::try_parse_from(["lint"].iter().chain(args))
        .unwrap()
        .args;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = lint::run(&args, &mut out, &mut err, false).unwrap();
    Outcome {
        code,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

/// Compares with a file under tests/golden/lint/.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/lint")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "{name}: UPDATE_GOLDEN=1 cargo test --test lint_cli"
    );
}

fn sample(name: &str) -> String {
    // Tests run in the project's directory, so that paths in the output are short.
    format!("samples/sdp/{name}")
}

fn temp(name: &str, text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn broken_samples_are_explained() {
    for name in ["broken-munged-codecs", "broken-transport", "broken-syntax"] {
        let found = run(&["--format", "text", &sample(&format!("{name}.sdp"))]);
        assert_eq!((found.code, found.err.as_str()), (1, ""), "{name}");
        golden(&format!("{name}.txt"), &found.out);
    }
    let found = run(&[
        "--format",
        "concise",
        "--statistics",
        &sample("broken-transport.sdp"),
    ]);
    golden("broken-transport.concise", &found.out);
    let found = run(&["--format", "json", &sample("broken-munged-codecs.sdp")]);
    golden("broken-munged-codecs.json", &found.out);
    let found = run(&["--format", "github", &sample("broken-munged-codecs.sdp")]);
    golden("broken-munged-codecs.github", &found.out);
}

#[test]
fn the_manifest_of_the_samples_is_right() {
    let readme = fs::read_to_string(sample("README.md")).unwrap();
    let mut expected = Vec::new();
    let mut file = String::new();
    for row in readme.lines().filter(|l| l.contains("| SDP")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if !cells[1].is_empty() {
            file = cells[1].to_owned();
        }
        for line in cells[3].split(", ") {
            expected.push(format!("{file}:{line}:{}", cells[4]));
        }
    }
    let found = run(&["--format", "concise", "samples/sdp"]);
    let mut actual: Vec<String> = found
        .out
        .lines()
        .filter_map(|l| l.strip_prefix("samples/sdp/"))
        .map(|l| {
            let parts: Vec<&str> = l.splitn(4, ':').collect();
            let code = parts[3].split(['[', ']']).nth(1).unwrap();
            format!("{}:{}:{code}", parts[0], parts[1])
        })
        .collect();
    expected.sort();
    actual.sort();
    assert_eq!(actual, expected);
    assert_eq!(found.code, 1);
    assert!(
        found.err.contains("1 description without ICE or DTLS"),
        "{}",
        found.err
    );
}

#[test]
fn clean_files_exit_with_0() {
    let found = run(&[
        "--format",
        "text",
        &sample("chromium-offer.sdp"),
        &sample("janus-answer.sdp"),
    ]);
    assert_eq!(found.code, 0);
    assert_eq!(found.out, "nothing found in 2 descriptions (2 files)\n");
    assert_eq!(found.err, "");
}

#[test]
fn unusable_inputs_are_one_clear_line_each_and_exit_3() {
    let empty = tempfile::tempdir().unwrap();
    let (_text_dir, text) = temp("note.txt", b"Hello,\nthis is no session description.\n");
    let (_zero_dir, zero) = temp("zero.sdp", b"");
    let (_pcap_dir, pcap) = temp("call.pcap", &[0xd4, 0xc3, 0xb2, 0xa1, 0, 0, 1]);
    let (_dump_dir, dump) = temp("call.mjr", b"MJR00002\0\x02{}MEET\0\0\0\0\0\x01x");
    let (_log_dir, log) = temp("chrome.log", b"O 16:00:00.5 0000 80 60 # RTP_DUMP\n");
    let (_json_dir, json) = temp("half.json", b"{\"sdp\":");
    let paths = [
        (Path::new("/no/such/offer.sdp"), "no such file or directory"),
        (empty.path(), "a directory without .sdp files"),
        (&text, "no line begins with `v=`"),
        (&zero, "the file is empty"),
        (&pcap, "a pcap capture cut short in its file header"),
        (&dump, "a dump of packets, not a session description"),
        (&log, "a dump of packets, not a session description"),
        (&json, "not the JSON it is named for"),
    ];
    for (path, reason) in paths {
        let path = path.to_str().unwrap();
        let found = run(&["--format", "text", path]);
        assert_eq!(found.code, 3, "{path}");
        assert_eq!(found.out, "", "{path}");
        assert_eq!(found.err.lines().count(), 1, "{}", found.err);
        assert!(
            found.err.starts_with(&format!("error: {path}: ")),
            "{}",
            found.err
        );
        assert!(found.err.contains(reason), "{}", found.err);
    }
    // The others are still linted, and 3 wins over 1.
    let found = run(&[
        "--format",
        "text",
        "/no/such",
        &sample("broken-transport.sdp"),
    ]);
    assert_eq!(found.code, 3);
    assert!(found.out.contains("SDP601"));
}

#[test]
fn files_that_only_a_pattern_gave_may_hold_nothing() {
    let (dir, _) = temp("readme.txt", b"Hello\n");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    let lint = |path: &str, more: &[&str]| {
        let path = dir.path().join(path);
        run(&[more, &["--no-config", path.to_str().unwrap()]].concat())
    };
    let nothing = lint("*.txt", &[]);
    assert_eq!(nothing.code, 3);
    assert!(
        nothing.err.contains("no session description"),
        "{}",
        nothing.err
    );
    assert_eq!(lint("*.txt", &["--allow-empty"]).code, 0);
    let sdp = fs::read_to_string(sample("janus-answer.sdp")).unwrap();
    write("answer.txt", &sdp);
    write("broken.json", "{");
    let some = lint("*.*", &[]);
    assert_eq!(some.code, 0, "{}", some.err);
    assert_eq!(
        some.err,
        "note: passed over 2 files without a description\n"
    );
    assert_eq!(lint("*.*", &["--list-inputs"]).code, 0);
    // A name that promises one, and one that was named.
    write("empty.sdp", "");
    assert_eq!(lint("*.*", &[]).code, 3);
    assert_eq!(lint("", &[]).code, 3);
    assert_eq!(lint("readme.txt", &[]).code, 3);
}

#[test]
fn what_the_configuration_includes_may_hold_nothing() {
    let (dir, path) = temp("rtcscope.toml", b"[lint]\ninclude = [\"*.ts\"]\n");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("index.ts", "export {};\n");
    let folder = path.parent().unwrap().to_str().unwrap();
    assert_eq!(run(&[folder]).code, 3, "nothing at all");
    write(
        "a.sdp",
        &fs::read_to_string(sample("janus-answer.sdp")).unwrap(),
    );
    let found = run(&[folder]);
    assert_eq!(found.code, 0, "{}", found.err);
    assert_eq!(
        found.err,
        "note: passed over a file without a description\n"
    );
    // A broken configuration is told by whatever asks for it.
    write("rtcscope.toml", "[lint\n");
    assert_eq!(run(&["--list-inputs", folder]).code, 2);
    let file = dir.path().join("a.sdp");
    assert_eq!(run(&["--list-inputs", file.to_str().unwrap()]).code, 2);
}

#[test]
fn an_offer_and_an_answer_that_may_belong_together_are_told() {
    let sdp = fs::read_to_string(sample("janus-answer.sdp")).unwrap();
    let one = |role: &str| serde_json::json!({"type": role, "sdp": sdp});
    let both = serde_json::json!([one("offer"), one("answer")]).to_string();
    let (dir, path) = temp("sig.json", both.as_bytes());
    let path = path.to_str().unwrap();
    let found = run(&[path]);
    assert!(found.err.contains("--sequence"), "{}", found.err);
    assert!(!run(&["--sequence", path]).err.contains("--sequence"));
    let files = ["offer", "answer"].map(|role| {
        let file = dir.path().join(format!("{role}.json"));
        fs::write(&file, one(role).to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    });
    let [offer, answer] = &files;
    let swapped = run(&["--pair", answer, offer]);
    assert!(
        swapped.err.contains("--pair OFFER ANSWER"),
        "{}",
        swapped.err
    );
    assert!(!run(&["--pair", offer, answer]).err.contains("--pair"));
}

#[test]
fn a_broken_pattern_is_bad_usage() {
    let found = run(&["--allow-empty", "nope[.sdp"]);
    assert_eq!(found.code, 2);
    assert!(found.err.contains("not a pattern"), "{}", found.err);
}

#[test]
fn listed_names_print_no_control_characters() {
    let json = "{\"a\u{202e}b\u{2028}c\": \"v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\n\"}";
    let (_dir, path) = temp("x.json", json.as_bytes());
    let found = run(&["--list-inputs", path.to_str().unwrap()]);
    assert_eq!(found.code, 0);
    assert!(
        !found.out.contains(['\u{202e}', '\u{2028}']),
        "{:?}",
        found.out
    );
    assert!(found.out.contains("#/a"), "{:?}", found.out);
}

#[test]
fn the_fail_level_can_be_moved() {
    let file = sample("broken-transport.sdp");
    assert_eq!(run(&["--exit-zero", &file]).code, 0);
    let warnings = [
        "--select",
        "SDP102",
        "--format",
        "text",
        "samples/sdp/broken-munged-codecs.sdp",
    ];
    assert_eq!(run(&warnings).code, 0);
    assert_eq!(
        run(&[&warnings[..], &["--error-on", "warning"]].concat()).code,
        1
    );
    assert_eq!(
        run(&[&warnings[..], &["--severity", "SDP102=error"]].concat()).code,
        1
    );
    let ignored = ["--ignore", "SDP2,SDP3,SDP4,SDP5,missing-sctp-port", &file];
    assert_eq!(run(&ignored).code, 0);
}

#[test]
fn unknown_rules_exit_with_2_and_name_the_nearest() {
    let found = run(&["--select", "unlisted-fmpt", &sample("plain-rtp.sdp")]);
    assert_eq!((found.code, found.out.as_str()), (2, ""));
    assert_eq!(
        found.err,
        "error: no rule is called `unlisted-fmpt`; did you mean `unlisted-fmtp`?\n"
    );
    assert!(Lint::try_parse_from(["lint", "--severity", "SDP102=bad", "x"]).is_err());
    assert!(Lint::try_parse_from(["lint", "--profile", "phone", "x"]).is_err());
}

#[test]
fn json_containers_tell_the_role() {
    let offer = fs::read_to_string(sample("firefox-answer.sdp")).unwrap();
    let json = serde_json::json!({"type": "offer", "sdp": offer}).to_string();
    let (_dir, path) = temp("signalling.json", json.as_bytes());
    let found = run(&[
        "--error-on",
        "warning",
        "--format",
        "concise",
        path.to_str().unwrap(),
    ]);
    assert_eq!(found.code, 1);
    assert!(found.out.contains(" [/sdp, sdp line "), "{}", found.out);
    let at = json.find("setup:active").unwrap() + "setup:a".len();
    let at = format!("signalling.json:1:{at}: warning[SDP307]");
    assert!(found.out.contains(&at), "{at}: {}", found.out);
    assert!(
        found
            .out
            .contains("[SDP307] an offer with `a=setup:active`"),
        "{}",
        found.out
    );
    let found = run(&["--format", "concise", &sample("firefox-answer.sdp")]);
    assert_eq!(found.code, 0, "a file alone does not tell: {}", found.out);
    let found = run(&[
        "--error-on",
        "warning",
        "--as",
        "offer",
        &sample("firefox-answer.sdp"),
    ]);
    assert_eq!(found.code, 1);
}

#[test]
fn a_container_is_one_file_however_much_it_holds() {
    let offer = fs::read_to_string(sample("chromium-offer.sdp")).unwrap();
    let json = serde_json::json!([offer, offer, offer]).to_string();
    let (_dir, path) = temp("three.json", json.as_bytes());
    let found = run(&["--format", "text", path.to_str().unwrap()]);
    assert_eq!(found.out, "nothing found in 3 descriptions (1 file)\n");
}

#[test]
fn fixes_are_written_and_settle() {
    let broken = fs::read(sample("broken-syntax.sdp")).unwrap();
    let (_dir, path) = temp("x.sdp", &broken);
    let file = path.to_str().unwrap();
    let found = run(&["--fix", "--format", "text", file]);
    assert!(found.out.contains("; 3 fixed"), "{}", found.out);
    let once = fs::read(&path).unwrap();
    assert_ne!(once, broken);
    assert!(once.ends_with(b"a=mid:video\r\n"));
    let found = run(&["--fix", "--format", "text", file]);
    assert!(!found.out.contains("fixed"), "{}", found.out);
    assert_eq!(fs::read(&path).unwrap(), once);
    assert!(!found.out.contains("fixable"), "{}", found.out);
}

#[test]
fn other_parsers_have_their_say() {
    let found = run(&[
        "--stacks",
        "--format",
        "concise",
        &sample("broken-syntax.sdp"),
    ]);
    let verdict = found
        .out
        .lines()
        .find(|l| l.contains("webrtc-rs (sdp):"))
        .unwrap();
    assert!(verdict.contains("rejects: "), "{verdict}");
    let found = run(&[
        "--stacks",
        "--format",
        "concise",
        &sample("chromium-offer.sdp"),
    ]);
    assert!(
        found
            .out
            .contains("chromium-offer.sdp:1: webrtc-rs (sdp): accepts"),
        "{}",
        found.out
    );
}

#[test]
fn a_closed_pipe_is_quiet() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let file = sample("broken-transport.sdp");
    let args = Lint::try_parse_from(["lint", &file]).unwrap().args;
    let mut err = Vec::new();
    assert_eq!(lint::run(&args, &mut Closed, &mut err, false).unwrap(), 0);
    assert!(err.is_empty());
}

#[test]
fn explain_prints_the_page_of_a_code_or_a_name() {
    let page = fs::read_to_string("docs/rules/SDP109.md").unwrap();
    for name in ["SDP109", "sdp109", "109", "unlisted-fmtp"] {
        let args = Explain::try_parse_from(["explain", name]).unwrap().args;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        assert_eq!(explain::run(&args, &mut out, &mut err, false).unwrap(), 0);
        assert_eq!(String::from_utf8(out).unwrap(), page);
    }
    let args = Explain::try_parse_from(["explain", "SDP999"]).unwrap().args;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    assert_eq!(explain::run(&args, &mut out, &mut err, false).unwrap(), 2);
    assert!(out.is_empty());
    assert!(
        String::from_utf8(err)
            .unwrap()
            .starts_with("error: no rule is called `SDP999`")
    );
}

#[test]
fn rules_can_be_named() {
    let rules = |args: &[&str]| {
        let args = Rules::try_parse_from(["rules"].iter().chain(args));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = explain::run_rules(&args.unwrap().args, &mut out, &mut err).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (code, text(out), text(err))
    };
    for name in ["SDP203", "203", "sdp203", "ice-pwd-length"] {
        let (code, out, err) = rules(&[name, "SDP203"]);
        assert_eq!((code, err.as_str()), (0, ""), "{name}");
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(
            out.starts_with("SDP203  error    ice-pwd-length  "),
            "{out}"
        );
    }
    assert!(rules(&["SDP2"]).1.lines().all(|l| l.starts_with("SDP2")));
    assert!(rules(&[]).1.lines().count() > 80);
    let (code, out, err) = rules(&["SDP999"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.starts_with("error: no rule is called `SDP999`"),
        "{err}"
    );
}

#[test]
fn info_is_called_info_in_the_summary_too() {
    let file = sample("broken-transport.sdp");
    let areas = (0..10).map(|area| format!("SDP{area}=info"));
    let areas = areas.collect::<Vec<_>>().join(",");
    let found = run(&["-f", "concise", "--severity", &areas, &file]);
    assert_eq!(found.code, 0);
    assert!(found.out.contains(": info[SDP404]"), "{}", found.out);
    assert!(
        found.out.ends_with("10 info in 1 description (1 file)\n"),
        "{}",
        found.out
    );
}

#[test]
fn the_help_has_examples_and_exit_codes() {
    use clap::CommandFactory;
    let help = Lint::command().render_help().to_string();
    assert!(
        help.contains("Examples:") && help.contains("Exit codes:"),
        "{help}"
    );
    assert!(help.contains("-f, --format"), "{help}");
}
