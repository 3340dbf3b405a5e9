//! What came of the packets of one source, of one kind.

use crate::analysis::model::Openings;
use crate::capture::PacketNo;

/// What came of packets of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Those that were opened, cut off, or not opened although there is a key for them.
    sure: Openings,
    /// Those that no key opened where only keys for any source were at hand: whether these should have
    /// opened them shows at the end.
    unsure: u64,
    first_unsure: Option<PacketNo>,
}

/// How much there is to expect of the keys at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// There is a key for this source, or of its transport.
    Fits,
    /// There are keys that may be for any source.
    May,
    /// There is none.
    Nothing,
}

impl Tally {
    pub(super) fn opened(&mut self) {
        self.sure.opened += 1;
    }

    pub(super) fn cut(&mut self) {
        self.sure.cut += 1;
    }

    pub(super) fn not_opened(&mut self, no: PacketNo, expected: Expected) {
        match expected {
            Expected::Fits => {
                self.sure.failed += 1;
                self.sure.first_failed.get_or_insert(no);
            }
            Expected::May => {
                self.unsure += 1;
                self.first_unsure.get_or_insert(no);
            }
            Expected::Nothing => self.sure.no_key += 1,
        }
    }

    /// All in all; `given_fit` says that the keys for any source were for others.
    pub(super) fn openings(&self, given_fit: bool) -> Openings {
        let mut all = self.sure;
        let mut rest = Openings::default();
        match given_fit {
            true => rest.no_key = self.unsure,
            false => (rest.failed, rest.first_failed) = (self.unsure, self.first_unsure),
        }
        all.add(&rest);
        all
    }

    pub(super) fn has_opened(&self) -> bool {
        self.sure.opened > 0
    }
}
