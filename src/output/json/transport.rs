//! The objects of `transports` in a connection.

use super::fields::{ProtocolCounts, protocol, via};
use crate::analysis::model::Transport;
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransportOut {
    protocol: &'static str,
    a: String,
    b: String,
    via: String,
    packets: u64,
    bytes: u64,
    first_seen: f64,
    last_seen: f64,
    protocols: ProtocolCounts,
}

impl TransportOut {
    pub(super) fn new(t: &Transport, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            protocol: protocol(t.protocol),
            a: t.a.to_string(),
            b: t.b.to_string(),
            via: via(t.via),
            packets: t.packets(),
            bytes: t.bytes_ab + t.bytes_ba,
            first_seen: at(t.first_seen),
            last_seen: at(t.last_seen),
            protocols: t.protocols.into(),
        }
    }
}
