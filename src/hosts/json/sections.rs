//! Descriptions of rtcstats, which leaves out what has not changed: of a section that is the same in
//! the description before, only `m=` is there, and of the first part only `v=`.
//!
//! <https://github.com/rtcstats/rtcstats>, file format 3

use super::super::Coding;
use super::super::view::{Decoded, View};
use super::tree::{Shape, Value};
use super::{role_of, unescape};
use crate::diag::Map;
use crate::sdp::Role;
use std::ops::Range;

/// What the description of an event came to.
#[derive(Debug)]
pub(super) enum Restored {
    /// It is there as it was.
    Whole,
    /// What was left out is filled in.
    Filled(Decoded, Option<Role>),
    /// What it was the same as is not known.
    Lost,
}

/// Fills in what the description in the argument `value` leaves out. `base` is the one that the same
/// end applied before, and its role.
pub(super) fn restore(
    view: View<'_>,
    value: Value<'_, '_>,
    base: Option<(&[u8], Option<Role>)>,
) -> Restored {
    // The only argument stands alone, or in a list of one.
    let value = match value.shape() {
        Shape::Array => value.items().next().unwrap_or(value),
        _ => value,
    };
    let Some(text) = value.get("sdp").filter(|v| v.shape() == Shape::String) else {
        return Restored::Whole;
    };
    let role = value.word("type").and_then(role_of);
    let inner = unescape(view, text.span());
    let parts = split(&inner.bytes);
    let is_left_out = |part: &Range<usize>| {
        let part = inner.bytes.get(part.clone()).unwrap_or_default();
        matches!(part.trim_ascii(), b"m=" | b"v=")
    };
    if !parts.iter().any(is_left_out) {
        return Restored::Whole;
    }
    let Some((base, _)) = base.filter(|base| base.1 == role) else {
        return Restored::Lost;
    };
    let known = split(base);
    let (mut bytes, mut map) = (Vec::new(), Map::default());
    for (at, part) in parts.iter().enumerate() {
        if !is_left_out(part) {
            inner.append_to(part.clone(), &mut bytes, &mut map);
            continue;
        }
        let Some(same) = known.get(at).and_then(|part| base.get(part.clone())) else {
            return Restored::Lost;
        };
        bytes.extend_from_slice(same);
        map.push_whole(same.len(), inner.view().place(part));
    }
    Restored::Filled(view.joined(bytes, map, Coding::Opaque), role)
}

/// The part before the first media section, and the sections.
fn split(text: &[u8]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(b"m=") && at > start {
            parts.push(start..at);
            start = at;
        }
        at += line.len();
    }
    parts.push(start..at);
    parts
}

#[cfg(test)]
mod tests {
    use super::super::super::{Kind, Text, find_as};

    fn texts(dump: &str) -> Vec<String> {
        let all = find_as(Some(Kind::Rtcstats), "x", dump.as_bytes()).unwrap_or_default();
        let each = all.into_iter().map(|found| {
            assert_eq!(found.thread.as_deref(), Some("PC_0"));
            let Text::Extracted { bytes, .. } = found.text else {
                panic!("a string of JSON has escapes")
            };
            String::from_utf8(bytes).unwrap()
        });
        each.collect()
    }

    #[test]
    fn what_has_not_changed_is_filled_in() {
        let line = |method: u8, kind: &str, sdp: &str| {
            let sdp = sdp.replace('\n', "\\r\\n");
            format!("[{method},\"PC_0\",[{{\"type\":\"{kind}\",\"sdp\":\"{sdp}\"}}],9]\n")
        };
        let head = "RTCStatsDump\n{\"fileFormat\":3}\n";
        let first = "v=0\no=- 1 1 IN IP4 0\nm=audio 9 X 0\na=mid:0\nm=video 9 X 1\na=mid:1\n";
        let second = "v=0\no=- 1 2 IN IP4 0\nm=\nm=video 9 X 1\na=inactive\n";
        let dump = [
            head,
            &line(6, "offer", first),
            "[7,\"PC_0\",null,1]\n",
            &line(6, "offer", second),
            &line(6, "offer", "v=\nm=\nm=\n"),
        ]
        .concat();
        let filled = "v=0\no=- 1 2 IN IP4 0\nm=audio 9 X 0\na=mid:0\nm=video 9 X 1\na=inactive\n";
        let wanted = [first, filled, filled].map(|text| text.replace('\n', "\r\n"));
        assert_eq!(texts(&dump), wanted);
        // Nothing tells what it was: it is no description at all.
        assert!(texts(&format!("{head}{}", line(8, "answer", second))).is_empty());
    }
}
