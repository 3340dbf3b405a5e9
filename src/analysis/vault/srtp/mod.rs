//! SRTP sessions: the keys at hand, and the sources that they open.
//!
//! Nothing in an SRTP packet names its key, and which transport media takes may change without a word. So
//! the key of a new source is found by trying, the likeliest first ([`trial`]); the first tag that is right
//! settles it, since a wrong key has one chance in 2⁸⁰ (2³² with short tags). From then on a packet costs
//! one pass. See docs/algorithms/srtp.md.

mod effort;
mod keyring;
mod report;
mod rollover;
mod rollovers;
mod snapshot;
mod source;
mod tally;
mod trial;
mod unclaimed;

pub(in crate::analysis) use self::report::SourceOpenings;
pub(super) use self::snapshot::SrtpOpener;

use self::effort::Effort;
use self::keyring::Keyring;
use self::rollovers::Rollovers;
use self::source::{Scope, Source, Sources};
use self::tally::Expected;
use self::trial::{Budget, Packet};
use self::unclaimed::Unclaimed;
use super::Opened;
use crate::analysis::analyzer::At;
use crate::analysis::model::KeySource;
use crate::analysis::transport::TransportState;
use crate::keys::Secrets;
use crate::keys::srtp::{ExtensionIds, MasterKey, Profile};
use crate::net::Datagram;
use crate::proto::rtcp;
use crate::proto::rtp::RtpPacket;

/// What a DTLS association exported for SRTP (RFC 5764).
#[derive(Clone, Debug)]
pub(in crate::analysis) struct SrtpKeys {
    /// The profile that was negotiated.
    pub(in crate::analysis) profile: Profile,
    /// What the DTLS client protects its packets with.
    pub(in crate::analysis) client: MasterKey,
    /// What the DTLS server protects its packets with.
    pub(in crate::analysis) server: MasterKey,
    /// The transport of the handshake.
    pub(in crate::analysis) transport: u32,
    /// Whether the client sends in the transport's reverse direction.
    pub(in crate::analysis) client_is_reverse: bool,
}

/// The sessions.
#[derive(Debug, Default)]
pub(super) struct SrtpVault {
    keyring: Keyring,
    unclaimed: Unclaimed,
    sources: Sources,
    rollovers: Rollovers,
    effort: Effort,
    /// Header extension elements that are encrypted one by one.
    encrypted_ids: ExtensionIds,
    /// Whether keys were given that may be for any source.
    has_keys_for_any: bool,
}

/// A key that was found to open a packet.
struct Found {
    key: u32,
    roc: u32,
}

impl SrtpVault {
    pub(super) fn new(secrets: &Secrets, encrypted_ids: ExtensionIds) -> Self {
        let mut vault = Self {
            encrypted_ids,
            has_keys_for_any: secrets.srtp.iter().any(|given| given.ssrc.is_none()),
            ..Self::default()
        };
        for given in &secrets.srtp {
            vault.keyring.add_given(given);
        }
        vault
    }

    /// There is more in the key log than before.
    pub(super) fn learn(&mut self) {
        self.unclaimed.learn();
    }

    pub(super) fn add(&mut self, keys: &SrtpKeys) {
        let sides = [
            (&keys.client, keys.client_is_reverse),
            (&keys.server, !keys.client_is_reverse),
        ];
        for (master, reverse) in sides {
            let key = (keys.profile, master, &[][..]);
            if let Some(key) = self.keyring.add(key, KeySource::KeyLog, None) {
                self.keyring.settle(key, keys.transport, reverse);
            }
        }
    }

    pub(super) fn open_rtp(
        &mut self,
        d: &Datagram<'_>,
        at: At,
        rtp: &RtpPacket<'_>,
        (secrets, transports): (&Secrets, &[TransportState]),
        plain: &mut Vec<u8>,
    ) -> Opened {
        self.effort.earn();
        let (ssrc, sequence) = (rtp.ssrc(), rtp.sequence_number());
        let Some(source) = self.sources.follow(at.flow, ssrc) else {
            return Opened::No;
        };
        if d.missing > 0 {
            source.rtp.cut();
            return Opened::No;
        }
        if let Some(key) = source.key.and_then(|key| self.keyring.get(key))
            && let Some(rollover) = self.rollovers.at_mut(source.rollover)
            && let Some(seal) = key.session.seal_of(d.payload)
            && let Some(roc) = rollover.find(sequence, |roc| seal.fits(roc))
        {
            rollover.opened(roc, sequence);
            source.opened(false);
            seal.decrypt(roc, &self.encrypted_ids, plain);
            return Opened::Yes;
        }
        let packet = Packet {
            bytes: d.payload,
            sequence,
        };
        match self.search(packet, at, ssrc, (secrets, transports)) {
            Some(found) => {
                self.found(&found, at, ssrc, Some(sequence));
                let seal = (self.keyring.get(found.key)).and_then(|k| k.session.seal_of(d.payload));
                let Some(seal) = seal else {
                    return Opened::No;
                };
                seal.decrypt(found.roc, &self.encrypted_ids, plain);
                Opened::Yes
            }
            None => self.not_opened(d, at, ssrc, false),
        }
    }

    pub(super) fn open_rtcp(
        &mut self,
        d: &Datagram<'_>,
        at: At,
        (secrets, transports): (&Secrets, &[TransportState]),
        plain: &mut Vec<u8>,
    ) -> Opened {
        let Some(&[_, _, _, _, a, b, c, e]) = d.payload.first_chunk::<8>() else {
            return Opened::No;
        };
        self.effort.earn();
        let ssrc = u32::from_be_bytes([a, b, c, e]);
        let Some(source) = self.sources.follow(at.flow, ssrc) else {
            return Opened::No;
        };
        if d.missing > 0 {
            if !rtcp::is_plausible_clear(d.payload, d.missing) {
                source.rtcp.cut();
            }
            return Opened::No;
        }
        if let Some(key) = source.key.and_then(|key| self.keyring.get(key))
            && key.session.open_rtcp(d.payload, plain).is_some()
        {
            source.opened(true);
            return Opened::Yes;
        }
        if let Some(key) = self.search_rtcp(d.payload, at, ssrc, (secrets, transports), plain) {
            self.found(&Found { key, roc: 0 }, at, ssrc, None);
            return Opened::Yes;
        }
        if rtcp::is_plausible_clear(d.payload, 0) {
            return Opened::No;
        }
        self.not_opened(d, at, ssrc, true)
    }

    /// How much of the keys is to be tried now, and the number of keys that all were tried of.
    fn scope(&mut self, at: At, ssrc: u32) -> (Scope, u32) {
        let (all, own) = (
            self.keyring.len() as u32,
            self.keyring.on(at.transport) as u32,
        );
        let Some(source) = self.sources.follow(at.flow, ssrc) else {
            return (Scope::default(), all);
        };
        let mut scope = source.scope();
        if own > source.searched {
            // Keys that came to this transport since.
            (scope.own, scope.counters) = (true, true);
        }
        let tried = std::mem::replace(&mut source.tried, all);
        source.searched = own;
        (scope, tried)
    }

    /// Finds the key of an SRTP packet that the source's own does not open, and the rollover counter.
    #[cold]
    fn search(
        &mut self,
        packet: Packet<'_>,
        at: At,
        ssrc: u32,
        (secrets, transports): (&Secrets, &[TransportState]),
    ) -> Option<Found> {
        let (scope, tried) = self.scope(at, ssrc);
        let (keyring, rollovers) = (&self.keyring, &self.rollovers);
        if !scope.own && !scope.all && tried as usize == keyring.len() {
            return None;
        }
        let order = trial::order((keyring, rollovers), (at, ssrc), (scope, tried), transports);
        let mut budget = Budget::new(self.effort.attempt());
        // A sender that is given a new key goes on counting.
        let before = self.sources.get(at.flow, ssrc);
        let before = before.and_then(|s| rollovers.at(s.rollover).filter(|_| s.key.is_some()));
        let candidates = order.keys.iter().enumerate().filter_map(|(i, &key)| {
            let session = &*keyring.get(key)?.session;
            let rollover = rollovers.of(key, ssrc).or(before);
            Some((session, rollover, i < order.close))
        });
        let mut found = trial::find(packet, candidates, scope.counters, &mut budget).and_then(
            |(place, roc)| {
                let key = *order.keys.get(place)?;
                Some(Found { key, roc })
            },
        );
        if found.is_none() && scope.all && keyring.on(at.transport) == 0 {
            let guesses = self.unclaimed.guesses(&secrets.key_log, keyring);
            let guess = trial::find_guess(packet, guesses, scope.counters, &mut budget);
            found = guess.and_then(|(place, is_client, roc)| {
                let key = self.claim(place, is_client, at)?;
                Some(Found { key, roc })
            });
        }
        self.effort.spend(budget.spent);
        found
    }

    /// Finds the key of an SRTCP packet that the source's own does not open, and opens it.
    #[cold]
    fn search_rtcp(
        &mut self,
        packet: &[u8],
        at: At,
        ssrc: u32,
        (secrets, transports): (&Secrets, &[TransportState]),
        plain: &mut Vec<u8>,
    ) -> Option<u32> {
        let (scope, tried) = self.scope(at, ssrc);
        let (keyring, rollovers) = (&self.keyring, &self.rollovers);
        let order = trial::order((keyring, rollovers), (at, ssrc), (scope, tried), transports);
        let mut budget = Budget::new(self.effort.attempt());
        let cost = effort::cost_of_packet(packet.len());
        let mut opens = |session: &crate::keys::srtp::SessionKeys| {
            budget.take(cost) && session.open_rtcp(packet, plain).is_some()
        };
        let mut found = order
            .keys
            .iter()
            .copied()
            .find(|&key| keyring.get(key).is_some_and(|key| opens(&key.session)));
        if found.is_none() && scope.all && keyring.on(at.transport) == 0 {
            let guesses = self.unclaimed.guesses(&secrets.key_log, keyring);
            let place = (guesses.iter().flat_map(|g| &g.sessions)).position(opens);
            found = place.and_then(|place| self.claim(place / 2, place % 2 == 0, at));
        }
        self.effort.spend(budget.spent);
        found
    }

    /// Takes a session of the key log whose key protects this direction; the key itself.
    fn claim(&mut self, place: usize, is_client: bool, at: At) -> Option<u32> {
        let guess = self.unclaimed.claim(place)?;
        let (client, server) = (guess.masters.client, guess.masters.server);
        let own = if is_client {
            client.clone()
        } else {
            server.clone()
        };
        self.add(&SrtpKeys {
            profile: guess.profile,
            client,
            server,
            transport: at.transport,
            client_is_reverse: at.reverse == is_client,
        });
        let key = (guess.profile, &own, &[][..]);
        self.keyring.add(key, KeySource::KeyLog, None)
    }

    /// Notes the key of a source, which a packet has shown.
    fn found(&mut self, found: &Found, at: At, ssrc: u32, sequence: Option<u16>) {
        self.keyring.settle(found.key, at.transport, at.reverse);
        self.keyring.proven(found.key);
        let place = self.rollovers.place(found.key, ssrc);
        if let Some(sequence) = sequence
            && let Some(rollover) = self.rollovers.at_mut(place)
        {
            rollover.opened(found.roc, sequence);
        }
        let own = self.keyring.on(at.transport) as u32;
        if let Some(source) = self.sources.follow(at.flow, ssrc) {
            (source.key, source.rollover) = (Some(found.key), place);
            source.searched = own;
            source.opened(sequence.is_none());
        }
    }

    /// Counts a packet that was not opened.
    fn not_opened(&mut self, d: &Datagram<'_>, at: At, ssrc: u32, is_rtcp: bool) -> Opened {
        let expected = self.expected(at, ssrc);
        let Some(source) = self.sources.follow(at.flow, ssrc) else {
            return Opened::No;
        };
        source.missed();
        let tally = if is_rtcp {
            &mut source.rtcp
        } else {
            &mut source.rtp
        };
        tally.not_opened(d.no, expected);
        match source.refuses(is_rtcp) {
            true => Opened::Refused,
            false => Opened::No,
        }
    }

    /// Whether the keys at hand should open packets of this source.
    fn expected(&self, at: At, ssrc: u32) -> Expected {
        let has_key = |s: &Source| s.key.is_some();
        let is_known = self.sources.get(at.flow, ssrc).is_some_and(has_key);
        let mut given = self
            .keyring
            .for_any(ssrc)
            .filter_map(|key| self.keyring.get(key));
        let is_protected = self.keyring.protects(at.transport, at.reverse);
        if is_known || is_protected || given.any(|key| key.ssrc.is_some()) {
            Expected::Fits
        } else if self.has_keys_for_any {
            Expected::May
        } else {
            Expected::Nothing
        }
    }
}
