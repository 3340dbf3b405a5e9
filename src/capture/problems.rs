//! What was wrong with a capture, kept within bounds: a hostile file must not fill memory with
//! complaints about itself. Filled by the readers of this module.

use std::fmt;

use super::{PacketNo, Problem};

/// How many problems are kept in words; the rest is only counted.
const KEPT: usize = 64;

/// The problems met so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    kept: Vec<Problem>,
    count: u64,
}

impl Problems {
    /// Notes a problem.
    #[cold]
    pub(super) fn report(
        &mut self,
        code: &'static str,
        packet: Option<PacketNo>,
        offset: Option<u64>,
        message: fmt::Arguments<'_>,
    ) {
        self.count = self.count.saturating_add(1);
        if self.kept.len() < KEPT {
            self.kept.push(Problem {
                code,
                message: message.to_string(),
                packet,
                offset,
            });
        }
    }

    /// Adds those of another list.
    pub(super) fn absorb(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.into_iter().take(room));
    }

    /// The first ones.
    pub(super) fn kept(&self) -> &[Problem] {
        &self.kept
    }

    /// How many there were in all.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_and_counts_the_rest() {
        let mut problems = Problems::default();
        for n in 0..1000u64 {
            problems.report("x", Some(n), None, format_args!("number {n}"));
        }
        assert_eq!(problems.count(), 1000);
        assert_eq!(problems.kept().len(), KEPT);
        assert_eq!(problems.kept()[0].message, "number 0");
    }
}
