//! Descriptions in the strings of programs: JavaScript and TypeScript first, and whatever else
//! writes strings in quotes.
//!
//! No language is parsed. A literal that begins with `v=0` is where a description begins, and what is
//! joined to it makes the rest: `+` and the operators of other languages, literals beside each other,
//! the lines of an array. What is no literal is a hole ([`hole`]): something is there, nobody knows
//! what. A text over several lines is dedented.

mod expression;
mod hole;
mod string;
mod text;

use super::json::memmem;
use super::view::View;
use super::{Coding, Context, Finds, Ignore, ignore, lines};
use crate::diag::Map;
use std::ops::Range;
use string::Style;
pub(super) use text::Builder;

/// Adds the descriptions in the literals of `view`.
pub(super) fn find(view: View<'_>, name: &str, cx: &Context, finds: &mut Finds) {
    let text = view.bytes;
    let ignores = ignore::all(view);
    let mut from = 0;
    let mut last = 0;
    // What is no description after all may hold one further on, and is read again from there; but not
    // from each literal of a chain, which would take the square of its length.
    let mut spare = text.len().saturating_mul(4).saturating_add(1 << 16);
    while let Some(at) = memmem(text.get(from..).unwrap_or_default(), b"v=0").map(|at| from + at) {
        from = at + 3;
        if let Some(block) = comment(text, at) {
            from = block.end.max(from);
            lines::find_in(view, block, cx, finds);
            continue;
        }
        let Some((style, start)) = opening(text, at) else {
            continue;
        };
        let has_escapes = !(style.quote == b'`' && name.ends_with(".go"));
        let (builder, end, reached) = read(text, at, style, has_escapes);
        let done = if builder.is_some() { end } else { from };
        let again = reached.saturating_sub(done);
        from = if again > spare { reached } else { done }.max(from);
        spare = spare.saturating_sub(again);
        let Some(builder) = builder else { continue };
        let mut cx = cx.clone();
        let near: Vec<Ignore> = ignore::before(text, &ignores, last..start);
        cx.ignores.extend(near);
        cx.is_fragment |= builder.hides_lines || grows(text, end);
        last = end;
        add(view, builder, style, &cx, finds);
    }
}

/// The comment of several lines in which a description begins at `at`, up to its end.
fn comment(text: &[u8], at: usize) -> Option<Range<usize>> {
    // Only what is near: a program may be one long line.
    let near = at.saturating_sub(200);
    let before = text.get(near..at)?;
    let start = match before.iter().rposition(|&b| b == b'\n') {
        Some(end) => near + end + 1,
        None if near == 0 => 0,
        None => return None,
    };
    let behind = text.get(at + 3..)?;
    let is_last = matches!(behind, [b'\n', ..] | [b'\r', b'\n', ..]);
    let mark = mark(text.get(start..at)?).filter(|_| is_last)?;
    let mut end = start;
    for line in text.get(start..)?.split_inclusive(|&b| b == b'\n') {
        if !line.trim_ascii_start().starts_with(mark) {
            break;
        }
        end += line.len();
    }
    Some(start..end)
}

/// What says that a line is a comment.
fn mark(line: &[u8]) -> Option<&'static [u8]> {
    let line = line.trim_ascii_start();
    let marks: [&[u8]; 7] = [b"///", b"//!", b"//", b"#", b"--", b";", b"* "];
    marks.into_iter().find(|mark| line.starts_with(mark))
}

/// The literal that the text at `at` is the beginning of, and where that begins.
fn opening(text: &[u8], at: usize) -> Option<(Style, usize)> {
    let before = text.get(..at)?;
    let trimmed = before.trim_ascii_end();
    // `\` and a line end may stand before the first line, in Rust in any literal.
    let (trimmed, is_continued) = match trimmed.strip_suffix(b"\\") {
        Some(trimmed) => (trimmed, true),
        None => (trimmed, false),
    };
    if trimmed.len() + 200 < before.len() {
        return None;
    }
    let mut style = Style::before(text, trimmed.len())?;
    // A line end right in the literal, maybe behind one that is spelled out: a language that allows
    // that.
    let mut rest = text.get(at + 3..).unwrap_or_default();
    for spelled in [&b"\\r"[..], b"\\n"] {
        rest = rest.strip_prefix(spelled).unwrap_or(rest);
    }
    style.is_multi |= matches!(rest.first(), Some(b'\n' | b'\r'));
    let begins_later = trimmed.len() < before.len() && !is_continued;
    if begins_later && !style.is_multi {
        return None;
    }
    Some((style, trimmed.len()))
}

/// Reads what begins at `at`: a description, if it is one, where it ends, and how far was read.
fn read(
    text: &[u8],
    at: usize,
    style: Style,
    has_escapes: bool,
) -> (Option<Builder<'_>>, usize, usize) {
    let mut out = Builder::new(text);
    let Some(end) = string::read(text, at, style, has_escapes, &mut out) else {
        return (None, at, out.reached);
    };
    let end = expression::follow(text, end, style, has_escapes, &mut out);
    let reached = out.reached.max(end);
    if !is_description(&out.bytes) {
        return (None, end, reached);
    }
    if !out.is_at_line_start() && out.bytes.len() > 2 {
        // `join` ends no line, and what sends the text does.
        let end = out
            .map
            .segments()
            .last()
            .map_or(end, |s| s.host + s.host_len);
        out.line_end(end..end);
    }
    (Some(out), end, reached)
}

/// Whether there is a version and an origin at the least; strings that begin with `v=0` may be
/// anything.
fn is_description(text: &[u8]) -> bool {
    let Some(first) = memmem(text, b"\n") else {
        return false;
    };
    let second = text.get(first..).unwrap_or_default().trim_ascii_start();
    let version = text.get(3..first).unwrap_or_default();
    version.trim_ascii().is_empty() && second.starts_with(b"o=")
}

/// Whether the program adds to the text that ends at `at`.
fn grows(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.get(..rest.len().min(200)).unwrap_or_default();
    let mut lines = rest.split(|&b| b == b'\n');
    // The rest of the statement, and the next.
    let same = lines.next().unwrap_or_default();
    let next = lines
        .find(|line| !line.trim_ascii().is_empty())
        .unwrap_or_default();
    let adds = |line: &[u8]| {
        [
            &b"+="[..],
            b"<<",
            b".push(",
            b".append(",
            b"concat(",
            b".Write",
            b"push_str(",
        ]
        .iter()
        .any(|word| memmem(line, word).is_some())
    };
    adds(same) || adds(next)
}

/// Adds the text of `builder`, dedented.
fn add(view: View<'_>, builder: Builder<'_>, style: Style, cx: &Context, finds: &mut Finds) {
    let Builder {
        bytes, map, holes, ..
    } = builder;
    let indent = indent(&bytes);
    let is_spread = style.is_multi && style.quote != b'`';
    let coding = if style.is_raw || is_spread {
        Coding::Verbatim
    } else {
        Coding::Quoted(style.quote)
    };
    let inner = view.decoded(bytes, &map, coding);
    if indent == 0 {
        finds.add(inner.view(), 0..inner.bytes.len(), cx);
        finish(finds, holes);
        return;
    }
    let (bytes, map, cuts) = dedent(&inner.bytes, indent);
    let second = inner
        .bytes
        .iter()
        .position(|&b| b == b'\n')
        .map_or(0, |at| at + 1);
    let prefix = inner
        .bytes
        .get(second..second + indent)
        .unwrap_or_default()
        .to_vec();
    let plain = inner.view().decoded(bytes, &map, Coding::Prefix(prefix));
    finds.add(plain.view(), 0..plain.bytes.len(), cx);
    // Holes and cuts are both in order.
    let mut cuts = cuts.iter().peekable();
    let mut gone = 0;
    let mut moved = |at: usize| {
        while let Some(cut) = cuts.next_if(|cut| cut.start < at) {
            gone += cut.len();
        }
        at - gone
    };
    let holes = holes
        .into_iter()
        .map(|hole| moved(hole.start)..moved(hole.end));
    finish(finds, holes.collect());
}

fn finish(finds: &mut Finds, holes: Vec<Range<usize>>) {
    if let Some(found) = finds.all.last_mut() {
        found.holes = holes;
    }
}

/// By how many blanks all lines but the first are indented.
fn indent(text: &[u8]) -> usize {
    let lines = text.split(|&b| b == b'\n').skip(1);
    let filled = lines.filter(|line| !line.trim_ascii().is_empty());
    let blanks = filled.map(|line| {
        line.iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    });
    blanks.min().unwrap_or(0)
}

/// `text` without the first `indent` bytes of its lines but the first, its map into `text`, and what
/// was cut. A last line of blanks goes.
fn dedent(text: &[u8], indent: usize) -> (Vec<u8>, Map, Vec<Range<usize>>) {
    let mut bytes = Vec::with_capacity(text.len());
    let mut map = Map::default();
    let mut cuts = Vec::new();
    let mut at = 0;
    for (number, line) in text.split_inclusive(|&b| b == b'\n').enumerate() {
        let cut = match number {
            0 => 0,
            _ if line.trim_ascii().is_empty() && !line.ends_with(b"\n") => line.len(),
            _ => indent.min(line.len() - line.trim_ascii_start().len()),
        };
        if cut > 0 {
            cuts.push(at..at + cut);
        }
        let rest = line.get(cut..).unwrap_or_default();
        let (body, has_end) = match rest.strip_suffix(b"\n") {
            Some(body) => (body, true),
            None => (rest, false),
        };
        map.push(body.len(), at + cut..at + cut + body.len());
        bytes.extend_from_slice(body);
        at += line.len();
        if has_end {
            // The blanks of the next line go with the line end.
            let next = text.get(at..).unwrap_or_default();
            let blanks = next
                .iter()
                .take(indent)
                .take_while(|b| matches!(b, b' ' | b'\t'));
            bytes.push(b'\n');
            map.push(1, at - 1..at + blanks.count());
        }
    }
    (bytes, map, cuts)
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests;
