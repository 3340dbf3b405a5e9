//! Which session a record belongs to: keys decide.

use super::session::{Depth, Legacy, Session, Writer, legacy_record};
use super::{DtlsKeys, OpenedRecord, Outcome, hosts};
use crate::analysis::moment::Moment;
use crate::proto::dtls::{Header, Record};

/// What trying costs is taken out of one purse for the whole capture, in units of some 50 microseconds:
/// a second at the beginning and at most, and a little more with each datagram.
const PURSE: u64 = 20_000;
const EARNED: u64 = 2;
/// What it costs to derive the keys of a session and to try the first numbers, and to search for those of a
/// session that began long before.
const NEAR: u64 = 2;
const FAR: u64 = 30;
/// Transports kept of a session, for opening its records again.
const PLACES_MAX: usize = 64;
/// Records of an association that are tried with all sessions in a row; after them, only those whose
/// count is a power of two are, until there is a new session.
const EAGER: u64 = 16;

/// The session that an association on one transport belongs to, as far as known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Binding {
    pub(super) session: Option<u32>,
    /// The side of the association that is the session's client.
    client_side: usize,
    /// It opened a record.
    is_proven: bool,
    /// Its own ClientHello was seen, and the key log has no secrets for that.
    pub(super) is_foreign: bool,
    /// Records that no session opened, since `news`.
    tries: u64,
    news: u64,
}

impl Binding {
    /// The session, by its number in the order of discovery, if it opened a record.
    pub(in crate::analysis) fn proven_session(&self) -> Option<u32> {
        self.session.filter(|_| self.is_proven)
    }

    /// The side that is the session's client; none if there is no session.
    pub(in crate::analysis) fn client_side(&self) -> Option<usize> {
        self.session.map(|_| self.client_side)
    }

    pub(super) fn bind(&mut self, session: u32, client_side: usize) {
        if (self.session, self.client_side) != (Some(session), client_side) {
            *self = Self {
                session: Some(session),
                client_side,
                ..Self::default()
            };
        }
    }

    fn writer(&self, side: usize) -> Writer {
        if side == self.client_side {
            Writer::Client
        } else {
            Writer::Server
        }
    }

    /// Whether another record should be tried with all sessions.
    pub(super) fn may_try(&mut self, news: u64) -> bool {
        if self.news != news {
            self.news = news;
            self.tries = 0;
        }
        self.tries += 1;
        self.tries <= EAGER || self.tries.is_power_of_two()
    }
}

/// How much may still be tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purse(u64);

impl Default for Purse {
    fn default() -> Self {
        Self(PURSE)
    }
}

impl Purse {
    /// Takes the cost of a trial out, if there is that much.
    fn spend(&mut self, units: u64) -> bool {
        let left = self.0.checked_sub(units);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }

    /// A datagram came.
    pub(super) fn earn(&mut self) {
        self.0 = (self.0 + EARNED).min(PURSE);
    }
}

impl DtlsKeys<'_> {
    /// Opens a record that `side` of an association sent; its content is then [`DtlsKeys::plain`].
    /// `client`: the side that is known to be the client.
    pub(in crate::analysis) fn open(
        &mut self,
        binding: &mut Binding,
        (side, client): (usize, Option<usize>),
        record: &Record<'_>,
        at: &Moment,
    ) -> Outcome {
        let mut has_key = false;
        if let Some(index) = binding.session {
            let writer = binding.writer(side);
            if let Some(opened) = self.open_with(index, writer, record, at) {
                binding.is_proven = true;
                return Outcome::Opened(opened);
            }
            let session = self.vault.sessions.get(index as usize);
            has_key = session.is_some_and(|s| s.has_key(writer, record));
        }
        if !binding.is_foreign
            && binding.may_try(self.vault.news)
            && let Some((index, writer, opened)) = self.search(binding.session, record, at, |w| {
                client.is_none_or(|client| (client == side) == (w == Writer::Client))
            })
        {
            let client_side = match writer {
                Writer::Client => side,
                Writer::Server => 1 - side,
            };
            binding.bind(index, client_side);
            binding.is_proven = true;
            return Outcome::Opened(opened);
        }
        if has_key {
            Outcome::Failed
        } else {
            Outcome::NoKey
        }
    }

    /// Opens a record with a session, which learns from it.
    fn open_with(
        &mut self,
        index: u32,
        writer: Writer,
        record: &Record<'_>,
        at: &Moment,
    ) -> Option<OpenedRecord> {
        let vault = &mut *self.vault;
        let session = vault.sessions.get_mut(index as usize)?;
        let opened = match session.open(writer, record, &mut vault.plain) {
            Some(opened) => opened,
            None => self.open_with_orphan(index, writer, record)?,
        };
        self.note(index, writer, &opened, at);
        Some(opened)
    }

    /// What an opened record tells of its session.
    fn note(&mut self, index: u32, writer: Writer, opened: &OpenedRecord, at: &Moment) {
        let Some(session) = self.vault.sessions.get_mut(index as usize) else {
            return;
        };
        session.hosts = Some(hosts(at));
        let client_is_reverse = at.reverse == (writer == Writer::Client);
        let is_new = session.home.is_none();
        session
            .home
            .get_or_insert((at.transport, client_is_reverse));
        let place = (at.transport, client_is_reverse);
        if !session.places.contains(&place) && session.places.len() < PLACES_MAX {
            session.places.push(place);
        }
        let is_first = opened.epoch >= APPLICATION && !session.is_running;
        session.is_running |= is_first;
        if is_new || is_first {
            self.export(index);
        }
    }

    /// Opens a record of DTLS 1.2 with a ServerHello that came on another transport.
    fn open_with_orphan(
        &mut self,
        index: u32,
        writer: Writer,
        record: &Record<'_>,
    ) -> Option<OpenedRecord> {
        let vault = &mut *self.vault;
        let session = vault.sessions.get_mut(index as usize)?;
        let secrets = self.secrets.key_log.session(&session.client_random)?;
        let record = legacy_record(record)?;
        if vault.orphans.is_empty() || !session.waits_for_answer(secrets) {
            return None;
        }
        let near = |(hosts, _): &&(_, _)| session.hosts == Some(*hosts);
        let (first, others) = (vault.orphans.iter().filter(near), vault.orphans.iter());
        let (answer, pair, opened) =
            first
                .chain(others.filter(|o| !near(o)))
                .find_map(|(_, answer)| {
                    let mut keys = Legacy::new(answer, secrets)?;
                    let opened = keys.open(writer, &record, &mut vault.plain)?;
                    Some((*answer, keys.pairs.pop()?, opened))
                })?;
        session.fits(answer, pair);
        vault.orphans.retain(|(_, o)| *o != answer);
        self.export(index);
        Some(opened)
    }

    /// Looks for a session that opens a record: those between the same hosts first, then all others that
    /// were seen, then those that were not.
    fn search(
        &mut self,
        not: Option<u32>,
        record: &Record<'_>,
        at: &Moment,
        may_be: impl Fn(Writer) -> bool,
    ) -> Option<(u32, Writer, OpenedRecord)> {
        let hosts = Some(hosts(at));
        let all = 0..self.vault.sessions.len() as u32;
        let is_near = |vault: &super::DtlsVault, i: u32| {
            vault
                .sessions
                .get(i as usize)
                .is_some_and(|s| s.hosts == hosts)
        };
        for near in [true, false] {
            for index in all.clone().rev() {
                if Some(index) == not || is_near(self.vault, index) != near {
                    continue;
                }
                if !self.vault.purse.spend(NEAR) {
                    return None;
                }
                for writer in Writer::BOTH.into_iter().filter(|w| may_be(*w)) {
                    if let Some(opened) = self.open_with(index, writer, record, at) {
                        return Some((index, writer, opened));
                    }
                }
            }
        }
        let Header::Unified { .. } = record.header else {
            return None;
        };
        let found = [(Depth::Near, NEAR), (Depth::Far, FAR)]
            .into_iter()
            .find_map(|(depth, cost)| self.search_unseen(depth, cost, record, &may_be));
        let (session, (writer, opened)) = found?;
        let index = self.vault.add(session);
        self.note(index, writer, &opened, at);
        Some((index, writer, opened))
    }

    /// Looks among the sessions of which nothing was seen so far.
    fn search_unseen(
        &mut self,
        depth: Depth,
        cost: u64,
        record: &Record<'_>,
        may_be: &impl Fn(Writer) -> bool,
    ) -> Option<(Session, (Writer, OpenedRecord))> {
        // The last sessions of a log are those of the call that was captured, more likely than not.
        for secrets in self.secrets.key_log.sessions().iter().rev() {
            if self.vault.by_random.contains_key(secrets.client_random()) {
                continue;
            }
            if !self.vault.purse.spend(cost) {
                return None;
            }
            let mut session = Session::new(secrets);
            let plain = &mut self.vault.plain;
            let writers = Writer::BOTH.into_iter().filter(|w| may_be(*w));
            let opens = writers.filter_map(|writer| {
                let opened = session.open_within(writer, record, depth, plain)?;
                Some((writer, opened))
            });
            let opens = { opens }.next();
            if let Some(opens) = opens {
                return Some((session, opens));
            }
        }
        None
    }
}

/// Application data of DTLS 1.3 has this epoch or a later one.
const APPLICATION: u64 = 3;
