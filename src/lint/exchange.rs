//! What a rule about an exchange of descriptions sees: all that was said before, and a way to
//! report about what is said now.

use super::facts::Facts;
use super::reporter::{Draft, Reporter};
use super::{Profile, Role};
use crate::sdp::Malformed;
use std::fmt;
use std::ops::Range;

/// What a rule about an answer or a later description works with.
///
/// The descriptions of a session in the order in which they were said; the rule reports about the
/// latest, and its labels may point into earlier ones ([`Draft::context_in`]).
#[derive(Debug)]
pub struct Exchange<'d, 'a> {
    /// All that was said before.
    pub(super) before: &'d [Facts<'d, 'a>],
    /// The description to check.
    pub(super) now: &'d Facts<'d, 'a>,
    pub(super) profile: Profile,
    pub(super) reporter: Reporter<'d>,
}

impl<'d, 'a> Exchange<'d, 'a> {
    /// The description to check.
    pub fn now(&self) -> &'d Facts<'d, 'a> {
        self.now
    }

    /// Its number, for labels in later findings.
    pub fn number(&self) -> usize {
        self.before.len()
    }

    /// The offer that the description to check answers, and its number.
    pub fn offer(&self) -> Option<(usize, &'d Facts<'d, 'a>)> {
        offer_of(self.before, self.now)
    }

    /// What the same end said last before, and its number.
    pub fn said_before(&self) -> Option<(usize, &'d Facts<'d, 'a>)> {
        let mut earlier = self.before.iter().enumerate().rev();
        earlier.find(|(_, step)| same_end(step, self.now))
    }

    /// The description before the one to check, whoever said it, and its number.
    pub fn previous(&self) -> Option<(usize, &'d Facts<'d, 'a>)> {
        self.before.iter().enumerate().next_back()
    }

    /// All that was said before, in order.
    pub fn before(&self) -> &'d [Facts<'d, 'a>] {
        self.before
    }

    /// What the description is meant for.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Reports `message` about `span` of the description to check, which `label` comments on.
    pub fn report(
        &mut self,
        span: impl Into<Range<usize>>,
        label: impl fmt::Display,
        message: fmt::Arguments<'_>,
    ) -> Draft<'_> {
        self.reporter.report(span, label, message)
    }

    /// Reports that the value of the line `what` could not be read.
    pub fn report_malformed(&mut self, what: &str, error: Malformed<'_>) -> Draft<'_> {
        self.reporter.report_malformed(what, error)
    }
}

/// The offer among `before` that `now` answers.
pub(super) fn offer_of<'d, 'a>(
    before: &'d [Facts<'d, 'a>],
    now: &Facts<'d, 'a>,
) -> Option<(usize, &'d Facts<'d, 'a>)> {
    let (at, offer) = before.iter().enumerate().next_back()?;
    (now.role() == Some(Role::Answer) && offer.role() == Some(Role::Offer)).then_some((at, offer))
}

/// Whether two descriptions come from the same end: by what is known of their sides, else by the
/// user name, session identifier and address of their `o=` lines (RFC 8866 §5.2).
fn same_end(one: &Facts<'_, '_>, other: &Facts<'_, '_>) -> bool {
    match (one.side(), other.side()) {
        (Some(a), Some(b)) => a == b,
        _ => origin_key(one).is_some_and(|key| Some(key) == origin_key(other)),
    }
}

/// What stays the same in the `o=` lines of one end.
fn origin_key<'a>(facts: &Facts<'_, 'a>) -> Option<[crate::sdp::Field<'a>; 2]> {
    let mut lines = facts.sdp().session().lines().iter();
    let origin = lines.find(|line| line.letter() == Some(b'o'))?;
    let mut words = origin.value().words();
    Some([words.next()?, words.next()?])
}
