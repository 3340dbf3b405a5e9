//! Where the findings of `rtcscope lint` go: one or more formats, then a summary.

use super::stacks::{Refusal, Verdict};
use crate::diag::render::concise;
use crate::diag::render::github::Github;
use crate::diag::render::json::Json;
use crate::diag::render::text::Text;
use crate::diag::{Diagnostic, Safety, Severity, Source, Sources};
use crate::lint::{RULES, Report};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Arguments that say how to print.
#[derive(Clone, Debug, clap::Args)]
pub struct OutputArgs {
    /// How to print; may be given more than once [default: text]
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub format: Vec<Format>,
    /// Count findings by rule at the end
    #[arg(long)]
    pub statistics: bool,
}

/// How to print diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With source lines, for people
    Text,
    /// One line each, for editors
    Concise,
    /// One JSON document
    Json,
    /// Annotations for GitHub Actions
    Github,
}

/// What was found, in numbers.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) files: usize,
    pub(super) fixed: usize,
    /// Name and reason of each input that could not be used.
    pub(super) unreadable: Vec<(String, String)>,
    descriptions: usize,
    /// Descriptions that were checked without the rules of WebRTC.
    plain: usize,
    fixable: usize,
    dropped: usize,
    by_severity: BTreeMap<Severity, usize>,
    by_code: BTreeMap<&'static str, usize>,
}

impl Counts {
    pub(super) fn add(&mut self, report: &Report) {
        self.descriptions += 1;
        self.plain += usize::from(!report.webrtc);
        self.dropped += report.dropped;
        for d in &report.diagnostics {
            *self.by_severity.entry(d.severity).or_default() += 1;
            *self.by_code.entry(d.code).or_default() += 1;
            let safe = |fix: &crate::diag::Fix| fix.safety == Safety::Safe;
            self.fixable += usize::from(d.fix.as_ref().is_some_and(safe));
        }
    }

    pub(super) fn any_from(&self, level: Severity) -> bool {
        self.by_severity.range(level..).any(|(_, &n)| n > 0)
    }

    fn of(&self, severity: Severity) -> usize {
        self.by_severity.get(&severity).copied().unwrap_or(0)
    }

    fn summary(&self) -> String {
        let found: Vec<String> = [
            (Severity::Error, "error"),
            (Severity::Warning, "warning"),
            (Severity::Info, "info"),
        ]
        .into_iter()
        .filter(|&(severity, _)| self.of(severity) > 0)
        .map(|(severity, name)| match severity {
            Severity::Info => format!("{} {name}", self.of(severity)),
            _ => count(self.of(severity), name),
        })
        .collect();
        let found = if found.is_empty() {
            "nothing found".to_owned()
        } else {
            found.join(", ")
        };
        let mut text = format!(
            "{found} in {} ({})",
            count(self.descriptions, "description"),
            count(self.files, "file")
        );
        if self.fixed > 0 {
            text += &format!("; {} fixed", self.fixed);
        }
        if self.fixable > 0 {
            text += &format!("; {} fixable with --fix", self.fixable);
        }
        if self.dropped > 0 {
            text += &format!("; {} more of the same kinds not listed", self.dropped);
        }
        text
    }
}

fn count(n: usize, name: &str) -> String {
    format!("{n} {name}{}", if n == 1 { "" } else { "s" })
}

#[derive(Serialize)]
struct JsonSummary<'a> {
    errors: usize,
    warnings: usize,
    infos: usize,
    descriptions: usize,
    files: usize,
    fixed: usize,
    unlisted: usize,
    unreadable: Vec<JsonUnreadable<'a>>,
}

#[derive(Serialize)]
struct JsonUnreadable<'a> {
    path: &'a str,
    reason: &'a str,
}

/// The formats asked for.
#[derive(Debug)]
pub(super) struct Sinks {
    text: Option<Text>,
    concise: bool,
    json: Option<Json>,
    github: Option<Github>,
    statistics: bool,
}

impl Sinks {
    pub(super) fn new(args: &OutputArgs, color: bool, out: &mut dyn Write) -> io::Result<Self> {
        let formats = &args.format;
        let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|v| v == "true");
        let automatic = formats.is_empty();
        let wants = |format| formats.contains(&format);
        Ok(Self {
            text: (automatic || wants(Format::Text)).then(|| Text::new(color)),
            concise: wants(Format::Concise),
            json: if wants(Format::Json) {
                Some(Json::begin(out)?)
            } else {
                None
            },
            github: (wants(Format::Github) || (automatic && in_actions)).then(Github::new),
            statistics: args.statistics,
        })
    }

    /// Whether people read the output, rather than a program.
    fn for_people(&self) -> bool {
        self.text.is_some() || self.concise
    }

    pub(super) fn add(
        &mut self,
        out: &mut dyn Write,
        sources: Sources<'_, '_>,
        diagnostics: &[Diagnostic],
    ) -> io::Result<()> {
        if let Some(text) = &mut self.text {
            text.write(out, sources, diagnostics)?;
        }
        if self.concise {
            concise::write(out, sources, diagnostics)?;
        }
        if let Some(json) = &mut self.json {
            json.add(out, sources, diagnostics)?;
        }
        if let Some(github) = &mut self.github {
            github.add(sources, diagnostics);
        }
        Ok(())
    }

    /// Writes other parsers' verdicts on the description of `report`.
    pub(super) fn stacks(
        &self,
        out: &mut dyn Write,
        source: &Source<'_>,
        report: &Report,
        verdicts: impl Iterator<Item = Verdict>,
    ) -> io::Result<()> {
        if !self.for_people() {
            return Ok(());
        }
        let first = source.position(report.range.start).line;
        for Verdict { stack, refusal } in verdicts {
            let name = source.name();
            match refusal {
                None => writeln!(out, "{name}:{first}: {stack}: accepts")?,
                Some(Refusal {
                    message,
                    line: Some(line),
                }) => {
                    let line = first + line - 1;
                    writeln!(out, "{name}:{line}: {stack}: rejects: {message}")?;
                }
                Some(Refusal {
                    message,
                    line: None,
                }) => {
                    writeln!(out, "{name}:{first}: {stack}: rejects: {message}")?;
                }
            }
        }
        Ok(())
    }

    fn statistics(&self, out: &mut dyn Write, counts: &Counts) -> io::Result<()> {
        if !self.for_people() || !self.statistics {
            return Ok(());
        }
        let mut rows: Vec<_> = counts.by_code.iter().collect();
        rows.sort_by_key(|&(code, n)| (std::cmp::Reverse(*n), *code));
        for (code, n) in rows {
            let name = RULES
                .iter()
                .find(|r| r.code == *code)
                .map_or("", |r| r.name);
            writeln!(out, "{n:>6} {code} {name}")?;
        }
        Ok(())
    }

    pub(super) fn finish(
        self,
        out: &mut dyn Write,
        err: &mut dyn Write,
        counts: &Counts,
    ) -> io::Result<()> {
        self.statistics(out, counts)?;
        let for_people = self.for_people();
        if let Some(json) = self.json {
            let unreadable = counts.unreadable.iter();
            let summary = JsonSummary {
                errors: counts.of(Severity::Error),
                warnings: counts.of(Severity::Warning),
                infos: counts.of(Severity::Info),
                descriptions: counts.descriptions,
                files: counts.files,
                fixed: counts.fixed,
                unlisted: counts.dropped,
                unreadable: unreadable
                    .map(|(path, reason)| JsonUnreadable { path, reason })
                    .collect(),
            };
            json.end(out, &summary)?;
        }
        if let Some(github) = self.github {
            github.write(out)?;
        }
        if !for_people || counts.files == 0 {
            return Ok(());
        }
        if counts.plain > 0 {
            let what = count(counts.plain, "description");
            writeln!(
                err,
                "note: {what} without ICE or DTLS: checked as plain SDP, without the rules for WebRTC"
            )?;
        }
        writeln!(out, "{}", counts.summary())
    }
}
