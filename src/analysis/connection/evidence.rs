//! Which candidates are streams: what their packets show, and what the path says besides.
//!
//! A candidate that behaves like a stream needs nothing else. Where ICE or DTLS prove that two peers
//! speak WebRTC, where RTCP names the SSRC, or beside a stream, a few packets or one will do; but not where something speaks against them, and not where lone packets are so many
//! that they must be something else. See docs/algorithms/detection.md.

use super::super::analyzer::State;
use super::super::stream::StreamState;
use super::super::transport::TransportState;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Sources of a lone packet believed on one transport in any case: probes, repair, a sender's end.
const LONE_MAX: u64 = 16;
/// Of so many packets of streams on it, one more may be lone.
const LONE_SHARE: u64 = 256;
/// Payload types that RFC 5761 forbids beside RTCP on one port.
const TAKEN_BY_RTCP: std::ops::RangeInclusive<u8> = 64..=95;

/// A candidate that behaves like a stream, and the transports it was seen on.
#[derive(Debug)]
pub(super) struct Believed<'a> {
    pub(super) stream: &'a StreamState,
    /// Its first transport.
    pub(super) transport: usize,
}

/// What the streams that stand alone say of a transport.
#[derive(Clone, Copy, Debug, Default)]
struct Beside {
    packets: u64,
    /// Their payload types, one bit each.
    payload_types: u128,
    /// Lone packets that might be streams.
    lone: u64,
}

/// What is to be said of one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Stream,
    /// A lone packet: a stream unless there are too many.
    Lone,
    Nothing,
}

/// The SSRCs that RTCP names, by the two hosts, and whether in clear.
type Named = BTreeMap<((IpAddr, IpAddr), u32), bool>;

/// The candidates that behave like streams, in order of appearance.
pub(super) fn believed(state: &State) -> Vec<Believed<'_>> {
    let mut candidates: Vec<Believed<'_>> = state
        .streams
        .all()
        .filter_map(|stream| {
            let transport = state.flows.get(stream.flow)?.transport as usize;
            Some(Believed { stream, transport })
        })
        .collect();
    candidates.sort_by_key(|c| c.stream.born);

    let mut beside = vec![Beside::default(); state.transports.len()];
    let alone: Vec<bool> = candidates.iter().map(|c| c.stream.stands_alone()).collect();
    for (c, _) in candidates.iter().zip(&alone).filter(|(_, alone)| **alone) {
        for transport in transports_of(state, c.stream) {
            if let Some(beside) = beside.get_mut(transport) {
                beside.packets += c.stream.packets;
                beside.payload_types |= c.stream.payload_type_bits();
            }
        }
    }
    let named = named(&state.transports);
    let verdicts: Vec<Verdict> = candidates
        .iter()
        .zip(alone)
        .map(|(c, alone)| match alone {
            true => Verdict::Stream,
            false => with_help(state, c, &beside, &named),
        })
        .collect();
    for (c, _) in candidates
        .iter()
        .zip(&verdicts)
        .filter(|(_, v)| **v == Verdict::Lone)
    {
        if let Some(beside) = beside.get_mut(c.transport) {
            beside.lone += 1;
        }
    }
    let mut verdicts = verdicts.into_iter();
    candidates.retain(|c| match verdicts.next() {
        Some(Verdict::Stream) => true,
        Some(Verdict::Lone) => {
            let beside = beside.get(c.transport).copied().unwrap_or_default();
            beside.lone <= LONE_MAX + beside.packets / LONE_SHARE
        }
        _ => false,
    });
    candidates
}

/// The transports that a candidate was seen on.
fn transports_of<'a>(
    state: &'a State,
    stream: &'a StreamState,
) -> impl Iterator<Item = usize> + 'a {
    let only = stream.legs.is_empty().then_some(stream.flow);
    let flows = only.into_iter().chain(stream.legs.iter().map(|l| l.flow));
    flows.filter_map(|flow| Some(state.flows.get(flow)?.transport as usize))
}

fn named(transports: &[TransportState]) -> Named {
    let mut named = Named::new();
    for transport in transports {
        for sender in transport.rtcp_senders.iter() {
            *named.entry((transport.hosts(), sender.ssrc)).or_default() |= sender.in_clear;
        }
    }
    named
}

/// What a candidate is that does not stand alone.
fn with_help(state: &State, c: &Believed<'_>, beside: &[Beside], named: &Named) -> Verdict {
    let stream = c.stream;
    let taken = |pt: u8| TAKEN_BY_RTCP.contains(&pt);
    if stream.is_refuted() || stream.first_payload_type().is_none_or(taken) {
        return Verdict::Nothing;
    }
    let mut has_streams = false;
    let mut same_types = false;
    let mut is_proven = false;
    let mut named_in_clear = None;
    for index in transports_of(state, stream) {
        let Some(transport) = state.transports.get(index) else {
            continue;
        };
        let beside = beside.get(index).copied().unwrap_or_default();
        is_proven |= transport.is_proven();
        has_streams |= beside.packets > 0;
        let own = stream.payload_type_bits();
        same_types |= own & beside.payload_types == own;
        let name = named.get(&(transport.hosts(), stream.ssrc)).copied();
        named_in_clear = named_in_clear.max(name);
    }
    let is_extended = stream.is_extended();
    match (stream.is_continued(), named_in_clear) {
        (_, Some(true)) | (true, Some(false)) => Verdict::Stream,
        (true, _) if is_proven || has_streams || is_extended => Verdict::Stream,
        (false, _) if is_proven => Verdict::Lone,
        (false, _) if has_streams && (same_types || is_extended) => Verdict::Lone,
        _ => Verdict::Nothing,
    }
}
