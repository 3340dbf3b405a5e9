//! The command line: arguments in, one call into the library, a presenter, an exit code.

mod args;
pub mod color;
mod decrypt;
pub mod explain;
mod extract;
mod generate;
mod knowledge;
pub mod lint;
mod messages;
mod outfile;
mod progress;
mod reports;
pub mod sdp;
mod stats;
mod timeline;
#[cfg(feature = "tui")]
mod tui;
mod twice;

use args::{Cli, Command};
use clap::Parser;
#[cfg(feature = "tui")]
use std::io::IsTerminal;
use std::io::{self, Write};
use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; for `lint`, nothing at or above the fail level.
    Ok,
    /// `lint` found something at or above the fail level.
    Findings,
    /// The arguments make no sense.
    Usage,
    /// An input could not be read at all.
    Unreadable,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
        }
    }
}

/// Runs the program with the process's arguments and streams.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` arrive here too, with exit code 0.
            let code = error.exit_code();
            return match error.print() {
                Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Exit::Usage.into(),
                _ => ExitCode::from(u8::try_from(code).unwrap_or(2)),
            };
        }
    };
    let stdout = io::stdout();
    let mut out = io::BufWriter::with_capacity(1 << 16, stdout.lock());
    let mut err = io::stderr();
    let result = run(&cli, &mut out, &mut err).and_then(|exit| out.flush().map(|()| exit));
    match result {
        Ok(exit) => exit.into(),
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok.into(),
        Err(error) => {
            let _ = writeln!(err, "error: the output could not be written: {error}");
            Exit::Unreadable.into()
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

fn run(cli: &Cli, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Exit> {
    let color = color::wanted(cli.color);
    match &cli.command {
        None => open(cli, color, out, err),
        #[cfg(feature = "tui")]
        Some(Command::Tui(args)) => tui::run(args, color, err),
        Some(Command::Stats(args)) => stats::run(args, color, out, err),
        Some(Command::Timeline(args)) => timeline::run(args, color, out, err),
        Some(Command::Messages(args)) => messages::run(args, color, out, err),
        Some(Command::Decrypt(args)) => decrypt::run(args, out, err),
        Some(Command::Extract(args)) => extract::run(args, out, err),
        Some(Command::Sdp(args)) => sdp::run(args, out, err).map(from_code),
        Some(Command::Lint(args)) => lint::run(args, out, err, color).map(from_code),
        Some(Command::Explain(args)) => explain::run(args, out, err, color).map(from_code),
        Some(Command::Rules(args)) => explain::run_rules(args, out, err).map(from_code),
        Some(Command::Schema(args)) => generate::schema(args, out),
        Some(Command::Completions(args)) => generate::completions(args, out),
        Some(Command::Man(args)) => generate::man(args, out, err),
    }
}

/// `rtcscope FILE`: the terminal UI on a terminal, the text report otherwise.
fn open(cli: &Cli, color: bool, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Exit> {
    for file in cli.files.iter().filter(|file| !file.exists()) {
        if let Some(command) = file.to_str().and_then(args::meant) {
            let file = file.display();
            writeln!(
                err,
                "error: {file}: no such file; did you mean the command `{command}`?"
            )?;
            return Ok(Exit::Usage);
        }
    }
    let (files, told) = cli.knowledge.captures(&cli.files);
    if files.is_empty() && !told.sdp.is_empty() {
        return knowledge::no_capture(err);
    }
    if files.is_empty() {
        args::help(out)?;
        return Ok(Exit::Usage);
    }
    #[cfg(feature = "tui")]
    if let ([file], true) = (files.as_slice(), io::stdout().is_terminal()) {
        return tui::run(&tui::TuiArgs::for_file(file, &told), color, err);
    }
    stats::run(&args::StatsArgs::for_files(&files, &told), color, out, err)
}

fn from_code(code: u8) -> Exit {
    match code {
        0 => Exit::Ok,
        1 => Exit::Findings,
        2 => Exit::Usage,
        _ => Exit::Unreadable,
    }
}
