//! Machine-readable diagnostics: one JSON document, `docs/schema/lint-1.json`.

use super::json_model::{SCHEMA, diagnostic, summary, write};
use super::{Checked, Format, Render, Tally};
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "json",
    help: "One JSON document",
    is_log: false,
    new: |_| Box::new(Json::default()),
};

/// Writes one document, diagnostics as they come.
#[derive(Debug, Default)]
pub struct Json {
    any: bool,
}

impl Render for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write!(
            out,
            "{{\"schema\":\"{SCHEMA}\",\"tool\":{{\"name\":\"rtcscope\",\"version\":\"{}\"}},\n\"diagnostics\":[",
            env!("CARGO_PKG_VERSION")
        )
    }

    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        for d in checked.with_suppressed() {
            out.write_all(if self.any { b",\n" } else { b"\n" })?;
            self.any = true;
            write(out, &diagnostic(checked, d))?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        out.write_all(b"\n],\n\"summary\":")?;
        write(out, &summary(tally))?;
        out.write_all(b"}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Suppression;
    use crate::diag::render::sample;
    use serde_json::{Value, json};

    fn read(text: &str) -> Value {
        let value: Value = serde_json::from_str(text).unwrap();
        let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/lint-1.json");
        let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(wrong.is_empty(), "{wrong:?} in {text}");
        value
    }

    #[test]
    fn a_document_with_places_and_fixes() {
        let mut second = sample::diagnostic();
        second.suppression = Some(Suppression {
            by: "config",
            reason: "old".to_owned(),
        });
        let two = [sample::diagnostic(), second];
        let v = read(&sample::print(FORMAT, "offer.sdp", sample::TEXT, &two));
        assert_eq!(v["summary"]["warnings"], 1);
        assert_eq!(v["summary"]["suppressed"], 1);
        let d = &v["diagnostics"][1];
        assert_eq!(d["span"]["start"], json!({"line":3,"col":11,"byte":61}));
        assert_eq!(d["span"], d["sdp_span"]);
        assert_eq!(d["fix"]["edits"][0]["span"]["end"]["byte"], 79);
        assert_eq!(
            (&d["path"], &d["container"]),
            (&json!("offer.sdp"), &Value::Null)
        );
        assert_eq!(d["suppressed"], json!({"by":"config","reason":"old"}));
        assert_eq!(d["fingerprint"], "123456789abcdef0");
    }

    #[test]
    fn a_description_in_a_recording_has_two_places() {
        let v = read(&sample::print_recorded(FORMAT));
        let d = &v["diagnostics"][0];
        assert_eq!(d["container"], json!({"kind":"har","pointer":"/b"}));
        assert_eq!(d["sdp_span"]["start"], json!({"line":3,"col":11,"byte":61}));
        assert_eq!(d["span"]["start"], json!({"line":2,"col":163,"byte":164}));
        assert_eq!(d["labels"][0]["container"]["pointer"], "/a");
    }

    #[test]
    fn nothing_found_is_still_a_document() {
        let v = read(&sample::print_all(FORMAT, &Tally::default(), &[]));
        assert_eq!(v["diagnostics"], json!([]));
    }

    #[test]
    fn statistics_are_in_the_summary() {
        let mut tally = Tally {
            statistics: true,
            unreadable: vec![("x".to_owned(), "gone".to_owned())],
            ..Tally::default()
        };
        tally.add(&[sample::diagnostic()], true, 0);
        let v = read(&sample::print_all(FORMAT, &tally, &[]));
        assert_eq!(v["summary"]["statistics"][0]["count"], 1);
    }
}
