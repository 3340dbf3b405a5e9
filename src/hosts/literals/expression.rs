//! Literals that are put together: `'…' + port + '…'`, `"…" "…"`, `[…, …].join('\r\n')`.

use super::string::{Style, read};
use super::text::Builder;
use std::ops::Range;

/// No comment inside of an expression is longer: one may not end at all.
const COMMENT_MAX: usize = 4000;
/// No operand that is no literal is longer.
const LONGEST: usize = 1000;

/// Reads what follows a first literal that ended at `at`; gives where all of it ends.
///
/// `is_list` says that the literals are the lines: of an array, or of the arguments of a call.
pub(super) fn follow(
    text: &[u8],
    at: usize,
    style: Style,
    has_escapes: bool,
    out: &mut Builder<'_>,
) -> usize {
    let mut end = at;
    let is_list = out.bytes.trim_ascii_end() == b"v=0";
    loop {
        let at = skip_blank(text, end);
        let rest = text.get(at..).unwrap_or_default();
        let operator = operator(rest);
        let is_comma = is_list && rest.first() == Some(&b',');
        let from = match operator {
            _ if is_comma => skip_blank(text, at + 1),
            Some(len) => skip_blank(text, at + len),
            None => at,
        };
        if is_comma {
            match text.get(from) {
                Some(b']' | b'}' | b')') | None => return end,
                _ if out.is_at_line_start() => {}
                _ => {
                    // The separator is all that stands between the texts of the literals.
                    let start = literal(text, from, style).map_or(from, |(_, start)| start);
                    let last = out
                        .map
                        .segments()
                        .last()
                        .map_or(end, |s| s.host + s.host_len);
                    out.line_end(last..start.max(last));
                }
            }
        }
        if let Some((style, start)) = literal(text, from, style) {
            let length = out.bytes.len();
            match read(text, start, style, has_escapes, out) {
                Some(after) => end = after,
                None => {
                    out.truncate(length);
                    return end;
                }
            }
            continue;
        }
        let Some(operand) = operand(text, from, operator.is_some() || is_comma) else {
            return end;
        };
        end = operand.end;
        if is_line_end(text.get(operand.clone()).unwrap_or_default()) {
            out.line_end(operand);
        } else {
            out.hole(operand);
        }
    }
}

/// The literal at `at`; one in other quotes than the first is as good.
fn literal(text: &[u8], at: usize, first: Style) -> Option<(Style, usize)> {
    let (mut style, start) = Style::at(text, at)?;
    style.is_multi |= first.is_multi;
    Some((style, start))
}

/// What joins two strings at the beginning of `text`, and how long it is.
fn operator(text: &[u8]) -> Option<usize> {
    match text {
        [b'+', b'=' | b'+', ..] => None,
        [b'+', ..] => Some(1),
        [b'.', b'.', ..] | [b'<', b'>', ..] | [b'<', b'<', ..] => Some(2),
        // PHP; a method is called right behind its point.
        [b'.', b' ', ..] => Some(1),
        _ => None,
    }
}

/// An operand that is no literal. Without an operator before it, only a macro's name.
fn operand(text: &[u8], at: usize, is_joined: bool) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let is_name = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    if !is_joined {
        let len = rest.iter().take(64).take_while(is_name).count();
        let name = rest.get(..len)?;
        let is_macro = name.first().is_some_and(u8::is_ascii_uppercase)
            && !name.iter().any(u8::is_ascii_lowercase);
        return (is_macro || name.starts_with(b"PRI")).then_some(at..at + len);
    }
    let mut depth = 0_usize;
    let mut quote = None;
    let mut end = None;
    let mut bytes = rest.iter().take(LONGEST).enumerate();
    while let Some((i, &byte)) = bytes.next() {
        match (quote, byte) {
            (_, b'\\') => {
                let _ = bytes.next();
            }
            (Some(q), b) if q == b => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"' | b'`') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') if depth > 0 => depth -= 1,
            (None, b')' | b']' | b'}' | b',' | b';') if depth == 0 => {
                end = Some(i);
                break;
            }
            (None, b'+') if depth == 0 => {
                end = Some(i);
                break;
            }
            (None, b'<' | b'.') if depth == 0 && operator(rest.get(i..)?).is_some() => {
                // A spread is part of what it spreads.
                if i > 0 {
                    end = Some(i);
                    break;
                }
                let _ = bytes.next();
            }
            (None, b'\n') if depth == 0 => {
                let next = rest.get(i..)?.trim_ascii_start();
                if operator(next).is_none() && !matches!(next.first(), Some(b',' | b']' | b'.')) {
                    end = Some(i);
                    break;
                }
            }
            _ => {}
        }
    }
    let end = end?;
    let len = rest.get(..end)?.trim_ascii_end().len();
    (len > 0).then_some(at..at + len)
}

/// Whether a name says that it is a line end.
fn is_line_end(name: &[u8]) -> bool {
    let name = name.to_ascii_uppercase();
    let ends = [
        &b"CRLF"[..],
        b"EOL",
        b"NEWLINE",
        b"LINE_END",
        b"LINEBREAK",
        b"LINE_BREAK",
        b"ENDL",
        b"NL",
    ];
    name.len() < 40 && ends.iter().any(|end| name.ends_with(end))
}

/// Where something begins again behind blanks and comments.
pub(super) fn skip_blank(text: &[u8], at: usize) -> usize {
    let mut at = at;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += match rest {
            [b'/', b'/', ..] | [b'#', b' ', ..] => {
                match rest.iter().take(COMMENT_MAX).position(|&b| b == b'\n') {
                    Some(end) => end,
                    None => return at,
                }
            }
            [b'/', b'*', ..] => match rest.windows(2).take(COMMENT_MAX).position(|w| w == b"*/") {
                Some(end) => end + 2,
                None => return at,
            },
            [b'\\', b'\n' | b'\r', ..] => 1,
            [b, ..] if b.is_ascii_whitespace() => 1,
            _ => return at,
        };
    }
}
