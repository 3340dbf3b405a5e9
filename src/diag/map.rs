//! Where the bytes of a text that was taken out of a file lie in that file.

use std::ops::Range;

/// A stretch of text and the stretch of the file it comes from.
///
/// Of equal length, the bytes correspond one by one; else the whole corresponds to the whole, as a
/// line end does to `\\r\\n` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it begins in the text.
    pub text: usize,
    /// How long it is there.
    pub len: usize,
    /// Where it begins in the file.
    pub host: usize,
    /// How long it is there.
    pub host_len: usize,
}

/// Where the bytes of a text lie in the file that it was taken from; in order.
///
/// An empty map says that there is no such place: the text was compressed or coded there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    segments: Vec<Segment>,
}

impl Map {
    /// Adds what follows in the text: `len` bytes of it are `host` in the file.
    pub fn push(&mut self, len: usize, host: Range<usize>) {
        let host_len = host.len();
        if let Some(last) = self.segments.last_mut() {
            let follows = last.host + last.host_len == host.start;
            if follows && last.len == last.host_len && len == host_len {
                last.len += len;
                last.host_len += len;
                return;
            }
        }
        let text = self.segments.last().map_or(0, |s| s.text + s.len);
        self.segments.push(Segment {
            text,
            len,
            host: host.start,
            host_len,
        });
    }

    /// The stretches, in order of the text.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Where `span` of the text lies in the file; nothing when there is no such place.
    pub fn host(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let start = self.host_of(span.start, false)?;
        let end = if span.is_empty() {
            start
        } else {
            self.host_of(span.end, true)?
        };
        Some(start..end.max(start))
    }

    /// Where the place before the byte at `offset` lies; for an end, the place after the byte before.
    fn host_of(&self, offset: usize, is_end: bool) -> Option<usize> {
        let at = offset.saturating_sub(usize::from(is_end));
        let index = self
            .segments
            .partition_point(|s| s.text <= at)
            .checked_sub(1)?;
        let segment = self.segments.get(index)?;
        let into = offset - segment.text;
        Some(if segment.len == segment.host_len {
            segment.host + into.min(segment.len)
        } else if is_end || into >= segment.len {
            segment.host + segment.host_len
        } else {
            segment.host
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_longer_in_the_file() {
        // "v=0\\r\\ns" in a file at 10.
        let mut map = Map::default();
        map.push(2, 10..12);
        map.push(1, 12..13);
        map.push(1, 13..15);
        map.push(1, 15..17);
        map.push(1, 17..18);
        assert_eq!(map.segments().len(), 4);
        assert_eq!(map.host(&(0..3)), Some(10..13));
        assert_eq!(map.host(&(3..5)), Some(13..17));
        assert_eq!(map.host(&(4..4)), Some(15..15));
        assert_eq!(map.host(&(5..6)), Some(17..18));
        assert_eq!(map.host(&(6..6)), Some(18..18));
        assert_eq!(Map::default().host(&(0..1)), None);
    }
}
