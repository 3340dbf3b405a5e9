//! Comments in a file that say which rules do not hold for the description after them:
//! `// rtcscope-ignore SDP204, duplicate-mid: a gateway of 2019`.

use super::Ignore;
use super::json::memmem;
use super::view::View;
use std::ops::Range;

const WORD: &[u8] = b"rtcscope-ignore";
/// So many lines may stand between a comment and its description.
const LINES_MAX: usize = 3;

/// The comments in `view`, in order, with where they end in it.
pub(super) fn all(view: View<'_>) -> Vec<(Range<usize>, Ignore)> {
    let text = view.bytes;
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(at) = memmem(text.get(from..).unwrap_or_default(), WORD).map(|at| from + at) {
        let rest = text.get(at + WORD.len()..).unwrap_or_default();
        let line = rest.split(|&b| b == b'\n').next().unwrap_or_default();
        from = at + WORD.len() + line.len();
        if !line.first().is_none_or(u8::is_ascii_whitespace) || is_quoted(text, at) {
            continue;
        }
        let line = String::from_utf8_lossy(line);
        let (line, _) = line.split_once("-->").unwrap_or((&line, ""));
        let (line, _) = line.split_once("*/").unwrap_or((line, ""));
        let (rules, reason) = line.split_once(':').unwrap_or((line, ""));
        let rules = rules.split([',', ' ', '\t']).map(str::trim);
        let rules = rules
            .filter(|rule| !rule.is_empty())
            .map(str::to_owned)
            .collect();
        let place = at..from;
        let ignore = Ignore {
            rules,
            reason: reason.trim().to_owned(),
            place: view.place(&place),
        };
        all.push((place, ignore));
    }
    all
}

/// Whether what is at `at` stands in a string literal of its line: a quote is open there, and closes.
fn is_quoted(text: &[u8], at: usize) -> bool {
    // Only what is near: a program may be one long line.
    let near = text.get(at.saturating_sub(400)..at).unwrap_or_default();
    let line = near.rsplit(|&b| b == b'\n').next().unwrap_or_default();
    let mut open = None;
    let mut bytes = line.iter().enumerate();
    while let Some((i, &byte)) = bytes.next() {
        let rest = line.get(i..).unwrap_or_default();
        match (open, byte) {
            (Some(_), b'\\') => {
                let _ = bytes.next();
            }
            (Some(quote), _) if quote == byte => open = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => open = Some(byte),
            (None, _)
                if [&b"//"[..], b"/*", b"# ", b"<!--", b"--"]
                    .iter()
                    .any(|c| rest.starts_with(c)) =>
            {
                return false;
            }
            _ => {}
        }
    }
    let Some(quote) = open else { return false };
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.split(|&b| b == b'\n').next().unwrap_or_default();
    rest.contains(&quote)
}

/// Those of `all` that stand in `range` of `text`, close before its end.
pub(super) fn before(
    text: &[u8],
    all: &[(Range<usize>, Ignore)],
    range: Range<usize>,
) -> Vec<Ignore> {
    let first = all.partition_point(|(place, _)| place.start < range.start);
    let last = all.partition_point(|(place, _)| place.end <= range.end);
    let mut near = Vec::new();
    let mut end = range.end;
    for (place, ignore) in all.get(first..last).unwrap_or_default().iter().rev() {
        let between = text.get(place.end..end).unwrap_or_default();
        if between.iter().filter(|&&b| b == b'\n').count() > LINES_MAX {
            break;
        }
        near.push(ignore.clone());
        end = place.start;
    }
    near.reverse();
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_reasons_are_read() {
        let text = b"// rtcscope-ignore SDP204, duplicate-mid: old: gateway\n<!-- rtcscope-ignore SDP1 -->\n/* rtcscope-ignore x: y */ rtcscope-ignored";
        let all = all(View::file(text));
        let read: Vec<_> = all
            .iter()
            .map(|(_, i)| (i.rules.join(" "), i.reason.as_str()))
            .collect();
        assert_eq!(
            read,
            [
                ("SDP204 duplicate-mid".to_owned(), "old: gateway"),
                ("SDP1".to_owned(), ""),
                ("x".to_owned(), "y")
            ]
        );
        assert!(text[all[0].1.place.clone()].starts_with(b"rtcscope-ignore SDP204"));
        assert_eq!(before(text, &all, 0..text.len()).len(), 3);
        assert_eq!(before(text, &all, 40..text.len()).len(), 2);
    }

    #[test]
    fn a_string_is_no_comment() {
        for text in [
            r#"x = "// rtcscope-ignore SDP204: x";"#,
            "const a = ['// rtcscope-ignore SDP204: x'];",
            "f(`a`, `# rtcscope-ignore SDP204`)",
        ] {
            assert!(all(View::file(text.as_bytes())).is_empty(), "{text}");
        }
        for text in [
            "x = 'a'; // rtcscope-ignore SDP204: it's an old one",
            "// don't: rtcscope-ignore SDP204: it's an old one",
            "-- rtcscope-ignore SDP204: x",
            "    # rtcscope-ignore SDP204: \"x\"",
        ] {
            assert_eq!(all(View::file(text.as_bytes())).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_comment_far_away_is_about_something_else() {
        let text = b"// rtcscope-ignore SDP1: x\n\n\n\n\n\nv=0";
        let all = all(View::file(text));
        assert!(before(text, &all, 0..text.len()).is_empty());
    }
}
