//! VP9, RFC 9628: the payload descriptor, and the first bits of the frame header behind it.

use super::Look;
use crate::wire::Reader;

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let mut r = Reader::new(payload);
    let first = r.u8("descriptor").ok()?;
    let has = |bit: u8| first & bit != 0;
    let (inter, flexible, begins) = (has(0x40), has(0x10), has(0x08));
    if has(0x80) && r.u8("picture id").ok()? & 0x80 != 0 {
        r.u8("picture id").ok()?;
    }
    let mut spatial = 0;
    if has(0x20) {
        spatial = r.u8("layer indices").ok()? >> 1 & 7;
        if !flexible {
            r.u8("TL0PICIDX").ok()?;
        }
    }
    if flexible && inter {
        // One to three reference indices, each with a bit that says whether another follows.
        let mut more = true;
        for _ in 0..3 {
            more = more && r.u8("P_DIFF").ok()? & 1 != 0;
        }
        if more {
            return None;
        }
    }
    if has(0x02) {
        scalability_structure(&mut r)?;
    }
    let header = r.u8("frame header").ok()?;
    // A frame begins with the frame marker 0b10.
    if begins && header >> 6 != 0b10 {
        return None;
    }
    let key = begins && !inter && spatial == 0;
    // Profiles 0 to 2: marker, profile, show_existing_frame, frame_type 0, two flags; the sync code.
    if key && header & 0x30 != 0x30 && header & 0x0c == 0 {
        let sync = r.take(3, "sync code").ok()?;
        if sync != [0x49, 0x83, 0x42] {
            return None;
        }
    }
    Some(Look { begins, key })
}

fn scalability_structure(r: &mut Reader<'_>) -> Option<()> {
    let first = r.u8("scalability structure").ok()?;
    if first & 0x07 != 0 {
        return None;
    }
    if first & 0x10 != 0 {
        r.take(4 * (usize::from(first >> 5) + 1), "layer sizes")
            .ok()?;
    }
    if first & 0x08 != 0 {
        for _ in 0..r.u8("N_G").ok()? {
            let picture = r.u8("picture").ok()?;
            if picture & 0x03 != 0 {
                return None;
            }
            r.take(usize::from(picture >> 2 & 3), "P_DIFF").ok()?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 8] = [0x88, 0x81, 0x23, 0x82, 0x49, 0x83, 0x42, 0x00];

    #[test]
    fn key_and_delta_frames() {
        let says = |begins, key| Some(Look { begins, key });
        assert_eq!(look(&KEY), says(true, true));
        assert_eq!(look(&[0xc8, 0x81, 0x24, 0x86, 0x00]), says(true, false));
        assert_eq!(look(&[0x84, 0x81, 0x23, 0x55]), says(false, false));
        // The second spatial layer of a key frame.
        let upper = [0xa8, 0x81, 0x23, 0x02, 0x00, 0x86, 0x00];
        assert_eq!(look(&upper), says(true, false));
    }

    #[test]
    fn a_scalability_structure_is_stepped_over() {
        let with = [
            0x8a, 0x81, 0x23, 0x18, 1, 64, 0, 240, 1, 0x04, 1, 0x82, 0x49, 0x83, 0x42,
        ];
        assert_eq!(look(&with).map(|l| l.key), Some(true));
        for end in 0..with.len() {
            assert_eq!(look(&with[..end]), None, "{end}");
        }
    }

    #[test]
    fn what_is_not_vp9() {
        let mut no_sync = KEY;
        no_sync[5] = 0;
        assert_eq!(look(&no_sync), None);
        assert_eq!(look(&[0x08, 0x42, 0, 0, 0]), None, "no frame marker");
    }
}
