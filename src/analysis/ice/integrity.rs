//! Who really sent a message: FINGERPRINT always, MESSAGE-INTEGRITY where a password is known.
//!
//! A request and its response are keyed with the password of who receives the request (RFC 8445).
//! A password given without its fragment may belong to one side only: what it does not open is held
//! against it only when it opens nothing at all.

use crate::analysis::credentials::Credentials;
use crate::analysis::model::Verified;
use crate::capture::PacketNo;
use crate::proto::stun::{Fingerprint, Integrity, StunMessage};

/// The messages that one agent's password keys.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// By outcome.
    pub(super) counts: Verified,
    /// Whether the passwords tried are of no known fragment.
    pub(super) bare: bool,
}

impl Tally {
    /// Checks a message keyed with the password of `ufrag`.
    pub(super) fn check(
        &mut self,
        message: &StunMessage<'_>,
        no: PacketNo,
        ufrag: &str,
        known: &Credentials,
    ) {
        // What was cut off cannot be checked; what was never there need not be.
        if message.is_cut() || !message.has_integrity() {
            return;
        }
        let (keys, bare) = known.keys(ufrag);
        self.bare = bare;
        let holds = |key| message.verify_integrity(key) == Integrity::Valid;
        if keys.is_empty() {
            self.counts.unchecked += 1;
        } else if keys.iter().any(holds) {
            self.counts.verified += 1;
        } else {
            self.counts.fail(no);
        }
    }
}

/// All of them together.
pub(super) fn sum<'a>(tallies: impl Iterator<Item = &'a Tally> + Clone) -> Verified {
    let opens = |t: &Tally| t.bare && t.counts.verified > 0;
    let bare_opens = tallies.clone().any(opens);
    let mut all = Verified::default();
    for tally in tallies {
        let mut counts = tally.counts;
        if tally.bare && bare_opens && counts.verified == 0 {
            counts.unchecked += counts.failed;
            counts.failed = 0;
            counts.first_failed = None;
        }
        all.add(&counts);
    }
    all
}

/// Checks the FINGERPRINT of a message; tells whether it is wrong.
pub(super) fn fingerprint(counts: &mut Verified, message: &StunMessage<'_>, no: PacketNo) -> bool {
    match message.verify_fingerprint() {
        Fingerprint::Valid => counts.verified += 1,
        Fingerprint::Absent => counts.unchecked += 1,
        Fingerprint::Wrong { .. } => {
            counts.fail(no);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(verified: u64, failed: u64, bare: bool) -> Tally {
        Tally {
            counts: Verified {
                verified,
                failed,
                unchecked: 0,
                first_failed: (failed > 0).then_some(7),
            },
            bare,
        }
    }

    #[test]
    fn a_bare_password_is_wrong_only_if_it_opens_nothing() {
        let of = |all: &[Tally]| {
            let sum = sum(all.iter());
            (sum.verified, sum.failed, sum.unchecked, sum.first_failed)
        };
        let one_side = [tally(5, 0, true), tally(0, 4, true)];
        assert_eq!(of(&one_side), (5, 0, 4, None));
        let neither = [tally(0, 5, true), tally(0, 4, true)];
        assert_eq!(of(&neither), (0, 9, 0, Some(7)));
        let named = [tally(5, 0, true), tally(0, 4, false)];
        assert_eq!(of(&named), (5, 4, 0, Some(7)));
        let forged = [tally(5, 1, true)];
        assert_eq!(of(&forged), (5, 1, 0, Some(7)));
    }
}
