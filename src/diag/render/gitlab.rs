//! GitLab's code quality report: a JSON array. Its entries are told apart by their fingerprints
//! alone, so each is made unique by its file and its number among equals.

use super::json_model::write;
use super::{Checked, Format, Render, Tally};
use crate::diag::{Diagnostic, Severity};
use serde::Serialize;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "gitlab",
    help: "GitLab's code quality report",
    is_log: false,
    new: |_| Box::new(Gitlab::default()),
};

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes entries as they come.
#[derive(Debug, Default)]
struct Gitlab {
    any: bool,
    /// How many findings had the same path and fingerprint.
    seen: BTreeMap<u64, u64>,
}

impl Gitlab {
    fn fingerprint(&mut self, path: &str, d: &Diagnostic) -> String {
        let mut hash = foldhash::quality::FixedState::with_seed(1).build_hasher();
        hash.write(path.as_bytes());
        hash.write_u64(d.fingerprint);
        let key = hash.finish();
        let number = self.seen.entry(key).or_default();
        *number += 1;
        format!("{key:016x}{number:08x}")
    }
}

impl Render for Gitlab {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"[")
    }

    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        for d in checked.findings() {
            let place = checked.sources().of(&d.primary).place(&d.primary.span);
            // Paths are those of the repository.
            let path = place.path.strip_prefix("./").unwrap_or(place.path);
            let entry = Entry {
                description: format!("{} {}", d.code, d.one_line(checked.sources())),
                check_name: d.name,
                fingerprint: self.fingerprint(path, d),
                severity: match d.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                },
                location: Location {
                    path,
                    lines: Lines {
                        begin: place.start.line,
                        end: place.end.line.max(place.start.line),
                    },
                },
            };
            out.write_all(if self.any { b",\n" } else { b"\n" })?;
            self.any = true;
            write(out, &entry)?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, _: &Tally) -> io::Result<()> {
        out.write_all(b"\n]\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn equal_findings_have_fingerprints_of_their_own() {
        let mut error = sample::diagnostic();
        error.severity = Severity::Error;
        let three = [sample::diagnostic(), sample::diagnostic(), error];
        let print = |name| -> Vec<Value> {
            let shown = sample::print(FORMAT, name, sample::TEXT, &three);
            serde_json::from_str(&shown).unwrap()
        };
        let (a, b) = (print("./a.sdp"), print("b.sdp"));
        let all = a.iter().chain(&b);
        let marks: BTreeSet<&str> = all.map(|e| e["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(marks.len(), 6);
        assert_eq!(a[0]["location"]["path"], "a.sdp");
        assert_eq!(a[0]["location"]["lines"]["begin"], 3);
        assert_eq!(
            (&a[1]["severity"], &a[2]["severity"]),
            (&"minor".into(), &"major".into())
        );
        assert_eq!(a, print("a.sdp"), "the same every time");
    }

    #[test]
    fn nothing_found_is_an_empty_array() {
        let shown = sample::print(FORMAT, "x", b"", &[]);
        assert_eq!(serde_json::from_str::<Vec<Value>>(&shown).unwrap().len(), 0);
    }
}
