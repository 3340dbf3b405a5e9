//! Where the findings of `rtcscope lint` go: formats, on standard output or into files.
//!
//! Documents (`json`, `sarif` …) have standard output for themselves; logs (`text`, `concise`,
//! `github`) may share it. Files are there whole, or as they were.

use super::stacks::{Refusal, Verdict};
use crate::cli::outfile::OutFile;
use crate::diag::render::{Checked, FORMATS, Format, Options, Render, RuleInfo, markdown};
use crate::diag::{Severity, Source, Sources};
use crate::lint::{Linter, Report, docs};
use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) use crate::diag::render::Tally as Counts;

/// Arguments that say how to print.
#[derive(Clone, Debug, clap::Args)]
pub struct OutputArgs {
    /// How to print, and into which file; may be given more than once [default: text]
    #[arg(long, short, value_name = "FORMAT[=FILE]", value_parser = target)]
    #[arg(long_help = format_help())]
    pub format: Vec<Target>,
    /// Where the last --format goes, or the text without one; - is standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Count findings by rule at the end
    #[arg(long)]
    pub statistics: bool,
    /// Fail when there are more warnings than this
    #[arg(long, value_name = "N")]
    pub max_warnings: Option<usize>,
}

/// A format and where it goes.
#[derive(Clone, Debug)]
pub struct Target {
    format: Format,
    file: Option<PathBuf>,
}

fn format_help() -> String {
    let mut text = String::from(
        "How to print, and into which file; may be given more than once [default: text, and github \
         too in GitHub Actions]\n\n",
    );
    for format in FORMATS {
        text += &format!("  {:<11} {}\n", format.name, format.help);
    }
    text + "\nOnly text, concise and github may share standard output."
}

fn target(text: &str) -> Result<Target, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("a file is missing after `=`".to_owned()),
        Some((name, file)) => (name, Some(file.into())),
        None => (text, None),
    };
    match FORMATS.iter().find(|f| f.name == name) {
        Some(&format) => Ok(Target { format, file }),
        None => {
            let names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
            Err(format!("the formats are {}", names.join(", ")))
        }
    }
}

fn named(name: &str) -> Option<Format> {
    FORMATS.iter().find(|f| f.name == name).copied()
}

/// What the environment says of where this runs.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Whether this is a step of GitHub Actions.
    in_actions: bool,
    /// The file to which a step appends its summary.
    step_summary: Option<PathBuf>,
}

impl Surroundings {
    /// What the process's environment says.
    pub(super) fn of_process() -> Self {
        let filled = |v: &OsString| !v.is_empty();
        Self {
            in_actions: crate::diag::commands::are_read(),
            step_summary: std::env::var_os("GITHUB_STEP_SUMMARY")
                .filter(filled)
                .map(PathBuf::from),
        }
    }
}

impl OutputArgs {
    /// The files that are written.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        let named = self.format.iter().filter_map(|target| target.file.as_ref());
        named.chain(&self.output).map(PathBuf::as_path)
    }

    /// What is to be printed where.
    fn targets(&self, around: &Surroundings) -> Result<Vec<Target>, String> {
        let mut targets = self.format.clone();
        if targets.is_empty() {
            let both = [("text", true), ("github", around.in_actions)];
            let wanted = both.into_iter().filter(|&(_, is_wanted)| is_wanted);
            targets.extend(wanted.filter_map(|(name, _)| {
                Some(Target {
                    format: named(name)?,
                    file: self.output.clone().filter(|_| name == "text"),
                })
            }));
        } else if let (Some(last), Some(output)) = (targets.last_mut(), &self.output) {
            if let Some(file) = &last.file {
                return Err(format!(
                    "`{}` has two files: {} and {}",
                    last.format.name,
                    shown(file),
                    shown(output)
                ));
            }
            last.file = Some(output.clone());
        }
        for target in &mut targets {
            target.file = target.file.take().filter(|f| f != Path::new("-"));
        }
        for (i, a) in targets.iter().enumerate() {
            for b in targets.iter().skip(i + 1) {
                let names = (a.format.name, b.format.name);
                match (&a.file, &b.file) {
                    (Some(a), Some(b)) if a == b => {
                        return Err(format!(
                            "`{}` and `{}` would both be written to {}",
                            names.0,
                            names.1,
                            shown(a)
                        ));
                    }
                    (None, None) if names.0 == names.1 => {
                        return Err(format!("`{}` is asked for twice", names.0));
                    }
                    (None, None) if !(a.format.is_log && b.format.is_log) => {
                        let document = if a.format.is_log { names.1 } else { names.0 };
                        return Err(format!(
                            "`{}` and `{}` would both be written to standard output; give one a file: --format {document}=FILE",
                            names.0, names.1
                        ));
                    }
                    _ => {}
                }
            }
        }
        Ok(targets)
    }

    /// Whether there are more warnings than allowed.
    pub(super) fn is_too_much(&self, counts: &Counts) -> bool {
        self.max_warnings
            .is_some_and(|most| counts.of(Severity::Warning) > most)
    }
}

/// A printer and where it prints.
struct Sink {
    printer: Box<dyn Render>,
    /// Its own file; else it prints to standard output.
    file: Option<OutFile<'static>>,
    /// What the file is called.
    path: PathBuf,
    for_people: bool,
}

/// The formats asked for.
pub(super) struct Sinks {
    sinks: Vec<Sink>,
    /// The table for the summary of the step, and the file it is appended to.
    summary: Option<(Box<dyn Render>, PathBuf)>,
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printers = self.sinks.iter().map(|s| &s.printer);
        f.debug_list().entries(printers).finish()
    }
}

impl Sinks {
    /// Begins to print; says what cannot be done.
    pub(super) fn new(
        args: &OutputArgs,
        around: Surroundings,
        linter: &Linter,
        fail_from: Severity,
        color: bool,
    ) -> Result<Self, String> {
        let rules = || rules_of(linter);
        let mut sinks = Vec::new();
        let mut annotates = false;
        for Target { format, file } in args.targets(&around)? {
            annotates |= format.name == "github";
            let options = Options {
                color: color && file.is_none(),
                fail_from,
                rules: &rules,
            };
            let path = file.unwrap_or_else(|| "-".into());
            let file = if path == Path::new("-") {
                None
            } else {
                Some(create(&path).map_err(|e| unwritable(&path, &e))?)
            };
            sinks.push(Sink {
                printer: (format.new)(&options),
                file,
                path,
                for_people: matches!(format.name, "text" | "concise"),
            });
        }
        let options = Options {
            color: false,
            fail_from,
            rules: &rules,
        };
        let summary = around.step_summary.filter(|_| annotates);
        Ok(Self {
            sinks,
            summary: summary.map(|path| ((markdown::FORMAT.new)(&options), path)),
        })
    }

    /// Has every printer print.
    fn each(
        &mut self,
        out: &mut dyn Write,
        mut print: impl FnMut(&mut dyn Render, &mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        for sink in &mut self.sinks {
            match &mut sink.file {
                // A full disk is no closed pipe.
                Some(file) => print(&mut *sink.printer, file)
                    .map_err(|e| io::Error::other(unwritable(&sink.path, &e)))?,
                None => print(&mut *sink.printer, out)?,
            }
        }
        Ok(())
    }

    /// Prints what comes before everything.
    pub(super) fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.each(out, |printer, out| printer.begin(out))
    }

    /// Prints what was found in one description.
    pub(super) fn add(
        &mut self,
        out: &mut dyn Write,
        sources: Sources<'_, '_>,
        source: &Source<'_>,
        report: &Report,
    ) -> io::Result<()> {
        let checked = Checked::new(sources, source, report.range.start, &report.diagnostics);
        if let Some((printer, _)) = &mut self.summary {
            printer.add(&mut io::sink(), &checked)?;
        }
        self.each(out, |printer, out| printer.add(out, &checked))
    }

    /// Prints a line for people.
    pub(super) fn note(&mut self, out: &mut dyn Write, line: &str) -> io::Result<()> {
        self.each(out, |printer, out| printer.note(out, line))
    }

    /// Writes other parsers' verdicts on the description of `report`.
    pub(super) fn stacks(
        &mut self,
        out: &mut dyn Write,
        source: &Source<'_>,
        report: &Report,
        verdicts: impl Iterator<Item = Verdict>,
    ) -> io::Result<()> {
        if !self.sinks.iter().any(|s| s.for_people) {
            return Ok(());
        }
        // Their lines are those of the description, whatever file it is in.
        let pointer = source.pointer().filter(|_| source.container().is_some());
        let name = match pointer {
            Some(pointer) => format!("{}#{pointer}", source.name()),
            None => source.name().to_owned(),
        };
        let name = crate::output::printable(&name);
        let first = source.position(report.range.start).line;
        for Verdict { stack, refusal } in verdicts {
            let said = match refusal {
                None => format!("{name}:{first}: {stack}: accepts"),
                Some(Refusal { message, line }) => {
                    let line = first + line.map_or(0, |line| line.saturating_sub(1));
                    format!("{name}:{line}: {stack}: rejects: {message}")
                }
            };
            self.note(out, &said)?;
        }
        Ok(())
    }

    /// Prints what comes after everything, and gives files their names.
    pub(super) fn finish(
        mut self,
        out: &mut dyn Write,
        err: &mut dyn Write,
        counts: &Counts,
    ) -> io::Result<()> {
        self.each(out, |printer, out| printer.finish(out, counts))?;
        if counts.plain > 0 && self.sinks.iter().any(|s| s.for_people) {
            let s = if counts.plain == 1 { "" } else { "s" };
            writeln!(
                err,
                "note: {} description{s} without ICE or DTLS: checked as plain SDP, without the rules for WebRTC",
                counts.plain
            )?;
        }
        for sink in self.sinks {
            if let Some(file) = sink.file {
                let kept = file.keep();
                kept.map_err(|e| io::Error::other(unwritable(&sink.path, &e)))?;
            }
        }
        if let Some((mut printer, path)) = self.summary {
            // A summary that cannot be written is no reason to fail.
            let file = File::options().append(true).create(true).open(&path);
            let written = file.and_then(|mut file| printer.finish(&mut file, counts));
            if let Err(error) = written {
                writeln!(
                    err,
                    "note: the summary of the step: {}",
                    unwritable(&path, &error)
                )?;
            }
        }
        Ok(())
    }
}

fn create(path: &Path) -> io::Result<OutFile<'static>> {
    // `-` is taken care of, so nothing goes to this stream.
    OutFile::create(path, Box::leak(Box::new(io::sink())))
}

fn unwritable(path: &Path, error: &io::Error) -> String {
    format!("{}: cannot be written: {error}", shown(path))
}

fn shown(path: &Path) -> String {
    crate::output::printable(&path.to_string_lossy()).into_owned()
}

/// What formats tell of the rules that `linter` runs.
fn rules_of(linter: &Linter) -> Vec<RuleInfo> {
    let rules = linter.rules().iter().map(|(rule, severity)| RuleInfo {
        code: rule.code,
        name: rule.name,
        group: rule.group.as_str(),
        severity: severity.unwrap_or(rule.severity()),
        spec: rule.spec,
        summary: rule.summary().to_owned(),
        reason: docs::section(rule, "Why it matters"),
        page: docs::page(rule),
    });
    rules.collect()
}
