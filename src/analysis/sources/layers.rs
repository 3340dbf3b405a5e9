//! Which streams are encodings of one source: simulcast (RFC 8853) sends the same picture in several
//! sizes, each on its own SSRC, told apart by their RIDs within one MID.
//!
//! Without those, the pictures tell: layers are captured at the same moments, so that their timestamps
//! lie apart by one constant, picture by picture, although the steps between pictures vary. Two cameras
//! do not keep step like that.

use super::Measured;
use crate::analysis::Known;
use crate::analysis::model::{Kind, MediaLayer, MediaSource, Source, Stream};
use crate::analysis::stream::StreamState;
use std::collections::BTreeMap;

/// Sources of one direction, payload type and MID that a stream without RID is compared with.
const COMPARED: usize = 16;

/// The sources of a connection, in order of appearance.
pub(in crate::analysis) fn sources(streams: &[Measured<'_, '_>]) -> Vec<MediaSource> {
    let mut all: Vec<MediaSource> = Vec::new();
    // By direction and MID: where its layers go.
    let mut simulcast: BTreeMap<(u32, &str, bool), usize> = BTreeMap::new();
    // By direction, payload type and MID: the first layers of sources whose layers have no RID.
    let mut open: BTreeMap<_, Vec<(&StreamState, usize)>> = BTreeMap::new();
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
        } else if stream.kind == Kind::Video && !state.frame_timestamps().is_empty() {
            let key = (state.current_flow(), stream.main_payload_type(), mid);
            let known = open.entry(key).or_default();
            let mut same = known
                .iter()
                .filter(|(first, _)| keep_step(first.frame_timestamps(), state.frame_timestamps()));
            if let Some(source) = same.next().and_then(|(_, i)| all.get_mut(*i)) {
                source.layers.push(layer);
                continue;
            }
            if known.len() < COMPARED {
                known.push((state, all.len()));
            }
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

/// Whether two rows of timestamps are one row, but for a constant.
fn keep_step(a: &[u32], b: &[u32]) -> bool {
    let Some(last) = b.first() else {
        return false;
    };
    // By each constant that the first of the one allows, how many of the others agree.
    let agree = |by: u32| b.iter().filter(|t| a.contains(&t.wrapping_add(by))).count();
    let mut counts: Vec<usize> = a.iter().map(|t| agree(t.wrapping_sub(*last))).collect();
    counts.sort_unstable_by(|x, y| y.cmp(x));
    match counts[..] {
        // A second constant that does nearly as well shows a row of equal steps, which says nothing.
        [best, second, ..] => best * 4 >= b.len() * 3 && second * 2 <= best,
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [u32; 15] = [
        4500, 4410, 4590, 4500, 4320, 4680, 4500, 4410, 4500, 4590, 4500, 4500, 4410, 4680, 4410,
    ];

    fn row(first: u32, steps: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut row = vec![first];
        for step in steps {
            row.push(row[row.len() - 1].wrapping_add(step));
        }
        row
    }

    #[test]
    fn layers_keep_step_and_cameras_do_not() {
        let a = row(7, STEPS.into_iter());
        let layer = row(u32::MAX - 20_000, STEPS.into_iter());
        assert!(keep_step(&a, &layer));
        assert!(keep_step(&a, &layer[3..]), "three frames were lost");
        let other = row(99, STEPS.into_iter().rev().map(|s| s + s % 7 * 10));
        assert!(!keep_step(&a, &other));
    }

    #[test]
    fn equal_steps_say_nothing() {
        let a = row(7, [3000; 15].into_iter());
        let b = row(99, [3000; 15].into_iter());
        assert!(!keep_step(&a, &b));
        assert!(!keep_step(&a, &[]));
    }
}
