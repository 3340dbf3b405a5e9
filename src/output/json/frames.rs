//! Frames of a stream of video.

use super::fields::{Fields, Unknowns, seconds, span};
use crate::analysis::Known;
use crate::analysis::model::{Frames, Spread};
use crate::time::Span;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FramesOut {
    frames_received: u64,
    frames_complete: u64,
    frames_repaired: u64,
    frames_incomplete: u64,
    frames_per_second: Option<f64>,
    size: Option<SpreadOut<u64>>,
    duration: Option<SpreadOut<f64>>,
    inter_frame_delay: Option<SpreadOut<f64>>,
    inter_frame_delay_variance: Option<f64>,
    key_frames: Option<u64>,
    key_frames_source: Option<&'static str>,
    freeze_count: u64,
    total_freezes_duration: f64,
    unknown: Unknowns,
}

#[derive(Serialize)]
pub(super) struct SpreadOut<T> {
    min: T,
    mean: T,
    max: T,
}

impl From<Spread<Span>> for SpreadOut<f64> {
    fn from(s: Spread<Span>) -> Self {
        Self {
            min: span(s.min),
            mean: span(s.mean),
            max: span(s.max),
        }
    }
}

impl From<Spread<u64>> for SpreadOut<u64> {
    fn from(Spread { min, mean, max }: Spread<u64>) -> Self {
        Self { min, mean, max }
    }
}

impl From<&Frames> for FramesOut {
    fn from(f: &Frames) -> Self {
        let mut u = Fields(Unknowns::new());
        let key = u.take("keyFrames", &f.key);
        u.take("keyFramesSource", &f.key);
        let mut spread =
            |field, known: &Known<Spread<Span>>| u.take(field, known).map(SpreadOut::from);
        Self {
            frames_received: f.received,
            frames_complete: f.complete,
            frames_repaired: f.repaired,
            frames_incomplete: f.incomplete,
            duration: spread("duration", &f.duration),
            inter_frame_delay: spread("interFrameDelay", &f.inter_frame),
            inter_frame_delay_variance: u
                .take("interFrameDelayVariance", &f.inter_frame_variance)
                .map(seconds),
            frames_per_second: u
                .take("framesPerSecond", &f.per_second)
                .map(|fps| (fps * 100.0).round() / 100.0),
            size: u.take("size", &f.size).map(SpreadOut::from),
            key_frames: key.map(|k| k.count),
            key_frames_source: key.map(|k| k.source.name()),
            freeze_count: f.freezes,
            total_freezes_duration: span(f.freezes_total),
            unknown: u.0,
        }
    }
}
