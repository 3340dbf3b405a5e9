//! The objects of `turn` in a connection.

use super::fields::{AnswerTimes, CodeCount, Unknowns, protocol, reasons, seconds};
use crate::analysis::model::{AllocateRequest, Overhead, Refusal, Turn, TurnPeer};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TurnOut {
    server: String,
    client: String,
    transport: &'static str,
    state: &'static str,
    outcome: String,
    requested: Option<RequestedOut>,
    relayed: Option<String>,
    relayed_addresses: Vec<String>,
    mapped: Option<String>,
    lifetime: Option<u32>,
    allocated: bool,
    allocations: u64,
    errors: Vec<CodeCount>,
    refusals: Vec<RefusalOut>,
    channels: u64,
    permissions: u64,
    refreshes: u64,
    conflicts: u64,
    connections: u64,
    requests: u64,
    retransmissions: u64,
    unanswered: u64,
    round_trip_time: Option<AnswerTimes>,
    realm: Option<String>,
    software: Option<String>,
    client_software: Option<String>,
    alternate_server: Option<String>,
    mobility_ticket: bool,
    access_token: bool,
    peers: Vec<PeerOut>,
    overhead: OverheadOut,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestedOut {
    transport: Option<u8>,
    families: Vec<u8>,
    even_port: bool,
    reservation_token: bool,
    dont_fragment: bool,
    lifetime: Option<u32>,
    unknown: Unknowns,
}

#[derive(Serialize)]
pub(super) struct RefusalOut {
    method: &'static str,
    code: u16,
    reason: String,
    authenticated: bool,
    count: u64,
    packet: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PeerOut {
    address: Option<String>,
    channels: Vec<u16>,
    permission: &'static str,
    packets_sent: u64,
    packets_received: u64,
    bytes_sent: u64,
    bytes_received: u64,
    packets_late: u64,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OverheadOut {
    channel_data: u64,
    indications: u64,
    total: u64,
    share: Option<f64>,
    unknown: Unknowns,
}

impl TurnOut {
    pub(super) fn new(t: &Turn) -> Self {
        let not_granted = "no answered Allocate with a relayed address seen";
        let unknown = reasons(&[
            ("requested", t.requested.is_none(), "no Allocate seen"),
            ("relayed", t.relayed.is_none(), not_granted),
            ("mapped", t.mapped.is_none(), "the server did not tell"),
            (
                "lifetime",
                t.lifetime.is_none(),
                "no answered Allocate or Refresh with a LIFETIME seen",
            ),
            (
                "roundTripTime",
                t.round_trip_time.is_none(),
                "no answered request seen",
            ),
            ("realm", t.realm.is_none(), "the server named none"),
            ("software", t.software.is_none(), "no SOFTWARE sent"),
            (
                "clientSoftware",
                t.client_software.is_none(),
                "no SOFTWARE sent",
            ),
            (
                "alternateServer",
                t.alternate_server.is_none(),
                "the server named none",
            ),
        ]);
        Self {
            server: t.server.to_string(),
            client: t.client.to_string(),
            transport: protocol(t.protocol),
            state: t.state.name(),
            outcome: t.outcome(),
            requested: t.requested.as_ref().map(RequestedOut::new),
            relayed: t.relayed.map(|e| e.to_string()),
            relayed_addresses: t.relayed_addresses.iter().map(|e| e.to_string()).collect(),
            mapped: t.mapped.map(|e| e.to_string()),
            lifetime: t.lifetime,
            allocated: t.allocated,
            allocations: t.allocations,
            errors: CodeCount::all(&t.errors),
            refusals: t.refusals.iter().map(RefusalOut::new).collect(),
            channels: t.channels,
            permissions: t.permissions,
            refreshes: t.refreshes,
            conflicts: t.conflicts,
            connections: t.connections,
            requests: t.requests,
            retransmissions: t.retransmissions,
            unanswered: t.unanswered,
            round_trip_time: t.round_trip_time.map(Into::into),
            realm: t.realm.clone(),
            software: t.software.clone(),
            client_software: t.client_software.clone(),
            alternate_server: t.alternate_server.map(|e| e.to_string()),
            mobility_ticket: t.mobility,
            access_token: t.access_token,
            peers: t.peers.iter().map(PeerOut::new).collect(),
            overhead: OverheadOut::new(&t.overhead),
            unknown,
        }
    }
}

impl RequestedOut {
    fn new(r: &AllocateRequest) -> Self {
        Self {
            transport: r.transport,
            families: r.families.clone(),
            even_port: r.even_port,
            reservation_token: r.reservation,
            dont_fragment: r.dont_fragment,
            lifetime: r.lifetime,
            unknown: reasons(&[
                (
                    "transport",
                    r.transport.is_none(),
                    "no REQUESTED-TRANSPORT sent",
                ),
                ("lifetime", r.lifetime.is_none(), "no LIFETIME sent"),
            ]),
        }
    }
}

impl RefusalOut {
    fn new(r: &Refusal) -> Self {
        Self {
            method: r.method,
            code: r.code,
            reason: r.reason.clone(),
            authenticated: r.authenticated,
            count: r.count,
            packet: r.packet,
        }
    }
}

impl PeerOut {
    fn new(p: &TurnPeer) -> Self {
        Self {
            address: p.address.map(|e| e.to_string()),
            channels: p.channels.clone(),
            permission: p.permission.name(),
            packets_sent: p.packets_sent,
            packets_received: p.packets_received,
            bytes_sent: p.bytes_sent,
            bytes_received: p.bytes_received,
            packets_late: p.packets_late,
            unknown: reasons(&[(
                "address",
                p.address.is_none(),
                "no ChannelBind or indication that names it was captured",
            )]),
        }
    }
}

impl OverheadOut {
    fn new(o: &Overhead) -> Self {
        let share = o.share().map(seconds);
        Self {
            channel_data: o.channel_data,
            indications: o.indications,
            total: o.total,
            share,
            unknown: reasons(&[("share", share.is_none(), "nothing was relayed")]),
        }
    }
}
