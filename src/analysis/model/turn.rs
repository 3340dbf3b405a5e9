//! What a TURN server was asked and how it answered (RFC 8656; RFC 6062, RFC 7635 and RFC 8016 as
//! far as they show).

use super::RoundTrip;
use crate::capture::PacketNo;
use crate::net::{Endpoint, Protocol};

/// What one client asked of a TURN server, and how the server answered (RFC 8656).
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The server's address.
    pub server: Endpoint,
    /// The client's address.
    pub client: Endpoint,
    /// Over what it was reached.
    pub protocol: Protocol,
    /// [`Transport::index`](super::Transport::index) of the path between them.
    pub transport: u32,
    /// How far the allocation got.
    pub state: AllocationState,
    /// What the Allocate request asked for, if one was seen.
    pub requested: Option<AllocateRequest>,
    /// The relayed transport address it gave, if it did; the latest, if several times.
    pub relayed: Option<Endpoint>,
    /// All relayed addresses, in order of appearance: two of a dual allocation.
    pub relayed_addresses: Vec<Endpoint>,
    /// The client's address as the server sees it, if it told.
    pub mapped: Option<Endpoint>,
    /// The lifetime granted last, in seconds.
    pub lifetime: Option<u32>,
    /// Whether an Allocate succeeded with a relayed address.
    pub allocated: bool,
    /// Allocations made on this path, one after the other.
    pub allocations: u64,
    /// Error responses by code; 401 once is how the exchange begins.
    pub errors: Vec<(u16, u64)>,
    /// Error responses by method and code.
    pub refusals: Vec<Refusal>,
    /// ChannelBind requests that were granted.
    pub channels: u64,
    /// CreatePermission requests that were granted.
    pub permissions: u64,
    /// Refresh requests that prolonged the allocation.
    pub refreshes: u64,
    /// ChannelBind requests for a channel of another peer, or for a peer that has another channel.
    pub conflicts: u64,
    /// TCP connections to peers (RFC 6062): Connect requests that were granted, and attempts of
    /// peers that the server told of.
    pub connections: u64,
    /// Requests sent, each once.
    pub requests: u64,
    /// Requests sent again with the same transaction id.
    pub retransmissions: u64,
    /// Requests that were not answered in time.
    pub unanswered: u64,
    /// From the point of capture to the server and back, from answered requests.
    pub round_trip_time: Option<RoundTrip>,
    /// The realm it asks credentials for.
    pub realm: Option<String>,
    /// What it calls itself in SOFTWARE.
    pub software: Option<String>,
    /// What the client calls itself.
    pub client_software: Option<String>,
    /// Where it sent the client to (300 Try Alternate).
    pub alternate_server: Option<Endpoint>,
    /// Whether a mobility ticket was used (RFC 8016).
    pub mobility: bool,
    /// Whether an access token was used (RFC 7635).
    pub access_token: bool,
    /// The peers behind it, in order of appearance.
    pub peers: Vec<TurnPeer>,
    /// What wrapping cost.
    pub overhead: Overhead,
}

/// How far an allocation got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocationState {
    /// Asked for; the capture ends before an answer could have come.
    Requested,
    /// The server asked for credentials (401), and none followed.
    Unauthorized,
    /// Granted.
    Allocated,
    /// Granted and prolonged.
    Refreshed,
    /// Given up by the client.
    Released,
    /// Its time ran out.
    Expired,
    /// Refused with this error code.
    Refused(u16),
    /// Asked for, and the server is silent.
    Unanswered,
    /// There is one, but its beginning is not in the capture.
    InUse,
    /// Answered with success, but without a relayed address: not TURN as RFC 8656 has it.
    NotRelayed,
}

impl AllocationState {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Unauthorized => "unauthorized",
            Self::Allocated => "allocated",
            Self::Refreshed => "refreshed",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Refused(_) => "refused",
            Self::Unanswered => "unanswered",
            Self::InUse => "in-use",
            Self::NotRelayed => "not-relayed",
        }
    }
}

/// What an Allocate request asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllocateRequest {
    /// REQUESTED-TRANSPORT: an IP protocol number; 17 is UDP, 6 TCP (RFC 6062).
    pub transport: Option<u8>,
    /// REQUESTED-ADDRESS-FAMILY and ADDITIONAL-ADDRESS-FAMILY: 1 is IPv4, 2 IPv6.
    pub families: Vec<u8>,
    /// EVEN-PORT: an even port, for RTP with RTCP on the next one.
    pub even_port: bool,
    /// RESERVATION-TOKEN: the port that an earlier EVEN-PORT reserved.
    pub reservation: bool,
    /// DONT-FRAGMENT.
    pub dont_fragment: bool,
    /// LIFETIME, in seconds.
    pub lifetime: Option<u32>,
}

/// Error responses of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The method that was refused: `Allocate`, `CreatePermission`, …
    pub method: &'static str,
    /// The error code.
    pub code: u16,
    /// The server's reason phrase, or else that of the registry.
    pub reason: String,
    /// Whether the request proved who asks.
    pub authenticated: bool,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub packet: PacketNo,
}

/// A peer behind a TURN server.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnPeer {
    /// Its address, unless only a channel was seen whose binding is not in the capture.
    pub address: Option<Endpoint>,
    /// The channels used for it, in order of appearance.
    pub channels: Vec<u16>,
    /// Whether the server lets it through.
    pub permission: Permission,
    /// Datagrams that the client had relayed to it.
    pub packets_sent: u64,
    /// Datagrams that were relayed from it.
    pub packets_received: u64,
    /// Their bytes, without the wrapper.
    pub bytes_sent: u64,
    /// Their bytes, without the wrapper.
    pub bytes_received: u64,
    /// Datagrams that the client sent when the allocation, the permission or the channel had run out.
    pub packets_late: u64,
}

impl TurnPeer {
    /// Whether anything was relayed to or from it.
    pub fn is_used(&self) -> bool {
        self.packets_sent + self.packets_received > 0
    }
}

/// Whether a TURN server lets datagrams of a peer through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// No request for one was seen.
    None,
    /// Asked for; no answer was seen.
    Requested,
    /// Granted.
    Granted,
    /// Its time ran out.
    Expired,
    /// Refused with this error code.
    Refused(u16),
}

impl Permission {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Requested => "requested",
            Self::Granted => "granted",
            Self::Expired => "expired",
            Self::Refused(_) => "refused",
        }
    }
}

/// What wrapping cost, in bytes of UDP or TCP payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overhead {
    /// Headers and padding of ChannelData messages.
    pub channel_data: u64,
    /// What Send and Data indications hold besides the wrapped datagram.
    pub indications: u64,
    /// Wrapped messages, wrapper and content together.
    pub total: u64,
}

impl Overhead {
    /// The part of the bytes of wrapped messages that is wrapper, 0 to 1.
    pub fn share(&self) -> Option<f64> {
        let wrapper = self.channel_data + self.indications;
        (self.total > 0).then(|| wrapper as f64 / self.total as f64)
    }
}

impl Turn {
    /// How far the allocation got, in words: `allocated 192.0.2.1:49189 for 600 s`.
    pub fn outcome(&self) -> String {
        let allocation = || {
            let mut words = String::new();
            for relayed in &self.relayed_addresses {
                words.push_str(&format!(" {relayed}"));
            }
            if let Some(seconds) = self.lifetime {
                words.push_str(&format!(" for {seconds} s"));
            }
            words
        };
        match self.state {
            AllocationState::Requested => "allocation asked for".to_owned(),
            AllocationState::Unauthorized => {
                "server asks for credentials (401), no authenticated request followed".to_owned()
            }
            AllocationState::Allocated => format!("allocated{}", allocation()),
            AllocationState::Refreshed => format!(
                "allocated{}, refreshed {} times",
                allocation(),
                self.refreshes
            ),
            AllocationState::Released => format!("allocated{}, released", allocation()),
            AllocationState::Expired if self.late() > 0 => format!(
                "allocated{}, expired while in use: not refreshed",
                allocation()
            ),
            AllocationState::Expired => format!("allocated{}, expired", allocation()),
            AllocationState::Refused(code) => format!("refused: {}", self.why(code)),
            AllocationState::Unanswered => "server does not answer".to_owned(),
            AllocationState::InUse => format!(
                "in use{}, allocated before the capture or its answer not captured",
                allocation()
            ),
            AllocationState::NotRelayed => {
                "answered without a relayed address: not standard TURN".to_owned()
            }
        }
    }

    /// Whether the client did not get what it asked for: refused, or never answered.
    pub fn has_failed(&self) -> bool {
        matches!(
            self.state,
            AllocationState::Refused(_) | AllocationState::Unanswered
        )
    }

    /// Whether the client sent data when the time of what it needs had run out.
    pub fn was_late(&self) -> bool {
        self.late() > 0
    }

    /// What else is worth a word, each in a few: peers and channels, overhead, refusals that did not
    /// end it, retransmissions.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let used: Vec<&TurnPeer> = self.peers.iter().filter(|p| p.is_used()).collect();
        let mut channels: Vec<u16> = used.iter().flat_map(|p| p.channels.clone()).collect();
        channels.sort_unstable();
        channels.dedup();
        match (used.len(), channels.as_slice()) {
            (0, _) => {}
            (n, []) => notes.push(format!("{} in indications", plural(n, "peer"))),
            (n, [one]) => notes.push(format!("{} on channel 0x{one:04x}", plural(n, "peer"))),
            (n, more) => notes.push(format!("{}, {} channels", plural(n, "peer"), more.len())),
        }
        if let Some(share) = self.overhead.share() {
            notes.push(format!("overhead {:.1} %", share * 100.0));
        }
        let ending = match self.state {
            AllocationState::Refused(code) => Some(code),
            _ => None,
        };
        for r in &self.refusals {
            let is_challenge = r.code == 401 && !r.authenticated;
            if Some(r.code) != ending && !is_challenge {
                let method = &r.method;
                notes.push(format!("{} x {method} refused with {}", r.count, r.code));
            }
        }
        let late = self.late();
        if late > 0 {
            notes.push(format!("{late} packets sent after expiry"));
        }
        if self.retransmissions > 0 {
            notes.push(format!("{} retransmissions", self.retransmissions));
        }
        if self.unanswered > 0 {
            notes.push(format!("{} unanswered", self.unanswered));
        }
        notes
    }

    /// Datagrams sent when what they need had run out.
    fn late(&self) -> u64 {
        self.peers.iter().map(|p| p.packets_late).sum()
    }

    /// What the error code that ended it means.
    fn why(&self, code: u16) -> String {
        let last = self.refusals.iter().rev().find(|r| r.code == code);
        let meaning = refusal_meaning(code, last.is_some_and(|r| r.authenticated));
        let reason = last.map_or("", |r| r.reason.as_str());
        let server = self.alternate_server.filter(|_| code == 300);
        match (meaning, server) {
            (_, Some(server)) => format!("300: go to {server}"),
            (Some(meaning), _) => format!("{code} {meaning}"),
            (None, _) if reason.is_empty() => code.to_string(),
            (None, _) => format!("{code} {reason}"),
        }
    }
}

fn plural(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What a TURN error code means for whoever asked (RFC 8656, RFC 8489).
pub fn refusal_meaning(code: u16, authenticated: bool) -> Option<&'static str> {
    Some(match code {
        300 => "go to another server",
        400 => "the server cannot read the request",
        401 if authenticated => "again after authentication: wrong username or password",
        401 => "credentials wanted",
        403 => "forbidden by the server's policy",
        405 => "the server forbids mobility",
        420 => "the server does not know an attribute that the request needs",
        437 if authenticated => {
            "the server knows no such allocation, or has another one for this address"
        }
        438 => "the nonce is stale",
        440 => "the server does not relay this address family",
        441 => "credentials differ from those of the allocation",
        442 => "the server does not relay this transport protocol",
        443 => "the peer's address family is not that of the relayed address",
        446 => "there is a TCP connection to this peer already",
        447 => "the server cannot connect to the peer",
        486 => "too many allocations of this user: quota reached",
        500 => "the server has an error of its own",
        508 => "the server has no free relayed address",
        _ => return None,
    })
}
