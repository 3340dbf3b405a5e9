//! AV1: the aggregation header of the RTP payload format, and the headers of the OBUs in it.

use super::Look;
use crate::wire::Reader;

/// More OBUs in a packet than any encoder makes.
const OBUS_MAX: usize = 64;

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let mut r = Reader::new(payload);
    // Z Y W W N and three reserved bits.
    let first = r.u8("aggregation header").ok()?;
    let (continued, count, key) = (first & 0x80 != 0, first >> 4 & 3, first & 0x08 != 0);
    if first & 0x07 != 0 || (key && continued) || r.is_empty() {
        return None;
    }
    let mut is_fragment = continued;
    for i in 1..=OBUS_MAX {
        if r.is_empty() {
            // With W, so many elements are promised.
            return (count == 0).then_some(Look {
                begins: !continued,
                key,
            });
        }
        // With W, the last element has no length.
        let is_last = usize::from(count) == i;
        let element = if is_last {
            r.rest()
        } else {
            let length = leb128(&mut r)?;
            r.take(length, "OBU").ok()?
        };
        let header = *element.first()?;
        if !is_fragment && !is_obu(header) {
            return None;
        }
        is_fragment = false;
        if is_last {
            break;
        }
    }
    Some(Look {
        begins: !continued,
        key,
    })
}

/// Whether this is the header of an OBU that may be sent: forbidden and reserved bit 0, a known type.
fn is_obu(header: u8) -> bool {
    let kind = header >> 3 & 0x0f;
    header & 0x81 == 0 && matches!(kind, 1 | 3..=8 | 15)
}

fn leb128(r: &mut Reader<'_>) -> Option<usize> {
    let mut value = 0;
    for i in 0..3 {
        let byte = r.u8("OBU length").ok()?;
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
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
    fn what_is_not_av1() {
        for first in [0x01, 0x88] {
            assert_eq!(look(&[first, 6 << 3, 0]), None, "{first:#x}");
        }
        assert_eq!(look(&[0x10, 0x80, 0]), None, "forbidden bit");
        assert_eq!(look(&[0x00, 0x7f, 0]), None, "too long an element");
    }
}
