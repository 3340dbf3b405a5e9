//! Which characters of a text that somebody else chose must not reach a terminal as they are. What
//! becomes of them is for each presenter to say: an escape in a decode tree, U+FFFD in a file's name.

use std::borrow::Cow;

/// Whether `c` would steer a terminal, break a line in two or turn the direction of the text.
pub(crate) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

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
    fn letters_of_any_direction_do_not_steer() {
        assert!("Gespräch ✓ שלום سلام 👩‍👩‍👧".chars().all(|c| !steers(c)));
        let steering = "\0\n\x1b\x7f\u{9b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202e}\u{2066}\u{2069}";
        assert!(steering.chars().all(steers));
    }

    #[test]
    fn names_cannot_write_to_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(printable("a\nerror: b"), "a\u{fffd}error: b");
        assert_eq!(printable("a\u{202e}pacp.b"), "a\u{fffd}pacp.b");
        assert!(matches!(printable("Gespräch 1.pcap"), Cow::Borrowed(_)));
    }
}
