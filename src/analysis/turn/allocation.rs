//! The allocation of one path: granted, prolonged, refused, given up.

use super::request::{addresses, is_ms};
use super::{ALLOCATE, Peers};
use crate::analysis::event_log::EventLog;
use crate::analysis::model::{AllocateRequest, TurnEvent};
use crate::analysis::moment::Moment;
use crate::net::Endpoint;
use crate::proto::stun::{StunMessage, codes};
use crate::time::Timestamp;

/// Relayed addresses kept per path: an allocation has one or two.
const RELAYED_MAX: usize = 16;
/// The lifetime of an allocation that the server gives none for, in seconds (RFC 8656).
const DEFAULT_LIFETIME: u32 = 600;

/// The latest word of the server about the allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Life {
    /// None.
    #[default]
    Unknown,
    /// It wants credentials, or a fresh nonce.
    Challenged,
    /// It refused with this code.
    Refused(u16),
    /// It granted one.
    Granted,
    /// It granted something without a relayed address.
    NotRelayed,
    /// It took it back at the client's wish.
    Released,
}

/// The allocation of one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Allocation {
    pub(super) life: Life,
    /// When the server said so.
    pub(super) said_at: Option<Timestamp>,
    pub(super) requested: Option<AllocateRequest>,
    /// Relayed addresses in order of appearance.
    pub(super) relayed: Vec<Endpoint>,
    pub(super) mapped: Option<Endpoint>,
    /// In seconds.
    pub(super) lifetime: Option<u32>,
    pub(super) allocations: u64,
    pub(super) refreshes: u64,
}

impl Allocation {
    /// An Allocate request was answered with success.
    pub(super) fn grant(
        &mut self,
        message: &StunMessage<'_>,
        lifetime: Option<u32>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        let relayed = relayed(message);
        self.said_at = Some(at.ts);
        if relayed.is_empty() {
            if self.life != Life::Granted {
                self.life = Life::NotRelayed;
            }
            return;
        }
        self.mapped = mapped(message).or(self.mapped);
        // [MS-TURN] refreshes with another Allocate.
        let lives = self.life == Life::Granted && relayed.iter().all(|r| self.relayed.contains(r));
        if lives && is_ms(message) {
            self.prolong(lifetime, at, peers, log);
            return;
        }
        if let Some(end) = peers.leases.allocation_end()
            && self.life == Life::Granted
            && at.ts > end
        {
            let mut expired = at.event(TurnEvent::Expired);
            expired.at = end;
            log.push(expired);
        }
        self.life = Life::Granted;
        self.allocations += 1;
        self.lifetime = lifetime;
        for address in &relayed {
            self.relayed.retain(|known| known != address);
            if self.relayed.len() < RELAYED_MAX {
                self.relayed.push(*address);
            }
        }
        peers.forget_grants();
        peers.grant_allocation(lifetime.unwrap_or(DEFAULT_LIFETIME), at.ts);
        log.push(at.event(TurnEvent::Allocated { relayed, lifetime }));
    }

    /// A Refresh was answered with success; `asked` is the lifetime that its request named.
    pub(super) fn refresh(
        &mut self,
        asked: Option<u32>,
        lifetime: Option<u32>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        self.said_at = Some(at.ts);
        if asked == Some(0) || lifetime == Some(0) {
            self.life = Life::Released;
            peers.end_allocation(at.ts);
            log.push(at.event(TurnEvent::Released));
            return;
        }
        self.prolong(lifetime, at, peers, log);
    }

    fn prolong(
        &mut self,
        lifetime: Option<u32>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        self.life = Life::Granted;
        self.refreshes += 1;
        self.lifetime = lifetime.or(self.lifetime);
        peers.grant_allocation(lifetime.unwrap_or(DEFAULT_LIFETIME), at.ts);
        log.push(at.event(TurnEvent::Refresh { lifetime }));
    }

    /// A request was refused.
    pub(super) fn refuse(
        &mut self,
        method: u16,
        code: u16,
        authenticated: bool,
        at: &Moment,
        peers: &mut Peers,
    ) {
        let lives = self.life == Life::Granted;
        let life = match (code, method) {
            // Whatever was asked, there is no allocation.
            (437, m) if m != ALLOCATE && self.life != Life::Released => {
                peers.end_allocation(at.ts);
                Life::Refused(437)
            }
            (_, ALLOCATE) if lives => return,
            (401, ALLOCATE) if !authenticated => Life::Challenged,
            (438, ALLOCATE) => Life::Challenged,
            (_, ALLOCATE) => Life::Refused(code),
            _ => return,
        };
        self.life = life;
        self.said_at = Some(at.ts);
    }
}

/// The relayed addresses of a success response: two of a dual allocation.
fn relayed(message: &StunMessage<'_>) -> Vec<Endpoint> {
    // In [MS-TURN], MAPPED-ADDRESS is the allocated address.
    let attribute = match is_ms(message) {
        true => codes::MAPPED_ADDRESS,
        false => codes::XOR_RELAYED_ADDRESS,
    };
    addresses(message, attribute).take(2).collect()
}

/// The client as the server sees it.
fn mapped(message: &StunMessage<'_>) -> Option<Endpoint> {
    if is_ms(message) {
        return addresses(message, codes::CLASSIC_XOR_MAPPED_ADDRESS).next();
    }
    message.mapped_address().map(Endpoint::from)
}
