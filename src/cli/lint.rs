//! `rtcscope lint`: checks session descriptions and says what is wrong, for people and for CI.
//!
//! Diagnostics go to the output, notes and what could not be read to the error stream. Exit codes:
//! 0 nothing at the fail level, 1 something, 2 a mistake in the arguments, 3 an input that could
//! not be read or held no description.

pub(in crate::cli) mod inputs;
mod keeping;
mod rules;
mod sinks;
mod stacks;

use crate::diag::{Severity, Source, Sources};
use crate::hosts::Found;
use crate::lint::{Linter, Part};
use inputs::{Input, InputArgs};
use keeping::KeepingArgs;
use rules::RuleArgs;
use sinks::{Counts, OutputArgs, Sinks, Surroundings};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rtcscope lint offer.sdp answer.sdp
  rtcscope lint --as offer --error-on warning tests/fixtures
  rtcscope lint -f github signalling.json  for GitHub Actions; also finds the SDP in JSON
  rtcscope lint --ignore SDP307,misspelt-codec offer.sdp
  xclip -o | rtcscope lint -
  rtcscope lint --fix offer.sdp            mend what has a safe fix

What a rule means: rtcscope explain SDP203

Exit codes: 0 nothing from the --error-on level up, 1 something, 2 bad usage,
3 an input could not be read or holds no description.";

/// Arguments of `rtcscope lint`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct LintArgs {
    /// Files, directories (their .sdp files), or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which rules run.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// What is read, and how.
    #[command(flatten)]
    pub input: InputArgs,
    /// What is mended, and what does not count.
    #[command(flatten)]
    pub keeping: KeepingArgs,
    /// How to print.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Fail from this level on
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = rules::level)]
    pub error_on: Severity,
    /// Do not fail for what was found
    #[arg(long)]
    pub exit_zero: bool,
    /// Say whether the parsers of other projects accept each description: Firefox's, webrtc-rs's,
    /// GStreamer's
    #[arg(long)]
    pub stacks: bool,
}

/// Runs `rtcscope lint` and says with which code to exit.
///
/// # Errors
/// What the output could not take; a closed pipe is not an error.
pub fn run(
    args: &LintArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
    color: bool,
) -> io::Result<u8> {
    match lint_all(args, out, err, color) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        result => result,
    }
}

fn lint_all(
    args: &LintArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
    color: bool,
) -> io::Result<u8> {
    let config = args.rules.config();
    if let Err(unknown) = config.validate() {
        writeln!(err, "error: {unknown}")?;
        return Ok(2);
    }
    let mut paths = args.paths.clone();
    if paths.is_empty() {
        if io::stdin().is_terminal() {
            writeln!(
                err,
                "error: name a file, a directory, or - for standard input"
            )?;
            return Ok(2);
        }
        paths.push("-".into());
    }
    let linter = Linter::new(config);
    let mut counts = Counts {
        statistics: args.output.statistics,
        ..Counts::default()
    };
    let around = Surroundings::of_process();
    let mut sinks = match Sinks::new(&args.output, around, &linter, args.error_on, color) {
        Ok(sinks) => sinks,
        Err(reason) => {
            writeln!(err, "error: {reason}")?;
            return Ok(2);
        }
    };
    sinks.begin(out)?;
    inputs::read(&paths, &args.input.stdin_name, |input| {
        let mut input = match input {
            Ok(input) => input,
            Err(e) => {
                writeln!(err, "error: {}: {}", e.name, e.reason)?;
                counts.unreadable.push((e.name, e.reason));
                return Ok(());
            }
        };
        counts.files += 1;
        if args.keeping.fix {
            args.keeping.fix(&linter, &mut input, &mut counts, err)?;
        }
        let file = Source::new(&input.name, &input.text);
        for session in sessions(&input.found) {
            check(
                args,
                &linter,
                &input,
                &file,
                &session,
                &mut counts,
                &mut sinks,
                out,
            )?;
        }
        Ok(())
    })?;
    let fails = counts.any_from(args.error_on) || args.output.is_too_much(&counts);
    counts.exit_code = match () {
        () if !counts.unreadable.is_empty() => 3,
        () if !args.exit_zero && fails => 1,
        () => 0,
    };
    sinks.finish(out, err, &counts)?;
    Ok(counts.exit_code)
}

/// The descriptions that were said in one session, in order; one that stands alone is a session.
fn sessions(found: &[Found]) -> Vec<Vec<&Found>> {
    let mut sessions: Vec<Vec<&Found>> = Vec::new();
    let mut places = BTreeMap::new();
    for description in found {
        let place = match &description.thread {
            Some(thread) => *places.entry(thread).or_insert(sessions.len()),
            None => sessions.len(),
        };
        match sessions.get_mut(place) {
            Some(session) => session.push(description),
            None => sessions.push(vec![description]),
        }
    }
    sessions
}

/// Checks the descriptions of one session.
#[allow(clippy::too_many_arguments)]
fn check(
    args: &LintArgs,
    linter: &Linter,
    input: &Input,
    file: &Source<'_>,
    session: &[&Found],
    counts: &mut Counts,
    sinks: &mut Sinks,
    out: &mut dyn Write,
) -> io::Result<()> {
    let parts: Vec<Part<'_>> = session
        .iter()
        .map(|found| {
            let (text, range) = input.text_of(found);
            Part {
                role: found.role,
                side: found.side,
                holes: &found.holes,
                is_fragment: found.is_fragment,
                ..Part::new(text, range)
            }
        })
        .collect();
    let sources: Vec<Source<'_>> = session.iter().map(|f| input.source_of(f, file)).collect();
    let Some(all) = Sources::new(&sources) else {
        return Ok(());
    };
    for (report, source) in linter.check(&parts).into_iter().zip(&sources) {
        counts.add(&report.diagnostics, report.webrtc, report.dropped);
        sinks.add(out, all, source, &report)?;
        if args.stacks {
            let text = source.text().get(report.range.clone());
            let verdicts = stacks::verdicts(text.unwrap_or_default());
            sinks.stacks(out, source, &report, verdicts)?;
        }
    }
    Ok(())
}
