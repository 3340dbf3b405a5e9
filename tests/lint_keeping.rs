//! What keeps `rtcscope lint` on in a project: configuration, suppressions, baselines and fixes, as
//! a user meets them.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod kit;

use clap::Parser;
use kit::shared::shared;
use rtcscope::cli::lint;
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

/// A folder of its own, with files in it.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            project.write(name, text.as_bytes());
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs the linter; what begins with `@` is a path in the project.
    fn lint(&self, args: &[&str]) -> Outcome {
        let in_project = |arg: &&str| match arg.strip_prefix('@') {
            Some(name) => self.path(name).to_str().unwrap().to_owned(),
            None => (*arg).to_owned(),
        };
        let args: Vec<String> = args.iter().map(in_project).collect();
        let fixed = ["lint", "-f", "concise"].map(str::to_owned);
        let args = Lint::try_parse_from(fixed.into_iter().chain(args))
            .unwrap()
            .args;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = lint::run(&args, &mut out, &mut err, false).unwrap();
        let root = self.0.path().to_str().unwrap().to_owned() + "/";
        Outcome {
            code,
            out: String::from_utf8(out).unwrap().replace(&root, ""),
            err: String::from_utf8(err).unwrap().replace(&root, ""),
        }
    }
}

/// Two mistakes: payload type 111 that is not listed, in a section with `mid` 1, and one in 0.
const BROKEN: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=fmtp:110 x=1\r\n\
    m=audio 9 RTP/AVP 0\r\na=mid:1\r\na=fmtp:111 x=1\r\n";

fn codes(outcome: &Outcome) -> Vec<String> {
    let code = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    outcome.out.lines().filter_map(code).collect()
}

#[test]
fn the_nearest_configuration_counts_and_the_command_line_wins() {
    let project = Project::new(&[
        ("rtcscope.toml", "[lint]\nignore = [\"SDP109\"]\n"),
        ("a.sdp", BROKEN),
        ("deep/er/b.sdp", BROKEN),
        (
            "deep/rtcscope.toml",
            "[lint.severity]\nunlisted-fmtp = \"info\"\n",
        ),
    ]);
    assert_eq!(project.lint(&["@a.sdp"]).code, 0);
    let found = project.lint(&["@deep/er/b.sdp"]);
    assert_eq!(
        found.out.matches("info[SDP109]").count(),
        2,
        "{}",
        found.out
    );
    assert_eq!(
        codes(&project.lint(&["--no-config", "@a.sdp"])),
        ["SDP109"; 2]
    );
    assert_eq!(
        codes(&project.lint(&["--select", "SDP1", "@a.sdp"])),
        ["SDP109"; 2]
    );
    assert_eq!(
        codes(&project.lint(&["--extend-select", "SDP109", "@a.sdp"])),
        ["SDP109"; 2]
    );
    let found = project.lint(&["--config", "@rtcscope.toml", "@deep/er/b.sdp"]);
    assert!(codes(&found).is_empty(), "{}", found.out);
    let found = project.lint(&["--severity", "SDP109=error", "@deep/er/b.sdp"]);
    assert_eq!((found.code, found.out.contains("error[SDP109]")), (1, true));
}

#[test]
fn mistakes_in_the_configuration_have_their_place() {
    for (text, problem) in [
        (
            "[lint]\nignroe = []\n",
            "2:1: unknown key `ignroe` in `lint`; did you mean `ignore`?",
        ),
        ("[lnt]\n", "1:2: unknown key `lnt`; did you mean `lint`?"),
        (
            "[lint]\nignore = [\"SDP109\", \"unlisted-fmpt\"]\n",
            "2:21: no rule is called `unlisted-fmpt`; did you mean `unlisted-fmtp`?",
        ),
        (
            "[lint]\nignore = [\"all\"]\n",
            "2:11: `all` would hide every mistake there is",
        ),
        (
            "[lint]\nignore = \"SDP109\"\n",
            "2:10: `ignore` wants a list of strings",
        ),
        (
            "[lint]\nprofile = \"browsr\"\n",
            "2:11: no profile is called `browsr`; did you mean `browser`?",
        ),
        (
            "[lint]\npreview = 1\n",
            "2:11: `preview` wants `true` or `false`, not an integer",
        ),
        (
            "[lint.severity]\nSDP109 = \"fatal\"\n",
            "2:10: `fatal` is not error, warning or info",
        ),
        (
            "[lint.severity]\nSDP999 = \"info\"\n",
            "2:1: no rule is called `SDP999`",
        ),
        (
            "[[lint.allow]]\ncode = \"SDP109\"\n",
            "1:1: `lint.allow` without `reason`: say why",
        ),
        (
            "[[lint.allow]]\ncode = \"SDP\"\nreason = \"x\"\n",
            "2:8: `SDP` would hide every",
        ),
        (
            "[[lint.allow]]\ncode = \"SDP109\"\nreason = \" \"\n",
            "3:10: `reason` is empty",
        ),
        (
            "[[lint.allow]]\ncode = \"SDP109\"\nreason = \"x\"\nexpires = \"soon\"\n",
            "4:11: write a day as 2027-06-30",
        ),
        (
            "[[lint.allow]]\ncode = \"SDP109\"\nreason = \"x\"\nsection = \"audio\"\n",
            "4:11: a section is `mid:NAME`",
        ),
        (
            "[[lint.allow]]\ncode = \"CFG001\"\nreason = \"x\"\n",
            "2:8: `CFG001` is about the conf",
        ),
        (
            "[[lint.per-path]]\npath = \"a[\"\nignore = [\"SDP2\"]\nreason = \"x\"\n",
            "2:8: ",
        ),
        (
            "[[lint.per-path]]\nignore = [\"SDP2\"]\nreason = \"x\"\n",
            "1:1: `lint.per-path` without `path`",
        ),
        ("[lint\n", "1:6: "),
        ("[lint]\nselect = [\"x\"\n", ""),
    ] {
        let project = Project::new(&[("rtcscope.toml", text), ("a.sdp", BROKEN)]);
        let found = project.lint(&["@a.sdp"]);
        assert_eq!((found.code, codes(&found).len()), (2, 0), "{text}");
        let start = format!("error: rtcscope.toml:{problem}");
        assert!(
            found.err.starts_with(&start),
            "{text}: {} not {start}",
            found.err
        );
    }
    // All mistakes at once, each once.
    let two = "[lint]\nignroe = 1\nprofil = 2\n";
    let project = Project::new(&[("rtcscope.toml", two), ("a.sdp", BROKEN), ("b.sdp", BROKEN)]);
    assert_eq!(project.lint(&["@"]).err.lines().count(), 2);
    let found = project.lint(&["--config", "@none.toml", "@a.sdp"]);
    assert_eq!(
        (found.code, found.err.as_str()),
        (2, "error: none.toml: no such file\n")
    );
}

fn allow(rest: &str) -> String {
    format!("[[lint.allow]]\ncode = \"SDP109\"\nreason = \"because\"\n{rest}")
}

#[test]
fn a_finding_is_allowed_where_it_was_meant() {
    let left = |rest: &str| {
        let project = Project::new(&[("rtcscope.toml", &allow(rest)), ("t/a.sdp", BROKEN)]);
        let found = project.lint(&["@t/a.sdp"]);
        found.out.matches("[SDP109]").count()
    };
    assert_eq!(left(""), 0);
    for one in [
        "section = \"mid:1\"",
        "section = 1",
        "section = \"0\"",
        "line = \"a=fmtp:111*\"",
    ] {
        assert_eq!(left(one), 1, "{one}");
    }
    for none in [
        "section = \"session\"",
        "section = 2",
        "line = \"a=fmtp\"",
        "path = \"*.md\"",
    ] {
        assert_eq!(left(none), 2, "{none}");
    }
    for all in [
        "path = \"t/*.sdp\"",
        "path = \"*.sdp\"",
        "path = \"t/\"",
        "line = \"a=fmtp:11?*\"",
    ] {
        assert_eq!(left(all), 0, "{all}");
    }
}

#[test]
fn suppressed_findings_do_not_count_and_say_why() {
    let project = Project::new(&[
        (
            "rtcscope.toml",
            "[[lint.per-path]]\npath = \"a.sdp\"\nignore = [\"SDP1\"]\nreason = \"old\"\n",
        ),
        ("a.sdp", BROKEN),
    ]);
    let json = Lint::try_parse_from([
        "lint",
        "-f",
        "json",
        project.path("a.sdp").to_str().unwrap(),
    ]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = lint::run(&json.unwrap().args, &mut out, &mut err, false).unwrap();
    assert_eq!(code, 0);
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let suppression = &json["diagnostics"][0]["suppressed"];
    assert_eq!(
        (&suppression["by"], &suppression["reason"]),
        (&"config".into(), &"old".into())
    );
    let found = project.lint(&["--error-on", "info", "@a.sdp"]);
    assert_eq!(found.code, 0, "{}", found.out);
}

#[test]
fn a_fixture_may_have_a_file_of_its_own() {
    let sidecar = "[[allow]]\ncode = \"SDP109\"\nsection = \"mid:1\"\nreason = \"x\"\n";
    let project = Project::new(&[("a.sdp", BROKEN), ("a.sdp.lint.toml", sidecar)]);
    assert_eq!(codes(&project.lint(&["@a.sdp"])), ["SDP109"]);
    project.write(
        "a.sdp.lint.toml",
        sidecar.replace("mid:1", "mid:9").as_bytes(),
    );
    let found = project.lint(&["@a.sdp"]);
    assert_eq!(
        codes(&found),
        ["SDP109", "SDP109", "CFG001"],
        "{}",
        found.out
    );
    project.write("a.sdp.lint.toml", b"[[allow]]\ncod = 1\n");
    assert_eq!(project.lint(&["@a.sdp"]).code, 2);
}

#[test]
fn what_suppresses_nothing_is_reported_when_all_of_it_was_checked() {
    let entry = |path: &str| {
        format!("[[lint.allow]]\ncode = \"SDP404\"\npath = \"{path}\"\nreason = \"x\"\n")
    };
    let told = |config: &str, args: &[&str]| {
        let project = Project::new(&[
            ("rtcscope.toml", config),
            ("t/a.sdp", BROKEN),
            ("t/b.sdp", BROKEN),
            ("t/c.md", BROKEN),
        ]);
        let found = project.lint(args);
        found
            .out
            .matches("rtcscope.toml:2:8: warning[CFG001]")
            .count()
    };
    assert_eq!(told(&entry("t/*.sdp"), &["@"]), 1);
    assert_eq!(told(&entry("t/*.sdp"), &["@t"]), 1);
    assert_eq!(
        told(&entry("t/*.sdp"), &["@t/a.sdp"]),
        0,
        "b.sdp may need it"
    );
    assert_eq!(told(&entry("t/a.sdp"), &["@t/a.sdp"]), 1);
    assert_eq!(
        told(&entry("*.sdp"), &["@t"]),
        0,
        "there may be more elsewhere"
    );
    assert_eq!(told(&entry("gone/*.sdp"), &["@"]), 1, "fits no file");
    assert_eq!(told(&entry("*.md"), &["@"]), 0, "a walk takes no Markdown");
    assert_eq!(
        told(&entry("t/*.sdp"), &["--select", "SDP1", "@"]),
        0,
        "the rule did not run"
    );
    assert_eq!(told(&entry("t/*.sdp"), &["--ignore", "CFG001", "@"]), 0);
    let without_path = "[[lint.allow]]\ncode = \"SDP404\"\nreason = \"x\"\n";
    assert_eq!(told(without_path, &["@"]), 1);
    assert_eq!(told(without_path, &["@t"]), 0);
}

#[test]
fn what_suppresses_nothing_can_be_removed() {
    let config = "# ours\n[lint]\npreview = false\n\n# this goes\n[[lint.allow]]\ncode = \"SDP404\"\n\
        reason = \"x\"\n\n[[lint.allow]]\ncode = \"SDP109\"\nreason = \"y\"\n";
    let project = Project::new(&[("rtcscope.toml", config), ("a.sdp", BROKEN)]);
    let found = project.lint(&["--fix", "@"]);
    assert_eq!(found.code, 0, "{}", found.out);
    assert_eq!(
        project.read("rtcscope.toml"),
        "# ours\n[lint]\npreview = false\n\n# this goes\n[[lint.allow]]\ncode = \"SDP109\"\nreason = \"y\"\n"
    );
    assert_eq!(codes(&project.lint(&["@"])), [""; 0]);
}

#[test]
fn what_has_expired_is_told_and_still_works() {
    let project = Project::new(&[
        ("rtcscope.toml", &allow("expires = 2020-02-29\n")),
        ("a.sdp", BROKEN),
    ]);
    let found = project.lint(&["@a.sdp"]);
    assert_eq!(
        (found.code, codes(&found)),
        (0, vec!["CFG002".to_owned()]),
        "{}",
        found.out
    );
    assert!(
        found.out.starts_with("rtcscope.toml:4:11: warning[CFG002]"),
        "{}",
        found.out
    );
    assert_eq!(project.lint(&["--error-on", "warning", "@a.sdp"]).code, 1);
    project.write(
        "rtcscope.toml",
        allow("expires = \"9999-12-31\"\n").as_bytes(),
    );
    assert_eq!(codes(&project.lint(&["@a.sdp"])), [""; 0]);
}

#[test]
fn a_baseline_lets_only_new_findings_count() {
    let project = Project::new(&[("t/a.sdp", BROKEN), ("ci/x", "")]);
    let found = project.lint(&["--write-baseline", "@ci/base.json", "@t"]);
    assert_eq!(found.code, 0, "{}", found.out);
    assert!(
        found
            .err
            .contains("note: ci/base.json: 2 findings in 1 file"),
        "{}",
        found.err
    );
    let json: serde_json::Value = serde_json::from_str(&project.read("ci/base.json")).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["entries"][0]["path"], "../t/a.sdp");
    let with = ["--error-on", "warning", "--baseline", "@ci/base.json", "@t"];
    let found = project.lint(&with);
    assert_eq!(
        (found.code, found.err.contains("gone")),
        (0, false),
        "{}",
        found.out
    );
    // A line more and another session change nothing, a mistake more does.
    let moved = BROKEN
        .replace("s=-\r\n", "s=-\r\ni=more\r\n")
        .replace("o=- 1 1", "o=- 77 3");
    project.write("t/a.sdp", moved.as_bytes());
    assert_eq!(project.lint(&with).code, 0);
    project.write("t/a.sdp", (moved.clone() + "a=fmtp:111 x=1\r\n").as_bytes());
    assert_eq!(project.lint(&with).code, 1);
    // One less is told.
    project.write(
        "t/a.sdp",
        moved.replace("a=fmtp:110 x=1\r\n", "").as_bytes(),
    );
    let found = project.lint(&with);
    assert_eq!(found.code, 0);
    assert!(
        found.err.contains("1 finding in it is gone"),
        "{}",
        found.err
    );
    assert_eq!(
        project
            .lint(&[&with[..], &["--strict-baseline"]].concat())
            .code,
        1
    );
    let found = project.lint(&[&with[..], &["--prune-baseline"]].concat());
    assert!(found.err.contains("1 finding taken out"), "{}", found.err);
    let found = project.lint(&[&with[..], &["--strict-baseline"]].concat());
    assert_eq!((found.code, found.err.contains("gone")), (0, false));
    let found = project.lint(&["--baseline", "@none.json", "@t"]);
    assert_eq!(found.code, 2);
    assert!(found.err.starts_with("error: ") && found.err.contains("--write-baseline"));
}

#[test]
fn a_baseline_survives_another_recording_of_the_same_stack() {
    let Some(captures) = shared("captures") else {
        return;
    };
    // Calls of the same browser and settings.
    for (first, second) in [
        ("cc-vp8-clean", "cc-vp8-loss3"),
        ("cc-vp8-clean", "cc-vp8-cap300"),
    ] {
        for name in ["offer.sdp", "answer.sdp"] {
            let project = Project::new(&[]);
            let record = |folder: &str| {
                let text = fs::read_to_string(captures.join(folder).join(name)).unwrap();
                // The same mistakes in both.
                let text = text
                    .replace("a=setup:", "a=setup:x")
                    .replace("opus/48000/2", "opus/16000");
                project.write("a.sdp", text.as_bytes());
                text
            };
            let one = record(first);
            let found = project.lint(&["--no-config", "--write-baseline", "@b.json", "@a.sdp"]);
            assert!(!found.err.contains(": 0 findings"), "{}", found.err);
            let two = record(second);
            assert_ne!(one, two);
            let found = project.lint(&["--no-config", "--baseline", "@b.json", "@a.sdp"]);
            assert_eq!(
                (found.code, codes(&found)),
                (0, vec![]),
                "{first} {second} {}",
                found.out
            );
            assert!(
                !found.err.contains("gone"),
                "{first} {second}: {}",
                found.err
            );
        }
    }
}

#[test]
fn comments_around_a_description_suppress_findings_in_it() {
    let markdown = |comment: &str| {
        let sdp = BROKEN.replace("\r\n", "\n");
        let text = format!("# Title\n\n{comment}\n```sdp\n{sdp}```\n");
        let project = Project::new(&[("a.md", &text)]);
        project.lint(&["@a.md"])
    };
    let found = markdown("");
    assert_eq!(
        codes(&found),
        ["SDP109", "SDP109"],
        "{} {}",
        found.out,
        found.err
    );
    let found = markdown("<!-- rtcscope-ignore SDP109: because -->");
    assert_eq!(codes(&found), [""; 0], "{}", found.out);
    let found = markdown("<!-- rtcscope-ignore unlisted-fmtp, SDP404: because -->");
    assert_eq!(codes(&found), ["CFG001"], "{}", found.out);
    assert!(found.out.starts_with("a.md:3:"), "{}", found.out);
    for bad in ["all: because", "SDP999: because", "SDP109", "SDP109:"] {
        let found = markdown(&format!("<!-- rtcscope-ignore {bad} -->"));
        let all = codes(&found);
        assert!(all.contains(&"CFG003".to_owned()), "{bad}: {}", found.out);
        assert_eq!(
            all.iter().filter(|code| *code == "SDP109").count(),
            2,
            "{bad}"
        );
    }
    let js = format!(
        "// rtcscope-ignore SDP109: because\nconst offer = `{}`;\n",
        BROKEN.replace("\r\n", "\n")
    );
    let project = Project::new(&[("a.js", &js)]);
    let found = project.lint(&["@a.js"]);
    assert_eq!(codes(&found), [""; 0], "{} {}", found.out, found.err);
}

#[test]
fn source_code_and_documents_are_fixed_in_their_own_spelling() {
    let js = "const a = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 't=0 0',\n  'm=audio 9 RTP/AVP 0',\n\
        \t'c=IN IP4 192.0.2.1', 'a=sendrecv', 'a=sendrecv'].join('\\r\\n') + '\\r\\n';\n";
    let quoted = format!(
        "// it's\r\nlet a = \"{}\";",
        FIXABLE.replace('\r', "\\r").replace('\n', "\\n")
    );
    for (name, text) in [("a.js", js), ("b.js", quoted.as_str())] {
        let project = Project::new(&[(name, text)]);
        let arg = format!("@{name}");
        let found = project.lint(&["--fix", &arg]);
        assert!(found.code < 2, "{name}: {}", found.err);
        let fixed = project.read(name);
        let before = text.split(['\'', '"']).next().unwrap();
        assert!(fixed.starts_with(before), "{name}: {fixed}");
        // What was fixed is fixed.
        project.lint(&["--fix", &arg]);
        assert_eq!(project.read(name), fixed, "{name}");
    }
    let project = Project::new(&[("b.js", &quoted)]);
    project.lint(&["--fix", "@b.js"]);
    // Whether the last line goes on in another string is not known, so it is given no end.
    assert_eq!(project.read("b.js"), quoted.replace("s=-\\n", "s=-\\r\\n"));
}

const FIXABLE: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 9 RTP/AVP 0";

#[test]
fn a_difference_changes_nothing() {
    let project = Project::new(&[("a.sdp", FIXABLE)]);
    let found = project.lint(&["--diff", "@a.sdp"]);
    assert_eq!(found.code, 1);
    assert!(
        found.out.starts_with("--- a.sdp\n+++ a.sdp\n@@ "),
        "{}",
        found.out
    );
    assert!(found.out.contains("-s=-\n+s=-\r\n"), "{:?}", found.out);
    assert!(
        found.err.contains("would be fixed in 1 file"),
        "{}",
        found.err
    );
    assert_eq!(project.read("a.sdp"), FIXABLE);
    assert_eq!(project.lint(&["--fix", "@a.sdp"]).code, 0);
    let found = project.lint(&["--diff", "@a.sdp"]);
    assert_eq!((found.code, found.out.as_str()), (0, ""));
    assert!(Lint::try_parse_from(["lint", "--fix", "--diff", "x"]).is_err());
}

#[test]
fn json_is_fixed_in_its_own_spelling() {
    let spelled = FIXABLE.replace('\r', "\\r").replace('\n', "\\n");
    let json =
        format!("{{ \"note\" : \"\\u00fc\",\n\t\"sdp\":\"{spelled}\" , \"type\":\"offer\" }}");
    let project = Project::new(&[("a.json", &json)]);
    let found = project.lint(&["--fix", "@a.json"]);
    assert!(found.out.contains("fixed"), "{} {}", found.out, found.err);
    let wanted = json
        .replace("s=-\\n", "s=-\\r\\n")
        .replace("AVP 0\"", "AVP 0\\r\\n\"");
    assert_eq!(project.read("a.json"), wanted);
}

#[test]
fn evidence_is_never_changed() {
    let sdp = FIXABLE.replace('\r', "\\r").replace('\n', "\\n");
    let dump = format!(
        r#"{{"PeerConnections":{{"1-1":{{"updateLog":[{{"type":"setLocalDescription","value":"{{\"type\":\"offer\",\"sdp\":\"{}\"}}"}}]}}}}}}"#,
        sdp.replace('\\', "\\\\")
    );
    let project = Project::new(&[("dump.json", &dump)]);
    for arg in ["--fix", "--diff"] {
        let found = project.lint(&[arg, "@dump.json"]);
        assert_eq!(found.code, 2, "{}", found.out);
        assert!(
            found
                .err
                .starts_with("error: dump.json: internals: a record of"),
            "{}",
            found.err
        );
        assert_eq!(project.read("dump.json"), dump);
    }
}

#[test]
fn a_suppressed_finding_is_not_fixed() {
    let config =
        "[[lint.allow]]\ncode = \"mixed-line-endings\"\nreason = \"a test of line ends\"\n";
    let project = Project::new(&[("rtcscope.toml", config), ("a.sdp", FIXABLE)]);
    project.lint(&["--fix", "@a.sdp"]);
    assert_eq!(project.read("a.sdp"), format!("{FIXABLE}\r\n"));
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new(&[("real.sdp", FIXABLE)]);
    symlink(project.path("real.sdp"), project.path("link.sdp")).unwrap();
    let mode = fs::Permissions::from_mode(0o604);
    fs::set_permissions(project.path("real.sdp"), mode).unwrap();
    project.lint(&["--fix", "@link.sdp"]);
    assert_ne!(project.read("real.sdp"), FIXABLE);
    assert!(
        fs::symlink_metadata(project.path("link.sdp"))
            .unwrap()
            .is_symlink()
    );
    let mode = fs::metadata(project.path("real.sdp"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o604);
    assert_eq!(
        fs::read_dir(project.0.path()).unwrap().count(),
        2,
        "nothing is left behind"
    );
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let run = |args: &[&str], text: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rtcscope"))
            .args(["lint", "--no-config"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let out = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code(), text(out.stdout), text(out.stderr))
    };
    let fixed = format!("{FIXABLE}\r\n").replace("s=-\n", "s=-\r\n");
    let (code, out, err) = run(&["--fix", "-"], FIXABLE);
    assert_eq!((code, out), (Some(0), fixed.clone()));
    assert!(err.contains("2 fixed"), "{err}");
    let (code, out, _) = run(&["--fix", "-"], &fixed);
    assert_eq!(
        (code, out),
        (Some(0), fixed),
        "what needs no fix comes out as it is"
    );
    let (code, out, _) = run(&["--diff", "--stdin-name", "x.sdp", "-"], FIXABLE);
    assert_eq!((code, out.starts_with("--- x.sdp\n")), (Some(1), true));
}

#[test]
fn what_was_compressed_is_left_alone() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(FIXABLE.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let project = Project::new(&[]);
    project.write("a.sdp", &packed);
    let found = project.lint(&["--fix", "@a.sdp"]);
    assert_eq!(found.code, 3, "{}", found.err);
    assert_eq!(fs::read(project.path("a.sdp")).unwrap(), packed);
}

#[test]
fn it_is_told_by_what_a_file_is_judged() {
    let config = "[lint]\nprofile = \"sfu\"\nignore = [\"SDP106\"]\n[lint.severity]\nSDP109 = \"error\"\n\
        [[lint.allow]]\ncode = \"SDP2\"\npath = \"t/*\"\nsection = \"mid:1\"\nreason = \"because\"\n";
    let project = Project::new(&[("rtcscope.toml", config), ("t/a.sdp", BROKEN)]);
    let found = project.lint(&["--explain-config", "@t/a.sdp"]);
    assert_eq!((found.code, found.err.as_str()), (0, ""));
    for line in [
        "configuration: rtcscope.toml",
        "profile: sfu (rtcscope.toml:2:11)",
        "ignored at rtcscope.toml:3:11",
        "error  SDP109 unlisted-fmtp: rtcscope.toml:5:1",
        "SDP2 in the section `a=mid:1`: because (rtcscope.toml:7:8)",
    ] {
        assert!(found.out.contains(line), "{line}: {}", found.out);
    }
    let found = project.lint(&[
        "--profile",
        "rfc",
        "--ignore",
        "SDP001",
        "--explain-config",
        "@t/a.sdp",
    ]);
    assert!(
        found.out.contains("profile: rfc (the command line)"),
        "{}",
        found.out
    );
    assert!(found.out.contains("ignored on the command line"));
    assert!(found.out.contains("only for the profiles of WebRTC"));
    let found = project.lint(&["--no-config", "--explain-config", "@t/a.sdp"]);
    assert!(found.out.contains("configuration: none"), "{}", found.out);
    assert!(
        found.out.ends_with("suppressions:\n    none\n"),
        "{}",
        found.out
    );
}

#[test]
fn a_walk_takes_what_is_included() {
    let config = "[lint]\ninclude = [\"docs/**/*.md\"]\n";
    let text = format!("```sdp\n{}```\n", BROKEN.replace("\r\n", "\n"));
    let project = Project::new(&[
        ("rtcscope.toml", config),
        ("a.sdp", BROKEN),
        ("docs/deep/b.md", &text),
        ("c.md", &text),
    ]);
    let found = project.lint(&["@"]);
    assert!(found.out.contains("docs/deep/b.md:"), "{}", found.out);
    assert!(!found.out.contains("c.md"), "{}", found.out);
    assert_eq!(codes(&found).len(), 4);
    assert!(!project.lint(&["--no-config", "@"]).out.contains("b.md"));
    project.write("docs/rtcscope.toml", b"[lint]\ninclude = [1]\n");
    let found = project.lint(&["@docs"]);
    assert_eq!(
        (found.code, found.err.matches("`include` wants").count()),
        (2, 1),
        "{}",
        found.err
    );
}

#[test]
fn what_is_said_of_suppressions_is_explained() {
    use rtcscope::cli::explain;
    #[derive(Parser)]
    struct Explain {
        #[command(flatten)]
        args: explain::ExplainArgs,
    }
    for name in ["CFG001", "cfg001", "unused-suppression"] {
        let args = Explain::try_parse_from(["explain", name]).unwrap().args;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        assert_eq!(explain::run(&args, &mut out, &mut err, false).unwrap(), 0);
        let page = String::from_utf8(out).unwrap();
        assert!(
            page.starts_with("# CFG001 unused-suppression\n\n"),
            "{page}"
        );
    }
}

#[test]
fn the_first_configuration_in_the_docs_is_the_one_that_is_written() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lint/configuration.md");
    let docs = fs::read_to_string(docs).unwrap();
    let block = docs
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert_eq!(block, include_str!("../src/cli/lint/keeping/sample.toml"));
}

fn prunes(files: &[(&str, &str)], paths: &[&str]) -> (String, Outcome) {
    let project = Project::new(files);
    let outcome = project.lint(&[&["--fix", "--exit-zero"], paths].concat());
    (project.read("rtcscope.toml"), outcome)
}

#[test]
fn entries_that_share_a_line_are_left_alone() {
    let inline = "[lint]\nallow = [{ code = \"SDP109\", reason = \"a\" }, \
        { code = \"SDP503\", reason = \"b\" }]\n";
    let (left, outcome) = prunes(&[("rtcscope.toml", inline), ("a.sdp", BROKEN)], &["@"]);
    assert_eq!(left, inline);
    assert!(
        outcome.out.contains("`SDP503` suppresses nothing"),
        "{}",
        outcome.out
    );
    let each = "[lint]\nallow = [\n{ code = \"SDP503\", reason = \"b\" },\n\
        { code = \"SDP109\", reason = \"a\" },\n]\n";
    let (left, _) = prunes(&[("rtcscope.toml", each), ("a.sdp", BROKEN)], &["@"]);
    assert_eq!(left, each);
    let kept = "[[lint.allow]]\ncode = \"SDP109\"\nreason = \"a\"\n";
    let tables = format!("[[lint.allow]]\ncode = \"SDP503\"\nreason = \"b\" # no\n\n{kept}");
    let (left, _) = prunes(&[("rtcscope.toml", &tables), ("a.sdp", BROKEN)], &["@"]);
    assert_eq!(left, kept);
}

#[test]
fn entries_about_files_that_were_not_looked_at_are_kept() {
    let entry = |path: &str| {
        format!("[[lint.allow]]\ncode = \"SDP109\"\npath = \"{path}\"\nreason = \"a\"\n")
    };
    for (file, text) in [
        (".hidden/a.sdp", BROKEN),
        ("out/a.sdp", BROKEN),
        ("empty/a.sdp", ""),
        ("no/a.sdp", "hello\n"),
    ] {
        let folder = file.split('/').next().unwrap();
        for path in [
            file.to_owned(),
            format!("{folder}/*.sdp"),
            format!("{folder}/**"),
        ] {
            let config = entry(&path);
            let files = [
                ("rtcscope.toml", config.as_str()),
                (".gitignore", "out/\n"),
                ("b.sdp", BROKEN),
                (file, text),
            ];
            let (left, outcome) = prunes(&files, &["@"]);
            assert_eq!(left, config, "{}", outcome.err);
            assert!(
                !outcome.out.contains("suppresses nothing"),
                "{}",
                outcome.out
            );
        }
    }
    for path in ["gone.sdp", "/gone.sdp", "gone/*.sdp", "gone/**", "gone/"] {
        let config = entry(path);
        let files = [("rtcscope.toml", config.as_str()), ("b.sdp", BROKEN)];
        assert_eq!(prunes(&files, &["@"]).0, "", "{path}");
        let config = config
            .replace("allow", "per-path")
            .replace("code = \"SDP109\"", "ignore = [\"SDP109\"]");
        let files = [("rtcscope.toml", config.as_str()), ("b.sdp", BROKEN)];
        assert_eq!(prunes(&files, &["@"]).0, "", "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_that_cannot_be_written_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let config = "[[lint.allow]]\ncode = \"SDP503\"\nreason = \"b\"\n";
    let project = Project::new(&[("rtcscope.toml", config), ("a.sdp", BROKEN)]);
    let path = project.path("rtcscope.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    if fs::File::options().write(true).open(&path).is_ok() {
        // Whoever may write everything does not see this.
        return;
    }
    let outcome = project.lint(&["--fix", "--exit-zero", "@"]);
    assert_eq!(outcome.code, 3, "{}", outcome.err);
    assert!(
        outcome
            .err
            .contains("error: rtcscope.toml: cannot be written"),
        "{}",
        outcome.err
    );
}

#[test]
fn everything_is_not_silenced_at_once() {
    let project = Project::new(&[("a.sdp", BROKEN)]);
    for args in [
        ["--ignore", "SDP"],
        ["--severity", "SDP=info"],
        ["--ignore", "all"],
    ] {
        let outcome = project.lint(&[&args[..], &["@a.sdp"]].concat());
        assert_eq!(outcome.code, 2, "{args:?}");
        assert!(
            outcome.err.contains("would hide every mistake"),
            "{}",
            outcome.err
        );
    }
    project.write("rtcscope.toml", b"[lint.severity]\nSDP = \"info\"\n");
    assert_eq!(project.lint(&["@a.sdp"]).code, 2);
}

#[test]
fn unsafe_fixes_want_fixing() {
    let parses = |args: &[&str]| {
        let fixed = ["lint", "a.sdp", "--unsafe-fixes"];
        Lint::try_parse_from(fixed.iter().chain(args)).is_ok()
    };
    assert!(!parses(&[]));
    assert!(parses(&["--fix"]) && parses(&["--diff"]));
}

#[test]
fn what_is_read_is_not_written_over() {
    let project = Project::new(&[("a.sdp", BROKEN), ("t/b.sdp", BROKEN)]);
    for args in [
        &["-f", "json", "-o", "@a.sdp", "@a.sdp"][..],
        &["--write-baseline", "@a.sdp", "@a.sdp"],
        &["-o", "@t/b.sdp", "@t"],
        &["-o", "@t/../a.sdp", "--pair", "@t/b.sdp", "@a.sdp"],
    ] {
        let outcome = match args {
            ["-f", ..] => project.lint(&args[2..]),
            args => project.lint(&[&["--no-config"], args].concat()),
        };
        assert_eq!(outcome.code, 2, "{args:?}");
        assert!(
            outcome.err.contains("would be overwritten"),
            "{}",
            outcome.err
        );
        assert_eq!(
            (project.read("a.sdp"), project.read("t/b.sdp")),
            (BROKEN.into(), BROKEN.into())
        );
    }
}

#[cfg(unix)]
#[test]
fn a_walk_mends_nothing_through_links() {
    let padded = BROKEN.replace("a=mid:0", "a=mid: 0");
    let project = Project::new(&[("elsewhere/a.sdp", &padded), ("t/b.sdp", &padded)]);
    std::os::unix::fs::symlink(project.path("elsewhere/a.sdp"), project.path("t/a.sdp")).unwrap();
    let outcome = project.lint(&["--fix", "@t"]);
    assert!(
        outcome.err.contains("t/a.sdp: not fixed: a link"),
        "{}",
        outcome.err
    );
    assert_eq!(project.read("elsewhere/a.sdp"), padded);
    assert_ne!(project.read("t/b.sdp"), padded);
    project.lint(&["--fix", "@t/a.sdp"]);
    assert_ne!(project.read("elsewhere/a.sdp"), padded);
}

#[test]
fn nothing_in_evidence_is_called_fixable() {
    let padded = BROKEN.replace("a=mid:0", "a=mid: 0");
    let value = serde_json::json!({ "type": "offer", "sdp": padded }).to_string();
    let log = serde_json::json!([{ "type": "setLocalDescription", "value": value }]);
    let dump = serde_json::json!({ "PeerConnections": { "7-1": { "updateLog": log } } });
    let project = Project::new(&[("a.sdp", &padded), ("dump.txt", &dump.to_string())]);
    let own = project.lint(&["@a.sdp"]);
    assert!(own.out.contains("fixable with --fix"), "{}", own.out);
    let found = project.lint(&["@dump.txt"]);
    assert!(found.out.contains("SDP403"), "{}", found.out);
    assert!(!found.out.contains("fixable"), "{}", found.out);
}
