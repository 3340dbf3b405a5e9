//! A piece of a session description that knows where it lies.
//!
//! Every value of the typed view is a [`Field`], so that a lint rule can underline exactly the
//! token it speaks of. Text is kept as bytes: a description may hold any charset, or none.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Bytes of a description and the offset at which they begin.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    bytes: &'a [u8],
    start: usize,
}

impl<'a> Field<'a> {
    /// `bytes`, which begin `start` bytes into the file.
    pub fn new(bytes: &'a [u8], start: usize) -> Self {
        Self { bytes, start }
    }

    /// The bytes themselves.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes as text, when they are UTF-8.
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes).ok()
    }

    /// The text of its own, whole, when it is UTF-8; `to_string` cuts and escapes for messages.
    pub fn owned(self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    /// Where the field lies in the file, in bytes.
    pub fn span(self) -> Range<usize> {
        self.start..self.end()
    }

    /// Offset of the first byte.
    pub fn start(self) -> usize {
        self.start
    }

    /// Offset past the last byte.
    pub fn end(self) -> usize {
        self.start + self.bytes.len()
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether it is exactly `text`.
    pub fn is(self, text: &str) -> bool {
        self.bytes == text.as_bytes()
    }

    /// Whether it is `text` in any case.
    pub fn is_ignoring_case(self, text: &str) -> bool {
        self.bytes.eq_ignore_ascii_case(text.as_bytes())
    }

    /// The field without its first `n` bytes.
    #[must_use]
    pub fn skip(self, n: usize) -> Self {
        match self.bytes.split_at_checked(n) {
            Some((_, rest)) => Self::new(rest, self.start + n),
            None => Self::new(&[], self.end()),
        }
    }

    /// At most the first `n` bytes.
    #[must_use]
    pub fn take(self, n: usize) -> Self {
        Self::new(self.bytes.get(..n).unwrap_or(self.bytes), self.start)
    }

    /// What stands before and after the first `separator`.
    pub fn split_once(self, separator: u8) -> Option<(Self, Self)> {
        let at = self.bytes.iter().position(|&b| b == separator)?;
        Some((self.take(at), self.skip(at + 1)))
    }

    /// The pieces between separators, empty ones too.
    pub fn split(self, separator: u8) -> impl Iterator<Item = Self> {
        let mut start = self.start;
        self.bytes
            .split(move |&b| b == separator)
            .map(move |piece| {
                let field = Field::new(piece, start);
                start += piece.len() + 1;
                field
            })
    }

    /// The pieces between blanks, without empty ones.
    pub fn words(self) -> impl Iterator<Item = Self> {
        self.split(b' ').filter(|word| !word.is_empty())
    }

    /// Without blanks and tabs at both ends.
    #[must_use]
    pub fn trim(self) -> Self {
        let blank = |b: &u8| *b == b' ' || *b == b'\t';
        let Some(first) = self.bytes.iter().position(|b| !blank(b)) else {
            return self.take(0);
        };
        let last = self.bytes.iter().rposition(|b| !blank(b)).unwrap_or(first);
        self.take(last + 1).skip(first)
    }

    /// Whether it is one or more decimal digits and nothing else.
    pub fn is_digits(self) -> bool {
        !self.bytes.is_empty() && self.bytes.iter().all(u8::is_ascii_digit)
    }

    /// The decimal number written here; no sign, no blanks.
    pub fn number<T: FromStr>(self) -> Option<T> {
        if self.is_digits() {
            self.as_str()?.parse().ok()
        } else {
            None
        }
    }

    /// Whether it is a `token` of RFC 8866: visible characters without `"(),/:;<=>?@[\]`.
    pub fn is_token(self) -> bool {
        let token = |b: &u8| {
            matches!(*b, 0x21 | 0x23..=0x27 | 0x2a..=0x2b | 0x2d..=0x2e | 0x30..=0x39
                | 0x41..=0x5a | 0x5e..=0x7e)
        };
        !self.bytes.is_empty() && self.bytes.iter().all(token)
    }

    /// Whether it consists of `ice-char`: letters, digits, `+` and `/` (RFC 8839).
    pub fn is_ice_chars(self) -> bool {
        !self.bytes.is_empty() && self.bytes.iter().copied().all(is_ice_char)
    }
}

/// Whether `b` is an `ice-char`: a letter, a digit, `+` or `/` (RFC 8839).
pub fn is_ice_char(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'+' || b == b'/'
}

/// Equal when the bytes are, wherever they lie.
impl PartialEq for Field<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Field<'_> {}

/// Ordered by the bytes.
impl PartialOrd for Field<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Field<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(other.bytes)
    }
}

/// For messages: control characters escaped, long text cut after 32 characters.
///
/// The text comes from a stranger and goes to a terminal, so no escape sequence may pass.
impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 32;
        let mut written = 0;
        for chunk in self.bytes.utf8_chunks() {
            let invalid = if chunk.invalid().is_empty() {
                ""
            } else {
                "\u{fffd}"
            };
            for c in chunk.valid().chars().chain(invalid.chars()) {
                if written == LONGEST {
                    return f.write_str("…");
                }
                if c.is_control() {
                    write!(f, "{}", c.escape_default())?;
                } else {
                    write!(f, "{c}")?;
                }
                written += 1;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}@{}",
            String::from_utf8_lossy(self.bytes),
            self.start
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_know_where_they_lie() {
        let field = Field::new(b"111 opus/48000/2", 9);
        let (number, rest) = field.split_once(b' ').unwrap();
        assert_eq!((number.number::<u8>(), number.span()), (Some(111), 9..12));
        let parts: Vec<_> = rest.split(b'/').map(Field::span).collect();
        assert_eq!(parts, [13..17, 18..23, 24..25]);
        assert_eq!(Field::new(b"  a ", 4).trim().span(), 6..7);
        assert_eq!(Field::new(b"   ", 4).trim().span(), 4..4);
        assert_eq!(Field::new(b"ab", 0).skip(9).span(), 2..2);
    }

    #[test]
    fn numbers_are_digits_only() {
        for bad in ["", "+1", "-1", " 1", "1 ", "0x1", "99999999999999999999999"] {
            assert_eq!(
                Field::new(bad.as_bytes(), 0).number::<u64>(),
                None,
                "{bad:?}"
            );
        }
    }

    #[test]
    fn display_is_safe_for_terminals() {
        let shown = Field::new(b"\x1b[2J\xff\0ok", 0).to_string();
        assert_eq!(shown, "\\u{1b}[2J\u{fffd}\\u{0}ok");
        let long = Field::new(&[b'x'; 500], 0).to_string();
        assert_eq!(long.chars().count(), 33);
    }
}
