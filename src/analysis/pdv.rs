//! Packet delay variation (RFC 5481): how much longer than the fastest each packet was under way.
//!
//! Delay itself cannot be known at one point of capture, but its differences can: a packet's delay
//! relative to the first is the sum of the differences that jitter is made of. The fastest is that
//! of the latest 10 to 20 s, so that clocks which run apart do not add up. The first packets are
//! kept, because the fastest of them may come last; then a histogram is enough.

use super::model::DelaySpread;
use crate::time::Span;

/// The minimum is forgotten after two of these.
const WINDOW_NS: i64 = 10_000_000_000;
/// Delays kept exactly at the beginning.
const EXACT_MAX: usize = 128;
/// Bins an octave: a value is told to 1/16 of itself.
const PER_OCTAVE: usize = 8;
/// The lowest bin ends here, in ns.
const FINEST: u64 = 1 << 15;
const OCTAVES: usize = 22;
const BINS: usize = 1 + OCTAVES * PER_OCTAVE;

/// The delays of one stream relative to their minimum.
#[derive(Clone, Debug, Default)]
pub(super) struct DelayVariation {
    /// Delay of the latest packet relative to the first, in ns.
    offset: f64,
    /// Until the histogram begins.
    first: Vec<f32>,
    rest: Option<Box<Histogram>>,
}

#[derive(Clone, Debug)]
struct Histogram {
    bins: [u32; BINS],
    total: u64,
    highest: f64,
    /// The minimum of this window and of the one before.
    minimum: f64,
    before: f64,
    window_end: i64,
}

impl DelayVariation {
    /// Takes a packet whose delay is by `d` ns more than that of the one before.
    #[inline]
    pub(super) fn push(&mut self, arrival_ns: i64, d: f64) {
        self.offset += d;
        let offset = self.offset;
        if let Some(histogram) = &mut self.rest {
            histogram.push(arrival_ns, offset);
            return;
        }
        self.first.push(offset as f32);
        if self.first.len() >= EXACT_MAX {
            self.rest = Some(Box::new(Histogram::of(&self.first, arrival_ns)));
            self.first = Vec::new();
        }
    }

    /// The spread, once there are two packets.
    pub(super) fn spread(&self) -> Option<DelaySpread> {
        match &self.rest {
            Some(histogram) => histogram.spread(),
            None if self.first.len() < 2 => None,
            None => Histogram::of(&self.first, 0).spread(),
        }
    }
}

impl Histogram {
    /// The histogram of these delays, which came before `now`.
    fn of(first: &[f32], now: i64) -> Self {
        let minimum = first.iter().copied().fold(f32::INFINITY, f32::min);
        let mut histogram = Self {
            bins: [0; BINS],
            total: 0,
            highest: 0.0,
            minimum: f64::from(minimum),
            before: f64::from(minimum),
            window_end: now.saturating_add(WINDOW_NS),
        };
        for offset in first {
            histogram.count(f64::from(*offset) - histogram.minimum);
        }
        histogram
    }

    #[inline]
    fn push(&mut self, arrival_ns: i64, offset: f64) {
        if arrival_ns >= self.window_end {
            self.before = self.minimum;
            self.minimum = offset;
            self.window_end = arrival_ns.saturating_add(WINDOW_NS);
        }
        self.minimum = self.minimum.min(offset);
        self.count(offset - self.minimum.min(self.before));
    }

    fn count(&mut self, excess: f64) {
        self.highest = self.highest.max(excess);
        self.total += 1;
        if let Some(bin) = self.bins.get_mut(bin_of(excess as u64)) {
            *bin = bin.saturating_add(1);
        }
    }

    fn spread(&self) -> Option<DelaySpread> {
        let quantile = |part: f64| {
            let mut left = (part * self.total as f64).ceil().max(1.0) as u64;
            let bin = self.bins.iter().position(|&n| {
                let here = u64::from(n);
                let is_here = left <= here;
                left = left.saturating_sub(here);
                is_here
            })?;
            Some(Span::from_nanos(middle(bin).min(self.highest) as i64))
        };
        Some(DelaySpread {
            median: quantile(0.5)?,
            p95: quantile(0.95)?,
            p99: quantile(0.99)?,
            max: Span::from_nanos(self.highest as i64),
            samples: self.total,
        })
    }
}

/// Which bin a value in ns falls into.
fn bin_of(value: u64) -> usize {
    if value < FINEST {
        return 0;
    }
    let octave = value.ilog2() - FINEST.ilog2();
    let within = (value >> (value.ilog2() - PER_OCTAVE.ilog2())) as usize % PER_OCTAVE;
    (1 + octave as usize * PER_OCTAVE + within).min(BINS - 1)
}

/// The middle of a bin, in ns.
fn middle(bin: usize) -> f64 {
    let Some(bin) = bin.checked_sub(1) else {
        return FINEST as f64 / 2.0;
    };
    let octave = FINEST as f64 * f64::powi(2.0, (bin / PER_OCTAVE) as i32);
    octave * (1.0 + ((bin % PER_OCTAVE) as f64 + 0.5) / PER_OCTAVE as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn of(delays_ms: impl IntoIterator<Item = f64>) -> DelaySpread {
        let mut v = DelayVariation::default();
        let mut last = None;
        for (i, delay) in delays_ms.into_iter().enumerate() {
            let d = (delay - last.unwrap_or(delay)) * 1e6;
            v.push(i as i64 * 20 * MS, d);
            last = Some(delay);
        }
        v.spread().unwrap()
    }

    fn near(span: Span, ms: f64) {
        let off = (span.seconds() * 1e3 - ms).abs();
        assert!(off <= ms / 16.0 + 0.02, "{span:?} is not {ms} ms");
    }

    #[test]
    fn bins_hold_what_they_stand_for() {
        for value in [
            0,
            1,
            32_767,
            32_768,
            40_000,
            1_000_000,
            95_000_000,
            9_000_000_000,
        ] {
            let off = (middle(bin_of(value)) - value as f64).abs();
            assert!(off <= (value as f64 / 16.0).max(17_000.0), "{value}: {off}");
        }
        assert_eq!(bin_of(u64::MAX), BINS - 1);
    }

    #[test]
    fn percentiles_of_a_ramp() {
        for packets in [100, 3000] {
            let s = of((0..packets).map(|i| 30.0 + f64::from(i % 100)));
            near(s.median, 49.0);
            near(s.p95, 94.0);
            near(s.p99, 98.0);
            assert_eq!(s.max, Span::from_millis(99));
            assert_eq!(s.samples, packets as u64);
        }
    }

    #[test]
    fn a_slow_start_counts_against_what_comes_after() {
        let s = of((0..20).map(|i| if i < 5 { 40.0 } else { 10.0 }));
        near(s.p95, 30.0);
        near(s.median, 0.0);
    }

    /// A clock that runs 100 ppm fast adds 60 ms in ten minutes, and that is no delay.
    #[test]
    fn clocks_that_run_apart_do_not_add_up() {
        for drift in [-0.002, 0.002] {
            let s = of((0..30_000).map(|i| f64::from(i) * drift));
            assert!(s.max <= Span::from_millis(3), "{s:?}");
        }
    }

    #[test]
    fn one_packet_tells_nothing() {
        let mut v = DelayVariation::default();
        v.push(0, 0.0);
        assert_eq!(v.spread(), None);
    }
}
