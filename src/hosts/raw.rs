//! Files that hold nothing but descriptions, as they are or with their line ends spelled out.

use super::view::{Decoded, View};
use super::{Coding, Context, Finds};
use crate::diag::Map;
use crate::sdp::find_descriptions;

/// Adds the descriptions in `view`.
pub(super) fn find(view: View<'_>, cx: &Context, finds: &mut Finds) {
    if let Some(inner) = spelled_out(view) {
        finds.add(inner.view(), 0..inner.bytes.len(), cx);
        return;
    }
    for place in find_descriptions(view.bytes) {
        finds.add(view, place, cx);
    }
}

/// A description on one line with `\r\n` or `\n` spelled out, as logs have it; in quotes or not.
pub(super) fn spelled_out(view: View<'_>) -> Option<Decoded> {
    let all = view.bytes;
    let mut start = all.len() - all.trim_ascii_start().len();
    let mut text = all.trim_ascii();
    if let Some(inner) = text.strip_prefix(b"'") {
        start += 1;
        text = inner.strip_suffix(b"'").unwrap_or(inner);
    }
    if !text.starts_with(b"v=") || text.contains(&b'\n') {
        return None;
    }
    let (bytes, map) = unescape(text, start);
    (bytes.len() < text.len()).then(|| view.decoded(bytes, &map, Coding::LineEnds))
}

/// Undoes `\r` and `\n` in `text`, which stands at `start`.
pub(super) fn unescape(text: &[u8], start: usize) -> (Vec<u8>, Map) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut map = Map::default();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let (byte, len) = match (byte, text.get(at + 1)) {
            (b'\\', Some(b'n')) => (b'\n', 2),
            // A lone `\r` would be a line end to a parser, and is none here.
            (b'\\', Some(b'r')) if text.get(at + 2..at + 4) == Some(b"\\n") => (b'\r', 2),
            _ => (byte, 1),
        };
        bytes.push(byte);
        map.push(1, start + at..start + at + len);
        at += len;
    }
    (bytes, map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled_line_ends_know_their_place() {
        let text = b" 'v=0\\r\\no=\\n'";
        let inner = spelled_out(View::file(text)).unwrap();
        assert_eq!(inner.bytes, b"v=0\r\no=\n");
        assert_eq!(inner.view().place(&(3..5)), 5..9);
        assert_eq!(&text[inner.view().place(&(5..7))], b"o=");
        assert_eq!(inner.view().place(&(7..8)), 11..13);
        assert!(spelled_out(View::file(b"v=0\r\ns=a\\nb\r\n")).is_none());
        assert!(spelled_out(View::file(b"v=0")).is_none());
    }
}
