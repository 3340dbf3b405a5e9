//! Every example in every rule's documentation does what it says, in several disguises.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use rtcscope::diag::{Diagnostic, apply};
use rtcscope::lint::examples::{self, Example, Verdict, examples};
use rtcscope::lint::{Linter, RULES, Role, Rule};

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

#[test]
fn disguises_change_no_verdict() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for example in examples(rule.docs).iter().filter(|e| !e.exact) {
            let lf = example.sdp.replace("\r\n", "\n");
            check(rule, example, &lf, "LF", &mut wrong);
            // An unknown attribute at the end of every section must be ignored.
            let mut lines: Vec<&str> = example.sdp.split_inclusive("\r\n").collect();
            let ends: Vec<usize> = (1..=lines.len())
                .filter(|&i| lines.get(i).is_none_or(|l| l.starts_with("m=")))
                .collect();
            for end in ends.into_iter().rev() {
                lines.insert(end, "a=x-unknown-thing:1 2 3\r\n");
            }
            check(
                rule,
                example,
                &lines.concat(),
                "unknown attributes",
                &mut wrong,
            );
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
