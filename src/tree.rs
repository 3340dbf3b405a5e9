//! The decode tree: one description of a packet that the hex view, text and JSON all read.
//!
//! Decoders in `proto` implement [`Describe`]; a [`Tree`] is a flat list of rows with a depth, so
//! that it is cheap to fold, search and draw.

use crate::wire::{ParseError, range_of};
use std::fmt::Display;
use std::ops::Range;

/// A decoded structure that can say what it is, in a line and in detail.
pub trait Describe {
    /// Appends one line, without line break, for a packet list: `"Binding request, user a:b"`.
    fn summary(&self, out: &mut String);
    /// Appends the fields with the bytes each came from.
    fn describe(&self, tree: &mut Tree<'_>);
}

/// One row of a decode tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Nesting depth, 0 for the outermost.
    pub depth: u16,
    /// The field's name in its specification.
    pub label: String,
    /// The field's value, readable; empty for a group.
    pub value: String,
    /// The bytes it came from, counted from the start of the datagram's payload.
    pub bytes: Option<Range<usize>>,
    /// Whose bytes those are: 0 for the packet's own, above that for what was decrypted of it, in order.
    pub buffer: u16,
    /// Which bits of those bytes, most significant first, when it is not all of them.
    pub bits: Option<u64>,
    /// Whether the row tells of something wrong.
    pub problem: bool,
}

/// Collects the rows of a decode tree.
#[derive(Debug)]
pub struct Tree<'a> {
    whole: &'a [u8],
    depth: u16,
    rows: Vec<Row>,
}

impl<'a> Tree<'a> {
    /// A tree over the bytes of one datagram's payload.
    pub fn new(whole: &'a [u8]) -> Self {
        Self {
            whole,
            depth: 0,
            rows: Vec::new(),
        }
    }

    /// A field that was read from `bytes`, which should be a sub-slice of the payload.
    pub fn field(&mut self, label: &str, value: impl Display, bytes: &[u8]) {
        self.push(
            label,
            value.to_string(),
            range_of(bytes, self.whole),
            None,
            false,
        );
    }

    /// A field that was read from the bits `mask` of `bytes`.
    pub fn bits(&mut self, label: &str, value: impl Display, bytes: &[u8], mask: u64) {
        self.push(
            label,
            value.to_string(),
            range_of(bytes, self.whole),
            Some(mask),
            false,
        );
    }

    /// A fact that has no bytes of its own (something computed).
    pub fn note(&mut self, label: &str, value: impl Display) {
        self.push(label, value.to_string(), None, None, false);
    }

    /// A group over `bytes`, whose rows `inside` adds one level deeper.
    pub fn group(&mut self, label: &str, bytes: &[u8], inside: impl FnOnce(&mut Self)) {
        self.push(
            label,
            String::new(),
            range_of(bytes, self.whole),
            None,
            false,
        );
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    /// What was wrong here.
    pub fn problem(&mut self, error: &ParseError) {
        let end = self.whole.len();
        let at = error.offset.min(end);
        self.push("problem", error.to_string(), Some(at..end), None, true);
    }

    /// What was wrong in `data`, a sub-slice of the payload from whose beginning the error counts.
    pub fn problem_in(&mut self, data: &[u8], error: &ParseError) {
        let at = range_of(data, self.whole).map_or(0, |range| range.start);
        self.problem(&error.shifted(at));
    }

    /// The rows, outermost first.
    pub fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    fn push(
        &mut self,
        label: &str,
        value: String,
        bytes: Option<Range<usize>>,
        bits: Option<u64>,
        problem: bool,
    ) {
        self.rows.push(Row {
            depth: self.depth,
            label: label.to_owned(),
            value,
            bytes,
            buffer: 0,
            bits,
            problem,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_nest_and_know_their_bytes() {
        let data = [0x80, 1, 2, 3];
        let mut tree = Tree::new(&data);
        tree.group("header", &data, |t| {
            t.bits("version", 2, &data[..1], 0b1100_0000);
            t.field("type", 1, &data[1..2]);
        });
        tree.problem(&ParseError::truncated("body", 9, 4, 0));
        let rows = tree.into_rows();
        assert_eq!(rows.len(), 4);
        assert_eq!(
            (rows[1].depth, rows[1].bytes.clone(), rows[1].bits),
            (1, Some(0..1), Some(0xc0))
        );
        assert_eq!(rows[2].bytes, Some(1..2));
        assert_eq!(
            (rows[3].depth, rows[3].bytes.clone(), rows[3].problem),
            (0, Some(4..4), true)
        );
    }
}
