//! Payload types that mean a codec without any `a=rtpmap` (RFC 3551 §6, tables 4 and 5).

/// A payload type with a fixed meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticType {
    /// The payload type.
    pub number: u8,
    /// The encoding name.
    pub name: &'static str,
    /// The clock rate in Hz.
    pub clock_rate: u32,
    /// The number of channels of audio; `None` for video.
    pub channels: Option<u8>,
}

const fn audio(number: u8, name: &'static str, clock_rate: u32, channels: u8) -> StaticType {
    StaticType {
        number,
        name,
        clock_rate,
        channels: Some(channels),
    }
}

const fn video(number: u8, name: &'static str) -> StaticType {
    StaticType {
        number,
        name,
        clock_rate: 90_000,
        channels: None,
    }
}

impl StaticType {
    /// All, by number.
    pub const ALL: &'static [Self] = &[
        audio(0, "PCMU", 8_000, 1),
        audio(3, "GSM", 8_000, 1),
        audio(4, "G723", 8_000, 1),
        audio(5, "DVI4", 8_000, 1),
        audio(6, "DVI4", 16_000, 1),
        audio(7, "LPC", 8_000, 1),
        audio(8, "PCMA", 8_000, 1),
        audio(9, "G722", 8_000, 1),
        audio(10, "L16", 44_100, 2),
        audio(11, "L16", 44_100, 1),
        audio(12, "QCELP", 8_000, 1),
        audio(13, "CN", 8_000, 1),
        audio(14, "MPA", 90_000, 1),
        audio(15, "G728", 8_000, 1),
        audio(16, "DVI4", 11_025, 1),
        audio(17, "DVI4", 22_050, 1),
        audio(18, "G729", 8_000, 1),
        video(25, "CelB"),
        video(26, "JPEG"),
        video(28, "nv"),
        video(31, "H261"),
        video(32, "MPV"),
        video(33, "MP2T"),
        video(34, "H263"),
    ];

    /// What `number` means, when its meaning is fixed.
    pub fn of(number: u8) -> Option<&'static Self> {
        Self::ALL.iter().find(|row| row.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_and_below_35() {
        assert!(StaticType::ALL.is_sorted_by(|a, b| a.number < b.number));
        assert!(StaticType::ALL.iter().all(|row| row.number < 35));
        assert_eq!(StaticType::of(9).unwrap().clock_rate, 8_000);
        assert_eq!(StaticType::of(96), None);
    }

    #[test]
    fn every_codec_of_them_is_known() {
        use crate::sdp::{Codec, Field};
        for row in StaticType::ALL {
            let codec = Codec::find(Field::new(row.name.as_bytes(), 0)).unwrap();
            let fits = codec.clock_rates.is_empty() || codec.clock_rates.contains(&row.clock_rate);
            assert!(fits, "{}", row.name);
        }
    }
}
