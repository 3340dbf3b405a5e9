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

/// The events of these indices as rungs. Alike are neighbours of the same kind, content and way.
pub fn fold(
    events: &[Event],
    parties: &Parties,
    indices: impl IntoIterator<Item = usize>,
) -> Vec<Rung> {
    let mut rungs: Vec<Rung> = Vec::new();
    for i in indices {
        let Some(event) = events.get(i) else { continue };
        let before = rungs.last_mut();
        match before.filter(|rung| {
            let same = |e: &Event| {
                e.kind == event.kind
                    && parties.way_of(e) == parties.way_of(event)
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

    /// What happened, how often and for how long.
    pub fn words(&self, events: &[Event], parties: &Parties) -> String {
        let Some(event) = events.get(self.first) else {
            return String::new();
        };
        let words = parties.words(event);
        match (self.count, self.ends(events)) {
            (0 | 1, _) | (_, None) => words,
            (n, Some(end)) => {
                let took = super::duration(end - event.at);
                format!("{words} ({n} times in {took})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{connection, ep, event};
    use super::super::{Grouping, Parties};
    use super::*;
    use crate::analysis::model::EventKind;

    #[test]
    fn neighbours_alike_are_one_rung() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20)), (ep(1, 11), ep(2, 20))]);
        c.events = vec![
            event(0, 0, false),
            event(500, 1, false), // another port of the same host
            event(600, 0, true),
            event(700, 0, false),
        ];
        c.events.push(Event {
            kind: EventKind::Nominated,
            ..event(701, 0, false)
        });
        let parties = Parties::of(&c, Grouping::Host);
        let rungs = fold(&c.events, &parties, 0..5);
        let counts: Vec<_> = rungs.iter().map(|r| (r.first, r.last, r.count)).collect();
        assert_eq!(counts, [(0, 1, 2), (2, 2, 1), (3, 3, 1), (4, 4, 1)]);
        assert_eq!(
            rungs[0].words(&c.events, &parties),
            "first check answered (2 times in 500.0 ms)"
        );
        assert_eq!(
            rungs[1].since(&rungs[0], &c.events),
            Some(Span::from_millis(100))
        );
        assert_eq!(unfolded(0..5).len(), 5);
    }

    #[test]
    fn what_comes_again_after_a_quiet_time_is_said_again() {
        let mut c = connection(&[(ep(1, 10), ep(2, 20))]);
        c.events = vec![event(0, 0, false), event(2_000, 0, false)];
        let parties = Parties::of(&c, Grouping::Host);
        assert_eq!(fold(&c.events, &parties, 0..2).len(), 2);
    }

    #[test]
    fn an_index_out_of_range_is_no_rung() {
        let parties = Parties::default();
        assert!(fold(&[], &parties, 0..3).is_empty());
    }
}
