//! Round-trip times of one side's checks, as the point of capture sees them: from there to the other
//! side and back.

use crate::analysis::model::RoundTrip;
use crate::time::Span;

/// Round-trip times kept for the median.
const SAMPLES_MAX: usize = 256;

/// The answered checks of one side.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    samples: Vec<Span>,
    answered: u64,
    shortest: Option<Span>,
    longest: Option<Span>,
}

impl Asked {
    pub(super) fn push(&mut self, took: Span) {
        self.answered += 1;
        self.shortest = Some(self.shortest.map_or(took, |s| s.min(took)));
        self.longest = Some(self.longest.map_or(took, |l| l.max(took)));
        if self.samples.len() < SAMPLES_MAX {
            self.samples.push(took);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.samples.extend_from_slice(&other.samples);
        self.answered += other.answered;
        self.shortest = [self.shortest, other.shortest].into_iter().flatten().min();
        self.longest = [self.longest, other.longest].into_iter().flatten().max();
    }

    pub(super) fn round_trip(&self) -> Option<RoundTrip> {
        Some(RoundTrip {
            min: self.shortest?,
            median: median(&self.samples)?,
            max: self.longest?,
            samples: self.answered,
            directions: 1,
        })
    }
}

/// The round-trip time between the two hosts. What one side measures reaches from the point of
/// capture to the other side and back; both together are the whole way, wherever we listened.
pub(super) fn whole_way(sides: &[Asked; 2]) -> Option<RoundTrip> {
    let [lower, higher] = sides;
    match (lower.round_trip(), higher.round_trip()) {
        (Some(a), Some(b)) => Some(RoundTrip {
            min: a.min.plus(b.min),
            median: a.median.plus(b.median),
            max: a.max.plus(b.max),
            samples: a.samples + b.samples,
            directions: 2,
        }),
        (one, other) => one.or(other),
    }
}

/// The middle one; of an even number, the higher of the two in the middle.
pub(super) fn median(samples: &[Span]) -> Option<Span> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_add_up() {
        let mut sides = [Asked::default(), Asked::default()];
        assert_eq!(whole_way(&sides), None);
        for ms in [30, 10, 20] {
            sides[0].push(Span::from_millis(ms));
        }
        assert_eq!(whole_way(&sides).map(|r| r.directions), Some(1));
        sides[1].push(Span::from_millis(5));
        let whole = whole_way(&sides).unwrap();
        assert_eq!(whole.median, Span::from_millis(25));
        assert_eq!(whole.min, Span::from_millis(15));
        assert_eq!((whole.samples, whole.directions), (4, 2));
    }

    #[test]
    fn samples_are_bounded_and_counted_on() {
        let mut asked = Asked::default();
        for _ in 0..1000 {
            asked.push(Span::from_millis(1));
        }
        assert_eq!(asked.samples.len(), SAMPLES_MAX);
        assert_eq!(asked.round_trip().unwrap().samples, 1000);
    }
}
