//! What the payloads of a stream say.

use super::fields::{Fields, Unknowns, span};
use crate::analysis::model::{
    CodedLayer, DtmfEvent, FrameTypes, KeyFrame, KeyReason, Media, Opus, Redundancy, SizeChange,
    Video,
};
use crate::analysis::{Known, Unknown};
use crate::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MediaOut {
    payloads_read: u64,
    payloads_decrypted: u64,
    end_to_end_encrypted: Option<&'static str>,
    video: Option<VideoOut>,
    opus: Option<OpusOut>,
    red: Option<RedOut>,
    telephone_events: Vec<EventOut>,
    telephone_events_not_kept: u64,
    comfort_noise_packets: u64,
    unknown: Unknowns,
}

impl MediaOut {
    pub(super) fn new(m: &Media, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut u = Fields(Unknowns::new());
        // What is not there was not seen; behind what the ends encrypt, it cannot be.
        let why = match m.opaque {
            Some(_) => Unknown::Encrypted,
            None => Unknown::NotSeen,
        };
        let mut part = |field, is_there: bool| {
            u.take(field, &Known::or(is_there.then_some(()), why));
        };
        part("video", m.video.is_some());
        part("opus", m.opus.is_some());
        part("red", m.red.is_some());
        let opaque = Known::or(m.opaque, Unknown::NotSeen);
        Self {
            payloads_read: m.read,
            payloads_decrypted: m.opened,
            end_to_end_encrypted: u.take("endToEndEncrypted", &opaque).map(|o| o.name()),
            video: m.video.as_ref().map(|video| VideoOut::new(video, at)),
            opus: m.opus.as_ref().map(Into::into),
            red: m.red.as_ref().map(Into::into),
            telephone_events: m.events.iter().map(|e| EventOut::new(e, at)).collect(),
            telephone_events_not_kept: m.events_not_kept,
            comfort_noise_packets: m.comfort_noise,
            unknown: u.0,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VideoOut {
    frame_width: Option<u32>,
    frame_height: Option<u32>,
    sizes: Vec<SizeOut>,
    sizes_not_kept: u64,
    profile: Option<String>,
    level: Option<String>,
    key_frames: Vec<KeyOut>,
    key_frames_not_kept: u64,
    frames_by_type: TypesOut,
    layers: Vec<LayerOut>,
    unknown: Unknowns,
}

impl VideoOut {
    fn new(v: &Video, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut u = Fields(Unknowns::new());
        let size = Known::or(v.sizes.last().map(|s| s.size), Unknown::NotSeen);
        let width = u.take("frameWidth", &size).map(|s| s.width);
        let height = u.take("frameHeight", &size).map(|s| s.height);
        let profile = v.profile.as_deref().map(str::to_owned);
        Self {
            frame_width: width,
            frame_height: height,
            sizes: v.sizes.iter().map(|s| SizeOut::new(s, at)).collect(),
            sizes_not_kept: v.sizes_not_kept,
            profile: u.take("profile", &Known::or(profile, Unknown::NotSeen)),
            level: u.take("level", &Known::or(v.level.clone(), Unknown::NotSeen)),
            key_frames: v.keys.iter().map(|k| KeyOut::new(k, at)).collect(),
            key_frames_not_kept: v.keys_not_kept,
            frames_by_type: v.types.into(),
            layers: v.layers.iter().map(LayerOut::from).collect(),
            unknown: u.0,
        }
    }
}

#[derive(Serialize)]
struct SizeOut {
    time: f64,
    width: u32,
    height: u32,
}

impl SizeOut {
    fn new(s: &SizeChange, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            time: at(s.at),
            width: s.size.width,
            height: s.size.height,
        }
    }
}

#[derive(Serialize)]
struct KeyOut {
    time: f64,
    packet: u64,
    reason: Option<&'static str>,
    unknown: Unknowns,
}

impl KeyOut {
    fn new(k: &KeyFrame, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut u = Fields(Unknowns::new());
        let reason = Known::or(k.reason, Unknown::Unclear);
        Self {
            time: at(k.at),
            packet: k.packet,
            reason: u.take("reason", &reason).map(KeyReason::name),
            unknown: u.0,
        }
    }
}

#[derive(Serialize)]
struct TypesOut {
    key: u64,
    intra: u64,
    predicted: u64,
    bidirectional: u64,
}

impl From<FrameTypes> for TypesOut {
    fn from(t: FrameTypes) -> Self {
        Self {
            key: t.key,
            intra: t.intra,
            predicted: t.predicted,
            bidirectional: t.bidirectional,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerOut {
    spatial: u8,
    temporal: u8,
    packets: u64,
    bytes: u64,
    frames: u64,
    frames_per_second: f64,
}

impl From<&CodedLayer> for LayerOut {
    fn from(l: &CodedLayer) -> Self {
        Self {
            spatial: l.spatial,
            temporal: l.temporal,
            packets: l.packets,
            bytes: l.bytes,
            frames: l.frames,
            frames_per_second: (l.per_second * 100.0).round() / 100.0,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpusOut {
    packets: u64,
    modes: BTreeMap<&'static str, u64>,
    bandwidths: BTreeMap<&'static str, u64>,
    durations: Vec<DurationOut>,
    dtx_packets: u64,
    fec_packets: u64,
    stereo_packets: u64,
}

#[derive(Serialize)]
struct DurationOut {
    duration: f64,
    packets: u64,
}

impl From<&Opus> for OpusOut {
    fn from(o: &Opus) -> Self {
        let duration = |(duration, packets): &_| DurationOut {
            duration: span(*duration),
            packets: *packets,
        };
        Self {
            packets: o.packets,
            modes: o.modes.iter().map(|(mode, n)| (mode.name(), *n)).collect(),
            bandwidths: o.bandwidths.iter().map(|(b, n)| (b.name(), *n)).collect(),
            durations: o.durations.iter().map(duration).collect(),
            dtx_packets: o.silent,
            fec_packets: o.fec,
            stereo_packets: o.stereo,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RedOut {
    packets: u64,
    repeating_packets: u64,
    depth_max: u64,
    distances: Vec<DistanceOut>,
    parity_packets: u64,
    primary_payload_type: Option<u8>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DistanceOut {
    timestamp_offset: u16,
    blocks: u64,
}

impl From<&Redundancy> for RedOut {
    fn from(r: &Redundancy) -> Self {
        let mut u = Fields(Unknowns::new());
        let distance = |(timestamp_offset, blocks): &(u16, u64)| DistanceOut {
            timestamp_offset: *timestamp_offset,
            blocks: *blocks,
        };
        Self {
            packets: r.packets,
            repeating_packets: r.repeating,
            depth_max: r.depth,
            distances: r.distances.iter().map(distance).collect(),
            parity_packets: r.parity,
            primary_payload_type: u.take(
                "primaryPayloadType",
                &Known::or(r.primary, Unknown::NotSeen),
            ),
            unknown: u.0,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventOut {
    time: f64,
    event: u8,
    digit: Option<char>,
    duration: Option<f64>,
    duration_ticks: u64,
    volume: u8,
    complete: bool,
    unknown: Unknowns,
}

impl EventOut {
    fn new(e: &DtmfEvent, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut u = Fields(Unknowns::new());
        Self {
            time: at(e.at),
            event: e.event,
            digit: u.take("digit", &Known::or(e.digit, Unknown::Unclear)),
            duration: u
                .take("duration", &Known::or(e.duration, Unknown::NoClockRate))
                .map(span),
            duration_ticks: e.ticks,
            volume: e.volume,
            complete: e.is_complete,
            unknown: u.0,
        }
    }
}
