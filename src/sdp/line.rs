//! Splitting a description into lines without losing a byte (RFC 8866).
//!
//! Whatever a line holds, the next one is read: recovery is at the line end. CRLF, LF and a bare
//! CR all end a line, and each line remembers which it was.

use super::{Field, Name};

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// CR LF, as RFC 8866 wants it.
    CrLf,
    /// LF alone, which receivers accept.
    Lf,
    /// CR alone.
    Cr,
    /// The data ended first.
    Missing,
}

/// One line of a description.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    text: Field<'a>,
    ending: Ending,
    letter: Option<u8>,
    /// How many blanks and tabs at the end belong to no value.
    blanks: usize,
    /// For `a=` lines: the name, and how long it is.
    attribute: Option<(Name, usize)>,
}

impl<'a> Line<'a> {
    /// A line that stands alone; `text` has no line end in it.
    pub fn of(text: Field<'a>) -> Self {
        Self::new(text, Ending::Missing)
    }

    fn new(text: Field<'a>, ending: Ending) -> Self {
        let letter = match text.bytes() {
            [letter @ b'a'..=b'z', b'=', ..] => Some(*letter),
            _ => None,
        };
        let blanks = match letter {
            // What is written for people keeps its blanks; `s= ` is how a session without a name
            // is written.
            None | Some(b's' | b'i' | b'u' | b'e' | b'p') => 0,
            Some(_) => {
                let blank = |b: &&u8| matches!(b, b' ' | b'\t');
                text.skip(2).bytes().iter().rev().take_while(blank).count()
            }
        };
        let attribute = (letter == Some(b'a')).then(|| {
            let value = text.take(text.len() - blanks).skip(2);
            let name = value.split_once(b':').map_or(value, |(name, _)| name);
            (Name::of(name.bytes()), name.len())
        });
        Self {
            text,
            ending,
            letter,
            blanks,
            attribute,
        }
    }

    /// The whole line without its ending.
    pub fn text(&self) -> Field<'a> {
        self.text
    }

    /// How the line ends.
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Length of the line in bytes, with its ending.
    pub fn full_len(&self) -> usize {
        let ending = match self.ending {
            Ending::CrLf => 2,
            Ending::Lf | Ending::Cr => 1,
            Ending::Missing => 0,
        };
        self.text.len() + ending
    }

    /// The type letter of a line of the form `x=…`; `None` for any other line.
    pub fn letter(&self) -> Option<u8> {
        self.letter
    }

    /// What stands after `x=`, without blanks at the end; the whole line when it has no such form.
    pub fn value(&self) -> Field<'a> {
        match self.letter {
            Some(_) => self.filled().skip(2),
            None => self.text,
        }
    }

    /// The blanks and tabs at the end that belong to no value: most parsers pass over them.
    pub fn trailing_blanks(&self) -> Field<'a> {
        self.text.skip(self.text.len() - self.blanks)
    }

    fn filled(&self) -> Field<'a> {
        self.text.take(self.text.len() - self.blanks)
    }

    /// The name of an `a=` line.
    pub fn name(&self) -> Option<Name> {
        self.attribute.map(|(name, _)| name)
    }

    /// The name of an `a=` line as it is written.
    pub fn name_text(&self) -> Option<Field<'a>> {
        self.attribute.map(|(_, len)| self.text.skip(2).take(len))
    }

    /// What stands after the colon of an `a=name:value` line, without blanks at the end.
    pub fn attribute_value(&self) -> Option<Field<'a>> {
        let (_, len) = self.attribute?;
        let rest = self.filled().skip(2 + len);
        (!rest.is_empty()).then(|| rest.skip(1))
    }
}

/// Reads the lines of `data`, which begins `base` bytes into the file.
pub(super) fn lines(data: &[u8], base: usize) -> Vec<Line<'_>> {
    // Real descriptions have about 30 bytes a line.
    let mut lines = Vec::with_capacity(data.len() / 24 + 1);
    let mut rest = data;
    let mut start = base;
    while !rest.is_empty() {
        let end = rest
            .iter()
            .position(|&b| b == b'\n' || b == b'\r')
            .unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        let ending = match after {
            [b'\r', b'\n', ..] => Ending::CrLf,
            [b'\n', ..] => Ending::Lf,
            [b'\r', ..] => Ending::Cr,
            _ => Ending::Missing,
        };
        let line = Line::new(Field::new(text, start), ending);
        let len = line.full_len();
        start += len;
        rest = rest.get(len..).unwrap_or_default();
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::Description;
    use super::*;
    use proptest::prelude::*;

    /// The bytes that `lines` were read from, when each begins where the one before it ended.
    fn rebuilt(lines: &[Line<'_>], base: usize) -> Vec<u8> {
        let mut rebuilt = Vec::new();
        for line in lines {
            assert_eq!(line.text().start(), base + rebuilt.len());
            rebuilt.extend_from_slice(line.text().bytes());
            rebuilt.extend_from_slice(match line.ending() {
                Ending::CrLf => b"\r\n",
                Ending::Lf => b"\n",
                Ending::Cr => b"\r",
                Ending::Missing => b"",
            });
            assert_eq!(base + rebuilt.len(), line.text().start() + line.full_len());
        }
        rebuilt
    }

    #[test]
    fn no_byte_is_lost() {
        let data = b"v=0\r\no=x\n\n \r\ra=mid:0:1\n\r\nA=x\xff\0=";
        assert_eq!(rebuilt(&lines(data, 7), 7), data);
    }

    proptest! {
        /// Whatever the bytes are, and however lines end.
        #[test]
        fn no_byte_is_ever_lost(
            pieces in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec!["\r\n", "\n", "\r", "v=0", "m=audio 9 RTP/AVP 0", "a=mid:", "a=", "\u{feff}", ""])
                        .prop_map(|text| text.as_bytes().to_vec()),
                    prop::collection::vec(any::<u8>(), 0..12),
                ],
                0..40,
            ),
            base in 0..9usize,
        ) {
            let data = pieces.concat();
            prop_assert_eq!(rebuilt(&lines(&data, base), base), data.clone());
            for ending in ["\n", "\r\n", "\r"] {
                let data = pieces.join(ending.as_bytes());
                prop_assert_eq!(rebuilt(&lines(&data, base), base), data);
            }
            // A byte order mark is no part of a line; the sections share the lines out.
            let sdp = Description::parse_at(&data, base);
            let mark = if data.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            prop_assert_eq!(rebuilt(sdp.lines(), base + mark), data[mark..].to_vec());
            let in_sections = sdp.sections().flat_map(|s| s.lines());
            prop_assert!(in_sections.map(|l| l.text().start()).eq(sdp.lines().iter().map(|l| l.text().start())));
            for section in sdp.sections() {
                for &name in Name::ALL {
                    let first = section.lines().iter().find(|l| l.name() == Some(name));
                    prop_assert_eq!(section.first(name).map(|l| l.text()), first.map(|l| l.text()));
                }
            }
        }
    }

    #[test]
    fn blanks_at_the_end_belong_to_no_value() {
        let lines = lines(
            b"a=rtcp-mux \na=mid:0\t \na=mid: \nt=0 0 \ns= \nx \na= \n",
            0,
        );
        assert_eq!(lines[0].name(), Some(Name::RtcpMux));
        assert_eq!(lines[0].attribute_value(), None);
        assert!(lines[1].attribute_value().unwrap().is("0"));
        assert_eq!(lines[1].trailing_blanks().span(), 19..21);
        assert!(lines[2].attribute_value().unwrap().is_empty());
        assert!(lines[3].value().is("0 0") && lines[3].text().is("t=0 0 "));
        assert!(lines[4].value().is(" ") && lines[4].trailing_blanks().is_empty());
        assert!(lines[5].value().is("x ") && lines[5].trailing_blanks().is_empty());
        assert!(lines[6].value().is_empty() && lines[6].name_text().unwrap().is_empty());
    }

    #[test]
    fn attributes_are_split_at_the_first_colon() {
        let lines = lines(b"a=mid:0:1\na=rtcp-mux\na=foo:\na=\na", 0);
        assert_eq!(lines[0].name(), Some(Name::Mid));
        assert!(lines[0].attribute_value().unwrap().is("0:1"));
        assert_eq!(lines[0].attribute_value().unwrap().span(), 6..9);
        assert_eq!(lines[1].attribute_value(), None);
        assert!(lines[2].attribute_value().unwrap().is_empty());
        assert!(lines[2].name_text().unwrap().is("foo"));
        assert!(lines[3].name_text().unwrap().is_empty());
        assert_eq!(lines[4].letter(), None);
    }
}
