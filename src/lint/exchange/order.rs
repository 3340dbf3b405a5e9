//! Who said what in a session: the role and the end of every description, which offer an answer
//! answers, and what was in force before (RFC 3264 §4, RFC 9429 §3.2).
//!
//! What the container tells counts first. The rest is worked out in one pass: `setup:actpass` is
//! only ever said in an offer, an answer comes from the end that did not offer, and one end keeps
//! its `o=` line (RFC 8866 §5.2) and its certificates.

use super::super::facts::Facts;
use crate::sdp::{Field, Name, Role, Side};

/// Where a description stands in its session, as numbers of other descriptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::lint) struct Place {
    /// The offer that it answers.
    pub(in crate::lint) offer: Option<usize>,
    /// What the same end said last that came into force.
    pub(in crate::lint) own: Option<usize>,
    /// What anybody said last that came into force.
    pub(in crate::lint) last: Option<usize>,
    /// Of an answer: what the end that made the offer had said before it that came into force.
    pub(in crate::lint) offerer_before: Option<usize>,
}

/// Works out the places of `steps`, and completes their roles and sides.
pub(in crate::lint) fn order(steps: &mut [Facts<'_, '_>]) -> Vec<Place> {
    if let [_] = steps {
        return vec![Place::default()];
    }
    let mut session = Session::default();
    // Where only one end was recorded, each of its offers is taken to have been answered.
    let first = steps.first().and_then(origin);
    session.one_end = steps.iter().all(|s| match s.role() {
        Some(role) => role == Role::Offer,
        None => first.is_some() && origin(s) == first,
    });
    let mut places = Vec::with_capacity(steps.len());
    for at in 0..steps.len() {
        let (before, rest) = steps.split_at_mut(at);
        if let Some(now) = rest.first_mut() {
            places.push(session.say(before, now));
        }
    }
    places
}

/// What one end said.
#[derive(Clone, Copy, Debug, Default)]
struct End<'a> {
    /// What is known of it: see [`origin`] and [`fingerprint`].
    origin: Option<Origin<'a>>,
    print: Option<Field<'a>>,
    /// Its latest offer, answered or not.
    offer: Option<usize>,
    /// What was in force of it when it made that offer.
    offer_after: Option<usize>,
    /// The latest description that came into force.
    in_force: Option<usize>,
}

/// What was said so far.
#[derive(Debug, Default)]
struct Session<'a> {
    ends: [End<'a>; 2],
    /// What anybody said last that came into force.
    last: Option<usize>,
    /// The latest offer, while nobody has answered it.
    open: Option<usize>,
    one_end: bool,
}

impl<'a> Session<'a> {
    /// Takes `now` to be said after `before`.
    fn say(&mut self, before: &[Facts<'_, 'a>], now: &mut Facts<'_, 'a>) -> Place {
        let at = before.len();
        let mut side = now.side().or_else(|| self.known_by_text(now));
        let opener = self.open.and_then(|i| before.get(i)?.side());
        let may_answer = self.open.is_some() && (side.is_none() || side != opener);
        let role = match now.role() {
            Some(role) => role,
            None if may_answer && !self.one_end => Role::Answer,
            None => Role::Offer,
        };
        if role == Role::Answer && now.side().is_none() {
            // Whatever its `o=` line looks like: nobody answers himself.
            let offerer = self
                .open
                .or(self.latest_offer())
                .and_then(|i| before.get(i)?.side());
            side = offerer.map(other).or(side);
        }
        if at == 0 {
            side = side.or(Some(Side::Local));
        }
        now.settle(role, side);
        let Some(side) = side else {
            // Nothing can be said of what its end said before.
            let place = Place {
                last: self.last,
                ..Place::default()
            };
            if role == Role::Offer {
                self.open = Some(at);
            }
            return place;
        };
        let offer = match role {
            Role::Answer => self.end(other(side)).offer,
            Role::Offer => None,
        };
        let place = Place {
            offer,
            own: self.end(side).in_force,
            last: self.last,
            offerer_before: offer.and(self.end(other(side)).offer_after),
        };
        match role {
            Role::Offer => {
                self.end_mut(side).offer = Some(at);
                self.end_mut(side).offer_after = place.own;
                self.open = Some(at);
                if self.one_end {
                    self.end_mut(side).in_force = Some(at);
                    self.last = Some(at);
                }
            }
            Role::Answer => {
                self.open = None;
                self.end_mut(side).in_force = Some(at);
                // An offer comes into force by its answer; one that was rolled back never does.
                self.end_mut(other(side)).in_force = offer.or(self.end(other(side)).in_force);
                self.last = Some(at);
            }
        }
        let end = self.end_mut(side);
        end.origin = origin(now);
        end.print = fingerprint(now).or(end.print);
        place
    }

    fn end(&self, side: Side) -> End<'a> {
        let [local, remote] = self.ends;
        match side {
            Side::Local => local,
            Side::Remote => remote,
        }
    }

    fn end_mut(&mut self, side: Side) -> &mut End<'a> {
        let [local, remote] = &mut self.ends;
        match side {
            Side::Local => local,
            Side::Remote => remote,
        }
    }

    fn latest_offer(&self) -> Option<usize> {
        self.ends.iter().filter_map(|end| end.offer).max()
    }

    /// The end whose `o=` line `now` has, or else whose certificate; none when both have it.
    fn known_by_text(&self, now: &Facts<'_, 'a>) -> Option<Side> {
        let by = |same: &dyn Fn(End<'a>) -> bool| {
            let sides = [Side::Local, Side::Remote];
            let mut fitting = sides.into_iter().filter(|&side| same(self.end(side)));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        let origin = origin(now);
        by(&|end| origin.is_some() && end.origin == origin).or_else(|| {
            let print = fingerprint(now);
            by(&|end| print.is_some() && end.print == print)
        })
    }
}

/// User name and session identifier.
type Origin<'a> = [Field<'a>; 2];

fn other(side: Side) -> Side {
    match side {
        Side::Local => Side::Remote,
        Side::Remote => Side::Local,
    }
}

/// What stays the same in the `o=` lines of one end: user name and session identifier.
fn origin<'a>(facts: &Facts<'_, 'a>) -> Option<Origin<'a>> {
    let line = facts.sdp().session().of_type(b'o').next()?;
    let mut words = line.value().words();
    Some([words.next()?, words.next()?])
}

fn fingerprint<'a>(facts: &Facts<'_, 'a>) -> Option<Field<'a>> {
    let mut sections = facts.sdp().sections();
    sections.find_map(|s| s.value(Name::Fingerprint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Description;

    /// `offer L 1`: role, side and session identifier; `-` where unknown.
    fn places(said: &[&str]) -> Vec<(char, char, Place)> {
        let texts: Vec<String> = said
            .iter()
            .map(|s| {
                let id = s.split(' ').nth(2).unwrap();
                format!("v=0\r\no=- {id} 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")
            })
            .collect();
        let parsed: Vec<_> = texts
            .iter()
            .map(|t| Description::parse(t.as_bytes()))
            .collect();
        let mut steps: Vec<_> = said
            .iter()
            .zip(&parsed)
            .map(|(s, sdp)| {
                let mut words = s.split(' ');
                let role = match words.next().unwrap() {
                    "offer" => Some(Role::Offer),
                    "answer" => Some(Role::Answer),
                    _ => None,
                };
                let side = match words.next().unwrap() {
                    "L" => Some(Side::Local),
                    "R" => Some(Side::Remote),
                    _ => None,
                };
                Facts::of(sdp, role, false).by(side)
            })
            .collect();
        let places = order(&mut steps);
        let each = steps.iter().zip(places).map(|(s, p)| {
            let p = Place {
                offerer_before: None,
                ..p
            };
            let role = s
                .role()
                .map_or('-', |r| if r == Role::Offer { 'o' } else { 'a' });
            let side = s
                .side()
                .map_or('-', |s| if s == Side::Local { 'L' } else { 'R' });
            (role, side, p)
        });
        each.collect()
    }

    fn place(offer: Option<usize>, own: Option<usize>, last: Option<usize>) -> Place {
        Place {
            offer,
            own,
            last,
            offerer_before: None,
        }
    }

    #[test]
    fn a_pair_without_any_hint_is_offer_and_answer() {
        let found = places(&["- - 1", "- - 2"]);
        assert_eq!(found[0], ('o', 'L', Place::default()));
        assert_eq!(found[1], ('a', 'R', place(Some(0), None, None)));
    }

    #[test]
    fn the_next_offer_may_come_from_either_end() {
        let found = places(&["- - 1", "- - 2", "- - 2", "- - 1"]);
        assert_eq!(found[2], ('o', 'R', place(None, Some(1), Some(1))));
        assert_eq!(found[3], ('a', 'L', place(Some(2), Some(0), Some(1))));
        let found = places(&["offer - 1", "answer - 2", "offer - 1", "answer - 2"]);
        assert_eq!(found[2], ('o', 'L', place(None, Some(0), Some(1))));
        assert_eq!(found[3].2, place(Some(2), Some(1), Some(1)));
    }

    #[test]
    fn rolled_back_and_replaced_offers_never_came_into_force() {
        // Glare: the local offer gives way to the remote one.
        let found = places(&["offer L 1", "offer R 2", "answer L 1", "offer L 1"]);
        assert_eq!(found[2].2, place(Some(1), None, None));
        assert_eq!(found[3].2, place(None, Some(2), Some(2)));
        let found = places(&["offer L 1", "offer L 1", "answer R 2", "offer L 1"]);
        assert_eq!(found[1].2, Place::default());
        assert_eq!(found[2].2.offer, Some(1));
        assert_eq!(found[3].2.own, Some(1));
    }

    #[test]
    fn a_provisional_answer_leaves_its_offer_to_the_final_one() {
        let found = places(&["offer L 1", "answer R 2", "answer R 2"]);
        assert_eq!(found[1].2.offer, Some(0));
        assert_eq!(found[2].2, place(Some(0), Some(1), Some(1)));
    }

    #[test]
    fn offers_alone_follow_each_other() {
        let found = places(&["- - 1", "offer - 1", "- - 1"]);
        assert_eq!(found[2], ('o', 'L', place(None, Some(1), Some(1))));
        // Nothing is known of an end that was never heard of.
        let found = places(&["offer - 1", "answer - 2", "offer - 3"]);
        assert_eq!(found[2], ('o', '-', place(None, None, Some(1))));
    }
}
