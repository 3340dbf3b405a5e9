//! Records that a key opened: their content goes where that of records in clear goes.

use super::association::Association;
use super::item::{Item, RecordKey, What};
use crate::analysis::moment::{Moment, Sighting};
use crate::analysis::problems::Problems;
use crate::analysis::vault::OpenedRecord;
use crate::proto::dtls::{Alert, Handshake, HandshakeFragments, Header, Record, codes};

/// Handshake messages that come in this epoch of DTLS 1.3 or later ones are none of the handshake's: new
/// keys, tickets, connection ids.
const APPLICATION_EPOCH: u64 = 3;

impl Association {
    /// Takes a record that was opened, and what it held.
    pub(super) fn opened(
        &mut self,
        record: &Record<'_>,
        (opened, plain): (&OpenedRecord, &[u8]),
        at: &Moment,
        in_stun: bool,
        problems: &mut Problems,
    ) {
        let side = usize::from(at.reverse);
        let seen = Sighting::new(at);
        let epoch = opened.epoch.min(u16::MAX.into()) as u16;
        match record.header {
            Header::Full { version, .. } => {
                self.sealed_version.get_or_insert(version);
            }
            Header::Unified { .. } => self.unified = true,
        }
        let Some(own) = self.sides.get_mut(side) else {
            return;
        };
        if own.endpoint.is_none() {
            own.endpoint = Some(at.src);
        }
        own.latest_record = own.latest_record.max(Some((epoch, opened.sequence)));
        let item = Item {
            at: seen,
            side,
            record: RecordKey::Number(epoch, opened.sequence),
            in_stun,
            was_sealed: true,
            what: What::Ack,
        };
        match opened.content_type {
            codes::APPLICATION_DATA => {
                if own.sealed.is_none() {
                    own.note_sealed(&seen);
                }
                let length = record.fragment.len() + record.missing;
                own.application.push(&seen, length, None);
            }
            codes::HANDSHAKE => {
                own.note_sealed(&seen);
                let is_late = self.unified && opened.epoch >= APPLICATION_EPOCH;
                let fragments = HandshakeFragments::new(plain, 0).map_while(Result::ok);
                for (i, fragment) in fragments.enumerate() {
                    let was_sealed = i == 0;
                    if is_late {
                        self.late_message(side, &fragment);
                    } else if fragment.message_type != codes::CLIENT_HELLO {
                        // A ClientHello in here begins a renegotiation, and numbers begin again.
                        let item = Item { was_sealed, ..item };
                        self.fragment(&fragment, item, at, problems);
                    }
                }
            }
            codes::ALERT => {
                if let Ok(alert) = Alert::parse(plain) {
                    let what = What::Alert(alert.level, alert.description);
                    self.note(Item { what, ..item });
                }
            }
            codes::ACK => self.note(item),
            _ => {}
        }
    }

    /// A message after the handshake. A long association has many: those that have no room only go
    /// uncounted.
    fn late_message(&mut self, side: usize, fragment: &Handshake<'_>) {
        if let Some(own) = self.sides.get_mut(side) {
            let (seq, whole) = (fragment.message_seq, fragment.is_whole());
            own.note_message(seq, fragment.message_type, whole);
        }
    }
}
