//! What a static payload type (RFC 3551) means without any session description.

use super::model::{Codec, Kind, Source};
use crate::proto::rtp::codes;

/// Table 4 of RFC 3551 (audio) ends below this number, table 5 (video) begins with it.
const FIRST_VIDEO: u8 = 24;
/// L16 with two channels, the only static type that has more than one.
const STEREO_L16: u8 = 10;

/// The codec and kind of a static payload type.
pub(super) fn lookup(pt: u8) -> Option<(Codec, Kind)> {
    let (name, clock_rate) = codes::static_payload_type(pt)?;
    let (kind, channels) = match pt {
        FIRST_VIDEO.. => (Kind::Video, None),
        STEREO_L16 => (Kind::Audio, Some(2)),
        _ => (Kind::Audio, Some(1)),
    };
    let codec = Codec {
        name: name.into(),
        clock_rate,
        channels,
        source: Source::Static,
    };
    Some((codec, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_types_are_below_35_and_sorted() {
        let rows = codes::STATIC_PAYLOAD_TYPES;
        assert!(rows.is_sorted_by_key(|r| r.0));
        assert!(rows.iter().all(|r| r.0 < 35));
        let (g722, kind) = lookup(9).unwrap();
        assert_eq!(
            (&*g722.name, g722.clock_rate, kind),
            ("G722", 8_000, Kind::Audio)
        );
        assert!(lookup(96).is_none());
    }
}
