//! RTP sequence numbers: extended, counted, and told apart: new, duplicate, late, restarted.
//!
//! Follows RFC 3550 appendix A.1 and A.3, with three differences that an analyser needs: it keeps
//! the lowest extended number as well as the highest (a stream may start out of order), it remembers
//! which numbers were seen (so duplicates are not counted as received twice), and a restart closes a
//! segment instead of throwing the counts away.

use super::stream::{Bursts, Clusters};

/// A gap up to this many packets is loss (`MAX_DROPOUT` of RFC 3550 appendix A.1), and a longer one if
/// the sender had the time for it; but not where the timestamp is of another timeline.
const MAX_DROPOUT: i64 = 3000;
/// A packet up to this far behind is always late, never a restart (`MAX_MISORDER`), and a gap up to this
/// long is always loss: timestamps alone may jump, as when a server switches between sources.
const MAX_MISORDER: i64 = 100;
/// A packet further behind than this begins a new segment, if the next one follows it.
const MAX_LATE: i64 = 3000;
/// After a suspicious packet, how far the next may be ahead of it to confirm a restart.
const RESTART_STEP: u16 = 100;
/// Sequence numbers remembered at most: a whole cycle.
const WINDOW_MAX: usize = 65_536;
const WINDOW_MIN: usize = 512;
/// Extended numbers start here, so that those before the first stay positive.
const FIRST_CYCLE: i64 = 1 << 32;

/// What a packet was, by its sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// In order, after this many missing numbers.
    New { skipped: u32 },
    /// Below the highest, and had been counted as missing.
    Late,
    /// Below the lowest: sent before what we saw first; `skipped` numbers between are missing.
    Early { skipped: u32 },
    /// Seen before.
    Duplicate,
    /// Far from where it should be; held until the next packet tells.
    Suspect,
    /// The second packet of a new beginning; `skipped` numbers after the first.
    Restart { skipped: u32 },
}

/// The state of one stream's sequence numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    highest: i64,
    lowest: i64,
    distinct: u64,
    duplicates: u64,
    late: u64,
    seen: Seen,
    suspect: Option<u16>,
    /// Of the segments before the last restart.
    closed: Totals,
    restarts: u32,
}

/// Sums over segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub expected: u64,
    pub distinct: u64,
}

impl Sequence {
    pub(super) fn new(first: u16) -> Self {
        let mut s = Self::default();
        s.begin(first);
        s
    }

    fn begin(&mut self, first: u16) {
        self.highest = FIRST_CYCLE + i64::from(first);
        self.lowest = self.highest;
        self.distinct = 1;
        self.seen.reset(self.highest);
    }

    /// Takes the next packet. `plausible_jump` is how many packets the sender may have sent since
    /// the last one, judged by time; `same_timeline` whether the RTP timestamp fits the stream's.
    pub(super) fn push(&mut self, seq: u16, plausible_jump: i64, same_timeline: bool) -> Arrival {
        if self.push_next(seq) {
            return Arrival::New { skipped: 0 };
        }
        let ahead = i64::from(seq.wrapping_sub(self.highest as u16) as i16);
        if ahead > 0 {
            let most = match same_timeline {
                true => MAX_DROPOUT.max(plausible_jump),
                false => MAX_MISORDER,
            };
            if ahead <= most {
                self.suspect = None;
                self.highest += ahead;
                self.distinct += 1;
                self.seen.advance(self.highest, self.lowest);
                return Arrival::New {
                    skipped: (ahead - 1) as u32,
                };
            }
            return self.suspicious(seq);
        }
        let number = self.highest + ahead;
        if -ahead > MAX_LATE || (-ahead > MAX_MISORDER && !same_timeline) {
            return self.suspicious(seq);
        }
        if number >= self.lowest {
            if self.seen.test_and_set(number, self.highest) {
                self.duplicates += 1;
                return Arrival::Duplicate;
            }
            self.distinct += 1;
            self.late += 1;
            return Arrival::Late;
        }
        // Before the first: it was sent earlier and came later.
        let skipped = (self.lowest - number - 1) as u32;
        self.lowest = number;
        self.seen.reach_back(number, self.highest);
        self.seen.test_and_set(number, self.highest);
        self.distinct += 1;
        self.late += 1;
        Arrival::Early { skipped }
    }

    /// The highest number of the stream so far, as packets carry it.
    pub(super) fn newest(&self) -> u16 {
        self.highest as u16
    }

    /// The extended number nearest to the highest so far.
    pub(super) fn extended(&self, seq: u16) -> i64 {
        self.highest + i64::from(seq.wrapping_sub(self.highest as u16) as i16)
    }

    /// Takes the packet if it is the next in order, as almost all are.
    #[inline]
    pub(super) fn push_next(&mut self, seq: u16) -> bool {
        let next = self.highest + 1;
        if seq != next as u16 {
            return false;
        }
        self.suspect = None;
        self.highest = next;
        self.distinct += 1;
        self.seen.step(next, self.lowest);
        true
    }

    fn suspicious(&mut self, seq: u16) -> Arrival {
        match self.suspect {
            Some(first) if (1..=RESTART_STEP).contains(&seq.wrapping_sub(first)) => {
                let open = self.open();
                self.seen.end_segment(self.lowest);
                self.closed.expected += open.expected;
                self.closed.distinct += open.distinct;
                self.restarts += 1;
                self.suspect = None;
                self.begin(first);
                let skipped = seq.wrapping_sub(first) - 1;
                self.highest += i64::from(skipped) + 1;
                self.distinct += 1;
                self.seen.advance(self.highest, self.lowest);
                Arrival::Restart {
                    skipped: u32::from(skipped),
                }
            }
            _ => {
                self.suspect = Some(seq);
                Arrival::Suspect
            }
        }
    }

    fn open(&self) -> Totals {
        let expected = u64::try_from(self.highest - self.lowest + 1).unwrap_or(1);
        Totals {
            expected,
            distinct: self.distinct,
        }
    }

    /// Whether some sequence numbers of the latest segments may be the same. Both must have been
    /// seen at the same time: the numbers wrap.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let apart = i64::from((other.lowest as u16).wrapping_sub(self.lowest as u16) as i16);
        apart <= self.highest - self.lowest && -apart <= other.highest - other.lowest
    }

    /// Highest minus lowest extended sequence number plus one, summed over segments.
    pub(super) fn expected(&self) -> u64 {
        self.closed.expected + self.open().expected
    }

    /// Distinct sequence numbers received, summed over segments.
    pub(super) fn distinct(&self) -> u64 {
        self.closed.distinct + self.open().distinct
    }

    /// Whether this packet was seen, of those remembered; what lies before them counts as seen.
    pub(super) fn has_seen(&self, number: i64) -> bool {
        number < self.lowest || (number <= self.highest && self.seen.test(number))
    }

    /// Whether this packet, which had been missing, came after all, as far as is remembered.
    pub(super) fn has_arrived(&self, number: i64) -> bool {
        (self.lowest..=self.highest).contains(&number)
            && self.highest - number < self.seen.capacity()
            && self.seen.test(number)
    }

    /// How the losses cluster, in the order of sequence numbers.
    pub(super) fn clusters(&self) -> Clusters {
        let mut bursts = self.seen.left.as_deref().cloned().unwrap_or_default();
        self.seen.tell(self.lowest, &mut bursts);
        bursts.end_segment();
        bursts.clusters()
    }

    /// Expected minus distinct. Duplicates do not make up for losses.
    pub(super) fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.distinct())
    }

    /// What [`Self::lost`] was up to this number: without those missing that came after it. Exact
    /// for one of the latest few thousand.
    pub(super) fn lost_up_to(&self, seq: u16) -> u64 {
        let from = self.extended(seq).max(self.highest - MAX_LATE) + 1;
        let from = from.max(self.lowest);
        let missing = (from..=self.highest).filter(|n| !self.seen.contains(*n));
        self.lost().saturating_sub(missing.count() as u64)
    }

    pub(super) fn duplicates(&self) -> u64 {
        self.duplicates
    }

    pub(super) fn late(&self) -> u64 {
        self.late
    }

    pub(super) fn restarts(&self) -> u32 {
        self.restarts
    }
}

/// Which of the latest sequence numbers were seen: a ring of bits that grows with the stream up to
/// a whole cycle, so that a short stream costs 64 bytes and a long one 8 KiB.
#[derive(Clone, Debug, Default)]
struct Seen {
    bits: Vec<u64>,
    /// The highest number whose bit is valid.
    head: i64,
    /// The losses among the numbers that left the ring, and before the last restart.
    left: Option<Box<Bursts>>,
}

impl Seen {
    fn reset(&mut self, first: i64) {
        self.bits.clear();
        self.bits.resize(WINDOW_MIN / 64, 0);
        self.head = first;
        self.set(first);
    }

    fn capacity(&self) -> i64 {
        (self.bits.len() * 64) as i64
    }

    fn place(&self, number: i64) -> (usize, u64) {
        let bit = number as usize & (self.bits.len() * 64 - 1);
        (bit / 64, 1 << (bit % 64))
    }

    fn set(&mut self, number: i64) {
        let (word, mask) = self.place(number);
        if let Some(w) = self.bits.get_mut(word) {
            *w |= mask;
        }
    }

    fn clear(&mut self, number: i64) {
        let (word, mask) = self.place(number);
        if let Some(w) = self.bits.get_mut(word) {
            *w &= !mask;
        }
    }

    /// Whether `number`, one of the last [`Self::capacity`], was seen.
    fn contains(&self, number: i64) -> bool {
        let (word, mask) = self.place(number);
        self.bits.get(word).is_some_and(|w| w & mask != 0)
    }

    /// Moves the head one further: nothing was skipped, so nothing needs clearing.
    #[inline]
    fn step(&mut self, to: i64, lowest: i64) {
        if to - lowest >= self.capacity() - 64 {
            if self.bits.len() == WINDOW_MAX / 64 {
                if to % 64 == 0 {
                    self.leave(to, lowest);
                }
            } else if to - lowest >= self.capacity() {
                self.grow(to - lowest);
            }
        }
        self.set(to);
        self.head = to;
    }

    /// Moves the head to `to`, which was just received; the numbers skipped were not.
    fn advance(&mut self, to: i64, lowest: i64) {
        if to - lowest >= self.capacity() && self.bits.len() < WINDOW_MAX / 64 {
            self.grow(to - lowest);
        }
        if self.bits.len() == WINDOW_MAX / 64 {
            // The beginnings of words from the one after the head's to the one that `to` is in.
            let mut start = (self.head / 64 + 1) * 64;
            while start <= to {
                self.leave(start, lowest);
                start += 64;
            }
        }
        let from = (self.head + 1).max(to - self.capacity());
        for skipped in from..to {
            self.clear(skipped);
        }
        self.set(to);
        self.head = to;
    }

    /// Makes room for numbers down to `number`.
    fn reach_back(&mut self, number: i64, highest: i64) {
        if highest - number >= self.capacity() && self.bits.len() < WINDOW_MAX / 64 {
            self.grow(highest - number);
        }
    }

    /// Tells the losses of the word that the numbers from `start` on take the place of.
    fn leave(&mut self, start: i64, lowest: i64) {
        let old = start - self.capacity();
        let skip = (lowest - old).max(0);
        if skip >= 64 {
            return;
        }
        let (word, _) = self.place(old);
        if let Some(&bits) = self.bits.get(word) {
            let left = self.left.get_or_insert_default();
            left.word(bits >> skip, 64 - skip as u32);
        }
    }

    /// Tells the losses among the numbers that are still in the ring.
    fn tell(&self, lowest: i64, to: &mut Bursts) {
        let mut number = lowest;
        if self.bits.len() == WINDOW_MAX / 64 {
            // What the head's word still holds of the cycle before has been told.
            number = number.max((self.head / 64 + 1) * 64 - self.capacity());
        }
        while number <= self.head {
            let (word, _) = self.place(number);
            let skip = number % 64;
            let count = (64 - skip).min(self.head - number + 1);
            let bits = self.bits.get(word).copied().unwrap_or(0);
            to.word(bits >> skip, count as u32);
            number += count;
        }
    }

    /// Keeps the losses of a beginning that is over.
    #[cold]
    fn end_segment(&mut self, lowest: i64) {
        let mut left = self.left.take().unwrap_or_default();
        self.tell(lowest, &mut left);
        left.end_segment();
        self.left = Some(left);
    }

    #[cold]
    fn grow(&mut self, reach: i64) {
        let mut wider = Self {
            bits: Vec::new(),
            head: self.head,
            left: self.left.take(),
        };
        let want = usize::try_from(reach + 1)
            .unwrap_or(WINDOW_MAX)
            .next_power_of_two();
        wider.bits.resize(want.min(WINDOW_MAX) / 64, 0);
        for number in self.head - self.capacity() + 1..=self.head {
            let (word, mask) = self.place(number);
            if self.bits.get(word).is_some_and(|w| w & mask != 0) {
                wider.set(number);
            }
        }
        *self = wider;
    }

    /// Whether `number`, which is not beyond the head, was seen. Numbers beyond memory count as seen.
    fn test(&self, number: i64) -> bool {
        let (word, mask) = self.place(number);
        self.head - number >= self.capacity() || self.bits.get(word).is_none_or(|w| w & mask != 0)
    }

    /// Whether `number` was seen; it is from now on. Numbers beyond memory count as seen.
    fn test_and_set(&mut self, number: i64, highest: i64) -> bool {
        if highest - number >= self.capacity() {
            return true;
        }
        let (word, mask) = self.place(number);
        match self.bits.get_mut(word) {
            Some(w) if *w & mask == 0 => {
                *w |= mask;
                false
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn run(seqs: impl IntoIterator<Item = u16>) -> (Sequence, u64) {
        let mut seqs = seqs.into_iter();
        let mut s = Sequence::new(seqs.next().unwrap());
        let mut n = 1;
        for seq in seqs {
            s.push(seq, 0, true);
            n += 1;
        }
        (s, n)
    }

    #[test]
    fn a_stream_that_starts_out_of_order_has_lost_nothing() {
        let (s, _) = run([60_500, 60_501, 60_502, 60_499, 60_503]);
        assert_eq!(
            (s.expected(), s.lost(), s.late(), s.duplicates()),
            (5, 0, 1, 0)
        );
    }

    #[test]
    fn out_of_order_over_the_wrap() {
        let (s, _) = run([65_533, 65_534, 1, 65_535, 0, 2, 65_532, 2]);
        assert_eq!(
            (s.expected(), s.lost(), s.late(), s.duplicates()),
            (7, 0, 3, 1)
        );
    }

    #[test]
    fn duplicates_do_not_hide_loss() {
        let (s, n) = run([10, 11, 11, 11, 13, 14, 13]);
        assert_eq!((n, s.expected(), s.lost(), s.duplicates()), (7, 5, 1, 3));
    }

    #[test]
    fn a_million_packets_wrap_many_times() {
        let (s, _) = run((0u32..1_000_000).filter(|i| i % 100 != 7).map(|i| i as u16));
        assert_eq!(
            (s.expected(), s.lost(), s.restarts()),
            (1_000_000, 10_000, 0)
        );
    }

    #[test]
    fn a_restart_is_not_loss() {
        let (s, n) = run((1000..1100).chain(40_000..40_050));
        assert_eq!((n, s.expected(), s.lost(), s.restarts()), (150, 150, 0, 1));
    }

    #[test]
    fn runs_of_losses_are_kept_over_restarts_and_wraps() {
        let lossy = |i: &u32| i % 100 != 7 && !(500..503).contains(&(i % 1000));
        let (s, _) = run((0u32..200_000).filter(lossy).map(|i| i as u16));
        let c = s.clusters();
        assert_eq!(c.runs, [(1, 2_000), (3, 200)]);
        assert_eq!((c.bursts, c.in_bursts, c.gaps), (200, 200 * 8, 201));
        let (s, _) = run((100..200)
            .chain([203])
            .chain(40_000..40_050)
            .chain([40_052]));
        let c = s.clusters();
        assert_eq!((c.runs, c.gaps), (vec![(2, 1), (3, 1)], 4));
    }

    #[test]
    fn a_forward_jump_with_another_timeline_is_a_restart() {
        for (jump, restarts) in [(90, 0), (500, 1), (20_000, 1)] {
            let (mut s, _) = run(0..100);
            for seq in 100 + jump..110 + jump {
                // Even if there was the time for it.
                s.push(seq, 30_000, false);
            }
            assert_eq!(s.restarts(), restarts, "{jump}");
            assert_eq!(s.lost(), u64::from(jump) * u64::from(restarts == 0));
        }
    }

    #[test]
    fn one_stray_packet_is_not_a_restart() {
        let (s, _) = run((1000..1100).chain([40_000]).chain(1100..1200));
        assert_eq!((s.expected(), s.lost(), s.restarts()), (200, 0, 0));
    }

    #[test]
    fn a_backward_jump_with_another_timeline_is_a_restart() {
        let mut s = Sequence::new(5000);
        for seq in 5001..6000 {
            s.push(seq, 0, true);
        }
        assert_eq!(s.push(5500, 0, false), Arrival::Suspect);
        assert_eq!(s.push(5501, 0, false), Arrival::Restart { skipped: 0 });
        assert_eq!((s.expected(), s.lost(), s.duplicates()), (1002, 0, 0));
    }

    #[test]
    fn a_long_outage_is_loss_when_time_allows_it() {
        let mut s = Sequence::new(0);
        s.push(1, 0, true);
        assert_eq!(
            s.push(10_001, 20_000, true),
            Arrival::New { skipped: 9_999 }
        );
        assert_eq!(s.lost(), 9_999);
    }

    proptest! {
        /// Against sets: any order within the late window, any duplicates, any losses.
        #[test]
        fn agrees_with_sets(
            first in any::<u16>(),
            steps in proptest::collection::vec((0u32..40, 0u32..30, any::<bool>()), 1..600),
        ) {
            let base = i64::from(first) + (1 << 20);
            let mut s = Sequence::new(first);
            let mut set = BTreeSet::from([base]);
            let (mut dup, mut late) = (0u64, 0u64);
            for (forward, back, behind) in steps {
                let top = *set.last().unwrap();
                let n = if behind { top - i64::from(back) } else { top + i64::from(forward) };
                s.push(n as u16, 0, true);
                if set.contains(&n) { dup += 1 } else if n < top { late += 1 }
                set.insert(n);
            }
            let expected = (set.last().unwrap() - set.first().unwrap() + 1) as u64;
            prop_assert_eq!(s.expected(), expected);
            prop_assert_eq!(s.lost(), expected - set.len() as u64);
            prop_assert_eq!(s.duplicates(), dup);
            prop_assert_eq!(s.late(), late);
            let runs = s.clusters().runs;
            prop_assert_eq!(runs.iter().map(|(n, times)| n * times).sum::<u64>(), s.lost());
            let mut wanted = std::collections::BTreeMap::new();
            for (a, b) in set.iter().zip(set.iter().skip(1)).filter(|(a, b)| *b - *a > 1) {
                *wanted.entry((b - a - 1) as u64).or_insert(0u64) += 1;
            }
            prop_assert_eq!(runs, wanted.into_iter().collect::<Vec<_>>());
        }

        /// Also over wraps, restarts and long outages, the runs of losses add up.
        #[test]
        fn runs_add_up_to_what_was_lost(
            first in any::<u16>(),
            steps in proptest::collection::vec((1u16..2_500, 0u16..4, 0u32..900), 1..400),
        ) {
            let mut s = Sequence::new(first);
            let mut seq = first;
            for (jump, late, then) in steps {
                seq = seq.wrapping_add(jump);
                s.push(seq, 0, true);
                s.push(seq.wrapping_sub(late), 0, true);
                for _ in 0..then {
                    seq = seq.wrapping_add(1);
                    s.push(seq, 0, true);
                }
            }
            let c = s.clusters();
            let listed: u64 = c.runs.iter().map(|(n, times)| n * times).sum();
            prop_assert_eq!(listed + c.not_listed, s.lost());
            prop_assert!(c.lost_in_bursts <= s.lost() && c.in_bursts <= s.expected());
        }

        #[test]
        fn any_numbers_end(seqs in proptest::collection::vec(any::<(u16, i16, bool)>(), 1..300)) {
            let mut s = Sequence::new(seqs[0].0);
            for (seq, jump, same) in seqs {
                s.push(seq, i64::from(jump), same);
            }
            prop_assert!(s.distinct() <= s.expected());
        }
    }
}
