//! The objects of `connections`.

use super::decryption::DecryptionOut;
use super::dtls::DtlsOut;
use super::event::EventOut;
use super::feedback::RtcpOut;
use super::fields::{Unknowns, span};
use super::ice::IceOut;
use super::media_source::SourceOut;
use super::path::PathOut;
use super::sctp::{ChannelOut, SctpOut};
use super::transport::TransportOut;
use super::turn::TurnOut;
use crate::analysis::model::{Connection, Latency};
use crate::time::Timestamp;
use serde::Serialize;

/// Why there is no reason for a stop.
pub(super) const NOT_STOPPED: &str = "it did not stop while captured";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionOut {
    id: u32,
    endpoints: [String; 2],
    transports: Vec<TransportOut>,
    state: &'static str,
    stopped: Option<String>,
    ice: Option<IceOut>,
    turn: Vec<TurnOut>,
    dtls: Option<DtlsOut>,
    other_dtls: Vec<DtlsOut>,
    other_dtls_not_kept: u64,
    decryption: Option<DecryptionOut>,
    sctp: Option<SctpOut>,
    data_channels: Option<Vec<ChannelOut>>,
    paths: Vec<PathOut>,
    rtcp: RtcpOut,
    latency_grade: Option<&'static str>,
    latency: Option<LatencyOut>,
    events: Vec<EventOut>,
    events_not_kept: u64,
    streams: Vec<u32>,
    sources: Vec<SourceOut>,
    first_seen: f64,
    last_seen: f64,
    unknown: Unknowns,
}

impl ConnectionOut {
    pub(super) fn new(c: &Connection, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        let mut unknown = Unknowns::new();
        if let Some(why) = c.decryption.reason() {
            unknown.insert("decryption", why.to_string());
        }
        if c.stopped.is_none() {
            unknown.insert("stopped", NOT_STOPPED.to_owned());
        }
        if c.ice.is_none() {
            unknown.insert("ice", "no connectivity checks seen".to_owned());
        }
        if c.dtls.is_none() {
            unknown.insert("dtls", "no DTLS seen".to_owned());
        }
        if let Some(why) = c.sctp.reason() {
            unknown.insert("sctp", why.to_string());
        }
        if let Some(why) = c.data_channels.reason() {
            unknown.insert("dataChannels", why.to_string());
        }
        let latency = c.latency.value().copied();
        if latency.is_none() {
            for field in ["latencyGrade", "latency"] {
                unknown.insert(
                    field,
                    "no answered connectivity check seen, and no RTCP in clear that tells"
                        .to_owned(),
                );
            }
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
            stopped: c.stopped.clone(),
            ice: c.ice.as_ref().map(|ice| IceOut::new(ice, at)),
            turn: c.turn.iter().map(TurnOut::new).collect(),
            dtls: c.dtls.as_ref().map(|dtls| DtlsOut::new(dtls, at)),
            other_dtls_not_kept: c.other_dtls_not_kept,
            other_dtls: c
                .other_dtls
                .iter()
                .map(|dtls| DtlsOut::new(dtls, at))
                .collect(),
            decryption: c.decryption.value().map(DecryptionOut::from),
            sctp: c.sctp.value().map(|sctp| SctpOut::new(sctp, at, series)),
            data_channels: c
                .data_channels
                .value()
                .map(|list| list.iter().map(|c| ChannelOut::new(c, at)).collect()),
            paths: c
                .paths
                .iter()
                .map(|p| PathOut::new(p, at, series))
                .collect(),
            rtcp: RtcpOut::new(c, at),
            latency_grade: latency.map(|l| l.grade.name()),
            latency: latency.map(LatencyOut::from),
            events: c
                .events
                .iter()
                .filter_map(|e| EventOut::new(e, c, at))
                .collect(),
            events_not_kept: c.events_not_kept,
            streams: c.streams.iter().map(|id| id.0).collect(),
            sources: c.media_sources.iter().map(SourceOut::from).collect(),
            first_seen: at(c.first_seen),
            last_seen: at(c.last_seen),
            unknown,
        }
    }
}

/// What the grade is made from.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LatencyOut {
    round_trip_time: f64,
    source: &'static str,
}

impl From<Latency> for LatencyOut {
    fn from(l: Latency) -> Self {
        Self {
            round_trip_time: span(l.round_trip_time),
            source: l.source.name(),
        }
    }
}
