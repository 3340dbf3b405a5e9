//! When and where a message was seen: what the protocol states are told with each one.

use super::model::{Event, EventKind};
use crate::capture::PacketNo;
use crate::net::Endpoint;
use crate::time::Timestamp;

/// When and where a message was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Capture time of the packet.
    pub(super) ts: Timestamp,
    /// Its number.
    pub(super) no: PacketNo,
    /// Who sent it.
    pub(super) src: Endpoint,
    /// To whom.
    pub(super) dst: Endpoint,
    /// Index of its transport.
    pub(super) transport: u32,
    /// Whether it went from the transport's `b` to its `a`.
    pub(super) reverse: bool,
}

impl Moment {
    /// An event at this moment.
    pub(super) fn event(&self, kind: impl Into<EventKind>) -> Event {
        Sighting::new(self).event(kind)
    }
}

/// What is kept of a moment: when and in which packet, on which transport and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) ts: Timestamp,
    pub(super) no: PacketNo,
    transport: u32,
    reverse: bool,
}

impl Sighting {
    /// Without the addresses, which the transport has.
    pub(super) fn new(at: &Moment) -> Self {
        Self {
            ts: at.ts,
            no: at.no,
            transport: at.transport,
            reverse: at.reverse,
        }
    }

    /// By time, then by place in the capture.
    pub(super) fn order(&self) -> (Timestamp, PacketNo) {
        (self.ts, self.no)
    }

    /// An event that this shows.
    pub(super) fn event(&self, kind: impl Into<EventKind>) -> Event {
        Event {
            at: self.ts,
            packet: self.no,
            transport: self.transport,
            reverse: self.reverse,
            kind: kind.into(),
        }
    }
}
