//! Every example in every rule's documentation does what it says, in several disguises.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod kit;

use kit::linear::grows_linearly;
use rtcscope::diag::{Diagnostic, apply};
use rtcscope::lint::examples::{self, Example, Verdict, examples};
use rtcscope::lint::{Config, Linter, RULES, Role, Rule};

/// How often lines are repeated to see what that takes; a debug build need not see the same.
const MANY: usize = if cfg!(debug_assertions) { 60 } else { 1000 };

fn lint(rule: &Rule, sdp: &[u8], role: Option<Role>) -> Vec<Diagnostic> {
    let reports = Linter::new(examples::config(rule)).lint(sdp, role);
    reports.into_iter().flat_map(|r| r.diagnostics).collect()
}

/// What is found in all descriptions of `example`, whose last one is replaced by `sdp`.
fn lint_example(rule: &Rule, example: &Example, sdp: &str) -> Vec<Diagnostic> {
    let linter = Linter::new(examples::config(rule));
    let reports = example.check(&linter, sdp);
    reports.into_iter().flat_map(|r| r.diagnostics).collect()
}

fn codes(found: &[Diagnostic]) -> Vec<&str> {
    let mut codes: Vec<&str> = found.iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

fn check(rule: &Rule, example: &Example, sdp: &str, disguise: &str, wrong: &mut Vec<String>) {
    let found = lint_example(rule, example, sdp);
    let expected: &[&str] = match example.verdict {
        Verdict::Fail => &[rule.code],
        Verdict::Pass | Verdict::Fixed => &[],
    };
    if codes(&found) != expected {
        let messages: Vec<_> = found.iter().map(|d| (d.code, &d.message)).collect();
        wrong.push(format!(
            "{} {:?} ({disguise}): {messages:?}\n{sdp}",
            rule.file, example.verdict
        ));
    }
}

#[test]
fn examples_do_what_they_say() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for example in examples(rule.docs) {
            check(rule, &example, &example.sdp, "as written", &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The sections of a description: what stands before the first `m=` line, and each from there on.
fn sections(sdp: &str) -> Vec<Vec<&str>> {
    let mut sections = vec![Vec::new()];
    for line in sdp.split_inclusive("\r\n") {
        if line.starts_with("m=") {
            sections.push(Vec::new());
        }
        sections.last_mut().unwrap().push(line);
    }
    sections
}

/// The description with `change` made to the attributes of each section, as they follow each other.
fn with_attributes(sdp: &str, change: impl Fn(&mut [&str])) -> String {
    let is_attribute = |line: &&str| line.starts_with("a=");
    let mut out = String::new();
    for mut lines in sections(sdp) {
        let first = lines.iter().position(is_attribute).unwrap_or(lines.len());
        let attributes = &mut lines[first..];
        // What stands between attributes that should not is not moved.
        if attributes.iter().all(is_attribute) {
            change(attributes);
            // It says that no candidate follows.
            attributes.sort_by_key(|line| line.starts_with("a=end-of-candidates"));
        }
        out += &lines.concat();
    }
    out
}

/// What must not matter: each a name and how a description comes to look.
type Disguise = (&'static str, fn(&str) -> String);

const DISGUISES: &[Disguise] = &[
    ("LF", |sdp| sdp.replace("\r\n", "\n")),
    ("unknown attributes at the end of sections", |sdp| {
        let with = |lines: Vec<&str>| lines.concat() + "a=x-unknown-thing:1 2 3\r\n";
        sections(sdp).into_iter().map(with).collect()
    }),
    ("unknown attributes between the others", |sdp| {
        let line = |line: &str| match line.starts_with("a=") {
            true => format!("a=x-unknown-flag\r\n{line}a=x-unknown-thing:1 2 3\r\n"),
            false => line.to_owned(),
        };
        sdp.split_inclusive("\r\n").map(line).collect()
    }),
    ("attributes in reverse", |sdp| {
        with_attributes(sdp, |lines| lines.reverse())
    }),
    ("attributes by the alphabet", |sdp| {
        with_attributes(sdp, |lines| {
            lines.sort_by_key(|line| line.split(':').next())
        })
    }),
    ("attributes turned", |sdp| {
        with_attributes(sdp, |lines| lines.rotate_left(lines.len().min(1)))
    }),
    ("other case", |sdp| {
        sdp.split_inclusive("\r\n").map(in_other_case).collect()
    }),
];

/// The line with tokens in another case that have none: names of codecs (RFC 8866 §6.6), of hash
/// functions (RFC 8122 §5), and of transports of candidates (RFC 8839 §5.1).
fn in_other_case(line: &str) -> String {
    let word = match line.split_once(':') {
        Some(("a=rtpmap", _)) => line.split([' ', '/']).nth(1),
        Some(("a=fingerprint", value)) => value.split(' ').next(),
        Some(("a=candidate", value)) => value.split(' ').nth(2),
        _ => None,
    };
    let word = word.map(str::trim_end).unwrap_or_default();
    let swap = |c: char| match c.is_ascii_lowercase() {
        true => c.to_ascii_uppercase(),
        false => c.to_ascii_lowercase(),
    };
    match word.is_empty() {
        true => line.to_owned(),
        false => line.replacen(word, &word.chars().map(swap).collect::<String>(), 1),
    }
}

#[test]
fn disguises_change_no_verdict() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for example in examples(rule.docs).iter().filter(|e| !e.exact) {
            for (name, disguise) in DISGUISES {
                let example = example.map(disguise);
                check(rule, &example, &example.sdp, name, &mut wrong);
            }
            let twice = format!("{0}{0}", example.sdp);
            let found = lint(rule, twice.as_bytes(), example.role);
            let once = lint(rule, example.sdp.as_bytes(), example.role);
            assert_eq!(
                found.len(),
                2 * once.len(),
                "{}: two in one file",
                rule.code
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lines that a rule speaks of may come in any number.
#[test]
fn any_number_of_the_lines_of_an_example_takes_linear_time() {
    for rule in RULES {
        let linter = Linter::new(Config {
            select: vec![rule.code.to_owned()],
            ..examples::config(rule)
        });
        for example in examples(rule.docs)
            .iter()
            .filter(|e| e.verdict == Verdict::Fail)
        {
            let many = |n: usize| {
                let line = |line: &str| match line.starts_with("a=") {
                    true => line.repeat(n),
                    false => line.to_owned(),
                };
                example.sdp.split_inclusive("\r\n").map(line).collect()
            };
            grows_linearly(rule.name, MANY, many, |text| {
                example.check(&linter, std::str::from_utf8(text).unwrap())
            });
        }
    }
}

#[test]
fn fixes_give_the_fixed_example_and_nothing_to_say() {
    for rule in RULES {
        let all = examples(rule.docs);
        for pair in all.windows(2).filter(|p| p[1].verdict == Verdict::Fixed) {
            let found = lint_example(rule, &pair[0], &pair[0].sdp);
            let (fixed, applied) = apply(pair[0].sdp.as_bytes(), &found, true);
            assert!(applied > 0, "{}: no fix", rule.code);
            assert_eq!(
                String::from_utf8_lossy(&fixed),
                pair[1].sdp,
                "{}",
                rule.code
            );
        }
        for example in all.iter().filter(|e| e.verdict == Verdict::Fail) {
            let found = lint_example(rule, example, &example.sdp);
            if found.iter().all(|d| d.fix.is_some()) {
                let (fixed, _) = apply(example.sdp.as_bytes(), &found, true);
                let fixed = String::from_utf8_lossy(&fixed);
                let left = lint_example(rule, example, &fixed);
                assert!(
                    !codes(&left).contains(&rule.code),
                    "{}: left after its fix\n{}",
                    rule.code,
                    fixed
                );
            }
        }
    }
}

#[test]
fn one_line_messages_stand_alone() {
    for rule in RULES {
        for example in examples(rule.docs) {
            let text = example.sdp.as_bytes();
            let source = rtcscope::diag::Source::new("x", text);
            for mut found in lint_example(rule, &example, &example.sdp) {
                found.primary.source = 0;
                found.secondary.retain(|label| label.source == 0);
                let line = found.one_line(rtcscope::diag::Sources::one(&source));
                let fact = line.rsplit('(').next().unwrap_or_default();
                for pointer in [
                    "again here)",
                    "and here)",
                    "nothing here)",
                    "again)",
                    "this here)",
                ] {
                    assert!(!fact.ends_with(pointer), "{}: {line}", found.code);
                }
            }
        }
    }
}
