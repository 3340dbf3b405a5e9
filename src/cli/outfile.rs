//! A file that is written whole or not at all: under another name beside its place until it is done.
//!
//! What is no regular file (`/dev/null`, a pipe) is written to directly, and `-` is standard output.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

const BUFFER: usize = 1 << 16;

/// Where output goes.
pub(super) enum OutFile<'a> {
    /// Somebody else's stream.
    Stream(&'a mut dyn Write),
    /// A pipe, a device.
    Direct(BufWriter<File>),
    /// A file, and what it will be called.
    Beside(BufWriter<NamedTempFile>, PathBuf),
}

impl<'a> OutFile<'a> {
    /// Begins to write `path`; `stdout` is what `-` stands for.
    pub(super) fn create(path: &Path, stdout: &'a mut dyn Write) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stream(stdout));
        }
        if std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir()) {
            let file = File::options().write(true).open(path)?;
            return Ok(Self::Direct(BufWriter::with_capacity(BUFFER, file)));
        }
        // A link stays a link: what it points to is written.
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if target.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let dir = match target.parent() {
            Some(dir) if dir != Path::new("") => dir,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".rtcscope-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file, less what the umask takes away.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        // The error would name the temporary file, which says nothing to anybody.
        let file = builder.tempfile_in(dir).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "no such folder".to_owned(),
                kind => kind.to_string(),
            };
            io::Error::new(error.kind(), format!("{}: {why}", dir.display()))
        })?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(Self::Beside(file, target))
    }

    /// Gives the file its name.
    pub(super) fn keep(self) -> io::Result<()> {
        match self {
            Self::Stream(out) => out.flush(),
            Self::Direct(mut file) => file.flush(),
            Self::Beside(file, path) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.persist(path).map(drop).map_err(|e| e.error)
            }
        }
    }
}

impl Write for OutFile<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(out) => out.write(data),
            Self::Direct(file) => file.write(data),
            Self::Beside(file, _) => file.write(data),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(out) => out.flush(),
            Self::Direct(file) => file.flush(),
            Self::Beside(file, _) => file.flush(),
        }
    }
}

/// Gives the file at `path` other contents, all at once; its permissions stay.
///
/// A link stays a link. A file that may not be written is not written, although its folder would
/// let it be replaced.
pub(super) fn rewrite(path: &Path, contents: &[u8]) -> io::Result<()> {
    let target = std::fs::canonicalize(path)?;
    let permissions = File::options()
        .write(true)
        .open(&target)?
        .metadata()?
        .permissions();
    let mut none = io::sink();
    let mut out = OutFile::create(&target, &mut none)?;
    out.write_all(contents)?;
    if let OutFile::Beside(file, _) = &out {
        file.get_ref().as_file().set_permissions(permissions)?;
    }
    out.keep()
}

/// Whether two names stand for one file; not for what is no file, or not there yet.
pub(super) fn is_same_file(a: &Path, b: &Path) -> bool {
    let (Ok(a_meta), Ok(b_meta)) = (std::fs::metadata(a), std::fs::metadata(b)) else {
        return false;
    };
    if !a_meta.is_file() || !b_meta.is_file() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (a_meta.dev(), a_meta.ino()) == (b_meta.dev(), b_meta.ino())
    }
    #[cfg(not(unix))]
    {
        matches!((std::fs::canonicalize(a), std::fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_there_whole_or_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        fs::write(&path, "old").unwrap();
        let mut none = io::sink();
        let mut out = OutFile::create(&path, &mut none).unwrap();
        out.write_all(b"half").unwrap();
        drop(out);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing is left behind"
        );
        let mut out = OutFile::create(&path, &mut none).unwrap();
        out.write_all(b"whole").unwrap();
        out.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert!(OutFile::create(dir.path(), &mut none).is_err());
        assert!(OutFile::create(&dir.path().join("no/out"), &mut none).is_err());
    }

    #[test]
    fn a_file_that_is_rewritten_keeps_its_permissions() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "old").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let link = dir.path().join("link");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            rewrite(&link, b"new").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o640
            );
        }
        rewrite(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(
            rewrite(&dir.path().join("none"), b"").is_err(),
            "nothing is made"
        );
    }

    #[test]
    fn streams_are_written_to_directly() {
        let mut stdout = Vec::new();
        let mut out = OutFile::create(Path::new("-"), &mut stdout).unwrap();
        out.write_all(b"all").unwrap();
        out.keep().unwrap();
        assert_eq!(stdout, b"all");
        #[cfg(unix)]
        {
            let mut none = io::sink();
            let out = OutFile::create(Path::new("/dev/null"), &mut none).unwrap();
            assert!(matches!(out, OutFile::Direct(_)));
        }
    }

    #[test]
    fn a_file_is_known_by_any_name() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&a, "x").unwrap();
        assert!(!is_same_file(&a, &b));
        fs::hard_link(&a, &b).unwrap();
        assert!(is_same_file(&a, &dir.path().join(".").join("a")));
        #[cfg(unix)]
        assert!(is_same_file(&a, &b));
    }
}
