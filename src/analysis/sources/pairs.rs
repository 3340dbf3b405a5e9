//! Which stream repairs which: retransmission (RFC 4588) and forward error correction on an SSRC of
//! their own, paired with what they repair. docs/algorithms/kind.md tells the reasons.
//!
//! A repair stream runs on its original's timeline, whose offset is random: its packets carry the
//! original's timestamps, or (padding) lie between them. Another payload type, and what it repeats
//! and how, tell it from a layer of simulcast that shares the timeline.

use super::Measured;
use crate::analysis::clock::VIDEO;
use crate::analysis::model::{Kind, Source};
use crate::analysis::stream::StreamState;
use crate::analysis::{Known, StreamId, Unknown};
use std::collections::{BTreeMap, BTreeSet};

/// Streams of one direction that are looked at, and with how many others each is compared: a flood
/// of sources must not cost their square.
const LOOKED_AT: usize = 256;
const COMPARED: usize = 32;

/// Packets too few to show a habit.
const FEW: u64 = 8;
/// How much longer than the mean the longest silence is in a stream that only repairs losses.
const IRREGULAR: f64 = 2.5;

/// What was found about one stream: by its place among the streams of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repair {
    /// Retransmission or error correction.
    pub(super) kind: Kind,
    /// The place of what it repairs, if only one stream can be meant.
    pub(super) original: Option<usize>,
    /// Where this is known from.
    pub(super) source: Source,
}

/// The repair streams among the streams of a connection, by place.
pub(super) type Repairs = BTreeMap<usize, Repair>;

/// How clearly one stream repairs another; compared in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Strength {
    /// Packets as long as the original's and its sequence number.
    sized: u16,
    /// Packets with timestamps of the original.
    repeats: u16,
    /// Whether it runs on the original's timeline.
    follows: bool,
}

/// Finds the repair streams and what they repair.
pub(super) fn find(streams: &[Measured<'_, '_>]) -> Repairs {
    let mut by_flow: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, one) in streams.iter().enumerate() {
        for flow in flows(one.state) {
            let members = by_flow.entry(flow).or_default();
            if members.len() < LOOKED_AT {
                members.push(place);
            }
        }
    }
    let mut links: BTreeMap<usize, BTreeMap<usize, (Kind, Strength)>> = BTreeMap::new();
    for members in by_flow.values().filter(|m| m.len() > 1) {
        for (&x, &s) in pairs(members) {
            let (Some(repair), Some(original)) = (streams.get(x), streams.get(s)) else {
                continue;
            };
            if let Some(link) = link(repair.state, original.state) {
                links.entry(x).or_default().insert(s, link);
            }
        }
    }
    let mut repairs = choose(&links);
    learn(streams, &by_flow, &mut repairs);
    for members in by_flow.values() {
        by_identity(streams, members, &mut repairs);
    }
    repairs
}

/// What the header extensions say: which layer a stream repairs (RFC 8852), or to which section it
/// belongs (RFC 9143), where only one other stream can be meant.
fn by_identity(streams: &[Measured<'_, '_>], members: &[usize], repairs: &mut Repairs) {
    let of = |place: usize| streams.get(place).map(|m| &m.stream.identity);
    let mid = |place: usize| of(place).and_then(|i| i.mid.value()).map(|(mid, _)| mid);
    let rid = |place: usize| of(place).and_then(|i| i.rid.value()).map(|(rid, _)| rid);
    let repaired = |place: usize| {
        let rid = of(place).and_then(|i| i.repaired_rid.value());
        rid.map(|(rid, _)| rid)
    };
    let other_type = |x: usize, s: usize| match (streams.get(x), streams.get(s)) {
        (Some(x), Some(s)) => !x.state.shape.shares_type(&s.state.shape),
        _ => false,
    };
    for &x in members {
        let named = repaired(x);
        let is_open = repairs.get(&x).is_some_and(|r| r.original.is_none());
        if named.is_none() && !is_open {
            continue;
        }
        let originals = members.iter().copied().filter(|&s| {
            let fits = match named {
                Some(named) => rid(s) == Some(named) && (mid(x).is_none() || mid(s) == mid(x)),
                None => mid(x).is_some() && mid(s) == mid(x),
            };
            s != x && fits && !repairs.contains_key(&s) && other_type(x, s)
        });
        let found: Vec<usize> = originals.take(2).collect();
        if let [original] = found[..] {
            let repair = Repair {
                kind: Kind::Rtx,
                original: Some(original),
                source: Source::Extension,
            };
            repairs.insert(x, repair);
        }
    }
}

/// The flows that a stream went on.
fn flows(state: &StreamState) -> BTreeSet<u32> {
    let legs = state.legs.iter().map(|leg| leg.flow);
    legs.chain([state.flow]).collect()
}

/// Each with each of the first others.
fn pairs(members: &[usize]) -> impl Iterator<Item = (&usize, &usize)> {
    let others = |x| members.iter().filter(move |s| *s != x).take(COMPARED);
    members
        .iter()
        .flat_map(move |x| others(x).map(move |s| (x, s)))
}

/// Of those that each stream may repair, the one that it clearly does. What is itself a repair is
/// no original.
fn choose(links: &BTreeMap<usize, BTreeMap<usize, (Kind, Strength)>>) -> Repairs {
    let strength = |x: usize, s: usize| links.get(&x).and_then(|of| of.get(&s)).map(|l| l.1);
    // Two that could repair each other: the clearer does.
    let holds = |x: usize, s: usize| match (strength(x, s), strength(s, x)) {
        (Some(own), Some(other)) => own > other || (own == other && x > s),
        (own, _) => own.is_some(),
    };
    let is_repair = |x: usize| {
        links
            .get(&x)
            .is_some_and(|of| of.keys().any(|s| holds(x, *s)))
    };
    let mut repairs = Repairs::new();
    for (&x, of) in links {
        if !is_repair(x) {
            continue;
        }
        let mut all: Vec<_> = of
            .iter()
            .filter(|(s, _)| holds(x, **s) && !is_repair(**s))
            .map(|(s, (kind, strength))| (*strength, *s, *kind))
            .collect();
        all.sort_unstable_by_key(|(strength, s, _)| (std::cmp::Reverse(*strength), *s));
        let (kind, original) = match all[..] {
            [] => (Kind::Rtx, None),
            [(_, s, kind)] => (kind, Some(s)),
            [(best, s, kind), (next, ..), ..] => (kind, (best > next).then_some(s)),
        };
        repairs.insert(x, inferred(kind, original));
    }
    repairs
}

fn inferred(kind: Kind, original: Option<usize>) -> Repair {
    Repair {
        kind,
        original,
        source: Source::Inferred,
    }
}

/// Whether and how clearly a stream repairs another, by what both are like.
fn link(x: &StreamState, s: &StreamState) -> Option<(Kind, Strength)> {
    if x.shape.shares_type(&s.shape) || u64::from(s.padding.padded) * 2 >= s.packets {
        return None;
    }
    let rate = s.clock_rate().value().map_or(VIDEO, |(rate, _)| *rate);
    let nearness = x.timeline.against(&s.timeline, rate);
    let follows = nearness.is_same();
    let kin = x.kinship.with(s.ssrc);
    let (repeats, sized) = kin.map_or((0, 0), |k| (k.repeats, k.sized));
    let repeats_most = repeats >= 4 && repeats * 2 >= x.kinship.lookups();
    if !follows && !repeats_most {
        return None;
    }
    // The original leads.
    let led = s.kinship.with(x.ssrc).map_or(0, |k| k.repeats);
    if led >= 4 && led > repeats {
        return None;
    }
    let strength = Strength {
        sized,
        repeats,
        follows,
    };
    let is_sized = sized > 0 && sized * 3 >= repeats;
    let longer = kin.map_or(0, |k| k.longer);
    if !is_sized
        && x.marked == 0
        && u64::from(x.padding.padded) == 0
        && repeats >= 6
        && longer * 10 >= repeats * 9
    {
        return Some((Kind::Fec, strength));
    }
    let is_padding = u64::from(x.padding.padded) * 2 >= x.packets;
    // Only what is sent again goes back in time while its sequence numbers go on.
    let goes_back = repeats > 0 && x.shape.backward > 0;
    // Single packets of few frames, not all of them the last.
    let is_sparse = x.shape.times * 2 <= s.shape.times + FEW;
    let repeats_all = repeats > 0
        && u64::from(repeats) * 5 >= u64::from(x.kinship.lookups()) * 4
        && (x.packets < FEW || x.marked < x.shape.times);
    // Whole frames that were lost, whenever that happened.
    let is_late = follows && nearness.points > 1 && nearness.late * 2 >= nearness.points;
    let is_rtx = is_sized
        || is_padding
        || goes_back
        || (is_sparse && (repeats_all || (is_late && is_irregular(x))))
        || (is_late && repeats_all && is_half_marked(x));
    is_rtx.then_some((Kind::Rtx, strength))
}

/// Whether it marks some timestamps and leaves out many: media marks the end of every frame, error
/// correction none.
fn is_half_marked(x: &StreamState) -> bool {
    x.marked > 0 && x.marked * 10 < x.shape.times * 9
}

/// Whether its packets come now and then: media comes frame after frame.
fn is_irregular(x: &StreamState) -> bool {
    let lasted = (x.last - x.first).seconds();
    let longest = x.interarrival_max.seconds();
    x.packets < FEW || longest * x.shape.times as f64 >= lasted * IRREGULAR
}

/// What the payload types of the retransmissions found tell of streams that show too little by
/// themselves, as those that carried padding only.
fn learn(streams: &[Measured<'_, '_>], by_flow: &BTreeMap<u32, Vec<usize>>, repairs: &mut Repairs) {
    let types = |place: &usize| {
        streams
            .get(*place)
            .map_or(&[][..], |m| m.state.shape.types())
    };
    let is_rtx = |r: &Repair| r.kind == Kind::Rtx;
    let found = repairs.iter().filter(|(_, r)| is_rtx(r));
    let mut known: BTreeSet<u8> = found
        .flat_map(|(x, _)| types(x))
        .map(|t| t.number)
        .collect();
    for place in (0..streams.len()).filter(|place| !repairs.contains_key(place)) {
        let is_media = streams
            .get(place)
            .is_some_and(|m| u64::from(m.state.padding.padded) * 2 < m.state.packets);
        for shape in types(&place).iter().filter(|_| is_media) {
            known.remove(&shape.number);
        }
    }
    let meant: Vec<usize> = (0..streams.len())
        .filter(|place| !repairs.contains_key(place))
        .filter(|place| !types(place).is_empty())
        .filter(|place| types(place).iter().all(|t| known.contains(&t.number)))
        .collect();
    for x in meant {
        let original = streams
            .get(x)
            .and_then(|m| only_original(x, m.state, streams, by_flow, repairs));
        repairs.insert(x, inferred(Kind::Rtx, original));
    }
}

/// The only stream that a retransmission stream can repair: the only one whose timeline it follows,
/// or, if it was silent since any began, the only video of its direction.
fn only_original(
    x: usize,
    state: &StreamState,
    streams: &[Measured<'_, '_>],
    by_flow: &BTreeMap<u32, Vec<usize>>,
    repairs: &Repairs,
) -> Option<usize> {
    let all = flows(state);
    let near = all.iter().filter_map(|flow| by_flow.get(flow)).flatten();
    let near: BTreeSet<usize> = near.copied().filter(|s| *s != x).collect();
    let mut originals = near.into_iter().filter_map(|place| {
        let s = streams.get(place)?.state;
        let clock = s.clock_rate().value().map(|(rate, _)| *rate);
        let is_video = clock.is_none_or(|rate| rate == VIDEO);
        let is_media = !repairs.contains_key(&place) && u64::from(s.padding.padded) * 2 < s.packets;
        let may_be = is_video && is_media && !state.shape.shares_type(&s.shape);
        let on_its_timeline = state.timeline.against(&s.timeline, VIDEO).may_be_same();
        (may_be && on_its_timeline).then_some(place)
    });
    let first = originals.next()?;
    match originals.next() {
        None => Some(first),
        Some(_) => None,
    }
}

/// Writes down which stream repairs which, unless a session description has told.
pub(super) fn report(streams: &mut [Measured<'_, '_>], repairs: &Repairs) {
    for one in streams.iter_mut() {
        let described = one.stream.described.as_deref();
        if let Some(id) = described.and_then(|d| d.repairs) {
            one.stream.pairing.repairs = Known::Yes((id, Source::Sdp));
        }
    }
    for (&x, repair) in repairs {
        let original = repair.original.and_then(|s| streams.get(s));
        let original = original.map(|s| s.stream.id);
        let Some(one) = streams.get_mut(x) else {
            continue;
        };
        let pairing = &mut one.stream.pairing;
        if one.stream.kind != repair.kind || pairing.repairs.value().is_some() {
            continue;
        }
        pairing.repairs = match original {
            Some(id) => Known::Yes((id, repair.source)),
            None => Known::No(Unknown::NoOriginal),
        };
    }
    let told: Vec<(StreamId, (StreamId, Source))> = streams
        .iter()
        .filter_map(|m| {
            let (original, source) = m.stream.pairing.repairs.value()?;
            Some((*original, (m.stream.id, *source)))
        })
        .collect();
    for one in streams {
        let by = told
            .iter()
            .filter(|(original, _)| *original == one.stream.id);
        one.stream.pairing.repaired_by = by.map(|(_, by)| *by).collect();
    }
}
