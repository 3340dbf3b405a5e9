//! The events of one transport while the capture is read: bounded, because anybody can repeat a
//! handshake for ever.

use super::model::Event;

/// Events kept per transport; later ones are counted only.
const EVENTS_MAX: usize = 256;

/// The events of one transport, in order of appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct EventLog {
    events: Vec<Event>,
    not_kept: u64,
}

impl EventLog {
    /// Adds an event, if there is room.
    pub(super) fn push(&mut self, event: Event) {
        if self.events.len() < EVENTS_MAX {
            self.events.push(event);
        } else {
            self.not_kept += 1;
        }
    }

    /// The events kept.
    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many were not kept.
    pub(super) fn not_kept(&self) -> u64 {
        self.not_kept
    }
}
