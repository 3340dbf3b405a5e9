//! From believed candidates to streams: what they prove, what their legs are, the numbers reported.

use super::super::analyzer::State;
use super::super::ids::{Ssrc, StreamId};
use super::super::known::{Known, Unknown};
use super::super::model::{Connection, Identity, Kind, Leg, LossDetail, Pairing, Stream};
use super::super::sequence::Sequence;
use super::super::stream::StreamState;
use super::super::transport::{Media, TransportState};
use super::evidence::Believed;
use super::group::neighbours;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What the streams prove about each transport.
pub(super) fn media(state: &State, believed: &[Believed<'_>]) -> Vec<Media> {
    let mut all = vec![Media::default(); state.transports.len()];
    let mut sources: BTreeSet<((IpAddr, IpAddr), u32)> = BTreeSet::new();
    for Believed { stream, transport } in believed {
        let mut note = |transport: usize, packets: u64, first: Timestamp| {
            if let Some(media) = all.get_mut(transport) {
                media.rtp += packets;
                media.first = Some(media.first.map_or(first, |known| known.min(first)));
            }
            if let Some(t) = state.transports.get(transport) {
                sources.insert((t.hosts(), stream.ssrc));
            }
        };
        if stream.legs.is_empty() {
            note(*transport, stream.packets, stream.first);
        }
        let mut counted = 0;
        for leg in stream.legs.iter() {
            counted += leg.packets;
            if let Some(flow) = state.flows.get(leg.flow) {
                note(flow.transport as usize, leg.packets, leg.first);
            }
        }
        for (flow, packets) in stream.legs.others() {
            counted += packets;
            if let Some(flow) = state.flows.get(flow) {
                note(flow.transport as usize, packets, stream.first);
            }
        }
        debug_assert!(counted == 0 || counted == stream.packets);
    }
    for (media, transport) in all.iter_mut().zip(&state.transports) {
        let hosts = transport.hosts();
        media.rtcp_is_believed =
            (transport.rtcp_senders.iter()).any(|s| sources.contains(&(hosts, s.ssrc)));
    }
    all
}

/// The pairs of transports over which one stream went.
pub(super) fn moves(state: &State, believed: &[Believed<'_>]) -> Vec<(u32, u32)> {
    let mut moves = Vec::new();
    for b in believed {
        let others = b.stream.legs.others().map(|(flow, _)| flow);
        let all = b.stream.legs.iter().map(|leg| leg.flow).chain(others);
        let flows = all.map(|flow| state.flows.get(flow));
        let transports: Vec<u32> = flows.flatten().map(|f| f.transport).collect();
        moves.extend(neighbours(&transports));
    }
    moves
}

/// Gathers the legs of one stream: for each believed candidate the one that it is a copy of, if it
/// is: the same SSRC in the same connection, with the same packets at the same time.
///
/// What comes back to its sender is an echo and not a leg.
pub(super) fn copies(
    state: &State,
    believed: &[Believed<'_>],
    group_of: &[Option<usize>],
) -> Vec<Option<usize>> {
    let mut first: BTreeMap<(usize, u32), Vec<usize>> = BTreeMap::new();
    let mut copy_of = vec![None; believed.len()];
    for (i, b) in believed.iter().enumerate() {
        let Some(group) = group_of.get(b.transport).copied().flatten() else {
            continue;
        };
        let known = first.entry((group, b.stream.ssrc)).or_default();
        let original = known.iter().copied().find(|&o| {
            let original = believed.get(o);
            original.is_some_and(|o| is_copy(state, o.stream, b.stream))
        });
        match original {
            Some(_) => {
                if let Some(slot) = copy_of.get_mut(i) {
                    *slot = original;
                }
            }
            // More candidates of one SSRC than a path has legs are no copies of each other.
            None if known.len() < ORIGINALS_MAX => known.push(i),
            None => {}
        }
    }
    copy_of
}

/// Streams of one SSRC in one connection that others are compared with.
const ORIGINALS_MAX: usize = 8;

fn is_copy(state: &State, a: &StreamState, b: &StreamState) -> bool {
    let (Some(from), Some(to)) = (state.flows.get(a.flow), state.flows.get(b.flow)) else {
        return false;
    };
    let same_time = a.first <= b.last && b.first <= a.last;
    same_time && from.path.src != to.path.dst && a.sequence.overlaps(&b.sequence)
}

/// The stream as it is reported, with the legs on which it was copied.
pub(super) fn report(
    state: &State,
    (s, copies): (&StreamState, &[&StreamState]),
    id: StreamId,
    (connection, encrypted): (&Connection, Known<bool>),
    transport: &TransportState,
) -> Option<Stream> {
    let flow = state.flows.get(s.flow)?;
    let answers = transport
        .packets
        .get(usize::from(!flow.reverse))
        .copied()
        .unwrap_or(0);
    // Until what RTCP in clear says is given to the streams it is about.
    let feedback = match encrypted {
        Known::Yes(true) => Known::No(Unknown::Encrypted),
        _ if answers == 0 => Known::No(Unknown::OneWayCapture),
        _ => Known::No(Unknown::NotSeen),
    };
    let several = s.packets > 1;
    let mut legs: Vec<Leg> = ways(state, s, false).collect();
    legs.extend(copies.iter().flat_map(|copy| ways(state, copy, true)));
    legs.sort_by_key(|leg| leg.first_seen);
    legs.shrink_to_fit(); // Most streams have one, and there may be many streams.
    Some(Stream {
        id,
        connection: connection.id,
        transport: flow.transport,
        ssrc: Ssrc(s.ssrc),
        path: flow.path,
        via: flow.via,
        legs,
        legs_not_kept: s.legs.others().count() as u64,
        encrypted,
        decryption: Known::No(Unknown::NotMeasured),
        kind: Kind::Unknown,
        kind_source: Known::No(Unknown::TooFewPackets),
        pairing: Pairing::default(),
        codec: Known::No(Unknown::NoSdp),
        clock_rate: s.clock_rate(),
        payload_types: s.payload_types(),
        header_extensions: s.elements.report(),
        described: None,
        identity: Identity {
            mid: Known::No(Unknown::NotSeen),
            rid: Known::No(Unknown::NotSeen),
            repaired_rid: Known::No(Unknown::NotSeen),
        },
        audio_level: Known::No(Unknown::NotSeen),
        first_seen: s.first,
        last_seen: s.last,
        packets: s.packets,
        expected: s.sequence.expected(),
        lost: s.sequence.lost(),
        loss: LossDetail::default(),
        duplicated: s.sequence.duplicates(),
        reordered: s.sequence.late(),
        restarts: s.sequence.restarts(),
        payload_bytes: s.payload_bytes,
        header_bytes: s.header_bytes,
        marked: s.marked,
        padded: s.padding.padded.into(),
        bitrate: s.bitrate(),
        frames: Known::No(Unknown::NotVideo),
        media: Known::No(Unknown::NotSeen),
        jitter: s.jitter(),
        interarrival_max: Known::or(
            several.then_some(s.interarrival_max),
            Unknown::TooFewPackets,
        ),
        gaps: s.gaps.clone(),
        feedback,
        series: s.series.clone(),
    })
}

/// The ways of one candidate.
fn ways<'a>(state: &'a State, s: &'a StreamState, is_copy: bool) -> impl Iterator<Item = Leg> + 'a {
    let leg = move |flow: u32, first, last, packets, sequence: &Sequence| {
        let flow = state.flows.get(flow)?;
        Some(Leg {
            transport: flow.transport,
            path: flow.path,
            via: flow.via,
            is_copy,
            first_seen: first,
            last_seen: last,
            packets,
            expected: sequence.expected(),
            lost: sequence.lost(),
            duplicated: sequence.duplicates(),
            reordered: sequence.late(),
        })
    };
    let only = s.legs.is_empty().then(|| {
        let whole = leg(s.flow, s.first, s.last, s.packets, &s.sequence);
        whole.into_iter()
    });
    let several = s
        .legs
        .iter()
        .filter_map(move |l| leg(l.flow, l.first, l.last, l.packets, &l.sequence));
    only.into_iter().flatten().chain(several)
}

/// DTLS keys the media; without it, RTCP tells: readable, it is plain; opaque, it is SRTCP.
pub(super) fn is_encrypted(connection: &Connection) -> Known<bool> {
    if connection.dtls.is_some() {
        return Known::Yes(true);
    }
    let (clear, opaque) = connection
        .transports
        .iter()
        .map(|t| (t.rtcp_clear, t.protocols.rtcp - t.rtcp_clear))
        .fold((0, 0), |sum, t| (sum.0 + t.0, sum.1 + t.1));
    match (clear, opaque) {
        (0, 0) => Known::No(Unknown::NoHandshake),
        _ => Known::Yes(opaque > clear),
    }
}
