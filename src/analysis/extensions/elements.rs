//! The header-extension elements of one stream, by local identifier.

use crate::analysis::counts;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::HeaderExtension;

/// Identifiers beyond those of the one-byte form that are kept per stream; more is noise.
const WIDE_MAX: usize = 16;

/// What the elements of one stream were, by local identifier.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Elements {
    narrow: [u32; 16],
    wide: Vec<(u8, u64)>,
}

impl Elements {
    /// Takes the next element.
    #[inline]
    pub(in crate::analysis) fn push(&mut self, id: u8) {
        if let Some(n) = self.narrow.get_mut(usize::from(id)) {
            *n = n.saturating_add(1);
        } else {
            counts::add(&mut self.wide, id, 1, WIDE_MAX);
        }
    }

    /// The identifiers seen, in order.
    pub(in crate::analysis) fn report(&self) -> Vec<HeaderExtension> {
        let narrow = self.narrow.iter().enumerate();
        let narrow = narrow
            .filter(|(_, n)| **n > 0)
            .map(|(id, n)| (id as u8, u64::from(*n)));
        let mut all: Vec<_> = narrow.chain(self.wide.iter().copied()).collect();
        all.sort_unstable();
        let each = |(id, packets)| HeaderExtension {
            id,
            packets,
            uri: Known::No(Unknown::NoSdp),
        };
        all.into_iter().map(each).collect()
    }
}
