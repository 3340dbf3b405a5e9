//! Consent freshness (RFC 7675): checks on a pair in use that go on being answered.
//!
//! Nothing is heard of a side whose checks are never answered in the capture (it may show one
//! direction only), so that consent is only lost where it was seen.

use super::round_trip::median;
use crate::analysis::model::{IceEvent, Outage};
use crate::time::{Span, Timestamp};

/// Without an answer for so long, consent is gone (RFC 7675).
const EXPIRED: Span = Span::from_millis(30_000);
/// Without an answer for so long, and with several checks unanswered, an agent says "disconnected":
/// libwebrtc after 2.5 to 7 s.
const QUIET: Span = Span::from_millis(7_000);
/// Checks that must have gone unanswered; a single lost packet is nothing.
const QUIET_CHECKS: u32 = 2;
/// Intervals kept for the median.
const INTERVALS_MAX: usize = 256;
/// Outages kept; more are counted.
const OUTAGES_MAX: usize = 16;

/// The consent checks of one side on one pair.
#[derive(Clone, Debug, Default)]
pub(super) struct Consent {
    last_asked: Option<Timestamp>,
    last_answer: Option<Timestamp>,
    intervals: Vec<Span>,
    /// Checks since the last answer, and the first of them.
    unanswered: u32,
    unanswered_since: Option<Timestamp>,
    longest: Option<Span>,
    /// The outage that goes on.
    open: Option<Outage>,
    outages: Vec<Outage>,
    /// Outages over, by whether consent expired.
    quiet: u64,
    expired: u64,
}

impl Consent {
    /// A new check was sent; tells if it shows that the ones before went unanswered for too long.
    pub(super) fn asked(&mut self, ts: Timestamp) -> Option<IceEvent> {
        if let Some(last) = self.last_asked
            && self.intervals.len() < INTERVALS_MAX
        {
            self.intervals.push(ts - last);
        }
        self.last_asked = Some(ts);
        let event = self.silence(ts);
        self.unanswered = self.unanswered.saturating_add(1);
        self.unanswered_since = self.unanswered_since.or(Some(ts));
        event
    }

    /// A check was answered; tells if that ends an outage.
    pub(super) fn answered(&mut self, ts: Timestamp) -> Option<IceEvent> {
        let waited = self.unanswered_since.take().map(|since| ts - since);
        self.longest = self.longest.max(waited);
        self.unanswered = 0;
        self.last_answer = Some(ts);
        let mut over = self.open.take()?;
        over.end = Some(ts);
        self.keep(over);
        let after = over.end? - over.start;
        Some(IceEvent::ConsentRegained { after })
    }

    /// The capture ended: what the silence until then shows.
    pub(super) fn ended(&mut self, end: Timestamp) -> Option<IceEvent> {
        let event = self.silence(end);
        let waited = self.unanswered_since.map(|since| end - since);
        if self.last_answer.is_some() {
            self.longest = self.longest.max(waited);
        }
        if let Some(open) = self.open.take() {
            self.keep(open);
        }
        event
    }

    fn silence(&mut self, now: Timestamp) -> Option<IceEvent> {
        let last = self.last_answer?;
        let silent = now - last;
        if self.unanswered < QUIET_CHECKS || silent < QUIET {
            return None;
        }
        let known = self.open;
        let outage = self.open.get_or_insert(Outage {
            start: last,
            end: None,
            expired: false,
        });
        outage.expired |= silent >= EXPIRED;
        match (known, outage.expired) {
            (None, false) => Some(IceEvent::ConsentUnanswered { silent }),
            (Some(Outage { expired: true, .. }), _) | (Some(_), false) => None,
            (_, true) => Some(IceEvent::ConsentExpired { silent }),
        }
    }

    fn keep(&mut self, outage: Outage) {
        if outage.expired {
            self.expired += 1;
        } else {
            self.quiet += 1;
        }
        if self.outages.len() < OUTAGES_MAX {
            self.outages.push(outage);
        }
    }

    /// Whether checks were answered after the nomination.
    pub(super) fn is_known(&self) -> bool {
        self.last_answer.is_some()
    }

    /// The median time between two checks.
    pub(super) fn intervals(&self) -> &[Span] {
        &self.intervals
    }

    /// The longest time from a check to the next answer.
    pub(super) fn longest(&self) -> Option<Span> {
        self.longest
    }

    /// The outages kept, and how many there were without and with the consent expired.
    pub(super) fn outages(&self) -> (&[Outage], u64, u64) {
        (&self.outages, self.quiet, self.expired)
    }
}

/// The median of intervals of several pairs.
pub(super) fn interval<'a>(all: impl Iterator<Item = &'a Consent>) -> Option<Span> {
    let all: Vec<Span> = all.flat_map(|c| c.intervals()).copied().collect();
    median(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    /// Checks every 2.5 s, answered after 20 ms where `answered` says so.
    fn run(answered: &[bool]) -> (Consent, Vec<(i64, IceEvent)>) {
        let mut consent = Consent::default();
        let mut events = Vec::new();
        for (i, answered) in answered.iter().enumerate() {
            let ms = i as i64 * 2500;
            events.extend(consent.asked(at(ms)).map(|e| (ms, e)));
            if *answered {
                events.extend(consent.answered(at(ms + 20)).map(|e| (ms, e)));
            }
        }
        (consent, events)
    }

    #[test]
    fn a_lost_answer_is_nothing() {
        let (consent, events) = run(&[true, true, false, true, false, true]);
        assert_eq!(events, []);
        assert_eq!(consent.longest(), Some(Span::from_millis(2520)));
        assert_eq!(median(consent.intervals()), Some(Span::from_millis(2500)));
        assert_eq!(consent.outages(), (&[][..], 0, 0));
    }

    #[test]
    fn some_lost_answers_are_a_disconnection() {
        let (mut consent, events) = run(&[true, false, false, false, false, true]);
        let silent = Span::from_millis(7480);
        let after = Span::from_millis(12_500);
        assert_eq!(
            events,
            [
                (7500, IceEvent::ConsentUnanswered { silent }),
                (12_500, IceEvent::ConsentRegained { after }),
            ]
        );
        assert_eq!(consent.ended(at(14_000)), None);
        let (outages, quiet, expired) = consent.outages();
        assert_eq!((outages.len(), quiet, expired), (1, 1, 0));
        assert_eq!(outages[0].end, Some(at(12_520)));
    }

    #[test]
    fn half_a_minute_without_answer_is_the_end_of_consent() {
        let mut answers = [false; 16];
        answers[0] = true;
        answers[15] = true;
        let (consent, events) = run(&answers);
        let names: Vec<_> = events.iter().map(|(ms, e)| (*ms, e.name())).collect();
        assert_eq!(
            names,
            [
                (7500, "ice-consent-unanswered"),
                (32_500, "ice-consent-expired"),
                (37_500, "ice-consent-regained")
            ]
        );
        assert_eq!(consent.outages().2, 1);
    }

    #[test]
    fn the_end_of_the_capture_shows_a_silence_too() {
        let (mut consent, events) = run(&[true, false, false]);
        assert_eq!(events, []);
        let mut cut_short = consent.clone();
        assert_eq!(cut_short.ended(at(6_000)), None);
        let silent = Span::from_millis(40_000 - 20);
        let expired = Some(IceEvent::ConsentExpired { silent });
        assert_eq!(consent.ended(at(40_000)), expired);
        assert_eq!(consent.outages().2, 1);
        assert_eq!(consent.outages().0[0].end, None);
    }

    #[test]
    fn what_was_never_answered_cannot_be_lost() {
        let (mut consent, events) = run(&[false; 20]);
        assert_eq!(events, []);
        assert_eq!(consent.ended(at(100_000)), None);
        assert!(!consent.is_known());
    }

    #[test]
    fn it_is_bounded() {
        let mut consent = Consent::default();
        for i in 0..5000 {
            consent.asked(at(i * 10_000));
            if i % 5 == 0 {
                consent.answered(at(i * 10_000 + 1));
            }
        }
        assert_eq!(consent.intervals.len(), INTERVALS_MAX);
        let (outages, quiet, expired) = consent.outages();
        assert_eq!(outages.len(), OUTAGES_MAX);
        assert!(quiet + expired > 900);
    }
}
