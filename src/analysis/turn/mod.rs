//! TURN as one transport shows it: what a client asked of the server and what it answered (RFC 8656,
//! with RFC 6062 TCP allocations, RFC 7635 access tokens and RFC 8016 mobility as far as they show).
//!
//! Requests are matched to responses by transaction id; what a success grants is what its request asked
//! for. docs/algorithms/turn.md tells how states and expiry are judged.

mod allocation;
mod leases;
mod peers;
mod relays;
mod report;
mod request;
mod transactions;

pub(super) use peers::{Peers, Wrapped};
pub(super) use relays::{Relays, is_shared};

use self::allocation::{Allocation, Life};
use self::request::{addresses, is_authenticated, requested, text, wish};
use self::transactions::{Answer, Request, Sent, Transactions, Wish};
use super::counts;
use super::event_log::EventLog;
use super::model::{Refusal, TurnEvent};
use super::moment::Moment;
use crate::net::Endpoint;
use crate::proto::stun::{StunClass, StunMessage, Value, codes};

const ALLOCATE: u16 = 0x003;
const REFRESH: u16 = 0x004;
const SEND: u16 = 0x006;
const CREATE_PERMISSION: u16 = 0x008;
const CHANNEL_BIND: u16 = 0x009;
const CONNECT: u16 = 0x00a;
const CONNECTION_ATTEMPT: u16 = 0x00c;
/// Distinct error codes kept per transport, with and without their methods.
const KINDS_MAX: usize = 16;

/// The TURN messages of one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct TurnState {
    server: Option<Endpoint>,
    client: Option<Endpoint>,
    transactions: Transactions,
    allocation: Allocation,
    errors: Vec<(u16, u64)>,
    refusals: Vec<Refusal>,
    channels: u64,
    permissions: u64,
    conflicts: u64,
    connections: u64,
    realm: Option<String>,
    software: Option<String>,
    client_software: Option<String>,
    alternate_server: Option<Endpoint>,
    mobility: bool,
    access_token: bool,
    /// The latest message: what a silence is shown by.
    last: Option<Moment>,
}

impl TurnState {
    /// The relayed transport addresses that the server granted here, in order of appearance.
    pub(super) fn relayed(&self) -> &[Endpoint] {
        &self.allocation.relayed
    }

    /// The relayed address that `peer` sees: the latest of its address family.
    pub(super) fn relayed_for(&self, peer: Option<Endpoint>) -> Option<Endpoint> {
        let fits = |r: &&Endpoint| peer.is_none_or(|p| p.ip().is_ipv4() == r.ip().is_ipv4());
        self.relayed().iter().rev().find(fits).copied()
    }

    /// Takes a message of a TURN method.
    pub(super) fn push(
        &mut self,
        message: &StunMessage<'_>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        self.last = Some(*at);
        self.mobility |= message.attribute(codes::MOBILITY_TICKET).is_some();
        self.access_token |= message.attribute(codes::ACCESS_TOKEN).is_some();
        match message.class() {
            StunClass::Request => self.request(message, at, peers, log),
            StunClass::Success => self.success(message, at, peers, log),
            StunClass::Error => self.error(message, at, peers, log),
            StunClass::Indication => self.indication(message, at, peers, log),
        }
    }

    /// Notes who is who, as a message from the client or the server tells.
    fn ends(&mut self, client: Endpoint, server: Endpoint, client_is_b: bool, peers: &mut Peers) {
        self.client = Some(client);
        self.server = Some(server);
        peers.leases.client_is(client_is_b);
    }

    fn request(
        &mut self,
        message: &StunMessage<'_>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        if self.server.is_none() {
            self.ends(at.src, at.dst, at.reverse, peers);
        }
        if self.client_software.is_none() {
            self.client_software = text(message, codes::SOFTWARE);
        }
        let authenticated = is_authenticated(message);
        let sent = Sent {
            id: message.transaction_id(),
            method: message.method(),
            at: *at,
            authenticated,
        };
        let wish = wish(message);
        if !self.transactions.ask(sent, &wish) {
            return;
        }
        match wish {
            Wish::Allocation => {
                self.allocation.requested = Some(requested(message));
                log.push(at.event(TurnEvent::Allocate { authenticated }));
            }
            Wish::Permissions(wanted) => {
                for peer in wanted {
                    peers.mention(peer);
                    peers.leases.ask_permission(peer.ip());
                }
            }
            Wish::Channel(channel, peer) => {
                self.conflicts += u64::from(peers.conflicts(channel, peer, at));
                peers.ask(channel, peer);
            }
            Wish::Lifetime(_) | Wish::Connection(_) | Wish::Other => {}
        }
    }

    fn success(
        &mut self,
        message: &StunMessage<'_>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        let Some(request) = self.answered(message, at, peers) else {
            return;
        };
        let lifetime = match message.value(codes::LIFETIME) {
            Some(Value::U32(seconds)) => Some(seconds),
            _ => None,
        };
        match message.method() {
            ALLOCATE => self.allocation.grant(message, lifetime, at, peers, log),
            REFRESH => {
                let asked = match request.map(|r| r.wish) {
                    Some(Wish::Lifetime(seconds)) => seconds,
                    _ => None,
                };
                self.allocation.refresh(asked, lifetime, at, peers, log);
            }
            CREATE_PERMISSION => {
                self.permissions += 1;
                if let Some(Wish::Permissions(wanted)) = request.map(|r| r.wish) {
                    for peer in wanted {
                        if peers.grant_permission(peer.ip(), at.ts) {
                            log.push(at.event(TurnEvent::Permission { peer }));
                        }
                    }
                }
            }
            CHANNEL_BIND => {
                self.channels += 1;
                if let Some(Wish::Channel(channel, peer)) = request.map(|r| r.wish) {
                    if peers.bind(channel, peer) {
                        log.push(at.event(TurnEvent::Channel { channel, peer }));
                    }
                    // A binding installs the permission too.
                    peers.grant_permission(peer.ip(), at.ts);
                    peers.grant_channel(channel, at.ts);
                }
            }
            CONNECT => {
                self.connections += 1;
                let peer = match request.map(|r| r.wish) {
                    Some(Wish::Connection(peer)) => peer,
                    _ => None,
                };
                log.push(at.event(TurnEvent::Connection { peer }));
            }
            _ => {}
        }
    }

    fn error(
        &mut self,
        message: &StunMessage<'_>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        let Some(request) = self.answered(message, at, peers) else {
            return;
        };
        let Some((code, reason)) = message.error_code() else {
            return;
        };
        counts::add(&mut self.errors, code, 1, KINDS_MAX);
        self.realm = text(message, codes::REALM).or(self.realm.take());
        let alternate = message.value(codes::ALTERNATE_SERVER);
        let alternate = alternate.and_then(|v| v.address()).map(Endpoint::from);
        self.alternate_server = alternate.or(self.alternate_server);
        match request.as_ref().map(|r| &r.wish) {
            Some(Wish::Channel(channel, peer)) => peers.refuse(*channel, *peer),
            Some(Wish::Permissions(wanted)) => {
                for peer in wanted {
                    peers.leases.refuse_permission(peer.ip(), code);
                }
            }
            _ => {}
        }
        let authenticated = request.is_some_and(|r| r.authenticated);
        self.allocation
            .refuse(message.method(), code, authenticated, at, peers);
        let reason = match request::clean(reason) {
            said if said.is_empty() => codes::error_name(code).unwrap_or_default().to_owned(),
            said => said,
        };
        log.push(at.event(match code {
            401 if !authenticated => TurnEvent::Challenge {
                realm: self.realm.clone(),
            },
            _ => TurnEvent::Refused {
                method: name(message.method()),
                code,
                reason: reason.clone(),
                authenticated,
            },
        }));
        self.count_refusal(Refusal {
            method: name(message.method()),
            code,
            reason,
            authenticated,
            count: 1,
            packet: at.no,
        });
    }

    fn count_refusal(&mut self, refusal: Refusal) {
        let same = |r: &&mut Refusal| {
            (r.method, r.code, r.authenticated)
                == (refusal.method, refusal.code, refusal.authenticated)
        };
        let has_room = self.refusals.len() < KINDS_MAX;
        match self.refusals.iter_mut().find(same) {
            Some(known) => known.count += 1,
            None if has_room => self.refusals.push(refusal),
            None => {}
        }
    }

    fn indication(
        &mut self,
        message: &StunMessage<'_>,
        at: &Moment,
        peers: &mut Peers,
        log: &mut EventLog,
    ) {
        let peer = addresses(message, codes::XOR_PEER_ADDRESS).next();
        if message.method() == CONNECTION_ATTEMPT {
            self.connections += 1;
            log.push(at.event(TurnEvent::Connection { peer }));
        }
        if self.server.is_some() || peer.is_none() {
            return;
        }
        match message.method() {
            SEND => self.ends(at.src, at.dst, at.reverse, peers),
            _ => self.ends(at.dst, at.src, !at.reverse, peers),
        }
    }

    /// Takes a response: the request it answers, if that was seen. None at all for a response that
    /// came before.
    #[expect(
        clippy::option_option,
        reason = "a response without its request is still one"
    )]
    fn answered(
        &mut self,
        message: &StunMessage<'_>,
        at: &Moment,
        peers: &mut Peers,
    ) -> Option<Option<Request>> {
        self.ends(at.dst, at.src, !at.reverse, peers);
        self.software = text(message, codes::SOFTWARE).or(self.software.take());
        let id = message.transaction_id();
        match self.transactions.answer(id, at.dst, at.ts) {
            Answer::To(request) => Some(Some(request)),
            Answer::Unasked => Some(None),
            Answer::Again => None,
        }
    }

    /// Whether somebody uses an allocation, wherever it came from.
    fn is_in_use(&self, peers: Option<&Peers>) -> bool {
        let granted = self.channels + self.permissions + self.connections > 0;
        granted || peers.is_some_and(|p| p.overhead.total > 0) || self.allocation.refreshes > 0
    }

    /// Whether this is TURN: some use its Allocate to ask a server for the way there and back.
    pub(super) fn is_relaying(&self) -> bool {
        self.life() != Life::NotRelayed
    }

    fn life(&self) -> Life {
        self.allocation.life
    }
}

fn name(method: u16) -> &'static str {
    codes::method_name(method).unwrap_or("request")
}
