//! One string literal of a program, whatever its language.

use super::hole::placeholder;
use super::text::Builder;

/// How a literal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) quote: u8,
    /// Three quotes open and close it.
    pub(super) is_triple: bool,
    /// `\` stands for itself.
    pub(super) is_raw: bool,
    /// It may go over several lines.
    pub(super) is_multi: bool,
    /// `#` behind the closing quote, in Rust.
    hashes: usize,
    /// It closes with `)"`, in C++.
    is_paren: bool,
}

impl Style {
    /// The literal that opens right before `at`, and where it opens.
    pub(super) fn before(text: &[u8], at: usize) -> Option<Self> {
        let back = |n: usize| at.checked_sub(n).and_then(|i| text.get(i)).copied();
        let is_paren = back(1) == Some(b'(') && back(2) == Some(b'"') && back(3) == Some(b'R');
        let skip = usize::from(is_paren);
        let quote = back(1 + skip).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
        let is_triple = !is_paren && back(2) == Some(quote) && back(3) == Some(quote);
        let behind = if is_triple { 4 } else { 2 + skip };
        let mut hashes = 0;
        while hashes < 16 && back(behind + hashes) == Some(b'#') {
            hashes += 1;
        }
        let prefix = back(behind + hashes);
        let before = back(behind + hashes + 1);
        let is_prefix = matches!(prefix, Some(b'r' | b'R' | b'@'))
            && !before.is_some_and(|b| {
                b.is_ascii_alphanumeric() && !matches!(b, b'b' | b'f' | b'B' | b'F')
            });
        let is_raw = is_prefix || is_paren;
        Some(Self {
            quote,
            is_triple,
            is_raw,
            is_multi: is_triple || is_raw || quote == b'`',
            hashes: if is_prefix { hashes } else { 0 },
            is_paren,
        })
    }

    /// The literal that opens at `at`, and where its text begins.
    pub(super) fn at(text: &[u8], at: usize) -> Option<(Self, usize)> {
        let rest = text.get(at..)?;
        let prefix = rest.iter().take(3).take_while(|b| {
            matches!(
                b,
                b'r' | b'R' | b'b' | b'f' | b'F' | b'@' | b'$' | b'#' | b'L' | b'u'
            )
        });
        let mut len = prefix.count();
        let quote = *rest.get(len).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
        let is_triple = rest.get(len + 1) == Some(&quote) && rest.get(len + 2) == Some(&quote);
        len += if is_triple { 3 } else { 1 };
        let is_paren = quote == b'"' && rest.get(len) == Some(&b'(') && rest.first() == Some(&b'R');
        len += usize::from(is_paren);
        Self::before(text, at + len).map(|style| (style, at + len))
    }

    /// Whether the text at `at` closes the literal; how long that is.
    fn closes(self, text: &[u8], at: usize) -> Option<usize> {
        let rest = text.get(at..)?;
        let rest_len = rest.len();
        let rest = if self.is_paren {
            rest.strip_prefix(b")")?
        } else {
            rest
        };
        let times = if self.is_triple { 3 } else { 1 };
        let quotes = rest
            .iter()
            .take(times)
            .take_while(|&&b| b == self.quote)
            .count();
        let rest = rest.get(quotes..).filter(|_| quotes == times)?;
        let hashes = rest
            .iter()
            .take(self.hashes)
            .take_while(|&&b| b == b'#')
            .count();
        (hashes == self.hashes).then_some(rest_len - rest.len() + hashes)
    }
}

/// Reads the literal whose text begins at `at`; gives where it ends. Nothing when it does not end.
pub(super) fn read(
    text: &[u8],
    at: usize,
    style: Style,
    has_escapes: bool,
    out: &mut Builder<'_>,
) -> Option<usize> {
    let mut at = at;
    loop {
        if let Some(len) = style.closes(text, at) {
            out.reached = at + len;
            return Some(at + len);
        }
        let rest = text.get(at..).unwrap_or_default();
        let Some(&byte) = rest.first() else {
            out.reached = text.len();
            return None;
        };
        if byte == b'\n' && !style.is_multi {
            out.reached = at;
            return None;
        }
        if byte == b'%' && style.closes(text, at + 1).is_some() {
            // The conversion goes on in a macro: `"%" PRIu64`.
            at += 1;
            continue;
        }
        if out.has_holes
            && let Some(len) = placeholder(rest)
        {
            out.hole(at..at + len);
            at += len;
            continue;
        }
        if byte == b'\\' && has_escapes && !style.is_raw {
            at += escape(rest, at, out);
            continue;
        }
        out.push(&[byte], at..at + 1);
        at += 1;
    }
}

/// Undoes the escape at the beginning of `rest`, which is at `at`; gives its length.
fn escape(rest: &[u8], at: usize, out: &mut Builder<'_>) -> usize {
    let simple = |out: &mut Builder<'_>, byte: u8| {
        out.push(&[byte], at..at + 2);
        2
    };
    match rest.get(1) {
        None => 1,
        Some(b'n') => simple(out, b'\n'),
        Some(b'r') => simple(out, b'\r'),
        Some(b't') => simple(out, b'\t'),
        // The line goes on; Rust leaves out the blanks, and nobody wants them in a description.
        Some(b'\n' | b'\r') => {
            let blanks = rest.iter().skip(1).take_while(|b| b.is_ascii_whitespace());
            1 + blanks.count()
        }
        Some(b'x') => coded(rest, at, (2, 2, 0), 16, out),
        Some(b'u') if rest.get(2) == Some(&b'{') => {
            let digits = rest.iter().skip(3).take(7).take_while(|&&b| b != b'}');
            let len = digits.count();
            if rest.get(3 + len) == Some(&b'}') {
                coded(rest, at, (3, len, 1), 16, out)
            } else {
                simple(out, b'u')
            }
        }
        Some(b'u') => coded(rest, at, (2, 4, 0), 16, out),
        Some(b'0'..=b'7') => {
            let digits = rest
                .iter()
                .skip(1)
                .take(3)
                .take_while(|b| matches!(b, b'0'..=b'7'));
            coded(rest, at, (1, digits.count(), 0), 8, out)
        }
        Some(&other) => simple(out, other),
    }
}

/// An escape of `len` digits between `begin` and `behind` bytes.
fn coded(
    rest: &[u8],
    at: usize,
    (begin, len, behind): (usize, usize, usize),
    radix: u32,
    out: &mut Builder<'_>,
) -> usize {
    let digits = rest.get(begin..begin + len);
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    let code = digits.and_then(|digits| u32::from_str_radix(digits, radix).ok());
    let Some(c) = code.and_then(char::from_u32) else {
        out.push(rest.get(1..2).unwrap_or_default(), at..at + 2);
        return 2;
    };
    let len = begin + len + behind;
    let mut buffer = [0; 4];
    let utf8 = c.encode_utf8(&mut buffer);
    out.push(utf8.as_bytes(), at..at + len);
    len
}
