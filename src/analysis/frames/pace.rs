//! When frames are complete: how many a second, how evenly, and where the picture stood still.
//!
//! A freeze is W3C webrtc-stats' `freezeCount`: a time between frames of at least max(3 avg,
//! avg + 150 ms), with the average over the last 30 frames. As in libwebrtc, five of them must be
//! known. W3C means frames as they are shown; we see them complete on the network.

use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::Spread;
use crate::time::Span;

/// Frames in the average.
const AVERAGED: usize = 30;
/// Times between frames without which there is no average.
const SAMPLES_MIN: u64 = 5;
/// How much longer than the average a freeze is, at least.
const INCREASE_NS: i64 = 150_000_000;

/// The times at which frames were complete.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    first: i64,
    last: i64,
    frames: u64,
    /// Times between the latest frames, in µs, and their sum.
    recent: [u32; AVERAGED],
    sum: u64,
    least: i64,
    most: i64,
    /// Σd² in s².
    squares: f64,
    freezes: u64,
    frozen: i64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: 0,
            last: 0,
            frames: 0,
            recent: [0; AVERAGED],
            sum: 0,
            least: i64::MAX,
            most: 0,
            squares: 0.0,
            freezes: 0,
            frozen: 0,
        }
    }
}

impl Pace {
    /// Takes a frame that was complete at `at` ns.
    pub(super) fn push(&mut self, at: i64) {
        self.frames += 1;
        if self.frames == 1 {
            (self.first, self.last) = (at, at);
            return;
        }
        // Frames that had been held up are complete at once.
        let d = at.saturating_sub(self.last).max(0);
        self.last = self.last.max(at);
        self.least = self.least.min(d);
        self.most = self.most.max(d);
        let seconds = d as f64 / 1e9;
        self.squares += seconds * seconds;
        let samples = self.frames - 2;
        if samples >= SAMPLES_MIN {
            let counted = samples.min(AVERAGED as u64);
            let average = i64::try_from(self.sum * 1000 / counted).unwrap_or(i64::MAX);
            let limit = average
                .saturating_mul(3)
                .max(average.saturating_add(INCREASE_NS));
            if d >= limit {
                self.freezes += 1;
                self.frozen = self.frozen.saturating_add(d);
            }
        }
        let micros = u32::try_from(d / 1000).unwrap_or(u32::MAX);
        if let Some(slot) = self.recent.get_mut((samples % AVERAGED as u64) as usize) {
            let before = std::mem::replace(slot, micros);
            self.sum = self.sum + u64::from(micros) - u64::from(before);
        }
    }

    fn samples(&self) -> u64 {
        self.frames.saturating_sub(1)
    }

    fn lasted(&self) -> Span {
        Span::from_nanos(self.last.saturating_sub(self.first))
    }

    /// Frames a second, from the first to the last.
    pub(super) fn per_second(&self) -> Known<f64> {
        let lasted = self.lasted().seconds();
        let n = self.samples() as f64;
        let rate = (lasted > 0.0 && n > 0.0).then(|| n / lasted);
        Known::or(rate, Unknown::TooFewPackets)
    }

    /// The time between frames.
    pub(super) fn inter_frame(&self) -> Known<Spread<Span>> {
        let n = i64::try_from(self.samples()).unwrap_or(i64::MAX);
        let spread = (n > 0).then(|| Spread {
            min: Span::from_nanos(self.least),
            mean: Span::from_nanos(self.lasted().nanos() / n.max(1)),
            max: Span::from_nanos(self.most),
        });
        Known::or(spread, Unknown::TooFewPackets)
    }

    /// Its variance in s².
    pub(super) fn variance(&self) -> Known<f64> {
        let (n, sum) = (self.samples() as f64, self.lasted().seconds());
        let variance = (n > 0.0).then(|| ((self.squares - sum * sum / n) / n).max(0.0));
        Known::or(variance, Unknown::TooFewPackets)
    }

    pub(super) fn freezes(&self) -> u64 {
        self.freezes
    }

    pub(super) fn freezes_total(&self) -> Span {
        Span::from_nanos(self.frozen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn of(times_ms: impl IntoIterator<Item = i64>) -> Pace {
        let mut pace = Pace::default();
        times_ms.into_iter().for_each(|t| pace.push(t * MS));
        pace
    }

    #[test]
    fn rates() {
        for (every, fps) in [(200, 5.0), (50, 20.0), (20, 50.0)] {
            let pace = of((0..100).map(|i| i * every));
            assert_eq!(pace.per_second(), Known::Yes(fps));
            assert_eq!(pace.freezes(), 0);
            assert!(pace.variance().value().is_some_and(|v| *v < 1e-9));
        }
    }

    #[test]
    fn a_pause_of_a_second_is_a_freeze_and_one_of_a_frame_is_none() {
        let pace = of((0..60).map(|i| i * 40 + if i >= 30 { 960 } else { 0 }));
        assert_eq!(pace.freezes(), 1);
        assert_eq!(pace.freezes_total(), Span::from_millis(1000));
        let pace = of((0..60).map(|i| i * 40 + if i >= 30 { 100 } else { 0 }));
        assert_eq!(pace.freezes(), 0);
        let early = of([0, 40, 80, 120, 1200, 1240]);
        assert_eq!(early.freezes(), 0, "too few frames before");
    }

    #[test]
    fn variance_by_hand() {
        // 10 ms and 30 ms: mean 20 ms, variance 100 ms².
        let v = of([0, 10, 40]).variance();
        assert!(v.value().is_some_and(|v| (v - 1e-4).abs() < 1e-12), "{v:?}");
    }

    #[test]
    fn one_frame_has_no_pace() {
        let pace = of([5]);
        assert_eq!(pace.per_second(), Known::No(Unknown::TooFewPackets));
        assert!(pace.inter_frame().value().is_none());
        assert!(pace.variance().value().is_none());
    }
}
