//! What `rtcscope lint` and `--sdp` read: files, directories, standard input, and descriptions inside
//! JSON, such as the dumps of chrome://webrtc-internals, which come compressed.

use crate::lint::Role;
use crate::sdp::find_descriptions;
use serde_json::Value;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Nothing longer than this is a session description.
const LONGEST: u64 = 64 << 20;

/// A text with session descriptions in it.
#[derive(Debug)]
pub(in crate::cli) struct Input {
    /// What to call it in messages.
    pub(in crate::cli) name: String,
    /// Whether it is the first from its file, which may hold several.
    pub(in crate::cli) first: bool,
    /// The text.
    pub(in crate::cli) text: Vec<u8>,
    /// The role its container gives it.
    pub(in crate::cli) role: Option<Role>,
    /// The file, when the text is all of it and so may be rewritten.
    pub(in crate::cli) file: Option<PathBuf>,
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
    mut each: impl FnMut(Result<Input, Unreadable>) -> io::Result<()>,
) -> io::Result<()> {
    for path in paths {
        if path.as_os_str() == "-" {
            let text = read_limited(io::stdin().lock());
            for input in unwrap(stdin_name.to_owned(), text, None) {
                each(input)?;
            }
            continue;
        }
        let name = printable(path);
        if !path.is_dir() {
            let text = fs::File::open(path).and_then(read_limited);
            for input in unwrap(name, text, Some(path)) {
                each(input)?;
            }
            continue;
        }
        let mut files = Vec::new();
        let mut walked = Ok(());
        walk(path, &mut files, &mut walked);
        if let Err(error) = walked {
            each(Err(unreadable(name.clone(), &error)))?;
        }
        if files.is_empty() {
            let reason = "a directory without .sdp files".to_owned();
            each(Err(Unreadable { name, reason }))?;
        }
        for file in files {
            let text = fs::File::open(&file).and_then(read_limited);
            for input in unwrap(printable(&file), text, Some(&file)) {
                each(input)?;
            }
        }
    }
    Ok(())
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
fn walk(dir: &Path, files: &mut Vec<PathBuf>, problem: &mut io::Result<()>) {
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
            Ok(kind) if kind.is_dir() => walk(&path, files, problem),
            Ok(_)
                if path
                    .extension()
                    .is_some_and(|e| e.eq_ignore_ascii_case("sdp")) =>
            {
                files.push(path);
            }
            _ => {}
        }
    }
}

/// The descriptions in `text`: as they are, as strings in JSON, or with escaped line ends.
fn unwrap(
    name: String,
    text: io::Result<Vec<u8>>,
    file: Option<&Path>,
) -> Vec<Result<Input, Unreadable>> {
    let text = match text {
        Ok(text) => text,
        Err(error) => return vec![Err(unreadable(name, &error))],
    };
    let trimmed = text.trim_ascii();
    if trimmed.is_empty() {
        let reason = "the file is empty".to_owned();
        return vec![Err(Unreadable { name, reason })];
    }
    if matches!(trimmed.first(), Some(b'{' | b'[' | b'"')) {
        let named_json = file.is_some_and(|f| f.extension().is_some_and(|e| e == "json"));
        match serde_json::from_slice(trimmed) {
            Ok(value) => return from_json(&name, &value),
            Err(error) if named_json => {
                let reason = format!("not the JSON it is named for: {error}");
                return vec![Err(Unreadable { name, reason })];
            }
            Err(_) => {}
        }
    }
    if let Some(unescaped) = unescape(trimmed) {
        let name = format!("{name} (unescaped)");
        return vec![Ok(Input {
            name,
            first: true,
            text: unescaped,
            role: None,
            file: None,
        })];
    }
    let binary = text.iter().take(4).any(|&b| b == 0 || b >= 0xf8);
    let reason = if is_capture(&text) {
        "a packet capture, not a session description; try `rtcscope stats FILE`"
    } else if find_descriptions(&text).is_empty() && is_dump(&text) {
        "a dump of packets, not a session description; try `rtcscope stats FILE`"
    } else if binary {
        "no session description: it is not text"
    } else if find_descriptions(&text).is_empty() {
        "no session description: no line begins with `v=`"
    } else {
        ""
    };
    if !reason.is_empty() {
        let reason = reason.to_owned();
        return vec![Err(Unreadable { name, reason })];
    }
    vec![Ok(Input {
        name,
        first: true,
        text,
        role: None,
        file: file.map(Path::to_path_buf),
    })]
}

/// Whether `text` begins like a pcap or pcapng file; one may well have a `v=` line inside.
fn is_capture(text: &[u8]) -> bool {
    const MAGIC: [[u8; 4]; 5] = [
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0x0a, 0x0d, 0x0d, 0x0a],
    ];
    MAGIC.iter().any(|magic| text.starts_with(magic))
}

/// Whether `text` is a dump of packets that is read as if it were a capture.
fn is_dump(text: &[u8]) -> bool {
    let begins = [&b"#!rtpplay1.0"[..], b"MJR0000", b"MEETECHO"];
    begins.iter().any(|magic| text.starts_with(magic))
        || text.windows(10).any(|words| words == b"# RTP_DUMP")
}

fn from_json(name: &str, value: &Value) -> Vec<Result<Input, Unreadable>> {
    let mut found = Vec::new();
    collect_json(
        value,
        &mut String::new(),
        None,
        0,
        &mut |pointer, sdp, role| {
            found.push(Ok(Input {
                name: format!("{name}#{pointer}"),
                first: found.is_empty(),
                text: sdp.as_bytes().to_vec(),
                role,
                file: None,
            }));
        },
    );
    if found.is_empty() {
        let reason = "no session description: no string in it begins with `v=`".to_owned();
        let name = name.to_owned();
        return vec![Err(Unreadable { name, reason })];
    }
    found
}

/// JSON in a string in JSON in …: dumps of webrtc-internals have one level.
const DEPTH_MAX: u8 = 4;
/// Entries of such a dump whose description was only made: what came of it follows.
const UNUSED: [&str; 2] = ["createOfferOnSuccess", "createAnswerOnSuccess"];

/// Looks for a description in a string that is none itself: JSON once more, or how older dumps put
/// it, `type: offer, sdp: v=0…`.
fn collect_in_string(
    text: &str,
    pointer: &mut String,
    depth: u8,
    found: &mut dyn FnMut(&str, &str, Option<Role>),
) {
    let text = text.trim_start();
    if text.starts_with(['{', '[', '"']) && text.contains("v=") && depth < DEPTH_MAX {
        if let Ok(inner) = serde_json::from_str(text) {
            collect_json(&inner, pointer, None, depth + 1, found);
        }
    } else if let Some((before, sdp)) = text.split_once("sdp: v=").filter(|(b, _)| b.len() < 64) {
        let role = match before {
            b if b.contains("type: offer") => Some(Role::Offer),
            b if b.contains("answer") => Some(Role::Answer),
            _ => None,
        };
        found(pointer, &format!("v={sdp}"), role);
    }
}

/// Finds the strings that hold a description; `{"type": …, "sdp": …}` tells its role.
fn collect_json(
    value: &Value,
    pointer: &mut String,
    role: Option<Role>,
    depth: u8,
    found: &mut dyn FnMut(&str, &str, Option<Role>),
) {
    let len = pointer.len();
    match value {
        Value::String(text) if text.trim_start().starts_with("v=") => found(pointer, text, role),
        Value::String(text) => collect_in_string(text, pointer, depth, found),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                *pointer += &format!("/{i}");
                collect_json(item, pointer, None, depth, found);
                pointer.truncate(len);
            }
        }
        Value::Object(fields) => {
            let what = fields.get("type").and_then(Value::as_str);
            if what.is_some_and(|what| UNUSED.contains(&what)) {
                return;
            }
            let role = match what {
                Some("offer") => Some(Role::Offer),
                Some("answer" | "pranswer") => Some(Role::Answer),
                _ => None,
            };
            for (key, item) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                *pointer += "/";
                pointer.extend(key.chars().filter(|c| !c.is_control()));
                collect_json(item, pointer, role, depth, found);
                pointer.truncate(len);
            }
        }
        _ => {}
    }
}

/// A description on one line with `\r\n` or `\n` spelled out, as logs have it.
fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let one_line = !text.contains(&b'\n');
    let text = std::str::from_utf8(text).ok().filter(|_| one_line)?;
    let text = text.trim_matches('\'');
    (text.starts_with("v=") && text.contains("\\n")).then(|| {
        text.replace("\\r\\n", "\r\n")
            .replace("\\n", "\n")
            .into_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(String, String, Option<Role>)> {
        unwrap("x".to_owned(), Ok(text.as_bytes().to_vec()), None)
            .into_iter()
            .map(|input| match input {
                Ok(i) => (i.name, String::from_utf8(i.text).unwrap(), i.role),
                Err(e) => (e.name, e.reason, None),
            })
            .collect()
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
        let at = "x#/PeerConnections/7-1/updateLog/1/value/sdp".to_owned();
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
            assert_eq!(is_found, level <= usize::from(DEPTH_MAX), "{level}");
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
