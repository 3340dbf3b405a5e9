//! H.264, RFC 6184: single NAL units, STAP-A and FU-A, as packetization modes 0 and 1 have them.

use super::Look;
use crate::wire::Reader;

const IDR: u8 = 5;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let mut r = Reader::new(payload);
    let first = r.u8("NAL unit header").ok()?;
    if first & 0x80 != 0 {
        return None;
    }
    let (begins, key) = match first & 0x1f {
        STAP_A => (true, aggregated(&mut r)?),
        FU_A => {
            let fu = r.u8("FU header").ok()?;
            let (start, end, unit) = (fu & 0x80 != 0, fu & 0x40 != 0, fu & 0x1f);
            if (start && end) || fu & 0x20 != 0 || !is_unit(unit) {
                return None;
            }
            (start, unit == IDR)
        }
        unit if is_unit(unit) => (true, unit == IDR),
        _ => return None,
    };
    Some(Look { begins, key })
}

/// NAL unit types of coded video: slices, SEI, parameter sets, delimiters.
fn is_unit(unit: u8) -> bool {
    (1..=13).contains(&unit) || (14..=15).contains(&unit) || (19..=20).contains(&unit)
}

/// Whether an IDR slice is among the units, which must fill the packet.
fn aggregated(r: &mut Reader<'_>) -> Option<bool> {
    let mut key = false;
    let mut units = 0;
    while !r.is_empty() {
        let length = r.u16("NAL unit size").ok()?;
        let unit = r.take(usize::from(length), "NAL unit").ok()?.first()? & 0x9f;
        if !is_unit(unit) {
            return None;
        }
        key |= unit == IDR;
        units += 1;
    }
    (units > 0).then_some(key)
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
    fn aggregates_are_walked_to_their_end() {
        let stap = [0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68, 0, 2, 0x65, 0x88];
        assert_eq!(look(&stap).map(|l| l.key), Some(true));
        for end in [0, 1, 2, 3, 4, 6, 7, 9, 10, 11] {
            assert_eq!(look(&stap[..end]), None, "{end}");
        }
    }

    #[test]
    fn what_is_not_h264() {
        for first in [0x80, 0x00, 0x1f, 0x7e] {
            assert_eq!(look(&[first, 0x85, 0]), None, "{first:#x}");
        }
        assert_eq!(look(&[0x7c, 0xc5]), None, "begins and ends at once");
    }
}
