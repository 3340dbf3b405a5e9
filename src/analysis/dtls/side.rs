//! What one side of an association sent: its messages, fragments, certificates and, of what is
//! encrypted, a few numbers.

use crate::analysis::moment::Sighting;
use crate::net::Endpoint;
use crate::proto::dtls::{
    Certificate, Certificates, Reassembler, certificate_entries, sha256_fingerprint,
};

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
    /// Records as short as an alert that came after the last longer one, with their first bytes,
    /// which only a copy shares.
    pub(super) shorts: Vec<(Sighting, [u8; 8])>,
}

impl Application {
    /// Takes a record; must stay cheap, for data channels are made of these. `alert_start` is given
    /// for a record that is as short as an alert.
    pub(super) fn push(&mut self, at: &Sighting, length: usize, alert_start: Option<[u8; 8]>) {
        if let Some(start) = alert_start {
            return keep(&mut self.shorts, *at, start);
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
        for (at, start) in &other.shorts {
            keep(&mut self.shorts, *at, *start);
        }
        if let Some(last) = self.last_long {
            self.shorts.retain(|(at, _)| at.order() > last.order());
        }
    }
}

/// Adds a sighting in order of time, unless it is a copy of one that is there or there is no room.
fn keep<K: PartialEq>(all: &mut Vec<(Sighting, K)>, at: Sighting, key: K) {
    if all.len() < ALERTS_MAX && !all.iter().any(|(_, known)| *known == key) {
        let place = all.partition_point(|(known, _)| known.order() <= at.order());
        all.insert(place, (at, key));
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
    /// The record with which its Finished was whole, if that was opened.
    pub(super) finished: Option<Sighting>,
    /// Encrypted records that were not opened.
    pub(super) unopened: u64,
    /// Encrypted alerts that say so (before DTLS 1.3), with their sequence numbers.
    pub(super) sealed_alerts: Vec<(Sighting, u64)>,
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

    pub(super) fn note_sealed_alert(&mut self, at: &Sighting, sequence: u64) {
        keep(&mut self.sealed_alerts, *at, sequence);
    }

    /// Reads a Certificate message, as DTLS 1.3 or the versions before it have it.
    pub(super) fn certificates(&mut self, body: &[u8], is_13: bool, seen: &Sighting) {
        let link = |der: &[u8]| ChainLink {
            fingerprint: sha256_fingerprint(der),
            length: der.len() as u64,
            content: Certificate::parse(der),
            seen: *seen,
        };
        if is_13 {
            let Ok(chain) = certificate_entries(body, 0) else {
                return;
            };
            let chain = chain.map_while(Result::ok).take(CHAIN_MAX);
            self.chain = chain.map(|entry| link(entry.der)).collect();
        } else {
            let Ok(chain) = Certificates::parse(body, 0) else {
                return;
            };
            let chain = chain.map_while(Result::ok).take(CHAIN_MAX);
            self.chain = chain.map(link).collect();
        }
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
        self.finished = match (self.finished, other.finished) {
            (Some(a), Some(b)) => Some(if a.order() <= b.order() { a } else { b }),
            (a, b) => a.or(b),
        };
        self.unopened += other.unopened;
        for (at, sequence) in &other.sealed_alerts {
            self.note_sealed_alert(at, *sequence);
        }
        self.application.merge(&other.application);
        self.latest_record = self.latest_record.max(other.latest_record);
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::moment::{Moment, Sighting};
    use crate::time::Timestamp;

    fn at(ms: i64) -> Sighting {
        let endpoint = Endpoint::v4([192, 0, 2, 1], 1000);
        Sighting::new(&Moment {
            ts: Timestamp::from_nanos(ms * 1_000_000),
            no: ms as u64,
            src: endpoint,
            dst: endpoint,
            transport: 0,
            reverse: false,
        })
    }

    fn application(records: &[(i64, Option<u8>)]) -> Application {
        let mut all = Application::default();
        for (ms, start) in records {
            all.push(&at(*ms), 40, start.map(|s| [s; 8]));
        }
        all
    }

    #[test]
    fn short_records_count_only_at_the_end() {
        let middle = application(&[(1, None), (2, Some(1)), (3, None)]);
        assert!(middle.shorts.is_empty());
        let end = application(&[(1, None), (2, Some(1)), (3, Some(1)), (4, Some(2))]);
        let times: Vec<_> = end.shorts.iter().map(|(at, _)| at.no).collect();
        assert_eq!((end.long, times), (1, vec![2, 4]), "a copy counts once");
    }

    #[test]
    fn two_points_of_view_have_one_end() {
        let mut first = application(&[(1, None), (5, Some(1))]);
        first.merge(&application(&[(7, None), (9, Some(2))]));
        let times: Vec<_> = first.shorts.iter().map(|(at, _)| at.no).collect();
        assert_eq!((first.long, times), (2, vec![9]));
        assert_eq!(first.first_long.map(|(at, _)| at.no), Some(1));
        let mut copied = application(&[(1, None), (5, Some(1))]);
        copied.merge(&application(&[(2, None), (6, Some(1))]));
        assert_eq!(copied.shorts.len(), 1);
    }

    #[test]
    fn messages_and_alerts_are_bounded() {
        let mut side = Side::default();
        let noted = (0..1_000).filter(|seq| side.note_message(*seq, 11, false));
        assert_eq!(noted.count(), MESSAGES_MAX);
        assert!(
            side.note_message(3, 11, true),
            "a known one is always taken"
        );
        for n in 0..1_000 {
            side.note_sealed_alert(&at(n), n as u64);
        }
        assert_eq!(side.sealed_alerts.len(), ALERTS_MAX);
    }

    #[test]
    fn a_chain_that_lies_gives_its_good_beginning() {
        let mut side = Side::default();
        let body = [0, 0, 9, 0, 0, 1, 0xaa, 0, 0, 9, 1, 2];
        side.certificates(&body, false, &at(1));
        assert_eq!(side.chain.len(), 1);
        assert!(side.chain[0].content.is_err(), "one byte is no certificate");
        assert_eq!(side.chain[0].fingerprint.len(), 95);
    }
}
