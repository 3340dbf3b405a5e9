//! Which suppressions of a configuration file were of use, and what to say of the others.

use super::date::Date;
use super::entry::Entry;
use super::pattern::absolute;
use super::settings::Settings;
use crate::diag::{Diagnostic, Edit, Fix, Label, Safety, Severity, Suppression};
use crate::lint::notice::{EXPIRED_SUPPRESSION, Notice, UNUSED_SUPPRESSION};
use crate::lint::of_notice;
use crate::lint::{Landmarks, Linter, Part, RULES, Report};
use crate::sdp::Description;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What to do with an entry that is of no use.
pub(super) const REMOVE: &str = "remove the entry";

/// A file with suppressions, and what came of them.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) settings: Settings,
    /// Who the suppressions are by: `config`, `sidecar`.
    by: &'static str,
    marks: Vec<Marks>,
}

/// What came of one entry.
#[derive(Debug)]
struct Marks {
    /// Whether a file was checked that it is about.
    seen: bool,
    /// Which of its selectors suppressed something.
    used: Vec<bool>,
}

/// What a run looked at.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Files, by absolute path.
    pub(super) files: BTreeSet<PathBuf>,
    /// Folders of which every description was looked at.
    pub(super) folders: Vec<PathBuf>,
}

impl Ledger {
    pub(super) fn new(settings: Settings, by: &'static str) -> Self {
        let marks = settings.entries.iter().map(|entry| Marks {
            seen: false,
            used: vec![false; entry.selectors.len()],
        });
        Self {
            marks: marks.collect(),
            settings,
            by,
        }
    }

    /// Marks what is suppressed of the findings of `report` about `part`; `path` is the file as
    /// seen from the configuration's folder.
    pub(super) fn suppress(&mut self, path: Option<&str>, part: &Part<'_>, report: &mut Report) {
        let entries = self.settings.entries.iter().zip(&mut self.marks);
        let mut about: Vec<(&Entry, &mut Marks)> =
            entries.filter(|(entry, _)| entry.is_about(path)).collect();
        for (_, marks) in &mut about {
            marks.seen = true;
        }
        if about.is_empty() || report.diagnostics.is_empty() {
            return;
        }
        let data = part.text.get(part.range.clone()).unwrap_or_default();
        let sdp = Description::parse_at(data, part.range.start);
        let landmarks = Landmarks::of(&sdp);
        for finding in &mut report.diagnostics {
            let Some(rule) = RULES.iter().find(|rule| rule.code == finding.code) else {
                continue;
            };
            let mark = landmarks.at(finding.primary.span.start);
            for (entry, marks) in &mut about {
                let Some(number) = entry.suppresses(rule, &mark) else {
                    continue;
                };
                if let Some(used) = marks.used.get_mut(number) {
                    *used = true;
                }
                finding.suppression.get_or_insert_with(|| Suppression {
                    by: self.by,
                    reason: entry.reason.clone(),
                });
            }
        }
    }

    /// What is to be said of the suppressions after a run of `linter`.
    pub(super) fn notices(&self, linter: &Linter, looked: &Looked, today: Date) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        for (entry, marks) in self.settings.entries.iter().zip(&self.marks) {
            if let Some(severity) = EXPIRED_SUPPRESSION.severity_in(linter.config()) {
                all.extend(expired(entry, severity, today));
            }
            if let Some(severity) = UNUSED_SUPPRESSION.severity_in(linter.config())
                && self.is_covered(entry, marks, looked)
            {
                self.unused(entry, marks, linter, severity, &mut all);
            }
        }
        all
    }

    /// Whether every file that `entry` is about was looked at.
    fn is_covered(&self, entry: &Entry, marks: &Marks, looked: &Looked) -> bool {
        let walked = |folder: &Path| looked.folders.iter().any(|f| folder.starts_with(f));
        let base = absolute(&self.settings.base);
        let Some(pattern) = &entry.path else {
            // The file beside a fixture is read with it.
            return self.by == "sidecar" || walked(&base);
        };
        if let Some(file) = pattern.only() {
            return looked.files.contains(&absolute(&base.join(file)));
        }
        // A walk takes all `.sdp` files; of others only those that it was told to.
        walked(&base.join(pattern.root())) && (marks.seen || pattern.as_str().ends_with(".sdp"))
    }

    fn unused(
        &self,
        entry: &Entry,
        marks: &Marks,
        linter: &Linter,
        severity: Severity,
        all: &mut Vec<Diagnostic>,
    ) {
        let runs = |selector: &str| {
            linter
                .rules()
                .iter()
                .any(|(r, _)| r.is_selected_by(selector))
        };
        let selectors = entry.selectors.iter().zip(&marks.used);
        let useless: Vec<_> = selectors
            .filter(|(selector, used)| !**used && runs(&selector.value))
            .map(|(selector, _)| selector)
            .collect();
        let all_of_it = useless.len() == entry.selectors.len();
        for (i, selector) in useless.into_iter().enumerate() {
            let label = if marks.seen {
                "no such finding"
            } else {
                "no file here was checked"
            };
            let message = format!("the suppression of `{}` suppresses nothing", selector.value);
            let mut notice = notice(
                UNUSED_SUPPRESSION,
                severity,
                selector.span.clone(),
                label,
                message,
            );
            if all_of_it && i == 0 {
                notice.fix = Some(Fix {
                    title: REMOVE.to_owned(),
                    safety: Safety::Safe,
                    edits: vec![Edit {
                        span: whole_lines(&self.settings.text, &entry.span),
                        replacement: String::new(),
                    }],
                });
            } else {
                notice.help.push(match all_of_it {
                    true => REMOVE.to_owned(),
                    false => format!("take `{}` off the list", selector.value),
                });
            }
            all.push(notice);
        }
    }
}

fn expired(entry: &Entry, severity: Severity, today: Date) -> Option<Diagnostic> {
    let expires = entry.expires.as_ref().filter(|at| at.value < today)?;
    let message = format!("the suppression was to last to {}", expires.value);
    let span = expires.span.clone();
    let mut notice = notice(
        EXPIRED_SUPPRESSION,
        severity,
        span,
        "it still works",
        message,
    );
    notice.help.push(format!(
        "look again at what it was made for: {}",
        crate::output::printable(&entry.reason)
    ));
    Some(notice)
}

/// A finding about a configuration file.
pub(super) fn notice(
    kind: &Notice,
    severity: Severity,
    span: Range<usize>,
    label: &str,
    message: String,
) -> Diagnostic {
    Diagnostic {
        code: kind.code,
        name: kind.name,
        severity,
        fingerprint: of_notice(kind.code, &message),
        message,
        primary: Label {
            source: 0,
            span,
            text: label.to_owned(),
        },
        secondary: Vec::new(),
        help: Vec::new(),
        fix: None,
        spec: &[],
        suppression: None,
    }
}

/// `span` from the beginning of its first line, to the end of its last and of blank lines after it.
fn whole_lines(text: &str, span: &Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let before = bytes.get(..span.start).unwrap_or_default();
    let start = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |at| at + 1);
    let mut end = span.end;
    let mut lines = bytes
        .get(span.end..)
        .unwrap_or_default()
        .split_inclusive(|&b| b == b'\n');
    end += lines.next().map_or(0, <[u8]>::len);
    let blank = lines.take_while(|line| line.trim_ascii().is_empty());
    end += blank.map(<[u8]>::len).sum::<usize>();
    start..end
}
