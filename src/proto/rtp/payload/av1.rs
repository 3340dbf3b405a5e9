//! AV1 (RTP payload format for AV1, Alliance for Open Media): the aggregation header, the OBU elements
//! behind it, and the header of each OBU. What sequence and frame headers say is in
//! [`av1_obu`](super::av1_obu).

use super::Look;
use super::av1_obu::{self, Av1Frame, Av1Sequence};
use crate::tree::Tree;
use crate::wire::{ParseError, Reader, part};

/// More OBU elements in a packet than any encoder makes.
const ELEMENTS_MAX: u8 = 64;

/// The payload of one packet: the aggregation header, and what it says of the elements behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1Payload<'a> {
    /// Z: the first element goes on with an OBU of the packet before.
    pub continues: bool,
    /// Y: the last element goes on in the next packet.
    pub is_continued: bool,
    /// W: number of elements, 1 to 3; 0 where every element has its length.
    pub count: u8,
    /// N: a coded video sequence begins with this packet.
    pub begins_sequence: bool,
    /// The elements, with their lengths.
    data: &'a [u8],
}

/// One element: an OBU, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1Element<'a> {
    /// Its bytes, without the length before them.
    pub data: &'a [u8],
    /// Whether an OBU begins with it.
    pub begins: bool,
    /// Whether that OBU ends with it.
    pub ends: bool,
}

impl<'a> Av1Payload<'a> {
    /// Reads the aggregation header of a payload in clear.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let first = r.u8("aggregation header")?;
        if first & 0x07 != 0 {
            let found = u64::from(first & 7);
            return Err(ParseError::value("reserved bits", 0, found, "0"));
        }
        let (continues, begins_sequence) = (first & 0x80 != 0, first & 0x08 != 0);
        if continues && begins_sequence {
            let what = "Z of a packet that begins a sequence";
            return Err(ParseError::value(what, 0, 1, "0"));
        }
        if r.is_empty() {
            return Err(ParseError::truncated("OBU element", 1, 1, 0));
        }
        Ok(Self {
            continues,
            is_continued: first & 0x40 != 0,
            count: first >> 4 & 3,
            begins_sequence,
            data: r.rest(),
        })
    }

    /// Bytes of the aggregation header; the elements with their lengths follow.
    pub const HEADER_LEN: usize = 1;

    /// Whether a temporal unit may begin with this packet: no OBU goes on in it.
    pub fn may_begin_frame(&self) -> bool {
        !self.continues
    }

    /// The elements in order, 64 at most; an error ends them.
    pub fn elements(&self) -> impl Iterator<Item = Result<Av1Element<'a>, ParseError>> + use<'a> {
        let mut r = Reader::at(self.data, Self::HEADER_LEN);
        let Self {
            continues,
            is_continued,
            count,
            ..
        } = *self;
        let mut number = 0;
        std::iter::from_fn(move || {
            let is_done = match count {
                0 => r.is_empty(),
                n => number >= n,
            };
            if is_done || number >= ELEMENTS_MAX {
                return None;
            }
            number += 1;
            // With W, the last element has no length.
            let is_last = number == count;
            let data = match is_last {
                true => Ok(r.rest()),
                false => leb128(&mut r).and_then(|length| r.take(length, "OBU element")),
            };
            let element = data.map(|data| Av1Element {
                data,
                begins: number > 1 || !continues,
                ends: !(is_continued && (is_last || r.is_empty())),
            });
            if element.is_err() {
                number = ELEMENTS_MAX;
            }
            Some(element)
        })
    }
}

/// A number of 7 bits a byte, lowest first. More than three bytes are longer than any packet.
fn leb128(r: &mut Reader<'_>) -> Result<usize, ParseError> {
    let (mut value, at) = (0, r.offset());
    for i in 0..3 {
        let byte = r.u8("length of the OBU element")?;
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    let (what, most) = ("length of the OBU element", "three bytes at most");
    Err(ParseError::value(what, at, 4, most))
}

/// What the headers of the OBUs of a payload say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Av1Headers {
    /// Temporal and spatial layer of the first OBU that names them.
    pub layer: Option<(u8, u8)>,
    /// The sequence header, where there is one.
    pub sequence: Option<Av1Sequence>,
    /// The first frame header that begins here.
    pub frame: Option<Av1Frame>,
}

impl Av1Headers {
    /// Reads the OBU headers of a payload; fails on what no packet has.
    pub fn parse(payload: &Av1Payload<'_>) -> Result<Self, ParseError> {
        let mut headers = Self::default();
        for element in payload.elements() {
            let element = element?;
            if !element.begins {
                continue;
            }
            let obu = Av1Obu::parse(element.data)?;
            if headers.layer.is_none() {
                headers.layer = obu.layer;
            }
            let body = part(element.data, obu.len..element.data.len());
            match obu.kind {
                Av1Obu::SEQUENCE_HEADER => {
                    headers.sequence = Av1Sequence::parse(body).ok().or(headers.sequence);
                }
                Av1Obu::FRAME | Av1Obu::FRAME_HEADER if headers.frame.is_none() => {
                    headers.frame = Av1Frame::parse(body).ok();
                }
                _ => {}
            }
        }
        Ok(headers)
    }
}

/// The header of an OBU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1Obu {
    /// Its type.
    pub kind: u8,
    /// Temporal and spatial layer, where it names them.
    pub layer: Option<(u8, u8)>,
    /// Bytes of the header; what the OBU says follows.
    pub len: usize,
}

impl Av1Obu {
    /// The type of sequence headers.
    pub const SEQUENCE_HEADER: u8 = 1;
    /// The type of frame headers.
    pub const FRAME_HEADER: u8 = 3;
    /// The type of frames: header and tiles.
    pub const FRAME: u8 = 6;

    /// Reads the header of an OBU in an RTP payload, with the size that it should not have there.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(data);
        let first = r.u8("OBU header")?;
        let kind = first >> 3 & 0x0f;
        // Forbidden and reserved bit.
        if first & 0x81 != 0 {
            let found = u64::from(first & 0x81);
            return Err(ParseError::value("reserved bits of an OBU", 0, found, "0"));
        }
        if !matches!(kind, 1 | 3..=8 | 15) {
            let (what, expected) = ("OBU type", "a type that may be sent");
            return Err(ParseError::value(what, 0, kind.into(), expected));
        }
        let layer = match first & 0x04 {
            0 => None,
            _ => {
                let extension = r.u8("OBU extension header")?;
                Some((extension >> 5, extension >> 3 & 3))
            }
        };
        if first & 0x02 != 0 {
            leb128(&mut r)?;
        }
        Ok(Self {
            kind,
            layer,
            len: r.offset(),
        })
    }

    /// The name of its type.
    pub fn name(self) -> &'static str {
        match self.kind {
            1 => "sequence header",
            2 => "temporal delimiter",
            3 => "frame header",
            4 => "tile group",
            5 => "metadata",
            6 => "frame",
            7 => "redundant frame header",
            8 => "tile list",
            15 => "padding",
            _ => "reserved",
        }
    }
}

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let payload = Av1Payload::parse(payload).ok()?;
    let mut elements = 0;
    for element in payload.elements() {
        let element = element.ok()?;
        let header = *element.data.first()?;
        let kind = header >> 3 & 0x0f;
        let is_obu = header & 0x81 == 0 && matches!(kind, 1 | 3..=8 | 15);
        if element.begins && !is_obu {
            return None;
        }
        elements += 1;
    }
    // With W, so many elements are promised.
    let all = payload.count == 0 || elements == payload.count;
    all.then_some(Look {
        begins: payload.may_begin_frame(),
        key: payload.begins_sequence,
    })
}

pub(super) fn describe(payload: &[u8], t: &mut Tree<'_>) {
    let first = part(payload, 0..1);
    let parsed = match Av1Payload::parse(payload) {
        Ok(parsed) => parsed,
        Err(error) => return t.problem_in(payload, &error),
    };
    t.group("aggregation header", first, |t| {
        t.bits("Z, continues an OBU", parsed.continues, first, 0x80);
        t.bits("Y, OBU goes on", parsed.is_continued, first, 0x40);
        t.bits("W, elements", parsed.count, first, 0x30);
        t.bits("N, new sequence", parsed.begins_sequence, first, 0x08);
    });
    for element in parsed.elements() {
        let element = match element {
            Ok(element) => element,
            Err(error) => return t.problem_in(payload, &error),
        };
        let data = element.data;
        if !element.begins {
            let length = format_args!("{} bytes", data.len());
            t.field("OBU, continued", length, data);
            continue;
        }
        t.group("OBU", data, |t| match Av1Obu::parse(data) {
            Err(error) => t.problem_in(data, &error),
            Ok(obu) => {
                t.bits("type", obu.name(), part(data, 0..1), 0x78);
                if let Some((temporal, spatial)) = obu.layer {
                    t.bits("temporal layer", temporal, part(data, 1..2), 0xe0);
                    t.bits("spatial layer", spatial, part(data, 1..2), 0x18);
                }
                av1_obu::describe(obu.kind, part(data, obu.len..data.len()), t);
                if !element.ends {
                    t.note("ends", "in a later packet");
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_begins_with_n() {
        let says = |begins, key| Some(Look { begins, key });
        // N, two elements: a sequence header of 2 bytes, a frame.
        let key = [0x28, 2, 1 << 3, 0, 6 << 3, 0x10, 0xff];
        assert_eq!(look(&key), says(true, true));
        assert_eq!(look(&[0x10, 6 << 3, 0x30]), says(true, false));
        assert_eq!(look(&[0x90, 0xff, 0x30]), says(false, false), "goes on");
        for end in 0..5 {
            assert_eq!(look(&key[..end]), None, "{end}");
        }
    }

    #[test]
    fn elements_begin_and_end_where_the_header_says() {
        // Z, Y, no count: a rest of two bytes, a whole OBU, the beginning of one.
        let bytes = [0xc0, 2, 9, 9, 1, 6 << 3, 3, 6 << 3, 1, 2];
        let payload = Av1Payload::parse(&bytes).unwrap();
        let all: Vec<_> = payload.elements().map(Result::unwrap).collect();
        let shape: Vec<_> = all
            .iter()
            .map(|e| (e.data.len(), e.begins, e.ends))
            .collect();
        assert_eq!(shape, [(2, false, true), (1, true, true), (3, true, false)]);
        assert!(!payload.may_begin_frame());
        let endless = [vec![0], vec![0; 100]].concat();
        let payload = Av1Payload::parse(&endless).unwrap();
        assert_eq!(payload.elements().count(), 64);
    }

    #[test]
    fn layers_are_in_the_extension() {
        let bytes = [0x10, 6 << 3 | 4, 2 << 5 | 1 << 3, 0x30];
        let headers = Av1Headers::parse(&Av1Payload::parse(&bytes).unwrap()).unwrap();
        assert_eq!(headers.layer, Some((2, 1)));
        assert_eq!(headers.frame.map(|f| f.kind.name()), Some("inter"));
    }

    #[test]
    fn what_is_not_av1() {
        for first in [0x01, 0x88] {
            assert_eq!(look(&[first, 6 << 3, 0]), None, "{first:#x}");
        }
        assert_eq!(look(&[0x10, 0x80, 0]), None, "forbidden bit");
        assert_eq!(look(&[0x00, 0x7f, 0]), None, "too long an element");
    }
}
