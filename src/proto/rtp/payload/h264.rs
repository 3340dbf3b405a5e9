//! H.264 (RFC 6184): single NAL units, aggregates (STAP-A and B, MTAP16 and 24) and fragments (FU-A and
//! B). What parameter sets and slices say is in [`h264_unit`](super::h264_unit).

use super::h264_unit::{self, H264Unit};
use super::{Look, NalUnits};
use crate::tree::Tree;
use crate::wire::{ParseError, Reader, part};

const STAP_A: u8 = 24;
const STAP_B: u8 = 25;
const MTAP16: u8 = 26;
const MTAP24: u8 = 27;
const FU_A: u8 = 28;
const FU_B: u8 = 29;

/// What the payload of one packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum H264Payload<'a> {
    /// One NAL unit, whole.
    Single(&'a [u8]),
    /// Several NAL units.
    Aggregate {
        /// `"STAP-A"`, `"STAP-B"`, `"MTAP16"` or `"MTAP24"`.
        name: &'static str,
        /// Decoding order number of the first, in all but STAP-A.
        order: Option<u16>,
        /// The units.
        units: NalUnits<'a>,
    },
    /// A part of a NAL unit.
    Fragment(H264Fragment<'a>),
}

/// A part of a NAL unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H264Fragment<'a> {
    /// S: the unit begins with it.
    pub begins: bool,
    /// E: the unit ends with it.
    pub ends: bool,
    /// The header that the whole unit has, which is not among the data.
    pub header: u8,
    /// Decoding order number of the unit, at the beginning of a FU-B.
    pub order: Option<u16>,
    /// The part.
    pub data: &'a [u8],
}

impl<'a> H264Payload<'a> {
    /// Reads a payload in clear. Of an aggregate, the lengths of the units are only checked as they
    /// are taken.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let first = r.u8("NAL unit header")?;
        if first & 0x80 != 0 {
            return Err(ParseError::value("forbidden bit", 0, 1, "0"));
        }
        let order = |r: &mut Reader<'a>| r.u16("decoding order number").map(Some);
        let aggregate = |name, order, before, r: Reader<'a>| Self::Aggregate {
            name,
            order,
            units: NalUnits::new(r, before),
        };
        Ok(match first & 0x1f {
            STAP_A => aggregate("STAP-A", None, 0, r),
            STAP_B => aggregate("STAP-B", order(&mut r)?, 0, r),
            // Each unit has its place in decoding order and its time before it.
            MTAP16 => aggregate("MTAP16", order(&mut r)?, 3, r),
            MTAP24 => aggregate("MTAP24", order(&mut r)?, 4, r),
            kind @ (FU_A | FU_B) => {
                let fu = r.u8("FU header")?;
                let (begins, ends) = (fu & 0x80 != 0, fu & 0x40 != 0);
                if (begins && ends) || fu & 0x20 != 0 {
                    let found = u64::from(fu >> 5);
                    let expected = "a beginning, a middle or an end";
                    return Err(ParseError::value("FU header", 1, found, expected));
                }
                unit_type(fu & 0x1f, 1)?;
                Self::Fragment(H264Fragment {
                    begins,
                    ends,
                    header: first & 0xe0 | fu & 0x1f,
                    order: if kind == FU_B { order(&mut r)? } else { None },
                    data: r.rest(),
                })
            }
            kind => {
                unit_type(kind, 0)?;
                Self::Single(payload)
            }
        })
    }

    /// The units that begin here, as much of each as there is, without an error of an aggregate; of a
    /// fragment that begins a unit, its first bytes, whose header is in [`H264Fragment`].
    pub fn beginnings(&self) -> impl Iterator<Item = H264Unit<'a>> + use<'a> {
        let (one, many) = match *self {
            Self::Single(unit) => (H264Unit::of(unit), None),
            Self::Aggregate { units, .. } => (None, Some(units)),
            Self::Fragment(f) => {
                let unit = H264Unit {
                    header: f.header,
                    data: f.data,
                };
                (f.begins.then_some(unit), None)
            }
        };
        let many = many.into_iter().flatten().map_while(Result::ok);
        one.into_iter().chain(many.filter_map(H264Unit::of))
    }
}

/// Checks that this is a NAL unit type of coded video: slices, SEI, parameter sets, delimiters.
fn unit_type(kind: u8, at: usize) -> Result<(), ParseError> {
    match kind {
        1..=15 | 19 | 20 => Ok(()),
        _ => {
            let expected = "a type of coded video";
            Err(ParseError::value(
                "NAL unit type",
                at,
                kind.into(),
                expected,
            ))
        }
    }
}

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let is_key = |header: u8| header & 0x1f == H264Unit::IDR;
    let (begins, key) = match H264Payload::parse(payload).ok()? {
        H264Payload::Single(unit) => (true, is_key(*unit.first()?)),
        H264Payload::Fragment(f) => (f.begins, is_key(f.header)),
        H264Payload::Aggregate { units, .. } => {
            // They must fill the packet.
            let (mut key, mut count) = (false, 0);
            for unit in units {
                let header = *unit.ok()?.first()?;
                if header & 0x80 != 0 || unit_type(header & 0x1f, 0).is_err() {
                    return None;
                }
                key |= is_key(header);
                count += 1;
            }
            (count > 0).then_some((true, key))?
        }
    };
    Some(Look { begins, key })
}

pub(super) fn describe(payload: &[u8], t: &mut Tree<'_>) {
    let first = part(payload, 0..1);
    match H264Payload::parse(payload) {
        Err(error) => t.problem_in(payload, &error),
        Ok(H264Payload::Single(unit)) => h264_unit::describe(unit, t),
        Ok(H264Payload::Aggregate { name, order, units }) => t.group(name, payload, |t| {
            t.bits("type", first.first().map_or(0, |b| b & 0x1f), first, 0x1f);
            if let Some(order) = order {
                t.field("decoding order number", order, part(payload, 1..3));
            }
            for unit in units {
                match unit {
                    Ok(unit) => h264_unit::describe(unit, t),
                    Err(error) => t.problem_in(payload, &error),
                }
            }
        }),
        Ok(H264Payload::Fragment(f)) => t.group("FU", payload, |t| {
            let fu = part(payload, 1..2);
            t.bits("type", first.first().map_or(0, |b| b & 0x1f), first, 0x1f);
            t.bits("start", f.begins, fu, 0x80);
            t.bits("end", f.ends, fu, 0x40);
            t.bits("NAL unit type", h264_unit::name(f.header), fu, 0x1f);
            if let Some(order) = f.order {
                t.field("decoding order number", order, part(payload, 2..4));
            }
            let unit = H264Unit {
                header: f.header,
                data: f.data,
            };
            if f.begins {
                h264_unit::describe_content(&unit, t);
            } else {
                t.field("data", format_args!("{} bytes", f.data.len()), f.data);
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_fragments() {
        let says = |begins, key| Some(Look { begins, key });
        assert_eq!(look(&[0x65, 0x88]), says(true, true), "IDR");
        assert_eq!(look(&[0x41, 0x9a]), says(true, false), "slice");
        assert_eq!(look(&[0x67, 0x42]), says(true, false), "parameters");
        assert_eq!(look(&[0x7c, 0x85, 0x88]), says(true, true), "FU-A begins");
        assert_eq!(look(&[0x7c, 0x05, 0x88]), says(false, true), "goes on");
        assert_eq!(look(&[0x5c, 0x41, 0x9a]), says(false, false));
    }

    #[test]
    fn a_fragment_knows_the_header_of_its_unit() {
        let Ok(H264Payload::Fragment(f)) = H264Payload::parse(&[0x7d, 0x85, 1, 2, 9]) else {
            panic!("a FU-B");
        };
        assert_eq!((f.header, f.order, f.data), (0x65, Some(0x102), &[9][..]));
        assert!(f.begins && !f.ends);
    }

    #[test]
    fn aggregates_are_walked_to_their_end() {
        let stap = [0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68, 0, 2, 0x65, 0x88];
        assert_eq!(look(&stap).map(|l| l.key), Some(true));
        for end in [0, 1, 2, 3, 4, 6, 7, 9, 10, 11] {
            assert_eq!(look(&stap[..end]), None, "{end}");
        }
        let mtap = [0x7a, 0, 7, 0, 2, 5, 0, 0, 0x65, 0x88, 0, 1, 6, 0, 9, 0x41];
        let Ok(H264Payload::Aggregate { name, order, units }) = H264Payload::parse(&mtap) else {
            panic!("an MTAP");
        };
        let units: Vec<_> = units.map(Result::unwrap).collect();
        assert_eq!((name, order), ("MTAP16", Some(7)));
        assert_eq!(units, [&[0x65, 0x88][..], &[0x41]]);
    }

    #[test]
    fn what_is_not_h264() {
        for first in [0x80, 0x00, 0x1f, 0x7e] {
            assert_eq!(look(&[first, 0x85, 0]), None, "{first:#x}");
        }
        assert_eq!(look(&[0x7c, 0xc5]), None, "begins and ends at once");
    }
}
