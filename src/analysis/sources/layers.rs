//! Which streams are encodings of one source: simulcast (RFC 8853) sends the same picture in several
//! sizes, each on its own SSRC, told apart by their RIDs within one MID.
//!
//! Streams without both stay apart: two cameras look just alike.

use super::Measured;
use crate::analysis::Known;
use crate::analysis::model::{Kind, MediaLayer, MediaSource, Source, Stream};
use std::collections::BTreeMap;

/// The sources of a connection, in order of appearance.
pub(in crate::analysis) fn sources(streams: &[Measured<'_, '_>]) -> Vec<MediaSource> {
    let mut all: Vec<MediaSource> = Vec::new();
    // By direction and MID: where its layers go.
    let mut simulcast: BTreeMap<(u32, &str, bool), usize> = BTreeMap::new();
    let mut rates: BTreeMap<u32, f64> = BTreeMap::new();
    for Measured { state, stream } in streams {
        if !stream.kind.is_media() {
            continue;
        }
        let (mid, rid) = (text(&stream.identity.mid), text(&stream.identity.rid));
        rates.insert(stream.id.0, stream.bitrate.value().copied().unwrap_or(0.0));
        let layer = layer(stream, rid);
        if let (Some(mid), Some(_)) = (mid, rid) {
            let key = (state.current_flow(), mid, stream.kind == Kind::Video);
            if let Some(source) = simulcast.get(&key).and_then(|&i| all.get_mut(i)) {
                source.layers.push(layer);
                continue;
            }
            simulcast.insert(key, all.len());
        }
        all.push(MediaSource {
            mid: mid.map(Box::from),
            kind: stream.kind,
            layers: vec![layer],
        });
    }
    let rate = |l: &MediaLayer| rates.get(&l.stream.0).copied().unwrap_or(0.0);
    for source in &mut all {
        source.layers.sort_by(|a, b| rate(a).total_cmp(&rate(b)));
    }
    all
}

fn layer(stream: &Stream, rid: Option<&str>) -> MediaLayer {
    let repairs = stream.pairing.repaired_by.iter();
    MediaLayer {
        stream: stream.id,
        rid: rid.map(Box::from),
        repaired_by: repairs.map(|(id, _)| *id).collect(),
    }
}

fn text(known: &Known<(Box<str>, Source)>) -> Option<&str> {
    known.value().map(|(text, _)| &**text)
}
