//! The text a diagnostic is about: its name and its lines.

use super::{Label, Map};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Columns of lines longer than this are counted from marks this far apart, for files of one huge
/// line: minified JSON, recordings.
const MARK_EVERY: usize = 4096;

/// A place as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1; an invalid sequence counts as one.
    pub column: usize,
    /// Offset in bytes from the start of the source.
    pub byte: usize,
}

/// A named text with an index of its lines; copies share the index.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    name: &'a str,
    text: &'a [u8],
    lines: Arc<Lines>,
    /// What kind of file the text was found in: `json`.
    kind: Option<&'static str>,
    /// Where in its file the text stands, in the file's own terms: `/log/entries/3`, `packet 12`.
    pointer: Option<&'a str>,
    container: Option<Container<'a>>,
}

/// Where lines begin, and how far characters are counted.
#[derive(Debug)]
struct Lines {
    /// Offsets at which lines begin.
    starts: Vec<usize>,
    /// Offsets between characters, and how many characters are before; worked out when a long line
    /// asks for it.
    marks: OnceLock<Vec<(usize, usize)>>,
}

/// The file that a text was taken out of.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    /// The file.
    pub file: &'a Source<'a>,
    /// Where the bytes of the text lie in it.
    pub map: &'a Map,
}

/// A place in a file on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file.
    pub path: &'a str,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

/// The texts that a diagnostic may speak of, by number.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'s, 'a> {
    all: &'s [Source<'a>],
    first: &'s Source<'a>,
}

impl<'s, 'a> Sources<'s, 'a> {
    /// The descriptions of an exchange; nothing when there is none.
    pub fn new(all: &'s [Source<'a>]) -> Option<Self> {
        Some(Self {
            all,
            first: all.first()?,
        })
    }

    /// One text.
    pub fn one(source: &'s Source<'a>) -> Self {
        Self {
            all: std::slice::from_ref(source),
            first: source,
        }
    }

    /// The text that `label` is about.
    pub fn of(self, label: &Label) -> &'s Source<'a> {
        self.all.get(label.source).unwrap_or(self.first)
    }
}

impl<'a> Source<'a> {
    /// Indexes the lines of `text`; CRLF, LF and a bare CR end one.
    pub fn new(name: &'a str, text: &'a [u8]) -> Self {
        let mut starts = vec![0];
        for (i, &b) in text.iter().enumerate() {
            let ends = b == b'\n' || (b == b'\r' && text.get(i + 1) != Some(&b'\n'));
            if ends && i + 1 < text.len() {
                starts.push(i + 1);
            }
        }
        Self {
            name,
            text,
            lines: Arc::new(Lines {
                starts,
                marks: OnceLock::new(),
            }),
            kind: None,
            pointer: None,
            container: None,
        }
    }

    /// The same, standing at `pointer` in its file.
    #[must_use]
    pub fn at(self, pointer: Option<&'a str>) -> Self {
        Self { pointer, ..self }
    }

    /// The same, taken out of a file.
    #[must_use]
    pub fn inside(self, container: Container<'a>) -> Self {
        Self {
            container: Some(container),
            ..self
        }
    }

    /// The same, found in a file of that kind.
    #[must_use]
    pub fn of_kind(self, kind: &'static str) -> Self {
        Self {
            kind: Some(kind),
            ..self
        }
    }

    /// What kind of file the text was found in.
    pub fn kind(&self) -> Option<&'static str> {
        self.kind
    }

    /// Where in its file the text stands, in the file's own terms.
    pub fn pointer(&self) -> Option<&'a str> {
        self.pointer
    }

    /// The file that the text was taken out of, when it is not that file's own text.
    pub fn container(&self) -> Option<Container<'a>> {
        self.container
    }

    /// Where `span` lies in the file on disk; for a text that has no place there, its beginning.
    pub fn place(&self, span: &Range<usize>) -> Place<'a> {
        let (file, span) = match &self.container {
            None => (self, span.clone()),
            Some(c) => (c.file, c.map.host(span).unwrap_or(0..0)),
        };
        Place {
            path: file.name,
            start: file.position(span.start),
            end: file.position(span.end),
        }
    }

    /// What to call it: a path, or `<stdin>`.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The bytes.
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Where the byte at `offset` stands.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.lines.starts.partition_point(|&s| s <= offset);
        let start = self.line_start(line);
        let before = if offset - start <= MARK_EVERY {
            self.characters(start, offset)
        } else {
            self.characters_to(offset) - self.characters_to(start)
        };
        Position {
            line,
            column: before + 1,
            byte: offset,
        }
    }

    /// How many characters there are in a stretch; an invalid sequence counts as one.
    fn characters(&self, start: usize, end: usize) -> usize {
        let stretch = self.text.get(start..end).unwrap_or_default();
        let of_chunk = |c: std::str::Utf8Chunk<'_>| {
            c.valid().chars().count() + usize::from(!c.invalid().is_empty())
        };
        stretch.utf8_chunks().map(of_chunk).sum()
    }

    /// How many characters there are before `offset` in the whole text.
    fn characters_to(&self, offset: usize) -> usize {
        let marks = self.lines.marks.get_or_init(|| {
            let mut marks = vec![(0, 0)];
            let (mut from, mut count) = (0, 0);
            while let Some(rest) = self.text.get(from + MARK_EVERY..) {
                // No sequence goes on over a byte that begins one.
                let begins = rest.iter().position(|b| b & 0xc0 != 0x80);
                let to = from + MARK_EVERY + begins.unwrap_or(rest.len());
                count += self.characters(from, to);
                marks.push((to, count));
                from = to;
            }
            marks
        });
        let index = marks.partition_point(|&(at, _)| at <= offset);
        let mark = index.checked_sub(1).and_then(|i| marks.get(i));
        let &(at, count) = mark.unwrap_or(&(0, 0));
        count + self.characters(at, offset)
    }

    /// The bytes of the lines that `span` touches, with their endings.
    pub fn lines_around(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.lines.starts.partition_point(|&s| s <= span.start);
        let last = self
            .lines
            .starts
            .partition_point(|&s| s < span.end.max(span.start + 1));
        let end = self
            .lines
            .starts
            .get(last)
            .copied()
            .unwrap_or(self.text.len());
        self.line_start(first)..end
    }

    fn line_start(&self, line: usize) -> usize {
        let index = line.saturating_sub(1);
        self.lines.starts.get(index).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_scalars_and_any_line_end() {
        let text = "v=0\r\ns=ü!\ra=\n".as_bytes();
        let source = Source::new("x", text);
        let at = |offset| {
            let p = source.position(offset);
            (p.line, p.column)
        };
        assert_eq!((at(0), at(4), at(5)), ((1, 1), (1, 5), (2, 1)));
        assert_eq!(at(9), (2, 4), "after the two bytes of ü");
        assert_eq!(at(11), (3, 1));
        assert_eq!(at(999), (3, 4));
        assert_eq!(source.lines_around(&(5..6)), 5..11);
        assert_eq!(source.lines_around(&(0..6)), 0..11);
        assert_eq!(source.lines_around(&(14..14)), 11..14);
        assert_eq!(Source::new("", b"").position(0).line, 1);
    }

    #[test]
    fn columns_of_huge_lines_are_those_of_a_plain_count() {
        let mut text = b"{\n".to_vec();
        for piece in ["\u{fc}\u{2713}x", "\u{1f600}", "ab"]
            .iter()
            .cycle()
            .take(9000)
        {
            text.extend_from_slice(piece.as_bytes());
            if text.len().is_multiple_of(7) {
                text.extend([0x80, 0xff, 0xe2, 0x82]);
            }
        }
        text.extend([0x80; 9000]);
        text.extend(b"\nend");
        let source = Source::new("x", &text);
        for offset in (2..text.len()).step_by(61) {
            let at = source.position(offset);
            let start = source.line_start(at.line);
            assert_eq!(at.column, source.characters(start, offset) + 1, "{offset}");
        }
    }
}
