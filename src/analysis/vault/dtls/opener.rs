//! Opening records again, at random and later: for whoever shows single packets.

use super::session::{Session, Writer, legacy_record, unified};
use super::{DtlsVault, OpenedRecord};
use crate::keys::dtls::{LegacyKeys, Low, Traffic};
use crate::proto::dtls::{DtlsDatagram, Header, Record};

/// Cycles of a record's low bits that are tried where it is known how far its epoch got, and where not:
/// of 8 bits, a million records and 65 000.
const CYCLES_KNOWN: u64 = 4096;
const CYCLES_UNKNOWN: u64 = 256;

/// Sessions of other transports that are tried.
const SESSIONS_TRIED: usize = 64;

/// The keys that opened records, and where; it learns nothing any more.
#[derive(Debug, Default)]
pub(in crate::analysis::vault) struct DtlsOpener {
    sessions: Vec<Keys>,
}

/// What opened records of one session.
#[derive(Debug)]
struct Keys {
    /// On which transports, and whether the client sends in their reverse direction.
    places: Vec<(u32, bool)>,
    legacy: Option<[LegacyKeys; 2]>,
    /// Of client and server: the first keys of each epoch that is kept, with its highest number.
    epochs: [Vec<Kept>; 2],
}

/// The keys of one epoch, and up to which number and epoch they and those after them are of use.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) epoch: u64,
    pub(super) traffic: Traffic,
    pub(super) next: u64,
}

impl DtlsVault {
    /// A copy of what was found out.
    pub(in crate::analysis::vault) fn opener(&self) -> DtlsOpener {
        let used = self.sessions.iter().filter(|s| !s.places.is_empty());
        DtlsOpener {
            sessions: used.map(Keys::of).collect(),
        }
    }
}

impl DtlsOpener {
    /// What the encrypted records of a datagram hold, in order: content type and content. Those that no
    /// key opens are left out. `reverse`: it went from the transport's `b` to its `a`.
    pub(in crate::analysis::vault) fn open(
        &self,
        transport: u32,
        reverse: bool,
        datagram: &[u8],
    ) -> Vec<(u8, Vec<u8>)> {
        let mut all = Vec::new();
        let records = DtlsDatagram::new(datagram, 0).records();
        for record in records.map_while(Result::ok).filter(Record::is_encrypted) {
            let mut plain = Vec::new();
            let here = self.sessions.iter().find_map(|keys| {
                let mut places = keys.places.iter().filter(|(t, _)| *t == transport);
                places.find_map(|(_, client_is_reverse)| {
                    let writer = if reverse == *client_is_reverse {
                        Writer::Client
                    } else {
                        Writer::Server
                    };
                    keys.open(writer, &record, &mut plain)
                })
            });
            // What a TURN server relays is asked for by the transport to that server.
            let opened = here.or_else(|| {
                let mut elsewhere = self.sessions.iter().take(SESSIONS_TRIED);
                elsewhere.find_map(|keys| {
                    let mut writers = Writer::BOTH.into_iter();
                    writers.find_map(|writer| keys.open(writer, &record, &mut plain))
                })
            });
            if let Some(opened) = opened {
                all.push((opened.content_type, plain));
            }
        }
        all
    }
}

impl Keys {
    fn of(session: &Session) -> Self {
        Self {
            places: session.places.clone(),
            legacy: session.proven_pair().cloned(),
            epochs: Writer::BOTH.map(|writer| session.kept(writer)),
        }
    }

    fn open(
        &self,
        writer: Writer,
        record: &Record<'_>,
        plain: &mut Vec<u8>,
    ) -> Option<OpenedRecord> {
        if let Some(legacy) = legacy_record(record) {
            let content_type = writer.of(self.legacy.as_ref()?).open(&legacy, plain)?;
            return Some(OpenedRecord {
                content_type,
                epoch: legacy.epoch.into(),
                sequence: legacy.sequence,
            });
        }
        let Header::Unified { epoch_bits, .. } = record.header else {
            return None;
        };
        let record = unified(record);
        let all = writer.of(&self.epochs);
        let latest = all.iter().map(|k| k.epoch).max()?;
        for (i, kept) in all.iter().enumerate() {
            // Epochs up to the next that is kept come of this one by key updates.
            let end = all.get(i + 1).map_or(latest, |next| next.epoch - 1);
            let mut traffic = kept.traffic.clone();
            for epoch in kept.epoch..=end.max(kept.epoch) {
                if epoch > kept.epoch {
                    traffic = traffic.next()?;
                }
                if epoch & 3 != u64::from(epoch_bits) {
                    continue;
                }
                let low = traffic.low(&record)?;
                let known = (epoch == kept.epoch).then_some(kept.next);
                let opened =
                    sequences(low, known).find_map(|n| Some((n, traffic.open(&record, n, plain)?)));
                if let Some((sequence, content_type)) = opened {
                    return Some(OpenedRecord {
                        content_type,
                        epoch,
                        sequence,
                    });
                }
            }
        }
        None
    }
}

/// The numbers that a record may have, when none above `next` was seen.
fn sequences(low: Low, next: Option<u64>) -> impl Iterator<Item = u64> {
    let cycles = next.map_or(CYCLES_UNKNOWN, |_| CYCLES_KNOWN);
    (0..cycles)
        .map(move |cycles| low.after_cycles(cycles))
        .take_while(move |n| next.is_none_or(|next| *n <= next))
}
