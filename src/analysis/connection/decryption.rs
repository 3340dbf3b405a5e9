//! What was opened of each connection and stream: the counts of the vault, given to whom they are about.

use super::streams::is_encrypted;
use crate::analysis::analyzer::State;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{Connection, Decryption, KeySource, Openings, Stream};
use crate::analysis::transport::TransportState;
use std::collections::{BTreeMap, BTreeSet};

/// What came of the encrypted DTLS records of a connection's transports, to which [`conclude`] adds the
/// packets.
pub(super) fn records(members: &[&TransportState]) -> Decryption {
    let mut all = Decryption::default();
    for dtls in members.iter().filter_map(|t| t.dtls_state.as_deref()) {
        all.dtls.add(dtls.openings());
    }
    if all.dtls.opened + all.dtls.failed > 0 {
        all.keys.push(KeySource::KeyLog);
    }
    all
}

/// Fills in what became of encrypted packets.
pub(super) fn conclude(state: &State, connections: &mut [Connection], streams: &mut [Stream]) {
    let sources = state.vault.openings();
    let by_source: BTreeMap<(u32, u32), Openings> =
        sources.iter().map(|s| ((s.flow, s.ssrc), s.rtp)).collect();
    let mut believed: BTreeSet<(u32, u32)> = BTreeSet::new();
    for stream in streams.iter_mut() {
        let mut all = Openings::default();
        for leg in &stream.legs {
            let flow = state.flows.find_path(leg.path, leg.via);
            let source = flow.map(|flow| (flow, stream.ssrc.0));
            let Some(source) = source.filter(|source| believed.insert(*source)) else {
                continue;
            };
            if let Some(openings) = by_source.get(&source) {
                all.add(openings);
            }
        }
        if all.opened > 0 {
            stream.encrypted = Known::Yes(true);
        }
        stream.decryption = known(state, stream.encrypted, &all).map(|()| all);
    }
    let mut place: BTreeMap<u32, usize> = BTreeMap::new();
    for (i, connection) in connections.iter().enumerate() {
        place.extend(connection.transports.iter().map(|t| (t.index, i)));
    }
    let records = |c: &Connection| c.decryption.value().cloned().unwrap_or_default();
    let mut found: Vec<Decryption> = connections.iter().map(records).collect();
    for source in &sources {
        let transport = state.flows.get(source.flow).map(|flow| flow.transport);
        let place = transport.and_then(|transport| place.get(&transport));
        let Some(found) = place.and_then(|&i| found.get_mut(i)) else {
            continue;
        };
        // What nothing opened may be no RTP at all.
        if source.rtp.opened > 0 || believed.contains(&(source.flow, source.ssrc)) {
            found.srtp.add(&source.rtp);
        }
        found.srtcp.add(&source.rtcp);
        if let Some((origin, profile)) = source.key {
            if !found.keys.contains(&origin) {
                found.keys.push(origin);
            }
            if !found.profiles.contains(&profile) {
                found.profiles.push(profile);
            }
        }
    }
    for (connection, mut found) in connections.iter_mut().zip(found) {
        found.keys.sort_unstable();
        let encrypted = is_encrypted(connection);
        connection.decryption = known(state, encrypted, &found.all()).map(|()| found);
    }
}

/// Whether there is something to tell, or why not.
fn known(state: &State, encrypted: Known<bool>, all: &Openings) -> Known<()> {
    let was_tried = all.opened + all.failed > 0;
    match encrypted {
        _ if all.opened > 0 => Known::Yes(()),
        Known::Yes(false) => Known::No(Unknown::NotEncrypted),
        Known::Yes(true) if state.vault.is_empty() => Known::No(Unknown::NoKeys),
        Known::No(why) if !was_tried => Known::No(why),
        _ if all.total() == 0 => Known::No(Unknown::NotEncrypted),
        _ if !was_tried => Known::No(Unknown::OtherSession),
        _ => Known::Yes(()),
    }
}
