//! What the toolkit has to say about a text: one shape for every rule and every renderer.
//!
//! The linter makes [`Diagnostic`]s about a [`Source`]; the renderers in [`render`] print them.
//! Spans are byte ranges of the source, so a fix is a list of replacements that leaves every other
//! byte alone.

pub(crate) mod commands;
mod fix;
mod map;
pub mod render;
pub(crate) mod secrets;
mod source;

pub use fix::{apply, replace};
pub use map::{Map, Segment};
pub use source::{Container, Place, Position, Source, Sources};

use std::fmt;
use std::ops::Range;

/// How bad it is; ordered from harmless to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Likely a mistake; a call may still work.
    Warning,
    /// A specification is broken in a way that breaks calls.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Error, Self::Warning, Self::Info]
            .into_iter()
            .find(|s| s.as_str() == name)
            .or((name == "warn").then_some(Self::Warning))
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in the source and what to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Which of the sources it is in: the number of the description in its exchange.
    pub source: usize,
    /// Byte range.
    pub span: Range<usize>,
    /// The local fact, in a few words.
    pub text: String,
}

/// Whether a fix may be applied unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Keeps the meaning, or repairs pure syntax.
    Safe,
    /// Changes what is negotiated.
    Unsafe,
}

impl Safety {
    /// `safe` or `unsafe`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace; empty to insert.
    pub span: Range<usize>,
    /// What to put there; empty to delete.
    pub replacement: String,
}

/// A way to mend what a diagnostic is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "drop the line".
    pub title: String,
    /// Whether it may be applied unasked.
    pub safety: Safety,
    /// The replacements, which do not overlap.
    pub edits: Vec<Edit>,
}

/// Labels that say something only where they stand under a source line.
const POINTERS: &[&str] = &[
    "again here",
    "and here",
    "nothing here",
    "one more",
    "the same again",
];

impl Diagnostic {
    /// The message with the local facts, for formats that have one line and do not show the source:
    /// what only points at the place is left out, and other places are named by their line.
    pub fn one_line(&self, sources: Sources<'_, '_>) -> String {
        let here = Some(self.primary.text.as_str());
        let here = here.filter(|text| !text.is_empty() && !POINTERS.contains(text));
        let there = self.secondary.first().map(|label| {
            let source = sources.of(label);
            let line = source.position(label.span.start).line;
            let elsewhere = label.source != self.primary.source;
            let name = match source.pointer() {
                _ if !elsewhere => String::new(),
                Some(pointer) => format!("{}#{pointer} ", source.name()),
                None => format!("{} ", source.name()),
            };
            format!("{name}line {line}: {}", label.text)
        });
        match (here, there) {
            (None, None) => self.message.clone(),
            (Some(fact), None) => format!("{} ({fact})", self.message),
            (None, Some(fact)) => format!("{} ({fact})", self.message),
            (Some(here), Some(there)) => format!("{} ({here}; {there})", self.message),
        }
    }
}

/// One thing found in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code: `SDP109`.
    pub code: &'static str,
    /// Stable name, readable after "allow": `fmtp-unlisted-payload-type`.
    pub name: &'static str,
    /// How bad this one is.
    pub severity: Severity,
    /// What is wrong; lower-case start, no full stop, tokens in backticks.
    pub message: String,
    /// Where, and the local fact.
    pub primary: Label,
    /// Places that explain it.
    pub secondary: Vec<Label>,
    /// What to do.
    pub help: Vec<String>,
    /// How to do it, when a replacement can.
    pub fix: Option<Fix>,
    /// The specifications behind it: `RFC 8866`.
    pub spec: &'static [&'static str],
    /// By what it is known again in another version of the text.
    pub fingerprint: u64,
    /// Why it does not count, when it does not.
    pub suppression: Option<Suppression>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Who says so: `config`, `baseline`, `comment`, `sidecar`.
    pub by: &'static str,
    /// The reason that was given.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_needs_no_source_beside_it() {
        let source = Source::new("x", b"a=mid:0\r\na=mid:0\r\n");
        let source = Sources::one(&source);
        let mut d = render::sample::diagnostic();
        d.message = "`a=mid:0` names two sections".to_owned();
        d.primary.text = "again here".to_owned();
        d.secondary = vec![Label {
            source: 0,
            span: 0..7,
            text: "the first one".to_owned(),
        }];
        assert_eq!(
            d.one_line(source),
            "`a=mid:0` names two sections (line 1: the first one)"
        );
        d.secondary.clear();
        assert_eq!(d.one_line(source), "`a=mid:0` names two sections");
    }
}
