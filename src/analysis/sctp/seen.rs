//! Which TSNs were seen: ranges that do not touch, few in an honest capture.

/// Ranges kept; beyond, the two lowest become one, and nothing is known any more of what lay below
/// the end of the gap between them.
const RANGES_MAX: usize = 4096;

/// A set of numbers that mostly come in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// First and last of each, ascending.
    ranges: Vec<(u64, u64)>,
    count: u64,
    /// Of numbers up to here it is not known whether they were seen.
    forgotten: Option<u64>,
}

impl Seen {
    /// Adds a number, and says whether it is new; `None` if that is not known any more. Then it is
    /// not counted.
    pub(super) fn insert(&mut self, n: u64) -> Option<bool> {
        // The first range that ends at or behind the number before it.
        let place = self
            .ranges
            .partition_point(|(_, last)| last.saturating_add(1) < n);
        let next = self.ranges.get(place + 1).copied();
        match self.ranges.get_mut(place) {
            Some((first, last)) if *first <= n && n <= *last => {
                let is_known = self.forgotten.is_none_or(|end| n > end);
                return is_known.then_some(false);
            }
            Some((_, last)) if last.saturating_add(1) == n => match next {
                Some((_, end)) if next.is_some_and(|(start, _)| start == n + 1) => {
                    *last = end;
                    self.ranges.remove(place + 1);
                }
                _ => *last = n,
            },
            Some((first, _)) if *first == n.saturating_add(1) => *first = n,
            _ => self.ranges.insert(place, (n, n)),
        }
        self.count += 1;
        if self.ranges.len() > RANGES_MAX {
            let (lowest, _) = self.ranges.remove(0);
            if let Some((first, _)) = self.ranges.first_mut() {
                self.forgotten = self.forgotten.max(first.checked_sub(1));
                *first = lowest;
            }
        }
        Some(true)
    }

    /// How many different numbers were seen.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The lowest.
    pub(super) fn lowest(&self) -> Option<u64> {
        self.ranges.first().map(|(first, _)| *first)
    }

    /// The highest.
    pub(super) fn highest(&self) -> Option<u64> {
        self.ranges.last().map(|(_, last)| *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_flood_of_gaps_is_bounded_and_low_ones_are_forgotten() {
        let mut seen = Seen::default();
        for n in 0..100_000 {
            assert_eq!(seen.insert(n * 2), Some(true));
        }
        assert_eq!(seen.ranges.len(), RANGES_MAX);
        assert_eq!((seen.count(), seen.lowest()), (100_000, Some(0)));
        assert_eq!(seen.highest(), Some(199_998));
        assert_eq!(seen.insert(199_997), Some(true), "high gaps are known");
        assert_eq!(seen.insert(199_996), Some(false));
        assert_eq!((seen.insert(0), seen.insert(1)), (None, None));
        assert_eq!(seen.count(), 100_001);
    }

    proptest! {
        #[test]
        fn is_a_set(numbers in proptest::collection::vec(0u64..64, 0..200)) {
            let mut seen = Seen::default();
            let mut set = BTreeSet::new();
            for n in numbers {
                prop_assert_eq!(seen.insert(n), Some(set.insert(n)));
                prop_assert_eq!(seen.count(), set.len() as u64);
                prop_assert_eq!(seen.lowest(), set.first().copied());
                prop_assert_eq!(seen.highest(), set.last().copied());
                prop_assert!(seen.ranges.windows(2).all(|w| w[0].1 + 1 < w[1].0));
            }
        }
    }
}
