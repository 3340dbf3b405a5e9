//! DTLS associations: how their handshakes went, and what can be seen of them after.
//!
//! Each transport reads its records once (`association.rs`), into facts and a bounded log of steps.
//! For a report, the points of view of all transports of a connection are laid together
//! ([`assemble`]), the log is folded into flights (`flights.rs`), and the whole is judged
//! (`verdict.rs`) and put into words (`report.rs`). docs/algorithms/dtls.md says what is inferred.

mod association;
mod flights;
mod hello;
mod intake;
mod item;
mod opened;
mod report;
mod side;
mod verdict;

use self::association::{Association, LOG_MAX};
use self::intake::open;
use self::item::Item;
use super::model::{Dtls, Event, Openings};
use super::moment::Moment;
use super::problems::Problems;
use super::vault::{DtlsKeys, Outcome};
use crate::capture::PacketNo;
use crate::proto::dtls::{DtlsDatagram, Record, codes};
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// Associations kept for one transport: peers that begin again, and again.
const ASSOCIATIONS_MAX: usize = 16;
/// Associations reported of one connection; without BUNDLE there is one for each component.
const REPORTED_MAX: usize = 64;

/// How a datagram with DTLS records travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// By itself.
    Raw,
    /// In an attribute of a STUN message, besides which it may travel by itself.
    Stun,
}

/// The associations on one transport, in order of appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct DtlsState {
    associations: Vec<Association>,
    openings: Openings,
}

impl DtlsState {
    /// Takes a datagram with DTLS records.
    pub(super) fn push(
        &mut self,
        payload: &[u8],
        missing: u32,
        at: &Moment,
        carrier: Carrier,
        problems: &mut Problems,
        mut keys: Option<DtlsKeys<'_>>,
    ) {
        let in_stun = carrier == Carrier::Stun;
        let side = usize::from(at.reverse);
        let mut records = DtlsDatagram::new(payload, missing).records();
        let current = self.associations.last();
        if let Some(len) = current.and_then(|a| a.connection_id_len(side)) {
            records = records.with_connection_id_len(len);
        }
        let (mut counted, mut plain) = (false, false);
        for record in records {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    // What follows a plain header is no chance, unless the snaplen cut it; what
                    // looks like ciphertext may be something else altogether.
                    if plain && missing == 0 {
                        problems.packet("malformed-dtls", at.no, || error.to_string());
                    }
                    break;
                }
            };
            plain |= record.epoch().is_some();
            self.find_or_begin(&record, side, at, problems);
            let Some(association) = self.associations.last_mut() else {
                return;
            };
            if !counted {
                counted = true;
                association.datagrams += 1;
                association.datagrams_in_stun += u64::from(in_stun);
                if association.transports.is_empty() {
                    association.transports.push(at.transport);
                }
            }
            let opened = open(&mut self.openings, association, &record, at, keys.as_mut());
            match (opened, &mut keys) {
                (Outcome::Opened(opened), Some(keys)) => {
                    let held = (&opened, keys.plain());
                    association.opened(&record, held, at, in_stun, problems);
                    if opened.content_type == codes::APPLICATION_DATA {
                        keys.keep();
                    }
                }
                _ => association.record(&record, at, in_stun, problems),
            }
            if association.has_news {
                association.has_news = false;
                if let Some(keys) = &mut keys {
                    association.tell(keys, at);
                }
            }
        }
        if !counted {
            // Something was there, or the datagram would not be here.
            if self.associations.is_empty() {
                self.associations.push(Association::default());
            }
            if let Some(association) = self.associations.last_mut() {
                association.datagrams += 1;
            }
        }
    }

    /// Makes sure that the last association is the one that a record belongs to.
    fn find_or_begin(
        &mut self,
        record: &Record<'_>,
        side: usize,
        at: &Moment,
        problems: &mut Problems,
    ) {
        let Some(current) = self.associations.last() else {
            self.associations.push(Association::default());
            return;
        };
        if record.is_encrypted() || record.content_type() != Some(codes::HANDSHAKE) {
            return;
        }
        let first = record.handshakes().next().and_then(Result::ok);
        let Some(hello) =
            first.filter(|m| m.message_type == codes::CLIENT_HELLO && m.fragment_offset == 0)
        else {
            return;
        };
        let Some(random) = hello.body.get(2..34) else {
            return;
        };
        if !current.is_other(side, hello.message_seq, random) {
            return;
        }
        // An answer to the one before may still come, and a hello may be repeated late.
        let random = <[u8; 32]>::try_from(random).ok();
        let known = |a: &Association| a.hello.as_ref().is_some_and(|h| h.random == random);
        if let Some(at) = self.associations.iter().position(known) {
            let again = self.associations.remove(at);
            self.associations.push(again);
        } else if self.associations.len() < ASSOCIATIONS_MAX {
            self.associations.push(Association::default());
        } else {
            problems.packet("dtls-too-many-associations", at.no, || {
                "more DTLS handshakes began on one address pair than are told apart".to_owned()
            });
        }
    }

    /// What came of its encrypted records.
    pub(super) fn openings(&self) -> &Openings {
        &self.openings
    }

    /// What its associations are recognised by on another transport, in order of appearance.
    pub(super) fn client_randoms(&self) -> impl Iterator<Item = [u8; 32]> {
        let all = self.associations.iter();
        all.filter_map(Association::client_random)
    }

    /// The client randoms of its handshakes, with the packets of their ClientHellos.
    pub(super) fn hellos(&self) -> impl Iterator<Item = ([u8; 32], PacketNo)> {
        let all = self.associations.iter();
        all.filter_map(|a| Some((a.client_random()?, a.hello_at?.no)))
    }

    /// Whether a handshake, or a part of one, was seen.
    pub(super) fn has_handshake(&self) -> bool {
        self.associations.iter().any(Association::has_handshake)
    }

    /// Whether both sides have sent under new keys after a handshake that was seen.
    pub(super) fn is_complete(&self) -> bool {
        let complete = |a: &Association| a.has_handshake() && a.is_complete();
        self.associations.iter().any(complete)
    }

    /// Whether a client offered to protect media with it (RFC 5764); none if no hello was seen
    /// whole.
    pub(super) fn offers_srtp(&self) -> Option<bool> {
        let hellos = self.associations.iter().filter_map(|a| a.hello.as_ref());
        let offers = hellos.filter_map(|h| {
            let offers = !h.srtp_profiles.is_empty();
            (offers || h.whole).then_some(offers)
        });
        offers.reduce(|a, b| a || b)
    }
}

impl Association {
    fn client_random(&self) -> Option<[u8; 32]> {
        self.hello.as_ref()?.random
    }

    fn server_random(&self) -> Option<[u8; 32]> {
        self.answer.as_ref()?.random
    }

    /// The random numbers that name it.
    fn randoms(&self) -> impl Iterator<Item = [u8; 32]> {
        self.client_random().into_iter().chain(self.server_random())
    }

    /// Whether a handshake, or a part of one, was seen.
    fn has_handshake(&self) -> bool {
        self.hello.is_some() || self.server_spoke
    }

    /// When the first thing was seen of it, as far as that is kept.
    fn began(&self) -> Option<Timestamp> {
        let logged = self.log.first().map(|item| item.at.ts);
        let sealed = self.sides.iter().filter_map(|s| s.sealed).map(|s| s.ts);
        logged.into_iter().chain(sealed).min()
    }

    fn is_same(&self, other: &Self) -> bool {
        let same = |random: fn(&Self) -> Option<[u8; 32]>| Some(random(self)? == random(other)?);
        same(Self::client_random)
            .or_else(|| same(Self::server_random))
            .unwrap_or(false)
    }

    /// Whether keys show that it is the same.
    fn has_session_of(&self, other: &Self) -> bool {
        let session = self.binding.proven_session();
        session.is_some() && session == other.binding.proven_session()
    }

    /// Takes over what another transport showed of the same association.
    fn merge(&mut self, other: &Self) {
        let flip = self.is_mirrored(other);
        let place = |side: usize| if flip { 1 - side } else { side };
        self.client = self.client.or(other.client.map(place));
        let better = |mine: bool, theirs: bool| theirs && !mine;
        let whole = |a: &Self| a.hello.as_ref().is_some_and(|h| h.whole);
        if self.hello.is_none() || better(whole(self), whole(other)) {
            self.hello = other.hello.clone().or(self.hello.take());
        }
        let whole = |a: &Self| a.answer.as_ref().is_some_and(|h| h.whole);
        if self.answer.is_none() || better(whole(self), whole(other)) {
            self.answer = other.answer.clone().or(self.answer.take());
        }
        self.hello_at = match (self.hello_at, other.hello_at) {
            (Some(a), Some(b)) => Some(if a.order() <= b.order() { a } else { b }),
            (a, b) => a.or(b),
        };
        self.hidden = self.hidden.take().or_else(|| other.hidden.clone());
        self.server_spoke |= other.server_spoke;
        self.hello_verify |= other.hello_verify;
        self.hello_retry |= other.hello_retry;
        self.group = self.group.or(other.group);
        self.unified |= other.unified;
        self.sealed_version = self.sealed_version.or(other.sealed_version);
        self.datagrams += other.datagrams;
        self.datagrams_in_stun += other.datagrams_in_stun;
        self.not_logged += other.not_logged;
        self.transports.extend(&other.transports);
        let theirs = other.log.iter().map(|item| Item {
            side: place(item.side),
            ..*item
        });
        self.log.extend(theirs);
        self.log.sort_by_key(|item| item.at.order());
        self.log.truncate(4 * LOG_MAX);
        for (i, theirs) in other.sides.iter().enumerate() {
            let side = place(i);
            let Some(mine) = self.sides.get_mut(side) else {
                continue;
            };
            let joined = mine.merge(theirs);
            let at = theirs.sealed.or(self.hello_at);
            for (seq, message_type, body) in joined {
                if let Some(at) = at.or(self.log.first().map(|item| item.at)) {
                    self.message(side, seq, message_type, &body, &at);
                }
            }
        }
    }

    /// Whether the other's sides are this one's the other way round: by who is client or, without
    /// that, by address, since a side may have several ports.
    fn is_mirrored(&self, other: &Self) -> bool {
        if let (Some(a), Some(b)) = (self.client, other.client) {
            return a != b;
        }
        let ip = |a: &Self, side: usize| a.sides.get(side)?.endpoint.map(|e| e.ip());
        let same = |a: usize, b: usize| {
            let (mine, theirs) = (ip(self, a), ip(other, b));
            mine.is_some() && mine == theirs
        };
        let straight = same(0, 0) || same(1, 1);
        !straight && (same(0, 1) || same(1, 0))
    }
}

/// The associations of a connection.
#[derive(Debug, Default)]
pub(super) struct Assembled {
    /// What is reported of them, the one that got furthest first.
    pub(super) associations: Vec<Dtls>,
    /// Their events.
    pub(super) events: Vec<Event>,
    /// How many more there were.
    pub(super) not_kept: u64,
}

/// The associations of a connection, from the states of its transports in order, and the events of
/// them all. The one that got furthest and has most records comes first.
///
/// What is known to be the same association by its randoms is laid together. Records without a
/// handshake (after a path switch) belong to the association before them.
pub(super) fn assemble<'a>(
    states: impl Iterator<Item = &'a DtlsState>,
    media: Option<Timestamp>,
) -> Assembled {
    let all: Vec<&Association> = states.flat_map(|state| &state.associations).collect();
    let (named, unnamed): (Vec<&Association>, Vec<&Association>) =
        all.into_iter().partition(|a| a.has_handshake());
    let mut whole: Vec<Association> = Vec::new();
    let mut by_random: BTreeMap<[u8; 32], usize> = BTreeMap::new();
    for a in named {
        let by_keys = |place: &usize| whole.get(*place).is_some_and(|w| w.has_session_of(a));
        let known = a.randoms().find_map(|random| {
            let place = *by_random.get(&random)?;
            whole.get(place)?.is_same(a).then_some(place)
        });
        let known = known.or_else(|| (0..whole.len()).find(by_keys));
        let place = known.unwrap_or(whole.len());
        match whole.get_mut(place) {
            Some(known) => known.merge(a),
            None => whole.push(a.clone()),
        }
        for random in a.randoms() {
            by_random.entry(random).or_insert(place);
        }
    }
    // Halves of one handshake, of which each transport saw one side only.
    whole.sort_by_key(|a| (a.began(), a.hello.is_none()));
    let mut joined: Vec<Association> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for a in whole {
        let place = match a.hello.is_none() {
            true => open.pop().unwrap_or(joined.len()),
            false => joined.len(),
        };
        match joined.get_mut(place) {
            Some(known) => known.merge(&a),
            None => joined.push(a),
        }
        if joined.get(place).is_some_and(|a| a.answer.is_none()) {
            open.push(place);
        }
    }
    let began: Vec<Option<Timestamp>> = joined.iter().map(Association::began).collect();
    for a in unnamed {
        let before = began.partition_point(|b| *b <= a.began());
        let by_keys = joined.iter().position(|j| j.has_session_of(a));
        match joined.get_mut(by_keys.unwrap_or(before.saturating_sub(1))) {
            Some(known) => known.merge(a),
            None => joined.push(a.clone()),
        }
    }
    joined.sort_by_key(|a| std::cmp::Reverse((a.is_complete(), a.datagrams)));
    let not_kept = joined.len().saturating_sub(REPORTED_MAX) as u64;
    joined.truncate(REPORTED_MAX);
    let (mut reports, mut events) = (Vec::new(), Vec::new());
    for a in &joined {
        let (dtls, mut own) = report::report(a, media);
        reports.push(dtls);
        events.append(&mut own);
    }
    reports.sort_by_key(|d| {
        (
            std::cmp::Reverse(d.state.was_complete()),
            std::cmp::Reverse(d.datagrams),
        )
    });
    Assembled {
        associations: reports,
        events,
        not_kept,
    }
}

#[cfg(test)]
mod tests;
