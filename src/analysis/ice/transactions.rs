//! Requests by transaction id, so that an answer finds its question and a repetition is known as one
//! (RFC 8489).
//!
//! Answered requests stay for a while: their answer may be lost behind the point of capture, and
//! then the same request comes again.

use crate::time::{Span, Timestamp};
use std::collections::VecDeque;

/// Requests remembered per transport; beyond this the oldest is given up.
const REMEMBERED_MAX: usize = 64;
/// What comes again sooner was captured twice; no agent repeats a request so fast (RFC 8445 wants
/// half a second).
const CAPTURED_TWICE: Span = Span::from_millis(20);

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The pair with this index.
    Pair(usize),
    /// A check of a pair that is not followed.
    Untracked,
    /// A question to a STUN server.
    Server,
}

impl Subject {
    pub(super) fn pair(self) -> Option<usize> {
        match self {
            Self::Pair(index) => Some(index),
            Self::Untracked | Self::Server => None,
        }
    }
}

/// A request that may be answered, or was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transaction {
    id: [u8; 12],
    /// Whether it went from the transport's `b` to its `a`.
    reverse: bool,
    /// When it was first seen.
    pub(super) sent: Timestamp,
    /// What it is about.
    pub(super) subject: Subject,
    /// Whether it carried USE-CANDIDATE.
    pub(super) nominating: bool,
    /// Whether it was sent again with the same id: which of them an answer belongs to cannot be
    /// told, so that it gives no round-trip time (Karn's rule).
    pub(super) repeated: bool,
    answered: bool,
}

/// What a request is in view of those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// A new transaction.
    New,
    /// The same transaction again: a retransmission.
    Again,
    /// The same packet again: a capture from several interfaces.
    CapturedTwice,
}

/// The latest requests of one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions(VecDeque<Transaction>);

impl Transactions {
    /// Takes note of a request.
    pub(super) fn request(
        &mut self,
        id: [u8; 12],
        reverse: bool,
        ts: Timestamp,
        subject: Subject,
        nominating: bool,
    ) -> Seen {
        if let Some(known) = self.find(id, reverse) {
            if ts - known.sent < CAPTURED_TWICE {
                return Seen::CapturedTwice;
            }
            known.repeated = true;
            known.nominating |= nominating;
            return Seen::Again;
        }
        if self.0.len() >= REMEMBERED_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Transaction {
            id,
            reverse,
            sent: ts,
            subject,
            nominating,
            repeated: false,
            answered: false,
        });
        Seen::New
    }

    /// The request that this is the first answer to. `reverse` is the way of the request.
    pub(super) fn answer(&mut self, id: [u8; 12], reverse: bool) -> Option<Transaction> {
        let known = self.find(id, reverse)?;
        let first = !known.answered;
        known.answered = true;
        first.then_some(*known)
    }

    fn find(&mut self, id: [u8; 12], reverse: bool) -> Option<&mut Transaction> {
        // The latest are at the end, and most answers are to them.
        let mut all = self.0.iter_mut().rev();
        all.find(|t| t.id == id && t.reverse == reverse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    #[test]
    fn repetitions_are_told_from_packets_captured_twice() {
        let mut all = Transactions::default();
        let mut ask = |ms| all.request([1; 12], false, at(ms), Subject::Pair(0), false);
        assert_eq!(ask(0), Seen::New);
        assert_eq!(ask(1), Seen::CapturedTwice);
        assert_eq!(ask(500), Seen::Again);
        let first = all.answer([1; 12], false).unwrap();
        assert!(first.repeated && first.sent == at(0));
        assert!(all.answer([1; 12], false).is_none(), "answered once");
        // The answer was lost behind us.
        assert_eq!(
            all.request([1; 12], false, at(1500), Subject::Pair(0), false),
            Seen::Again
        );
    }

    #[test]
    fn the_two_ways_do_not_mix() {
        let mut all = Transactions::default();
        all.request([1; 12], false, at(0), Subject::Server, false);
        assert!(all.answer([1; 12], true).is_none());
        assert!(all.answer([2; 12], false).is_none());
        assert!(all.answer([1; 12], false).is_some());
    }

    #[test]
    fn a_flood_of_ids_is_forgotten() {
        let mut all = Transactions::default();
        for i in 0..10_000u32 {
            let mut id = [0; 12];
            id[..4].copy_from_slice(&i.to_be_bytes());
            all.request(id, false, at(i64::from(i)), Subject::Server, false);
        }
        assert_eq!(all.0.len(), REMEMBERED_MAX);
    }
}
