//! VP8, RFC 7741: the payload descriptor, and the frame tag and start code of RFC 6386.

use super::Look;
use crate::wire::Reader;

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let mut r = Reader::new(payload);
    let first = r.u8("descriptor").ok()?;
    // X R N S R PID: both R bits are 0.
    if first & 0x48 != 0 {
        return None;
    }
    if first & 0x80 != 0 {
        let fields = r.u8("extension").ok()?;
        if fields & 0x0f != 0 {
            return None;
        }
        if fields & 0x80 != 0 && r.u8("picture id").ok()? & 0x80 != 0 {
            r.u8("picture id").ok()?;
        }
        if fields & 0x40 != 0 {
            r.u8("TL0PICIDX").ok()?;
        }
        if fields & 0x30 != 0 {
            r.u8("TID and KEYIDX").ok()?;
        }
    }
    let begins = first & 0x17 == 0x10;
    if !begins {
        r.u8("payload").ok()?;
        return Some(Look { begins, key: false });
    }
    let tag = r.take(3, "frame tag").ok()?;
    let tag = *tag.first()?;
    // Versions above 3 are reserved.
    if tag >> 1 & 7 > 3 {
        return None;
    }
    let key = tag & 1 == 0;
    if key && r.take(3, "start code").ok()? != [0x9d, 0x01, 0x2a] {
        return None;
    }
    Some(Look { begins, key })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 11] = [
        0x90, 0x80, 0x81, 0x23, 0x50, 0x42, 0x00, 0x9d, 0x01, 0x2a, 0x40,
    ];

    #[test]
    fn key_and_delta_frames() {
        let begins = |key| Some(Look { begins: true, key });
        assert_eq!(look(&KEY), begins(true));
        assert_eq!(look(&[0x10, 0x51, 0x42, 0x00, 0x07]), begins(false));
        let further = Look {
            begins: false,
            key: false,
        };
        assert_eq!(look(&[0x00, 0x12, 0x34]), Some(further));
    }

    #[test]
    fn what_is_not_vp8() {
        let mut no_start_code = KEY;
        no_start_code[8] = 0;
        assert_eq!(look(&no_start_code), None);
        assert_eq!(look(&[0x48, 1, 2, 3]), None, "reserved bits");
        for end in 0..10 {
            assert_eq!(look(&KEY[..end]), None, "{end}");
        }
    }
}
