//! The objects of `streams`, with arrays over time.

use super::decryption::OpeningsOut;
use super::extension::{AudioLevelOut, ExtensionOut, text};
use super::feedback::FeedbackOut;
use super::fields::{Fields, Unknowns, seconds, span, via};
use super::frames::FramesOut;
use super::jitter::{DelaySpreadOut, EstimateOut};
use super::loss::LossOut;
use super::media::MediaOut;
use crate::analysis::model::{Codec, Gap, Jitter, Leg, PayloadType, Stream};
use crate::analysis::{Bucket, Known};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamOut {
    id: u32,
    connection_id: u32,
    ssrc: u32,
    source: String,
    destination: String,
    via: &'static str,
    legs: Vec<LegOut>,
    legs_not_kept: u64,
    encrypted: Option<bool>,
    decryption: Option<OpeningsOut>,
    kind: &'static str,
    kind_source: Option<&'static str>,
    mid: Option<String>,
    mid_source: Option<&'static str>,
    rid: Option<String>,
    rid_source: Option<&'static str>,
    repaired_rid: Option<String>,
    repaired_rid_source: Option<&'static str>,
    repairs: Option<u32>,
    repaired_by: Vec<u32>,
    codec: Option<CodecOut>,
    clock_rate: Option<u32>,
    clock_rate_source: Option<&'static str>,
    payload_types: Vec<PayloadTypeOut>,
    header_extensions: Vec<ExtensionOut>,
    audio_level: Option<AudioLevelOut>,
    first_seen: f64,
    last_seen: f64,
    packets_received: u64,
    packets_expected: u64,
    packets_lost: u64,
    packets_duplicated: u64,
    packets_reordered: u64,
    restarts: u32,
    bytes_received: u64,
    header_bytes_received: u64,
    #[serde(flatten)]
    loss: LossOut,
    bitrate: Option<f64>,
    jitter_definition: Option<&'static str>,
    jitter: Option<f64>,
    jitter_mean: Option<f64>,
    jitter_max: Option<f64>,
    jitter_per_packet: Option<EstimateOut>,
    delay_variation: Option<DelaySpreadOut>,
    interarrival_max: Option<f64>,
    gaps: Vec<GapOut>,
    frames: Option<FramesOut>,
    media: Option<MediaOut>,
    feedback: Option<FeedbackOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<SeriesOut>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodecOut {
    name: String,
    clock_rate: u32,
    channels: Option<u8>,
    source: &'static str,
}

impl CodecOut {
    fn new(codec: &Codec) -> Self {
        Self {
            name: codec.name.to_string(),
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            source: codec.source.name(),
        }
    }
}

/// One way that the stream was seen on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LegOut {
    source: String,
    destination: String,
    via: &'static str,
    copy: bool,
    first_seen: f64,
    last_seen: f64,
    packets_received: u64,
    packets_expected: u64,
    packets_lost: u64,
    packets_duplicated: u64,
    packets_reordered: u64,
}

impl LegOut {
    fn new(leg: &Leg, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            source: leg.path.src.to_string(),
            destination: leg.path.dst.to_string(),
            via: via(leg.via),
            copy: leg.is_copy,
            first_seen: at(leg.first_seen),
            last_seen: at(leg.last_seen),
            packets_received: leg.packets,
            packets_expected: leg.expected,
            packets_lost: leg.lost,
            packets_duplicated: leg.duplicated,
            packets_reordered: leg.reordered,
        }
    }
}

#[derive(Serialize)]
pub(super) struct PayloadTypeOut {
    pt: u8,
    packets: u64,
    codec: Option<CodecOut>,
    unknown: Unknowns,
}

impl PayloadTypeOut {
    fn new(payload_type: &PayloadType) -> Self {
        let mut unknown = Fields(Unknowns::new());
        let codec = unknown.take("codec", &payload_type.codec);
        Self {
            pt: payload_type.number,
            packets: payload_type.packets,
            codec: codec.as_ref().map(CodecOut::new),
            unknown: unknown.0,
        }
    }
}

#[derive(Serialize)]
pub(super) struct GapOut {
    start: f64,
    end: f64,
    lost: u32,
}

/// Arrays over time. Buckets without packets are left out: `time` says where each begins.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SeriesOut {
    width: f64,
    time: Vec<f64>,
    packets_received: Vec<u32>,
    bitrate: Vec<f64>,
    packets_lost: Vec<i32>,
    jitter_max: Option<Vec<f64>>,
    frames_per_second: Option<Vec<f64>>,
    unknown: Unknowns,
}

impl StreamOut {
    pub(super) fn new(s: &Stream, at: &impl Fn(Timestamp) -> f64, series: bool) -> Self {
        let mut u = Fields(Unknowns::new());
        u.take("kind", &s.kind_source);
        let clock = u.take("clockRate", &s.clock_rate);
        let jitter = u.take("jitter", &s.jitter);
        let loss = LossOut::new(s, &mut u);
        u.take("jitterMean", &s.jitter);
        u.take("jitterMax", &s.jitter);
        u.take("jitterDefinition", &s.jitter);
        u.take("jitterPerPacket", &s.jitter);
        let variation = match &s.jitter {
            Known::Yes(j) => j.delay_variation,
            Known::No(why) => Known::No(*why),
        };
        u.take("clockRateSource", &s.clock_rate);
        let identity = &s.identity;
        let (mid, mid_source) = text(&mut u, ("mid", "midSource"), &identity.mid);
        let (rid, rid_source) = text(&mut u, ("rid", "ridSource"), &identity.rid);
        let fields = ("repairedRid", "repairedRidSource");
        let (repaired_rid, repaired_rid_source) = text(&mut u, fields, &identity.repaired_rid);
        Self {
            id: s.id.0,
            connection_id: s.connection.0,
            ssrc: s.ssrc.0,
            source: s.path.src.to_string(),
            destination: s.path.dst.to_string(),
            via: via(s.via),
            legs: s.legs.iter().map(|leg| LegOut::new(leg, at)).collect(),
            legs_not_kept: s.legs_not_kept,
            encrypted: u.take("encrypted", &s.encrypted),
            decryption: u
                .take("decryption", &s.decryption)
                .as_ref()
                .map(OpeningsOut::from),
            kind: s.kind.name(),
            kind_source: u.take("kindSource", &s.kind_source).map(|k| k.name()),
            mid,
            mid_source,
            rid,
            rid_source,
            repaired_rid,
            repaired_rid_source,
            repairs: u.take("repairs", &s.pairing.repairs).map(|(id, _)| id.0),
            repaired_by: s.pairing.repaired_by.iter().map(|(id, _)| id.0).collect(),
            codec: u.take("codec", &s.codec).as_ref().map(CodecOut::new),
            clock_rate: clock.map(|(rate, _)| rate),
            clock_rate_source: clock.map(|(_, source)| source.name()),
            payload_types: s.payload_types.iter().map(PayloadTypeOut::new).collect(),
            header_extensions: s.header_extensions.iter().map(Into::into).collect(),
            audio_level: u
                .take("audioLevel", &s.audio_level)
                .map(|level| AudioLevelOut::new(&level, at)),
            first_seen: at(s.first_seen),
            last_seen: at(s.last_seen),
            packets_received: s.packets,
            packets_expected: s.expected,
            packets_lost: s.lost,
            packets_duplicated: s.duplicated,
            packets_reordered: s.reordered,
            restarts: s.restarts,
            bytes_received: s.payload_bytes,
            header_bytes_received: s.header_bytes,
            loss,
            bitrate: u.take("bitrate", &s.bitrate).map(f64::round),
            jitter_definition: jitter.map(|_| Jitter::definition(s.kind)),
            jitter: jitter.map(|j| span(j.last)),
            jitter_mean: jitter.map(|j| span(j.mean)),
            jitter_max: jitter.map(|j| span(j.max)),
            jitter_per_packet: jitter.map(|j| j.per_packet.into()),
            delay_variation: u
                .take("delayVariation", &variation)
                .map(DelaySpreadOut::from),
            interarrival_max: u.take("interarrivalMax", &s.interarrival_max).map(span),
            gaps: in_time_order(&s.gaps)
                .iter()
                .map(|g| GapOut {
                    start: at(g.start),
                    end: at(g.end),
                    lost: g.lost,
                })
                .collect(),
            frames: u.take("frames", &s.frames).as_ref().map(FramesOut::from),
            media: u.take("media", &s.media).map(|m| MediaOut::new(&m, at)),
            feedback: u
                .take("feedback", &s.feedback)
                .map(|f| FeedbackOut::new(&f, clock.map(|(rate, _)| rate), at)),
            series: series.then(|| SeriesOut::new(s, at)),
            unknown: u.0,
        }
    }
}

impl SeriesOut {
    pub(super) fn new(s: &Stream, at: &impl Fn(Timestamp) -> f64) -> Self {
        let width = s.series.width().seconds();
        let buckets = s.series.buckets();
        let mut unknown = Fields(Unknowns::new());
        unknown.take("jitterMax", &s.jitter);
        if let Some(why) = s.frames.reason() {
            unknown.0.insert("framesPerSecond", why.to_string());
        }
        let frames = s.frames.value().map(|_| {
            let rate = |b: &Bucket| (f64::from(b.frames) / width * 100.0).round() / 100.0;
            buckets.iter().map(rate).collect()
        });
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
            frames_per_second: frames,
            unknown: unknown.0,
        }
    }
}

/// The longest gaps are kept longest first; a reader wants them as they happened.
pub(super) fn in_time_order(gaps: &[Gap]) -> Vec<Gap> {
    let mut gaps = gaps.to_vec();
    gaps.sort_by_key(|g| g.start);
    gaps
}
