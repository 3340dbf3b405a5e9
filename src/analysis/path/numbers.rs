//! Transport-wide sequence numbers (draft-holmer-rmcat-transport-wide-cc-extensions-01): one count
//! over all packets of a path, whichever stream they are of, so that loss is that of the path.

use crate::analysis::sequence::{Arrival, Sequence};

/// Elements after which it is judged whether these are such numbers at all.
const JUDGED: u64 = 128;
/// How fast packets are thought to come before there is a rate to judge by, per second.
const RATE: i64 = 2_000;

/// What one identifier would say if it numbered the packets of the path.
#[derive(Clone, Debug)]
pub(super) struct PathNumbers {
    pub(super) id: u8,
    pub(super) sequence: Sequence,
    pub(super) elements: u64,
    strays: u64,
    last: i64,
    /// Lost packets by second since the first element; few have any.
    losses: Vec<(u32, i32)>,
    begun: i64,
}

/// Seconds with losses that are kept.
const LOSSES_MAX: usize = 4_096;

impl PathNumbers {
    pub(super) fn new(id: u8, number: u16, at: i64) -> Self {
        Self {
            id,
            sequence: Sequence::new(number),
            elements: 1,
            strays: 0,
            last: at,
            losses: Vec::new(),
            begun: at,
        }
    }

    /// Takes the next element; false when these cannot be numbers of packets.
    #[inline]
    pub(super) fn push(&mut self, number: u16, at: i64) -> bool {
        self.elements += 1;
        if self.sequence.push_next(number) {
            self.last = at;
            return true;
        }
        self.push_odd(number, at)
    }

    fn push_odd(&mut self, number: u16, at: i64) -> bool {
        let since = at.saturating_sub(self.last) / 1_000_000;
        let jump = since.saturating_mul(RATE) / 1_000;
        match self.sequence.push(number, jump, since < 1_000) {
            Arrival::New { skipped }
            | Arrival::Early { skipped }
            | Arrival::Restart { skipped } => {
                self.note_loss(at, i32::try_from(skipped).unwrap_or(i32::MAX));
            }
            Arrival::Late => self.note_loss(at, -1),
            Arrival::Duplicate => {}
            Arrival::Suspect => self.strays += 1,
        }
        self.last = at;
        // A capture may hold every packet twice; a frame has more packets than two.
        let odd = self.strays + u64::from(self.sequence.restarts());
        let is_odd = odd > self.elements / 8 || self.sequence.duplicates() > self.elements / 3 * 2;
        self.elements < JUDGED || !is_odd
    }

    fn note_loss(&mut self, at: i64, lost: i32) {
        let second = at.saturating_sub(self.begun) / 1_000_000_000;
        let Ok(second) = u32::try_from(second) else {
            return;
        };
        let place = self.losses.partition_point(|(s, _)| *s < second);
        if let Some((known, n)) = self.losses.get_mut(place)
            && *known == second
        {
            *n = n.saturating_add(lost);
        } else if lost != 0 && self.losses.len() < LOSSES_MAX {
            self.losses.insert(place, (second, lost));
        }
    }

    /// When the first element came and when the last, in nanoseconds.
    pub(super) fn life(&self) -> [i64; 2] {
        [self.begun, self.last]
    }

    /// When the first element came, in nanoseconds.
    pub(super) fn begun(&self) -> i64 {
        self.begun
    }

    /// Lost packets by second since the first element; negative where lost ones came after all.
    pub(super) fn losses(&self) -> &[(u32, i32)] {
        &self.losses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_of_the_path_are_counted_by_second() {
        let mut numbers = PathNumbers::new(3, 65_000, 0);
        let mut ok = true;
        for i in 1..2_000u32 {
            if i % 100 == 50 {
                continue;
            }
            let number = 65_000u16.wrapping_add(i as u16);
            ok &= numbers.push(number, i64::from(i) * 10_000_000);
        }
        assert!(ok);
        assert_eq!(numbers.sequence.lost(), 20);
        assert_eq!(numbers.losses().len(), 20);
        assert!(numbers.losses().iter().all(|(_, n)| *n == 1));
        assert_eq!(numbers.sequence.restarts(), 0);
    }

    #[test]
    fn what_numbers_no_packets_is_dropped() {
        let run = |value: &dyn Fn(u32) -> u16| {
            let mut numbers = PathNumbers::new(3, value(0), 0);
            (1..1_000).all(|i| numbers.push(value(i), i64::from(i) * 10_000_000))
        };
        assert!(!run(&|_| 7), "a setting");
        assert!(!run(&|i| i.wrapping_mul(40_503) as u16), "noise");
        assert!(!run(&|i| (i / 4) as u16), "numbers of frames");
        assert!(run(&|i| i as u16));
    }
}
