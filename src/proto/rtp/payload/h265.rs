//! H.265, RFC 7798: single NAL units, aggregation packets and fragmentation units.

use super::Look;
use crate::wire::Reader;

const AGGREGATION: u8 = 48;
const FRAGMENTATION: u8 = 49;

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let mut r = Reader::new(payload);
    let unit = unit_type(r.u16("payload header").ok()?)?;
    let (begins, key) = match unit {
        AGGREGATION => (true, aggregated(&mut r)?),
        FRAGMENTATION => {
            let fu = r.u8("FU header").ok()?;
            if fu & 0xc0 == 0xc0 || !is_unit(fu & 0x3f) {
                return None;
            }
            (fu & 0x80 != 0, is_random_access(fu & 0x3f))
        }
        unit if is_unit(unit) => (true, is_random_access(unit)),
        _ => return None,
    };
    Some(Look { begins, key })
}

/// The type in a NAL unit header of the base layer.
fn unit_type(header: u16) -> Option<u8> {
    let (forbidden, layer, temporal) = (header >> 15, header >> 3 & 0x3f, header & 7);
    (forbidden == 0 && layer == 0 && temporal > 0).then_some((header >> 9) as u8)
}

fn is_unit(unit: u8) -> bool {
    matches!(unit, 0..=9 | 16..=21 | 32..=40)
}

/// Pictures at which decoding can begin: BLA, IDR, CRA.
fn is_random_access(unit: u8) -> bool {
    (16..=21).contains(&unit)
}

fn aggregated(r: &mut Reader<'_>) -> Option<bool> {
    let (mut key, mut units) = (false, 0);
    while !r.is_empty() {
        let length = r.u16("NAL unit size").ok()?;
        let mut unit = Reader::new(r.take(usize::from(length), "NAL unit").ok()?);
        let unit = unit_type(unit.u16("NAL unit header").ok()?)?;
        if !is_unit(unit) {
            return None;
        }
        key |= is_random_access(unit);
        units += 1;
    }
    (units > 1).then_some(key)
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
