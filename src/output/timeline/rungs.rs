//! The rungs of the ladder: events, those repeated one after the other folded, and the time that
//! went by between them.

use super::Parties;
use crate::analysis::model::Event;
use crate::time::{Span, Timestamp};

/// A time without events this long is said in a line of its own.
pub const QUIET: Span = Span::from_millis(2_000);

/// One line of a timeline: an event, or several alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The first of them: an index into the events.
    pub first: usize,
    /// The last of them.
    pub last: usize,
    /// How many.
    pub count: usize,
}

/// The events of these indices as rungs. Alike are neighbours of the same kind and content, from the same
/// socket to the same: three handshakes side by side are three.
pub fn fold(events: &[Event], indices: impl IntoIterator<Item = usize>) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = Vec::new();
    for i in indices {
        let Some(event) = events.get(i) else { continue };
        let before = rungs.last_mut();
        match before.filter(|rung| {
            let same = |e: &Event| {
                e.kind == event.kind
                    && (e.transport, e.reverse) == (event.transport, event.reverse)
                    && event.at - e.at < QUIET
            };
            events.get(rung.last).is_some_and(same)
        }) {
            Some(rung) => {
                rung.last = i;
                rung.count += 1;
            }
            None => rungs.push(Rung {
                first: i,
                last: i,
                count: 1,
            }),
        }
    }
    rungs
}

/// Each event for itself.
pub fn unfolded(indices: impl IntoIterator<Item = usize>) -> Vec<Rung> {
    let rung = |i| Rung {
        first: i,
        last: i,
        count: 1,
    };
    indices.into_iter().map(rung).collect()
}

impl Rung {
    /// When it began.
    pub fn begins(&self, events: &[Event]) -> Option<Timestamp> {
        events.get(self.first).map(|e| e.at)
    }

    /// When its last event was.
    pub fn ends(&self, events: &[Event]) -> Option<Timestamp> {
        events.get(self.last).map(|e| e.at)
    }

    /// The time between it and the one `before` it.
    pub fn since(&self, before: &Self, events: &[Event]) -> Option<Span> {
        Some(self.begins(events)? - before.ends(events)?)
    }

    /// What happened, how often and when last: from all words to the fewest, as
    /// [`Parties::words`].
    pub fn words(&self, events: &[Event], parties: &Parties) -> Vec<String> {
        let Some(event) = events.get(self.first) else {
            return Vec::new();
        };
        let forms = parties.words(event);
        let (n, Some(end)) = (self.count, self.ends(events)) else {
            return forms;
        };
        if n < 2 {
            return forms;
        }
        let took = super::duration(end - event.at);
        let mut out: Vec<String> = forms
            .iter()
            .map(|words| format!("{words} ({n} times, last after {took})"))
            .collect();
        out.extend(forms.last().map(|words| format!("{words} ({n} in {took})")));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{connection, ep, event};
    use super::super::{Grouping, Parties};
    use super::*;
    use crate::analysis::model::{EventKind, IceEvent};

    #[test]
    fn neighbours_alike_are_one_rung() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20)), (ep(1, 11), ep(2, 20))]);
        c.events = vec![
            event(0, 0, false),
            event(500, 0, false),
            event(550, 1, false), // another port of the same host
            event(600, 0, true),
            event(700, 0, false),
        ];
        c.events.push(Event {
            kind: EventKind::Ice(IceEvent::Nominated),
            ..event(701, 0, false)
        });
        let parties = Parties::of(&c, Grouping::Host);
        let rungs = fold(&c.events, 0..6);
        let counts: Vec<_> = rungs.iter().map(|r| (r.first, r.last, r.count)).collect();
        assert_eq!(
            counts,
            [(0, 1, 2), (2, 2, 1), (3, 3, 1), (4, 4, 1), (5, 5, 1)]
        );
        assert_eq!(
            rungs[0].words(&c.events, &parties),
            [
                "first check answered :10 (2 times, last after 500.0 ms)",
                "first check answered :10 (2 in 500.0 ms)"
            ]
        );
        assert_eq!(
            rungs[1].words(&c.events, &parties),
            ["first check answered :11"]
        );
        assert_eq!(
            rungs[1].since(&rungs[0], &c.events),
            Some(Span::from_millis(50))
        );
        assert_eq!(unfolded(0..5).len(), 5);
    }

    #[test]
    fn what_comes_again_after_a_quiet_time_is_said_again() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20))]);
        c.events = vec![event(0, 0, false), event(2_000, 0, false)];
        assert_eq!(fold(&c.events, 0..2).len(), 2);
    }

    #[test]
    fn an_index_out_of_range_is_no_rung() {
        assert!(fold(&[], 0..3).is_empty());
    }
}
