//! Where in a description a finding stands, in terms that outlive the shifting of lines: the
//! section, by its `mid` or its kind and number, and the text of the line.

use crate::sdp::{Description, Field, Line, Name};
use std::collections::BTreeMap;

/// The sections and lines of a description, to look places up in.
#[derive(Debug)]
pub struct Landmarks<'d, 'a> {
    lines: &'d [Line<'a>],
    sections: Vec<Section<'a>>,
}

/// A media section and what to know it by.
#[derive(Clone, Copy, Debug)]
struct Section<'a> {
    start: usize,
    mid: Option<Field<'a>>,
    kind: Field<'a>,
    ordinal: usize,
}

/// Where an offset stands.
#[derive(Clone, Copy, Debug)]
pub struct Landmark<'a> {
    /// Which media section, from 0; nothing for the session part.
    pub index: Option<usize>,
    /// The value of its `a=mid`.
    pub mid: Option<Field<'a>>,
    /// The word after `m=`; empty in the session part.
    pub kind: Field<'a>,
    /// How many sections of that kind come before.
    pub ordinal: usize,
    /// The line, without its end.
    pub line: Field<'a>,
}

impl<'d, 'a> Landmarks<'d, 'a> {
    /// The landmarks of `sdp`.
    pub fn of(sdp: &'d Description<'a>) -> Self {
        let mut seen: BTreeMap<Field<'a>, usize> = BTreeMap::new();
        let sections = sdp.media().map(|section| {
            let head = section.head().map_or(Field::new(&[], 0), Line::text);
            let kind = head.skip(2).words().next().unwrap_or(head.take(0));
            let count = seen.entry(kind).or_default();
            let ordinal = *count;
            *count += 1;
            Section {
                start: head.start(),
                mid: section.value(Name::Mid),
                kind,
                ordinal,
            }
        });
        Self {
            sections: sections.collect(),
            lines: sdp.lines(),
        }
    }

    /// Where the byte at `offset` stands.
    pub fn at(&self, offset: usize) -> Landmark<'a> {
        let after = self.lines.partition_point(|l| l.text().start() <= offset);
        let line = after.checked_sub(1).and_then(|i| self.lines.get(i));
        let line = line.map_or(Field::new(&[], offset), Line::text);
        let after = self.sections.partition_point(|s| s.start <= offset);
        let index = after.checked_sub(1);
        let section = index.and_then(|i| self.sections.get(i));
        Landmark {
            index,
            mid: section.and_then(|s| s.mid),
            kind: section.map_or(line.take(0), |s| s.kind),
            ordinal: section.map_or(0, |s| s.ordinal),
            line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_known_by_section_and_line() {
        let text =
            b"v=0\r\nm=audio 9 RTP/AVP 0\r\nm=video 9 RTP/AVP 96\r\na=mid:v\r\nm=audio 9\r\n";
        let sdp = Description::parse(text);
        let marks = Landmarks::of(&sdp);
        let at = |offset| {
            let mark = marks.at(offset);
            (mark.index, mark.ordinal, mark.line.as_str().unwrap())
        };
        assert_eq!(at(0), (None, 0, "v=0"));
        assert_eq!(at(4), (None, 0, "v=0"), "the line end belongs to the line");
        assert_eq!(at(5), (Some(0), 0, "m=audio 9 RTP/AVP 0"));
        let video = text.len() - 20;
        assert_eq!(at(video), (Some(1), 0, "a=mid:v"));
        assert!(marks.at(video).mid.unwrap().is("v"));
        assert_eq!(at(text.len()), (Some(2), 1, "m=audio 9"));
        let empty = Description::parse(b"");
        assert!(Landmarks::of(&empty).at(0).line.is_empty());
    }
}
