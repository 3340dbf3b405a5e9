//! Round-trip times from reports that quote each other (RFC 3550 section 6.4.1, RFC 3611 section 4).
//!
//! A report block quotes the middle 32 bits of the NTP time of the last sender report that its
//! author received, and says how long ago that was. We saw both pass: what lies between, less the
//! time the author held on to it, is the way from the point of capture to the author and back. The
//! same holds for receiver reference times and the DLRR blocks that answer them.

use crate::analysis::model::RoundTripTimes;
use crate::time::{Span, Timestamp};

/// Reports remembered per source; an answer quotes the latest or, when that was lost, one before.
const REFERENCES_MAX: usize = 16;
/// Round-trip times kept for the median; a power of two.
const SAMPLES_MAX: usize = 256;
/// How far below zero rounding and a capture's coarse clock may bring a round trip.
const LEAST: Span = Span::from_millis(-1);
/// A longer round trip is a stray quotation and not a measure.
const MOST: Span = Span::from_millis(30_000);

/// The latest reports of one source that an answer may quote: the middle of the NTP time, and when
/// it passed.
#[derive(Clone, Debug, Default)]
pub(super) struct References {
    ring: Vec<(u32, Timestamp)>,
    next: usize,
}

impl References {
    /// Notes a report. Of one that passes again only the first time counts.
    pub(super) fn push(&mut self, middle: u32, at: Timestamp) {
        if self.ring.iter().any(|(known, _)| *known == middle) {
            return;
        }
        if self.ring.len() < REFERENCES_MAX {
            self.ring.push((middle, at));
        } else if let Some(slot) = self.ring.get_mut(self.next) {
            *slot = (middle, at);
        }
        self.next = (self.next + 1) % REFERENCES_MAX;
    }

    /// The round trip of an answer that quotes `middle` after holding it for `held`, in units of
    /// 1/65536 s; none if that report was not seen.
    pub(super) fn round_trip(&self, middle: u32, held: u32, at: Timestamp) -> Option<Span> {
        if middle == 0 {
            return None;
        }
        let (_, sent) = self.ring.iter().find(|(known, _)| *known == middle)?;
        let held = i64::from(held) * 1_000_000_000 / 65_536;
        Some(Span::from_nanos((at - *sent).nanos().saturating_sub(held)))
    }
}

/// The round trips from the point of capture to one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    kept: Vec<Span>,
    /// Every how many of the samples one is kept, less one.
    mask: u64,
    count: u64,
    absurd: u64,
    bounds: Option<(Span, Span)>,
    last: Option<(Timestamp, Span)>,
}

impl Samples {
    /// Takes a round trip seen at this time; one that no network makes is counted only.
    pub(super) fn push(&mut self, took: Span, at: Timestamp) {
        if !(LEAST..=MOST).contains(&took) {
            self.absurd += 1;
            return;
        }
        let took = took.max(Span::default());
        let (least, most) = self.bounds.unwrap_or((took, took));
        self.bounds = Some((least.min(took), most.max(took)));
        self.last = Some((at, took));
        if self.count & self.mask == 0 {
            self.keep(took);
        }
        self.count += 1;
    }

    /// Keeps a sample for the median, which then stands for as many as each other one.
    fn keep(&mut self, took: Span) {
        if self.kept.len() >= SAMPLES_MAX {
            let mut nth = 0u32;
            self.kept.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
            self.mask = self.mask << 1 | 1;
        }
        self.kept.push(took);
    }

    /// Adds what was measured elsewhere to the same host.
    pub(super) fn merge(&mut self, other: &Self) {
        self.kept.extend_from_slice(&other.kept);
        self.count += other.count;
        self.absurd += other.absurd;
        self.bounds = match (self.bounds, other.bounds) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (one, another) => one.or(another),
        };
        self.last = self.last.max(other.last);
    }

    /// What they come to.
    pub(super) fn report(&self) -> Option<RoundTripTimes> {
        let (min, max) = self.bounds?;
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        Some(RoundTripTimes {
            last: self.last?.1,
            min,
            median: sorted.get(sorted.len() / 2).copied()?,
            max,
            samples: self.count,
            not_counted: self.absurd,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    #[test]
    fn an_answer_is_timed_from_the_report_that_it_quotes() {
        let mut references = References::default();
        references.push(7, at(0));
        references.push(8, at(1_000));
        references.push(8, at(1_500));
        let trip = |middle, held, ms| references.round_trip(middle, held, at(ms));
        assert_eq!(trip(8, 65_536 / 2, 1_540), Some(Span::from_millis(40)));
        assert_eq!(trip(7, 65_536, 1_060), Some(Span::from_millis(60)));
        assert_eq!(trip(9, 0, 1_060), None, "not seen");
        assert_eq!(trip(0, 0, 1_060), None, "says that none was received");
    }

    #[test]
    fn old_reports_are_forgotten() {
        let mut references = References::default();
        for i in 1..=40 {
            references.push(i, at(i64::from(i)));
        }
        assert_eq!(references.ring.len(), REFERENCES_MAX);
        assert_eq!(references.round_trip(24, 0, at(100)), None);
        let oldest = references.round_trip(25, 0, at(100));
        assert_eq!(oldest, Some(Span::from_millis(75)));
    }

    #[test]
    fn what_no_network_takes_is_not_counted() {
        let mut samples = Samples::default();
        for ms in [-2, 31_000] {
            samples.push(Span::from_millis(ms), at(0));
        }
        assert_eq!(samples.report(), None);
        samples.push(Span::from_nanos(-900_000), at(1));
        let times = samples.report().unwrap();
        assert_eq!((times.median, times.samples), (Span::default(), 1));
        assert_eq!(times.not_counted, 2);
    }

    #[test]
    fn a_long_call_has_the_median_of_all_its_samples() {
        let mut samples = Samples::default();
        for i in 0..10_000 {
            samples.push(Span::from_nanos(i), at(i));
        }
        assert!(samples.kept.len() <= SAMPLES_MAX);
        let times = samples.report().unwrap();
        assert!((4_900..5_100).contains(&times.median.nanos()), "{times:?}");
        assert_eq!((times.min.nanos(), times.max.nanos()), (0, 9_999));
        assert_eq!((times.last.nanos(), times.samples), (9_999, 10_000));
    }
}
