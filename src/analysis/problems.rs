//! What was wrong with the capture: one entry per kind, with its first occurrence and a count, so
//! that a million bad packets make one line.

use super::model::CountedProblem;
use crate::capture::{PacketNo, Problem};

/// The problems met so far, in order of first appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct Problems(Vec<CountedProblem>);

impl Problems {
    /// Counts a problem with a packet; `message` is only asked for at its first occurrence.
    pub(super) fn packet(
        &mut self,
        code: &'static str,
        no: PacketNo,
        message: impl FnOnce() -> String,
    ) {
        if let Some(known) = self.0.iter_mut().find(|p| p.problem.code == code) {
            known.count += 1;
            return;
        }
        self.0.push(CountedProblem {
            problem: Problem {
                code,
                message: message(),
                packet: Some(no),
                offset: None,
            },
            count: 1,
        });
    }

    /// All of them.
    pub(super) fn list(&self) -> &[CountedProblem] {
        &self.0
    }
}
