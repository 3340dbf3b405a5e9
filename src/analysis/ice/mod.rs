//! ICE as one transport shows it (RFC 8445): connectivity checks, their answers, roles, nomination,
//! consent, and the questions to STUN servers that find candidates.
//!
//! A transport is a pair of addresses, so that it holds one candidate pair for each pair of username
//! fragments. Requests find their answers by transaction id; [`report`] puts the transports of a
//! connection together. docs/algorithms/ice.md says what each number means.

mod consent;
mod integrity;
mod pair;
mod reflexive;
mod report;
mod round_trip;
mod transactions;

pub(super) use report::report;

use self::pair::Pair;
use self::reflexive::Questions;
use self::transactions::{Seen, Subject, Transaction, Transactions};
use super::counts;
use super::credentials::Credentials;
use super::event_log::EventLog;
use super::model::{IceEvent, Reflexive, Verified};
use super::moment::Moment;
use super::problems::Problems;
use crate::net::{Endpoint, Via};
use crate::proto::stun::{Role, StunClass, StunMessage, codes};

/// Distinct USERNAMEs kept per transport.
const USERNAMES_MAX: usize = 16;
/// Pairs of username fragments followed per transport: the first, and its restarts.
const PAIRS_MAX: usize = 8;
/// Distinct error codes kept per transport.
const CODES_MAX: usize = 16;
/// Distinct tie-breakers kept per transport: an agent has one for its life.
const TIE_BREAKERS_MAX: usize = 8;

/// What a message is looked at with.
pub(super) struct Context<'a> {
    /// Where what happened goes.
    pub(super) log: &'a mut EventLog,
    /// Where what was wrong goes.
    pub(super) problems: &'a mut Problems,
    /// What the user knows.
    pub(super) credentials: &'a Credentials,
    /// How the transport is carried.
    pub(super) via: Via,
}

/// The checks of one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct IceState {
    errors: Vec<(u16, u64)>,
    /// The USERNAMEs seen, in order of appearance.
    pub(super) usernames: Vec<String>,
    controlling: Option<Endpoint>,
    /// Whether attributes of a message were cut off.
    cut: bool,
    pairs: Vec<Pair>,
    pairs_not_kept: u64,
    transactions: Transactions,
    tie_breakers: Vec<(Endpoint, u64)>,
    questions: Questions,
    fingerprint: Verified,
}

impl IceState {
    /// Takes a message of the methods Binding and GOOG-PING.
    pub(super) fn push(&mut self, message: &StunMessage<'_>, at: &Moment, cx: &mut Context<'_>) {
        self.cut |= message.is_cut();
        if integrity::fingerprint(&mut self.fingerprint, message, at.no) {
            cx.problems.packet("stun-fingerprint", at.no, || {
                "the FINGERPRINT of a STUN message is wrong: changed on the way, or not STUN"
                    .to_owned()
            });
        }
        match message.class() {
            StunClass::Request => self.request(message, at, cx),
            StunClass::Success => self.success(message, at, cx),
            StunClass::Error => self.error(message, at, cx),
            StunClass::Indication => {}
        }
    }

    /// The username fragments of the transport's `a` and `b`, in order of appearance.
    pub(super) fn ufrags(&self) -> impl Iterator<Item = [&str; 2]> {
        self.pairs
            .iter()
            .map(|pair| pair.ufrags.each_ref().map(String::as_str))
    }

    /// Whether a USERNAME was seen: the mark of a connectivity check, which a question to a STUN
    /// server does not carry.
    pub(super) fn has_checks(&self) -> bool {
        !self.usernames.is_empty()
    }

    /// The tie-breakers with their senders, in order of appearance: an agent keeps its own for its
    /// life (RFC 8445), over all its transports and restarts.
    pub(super) fn tie_breakers(&self) -> &[(Endpoint, u64)] {
        &self.tie_breakers
    }

    /// What STUN servers answered on this transport.
    pub(super) fn reflexive(&self) -> &[Reflexive] {
        self.questions.answers()
    }

    fn request(&mut self, message: &StunMessage<'_>, at: &Moment, cx: &mut Context<'_>) {
        let subject = self.subject(message, at, cx);
        let nominating = message.use_candidate();
        let id = message.transaction_id();
        let seen = self
            .transactions
            .request(id, at.reverse, at.ts, subject, nominating);
        let Some(pair) = subject.pair().and_then(|i| self.pairs.get_mut(i)) else {
            return;
        };
        if let Some((role, tie_breaker)) = message.role() {
            if role == Role::Controlling {
                self.controlling = Some(at.src);
            }
            let known = self.tie_breakers.contains(&(at.src, tie_breaker));
            if !known && self.tie_breakers.len() < TIE_BREAKERS_MAX {
                self.tie_breakers.push((at.src, tie_breaker));
            }
        }
        if let Some(role) = pair.request(message, at)
            && !std::mem::replace(&mut pair.conflict_told, true)
        {
            cx.log.push(at.event(IceEvent::RoleConflict { role }));
        }
        check_integrity(pair, message, at, !at.reverse, cx);
        source_signalled(pair, at, cx);
        let was_nominated = pair.nominated.is_some();
        let way = pair.way(at.reverse);
        way.retransmissions += u64::from(seen == Seen::Again);
        if let Some(value) = message.nomination() {
            let before = way.nomination;
            way.nomination = before.max(Some(value));
            if before.is_some_and(|b| value > b) {
                cx.log.push(at.event(IceEvent::Renominated { value }));
            }
        }
        if was_nominated
            && seen == Seen::New
            && let Some(event) = way.consent.get_or_insert_default().asked(at.ts)
        {
            cx.log.push(at.event(event));
        }
    }

    /// What a request is about.
    fn subject(&mut self, message: &StunMessage<'_>, at: &Moment, cx: &mut Context<'_>) -> Subject {
        let Some(name) = message.username() else {
            // A GOOG-PING says nothing of whom it is for, and the snaplen may have cut that off.
            let is_check = message.method() == codes::GOOG_PING || message.is_cut();
            return match self.pairs.len().checked_sub(1) {
                Some(latest) if is_check => Subject::Pair(latest),
                None if is_check => Subject::Untracked,
                _ => Subject::Server,
            };
        };
        if message.attribute(codes::REALM).is_some() {
            // A user of a server, not an ICE agent.
            return Subject::Server;
        }
        let (receiver, sender) = name.split_once(':').unwrap_or((name, ""));
        let is_this =
            |pair: &Pair| pair.ufrag(at.reverse) == sender && pair.ufrag(!at.reverse) == receiver;
        let index = match self.pairs.iter().rposition(is_this) {
            Some(index) => index,
            None if self.pairs.len() < PAIRS_MAX => {
                let ufrags = match at.reverse {
                    false => [sender.to_owned(), receiver.to_owned()],
                    true => [receiver.to_owned(), sender.to_owned()],
                };
                self.pairs.push(Pair::new(ufrags, at));
                self.pairs.len() - 1
            }
            None => {
                self.pairs_not_kept += 1;
                cx.problems.packet("too-many-ice-sessions", at.no, || {
                    "more ICE username fragments on one address pair than are followed; later \
                     checks are in no table"
                        .to_owned()
                });
                return Subject::Untracked;
            }
        };
        if self.usernames.len() < USERNAMES_MAX && !self.usernames.iter().any(|n| n == name) {
            let username = name.to_owned();
            self.usernames.push(username.clone());
            cx.log.push(at.event(IceEvent::FirstCheck { username }));
        }
        Subject::Pair(index)
    }

    fn success(&mut self, message: &StunMessage<'_>, at: &Moment, cx: &mut Context<'_>) {
        let Some((check, pair)) = self.answered(message, at, cx) else {
            return;
        };
        let mapped = message.mapped_address().map(Endpoint::from);
        let Some(pair) = pair.and_then(|i| self.pairs.get_mut(i)) else {
            if check.subject == Subject::Server
                && let Some(address) = mapped
                && self.questions.answered(address, at)
            {
                cx.log.push(at.event(IceEvent::ServerReflexive { address }));
            }
            return;
        };
        if !std::mem::replace(&mut pair.answered, true) {
            cx.log.push(at.event(IceEvent::FirstAnswer));
        }
        if check.nominating && pair.nominated.is_none() {
            pair.nominated = Some((at.dst, at.src, at.ts));
            cx.log.push(at.event(IceEvent::Nominated));
        }
        let asker = !at.reverse;
        if let Some(address) = mapped
            && pair.way(asker).mapped != Some(address)
        {
            pair.way(asker).mapped = Some(address);
            // A relayed check is answered to the relayed address, which is nothing new.
            if address != at.dst && cx.via == Via::Direct {
                discovered(pair.ufrag(asker), address, at, cx);
            }
        }
        let was_nominated = pair.nominated.is_some();
        let way = pair.way(asker);
        way.responses += 1;
        if !check.repeated {
            way.asked.push(at.ts - check.sent);
        }
        if was_nominated && let Some(event) = way.consent.get_or_insert_default().answered(at.ts) {
            cx.log.push(at.event(event));
        }
    }

    fn error(&mut self, message: &StunMessage<'_>, at: &Moment, cx: &mut Context<'_>) {
        let answered = self.answered(message, at, cx);
        let Some((code, _)) = message.error_code() else {
            return;
        };
        let Some((_, Some(i))) = answered else {
            return;
        };
        counts::add(&mut self.errors, code, 1, CODES_MAX);
        if let Some(pair) = self.pairs.get_mut(i)
            && pair.refused(!at.reverse, code)
        {
            cx.log.push(at.event(IceEvent::CheckRefused { code }));
        }
    }

    /// The request that a response is the first answer to, and its pair. Checks the response's
    /// integrity, also when its request was not captured.
    fn answered(
        &mut self,
        message: &StunMessage<'_>,
        at: &Moment,
        cx: &mut Context<'_>,
    ) -> Option<(Transaction, Option<usize>)> {
        let check = self
            .transactions
            .answer(message.transaction_id(), !at.reverse);
        let pair = match check {
            Some(check) => check.subject.pair(),
            None => self.pairs.len().checked_sub(1),
        };
        if let Some(pair) = pair.and_then(|i| self.pairs.get_mut(i)) {
            check_integrity(pair, message, at, at.reverse, cx);
        }
        check.map(|check| (check, pair))
    }
}

/// Checks a message that the password of who sends `owner`'s way keys.
fn check_integrity(
    pair: &mut Pair,
    message: &StunMessage<'_>,
    at: &Moment,
    owner: bool,
    cx: &Context<'_>,
) {
    let mut tally = pair.way(owner).integrity;
    tally.check(message, at.no, pair.ufrag(owner), cx.credentials);
    pair.way(owner).integrity = tally;
}

/// Whether a check comes from an address that the session descriptions have.
fn source_signalled(pair: &mut Pair, at: &Moment, cx: &mut Context<'_>) {
    if cx.via != Via::Direct || cx.credentials.is_empty() || pair.way(at.reverse).unsignalled {
        return;
    }
    let address = at.src;
    let known = cx.credentials.signalled(
        pair.ufrag(at.reverse),
        (address.ip(), address.port()).into(),
    );
    if known == Some(false) {
        pair.way(at.reverse).unsignalled = true;
        cx.log.push(at.event(IceEvent::PeerReflexive {
            address,
            certain: true,
        }));
    }
}

/// An answer shows the asker at an address that is not its own as captured.
fn discovered(ufrag: &str, address: Endpoint, at: &Moment, cx: &mut Context<'_>) {
    let known = cx
        .credentials
        .signalled(ufrag, (address.ip(), address.port()).into());
    if known != Some(true) {
        cx.log.push(at.event(IceEvent::PeerReflexive {
            address,
            certain: known.is_some(),
        }));
    }
}
