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
        notes.push(format!(
            "a fix of {code} would do more harm than good here: it is left out"
        ));
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
