//! TURN for readers: the state at the end of the capture, and what only a silence shows.

use super::allocation::Life;
use super::{ALLOCATE, Peers, TurnState, name};
use crate::analysis::model::{AllocationState, Event, Permission, Turn, TurnEvent, TurnPeer};
use crate::net::Protocol;
use crate::time::Timestamp;

impl TurnState {
    /// What was asked and answered by `now`, the end of the capture; none without client and server.
    pub(in crate::analysis) fn report(
        &self,
        protocol: Protocol,
        transport: u32,
        peers: Option<&Peers>,
        now: Timestamp,
    ) -> Option<Turn> {
        let state = self.state(peers, now);
        Some(Turn {
            server: self.server?,
            client: self.client?,
            protocol,
            transport,
            state,
            requested: self.allocation.requested.clone(),
            relayed: self.relayed_for(None),
            relayed_addresses: self.relayed().to_vec(),
            mapped: self.allocation.mapped,
            lifetime: self.allocation.lifetime,
            allocated: self.allocation.allocations > 0,
            allocations: self.allocation.allocations,
            errors: self.errors.clone(),
            refusals: self.refusals.clone(),
            channels: self.channels,
            permissions: self.permissions,
            refreshes: self.allocation.refreshes,
            conflicts: self.conflicts,
            connections: self.connections,
            requests: self.transactions.requests,
            retransmissions: self.transactions.retransmissions,
            unanswered: self.transactions.unanswered(now),
            round_trip_time: self.transactions.round_trip(),
            realm: self.realm.clone(),
            software: self.software.clone(),
            client_software: self.client_software.clone(),
            alternate_server: self.alternate_server,
            mobility: self.mobility,
            access_token: self.access_token,
            peers: peers.map_or_else(Vec::new, |p| p.report(now)),
            overhead: peers.map(|p| p.overhead).unwrap_or_default(),
        })
    }

    fn state(&self, peers: Option<&Peers>, now: Timestamp) -> AllocationState {
        let end = peers.and_then(|p| p.leases.allocation_end());
        let lives = self.life() == Life::Granted;
        if lives && self.transactions.is_releasing() {
            return AllocationState::Released;
        }
        // An Allocate that came after the server's last word, and waits for its answer.
        let waiting = self.transactions.waiting(ALLOCATE, self.allocation.said_at);
        let since = waiting.map(|sent| now - sent);
        match self.life() {
            Life::Granted if end.is_some_and(|end| now > end) => AllocationState::Expired,
            Life::Granted if self.allocation.allocations == 0 => AllocationState::InUse,
            Life::Granted if self.allocation.refreshes > 0 => AllocationState::Refreshed,
            Life::Granted => AllocationState::Allocated,
            Life::Released => AllocationState::Released,
            // Answers that were not captured.
            Life::Unknown | Life::Challenged if self.is_in_use(peers) => AllocationState::InUse,
            life => match (since, life) {
                (Some(since), _) if since >= super::transactions::PATIENCE => {
                    AllocationState::Unanswered
                }
                (Some(_), _) => AllocationState::Requested,
                (None, Life::Refused(code)) => AllocationState::Refused(code),
                (None, Life::Challenged) => AllocationState::Unauthorized,
                (None, Life::NotRelayed) => AllocationState::NotRelayed,
                (None, _) => self.without_allocate(now),
            },
        }
    }

    /// No Allocate, and nothing granted: whatever else was asked was refused or is not answered.
    fn without_allocate(&self, now: Timestamp) -> AllocationState {
        match self.refusals.last() {
            Some(refusal) if refusal.code == 401 && !refusal.authenticated => {
                AllocationState::Unauthorized
            }
            Some(refusal) => AllocationState::Refused(refusal.code),
            None if self.transactions.unanswered(now) > 0 => AllocationState::Unanswered,
            None => AllocationState::Requested,
        }
    }

    /// What only shows when nothing more comes: expiry, data that came too late, a silent server.
    pub(in crate::analysis) fn closing_events(
        &self,
        peers: Option<&Peers>,
        now: Timestamp,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        if let Some((at, method, sent)) = self.transactions.silence(now) {
            let mut event = sent.event(TurnEvent::Silent {
                method: name(method),
            });
            event.at = at;
            events.push(event);
        }
        let end = peers.and_then(|p| p.leases.allocation_end());
        if let (Some(end), Some(last)) = (end, self.last)
            && now > end
            && self.state(peers, now) == AllocationState::Expired
        {
            let mut event = last.event(TurnEvent::Expired);
            event.at = end;
            events.push(event);
        }
        for peer in peers.iter().flat_map(|p| &p.slots) {
            if let Some((what, first)) = &peer.late.first {
                events.push(first.event(TurnEvent::Late {
                    what,
                    peer: peer.address,
                }));
            }
        }
        events
    }
}

impl Peers {
    fn report(&self, now: Timestamp) -> Vec<TurnPeer> {
        // From client to server, and back.
        let (there, back) = match self.leases.client_is_b() {
            Some(true) => (1, 0),
            _ => (0, 1),
        };
        let of = |counts: &[u64; 2], way: usize| counts.get(way).copied().unwrap_or(0);
        let permission = |p: &super::peers::Peer| {
            p.address
                .map_or(Permission::None, |a| self.leases.permission(a.ip(), now))
        };
        let report = |p: &super::peers::Peer| TurnPeer {
            address: p.address,
            channels: p.channels.clone(),
            permission: permission(p),
            packets_sent: of(&p.packets, there),
            packets_received: of(&p.packets, back),
            bytes_sent: of(&p.bytes, there),
            bytes_received: of(&p.bytes, back),
            packets_late: p.late.packets,
        };
        self.slots.iter().map(report).collect()
    }
}
