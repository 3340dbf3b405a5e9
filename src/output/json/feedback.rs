//! What RTCP says: `feedback` of streams, `rtcp` of connections.

use super::fields::{Fields, Unknowns, reasons, seconds, span, via};
use crate::analysis::Known;
use crate::analysis::model::{
    Connection, Feedback, Goodbye, MaxBitrates, PacketStatuses, RoundTripTimes, RtcpSender,
};
use crate::time::Timestamp;
use serde::Serialize;

const NO_REPORT: &str = "no report block about it seen";
const NO_SENDER_REPORT: &str = "no sender report of it seen";
const NO_MESSAGE: &str = "no such message about it seen";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeedbackOut {
    nack_count: u64,
    nacked_packets: u64,
    nacked_packets_distinct: u64,
    pli_count: u64,
    fir_count: u64,
    fir_requests: u64,
    messages: Vec<MessagesOut>,
    report_count: u64,
    fraction_lost: Option<f64>,
    fraction_lost_max: Option<f64>,
    reported_packets_lost: Option<i32>,
    reported_highest_sequence: Option<u32>,
    reported_jitter: Option<f64>,
    reported_jitter_max: Option<f64>,
    packets_lost_after_capture: Option<i64>,
    round_trip_time: Option<f64>,
    round_trip_time_last: Option<f64>,
    round_trip_time_min: Option<f64>,
    round_trip_time_max: Option<f64>,
    round_trip_time_measurements: u64,
    round_trip_time_whole: Option<f64>,
    sender_report_count: u64,
    sender_packet_count: Option<u32>,
    sender_octet_count: Option<u32>,
    packets_lost_before_capture: Option<i64>,
    sender_clock_rate: Option<f64>,
    sender_clock_skew: Option<f64>,
    cname: Option<String>,
    bye: Option<GoodbyeOut>,
    remb: Option<BitratesOut>,
    tmmbr: Option<BitratesOut>,
    transport_cc: Option<StatusesOut>,
    ccfb: Option<StatusesOut>,
    unknown: Unknowns,
}

/// Messages of one kind.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessagesOut {
    #[serde(rename = "type")]
    kind: &'static str,
    count: u64,
    first_seen: f64,
    last_seen: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoodbyeOut {
    time: f64,
    packet: u64,
    reason: Option<String>,
    unknown: Unknowns,
}

impl GoodbyeOut {
    fn new(bye: &Goodbye, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            time: at(bye.at),
            packet: bye.packet,
            reason: bye.reason.clone(),
            unknown: reasons(&[("reason", bye.reason.is_none(), "it gives none")]),
        }
    }
}

#[derive(Serialize)]
struct BitratesOut {
    min: u64,
    max: u64,
    last: u64,
}

impl From<MaxBitrates> for BitratesOut {
    fn from(b: MaxBitrates) -> Self {
        Self {
            min: b.min,
            max: b.max,
            last: b.last,
        }
    }
}

#[derive(Serialize)]
struct StatusesOut {
    received: u64,
    lost: u64,
}

impl From<PacketStatuses> for StatusesOut {
    fn from(s: PacketStatuses) -> Self {
        Self {
            received: s.received,
            lost: s.lost,
        }
    }
}

impl FeedbackOut {
    /// `clock_rate` is that of the stream's RTP clock in Hz.
    pub(super) fn new(
        f: &Feedback,
        clock_rate: Option<u32>,
        at: &impl Fn(Timestamp) -> f64,
    ) -> Self {
        let (reports, sender) = (f.reports, f.sender);
        let no_report = reports.is_none();
        let no_sender = sender.is_none();
        let why_no_jitter = if no_report {
            NO_REPORT
        } else {
            "no clock rate"
        };
        let jitter = |ticks: u32| {
            let rate = f64::from(clock_rate?.max(1));
            Some(seconds(f64::from(ticks) / rate))
        };
        let reported_jitter = reports.and_then(|r| jitter(r.jitter));
        let mut u = Fields(reasons(&[
            ("fractionLost", no_report, NO_REPORT),
            ("fractionLostMax", no_report, NO_REPORT),
            ("reportedPacketsLost", no_report, NO_REPORT),
            ("reportedHighestSequence", no_report, NO_REPORT),
            ("reportedJitter", reported_jitter.is_none(), why_no_jitter),
            (
                "reportedJitterMax",
                reported_jitter.is_none(),
                why_no_jitter,
            ),
            ("senderPacketCount", no_sender, NO_SENDER_REPORT),
            ("senderOctetCount", no_sender, NO_SENDER_REPORT),
            ("packetsLostBeforeCapture", no_sender, NO_SENDER_REPORT),
            ("senderClockRate", no_sender, NO_SENDER_REPORT),
            ("senderClockSkew", no_sender, NO_SENDER_REPORT),
            ("cname", f.cname.is_none(), "no name for it seen"),
            ("bye", f.bye.is_none(), "no BYE for it seen"),
            ("remb", f.remb.is_none(), NO_MESSAGE),
            ("tmmbr", f.tmmbr.is_none(), NO_MESSAGE),
            ("transportCc", f.transport_cc.is_none(), NO_MESSAGE),
            ("ccfb", f.ccfb.is_none(), NO_MESSAGE),
        ]));
        let after = match no_report {
            true => {
                u.0.insert("packetsLostAfterCapture", NO_REPORT.to_owned());
                None
            }
            false => u.take("packetsLostAfterCapture", &f.lost_after_capture),
        };
        let trips = u.take("roundTripTime", &f.round_trip);
        for field in ["roundTripTimeLast", "roundTripTimeMin", "roundTripTimeMax"] {
            u.take(field, &f.round_trip);
        }
        let sent = |u: &mut Fields, field, known: Option<Known<f64>>| {
            known.and_then(|known| u.take(field, &known))
        };
        Self {
            nack_count: f.count("NACK"),
            nacked_packets: f.nacked,
            nacked_packets_distinct: f.nacked_distinct,
            pli_count: f.count("PLI"),
            fir_count: f.count("FIR"),
            fir_requests: f.intra_requests,
            messages: f
                .messages
                .iter()
                .map(|m| MessagesOut {
                    kind: m.name,
                    count: m.count,
                    first_seen: at(m.first),
                    last_seen: at(m.last),
                })
                .collect(),
            report_count: reports.map_or(0, |r| r.count),
            fraction_lost: reports.map(|r| r.fraction_lost),
            fraction_lost_max: reports.map(|r| r.fraction_lost_max),
            reported_packets_lost: reports.map(|r| r.lost),
            reported_highest_sequence: reports.map(|r| r.highest_sequence),
            reported_jitter,
            reported_jitter_max: reports.and_then(|r| jitter(r.jitter_max)),
            packets_lost_after_capture: after,
            round_trip_time: trips.map(|t| span(t.median)),
            round_trip_time_last: trips.map(|t| span(t.last)),
            round_trip_time_min: trips.map(|t| span(t.min)),
            round_trip_time_max: trips.map(|t| span(t.max)),
            round_trip_time_measurements: trips.map_or(0, |t| t.samples),
            round_trip_time_whole: u.take("roundTripTimeWhole", &f.round_trip_whole).map(span),
            sender_report_count: sender.map_or(0, |s| s.count),
            sender_packet_count: sender.map(|s| s.packets),
            sender_octet_count: sender.map(|s| s.octets),
            packets_lost_before_capture: sender
                .and_then(|s| u.take("packetsLostBeforeCapture", &s.lost_before_capture)),
            sender_clock_rate: sent(&mut u, "senderClockRate", sender.map(|s| s.clock_rate))
                .map(|rate| (rate * 1e3).round() / 1e3),
            sender_clock_skew: sent(&mut u, "senderClockSkew", sender.map(|s| s.clock_skew))
                .map(seconds),
            cname: f.cname.clone(),
            bye: f.bye.as_ref().map(|bye| GoodbyeOut::new(bye, at)),
            remb: f.remb.map(BitratesOut::from),
            tmmbr: f.tmmbr.map(BitratesOut::from),
            transport_cc: f.transport_cc.map(StatusesOut::from),
            ccfb: f.ccfb.map(StatusesOut::from),
            unknown: u.0,
        }
    }
}

/// `rtcp` of a connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RtcpOut {
    senders: Vec<SenderOut>,
    senders_not_kept: u64,
    round_trip_times: Vec<RoundTripOut>,
}

/// One source of RTCP.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SenderOut {
    ssrc: u32,
    source: String,
    destination: String,
    via: &'static str,
    packets: u64,
    encrypted_packets: u64,
    first_seen: f64,
    last_seen: f64,
    cname: Option<String>,
    bye: Option<GoodbyeOut>,
    unknown: Unknowns,
}

/// From the point of capture to one host and back.
#[derive(Serialize)]
struct RoundTripOut {
    host: String,
    last: f64,
    min: f64,
    median: f64,
    max: f64,
    measurements: u64,
}

impl RtcpOut {
    pub(super) fn new(c: &Connection, at: &impl Fn(Timestamp) -> f64) -> Self {
        let trip = |(host, t): (&std::net::IpAddr, &Option<RoundTripTimes>)| {
            t.map(|t| RoundTripOut {
                host: host.to_string(),
                last: span(t.last),
                min: span(t.min),
                median: span(t.median),
                max: span(t.max),
                measurements: t.samples,
            })
        };
        let both = c.endpoints.iter().zip(&c.feedback.round_trips);
        Self {
            senders: c
                .feedback
                .senders
                .iter()
                .map(|s| SenderOut::new(s, at))
                .collect(),
            senders_not_kept: c.feedback.senders_not_kept,
            round_trip_times: both.filter_map(trip).collect(),
        }
    }
}

impl SenderOut {
    fn new(s: &RtcpSender, at: &impl Fn(Timestamp) -> f64) -> Self {
        let why = if s.clear == 0 {
            "encrypted"
        } else {
            "none seen"
        };
        Self {
            ssrc: s.ssrc.0,
            source: s.path.src.to_string(),
            destination: s.path.dst.to_string(),
            via: via(s.via),
            packets: s.clear + s.encrypted,
            encrypted_packets: s.encrypted,
            first_seen: at(s.first),
            last_seen: at(s.last),
            cname: s.cname.clone(),
            bye: s.bye.as_ref().map(|bye| GoodbyeOut::new(bye, at)),
            unknown: reasons(&[
                ("cname", s.cname.is_none(), why),
                ("bye", s.bye.is_none(), why),
            ]),
        }
    }
}
