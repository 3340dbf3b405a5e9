//! TURN as one transport shows it: what was asked of the server and what it answered (RFC 8656).

mod peers;
mod transactions;

pub(super) use peers::{Peers, Relays, is_shared};

use self::transactions::{Sent, Transactions, Wish};
use super::event_log::EventLog;
use super::model;
use super::moment::Moment;
use crate::net::{Endpoint, Protocol};
use crate::proto::stun::{StunClass, StunMessage, Value, codes};

const ALLOCATE: u16 = 0x003;
const REFRESH: u16 = 0x004;
const CREATE_PERMISSION: u16 = 0x008;
const CHANNEL_BIND: u16 = 0x009;
/// Distinct error codes kept per transport.
const KINDS_MAX: usize = 16;
/// Relayed addresses kept per transport: an allocation has one or two.
const RELAYED_MAX: usize = 16;
/// Peers read from one CreatePermission request.
const PERMISSIONS_MAX: usize = 64;

/// The TURN messages of one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct TurnState {
    server: Option<Endpoint>,
    transactions: Transactions,
    /// Relayed addresses in the order they were granted.
    relayed: Vec<Endpoint>,
    allocated: bool,
    errors: Vec<(u16, u64)>,
    channels: u64,
    permissions: u64,
}

impl TurnState {
    /// The relayed transport addresses that the server granted here, in order of appearance.
    pub(super) fn relayed(&self) -> &[Endpoint] {
        &self.relayed
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
        _log: &mut EventLog,
    ) {
        match message.class() {
            StunClass::Request => self.request(message, at, peers),
            StunClass::Success => self.success(message, at, peers),
            StunClass::Error => self.error(message, at, peers),
            StunClass::Indication => {}
        }
    }

    fn request(&mut self, message: &StunMessage<'_>, at: &Moment, peers: &mut Peers) {
        self.server = self.server.or(Some(at.dst));
        let sent = Sent {
            id: message.transaction_id(),
            method: message.method(),
            sender: at.src,
            ts: at.ts,
            no: at.no,
            reverse: at.reverse,
            authenticated: is_authenticated(message),
        };
        self.transactions.ask(sent, || wish(message));
        if let Wish::Channel(channel, peer) = wish(message) {
            peers.ask(channel, peer);
        }
    }

    fn success(&mut self, message: &StunMessage<'_>, at: &Moment, peers: &mut Peers) {
        self.server = Some(at.src);
        let request = self
            .transactions
            .answer(message.transaction_id(), at.dst, at.ts);
        match message.method() {
            ALLOCATE => {
                self.allocated = true;
                for relayed in addresses(message, codes::XOR_RELAYED_ADDRESS) {
                    self.relayed.retain(|known| *known != relayed);
                    if self.relayed.len() < RELAYED_MAX {
                        self.relayed.push(relayed);
                    }
                }
            }
            CREATE_PERMISSION => self.permissions += 1,
            CHANNEL_BIND => {
                self.channels += 1;
                if let Some(Wish::Channel(channel, peer)) = request.map(|r| r.wish) {
                    peers.bind(channel, peer);
                }
            }
            _ => {}
        }
    }

    fn error(&mut self, message: &StunMessage<'_>, at: &Moment, peers: &mut Peers) {
        self.server = Some(at.src);
        let request = self
            .transactions
            .answer(message.transaction_id(), at.dst, at.ts);
        if let Some(Wish::Channel(channel, peer)) = request.map(|r| r.wish) {
            peers.refuse(channel, peer);
        }
        let Some((code, _)) = message.error_code() else {
            return;
        };
        if let Some((_, n)) = self.errors.iter_mut().find(|(known, _)| *known == code) {
            *n += 1;
        } else if self.errors.len() < KINDS_MAX {
            self.errors.push((code, 1));
        }
    }

    /// The server, if anything was asked of one.
    pub(super) fn report(&self, protocol: Protocol) -> Option<model::Turn> {
        Some(model::Turn {
            server: self.server?,
            protocol,
            relayed: self.relayed_for(None),
            allocated: self.allocated,
            errors: self.errors.clone(),
            channels: self.channels,
            permissions: self.permissions,
        })
    }
}

/// What a request asks for.
fn wish(message: &StunMessage<'_>) -> Wish {
    match message.method() {
        ALLOCATE => Wish::Allocation,
        REFRESH => Wish::Lifetime(match message.value(codes::LIFETIME) {
            Some(Value::U32(seconds)) => Some(seconds),
            _ => None,
        }),
        CREATE_PERMISSION => {
            let peers = addresses(message, codes::XOR_PEER_ADDRESS);
            Wish::Permissions(peers.take(PERMISSIONS_MAX).collect())
        }
        CHANNEL_BIND => {
            let peer = addresses(message, codes::XOR_PEER_ADDRESS).next();
            match (message.value(codes::CHANNEL_NUMBER), peer) {
                (Some(Value::U16(channel)), Some(peer)) => Wish::Channel(channel, peer),
                _ => Wish::Other,
            }
        }
        _ => Wish::Other,
    }
}

/// The addresses of all attributes of this type.
fn addresses(message: &StunMessage<'_>, attribute: u16) -> impl Iterator<Item = Endpoint> {
    message
        .attributes()
        .map_while(Result::ok)
        .filter(move |a| a.attribute_type == attribute)
        .filter_map(|a| a.value().ok()?.address())
        .map(Endpoint::from)
}

fn is_authenticated(message: &StunMessage<'_>) -> bool {
    [codes::MESSAGE_INTEGRITY, codes::MESSAGE_INTEGRITY_SHA256]
        .iter()
        .any(|kind| message.attribute(*kind).is_some())
}
