//! Packets, bytes, loss and jitter of a stream over time, in buckets of one width.
//!
//! Only buckets with packets are stored, so a capture with a gap of years costs nothing. When a
//! stream has filled its limit, its buckets are merged in pairs and the width doubles: memory is
//! bounded by streams, never by time.

use super::halve::{Place, merge_in_pairs};
use crate::time::{Span, Timestamp};

/// What happened to a stream in one bucket of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Its place on the axis: it covers `index * width` to `(index + 1) * width` from the origin.
    pub index: u32,
    /// Packets received.
    pub packets: u32,
    /// RTP bytes received, headers included.
    pub bytes: u32,
    /// Sequence numbers found missing, less those that came late after all; the sum over all
    /// buckets is the stream's loss.
    pub lost: i32,
    /// The highest jitter estimate, in nanoseconds; 0 while there is none.
    pub jitter_max_ns: u32,
    /// Frames that were completed; only meant for streams whose frames are known.
    pub frames: u32,
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
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.lost = self.lost.saturating_add(other.lost);
        self.jitter_max_ns = self.jitter_max_ns.max(other.jitter_max_ns);
        self.frames = self.frames.saturating_add(other.frames);
    }
}

/// A stream's buckets in time order, on an axis that all streams of an analysis share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    origin: Timestamp,
    width: i64,
    limit: usize,
    current_end: i64,
    buckets: Vec<Bucket>,
}

impl Series {
    /// Buckets of `width` counted from `origin`, at most `limit` of them before the width doubles.
    pub fn new(origin: Timestamp, width: Span, limit: usize) -> Self {
        Self {
            origin,
            width: width.nanos().max(1),
            limit: limit.max(2),
            current_end: i64::MIN,
            buckets: Vec::new(),
        }
    }

    /// The start of the axis.
    pub fn origin(&self) -> Timestamp {
        self.origin
    }

    /// The width of a bucket, after any doubling.
    pub fn width(&self) -> Span {
        Span::from_nanos(self.width)
    }

    /// The buckets that have packets or loss, by index.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// When a bucket begins.
    pub fn start_of(&self, bucket: &Bucket) -> Timestamp {
        self.origin.plus(Span::from_nanos(
            self.width.saturating_mul(i64::from(bucket.index)),
        ))
    }

    /// The bucket for `ts`, made if need be.
    pub(crate) fn at(&mut self, ts: Timestamp) -> &mut Bucket {
        // The usual case by far: the same bucket as the packet before.
        let ns = ts.nanos();
        if ns < self.current_end
            && ns >= self.current_end.saturating_sub(self.width)
            && let Some(i) = self.buckets.len().checked_sub(1)
        {
            return self.slot(i);
        }
        self.find(ts)
    }

    #[allow(clippy::indexing_slicing)] // the two callers pass an index they have just found
    fn slot(&mut self, i: usize) -> &mut Bucket {
        &mut self.buckets[i]
    }

    fn find(&mut self, ts: Timestamp) -> &mut Bucket {
        let mut found = self.search(ts);
        while found.is_err() && self.buckets.len() >= self.limit {
            self.halve();
            found = self.search(ts);
        }
        let place = match found {
            Ok(i) => return self.slot(i),
            Err(place) => place,
        };
        let index = self.index_of(ts);
        let bucket = Bucket {
            index,
            ..Bucket::default()
        };
        self.buckets.insert(place, bucket);
        if place + 1 == self.buckets.len() {
            let end = self.width.saturating_mul(i64::from(index) + 1);
            self.current_end = self.origin.plus(Span::from_nanos(end)).nanos();
        }
        self.slot(place)
    }

    /// Where the bucket for `ts` is, or where it would be.
    fn search(&mut self, ts: Timestamp) -> Result<usize, usize> {
        let index = self.index_of(ts);
        self.buckets.binary_search_by_key(&index, |b| b.index)
    }

    fn index_of(&mut self, ts: Timestamp) -> u32 {
        let since = (ts - self.origin).nanos().max(0);
        // An axis of 2^32 buckets: only a hostile capture outruns it.
        while since / self.width > i64::from(u32::MAX - 1) {
            self.halve();
        }
        u32::try_from(since / self.width).unwrap_or(u32::MAX)
    }

    /// Merges buckets in pairs and doubles the width.
    fn halve(&mut self) {
        self.width = self.width.saturating_mul(2);
        self.current_end = i64::MIN;
        merge_in_pairs(&mut self.buckets);
    }

    /// Takes back one lost packet that came late: from the latest bucket that counted one.
    pub(super) fn recover_one(&mut self) {
        let recent = self.buckets.iter_mut().rev().take(64).find(|b| b.lost > 0);
        if let Some(bucket) = recent {
            bucket.lost -= 1;
        } else if let Some(bucket) = self.buckets.last_mut() {
            bucket.lost -= 1;
        }
    }

    /// The series resampled to `columns` columns over `start` to `end`: what a chart draws.
    ///
    /// A column that holds no bucket is `None`; sums and maxima are kept, so that a spike is never
    /// lost to the resampling.
    pub fn columns(&self, start: Timestamp, end: Timestamp, columns: usize) -> Vec<Option<Bucket>> {
        let mut out = vec![None; columns];
        let span = i128::from((end - start).nanos().max(1));
        for bucket in &self.buckets {
            let at = i128::from((self.start_of(bucket) - start).nanos());
            // A bucket that straddles the left edge still shows in the first column.
            if at + i128::from(self.width) <= 0 || at >= span {
                continue;
            }
            let column = usize::try_from(at.max(0) * columns as i128 / span).unwrap_or(usize::MAX);
            if let Some(slot) = out.get_mut(column) {
                let sum = slot.get_or_insert(Bucket {
                    index: bucket.index,
                    ..Bucket::default()
                });
                sum.packets = sum.packets.saturating_add(bucket.packets);
                sum.bytes = sum.bytes.saturating_add(bucket.bytes);
                sum.lost = sum.lost.saturating_add(bucket.lost);
                sum.jitter_max_ns = sum.jitter_max_ns.max(bucket.jitter_max_ns);
                sum.frames = sum.frames.saturating_add(bucket.frames);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: i64) -> Timestamp {
        Timestamp::from_nanos(n * 1_000_000)
    }

    fn filled(limit: usize, at_ms: &[i64]) -> Series {
        let mut s = Series::new(ms(0), Span::from_millis(100), limit);
        for &t in at_ms {
            let b = s.at(ms(t));
            b.packets += 1;
            b.bytes += 10;
            b.lost += 1;
        }
        s
    }

    #[test]
    fn packets_fall_into_their_bucket_even_when_late() {
        let s = filled(16, &[0, 99, 100, 350, 120, 50]);
        let got: Vec<_> = s.buckets().iter().map(|b| (b.index, b.packets)).collect();
        assert_eq!(got, [(0, 3), (1, 2), (3, 1)]);
    }

    #[test]
    fn width_doubles_at_the_limit_and_nothing_is_lost() {
        let times: Vec<i64> = (0..1000).map(|i| i * 37).collect();
        let s = filled(8, &times);
        assert!(s.buckets().len() <= 8);
        assert!(s.width() > Span::from_millis(100));
        assert_eq!(s.buckets().iter().map(|b| b.packets).sum::<u32>(), 1000);
        assert_eq!(s.buckets().iter().map(|b| b.lost).sum::<i32>(), 1000);
        assert!(s.buckets().is_sorted_by_key(|b| b.index));
    }

    #[test]
    fn a_gap_of_years_costs_one_bucket() {
        let year = 365 * 86_400_000;
        let s = filled(16, &[0, 5 * year, 5 * year + 1, 9 * year]);
        assert_eq!(s.buckets().len(), 3);
    }

    #[test]
    fn extreme_times_end() {
        let mut s = Series::new(Timestamp::from_nanos(i64::MIN), Span::from_nanos(1), 4);
        s.at(Timestamp::from_nanos(i64::MAX)).packets += 1;
        s.at(Timestamp::from_nanos(i64::MIN)).packets += 1;
        s.at(Timestamp::from_nanos(0)).packets += 1;
        assert_eq!(s.buckets().iter().map(|b| b.packets).sum::<u32>(), 3);
    }

    #[test]
    fn columns_keep_every_packet_and_every_spike() {
        let times: Vec<i64> = (0..500).map(|i| i * 20).collect();
        let s = filled(4096, &times);
        for n in [1, 7, 80, 400] {
            let columns = s.columns(ms(0), ms(10_000), n);
            assert_eq!(columns.len(), n);
            assert_eq!(
                columns.iter().flatten().map(|b| b.packets).sum::<u32>(),
                500,
                "{n}"
            );
        }
        let part = s.columns(ms(1_000), ms(2_000), 10);
        assert_eq!(part.iter().flatten().map(|b| b.packets).sum::<u32>(), 50);
    }

    #[test]
    fn late_packets_take_their_loss_back() {
        let mut s = filled(16, &[0, 100]);
        s.at(ms(300)).packets += 1;
        s.recover_one();
        s.recover_one();
        s.recover_one();
        assert_eq!(s.buckets().iter().map(|b| b.lost).sum::<i32>(), -1);
    }
}
