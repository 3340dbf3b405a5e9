//! A description whose lines are the strings of an array, so that people can read it:
//! `"sdp": ["v=0", "o=- 1 1 IN IP4 0.0.0.0", …]`.

use super::super::Coding;
use super::super::view::{Decoded, View};
use super::tree::{Shape, Value};
use super::unescape;
use crate::diag::Map;

/// The description that the strings of `array` are the lines of; nothing when they are not.
pub(super) fn lines(view: View<'_>, array: Value<'_, '_>) -> Option<Decoded> {
    let mut begin = array.items();
    let is_version = |item: Value<'_, '_>| matches!(item.raw(), b"v=0" | br"v=0\r\n" | br"v=0\n");
    begin
        .next()
        .filter(|item| item.shape() == Shape::String && is_version(*item))?;
    begin.next().filter(|item| item.raw().starts_with(b"o="))?;
    let mut bytes = Vec::new();
    let mut map = Map::default();
    let mut end = None;
    for item in array.items() {
        if item.shape() != Shape::String {
            return None;
        }
        let span = item.span();
        if let Some(last) = end.replace(span.end)
            && bytes.last() != Some(&b'\n')
        {
            // The quotes and the comma stand for the line end.
            bytes.extend_from_slice(b"\r\n");
            map.push_whole(2, view.place(&(last..span.start)));
        }
        let line = unescape(view, span);
        line.append_to(0..line.bytes.len(), &mut bytes, &mut map);
    }
    let last = end?;
    if bytes.last() != Some(&b'\n') {
        bytes.extend_from_slice(b"\r\n");
        let end = view.place(&(last..last));
        map.push_whole(2, end);
    }
    Some(view.joined(bytes, map, Coding::Json))
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::super::super::{Kind, Text, find_as};

    #[test]
    fn lines_in_an_array_are_put_together() {
        let lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=a \\\"b\\\"", "t=0 0"];
        let array = lines.map(|line| format!("\"{line}\"")).join(",\n  ");
        let file = format!("{{\"type\":\"offer\",\"sdp\":[{array}],\"names\":[\"v=0\",\"v=1\"]}}");
        let all = find_as(Some(Kind::Json), "x", file.as_bytes()).unwrap();
        let [found] = &all[..] else { panic!("{all:?}") };
        assert_eq!(found.pointer.as_deref(), Some("/sdp"));
        let Text::Extracted { bytes, map } = &found.text else {
            panic!("put together")
        };
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(
            text,
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=a \"b\"\r\nt=0 0\r\n"
        );
        let at = text.find("t=0").unwrap();
        assert_eq!(&file[map.host(&(at..at + 5)).unwrap()], "t=0 0");
    }
}
