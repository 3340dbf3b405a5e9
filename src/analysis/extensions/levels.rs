//! Audio levels over time (RFC 6464): one byte a packet, the top bit for voice.

use crate::analysis::halve::{Place, merge_in_pairs};
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{AudioLevel, LevelBucket};
use crate::time::{Span, Timestamp};

/// Width of a bucket before any doubling.
const WIDTH: i64 = 1_000_000_000;
/// Buckets before the width doubles.
const BUCKETS_MAX: usize = 256;
/// The level of digital silence, in dB below overload.
const SILENCE: u8 = 127;

/// The levels of one stream.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Levels {
    origin: Timestamp,
    width: i64,
    buckets: Vec<Bucket>,
    packets: u64,
    silent: u64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    index: u32,
    packets: u32,
    voiced: u32,
    sum: u32,
    least: u8,
    most: u8,
}

impl Place for Bucket {
    fn index(&self) -> u32 {
        self.index
    }

    fn moved_to(self, index: u32) -> Self {
        Self { index, ..self }
    }

    fn join(&mut self, other: &Self) {
        self.packets = self.packets.saturating_add(other.packets);
        self.voiced = self.voiced.saturating_add(other.voiced);
        self.sum = self.sum.saturating_add(other.sum);
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }
}

impl Levels {
    /// Levels from `origin` on.
    pub(super) fn new(origin: Timestamp) -> Self {
        Self {
            origin,
            width: WIDTH,
            buckets: Vec::new(),
            packets: 0,
            silent: 0,
        }
    }

    /// Takes the next level.
    #[inline]
    pub(super) fn push(&mut self, at: Timestamp, byte: u8) {
        let level = byte & 0x7f;
        self.packets += 1;
        self.silent += u64::from(level == SILENCE);
        let since = (at - self.origin).nanos().max(0);
        let mut index = since / self.width;
        let is_current = |b: &Bucket| i64::from(b.index) >= index;
        if !self.buckets.last().is_some_and(is_current) {
            while self.buckets.len() >= BUCKETS_MAX || index >= i64::from(u32::MAX) {
                self.halve();
                index = since / self.width;
            }
            let index = index as u32;
            if self.buckets.last().is_none_or(|b| b.index < index) {
                self.buckets.push(Bucket {
                    index,
                    packets: 0,
                    voiced: 0,
                    sum: 0,
                    least: u8::MAX,
                    most: 0,
                });
            }
        }
        // What comes late counts where the stream is by now: a level is worth no search.
        if let Some(bucket) = self.buckets.last_mut() {
            bucket.packets = bucket.packets.saturating_add(1);
            bucket.voiced = bucket.voiced.saturating_add(u32::from(byte >> 7));
            bucket.sum = bucket.sum.saturating_add(level.into());
            bucket.least = bucket.least.min(level);
            bucket.most = bucket.most.max(level);
        }
    }

    fn halve(&mut self) {
        self.width = self.width.saturating_mul(2);
        merge_in_pairs(&mut self.buckets);
    }

    /// What is reported of them.
    pub(in crate::analysis) fn report(&self) -> AudioLevel {
        let dbov = |level: u8| -f64::from(level);
        let mean = |sum: u64, n: u64| -(sum as f64 / n.max(1) as f64);
        let voiced: u64 = self.buckets.iter().map(|b| u64::from(b.voiced)).sum();
        let sum = self.buckets.iter().map(|b| u64::from(b.sum)).sum();
        let least = self
            .buckets
            .iter()
            .map(|b| b.least)
            .min()
            .unwrap_or(SILENCE);
        let most = self.buckets.iter().map(|b| b.most).max().unwrap_or(SILENCE);
        let share = |n: u64| n as f64 / self.packets.max(1) as f64;
        AudioLevel {
            packets: self.packets,
            // The smaller the number, the louder.
            min: dbov(most),
            mean: mean(sum, self.packets),
            max: dbov(least),
            voice: Known::or((voiced > 0).then(|| share(voiced)), Unknown::NotSeen),
            silence: share(self.silent),
            width: Span::from_nanos(self.width),
            series: self
                .buckets
                .iter()
                .map(|b| LevelBucket {
                    start: self.origin.plus(Span::from_nanos(
                        self.width.saturating_mul(i64::from(b.index)),
                    )),
                    packets: b.packets,
                    voiced: b.voiced,
                    min: dbov(b.most),
                    mean: mean(b.sum.into(), b.packets.into()),
                    max: dbov(b.least),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: i64) -> Timestamp {
        Timestamp::from_nanos(n * 1_000_000)
    }

    #[test]
    fn levels_are_summed_by_second_with_voice_and_silence() {
        let mut levels = Levels::new(ms(500));
        for (at, byte) in [(500, 0x80 | 20), (520, 40), (1499, 127), (1500, 0x80 | 10)] {
            levels.push(ms(at), byte);
        }
        let report = levels.report();
        assert_eq!(report.packets, 4);
        assert_eq!((report.min, report.max), (-127.0, -10.0));
        assert!((report.mean + 49.25).abs() < 1e-9);
        assert_eq!(report.voice, Known::Yes(0.5));
        assert!((report.silence - 0.25).abs() < 1e-9);
        let starts: Vec<_> = report.series.iter().map(|b| (b.start, b.packets)).collect();
        assert_eq!(starts, [(ms(500), 3), (ms(1500), 1)]);
    }

    #[test]
    fn hours_take_a_bounded_series_and_lose_no_packet() {
        let mut levels = Levels::new(ms(0));
        for i in 0..100_000_i64 {
            levels.push(ms(i * 200), (i % 128) as u8);
        }
        levels.push(Timestamp::from_nanos(i64::MAX), 1);
        levels.push(Timestamp::from_nanos(i64::MIN), 1);
        let report = levels.report();
        assert!(report.series.len() <= BUCKETS_MAX);
        let packets: u32 = report.series.iter().map(|b| b.packets).sum();
        assert_eq!(packets, 100_002);
        assert_eq!(report.voice, Known::No(Unknown::NotSeen), "never flagged");
    }
}
