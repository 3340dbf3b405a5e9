//! `rtcscope lint` in all its formats, alone and together: what is valid, and where it goes.

#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic
)]

mod kit;

use clap::Parser;
use rtcscope::cli::lint;
use rtcscope::diag::render::FORMATS;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Parser)]
struct Lint {
    #[command(flatten)]
    args: lint::LintArgs,
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

const BROKEN: &str = "samples/sdp/broken-transport.sdp";
const CLEAN: &str = "samples/sdp/janus-answer.sdp";

fn validator(path: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(path).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // SARIF's schema has two regular expressions with a bracket too many, for what is not written.
    for object in ["run", "toolComponent"] {
        let at = format!("/definitions/{object}/properties/language");
        if let Some(language) = schema.pointer_mut(&at) {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).unwrap()
}

/// Everything there is to lint: the samples, and recordings of real stacks where they are at hand.
fn everything() -> Vec<PathBuf> {
    let mut all = vec![PathBuf::from("samples/sdp")];
    all.extend(kit::shared::shared("captures"));
    all.extend(kit::shared::shared("corpus/sdp"));
    all
}

#[test]
fn every_format_is_valid_whatever_is_found() {
    let inputs = everything();
    let inputs: Vec<&str> = inputs.iter().map(|p| p.to_str().unwrap()).collect();
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    let targets: Vec<String> = FORMATS
        .iter()
        .map(|f| format!("{}={}", f.name, file(f.name).display()))
        .collect();
    let formats = targets.iter().flat_map(|t| ["--format", t.as_str()]);
    let fixed = ["--preview", "--statistics"];
    let args: Vec<&str> = formats.chain(fixed).chain(inputs).collect();
    let found = run(&args);
    assert_eq!(found.out, "", "all of it is in files");
    let read = |name: &str| fs::read_to_string(file(name)).unwrap();
    let json = |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap();

    let whole = json("json");
    for (name, schema) in [
        ("json", "docs/schema/lint-1.json"),
        ("sarif", "tests/data/sarif-2.1.0.json"),
    ] {
        let value = json(name);
        let validator = validator(schema);
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .take(3)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
    let total = whole["diagnostics"].as_array().unwrap().len();
    assert!(total > 20);
    let count = |value: &Value| value.as_array().unwrap().len();
    assert_eq!(count(&json("sarif")["runs"][0]["results"]), total);
    let statistics = whole["summary"]["statistics"].as_array().unwrap().iter();
    let counted: u64 = statistics.map(|s| s["count"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(counted).unwrap(), total);
    let lines = read("jsonl");
    assert_eq!(lines.lines().count(), total + 1);
    assert!(
        lines
            .lines()
            .all(|l| serde_json::from_str::<Value>(l).is_ok())
    );

    let gitlab = json("gitlab");
    assert_eq!(count(&gitlab), total);
    let marks = gitlab.as_array().unwrap().iter().map(|e| &e["fingerprint"]);
    let marks: std::collections::BTreeSet<&str> = marks.map(|m| m.as_str().unwrap()).collect();
    assert_eq!(marks.len(), total, "fingerprints are unique");

    let junit = read("junit");
    let junit = roxmltree::Document::parse(&junit).unwrap();
    let suites = junit.descendants().filter(|n| n.has_tag_name("testsuite"));
    let unreadable = count(&whole["summary"]["unreadable"]);
    let descriptions = whole["summary"]["descriptions"].as_u64().unwrap();
    assert_eq!(
        suites.count(),
        usize::try_from(descriptions).unwrap() + unreadable
    );
    let failures = junit.descendants().filter(|n| n.has_tag_name("failure"));
    assert_eq!(whole["summary"]["errors"], failures.count());
    let checkstyle = read("checkstyle");
    let checkstyle = roxmltree::Document::parse(&checkstyle).unwrap();
    let errors = checkstyle.descendants().filter(|n| n.has_tag_name("error"));
    assert_eq!(errors.count(), total + unreadable);

    let concise = read("concise");
    let findings = concise.lines().filter(|l| l.contains("[SDP"));
    assert_eq!(findings.count(), total);
    assert!(read("github").contains("\n::warning "));
}

#[test]
fn sarif_lists_the_rules_that_ran() {
    let found = run(&["-f", "sarif", "--select", "SDP404,SDP2", BROKEN]);
    let value: Value = serde_json::from_str(&found.out).unwrap();
    let run = &value["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let codes: Vec<&str> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert!(codes.is_sorted() && codes.contains(&"SDP404") && !codes.contains(&"SDP101"));
    for rule in rules {
        let text = |name: &str| rule[name]["text"].as_str().unwrap().to_owned();
        assert!(!text("shortDescription").is_empty() && !text("fullDescription").is_empty());
        let code = rule["id"].as_str().unwrap();
        let page = rule["help"]["markdown"].as_str().unwrap();
        assert!(page.starts_with(&format!("# {code} ")), "{page}");
    }
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(codes[index], result["ruleId"].as_str().unwrap());
    }
    assert_eq!(run["invocations"][0]["exitCode"], found.code);
    // The level of a rule is the configured one.
    let found = self::run(&["-f", "sarif", "--severity", "SDP404=info", BROKEN]);
    let value: Value = serde_json::from_str(&found.out).unwrap();
    let rules = value["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    let rule = rules.iter().find(|r| r["id"] == "SDP404").unwrap();
    assert_eq!(rule["defaultConfiguration"]["level"], "note");
}

#[test]
fn json_says_what_kind_of_file_and_where() {
    let text = fs::read_to_string(BROKEN).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("signalling.json");
    let json = serde_json::json!({ "sdp": text }).to_string();
    fs::write(&path, &json).unwrap();
    let found = run(&["-f", "json", path.to_str().unwrap()]);
    let value: Value = serde_json::from_str(&found.out).unwrap();
    let d = &value["diagnostics"][0];
    assert_eq!(
        d["container"],
        serde_json::json!({"kind": "json", "pointer": "/sdp"})
    );
    // Both places are of the same words.
    let words = |text: &str, span: &Value| {
        let at = |end: &str| usize::try_from(span[end]["byte"].as_u64().unwrap()).unwrap();
        text[at("start")..at("end")].to_owned()
    };
    assert_eq!(words(&json, &d["span"]), words(&text, &d["sdp_span"]));
    assert_eq!(d["span"]["start"]["line"], 1);
    let plain = run(&["-f", "json", BROKEN]);
    let plain: Value = serde_json::from_str(&plain.out).unwrap();
    assert_eq!(plain["diagnostics"][0]["container"], Value::Null);
}

#[test]
fn what_would_mix_is_refused() {
    let refused = |args: &[&str], reason: &str| {
        let args: Vec<&str> = args.iter().copied().chain([CLEAN]).collect();
        let found = run(&args);
        assert_eq!((found.code, found.out.as_str()), (2, ""), "{args:?}");
        assert!(
            found.err.starts_with("error: ") && found.err.contains(reason),
            "{args:?}: {}",
            found.err
        );
    };
    refused(&["-f", "json", "-f", "text"], "--format json=FILE");
    refused(&["-f", "text", "-f", "sarif=-"], "--format sarif=FILE");
    refused(&["-f", "text", "-f", "text"], "asked for twice");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x");
    let file = file.to_str().unwrap();
    let json = format!("json={file}");
    let sarif = format!("sarif={file}");
    refused(&["-f", &json, "-f", &sarif], "would both be written to");
    refused(&["-f", &json, "-o", "other"], "has two files");
    refused(&["-f", "json=/no/such/folder/x"], "cannot be written");
    assert!(!Path::new(file).exists(), "nothing is begun");
    for bad in ["yaml", "json=", "=x"] {
        assert!(
            Lint::try_parse_from(["lint", "-f", bad, "x"]).is_err(),
            "{bad}"
        );
    }
    for good in [
        &["-f", "text", "-f", "github"][..],
        &["-f", "concise", "-f", "text"],
        &["-f", "json", "-o", "-"],
    ] {
        let args: Vec<&str> = good.iter().copied().chain([CLEAN]).collect();
        assert_eq!(run(&args).code, 0, "{good:?}");
    }
}

#[test]
fn output_is_where_the_last_format_goes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report");
    let file = path.to_str().unwrap();
    let written = || fs::read_to_string(&path).unwrap();
    let found = run(&["-f", "concise", "-f", "json", "--output", file, BROKEN]);
    assert!(found.out.contains("error[SDP"), "{}", found.out);
    assert!(written().starts_with("{\"schema\":\"rtcscope.lint/1\""));
    // Without a format it is the text.
    let found = run(&["--output", file, CLEAN]);
    assert!(!found.out.contains("nothing found"), "{}", found.out);
    assert_eq!(written(), "nothing found in 1 description (1 file)\n");
}

#[test]
fn a_file_is_as_it_was_when_the_run_fails() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.json");
    fs::write(&path, "old").unwrap();
    let json = format!("json={}", path.display());
    let args = ["lint", "-f", "concise", "-f", &json, BROKEN];
    let args = Lint::try_parse_from(args).unwrap().args;
    assert!(lint::run(&args, &mut Full, &mut Vec::new(), false).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn too_many_warnings_fail() {
    let file = "samples/sdp/broken-munged-codecs.sdp";
    let run = |most: &str| run(&["--select", "SDP102", "--max-warnings", most, file]).code;
    assert_eq!((run("0"), run("1")), (1, 0));
    let args = [
        "--select",
        "SDP102",
        "--max-warnings",
        "0",
        "--exit-zero",
        file,
    ];
    assert_eq!(self::run(&args).code, 0);
}

#[test]
fn statistics_are_for_people_and_programs() {
    let found = run(&["-f", "concise", "--statistics", BROKEN]);
    let rows: Vec<&str> = found.out.lines().filter(|l| l.starts_with("   ")).collect();
    assert!(rows.iter().any(|l| l.contains(" SDP404 ")), "{}", found.out);
    let found = run(&["-f", "json", BROKEN]);
    let value: Value = serde_json::from_str(&found.out).unwrap();
    assert!(value["summary"].get("statistics").is_none());
}

#[test]
fn the_same_twice() {
    for format in FORMATS {
        let once = || run(&["-f", format.name, "samples/sdp", "/no/such"]).out;
        assert_eq!(once(), once(), "{}", format.name);
    }
}

#[test]
fn many_descriptions_take_no_time() {
    let text = fs::read_to_string(BROKEN).unwrap();
    let many = text.repeat(300);
    let json = serde_json::to_string(&vec![text; 300]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in [("many.sdp", many), ("many.json", json)] {
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        let start = std::time::Instant::now();
        let found = run(&["-f", "json", path.to_str().unwrap()]);
        let took = start.elapsed();
        assert!(found.out.contains("\"descriptions\":300"), "{name}");
        // A hundred times what it takes; what grows with the square takes longer.
        assert!(took.as_secs() < 30, "{name}: {took:?}");
    }
}

/// Every way to write a key, around a mistake with a fix.
const SECRETS: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nk=clear:SECRET\r\nt=0 0\r\n\
    m=audio 9 RTP/SAVP 0\r\nc=IN IP4 127.0.0.1\r\nk=base64:SECRET\r\n\
    a=crypto:1 X INLINE:SECRET\r\na=crypto:1 X inline:\tSECRET!\r\n\
    a=crypto:x X inline:SECRET\r\na=key-mgmt:mikey SECRET\r\na=rtpmap:0 PCMU/8000\n\
    a=sendrecv \r\na=crypto:x X inline:SECRET";

#[test]
fn no_output_shows_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.sdp");
    fs::write(&file, SECRETS).unwrap();
    let file = file.to_str().unwrap();
    for more in [
        &["--stacks"][..],
        &["--diff"],
        &["--diff", "--unsafe-fixes"],
    ] {
        for format in FORMATS {
            let args = [&["-f", format.name, "--select", "ALL", file], more].concat();
            let outcome = run(&args);
            assert!(!outcome.out.contains("SECRET"), "{args:?}: {}", outcome.out);
            assert!(!outcome.err.contains("SECRET"), "{args:?}: {}", outcome.err);
        }
    }
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = rtcscope::cli::sdp::SdpArgs {
        command: None,
        files: vec![file.into()],
        lines: true,
        format: rtcscope::cli::sdp::SdpFormat::Text,
    };
    rtcscope::cli::sdp::run(&args, &mut out, &mut err).unwrap();
    let lines = String::from_utf8(out).unwrap();
    assert!(
        lines.contains("k=clear:******") && !lines.contains("SECRET"),
        "{lines}"
    );
    let shown = run(&["-f", "text", "--stacks", file]).out;
    assert!(shown.contains("INLINE:******"), "{shown}");
    assert!(shown.contains("rejects"), "{shown}");
}

#[test]
fn no_log_holds_a_strangers_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("::error file=x::pwn ##[x].sdp");
    fs::write(&file, "v=0\r\n##[error]x\r\n::error::x\r\n").unwrap();
    for format in ["text", "concise"] {
        let outcome = run(&["-f", format, "--stacks", file.to_str().unwrap()]);
        assert!(!outcome.out.contains("##["), "{}", outcome.out);
    }
}

#[test]
fn arguments_do_not_steer_the_terminal() {
    for args in [
        &["--baseline", "nope\u{1b}[31m", CLEAN][..],
        &["--write-baseline", "/nowhere/\u{1b}[31m", CLEAN],
        &["--ignore", "\u{1b}[31m", CLEAN],
        &["--select", "\u{1b}[31m", CLEAN],
        &["-f", "json=\u{1b}[31m", "-o", "\u{1b}[32m", CLEAN],
        &["nope\u{1b}[31m*.sdp"],
        &["nope\u{1b}[31m.sdp"],
    ] {
        let outcome = run(args);
        assert!(!outcome.err.is_empty(), "{args:?}");
        assert!(!outcome.err.contains('\u{1b}'), "{args:?}: {}", outcome.err);
    }
}
