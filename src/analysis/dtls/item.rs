//! The log of a handshake: what each record was, without its bytes, so that points of view can be
//! laid together by time and folded into flights.

use crate::analysis::moment::Sighting;

/// Tells records of one sender apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RecordKey {
    /// Epoch and sequence number, where they are in clear, or the record was opened.
    Number(u16, u64),
    /// The first bytes of the ciphertext, which no two records share.
    Ciphertext([u8; 8]),
}

/// One step of a handshake.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) at: Sighting,
    /// 0 or 1: index into the sides of the association.
    pub(super) side: usize,
    /// What tells the record from others of its sender, and is the same in each copy of it.
    pub(super) record: RecordKey,
    /// Whether it came in a STUN message.
    pub(super) in_stun: bool,
    /// It is the first piece of an encrypted record, which was opened.
    pub(super) was_sealed: bool,
    pub(super) what: What,
}

impl Item {
    /// The epoch of its record, where that is known.
    pub(super) fn epoch(&self) -> Option<u16> {
        match self.record {
            RecordKey::Number(epoch, _) => Some(epoch),
            RecordKey::Ciphertext(_) => None,
        }
    }
}

/// What a record, or a fragment in it, was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A handshake fragment in clear, or opened.
    Fragment {
        message_type: u8,
        seq: u16,
        start: u32,
        end: u32,
        /// A ServerHello that is a HelloRetryRequest.
        is_retry: bool,
    },
    /// ChangeCipherSpec.
    ChangeCipherSpec,
    /// An encrypted record of the handshake, not opened.
    Sealed {
        /// Bytes of ciphertext.
        length: usize,
        /// Whether it has the unified header of DTLS 1.3.
        unified: bool,
    },
    /// An encrypted record of the handshake's epoch that is as long as an alert.
    SealedAlert,
    /// An alert in clear, or opened: level and description.
    Alert(u8, u8),
    /// An ACK record in clear, or opened.
    Ack,
}
