//! From transports to peer connections: first what is bound together, then what goes with it.
//!
//! Candidates are gathered before there is anything that names the connection: the sockets that
//! asked a STUN or TURN server go with the checks that follow from the same socket, or else from
//! the same host at that time. An ICE restart whose stack draws new tie-breakers is recognised by
//! what is missing: it has no DTLS handshake, because that of the old path still holds.

use super::super::transport::{Media, TransportState};
use super::bonds::{Bond, bonds_of, tie_breakers};
use super::groups::Groups;
use crate::net::Endpoint;
use crate::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Sockets of one gathering ask their servers within this time.
const GATHERING: Span = Span::from_millis(2_000);
/// The checks follow within this time: signalling lies between.
const SIGNALLING: Span = Span::from_millis(30_000);
/// A restarted path is in use this soon after the last packet on the old one.
const HANDOVER: Span = Span::from_millis(30_000);

/// Handshakes looked at for one restart, latest first: a bound for hostile input.
const CANDIDATES_MAX: usize = 64;

/// For each transport the first transport of its connection, if it belongs to one.
///
/// `moves` are pairs of transports over which one stream went.
pub(super) fn group(
    transports: &[TransportState],
    media: &[Media],
    moves: &[(u32, u32)],
) -> Vec<Option<usize>> {
    let given: BTreeSet<Endpoint> = transports
        .iter()
        .filter_map(|t| t.turn.as_deref())
        .flat_map(|turn| turn.relayed().iter().copied())
        .collect();
    let mut groups = Groups::new(transports.len());
    let mut bonds: BTreeMap<Bond, usize> = BTreeMap::new();
    for (i, transport) in transports.iter().enumerate() {
        let media = media.get(i).copied().unwrap_or_default();
        if !transport.is_peer(media) && !relays(transport) {
            continue;
        }
        groups.add(i);
        for bond in bonds_of(transport, |end| given.contains(end)) {
            groups.join(*bonds.entry(bond).or_insert(i), i);
        }
    }
    for &(a, b) in moves {
        groups.join(a as usize, b as usize);
    }
    attach_one_sided_checks(transports, &mut groups);
    attach_restarts(transports, &mut groups);
    attach_servers(transports, media, &mut groups);
    (0..transports.len()).map(|i| groups.root(i)).collect()
}

/// Each transport with the next: what joins them all.
pub(super) fn neighbours(transports: &[u32]) -> impl Iterator<Item = (u32, u32)> {
    let next = transports.iter().skip(1);
    transports.iter().zip(next).map(|(a, b)| (*a, *b))
}

/// Whether a relay was asked for: what may come of it is a connection.
fn relays(t: &TransportState) -> bool {
    t.turn.as_ref().is_some_and(|turn| turn.is_relaying())
}

/// Joins paths that only one agent ever tried to the connection where both are known, if there is
/// one only: a server may use one tie-breaker for all its clients.
fn attach_one_sided_checks(transports: &[TransportState], groups: &mut Groups) {
    // By an agent's tie-breaker and the other's host: the connection, if it is one only.
    let mut known: BTreeMap<(u64, IpAddr), Option<usize>> = BTreeMap::new();
    let mut one_sided: Vec<(usize, (u64, IpAddr))> = Vec::new();
    for (i, t) in transports.iter().enumerate() {
        let (a, b) = (t.path.src.ip(), t.path.dst.ip());
        match tie_breakers(t) {
            (Some(of_a), Some(of_b)) => {
                let root = groups.root(i);
                for key in [(of_a, b), (of_b, a)] {
                    let home = known.entry(key).or_insert(root);
                    *home = home.filter(|home| Some(*home) == root);
                }
            }
            (Some(of_a), None) => one_sided.push((i, (of_a, b))),
            (None, Some(of_b)) => one_sided.push((i, (of_b, a))),
            (None, None) => {}
        }
    }
    for (i, key) in one_sided {
        if let Some(&Some(home)) = known.get(&key) {
            groups.join(home, i);
        }
    }
}

/// Joins paths that use the keys of a handshake on another path between the same hosts.
fn attach_restarts(transports: &[TransportState], groups: &mut Groups) {
    let mut shaken: BTreeMap<(IpAddr, IpAddr), Vec<usize>> = BTreeMap::new();
    let mut without: Vec<usize> = Vec::new();
    let mut has_handshake: BTreeSet<usize> = BTreeSet::new();
    for (i, t) in transports.iter().enumerate() {
        let Some(root) = groups.root(i) else { continue };
        let Some(dtls) = &t.dtls_state else { continue };
        if dtls.has_handshake() {
            has_handshake.insert(root);
        } else {
            without.push(i);
        }
        if dtls.is_complete() {
            shaken.entry(t.hosts()).or_default().push(i);
        }
    }
    for i in without {
        let (Some(t), Some(root)) = (transports.get(i), groups.root(i)) else {
            continue;
        };
        if !t.has_checks() || has_handshake.contains(&root) {
            continue;
        }
        let old = shaken.get(&t.hosts()).map_or(&[][..], Vec::as_slice);
        let before = old.partition_point(|o| *o < i);
        let mut homes: Vec<usize> = old
            .get(before.saturating_sub(CANDIDATES_MAX)..before)
            .unwrap_or_default()
            .iter()
            .filter(|&&o| {
                let o = transports.get(o);
                o.is_some_and(|o| o.first < t.first && (t.first - o.last) < HANDOVER)
            })
            .filter_map(|&o| groups.root(o))
            .collect();
        homes.sort_unstable();
        homes.dedup();
        if let [home] = homes[..] {
            groups.join(home, i);
        }
    }
}

/// Joins the sockets that asked a STUN or TURN server to the connection they gathered for.
fn attach_servers(transports: &[TransportState], media: &[Media], groups: &mut Groups) {
    // Where peers are, and since when: by socket, and by host.
    let mut sockets: BTreeMap<Endpoint, Vec<(Timestamp, usize)>> = BTreeMap::new();
    let mut hosts: BTreeMap<IpAddr, Vec<(Timestamp, usize)>> = BTreeMap::new();
    let mut has_peer: BTreeSet<usize> = BTreeSet::new();
    for (i, t) in transports.iter().enumerate() {
        let media = media.get(i).copied().unwrap_or_default();
        let Some(root) = groups.root(i).filter(|_| t.is_peer(media)) else {
            continue;
        };
        has_peer.insert(root);
        for end in [t.path.src, t.path.dst] {
            sockets.entry(end).or_default().push((t.first, i));
            if t.has_checks() {
                hosts.entry(end.ip()).or_default().push((t.first, i));
            }
        }
    }
    for list in hosts.values_mut().chain(sockets.values_mut()) {
        list.sort_unstable();
    }
    let mut lonely: BTreeMap<IpAddr, (Timestamp, usize)> = BTreeMap::new();
    let mut questions: Vec<(usize, IpAddr)> = Vec::new();
    for (i, t) in transports.iter().enumerate() {
        let root = groups.root(i);
        let asks = t.turn.is_some() || t.ice.is_some();
        if !asks || root.is_some_and(|r| has_peer.contains(&r)) {
            continue;
        }
        let client = t.opener();
        let same_socket = sockets.get(&client).and_then(|list| nearest(list, t.first));
        let home = same_socket.or_else(|| {
            let list = hosts.get(&client.ip())?;
            let from = list.partition_point(|(first, _)| *first < t.first);
            let (first, home) = *list.get(from)?;
            ((first - t.first) < SIGNALLING).then_some(home)
        });
        match home {
            Some(home) => {
                groups.add(i);
                groups.join(home, i);
            }
            // Nothing came of it: still one attempt to connect, if relaying was asked for.
            None if relays(t) => match lonely.get(&client.ip()) {
                Some(&(since, first)) if (t.first - since) < GATHERING => groups.join(first, i),
                _ => {
                    lonely.insert(client.ip(), (t.first, i));
                }
            },
            None => questions.push((i, client.ip())),
        }
    }
    // Its other sockets may have asked for no more than their own address.
    for (i, host) in questions {
        let first = transports.get(i).map(|t| t.first);
        if let (Some(first), Some(&(since, attempt))) = (first, lonely.get(&host))
            && (first - since).nanos().saturating_abs() < GATHERING.nanos()
        {
            groups.add(i);
            groups.join(attempt, i);
        }
    }
}

/// The transport of a sorted list that began nearest to `when`.
fn nearest(list: &[(Timestamp, usize)], when: Timestamp) -> Option<usize> {
    let place = list.partition_point(|(first, _)| *first < when);
    let around = list.get(place.saturating_sub(1)..list.len().min(place + 1))?;
    around
        .iter()
        .min_by_key(|(first, _)| (*first - when).nanos().saturating_abs())
        .map(|(_, i)| *i)
}
