//! Packet delay variation (RFC 5481): how much longer than the fastest each packet was under way.
//!
//! Delay itself cannot be known at one point of capture, but its differences can: arrival less
//! timestamp is the delay plus a constant, as long as the timestamps keep to one timeline. It is taken
//! from the first packet of each timestamp, against the first packet of the timeline. The fastest is
//! that of the latest 10 to 20 s, so that clocks which run apart do not add up. The first packets of a
//! timeline are kept, because the fastest of them may come last; then a histogram is enough.
//!
//! Where timestamps jump, or stood still in a silence, another timeline begins, whose delay cannot be
//! compared with that of the one before.

use super::jitter::{STILL_NS, is_burst};
use super::model::DelaySpread;
use crate::time::Span;

/// The minimum is forgotten after two of these.
const WINDOW_NS: i64 = 10_000_000_000;
/// Delays kept exactly at the beginning of a timeline.
const EXACT_MAX: usize = 128;
/// Bins an octave: a value is told to 1/16 of itself.
const PER_OCTAVE: usize = 8;
/// The lowest bin ends here, in ns.
const FINEST: u64 = 1 << 15;
const OCTAVES: usize = 22;
const BINS: usize = 1 + OCTAVES * PER_OCTAVE;

/// The delays of one stream relative to their minimum.
#[derive(Clone, Debug)]
pub(super) struct DelayVariation {
    ns_per_tick: f64,
    /// When the first packet of the timeline arrived.
    base: i64,
    /// The newest timestamp, and how many ticks it is after the first of the timeline.
    timestamp: u32,
    ticks: i64,
    /// Delay of its packet relative to the first of the timeline, in ns.
    offset: f64,
    /// Arrival and timestamp of a packet that is far from the timeline.
    aside: Option<(i64, u32)>,
    /// The minimum of this window and of the one before.
    minimum: f64,
    before: f64,
    window_end: i64,
    /// The first of the timeline, until they are counted.
    first: Vec<f32>,
    is_beginning: bool,
    counted: Option<Box<Histogram>>,
}

#[derive(Clone, Debug)]
struct Histogram {
    bins: [u32; BINS],
    total: u64,
    highest: f64,
}

impl DelayVariation {
    /// Starts at a first packet.
    pub(super) fn new(ns_per_tick: f64, arrival_ns: i64, timestamp: u32) -> Self {
        let mut variation = Self {
            ns_per_tick,
            base: 0,
            timestamp: 0,
            ticks: 0,
            offset: 0.0,
            aside: None,
            minimum: 0.0,
            before: 0.0,
            window_end: 0,
            first: Vec::new(),
            is_beginning: true,
            counted: None,
        };
        variation.begin(arrival_ns, timestamp);
        variation
    }

    /// Takes the next packet in order. Those that repeat the newest timestamp, or have an older one,
    /// do not count.
    #[inline]
    pub(super) fn push(&mut self, arrival_ns: i64, timestamp: u32) {
        let step = timestamp.wrapping_sub(self.timestamp) as i32;
        if step == 0 {
            return;
        }
        let ticks = self.ticks + i64::from(step);
        let offset = self.offset_of(arrival_ns, ticks);
        let is_far = (offset - self.offset).abs() >= STILL_NS
            && (offset > self.offset || offset < self.minimum.min(self.before) - STILL_NS);
        if is_far || self.aside.is_some() {
            self.compare(arrival_ns, timestamp, is_far);
        } else if step > 0 {
            self.take(arrival_ns, timestamp, ticks, offset);
        }
    }

    /// Begins another timeline, with this packet.
    pub(super) fn rebase(&mut self, arrival_ns: i64, timestamp: u32) {
        self.count_first();
        self.begin(arrival_ns, timestamp);
    }

    /// The spread, once there are two packets.
    pub(super) fn spread(&self) -> Option<DelaySpread> {
        let mut all = self.clone();
        all.count_first();
        all.counted.filter(|h| h.total >= 2)?.spread()
    }

    fn begin(&mut self, arrival_ns: i64, timestamp: u32) {
        (self.base, self.timestamp) = (arrival_ns, timestamp);
        (self.ticks, self.offset, self.aside) = (0, 0.0, None);
        (self.minimum, self.before) = (0.0, 0.0);
        self.is_beginning = true;
        self.first.push(0.0);
    }

    fn offset_of(&self, arrival_ns: i64, ticks: i64) -> f64 {
        arrival_ns.saturating_sub(self.base) as f64 - ticks as f64 * self.ns_per_tick
    }

    #[inline]
    fn take(&mut self, arrival_ns: i64, timestamp: u32, ticks: i64, offset: f64) {
        (self.timestamp, self.ticks, self.offset) = (timestamp, ticks, offset);
        if self.is_beginning {
            self.minimum = self.minimum.min(offset);
            self.first.push(offset as f32);
            if self.first.len() >= EXACT_MAX {
                self.count_first();
                self.before = self.minimum;
                self.window_end = arrival_ns.saturating_add(WINDOW_NS);
            }
            return;
        }
        if arrival_ns >= self.window_end {
            self.before = self.minimum;
            self.minimum = offset;
            self.window_end = arrival_ns.saturating_add(WINDOW_NS);
        }
        self.minimum = self.minimum.min(offset);
        let excess = offset - self.minimum.min(self.before);
        self.counted.get_or_insert_default().count(excess);
    }

    /// Counts the first packets of the timeline.
    fn count_first(&mut self) {
        self.is_beginning = false;
        let first = std::mem::take(&mut self.first);
        let minimum = first.iter().copied().fold(f32::INFINITY, f32::min);
        if !first.is_empty() {
            let counted = self.counted.get_or_insert_default();
            for offset in first {
                counted.count(f64::from(offset - minimum));
            }
        }
    }

    /// Takes a packet far from the timeline, or the one behind such a packet.
    #[cold]
    fn compare(&mut self, arrival_ns: i64, timestamp: u32, is_far: bool) {
        let Some((far_arrival, far_timestamp)) = self.aside else {
            self.aside = Some((arrival_ns, timestamp));
            return;
        };
        let step = timestamp.wrapping_sub(far_timestamp) as i32;
        if step == 0 {
            return;
        }
        let passed = arrival_ns.saturating_sub(far_arrival) as f64;
        let sent = f64::from(step) * self.ns_per_tick;
        let far_step = far_timestamp.wrapping_sub(self.timestamp) as i32;
        let was_held_up = far_step > 0 && (is_burst(passed, sent) || !is_far);
        self.aside = None;
        if was_held_up {
            // It had been under way that long: what follows comes faster than it was sent.
            let ticks = self.ticks + i64::from(far_step);
            let offset = self.offset_of(far_arrival, ticks);
            if offset > self.offset {
                self.take(far_arrival, far_timestamp, ticks, offset);
            }
            self.push(arrival_ns, timestamp);
        } else if !is_far {
            // One packet of elsewhere, and here it goes on.
            self.push(arrival_ns, timestamp);
        } else if step > 0 && (passed - sent).abs() < STILL_NS {
            // Two that follow each other: the timestamps had stood still, or jumped.
            self.rebase(far_arrival, far_timestamp);
            self.push(arrival_ns, timestamp);
        } else {
            self.aside = Some((arrival_ns, timestamp));
        }
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            bins: [0; BINS],
            total: 0,
            highest: 0.0,
        }
    }
}

impl Histogram {
    #[inline]
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

    /// 8 kHz.
    const NS_PER_TICK: f64 = 125_000.0;

    /// A packet every 20 ms, each with its own delay.
    fn of(delays_ms: impl IntoIterator<Item = f64>) -> DelaySpread {
        let mut delays = delays_ms.into_iter();
        let at = |i: u32, delay: f64| i64::from(i) * 20 * MS + (delay * 1e6) as i64;
        let first = at(0, delays.next().unwrap());
        let mut v = DelayVariation::new(NS_PER_TICK, first, 0);
        for (i, delay) in (1..).zip(delays) {
            v.push(at(i, delay), i * 160);
        }
        v.spread().unwrap()
    }

    /// Packets by arrival in ms and timestamp.
    fn of_packets(packets: impl IntoIterator<Item = (i64, u32)>) -> DelaySpread {
        let mut packets = packets.into_iter().map(|(ms, ts)| (ms * MS, ts));
        let (arrival, timestamp) = packets.next().unwrap();
        let mut v = DelayVariation::new(NS_PER_TICK, arrival, timestamp);
        packets.for_each(|(arrival, timestamp)| v.push(arrival, timestamp));
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
        assert_eq!(DelayVariation::new(NS_PER_TICK, 0, 0).spread(), None);
    }

    /// The packets of a frame are paced over half of the time to the next.
    #[test]
    fn pacing_does_not_add_up() {
        let s = of_packets((0..3000u32).map(|i| (i64::from(i / 5 * 20 + i % 5 * 2), i / 5 * 160)));
        assert_eq!((s.max, s.samples), (Span::default(), 600));
    }

    /// A telephone event keeps the timestamp of its beginning, on its own or among audio.
    #[test]
    fn timestamps_that_are_kept_do_not_count() {
        let held = |i: u32| if (100..110).contains(&i) { 100 } else { i };
        let s = of_packets((0..300).map(|i| (i64::from(i) * 20, held(i) * 160)));
        assert_eq!((s.max, s.samples), (Span::default(), 291));
        let among = (0..300u32).flat_map(|i| {
            let event = (100..150)
                .contains(&i)
                .then_some((i64::from(i) * 20 + 1, 16_000));
            [(i64::from(i) * 20, i * 160)].into_iter().chain(event)
        });
        assert_eq!(of_packets(among).max, Span::default());
    }

    #[test]
    fn a_packet_of_an_old_frame_is_left_out() {
        for old_ms in [40, 400, 4000] {
            let s = of_packets((0..1000u32).flat_map(|i| {
                let at = i64::from(i) * 20;
                let old = (i % 10 == 9 && at > old_ms).then(|| (at, (at - old_ms) as u32 * 8 + 1));
                [(at, i * 160)].into_iter().chain(old)
            }));
            assert_eq!(s.max, Span::default(), "{old_ms}");
        }
    }

    #[test]
    fn timestamps_that_jumped_or_stood_still_begin_another_timeline() {
        for (silence_ms, ticks) in [(8000, 0), (0, 80_000), (0, 1 << 31), (0, u32::MAX - 80_000)] {
            for at in [50, 500] {
                let s = of_packets((0..1000u32).map(|i| {
                    let (ms, ts) = (i64::from(i) * 20 + i64::from(i % 2), i * 160);
                    match i < at {
                        true => (ms, ts),
                        false => (ms + silence_ms, ts.wrapping_add(ticks)),
                    }
                }));
                assert_eq!(s.samples, 1000, "{silence_ms} {ticks}");
                assert_eq!(s.max, Span::from_millis(1), "{silence_ms} {ticks}");
            }
        }
    }

    #[test]
    fn packets_that_were_held_up_count() {
        for at in [50, 500] {
            // All that was sent in two seconds comes at their end.
            let until = at * 20 + 2000;
            let s = of_packets((0..1000u32).map(|i| {
                let ms = i64::from(i) * 20;
                (if ms > at * 20 { ms.max(until) } else { ms }, i * 160)
            }));
            assert_eq!(s.max, Span::from_millis(1980));
            assert_eq!(
                (s.median, s.samples),
                (s.median.min(Span::from_millis(1)), 1000)
            );
        }
    }

    #[test]
    fn a_restart_begins_another_timeline() {
        let mut v = DelayVariation::new(NS_PER_TICK, 0, 0);
        v.push(20 * MS, 160);
        v.rebase(100 * MS, 7);
        v.push(120 * MS, 167);
        let s = v.spread().unwrap();
        assert_eq!((s.max, s.samples), (Span::default(), 4));
    }
}
