//! One candidate pair as it is checked: what each side sends, and what comes back.
//!
//! A transport is a pair of addresses; with new username fragments (an ICE restart) it becomes
//! another pair.

use super::consent::Consent;
use super::integrity::Tally;
use super::round_trip::Asked;
use crate::analysis::model::{self, CandidatePair, Checks, PairState};
use crate::analysis::moment::Moment;
use crate::net::{Endpoint, Via};
use crate::proto::stun::{Role, StunMessage};
use crate::time::{Span, Timestamp};

/// Without an answer for so long after its first check, a pair failed. Agents give up after 10 to 40 s
/// (libwebrtc 15); a connection that tried in vain is called failed as soon.
const FAILED_AFTER: Span = Span::from_millis(10_000);
/// Role Conflict: the one refusal that does not end a pair.
const ROLE_CONFLICT: u16 = 487;
/// Distinct error codes kept per pair.
const CODES_MAX: usize = 16;

/// The checks that one side sends.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    pub(super) requests: u64,
    pub(super) retransmissions: u64,
    pub(super) responses: u64,
    pub(super) errors: u64,
    pub(super) role: Option<Role>,
    priority: Option<u32>,
    use_candidate: u64,
    /// Whether its first check as the controlling side nominated at once.
    pub(super) nominated_at_once: Option<bool>,
    pub(super) nomination: Option<u32>,
    pub(super) asked: Asked,
    pub(super) mapped: Option<Endpoint>,
    /// Of a nominated pair.
    pub(super) consent: Option<Box<Consent>>,
    /// Of messages that this side's password keys.
    pub(super) integrity: Tally,
    /// Whether its source was found not to be signalled.
    pub(super) unsignalled: bool,
}

/// One pair, with one pair of username fragments.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// Fragments of the transport's `a` and `b`.
    pub(super) ufrags: [String; 2],
    /// Its first check.
    pub(super) first: Moment,
    /// Its last check.
    pub(super) last: Moment,
    pub(super) ways: [Way; 2],
    pub(super) answered: bool,
    /// When the first nominating check was answered: (asker, answerer, time).
    pub(super) nominated: Option<(Endpoint, Endpoint, Timestamp)>,
    pub(super) conflict_told: bool,
    codes: Vec<u16>,
}

impl Pair {
    pub(super) fn new(ufrags: [String; 2], first: &Moment) -> Self {
        Self {
            ufrags,
            first: *first,
            last: *first,
            ways: Default::default(),
            answered: false,
            nominated: None,
            conflict_told: false,
            codes: Vec::new(),
        }
    }

    /// The checks that go this way: `reverse` is from the transport's `b` to its `a`.
    pub(super) fn way(&mut self, reverse: bool) -> &mut Way {
        let [from_a, from_b] = &mut self.ways;
        if reverse { from_b } else { from_a }
    }

    /// The fragment of who sends this way.
    pub(super) fn ufrag(&self, reverse: bool) -> &str {
        let [a, b] = &self.ufrags;
        if reverse { b } else { a }
    }

    /// The fragments in order of the alphabet, whichever way they are seen.
    pub(super) fn session(&self) -> [String; 2] {
        let mut both = self.ufrags.clone();
        both.sort();
        both
    }

    /// Takes note of what a request says; tells the role, if both sides claim the same.
    pub(super) fn request(&mut self, message: &StunMessage<'_>, at: &Moment) -> Option<Role> {
        let nominates = message.use_candidate();
        self.last = *at;
        let way = self.way(at.reverse);
        way.requests += 1;
        way.use_candidate += u64::from(nominates);
        way.priority = message.priority().or(way.priority);
        let role = message.role().map(|(role, _)| role);
        way.role = role.or(way.role);
        if role == Some(Role::Controlling) && !message.is_cut() {
            way.nominated_at_once.get_or_insert(nominates);
        }
        let [a, b] = &self.ways;
        role.filter(|_| a.role == b.role)
    }

    /// Counts a refusal; tells whether its code is new.
    pub(super) fn refused(&mut self, reverse: bool, code: u16) -> bool {
        self.way(reverse).errors += 1;
        let new = !self.codes.contains(&code) && self.codes.len() < CODES_MAX;
        if new {
            self.codes.push(code);
        }
        new
    }

    fn state(&self, end: Timestamp) -> PairState {
        if self.answered {
            PairState::Succeeded
        } else if self.codes.iter().any(|code| *code != ROLE_CONFLICT)
            || end - self.first.ts >= FAILED_AFTER
        {
            PairState::Failed
        } else {
            PairState::InProgress
        }
    }

    pub(super) fn report(&self, via: Via, end: Timestamp) -> CandidatePair {
        let (a, b) = match self.first.reverse {
            false => (self.first.src, self.first.dst),
            true => (self.first.dst, self.first.src),
        };
        let [from_a, from_b] = &self.ways;
        CandidatePair {
            transport: self.first.transport,
            a,
            b,
            via,
            ufrags: self.ufrags.clone(),
            state: self.state(end),
            from_a: from_a.report(),
            from_b: from_b.report(),
            nominated: self.nominated.map(|(_, _, ts)| ts),
            first_check: self.first.ts,
            last_check: self.last.ts,
        }
    }

    /// Whether the controlling side nominated with its first check, if this pair was nominated.
    pub(super) fn nomination(&self) -> Option<model::Nomination> {
        self.nominated?;
        let at_once = self.ways.iter().filter_map(|w| w.nominated_at_once);
        Some(
            match at_once.fold(None, |all, w| Some(all.unwrap_or(false) | w))? {
                true => model::Nomination::Aggressive,
                false => model::Nomination::Regular,
            },
        )
    }
}

impl Way {
    fn report(&self) -> Checks {
        Checks {
            requests: self.requests,
            retransmissions: self.retransmissions,
            responses: self.responses,
            errors: self.errors,
            role: self.role,
            priority: self.priority,
            use_candidate: self.use_candidate,
            nomination: self.nomination,
            round_trip_time: self.asked.round_trip(),
            mapped: self.mapped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flood of checks on ever new addresses makes one of these for each.
    #[test]
    fn a_pair_is_small() {
        assert!(size_of::<Pair>() <= 896, "{}", size_of::<Pair>());
    }
}
