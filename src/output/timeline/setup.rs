//! How long a connection took to come up.

use crate::analysis::Analysis;
use crate::analysis::model::{Connection, EventKind, IceEvent};
use crate::time::{Span, Timestamp};

/// How long a connection took to come up; `None` for what was not reached or not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// From the first connectivity check to the first nominated pair.
    pub ice: Option<Span>,
    /// From the first ClientHello to the first record under the new keys from each side.
    pub dtls: Option<Span>,
    /// From the connection's first packet to its first RTP packet.
    pub media: Option<Span>,
}

impl Setup {
    /// That of one connection.
    pub fn of(c: &Connection, analysis: &Analysis) -> Self {
        let first = |wanted: fn(&EventKind) -> bool| -> Option<Timestamp> {
            c.events.iter().find(|e| wanted(&e.kind)).map(|e| e.at)
        };
        let check = first(|kind| matches!(kind, EventKind::Ice(IceEvent::FirstCheck { .. })));
        let nominated = first(|kind| matches!(kind, EventKind::Ice(IceEvent::Nominated)));
        let took = c.dtls.as_ref().map(|dtls| &dtls.handshake_duration);
        // Streams are numbered in order from 1.
        let stream = |id: u32| analysis.streams.get((id as usize).checked_sub(1)?);
        let media = c
            .streams
            .iter()
            .filter_map(|id| stream(id.0)?.first_seen.into());
        Self {
            ice: check.zip(nominated).map(|(from, to)| to - from),
            dtls: took.and_then(|took| took.value().copied()),
            media: media.min().map(|at: Timestamp| at - c.first_seen),
        }
    }

    /// What there is, in words: `ICE 70.9 ms`, `DTLS 91.1 ms`, `first media after 171.9 ms`.
    pub fn words(&self) -> Vec<String> {
        [
            ("ICE", self.ice),
            ("DTLS", self.dtls),
            ("first media after", self.media),
        ]
        .iter()
        .filter_map(|(what, span)| Some(format!("{what} {}", super::duration((*span)?))))
        .collect()
    }
}
