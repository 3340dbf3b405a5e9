//! A folder on disk. A capture may have thousands of streams and a process some hundred files open, so
//! that a file is open only while a buffer of it is written.

use super::{Folder, Store};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes of a file that wait to be written.
const BUFFER: usize = 32 << 10;

/// A folder that files are written into.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    overwrites: bool,
}

impl Directory {
    /// Opens a folder, which is made if it is not there. `overwrites` says whether files that are there
    /// may be replaced.
    ///
    /// # Errors
    /// When it cannot be made, or is no folder.
    pub fn open(path: &Path, overwrites: bool) -> io::Result<Self> {
        // A file of that name would be told as one that exists, as those are that must not be replaced.
        if path.is_file() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        fs::create_dir_all(path)?;
        Ok(Self {
            path: path.to_owned(),
            overwrites,
        })
    }

    /// Whether there is a file of this name already, that may not be replaced.
    pub fn refuses(&self, name: &str) -> bool {
        !self.overwrites && self.path.join(name).symlink_metadata().is_ok()
    }
}

impl Folder for Directory {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Store>> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // What was encrypted is for nobody else's eyes.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // What is replaced is not written through: it may be a link to something else.
        if self.overwrites && path.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
            fs::remove_file(&path).map_err(|e| named(&path, &e))?;
        }
        options.open(&path).map_err(|e| named(&path, &e))?;
        Ok(Box::new(Spool {
            path,
            buffer: Vec::new(),
            position: 0,
        }))
    }
}

/// The error with the file that it is about.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A file that is opened when there is something to write.
struct Spool {
    path: PathBuf,
    buffer: Vec<u8>,
    /// Where the buffer goes.
    position: u64,
}

impl Spool {
    fn spill(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let write = |file: &mut File| {
            file.seek(SeekFrom::Start(self.position))?;
            file.write_all(&self.buffer)
        };
        let opened = OpenOptions::new().write(true).open(&self.path);
        let written = opened.and_then(|mut file| write(&mut file));
        written.map_err(|e| named(&self.path, &e))?;
        self.position += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.spill()?;
        }
        self.buffer.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.spill()
    }
}

impl Seek for Spool {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.spill()?;
        self.position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(0) => self.position,
            // Writers here know where they are.
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_there_and_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/folder");
        let mut folder = Directory::open(&path, false).unwrap();
        let mut file = folder.create("a.wav").unwrap();
        for i in 0..10_000u32 {
            file.write_all(&i.to_be_bytes()).unwrap();
        }
        file.seek(SeekFrom::Start(4)).unwrap();
        file.write_all(&[9; 4]).unwrap();
        file.flush().unwrap();
        let bytes = fs::read(path.join("a.wav")).unwrap();
        assert_eq!(bytes.len(), 40_000);
        assert_eq!(bytes[..12], [0, 0, 0, 0, 9, 9, 9, 9, 0, 0, 0, 2]);
        assert!(folder.refuses("a.wav") && !folder.refuses("b.wav"));
        let error = folder.create("a.wav").err().unwrap();
        assert!(error.to_string().contains("a.wav"), "{error}");
        let mut folder = Directory::open(&path, true).unwrap();
        folder.create("a.wav").unwrap();
        assert!(fs::read(path.join("a.wav")).unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_replaced_and_not_followed() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (kept, link) = (dir.path().join("kept"), dir.path().join("a.wav"));
        fs::write(&kept, "precious").unwrap();
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        let mut folder = Directory::open(dir.path(), true).unwrap();
        let mut file = folder.create("a.wav").unwrap();
        file.write_all(b"new").unwrap();
        file.flush().unwrap();
        assert_eq!(fs::read(&kept).unwrap(), b"precious");
        assert_eq!(fs::read(&link).unwrap(), b"new");
        let mode = link.symlink_metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_error_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Directory::open(dir.path(), false).unwrap();
        let mut file = folder.create("a.ivf").unwrap();
        fs::remove_file(dir.path().join("a.ivf")).unwrap();
        file.write_all(&[1]).unwrap();
        let error = file.flush().unwrap_err();
        assert!(error.to_string().contains("a.ivf"), "{error}");
    }
}
