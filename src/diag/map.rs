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

    /// The text as it lies in the file that `outer` leads to, when this map leads to the text of
    /// `outer`: JSON in a string of JSON.
    #[must_use]
    pub fn through(&self, outer: &Self) -> Self {
        let mut map = Self::default();
        if outer.segments.is_empty() {
            return map;
        }
        for segment in &self.segments {
            let end = segment.host + segment.host_len;
            if segment.len != segment.host_len {
                let host = outer.host(&(segment.host..end)).unwrap_or(0..0);
                map.push_whole(segment.len, host);
                continue;
            }
            let first = outer
                .segments
                .partition_point(|s| s.text + s.len <= segment.host);
            let mut at = segment.host;
            for part in outer.segments.get(first..).unwrap_or_default() {
                if at >= end {
                    break;
                }
                let until = end.min(part.text + part.len);
                let host = outer.host(&(at..until)).unwrap_or(0..0);
                if part.len == part.host_len {
                    map.push(until - at, host);
                } else {
                    map.push_whole(until - at, host);
                }
                at = until;
            }
        }
        map
    }

    /// The map of the text without what lies outside `range`.
    #[must_use]
    pub fn slice(&self, range: &Range<usize>) -> Self {
        let identity = Self {
            segments: vec![Segment {
                text: 0,
                len: range.len(),
                host: range.start,
                host_len: range.len(),
            }],
        };
        identity.through(self)
    }

    /// Whether the stretch of the file that `span` lies in holds nothing but `span`.
    pub fn is_whole(&self, span: &Range<usize>) -> bool {
        let first = self
            .segments
            .partition_point(|s| s.text + s.len <= span.start);
        let mut end = None;
        for segment in self.segments.get(first..).unwrap_or_default() {
            if segment.text >= span.end {
                break;
            }
            let cuts = segment.text < span.start || segment.text + segment.len > span.end;
            if cuts && segment.len != segment.host_len {
                return false;
            }
            if end.is_some_and(|end| end != segment.host) {
                return false;
            }
            end = Some(segment.host + segment.host_len);
        }
        end.is_some() || span.is_empty()
    }

    /// As [`push`](Self::push), of bytes that do not correspond one by one even if they are as many.
    pub fn push_whole(&mut self, len: usize, host: Range<usize>) {
        // Cut in two, as one that is longer in the file and one that is shorter.
        if len == host.len() && len > 1 {
            self.push(1, host.clone());
            self.push(len - 1, host.end..host.end);
        } else {
            self.push(len, host);
        }
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
        assert!(map.is_whole(&(1..5)) && map.is_whole(&(3..4)));
    }

    #[test]
    fn maps_compose() {
        // `ab\\nc` in a file, once unescaped `ab\nc`, twice `ab`, a line end, `c`.
        let mut outer = Map::default();
        outer.push(2, 10..12);
        outer.push(1, 12..14);
        outer.push(2, 14..16);
        let mut inner = Map::default();
        inner.push(2, 0..2);
        inner.push(1, 2..4);
        inner.push(1, 4..5);
        let map = inner.through(&outer);
        assert_eq!(map.host(&(0..2)), Some(10..12));
        assert_eq!(map.host(&(2..3)), Some(12..15));
        assert_eq!(map.host(&(3..4)), Some(15..16));
        let cut = map.slice(&(1..3));
        assert_eq!(cut.host(&(0..1)), Some(11..12));
        assert_eq!(cut.host(&(1..2)), Some(12..15));
        assert_eq!(map.slice(&(3..4)).host(&(0..1)), Some(15..16));
    }

    #[test]
    fn gaps_and_halves_are_no_whole() {
        let mut map = Map::default();
        map.push(3, 0..3);
        map.push(3, 9..12);
        map.push(2, 12..13);
        assert!(map.is_whole(&(0..3)) && map.is_whole(&(4..5)) && map.is_whole(&(3..8)));
        assert!(!map.is_whole(&(2..4)), "over the gap");
        assert!(!map.is_whole(&(6..7)), "half of what is one in the file");
        assert!(map.is_whole(&(3..3)));
    }
}
