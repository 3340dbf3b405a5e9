//! The `sctp` object of a connection and the objects of its `dataChannels`.

use super::fields::{AnswerTimes, Fields, Unknowns, seconds, span};
use crate::analysis::model::{
    AnswerTime, ChannelTraffic, DataChannel, NamedCount, Sctp, SctpInit, SctpSide, Side, Sides,
};
use crate::analysis::{Known, Series};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SctpOut {
    state: &'static str,
    associations: u64,
    a: SideOut,
    b: SideOut,
    handshake_duration: Option<f64>,
    abort: Option<AbortOut>,
    packets: u64,
    copies: u64,
    checksums: ChecksumsOut,
    chunks: Vec<CountOut>,
    protocols: Vec<CountOut>,
    first_seen: f64,
    last_seen: f64,
    unknown: Unknowns,
}

#[derive(Serialize)]
struct AbortOut {
    by: &'static str,
    time: f64,
    cause: String,
}

#[derive(Serialize)]
struct ChecksumsOut {
    correct: u64,
    zero: u64,
    wrong: u64,
}

#[derive(Serialize)]
struct CountOut {
    id: u32,
    name: String,
    count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SideOut {
    address: Option<String>,
    port: u16,
    verification_tag: Option<u32>,
    init: Option<InitOut>,
    data_chunks: u64,
    retransmitted: u64,
    missing: u64,
    bytes: u64,
    forward_tsns: u64,
    given_up: u64,
    sacks: u64,
    gap_reports: u64,
    duplicate_reports: u64,
    receiver_window: Option<WindowOut>,
    zero_window: Option<ZeroWindowOut>,
    retransmissions: Option<RetransmissionsOut>,
    in_flight_max: Option<u64>,
    errors: u64,
    acknowledgement_time: Option<AnswerTimes>,
    heartbeat_time: Option<AnswerTimes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<SeriesOut>,
    unknown: Unknowns,
}

/// User data over time.
#[derive(Serialize)]
struct SeriesOut {
    width: f64,
    time: Vec<f64>,
    chunks: Vec<u32>,
    bitrate: Vec<f64>,
}

#[derive(Serialize)]
struct ZeroWindowOut {
    count: u64,
    duration: f64,
}

#[derive(Serialize)]
struct RetransmissionsOut {
    fast: u64,
    timeout: u64,
    needless: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitOut {
    outbound_streams: u16,
    inbound_streams: u16,
    initial_tsn: u32,
    receiver_window: u32,
    extensions: Vec<String>,
    forward_tsn: bool,
    zero_checksum: bool,
    signalled: bool,
    parameters: Vec<u16>,
}

#[derive(Serialize)]
struct WindowOut {
    min: u32,
    last: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChannelOut {
    stream_id: u16,
    state: &'static str,
    negotiated: Option<bool>,
    label: Option<String>,
    protocol: Option<String>,
    ordered: Option<bool>,
    max_retransmits: Option<u32>,
    max_packet_life_time: Option<u32>,
    priority: Option<u16>,
    opened: Option<f64>,
    opened_by: Option<&'static str>,
    acknowledged: Option<f64>,
    closed: Option<f64>,
    closed_by: Option<&'static str>,
    messages_sent: BothOut,
    strings_sent: BothOut,
    empty_sent: BothOut,
    bytes_sent: BothOut,
    biggest_sent: BothOut,
    messages_abandoned: BothOut,
    delivery_time: DeliveryOut,
    unknown: Unknowns,
}

/// How long messages of each side took.
#[derive(Serialize)]
struct DeliveryOut {
    a: Option<AnswerTimes>,
    b: Option<AnswerTimes>,
    unknown: Unknowns,
}

#[derive(Serialize)]
struct BothOut {
    a: u64,
    b: u64,
}

impl SctpOut {
    pub(super) fn new(s: &Sctp, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        let mut u = Fields(Unknowns::new());
        if s.abort.is_none() {
            u.0.insert("abort", "no ABORT seen".to_owned());
        }
        Self {
            state: s.phase.name(),
            associations: s.associations,
            a: SideOut::new(&s.sides.a, at, series),
            b: SideOut::new(&s.sides.b, at, series),
            handshake_duration: u.take("handshakeDuration", &s.handshake_duration).map(span),
            abort: s.abort.as_ref().map(|abort| AbortOut {
                by: abort.by.name(),
                time: at(abort.at),
                cause: abort.cause.clone(),
            }),
            packets: s.packets,
            copies: s.copies,
            checksums: ChecksumsOut {
                correct: s.checksum_correct,
                zero: s.checksum_zero,
                wrong: s.checksum_wrong,
            },
            chunks: s.chunks.iter().map(CountOut::new).collect(),
            protocols: s.protocols.iter().map(CountOut::new).collect(),
            first_seen: at(s.first_seen),
            last_seen: at(s.last_seen),
            unknown: u.0,
        }
    }
}

impl CountOut {
    fn new(c: &NamedCount) -> Self {
        Self {
            id: c.id,
            name: c.name.clone(),
            count: c.count,
        }
    }
}

impl SideOut {
    fn new(s: &SctpSide, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        let mut u = Fields(Unknowns::new());
        Self {
            address: u.take("address", &s.address).map(|e| e.to_string()),
            port: s.port,
            verification_tag: u.take("verificationTag", &s.verification_tag),
            init: u.take("init", &s.init).map(InitOut::new),
            data_chunks: s.data_chunks,
            retransmitted: s.retransmitted,
            missing: s.missing,
            bytes: s.bytes,
            forward_tsns: s.forward_tsns,
            given_up: s.given_up,
            sacks: s.sacks,
            gap_reports: s.gap_reports,
            duplicate_reports: s.duplicate_reports,
            receiver_window: u
                .take("receiverWindow", &s.receiver_window)
                .map(|(min, last)| WindowOut { min, last }),
            zero_window: u.take("zeroWindow", &s.zero_window).map(|z| ZeroWindowOut {
                count: z.count,
                duration: span(z.duration),
            }),
            retransmissions: u.take("retransmissions", &s.retransmissions).map(|r| {
                RetransmissionsOut {
                    fast: r.fast,
                    timeout: r.timeout,
                    needless: r.needless,
                }
            }),
            in_flight_max: u.take("inFlightMax", &s.in_flight_max),
            errors: s.errors,
            series: series.then(|| SeriesOut::new(s.series.as_ref(), at)),
            acknowledgement_time: u
                .take("acknowledgementTime", &s.acknowledgement_time)
                .map(Into::into),
            heartbeat_time: u.take("heartbeatTime", &s.heartbeat_time).map(Into::into),
            unknown: u.0,
        }
    }
}

impl SeriesOut {
    /// Arrays without elements, for who sent nothing.
    fn new(series: Option<&Series>, at: &impl Fn(Timestamp) -> f64) -> Self {
        let width = series.map_or(0.0, |s| s.width().seconds());
        let buckets = series.map_or(&[][..], Series::buckets);
        let start = |b| series.map_or(0.0, |s| at(s.start_of(b)));
        Self {
            width: seconds(width),
            time: buckets.iter().map(start).collect(),
            chunks: buckets.iter().map(|b| b.packets).collect(),
            bitrate: buckets
                .iter()
                .map(|b| (f64::from(b.bytes) * 8.0 / width).round())
                .collect(),
        }
    }
}

impl DeliveryOut {
    fn new(delivery: &Sides<Known<AnswerTime>>) -> Self {
        let mut u = Fields(Unknowns::new());
        Self {
            a: u.take("a", &delivery.a).map(Into::into),
            b: u.take("b", &delivery.b).map(Into::into),
            unknown: u.0,
        }
    }
}

impl InitOut {
    fn new(i: SctpInit) -> Self {
        Self {
            outbound_streams: i.outbound_streams,
            inbound_streams: i.inbound_streams,
            initial_tsn: i.initial_tsn,
            receiver_window: i.receiver_window,
            extensions: i.extensions,
            forward_tsn: i.forward_tsn,
            zero_checksum: i.zero_checksum,
            signalled: i.signalled,
            parameters: i.parameters,
        }
    }
}

impl ChannelOut {
    pub(super) fn new(c: &DataChannel, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut u = Fields(Unknowns::new());
        let mut limit = |field, known: &Known<Option<u32>>| {
            let limit = u.take(field, known)?;
            if limit.is_none() {
                u.0.insert(field, "no limit".to_owned());
            }
            limit
        };
        let max_retransmits = limit("maxRetransmits", &c.max_retransmits);
        let max_packet_life_time = limit("maxPacketLifeTime", &c.max_packet_life_time);
        let opened = u.take("opened", &c.opened);
        let closed = u.take("closed", &c.closed);
        u.take("openedBy", &c.opened);
        u.take("closedBy", &c.closed);
        let by = |event: Option<(Side, Timestamp)>| event.map(|(side, _)| side.name());
        let when = |event: Option<(Side, Timestamp)>| event.map(|(_, ts)| at(ts));
        Self {
            stream_id: c.stream,
            state: c.state.name(),
            negotiated: u.take("negotiated", &c.negotiated),
            label: u.take("label", &c.label),
            protocol: u.take("protocol", &c.protocol),
            ordered: u.take("ordered", &c.ordered),
            max_retransmits,
            max_packet_life_time,
            priority: u.take("priority", &c.priority),
            opened: when(opened),
            opened_by: by(opened),
            acknowledged: u.take("acknowledged", &c.acknowledged).map(at),
            closed: when(closed),
            closed_by: by(closed),
            messages_sent: both(&c.sent, |sent| sent.messages),
            strings_sent: both(&c.sent, |sent| sent.strings),
            empty_sent: both(&c.sent, |sent| sent.empty),
            bytes_sent: both(&c.sent, |sent| sent.bytes),
            biggest_sent: both(&c.sent, |sent| sent.biggest),
            messages_abandoned: both(&c.sent, |sent| sent.abandoned),
            delivery_time: DeliveryOut::new(&c.delivery),
            unknown: u.0,
        }
    }
}

fn both(sent: &Sides<ChannelTraffic>, pick: fn(&ChannelTraffic) -> u64) -> BothOut {
    BothOut {
        a: pick(&sent.a),
        b: pick(&sent.b),
    }
}
