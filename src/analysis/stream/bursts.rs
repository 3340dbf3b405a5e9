//! How losses cluster: runs of lost packets, and bursts and gaps as RFC 3611 defines them.
//!
//! A burst is the longest sequence that starts and ends with a lost packet and has nowhere `Gmin`
//! or more packets received in a row; what is not in a burst is a gap, so that a single loss among
//! received packets belongs to a gap (RFC 3611 section 4.7.2, with its recommended `Gmin` of 16).
//!
//! [`Sequence`](crate::analysis::sequence::Sequence) remembers which numbers were seen; nothing is
//! counted per packet. What leaves its memory is told here, and the rest when somebody asks.

use crate::analysis::model::BurstGap;
use std::collections::BTreeMap;

/// Different lengths of runs that are told apart; of further ones only the packets are counted.
const LENGTHS_MAX: usize = 256;

/// The losses of a stream so far, in the order of sequence numbers.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Bursts {
    runs: BTreeMap<u64, u64>,
    not_listed: u64,
    /// Length of the run of losses at the end; 0 after a packet that was received.
    run: u64,
    /// Packets since the first loss of what may become a burst, up to its last loss so far.
    open: u64,
    /// How many of them were lost; 0 when there is nothing.
    open_lost: u64,
    /// Packets received since the last loss.
    received: u64,
    bursts: u64,
    in_bursts: u64,
    lost_in_bursts: u64,
    /// Beginnings: a sender's restart ends burst and gap.
    segments: u64,
}

/// What [`Bursts`] come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Clusters {
    /// How often losses came in runs of this length, by length.
    pub(in crate::analysis) runs: Vec<(u64, u64)>,
    /// Lost packets in runs that are not listed.
    pub(in crate::analysis) not_listed: u64,
    /// Bursts; each has at least two losses.
    pub(in crate::analysis) bursts: u64,
    /// Packets in bursts, lost or not.
    pub(in crate::analysis) in_bursts: u64,
    /// Lost packets in bursts.
    pub(in crate::analysis) lost_in_bursts: u64,
    /// Gaps: before, between and after bursts.
    pub(in crate::analysis) gaps: u64,
}

impl Bursts {
    /// Takes the next `n` numbers, which were received.
    pub(in crate::analysis) fn received(&mut self, n: u64) {
        if n == 0 {
            return;
        }
        self.end_run();
        self.received += n;
        if self.received >= BurstGap::GMIN {
            self.end_burst();
        }
    }

    /// Takes the next number, which was lost.
    pub(in crate::analysis) fn lost(&mut self) {
        self.run += 1;
        if self.open_lost > 0 {
            self.open += self.received;
        }
        self.open += 1;
        self.open_lost += 1;
        self.received = 0;
    }

    /// Takes the numbers of one word of a bitmap, the lowest bit first; a set bit was received.
    pub(in crate::analysis) fn word(&mut self, mut seen: u64, mut count: u32) {
        while count > 0 {
            let received = seen.trailing_ones().min(count);
            self.received(u64::from(received));
            count -= received;
            seen = seen.checked_shr(received).unwrap_or(0);
            let lost = seen.trailing_zeros().min(count);
            for _ in 0..lost {
                self.lost();
            }
            count -= lost;
            seen = seen.checked_shr(lost).unwrap_or(0);
        }
    }

    /// The numbers told so far are all of one beginning.
    pub(in crate::analysis) fn end_segment(&mut self) {
        self.end_run();
        self.end_burst();
        self.received = 0;
        self.segments += 1;
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run == 0 {
            return;
        }
        if let Some(n) = self.runs.get_mut(&run) {
            *n += 1;
        } else if self.runs.len() < LENGTHS_MAX {
            self.runs.insert(run, 1);
        } else {
            self.not_listed += run;
        }
    }

    /// A single loss is no burst: it belongs to the gap around it.
    fn end_burst(&mut self) {
        let (packets, lost) = (
            std::mem::take(&mut self.open),
            std::mem::take(&mut self.open_lost),
        );
        if lost >= 2 {
            self.bursts += 1;
            self.in_bursts += packets;
            self.lost_in_bursts += lost;
        }
    }

    /// What they come to, with the last beginning ended.
    pub(in crate::analysis) fn clusters(self) -> Clusters {
        Clusters {
            runs: self.runs.into_iter().collect(),
            not_listed: self.not_listed,
            bursts: self.bursts,
            in_bursts: self.in_bursts,
            lost_in_bursts: self.lost_in_bursts,
            // Each beginning starts and ends with a packet that was received.
            gaps: self.bursts + self.segments,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x` is lost, anything else received.
    fn of(numbers: &str) -> Clusters {
        let mut bursts = Bursts::default();
        for c in numbers.chars() {
            match c {
                'x' => bursts.lost(),
                _ => bursts.received(1),
            }
        }
        bursts.end_segment();
        bursts.clusters()
    }

    fn good(n: usize) -> String {
        ".".repeat(n)
    }

    #[test]
    fn a_single_loss_among_sixteen_good_packets_is_part_of_a_gap() {
        let c = of(&format!("{0}x{0}x{0}", good(16)));
        assert_eq!((c.bursts, c.in_bursts, c.gaps), (0, 0, 1));
        assert_eq!(c.runs, [(1, 2)]);
    }

    #[test]
    fn losses_with_fifteen_good_packets_between_are_one_burst() {
        let c = of(&format!("{0}x{1}x{0}", good(20), good(15)));
        assert_eq!((c.bursts, c.in_bursts, c.lost_in_bursts), (1, 17, 2));
        assert_eq!((c.runs, c.gaps), (vec![(1, 2)], 2));
    }

    #[test]
    fn bursts_are_told_from_each_other_and_from_gaps() {
        let text = format!("{0}xxx..x{0}x{0}xx{0}", good(16));
        let c = of(&text);
        assert_eq!((c.bursts, c.in_bursts, c.lost_in_bursts), (2, 8, 6));
        assert_eq!(c.runs, [(1, 2), (2, 1), (3, 1)]);
        assert_eq!(c.gaps, 3);
    }

    #[test]
    fn words_are_read_from_the_lowest_bit() {
        let mut bursts = Bursts::default();
        bursts.word(u64::MAX, 64);
        bursts.word(!(0b111 << 61), 64);
        bursts.word(!1, 64);
        bursts.word(0b0111, 4);
        bursts.word(u64::MAX, 1);
        bursts.end_segment();
        let c = bursts.clusters();
        assert_eq!(c.runs, [(1, 1), (4, 1)]);
        assert_eq!((c.bursts, c.in_bursts), (1, 4));
    }

    #[test]
    fn more_lengths_than_are_told_apart_are_counted_as_packets() {
        let mut bursts = Bursts::default();
        for length in 1..=300 {
            bursts.received(1);
            for _ in 0..length {
                bursts.lost();
            }
        }
        bursts.received(1);
        bursts.end_segment();
        let c = bursts.clusters();
        let listed: u64 = c.runs.iter().map(|(n, times)| n * times).sum();
        assert_eq!(c.runs.len(), LENGTHS_MAX);
        assert_eq!(listed + c.not_listed, 300 * 301 / 2);
    }
}
