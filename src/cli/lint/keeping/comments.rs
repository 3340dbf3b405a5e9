//! Suppressions in the comments of a file that holds descriptions: Markdown, source code.
//!
//! A comment that cannot be used suppresses nothing and is told of, so that nobody relies on it.

use super::entry::why_not;
use super::ledger::notice;
use crate::diag::{Diagnostic, Suppression};
use crate::hosts::{Found, Ignore};
use crate::lint::notice::{MALFORMED_SUPPRESSION, UNUSED_SUPPRESSION};
use crate::lint::{Linter, RULES, Report};
use std::collections::BTreeMap;

/// What became of the comments of one file: for each rule that one names, by where the comment
/// stands, whether it suppressed anything. Several descriptions may share a comment.
#[derive(Debug, Default)]
pub(in crate::cli::lint) struct Comments {
    used: BTreeMap<(usize, usize, String), bool>,
    malformed: BTreeMap<(usize, usize), String>,
}

impl Comments {
    /// Marks what the comments at `found` suppress in its report.
    pub(in crate::cli::lint) fn suppress(&mut self, found: &Found, report: &mut Report) {
        for ignore in &found.ignores {
            let place = (ignore.place.start, ignore.place.end);
            if let Some(why) = unusable(ignore) {
                self.malformed.insert(place, why);
                continue;
            }
            for selector in &ignore.rules {
                let key = (place.0, place.1, selector.clone());
                let used = self.used.entry(key).or_default();
                for finding in &mut report.diagnostics {
                    let rule = RULES.iter().find(|rule| rule.code == finding.code);
                    if rule.is_some_and(|rule| rule.is_selected_by(selector)) {
                        *used = true;
                        finding.suppression.get_or_insert_with(|| Suppression {
                            by: "comment",
                            reason: ignore.reason.clone(),
                        });
                    }
                }
            }
        }
    }

    /// What is to be said of the comments after a run of `linter`, in the order of the file.
    pub(in crate::cli::lint) fn notices(&self, linter: &Linter) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        if let Some(severity) = MALFORMED_SUPPRESSION.severity_in(linter.config()) {
            for (&(start, end), why) in &self.malformed {
                let message = "the comment suppresses nothing".to_owned();
                all.push(notice(
                    MALFORMED_SUPPRESSION,
                    severity,
                    start..end,
                    why,
                    message,
                ));
            }
        }
        if let Some(severity) = UNUSED_SUPPRESSION.severity_in(linter.config()) {
            for ((start, end, selector), _) in self.used.iter().filter(|(_, used)| !**used) {
                if !linter
                    .rules()
                    .iter()
                    .any(|(rule, _)| rule.is_selected_by(selector))
                {
                    continue;
                }
                let message = format!("the suppression of `{selector}` suppresses nothing");
                let label = "no such finding";
                let mut unused = notice(UNUSED_SUPPRESSION, severity, *start..*end, label, message);
                unused.help.push("remove it from the comment".to_owned());
                all.push(unused);
            }
        }
        all.sort_by_key(|d| (d.primary.span.start, d.code));
        all
    }
}

/// Why a comment cannot be used.
fn unusable(ignore: &Ignore) -> Option<String> {
    if ignore.rules.is_empty() {
        return Some("it names no rule".to_owned());
    }
    if let Some(why) = ignore.rules.iter().find_map(|selector| why_not(selector)) {
        return Some(why);
    }
    let is_empty = ignore.reason.trim().is_empty();
    is_empty.then(|| "it gives no reason; write one after a colon".to_owned())
}
