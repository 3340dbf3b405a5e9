//! DTLS sessions that the key log has secrets of, and which of them a record belongs to.
//!
//! Sessions are kept here and not with the transports, because an association moves: to other address
//! pairs after an ICE restart, without a handshake there; and its two hellos may come on different ones.
//! So keys decide. A record is tried with the session that its transport had last, then with those
//! between the same hosts, then with all, then with sessions of the key log whose handshake was not
//! captured; each transport tries so many times, and again when there are new sessions.

mod epochs;
mod export;
mod opener;
mod session;
mod trial;

pub(super) use self::opener::DtlsOpener;
pub(in crate::analysis) use self::session::Answer;
pub(in crate::analysis) use self::trial::Binding;
use self::trial::Purse;

use self::session::Session;
use super::SrtpKeys;
use crate::analysis::moment::Moment;
use crate::keys::Secrets;
use std::collections::HashMap;
use std::net::IpAddr;

/// ServerHellos kept whose ClientHello came on another transport.
const ORPHANS_MAX: usize = 64;
/// SRTP profiles of an offer that are tried; there are not as many.
const OFFERED_MAX: usize = 16;

/// A record out of its protection; its content is in the buffer that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct OpenedRecord {
    /// Content type of what it holds.
    pub(in crate::analysis) content_type: u8,
    /// All of its epoch.
    pub(in crate::analysis) epoch: u64,
    /// All of its sequence number.
    pub(in crate::analysis) sequence: u64,
}

/// What came of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Outcome {
    /// There is no key for it.
    NoKey,
    /// There is, and it does not open it.
    Failed,
    /// It was authenticated and decrypted.
    Opened(OpenedRecord),
}

/// What a ClientHello says that matters for keys.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Hello<'a> {
    /// Its random, which names the session.
    pub(in crate::analysis) random: [u8; 32],
    /// The SRTP profiles that it offers.
    pub(in crate::analysis) srtp_profiles: &'a [u16],
    /// Whether the client sends in the transport's reverse direction.
    pub(in crate::analysis) client_is_reverse: bool,
}

/// The sessions.
#[derive(Debug, Default)]
pub(in crate::analysis) struct DtlsVault {
    sessions: Vec<Session>,
    by_random: HashMap<[u8; 32], u32>,
    /// ServerHellos that have not found their ClientHello, with their hosts.
    orphans: Vec<((IpAddr, IpAddr), Answer)>,
    /// Counts what may make a record open that did not before.
    news: u64,
    /// How much may still be tried.
    purse: Purse,
    /// SRTP keys that are yet to be taken.
    exported: Vec<SrtpKeys>,
    /// Where a record is opened; its content until the next.
    plain: Vec<u8>,
    packets: Packets,
}

/// The application data of a datagram's records, one after the other.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Packets {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Packets {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    pub(in crate::analysis) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(in crate::analysis) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let ranges = starts.zip(&self.ends);
        ranges.filter_map(|(start, end)| self.bytes.get(*start..*end))
    }
}

/// The sessions together with the secrets that they come from.
#[derive(Debug)]
pub(in crate::analysis) struct DtlsKeys<'a> {
    pub(super) vault: &'a mut DtlsVault,
    pub(super) secrets: &'a Secrets,
}

impl DtlsKeys<'_> {
    /// Takes a ClientHello, if the key log has its session, and binds its association to that. Again is
    /// no harm.
    pub(in crate::analysis) fn client_hello(
        &mut self,
        hello: &Hello<'_>,
        at: &Moment,
        binding: &mut Binding,
    ) {
        let log = &self.secrets.key_log;
        let Some(secrets) = log.session(&hello.random) else {
            binding.is_foreign = true;
            return;
        };
        let vault = &mut *self.vault;
        let index = match vault.by_random.get(&hello.random) {
            Some(known) => *known,
            None => vault.add(Session::new(secrets)),
        };
        let Some(session) = vault.sessions.get_mut(index as usize) else {
            return;
        };
        session.hosts = Some(hosts(at));
        let from_start = session.offered.is_none();
        if from_start || session.offered.as_ref().is_some_and(Vec::is_empty) {
            let offered = hello.srtp_profiles.iter().copied().take(OFFERED_MAX);
            session.offered = Some(offered.collect());
            session.home = Some((at.transport, hello.client_is_reverse));
            vault.news += 1;
        }
        binding.bind(index, usize::from(hello.client_is_reverse));
        self.export(index);
    }

    /// Takes a ServerHello that is no HelloRetryRequest; `client_random` is that of the ClientHello
    /// before it on the same transport, if there was one.
    pub(in crate::analysis) fn server_hello(
        &mut self,
        client_random: Option<[u8; 32]>,
        answer: Answer,
        at: &Moment,
    ) {
        let vault = &mut *self.vault;
        let Some(client_random) = client_random else {
            let hosts = hosts(at);
            let known = vault.orphans.iter().any(|(_, a)| a.random == answer.random);
            if !known && vault.orphans.len() < ORPHANS_MAX {
                vault.orphans.push((hosts, answer));
                vault.news += 1;
            }
            return;
        };
        let Some(index) = vault.by_random.get(&client_random).copied() else {
            return;
        };
        let session = vault.sessions.get_mut(index as usize);
        if let Some((session, secrets)) = session.zip(self.secrets.key_log.session(&client_random))
            && session.answer(answer, secrets)
        {
            vault.news += 1;
        }
        self.export(index);
    }

    /// Takes what the server chose for SRTP in EncryptedExtensions, if anything.
    pub(in crate::analysis) fn chosen_profile(&mut self, binding: &Binding, profile: Option<u16>) {
        let Some(index) = binding.session else {
            return;
        };
        if let Some(session) = self.vault.sessions.get_mut(index as usize) {
            session.chosen = Some(profile);
        }
        self.export(index);
    }

    /// What the record that was opened last held.
    pub(in crate::analysis) fn plain(&self) -> &[u8] {
        &self.vault.plain
    }

    /// Keeps what the record that was opened last held for [`Vault::packets`](super::Vault).
    pub(in crate::analysis) fn keep(&mut self) {
        let vault = &mut *self.vault;
        vault.packets.push(&vault.plain);
    }
}

impl DtlsVault {
    fn add(&mut self, session: Session) -> u32 {
        let index = self.sessions.len() as u32;
        self.by_random.insert(session.client_random, index);
        self.sessions.push(session);
        self.news += 1;
        index
    }

    /// The SRTP keys that were exported since this was asked last.
    pub(super) fn take_exported(&mut self) -> impl Iterator<Item = SrtpKeys> {
        self.exported.drain(..)
    }

    /// The application data of the datagram at hand; to be given back.
    pub(super) fn take_packets(&mut self) -> Packets {
        std::mem::take(&mut self.packets)
    }

    /// Gives the buffers back.
    pub(super) fn return_packets(&mut self, mut packets: Packets) {
        packets.clear();
        self.packets = packets;
        self.purse.earn();
    }
}

/// The two hosts, lower address first.
fn hosts(at: &Moment) -> (IpAddr, IpAddr) {
    let (a, b) = (at.src.ip(), at.dst.ip());
    (a.min(b), a.max(b))
}

#[cfg(test)]
mod tests;
