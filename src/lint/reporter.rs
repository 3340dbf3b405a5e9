//! Where rules put what they find.

use super::Rule;
use crate::diag::{Diagnostic, Edit, Fix, Label, Safety, Severity};
use crate::sdp::{Ending, Field, Line, Malformed};
use std::fmt;
use std::ops::Range;

/// Of one code in one description no more than this many are kept; hostile input has millions.
const KEPT: usize = 200;

/// What one rule finds in one description.
#[derive(Debug)]
pub(super) struct Reporter<'f> {
    rule: &'static Rule,
    severity: Option<Severity>,
    source: usize,
    kept: usize,
    found: &'f mut Found,
}

/// What all rules found in one description.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Findings that were not kept because there were too many of their kind.
    pub(super) dropped: usize,
}

impl<'f> Reporter<'f> {
    /// A reporter for `rule` about the description numbered `source`.
    pub(super) fn new(
        rule: &'static Rule,
        severity: Option<Severity>,
        source: usize,
        found: &'f mut Found,
    ) -> Self {
        Self {
            rule,
            severity,
            source,
            kept: 0,
            found,
        }
    }

    pub(super) fn report(
        &mut self,
        span: impl Into<Range<usize>>,
        label: impl fmt::Display,
        message: fmt::Arguments<'_>,
    ) -> Draft<'_> {
        if self.kept == KEPT {
            self.found.dropped += 1;
            return Draft {
                diagnostic: None,
                fixed_severity: true,
            };
        }
        self.kept += 1;
        self.found.diagnostics.push(Diagnostic {
            code: self.rule.code,
            name: self.rule.name,
            severity: self.severity.unwrap_or(self.rule.severity()),
            message: message.to_string(),
            primary: Label {
                source: self.source,
                span: span.into(),
                text: label.to_string(),
            },
            secondary: Vec::new(),
            help: Vec::new(),
            fix: None,
            spec: self.rule.spec,
            fingerprint: 0,
            suppression: None,
        });
        Draft {
            diagnostic: self.found.diagnostics.last_mut(),
            fixed_severity: self.severity.is_some(),
        }
    }

    pub(super) fn report_malformed(&mut self, what: &str, error: Malformed<'_>) -> Draft<'_> {
        let Malformed { at, expected } = error;
        self.report(
            at,
            format_args!("expected {expected}"),
            format_args!("`{what}` cannot be read at `{at}`"),
        )
    }
}

/// A finding under construction.
#[derive(Debug)]
pub struct Draft<'c> {
    diagnostic: Option<&'c mut Diagnostic>,
    fixed_severity: bool,
}

impl Draft<'_> {
    /// Adds a place that explains the finding.
    pub fn context(mut self, span: impl Into<Range<usize>>, text: impl fmt::Display) -> Self {
        if let Some(d) = &mut self.diagnostic {
            d.secondary.push(Label {
                source: d.primary.source,
                span: span.into(),
                text: text.to_string(),
            });
        }
        self
    }

    /// Adds a place in another description of the exchange that explains the finding.
    pub fn context_in(
        mut self,
        source: usize,
        span: impl Into<Range<usize>>,
        text: impl fmt::Display,
    ) -> Self {
        if let Some(d) = &mut self.diagnostic {
            d.secondary.push(Label {
                source,
                span: span.into(),
                text: text.to_string(),
            });
        }
        self
    }

    /// Adds what to do.
    pub fn help(mut self, text: impl fmt::Display) -> Self {
        if let Some(d) = &mut self.diagnostic {
            d.help.push(text.to_string());
        }
        self
    }

    /// Makes this finding as bad as `severity`, unless the configuration says otherwise.
    pub fn severity(mut self, severity: Severity) -> Self {
        if let Some(d) = &mut self.diagnostic
            && !self.fixed_severity
        {
            d.severity = severity;
        }
        self
    }

    /// Adds a fix that replaces `span` by `replacement`.
    pub fn fix(
        self,
        safety: Safety,
        title: impl fmt::Display,
        span: impl Into<Range<usize>>,
        replacement: impl Into<String>,
    ) -> Self {
        let edit = Edit {
            span: span.into(),
            replacement: replacement.into(),
        };
        self.fix_edits(safety, title, vec![edit])
    }

    /// Adds a fix of several replacements; none when one of them is no text of a description but
    /// what a message shows of it.
    pub fn fix_edits(mut self, safety: Safety, title: impl fmt::Display, edits: Vec<Edit>) -> Self {
        if let Some(d) = &mut self.diagnostic
            && !edits.iter().any(|edit| is_for_show(&edit.replacement))
        {
            d.fix = Some(Fix {
                title: title.to_string(),
                safety,
                edits,
            });
        }
        self
    }

    /// Adds a fix that removes `line` with its line end.
    pub fn fix_drop_line(self, safety: Safety, line: &Line<'_>) -> Self {
        let start = line.text().start();
        self.fix(safety, "drop the line", start..start + line.full_len(), "")
    }
}

impl Draft<'_> {
    /// Adds a fix that puts the line `text` after the line `after`, with the same line end.
    pub fn fix_add_line(self, safety: Safety, after: &Line<'_>, text: &str) -> Self {
        let at = after.text().start() + after.full_len();
        let line = match after.ending() {
            Ending::CrLf => format!("{text}\r\n"),
            Ending::Lf => format!("{text}\n"),
            Ending::Cr => format!("{text}\r"),
            Ending::Missing => format!("\r\n{text}"),
        };
        self.fix(safety, format_args!("add `{text}`"), at..at, line)
    }
}

/// Whether `text` was cut or decoded for a message: writing it into a file would lose bytes.
fn is_for_show(text: &str) -> bool {
    text.contains(['…', '\u{fffd}'])
}

impl From<Field<'_>> for Range<usize> {
    fn from(field: Field<'_>) -> Self {
        field.span()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::RULES;

    #[test]
    fn what_was_cut_for_a_message_is_no_fix() {
        let fix_of = |text: &[u8]| {
            let mut found = Found::default();
            let field = Field::new(text, 0);
            Reporter::new(&RULES[0], None, 0, &mut found)
                .report(field, "here", format_args!("wrong"))
                .fix(Safety::Safe, "write it", field, field.to_string());
            found.diagnostics.remove(0).fix
        };
        assert!(fix_of(&[b'x'; 32]).is_some());
        assert_eq!(fix_of(&[b'x'; 33]), None);
        assert_eq!(fix_of(b"\xff"), None);
    }
}
