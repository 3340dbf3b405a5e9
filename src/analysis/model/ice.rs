//! What the connectivity checks of a connection showed (RFC 8445).

use crate::analysis::known::Known;
use crate::capture::PacketNo;
use crate::net::{Endpoint, Via};
use crate::proto::stun::Role;
use crate::time::{Span, Timestamp};
use std::net::IpAddr;

/// What the connectivity checks of a connection showed (RFC 8445).
#[derive(Clone, Debug, PartialEq)]
pub struct Ice {
    /// Binding requests with a USERNAME, retransmissions included.
    pub requests: u64,
    /// Success responses to them; of several to one request the first.
    pub responses: u64,
    /// Error responses by code.
    pub errors: Vec<(u16, u64)>,
    /// The username fragments, as `USERNAME` has them: `"Uc7L:Kq3f"`.
    pub ufrags: Vec<String>,
    /// The first pair nominated with an answered USE-CANDIDATE, and when: (sender, receiver, time).
    pub nominated: Option<(Endpoint, Endpoint, Timestamp)>,
    /// Who sent ICE-CONTROLLING last.
    pub controlling: Option<Endpoint>,
    /// Round-trip time from answered checks.
    pub round_trip_time: Option<RoundTrip>,
    /// Whether messages were cut by the snaplen, so that attributes are missing.
    pub cut: bool,
    /// The check matrix: the candidate pairs seen, in order of their first check; at most
    /// [`Ice::PAIRS_MAX`].
    pub pairs: Vec<CandidatePair>,
    /// Pairs beyond those kept.
    pub pairs_not_kept: u64,
    /// Requests sent again with the same transaction id.
    pub retransmissions: u64,
    /// How the controlling agent nominates.
    pub nomination: Known<Nomination>,
    /// Answers 487 (Role Conflict).
    pub role_conflicts: u64,
    /// The host that answered checks and sent none, as an ICE-lite agent does.
    pub lite: Option<IpAddr>,
    /// Times that both sides began again with new username fragments.
    pub restarts: u32,
    /// The pairs of username fragments, in order of their first check.
    pub sessions: Vec<IceSession>,
    /// Consent freshness on nominated pairs.
    pub consent: Known<Consent>,
    /// What STUN servers answered when asked for the address they see.
    pub reflexive: Vec<Reflexive>,
    /// FINGERPRINTs that hold, and that do not.
    pub fingerprint: Verified,
    /// MESSAGE-INTEGRITY, as far as passwords are known.
    pub integrity: Verified,
}

impl Ice {
    /// The most pairs kept for a connection.
    pub const PAIRS_MAX: usize = 256;
}

/// Two candidates between which checks were sent, with one pair of username fragments.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidatePair {
    /// [`Transport::index`](super::Transport::index).
    pub transport: u32,
    /// The transport's `a`.
    pub a: Endpoint,
    /// The transport's `b`.
    pub b: Endpoint,
    /// Direct, or through a relay.
    pub via: Via,
    /// Username fragments of `a` and `b`.
    pub ufrags: [String; 2],
    /// How far the checks got.
    pub state: PairState,
    /// The checks that `a` sent.
    pub from_a: Checks,
    /// The checks that `b` sent.
    pub from_b: Checks,
    /// When a check with USE-CANDIDATE was answered first.
    pub nominated: Option<Timestamp>,
    /// Its first check.
    pub first_check: Timestamp,
    /// Its last check.
    pub last_check: Timestamp,
}

/// State of a candidate pair, as far as packets show it: `waiting` and `frozen` send none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairState {
    /// Checks, no answer yet.
    InProgress,
    /// A check was answered.
    Succeeded,
    /// Refused, or unanswered for 10 s after the first check.
    Failed,
}

impl PairState {
    /// The name used in JSON and on screen (RFC 8445, W3C `RTCStatsIceCandidatePairState`).
    pub fn name(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// The checks that one side sent on a pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checks {
    /// Requests, retransmissions included.
    pub requests: u64,
    /// Requests sent again with the same transaction id.
    pub retransmissions: u64,
    /// Success responses to them.
    pub responses: u64,
    /// Error responses to them.
    pub errors: u64,
    /// The sender's role in its last check.
    pub role: Option<Role>,
    /// PRIORITY of its last check: what a peer-reflexive candidate would get.
    pub priority: Option<u32>,
    /// Requests with USE-CANDIDATE.
    pub use_candidate: u64,
    /// The highest NOMINATION value (draft-thatcher-ice-renomination).
    pub nomination: Option<u32>,
    /// From the point of capture to the other side and back.
    pub round_trip_time: Option<RoundTrip>,
    /// The sender's address as the other side sees it, from the answers.
    pub mapped: Option<Endpoint>,
}

/// How the controlling agent nominates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nomination {
    /// The first check on a nominated pair carried USE-CANDIDATE (RFC 5245 aggressive nomination).
    Aggressive,
    /// Checks without it came first (RFC 8445).
    Regular,
}

impl Nomination {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aggressive => "aggressive",
            Self::Regular => "regular",
        }
    }
}

/// A pair of username fragments in use: an ICE session, which a restart replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceSession {
    /// The two fragments, in order of the alphabet.
    pub ufrags: [String; 2],
    /// Its first check.
    pub first: Timestamp,
    /// Its last check.
    pub last: Timestamp,
}

/// Consent freshness on nominated pairs (RFC 7675).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consent {
    /// The median time between two checks of one side.
    pub interval: Option<Span>,
    /// The same for each side: the lower address first.
    pub interval_of: [Option<Span>; 2],
    /// The longest time from a check to the next answer.
    pub longest_unanswered: Option<Span>,
    /// Times that several checks in a row went unanswered for 7 s: what agents call disconnected.
    pub unanswered: u64,
    /// Times that there was no answer for 30 s: consent expired.
    pub expired: u64,
    /// These times, of either kind; at most 16 for each side of a pair.
    pub outages: Vec<Outage>,
}

/// A time without answers on a pair in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// The last answer before.
    pub start: Timestamp,
    /// The first answer after; `None` if there was none.
    pub end: Option<Timestamp>,
    /// Whether it took 30 s, so that consent expired.
    pub expired: bool,
}

/// A server-reflexive address learned: a STUN server's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reflexive {
    /// Who asked, as captured.
    pub client: Endpoint,
    /// The server asked.
    pub server: Endpoint,
    /// The address the server sees.
    pub mapped: Endpoint,
    /// When it was first answered.
    pub at: Timestamp,
    /// The packet that says so.
    pub packet: PacketNo,
}

/// Checksums or HMACs of messages, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Messages whose value holds.
    pub verified: u64,
    /// Messages whose value does not.
    pub failed: u64,
    /// Messages whose value could not be checked: for want of a key; of fingerprints, for there being
    /// none.
    pub unchecked: u64,
    /// The first packet whose value does not hold.
    pub first_failed: Option<PacketNo>,
}

impl Verified {
    /// Counts those of another.
    pub(in crate::analysis) fn add(&mut self, other: &Self) {
        self.verified += other.verified;
        self.failed += other.failed;
        self.unchecked += other.unchecked;
        let both = [self.first_failed, other.first_failed];
        self.first_failed = both.into_iter().flatten().min();
    }

    /// Counts one that does not hold.
    pub(in crate::analysis) fn fail(&mut self, packet: PacketNo) {
        self.failed += 1;
        self.first_failed = self.first_failed.or(Some(packet));
    }
}

/// Round-trip times between the two hosts, from answered connectivity checks.
///
/// A check shows the way from the point of capture to who answers, and back. When both sides' checks
/// were answered, the sum of the two is the whole way, wherever the capture was taken; when only
/// one's were, it is the part that they show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundTrip {
    /// The shortest.
    pub min: Span,
    /// The median (of at most the first 256 on each pair).
    pub median: Span,
    /// The longest.
    pub max: Span,
    /// Answered requests.
    pub samples: u64,
    /// 2 when both sides' checks were answered; 1 when this is only the part that one side's show.
    pub directions: u8,
}
