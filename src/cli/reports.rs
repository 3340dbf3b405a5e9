//! A report of each capture, for the commands that print one: reads the files in turn, says in a line
//! what could not be read, and what that makes of the exit code.

use super::Exit;
use super::progress::Progress;
use crate::analysis::{self, Analysis, Options};
use crate::capture::{Capture, OpenError};
use crate::output::{Presenter, printable};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many packets pass between two looks at the clock.
const LOOK_EVERY: u64 = 1 << 16;

/// What is done with every capture.
pub(super) struct Reports<'a> {
    pub(super) presenter: Box<dyn Presenter>,
    /// Whether people read it: the report itself then tells the capture's problems, and an empty
    /// line is between two reports.
    pub(super) is_text: bool,
    pub(super) options: Options,
    /// Why there is no report of this capture, although it was read: the arguments do not fit it.
    pub(super) refuse: &'a dyn Fn(&Analysis) -> Option<String>,
}

impl Reports<'_> {
    /// Writes them. `exit` is what came of the arguments; returned is the worse of it and what came
    /// of the files.
    pub(super) fn write(
        &self,
        files: &[PathBuf],
        mut exit: Exit,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> io::Result<Exit> {
        let mut printed = false;
        for file in files {
            let name = file.display().to_string();
            let shown = printable(&name);
            let analysis = match open(file) {
                Ok(capture) => read(capture, file, self.options.clone()),
                Err(error) => {
                    writeln!(err, "error: {shown}: {error}")?;
                    exit = Exit::Unreadable;
                    continue;
                }
            };
            let problems = &analysis.capture.problems;
            for p in problems.iter().filter(|_| !self.is_text) {
                writeln!(err, "warning: {shown}: {}", p.problem.message)?;
            }
            if let Some(why) = (self.refuse)(&analysis) {
                writeln!(err, "error: {shown}: {why}")?;
                if exit == Exit::Ok {
                    exit = Exit::Usage;
                }
                continue;
            }
            if printed && self.is_text {
                writeln!(out)?;
            }
            printed = true;
            self.presenter.write(&name, &analysis, out)?;
        }
        Ok(exit)
    }
}

fn open(file: &Path) -> Result<Capture, OpenError> {
    if file == Path::new("-") {
        Capture::from_reader(Box::new(io::stdin()))
    } else {
        Capture::open(file)
    }
}

/// Analyses the capture, and tells how far it is.
fn read(capture: Capture, file: &Path, options: Options) -> Analysis {
    let mut progress = Progress::new(capture.total_bytes());
    let mut until_look = LOOK_EVERY;
    // Standard input and named pipes give their packets once.
    let is_file = file != Path::new("-") && file.is_file();
    let again = || is_file.then(|| Capture::open(file).ok()).flatten();
    let reading = analysis::read(capture, options, again, |capture| {
        until_look -= 1;
        if until_look == 0 {
            until_look = LOOK_EVERY;
            progress.at(capture.bytes_read());
        }
    });
    reading.analysis
}
