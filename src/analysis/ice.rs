//! ICE as one transport shows it: connectivity checks, their answers, nomination, round-trip time.
//!
//! Requests are matched to responses by transaction id. A request seen twice is a retransmission
//! and gives no round-trip time (Karn's rule, as RFC 8489 wants for retransmission timers).

use super::event_log::EventLog;
use super::model::{EventKind, RoundTrip};
use super::moment::Moment;
use crate::net::Endpoint;
use crate::proto::stun::{Role, StunClass, StunMessage};
use crate::time::{Span, Timestamp};

const BINDING: u16 = 0x001;
/// Requests waiting for their answer, per transport; beyond this the oldest is given up.
const OUTSTANDING_MAX: usize = 64;
/// Round-trip times kept for the median.
const SAMPLES_MAX: usize = 256;
/// Distinct USERNAMEs and error codes kept per transport.
const KINDS_MAX: usize = 16;

/// A check that has not been answered.
#[derive(Clone, Debug)]
struct Outstanding {
    id: [u8; 12],
    sent: Timestamp,
    sender: Endpoint,
    nominating: bool,
    repeated: bool,
}

/// The checks of one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct IceState {
    pub(super) requests: u64,
    pub(super) responses: u64,
    pub(super) errors: Vec<(u16, u64)>,
    pub(super) usernames: Vec<String>,
    pub(super) nominated: Option<(Endpoint, Endpoint, Timestamp)>,
    pub(super) controlling: Option<Endpoint>,
    tie_breakers: Vec<(Endpoint, u64)>,
    /// Whether attributes of a message were cut off.
    pub(super) cut: bool,
    outstanding: Vec<Outstanding>,
    /// Round-trip times of checks by who asked: the lower host, the higher.
    asked: [Asked; 2],
}

/// The answered checks of one side, as the point of capture sees them: from there to the other side
/// and back.
#[derive(Clone, Debug, Default)]
struct Asked {
    samples: Vec<Span>,
    answered: u64,
    shortest: Option<Span>,
    longest: Option<Span>,
}

impl Asked {
    fn push(&mut self, took: Span) {
        self.answered += 1;
        self.shortest = Some(self.shortest.map_or(took, |s| s.min(took)));
        self.longest = Some(self.longest.map_or(took, |l| l.max(took)));
        if self.samples.len() < SAMPLES_MAX {
            self.samples.push(took);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.samples.extend_from_slice(&other.samples);
        self.answered += other.answered;
        self.shortest = [self.shortest, other.shortest].into_iter().flatten().min();
        self.longest = [self.longest, other.longest].into_iter().flatten().max();
    }

    fn round_trip(&self) -> Option<RoundTrip> {
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
}

impl IceState {
    /// Takes a STUN message.
    pub(super) fn push(&mut self, message: &StunMessage<'_>, at: &Moment, log: &mut EventLog) {
        if message.method() != BINDING {
            return;
        }
        self.cut |= message.is_cut();
        match message.class() {
            StunClass::Request => self.request(message, at, log),
            StunClass::Success => self.answer(message, at, log),
            StunClass::Error => self.error(message, at.dst),
            StunClass::Indication => {}
        }
    }

    /// The first tie-breaker of each sender.
    pub(super) fn tie_breakers(&self) -> &[(Endpoint, u64)] {
        &self.tie_breakers
    }

    /// Whether a USERNAME was seen: the mark of a connectivity check, which a question to a STUN
    /// server does not carry.
    pub(super) fn has_checks(&self) -> bool {
        !self.usernames.is_empty()
    }

    fn request(&mut self, message: &StunMessage<'_>, at: &Moment, log: &mut EventLog) {
        let Moment { src, ts, .. } = *at;
        self.requests += 1;
        if let Some(name) = message.username()
            && self.usernames.len() < KINDS_MAX
            && !self.usernames.iter().any(|n| n == name)
        {
            let username = name.to_owned();
            self.usernames.push(username.clone());
            log.push(at.event(EventKind::FirstCheck { username }));
        }
        if let Some((role, tie_breaker)) = message.role() {
            if role == Role::Controlling {
                self.controlling = Some(src);
            }
            if self.tie_breakers.len() < KINDS_MAX
                && !self.tie_breakers.iter().any(|(sender, _)| *sender == src)
            {
                self.tie_breakers.push((src, tie_breaker));
            }
        }
        let id = message.transaction_id();
        if let Some(known) = self
            .outstanding
            .iter_mut()
            .find(|o| o.id == id && o.sender == src)
        {
            known.repeated = true;
            known.nominating |= message.use_candidate();
            return;
        }
        if self.outstanding.len() >= OUTSTANDING_MAX {
            self.outstanding.remove(0);
        }
        self.outstanding.push(Outstanding {
            id,
            sent: ts,
            sender: src,
            nominating: message.use_candidate(),
            repeated: false,
        });
    }

    fn answer(&mut self, message: &StunMessage<'_>, at: &Moment, log: &mut EventLog) {
        let Moment { src, dst, ts, .. } = *at;
        let Some(check) = self.take(message, dst) else {
            return;
        };
        self.responses += 1;
        if self.responses == 1 {
            log.push(at.event(EventKind::FirstAnswer));
        }
        if check.nominating && self.nominated.is_none() {
            self.nominated = Some((check.sender, src, ts));
            log.push(at.event(EventKind::Nominated));
        }
        if check.repeated {
            return;
        }
        let [lower, higher] = &mut self.asked;
        let side = if check.sender <= src { lower } else { higher };
        side.push(ts - check.sent);
    }

    fn error(&mut self, message: &StunMessage<'_>, dst: Endpoint) {
        self.take(message, dst);
        let Some((code, _)) = message.error_code() else {
            return;
        };
        if let Some((_, n)) = self.errors.iter_mut().find(|(known, _)| *known == code) {
            *n += 1;
        } else if self.errors.len() < KINDS_MAX {
            self.errors.push((code, 1));
        }
    }

    fn take(&mut self, message: &StunMessage<'_>, sender: Endpoint) -> Option<Outstanding> {
        let id = message.transaction_id();
        let place = self
            .outstanding
            .iter()
            .position(|o| o.id == id && o.sender == sender)?;
        Some(self.outstanding.remove(place))
    }

    /// Takes over what another transport of the same connection saw.
    pub(super) fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.responses += other.responses;
        for &(code, n) in &other.errors {
            match self.errors.iter_mut().find(|(known, _)| *known == code) {
                Some((_, sum)) => *sum += n,
                None => self.errors.push((code, n)),
            }
        }
        for name in &other.usernames {
            if !self.usernames.contains(name) {
                self.usernames.push(name.clone());
            }
        }
        self.nominated = match (self.nominated, other.nominated) {
            (Some(a), Some(b)) => Some(if a.2 <= b.2 { a } else { b }),
            (a, b) => a.or(b),
        };
        self.controlling = other.controlling.or(self.controlling);
        self.cut |= other.cut;
        for (side, other) in self.asked.iter_mut().zip(&other.asked) {
            side.merge(other);
        }
    }

    /// The round-trip time between the two hosts. What one side measures reaches from the point of
    /// capture to the other side and back; both together are the whole way, wherever we listened.
    pub(super) fn round_trip(&self) -> Option<RoundTrip> {
        let [lower, higher] = &self.asked;
        match (lower.round_trip(), higher.round_trip()) {
            (Some(a), Some(b)) => Some(RoundTrip {
                min: a.min.plus(b.min),
                median: a.median.plus(b.median),
                max: a.max.plus(b.max),
                samples: a.samples + b.samples,
                directions: 2,
            }),
            (one, other) => one.or(other),
        }
    }
}
