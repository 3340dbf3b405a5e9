//! From transports to peer connections, and from candidates to streams: the last step, taken at
//! each snapshot.
//!
//! Transports are one connection when their connectivity checks use the same pair of username
//! fragments (RFC 8445), whatever their addresses. Without ICE, a transport with DTLS stands for
//! itself, and plain RTP and RTCP between two hosts are one session.

use super::analyzer::State;
use super::dtls;
use super::event_log::EventLog;
use super::ice::IceState;
use super::ids::{ConnectionId, Ssrc, StreamId};
use super::known::{Known, Unknown};
use super::model::{Connection, ConnectionState, Dtls, DtlsState, Ice, Protocols, Stream};
use super::stream::StreamState;
use super::transport::{Media, TransportState};
use crate::net::{Path, Via};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What joins transports into one connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    /// The two username fragments, in order.
    Ufrags(String, String),
    /// Plain media between two hosts.
    Hosts(IpAddr, IpAddr),
    /// A path to a TURN server, and what was wrapped on it.
    Relay(Path),
}

/// The connections, their streams, and all datagrams by protocol.
pub(super) fn assemble(state: &State) -> (Vec<Connection>, Vec<Stream>, Protocols) {
    let believed = believed_streams(state);
    let media = media(state, &believed);
    let group_of = group(&state.transports, &media);

    let mut protocols = state.counts;
    let mut connections: Vec<Connection> = Vec::new();
    let mut place: BTreeMap<usize, usize> = BTreeMap::new();
    let mut members: Vec<Vec<&TransportState>> = Vec::new();
    for (i, transport) in state.transports.iter().enumerate() {
        let media = media.get(i).copied().unwrap_or_default();
        add(&mut protocols, &transport.protocols(media));
        let Some(Some(group)) = group_of.get(i) else {
            continue;
        };
        let at = *place.entry(*group).or_insert_with(|| {
            connections.push(empty(ConnectionId(connections.len() as u32 + 1), transport));
            members.push(Vec::new());
            connections.len() - 1
        });
        if let (Some(connection), Some(list)) = (connections.get_mut(at), members.get_mut(at)) {
            connection
                .transports
                .push(transport.report(i as u32, media));
            connection.first_seen = connection.first_seen.min(transport.first);
            connection.last_seen = connection.last_seen.max(transport.last);
            list.push(transport);
        }
    }
    for (connection, members) in connections.iter_mut().zip(&members) {
        connection.ice = merged_ice(members);
        connection.dtls = merged_dtls(members);
        let turn = members
            .iter()
            .filter_map(|t| t.turn.as_ref()?.report(t.path.protocol));
        connection.turn = turn.collect();
        let logs = members.iter().map(|t| &t.log);
        connection.events_not_kept = logs.clone().map(EventLog::not_kept).sum();
        connection.events = logs.flat_map(EventLog::events).cloned().collect();
        connection.events.sort_by_key(|e| (e.at, e.packet));
        if let Some(main) = connection.main_transport() {
            connection.endpoints = [main.a.ip(), main.b.ip()];
        }
    }

    let mut streams: Vec<Stream> = Vec::with_capacity(believed.len());
    for (candidate, transport) in &believed {
        let connection = group_of.get(*transport).copied().flatten();
        let at = connection.and_then(|group| place.get(&group)).copied();
        let Some(connection) = at.and_then(|at| connections.get_mut(at)) else {
            continue;
        };
        let id = StreamId(streams.len() as u32 + 1);
        connection.streams.push(id);
        let owner = state.transports.get(*transport);
        if let Some(stream) = owner.and_then(|t| report(state, candidate, id, connection, t)) {
            streams.push(stream);
        }
    }
    for connection in &mut connections {
        connection.state = life(connection);
    }
    (connections, streams, protocols)
}

/// The candidates that behave like streams, in order of appearance, with their transports.
fn believed_streams(state: &State) -> Vec<(&StreamState, usize)> {
    let mut believed: Vec<(&StreamState, usize)> = state
        .streams
        .all()
        .filter_map(|stream| {
            let flow = state.flows.get(stream.flow)?;
            let transport = state.transports.get(flow.transport as usize)?;
            let believable = stream.is_believable(transport.is_proven());
            believable.then_some((stream, flow.transport as usize))
        })
        .collect();
    believed.sort_by_key(|(stream, _)| stream.born);
    believed
}

/// What the streams prove about each transport.
fn media(state: &State, believed: &[(&StreamState, usize)]) -> Vec<Media> {
    let mut all = vec![Media::default(); state.transports.len()];
    let mut sources = BTreeSet::new();
    for (stream, transport) in believed {
        if let Some(media) = all.get_mut(*transport) {
            media.rtp += stream.packets;
        }
        if let Some(t) = state.transports.get(*transport) {
            sources.insert((hosts(t), stream.ssrc));
        }
    }
    for (media, transport) in all.iter_mut().zip(&state.transports) {
        let sender = transport.rtcp_sender;
        media.rtcp_is_believed =
            sender.is_some_and(|ssrc| sources.contains(&(hosts(transport), ssrc)));
    }
    all
}

fn hosts(transport: &TransportState) -> (IpAddr, IpAddr) {
    let (a, b) = (transport.path.src.ip(), transport.path.dst.ip());
    (a.min(b), a.max(b))
}

/// For each transport the first transport of its connection, if it belongs to one.
fn group(transports: &[TransportState], media: &[Media]) -> Vec<Option<usize>> {
    let mut parent: Vec<Option<usize>> = vec![None; transports.len()];
    let mut bonds: BTreeMap<Bond, usize> = BTreeMap::new();
    for (i, transport) in transports.iter().enumerate() {
        let has_media = media
            .get(i)
            .is_some_and(|m| m.rtp > 0 || m.rtcp_is_believed);
        let is_ours = transport.is_proven() || has_media || transport.rtcp_clear > 0;
        if !is_ours && transport.turn.is_none() {
            continue;
        }
        set(&mut parent, i, i);
        for bond in bonds_of(transport) {
            let first = *bonds.entry(bond).or_insert(i);
            let (a, b) = (root(&mut parent, first), root(&mut parent, i));
            set(&mut parent, a.max(b), a.min(b));
        }
    }
    (0..parent.len())
        .map(|i| {
            let is_ours = parent.get(i).is_some_and(Option::is_some);
            is_ours.then(|| root(&mut parent, i))
        })
        .collect()
}

fn set(parent: &mut [Option<usize>], i: usize, to: usize) {
    if let Some(slot) = parent.get_mut(i) {
        *slot = Some(to);
    }
}

/// The first transport of the group, halving the way there for the next who asks.
fn root(parent: &mut [Option<usize>], mut i: usize) -> usize {
    while let Some(&Some(up)) = parent.get(i) {
        if up == i {
            break;
        }
        if let Some(&Some(above)) = parent.get(up) {
            set(parent, i, above);
        }
        i = up;
    }
    i
}

fn bonds_of(transport: &TransportState) -> Vec<Bond> {
    let names = transport.ice.as_ref().map_or(&[][..], |ice| &ice.usernames);
    let ufrags = names.iter().filter_map(|name| name.split_once(':'));
    let mut bonds: Vec<Bond> = ufrags
        .map(|(a, b)| Bond::Ufrags(a.min(b).to_owned(), a.max(b).to_owned()))
        .collect();
    if transport.turn.is_some() || transport.via != Via::Direct {
        bonds.push(Bond::Relay(transport.path));
    }
    if bonds.is_empty() && transport.dtls == 0 {
        let (a, b) = hosts(transport);
        bonds.push(Bond::Hosts(a, b));
    }
    bonds
}

fn empty(id: ConnectionId, transport: &TransportState) -> Connection {
    Connection {
        id,
        endpoints: [transport.path.src.ip(), transport.path.dst.ip()],
        state: ConnectionState::New,
        transports: Vec::new(),
        streams: Vec::new(),
        ice: None,
        dtls: None,
        turn: Vec::new(),
        events: Vec::new(),
        events_not_kept: 0,
        first_seen: transport.first,
        last_seen: transport.last,
    }
}

fn merged_ice(members: &[&TransportState]) -> Option<Ice> {
    let mut all = IceState::default();
    for ice in members
        .iter()
        .filter_map(|t| t.ice.as_ref())
        .filter(|ice| ice.has_checks())
    {
        all.merge(ice);
    }
    all.has_checks().then(|| Ice {
        requests: all.requests,
        responses: all.responses,
        round_trip_time: all.round_trip(),
        errors: all.errors,
        ufrags: all.usernames,
        nominated: all.nominated,
        controlling: all.controlling,
        cut: all.cut,
    })
}

/// One association over all transports, beginning with the one where it got furthest.
fn merged_dtls(members: &[&TransportState]) -> Option<Dtls> {
    let datagrams: u64 = members
        .iter()
        .map(|t| t.dtls + t.dtls_ciphertext + t.dtls_in_stun)
        .sum();
    let mut states: Vec<&dtls::DtlsState> = members
        .iter()
        .filter_map(|t| t.dtls_state.as_deref())
        .collect();
    states.sort_by_key(|d| std::cmp::Reverse((d.progress(), d.records())));
    let (best, rest) = states.split_first()?;
    let mut whole = (*best).clone();
    for other in rest {
        whole.merge(other);
    }
    Some(whole.report(datagrams))
}

fn life(c: &Connection) -> ConnectionState {
    let dtls = c.dtls.as_ref();
    let alert = |wanted: &str| {
        dtls.and_then(|d| d.alerts.value())
            .is_some_and(|alerts| alerts.iter().any(|(alert, _)| alert.contains(wanted)))
    };
    let up = dtls.is_some_and(|d| d.state == DtlsState::Complete);
    if alert("fatal") {
        ConnectionState::Failed
    } else if alert("close_notify") {
        ConnectionState::Closed
    } else if up || (!c.streams.is_empty() && (c.ice.is_some() || dtls.is_some())) {
        ConnectionState::Connected
    } else if c.ice.is_some() || dtls.is_some() {
        ConnectionState::Checking
    } else if !c.turn.is_empty() && c.turn.iter().all(|t| !t.allocated && !t.errors.is_empty()) {
        ConnectionState::Failed
    } else if !c.streams.is_empty() {
        ConnectionState::MediaOnly
    } else {
        ConnectionState::New
    }
}

fn report(
    state: &State,
    s: &StreamState,
    id: StreamId,
    connection: &Connection,
    transport: &TransportState,
) -> Option<Stream> {
    let flow = state.flows.get(s.flow)?;
    let encrypted = is_encrypted(connection);
    let answers = transport
        .packets
        .get(usize::from(!flow.reverse))
        .copied()
        .unwrap_or(0);
    let feedback = match (s.feedback, encrypted) {
        (Some(feedback), _) => Known::Yes(feedback),
        (None, Known::Yes(true)) => Known::No(Unknown::Encrypted),
        (None, _) if answers == 0 => Known::No(Unknown::OneWayCapture),
        (None, _) => Known::No(Unknown::NotSeen),
    };
    let (kind, kind_source) = s.kind();
    let several = s.packets > 1;
    Some(Stream {
        id,
        connection: connection.id,
        transport: flow.transport,
        ssrc: Ssrc(s.ssrc),
        path: flow.path,
        via: flow.via,
        encrypted,
        kind,
        kind_source,
        codec: s.codec(),
        clock_rate: s.clock_rate(),
        payload_types: s.payload_types().to_vec(),
        header_extensions: s.header_extensions(),
        first_seen: s.first,
        last_seen: s.last,
        packets: s.packets,
        expected: s.sequence.expected(),
        lost: s.sequence.lost(),
        duplicated: s.sequence.duplicates(),
        reordered: s.sequence.late(),
        restarts: s.sequence.restarts(),
        payload_bytes: s.payload_bytes,
        header_bytes: s.header_bytes,
        marked: s.marked,
        padded: s.padded,
        bitrate: s.bitrate(),
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

/// DTLS keys the media; without it, RTCP tells: readable, it is plain; opaque, it is SRTCP.
fn is_encrypted(connection: &Connection) -> Known<bool> {
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
