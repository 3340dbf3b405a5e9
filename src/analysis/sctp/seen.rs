//! Which TSNs were seen: ranges that do not touch, few in an honest capture.

/// Ranges kept; beyond, the two lowest become one, and what lay between stays missing.
const RANGES_MAX: usize = 4096;

/// A set of numbers that mostly come in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// First and last of each, ascending.
    ranges: Vec<(u64, u64)>,
    count: u64,
}

impl Seen {
    /// Adds a number; `false` if it had been seen.
    pub(super) fn insert(&mut self, n: u64) -> bool {
        // The first range that ends at or behind the number before it.
        let place = self
            .ranges
            .partition_point(|(_, last)| last.saturating_add(1) < n);
        let next = self.ranges.get(place + 1).copied();
        match self.ranges.get_mut(place) {
            Some((first, last)) if *first <= n && n <= *last => return false,
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
                *first = lowest;
            }
        }
        true
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
    fn a_flood_of_gaps_is_bounded_and_stays_missing() {
        let mut seen = Seen::default();
        for n in 0..100_000 {
            assert!(seen.insert(n * 2));
        }
        assert_eq!(seen.ranges.len(), RANGES_MAX);
        assert_eq!((seen.count(), seen.lowest()), (100_000, Some(0)));
        assert_eq!(seen.highest(), Some(199_998));
        assert!(seen.insert(199_997), "high gaps are still known");
        assert!(!seen.insert(1), "low ones are forgotten");
    }

    proptest! {
        #[test]
        fn is_a_set(numbers in proptest::collection::vec(0u64..64, 0..200)) {
            let mut seen = Seen::default();
            let mut set = BTreeSet::new();
            for n in numbers {
                prop_assert_eq!(seen.insert(n), set.insert(n));
                prop_assert_eq!(seen.count(), set.len() as u64);
                prop_assert_eq!(seen.lowest(), set.first().copied());
                prop_assert_eq!(seen.highest(), set.last().copied());
                prop_assert!(seen.ranges.windows(2).all(|w| w[0].1 + 1 < w[1].0));
            }
        }
    }
}
