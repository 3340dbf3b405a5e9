//! The objects of `events` in a connection: its timeline.

use crate::analysis::model::{Connection, Event};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventOut {
    time: f64,
    packet: u64,
    event: &'static str,
    from: String,
    to: String,
    message: String,
}

impl EventOut {
    pub(super) fn new(e: &Event, c: &Connection, at: &impl Fn(Timestamp) -> f64) -> Option<Self> {
        let (from, to) = c.way_of(e)?;
        Some(Self {
            time: at(e.at),
            packet: e.packet,
            event: e.kind.name(),
            from: from.to_string(),
            to: to.to_string(),
            message: e.kind.words(),
        })
    }
}
