//! What a static payload type (RFC 3551) means without any session description.

use super::model::{Codec, Kind, Source};
use crate::sdp::StaticType;

/// The codec and kind of a static payload type.
pub(super) fn lookup(pt: u8) -> Option<(Codec, Kind)> {
    let row = StaticType::of(pt)?;
    let codec = Codec {
        name: row.name.into(),
        clock_rate: row.clock_rate,
        channels: row.channels,
        source: Source::Static,
    };
    let kind = match row.channels {
        Some(_) => Kind::Audio,
        None => Kind::Video,
    };
    Some((codec, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_codecs() {
        let (g722, kind) = lookup(9).unwrap();
        assert_eq!(
            (&*g722.name, g722.clock_rate, kind),
            ("G722", 8_000, Kind::Audio)
        );
        assert!(lookup(96).is_none());
    }
}
