//! H.265 (RFC 7798): single NAL units, aggregation packets, fragmentation units and PACI packets. What
//! parameter sets say is in [`h265_unit`](super::h265_unit).
//!
//! Decoding order numbers (DONL, DOND) are only there when a session description says so
//! (`sprop-max-don-diff`), which no implementation of WebRTC does; they are not read here.

use super::h265_unit::{self, H265Unit};
use super::{Look, NalUnits};
use crate::tree::Tree;
use crate::wire::{ParseError, Reader, part};

const AGGREGATION: u8 = 48;
const FRAGMENTATION: u8 = 49;
const PACI: u8 = 50;

/// What the payload of one packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum H265Payload<'a> {
    /// One NAL unit, whole.
    Single(&'a [u8]),
    /// Several NAL units.
    Aggregate(NalUnits<'a>),
    /// A part of a NAL unit.
    Fragment(H265Fragment<'a>),
    /// Any of these, behind control information.
    Paci {
        /// The control information (PHES).
        extension: &'a [u8],
        /// The payload header that what follows would have by itself.
        header: [u8; 2],
        /// What follows that header.
        data: &'a [u8],
    },
}

/// A part of a NAL unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H265Fragment<'a> {
    /// S: the unit begins with it.
    pub begins: bool,
    /// E: the unit ends with it.
    pub ends: bool,
    /// The header that the whole unit has, which is not among the data.
    pub header: [u8; 2],
    /// The part.
    pub data: &'a [u8],
}

impl<'a> H265Payload<'a> {
    /// Reads a payload in clear. Of an aggregate, the lengths of the units are only checked as they
    /// are taken.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let [first, second] = r.array("payload header")?;
        let kind = unit_type([first, second])?;
        match kind {
            AGGREGATION => Ok(Self::Aggregate(NalUnits::new(r, 0))),
            FRAGMENTATION => {
                let fu = r.u8("FU header")?;
                let (begins, ends, unit) = (fu & 0x80 != 0, fu & 0x40 != 0, fu & 0x3f);
                if begins && ends {
                    let expected = "a beginning, a middle or an end";
                    return Err(ParseError::value("FU header", 2, 3, expected));
                }
                known(unit, 2)?;
                Ok(Self::Fragment(H265Fragment {
                    begins,
                    ends,
                    header: [first & 0x81 | unit << 1, second],
                    data: r.rest(),
                }))
            }
            PACI => {
                // A, cType, PHSsize, F0..2, Y: the header of what follows keeps layer and F.
                let fields = r.u16("PACI header")?;
                let length = usize::from(fields >> 4 & 0x1f);
                let inner = (fields >> 9 & 0x3f) as u8;
                let forbidden = (fields >> 8 & 0x80) as u8;
                Ok(Self::Paci {
                    extension: r.take(length, "PACI extension")?,
                    header: [forbidden | inner << 1 | first & 1, second],
                    data: r.rest(),
                })
            }
            _ => {
                known(kind, 0)?;
                Ok(Self::Single(payload))
            }
        }
    }

    /// The units that begin here, as much of each as there is.
    pub fn beginnings(&self) -> impl Iterator<Item = H265Unit<'a>> + use<'a> {
        let (one, many) = match *self {
            Self::Single(unit) => (H265Unit::of(unit), None),
            Self::Aggregate(units) => (None, Some(units)),
            Self::Fragment(H265Fragment { header, data, .. }) => {
                (Some(H265Unit { header, data }), None)
            }
            Self::Paci { header, data, .. } => (Some(H265Unit { header, data }), None),
        };
        let begins = !matches!(self, Self::Fragment(f) if !f.begins);
        let many = many.into_iter().flatten().map_while(Result::ok);
        let one = one.filter(move |_| begins);
        one.into_iter().chain(many.filter_map(H265Unit::of))
    }
}

/// The type in a payload header of the base layer.
fn unit_type(header: [u8; 2]) -> Result<u8, ParseError> {
    let header = u16::from_be_bytes(header);
    let (forbidden, layer, temporal) = (header >> 15, header >> 3 & 0x3f, header & 7);
    match (forbidden, layer, temporal) {
        (0, 0, 1..) => Ok((header >> 9) as u8),
        _ => {
            let expected = "no forbidden bit, layer 0, a temporal layer";
            Err(ParseError::value(
                "payload header",
                0,
                header.into(),
                expected,
            ))
        }
    }
}

/// Checks that this is a NAL unit type of coded video.
fn known(unit: u8, at: usize) -> Result<(), ParseError> {
    match unit {
        0..=9 | 16..=21 | 32..=40 => Ok(()),
        _ => {
            let expected = "a type of coded video";
            Err(ParseError::value(
                "NAL unit type",
                at,
                unit.into(),
                expected,
            ))
        }
    }
}

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let is_key = |header: [u8; 2]| H265Unit::is_random_access(header[0] >> 1 & 0x3f);
    let (begins, key) = match H265Payload::parse(payload).ok()? {
        H265Payload::Single(unit) => (true, is_key(*unit.first_chunk()?)),
        H265Payload::Fragment(f) => (f.begins, is_key(f.header)),
        H265Payload::Aggregate(units) => {
            // They must fill the packet.
            let (mut key, mut count) = (false, 0);
            for unit in units {
                let header = *unit.ok()?.first_chunk()?;
                known(unit_type(header).ok()?, 0).ok()?;
                key |= is_key(header);
                count += 1;
            }
            (count > 1).then_some((true, key))?
        }
        // Nobody is known to send these: that encrypted bytes look like it is likelier.
        H265Payload::Paci { .. } => return None,
    };
    Some(Look { begins, key })
}

pub(super) fn describe(payload: &[u8], t: &mut Tree<'_>) {
    match H265Payload::parse(payload) {
        Err(error) => t.problem_in(payload, &error),
        Ok(H265Payload::Single(unit)) => h265_unit::describe(unit, t),
        Ok(H265Payload::Aggregate(units)) => t.group("aggregation packet", payload, |t| {
            for unit in units {
                match unit {
                    Ok(unit) => h265_unit::describe(unit, t),
                    Err(error) => t.problem_in(payload, &error),
                }
            }
        }),
        Ok(H265Payload::Fragment(f)) => t.group("fragmentation unit", payload, |t| {
            let fu = part(payload, 2..3);
            t.bits("start", f.begins, fu, 0x80);
            t.bits("end", f.ends, fu, 0x40);
            t.bits("NAL unit type", h265_unit::name(f.header[0] >> 1), fu, 0x3f);
            t.field("data", format_args!("{} bytes", f.data.len()), f.data);
        }),
        Ok(H265Payload::Paci {
            extension,
            header,
            data,
        }) => t.group("PACI packet", payload, |t| {
            t.field("PACI header", "", part(payload, 2..4));
            let length = format_args!("{} bytes", extension.len());
            t.field("header extension", length, extension);
            t.note("NAL unit type", h265_unit::name(header[0] >> 1));
            t.field("data", format_args!("{} bytes", data.len()), data);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_fragments() {
        let says = |begins, key| Some(Look { begins, key });
        assert_eq!(look(&[19 << 1, 1, 0xaf]), says(true, true), "IDR");
        assert_eq!(look(&[1 << 1, 1, 0xaf]), says(true, false), "slice");
        assert_eq!(look(&[49 << 1, 1, 0x93]), says(true, true), "FU begins");
        assert_eq!(look(&[49 << 1, 1, 0x13]), says(false, true), "FU goes on");
    }

    #[test]
    fn a_fragment_knows_the_header_of_its_unit() {
        let Ok(H265Payload::Fragment(f)) = H265Payload::parse(&[49 << 1, 2, 0x93, 7]) else {
            panic!("a fragment");
        };
        assert_eq!((f.header, f.data), ([19 << 1, 2], &[7][..]));
    }

    #[test]
    fn control_information_is_stepped_over() {
        // cType 1, two bytes of PHES.
        let bytes = [50 << 1, 1, 0x02, 0x20, 0xaa, 0xbb, 0xcc];
        let Ok(H265Payload::Paci {
            extension,
            header,
            data,
        }) = H265Payload::parse(&bytes)
        else {
            panic!("a PACI packet");
        };
        assert_eq!(
            (extension, header, data),
            (&[0xaa, 0xbb][..], [1 << 1, 1], &[0xcc][..])
        );
    }

    #[test]
    fn aggregates_are_walked_to_their_end() {
        let packet = [48 << 1, 1, 0, 2, 32 << 1, 1, 0, 3, 19 << 1, 1, 0xaf];
        assert_eq!(look(&packet).map(|l| l.key), Some(true));
        for end in 0..packet.len() {
            assert_eq!(look(&packet[..end]), None, "{end}");
        }
    }

    #[test]
    fn what_is_not_h265() {
        for header in [[0x80, 1], [0x02, 0], [0x02, 9], [30 << 1, 1]] {
            assert_eq!(look(&[header[0], header[1], 0, 0]), None, "{header:?}");
        }
    }
}
