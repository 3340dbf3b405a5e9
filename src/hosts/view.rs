//! A text on its way out of a file: its bytes, the way back, and how it was coded there.

use super::{Coding, Text};
use crate::diag::Map;
use std::ops::Range;

/// A text somewhere in a file: the file itself, or what was decoded from a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// The bytes.
    pub(super) bytes: &'a [u8],
    /// Where they lie in the file; nothing for the file itself.
    map: Option<&'a Map>,
    /// What was undone to get them, the outermost first.
    codings: &'a [Coding],
    /// How many texts this one is inside of.
    depth: u8,
}

/// A text that was decoded from another.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    map: Map,
    codings: Vec<Coding>,
    depth: u8,
}

/// Texts in texts in texts: more levels are nobody's signalling.
const DEPTH_MAX: u8 = 6;

impl<'a> View<'a> {
    /// The file itself.
    pub(super) fn file(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            map: None,
            codings: &[],
            depth: 0,
        }
    }

    /// Whether what is inside may be looked into once more.
    pub(super) fn may_descend(self) -> bool {
        self.depth < DEPTH_MAX
    }

    /// What was decoded from this text; `map` leads into its bytes.
    pub(super) fn decoded(self, bytes: Vec<u8>, map: &Map, coding: Coding) -> Decoded {
        let mut codings = self.codings.to_vec();
        codings.push(coding);
        let map = match self.map {
            None => map.clone(),
            Some(outer) => map.through(outer),
        };
        Decoded {
            bytes,
            map,
            codings,
            depth: self.depth + 1,
        }
    }

    /// What was put together from several parts of this text; `map` leads into the file.
    pub(super) fn joined(self, bytes: Vec<u8>, map: Map, coding: Coding) -> Decoded {
        let mut codings = self.codings.to_vec();
        codings.push(coding);
        Decoded {
            bytes,
            map,
            codings,
            depth: self.depth + 1,
        }
    }

    /// The part at `range`, as a text of its own.
    pub(super) fn text(self, range: Range<usize>) -> (Text, Vec<Coding>) {
        let text = match self.map {
            None => Text::InPlace(range),
            Some(map) => Text::Extracted {
                bytes: self.bytes.get(range.clone()).unwrap_or_default().to_vec(),
                map: map.slice(&range),
            },
        };
        (text, self.codings.to_vec())
    }

    /// Where `range` of this text lies in the file.
    pub(super) fn place(self, range: &Range<usize>) -> Range<usize> {
        match self.map {
            None => range.clone(),
            Some(map) => map.host(range).unwrap_or(0..0),
        }
    }
}

impl Decoded {
    /// Adds the part at `range` to a text that is put together.
    pub(super) fn append_to(&self, range: Range<usize>, bytes: &mut Vec<u8>, map: &mut Map) {
        bytes.extend_from_slice(self.bytes.get(range.clone()).unwrap_or_default());
        for segment in self.map.slice(&range).segments() {
            let host = segment.host..segment.host + segment.host_len;
            if segment.len == segment.host_len {
                map.push(segment.len, host);
            } else {
                map.push_whole(segment.len, host);
            }
        }
    }

    /// The text, to look into.
    pub(super) fn view(&self) -> View<'_> {
        View {
            bytes: &self.bytes,
            map: Some(&self.map),
            codings: &self.codings,
            depth: self.depth,
        }
    }
}
