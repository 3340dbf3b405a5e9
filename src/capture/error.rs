//! Why a capture could not be opened, in one line each. The caller knows the file's name and puts
//! it in front, with a colon.

use std::io;

use super::{Compression, Format};

/// Why a capture could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file could not be opened or read.
    #[error("{}", plain(.0))]
    Io(#[source] io::Error),
    /// The path names a directory.
    #[error("a directory, not a capture file")]
    Directory,
    /// There are no bytes at all.
    #[error("empty (0 bytes): not even a capture's file header")]
    Empty,
    /// The first bytes are not those of a pcap or pcapng file.
    #[error("not a pcap or pcapng capture: it looks like {looks_like}{}", advice(.hint))]
    NotACapture {
        /// What it looks like instead, with its article: `"a ZIP archive"`.
        looks_like: &'static str,
        /// What to do about it, as a sentence without its full stop.
        hint: Option<&'static str>,
    },
    /// The file ends before the header that tells how to read it.
    #[error("a {format} capture cut short in its file header: {have} bytes of at least {need}")]
    CutInHeader {
        /// The format its magic number tells.
        format: Format,
        /// Bytes there are.
        have: usize,
        /// Bytes the header needs.
        need: usize,
    },
    /// The file header contradicts itself.
    #[error("a {format} capture with a damaged file header: {what}")]
    DamagedHeader {
        /// The format its magic number tells.
        format: Format,
        /// What is wrong.
        what: &'static str,
    },
    /// The compressed data gives nothing at all.
    #[error("{compression} data that cannot be decompressed: {}", plain(.source))]
    Decompress {
        /// How it is compressed.
        compression: Compression,
        /// What the decompressor said.
        source: io::Error,
    },
    /// The compressed data is sound, and there is nothing in it.
    #[error("{0} data with nothing inside")]
    EmptyInside(Compression),
}

/// An I/O error in plain words, without the operating system's number.
pub(super) fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::UnexpectedEof => "the data ends early".to_owned(),
        _ => {
            let text = error.to_string();
            match text.split_once(" (os error") {
                Some((words, _)) => words.to_lowercase(),
                None => text,
            }
        }
    }
}

fn advice(hint: &Option<&'static str>) -> String {
    hint.map(|h| format!("; {h}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_one_line_in_plain_words() {
        let missing = OpenError::Io(io::Error::from_raw_os_error(2));
        assert_eq!(missing.to_string(), "no such file");
        let odd = OpenError::Io(io::Error::from_raw_os_error(5));
        assert!(!odd.to_string().contains("os error"), "{odd}");
        let sdp = OpenError::NotACapture {
            looks_like: "SDP",
            hint: Some("try this"),
        };
        assert_eq!(
            sdp.to_string(),
            "not a pcap or pcapng capture: it looks like SDP; try this"
        );
    }
}
