//! Applying fixes to the descriptions of a file, whatever kind of file it is.
//!
//! All fixes of a pass go into the file's own bytes, spelled as its kind spells them; then the file
//! is read and checked again, as one fix may uncover another. What makes things worse is left out:
//! a fix after which there are more errors than before, or after which the file does not read back
//! as what the fix was to make of it.

use super::super::inputs::Input;
use crate::diag::{Edit, Fix, Safety, Severity, replace};
use crate::hosts::Text;
use crate::lint::Report;
use std::collections::{BTreeMap, BTreeSet};

/// A fix may uncover another, but not for ever.
const PASSES: usize = 10;
/// So many fixes are tried one by one when all of them together make things worse; of more, all of
/// one code at a time.
const TRIED_ALONE: usize = 40;

/// What became of a file.
#[derive(Debug)]
pub(super) struct Mended {
    /// The file with its fixes.
    pub(super) input: Input,
    /// How many were applied.
    pub(super) applied: usize,
    /// What was left out, and why.
    pub(super) notes: Vec<String>,
}

/// Checks a file: the reports of its descriptions, in the order of [`Input::found`].
pub(super) type Judge<'j> = dyn FnMut(&Input) -> Vec<Report> + 'j;

/// A fix that may be applied.
#[derive(Clone, Copy)]
struct Candidate<'r> {
    code: &'static str,
    fingerprint: u64,
    /// The description it is for.
    found: usize,
    fix: &'r Fix,
}

/// What fixes are known by from one pass to the next.
type Key = (&'static str, Option<u64>);

impl Candidate<'_> {
    fn is_one_of(&self, keys: &BTreeSet<Key>) -> bool {
        keys.contains(&(self.code, None)) || keys.contains(&(self.code, Some(self.fingerprint)))
    }
}

/// Applies the fixes of what `judge` finds: safe ones, and others if `and_unsafe`.
pub(super) fn mend(input: Input, and_unsafe: bool, judge: &mut Judge<'_>) -> Mended {
    let mut done = Mended {
        input,
        applied: 0,
        notes: Vec::new(),
    };
    let mut left_out: BTreeSet<Key> = BTreeSet::new();
    let mut reports = judge(&done.input);
    let mut pass = 0;
    while pass < PASSES {
        let mut all = candidates(&reports, and_unsafe);
        all.retain(|candidate| !candidate.is_one_of(&left_out));
        let Some((next, applied)) = attempt(&done.input, &all) else {
            if !all.is_empty() {
                blame(
                    &done.input,
                    &reports,
                    &all,
                    judge,
                    &mut left_out,
                    &mut done.notes,
                );
                continue;
            }
            break;
        };
        if applied == 0 {
            if pass == 0 && !all.is_empty() {
                let why = "cannot be written into this file";
                done.notes.push(format!("{} {why}", fixes(all.len())));
            }
            break;
        }
        let after = judge(&next);
        if is_worse(&reports, &after) {
            blame(
                &done.input,
                &reports,
                &all,
                judge,
                &mut left_out,
                &mut done.notes,
            );
            continue;
        }
        done.input = next;
        done.applied += applied;
        reports = after;
        pass += 1;
    }
    done
}

/// Finds out which of `all` make things worse when applied alone, and leaves them out: all of them
/// if it is none.
fn blame(
    input: &Input,
    before: &[Report],
    all: &[Candidate<'_>],
    judge: &mut Judge<'_>,
    left_out: &mut BTreeSet<Key>,
    notes: &mut Vec<String>,
) {
    let single = all.len() <= TRIED_ALONE;
    let key = |c: &Candidate<'_>| (c.code, single.then_some(c.fingerprint));
    let keys: BTreeSet<Key> = all.iter().map(key).collect();
    let mut culprits = BTreeSet::new();
    for &tried in &keys {
        let alone: Vec<_> = all.iter().filter(|c| key(c) == tried).copied().collect();
        let is_bad = match attempt(input, &alone) {
            None => true,
            Some((_, 0)) => false,
            Some((next, _)) => is_worse(before, &judge(&next)),
        };
        if is_bad {
            culprits.insert(tried);
        }
    }
    if culprits.is_empty() {
        culprits = keys;
    }
    let codes: BTreeSet<&str> = culprits.iter().map(|(code, _)| *code).collect();
    for code in codes {
        let note = format!("a fix of {code} would do more harm than good here: it is left out");
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    left_out.extend(culprits);
}

/// The fixes in `reports` that are wanted.
fn candidates(reports: &[Report], and_unsafe: bool) -> Vec<Candidate<'_>> {
    let mut all = Vec::new();
    for (found, report) in reports.iter().enumerate() {
        for finding in &report.diagnostics {
            let wanted = |fix: &&Fix| and_unsafe || fix.safety == Safety::Safe;
            let fix = finding.fix.as_ref().filter(wanted);
            if let Some(fix) = fix.filter(|_| finding.suppression.is_none()) {
                all.push(Candidate {
                    code: finding.code,
                    fingerprint: finding.fingerprint,
                    found,
                    fix,
                });
            }
        }
    }
    all
}

/// The input with the fixes of `all` that can be written into it, and how many these are; nothing
/// when it does not read back as what they were to make of it.
fn attempt(input: &Input, all: &[Candidate<'_>]) -> Option<(Input, usize)> {
    let mut groups: Vec<(usize, &[Edit], Vec<Edit>)> = Vec::new();
    for candidate in all {
        let Some(found) = input.found.get(candidate.found) else {
            continue;
        };
        let edits = &candidate.fix.edits;
        let in_file: Option<Vec<Edit>> = edits.iter().map(|edit| found.edit(edit)).collect();
        if let Some(in_file) = in_file.filter(|edits| !edits.is_empty()) {
            groups.push((candidate.found, edits, in_file));
        }
    }
    let (bytes, applied) = replace(
        &input.text,
        groups.iter().map(|(_, _, edits)| edits.as_slice()),
    );
    if applied == 0 {
        return Some((input.clone(), 0));
    }
    let next = input.with_text(bytes).ok()?;
    let reads_back = next.found.len() == input.found.len()
        && input
            .found
            .iter()
            .zip(&next.found)
            .enumerate()
            .all(|(i, (old, new))| {
                let Text::Extracted { bytes: old, .. } = &old.text else {
                    return true;
                };
                let own = groups.iter().filter(|(found, _, _)| *found == i);
                let (expected, _) = replace(old, own.map(|(_, edits, _)| *edits));
                let (text, range) = next.text_of(new);
                text.get(range) == Some(expected.as_slice())
            });
    reads_back.then_some((next, applied))
}

fn fixes(n: usize) -> String {
    format!("{n} fix{}", if n == 1 { "" } else { "es" })
}

/// Whether there are errors of a code in `after` that `before` has not, or more of them.
fn is_worse(before: &[Report], after: &[Report]) -> bool {
    let count = |reports: &[Report]| {
        let mut errors: BTreeMap<&'static str, usize> = BTreeMap::new();
        let all = reports.iter().flat_map(|report| &report.diagnostics);
        for error in all.filter(|d| d.severity == Severity::Error) {
            *errors.entry(error.code).or_default() += 1;
        }
        errors
    };
    let before = count(before);
    let more = |(code, n): (&'static str, usize)| n > before.get(code).copied().unwrap_or(0);
    count(after).into_iter().any(more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Diagnostic, Label};
    use std::ops::Range;

    fn input(text: &str) -> Input {
        Input {
            name: "x.sdp".to_owned(),
            found: crate::hosts::find("x.sdp", text.as_bytes()).unwrap(),
            text: text.as_bytes().to_vec(),
            file: None,
            kind: None,
            is_fragment: false,
        }
    }

    fn finding(code: &'static str, severity: Severity, span: Range<usize>) -> Diagnostic {
        Diagnostic {
            code,
            name: "test",
            severity,
            message: String::new(),
            primary: Label {
                source: 0,
                span: span.clone(),
                text: String::new(),
            },
            secondary: Vec::new(),
            help: Vec::new(),
            fix: None,
            spec: &[],
            fingerprint: span.start as u64,
            suppression: None,
        }
    }

    /// Finds each `from` in a text, with a fix to `to`.
    fn rule(input: &Input, code: &'static str, from: &str, to: &str) -> Vec<Diagnostic> {
        let text = String::from_utf8_lossy(&input.text);
        let found = text.match_indices(from).map(|(at, _)| {
            let span = at..at + from.len();
            let mut found = finding(code, Severity::Warning, span.clone());
            found.fix = Some(Fix {
                title: String::new(),
                safety: Safety::Safe,
                edits: vec![Edit {
                    span,
                    replacement: to.to_owned(),
                }],
            });
            found
        });
        found.collect()
    }

    fn report(diagnostics: Vec<Diagnostic>) -> Vec<Report> {
        vec![Report {
            range: 0..0,
            diagnostics,
            webrtc: true,
            dropped: 0,
        }]
    }

    const TEXT: &str = "v=0\na=good\na=bad\na=good\n";

    #[test]
    fn a_fix_that_brings_an_error_is_left_out() {
        let mut judge = |input: &Input| {
            let mut all = rule(input, "T1", "good", "better");
            all.extend(rule(input, "T2", "bad", "worse"));
            let text = String::from_utf8_lossy(&input.text).into_owned();
            let errors = text.match_indices("worse");
            all.extend(errors.map(|(at, _)| finding("T3", Severity::Error, at..at + 5)));
            report(all)
        };
        let done = mend(input(TEXT), false, &mut judge);
        assert_eq!(done.input.text, b"v=0\na=better\na=bad\na=better\n");
        assert_eq!((done.applied, done.notes.len()), (2, 1));
        assert!(done.notes[0].contains("T2"), "{:?}", done.notes);
    }

    #[test]
    fn one_finding_of_a_code_may_be_fixed_and_another_not() {
        // Two of the same are an error.
        let mut judge = |input: &Input| {
            let mut all = rule(input, "T1", "good", "better");
            let text = String::from_utf8_lossy(&input.text).into_owned();
            if text.matches("better").count() == 2 {
                all.push(finding("T3", Severity::Error, 0..1));
            }
            report(all)
        };
        let done = mend(input(TEXT), false, &mut judge);
        assert_eq!(
            done.applied, 0,
            "together they bring an error, and neither is to blame alone"
        );
        let mut judge = |input: &Input| {
            let mut all = rule(input, "T1", "good", "better");
            if input.text.ends_with(b"better\n") {
                all.push(finding("T3", Severity::Error, 0..1));
            }
            report(all)
        };
        let done = mend(input(TEXT), false, &mut judge);
        assert_eq!(done.input.text, b"v=0\na=better\na=bad\na=good\n");
    }

    #[test]
    fn what_never_settles_ends() {
        let judge = |input: &Input| report(rule(input, "T1", "a=", "a=b\na="));
        let mut seen = 0;
        let mut counted = |input: &Input| {
            seen += 1;
            judge(input)
        };
        let done = mend(input("v=0\na=x\n"), false, &mut counted);
        assert!(done.applied > 0 && seen <= PASSES + 1, "{seen}");
    }
}
