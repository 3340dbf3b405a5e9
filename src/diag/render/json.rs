//! Machine-readable diagnostics: one JSON document, versioned by `schema`.
//!
//! Columns count Unicode scalar values from 1, bytes from 0. These structs are the format; the
//! model may change without it.

use crate::diag::{Diagnostic, Position, Source, Sources};
use serde::Serialize;
use std::io::{self, Write};
use std::ops::Range;

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    path: &'a str,
    span: JsonSpan,
    label: &'a str,
    labels: Vec<JsonLabel<'a>>,
    help: &'a [String],
    fix: Option<JsonFix<'a>>,
    spec: &'a [&'a str],
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    span: JsonSpan,
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
    replacement: &'a str,
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

fn span(source: &Source<'_>, range: &Range<usize>) -> JsonSpan {
    JsonSpan {
        start: source.position(range.start).into(),
        end: source.position(range.end).into(),
    }
}

fn diagnostic<'a>(sources: Sources<'a, 'a>, d: &'a Diagnostic) -> JsonDiagnostic<'a> {
    let source = sources.of(&d.primary);
    JsonDiagnostic {
        code: d.code,
        name: d.name,
        severity: d.severity.as_str(),
        message: &d.message,
        path: source.name(),
        span: span(source, &d.primary.span),
        label: &d.primary.text,
        labels: d
            .secondary
            .iter()
            .map(|l| JsonLabel {
                span: span(sources.of(l), &l.span),
                text: &l.text,
            })
            .collect(),
        help: &d.help,
        fix: d.fix.as_ref().map(|fix| JsonFix {
            title: &fix.title,
            safety: fix.safety.as_str(),
            edits: fix
                .edits
                .iter()
                .map(|e| JsonEdit {
                    span: span(source, &e.span),
                    replacement: &e.replacement,
                })
                .collect(),
        }),
        spec: d.spec,
    }
}

/// Writes one document, diagnostics as they come.
#[derive(Debug, Default)]
pub struct Json {
    any: bool,
}

impl Json {
    /// Opens the document.
    pub fn begin(out: &mut dyn Write) -> io::Result<Self> {
        write!(out, "{{\"schema\":1,\"diagnostics\":[")?;
        Ok(Self::default())
    }

    /// Adds `diagnostics` about `sources`.
    pub fn add(
        &mut self,
        out: &mut dyn Write,
        sources: Sources<'_, '_>,
        diagnostics: &[Diagnostic],
    ) -> io::Result<()> {
        for d in diagnostics {
            out.write_all(if self.any { b",\n" } else { b"\n" })?;
            self.any = true;
            serde_json::to_writer(&mut *out, &diagnostic(sources, d))?;
        }
        Ok(())
    }

    /// Closes the document with `summary`, any value that can be serialised.
    pub fn end(self, out: &mut dyn Write, summary: &impl Serialize) -> io::Result<()> {
        out.write_all(b"\n],\n\"summary\":")?;
        serde_json::to_writer(&mut *out, summary)?;
        out.write_all(b"}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    #[test]
    fn a_document_with_places_and_fixes() {
        let mut out = Vec::new();
        let source = Source::new("offer.sdp", sample::TEXT);
        let mut json = Json::begin(&mut out).unwrap();
        let two = [sample::diagnostic(), sample::diagnostic()];
        json.add(&mut out, Sources::one(&source), &two).unwrap();
        json.end(&mut out, &serde_json::json!({"warnings": 2}))
            .unwrap();
        let v: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            (&v["schema"], &v["summary"]["warnings"]),
            (&1.into(), &2.into())
        );
        let d = &v["diagnostics"][1];
        assert_eq!(
            d["span"]["start"],
            serde_json::json!({"line":3,"col":11,"byte":61})
        );
        assert_eq!(d["fix"]["edits"][0]["span"]["end"]["byte"], 79);
        assert_eq!(d["path"], "offer.sdp");
    }

    #[test]
    fn nothing_found_is_still_a_document() {
        let mut out = Vec::new();
        let json = Json::begin(&mut out).unwrap();
        json.end(&mut out, &()).unwrap();
        let v: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(v["diagnostics"], serde_json::json!([]));
    }
}
