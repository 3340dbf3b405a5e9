//! The text of HTML and XML: tags are left out, or end a line; entities are undone.

use super::super::Coding;
use super::super::json::memmem;
use super::super::view::{Decoded, View};
use crate::diag::Map;

/// Tags that end a line.
const BLOCKS: [&[u8]; 16] = [
    b"br",
    b"p",
    b"div",
    b"pre",
    b"td",
    b"tr",
    b"li",
    b"dd",
    b"dt",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"summary",
    b"textarea",
    b"section",
];

/// The text of `view`. What is in scripts is none.
pub(super) fn text(view: View<'_>) -> Decoded {
    let all = view.bytes;
    let mut bytes = Vec::with_capacity(all.len());
    let mut map = Map::default();
    let mut missing = Missing::default();
    let mut at = 0;
    while let Some(rest) = all.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest
            .iter()
            .position(|b| matches!(b, b'<' | b'&'))
            .unwrap_or(rest.len());
        if plain > 0 {
            bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
            map.push(plain, at..at + plain);
            at += plain;
            continue;
        }
        if rest.first() == Some(&b'&') {
            let (text, len) = entity(rest);
            bytes.extend_from_slice(text.as_bytes());
            map.push_whole(text.len(), at..at + len);
            at += len;
            continue;
        }
        let len = tag(rest, &mut missing);
        if len == 0 {
            bytes.push(b'<');
            map.push(1, at..at + 1);
            at += 1;
            continue;
        }
        let name = name(rest);
        if BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block))
            && bytes.last() != Some(&b'\n')
        {
            bytes.push(b'\n');
            map.push_whole(1, at..at + len);
        }
        at += len;
    }
    view.decoded(bytes, &map, Coding::Markup)
}

/// The name of the tag at the beginning of `text`.
fn name(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"<").unwrap_or(text);
    let text = text.strip_prefix(b"/").unwrap_or(text);
    let len = text
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    text.get(..len).unwrap_or_default()
}

/// Ends that are not in the rest of the text, so that they are looked for once.
#[derive(Debug, Default)]
struct Missing {
    comment: bool,
    script: bool,
    style: bool,
}

/// How long the tag is that `text` begins with, with what is in it when that is no text.
fn tag(text: &[u8], missing: &mut Missing) -> usize {
    let until = |end: &[u8], is_missing: &mut bool| {
        let at = memmem(text, end);
        *is_missing = at.is_none();
        at.map(|at| at + end.len())
    };
    // A tag has no other in it.
    let close = || {
        let inside = text.get(1..)?;
        let at = inside.iter().position(|b| matches!(b, b'<' | b'>'))?;
        (inside.get(at) == Some(&b'>')).then_some(at + 2)
    };
    match text {
        [b'<', b'!', b'[', ..] if text.starts_with(b"<![CDATA[") => 9,
        [b'<', b'!', b'-', b'-', ..] if !missing.comment => {
            until(b"-->", &mut missing.comment).unwrap_or(4)
        }
        [b'<', b'!' | b'?' | b'/', ..] => close().unwrap_or(0),
        [b'<', b, ..] if b.is_ascii_alphabetic() => {
            let name = name(text);
            let skipped = if name.eq_ignore_ascii_case(b"script") && !missing.script {
                until(b"</script>", &mut missing.script)
            } else if name.eq_ignore_ascii_case(b"style") && !missing.style {
                until(b"</style>", &mut missing.style)
            } else {
                None
            };
            skipped.or_else(close).unwrap_or(0)
        }
        _ => 0,
    }
}

/// What the entity at the beginning of `text` stands for, and its length.
fn entity(text: &[u8]) -> (String, usize) {
    let as_it_is = ("&".to_owned(), 1);
    let Some(len) = text.iter().take(12).position(|&b| b == b';') else {
        return as_it_is;
    };
    let Ok(name) = std::str::from_utf8(text.get(1..len).unwrap_or_default()) else {
        return as_it_is;
    };
    let c = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => name.strip_prefix('#').and_then(|digits| {
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            };
            code.and_then(char::from_u32)
        }),
    };
    c.map_or(as_it_is, |c| (c.to_string(), len + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_entities_are_undone() {
        let text = |html: &str| String::from_utf8(text(View::file(html.as_bytes())).bytes).unwrap();
        assert_eq!(
            text("a<b>b</b><br/>c &lt;&#x41;&#66; &x <3"),
            "ab\nc <AB &x <3"
        );
        assert_eq!(text("x<script>v=0</script>y<!-- z -->"), "xy");
        assert_eq!(text("<pre>v=0\no=</pre>"), "\nv=0\no=\n");
        assert_eq!(text("<![CDATA[v=0]]>"), "v=0]]>");
    }
}
