//! G.711, ITU-T: 8-bit logarithmic samples to linear 16-bit ones, µ-law (PCMU) and A-law (PCMA).

/// µ-law: sign, three bits of exponent, four of mantissa, all inverted; a bias of 33 quarters.
pub(super) fn ulaw(byte: u8) -> i16 {
    let bits = !byte;
    let exponent = i16::from(bits >> 4 & 7);
    let mantissa = i16::from(bits & 0x0f);
    let magnitude = ((mantissa * 8 + 0x84) << exponent) - 0x84;
    if bits & 0x80 != 0 {
        -magnitude
    } else {
        magnitude
    }
}

/// A-law: as µ-law, but linear at the lowest exponent and with every other bit inverted.
pub(super) fn alaw(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let exponent = i16::from(bits >> 4 & 7);
    let mantissa = i16::from(bits & 0x0f) * 16 + 8;
    let magnitude = match exponent {
        0 => mantissa,
        _ => (mantissa + 0x100) << (exponent - 1),
    };
    if bits & 0x80 != 0 {
        magnitude
    } else {
        -magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_of_the_scales() {
        assert_eq!((ulaw(0xff), ulaw(0x7f)), (0, 0));
        assert_eq!((ulaw(0x80), ulaw(0x00)), (32_124, -32_124));
        assert_eq!((ulaw(0xfe), ulaw(0x7e)), (8, -8));
        assert_eq!((alaw(0xd5), alaw(0x55)), (8, -8));
        assert_eq!((alaw(0xaa), alaw(0x2a)), (32_256, -32_256));
    }

    #[test]
    fn both_rise_without_a_step_back() {
        let rising = |f: fn(u8) -> i16, order: &dyn Fn(u8) -> u8| {
            let all: Vec<i16> = (0..=127u8).map(|i| f(order(i))).collect();
            assert!(all.is_sorted(), "{all:?}");
        };
        rising(ulaw, &|i| 0xff - i);
        rising(alaw, &|i| (i | 0x80) ^ 0x55);
    }
}
