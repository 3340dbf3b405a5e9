//! Which suppressions of a configuration file were of use, and what to say of the others.

use super::date::Date;
use super::entry::Entry;
use super::pattern::{absolute, relative};
use super::settings::Settings;
use crate::diag::{Diagnostic, Edit, Fix, Label, Safety, Severity, Suppression};
use crate::lint::notice::{EXPIRED_SUPPRESSION, Notice, UNUSED_SUPPRESSION};
use crate::lint::of_notice;
use crate::lint::{Landmarks, Linter, Part, RULES, Report};
use crate::sdp::Description;
use ignore::WalkBuilder;
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

impl Looked {
    /// Whether there is a file below `folder` that is `wanted` and was not looked at: hidden, left out
    /// by `.gitignore`, without a description, or not readable.
    fn misses(&self, folder: &Path, wanted: impl Fn(&Path) -> bool) -> bool {
        if !folder.exists() {
            return false;
        }
        let mut walk = WalkBuilder::new(folder);
        walk.standard_filters(false);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        walk.build().any(|entry| {
            // What cannot be read may hold one.
            entry.map_or(true, |entry| {
                let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
                !is_dir && wanted(entry.path()) && !self.files.contains(entry.path())
            })
        })
    }
}

/// Whether a walk takes the file at `path` by its name.
fn is_sdp(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|end| end.eq_ignore_ascii_case("sdp"))
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
                && marks.used.contains(&false)
                && self.is_covered(entry, marks, looked)
            {
                self.unused(entry, marks, linter, severity, &mut all);
            }
        }
        all
    }

    /// Whether every file that `entry` is about was looked at, or there is none.
    fn is_covered(&self, entry: &Entry, marks: &Marks, looked: &Looked) -> bool {
        let walked = |folder: &Path| looked.folders.iter().any(|f| folder.starts_with(f));
        let base = absolute(&self.settings.base);
        let Some(pattern) = &entry.path else {
            // The file beside a fixture is read with it.
            return self.by == "sidecar" || (walked(&base) && !looked.misses(&base, is_sdp));
        };
        if let Some(file) = pattern.only() {
            let file = absolute(&base.join(file));
            let is_gone = || walked(&file) && file.symlink_metadata().is_err();
            return looked.files.contains(&file) || is_gone();
        }
        let root = base.join(pattern.root());
        // A walk takes all `.sdp` files, of others those that it was told to: when it took one that
        // fits, the rest that fits is of another kind.
        walked(&root)
            && !looked.misses(&root, |path| {
                let fits = relative(path, &base).is_some_and(|path| pattern.fits(&path));
                fits && (!marks.seen || is_sdp(path))
            })
    }

    /// Whether `text` is its file without the entries that lie in `removed`, and with all others.
    pub(super) fn is_left(&self, text: &[u8], removed: &[Range<usize>]) -> bool {
        let text = String::from_utf8_lossy(text).into_owned();
        let Ok(left) = self.settings.with_text(text) else {
            return false;
        };
        let is_removed = |entry: &&Entry| {
            let mut all = removed.iter();
            all.any(|lines| lines.contains(&entry.span.start))
        };
        let entries = self.settings.entries.iter();
        let wanted = entries.filter(|entry| !is_removed(entry));
        let wanted = wanted.map(|entry| self.settings.text.get(entry.span.clone()));
        let now = left.entries.iter().map(|e| left.text.get(e.span.clone()));
        wanted.eq(now)
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
            let lines = whole_lines(&self.settings.text, &entry.span);
            if let Some(span) = lines.filter(|_| all_of_it && i == 0) {
                notice.fix = Some(Fix {
                    title: REMOVE.to_owned(),
                    safety: Safety::Safe,
                    edits: vec![Edit {
                        span,
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

/// The lines of the table at `span`, and blank ones after it; nothing when it does not begin with
/// `[[…]]` or shares its lines with something else, as in `allow = [{…}, {…}]`.
fn whole_lines(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..span.start)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let is_table =
        before.get(start..)?.trim().is_empty() && text.get(span.clone())?.starts_with("[[");
    let mut end = span.end;
    let mut lines = text.get(span.end..)?.split_inclusive('\n');
    let rest = lines.next().unwrap_or_default();
    let is_alone = rest.trim().is_empty() || rest.trim_start().starts_with('#');
    end += rest.len();
    let blank = lines.take_while(|line| line.trim().is_empty());
    end += blank.map(str::len).sum::<usize>();
    (is_table && is_alone).then_some(start..end)
}
