//! What `rtcscope lint` and `--sdp` read: files of every kind that descriptions are found in,
//! directories, patterns and standard input.

mod list;
mod walk;

pub(super) use list::list;
pub(super) use walk::{Group, Target, expand};

use super::keeping::Includes;
use crate::capture::Capture;
use crate::diag::{Container, Source};
use crate::hosts::{self, Found, Kind, Text};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Nothing longer than this is a session description; captures may be.
const LONGEST: u64 = 64 << 20;

/// Arguments that say what is read, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct InputArgs {
    /// What to call standard input in messages; its ending tells what it is, as a file's does
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_name: String,
    /// What kind of file the descriptions are in
    #[arg(long, value_name = "KIND", default_value = "auto", value_parser = kinds())]
    pub input: String,
    /// Only list the descriptions that are found: where, what they are, and a hash of their text
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub list_inputs: Option<ListFormat>,
    /// It is no failure when a directory or a pattern gives no file
    #[arg(long)]
    pub allow_empty: bool,
    /// Take what is read for pieces of descriptions.
    #[arg(skip)]
    pub is_fragment: bool,
}

/// How descriptions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// A line for each
    Text,
    /// A JSON array
    Json,
}

/// The names that `--input` takes, with some that people may think of first.
const KINDS: [(&str, Option<Kind>); 15] = [
    ("auto", None),
    ("sdp", Some(Kind::Raw)),
    ("json", Some(Kind::Json)),
    ("internals", Some(Kind::Internals)),
    ("rtcstats", Some(Kind::Rtcstats)),
    ("har", Some(Kind::Har)),
    ("js", Some(Kind::Code)),
    ("code", Some(Kind::Code)),
    ("md", Some(Kind::Markup)),
    ("markup", Some(Kind::Markup)),
    ("html", Some(Kind::Markup)),
    ("log", Some(Kind::Log)),
    ("sip", Some(Kind::Log)),
    ("pcap", Some(Kind::Capture)),
    ("capture", Some(Kind::Capture)),
];

fn kinds() -> clap::builder::PossibleValuesParser {
    KINDS.map(|(name, _)| name).into()
}

impl InputArgs {
    /// The kind that was asked for.
    fn kind(&self) -> Option<Kind> {
        let named = KINDS.iter().find(|(name, _)| *name == self.input);
        named.and_then(|(_, kind)| *kind)
    }
}

impl Default for InputArgs {
    fn default() -> Self {
        Self {
            stdin_name: "<stdin>".to_owned(),
            input: "auto".to_owned(),
            list_inputs: None,
            allow_empty: false,
            is_fragment: false,
        }
    }
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
    /// What kind of file it was said to be.
    pub(in crate::cli) kind: Option<Kind>,
    /// Whether pieces of descriptions were said to be in it.
    pub(in crate::cli) is_fragment: bool,
}

impl Input {
    /// The same file with other bytes in it, read as this one was.
    pub(in crate::cli) fn with_text(&self, text: Vec<u8>) -> Result<Self, String> {
        Ok(Self {
            name: self.name.clone(),
            found: find(self.kind, self.is_fragment, &self.name, &text)?,
            text,
            file: self.file.clone(),
            ..*self
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
    /// It was read, and there is no description in it.
    pub(in crate::cli) holds_nothing: bool,
}

/// Reads everything `paths` name, in order, each as what it looks like.
pub(in crate::cli) fn read(
    paths: &[PathBuf],
    stdin_name: &str,
    mut each: impl FnMut(Result<Input, Unreadable>) -> io::Result<()>,
) -> io::Result<()> {
    let args = InputArgs {
        stdin_name: stdin_name.to_owned(),
        ..InputArgs::default()
    };
    match expand(paths, &args, &Includes::default()) {
        Ok(targets) => read_targets(targets, &args, each).map(drop),
        Err(why) => each(Err(why)),
    }
}

/// Reads `targets`, in order. Files of a directory or a pattern that hold no description are passed
/// over, and their number is given; but not those that are named for one, and not all of them.
pub(super) fn read_targets(
    targets: Vec<Target>,
    args: &InputArgs,
    mut each: impl FnMut(Result<Input, Unreadable>) -> io::Result<()>,
) -> io::Result<usize> {
    let mut passed = 0;
    for target in targets {
        match target {
            Target::Stdin => {
                let text = read_limited(io::stdin().lock());
                each(open(args.stdin_name.clone(), text, None, args))?;
            }
            Target::File(path) => each(read_as(&path, args))?,
            Target::Group(group) => passed += read_group(group, args, &mut each)?,
            Target::Unreadable(why) => each(Err(why))?,
        }
    }
    Ok(passed)
}

/// Reads the files of a directory or a pattern; gives how many were passed over.
fn read_group(
    group: Group,
    args: &InputArgs,
    each: &mut impl FnMut(Result<Input, Unreadable>) -> io::Result<()>,
) -> io::Result<usize> {
    let mut passed = 0;
    let count = group.files.len();
    for path in group.files {
        match read_as(&path, args) {
            Err(why) if why.holds_nothing && !walk::is_named_sdp(&path) => passed += 1,
            input => each(input)?,
        }
    }
    if passed == count && group.unreadable.is_empty() && !args.allow_empty {
        let reason = match count {
            1 => "no session description in the one file of it".to_owned(),
            _ => format!("no session description in any of its {count} files"),
        };
        each(Err(Unreadable {
            name: group.name,
            reason,
            holds_nothing: true,
        }))?;
        passed = 0;
    }
    for why in group.unreadable {
        each(Err(why))?;
    }
    Ok(passed)
}

/// Says how many files were passed over.
pub(super) fn tell_passed(passed: usize, err: &mut dyn io::Write) -> io::Result<()> {
    match passed {
        0 => Ok(()),
        1 => writeln!(err, "note: passed over a file without a description"),
        _ => writeln!(
            err,
            "note: passed over {passed} files without a description"
        ),
    }
}

/// Reads standard input, which is called `name`.
pub(in crate::cli) fn read_stdin(name: &str) -> Result<Input, Unreadable> {
    let text = read_limited(io::stdin().lock());
    open(name.to_owned(), text, None, &InputArgs::default())
}

/// Reads the file at `path`.
pub(in crate::cli) fn read_file(path: &Path) -> Result<Input, Unreadable> {
    read_as(path, &InputArgs::default())
}

fn read_as(path: &Path, args: &InputArgs) -> Result<Input, Unreadable> {
    let name = printable(path);
    // A capture may be larger than what fits in memory.
    let is_long = fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() > LONGEST);
    if is_long && let Ok(capture) = Capture::open(path) {
        return match hosts::find_in_capture(capture) {
            Ok(found) => Ok(Input {
                name,
                text: Vec::new(),
                found,
                file: Some(path.to_path_buf()),
                kind: Some(Kind::Capture),
                is_fragment: false,
            }),
            Err(reason) => Err(Unreadable {
                name,
                reason,
                holds_nothing: true,
            }),
        };
    }
    let text = fs::File::open(path).and_then(read_limited);
    open(name, text, Some(path), args)
}

/// Finds the descriptions in what was read.
fn open(
    name: String,
    text: io::Result<Vec<u8>>,
    file: Option<&Path>,
    args: &InputArgs,
) -> Result<Input, Unreadable> {
    let text = match text {
        Ok(text) => text,
        Err(error) => return Err(unreadable(name, &error)),
    };
    match find(args.kind(), args.is_fragment, &name, &text) {
        Ok(found) => Ok(Input {
            name,
            text,
            found,
            file: file.map(Path::to_path_buf),
            kind: args.kind(),
            is_fragment: args.is_fragment,
        }),
        Err(reason) => Err(Unreadable {
            name,
            reason,
            holds_nothing: true,
        }),
    }
}

/// The descriptions in `text`, or the pieces of some.
fn find(
    kind: Option<Kind>,
    is_fragment: bool,
    name: &str,
    text: &[u8],
) -> Result<Vec<Found>, String> {
    if is_fragment {
        hosts::find_pieces(kind, name, text)
    } else {
        hosts::find_as(kind, name, text)
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
    Unreadable {
        name,
        reason,
        holds_nothing: false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Role;

    fn texts(text: &str) -> Vec<(String, String, Option<Role>)> {
        match open(
            "x".to_owned(),
            Ok(text.as_bytes().to_vec()),
            None,
            &InputArgs::default(),
        ) {
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
