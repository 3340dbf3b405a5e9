//! One suppression of a configuration file: which findings do not count, and why.

use super::date::Date;
use super::pattern::{LinePattern, PathPattern};
use super::settings::{is_all, refused};
use super::toml_reader::{At, Problems, Table};
use crate::lint::{Landmark, RULES, Rule, check_selector};
use std::ops::Range;

/// A suppression as it stands in a file.
#[derive(Debug)]
pub(super) struct Entry {
    /// Codes, names or prefixes; each has to be of use.
    pub(super) selectors: Vec<At<String>>,
    /// Which files it is about; all of them when there is none.
    pub(super) path: Option<PathPattern>,
    section: Option<SectionKey>,
    line: Option<LinePattern>,
    pub(super) reason: String,
    pub(super) expires: Option<At<Date>>,
    /// Its whole text, from the head of the table to its last value.
    pub(super) span: Range<usize>,
}

/// A section of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
enum SectionKey {
    /// What stands before the first `m=` line.
    Session,
    /// The section with that `a=mid`.
    Mid(String),
    /// The section with that number, from 0 (an `sdpMLineIndex`).
    Index(usize),
}

const WHY_REASON: &str = "say why, for whoever reads it in a year";

impl Entry {
    /// Reads a `[[lint.per-path]]`.
    pub(super) fn per_path(mut table: Table<'_>, problems: &mut Problems) -> Option<Self> {
        let path = table.required("path", "which files is it about?", problems);
        let listed = table.strings("ignore", problems);
        if listed.is_empty() {
            problems.add(
                table.span(),
                "`lint.per-path` without `ignore`: which rules?",
            );
        }
        let selectors = suppressible(listed, problems);
        Self::rest(table, selectors, path, None, None, problems)
    }

    /// Reads a `[[lint.allow]]`, or an `[[allow]]` of a file about one fixture, which has no path.
    pub(super) fn allow(
        mut table: Table<'_>,
        has_path: bool,
        problems: &mut Problems,
    ) -> Option<Self> {
        let code = table.required("code", "which rule does it allow?", problems);
        let selectors = suppressible(code.into_iter().collect(), problems);
        let path = if has_path {
            table.string("path", problems)
        } else {
            None
        };
        let section = table
            .word("section", problems)
            .and_then(|at| section(at, problems));
        let line = table.string("line", problems);
        let line = line.and_then(|at| good(at.span, LinePattern::new(&at.value), problems));
        Self::rest(table, selectors, path, section, line, problems)
    }

    fn rest(
        mut table: Table<'_>,
        selectors: Vec<At<String>>,
        path: Option<At<String>>,
        section: Option<SectionKey>,
        line: Option<LinePattern>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let reason = table.required("reason", WHY_REASON, problems);
        let expires = table.word("expires", problems).and_then(|at| {
            let date = Date::parse(&at.value).ok_or("write a day as 2027-06-30".to_owned());
            let span = at.span.clone();
            good(at.span, date, problems).map(|value| At { value, span })
        });
        let path = path.and_then(|at| good(at.span, PathPattern::new(&at.value), problems));
        let span = table.span().start..table.end();
        table.finish(problems);
        Some(Self {
            selectors,
            path,
            section,
            line,
            reason: reason?.value,
            expires,
            span,
        })
    }

    /// Whether it is about the file at `path`, as seen from the configuration's folder.
    pub(super) fn is_about(&self, path: Option<&str>) -> bool {
        match (&self.path, path) {
            (None, _) => true,
            (Some(pattern), Some(path)) => pattern.fits(path),
            (Some(_), None) => false,
        }
    }

    /// What it is narrowed to, in words.
    pub(super) fn narrowed(&self) -> String {
        let section = match &self.section {
            None => String::new(),
            Some(SectionKey::Session) => " in the session part".to_owned(),
            Some(SectionKey::Mid(mid)) => format!(" in the section `a=mid:{mid}`"),
            Some(SectionKey::Index(index)) => format!(" in section {index}"),
        };
        let line = self.line.as_ref().map_or("", |_| " in some lines");
        crate::output::printable(&(section + line)).into_owned()
    }

    /// Which of its selectors suppresses a finding of `rule` that stands at `mark`.
    pub(super) fn suppresses(&self, rule: &Rule, mark: &Landmark<'_>) -> Option<usize> {
        let selector = |at: &At<String>| rule.is_selected_by(&at.value);
        let number = self.selectors.iter().position(selector)?;
        let here = self.section.as_ref().is_none_or(|section| match section {
            SectionKey::Session => mark.index.is_none(),
            SectionKey::Mid(mid) => mark.mid.is_some_and(|m| m.is(mid)),
            SectionKey::Index(index) => mark.index == Some(*index),
        });
        let line = || {
            self.line
                .as_ref()
                .is_none_or(|line| line.fits(mark.line.bytes()))
        };
        (here && line()).then_some(number)
    }
}

/// The selectors that may be suppressed.
fn suppressible(listed: Vec<At<String>>, problems: &mut Problems) -> Vec<At<String>> {
    let mut good = listed;
    good.retain(|at| match why_not(&at.value) {
        Some(why) => {
            problems.add(at.span.clone(), why);
            false
        }
        None => true,
    });
    good
}

/// Why `selector` cannot be suppressed: it has to name rules about descriptions, and not all of them
/// at once.
pub(super) fn why_not(selector: &str) -> Option<String> {
    if is_all(selector) {
        return Some(refused(selector));
    }
    if let Err(unknown) = check_selector(selector) {
        return Some(unknown.to_string());
    }
    let is_rule = RULES.iter().any(|rule| rule.is_selected_by(selector));
    let hint = "is about the configuration, not about a description; use `ignore` in `[lint]`";
    (!is_rule).then(|| format!("`{selector}` {hint}"))
}

fn section(at: At<String>, problems: &mut Problems) -> Option<SectionKey> {
    if at.value == "session" {
        return Some(SectionKey::Session);
    }
    if let Some(mid) = at.value.strip_prefix("mid:").filter(|mid| !mid.is_empty()) {
        return Some(SectionKey::Mid(mid.to_owned()));
    }
    let index = at.value.parse().map(SectionKey::Index);
    let why = "a section is `mid:NAME`, `session` or the number of an `m=` line from 0";
    good(at.span, index.map_err(|_| why.to_owned()), problems)
}

/// What `result` has, or a problem at `span`.
fn good<T>(span: Range<usize>, result: Result<T, String>, problems: &mut Problems) -> Option<T> {
    result.map_err(|why| problems.add(span, why)).ok()
}
