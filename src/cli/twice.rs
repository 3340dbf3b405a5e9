//! A capture that is read twice, for the commands that write what is in it: the analysis of the first
//! reading tells what each stream is, the second takes the contents.

use super::progress::Progress;
use crate::analysis::{self, Analysis, Options};
use crate::capture::{Capture, OpenError};
use crate::output::printable;
use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

/// How many packets pass between two looks at the clock.
const LOOK_EVERY: u64 = 1 << 16;

/// A capture, and where it can be read again.
pub(super) struct Twice {
    first: Capture,
    again: Again,
}

enum Again {
    File(PathBuf),
    /// The copy of what can be read once only, without a name.
    Spool(File),
}

/// Why a capture cannot be read twice.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("no temporary file can be made for a copy of it: {0}")]
    Spool(#[source] io::Error),
    /// What the reader said of its copy.
    #[error("{0}")]
    Copy(String),
}

impl Twice {
    /// Opens the capture at `path`; `-` is standard input. What can be read once only is copied to a
    /// temporary file as it is read.
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let is_stdin = path == Path::new("-");
        // A missing file is for the reader to name.
        let is_file = std::fs::metadata(path).map_or(true, |m| m.is_file());
        if !is_stdin && is_file {
            return Ok(Self {
                first: Capture::open(path)?,
                again: Again::File(path.to_path_buf()),
            });
        }
        let spool = tempfile::NamedTempFile::new().map_err(Trouble::Spool)?;
        // Two handles, because each has its own place in the file; its name is not needed any more.
        let again = Again::Spool(spool.reopen().map_err(Trouble::Spool)?);
        let copy = Box::new(spool.into_file());
        let first = match is_stdin {
            true => Capture::from_reader_spooling(Box::new(io::stdin()), copy)?,
            false => Capture::open_spooling(path, copy)?,
        };
        Ok(Self { first, again })
    }

    /// Analyses it, and opens it for the second reading: with the options that also have the secrets
    /// that the capture itself holds.
    pub(super) fn analyse(self, options: Options) -> Result<(Analysis, Capture, Options), Trouble> {
        let Self { first, again } = self;
        let mut progress = Progress::new(first.total_bytes());
        let mut until_look = LOOK_EVERY;
        let reading = analysis::read(
            first,
            options.clone(),
            || again.open().ok(),
            |capture| {
                until_look -= 1;
                if until_look == 0 {
                    until_look = LOOK_EVERY;
                    progress.at(capture.bytes_read());
                }
            },
        );
        let problems = &reading.analysis.capture.problems;
        if let Some(p) = problems.iter().find(|p| p.problem.code == "spool-failed") {
            return Err(Trouble::Copy(p.problem.message.clone()));
        }
        let secrets = reading.secrets;
        Ok((
            reading.analysis,
            again.open()?,
            Options { secrets, ..options },
        ))
    }
}

impl Again {
    /// Opens it from its start; whatever read it before has come to its end.
    fn open(&self) -> Result<Capture, Trouble> {
        Ok(match self {
            Self::File(path) => Capture::open(path)?,
            Self::Spool(file) => {
                let mut file = file.try_clone().map_err(Trouble::Spool)?;
                file.rewind().map_err(Trouble::Spool)?;
                Capture::from_reader(Box::new(file))?
            }
        })
    }
}

/// What to call a capture in what is written of it: the name of its file, without the way there.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    let name = path.file_name().unwrap_or(path.as_os_str());
    printable(&name.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_read_twice() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let file = std::fs::read_dir(file).unwrap().find_map(|f| {
            let path = f.unwrap().path();
            path.extension()
                .is_some_and(|e| e == "pcapng")
                .then_some(path)
        });
        let file = file.unwrap();
        let count = |mut capture: Capture| {
            while capture.next_frame().is_some() {}
            capture.packets()
        };
        let all = count(Capture::open(&file).unwrap());
        assert!(all > 0);
        let (analysis, again, _) = Twice::open(&file)
            .unwrap()
            .analyse(Options::default())
            .unwrap();
        assert_eq!((analysis.capture.packets, count(again)), (all, all));
        #[cfg(unix)]
        {
            let dir = tempfile::tempdir().unwrap();
            let pipe = dir.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            let (from, to) = (file.clone(), pipe.clone());
            let feeder = std::thread::spawn(move || {
                std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
            });
            let (analysis, again, _) = Twice::open(&pipe)
                .unwrap()
                .analyse(Options::default())
                .unwrap();
            feeder.join().unwrap();
            assert_eq!((analysis.capture.packets, count(again)), (all, all));
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let Err(trouble) = Twice::open(Path::new("no/such.pcap")) else {
            panic!("opened");
        };
        assert_eq!(trouble.to_string(), "no such file");
    }

    #[test]
    fn names_have_no_way_and_no_line_break() {
        assert_eq!(name(Path::new("/tmp/secret/a\nb.pcap")), "a\u{fffd}b.pcap");
        assert_eq!(name(Path::new("-")), "standard input");
    }
}
