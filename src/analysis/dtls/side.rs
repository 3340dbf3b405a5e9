//! What one side of an association sent: its messages, fragments, certificates and, of what is
//! encrypted, a few numbers.

use super::item::Sighting;
use crate::net::Endpoint;
use crate::proto::dtls::{Certificate, Certificates, Reassembler, sha256_fingerprint};

/// Messages of a side that are told apart by their number; a handshake has about ten.
pub(super) const MESSAGES_MAX: usize = 64;

/// Certificates kept of a chain.
const CHAIN_MAX: usize = 8;

/// Encrypted alerts kept.
const ALERTS_MAX: usize = 16;

/// A handshake message in clear, known by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) seq: u16,
    pub(super) message_type: u8,
    pub(super) whole: bool,
}

/// A certificate and when it came.
#[derive(Clone, Debug)]
pub(super) struct ChainLink {
    pub(super) fingerprint: String,
    pub(super) length: u64,
    pub(super) content: Result<Certificate, String>,
    pub(super) seen: Sighting,
}

/// Records under the keys of the application, seen from outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Application {
    /// Those that are not as short as an alert.
    pub(super) long: u64,
    /// The first of them, and its length.
    pub(super) first_long: Option<(Sighting, usize)>,
    /// The last of them.
    pub(super) last_long: Option<Sighting>,
    /// Records as short as an alert that came after the last longer one.
    pub(super) shorts: Vec<Sighting>,
}

impl Application {
    /// Takes a record; must stay cheap, for data channels are made of these.
    pub(super) fn push(&mut self, at: &Sighting, length: usize, alert_sized: bool) {
        if alert_sized {
            if self.shorts.len() < ALERTS_MAX {
                self.shorts.push(*at);
            }
            return;
        }
        if self.long == 0 {
            self.first_long = Some((*at, length));
        }
        self.long += 1;
        self.last_long = Some(*at);
        self.shorts.clear();
    }

    fn merge(&mut self, other: &Self) {
        self.long += other.long;
        self.first_long = match (self.first_long, other.first_long) {
            (Some(a), Some(b)) => Some(if a.0.order() <= b.0.order() { a } else { b }),
            (a, b) => a.or(b),
        };
        self.last_long = match (self.last_long, other.last_long) {
            (Some(a), Some(b)) => Some(if a.order() >= b.order() { a } else { b }),
            (a, b) => a.or(b),
        };
        self.shorts.extend(&other.shorts);
        if let Some(last) = self.last_long {
            self.shorts.retain(|short| short.order() > last.order());
        }
        self.shorts.sort_by_key(Sighting::order);
        self.shorts.truncate(ALERTS_MAX);
    }
}

/// One side.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    pub(super) endpoint: Option<Endpoint>,
    pub(super) messages: Vec<Message>,
    pub(super) fragments: Reassembler,
    pub(super) chain: Vec<ChainLink>,
    /// The first record under new keys that is not an alert.
    pub(super) sealed: Option<Sighting>,
    /// Encrypted alerts that say so (before DTLS 1.3).
    pub(super) sealed_alerts: Vec<Sighting>,
    pub(super) application: Application,
    /// Epoch and sequence number of its latest record, where they travel in clear.
    pub(super) latest_record: Option<(u16, u64)>,
}

impl Side {
    pub(super) fn message(&mut self, seq: u16) -> Option<&mut Message> {
        self.messages.iter_mut().find(|m| m.seq == seq)
    }

    /// Notes that a message exists; `false` if there is no room for another.
    pub(super) fn note_message(&mut self, seq: u16, message_type: u8, whole: bool) -> bool {
        if let Some(known) = self.message(seq) {
            known.whole |= whole;
            return true;
        }
        if self.messages.len() >= MESSAGES_MAX {
            return false;
        }
        self.messages.push(Message {
            seq,
            message_type,
            whole,
        });
        true
    }

    pub(super) fn note_sealed(&mut self, at: &Sighting) {
        if self.sealed.is_none_or(|known| at.order() < known.order()) {
            self.sealed = Some(*at);
        }
    }

    pub(super) fn note_sealed_alert(&mut self, at: &Sighting) {
        if self.sealed_alerts.len() < ALERTS_MAX {
            self.sealed_alerts.push(*at);
        }
    }

    /// Reads a Certificate message of DTLS 1.0 or 1.2.
    pub(super) fn certificates(&mut self, body: &[u8], seen: &Sighting) {
        let Ok(chain) = Certificates::parse(body, 0) else {
            return;
        };
        let chain = chain.map_while(Result::ok).take(CHAIN_MAX);
        self.chain = chain
            .map(|der| ChainLink {
                fingerprint: sha256_fingerprint(der),
                length: der.len() as u64,
                content: Certificate::parse(der),
                seen: *seen,
            })
            .collect();
    }

    /// Takes over what another transport showed of the same side, and returns the messages that
    /// became whole by it: number, type, body.
    pub(super) fn merge(&mut self, other: &Self) -> Vec<(u16, u8, Vec<u8>)> {
        self.endpoint = self.endpoint.or(other.endpoint);
        for m in &other.messages {
            self.note_message(m.seq, m.message_type, m.whole);
        }
        for m in self.messages.iter().filter(|m| m.whole) {
            self.fragments.forget(m.seq);
        }
        let mut missing = other.fragments.clone();
        for m in self.messages.iter().filter(|m| m.whole) {
            missing.forget(m.seq);
        }
        let joined = self.fragments.absorb(&missing);
        for (seq, message_type, _) in &joined {
            self.note_message(*seq, *message_type, true);
        }
        if self.chain.is_empty() {
            self.chain.clone_from(&other.chain);
        }
        if let Some(at) = &other.sealed {
            self.note_sealed(at);
        }
        for at in &other.sealed_alerts {
            self.note_sealed_alert(at);
        }
        self.sealed_alerts.sort_by_key(Sighting::order);
        self.application.merge(&other.application);
        self.latest_record = self.latest_record.max(other.latest_record);
        joined
    }
}
