//! Printing diagnostics, one format a file.
//!
//! To add a format: a file here with a type that is [`Render`] and a constant `FORMAT`, and a line
//! in [`FORMATS`]. Formats for programs are described in `docs/schema/lint-1.json` and `docs/ci/`.

pub mod checkstyle;
pub mod concise;
pub mod github;
pub mod gitlab;
mod harmless;
pub mod json;
mod json_model;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod sarif;
mod sarif_model;
mod tally;
#[cfg(feature = "cli")]
pub mod text;
mod xml;

pub use tally::{CodeCount, Tally};

use crate::diag::{Diagnostic, Severity, Source, Sources};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

/// A way to print what is found, from the first description to the last.
pub trait Render: fmt::Debug {
    /// What comes before everything.
    ///
    /// # Errors
    /// What `out` could not take.
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Adds what was found in one description.
    ///
    /// # Errors
    /// What `out` could not take.
    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()>;

    /// Adds a line for people.
    ///
    /// # Errors
    /// What `out` could not take.
    fn note(&mut self, _out: &mut dyn Write, _line: &str) -> io::Result<()> {
        Ok(())
    }

    /// What comes after everything.
    ///
    /// # Errors
    /// What `out` could not take.
    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()>;
}

/// A format that can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// By what it is asked for.
    pub name: &'static str,
    /// What it is, in half a sentence.
    pub help: &'static str,
    /// Whether it is lines in a log, which others may share; else it is a document.
    pub is_log: bool,
    /// Makes a printer.
    pub new: fn(&Options<'_>) -> Box<dyn Render>,
}

/// All formats.
pub const FORMATS: &[Format] = &[
    #[cfg(feature = "cli")]
    text::FORMAT,
    concise::FORMAT,
    json::FORMAT,
    jsonl::FORMAT,
    sarif::FORMAT,
    github::FORMAT,
    gitlab::FORMAT,
    junit::FORMAT,
    checkstyle::FORMAT,
    markdown::FORMAT,
];

/// What a printer is told beforehand.
#[derive(Clone, Copy)]
pub struct Options<'o> {
    /// Whether to colour.
    pub color: bool,
    /// From what severity on a finding fails the run.
    pub fail_from: Severity,
    /// The rules that run, in the order of their codes.
    pub rules: &'o dyn Fn() -> Vec<RuleInfo>,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").finish_non_exhaustive()
    }
}

/// What formats tell of a rule.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What kind of finding it makes.
    pub group: &'static str,
    /// How bad its findings are unless they say otherwise.
    pub severity: Severity,
    /// What it rests on.
    pub spec: &'static [&'static str],
    /// What it finds, in one sentence.
    pub summary: String,
    /// Why that matters.
    pub reason: String,
    /// Its page, in Markdown.
    pub page: String,
}

/// What was found in one description.
#[derive(Clone, Debug)]
pub struct Checked<'c> {
    sources: Sources<'c, 'c>,
    source: &'c Source<'c>,
    start: usize,
    findings: Cow<'c, [Diagnostic]>,
}

impl<'c> Checked<'c> {
    /// `findings` about the description that begins at `start` of `source`, one of `sources`.
    /// Keys that the findings quote are blanked.
    pub fn new(
        sources: Sources<'c, 'c>,
        source: &'c Source<'c>,
        start: usize,
        findings: &'c [Diagnostic],
    ) -> Self {
        Self {
            sources,
            source,
            start,
            findings: harmless::keyless(findings),
        }
    }

    /// The texts that findings may speak of.
    pub fn sources(&self) -> Sources<'_, '_> {
        self.sources
    }

    /// The description's text.
    pub fn source(&self) -> &Source<'c> {
        self.source
    }

    /// The offset at which it begins there.
    pub fn start(&self) -> usize {
        self.start
    }

    /// What counts.
    pub fn findings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|d| d.suppression.is_none())
    }

    /// Everything, also what does not count.
    pub fn with_suppressed(&self) -> &[Diagnostic] {
        &self.findings
    }
}

/// Where `span` is in terms of what the file holds: `/log/entries/3 → sdp line 7:3`. Nothing when the
/// file holds but the description.
fn inside(source: &Source<'_>, span: &Range<usize>, gap: &str) -> Option<String> {
    let pointer = source.pointer().map(harmless::printable);
    let line = source.container().map(|_| {
        let at = source.position(span.start);
        format!("sdp line {}:{}", at.line, at.column)
    });
    match (pointer, line) {
        (Some(pointer), Some(line)) => Some(format!("{pointer}{gap}{line}")),
        (Some(pointer), None) => Some(pointer.into_owned()),
        (None, line) => line,
    }
}

#[cfg(test)]
pub(crate) mod sample {
    //! Diagnostics for the renderers' tests.
    use super::{Checked, Format, Options, RuleInfo, Tally};
    use crate::diag::{
        Container, Diagnostic, Edit, Fix, Label, Map, Safety, Severity, Source, Sources,
    };

    pub(crate) const TEXT: &[u8] =
        b"m=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\nc=IN IP4 0.0.0.0\r\na=rtcp-fb:111 transport-cc\r\n";

    pub(crate) fn diagnostic() -> Diagnostic {
        Diagnostic {
            code: "SDP132",
            name: "rtcp-fb-unlisted-payload-type",
            severity: Severity::Warning,
            message: "`a=rtcp-fb` names payload type 111, which `m=audio` does not list".to_owned(),
            primary: Label {
                source: 0,
                span: 61..64,
                text: "no payload type 111 here".to_owned(),
            },
            secondary: vec![Label {
                source: 0,
                span: 28..31,
                text: "formats listed".to_owned(),
            }],
            help: vec![],
            fix: Some(Fix {
                title: "drop the line".to_owned(),
                safety: Safety::Unsafe,
                edits: vec![Edit {
                    span: 51..79,
                    replacement: String::new(),
                }],
            }),
            spec: &["RFC 4585"],
            fingerprint: 0x1234_5678_9abc_def0,
            suppression: None,
        }
    }

    pub(crate) fn rules() -> Vec<RuleInfo> {
        let rule = |code, name| RuleInfo {
            code,
            name,
            group: "suspicious",
            severity: Severity::Warning,
            spec: &["RFC 4585"],
            summary: "An attribute names what is not there.".to_owned(),
            reason: "It is ignored.".to_owned(),
            page: format!("# {code} {name}\n"),
        };
        vec![
            rule("SDP001", "other"),
            rule("SDP132", "rtcp-fb-unlisted-payload-type"),
        ]
    }

    /// What `format` makes of descriptions.
    pub(crate) fn print_all(format: Format, tally: &Tally, all: &[Checked<'_>]) -> String {
        let mut printer = (format.new)(&Options {
            color: false,
            fail_from: Severity::Error,
            rules: &rules,
        });
        let mut out = Vec::new();
        printer.begin(&mut out).unwrap();
        for checked in all {
            printer.add(&mut out, checked).unwrap();
        }
        printer.finish(&mut out, tally).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// What `format` makes of findings in one file.
    pub(crate) fn print(format: Format, name: &str, text: &[u8], found: &[Diagnostic]) -> String {
        let source = Source::new(name, text);
        let mut tally = Tally {
            files: 1,
            ..Tally::default()
        };
        tally.add(found, true, 0);
        let checked = Checked::new(Sources::one(&source), &source, 0, found);
        print_all(format, &tally, &[checked])
    }

    /// What `format` makes of an offer and its answer in a recording, with a finding about both.
    pub(crate) fn print_recorded(format: Format) -> String {
        // The text stands in the file with its line ends escaped, twice.
        let escaped = String::from_utf8(TEXT.to_vec())
            .unwrap()
            .replace("\r\n", "\\r\\n");
        let host = format!("{{\n\"a\":\"{escaped}\",\"b\":\"{escaped}\"}}");
        let starts = [7, 7 + escaped.len() + 7];
        let maps = starts.map(|start| {
            let mut map = Map::default();
            let mut at = start;
            for line in TEXT.split_inclusive(|&b| b == b'\n') {
                map.push(line.len() - 2, at..at + line.len() - 2);
                at += line.len() - 2;
                map.push(1, at..at + 2);
                map.push(1, at + 2..at + 4);
                at += 4;
            }
            map
        });
        let file = Source::new("call.har", host.as_bytes());
        let inside = |pointer, map| {
            Source::new("call.har", TEXT)
                .of_kind("har")
                .at(Some(pointer))
                .inside(Container { file: &file, map })
        };
        let sources = [inside("/a", &maps[0]), inside("/b", &maps[1])];
        let mut d = diagnostic();
        d.primary.source = 1;
        d.secondary[0].text = "the offer lists".to_owned();
        let found = [d];
        let mut tally = Tally {
            files: 1,
            ..Tally::default()
        };
        tally.add(&[], true, 0);
        tally.add(&found, true, 0);
        let all = Sources::new(&sources).unwrap();
        let checked = [
            Checked::new(all, &sources[0], 0, &[]),
            Checked::new(all, &sources[1], 0, &found),
        ];
        print_all(format, &tally, &checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Suppression;

    /// Findings whose every text is hostile, in a file with a hostile name.
    fn hostile(nasty: &str) -> Diagnostic {
        let mut d = sample::diagnostic();
        d.message = nasty.to_owned();
        d.primary.text = nasty.to_owned();
        d.secondary[0].text = nasty.to_owned();
        d.help = vec![nasty.to_owned()];
        let fix = d.fix.as_mut().unwrap();
        fix.title = nasty.to_owned();
        fix.edits[0].replacement = nasty.to_owned();
        d
    }

    #[test]
    fn names_are_unique_and_said_to_be_something() {
        for (i, format) in FORMATS.iter().enumerate() {
            assert!(!format.help.is_empty());
            assert!(FORMATS[..i].iter().all(|f| f.name != format.name));
        }
    }

    #[test]
    fn no_format_lets_a_terminal_be_steered() {
        let nasty = "a\x1b[2J\u{9b}1m\u{202e}\u{2066}\0\x7f\r\nx]]>&<\"'|`%";
        let text = format!("v=0\r\na={nasty}\r\n");
        for format in FORMATS {
            let shown = sample::print(*format, nasty, text.as_bytes(), &[hostile(nasty)]);
            let bad: Vec<char> = shown
                .chars()
                .filter(|&c| crate::chars::steers(c) && c != '\n' && c != '\t')
                .collect();
            assert!(bad.is_empty(), "{}: {bad:?} in {shown:?}", format.name);
        }
    }

    #[test]
    fn no_format_shows_a_key() {
        let secret = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:QUJDREVGR0hJ|2^20";
        let mut text = sample::TEXT.to_vec();
        text.extend(secret.as_bytes());
        let mut d = hostile(secret);
        d.primary.span = 90..100;
        for format in FORMATS {
            let shown = sample::print(*format, "x.sdp", &text, std::slice::from_ref(&d));
            assert!(!shown.contains("QUJD"), "{}: {shown}", format.name);
        }
    }

    #[test]
    fn every_format_has_the_place_in_the_file_on_disk() {
        for format in FORMATS {
            let shown = sample::print_recorded(*format);
            assert!(shown.contains("call.har"), "{}: {shown}", format.name);
            // GitLab has lines only.
            let place = if format.name == "gitlab" {
                "\"begin\":2"
            } else {
                "163"
            };
            assert!(shown.contains(place), "{}: {shown}", format.name);
        }
    }

    #[test]
    fn what_is_suppressed_is_only_in_json_and_sarif() {
        let mut d = sample::diagnostic();
        d.suppression = Some(Suppression {
            by: "baseline",
            reason: "known".to_owned(),
        });
        for format in FORMATS {
            let shown = sample::print(*format, "x.sdp", sample::TEXT, std::slice::from_ref(&d));
            let has = shown.contains("`a=rtcp-fb` names");
            let should = matches!(format.name, "json" | "jsonl" | "sarif");
            assert_eq!(has, should, "{}: {shown}", format.name);
        }
    }
}
