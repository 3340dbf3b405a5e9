//! By what a finding is known again when lines have moved.

use super::Facts;
use crate::diag::Diagnostic;
use crate::sdp::Line;
use std::hash::{BuildHasher, Hasher};

/// Gives every finding its fingerprint: a hash of its code, the section it is in and the line.
pub(super) fn assign(found: &mut [Diagnostic], facts: &Facts<'_, '_>) {
    for diagnostic in found {
        let at = diagnostic.primary.span.start;
        let mut hash = foldhash::quality::FixedState::with_seed(1).build_hasher();
        hash.write(diagnostic.code.as_bytes());
        for (number, section) in facts.sdp().sections().enumerate() {
            let holds = |line: &&Line<'_>| line.text().span().contains(&at);
            if let Some(line) = section.lines().iter().find(holds) {
                hash.write_usize(number);
                hash.write(line.text().bytes());
            }
        }
        diagnostic.fingerprint = hash.finish();
    }
}
