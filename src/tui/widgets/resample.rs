//! From a stream's buckets to the columns of a chart or sparkline.
//!
//! A chart column always spans a whole number of buckets. Were it one and a half, every other
//! column would hold one bucket more than its neighbour, and a constant bit rate would look like a
//! comb.

use crate::analysis::model::Stream;
use crate::analysis::{Bucket, Series, Unknown};
use crate::time::{Span, Timestamp};

/// What is plotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    /// kbit/s of RTP packets.
    Bitrate,
    /// Percent of the packets expected.
    Loss,
    /// Milliseconds (RFC 3550).
    Jitter,
}

impl Metric {
    /// In the order they are drawn.
    pub(crate) const ALL: [Self; 3] = [Self::Bitrate, Self::Loss, Self::Jitter];

    /// Its name with its unit.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Bitrate => "bit rate kb/s",
            Self::Loss => "loss %",
            Self::Jitter => "jitter ms",
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bitrate => "bit rate",
            Self::Loss => "loss",
            Self::Jitter => "jitter",
        }
    }

    /// Why a stream has no such measure, if it has none.
    pub(crate) fn unknown(self, stream: &Stream) -> Option<Unknown> {
        match self {
            Self::Jitter => stream.jitter.reason(),
            Self::Bitrate | Self::Loss => None,
        }
    }

    /// The value of a bucket that spans `width`; `None` when it has none. Jitter is only meant
    /// where the stream's is known: ask [`unknown`](Self::unknown).
    pub(crate) fn of(self, bucket: &Bucket, width: Span) -> Option<f64> {
        match self {
            Self::Bitrate => {
                Some(f64::from(bucket.bytes) * 8.0 / width.seconds().max(1e-9) / 1000.0)
            }
            Self::Loss => {
                let lost = f64::from(bucket.lost.max(0));
                let expected = lost + f64::from(bucket.packets);
                (expected > 0.0).then(|| lost / expected * 100.0)
            }
            Self::Jitter => (bucket.packets > 0).then(|| f64::from(bucket.jitter_max_ns) / 1e6),
        }
    }
}

/// A span of time cut into columns of whole buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grid {
    /// Where the first column begins.
    pub(crate) start: Timestamp,
    /// How many buckets a column spans.
    pub(crate) buckets: i64,
    /// The width of a bucket.
    pub(crate) bucket: Span,
    /// How many columns there are.
    pub(crate) columns: usize,
}

impl Grid {
    /// At most `most` columns over `start` to `end`, for series of this bucket width.
    pub(crate) fn new(series: &Series, start: Timestamp, end: Timestamp, most: usize) -> Self {
        let bucket = series.width().nanos().max(1);
        let most = most.max(1);
        let since = (start - series.origin()).nanos();
        let first = since.div_euclid(bucket);
        let last = (end - series.origin())
            .nanos()
            .max(since)
            .div_euclid(bucket);
        let wanted = last.saturating_sub(first).saturating_add(1);
        let most_i = i64::try_from(most).unwrap_or(i64::MAX);
        let buckets = wanted / most_i + i64::from(wanted % most_i != 0);
        let columns = wanted / buckets + i64::from(wanted % buckets != 0);
        Self {
            start: series
                .origin()
                .plus(Span::from_nanos(first.saturating_mul(bucket))),
            buckets,
            bucket: Span::from_nanos(bucket),
            columns: usize::try_from(columns).unwrap_or(most).clamp(1, most),
        }
    }

    /// The width of a column.
    pub(crate) fn width(&self) -> Span {
        Span::from_nanos(self.bucket.nanos().saturating_mul(self.buckets))
    }

    /// Where the last column ends.
    pub(crate) fn end(&self) -> Timestamp {
        self.at(self.columns)
    }

    /// Where column `i` begins.
    pub(crate) fn at(&self, i: usize) -> Timestamp {
        let i = i64::try_from(i).unwrap_or(i64::MAX);
        self.start
            .plus(Span::from_nanos(self.width().nanos().saturating_mul(i)))
    }

    /// The same span in columns of `buckets` buckets, or of the next lower number that divides
    /// this grid's.
    fn split(&self, buckets: i64) -> Self {
        let part = (1..=buckets)
            .rev()
            .find(|n| self.buckets % n == 0)
            .unwrap_or(1);
        let parts = usize::try_from(self.buckets / part).unwrap_or(1);
        Self {
            buckets: part,
            columns: self.columns.saturating_mul(parts),
            ..*self
        }
    }

    /// The column that `ts` falls into.
    pub(crate) fn column(&self, ts: Timestamp) -> Option<usize> {
        let since = (ts - self.start).nanos();
        let i = usize::try_from(since.checked_div(self.width().nanos())?).ok()?;
        (since >= 0 && i < self.columns).then_some(i)
    }
}

/// The lowest and the highest value of a metric in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MinMax {
    /// The lowest.
    pub(crate) min: f64,
    /// The highest.
    pub(crate) max: f64,
}

/// The least time that a bit rate is measured over, if a column spans that much. A tenth of a
/// second holds a frame of video or none: its bit rate says more about the frame rate.
const BITRATE_OVER: Span = Span::from_millis(500);

/// The extremes of `metric` in every column of `grid`; `None` where there is no sample.
///
/// Extremes rather than means: a spike is never averaged away.
pub(crate) fn extremes(series: &Series, grid: &Grid, metric: Metric) -> Vec<Option<MinMax>> {
    let mut out: Vec<Option<MinMax>> = vec![None; grid.columns];
    let sample = match metric {
        Metric::Bitrate => {
            (BITRATE_OVER.nanos() / grid.bucket.nanos().max(1)).clamp(1, grid.buckets)
        }
        Metric::Loss | Metric::Jitter => 1,
    };
    if sample > 1 {
        let parts = grid.split(sample);
        for (i, value) in sums(series, &parts).iter().enumerate() {
            let value = value.as_ref().and_then(|b| metric.of(b, parts.width()));
            widen(&mut out, grid.column(parts.at(i)), value);
        }
        return out;
    }
    let buckets = series.buckets();
    let from = buckets.partition_point(|b| series.start_of(b) < grid.start);
    for bucket in buckets.iter().skip(from) {
        let Some(i) = grid.column(series.start_of(bucket)) else {
            break;
        };
        widen(&mut out, Some(i), metric.of(bucket, grid.bucket));
    }
    out
}

/// Makes room for `value` in column `i`.
fn widen(columns: &mut [Option<MinMax>], i: Option<usize>, value: Option<f64>) {
    if let (Some(slot), Some(value)) = (i.and_then(|i| columns.get_mut(i)), value) {
        let seen = slot.unwrap_or(MinMax {
            min: value,
            max: value,
        });
        *slot = Some(MinMax {
            min: seen.min.min(value),
            max: seen.max.max(value),
        });
    }
}

/// The sums of every column of `grid`.
pub(crate) fn sums(series: &Series, grid: &Grid) -> Vec<Option<Bucket>> {
    series.columns(grid.start, grid.end(), grid.columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing::{at_ms, series};

    #[test]
    fn a_constant_rate_stays_constant_at_every_width() {
        let s = series(&(0..300).map(|i| (i * 100, 10, 0)).collect::<Vec<_>>());
        for most in [7, 40, 99, 151, 299, 1000] {
            let grid = Grid::new(&s, at_ms(0), at_ms(29_999), most);
            assert!(grid.columns <= most);
            let columns = sums(&s, &grid);
            let full = columns.get(..columns.len() - 1).unwrap();
            let first = full.first().unwrap().unwrap().packets;
            assert!(full.iter().all(|c| c.unwrap().packets == first), "{most}");
        }
    }

    fn highest(s: &Series, metric: Metric) -> f64 {
        let grid = Grid::new(s, at_ms(0), at_ms(99_999), 20);
        let columns = extremes(s, &grid, metric);
        assert_eq!(columns.len(), 20);
        columns
            .into_iter()
            .flatten()
            .map(|m| m.max)
            .fold(0.0, f64::max)
    }

    #[test]
    fn a_spike_is_not_averaged_away() {
        // 1000 buckets in 20 columns; one has nine times the packets and half of its packets lost.
        let at = |i: i64| {
            if i == 500 {
                (i * 100, 90, 90)
            } else {
                (i * 100, 10, 0)
            }
        };
        let s = series(&(0..1000).map(at).collect::<Vec<_>>());
        assert!((highest(&s, Metric::Loss) - 50.0).abs() < 1e-9);
        assert!((highest(&s, Metric::Jitter) - 1.9).abs() < 1e-9);
        // A bit rate is one over half a second: four usual buckets and the high one.
        let usual = Metric::Bitrate.of(&s.buckets()[0], s.width()).unwrap();
        assert!((highest(&s, Metric::Bitrate) / usual - (4.0 + 9.0) / 5.0).abs() < 1e-9);
    }

    #[test]
    fn no_packets_is_not_zero() {
        let s = series(&[(0, 10, 0), (100, 10, 0), (900, 10, 10)]);
        let grid = Grid::new(&s, at_ms(0), at_ms(999), 100);
        let loss = extremes(&s, &grid, Metric::Loss);
        let shape: Vec<_> = loss.iter().map(|m| m.map(|m| m.max)).collect();
        assert_eq!(shape.len(), 10);
        assert_eq!(shape[0], Some(0.0));
        assert_eq!(shape[5], None);
        assert_eq!(shape[9], Some(50.0));
    }

    #[test]
    fn extreme_times_end() {
        let s = series(&[(0, 1, 0)]);
        for (a, b) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, 0)] {
            let grid = Grid::new(&s, Timestamp::from_nanos(a), Timestamp::from_nanos(b), 80);
            assert!(grid.columns <= 80);
            assert_eq!(sums(&s, &grid).len(), grid.columns);
        }
    }
}
