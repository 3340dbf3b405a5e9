//! What each stream carries where no session description tells: by its static payload type, its
//! clock, its shape, what it repairs, and what the same payload type is on other streams of the
//! connection. docs/algorithms/kind.md tells the reasons.

use super::Measured;
use super::pairs::{Repair, Repairs};
use crate::analysis::clock::VIDEO;
use crate::analysis::model::{Codec, Kind, Source};
use crate::analysis::static_types;
use crate::analysis::stream::StreamState;
use crate::analysis::{Known, Unknown};
use std::collections::BTreeMap;

/// Frames of several packets, the last of them marked, after which a stream must be video.
const MARKED_ENDS: u64 = 2;
/// Timestamps after which video must have marked the end of a frame.
const UNMARKED: u64 = 16;
/// The longest payload of an event (RFC 4733): one report of four bytes, redundant ones, and what
/// SRTP adds.
const EVENT_LONGEST: u16 = 48;

/// Decides what each stream carries.
pub(super) fn decide(streams: &mut [Measured<'_, '_>], repairs: &Repairs) {
    for (place, one) in streams.iter_mut().enumerate() {
        match repairs.get(&place) {
            Some(repair) => one.stream.set_kind(repair.kind, repair.source),
            None => match alone(one.state) {
                Known::Yes((kind, source)) => one.stream.set_kind(kind, source),
                Known::No(why) => one.stream.withhold_kind(why),
            },
        }
    }
    correct_errors(streams);
    learn(streams);
    for (&place, repair) in repairs {
        clock_of_repair(streams, place, repair);
    }
    for one in streams {
        name_types(one);
        if one.stream.kind == Kind::Rtx {
            one.stream.jitter = Known::No(Unknown::Repair);
        }
    }
}

/// What a stream is by itself.
pub(super) fn alone(state: &StreamState) -> Known<(Kind, Source)> {
    let main = state.shape.main_type();
    if let Some((_, kind)) = main.and_then(|t| static_types::lookup(t.number)) {
        return Known::Yes((kind, Source::Static));
    }
    if u64::from(state.padding.padded) == state.packets {
        return Known::Yes((Kind::Probe, Source::Inferred));
    }
    if u64::from(state.padding.padded) * 2 > state.packets && !is_audio(state) {
        return Known::No(Unknown::Unclear);
    }
    match state.clock_rate() {
        Known::Yes((VIDEO, _)) if is_never_marked(state) => Known::No(Unknown::Unclear),
        Known::Yes((VIDEO, source)) => Known::Yes((Kind::Video, source)),
        Known::Yes((_, source)) => Known::Yes((Kind::Audio, source)),
        Known::No(_) if is_video_shaped(state) => Known::Yes((Kind::Video, Source::Inferred)),
        Known::No(_) if has_comfort_noise(state) => Known::Yes((Kind::Audio, Source::Static)),
        Known::No(why) => Known::No(why),
    }
}

fn is_audio(state: &StreamState) -> bool {
    matches!(state.clock_rate(), Known::Yes((rate, _)) if rate != VIDEO)
}

/// All video formats of WebRTC mark the last packet of a frame; error correction does not.
fn is_never_marked(state: &StreamState) -> bool {
    state.marked == 0 && state.shape.times >= UNMARKED
}

fn is_video_shaped(state: &StreamState) -> bool {
    state.shape.marked_ends >= MARKED_ENDS
}

/// Static payload types of audio beside the dynamic one that carries most.
fn has_comfort_noise(state: &StreamState) -> bool {
    let types = state.shape.types().iter();
    let mut known = types.filter_map(|t| static_types::lookup(t.number));
    known.any(|(_, kind)| kind == Kind::Audio)
}

/// Error correction with timestamps of its own (RFC 8627: when it was sent) beside video: 90 kHz,
/// and never a marker.
fn correct_errors(streams: &mut [Measured<'_, '_>]) {
    let unmarked: Vec<usize> = (0..streams.len())
        .filter(|&x| {
            streams.get(x).is_some_and(|m| {
                let is_video_clock = matches!(m.state.clock_rate(), Known::Yes((VIDEO, _)));
                is_video_clock && is_never_marked(m.state) && m.stream.kind == Kind::Unknown
            })
        })
        .collect();
    for x in unmarked {
        let Some(state) = streams.get(x).map(|m| m.state) else {
            continue;
        };
        let mut videos = streams.iter().filter(|m| {
            m.stream.kind == Kind::Video
                && (m.state.takes(state.flow) || state.takes(m.state.flow))
                && !m.state.shape.shares_type(&state.shape)
        });
        let (first, second) = (videos.next().map(|m| m.stream.id), videos.next());
        let original = if second.is_none() { first } else { None };
        if first.is_none() {
            continue;
        }
        if let Some(one) = streams.get_mut(x) {
            one.stream.set_kind(Kind::Fec, Source::Inferred);
            if one.stream.pairing.repairs.value().is_none() {
                let original = original.map(|id| (id, Source::Inferred));
                one.stream.pairing.repairs = Known::or(original, Unknown::NoOriginal);
            }
        }
    }
}

/// A payload type means the same on all streams of a connection, if it does on those that show it.
fn learn(streams: &mut [Measured<'_, '_>]) {
    let mut meaning: BTreeMap<u8, Option<(Kind, Option<u32>)>> = BTreeMap::new();
    for one in streams.iter().filter(|m| m.stream.kind.is_media()) {
        let rate = one.stream.clock_rate.value().map(|(rate, _)| *rate);
        let Some(main) = one.state.shape.main_type() else {
            continue;
        };
        let said = (one.stream.kind, rate);
        let known = meaning.entry(main.number).or_insert(Some(said));
        *known = match *known {
            Some((kind, _)) if kind != said.0 => None,
            Some((kind, a)) if a == said.1 || said.1.is_none() => Some((kind, a)),
            Some((kind, None)) => Some((kind, said.1)),
            Some((kind, Some(_))) => Some((kind, None)),
            None => None,
        };
    }
    for one in streams.iter_mut() {
        let main = one.state.shape.main_type();
        let Some((kind, rate)) = main.and_then(|t| *meaning.get(&t.number)?) else {
            continue;
        };
        if matches!(one.stream.kind, Kind::Unknown | Kind::Probe) {
            one.stream.set_kind(kind, Source::Inferred);
        }
        if one.stream.kind == kind
            && let (Known::No(_), Some(rate)) = (one.stream.clock_rate, rate)
        {
            one.stream.set_clock_rate(rate, Source::Inferred);
        }
    }
}

/// Names the payload types whose meaning shows: static ones, retransmissions, and telephone events
/// (RFC 4733), whose reports carry the timestamp at which the event began.
fn name_types(one: &mut Measured<'_, '_>) {
    let rate = one.stream.clock_rate.value().map(|(rate, _)| *rate);
    let main = one.state.shape.main_type().map(|t| t.number);
    let named = |name: &'static str, clock_rate| Codec {
        name: name.into(),
        clock_rate,
        channels: None,
        source: Source::Inferred,
    };
    for shape in one.state.shape.types() {
        let is_rtx = one.stream.kind == Kind::Rtx;
        let is_event = one.stream.kind == Kind::Audio
            && Some(shape.number) != main
            && shape.longest <= EVENT_LONGEST
            && u64::from(shape.repeats) * 2 > shape.packets
            && shape.packets >= 3;
        if let Some((codec, _)) = static_types::lookup(shape.number) {
            if Some(shape.number) == main && one.stream.kind_source == Known::Yes(Source::Static) {
                one.stream.set_clock_rate(codec.clock_rate, Source::Static);
            }
            one.stream.set_codec(shape.number, &codec);
        } else if is_rtx {
            one.stream
                .set_codec(shape.number, &named("rtx", rate.unwrap_or(VIDEO)));
        } else if is_event && let Some(rate) = rate {
            one.stream
                .set_codec(shape.number, &named("telephone-event", rate));
        }
    }
}

/// A stream that repairs another has its clock (RFC 4588).
fn clock_of_repair(streams: &mut [Measured<'_, '_>], place: usize, repair: &Repair) {
    let original = repair.original.and_then(|s| streams.get(s));
    let clock = original.and_then(|s| s.stream.clock_rate.value().map(|(rate, _)| *rate));
    if let Some(one) = streams.get_mut(place)
        && one.stream.kind == repair.kind
        && let Some(rate) = clock
    {
        one.stream.set_clock_rate(rate, Source::Inferred);
    }
}
