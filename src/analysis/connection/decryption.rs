//! What was opened of each connection and stream: the counts of the vault, given to whom they are about.

use super::streams::is_encrypted;
use crate::analysis::analyzer::State;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{
    Connection, Decryption, KeySource, KeysGiven, Openings, Stream, Transport,
};
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
    let why_not: Vec<Unknown> = connections.iter().map(|c| why_not(state, c)).collect();
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
        let why = why_not.get(stream.connection.0 as usize - 1);
        let why = why.copied().unwrap_or(Unknown::NoKeys);
        // Without keys nothing is counted.
        all.no_key += u64::from(why == Unknown::NoKeys);
        let why = match why {
            // Keys that were not tried are not those of something else.
            Unknown::NoHandshake | Unknown::OtherKeys if all.cut > 0 && all.cut == all.total() => {
                Unknown::Cut
            }
            why => why,
        };
        stream.decryption = known(stream.encrypted, &all, why).map(|()| all);
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
    for ((connection, mut found), why) in connections.iter_mut().zip(found).zip(why_not) {
        found.keys.sort_unstable();
        let encrypted = is_encrypted(connection);
        let mut all = found.all();
        if why == Unknown::NoKeys {
            all.no_key += u64::from(has_media(connection));
        }
        connection.decryption = known(encrypted, &all, why).map(|()| found);
    }
    // What was opened is not hidden: a stream that RTCP says nothing of is just not spoken of.
    for stream in streams {
        let connection = connections.get(stream.connection.0 as usize - 1);
        let opened = connection.and_then(|c| c.decryption.value());
        let is_opened = opened.is_some_and(|d| d.srtcp.opened > 0);
        if is_opened && stream.feedback.reason() == Some(Unknown::Encrypted) {
            stream.feedback = Known::No(Unknown::NotSeen);
        }
    }
}

/// Whether a connection has RTP, or RTCP that is not in clear.
fn has_media(connection: &Connection) -> bool {
    let opaque = |t: &Transport| t.protocols.rtcp > t.rtcp_clear;
    !connection.streams.is_empty() || connection.transports.iter().any(opaque)
}

/// Whether there is something to tell, or why not; `why` is why nothing was opened, if anything is
/// encrypted.
fn known(encrypted: Known<bool>, all: &Openings, why: Unknown) -> Known<()> {
    match encrypted {
        _ if all.opened > 0 => Known::Yes(()),
        Known::Yes(false) => Known::No(Unknown::NotEncrypted),
        _ if all.failed > 0 => Known::Yes(()),
        _ if all.total() == 0 => Known::No(Unknown::NotEncrypted),
        // It may be plain RTP.
        Known::No(unclear) if why != Unknown::OtherKeys => Known::No(unclear),
        _ => Known::No(why),
    }
}

/// Why nothing of what is encrypted in a connection was opened.
fn why_not(state: &State, connection: &Connection) -> Unknown {
    let secrets = state.vault.secrets();
    if secrets.is_empty() {
        return Unknown::NoKeys;
    }
    if secrets.key_log.is_empty() {
        return Unknown::OtherKeys;
    }
    let of = |index: u32| state.transports.get(index as usize)?.dtls_state.as_deref();
    let all = connection.transports.iter().filter_map(|t| of(t.index));
    let randoms: Vec<[u8; 32]> = all.flat_map(|dtls| dtls.client_randoms()).collect();
    let in_log = |random: &[u8; 32]| secrets.key_log.session(random).is_some();
    match () {
        () if randoms.is_empty() && connection.dtls.is_none() => Unknown::OtherKeys,
        () if randoms.is_empty() || randoms.iter().any(in_log) => Unknown::NoHandshake,
        () => Unknown::OtherSession,
    }
}

/// What keys there were, and of how many sessions of the capture; none if there were none.
pub(in crate::analysis) fn keys_given(state: &State) -> Option<KeysGiven> {
    let secrets = state.vault.secrets();
    if secrets.is_empty() {
        return None;
    }
    let dtls = state
        .transports
        .iter()
        .filter_map(|t| t.dtls_state.as_deref());
    let randoms: BTreeSet<[u8; 32]> = dtls.flat_map(|dtls| dtls.client_randoms()).collect();
    let in_log = |random: &&[u8; 32]| secrets.key_log.session(random).is_some();
    Some(KeysGiven {
        key_log_sessions: secrets.key_log.sessions().len() as u64,
        srtp_keys: secrets.srtp.len() as u64,
        sessions: randoms.len() as u64,
        sessions_in_key_log: randoms.iter().filter(in_log).count() as u64,
    })
}
