//! Text that a peer chose, made safe to show.

use crate::chars::steers;
use std::fmt::{self, Write};

/// Text from the wire, meant to be UTF-8: what is not is U+FFFD, and what would steer a terminal or
/// turn the text's direction is escaped.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a>(pub &'a [u8]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if steers(c) {
                    write!(f, "{}", c.escape_unicode())?;
                } else {
                    f.write_char(c)?;
                }
            }
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_bytes_are_made_printable() {
        assert_eq!(Text("chat ✓".as_bytes()).to_string(), "chat ✓");
        assert_eq!(Text(b"a\x1b[2J\n").to_string(), "a\\u{1b}[2J\\u{a}");
        assert_eq!(
            Text(b"\xff\xfea\xc3").to_string(),
            "\u{fffd}\u{fffd}a\u{fffd}"
        );
        assert_eq!(Text("\u{202e}x".as_bytes()).to_string(), "\\u{202e}x");
    }
}
