//! `paths` of a connection: delay and loss of each direction, over all its streams.

use super::fields::{Fields, Unknowns, reasons, seconds, span, via};
use crate::analysis::model::{DelaySource, DelayVariation, PathDelay, PathLoss, QueueBuildUp};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PathOut {
    source: String,
    destination: String,
    via: &'static str,
    delay_variation: Option<DelayOut>,
    transport_numbers: Option<NumbersOut>,
    unknown: Unknowns,
}

/// One-way delay variation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DelayOut {
    clock: &'static str,
    ssrc: Option<u32>,
    samples: u64,
    median: f64,
    p95: f64,
    max: f64,
    clock_drift: f64,
    queue_build_ups: Option<Vec<BuildUpOut>>,
    queue_build_ups_not_kept: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<SeriesOut>,
    unknown: Unknowns,
}

/// A time in which packets queued.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildUpOut {
    start: f64,
    end: f64,
    peak_time: f64,
    peak: f64,
    growth: f64,
}

/// Arrays over time. Buckets without packets are left out: `time` says where each begins.
#[derive(Serialize)]
struct SeriesOut {
    width: f64,
    time: Vec<f64>,
    min: Vec<f64>,
    median: Vec<f64>,
    p95: Vec<f64>,
    max: Vec<f64>,
}

/// Loss and order by transport-wide sequence numbers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NumbersOut {
    packets_received: u64,
    packets_expected: u64,
    packets_lost: u64,
    packets_duplicated: u64,
    packets_reordered: u64,
    restarts: u32,
    packets_lost_by_streams: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<LossSeriesOut>,
}

/// Seconds in which packets were lost, or came after all.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LossSeriesOut {
    time: Vec<f64>,
    packets_lost: Vec<i32>,
}

impl PathOut {
    pub(super) fn new(p: &PathDelay, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        let mut u = Fields(Unknowns::new());
        Self {
            source: p.path.src.to_string(),
            destination: p.path.dst.to_string(),
            via: via(p.via),
            delay_variation: u
                .take("delayVariation", &p.delay)
                .map(|d| DelayOut::new(&d, at, series)),
            transport_numbers: u
                .take("transportNumbers", &p.numbers)
                .map(|n| NumbersOut::new(&n, at, series)),
            unknown: u.0,
        }
    }
}

impl DelayOut {
    fn new(d: &DelayVariation, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        let ssrc = match d.source {
            DelaySource::RtpTimestamps(ssrc) => Some(ssrc.0),
            DelaySource::AbsSendTime => None,
        };
        let why = "the clock is that of all streams";
        let build_up = |b: &QueueBuildUp| BuildUpOut {
            start: at(b.start),
            end: at(b.end),
            peak_time: at(b.peak_at),
            peak: span(b.peak),
            growth: seconds(b.growth),
        };
        let mut u = Fields(reasons(&[("ssrc", ssrc.is_none(), why)]));
        let build_ups = u.take("queueBuildUps", &d.build_ups);
        let of = |value: fn(&crate::analysis::model::DelayBucket) -> crate::time::Span| {
            d.series.iter().map(|b| span(value(b))).collect()
        };
        Self {
            clock: d.source.name(),
            ssrc,
            samples: d.samples,
            median: span(d.median),
            p95: span(d.p95),
            max: span(d.max),
            clock_drift: seconds(d.drift),
            queue_build_ups: build_ups.map(|all| all.iter().map(build_up).collect()),
            queue_build_ups_not_kept: d.build_ups_not_kept,
            series: series.then(|| SeriesOut {
                width: span(d.width),
                time: d.series.iter().map(|b| at(b.start)).collect(),
                min: of(|b| b.min),
                median: of(|b| b.median),
                p95: of(|b| b.p95),
                max: of(|b| b.max),
            }),
            unknown: u.0,
        }
    }
}

impl NumbersOut {
    fn new(n: &PathLoss, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        Self {
            packets_received: n.packets,
            packets_expected: n.expected,
            packets_lost: n.lost,
            packets_duplicated: n.duplicated,
            packets_reordered: n.reordered,
            restarts: n.restarts,
            packets_lost_by_streams: n.streams_lost,
            series: series.then(|| LossSeriesOut {
                time: n.series.iter().map(|(ts, _)| at(*ts)).collect(),
                packets_lost: n.series.iter().map(|(_, lost)| *lost).collect(),
            }),
        }
    }
}
