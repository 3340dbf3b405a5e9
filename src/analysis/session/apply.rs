//! Puts what descriptions say into the report, stream by stream, before anything is inferred.

use super::Descriptions;
use super::bind::{Bound, bind, is_reverse};
use super::facts::Facts;
use crate::analysis::analyzer::State;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{Connection, CountedProblem, Described, Kind, Source, Stream};
use crate::analysis::{Ssrc, StreamId};
use crate::capture::Problem;
use crate::net::Path;
use crate::proto::rtp::codes;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Descriptions that fit nothing which are told one by one.
const TOLD_MAX: usize = 16;

/// Says of each stream what the descriptions do, and returns a problem for each that is about no
/// connection of the capture.
pub(in crate::analysis) fn apply(
    state: &State,
    connections: &[Connection],
    streams: &mut [Stream],
) -> Vec<CountedProblem> {
    let all = &*state.options.descriptions;
    if all.is_empty() {
        return Vec::new();
    }
    let bound = bind(state, all, connections, streams);
    let mut retransmitted: Vec<Vec<u8>> = vec![Vec::new(); streams.len()];
    for (stream, retransmitted) in streams.iter_mut().zip(&mut retransmitted) {
        let reverse = is_reverse(state, stream.transport, stream.path);
        let ends = bound.connections.get(stream.connection.0 as usize - 1);
        let facts = ends.and_then(|ends| Facts::of(all, ends, stream, reverse));
        if let Some(facts) = facts {
            *retransmitted = facts.retransmitted(stream);
            tell(&facts, stream);
        }
    }
    pair(streams, &retransmitted);
    unfit(all, &bound)
}

/// Says of one stream what is known of it alone.
fn tell(facts: &Facts<'_>, stream: &mut Stream) {
    if let Some((codec, kind)) = facts.codec(stream) {
        clock(stream, codec.clock_rate, kind);
        if kind != Kind::Unknown {
            (stream.kind, stream.kind_source) = (kind, Known::Yes(Source::Sdp));
        }
        stream.codec = Known::Yes(codec);
    }
    for payload_type in &mut stream.payload_types {
        if let Some((_, format)) = facts.format(payload_type.number) {
            payload_type.codec = Known::Yes(format.codec());
        }
    }
    let main = stream.main_payload_type();
    for extension in &mut stream.header_extensions {
        if let Some(uri) = facts.extension(extension.id, main) {
            let known = codes::EXTENSIONS.iter().find(|row| row.uri == uri);
            let uri = known.map_or_else(|| Cow::Owned(uri.to_owned()), |row| row.uri.into());
            extension.uri = Known::Yes((uri, Source::Sdp));
        }
    }
    let ssrc = stream.ssrc.0;
    stream.described = Some(Box::new(Described {
        mid: facts.mid().map(str::to_owned),
        rid: facts.rid(stream).map(str::to_owned),
        layers: facts.layers().to_vec(),
        cname: facts.cname(ssrc).map(str::to_owned),
        packet_time: facts.packet_time(),
        repaired_source: facts.repairs(ssrc).map(Ssrc),
        repairs: None,
        repaired_by: Vec::new(),
        formats: facts.formats(),
    }));
}

/// Jitter was measured with the clock rate of that time: with another one it means nothing.
fn clock(stream: &mut Stream, rate: u32, kind: Kind) {
    let same = stream.clock_rate.value().map(|(known, _)| *known == rate);
    let why = stream.jitter.reason();
    if matches!(kind, Kind::Rtx | Kind::Fec) {
        stream.jitter = Known::No(Unknown::Repair);
    } else if same == Some(false)
        || (same.is_none() && stream.packets > 1 && why != Some(Unknown::NoTimeSpan))
    {
        stream.jitter = Known::No(Unknown::ToldLate);
    }
    stream.clock_rate = Known::Yes((rate, Source::Sdp));
}

/// Finds which stream each repair repairs: by groups, or by the payload type that it retransmits
/// where only one stream of its section has it.
fn pair(streams: &mut [Stream], retransmitted: &[Vec<u8>]) {
    let mut by_source: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    let mut by_type: BTreeMap<(u32, Path, u8), Vec<usize>> = BTreeMap::new();
    for (i, s) in streams.iter().enumerate() {
        let at = (s.connection.0, s.path);
        by_source.entry((at.0, s.ssrc.0)).or_default().push(i);
        for t in s.payload_types.iter().filter(|_| s.kind.is_media()) {
            by_type.entry((at.0, at.1, t.number)).or_default().push(i);
        }
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let described = |i: usize| streams.get(i).and_then(|s| s.described.as_deref());
    for (i, s) in streams.iter().enumerate() {
        let Some(source) = described(i).and_then(|d| d.repaired_source) else {
            continue;
        };
        let all = by_source.get(&(s.connection.0, source.0));
        let all = all.map_or(&[][..], Vec::as_slice);
        let same_path = |o: &&usize| streams.get(**o).is_some_and(|o| o.path == s.path);
        // After a restart of ICE one of them may have begun on the old path.
        let original = all.iter().find(same_path).or(all.first());
        pairs.extend(original.map(|&original| (i, original)));
    }
    let taken: BTreeSet<usize> = pairs.iter().map(|(_, original)| *original).collect();
    for (i, (s, types)) in streams.iter().zip(retransmitted).enumerate() {
        let Some(d) = described(i).filter(|d| s.kind == Kind::Rtx && d.repaired_source.is_none())
        else {
            continue;
        };
        let mut originals: Vec<usize> = types
            .iter()
            .filter_map(|&pt| by_type.get(&(s.connection.0, s.path, pt)))
            .flatten()
            .copied()
            .filter(|&o| described(o).is_some_and(|o| o.mid == d.mid) && !taken.contains(&o))
            .collect();
        originals.sort_unstable();
        originals.dedup();
        if let [original] = originals[..] {
            pairs.push((i, original));
        }
    }
    let id = |i: usize| streams.get(i).map(|s| s.id);
    let pairs: Vec<(usize, StreamId, usize, StreamId)> = pairs
        .iter()
        .filter_map(|&(i, o)| Some((i, id(i)?, o, id(o)?)))
        .collect();
    for (repair, repair_id, original, original_id) in pairs {
        if let Some(d) = described_mut(streams, repair) {
            d.repairs = Some(original_id);
        }
        if let Some(d) = described_mut(streams, original) {
            d.repaired_by.push(repair_id);
        }
    }
}

fn described_mut(streams: &mut [Stream], i: usize) -> Option<&mut Described> {
    streams.get_mut(i)?.described.as_deref_mut()
}

fn unfit(all: &Descriptions, bound: &Bound) -> Vec<CountedProblem> {
    let problem = |message: String, count: u64| CountedProblem {
        problem: Problem {
            code: "sdp-fits-nothing",
            message,
            packet: None,
            offset: None,
        },
        count,
    };
    let mut told: Vec<CountedProblem> = bound
        .unfit
        .iter()
        .take(TOLD_MAX)
        .filter_map(|(i, why)| {
            let name = &all.all.get(*i)?.name;
            let message = format!("{name}: fits no connection of this capture ({why})");
            Some(problem(message, 1))
        })
        .collect();
    let more = bound.unfit.len().saturating_sub(TOLD_MAX) as u64;
    if more > 0 {
        let message = format!("{more} more descriptions fit no connection of this capture");
        told.push(problem(message, more));
    }
    told
}
