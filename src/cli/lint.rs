//! `rtcscope lint`: checks session descriptions and says what is wrong, for people and for CI.
//!
//! Diagnostics go to the output, notes and what could not be read to the error stream. Exit codes:
//! 0 nothing at the fail level, 1 something, 2 a mistake in the arguments, 3 an input that could
//! not be read or held no description.

pub(in crate::cli) mod inputs;
mod sinks;
mod stacks;

use crate::diag::{Diagnostic, Severity, Source, apply};
use crate::lint::{Config, Linter, Profile, Report, Role};
use inputs::Input;
use sinks::{Counts, Sinks};
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
    /// What the descriptions are meant for
    #[arg(long, value_name = "PROFILE", default_value = "browser", value_parser = profile_names())]
    pub profile: String,
    /// Only these rules: codes, names, or prefixes such as SDP2
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// How bad a rule's findings are: SDP303=error, SDP2=info
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = severity_of)]
    pub severity: Vec<(String, Severity)>,
    /// How to print; may be given more than once [default: text]
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub format: Vec<Format>,
    /// Take the descriptions for offers or answers
    #[arg(long = "as", value_enum, value_name = "ROLE")]
    pub role: Option<RoleArg>,
    /// What to call standard input in messages
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_name: String,
    /// Fail from this level on
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = level)]
    pub error_on: Severity,
    /// Do not fail for what was found
    #[arg(long)]
    pub exit_zero: bool,
    /// Count findings by rule at the end
    #[arg(long)]
    pub statistics: bool,
    /// Apply fixes that keep the meaning
    #[arg(long)]
    pub fix: bool,
    /// With --fix, also those that change what is negotiated
    #[arg(long, requires = "fix")]
    pub unsafe_fixes: bool,
    /// Say whether other parsers accept each description
    #[arg(long)]
    pub stacks: bool,
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

/// Which side wrote a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RoleArg {
    /// An offer
    Offer,
    /// An answer
    Answer,
}

fn profile_names() -> clap::builder::PossibleValuesParser {
    Profile::ALL.map(|(name, _)| name).into()
}

fn level(name: &str) -> Result<Severity, String> {
    Severity::from_name(name).ok_or_else(|| "expected error, warning or info".to_owned())
}

fn severity_of(text: &str) -> Result<(String, Severity), String> {
    let (rule, name) = text
        .split_once('=')
        .ok_or("expected RULE=LEVEL, such as SDP303=error")?;
    Ok((rule.to_owned(), level(name)?))
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
    let config = Config {
        profile: Profile::from_name(&args.profile).unwrap_or_default(),
        role: args.role.map(|role| match role {
            RoleArg::Offer => Role::Offer,
            RoleArg::Answer => Role::Answer,
        }),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        severity: args.severity.clone(),
    };
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
    let mut counts = Counts::default();
    let mut sinks = Sinks::new(&args.format, color, out)?;
    inputs::read(&paths, &args.stdin_name, |input| {
        let mut input = match input {
            Ok(input) => input,
            Err(e) => {
                writeln!(err, "error: {}: {}", e.name, e.reason)?;
                counts.unreadable.push((e.name, e.reason));
                return Ok(());
            }
        };
        counts.files += usize::from(input.first);
        if args.fix {
            fix(args, &linter, &mut input, &mut counts, err)?;
        }
        let source = Source::new(&input.name, &input.text);
        for report in linter.lint(&input.text, input.role) {
            counts.add(&report);
            sinks.add(out, &source, &report.diagnostics)?;
            if args.stacks {
                sinks.stack(out, &source, &report, stacks::webrtc_rs)?;
            }
        }
        Ok(())
    })?;
    if args.statistics {
        sinks.statistics(out, &counts)?;
    }
    sinks.finish(out, err, &counts)?;
    Ok(match () {
        () if !counts.unreadable.is_empty() => 3,
        () if !args.exit_zero && counts.any_from(args.error_on) => 1,
        () => 0,
    })
}

/// Fixes what can be fixed, in the file too; a fix may uncover another.
fn fix(
    args: &LintArgs,
    linter: &Linter,
    input: &mut Input,
    counts: &mut Counts,
    err: &mut dyn Write,
) -> io::Result<()> {
    let Some(file) = &input.file else {
        return writeln!(
            err,
            "note: {} is not a file of its own, so nothing is fixed",
            input.name
        );
    };
    let mut text = input.text.clone();
    for _ in 0..10 {
        let reports = linter.lint(&text, input.role);
        let found = reports.into_iter().flat_map(|r: Report| r.diagnostics);
        let found: Vec<Diagnostic> = found.collect();
        let (fixed, applied) = apply(&text, &found, args.unsafe_fixes);
        if applied == 0 {
            break;
        }
        counts.fixed += applied;
        text = fixed;
    }
    if text != input.text {
        match std::fs::write(file, &text) {
            Ok(()) => input.text = text,
            Err(error) => {
                let reason = format!("cannot be written: {error}");
                writeln!(err, "error: {}: {reason}", input.name)?;
                counts.unreadable.push((input.name.clone(), reason));
            }
        }
    }
    Ok(())
}
