//! Header extensions of a stream, and the audio levels that they tell.

use super::fields::{Fields, Unknowns, seconds};
use crate::analysis::Known;
use crate::analysis::model::{AudioLevel, HeaderExtension, Source};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ExtensionOut {
    id: u8,
    uri: Option<String>,
    source: Option<&'static str>,
    packets: u64,
    unknown: Unknowns,
}

impl From<&HeaderExtension> for ExtensionOut {
    fn from(e: &HeaderExtension) -> Self {
        let mut u = Fields(Unknowns::new());
        let known = u.take("uri", &e.uri);
        u.take("source", &e.uri);
        Self {
            id: e.id,
            source: known.as_ref().map(|(_, source)| source.name()),
            uri: known.map(|(uri, _)| uri.into_owned()),
            packets: e.packets,
            unknown: u.0,
        }
    }
}

/// A text of the stream's identity as a field, and its source as another.
pub(super) fn text(
    fields: &mut Fields,
    (field, source): (&'static str, &'static str),
    known: &Known<(Box<str>, Source)>,
) -> (Option<String>, Option<&'static str>) {
    fields.take(source, known);
    match fields.take(field, known) {
        Some((text, source)) => (Some(text.into_string()), Some(source.name())),
        None => (None, None),
    }
}

/// Levels in dBov.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AudioLevelOut {
    packets: u64,
    min: f64,
    mean: f64,
    max: f64,
    voice_share: Option<f64>,
    silence_share: f64,
    series: LevelSeriesOut,
    unknown: Unknowns,
}

#[derive(Clone, Serialize)]
struct LevelSeriesOut {
    width: f64,
    time: Vec<f64>,
    packets: Vec<u32>,
    voiced: Vec<u32>,
    min: Vec<f64>,
    mean: Vec<f64>,
    max: Vec<f64>,
}

impl AudioLevelOut {
    pub(super) fn new(level: &AudioLevel, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut u = Fields(Unknowns::new());
        let series = &level.series;
        Self {
            packets: level.packets,
            min: level.min,
            mean: tenth(level.mean),
            max: level.max,
            voice_share: u.take("voiceShare", &level.voice).map(share),
            silence_share: share(level.silence),
            series: LevelSeriesOut {
                width: seconds(level.width.seconds()),
                time: series.iter().map(|b| at(b.start)).collect(),
                packets: series.iter().map(|b| b.packets).collect(),
                voiced: series.iter().map(|b| b.voiced).collect(),
                min: series.iter().map(|b| b.min).collect(),
                mean: series.iter().map(|b| tenth(b.mean)).collect(),
                max: series.iter().map(|b| b.max).collect(),
            },
            unknown: u.0,
        }
    }
}

/// To a tenth of a dB: senders tell whole ones.
fn tenth(level: f64) -> f64 {
    (level * 10.0).round() / 10.0
}

fn share(of_one: f64) -> f64 {
    (of_one * 10_000.0).round() / 10_000.0
}
