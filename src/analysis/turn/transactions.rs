//! Requests to a TURN server and their responses, matched by transaction id (RFC 8489).
//!
//! A request seen twice is a retransmission and gives no round-trip time (Karn's rule). One that is
//! not answered for [`PATIENCE`] shows a silent server.

use crate::analysis::model::RoundTrip;
use crate::capture::PacketNo;
use crate::net::Endpoint;
use crate::time::{Span, Timestamp};

/// Requests waiting for their answer, per path; beyond this the oldest is given up.
const OUTSTANDING_MAX: usize = 64;
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
    /// Something else.
    Other,
}

/// A request that has not been answered.
#[derive(Clone, Debug)]
pub(super) struct Request {
    id: [u8; 12],
    pub(super) method: u16,
    pub(super) sender: Endpoint,
    pub(super) sent: Timestamp,
    pub(super) no: PacketNo,
    pub(super) reverse: bool,
    /// Whether it proved who asks: MESSAGE-INTEGRITY is there.
    pub(super) authenticated: bool,
    pub(super) wish: Wish,
    repeated: bool,
    silence_told: bool,
}

/// When and by whom a request was sent, to make a [`Request`] of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) id: [u8; 12],
    pub(super) method: u16,
    pub(super) sender: Endpoint,
    pub(super) ts: Timestamp,
    pub(super) no: PacketNo,
    pub(super) reverse: bool,
    pub(super) authenticated: bool,
}

/// The requests of one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    outstanding: Vec<Request>,
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
}

impl Transactions {
    /// Takes a request; says whether it is a new one.
    pub(super) fn ask(&mut self, sent: Sent, wish: impl FnOnce() -> Wish) -> bool {
        let same = |r: &&mut Request| r.id == sent.id && r.sender == sent.sender;
        if let Some(known) = self.outstanding.iter_mut().find(same) {
            known.repeated = true;
            self.retransmissions += 1;
            return false;
        }
        if self.outstanding.len() >= OUTSTANDING_MAX {
            self.outstanding.remove(0);
            self.given_up += 1;
        }
        self.requests += 1;
        self.outstanding.push(Request {
            id: sent.id,
            method: sent.method,
            sender: sent.sender,
            sent: sent.ts,
            no: sent.no,
            reverse: sent.reverse,
            authenticated: sent.authenticated,
            wish: wish(),
            repeated: false,
            silence_told: false,
        });
        true
    }

    /// The request that a response to `sender` answers.
    pub(super) fn answer(
        &mut self,
        id: [u8; 12],
        sender: Endpoint,
        ts: Timestamp,
    ) -> Option<Request> {
        let same = |r: &Request| r.id == id && r.sender == sender;
        let place = self.outstanding.iter().position(same)?;
        let request = self.outstanding.remove(place);
        if !request.repeated {
            self.sample(ts - request.sent);
        }
        Some(request)
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
        let late = |r: &&Request| now - r.sent >= PATIENCE;
        self.given_up + self.outstanding.iter().filter(late).count() as u64
    }

    /// The next request that had no answer by `now` and was not told before.
    pub(super) fn next_silence(&mut self, now: Timestamp) -> Option<&Request> {
        let late = |r: &&mut Request| !r.silence_told && now - r.sent >= PATIENCE;
        let request = self.outstanding.iter_mut().find(late)?;
        request.silence_told = true;
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    fn sent(id: u8, ms: i64) -> Sent {
        Sent {
            id: [id; 12],
            method: 3,
            sender: Endpoint::v4([192, 0, 2, 1], 4000),
            ts: at(ms),
            no: 1,
            reverse: false,
            authenticated: false,
        }
    }

    #[test]
    fn answers_find_their_requests_and_give_a_round_trip() {
        let mut all = Transactions::default();
        for (id, ms) in [(1, 0), (2, 10), (3, 20)] {
            assert!(all.ask(sent(id, ms), || Wish::Allocation));
        }
        assert!(!all.ask(sent(3, 520), || Wish::Allocation), "sent again");
        let from = sent(1, 0).sender;
        assert!(all.answer([1; 12], from.with_port(1), at(30)).is_none());
        for (id, ms) in [(1, 30), (2, 60), (3, 540)] {
            assert!(all.answer([id; 12], from, at(ms)).is_some());
            assert!(all.answer([id; 12], from, at(ms)).is_none(), "once");
        }
        let trip = all.round_trip().unwrap();
        let ms = Span::from_millis;
        assert_eq!((trip.min, trip.max, trip.samples), (ms(30), ms(50), 2));
        assert_eq!((all.requests, all.retransmissions), (3, 1));
        assert_eq!(all.unanswered(at(100_000)), 0);
    }

    #[test]
    fn a_silent_server_is_told_once_a_request() {
        let mut all = Transactions::default();
        all.ask(sent(1, 0), || Wish::Allocation);
        assert_eq!(
            (all.unanswered(at(3_499)), all.unanswered(at(3_500))),
            (0, 1)
        );
        assert!(all.next_silence(at(3_000)).is_none());
        assert!(all.next_silence(at(4_000)).is_some());
        assert!(all.next_silence(at(4_000)).is_none());
    }

    #[test]
    fn a_flood_of_requests_is_bounded() {
        let mut all = Transactions::default();
        for n in 0..=255 {
            all.ask(sent(n, 0), || Wish::Other);
        }
        assert_eq!(all.outstanding.len(), OUTSTANDING_MAX);
        assert_eq!(all.unanswered(at(10_000)), 256);
    }
}
