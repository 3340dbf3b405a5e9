//! What happened between a TURN client and its server: their part of the timeline.

use super::EventKind;
use super::turn::refusal_meaning;
use crate::net::Endpoint;

/// What happened between a TURN client and its server (RFC 8656).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TurnEvent {
    /// A TURN client asked for an allocation (RFC 8656).
    Allocate {
        /// Whether the request proved who asks.
        authenticated: bool,
    },
    /// A TURN server wants credentials.
    Challenge {
        /// For this realm.
        realm: Option<String>,
    },
    /// A TURN server made an allocation.
    Allocated {
        /// The relayed addresses; two of a dual allocation.
        relayed: Vec<Endpoint>,
        /// For how many seconds.
        lifetime: Option<u32>,
    },
    /// A TURN server refused a request.
    Refused {
        /// What was asked: `Allocate`, `CreatePermission`, …
        method: &'static str,
        /// The error code.
        code: u16,
        /// Its reason phrase.
        reason: String,
        /// Whether the request proved who asks.
        authenticated: bool,
    },
    /// A TURN server lets this peer through; told once per address.
    Permission {
        /// The peer.
        peer: Endpoint,
    },
    /// A TURN channel stands for a peer; told when it is new or goes to another peer.
    Channel {
        /// The channel number.
        channel: u16,
        /// The peer.
        peer: Endpoint,
    },
    /// A TURN server connected to a peer over TCP, or a peer to it (RFC 6062).
    Connection {
        /// The peer, if the message names it.
        peer: Option<Endpoint>,
    },
    /// An allocation was prolonged.
    Refresh {
        /// For how many seconds from now.
        lifetime: Option<u32>,
    },
    /// An allocation was given up.
    Released,
    /// The time of an allocation ran out.
    Expired,
    /// Data was sent to a peer although the time of what it needs had run out.
    Late {
        /// `allocation`, `permission` or `channel`.
        what: &'static str,
        /// The peer, if it is known.
        peer: Option<Endpoint>,
    },
    /// A TURN server did not answer a request in time.
    Silent {
        /// What was asked.
        method: &'static str,
    },
}

impl From<TurnEvent> for EventKind {
    fn from(event: TurnEvent) -> Self {
        Self::Turn(event)
    }
}

impl TurnEvent {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Allocate { .. } => "turn-allocate",
            Self::Challenge { .. } => "turn-challenge",
            Self::Allocated { .. } => "turn-allocated",
            Self::Refused { .. } => "turn-refused",
            Self::Permission { .. } => "turn-permission",
            Self::Channel { .. } => "turn-channel",
            Self::Connection { .. } => "turn-connection",
            Self::Refresh { .. } => "turn-refresh",
            Self::Released => "turn-released",
            Self::Expired => "turn-expired",
            Self::Late { .. } => "turn-late",
            Self::Silent { .. } => "turn-silent",
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::Allocate { authenticated } => match authenticated {
                true => "Allocate with credentials".to_owned(),
                false => "Allocate".to_owned(),
            },
            Self::Challenge { realm: None } => "server asks for credentials".to_owned(),
            Self::Challenge { realm: Some(realm) } => {
                format!("server asks for credentials, realm {realm}")
            }
            Self::Allocated { relayed, lifetime } => {
                let relayed: Vec<String> = relayed.iter().map(|r| format!(" {r}")).collect();
                format!("allocated{}{}", relayed.concat(), lasting(*lifetime))
            }
            Self::Refused {
                method,
                code,
                reason,
                authenticated,
            } => match refusal_meaning(*code, *authenticated) {
                Some(meaning) => format!("{method} refused with {code} {reason}: {meaning}"),
                None => format!("{method} refused with {code} {reason}"),
            },
            Self::Permission { peer } => format!("permission for peer {peer}"),
            Self::Channel { channel, peer } => {
                format!("channel 0x{channel:04x} bound to peer {peer}")
            }
            Self::Connection { peer: None } => "TCP connection to a peer".to_owned(),
            Self::Connection { peer: Some(peer) } => format!("TCP connection to peer {peer}"),
            Self::Refresh { lifetime } => {
                format!("allocation refreshed{}", lasting(*lifetime))
            }
            Self::Released => "allocation released".to_owned(),
            Self::Expired => "allocation expired: not refreshed in time".to_owned(),
            Self::Late { what, peer } => {
                let peer = peer.map_or_else(String::new, |p| format!(" to peer {p}"));
                format!("data sent{peer} after the {what} expired")
            }
            Self::Silent { method } => format!("server does not answer {method}"),
        }
    }
}

fn lasting(seconds: Option<u32>) -> String {
    seconds.map_or_else(String::new, |s| format!(" for {s} s"))
}
