//! The text that literals make together, with its places and what is not known of it.

use super::hole::placeholder;
use crate::diag::Map;
use std::ops::Range;

/// No attribute has a longer name: a line may have many holes.
const NAME_MAX: usize = 100;

/// A text under construction.
#[derive(Debug)]
pub(crate) struct Builder<'t> {
    text: &'t [u8],
    pub(crate) bytes: Vec<u8>,
    pub(crate) map: Map,
    pub(crate) holes: Vec<Range<usize>>,
    /// A hole may hide lines.
    pub(crate) hides_lines: bool,
    /// Placeholders are looked for.
    pub(super) has_holes: bool,
    /// How far the latest literal was read, also when it does not end.
    pub(super) reached: usize,
    /// Where the line that is being written begins.
    line_start: usize,
}

impl<'t> Builder<'t> {
    /// A text out of parts of `text`.
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            bytes: Vec::new(),
            map: Map::default(),
            holes: Vec::new(),
            hides_lines: false,
            has_holes: true,
            reached: 0,
            line_start: 0,
        }
    }

    /// Adds `bytes`, which `place` stands for.
    pub(crate) fn push(&mut self, bytes: &[u8], place: Range<usize>) {
        if bytes.len() > 1 || self.text.get(place.clone()) != Some(bytes) {
            self.map.push_whole(bytes.len(), place);
        } else {
            self.map.push(bytes.len(), place);
        }
        self.write(bytes);
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(at) = bytes.iter().rposition(|&b| b == b'\n') {
            self.line_start = self.bytes.len() + at + 1;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes back what was written behind `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
        self.holes.retain(|hole| hole.end <= len);
        self.map = self.map.slice(&(0..len));
        let end = self.bytes.iter().rposition(|&b| b == b'\n');
        self.line_start = end.map_or(0, |at| at + 1);
    }

    /// Adds `range` of the text as it is, but for its placeholders; people also write them in angle
    /// brackets.
    pub(crate) fn fill(&mut self, range: Range<usize>) {
        let mut at = range.start;
        let mut plain = at;
        while at < range.end {
            let rest = self.text.get(at..range.end).unwrap_or_default();
            let Some(len) = placeholder(rest).or_else(|| angle(rest)) else {
                at += 1;
                continue;
            };
            self.copy(plain..at);
            self.hole(at..at + len);
            at += len;
            plain = at;
        }
        self.copy(plain..range.end);
    }

    /// Adds `range` of the text as it is.
    pub(crate) fn copy(&mut self, range: Range<usize>) {
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        self.write(bytes);
        self.map.push(bytes.len(), range);
    }

    /// Adds a line end, which `place` stands for.
    pub(super) fn line_end(&mut self, place: Range<usize>) {
        self.write(b"\r\n");
        self.map.push_whole(2, place);
    }

    /// Whether a line begins here.
    pub(super) fn is_at_line_start(&self) -> bool {
        matches!(self.bytes.last(), None | Some(b'\n'))
    }

    /// Adds what `place` stands for, which is not known. A number does in most places, and a
    /// placeholder where a line begins is whole lines.
    pub(crate) fn hole(&mut self, place: Range<usize>) {
        let start = self.bytes.len();
        let line = self.line();
        let in_name = line.starts_with(b"a=") && !line.iter().take(NAME_MAX).any(|&b| b == b':');
        let filler: &[u8] = if self.is_at_line_start() {
            self.hides_lines = true;
            if self.is_end_of_line(place.end) {
                b"a=x"
            } else {
                b"a=x\r\n"
            }
        } else {
            self.hides_lines |= in_name || line.len() < 2;
            b"9"
        };
        self.write(filler);
        self.map.push_whole(filler.len(), place);
        self.holes.push(start..self.bytes.len());
    }

    /// Whether the line of the literal ends at `at`.
    fn is_end_of_line(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        let ends = [&b"\\r"[..], b"\\n", b"\n", b"\r", b"'", b"\"", b"`"];
        ends.iter().any(|end| rest.starts_with(end))
    }

    /// The line that is being written.
    fn line(&self) -> &[u8] {
        self.bytes.get(self.line_start..).unwrap_or_default()
    }
}

/// How long the name in angle brackets is that `text` begins with.
fn angle(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"<")?;
    let len = rest.iter().take(40).position(|&b| b == b'>')?;
    let name = rest.get(..len)?;
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-' | b'.');
    (len > 0 && name.iter().all(is_name)).then_some(len + 2)
}
