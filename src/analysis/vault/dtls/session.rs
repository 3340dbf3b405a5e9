//! One DTLS session: what its hellos said, and the keys that come of it.

use super::OpenedRecord;
use super::epochs::Epochs;
use super::opener::Kept;
use crate::keys::KeyLogSession;
use crate::keys::dtls::{LegacyKeys, LegacyRecord, Suite, UnifiedRecord, Version};
use crate::proto::dtls::{Header, Record};
use std::net::IpAddr;

/// Whose keys, and whose number in arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    Client,
    Server,
}

impl Writer {
    pub(super) const BOTH: [Self; 2] = [Self::Client, Self::Server];

    pub(super) fn of<T>(self, both: &[T; 2]) -> &T {
        let [client, server] = both;
        match self {
            Self::Client => client,
            Self::Server => server,
        }
    }

    pub(super) fn of_mut<T>(self, both: &mut [T; 2]) -> &mut T {
        let [client, server] = both;
        match self {
            Self::Client => client,
            Self::Server => server,
        }
    }
}

/// What a ServerHello says that matters for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Answer {
    /// Its random.
    pub(in crate::analysis) random: [u8; 32],
    /// The version that it chose.
    pub(in crate::analysis) version: Version,
    /// The suite that it chose; none if that cannot be opened.
    pub(in crate::analysis) suite: Option<&'static Suite>,
    /// Whether it agreed to encrypt first (RFC 7366).
    pub(in crate::analysis) encrypt_then_mac: bool,
    /// The SRTP profile that it chose in clear, before DTLS 1.3.
    pub(in crate::analysis) srtp_profile: Option<u16>,
}

/// Keys of DTLS 1.0 or 1.2, as far as they are certain.
#[derive(Debug)]
pub(super) struct Legacy {
    /// Of client and server; several while it is not known which fit.
    pub(super) pairs: Vec<[LegacyKeys; 2]>,
    pub(super) proven: bool,
}

/// One session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client_random: [u8; 32],
    /// Between which hosts it was seen last.
    pub(super) hosts: Option<(IpAddr, IpAddr)>,
    /// The SRTP profiles of its ClientHello; none if that was not captured.
    pub(super) offered: Option<Vec<u16>>,
    /// The transport of its ClientHello, or else the first that it was seen on, and whether the client
    /// sends in its reverse direction.
    pub(super) home: Option<(u32, bool)>,
    /// The transports on which it opened records, and whether the client sends in their reverse
    /// direction.
    pub(super) places: Vec<(u32, bool)>,
    pub(super) answer: Option<Answer>,
    /// What EncryptedExtensions chose for SRTP, if anything; none if they were not opened.
    pub(super) chosen: Option<Option<u16>>,
    /// SRTP keys were exported: of the chosen profile, or of all that may be it.
    pub(super) exported: Exported,
    /// Application records were seen: what was not learnt of the handshake will not be.
    pub(super) is_running: bool,
    legacy: Option<Legacy>,
    /// DTLS 1.3: of client and server.
    epochs: Option<[Epochs; 2]>,
}

/// How far the SRTP keys were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exported {
    Nothing,
    Guesses,
    Chosen,
}

const MASTER: &str = "CLIENT_RANDOM";

impl Session {
    pub(super) fn new(secrets: &KeyLogSession) -> Self {
        let epochs = Writer::BOTH.map(|writer| Epochs::new(secrets, writer));
        let has_any = epochs.iter().any(|e| !e.is_empty());
        Self {
            client_random: *secrets.client_random(),
            hosts: None,
            offered: None,
            home: None,
            places: Vec::new(),
            answer: None,
            chosen: None,
            exported: Exported::Nothing,
            is_running: false,
            legacy: None,
            epochs: has_any.then_some(epochs),
        }
    }

    /// Takes the ServerHello; `false` if it was known.
    pub(super) fn answer(&mut self, answer: Answer, secrets: &KeyLogSession) -> bool {
        if self.answer == Some(answer) {
            return false;
        }
        self.answer = Some(answer);
        match (answer.version, answer.suite) {
            (Version::Dtls13, Some(suite)) => {
                for epochs in self.epochs.iter_mut().flatten() {
                    epochs.suite_is(suite);
                }
            }
            (Version::Dtls13, None) => self.epochs = None,
            _ => {
                self.epochs = None;
                self.legacy = Legacy::new(&answer, secrets);
            }
        }
        true
    }

    /// Whether the master secret is there, and only the ServerHello is missing.
    pub(super) fn waits_for_answer(&self, secrets: &KeyLogSession) -> bool {
        self.answer.is_none() && self.epochs.is_none() && secrets.get(MASTER).is_some()
    }

    /// Takes keys that were found to fit with an answer from elsewhere.
    pub(super) fn fits(&mut self, answer: Answer, pair: [LegacyKeys; 2]) {
        self.answer = Some(answer);
        self.legacy = Some(Legacy {
            pairs: vec![pair],
            proven: true,
        });
    }

    /// Opens a record; `None` if no key of this side does.
    pub(super) fn open(
        &mut self,
        writer: Writer,
        record: &Record<'_>,
        plain: &mut Vec<u8>,
    ) -> Option<OpenedRecord> {
        self.open_within(writer, record, Depth::Far, plain)
    }

    /// The same, as far as numbers and key updates are looked through.
    pub(super) fn open_within(
        &mut self,
        writer: Writer,
        record: &Record<'_>,
        depth: Depth,
        plain: &mut Vec<u8>,
    ) -> Option<OpenedRecord> {
        if let Some(legacy_record) = legacy_record(record) {
            let legacy = self.legacy.as_mut()?;
            return legacy.open(writer, &legacy_record, plain);
        }
        let Header::Unified { epoch_bits, .. } = record.header else {
            return None;
        };
        let began_before = self.offered.is_none() && depth == Depth::Far;
        let epochs = writer.of_mut(self.epochs.as_mut()?);
        let opened = epochs.open(epoch_bits, &unified(record), began_before, plain)?;
        if let Some(suite) = epochs.suite() {
            for epochs in self.epochs.iter_mut().flatten() {
                epochs.suite_is(suite);
            }
        }
        Some(opened)
    }

    /// The keys of DTLS 1.0 or 1.2 that opened records.
    pub(super) fn proven_pair(&self) -> Option<&[LegacyKeys; 2]> {
        let legacy = self.legacy.as_ref().filter(|l| l.proven)?;
        legacy.pairs.first()
    }

    /// The keys of DTLS 1.3 that opened records of one side, by epoch.
    pub(super) fn kept(&self, writer: Writer) -> Vec<Kept> {
        let epochs = self.epochs.as_ref();
        epochs.map_or_else(Vec::new, |e| writer.of(e).kept())
    }

    /// Whether there is a key that ought to open a record of this side.
    pub(super) fn has_key(&self, writer: Writer, record: &Record<'_>) -> bool {
        match record.header {
            Header::Full { epoch, .. } => epoch == 1 && self.legacy.is_some(),
            Header::Unified { epoch_bits, .. } => {
                let epochs = self.epochs.as_ref();
                epochs.is_some_and(|e| writer.of(e).has_key(epoch_bits))
            }
        }
    }
}

impl Legacy {
    pub(super) fn new(answer: &Answer, secrets: &KeyLogSession) -> Option<Self> {
        let suite = answer.suite?;
        let masters = secrets.candidates(MASTER);
        let pairs: Vec<_> = masters
            .filter_map(|master| {
                LegacyKeys::pair(
                    answer.version,
                    suite,
                    master,
                    secrets.client_random(),
                    &answer.random,
                    answer.encrypt_then_mac,
                )
            })
            .collect();
        (!pairs.is_empty()).then_some(Self {
            pairs,
            proven: false,
        })
    }

    /// Opens a record, with the keys that are left when it does.
    pub(super) fn open(
        &mut self,
        writer: Writer,
        record: &LegacyRecord<'_>,
        plain: &mut Vec<u8>,
    ) -> Option<OpenedRecord> {
        let opens = |pair: &[LegacyKeys; 2], plain: &mut Vec<u8>| {
            let content_type = writer.of(pair).open(record, plain)?;
            Some(OpenedRecord {
                content_type,
                epoch: record.epoch.into(),
                sequence: record.sequence,
            })
        };
        let (place, opened) = self
            .pairs
            .iter()
            .enumerate()
            .find_map(|(i, pair)| Some((i, opens(pair, plain)?)))?;
        if !self.proven {
            self.proven = true;
            self.pairs.swap(0, place);
            self.pairs.truncate(1);
        }
        Some(opened)
    }
}

/// How far the number of a record may be from what was seen of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// The first numbers, under the keys of the handshake.
    Near,
    /// Whatever is looked through.
    Far,
}

/// A record of DTLS 1.0 or 1.2, as keys want it.
pub(super) fn legacy_record<'a>(record: &Record<'a>) -> Option<LegacyRecord<'a>> {
    match record.header {
        Header::Full {
            content_type,
            version,
            epoch,
            sequence,
            connection_id,
            ..
        } => Some(LegacyRecord {
            content_type,
            version,
            epoch,
            sequence,
            connection_id,
            fragment: record.fragment,
        }),
        Header::Unified { .. } => None,
    }
}

/// A record of DTLS 1.3, as keys want it.
pub(super) fn unified<'a>(record: &Record<'a>) -> UnifiedRecord<'a> {
    let header_len = record.bytes.len() - record.fragment.len();
    UnifiedRecord {
        header: record.bytes.get(..header_len).unwrap_or_default(),
        fragment: record.fragment,
    }
}
