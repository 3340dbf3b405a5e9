//! Keys that a description holds stay out of everything printed about it: those of SRTP in `a=crypto`
//! (`inline:`, RFC 4568 §9.1), in `k=` (RFC 4566 §5.12) and in `a=key-mgmt` (RFC 4567 §3).
//!
//! Logs of CI are kept and read by many. The text may be a description, a line of it that somebody's
//! message quotes, or a file with a description in it, whose line ends are then written `\r\n`.

use std::borrow::Cow;

/// The key methods of `k=` that are told from other text anywhere in a line.
const METHODS: [&[u8]; 3] = [b"clear", b"base64", b"uri"];

/// `text` with keys replaced by stars; as many bytes as before.
pub(crate) fn hidden(text: &str) -> Cow<'_, str> {
    let mut bytes = Cow::Borrowed(text.as_bytes());
    hide(&mut bytes);
    match bytes {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // Keys end before characters of ASCII, so whole characters are replaced.
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Whether [`hidden`] would replace something in `text`.
pub(crate) fn has_key(text: &str) -> bool {
    matches!(hidden(text), Cow::Owned(_))
}

/// Replaces keys in `text` by stars.
pub(crate) fn hide(text: &mut Cow<'_, [u8]>) {
    let mut at = 0;
    while let Some(mark) = text.get(at..).and_then(next_mark) {
        let mark = at + mark;
        let key = key_after(text, mark);
        at = match key {
            Some((start, end)) => {
                if let Some(key) = text.to_mut().get_mut(start..end) {
                    key.fill(b'*');
                }
                end.max(mark + 1)
            }
            None => mark + 1,
        };
    }
}

/// Where the next colon or equals sign is: one of them comes before every key.
fn next_mark(text: &[u8]) -> Option<usize> {
    text.iter().position(|b| matches!(b, b':' | b'='))
}

/// From where to where the key is that `:` or `=` at `mark` introduces.
fn key_after(text: &[u8], mark: usize) -> Option<(usize, usize)> {
    let before = text.get(..mark)?;
    let start = skip_blanks(text, mark + 1);
    let (start, end) = if ends_with(before, b"inline") {
        let ends = |b: u8| matches!(b, b' ' | b'|' | b';');
        (start, end_of_key(text, start, ends))
    } else if ends_with(before, b"key-mgmt") {
        let after = skip_word(text, start);
        let end = end_of_key(text, after, |_| false);
        let key = skip_blanks(text, after);
        let word = text.get(start..after)?;
        if key < end || word.eq_ignore_ascii_case(b"mikey") {
            (key, end)
        } else {
            (start, end)
        }
    } else if text.get(mark) == Some(&b'=') {
        key_of_line(text, before, start)?
    } else {
        return None;
    };
    // What is hidden already stays as it is.
    let key = text.get(start..end).filter(|key| !key.is_empty())?;
    key.iter().any(|&b| b != b'*').then_some((start, end))
}

/// The key of `k=method:key`, of which `before` ends with the letter.
fn key_of_line(text: &[u8], before: &[u8], start: usize) -> Option<(usize, usize)> {
    let before = before.strip_suffix(b"k").or(before.strip_suffix(b"K"))?;
    let begins = match before {
        [] | [.., b'\n' | b'\r'] | [.., b'\\', b'n' | b'r'] => true,
        [.., b'"' | b'\'' | b'`'] => true,
        [.., last] if last.is_ascii_alphanumeric() || matches!(last, b'-' | b'_') => return None,
        _ => false,
    };
    let end = end_of_key(text, start, |_| false);
    let value = text.get(start..end)?;
    let colon = value.iter().position(|&b| b == b':');
    let method = value.get(..colon.unwrap_or(value.len()))?;
    let is_known = METHODS.iter().any(|m| method.eq_ignore_ascii_case(m));
    match colon {
        Some(colon) if begins || is_known => Some((skip_blanks(text, start + colon + 1), end)),
        // Without a method it may be the key itself.
        None if begins && !method.eq_ignore_ascii_case(b"prompt") => Some((start, end)),
        _ => None,
    }
}

fn ends_with(text: &[u8], word: &[u8]) -> bool {
    let at = text.len().checked_sub(word.len());
    at.and_then(|at| text.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(word))
}

fn skip(text: &[u8], at: usize, is_skipped: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|&&b| is_skipped(b)).count()
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    skip(text, at, |b| matches!(b, b' ' | b'\t'))
}

fn skip_word(text: &[u8], at: usize) -> usize {
    let end = end_of_key(text, at, |b| b == b' ');
    skip(text, at, |b| b != b'\t').min(end)
}

/// Where the key at `at` ends: before what `ends` it, a line end, be it written `\r\n`, or a closing
/// quotation mark.
fn end_of_key(text: &[u8], at: usize, ends: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let is_end = |i: usize, b: u8| {
        let next = rest.get(i + 1).copied();
        match b {
            b'\r' | b'\n' => true,
            b'\\' => matches!(next, Some(b'r' | b'n' | b'"' | b'\\')),
            // A mark in the middle of a key closes nothing.
            b'"' | b'\'' | b'`' => {
                next.is_none_or(|n| matches!(n, b' ' | b',' | b'\r' | b'\n' | b'}' | b']' | b')'))
            }
            b => ends(b),
        }
    };
    let found = rest.iter().enumerate().position(|(i, &b)| is_end(i, b));
    at + found.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hidden_and_nothing_else() {
        for (text, shown) in [
            (
                "a=crypto:1 X inline:QUJD+/Q=|2^20|1:4;inline:zz\r\na=inline:\r\n",
                "a=crypto:1 X inline:********|2^20|1:4;inline:**\r\na=inline:\r\n",
            ),
            (
                "a=crypto:1 X INLINE:Key KDR=1",
                "a=crypto:1 X INLINE:*** KDR=1",
            ),
            ("inline:\tK!ü\u{1}y\n", "inline:\t******\n"),
            ("say `inline:QUJD` now", "say `inline:****` now"),
            ("inline:'QUJD", "inline:*****"),
            (r#""X inline:a\/b\r\na=x""#, r#""X inline:****\r\na=x""#),
            ("k=clear:my key\r\na=b", "k=clear:******\r\na=b"),
            ("v=0\nk=BASE64:abc", "v=0\nk=BASE64:***"),
            ("k=other:abc", "k=other:***"),
            ("k=secret", "k=******"),
            ("k=prompt", "k=prompt"),
            ("bad line k=uri:abc", "bad line k=uri:***"),
            (r#""v=0\r\nk=clear:abc\r\n""#, r#""v=0\r\nk=clear:***\r\n""#),
            ("a=key-mgmt:mikey AQAF=\r\n", "a=key-mgmt:mikey *****\r\n"),
            ("A=KEY-MGMT:mikey\tAQ", "A=KEY-MGMT:mikey\t**"),
            ("a=key-mgmt:AQAF", "a=key-mgmt:****"),
            ("a=key-mgmt:mikey", "a=key-mgmt:mikey"),
            (
                "a=fmtp:96 k=x:1;mask=clear:1",
                "a=fmtp:96 k=x:1;mask=clear:1",
            ),
            ("a=ice-pwd:abc", "a=ice-pwd:abc"),
        ] {
            assert_eq!(hidden(text), shown);
            assert_eq!(has_key(text), text != shown, "{text}");
            assert!(!has_key(shown), "{shown}");
        }
    }

    #[test]
    fn many_marks_take_no_time() {
        for piece in ["inline:", "k=", "key-mgmt:", "\nk=clear:", "=:", "`inline:"] {
            let text = piece.repeat(200_000);
            assert_eq!(hidden(&text).len(), text.len());
        }
    }
}
