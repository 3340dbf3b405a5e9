//! The static payload types of RFC 3551 (tables 4 and 5): what a payload type below 35 means
//! without any session description.

use super::model::{Codec, Kind, Source};

struct Row {
    pt: u8,
    name: &'static str,
    kind: Kind,
    clock_rate: u32,
    channels: u8,
}

const fn audio(pt: u8, name: &'static str, clock_rate: u32, channels: u8) -> Row {
    Row {
        pt,
        name,
        kind: Kind::Audio,
        clock_rate,
        channels,
    }
}

const fn video(pt: u8, name: &'static str) -> Row {
    Row {
        pt,
        name,
        kind: Kind::Video,
        clock_rate: 90_000,
        channels: 0,
    }
}

/// G722 is listed with 8000 although it samples at 16 kHz: an erratum kept for compatibility.
const ROWS: &[Row] = &[
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

/// The codec and kind of a static payload type.
pub(super) fn lookup(pt: u8) -> Option<(Codec, Kind)> {
    let row = ROWS.iter().find(|row| row.pt == pt)?;
    let codec = Codec {
        name: row.name,
        clock_rate: row.clock_rate,
        channels: (row.channels > 0).then_some(row.channels),
        source: Source::Static,
    };
    Some((codec, row.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_types_are_below_35_and_sorted() {
        assert!(ROWS.is_sorted_by_key(|r| r.pt));
        assert!(ROWS.iter().all(|r| r.pt < 35));
        let (g722, kind) = lookup(9).unwrap();
        assert_eq!(
            (g722.name, g722.clock_rate, kind),
            ("G722", 8_000, Kind::Audio)
        );
        assert!(lookup(96).is_none());
    }
}
