//! The JSON contract `rtcscope.stats/1`: docs/schema/stats-1.json, docs/json.md.
//!
//! A separate set of structs, so that the model stays free to change. Names follow the W3C
//! webrtc-stats identifiers where one exists (seconds, counts as integers). What is not known is
//! `null`, and `unknown` on the same object says why.

use super::Presenter;
use crate::analysis::model::{Connection, Dtls, Ice, Protocols, RoundTrip, Stream, Transport};
use crate::analysis::{Analysis, Known};
use crate::time::{Span, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

/// The name and version of the document.
pub const SCHEMA: &str = "rtcscope.stats/1";

/// Writes one document per capture.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json {
    /// Without line breaks.
    pub compact: bool,
    /// With arrays over time for each stream.
    pub series: bool,
}

impl Presenter for Json {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
        let document = Document::new(file, analysis, self.series);
        if self.compact {
            serde_json::to_writer(&mut *out, &document)?;
        } else {
            serde_json::to_writer_pretty(&mut *out, &document)?;
        }
        writeln!(out)
    }
}

/// Writes one object a line, each with its `type` and `file`: the capture, its connections, its
/// streams.
#[derive(Clone, Copy, Debug, Default)]
pub struct NdJson {
    /// With arrays over time for each stream.
    pub series: bool,
}

#[derive(Serialize)]
struct Line<'a, T: Serialize> {
    r#type: &'static str,
    file: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct CaptureLine<'a> {
    schema: &'static str,
    tool: &'a Tool,
    #[serde(flatten)]
    capture: &'a Capture<'a>,
    protocols: ProtocolCounts,
}

impl Presenter for NdJson {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
        let document = Document::new(file, analysis, self.series);
        let capture = CaptureLine {
            schema: document.schema,
            tool: &document.tool,
            capture: &document.capture,
            protocols: document.protocols,
        };
        // The capture object names its file itself.
        serde_json::to_writer(
            &mut *out,
            &Typed {
                r#type: "capture",
                body: &capture,
            },
        )?;
        writeln!(out)?;
        for body in &document.connections {
            serde_json::to_writer(
                &mut *out,
                &Line {
                    r#type: "connection",
                    file,
                    body,
                },
            )?;
            writeln!(out)?;
        }
        for body in &document.streams {
            serde_json::to_writer(
                &mut *out,
                &Line {
                    r#type: "stream",
                    file,
                    body,
                },
            )?;
            writeln!(out)?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Typed<'a, T: Serialize> {
    r#type: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    capture: Capture<'a>,
    protocols: ProtocolCounts,
    connections: Vec<ConnectionOut>,
    streams: Vec<StreamOut>,
    findings: Option<Vec<()>>,
    unknown: Unknowns,
}

type Unknowns = BTreeMap<&'static str, String>;

impl<'a> Document<'a> {
    fn new(file: &'a str, analysis: &'a Analysis, series: bool) -> Self {
        let at = |ts: Timestamp| seconds(analysis.capture.seconds_at(ts));
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: "rtcscope",
                version: env!("CARGO_PKG_VERSION"),
            },
            capture: Capture::new(file, analysis),
            protocols: analysis.protocols.into(),
            connections: analysis
                .connections
                .iter()
                .map(|c| ConnectionOut::new(c, &at))
                .collect(),
            streams: analysis
                .streams
                .iter()
                .map(|s| StreamOut::new(s, &at, series))
                .collect(),
            findings: None,
            unknown: not_yet(&["findings"]),
        }
    }
}

/// Fields of the contract that this version leaves null.
fn not_yet(fields: &[&'static str]) -> Unknowns {
    let why = crate::analysis::Unknown::NotMeasured.to_string();
    fields.iter().map(|f| (*f, why.clone())).collect()
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Capture<'a> {
    file: &'a str,
    format: &'a str,
    link_types: Vec<String>,
    packets: u64,
    bytes: u64,
    first_packet_time: Option<String>,
    last_packet_time: Option<String>,
    duration: f64,
    truncated_packets: u64,
    undecoded_packets: u64,
    dropped_by_capture: Option<u64>,
    problems: Vec<ProblemOut<'a>>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemOut<'a> {
    code: &'a str,
    message: &'a str,
    packet: Option<u64>,
    offset: Option<u64>,
    count: u64,
}

impl<'a> Capture<'a> {
    fn new(file: &'a str, analysis: &'a Analysis) -> Self {
        let info = &analysis.capture;
        let mut unknown = Unknowns::new();
        if info.dropped_by_capture.is_none() {
            let why = "the capture holds no interface statistics";
            unknown.insert("droppedByCapture", why.to_owned());
        }
        if info.first.is_none() {
            for field in ["firstPacketTime", "lastPacketTime"] {
                unknown.insert(field, "no packets".to_owned());
            }
        }
        Self {
            file,
            format: &info.format,
            link_types: info.link_types.iter().map(ToString::to_string).collect(),
            packets: info.packets,
            bytes: info.bytes,
            first_packet_time: info.first.map(|t| t.to_string()),
            last_packet_time: info.last.map(|t| t.to_string()),
            duration: seconds(info.duration().seconds()),
            truncated_packets: info.truncated_packets,
            undecoded_packets: info.undecoded_packets,
            dropped_by_capture: info.dropped_by_capture,
            problems: info
                .problems
                .iter()
                .map(|p| ProblemOut {
                    code: p.problem.code,
                    message: &p.problem.message,
                    packet: p.problem.packet,
                    offset: p.problem.offset,
                    count: p.count,
                })
                .collect(),
            unknown,
        }
    }
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProtocolCounts {
    stun: u64,
    turn_channel_data: u64,
    dtls: u64,
    rtp: u64,
    rtcp: u64,
    sctp: u64,
    icmp: u64,
    tcp: u64,
    tunnel: u64,
    other: u64,
}

impl From<Protocols> for ProtocolCounts {
    fn from(p: Protocols) -> Self {
        Self {
            stun: p.stun,
            turn_channel_data: p.turn_channel_data,
            dtls: p.dtls,
            rtp: p.rtp,
            rtcp: p.rtcp,
            sctp: p.sctp,
            icmp: p.icmp,
            tcp: p.tcp,
            tunnel: p.tunnel,
            other: p.other,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionOut {
    id: u32,
    endpoints: [String; 2],
    transports: Vec<TransportOut>,
    state: &'static str,
    ice: Option<IceOut>,
    turn: Option<()>,
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
    fn new(c: &Connection, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut unknown = not_yet(&["turn", "decryption", "dataChannels", "latencyGrade"]);
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
            turn: None,
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
#[serde(rename_all = "camelCase")]
struct TransportOut {
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
    fn new(t: &Transport, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            protocol: match t.protocol {
                crate::net::Protocol::Udp => "udp",
                crate::net::Protocol::Tcp => "tcp",
            },
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

fn via(via: crate::net::Via) -> String {
    match via {
        crate::net::Via::Direct => "direct".to_owned(),
        crate::net::Via::TurnChannel(n) => format!("turn-channel:0x{n:04x}"),
        crate::net::Via::TurnIndication => "turn-indication".to_owned(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IceOut {
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
struct CodeCount {
    code: u16,
    count: u64,
}

#[derive(Serialize)]
struct Nominated {
    a: String,
    b: String,
    time: f64,
}

#[derive(Serialize)]
struct RoundTripOut {
    min: f64,
    median: f64,
    max: f64,
    samples: u64,
}

impl IceOut {
    fn new(ice: &Ice, at: &impl Fn(Timestamp) -> f64) -> Self {
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
                 }| {
                    RoundTripOut {
                        min: span(min),
                        median: span(median),
                        max: span(max),
                        samples,
                    }
                },
            ),
            restarts: None,
            consent: None,
            unknown,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DtlsOut {
    version: Option<&'static str>,
    client: Option<String>,
    state: &'static str,
    handshake_duration: Option<f64>,
    retransmissions: Option<()>,
    cipher_suite: Option<String>,
    srtp_profile: Option<String>,
    key_exchange: Option<String>,
    certificates: Option<()>,
    alerts: Vec<AlertOut>,
    datagrams: u64,
    unknown: Unknowns,
}

#[derive(Serialize)]
struct AlertOut {
    alert: String,
    count: u64,
}

impl DtlsOut {
    fn new(dtls: &Dtls) -> Self {
        let mut u = Fields(not_yet(&["retransmissions", "certificates"]));
        Self {
            version: u.take("version", &dtls.version),
            client: u.take("client", &dtls.client).map(|e| e.to_string()),
            state: dtls.state.name(),
            handshake_duration: u
                .take("handshakeDuration", &dtls.handshake_duration)
                .map(span),
            retransmissions: None,
            cipher_suite: u.take("cipherSuite", &dtls.cipher_suite),
            srtp_profile: u.take("srtpProfile", &dtls.srtp_profile),
            key_exchange: u.take("keyExchange", &dtls.key_exchange),
            certificates: None,
            alerts: dtls
                .alerts
                .iter()
                .map(|(alert, count)| AlertOut {
                    alert: alert.clone(),
                    count: *count,
                })
                .collect(),
            datagrams: dtls.datagrams,
            unknown: u.0,
        }
    }
}

/// Turns known values into fields, and unknown ones into reasons.
struct Fields(Unknowns);

impl Fields {
    fn take<T: Clone>(&mut self, field: &'static str, known: &Known<T>) -> Option<T> {
        if let Some(why) = known.reason() {
            self.0.insert(field, why.to_string());
        }
        known.value().cloned()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamOut {
    id: u32,
    connection_id: u32,
    ssrc: u32,
    source: String,
    destination: String,
    via: String,
    encrypted: Option<bool>,
    kind: &'static str,
    kind_source: Option<&'static str>,
    mid: Option<()>,
    rid: Option<()>,
    repairs: Option<()>,
    repaired_by: Option<()>,
    codec: Option<CodecOut>,
    clock_rate: Option<u32>,
    clock_rate_source: Option<&'static str>,
    payload_types: Vec<PayloadTypeOut>,
    header_extensions: Vec<ExtensionOut>,
    first_seen: f64,
    last_seen: f64,
    packets_received: u64,
    packets_expected: u64,
    packets_lost: u64,
    packets_duplicated: u64,
    packets_reordered: u64,
    packets_recovered: Option<()>,
    restarts: u32,
    loss_bursts: Option<()>,
    bytes_received: u64,
    header_bytes_received: u64,
    padding_only_packets: Option<()>,
    bitrate: Option<f64>,
    jitter: Option<f64>,
    jitter_mean: Option<f64>,
    jitter_max: Option<f64>,
    interarrival_max: Option<f64>,
    gaps: Vec<GapOut>,
    frames: Option<()>,
    feedback: Option<FeedbackOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<SeriesOut>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodecOut {
    name: &'static str,
    clock_rate: u32,
    channels: Option<u8>,
    source: &'static str,
}

#[derive(Serialize)]
struct PayloadTypeOut {
    pt: u8,
    packets: u64,
}

#[derive(Serialize)]
struct ExtensionOut {
    id: u8,
    uri: Option<()>,
    source: Option<()>,
    packets: u64,
}

#[derive(Serialize)]
struct GapOut {
    start: f64,
    end: f64,
    lost: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeedbackOut {
    nack_count: u64,
    pli_count: u64,
    fir_count: u64,
    report_count: u64,
    round_trip_time: Option<()>,
    reported_packets_lost: Option<i32>,
    reported_jitter: Option<f64>,
    unknown: Unknowns,
}

/// Arrays over time. Buckets without packets are left out: `time` says where each begins.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeriesOut {
    width: f64,
    time: Vec<f64>,
    packets_received: Vec<u32>,
    bitrate: Vec<f64>,
    packets_lost: Vec<i32>,
    jitter_max: Option<Vec<f64>>,
    unknown: Unknowns,
}

impl StreamOut {
    fn new(s: &Stream, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        let mut u = Fields(not_yet(&[
            "mid",
            "rid",
            "repairs",
            "repairedBy",
            "packetsRecovered",
            "lossBursts",
            "paddingOnlyPackets",
            "frames",
        ]));
        if s.kind_source.is_none() {
            u.0.insert("kind", "no clock rate".to_owned());
        }
        let clock = u.take("clockRate", &s.clock_rate);
        let jitter = u.take("jitter", &s.jitter);
        u.take("jitterMean", &s.jitter);
        u.take("jitterMax", &s.jitter);
        u.take("clockRateSource", &s.clock_rate);
        if s.kind_source.is_none() {
            u.0.insert("kindSource", "kind is not known".to_owned());
        }
        Self {
            id: s.id.0,
            connection_id: s.connection.0,
            ssrc: s.ssrc.0,
            source: s.path.src.to_string(),
            destination: s.path.dst.to_string(),
            via: via(s.via),
            encrypted: u.take("encrypted", &s.encrypted),
            kind: s.kind.name(),
            kind_source: s.kind_source.map(|k| k.name()),
            mid: None,
            rid: None,
            repairs: None,
            repaired_by: None,
            codec: u.take("codec", &s.codec).map(|c| CodecOut {
                name: c.name,
                clock_rate: c.clock_rate,
                channels: c.channels,
                source: c.source.name(),
            }),
            clock_rate: clock.map(|(rate, _)| rate),
            clock_rate_source: clock.map(|(_, source)| source.name()),
            payload_types: s
                .payload_types
                .iter()
                .map(|&(pt, packets)| PayloadTypeOut { pt, packets })
                .collect(),
            header_extensions: s
                .header_extensions
                .iter()
                .map(|&(id, packets)| ExtensionOut {
                    id,
                    uri: None,
                    source: None,
                    packets,
                })
                .collect(),
            first_seen: at(s.first_seen),
            last_seen: at(s.last_seen),
            packets_received: s.packets,
            packets_expected: s.expected,
            packets_lost: s.lost,
            packets_duplicated: s.duplicated,
            packets_reordered: s.reordered,
            packets_recovered: None,
            restarts: s.restarts,
            loss_bursts: None,
            bytes_received: s.payload_bytes,
            header_bytes_received: s.header_bytes,
            padding_only_packets: None,
            bitrate: u.take("bitrate", &s.bitrate).map(f64::round),
            jitter: jitter.map(|j| span(j.last)),
            jitter_mean: jitter.map(|j| span(j.mean)),
            jitter_max: jitter.map(|j| span(j.max)),
            interarrival_max: u.take("interarrivalMax", &s.interarrival_max).map(span),
            gaps: s
                .gaps
                .iter()
                .map(|g| GapOut {
                    start: at(g.start),
                    end: at(g.end),
                    lost: g.lost,
                })
                .collect(),
            frames: None,
            feedback: u.take("feedback", &s.feedback).map(|f| {
                let mut unknown = not_yet(&["roundTripTime"]);
                if f.reports == 0 {
                    for field in ["reportedPacketsLost", "reportedJitter"] {
                        unknown.insert(field, "no report block about it seen".to_owned());
                    }
                } else if clock.is_none() {
                    unknown.insert("reportedJitter", "no clock rate".to_owned());
                }
                FeedbackOut {
                    nack_count: f.nack,
                    pli_count: f.pli,
                    fir_count: f.fir,
                    report_count: f.reports,
                    round_trip_time: None,
                    reported_packets_lost: f.reported_lost,
                    reported_jitter: f.reported_jitter.zip(clock).map(|(ticks, (rate, _))| {
                        seconds(f64::from(ticks) / f64::from(rate.max(1)))
                    }),
                    unknown,
                }
            }),
            series: series.then(|| SeriesOut::new(s, at)),
            unknown: u.0,
        }
    }
}

impl SeriesOut {
    fn new(s: &Stream, at: &impl Fn(Timestamp) -> f64) -> Self {
        let width = s.series.width().seconds();
        let buckets = s.series.buckets();
        let mut unknown = Fields(Unknowns::new());
        unknown.take("jitterMax", &s.jitter);
        let jitter = s.jitter.value().map(|_| {
            buckets
                .iter()
                .map(|b| seconds(f64::from(b.jitter_max_ns) / 1e9))
                .collect()
        });
        Self {
            width: seconds(width),
            time: buckets.iter().map(|b| at(s.series.start_of(b))).collect(),
            packets_received: buckets.iter().map(|b| b.packets).collect(),
            bitrate: buckets
                .iter()
                .map(|b| (f64::from(b.bytes) * 8.0 / width).round())
                .collect(),
            packets_lost: buckets.iter().map(|b| b.lost).collect(),
            jitter_max: jitter,
            unknown: unknown.0,
        }
    }
}

fn span(s: Span) -> f64 {
    seconds(s.seconds())
}

/// To the nanosecond, which is all that a capture can hold.
fn seconds(s: f64) -> f64 {
    (s * 1e9).round() / 1e9
}
