//! What joins transports into one peer connection.
//!
//! Each bond is something that both transports show and that no other peer connection would: a pair
//! of random numbers, or one address that a server gave to one client. Addresses of peers alone
//! never join transports that speak ICE or DTLS: an SFU has one port for all its clients, and two
//! hosts may have many connections.

use super::super::transport::TransportState;
use crate::net::{Endpoint, Path, Via};
use std::net::IpAddr;

/// A tie-breaker is 64 random bits (RFC 8445); one this small was not drawn by lot, and may be the
/// same everywhere.
const TIE_BREAKER_MIN: u64 = u32::MAX as u64;

/// What joins transports into one connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    /// The two username fragments of a check, in order: candidate pairs of one component.
    Ufrags(String, String),
    /// The tie-breakers of both agents, in order: all components, also after an ICE restart.
    TieBreakers(u64, u64),
    /// The tie-breaker of the only agent that sends checks here, and the other's host.
    LoneTieBreaker(u64, IpAddr),
    /// The random number of a ClientHello: one DTLS association.
    ClientRandom([u8; 32]),
    /// A path to a TURN server, and what was wrapped on it.
    Relay(Path),
    /// An address that a TURN server gave to one client, seen on either side of the server.
    Relayed(Endpoint),
    /// Plain media between two hosts.
    Hosts(IpAddr, IpAddr),
}

/// The bonds of a transport; `relayed` tells whether a TURN server gave an address to a client.
pub(super) fn bonds_of(t: &TransportState, relayed: impl Fn(&Endpoint) -> bool) -> Vec<Bond> {
    let mut bonds = Vec::new();
    if let Some(ice) = &t.ice {
        let names = ice.usernames.iter().filter_map(|name| name.split_once(':'));
        bonds.extend(names.map(|(a, b)| Bond::Ufrags(a.min(b).to_owned(), a.max(b).to_owned())));
        bonds.extend(match tie_breakers(t) {
            (Some(a), Some(b)) => Some(Bond::TieBreakers(a.min(b), a.max(b))),
            (Some(a), None) => Some(Bond::LoneTieBreaker(a, t.path.dst.ip())),
            (None, Some(b)) => Some(Bond::LoneTieBreaker(b, t.path.src.ip())),
            (None, None) => None,
        });
    }
    if let Some(dtls) = &t.dtls_state {
        bonds.extend(dtls.client_randoms().map(Bond::ClientRandom));
    }
    if let Some(turn) = &t.turn {
        bonds.extend(turn.relayed().iter().map(|r| Bond::Relayed(*r)));
    }
    if t.turn.is_some() || t.via != Via::Direct {
        bonds.push(Bond::Relay(t.path));
    }
    let ends = [t.path.src, t.path.dst].into_iter();
    bonds.extend(ends.filter(relayed).map(Bond::Relayed));
    if bonds.is_empty() && t.dtls == 0 && t.sctp == 0 {
        let (a, b) = t.hosts();
        bonds.push(Bond::Hosts(a, b));
    }
    bonds
}

/// The tie-breakers of the agents at `a` and at `b`, as far as their checks were seen.
pub(super) fn tie_breakers(t: &TransportState) -> (Option<u64>, Option<u64>) {
    let seen = t.ice.as_ref().map_or(&[][..], |ice| ice.tie_breakers());
    let of = |end: Endpoint| {
        let drawn = |(sender, n): &&(Endpoint, u64)| *sender == end && *n > TIE_BREAKER_MIN;
        seen.iter().find(drawn).map(|(_, n)| *n)
    };
    (of(t.path.src), of(t.path.dst))
}
