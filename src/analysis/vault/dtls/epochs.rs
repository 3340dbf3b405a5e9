//! The keys of one side of a DTLS 1.3 session, epoch by epoch (RFC 9147).
//!
//! A record tells the low two bits of its epoch and, encrypted, the low 8 or 16 of its sequence number.
//! What is above them follows from the records before it. Where those were not captured it is searched
//! for, in bounds.

use super::OpenedRecord;
use super::opener::Kept;
use super::session::Writer;
use crate::keys::KeyLogSession;
use crate::keys::dtls::{Suite, Traffic, UnifiedRecord};

/// Early data has this epoch.
const EARLY: u64 = 1;
/// Encrypted handshake messages have this epoch.
const HANDSHAKE: u64 = 2;
/// Application data begins with this epoch; each key update adds one.
const APPLICATION: u64 = 3;

/// Cycles of the low bits that are looked through from the start in a session that was seen from its
/// start, and in one that was not: 4 million records of 16 bits.
const CYCLES_FROM_START: u64 = 2;
const CYCLES_MID_CALL: u64 = 64;
/// Cycles after the nearest number: records that were not captured, with 8 bits most easily.
const CYCLES_AHEAD: u64 = 16;
/// Four epochs share their low bits; this many rounds of four are looked through in a session that was
/// not seen from its start.
const ROUNDS_MID_CALL: u64 = 8;
/// Epochs of the application kept besides the first, which the others come of, and the latest: records
/// may be late.
const KEPT: u64 = 2;

/// The keys of one epoch.
#[derive(Debug)]
struct Epoch {
    number: u64,
    traffic: Traffic,
    /// One more than the highest sequence number that was opened; none if nothing was.
    next: Option<u64>,
}

/// The keys of one side.
#[derive(Debug)]
pub(super) struct Epochs {
    /// By number; several of a number while suite or secret are not certain.
    all: Vec<Epoch>,
}

impl Epochs {
    /// All keys that the secrets of a session may give: the suite is known later, or never.
    pub(super) fn new(secrets: &KeyLogSession, writer: Writer) -> Self {
        let labels = match writer {
            Writer::Client => [
                (EARLY, "CLIENT_EARLY_TRAFFIC_SECRET"),
                (HANDSHAKE, "CLIENT_HANDSHAKE_TRAFFIC_SECRET"),
                (APPLICATION, "CLIENT_TRAFFIC_SECRET_0"),
            ]
            .as_slice(),
            Writer::Server => &[
                (HANDSHAKE, "SERVER_HANDSHAKE_TRAFFIC_SECRET"),
                (APPLICATION, "SERVER_TRAFFIC_SECRET_0"),
            ],
        };
        let mut all = Vec::new();
        for (number, label) in labels {
            for secret in secrets.candidates(label) {
                let suites = Suite::of_secret(secret.len());
                all.extend(suites.filter_map(|suite| {
                    Some(Epoch {
                        number: *number,
                        traffic: Traffic::new(suite, secret)?,
                        next: None,
                    })
                }));
            }
        }
        Self { all }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Forgets the keys of other suites; those of early data may have another.
    pub(super) fn suite_is(&mut self, suite: &'static Suite) {
        self.all
            .retain(|e| e.number == EARLY || e.traffic.suite() == suite);
    }

    /// The suite, once a record has told it.
    pub(super) fn suite(&self) -> Option<&'static Suite> {
        let mut proven = self.all.iter().filter(|e| e.next.is_some());
        let proven = proven.find(|e| e.number != EARLY)?;
        Some(proven.traffic.suite())
    }

    /// Whether there is a key that ought to open records with these bits.
    pub(super) fn has_key(&self, bits: u8) -> bool {
        let has = |e: &Epoch| e.number & 3 == u64::from(bits);
        // Without a key of its own, 2 is the handshake's unless keys were updated long since.
        let latest = self.latest();
        self.all.iter().any(has) || latest.is_some_and(|l| u64::from(bits) != HANDSHAKE || l > 4)
    }

    /// The keys that opened records, by epoch.
    pub(super) fn kept(&self) -> Vec<Kept> {
        let opened = self.all.iter().filter_map(|e| {
            Some(Kept {
                epoch: e.number,
                traffic: e.traffic.clone(),
                next: e.next?,
            })
        });
        let mut all: Vec<Kept> = opened.collect();
        all.sort_by_key(|k| k.epoch);
        all
    }

    /// The latest epoch of the application.
    fn latest(&self) -> Option<u64> {
        let application = self.all.iter().map(|e| e.number);
        application.filter(|n| *n >= APPLICATION).max()
    }

    /// Opens a record, and learns from it. `began_before`: the beginning of the session was not captured.
    pub(super) fn open(
        &mut self,
        bits: u8,
        record: &UnifiedRecord<'_>,
        began_before: bool,
        plain: &mut Vec<u8>,
    ) -> Option<OpenedRecord> {
        let cycles = if began_before {
            CYCLES_MID_CALL
        } else {
            CYCLES_FROM_START
        };
        let fits = |e: &&mut Epoch| e.number & 3 == u64::from(bits);
        for epoch in self.all.iter_mut().rev().filter(fits) {
            if let Some(opened) = epoch.open(record, cycles, plain) {
                let number = opened.epoch;
                self.all.retain(|e| e.number != number || e.next.is_some());
                return Some(opened);
            }
        }
        self.open_updated(bits, record, began_before, plain)
    }

    /// Opens a record of an epoch that key updates lead to, and keeps its keys.
    fn open_updated(
        &mut self,
        bits: u8,
        record: &UnifiedRecord<'_>,
        began_before: bool,
        plain: &mut Vec<u8>,
    ) -> Option<OpenedRecord> {
        let latest = self.latest()?;
        let seen = |e: &Epoch| e.number >= APPLICATION && e.next.is_some();
        let rounds = if began_before && !self.all.iter().any(seen) {
            ROUNDS_MID_CALL
        } else {
            1
        };
        let mut found = None;
        'search: for from in self.all.iter().filter(|e| e.number == latest) {
            let mut traffic = from.traffic.clone();
            for number in latest + 1..=latest + 4 * rounds {
                let Some(next) = traffic.next() else {
                    break;
                };
                traffic = next;
                if number & 3 != u64::from(bits) {
                    continue;
                }
                let mut epoch = Epoch {
                    number,
                    traffic: traffic.clone(),
                    next: None,
                };
                if let Some(opened) = epoch.open(record, CYCLES_FROM_START, plain) {
                    found = Some((epoch, opened));
                    break 'search;
                }
            }
        }
        let (epoch, opened) = found?;
        let oldest = epoch.number.saturating_sub(KEPT);
        self.all
            .retain(|e| e.number <= APPLICATION || (e.number >= oldest && e.next.is_some()));
        self.all.push(epoch);
        Some(opened)
    }
}

impl Epoch {
    fn open(
        &mut self,
        record: &UnifiedRecord<'_>,
        cycles: u64,
        plain: &mut Vec<u8>,
    ) -> Option<OpenedRecord> {
        let low = self.traffic.low(record)?;
        let traffic = &self.traffic;
        let mut attempt = |sequence| Some((sequence, traffic.open(record, sequence, plain)?));
        let (sequence, content_type) = match self.next {
            Some(next) => (0..=CYCLES_AHEAD)
                .map(|ahead| low.ahead_of_nearest(next, ahead))
                .find_map(&mut attempt)?,
            None => (0..cycles)
                .map(|cycles| low.after_cycles(cycles))
                .find_map(&mut attempt)?,
        };
        self.next = self.next.max(Some(sequence.saturating_add(1)));
        Some(OpenedRecord {
            content_type,
            epoch: self.number,
            sequence,
        })
    }
}
