//! Requests to a TURN server and their responses, matched by transaction id (RFC 8489).
//!
//! A request seen twice is a retransmission and gives no round-trip time (Karn's rule). One that is
//! not answered for [`PATIENCE`] shows a silent server.

use crate::analysis::model::RoundTrip;
use crate::analysis::moment::Moment;
use crate::net::Endpoint;
use crate::time::{Span, Timestamp};
use std::collections::VecDeque;

/// Requests waiting for their answer, per path; beyond this the oldest is given up.
const OUTSTANDING_MAX: usize = 64;
/// Answered requests remembered, to know a second answer.
const RECENT_MAX: usize = 16;
/// Round-trip times kept for the median.
const SAMPLES_MAX: usize = 256;
/// How long an answer may take: over UDP a client has sent its request four times by then (RFC 8489:
/// after 0, 0.5, 1.5 and 3.5 s).
pub(super) const PATIENCE: Span = Span::from_millis(3_500);

/// What a request asked for, as far as its answer needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// An allocation.
    Allocation,
    /// That the allocation lives on for so many seconds; 0 gives it up.
    Lifetime(Option<u32>),
    /// Permissions for these peers.
    Permissions(Vec<Endpoint>),
    /// A channel for this peer.
    Channel(u16, Endpoint),
    /// A TCP connection to this peer (RFC 6062).
    Connection(Option<Endpoint>),
    /// Something else.
    Other,
}

/// A request as it was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) id: [u8; 12],
    pub(super) method: u16,
    pub(super) at: Moment,
    /// Whether it proved who asks.
    pub(super) authenticated: bool,
}

/// A request that has not been answered.
#[derive(Clone, Debug)]
struct Outstanding {
    sent: Sent,
    wish: Wish,
    repeated: bool,
}

/// A request that has been answered.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) authenticated: bool,
    pub(super) wish: Wish,
}

/// What a response is to us.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// The answer to this request.
    To(Request),
    /// The answer to a request that is not in the capture, or was given up.
    Unasked,
    /// An answer that was there before: the answer to a retransmission.
    Again,
}

/// The requests of one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    outstanding: Vec<Outstanding>,
    /// The requests answered last.
    recent: VecDeque<[u8; 12]>,
    samples: Vec<Span>,
    answered: u64,
    shortest: Option<Span>,
    longest: Option<Span>,
    /// Requests sent, each once.
    pub(super) requests: u64,
    /// Requests sent again with the same transaction id.
    pub(super) retransmissions: u64,
    /// Requests that made room for others, unanswered.
    given_up: u64,
    /// The first of them.
    given_up_first: Option<Sent>,
}

impl Transactions {
    /// Takes a request; says whether it is a new one.
    pub(super) fn ask(&mut self, sent: Sent, wish: &Wish) -> bool {
        let same = |o: &&mut Outstanding| o.sent.id == sent.id && o.sent.at.src == sent.at.src;
        if let Some(known) = self.outstanding.iter_mut().find(same) {
            known.repeated = true;
            self.retransmissions += 1;
            return false;
        }
        if self.recent.contains(&sent.id) {
            self.retransmissions += 1;
            return false;
        }
        if self.outstanding.len() >= OUTSTANDING_MAX {
            let oldest = self.outstanding.remove(0);
            self.given_up += 1;
            self.given_up_first = self.given_up_first.or(Some(oldest.sent));
        }
        self.requests += 1;
        self.outstanding.push(Outstanding {
            sent,
            wish: wish.clone(),
            repeated: false,
        });
        true
    }

    /// Takes a response to `client`.
    pub(super) fn answer(&mut self, id: [u8; 12], client: Endpoint, ts: Timestamp) -> Answer {
        let same = |o: &Outstanding| o.sent.id == id && o.sent.at.src == client;
        let place = self.outstanding.iter().position(same);
        if place.is_none() && self.recent.contains(&id) {
            return Answer::Again;
        }
        if self.recent.len() >= RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(id);
        let Some(place) = place else {
            return Answer::Unasked;
        };
        let request = self.outstanding.remove(place);
        if !request.repeated {
            self.sample(ts - request.sent.at.ts);
        }
        Answer::To(Request {
            authenticated: request.sent.authenticated,
            wish: request.wish,
        })
    }

    fn sample(&mut self, took: Span) {
        self.answered += 1;
        self.shortest = Some(self.shortest.map_or(took, |s| s.min(took)));
        self.longest = Some(self.longest.map_or(took, |l| l.max(took)));
        if self.samples.len() < SAMPLES_MAX {
            self.samples.push(took);
        }
    }

    /// From the point of capture to the server and back.
    pub(super) fn round_trip(&self) -> Option<RoundTrip> {
        let mut sorted = self.samples.clone();
        sorted.sort_unstable();
        Some(RoundTrip {
            min: self.shortest?,
            median: *sorted.get(sorted.len() / 2)?,
            max: self.longest?,
            samples: self.answered,
            directions: 1,
        })
    }

    /// Requests that had no answer by `now` and should have had one.
    pub(super) fn unanswered(&self, now: Timestamp) -> u64 {
        self.given_up + self.late(now).count() as u64
    }

    fn late(&self, now: Timestamp) -> impl Iterator<Item = &Sent> {
        let all = self.outstanding.iter().map(|o| &o.sent);
        all.filter(move |sent| now - sent.at.ts >= PATIENCE)
    }

    /// The first request that the server was silent to: when that showed, what was asked, and when
    /// it was sent.
    pub(super) fn silence(&self, now: Timestamp) -> Option<(Timestamp, u16, Moment)> {
        let sent = self
            .given_up_first
            .as_ref()
            .or_else(|| self.late(now).next())?;
        Some((sent.at.ts.plus(PATIENCE), sent.method, sent.at))
    }

    /// When the first request of this method was sent that has no answer yet, of those after
    /// `since`.
    pub(super) fn waiting(&self, method: u16, since: Option<Timestamp>) -> Option<Timestamp> {
        let fits =
            |sent: &&Sent| sent.method == method && since.is_none_or(|since| sent.at.ts >= since);
        let first = self.outstanding.iter().map(|o| &o.sent).find(fits)?;
        Some(first.at.ts)
    }

    /// Whether the client asked to give up the allocation, and has no answer yet.
    pub(super) fn is_releasing(&self) -> bool {
        let mut wishes = self.outstanding.iter().map(|o| &o.wish);
        wishes.any(|wish| *wish == Wish::Lifetime(Some(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    const CLIENT: Endpoint = Endpoint::v4([192, 0, 2, 1], 4000);

    fn sent(id: u8, ms: i64) -> Sent {
        Sent {
            id: [id; 12],
            method: 3,
            at: Moment {
                ts: at(ms),
                no: 1,
                src: CLIENT,
                dst: CLIENT.with_port(3478),
                transport: 0,
                reverse: false,
            },
            authenticated: false,
        }
    }

    #[test]
    fn answers_find_their_requests_and_give_a_round_trip() {
        let mut all = Transactions::default();
        for (id, ms) in [(1, 0), (2, 10), (3, 20)] {
            assert!(all.ask(sent(id, ms), &Wish::Allocation));
        }
        assert!(!all.ask(sent(3, 520), &Wish::Allocation), "sent again");
        assert!(matches!(
            all.answer([9; 12], CLIENT, at(30)),
            Answer::Unasked
        ));
        for (id, ms) in [(1, 30), (2, 60), (3, 540)] {
            let answer = all.answer([id; 12], CLIENT, at(ms));
            assert!(matches!(answer, Answer::To(r) if r.wish == Wish::Allocation));
            let again = all.answer([id; 12], CLIENT, at(ms));
            assert!(matches!(again, Answer::Again));
        }
        assert!(!all.ask(sent(1, 600), &Wish::Allocation), "late duplicate");
        let trip = all.round_trip().unwrap();
        let ms = Span::from_millis;
        assert_eq!((trip.min, trip.max, trip.samples), (ms(30), ms(50), 2));
        assert_eq!((all.requests, all.retransmissions), (3, 2));
        assert_eq!(all.unanswered(at(100_000)), 0);
        assert!(all.silence(at(100_000)).is_none());
    }

    #[test]
    fn an_answer_goes_to_who_asked() {
        let mut all = Transactions::default();
        all.ask(sent(1, 0), &Wish::Allocation);
        let other = all.answer([1; 12], CLIENT.with_port(1), at(30));
        assert!(matches!(other, Answer::Unasked));
    }

    #[test]
    fn a_silent_server_shows_after_a_while() {
        let mut all = Transactions::default();
        all.ask(sent(1, 0), &Wish::Allocation);
        all.ask(sent(2, 1_000), &Wish::Lifetime(Some(0)));
        assert_eq!(
            (all.unanswered(at(3_499)), all.unanswered(at(3_500))),
            (0, 1)
        );
        assert!(all.silence(at(3_000)).is_none());
        assert_eq!(all.silence(at(9_000)).unwrap().0, at(3_500));
        assert_eq!(all.waiting(3, None), Some(at(0)));
        assert_eq!(all.waiting(3, Some(at(1))), Some(at(1_000)));
        assert_eq!(all.waiting(4, None), None);
        assert!(all.is_releasing());
    }

    #[test]
    fn a_flood_of_requests_is_bounded() {
        let mut all = Transactions::default();
        for n in 0..=255 {
            all.ask(sent(n, 0), &Wish::Other);
        }
        assert_eq!(all.outstanding.len(), OUTSTANDING_MAX);
        assert_eq!(all.unanswered(at(10_000)), 256);
        assert!(all.silence(at(10_000)).is_some());
    }
}
