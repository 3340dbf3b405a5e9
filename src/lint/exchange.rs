//! What a rule about an exchange of descriptions sees: all that was said before, and a way to
//! report about what is said now.

mod codecs;
mod order;

use super::Profile;
use super::facts::{Facts, Media};
use super::reporter::{Draft, Reporter};
use crate::sdp::{Malformed, Name};
use std::fmt;
use std::ops::Range;

pub use codecs::Codec;

pub(super) use order::{Place, order};

/// What a rule about an answer or a later description works with.
///
/// The descriptions of a session in the order in which they were said; the rule reports about the
/// latest, and its labels may point into earlier ones ([`Draft::context_in`]).
#[derive(Debug)]
pub struct Exchange<'d, 'a> {
    /// All that was said before.
    pub(super) before: &'d [Facts<'d, 'a>],
    /// Where the description stands among it.
    pub(super) place: Place,
    /// The description to check.
    pub(super) now: &'d Facts<'d, 'a>,
    pub(super) profile: Profile,
    pub(super) reporter: Reporter<'d>,
}

/// A media section beside the one in the same place of another description.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'d, 'a> {
    /// The section of the other description: of the offer, or of what was said before.
    pub then: &'d Media<'d, 'a>,
    /// The section of the description to check.
    pub now: &'d Media<'d, 'a>,
}

impl<'d, 'a> Exchange<'d, 'a> {
    /// The description to check.
    pub fn now(&self) -> &'d Facts<'d, 'a> {
        self.now
    }

    /// The offer that the description to check answers, and its number for labels.
    pub fn offer(&self) -> Option<(usize, &'d Facts<'d, 'a>)> {
        self.step(self.place.offer)
    }

    /// What the same end said last that came into force, and its number.
    pub fn said_before(&self) -> Option<(usize, &'d Facts<'d, 'a>)> {
        self.step(self.place.own)
    }

    /// What anybody said last that came into force, and its number.
    pub fn last_in_force(&self) -> Option<(usize, &'d Facts<'d, 'a>)> {
        self.step(self.place.last)
    }

    /// What the end that made the offer had said before it.
    pub fn offerer_before(&self) -> Option<(usize, &'d Facts<'d, 'a>)> {
        self.step(self.place.offerer_before)
    }

    /// The sections of the answer that can be used, each beside the offered one, which is of the
    /// same medium and can be used too.
    pub fn accepted(&self) -> impl Iterator<Item = Pair<'d, 'a>> + use<'d, 'a> {
        let offer = self.offer().map(|(_, offer)| offer);
        pairs(offer, self.now).filter(|p| p.then.is_active() && p.now.is_active())
    }

    /// The sections that could be used before and can be now, each beside what the same end had
    /// said of it. A section that was put to another use, with another `mid`, is none of them.
    pub fn continued(&self) -> impl Iterator<Item = Pair<'d, 'a>> + use<'d, 'a> {
        let before = self.said_before().map(|(_, before)| before);
        let continued = |p: &Pair<'_, '_>| {
            let mids = (p.then.value(Name::Mid), p.now.value(Name::Mid));
            p.then.is_active()
                && p.now.is_active()
                && !matches!(mids, (Some(then), Some(now)) if then != now)
        };
        pairs(before, self.now).filter(continued)
    }

    /// Those of them that have a transport of their own, then as now.
    pub fn continued_transports(&self) -> Vec<Pair<'d, 'a>> {
        let Some((_, before)) = self.said_before() else {
            return Vec::new();
        };
        let (then, now) = (before.own_transports(), self.now.own_transports());
        let owns =
            |own: &[bool], m: &Media<'_, '_>| m.index().and_then(|i| own.get(i)) == Some(&true);
        let both = self.continued();
        both.filter(|p| owns(&then, p.then) && owns(&now, p.now))
            .collect()
    }

    fn step(&self, number: Option<usize>) -> Option<(usize, &'d Facts<'d, 'a>)> {
        let number = number?;
        Some((number, self.before.get(number)?))
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

/// The sections that stand in the same place and are of the same medium.
fn pairs<'d, 'a>(
    then: Option<&'d Facts<'d, 'a>>,
    now: &'d Facts<'d, 'a>,
) -> impl Iterator<Item = Pair<'d, 'a>> + use<'d, 'a> {
    let then = then.map(Facts::media).unwrap_or_default();
    let pairs = then.iter().zip(now.media());
    pairs
        .map(|(then, now)| Pair { then, now })
        .filter(|p| match (p.then.media(), p.now.media()) {
            (Some(then), Some(now)) => then.media == now.media && then.is_sctp() == now.is_sctp(),
            _ => false,
        })
}
