//! One-way delay variation of a path: how much longer than the quickest a packet was on its way.
//!
//! Sender and capture have clocks of their own, so a single delay means nothing. But what a packet
//! took more than another does: arrival difference less send difference. Summed up from the first
//! packet this is a delay with an unknown constant, and with the drift between the two clocks. Both
//! go when the lowest line through the delays is taken away (docs/algorithms/delay.md), which needs
//! the whole path: here delays are only gathered.

use crate::analysis::halve::{Place, merge_in_pairs};

/// Width of a bucket before any doubling.
const WIDTH: i64 = 200_000_000;
/// Buckets kept before their width doubles.
const BUCKETS_MAX: usize = 1_024;
/// Delays of a bucket kept for its 95th percentile.
const OPEN_MAX: usize = 64;
/// Delays kept of the whole path.
const SAMPLES_MAX: usize = 512;

/// The relative delays of one bucket of time, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) index: u32,
    pub(super) samples: u32,
    pub(super) min: i32,
    pub(super) median: i32,
    pub(super) p95: i32,
    pub(super) max: i32,
}

/// The relative delays of a path.
#[derive(Clone, Debug)]
pub(super) struct Delays {
    /// Arrival of the first packet in nanoseconds: where time begins.
    origin: i64,
    width: i64,
    buckets: Vec<Bucket>,
    /// The bucket that is being filled, its end in time, and its delays.
    open: Bucket,
    open_from: i64,
    delays: Vec<i32>,
    stride: u32,
    /// Some of all delays, with their time since the origin in milliseconds.
    kept: Vec<(u32, i32)>,
    keep_mask: u64,
    samples: u64,
}

impl Delays {
    pub(super) fn new(origin: i64) -> Self {
        Self {
            origin,
            width: WIDTH,
            buckets: Vec::new(),
            open: fresh(0),
            open_from: 0,
            delays: Vec::with_capacity(OPEN_MAX),
            stride: 1,
            kept: Vec::new(),
            keep_mask: 0,
            samples: 0,
        }
    }

    /// Where time begins, in nanoseconds.
    pub(super) fn origin(&self) -> i64 {
        self.origin
    }

    /// The width of a bucket in nanoseconds.
    pub(super) fn width(&self) -> i64 {
        self.width
    }

    /// How many packets were measured.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Takes the relative delay in microseconds of a packet that arrived at this time.
    #[inline]
    pub(super) fn push(&mut self, arrival: i64, delay: i32) {
        let since = arrival.saturating_sub(self.origin);
        let end = self.open_from.saturating_add(self.width);
        if !(self.open_from..end).contains(&since) {
            self.turn(since);
        }
        if self.samples & self.keep_mask == 0 {
            self.keep(u32::try_from(since / 1_000_000).unwrap_or(0), delay);
        }
        self.samples += 1;
        let open = &mut self.open;
        open.min = open.min.min(delay);
        open.max = open.max.max(delay);
        if open.samples.is_multiple_of(self.stride) {
            if self.delays.len() >= OPEN_MAX {
                halve(&mut self.delays);
                self.stride *= 2;
            }
            self.delays.push(delay);
        }
        open.samples += 1;
    }

    #[cold]
    fn keep(&mut self, millis: u32, delay: i32) {
        if self.kept.len() >= SAMPLES_MAX {
            halve(&mut self.kept);
            self.keep_mask = self.keep_mask << 1 | 1;
        }
        self.kept.push((millis, delay));
    }

    /// Closes the open bucket and opens that of another time. What comes from before the latest
    /// bucket (a capture's interfaces may mix) counts there.
    #[cold]
    fn turn(&mut self, since: i64) {
        self.close();
        let last = self.buckets.last().map_or(0, |b| i64::from(b.index));
        while (since / self.width).max(last) > i64::from(u32::MAX) {
            self.double();
        }
        let last = self.buckets.last().map_or(0, |b| i64::from(b.index));
        let index = (since / self.width).max(last);
        self.open = fresh(index as u32);
        self.open_from = index.saturating_mul(self.width);
        if since < self.open_from {
            // Late by more than a bucket: it counts with those that arrive now.
            self.open_from = since;
        }
        self.delays.clear();
        self.stride = 1;
    }

    fn close(&mut self) {
        // In place: a bucket is closed several times a second.
        self.delays.sort_unstable();
        let Some(bucket) = summed(self.open, &self.delays) else {
            return;
        };
        match self.buckets.last_mut() {
            Some(last) if last.index == bucket.index => last.join(&bucket),
            _ => self.buckets.push(bucket),
        }
        self.open.samples = 0;
        if self.buckets.len() > BUCKETS_MAX {
            self.double();
        }
    }

    /// The open bucket as it is, if anything is in it.
    fn closed(&self) -> Option<Bucket> {
        let mut sorted = self.delays.clone();
        sorted.sort_unstable();
        summed(self.open, &sorted)
    }

    fn double(&mut self) {
        self.width = self.width.saturating_mul(2);
        merge_in_pairs(&mut self.buckets);
    }

    /// All buckets with packets, in order of time.
    pub(super) fn buckets(&self) -> Vec<Bucket> {
        let mut all = self.buckets.clone();
        if let Some(open) = self.closed() {
            match all.last_mut() {
                Some(last) if last.index == open.index => last.join(&open),
                _ => all.push(open),
            }
        }
        all
    }

    /// Some of all delays in microseconds, evenly picked, with their time since the origin in
    /// microseconds.
    pub(super) fn kept(&self) -> &[(u32, i32)] {
        &self.kept
    }
}

/// A bucket with what its delays, in order, come to; none if there are none.
fn summed(open: Bucket, sorted: &[i32]) -> Option<Bucket> {
    let part = |percent: usize| sorted.get(sorted.len() * percent / 100).copied();
    let (median, p95) = (part(50)?, part(95)?);
    (open.samples > 0).then_some(Bucket {
        median,
        p95,
        ..open
    })
}

fn fresh(index: u32) -> Bucket {
    Bucket {
        index,
        samples: 0,
        min: i32::MAX,
        median: 0,
        p95: 0,
        max: i32::MIN,
    }
}

impl Place for Bucket {
    fn index(&self) -> u32 {
        self.index
    }

    fn moved_to(self, index: u32) -> Self {
        Self { index, ..self }
    }

    // The percentiles are the higher of the two: at most that many were above.
    fn join(&mut self, other: &Self) {
        self.samples = self.samples.saturating_add(other.samples);
        self.min = self.min.min(other.min);
        self.median = self.median.max(other.median);
        self.p95 = self.p95.max(other.p95);
        self.max = self.max.max(other.max);
    }
}

fn halve<T>(list: &mut Vec<T>) {
    let mut nth = 0u32;
    list.retain(|_| {
        nth += 1;
        nth % 2 == 1
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    #[test]
    fn buckets_tell_least_most_and_what_few_exceed() {
        let mut delays = Delays::new(0);
        for i in 0..100 {
            delays.push(i * 2 * MS, i as i32 * 1_000);
        }
        delays.push(250 * MS, 7);
        let [first, second] = delays.buckets()[..] else {
            panic!("{:?}", delays.buckets());
        };
        assert_eq!((first.min, first.max, first.samples), (0, 99_000, 100));
        assert!((93_000..97_000).contains(&first.p95), "{first:?}");
        assert_eq!((second.index, second.min, second.p95), (1, 7, 7));
    }

    #[test]
    fn a_long_path_has_wider_buckets_and_no_more_of_them() {
        let mut delays = Delays::new(0);
        for i in 0..20_000i64 {
            delays.push(i * 1_000 * MS, (i % 10) as i32);
        }
        let buckets = delays.buckets();
        assert!(buckets.len() <= BUCKETS_MAX + 1);
        assert_eq!(
            buckets.iter().map(|b| u64::from(b.samples)).sum::<u64>(),
            20_000
        );
        assert!(buckets.windows(2).all(|w| w[0].index < w[1].index));
        assert!(delays.kept().len() <= SAMPLES_MAX);
    }

    #[test]
    fn any_times_are_held() {
        let mut delays = Delays::new(0);
        for arrival in [i64::MIN, i64::MAX, 0, -5, 1 << 62, i64::MAX - 1, 3] {
            delays.push(arrival, 1);
        }
        assert_eq!(delays.samples(), 7);
        assert!(delays.buckets().len() <= 7);
    }
}
