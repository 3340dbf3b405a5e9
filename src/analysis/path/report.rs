//! From what was gathered of a path to what is told of it: the clocks' drift taken out, queues found.

use super::PathState;
use super::delay::{Bucket, Delays};
use super::numbers::PathNumbers;
use crate::analysis::analyzer::State;
use crate::analysis::ids::Ssrc;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{
    DelayBucket, DelaySource, DelayVariation, Kind, PathDelay, PathLoss, QueueBuildUp,
};
use crate::analysis::sources::{Meanings, Measured};
use crate::proto::rtp::ExtensionKind;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Fewer packets show no delay to speak of.
const SAMPLES_MIN: u64 = 16;
/// Two clocks of computers drift apart by no more: a steeper line is a queue.
const DRIFT_MAX: f64 = 300e-6;
/// In less time, in microseconds, a drift cannot be told from a queue.
const DRIFT_SPAN: f64 = 10e6;
/// When most packets of a bucket are later than this, in microseconds, they queue.
const QUEUED: f64 = 25_000.0;
/// A queue lasts until for a while few packets are later than this, in microseconds.
const EMPTY: f64 = 15_000.0;
/// How long that while is, in nanoseconds.
const RELIEF: i64 = 1_000_000_000;
/// Build-ups kept per path.
const BUILD_UPS_MAX: usize = 64;

/// What the paths of a connection's streams show, in order of transports.
pub(in crate::analysis) fn report(
    state: &State,
    streams: &[Measured<'_, '_>],
    meanings: &Meanings,
) -> Vec<PathDelay> {
    let mut by_flow: BTreeMap<u32, Vec<&Measured<'_, '_>>> = BTreeMap::new();
    for one in streams {
        let legs = one.state.legs.iter().map(|leg| leg.flow);
        let mut flows: Vec<u32> = legs.chain([one.state.flow]).collect();
        flows.sort_unstable();
        flows.dedup();
        for flow in flows {
            by_flow.entry(flow).or_default().push(one);
        }
    }
    let mut paths: Vec<(bool, PathDelay)> = Vec::new();
    // Where each sender's packets were numbered, and from when to when.
    let mut numbered: Vec<(IpAddr, u32, [i64; 2])> = Vec::new();
    for flow in by_flow.keys() {
        let known = state.flows.get(*flow);
        let lane = known.and_then(|f| Some((f.path.src.ip(), f.lane.path()?)));
        let Some((host, path)) = lane else { continue };
        let all = path.numbers.iter().map(PathNumbers::life);
        numbered.extend(all.map(|life| (host, *flow, life)));
    }
    let is_part = state.info.dump.as_ref().is_some_and(|dump| dump.is_part);
    for (flow, own) in &by_flow {
        let Some(known) = state.flows.get(*flow) else {
            continue;
        };
        let path = PathDelay {
            transport: known.transport,
            path: known.path,
            via: known.via,
            delay: delay(known.lane.path(), *flow, own, meanings),
            numbers: match numbers(known.lane.path(), *flow, own, meanings) {
                // Without BUNDLE one count runs over several address pairs: what is missing here went
                // another way.
                Known::Yes(n) if n.lost > n.streams_lost && is_shared(&numbered, *flow) => {
                    Known::No(Unknown::SharedNumbers)
                }
                Known::Yes(n) if n.lost > n.streams_lost && is_part => {
                    Known::No(Unknown::OtherStreams)
                }
                known => known,
            },
        };
        paths.push((known.reverse, path));
    }
    paths.sort_by_key(|(reverse, path)| (path.transport, *reverse));
    paths.into_iter().map(|(_, path)| path).collect()
}

/// Whether the same host numbered packets on another way at the same time.
fn is_shared(numbered: &[(IpAddr, u32, [i64; 2])], flow: u32) -> bool {
    let own = numbered.iter().find(|(_, f, _)| *f == flow);
    own.is_some_and(|(host, _, [from, to])| {
        let mut others = numbered.iter().filter(|(h, f, _)| h == host && *f != flow);
        others.any(|(_, _, [a, b])| a < to && from < b)
    })
}

fn delay(
    path: Option<&PathState>,
    flow: u32,
    streams: &[&Measured<'_, '_>],
    meanings: &Meanings,
) -> Known<DelayVariation> {
    let Some(path) = path else {
        return Known::No(Unknown::NoClockRate);
    };
    let id = path
        .has_send_times()
        .then(|| meanings.id_of(flow, ExtensionKind::AbsSendTime));
    if let Some(times) = id
        .flatten()
        .and_then(|id| path.times.iter().find(|t| t.id == id))
    {
        return variation(&times.delays, DelaySource::AbsSendTime);
    }
    // Audio is sent as it is sampled, video when a picture is encoded.
    let of = |ssrc: u32| streams.iter().find(|m| m.state.ssrc == ssrc);
    let media = path.streams.iter().filter_map(|times| {
        let kind = of(times.ssrc)?.stream.kind;
        kind.is_media().then_some((kind == Kind::Audio, times))
    });
    match media.max_by_key(|(is_audio, times)| (*is_audio, times.delays.samples())) {
        Some((_, times)) => {
            let source = DelaySource::RtpTimestamps(Ssrc(times.ssrc));
            variation(&times.delays, source)
        }
        None => Known::No(Unknown::NoClockRate),
    }
}

fn variation(delays: &Delays, source: DelaySource) -> Known<DelayVariation> {
    if delays.samples() < SAMPLES_MIN {
        return Known::No(Unknown::TooFewPackets);
    }
    let buckets = delays.buckets();
    let width = delays.width();
    let line = Line::below(&buckets, width);
    let at = |ns: i64| Timestamp::from_nanos(delays.origin().saturating_add(ns));
    let above = |micros: f64, delay: i32| (f64::from(delay) - line.at(micros)).max(0.0);
    let mut kept: Vec<f64> = delays
        .kept()
        .iter()
        .map(|&(millis, delay)| above(f64::from(millis) * 1_000.0, delay))
        .collect();
    kept.sort_unstable_by(f64::total_cmp);
    let part = |percent: usize| {
        let value = kept.get((kept.len() * percent / 100).min(kept.len().saturating_sub(1)));
        span(value.copied().unwrap_or_default())
    };
    let series: Vec<DelayBucket> = buckets
        .iter()
        .map(|b| {
            let middle = middle(b, width);
            let [min, median, p95, max] =
                [b.min, b.median, b.p95, b.max].map(|delay| span(above(middle, delay)));
            DelayBucket {
                start: at(i64::from(b.index).saturating_mul(width)),
                samples: b.samples,
                min,
                median,
                p95,
                max,
            }
        })
        .collect();
    let width = Span::from_nanos(width);
    let mut build_ups = build_ups(&series, width);
    let build_ups_not_kept = build_ups.len().saturating_sub(BUILD_UPS_MAX) as u64;
    build_ups.truncate(BUILD_UPS_MAX);
    let max = series.iter().map(|b| b.max).max().unwrap_or_default();
    Known::Yes(DelayVariation {
        source,
        samples: delays.samples(),
        median: part(50),
        p95: part(95),
        max,
        drift: line.slope,
        width,
        series,
        build_ups: match source {
            DelaySource::AbsSendTime => Known::Yes(build_ups),
            DelaySource::RtpTimestamps(_) => Known::No(Unknown::Unclear),
        },
        build_ups_not_kept,
    })
}

fn span(micros: f64) -> Span {
    Span::from_nanos((micros * 1e3) as i64)
}

/// The middle of a bucket, in microseconds since the first packet.
fn middle(bucket: &Bucket, width: i64) -> f64 {
    (f64::from(bucket.index) + 0.5) * width as f64 / 1e3
}

/// The delay of the quickest packets over time: a line, since clocks drift evenly.
#[derive(Clone, Copy, Debug)]
struct Line {
    slope: f64,
    from: (f64, f64),
}

impl Line {
    /// The line below all delays that comes nearest to them: the edge, in the middle of their time, of
    /// the hull around the least delay of each bucket. One that no clocks drift by is level.
    fn below(buckets: &[Bucket], width: i64) -> Self {
        let points = buckets.iter().map(|b| (middle(b, width), f64::from(b.min)));
        let mut hull: Vec<(f64, f64)> = Vec::new();
        for point in points.clone() {
            while let [.., a, b] = hull[..]
                && (b.0 - a.0) * (point.1 - a.1) <= (point.0 - a.0) * (b.1 - a.1)
            {
                hull.pop();
            }
            hull.push(point);
        }
        let least = points.clone().map(|p| p.1).fold(f64::INFINITY, f64::min);
        let level = Self {
            slope: 0.0,
            from: (0.0, least),
        };
        let (Some(first), Some(last)) = (hull.first(), hull.last()) else {
            return level;
        };
        let mean = points.clone().map(|p| p.0).sum::<f64>() / buckets.len().max(1) as f64;
        let edge = hull.windows(2).find_map(|edge| match edge {
            [a, b] if a.0 <= mean && mean <= b.0 => Some((*a, (b.1 - a.1) / (b.0 - a.0))),
            _ => None,
        });
        match edge {
            Some((from, slope)) if last.0 - first.0 >= DRIFT_SPAN && slope.abs() <= DRIFT_MAX => {
                Self { slope, from }
            }
            _ => level,
        }
    }

    fn at(&self, micros: f64) -> f64 {
        self.from.1 + self.slope * (micros - self.from.0)
    }
}

/// The times in which most packets were late.
fn build_ups(series: &[DelayBucket], width: Span) -> Vec<QueueBuildUp> {
    let (queued, empty) = (span(QUEUED), span(EMPTY));
    let relief = Span::from_nanos(RELIEF.max(width.nanos()));
    let mut found: Vec<QueueBuildUp> = Vec::new();
    let mut open: Option<QueueBuildUp> = None;
    let mut is_queue = false;
    for bucket in series {
        let end = bucket.start.plus(width);
        if let Some(known) = open
            && bucket.start - known.end >= relief
        {
            found.extend(open.take().filter(|_| is_queue));
        }
        if bucket.p95 < empty {
            continue;
        }
        if open.is_none() {
            is_queue = false;
        }
        is_queue |= bucket.median >= queued;
        let known = open.get_or_insert(QueueBuildUp {
            start: bucket.start,
            end,
            peak_at: bucket.start,
            peak: Span::default(),
            growth: 0.0,
        });
        known.end = end;
        if bucket.max > known.peak {
            known.peak = bucket.max;
            known.peak_at = bucket.start.plus(Span::from_nanos(width.nanos() / 2));
        }
    }
    found.extend(open.filter(|_| is_queue));
    for one in &mut found {
        let took = (one.peak_at - one.start).seconds();
        one.growth = one.peak.seconds() / took.max(width.seconds() / 2.0).max(1e-9);
    }
    found
}

fn numbers(
    path: Option<&PathState>,
    flow: u32,
    streams: &[&Measured<'_, '_>],
    meanings: &Meanings,
) -> Known<PathLoss> {
    let Some(path) = path.filter(|path| !path.numbers.is_empty()) else {
        return Known::No(Unknown::NotSeen);
    };
    let id = meanings.id_of(flow, ExtensionKind::TransportSequence);
    let numbers = path.numbers.iter().find(|n| Some(n.id) == id);
    let (Some(numbers), Some(id)) = (numbers, id) else {
        return Known::No(Unknown::NotSeen);
    };
    let carries = |m: &&&Measured<'_, '_>| m.state.elements.habit(id).is_some();
    let sequence = &numbers.sequence;
    let at = |second: u32| {
        let since = Span::from_nanos(i64::from(second) * 1_000_000_000);
        Timestamp::from_nanos(numbers.begun()).plus(since)
    };
    Known::Yes(PathLoss {
        packets: numbers.elements,
        expected: sequence.expected(),
        lost: sequence.lost(),
        duplicated: sequence.duplicates(),
        reordered: sequence.late(),
        restarts: sequence.restarts(),
        streams_lost: streams.iter().filter(carries).map(|m| m.stream.lost).sum(),
        series: numbers
            .losses()
            .iter()
            .filter(|(_, lost)| *lost != 0)
            .map(|&(second, lost)| (at(second), lost))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path whose packets take `delay` microseconds at each time in milliseconds.
    fn path(seconds: i64, delay: impl Fn(i64) -> i64) -> DelayVariation {
        let mut delays = Delays::new(0);
        for i in 0..seconds * 50 {
            delays.push(i * 20_000_000, delay(i * 20) as i32);
        }
        let known = variation(&delays, DelaySource::AbsSendTime);
        known.value().unwrap().clone()
    }

    fn queues(path: &DelayVariation) -> &[QueueBuildUp] {
        path.build_ups.value().unwrap()
    }

    /// Two milliseconds at most, never the same.
    fn noise(ms: i64) -> i64 {
        (ms.wrapping_mul(2_654_435_761) >> 8) % 2_000
    }

    #[test]
    fn a_steady_path_has_no_queue_however_its_clock_drifts() {
        for ppm in [-100, 0, 100] {
            let drift = |ms: i64| ms * ppm / 1_000;
            let path = path(600, |ms| 5_000_000 + drift(ms) + noise(ms));
            assert!(queues(&path).is_empty(), "{:?}", path.build_ups);
            assert!(path.max < Span::from_millis(3), "{:?}", path.max);
            let found = path.drift * 1e6;
            assert!((found - ppm as f64).abs() < 2.0, "{found} for {ppm}");
        }
    }

    #[test]
    fn a_queue_is_found_where_it_was() {
        // From 10 s on the queue grows for 2 s to 200 ms, and goes as fast from 15 s on.
        let queue = |ms: i64| match ms {
            10_000..12_000 => (ms - 10_000) * 100,
            12_000..15_000 => 200_000,
            15_000..17_000 => (17_000 - ms) * 100,
            _ => 0,
        };
        let path = path(40, |ms| queue(ms) + noise(ms));
        let [one] = queues(&path)[..] else {
            panic!("{:?}", path.build_ups)
        };
        let at = |t: Timestamp| t.nanos() / 1_000_000;
        assert!((10_000..10_400).contains(&at(one.start)), "{one:?}");
        assert!((16_600..17_200).contains(&at(one.end)), "{one:?}");
        assert!(
            (199..203).contains(&(one.peak.nanos() / 1_000_000)),
            "{one:?}"
        );
    }

    #[test]
    fn single_late_packets_are_no_queue() {
        let path = path(40, |ms| {
            noise(ms) + if ms % 3_000 == 0 { 80_000 } else { 0 }
        });
        assert!(queues(&path).is_empty(), "{:?}", path.build_ups);
        assert!(path.max > Span::from_millis(78));
        assert!(path.p95 < Span::from_millis(3));
    }

    #[test]
    fn a_queue_that_grows_all_the_time_is_no_drift() {
        let path = path(60, |ms| ms * 5);
        assert_eq!(queues(&path).len(), 1);
        assert_eq!(path.drift, 0.0);
    }
}
