//! What `json` and `jsonl` say, as `docs/schema/lint-1.json` describes it.
//!
//! Columns count Unicode scalar values from 1, bytes from 0. These structs are the format; the
//! model may change without it.

use super::{Checked, Tally};
use crate::chars::steers;
use crate::diag::{Diagnostic, Label, Position, Severity, Source};
use serde::Serialize;
use std::io::{self, Write};
use std::ops::Range;

/// The schema's name.
pub(super) const SCHEMA: &str = "rtcscope.lint/1";

#[derive(Serialize)]
pub(super) struct JsonDiagnostic<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
    label: &'a str,
    labels: Vec<JsonLabel<'a>>,
    help: &'a [String],
    fix: Option<JsonFix<'a>>,
    spec: &'a [&'a str],
    fingerprint: String,
    suppressed: Option<JsonSuppression<'a>>,
}

/// A place in a file on disk, and in the description itself.
#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    container: Option<JsonContainer<'a>>,
    span: JsonSpan,
    sdp_span: JsonSpan,
}

#[derive(Serialize)]
struct JsonContainer<'a> {
    kind: Option<&'a str>,
    pointer: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonSpan {
    start: JsonPosition,
    end: JsonPosition,
}

#[derive(Serialize)]
struct JsonPosition {
    line: usize,
    col: usize,
    byte: usize,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    safety: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    span: JsonSpan,
    sdp_span: JsonSpan,
    replacement: &'a str,
}

#[derive(Serialize)]
struct JsonSuppression<'a> {
    by: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
pub(super) struct JsonSummary<'a> {
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
    descriptions: usize,
    files: usize,
    fixed: usize,
    fixable: usize,
    unlisted: usize,
    exit_code: u8,
    unreadable: Vec<JsonUnreadable<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<JsonCount>>,
}

#[derive(Serialize)]
struct JsonUnreadable<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonCount {
    code: &'static str,
    name: &'static str,
    count: usize,
    fixable: usize,
}

impl From<Position> for JsonPosition {
    fn from(p: Position) -> Self {
        Self {
            line: p.line,
            col: p.column,
            byte: p.byte,
        }
    }
}

fn on_disk(source: &Source<'_>, range: &Range<usize>) -> JsonSpan {
    let place = source.place(range);
    JsonSpan {
        start: place.start.into(),
        end: place.end.into(),
    }
}

fn in_sdp(source: &Source<'_>, range: &Range<usize>) -> JsonSpan {
    JsonSpan {
        start: source.position(range.start).into(),
        end: source.position(range.end).into(),
    }
}

fn place<'a>(checked: &'a Checked<'_>, label: &'a Label) -> JsonPlace<'a> {
    let source = checked.sources().of(label);
    let is_inside = source.pointer().is_some() || source.container().is_some();
    JsonPlace {
        path: source.place(&label.span).path,
        container: is_inside.then(|| JsonContainer {
            kind: source.kind(),
            pointer: source.pointer(),
        }),
        span: on_disk(source, &label.span),
        sdp_span: in_sdp(source, &label.span),
    }
}

/// One finding.
pub(super) fn diagnostic<'a>(checked: &'a Checked<'_>, d: &'a Diagnostic) -> JsonDiagnostic<'a> {
    let source = checked.sources().of(&d.primary);
    let labels = d.secondary.iter().map(|label| JsonLabel {
        place: place(checked, label),
        text: &label.text,
    });
    let fix = d.fix.as_ref().map(|fix| {
        let edits = fix.edits.iter().map(|e| JsonEdit {
            span: on_disk(source, &e.span),
            sdp_span: in_sdp(source, &e.span),
            replacement: &e.replacement,
        });
        JsonFix {
            title: &fix.title,
            safety: fix.safety.as_str(),
            edits: edits.collect(),
        }
    });
    JsonDiagnostic {
        code: d.code,
        name: d.name,
        severity: d.severity.as_str(),
        message: &d.message,
        place: place(checked, &d.primary),
        label: &d.primary.text,
        labels: labels.collect(),
        help: &d.help,
        fix,
        spec: d.spec,
        fingerprint: format!("{:016x}", d.fingerprint),
        suppressed: d.suppression.as_ref().map(|s| JsonSuppression {
            by: s.by,
            reason: &s.reason,
        }),
    }
}

/// The whole run.
pub(super) fn summary(tally: &Tally) -> JsonSummary<'_> {
    let unreadable = tally.unreadable.iter();
    let counts = tally.by_code().into_iter().map(|c| JsonCount {
        code: c.code,
        name: c.name,
        count: c.count,
        fixable: c.fixable,
    });
    JsonSummary {
        errors: tally.of(Severity::Error),
        warnings: tally.of(Severity::Warning),
        infos: tally.of(Severity::Info),
        suppressed: tally.suppressed,
        descriptions: tally.descriptions,
        files: tally.files,
        fixed: tally.fixed,
        fixable: tally.fixable,
        unlisted: tally.unlisted,
        exit_code: tally.exit_code,
        unreadable: unreadable
            .map(|(path, reason)| JsonUnreadable { path, reason })
            .collect(),
        statistics: tally.statistics.then(|| counts.collect()),
    }
}

/// Writes `value` on one line; what would steer a terminal is escaped, and so the same to a program.
pub(super) fn write(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut to = serde_json::Serializer::with_formatter(out, Harmless);
    value.serialize(&mut to).map_err(io::Error::from)
}

/// Compact, without characters that steer.
struct Harmless;

impl serde_json::ser::Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some(at) = rest.find(steers) {
            let (before, after) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut chars = after.chars();
            let mut units = [0; 2];
            for unit in chars
                .next()
                .into_iter()
                .flat_map(|c| c.encode_utf16(&mut units).to_vec())
            {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_the_same_to_a_program() {
        let text = "a\u{9b}b\u{202e}ü\u{e0041}\x7f\n\"\\";
        let mut out = Vec::new();
        write(&mut out, &text).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown, r#""a\u009bb\u202eü\udb40\udc41\u007f\n\"\\""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }
}
