//! Which streams become files, what their payload types mean, and whose a packet is.

use super::format::Role;
use super::manifest::Omitted;
use super::video::Damage;
use crate::analysis::model::{Codec, Connection, DescribedFormat, Kind, Source, Stream};
use crate::analysis::{Analysis, ConnectionId, Known, StreamId, Unknown};
use crate::net::{Endpoint, Path, Via};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many packets of a codec that nothing but a static payload type names are no strays: a second of
/// audio, in the usual packets of 20 ms.
const BY_NUMBER_MIN: u64 = 50;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these streams; all, if none is named.
    pub streams: Vec<StreamRef>,
    /// Only those of this connection.
    pub connection: Option<ConnectionId>,
    /// Only those of this kind.
    pub kind: Option<MediaKind>,
    /// What is done about damage.
    pub damage: Damage,
}

/// A stream by its number or its SSRC, whichever fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamRef {
    /// The number that `stats` gives it, or an SSRC in decimal.
    Number(u32),
    /// An SSRC.
    Ssrc(u32),
}

/// A kind of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// Audio.
    Audio,
    /// Video.
    Video,
}

impl StreamRef {
    fn is(self, stream: &Stream) -> bool {
        match self {
            Self::Number(n) => stream.id.0 == n || stream.ssrc.0 == n,
            Self::Ssrc(ssrc) => stream.ssrc.0 == ssrc,
        }
    }
}

impl Selection {
    /// Whether the stream itself is asked for.
    pub fn wants(&self, stream: &Stream) -> bool {
        let named = self.streams.is_empty() || self.streams.iter().any(|s| s.is(stream));
        named && self.connection.is_none_or(|id| id == stream.connection)
    }

    /// Whether the kind of media is; what is not known may be.
    fn wants_kind(&self, kind: Kind) -> bool {
        !matches!(
            (self.kind, kind),
            (Some(MediaKind::Audio), Kind::Video)
                | (Some(MediaKind::Video), Kind::Audio)
                | (Some(_), Kind::Rtx | Kind::Fec | Kind::Probe)
        )
    }
}

/// A stream that becomes files.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) id: StreamId,
    pub(super) connection: ConnectionId,
    pub(super) ssrc: u32,
    pub(super) kind: Kind,
    pub(super) path: Path,
    /// Whether it goes from the lower address of its transport to the higher one.
    pub(super) a_to_b: bool,
    /// Whether its packets are encrypted, so that those that were not opened hold no media.
    pub(super) is_encrypted: bool,
    pub(super) mid: Option<String>,
    pub(super) rid: Option<String>,
    formats: BTreeMap<u8, DescribedFormat>,
    /// What the stream carries as a whole: what is inside redundant payloads of an unknown type.
    main: Option<Codec>,
    /// The payload type of most packets.
    main_type: Option<u8>,
    /// The payload type of most media inside redundant payloads.
    pub(super) inner_type: Option<u8>,
    /// What payload types of the streams that retransmit it stand for.
    retransmits: BTreeMap<u8, u8>,
}

impl Planned {
    /// What a payload type means.
    pub(super) fn role(&self, payload_type: u8) -> Role {
        match self.formats.get(&payload_type) {
            Some(format) => Role::of(&format.codec),
            None if self.main_type == Some(payload_type) => self.main_role(),
            None => Role::Other,
        }
    }

    /// What a payload type means that is only seen inside redundant payloads, where nothing explains it:
    /// what the stream is known to carry.
    pub(super) fn inner_role(&self) -> Role {
        match self.main_role() {
            Role::Media(format) => Role::Media(format),
            _ => Role::Other,
        }
    }

    fn main_role(&self) -> Role {
        self.main.as_ref().map_or(Role::Other, Role::of)
    }

    /// NAL units that a decoder needs before the first packet of this type.
    pub(super) fn parameter_sets(&self, payload_type: u8) -> &[Vec<u8>] {
        let format = self.formats.get(&payload_type);
        format.map_or(&[], |format| &format.parameter_sets)
    }

    /// The payload type of what a retransmission of this type holds.
    pub(super) fn original_type(&self, payload_type: u8) -> Option<u8> {
        self.retransmits
            .get(&payload_type)
            .copied()
            .or(self.main_type)
    }
}

/// Whose a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Index of the stream.
    pub(super) job: usize,
    /// Whether it is a retransmission.
    pub(super) is_rtx: bool,
}

/// Everything that will be looked at.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) streams: Vec<Planned>,
    pub(super) omitted: Vec<Omitted>,
    /// The first packet of the capture.
    pub(super) first: Option<Timestamp>,
    routes: HashMap<(u32, Path, Via), Route>,
    /// Of streams with more ways than are told: by SSRC alone, where that is of one only.
    anywhere: HashMap<u32, Route>,
}

impl Plan {
    pub(super) fn new(analysis: &Analysis, selection: &Selection) -> Self {
        let mut plan = Self {
            first: analysis.capture.first,
            ..Self::default()
        };
        let mut by_id = BTreeMap::new();
        for stream in &analysis.streams {
            if !selection.wants(stream) {
                continue;
            }
            match why_not(stream) {
                Some(_) if !selection.wants_kind(stream.kind) => {}
                Some(why) => plan.omitted.push(Omitted::new(stream, why)),
                None if selection.wants_kind(stream.kind) => {
                    by_id.insert(stream.id, plan.streams.len());
                    plan.streams.push(planned(analysis, stream));
                }
                None => {}
            }
        }
        let mut ssrcs = BTreeSet::new();
        let shared: BTreeSet<u32> = analysis
            .streams
            .iter()
            .filter_map(|s| (!ssrcs.insert(s.ssrc.0)).then_some(s.ssrc.0))
            .collect();
        for stream in &analysis.streams {
            let repaired = stream.pairing.repairs.value().map(|(id, _)| *id);
            let route = match (by_id.get(&stream.id), repaired) {
                (Some(job), _) => Route {
                    job: *job,
                    is_rtx: false,
                },
                (None, Some(original)) if stream.kind == Kind::Rtx => {
                    let Some(job) = by_id.get(&original) else {
                        continue;
                    };
                    if let Some(planned) = plan.streams.get_mut(*job) {
                        planned.retransmits.extend(stands_for(stream));
                    }
                    Route {
                        job: *job,
                        is_rtx: true,
                    }
                }
                _ => continue,
            };
            let ssrc = stream.ssrc.0;
            plan.routes.insert((ssrc, stream.path, stream.via), route);
            for leg in &stream.legs {
                plan.routes.insert((ssrc, leg.path, leg.via), route);
            }
            if stream.legs_not_kept > 0 && !shared.contains(&ssrc) {
                plan.anywhere.insert(ssrc, route);
            }
        }
        plan
    }

    /// Whose a packet is; of streams that are not wanted, nobody's.
    pub(super) fn route(&self, ssrc: u32, path: Path, via: Via) -> Option<Route> {
        let known = self.routes.get(&(ssrc, path, via));
        known.or_else(|| self.anywhere.get(&ssrc)).copied()
    }
}

/// Why a stream cannot become a file, as far as that shows before its packets are read.
fn why_not(stream: &Stream) -> Option<String> {
    match stream.kind {
        Kind::Rtx => {
            let repairs = stream.pairing.repairs.value();
            return Some(match repairs {
                Some((original, _)) => format!("retransmissions: part of stream {original}"),
                None => "retransmissions of a stream that is not known".to_owned(),
            });
        }
        Kind::Fec => return Some("forward error correction: no media of its own".to_owned()),
        Kind::Probe => return Some("probes: padding without media".to_owned()),
        Kind::Audio | Kind::Video | Kind::Unknown => {}
    }
    let opened = stream.decryption.value();
    if stream.encrypted == Known::Yes(true) && opened.is_none_or(|o| o.opened == 0) {
        let failed = opened.map_or(0, |o| o.failed);
        let is_cut = stream.decryption.reason() == Some(Unknown::Cut);
        return Some(match failed {
            0 if is_cut => {
                "encrypted, and its packets are cut by the capture's snaplen, so that no key \
                            can open them"
                    .to_owned()
            }
            0 => "encrypted, and no key is known".to_owned(),
            n => format!("encrypted, and no key that is known opens it: {n} packets failed"),
        });
    }
    if let Some(opaque) = stream.media.value().and_then(|media| media.opaque) {
        return Some(format!("encrypted end to end: {}", opaque.describe()));
    }
    let mut types = stream.payload_types.iter().map(|t| t.codec.value());
    if types.all(|codec| codec.is_none()) && stream.codec.value().is_none() {
        let hint = match &stream.described {
            None => "; a session description would tell (--sdp)",
            Some(_) => "",
        };
        return Some(format!("codec not known{hint}"));
    }
    None
}

fn planned(analysis: &Analysis, stream: &Stream) -> Planned {
    let described = stream.described.as_deref();
    let mut formats: BTreeMap<u8, DescribedFormat> = BTreeMap::new();
    for format in described.iter().flat_map(|d| &d.formats) {
        formats.insert(format.payload_type, format.clone());
    }
    let main_type = stream.main_payload_type();
    for seen in &stream.payload_types {
        if let Some(codec) = seen.codec.value() {
            let is_main = main_type == Some(seen.number);
            let is_described = formats.contains_key(&seen.number);
            if !is_main && !is_evident(codec, seen.packets, stream.kind, is_described) {
                formats.remove(&seen.number);
                continue;
            }
            let format = formats
                .entry(seen.number)
                .or_insert_with(|| DescribedFormat {
                    payload_type: seen.number,
                    codec: codec.clone(),
                    retransmits: None,
                    parameter_sets: Vec::new(),
                });
            format.codec = codec.clone();
        }
    }
    let transport = transport_a(&analysis.connections, stream);
    Planned {
        id: stream.id,
        connection: stream.connection,
        ssrc: stream.ssrc.0,
        kind: stream.kind,
        path: stream.path,
        a_to_b: transport.is_none_or(|a| a == stream.path.src),
        is_encrypted: stream.encrypted == Known::Yes(true),
        mid: stream.identity.mid.value().map(|(mid, _)| mid.to_string()),
        rid: stream.identity.rid.value().map(|(rid, _)| rid.to_string()),
        formats,
        main: stream.codec.value().cloned(),
        main_type,
        inner_type: stream
            .media
            .value()
            .and_then(|media| media.red.as_ref()?.primary),
        retransmits: BTreeMap::new(),
    }
}

/// Whether so many packets of a stream of this kind are this codec, so that there is a file of it beside
/// that of its main payload type. What is no media itself makes no file, and may be what it is said to be.
fn is_evident(codec: &Codec, packets: u64, kind: Kind, is_described: bool) -> bool {
    let Role::Media(format) = Role::of(codec) else {
        return true;
    };
    let is_of_kind = match kind {
        Kind::Audio => !format.is_video(),
        Kind::Video => format.is_video(),
        _ => true,
    };
    // Any stray has a payload type, which may happen to be a static one.
    let is_by_number = codec.source == Source::Static && !is_described;
    is_of_kind && (!is_by_number || packets >= BY_NUMBER_MIN)
}

/// The first end of the transport that a stream is on.
fn transport_a(connections: &[Connection], stream: &Stream) -> Option<Endpoint> {
    let connection = connections.iter().find(|c| c.id == stream.connection)?;
    let mut its = connection.transports.iter();
    Some(its.find(|t| t.index == stream.transport)?.a)
}

/// What the payload types of a stream of retransmissions stand for.
fn stands_for(stream: &Stream) -> impl Iterator<Item = (u8, u8)> + '_ {
    let described = stream.described.iter().flat_map(|d| &d.formats);
    described.filter_map(|f| Some((f.payload_type, f.retransmits?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_packets_of_a_static_payload_type_are_no_file() {
        let codec = |name: &'static str, clock_rate, source| Codec {
            name: name.into(),
            clock_rate,
            channels: None,
            source,
        };
        let pcmu = codec("PCMU", 8_000, Source::Static);
        assert!(!is_evident(&pcmu, 2, Kind::Unknown, false));
        assert!(!is_evident(&pcmu, 2, Kind::Audio, false));
        assert!(is_evident(&pcmu, 50, Kind::Audio, false));
        assert!(is_evident(&pcmu, 2, Kind::Audio, true), "told by SDP");
        // Never of video, however many and whoever says so.
        assert!(!is_evident(&pcmu, 5_000, Kind::Video, true));
        let vp8 = codec("VP8", 90_000, Source::Payload);
        assert!(is_evident(&vp8, 1, Kind::Video, false));
        assert!(!is_evident(&vp8, 5_000, Kind::Audio, false));
        // Comfort noise makes no file.
        let noise = codec("CN", 8_000, Source::Static);
        assert!(is_evident(&noise, 1, Kind::Audio, false));
    }
}
