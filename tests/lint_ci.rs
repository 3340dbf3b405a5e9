//! What docs/ci shows, run: the problem matcher on our output, the hooks and the jobs with the program.

#![cfg(all(feature = "cli", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic
)]

use clap::Parser;
use regex::Regex;
use rtcscope::cli::lint;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[derive(Parser)]
struct Lint {
    #[command(flatten)]
    args: lint::LintArgs,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let path = fs::canonicalize(root().join("docs"))
        .unwrap()
        .join("..")
        .join(path);
    fs::read_to_string(path).unwrap()
}

/// A folder with `fixtures/`: one description that is fine, one that is not.
fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("fixtures")).unwrap();
    for name in ["janus-answer.sdp", "broken-transport.sdp"] {
        let from = root().join("samples/sdp").join(name);
        fs::copy(from, dir.path().join("fixtures").join(name)).unwrap();
    }
    dir
}

/// Runs a line of a script in `dir`, with the program on the path and nothing of CI around it.
fn run(line: &str, dir: &Path) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_rtcscope")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    Command::new("sh")
        .args(["-c", line])
        .current_dir(dir)
        .env("PATH", format!("{}:{path}", program.display()))
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .unwrap()
}

/// The lines of a job that call the program.
fn calls(job: &str) -> Vec<&str> {
    let lines = job.lines().map(str::trim_start);
    let commands = lines.filter_map(|l| l.strip_prefix("run: ").or(l.strip_prefix("- ")));
    commands.filter(|l| l.starts_with("rtcscope ")).collect()
}

#[test]
fn the_problem_matcher_reads_our_lines() {
    let matcher: Value = serde_json::from_str(&read("docs/ci/problem-matcher.json")).unwrap();
    let pattern = &matcher["problemMatcher"][0]["pattern"][0];
    let regexp = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let group = |name: &str| usize::try_from(pattern[name].as_u64().unwrap()).unwrap();
    let dir = project();
    let out = run(
        "rtcscope lint --format concise --statistics fixtures",
        dir.path(),
    );
    let text = String::from_utf8(out.stdout).unwrap();
    let mut matched = 0;
    for line in text.lines() {
        let Some(found) = regexp.captures(line) else {
            let is_summary = line.contains(" in 2 descriptions") || line.starts_with("  ");
            assert!(is_summary || line.contains(": info["), "{line}");
            continue;
        };
        matched += 1;
        assert!(dir.path().join(&found[group("file")]).is_file(), "{line}");
        assert!(found[group("line")].parse::<usize>().unwrap() > 0);
        assert!(found[group("column")].parse::<usize>().unwrap() > 0);
        assert!(["error", "warning"].contains(&&found[group("severity")]));
        assert!(found[group("code")].starts_with("SDP"), "{line}");
        assert!(!found[group("message")].is_empty());
    }
    assert!(matched > 5, "{text}");
}

#[test]
fn the_hooks_run() {
    let hooks = read(".pre-commit-hooks.yaml");
    let value = |line: &str, key: &str| {
        let rest = line.trim_start_matches(['-', ' ']);
        rest.strip_prefix(key).map(|v| v.trim().to_owned())
    };
    let entries: Vec<String> = hooks.lines().filter_map(|l| value(l, "entry:")).collect();
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        let mut words = entry.split(' ');
        assert_eq!(words.next(), Some("rtcscope"));
        // As pre-commit does: the arguments of the user, then the files.
        let given = words.chain(["--error-on", "warning", "a.sdp", "b.sdp"]);
        let args = Lint::try_parse_from(given).unwrap().args;
        assert_eq!(args.paths.len(), 2);
        let dir = project();
        let good = run(&format!("{entry} fixtures/janus-answer.sdp"), dir.path());
        assert_eq!(good.status.code(), Some(0), "{good:?}");
        let bad = run(
            &format!("{entry} fixtures/broken-transport.sdp"),
            dir.path(),
        );
        assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    }
    for files in hooks.lines().filter_map(|l| value(l, "files:")) {
        let files = Regex::new(&files).unwrap();
        assert!(files.is_match("tests/offer.sdp") && !files.is_match("offer.sdpx"));
    }
    let page = read("docs/ci/pre-commit.md");
    let args = page
        .lines()
        .find_map(|l| l.trim().strip_prefix("args: ["))
        .unwrap();
    let args = args.trim_end_matches(']').split(", ");
    let args = ["lint"].into_iter().chain(args).chain(["a.sdp"]);
    assert!(Lint::try_parse_from(args).is_ok());
    for id in hooks.lines().filter_map(|l| value(l, "id:")) {
        assert!(page.contains(&id), "{id}");
    }
}

#[test]
fn the_job_for_github_runs() {
    let job = read("docs/ci/github-actions.yml");
    assert!(job.contains("run: cargo install --locked rtcscope"));
    let calls = calls(&job);
    assert_eq!(calls.len(), 1);
    let dir = project();
    let out = run(calls[0], dir.path());
    assert_eq!(out.status.code(), Some(1), "{out:?}");
    let log = String::from_utf8(out.stdout).unwrap();
    let annotation = Regex::new(r"(?m)^::error title=SDP\d{3} [a-z0-9-]+,file=fixtures/broken-transport\.sdp,line=\d+,endLine=\d+,col=\d+,endColumn=\d+::").unwrap();
    assert!(annotation.is_match(&log), "{log}");
    assert!(log.contains(" --> fixtures/broken-transport.sdp:"), "{log}");
    // What is uploaded is what is written.
    let name = job
        .lines()
        .find_map(|l| l.trim().strip_prefix("sarif_file: "))
        .unwrap();
    let sarif = fs::read_to_string(dir.path().join(name)).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 5);
    let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "fixtures/broken-transport.sdp");
}

#[test]
fn the_job_for_gitlab_runs() {
    let job = read("docs/ci/gitlab-ci.yml");
    let calls = calls(&job);
    assert_eq!(calls.len(), 1);
    let dir = project();
    let out = run(calls[0], dir.path());
    assert_eq!(out.status.code(), Some(1), "{out:?}");
    let report = |key: &str| {
        let name = job
            .lines()
            .find_map(|l| l.trim().strip_prefix(key))
            .unwrap();
        fs::read_to_string(dir.path().join(name.trim())).unwrap()
    };
    let quality: Vec<Value> = serde_json::from_str(&report("codequality:")).unwrap();
    assert!(
        quality
            .iter()
            .all(|e| e["location"]["path"] == "fixtures/broken-transport.sdp")
    );
    let junit = report("junit:");
    let junit = roxmltree::Document::parse(&junit).unwrap();
    let suites = junit.descendants().filter(|n| n.has_tag_name("testsuite"));
    assert_eq!(suites.count(), 2);
}

#[test]
fn in_actions_the_log_is_annotated_and_the_step_summed_up() {
    let dir = project();
    fs::write(dir.path().join("summary.md"), "# Before\n").unwrap();
    let around = "GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary.md";
    let out = run(&format!("{around} rtcscope lint fixtures"), dir.path());
    let log = String::from_utf8(out.stdout).unwrap();
    assert!(
        log.contains("\n::error ") && log.contains(" --> fixtures/"),
        "{log}"
    );
    let summary = fs::read_to_string(dir.path().join("summary.md")).unwrap();
    assert!(
        summary.starts_with("# Before\n### rtcscope lint: "),
        "{summary}"
    );
    assert!(summary.contains("\n| error | SDP"), "{summary}");
    // Asked for a format, nothing is added.
    let out = run(
        &format!("{around} rtcscope lint -f concise fixtures"),
        dir.path(),
    );
    assert!(!String::from_utf8(out.stdout).unwrap().contains("::error"));
    let unchanged = fs::read_to_string(dir.path().join("summary.md")).unwrap();
    assert_eq!(unchanged, summary);
    // A summary that cannot be written is no failure of the lint.
    let line =
        "GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=no/such rtcscope lint fixtures/janus-answer.sdp";
    let out = run(line, dir.path());
    assert_eq!(out.status.code(), Some(0));
    assert!(
        String::from_utf8(out.stderr)
            .unwrap()
            .starts_with("note: the summary")
    );
}

#[test]
fn links_of_the_page_lead_somewhere() {
    let page = read("docs/ci/README.md");
    for link in page
        .split("](")
        .skip(1)
        .map(|l| l.split(')').next().unwrap())
    {
        let file = link.split('#').next().unwrap();
        assert!(root().join("docs/ci").join(file).exists(), "{link}");
    }
    for format in rtcscope::diag::render::FORMATS {
        assert!(
            page.contains(&format!("`{}`", format.name)),
            "{}",
            format.name
        );
    }
}
