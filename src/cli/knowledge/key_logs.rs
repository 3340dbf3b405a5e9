//! `--keylog` and `SSLKEYLOGFILE`: the files are read block by block, because those of browsers that run
//! for months are large.

use crate::cli::Exit;
use crate::keys::{BadLine, KeyLog};
use crate::output::printable;
use flate2::bufread::MultiGzDecoder;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What is read at once, in bytes; no line is nearly as long.
const BLOCK: usize = 1 << 20;
/// Malformed lines that are told of a file; the rest is counted.
const TOLD_MAX: usize = 5;
/// Malformed lines that are counted of a file.
const COUNTED_MAX: usize = 10_000;

/// Reads the key logs: those at `paths`, or else the one that the environment names, if it is there.
///
/// Says what could not be used, a line for each, and what that makes of the exit code.
pub(super) fn read(
    paths: &[PathBuf],
    environment: Option<OsString>,
    log: &mut KeyLog,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let mut exit = Exit::Ok;
    for path in paths {
        let name = printable(&path.to_string_lossy()).into_owned();
        match open(path).and_then(|file| read_blocks(file, log)) {
            Ok(found) => found.tell(&name, err)?,
            Err(error) => {
                writeln!(err, "error: {name}: {}", reason(&error))?;
                exit = Exit::Unreadable;
            }
        }
    }
    let environment =
        environment.filter(|name| !name.is_empty() && name != "-" && paths.is_empty());
    if let Some(path) = environment.map(PathBuf::from) {
        let name = printable(&path.to_string_lossy()).into_owned();
        match open(&path).and_then(|file| read_blocks(file, log)) {
            // Programs that were not run yet have written nothing yet.
            Ok(found) if found.secrets == 0 && found.bad.is_empty() => {}
            Ok(found) => found.tell(&name, err)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let why = reason(&error);
                writeln!(err, "warning: SSLKEYLOGFILE: {name}: {why}")?;
            }
        }
    }
    Ok(exit)
}

/// Opens a key log, which may be compressed with gzip.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let mut file = BufReader::new(File::open(path)?);
    match file.fill_buf()? {
        [0x1f, 0x8b, ..] => Ok(Box::new(MultiGzDecoder::new(file))),
        _ => Ok(Box::new(file)),
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "a directory, not a key log".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

/// What a file held.
struct Found {
    /// Lines with secrets.
    secrets: usize,
    /// Lines with something else.
    bad: Vec<BadLine>,
}

impl Found {
    fn tell(&self, name: &str, err: &mut dyn Write) -> io::Result<()> {
        if self.secrets == 0 {
            let why = self.bad.first();
            let why = why.map(|b| format!(" (line {}: {})", b.line, b.reason));
            let why = why.unwrap_or_default();
            return writeln!(err, "warning: {name}: no secrets in this key log{why}");
        }
        for BadLine { line, reason } in self.bad.iter().take(TOLD_MAX) {
            writeln!(err, "warning: {name}: line {line}: {reason}")?;
        }
        match self.bad.len().saturating_sub(TOLD_MAX) {
            0 => Ok(()),
            1 => writeln!(err, "warning: {name}: and 1 more malformed line"),
            more => {
                let least = if self.bad.len() == COUNTED_MAX {
                    "at least "
                } else {
                    ""
                };
                writeln!(
                    err,
                    "warning: {name}: and {least}{more} more malformed lines"
                )
            }
        }
    }
}

/// Bytes without a secret after which the rest is not read: a device or a bomb, and no key log.
const VAIN_MAX: usize = 64 << 20;
const TOO_LONG: &str = "no secret in 64 MiB: the rest was not read";

/// Reads all of a key log, whole lines at a time.
fn read_blocks(mut from: impl Read, log: &mut KeyLog) -> io::Result<Found> {
    let mut block = Zeroizing::new(vec![0u8; BLOCK]);
    let mut found = Found {
        secrets: 0,
        bad: Vec::new(),
    };
    let (mut held, mut lines, mut vain) = (0, 0, 0);
    loop {
        let room = block.get_mut(held..).unwrap_or_default();
        let n = match from.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        held += n;
        let text = block.get(..held).unwrap_or_default();
        // A line that fills the block is no secret, wherever it is cut.
        let is_all = n == 0 || held == block.len() && last_line_end(text).is_none();
        let whole = match last_line_end(text) {
            _ if is_all => held,
            Some(end) => end,
            None => continue,
        };
        let text = text.get(..whole).unwrap_or_default();
        let before = log.secret_lines();
        for BadLine { line, reason } in log.read(text) {
            if found.bad.len() < COUNTED_MAX {
                let line = lines + line;
                found.bad.push(BadLine { line, reason });
            }
        }
        let news = log.secret_lines() - before;
        found.secrets += news;
        vain = if news > 0 { 0 } else { vain + whole };
        if vain > VAIN_MAX {
            let (line, reason) = (lines + 1, TOO_LONG);
            found.bad.push(BadLine { line, reason });
            return Ok(found);
        }
        lines += text.iter().filter(|b| **b == b'\n').count();
        block.copy_within(whole..held, 0);
        held -= whole;
        if n == 0 {
            return Ok(found);
        }
    }
}

/// Where the last whole line of a text ends, also in UTF-16.
fn last_line_end(text: &[u8]) -> Option<usize> {
    let wide: Option<[u8; 2]> = match text {
        [0xff, 0xfe, ..] | [1..=0x7f, 0, ..] => Some([b'\n', 0]),
        [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] => Some([0, b'\n']),
        _ => None,
    };
    match wide {
        Some(wide) => {
            let at = text.chunks_exact(2).rposition(|unit| unit == wide)?;
            Some(2 * at + 2)
        }
        None => Some(text.iter().rposition(|b| *b == b'\n')? + 1),
    }
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    fn line(n: usize) -> String {
        format!("CLIENT_RANDOM {n:064x} {}\n", "5a".repeat(48))
    }

    fn lines(n: usize) -> String {
        (0..n).map(line).collect()
    }

    #[test]
    fn gzip_is_unpacked() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut packed =
            flate2::write::GzEncoder::new(file.reopen().unwrap(), flate2::Compression::fast());
        packed.write_all(lines(3).as_bytes()).unwrap();
        packed.finish().unwrap();
        let mut log = KeyLog::default();
        let found = open(file.path())
            .and_then(|f| read_blocks(f, &mut log))
            .unwrap();
        assert_eq!(
            (found.secrets, found.bad.len(), log.sessions().len()),
            (3, 0, 3)
        );
    }

    /// Gives a few bytes at a time, as pipes do.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(out.len());
            out[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn blocks_do_not_show() {
        let text = format!("{}oops\n{}", lines(9_000), lines(9_500));
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [
            b"\xfe\xff".to_vec(),
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ];
        assert!(text.len() > 2 * BLOCK);
        for (text, step) in [
            (text.as_bytes(), usize::MAX),
            (text.as_bytes(), 65_537),
            (&wide, 65_537),
            (&marked.concat(), usize::MAX),
        ] {
            let mut log = KeyLog::default();
            let found = read_blocks(Drip(text, step), &mut log).unwrap();
            assert_eq!((found.secrets, log.secrets()), (18_500, 9_500));
            let bad: Vec<usize> = found.bad.iter().map(|b| b.line).collect();
            assert_eq!(bad, [9_001]);
        }
    }

    #[test]
    fn what_never_ends_is_left() {
        let found = read_blocks(io::repeat(b'x'), &mut KeyLog::default()).unwrap();
        assert_eq!(found.secrets, 0);
        assert_eq!(found.bad.last().unwrap().reason, TOO_LONG);
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let mut log = KeyLog::default();
        let found = read_blocks(io::repeat(b'x').take(10 << 20), &mut log).unwrap();
        assert!(found.secrets == 0 && found.bad.len() < 20);
        let found = read_blocks(io::repeat(b'\n').take(10 << 20), &mut log).unwrap();
        assert!(found.bad.is_empty());
    }

    fn tell(files: &[(&str, &str)], environment: Option<&str>) -> (Exit, usize, String) {
        let dir = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            paths.push(path);
        }
        let environment = environment.map(|name| dir.path().join(name));
        // Of files that were named, all but those that the environment names.
        paths.retain(|path| Some(path) != environment.as_ref());
        let (mut log, mut err) = (KeyLog::default(), Vec::new());
        let environment = environment.map(PathBuf::into_os_string);
        let exit = read(&paths, environment, &mut log, &mut err).unwrap();
        let dir = format!("{}/", dir.path().display());
        let err = String::from_utf8(err).unwrap().replace(&dir, "");
        (exit, log.secrets(), err)
    }

    #[test]
    fn what_is_wrong_is_told_by_file_and_line() {
        let good = lines(2);
        let (exit, n, err) = tell(&[("a.txt", &good), ("b.txt", &good)], None);
        assert_eq!((exit, n, err.as_str()), (Exit::Ok, 2, ""));
        let bad = format!("# keys\n{good}CLIENT_RANDOM 00 11\n{}", &good[..60]);
        let wanted = "warning: keys.txt: line 4: the client random is not 32 bytes of hex\n\
            warning: keys.txt: line 5: the file ends in the middle of it\n";
        let (exit, n, err) = tell(&[("keys.txt", &bad)], None);
        assert_eq!((exit, n, err.as_str()), (Exit::Ok, 2, wanted));
        let (_, _, err) = tell(
            &[("keys.txt", &format!("{good}{}", "oops\n".repeat(9)))],
            None,
        );
        assert_eq!(err.lines().count(), 6);
        assert!(
            err.ends_with("warning: keys.txt: and 4 more malformed lines\n"),
            "{err}"
        );
        for (text, wanted) in [
            ("", "warning: k: no secrets in this key log\n"),
            ("# none\n", "warning: k: no secrets in this key log\n"),
            (
                "a\nb\n",
                "warning: k: no secrets in this key log (line 1: not a label, a client random and a secret)\n",
            ),
        ] {
            assert_eq!(tell(&[("k", text)], None).2, wanted);
        }
    }

    #[test]
    fn what_the_environment_names_is_a_fallback() {
        let good = lines(2);
        assert_eq!(
            tell(&[("env", &good)], Some("env")),
            (Exit::Ok, 2, String::new())
        );
        let both = [("env", good.as_str()), ("a.txt", &line(7))];
        assert_eq!(tell(&both, Some("env")).1, 1, "the argument counts more");
        for nothing in ["missing", "empty"] {
            let quiet = tell(
                &[("empty", "")][..usize::from(nothing == "empty")],
                Some(nothing),
            );
            assert_eq!(quiet, (Exit::Ok, 0, String::new()));
        }
    }

    #[test]
    fn files_that_cannot_be_read_are_errors() {
        let (mut log, mut err) = (KeyLog::default(), Vec::new());
        let dir = tempfile::tempdir().unwrap();
        let paths = [dir.path().join("no\nsuch"), dir.path().to_owned()];
        let exit = read(&paths, None, &mut log, &mut err).unwrap();
        let err = String::from_utf8(err).unwrap();
        assert_eq!((exit, err.lines().count()), (Exit::Unreadable, 2), "{err}");
        assert!(
            err.contains(": no such file\n") && err.contains(": a directory, not a key log\n"),
            "{err}"
        );
    }
}
