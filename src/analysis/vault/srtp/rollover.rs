//! Rollover counters of one sender under one key: where its packets are, which index the next one has, and
//! which counters were seen.
//!
//! A capture may hold the same packets twice, at different times: the two legs of a relay, or files that
//! were put behind each other. So a few places are followed at once.

use std::ops::Range;

/// Places followed at once.
const TRACKS: usize = 4;
/// Ranges of counters remembered; a sender that begins again and again fills them.
const RANGES_MAX: usize = 32;
/// Half of the sequence numbers: what is further away belongs to another cycle.
const HALF: u16 = 1 << 15;
/// Wraps that a loss may hide before every counter is tried.
const NEAR_AHEAD: u32 = 32;
/// Wraps that a late packet may be behind.
const NEAR_BEHIND: u32 = 2;

/// A place in the packets of a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Track {
    roc: u32,
    /// The highest sequence number under that counter.
    highest: u16,
}

impl Track {
    /// The counter that a packet with this sequence number most likely has; none before the first.
    fn estimate(self, sequence: u16) -> Option<u32> {
        let ahead = sequence.wrapping_sub(self.highest);
        if ahead < HALF {
            // Ahead, perhaps over the wrap.
            match sequence < self.highest {
                true => self.roc.checked_add(1),
                false => Some(self.roc),
            }
        } else {
            match sequence > self.highest {
                true => self.roc.checked_sub(1),
                false => Some(self.roc),
            }
        }
    }

    /// Takes a packet that was authenticated.
    fn advance(&mut self, roc: u32, sequence: u16) {
        if (roc, sequence) > (self.roc, self.highest) {
            (self.roc, self.highest) = (roc, sequence);
        }
    }
}

/// The rollover counters of one sender under one key.
#[derive(Clone, Debug, Default)]
pub(super) struct Rollover {
    /// The one that took the latest packet comes first.
    tracks: Vec<Track>,
    /// The counters of packets that were opened, as ranges in order of appearance.
    seen: Vec<Range<u32>>,
}

impl Rollover {
    /// The counter of a packet, if it is one of those that are likely; `fits` tells whether one is right.
    pub(super) fn find(&self, sequence: u16, fits: impl Fn(u32) -> bool) -> Option<u32> {
        let estimates = self.tracks.iter().filter_map(|t| t.estimate(sequence));
        if let Some(roc) = estimates.clone().find(|&roc| fits(roc)) {
            return Some(roc);
        }
        let near = estimates.flat_map(|roc| {
            let ahead = roc.saturating_add(1)..roc.saturating_add(NEAR_AHEAD);
            let behind = roc.saturating_sub(NEAR_BEHIND)..roc;
            ahead.chain(behind)
        });
        // A sender that begins again counts from 0.
        near.chain(0..2).find(|&roc| fits(roc))
    }

    /// Takes a packet that was authenticated with this counter.
    pub(super) fn opened(&mut self, roc: u32, sequence: u16) {
        let own = |t: &Track| t.estimate(sequence) == Some(roc);
        match self.tracks.iter().position(own) {
            Some(0) => {}
            Some(at) => {
                if let Some(recent) = self.tracks.get_mut(..=at) {
                    recent.rotate_right(1);
                }
            }
            None => {
                self.tracks.truncate(TRACKS - 1);
                let highest = sequence;
                self.tracks.insert(0, Track { roc, highest });
            }
        }
        if let Some(track) = self.tracks.first_mut() {
            track.advance(roc, sequence);
        }
        self.note(roc);
    }

    fn note(&mut self, roc: u32) {
        let next = roc.saturating_add(1);
        let near = |r: &&mut Range<u32>| r.start <= next && roc <= r.end;
        if let Some(range) = self.seen.iter_mut().rev().find(near) {
            range.start = range.start.min(roc);
            range.end = range.end.max(next);
        } else if self.seen.len() < RANGES_MAX {
            self.seen.push(roc..next);
        } else if let Some(last) = self.seen.last_mut() {
            // What lies between was perhaps not seen; trying it is no harm.
            last.start = last.start.min(roc);
            last.end = last.end.max(next);
        }
    }

    /// The counters seen.
    pub(super) fn seen(&self) -> &[Range<u32>] {
        &self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens a packet with this index, if its counter is found.
    fn push(rollover: &mut Rollover, index: u64) -> bool {
        let (roc, sequence) = ((index >> 16) as u32, index as u16);
        let found = rollover.find(sequence, |r| r == roc);
        if found.is_some() {
            rollover.opened(roc, sequence);
        }
        found == Some(roc)
    }

    #[test]
    fn wraps_are_followed_with_reordering_around_them() {
        let mut rollover = Rollover::default();
        for index in [65_533, 65_534, 65_536, 65_535, 65_537, 65_532, 131_000] {
            assert!(push(&mut rollover, index), "{index}");
        }
        for index in (131_000..1_000_000).step_by(30_000) {
            assert!(push(&mut rollover, index), "{index}");
        }
        assert_eq!(rollover.seen().first(), Some(&(0..15)));
        assert_eq!(rollover.seen().len(), 1);
    }

    #[test]
    fn long_losses_and_new_beginnings_are_found_near() {
        let mut rollover = Rollover::default();
        rollover.opened(700, 5);
        assert!(push(&mut rollover, 703 << 16 | 60_000));
        assert!(push(&mut rollover, 731 << 16 | 2));
        assert!(push(&mut rollover, 730 << 16 | 9));
        assert!(push(&mut rollover, 17), "begins again");
        assert!(
            push(&mut rollover, 731 << 16 | 3),
            "and goes on where it was"
        );
        assert!(!push(&mut rollover, 900 << 16 | 3), "needs a search");
        assert_eq!(rollover.seen(), [700..701, 703..704, 730..732, 0..1]);
    }

    #[test]
    fn two_copies_at_different_times_are_followed_together() {
        let mut rollover = Rollover::default();
        rollover.opened(500, 0);
        rollover.opened(9, 0);
        for n in 0..200_000u64 {
            assert!(push(&mut rollover, (500 << 16) + n));
            assert!(push(&mut rollover, (9 << 16) + n));
        }
        assert_eq!(rollover.tracks.len(), 2);
        assert_eq!(rollover.seen(), [500..504, 9..13]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut rollover = Rollover::default();
        for n in 0..10_000u32 {
            rollover.opened(n * 7, 0);
        }
        assert_eq!((rollover.tracks.len(), rollover.seen.len()), (4, 32));
        assert!(rollover.seen().iter().any(|r| r.contains(&69_993)));
        rollover.opened(u32::MAX, u16::MAX);
        assert!(rollover.find(1, |_| false).is_none());
        assert!(Rollover::default().find(1, |r| r == 1).is_some());
    }
}
