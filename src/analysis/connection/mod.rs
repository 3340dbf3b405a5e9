//! From transports to peer connections, and from candidates to streams: the last step, taken at
//! each snapshot.

mod bonds;
mod channels;
mod decryption;
mod evidence;
mod group;
mod groups;
mod latency;
mod life;
mod streams;

pub(super) use self::decryption::keys_given;

use self::evidence::Believed;
use self::life::Around;
use super::ENDED_EARLY;
use super::analyzer::State;
use super::dtls;
use super::event_log::EventLog;
use super::feedback;
use super::ice;
use super::ids::{ConnectionId, StreamId};
use super::known::{Known, Unknown};
use super::model::{
    Connection, ConnectionFeedback, ConnectionState, CountedProblem, Event, EventKind, Protocols,
    Stream,
};
use super::session;
use super::sources::{self, Measured};
use super::stream::StreamState;
use super::transport::TransportState;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The connections, their streams, all datagrams by protocol, and what of the user's descriptions fits
/// nothing.
pub(super) fn assemble(
    state: &State,
) -> (Vec<Connection>, Vec<Stream>, Protocols, Vec<CountedProblem>) {
    let believed = evidence::believed(state);
    let mut media = streams::media(state, &believed);
    let mut moves = streams::moves(state, &believed);
    channels::mark(state, &mut media, &mut moves);
    let group_of = group::group(&state.transports, &media, &moves);

    let mut protocols = state.counts;
    // As many as there will be: they are big, and a big capture has thousands.
    let groups: BTreeSet<usize> = group_of.iter().flatten().copied().collect();
    let mut connections: Vec<Connection> = Vec::with_capacity(groups.len());
    let mut place: BTreeMap<usize, usize> = BTreeMap::new();
    let mut members: Vec<Vec<&TransportState>> = Vec::new();
    let mut first_media: Vec<Option<Timestamp>> = Vec::new();
    for (i, transport) in state.transports.iter().enumerate() {
        let media = media.get(i).copied().unwrap_or_default();
        add(&mut protocols, &transport.protocols(media));
        let Some(Some(group)) = group_of.get(i) else {
            continue;
        };
        let at = *place.entry(*group).or_insert_with(|| {
            connections.push(empty(ConnectionId(connections.len() as u32 + 1), transport));
            members.push(Vec::new());
            first_media.push(None);
            connections.len() - 1
        });
        if let (Some(connection), Some(list)) = (connections.get_mut(at), members.get_mut(at)) {
            connection.transports.push(transport.report(
                i as u32,
                media,
                &state.relays,
                &state.transports,
            ));
            connection.first_seen = connection.first_seen.min(transport.first);
            connection.last_seen = connection.last_seen.max(transport.last);
            list.push(transport);
            if let Some(first) = first_media.get_mut(at) {
                *first = [*first, media.first].into_iter().flatten().min();
            }
        }
    }
    for ((connection, members), media) in connections.iter_mut().zip(&members).zip(first_media) {
        connection.transports.shrink_to_fit();
        protocols_of(state, connection, members, media);
        if let Some(main) = connection.main_transport() {
            connection.endpoints = [main.a.ip(), main.b.ip()];
        }
    }

    let copy_of = streams::copies(state, &believed, &group_of);
    let mut copies: BTreeMap<usize, Vec<&StreamState>> = BTreeMap::new();
    for (b, original) in believed.iter().zip(&copy_of) {
        if let Some(original) = original {
            copies.entry(*original).or_default().push(b.stream);
        }
    }
    let nothing = Around {
        end: state.info.last.unwrap_or_default(),
        last_on: BTreeMap::new(),
        last_media: BTreeMap::new(),
    };
    let mut around = vec![nothing; connections.len()];
    // Once for each connection: both its streams and its transports may be many.
    let encrypted: Vec<Known<bool>> = match &state.info.dump {
        // Written before encryption or after decryption, whatever the connection did.
        Some(dump) if dump.is_clear => vec![Known::Yes(false); connections.len()],
        _ => connections.iter().map(streams::is_encrypted).collect(),
    };
    let mut streams: Vec<Stream> = Vec::with_capacity(believed.len());
    let mut measured: Vec<&StreamState> = Vec::with_capacity(believed.len());
    for (i, (Believed { stream, transport }, original)) in believed.iter().zip(&copy_of).enumerate()
    {
        if original.is_some() {
            continue;
        }
        let group = group_of.get(*transport).copied().flatten();
        let at = group.and_then(|group| place.get(&group)).copied();
        let Some((connection, around, encrypted)) = at.and_then(|at| {
            let (around, encrypted) = (around.get_mut(at)?, encrypted.get(at)?);
            Some((connections.get_mut(at)?, around, *encrypted))
        }) else {
            continue;
        };
        let id = StreamId(streams.len() as u32 + 1);
        let copies = copies.get(&i).map_or(&[][..], Vec::as_slice);
        let Some(owner) = state.transports.get(*transport) else {
            continue;
        };
        if let Some(reported) =
            streams::report(state, (stream, copies), id, (connection, encrypted), owner)
        {
            connection.streams.push(id);
            let last = around.last_media.entry(reported.path.src.ip());
            let last = last.or_insert(reported.last_seen);
            *last = reported.last_seen.max(*last);
            for leg in &reported.legs {
                let last = around.last_on.entry(leg.transport).or_insert(leg.last_seen);
                *last = leg.last_seen.max(*last);
            }
            streams.push(reported);
            measured.push(stream);
        }
    }
    decryption::conclude(state, &mut connections, &mut streams);
    let problems = session::apply(state, &connections, &mut streams);
    for connection in &mut connections {
        // As far as ICE and DTLS tell: what was sent again is judged by it.
        connection.latency = latency::latency(connection);
    }
    decide(state, &mut connections, &mut streams, &measured);
    feedback::conclude(state, &mut connections, &mut streams);
    for (connection, around) in connections.iter_mut().zip(&around) {
        connection.events.sort_by_key(|e| (e.at, e.packet));
        (connection.state, connection.stopped) = life::life(connection, around);
        connection.latency = latency::latency(connection);
    }
    (connections, streams, protocols, problems)
}

/// Decides what the streams are, connection by connection, and tells when they began and ended.
fn decide(
    state: &State,
    connections: &mut [Connection],
    streams: &mut [Stream],
    measured: &[&StreamState],
) {
    let mut of: Vec<Vec<Measured<'_, '_>>> = Vec::new();
    of.resize_with(connections.len(), Vec::new);
    for (stream, state) in streams.iter_mut().zip(measured) {
        if let Some(list) = of.get_mut(stream.connection.0 as usize - 1) {
            list.push(Measured { state, stream });
        }
    }
    for (connection, streams) in connections.iter_mut().zip(&mut of) {
        sources::decide(state, connection, streams);
        connection.media_sources = sources::sources(streams);
        for one in streams {
            let ends = media_events(state, one.state, one.stream, connection.last_seen);
            connection.events.extend(ends);
        }
    }
}

/// What each protocol showed on the transports of a connection, and the events of them all.
fn protocols_of(
    state: &State,
    connection: &mut Connection,
    members: &[&TransportState],
    media: Option<Timestamp>,
) {
    let now = state.info.last.unwrap_or(connection.last_seen);
    let logs = members.iter().map(|t| &t.log);
    connection.events_not_kept = logs.clone().map(EventLog::not_kept).sum();
    let mut events: Vec<Event> = logs.flat_map(EventLog::events).cloned().collect();

    let is_used = media.is_some() || members.iter().any(|t| t.dtls_state.is_some());
    let (ice, shown_together) = ice::report(members, now, is_used).unzip();
    connection.ice = ice;
    events.extend(shown_together.into_iter().flatten());

    let states = members.iter().filter_map(|t| t.dtls_state.as_deref());
    let all = dtls::assemble(states, media);
    let mut associations = all.associations.into_iter();
    connection.dtls = associations.next();
    connection.other_dtls = associations.collect();
    connection.other_dtls_not_kept = all.not_kept;
    connection.decryption = Known::Yes(decryption::records(members));
    events.extend(all.events);

    (connection.sctp, connection.data_channels) = channels::report(state, connection);

    for (transport, seen) in members.iter().zip(&connection.transports) {
        let Some(turn) = &transport.turn else {
            continue;
        };
        let peers = transport.peers.as_deref();
        events.extend(turn.closing_events(peers, now));
        let report = turn.report(transport.path.protocol, seen.index, peers, now);
        connection.turn.extend(report);
    }
    connection.events = events;
}

/// The first packet of a stream and, of media that ended well before its connection, the last.
fn media_events(
    state: &State,
    stream: &StreamState,
    reported: &Stream,
    end: Timestamp,
) -> impl Iterator<Item = Event> {
    let event = |flow: u32, at, packet, kind| {
        let flow = state.flows.get(flow)?;
        Some(Event {
            at,
            packet,
            transport: flow.transport,
            reverse: flow.reverse,
            kind,
        })
    };
    let (ssrc, kind) = (reported.ssrc, reported.kind);
    let began = EventKind::FirstMedia { ssrc, kind };
    let began = event(stream.flow, stream.first, stream.first_no, began);
    let before = end - stream.last;
    // Retransmissions, and what is mostly that, are silent most of the time.
    let is_over = kind.is_media() && before >= ENDED_EARLY;
    let ended = EventKind::MediaEnded { ssrc, kind, before };
    let ended = event(stream.current_flow(), stream.last, stream.last_no, ended);
    began.into_iter().chain(ended.filter(|_| is_over))
}

fn empty(id: ConnectionId, transport: &TransportState) -> Connection {
    Connection {
        id,
        endpoints: [transport.path.src.ip(), transport.path.dst.ip()],
        state: ConnectionState::New,
        stopped: None,
        latency: Known::No(Unknown::NotSeen),
        transports: Vec::new(),
        streams: Vec::new(),
        media_sources: Vec::new(),
        ice: None,
        dtls: None,
        other_dtls: Vec::new(),
        other_dtls_not_kept: 0,
        decryption: Known::No(Unknown::NotMeasured),
        sctp: Known::No(Unknown::NotSeen),
        data_channels: Known::No(Unknown::NotSeen),
        turn: Vec::new(),
        paths: Vec::new(),
        feedback: ConnectionFeedback::default(),
        events: Vec::new(),
        events_not_kept: 0,
        first_seen: transport.first,
        last_seen: transport.last,
    }
}

fn add(sum: &mut Protocols, p: &Protocols) {
    sum.stun += p.stun;
    sum.turn_channel_data += p.turn_channel_data;
    sum.dtls += p.dtls;
    sum.rtp += p.rtp;
    sum.rtcp += p.rtcp;
    sum.sctp += p.sctp;
    sum.icmp += p.icmp;
    sum.tcp += p.tcp;
    sum.tunnel += p.tunnel;
    sum.other += p.other;
}
