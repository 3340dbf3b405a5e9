//! The objects of `transports` in a connection.

use super::fields::{ProtocolCounts, Unknowns, protocol, reasons, via};
use crate::analysis::model::Transport;
use crate::net::Via;
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransportOut {
    protocol: &'static str,
    a: String,
    b: String,
    via: &'static str,
    peer: Option<String>,
    relayed: Option<String>,
    channels: Vec<u16>,
    packets: u64,
    bytes: u64,
    first_seen: f64,
    last_seen: f64,
    protocols: ProtocolCounts,
    unknown: Unknowns,
}

impl TransportOut {
    pub(super) fn new(t: &Transport, at: &impl Fn(Timestamp) -> f64) -> Self {
        let (peer, relayed) = match t.via {
            Via::Direct => ("not relayed", "not relayed"),
            Via::Turn(_) => (
                "no ChannelBind or indication that names it was captured",
                "no answered Allocate with a relayed address seen",
            ),
        };
        let unknown = reasons(&[
            ("peer", t.peer.is_none(), peer),
            ("relayed", t.relayed.is_none(), relayed),
        ]);
        Self {
            protocol: protocol(t.protocol),
            a: t.a.to_string(),
            b: t.b.to_string(),
            via: via(t.via),
            peer: t.peer.map(|e| e.to_string()),
            relayed: t.relayed.map(|e| e.to_string()),
            channels: t.channels.clone(),
            packets: t.packets(),
            bytes: t.bytes_ab + t.bytes_ba,
            first_seen: at(t.first_seen),
            last_seen: at(t.last_seen),
            protocols: t.protocols.into(),
            unknown,
        }
    }
}
