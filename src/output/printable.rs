//! Names that somebody else chose, made safe to print: a file may be called anything, and what is
//! printed must neither steer a terminal nor break a line in two. Used for every file name and
//! argument that is printed for people.

use crate::chars::steers;
use std::borrow::Cow;

/// `text` with control characters, and those that turn the direction of text, replaced by U+FFFD.
///
/// ```
/// assert_eq!(rtcscope::output::printable("a\x1b[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let safe = text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c });
    Cow::Owned(safe.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_write_to_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(printable("a\nerror: b"), "a\u{fffd}error: b");
        assert_eq!(printable("a\u{202e}pacp.b"), "a\u{fffd}pacp.b");
        assert!(matches!(printable("Gespräch 1.pcap"), Cow::Borrowed(_)));
    }
}
