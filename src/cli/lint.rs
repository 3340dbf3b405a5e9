//! `rtcscope lint`: checks session descriptions and says what is wrong, for people and for CI.
//!
//! Diagnostics go to the output, notes and what could not be read to the error stream. Exit codes:
//! 0 nothing at the fail level, 1 something, 2 a mistake in the arguments, 3 an input that could
//! not be read or held no description, or an output that could not be written.

mod exchange;
pub(in crate::cli) mod inputs;
mod keeping;
mod rules;
mod sinks;
mod stacks;

use crate::diag::{Diagnostic, Severity, Source, Sources};
use crate::hosts::Found;
use crate::lint::{Part, Report};
use exchange::ExchangeArgs;
use inputs::{Input, InputArgs};
use keeping::{Comments, Fixing, Includes, Keeper, KeepingArgs, Place};
use rules::{RoleArg, RuleArgs};
use sinks::{Counts, OutputArgs, Sinks, Surroundings};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rtcscope lint offer.sdp answer.sdp
  rtcscope lint --as offer --error-on warning tests/fixtures
  rtcscope lint -f github signalling.json  for GitHub Actions; also finds the SDP in JSON
  rtcscope lint --pair offer.sdp answer.sdp    also checks that the answer fits
  rtcscope lint --ignore SDP307,misspelt-codec offer.sdp
  xclip -o | rtcscope lint -
  rtcscope lint 'docs/**/*.md' src/fixtures.ts call.har sip.pcap
  rtcscope lint --list-inputs webrtc_internals_dump.txt
  rtcscope lint --fix offer.sdp            mend what has a safe fix

What a rule means: rtcscope explain SDP203

Exit codes: 0 nothing from the --error-on level up, 1 something, 2 bad usage,
3 an input could not be read or holds no description (of a directory or a pattern: none of
its files does), or the output could not be written.";

/// Arguments of `rtcscope lint`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct LintArgs {
    /// Files of any kind with descriptions in them, directories (their .sdp files), patterns, or - for
    /// standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which of them answer each other.
    #[command(flatten)]
    pub exchange: ExchangeArgs,
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
    if args.keeping.init {
        return keeping::init(Path::new("."), err);
    }
    let mut keeper = match Keeper::new(&args.keeping, &args.rules) {
        Ok(keeper) => keeper,
        Err(lines) => return usage(err, &lines),
    };
    if let Some(file) = &args.keeping.explain_config {
        return keeping::explain(&mut keeper, &args.rules, file, out, err);
    }
    let session = args.exchange.paths();
    let mut paths = session.unwrap_or(&args.paths).to_vec();
    if paths.is_empty() {
        if io::stdin().is_terminal() {
            let what = "name a file, a directory, or - for standard input";
            return usage(err, &[what.to_owned()]);
        }
        paths.push("-".into());
    }
    let mut includes = Includes::default();
    for folder in paths.iter().filter(|path| path.is_dir()) {
        if let Err(lines) = keeper.walks(folder, &mut includes) {
            usage(err, &lines)?;
        }
    }
    let home = match keeper.home() {
        Ok(linter) => linter,
        Err(lines) => return usage(err, &lines),
    };
    let mut counts = Counts {
        statistics: args.output.statistics,
        ..Counts::default()
    };
    let around = Surroundings::of_process();
    let mut sinks = match Sinks::new(&args.output, around, home, args.error_on, color) {
        Ok(sinks) => sinks,
        Err(reason) => return usage(err, &[reason]),
    };
    let mut reading = args.input.clone();
    reading.is_fragment = args.rules.role == Some(RoleArg::Fragment);
    let targets = match inputs::expand(&paths, &reading, &includes) {
        Ok(targets) => targets,
        Err(why) => return usage(err, &[format!("{}: {}", why.name, why.reason)]),
    };
    let outputs = args
        .output
        .files()
        .chain(args.keeping.write_baseline.as_deref());
    for output in outputs {
        if targets.iter().any(|target| target.is_file(output)) {
            let output = output.to_string_lossy();
            let output = crate::output::printable(&output);
            return usage(
                err,
                &[format!("{output}: is read and would be overwritten")],
            );
        }
    }
    if let Some(format) = reading.list_inputs {
        let mut configured = |input: &Input| keeper.place(input).map(drop);
        let code = inputs::list(targets, &reading, format, &mut configured, out, err)?;
        return Ok(if keeper.is_broken() { 2 } else { code });
    }
    let mut fixing = Fixing::of_named(&paths);
    // The fixed text has standard output for itself, and what is said goes to the error stream.
    let mut aside = Vec::new();
    let is_filter = args.keeping.fix && paths.iter().any(|path| path.as_os_str() == "-");
    let report: &mut dyn Write = if is_filter { &mut aside } else { &mut *out };
    if !args.keeping.diff {
        sinks.begin(report)?;
    }
    let (mut said, mut places) = (Vec::new(), Vec::new());
    let passed = inputs::read_targets(targets, &reading, |input| {
        let mut unusable = |name: String, reason: String, err: &mut dyn Write| {
            // The reason may quote the path, and a name what it likes.
            let reason = crate::output::printable(&reason).into_owned();
            let line = format!("{name}: {reason}");
            usage(err, &[line])?;
            counts.unreadable.push((name, reason));
            Ok(())
        };
        let mut input = match input {
            Ok(input) => input,
            Err(e) => return unusable(e.name, e.reason, err),
        };
        let place = match keeper.place(&input) {
            Ok(place) => place,
            Err(lines) => return usage(err, &lines).map(drop),
        };
        if args.keeping.fix || args.keeping.diff {
            let name = input.name.clone();
            let mut judge = |input: &Input| judge_all(&mut keeper, &place, input);
            match fixing.fix(&args.keeping, input, &mut judge, report, err)? {
                Ok(fixed) => input = fixed,
                Err(reason) => return unusable(name, reason, err),
            }
        }
        counts.files += 1;
        if args.keeping.diff {
            return Ok(());
        }
        if session.is_some() {
            said.push(input);
            places.push(place);
            return Ok(());
        }
        if let Some(hint) = exchange::hint(&input) {
            writeln!(err, "{hint}")?;
        }
        let file = Source::new(&input.name, &input.text);
        let mut comments = Comments::default();
        for session in sessions(&input.found) {
            let mut reports = judge(&mut keeper, &place, &input, &session);
            for (found, report) in session.iter().zip(&mut reports) {
                comments.suppress(found, report);
                keeper.compare(&place, &mut report.diagnostics);
            }
            let sources: Vec<Source<'_>> =
                session.iter().map(|f| input.source_of(f, &file)).collect();
            show(args, &sources, &reports, &mut counts, &mut sinks, report)?;
        }
        if let Some(linter) = keeper.linter(&place) {
            tell(
                &file,
                comments.notices(linter),
                &mut counts,
                &mut sinks,
                report,
            )?;
        }
        Ok(())
    })?;
    if session.is_some() && !said.is_empty() {
        let files: Vec<Source<'_>> = said
            .iter()
            .map(|input: &Input| Source::new(&input.name, &input.text))
            .collect();
        let sources = exchange::sources(&said, &files);
        if let Some(note) = args.exchange.swapped(&said) {
            writeln!(err, "{note}")?;
        }
        let parts = args.exchange.parts(&said);
        let linter = places.first().and_then(|place| keeper.linter(place));
        let mut reports = linter
            .map(|linter| linter.check(&parts))
            .unwrap_or_default();
        let found = said.iter().zip(&places);
        let found = found.flat_map(|(input, place)| input.found.iter().map(move |f| (f, place)));
        let mut comments = Comments::default();
        for (((found, place), part), report) in found.zip(&parts).zip(&mut reports) {
            keeper.suppress(place, part, report);
            leave_evidence(found, report);
            comments.suppress(found, report);
            keeper.compare(place, &mut report.diagnostics);
        }
        show(args, &sources, &reports, &mut counts, &mut sinks, report)?;
    }
    let keeping_code = if args.keeping.diff {
        fixing.conclude_diff(err)?
    } else {
        for mut notices in keeper.notices() {
            if args.keeping.fix {
                match notices.prune(err)? {
                    Ok(removed) => counts.fixed += removed,
                    Err(reason) => {
                        writeln!(err, "error: {}: {reason}", notices.name)?;
                        counts.unreadable.push((notices.name.to_owned(), reason));
                    }
                }
            }
            let source = Source::new(notices.name, notices.text.as_bytes());
            tell(
                &source,
                notices.diagnostics,
                &mut counts,
                &mut sinks,
                report,
            )?;
        }
        keeper.finish(err)?.unwrap_or(0)
    };
    counts.fixed += fixing.fixes;
    let fails =
        counts.any_from(args.error_on) || args.output.is_too_much(&counts) || keeping_code == 1;
    counts.exit_code = match () {
        () if keeper.is_broken() || fixing.refused > 0 || keeping_code == 2 => 2,
        () if !counts.unreadable.is_empty() => 3,
        () if !args.exit_zero && fails => 1,
        () => 0,
    };
    if !args.keeping.diff {
        sinks.finish(report, err, &counts)?;
    }
    err.write_all(&aside)?;
    inputs::tell_passed(passed, err)?;
    if let Some(text) = &fixing.stdin {
        out.write_all(text)?;
    }
    Ok(counts.exit_code)
}

/// Says what is wrong with the arguments or a configuration.
fn usage(err: &mut dyn Write, lines: &[String]) -> io::Result<u8> {
    for line in lines {
        // They may quote an argument or a path.
        let line = crate::output::printable(line);
        writeln!(err, "error: {}", crate::diag::commands::broken(&line))?;
    }
    Ok(2)
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

/// What is found in the descriptions of one session, with what the configuration suppresses marked.
fn judge(keeper: &mut Keeper, place: &Place, input: &Input, session: &[&Found]) -> Vec<Report> {
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
    let Some(linter) = keeper.linter(place) else {
        return Vec::new();
    };
    let mut reports = linter.check(&parts);
    for ((found, part), report) in session.iter().zip(&parts).zip(&mut reports) {
        keeper.suppress(place, part, report);
        leave_evidence(found, report);
    }
    reports
}

/// Takes the fixes out of what is found in a record of what happened: nothing can be mended there.
fn leave_evidence(found: &Found, report: &mut Report) {
    if !found.kind.is_evidence() {
        return;
    }
    for finding in &mut report.diagnostics {
        let fix = finding.fix.take();
        finding.help.extend(fix.map(|fix| fix.title));
    }
}

/// What is found in all descriptions of a file, in their order there.
fn judge_all(keeper: &mut Keeper, place: &Place, input: &Input) -> Vec<Report> {
    let mut all = Vec::new();
    for session in sessions(&input.found) {
        let reports = judge(keeper, place, input, &session);
        for (found, mut report) in session.into_iter().zip(reports) {
            Comments::default().suppress(found, &mut report);
            // They lie in one list, in their order.
            all.push((std::ptr::from_ref(found), report));
        }
    }
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, report)| report).collect()
}

/// Prints and counts what was found in the descriptions of one session.
fn show(
    args: &LintArgs,
    sources: &[Source<'_>],
    reports: &[Report],
    counts: &mut Counts,
    sinks: &mut Sinks,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(all) = Sources::new(sources) else {
        return Ok(());
    };
    for (report, source) in reports.iter().zip(sources) {
        counts.add(&report.diagnostics, report.webrtc, report.dropped);
        sinks.add(out, all, source, report)?;
        if args.stacks {
            let text = source.text().get(report.range.clone());
            let verdicts = stacks::verdicts(text.unwrap_or_default());
            sinks.stacks(out, source, report, verdicts)?;
        }
    }
    Ok(())
}

/// Prints and counts what is to be said of suppressions in `source`.
fn tell(
    source: &Source<'_>,
    notices: Vec<Diagnostic>,
    counts: &mut Counts,
    sinks: &mut Sinks,
    out: &mut dyn Write,
) -> io::Result<()> {
    if notices.is_empty() {
        return Ok(());
    }
    counts.add_findings(&notices);
    let report = Report {
        range: 0..source.text().len(),
        diagnostics: notices,
        webrtc: true,
        dropped: 0,
    };
    sinks.add(out, Sources::one(source), source, &report)
}
