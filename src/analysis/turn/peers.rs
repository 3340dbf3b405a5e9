//! The peers behind one path to a TURN server (RFC 8656), and by what each was reached: indications
//! name the peer's address, ChannelData a channel that a ChannelBind tied to it.
//!
//! What is wrapped belongs to a transport of its own per peer, so that a handshake or a stream which
//! begins in indications and goes on in a channel stays whole. [`Via::Turn`] carries the number of
//! the peer, which [`Relays`] gives out over the whole capture: wrappers inside wrappers have peers of
//! their own.

use crate::net::{Endpoint, Via};

/// Peers told apart per path to a server, and channels of one.
const PEERS_MAX: usize = 256;
/// Peers told apart in a capture.
const RELAYS_MAX: usize = 1 << 16;
/// The number that all peers beyond the limits share.
const SHARED: u32 = u32::MAX >> 1;

/// Who the peers of the whole capture are, by number.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Relays {
    known: Vec<Relay>,
}

/// A peer: where to look it up.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Relay {
    /// Index of the transport that carries the wrapped messages.
    pub(in crate::analysis) carrier: u32,
    slot: u16,
}

impl Relays {
    /// The peer that `via` names, if it is one of its own.
    pub(in crate::analysis) fn get(&self, via: Via) -> Option<Relay> {
        match via {
            Via::Turn(number) => self.known.get((number as usize).checked_sub(1)?).copied(),
            Via::Direct => None,
        }
    }

    fn add(&mut self, carrier: u32, slot: u16) -> Option<Via> {
        if self.known.len() >= RELAYS_MAX {
            return None;
        }
        self.known.push(Relay { carrier, slot });
        Some(Via::Turn(self.known.len() as u32))
    }
}

/// A peer of one path to a server.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Peer {
    /// Its address; unknown when only a channel was seen whose binding was not captured.
    pub(in crate::analysis) address: Option<Endpoint>,
    /// The channels bound to it, in order of appearance.
    pub(in crate::analysis) channels: Vec<u16>,
    /// Its number, once something came wrapped.
    via: Option<Via>,
}

/// What a channel number stands for.
#[derive(Clone, Copy, Debug)]
struct Binding {
    channel: u16,
    slot: u16,
}

/// The peers of one path to a server.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Peers {
    slots: Vec<Peer>,
    bindings: Vec<Binding>,
    /// The place in `bindings` used last: media comes in runs.
    recent: usize,
    /// ChannelBind requests not answered yet: who is meant, should data come before the answer, or
    /// should the answer not be in the capture.
    asked: Vec<(u16, Endpoint)>,
}

impl Peers {
    /// Whose data comes on this channel; none when there is no room to tell.
    #[inline]
    pub(in crate::analysis) fn on_channel(
        &mut self,
        channel: u16,
        carrier: u32,
        relays: &mut Relays,
    ) -> Via {
        match self.bindings.get(self.recent) {
            Some(b) if b.channel == channel => self.via(Some(b.slot), carrier, relays),
            _ => self.find_channel(channel, carrier, relays),
        }
    }

    fn find_channel(&mut self, channel: u16, carrier: u32, relays: &mut Relays) -> Via {
        let slot = match self.place(channel) {
            Some(place) => {
                self.recent = place;
                self.bindings.get(place).map(|b| b.slot)
            }
            None => {
                let asked = self.asked.iter().rev().find(|(c, _)| *c == channel);
                match asked.copied() {
                    Some((_, peer)) => self.bind(channel, peer),
                    None => {
                        let slot = self.add(None);
                        self.tie(channel, slot)
                    }
                }
            }
        };
        self.via(slot, carrier, relays)
    }

    /// Whose data an indication carries: `address` is its XOR-PEER-ADDRESS.
    pub(in crate::analysis) fn in_indication(
        &mut self,
        address: Option<Endpoint>,
        carrier: u32,
        relays: &mut Relays,
    ) -> Via {
        let slot = self.find_or_add(address);
        self.via(slot, carrier, relays)
    }

    /// A ChannelBind request.
    pub(in crate::analysis) fn ask(&mut self, channel: u16, peer: Endpoint) {
        if !self.asked.contains(&(channel, peer)) && self.asked.len() < PEERS_MAX {
            self.asked.push((channel, peer));
        }
    }

    /// A ChannelBind request was refused.
    pub(in crate::analysis) fn refuse(&mut self, channel: u16, peer: Endpoint) {
        self.asked.retain(|asked| *asked != (channel, peer));
    }

    /// A ChannelBind request was granted: `channel` stands for `peer`. Says where the peer is.
    pub(in crate::analysis) fn bind(&mut self, channel: u16, peer: Endpoint) -> Option<u16> {
        self.asked.retain(|(c, _)| *c != channel);
        let nameless = self.place(channel).and_then(|place| {
            let slot = self.bindings.get(place)?.slot;
            self.peer(slot)?.address.is_none().then_some(slot)
        });
        // The capture began after the channel was bound, and this renews the binding: what came on
        // the channel so far was this peer's.
        if let Some(slot) = nameless {
            let seen_else = self.find(peer).filter(|s| {
                let other = self.peer(*s);
                other.is_some_and(|p| p.via.is_some())
            });
            if let (None, Some(p)) = (seen_else, self.slots.get_mut(usize::from(slot))) {
                p.address = Some(peer);
                return Some(slot);
            }
        }
        let slot = self.find_or_add(Some(peer));
        self.tie(channel, slot)
    }

    /// The peer that `relay` names, if it is on this path.
    pub(in crate::analysis) fn get(&self, relay: Relay) -> Option<&Peer> {
        self.peer(relay.slot)
    }

    fn peer(&self, slot: u16) -> Option<&Peer> {
        self.slots.get(usize::from(slot))
    }

    fn place(&self, channel: u16) -> Option<usize> {
        self.bindings.iter().position(|b| b.channel == channel)
    }

    fn find(&self, address: Endpoint) -> Option<u16> {
        let at = |p: &Peer| p.address == Some(address);
        Some(self.slots.iter().position(at)? as u16)
    }

    fn find_or_add(&mut self, address: Option<Endpoint>) -> Option<u16> {
        let known = match address {
            Some(address) => self.find(address),
            None => {
                let nameless = |p: &Peer| p.address.is_none() && p.channels.is_empty();
                self.slots.iter().position(nameless).map(|at| at as u16)
            }
        };
        known.or_else(|| self.add(address))
    }

    fn add(&mut self, address: Option<Endpoint>) -> Option<u16> {
        if self.slots.len() >= PEERS_MAX {
            return None;
        }
        self.slots.push(Peer {
            address,
            ..Peer::default()
        });
        Some((self.slots.len() - 1) as u16)
    }

    /// Notes that `channel` stands for the peer at `slot`.
    fn tie(&mut self, channel: u16, slot: Option<u16>) -> Option<u16> {
        let slot = slot?;
        match self.place(channel) {
            Some(place) => {
                if let Some(binding) = self.bindings.get_mut(place) {
                    binding.slot = slot;
                }
                self.recent = place;
            }
            None if self.bindings.len() < PEERS_MAX => {
                self.bindings.push(Binding { channel, slot });
                self.recent = self.bindings.len() - 1;
            }
            None => return None,
        }
        if let Some(peer) = self.slots.get_mut(usize::from(slot))
            && !peer.channels.contains(&channel)
            && peer.channels.len() < PEERS_MAX
        {
            peer.channels.push(channel);
        }
        Some(slot)
    }

    #[inline]
    fn via(&mut self, slot: Option<u16>, carrier: u32, relays: &mut Relays) -> Via {
        let Some(slot) = slot else {
            return Via::Turn(SHARED);
        };
        match self.slots.get_mut(usize::from(slot)) {
            Some(Peer { via: Some(via), .. }) => *via,
            Some(peer) => {
                peer.via = relays.add(carrier, slot);
                peer.via.unwrap_or(Via::Turn(SHARED))
            }
            None => Via::Turn(SHARED),
        }
    }
}

/// Whether `via` is the number that peers beyond the limits share.
pub(in crate::analysis) fn is_shared(via: Via) -> bool {
    via == Via::Turn(SHARED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> Endpoint {
        Endpoint::v4([192, 0, 2, n], 5000)
    }

    #[test]
    fn indications_and_the_channel_of_a_peer_are_one() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        let first = peers.in_indication(Some(peer(1)), 0, &mut relays);
        let second = peers.in_indication(Some(peer(2)), 0, &mut relays);
        assert_ne!(first, second);
        peers.ask(0x4000, peer(1));
        peers.bind(0x4000, peer(1));
        peers.bind(0x4001, peer(2));
        for _ in 0..2 {
            assert_eq!(peers.on_channel(0x4000, 0, &mut relays), first);
            assert_eq!(peers.on_channel(0x4001, 0, &mut relays), second);
        }
        let relay = relays.get(second).unwrap();
        assert_eq!(peers.get(relay).unwrap().address, Some(peer(2)));
        assert_eq!(peers.get(relay).unwrap().channels, [0x4001]);
    }

    #[test]
    fn data_before_the_answer_belongs_to_whom_the_request_named() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        let sent = peers.in_indication(Some(peer(1)), 0, &mut relays);
        peers.ask(0x4000, peer(1));
        assert_eq!(peers.on_channel(0x4000, 0, &mut relays), sent);
        peers.ask(0x4001, peer(1));
        peers.refuse(0x4001, peer(1));
        assert_ne!(peers.on_channel(0x4001, 0, &mut relays), sent);
    }

    #[test]
    fn a_channel_whose_binding_was_not_captured_is_a_peer_until_its_address_is_told() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        let via = peers.on_channel(0x4000, 3, &mut relays);
        let relay = relays.get(via).unwrap();
        assert_eq!(
            (relay.carrier, peers.get(relay).unwrap().address),
            (3, None)
        );
        assert_ne!(peers.on_channel(0x4001, 3, &mut relays), via);
        peers.bind(0x4000, peer(1));
        assert_eq!(peers.on_channel(0x4000, 3, &mut relays), via);
        assert_eq!(peers.in_indication(Some(peer(1)), 3, &mut relays), via);
        assert_eq!(peers.get(relay).unwrap().address, Some(peer(1)));
    }

    #[test]
    fn a_channel_may_go_to_another_peer() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        peers.bind(0x4000, peer(1));
        let first = peers.on_channel(0x4000, 0, &mut relays);
        peers.bind(0x4000, peer(2));
        let second = peers.on_channel(0x4000, 0, &mut relays);
        assert_ne!(first, second);
        assert_eq!(peers.in_indication(Some(peer(2)), 0, &mut relays), second);
    }

    #[test]
    fn peers_beyond_the_limit_share_a_number() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        for n in 0..PEERS_MAX as u16 {
            let via = peers.on_channel(0x4000 + n, 0, &mut relays);
            assert!(!is_shared(via));
        }
        assert!(is_shared(peers.on_channel(0x4fff, 0, &mut relays)));
        assert!(is_shared(peers.in_indication(None, 0, &mut relays)));
        let mut others = Peers::default();
        while relays.known.len() < RELAYS_MAX {
            relays.add(0, 0);
        }
        assert!(is_shared(others.on_channel(0x4000, 1, &mut relays)));
        assert!(relays.get(Via::Turn(SHARED)).is_none());
    }
}
