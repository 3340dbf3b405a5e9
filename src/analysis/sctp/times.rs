//! How long answers took: the shortest, the longest, and enough of them for a median.

use crate::analysis::model::AnswerTime;
use crate::time::Span;

/// Samples kept for the median.
const SAMPLES_MAX: usize = 256;

/// Times from a question to its answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    samples: Vec<Span>,
    extremes: Option<(Span, Span)>,
    count: u64,
}

impl Times {
    /// Adds one; a negative one is a clock that was set back, and left out.
    pub(super) fn push(&mut self, took: Span) {
        if took < Span::default() {
            return;
        }
        self.count += 1;
        let (min, max) = self.extremes.unwrap_or((took, took));
        self.extremes = Some((min.min(took), max.max(took)));
        if self.samples.len() < SAMPLES_MAX {
            self.samples.push(took);
        }
    }

    /// What they come to.
    pub(super) fn report(&self) -> Option<AnswerTime> {
        let (min, max) = self.extremes?;
        let mut sorted = self.samples.clone();
        sorted.sort_unstable();
        Some(AnswerTime {
            min,
            median: *sorted.get(sorted.len() / 2)?,
            max,
            samples: self.count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_extremes_and_a_median() {
        let mut times = Times::default();
        assert_eq!(times.report(), None);
        for ms in [30, 10, 20, -5] {
            times.push(Span::from_millis(ms));
        }
        for _ in 0..1000 {
            times.push(Span::from_millis(20));
        }
        let report = times.report().unwrap();
        assert_eq!(report.min, Span::from_millis(10));
        assert_eq!(report.median, Span::from_millis(20));
        assert_eq!(report.max, Span::from_millis(30));
        assert_eq!(report.samples, 1003);
        assert_eq!(times.samples.len(), SAMPLES_MAX);
    }
}
