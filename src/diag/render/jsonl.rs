//! Machine-readable diagnostics, one JSON object a line as soon as it is known: those of
//! [`json`](super::json) with `"type":"diagnostic"`, and at the end the `"type":"summary"`.

use super::json_model::{SCHEMA, diagnostic, summary, write};
use super::{Checked, Format, Render, Tally};
use serde::Serialize;
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "jsonl",
    help: "A JSON object a line",
    is_log: false,
    new: |_| Box::new(JsonLines),
};

#[derive(Serialize)]
struct Line<'a, T> {
    schema: &'static str,
    r#type: &'a str,
    #[serde(flatten)]
    rest: T,
}

/// Writes lines as they come.
#[derive(Debug)]
struct JsonLines;

fn line(out: &mut dyn Write, r#type: &str, rest: impl Serialize) -> io::Result<()> {
    let schema = SCHEMA;
    write(
        out,
        &Line {
            schema,
            r#type,
            rest,
        },
    )?;
    out.write_all(b"\n")
}

impl Render for JsonLines {
    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        for d in checked.with_suppressed() {
            line(out, "diagnostic", diagnostic(checked, d))?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        line(out, "summary", summary(tally))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;
    use serde_json::Value;

    #[test]
    fn every_line_follows_the_schema() {
        let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/lint-1.json");
        let schema = std::fs::read_to_string(schema).unwrap();
        let mut schema: Value = serde_json::from_str(&schema).unwrap();
        let root = schema.as_object_mut().unwrap();
        for key in ["type", "properties", "required", "additionalProperties"] {
            root.remove(key);
        }
        root.insert("$ref".to_owned(), "#/$defs/line".into());
        let validator = jsonschema::validator_for(&schema).unwrap();
        let two = [sample::diagnostic(), sample::diagnostic()];
        let shown = sample::print(FORMAT, "x.sdp", sample::TEXT, &two);
        let types: Vec<String> = shown
            .lines()
            .map(|line| {
                let value: Value = serde_json::from_str(line).unwrap();
                let wrong: Vec<String> = validator
                    .iter_errors(&value)
                    .map(|e| e.to_string())
                    .collect();
                assert!(wrong.is_empty(), "{wrong:?} in {line}");
                value["type"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(types, ["diagnostic", "diagnostic", "summary"]);
    }
}
