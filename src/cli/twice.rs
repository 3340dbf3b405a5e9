//! A capture that is read twice: first to learn all there is to know, then for what is in it. What
//! can be read only once, a pipe, is copied to a temporary file on the way.

use crate::capture::{Capture, OpenError};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Where to read it the second time.
#[derive(Debug)]
pub(super) enum Again {
    File(PathBuf),
    /// The temporary copy, which goes when this does.
    Copy(NamedTempFile),
}

/// Opens a capture, `-` for standard input, for the first time.
pub(super) fn open(path: &Path) -> Result<(Capture, Again), OpenError> {
    let is_stdin = path == Path::new("-");
    // A named pipe can be opened once only; a missing file is for the reader to name.
    if !is_stdin && std::fs::metadata(path).map_or(true, |m| m.is_file()) {
        return Ok((Capture::open(path)?, Again::File(path.to_path_buf())));
    }
    let copy = NamedTempFile::new().map_err(no_copy)?;
    let spool = Box::new(copy.reopen().map_err(no_copy)?);
    let capture = match is_stdin {
        true => Capture::from_reader_spooling(Box::new(io::stdin()), spool)?,
        false => Capture::open_spooling(path, spool)?,
    };
    Ok((capture, Again::Copy(copy)))
}

impl Again {
    /// Opens it for the second time, once the first was read to its end and dropped.
    pub(super) fn open(&self) -> Result<Capture, OpenError> {
        match self {
            Self::File(path) => Capture::open(path),
            Self::Copy(copy) => Capture::open(copy.path()),
        }
    }
}

fn no_copy(error: io::Error) -> OpenError {
    let why = format!("it is read twice, and no temporary file can be made for it: {error}");
    OpenError::Io(io::Error::new(error.kind(), why))
}
