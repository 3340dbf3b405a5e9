//! The text of a JSON string, and where each of its bytes stands (RFC 8259 §7).

use super::super::Coding;
use super::super::view::{Decoded, View};
use crate::diag::Map;
use std::ops::Range;

/// The text of the string whose bytes between the quotes are `span` of `view`.
///
/// An escape that JSON does not know stands for its letter; half a surrogate pair for U+FFFD.
pub(super) fn unescape(view: View<'_>, span: Range<usize>) -> Decoded {
    let raw = view.bytes.get(span.clone()).unwrap_or_default();
    let mut bytes = Vec::with_capacity(raw.len());
    let mut map = Map::default();
    let mut at = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.iter().position(|&b| b == b'\\').unwrap_or(rest.len());
        if plain > 0 {
            bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
            map.push(plain, span.start + at..span.start + at + plain);
            at += plain;
            continue;
        }
        let (c, len) = escape(rest);
        let mut buffer = [0; 4];
        let utf8 = c.encode_utf8(&mut buffer).as_bytes();
        bytes.extend_from_slice(utf8);
        map.push_whole(utf8.len(), span.start + at..span.start + at + len);
        at += len;
    }
    view.decoded(bytes, &map, Coding::Json)
}

/// The character that the escape at the beginning of `text` stands for, and its length.
fn escape(text: &[u8]) -> (char, usize) {
    let c = match text.get(1) {
        None => return ('\\', 1),
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode(text),
        Some(&other) if other.is_ascii() => char::from(other),
        // A backslash before more than ASCII: only the backslash is taken.
        Some(_) => return ('\\', 1),
    };
    (c, 2)
}

fn unicode(text: &[u8]) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 4)?;
        let digits = std::str::from_utf8(digits).ok()?;
        digits
            .bytes()
            .all(|b| b.is_ascii_hexdigit())
            .then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(2) else {
        return ('u', 2);
    };
    if (0xd800..0xdc00).contains(&first)
        && text.get(6..8) == Some(b"\\u")
        && let Some(second) = unit(8)
        && (0xdc00..0xe000).contains(&second)
    {
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or('\u{fffd}'), 12);
    }
    (char::from_u32(first).unwrap_or('\u{fffd}'), 6)
}

#[cfg(test)]
#[allow(clippy::string_slice, clippy::type_complexity)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(text: &str) -> String {
        let inner = unescape(View::file(text.as_bytes()), 1..text.len() - 1);
        String::from_utf8(inner.bytes).unwrap()
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            decode(r#""v=0\r\nA\u00e9\ud83d\ude00\/\"""#),
            "v=0\r\nAé😀/\""
        );
        assert_eq!(decode(r#""\ud83d\u0041\uzzzz\q""#), "\u{fffd}Auzzzzq");
        assert_eq!(decode(r#""\""#), "\\");
    }

    proptest! {
        /// Whatever the text: it comes back as it was, and each of its characters is where the map
        /// says.
        #[test]
        fn texts_come_back_with_their_places(text in "(\\PC|[\r\n\t\"\\\\é😀]){0,40}") {
            let json = serde_json::to_string(&text).unwrap();
            let inner = unescape(View::file(json.as_bytes()), 1..json.len() - 1);
            prop_assert_eq!(String::from_utf8(inner.bytes.clone()).unwrap(), text.clone());
            for (at, c) in text.char_indices() {
                let place = inner.view().place(&(at..at + c.len_utf8()));
                let there = format!("\"{}\"", &json[place]);
                prop_assert_eq!(serde_json::from_str::<String>(&there).unwrap(), c.to_string());
            }
        }
    }
}
