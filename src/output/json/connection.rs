//! The objects of `connections`, with transports, ICE and TURN.

use super::dtls::DtlsOut;
use super::fields::{ProtocolCounts, Unknowns, not_yet, protocol, span, via};
use crate::analysis::model::{Connection, Ice, RoundTrip, Transport, Turn};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionOut {
    id: u32,
    endpoints: [String; 2],
    transports: Vec<TransportOut>,
    state: &'static str,
    ice: Option<IceOut>,
    turn: Vec<TurnOut>,
    dtls: Option<DtlsOut>,
    decryption: Option<()>,
    data_channels: Option<()>,
    latency_grade: Option<()>,
    streams: Vec<u32>,
    first_seen: f64,
    last_seen: f64,
    unknown: Unknowns,
}

impl ConnectionOut {
    pub(super) fn new(c: &Connection, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut unknown = not_yet(&["decryption", "dataChannels", "latencyGrade"]);
        if c.ice.is_none() {
            unknown.insert("ice", "no connectivity checks seen".to_owned());
        }
        if c.dtls.is_none() {
            unknown.insert("dtls", "no DTLS seen".to_owned());
        }
        Self {
            id: c.id.0,
            endpoints: c.endpoints.map(|ip| ip.to_string()),
            transports: c
                .transports
                .iter()
                .map(|t| TransportOut::new(t, at))
                .collect(),
            state: c.state.name(),
            ice: c.ice.as_ref().map(|ice| IceOut::new(ice, at)),
            turn: c.turn.iter().map(TurnOut::new).collect(),
            dtls: c.dtls.as_ref().map(DtlsOut::new),
            decryption: None,
            data_channels: None,
            latency_grade: None,
            streams: c.streams.iter().map(|id| id.0).collect(),
            first_seen: at(c.first_seen),
            last_seen: at(c.last_seen),
            unknown,
        }
    }
}

#[derive(Serialize)]
pub(super) struct TurnOut {
    server: String,
    transport: &'static str,
    relayed: Option<String>,
    allocated: bool,
    errors: Vec<CodeCount>,
    channels: u64,
    permissions: u64,
    unknown: Unknowns,
}

impl TurnOut {
    pub(super) fn new(t: &Turn) -> Self {
        let mut unknown = Unknowns::new();
        if t.relayed.is_none() {
            let why = "no answered Allocate with a relayed address seen";
            unknown.insert("relayed", why.to_owned());
        }
        Self {
            server: t.server.to_string(),
            transport: protocol(t.protocol),
            relayed: t.relayed.map(|e| e.to_string()),
            allocated: t.allocated,
            errors: t
                .errors
                .iter()
                .map(|&(code, count)| CodeCount { code, count })
                .collect(),
            channels: t.channels,
            permissions: t.permissions,
            unknown,
        }
    }
}

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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IceOut {
    requests: u64,
    responses: u64,
    errors: Vec<CodeCount>,
    nominated: Option<Nominated>,
    controlling: Option<String>,
    ufrags: Vec<String>,
    round_trip_time: Option<RoundTripOut>,
    restarts: Option<()>,
    consent: Option<()>,
    unknown: Unknowns,
}

#[derive(Serialize)]
pub(super) struct CodeCount {
    code: u16,
    count: u64,
}

#[derive(Serialize)]
pub(super) struct Nominated {
    a: String,
    b: String,
    time: f64,
}

#[derive(Serialize)]
pub(super) struct RoundTripOut {
    min: f64,
    median: f64,
    max: f64,
    samples: u64,
    directions: u8,
}

impl IceOut {
    pub(super) fn new(ice: &Ice, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut unknown = not_yet(&["restarts", "consent"]);
        let mut missing = |field, is_none: bool, why: &str| {
            if is_none {
                unknown.insert(field, why.to_owned());
            }
        };
        let nominated = match ice.cut {
            true => "checks were cut off when captured",
            false => "no answered check with USE-CANDIDATE seen",
        };
        missing("nominated", ice.nominated.is_none(), nominated);
        missing(
            "controlling",
            ice.controlling.is_none(),
            "no ICE-CONTROLLING attribute seen",
        );
        missing(
            "roundTripTime",
            ice.round_trip_time.is_none(),
            "no answered check seen",
        );
        Self {
            requests: ice.requests,
            responses: ice.responses,
            errors: ice
                .errors
                .iter()
                .map(|&(code, count)| CodeCount { code, count })
                .collect(),
            nominated: ice.nominated.map(|(a, b, time)| Nominated {
                a: a.to_string(),
                b: b.to_string(),
                time: at(time),
            }),
            controlling: ice.controlling.map(|e| e.to_string()),
            ufrags: ice.ufrags.clone(),
            round_trip_time: ice.round_trip_time.map(
                |RoundTrip {
                     min,
                     median,
                     max,
                     samples,
                     directions,
                 }| {
                    RoundTripOut {
                        min: span(min),
                        median: span(median),
                        max: span(max),
                        samples,
                        directions,
                    }
                },
            ),
            restarts: None,
            consent: None,
            unknown,
        }
    }
}
