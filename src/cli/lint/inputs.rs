//! What `rtcscope lint` and `--sdp` read: files, directories and standard input.

use super::keeping::Includes;
use crate::diag::{Container, Source};
use crate::hosts::{self, Found, Text};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Nothing longer than this is a session description.
const LONGEST: u64 = 64 << 20;

/// Arguments that say what is read, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct InputArgs {
    /// What to call standard input in messages
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_name: String,
}

/// A file with session descriptions in it.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Input {
    /// What to call it in messages.
    pub(in crate::cli) name: String,
    /// Its bytes, uncompressed.
    pub(in crate::cli) text: Vec<u8>,
    /// The descriptions in it, at least one.
    pub(in crate::cli) found: Vec<Found>,
    /// Where it lies, when it may be written again: it is no stream, and not compressed.
    pub(in crate::cli) file: Option<PathBuf>,
}

impl Input {
    /// The same file with other bytes in it, read as this one was.
    pub(in crate::cli) fn with_text(&self, text: Vec<u8>) -> Result<Self, String> {
        Ok(Self {
            name: self.name.clone(),
            found: hosts::find(&self.name, &text)?,
            text,
            file: self.file.clone(),
        })
    }

    /// The text that the description `found` lies in, and where.
    pub(in crate::cli) fn text_of<'i>(
        &'i self,
        found: &'i Found,
    ) -> (&'i [u8], std::ops::Range<usize>) {
        match &found.text {
            Text::InPlace(range) => (&self.text, range.clone()),
            Text::Extracted { bytes, .. } => (bytes, 0..bytes.len()),
        }
    }

    /// What to call the description `found`: its file, and where it is there.
    pub(in crate::cli) fn name_of(&self, found: &Found) -> String {
        match &found.pointer {
            Some(pointer) => format!("{}#{pointer}", self.name),
            None => self.name.clone(),
        }
    }

    /// What renderers need of the description `found`; `file` is the whole input.
    pub(in crate::cli) fn source_of<'i>(
        &'i self,
        found: &'i Found,
        file: &'i Source<'i>,
    ) -> Source<'i> {
        let pointer = found.pointer.as_deref();
        let source = match &found.text {
            Text::InPlace(_) => file.clone(),
            Text::Extracted { bytes, map } => {
                Source::new(&self.name, bytes).inside(Container { file, map })
            }
        };
        source.at(pointer).of_kind(found.kind.as_str())
    }
}

/// An input that could not be used.
#[derive(Debug)]
pub(in crate::cli) struct Unreadable {
    /// What to call it.
    pub(in crate::cli) name: String,
    /// Why, as half a sentence after a colon.
    pub(in crate::cli) reason: String,
}

/// Reads everything `paths` name, in order; directories give their `.sdp` files, sorted.
pub(in crate::cli) fn read(
    paths: &[PathBuf],
    stdin_name: &str,
    each: impl FnMut(Result<Input, Unreadable>) -> io::Result<()>,
) -> io::Result<()> {
    read_with(paths, stdin_name, &Includes::default(), each)
}

/// As [`read`]; directories give the files that `includes` takes, too.
pub(super) fn read_with(
    paths: &[PathBuf],
    stdin_name: &str,
    includes: &Includes,
    mut each: impl FnMut(Result<Input, Unreadable>) -> io::Result<()>,
) -> io::Result<()> {
    for path in paths {
        if path.as_os_str() == "-" {
            each(read_stdin(stdin_name))?;
            continue;
        }
        let name = printable(path);
        if !path.is_dir() {
            each(read_file(path))?;
            continue;
        }
        let mut files = Vec::new();
        let mut walked = Ok(());
        walk(path, includes, &mut files, &mut walked);
        if let Err(error) = walked {
            each(Err(unreadable(name.clone(), &error)))?;
        }
        if files.is_empty() {
            let reason = "a directory without .sdp files".to_owned();
            each(Err(Unreadable { name, reason }))?;
        }
        for file in files {
            each(read_file(&file))?;
        }
    }
    Ok(())
}

/// Reads standard input, which is called `name`.
pub(in crate::cli) fn read_stdin(name: &str) -> Result<Input, Unreadable> {
    let text = read_limited(io::stdin().lock());
    open(name.to_owned(), text, None)
}

/// Reads the file at `path`.
pub(in crate::cli) fn read_file(path: &Path) -> Result<Input, Unreadable> {
    let text = fs::File::open(path).and_then(read_limited);
    open(printable(path), text, Some(path))
}

/// Finds the descriptions in what was read.
fn open(name: String, text: io::Result<Vec<u8>>, file: Option<&Path>) -> Result<Input, Unreadable> {
    let text = match text {
        Ok(text) => text,
        Err(error) => return Err(unreadable(name, &error)),
    };
    match hosts::find(&name, &text) {
        Ok(found) => Ok(Input {
            name,
            text,
            found,
            file: file.map(Path::to_path_buf),
        }),
        Err(reason) => Err(Unreadable { name, reason }),
    }
}

fn printable(path: &Path) -> String {
    crate::output::printable(&path.to_string_lossy()).into_owned()
}

fn unreadable(name: String, error: &io::Error) -> Unreadable {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    Unreadable { name, reason }
}

fn read_limited(source: impl Read) -> io::Result<Vec<u8>> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    let mut text = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut text)?;
    if text.starts_with(GZIP) {
        let packed = std::mem::take(&mut text);
        let plain = flate2::read::MultiGzDecoder::new(packed.as_slice());
        plain.take(LONGEST + 1).read_to_end(&mut text)?;
    }
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other(
            "more than 64 MiB, too long for a session description",
        ));
    }
    Ok(text)
}

/// Collects the `.sdp` files under `dir`, sorted; hidden entries and linked directories are left out.
fn walk(dir: &Path, includes: &Includes, files: &mut Vec<PathBuf>, problem: &mut io::Result<()>) {
    let mut entries: Vec<fs::DirEntry> = match fs::read_dir(dir) {
        Ok(entries) => entries.filter_map(Result::ok).collect(),
        Err(error) => {
            *problem = Err(error);
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let path = entry.path();
        match entry.file_type() {
            _ if hidden => {}
            Ok(kind) if kind.is_dir() => walk(&path, includes, files, problem),
            Ok(_)
                if path
                    .extension()
                    .is_some_and(|e| e.eq_ignore_ascii_case("sdp"))
                    || includes.takes(&path) =>
            {
                files.push(path);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Role;

    fn texts(text: &str) -> Vec<(String, String, Option<Role>)> {
        match open("x".to_owned(), Ok(text.as_bytes().to_vec()), None) {
            Err(e) => vec![(e.name, e.reason, None)],
            Ok(input) => {
                let each = input.found.iter().map(|found| {
                    let (text, range) = input.text_of(found);
                    let text = String::from_utf8(text[range].to_vec()).unwrap();
                    (input.name_of(found), text, found.role)
                });
                each.collect()
            }
        }
    }

    #[test]
    fn json_gives_role_and_pointer() {
        let json = r#"{"a/b":[{"type":"offer","sdp":"v=0\r\n"},{"type":"answer","sdp":"v=0\r\ns=x\r\n"}]}"#;
        assert_eq!(
            texts(json),
            [
                ("x#/a~1b/0/sdp".into(), "v=0\r\n".into(), Some(Role::Offer)),
                (
                    "x#/a~1b/1/sdp".into(),
                    "v=0\r\ns=x\r\n".into(),
                    Some(Role::Answer)
                ),
            ]
        );
        assert_eq!(texts("\"v=0\\r\\n\"")[0].1, "v=0\r\n");
        assert!(texts("{\"a\":1}")[0].1.contains("no string in it"));
        assert!(texts("[package]")[0].1.contains("no line begins"));
    }

    #[test]
    fn dumps_of_webrtc_internals_give_what_was_set() {
        let log = |entries: &str| {
            format!(r#"{{"PeerConnections":{{"7-1":{{"updateLog":[{entries}]}}}}}}"#)
        };
        let new = log(
            r#"{"type":"createOfferOnSuccess","value":"{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}"},
            {"type":"setLocalDescription","value":"{\"type\":\"offer\",\"sdp\":\"v=0\\r\\ns=a\\r\\n\"}"}"#,
        );
        let at = "x#pc 7-1, event 2, setLocalDescription".to_owned();
        let wanted = (at, "v=0\r\ns=a\r\n".to_owned(), Some(Role::Offer));
        assert_eq!(texts(&new), [wanted]);
        let old = log(r#"{"type":"setRemoteDescription","value":"type: answer, sdp: v=0\r\n"}"#);
        let found = &texts(&old)[0];
        assert_eq!((&*found.1, found.2), ("v=0\r\n", Some(Role::Answer)));
    }

    #[test]
    fn json_in_strings_is_read_some_levels_deep() {
        let mut json = "\"v=0\\r\\n\"".to_owned();
        for level in 0..8 {
            let is_found = texts(&json)[0].1 == "v=0\r\n";
            assert_eq!(is_found, level <= 4, "{level}");
            json = serde_json::to_string(&json).unwrap();
        }
    }

    #[test]
    fn compressed_files_are_read() {
        use std::io::Write;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"v=0\n").unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(read_limited(&packed[..]).unwrap(), b"v=0\n");
        for end in 2..packed.len() - 8 {
            assert!(read_limited(&packed[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn escaped_line_ends_are_undone() {
        assert_eq!(texts("v=0\\r\\ns=-\\r\\n")[0].1, "v=0\r\ns=-\r\n");
        assert_eq!(texts("'v=0\\ns=-\\n'")[0].1, "v=0\ns=-\n");
        assert_eq!(texts("v=0\r\ns=a\\nb\r\n")[0].1, "v=0\r\ns=a\\nb\r\n");
    }

    #[test]
    fn what_holds_nothing_says_why() {
        assert_eq!(texts(" \n")[0].1, "the file is empty");
        assert!(texts("hello")[0].1.contains("no line begins with `v=`"));
        assert!(texts("\u{0}PNG")[0].1.contains("not text"));
    }
}
