//! The peers behind one path to a TURN server (RFC 8656), and by what each was reached: indications
//! name the peer's address, ChannelData a channel that a ChannelBind tied to it.
//!
//! What is wrapped belongs to a transport of its own per peer, so that a handshake or a stream which
//! begins in indications and goes on in a channel stays whole. [`Via::Turn`] carries the number of
//! the peer, which [`Relays`] gives out over the whole capture: wrappers inside wrappers have peers of
//! their own.

use super::leases::{Leases, Term};
use super::relays::{Relay, Relays, SHARED};
use crate::analysis::model::Overhead;
use crate::analysis::moment::Moment;
use crate::net::{Endpoint, Via};
use hashbrown::HashMap;

/// Peers told apart per path to a server, and channels of one.
pub(super) const PEERS_MAX: usize = 256;

/// A message that wraps a datagram.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Wrapped<'a> {
    /// When and where it was seen.
    pub(in crate::analysis) at: &'a Moment,
    /// Its bytes on the wire.
    pub(in crate::analysis) bytes: u64,
    /// Those of the datagram in it.
    pub(in crate::analysis) content: u64,
}

/// A peer of one path to a server.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Peer {
    /// Its address; unknown when only a channel was seen whose binding was not captured.
    pub(in crate::analysis) address: Option<Endpoint>,
    /// The channels used for it, in order of appearance.
    pub(in crate::analysis) channels: Vec<u16>,
    /// Its number, once something came wrapped.
    via: Option<Via>,
    /// Datagrams by direction of the carrier: from its `a` to its `b`, and back.
    pub(super) packets: [u64; 2],
    /// Their bytes, without the wrapper.
    pub(super) bytes: [u64; 2],
    /// How long what its indications need holds.
    term: Term,
    /// What the client sent after the time of what it needs ran out.
    pub(super) late: Late,
}

/// Datagrams sent after the time of what they need had run out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Late {
    pub(super) packets: u64,
    /// What had run out, and the first of them.
    pub(super) first: Option<(&'static str, Moment)>,
}

/// What a channel number stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    pub(super) channel: u16,
    pub(super) slot: u16,
    /// How long what its data need holds.
    term: Term,
}

/// The peers of one path to a server.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Peers {
    pub(super) slots: Vec<Peer>,
    /// The first slot of an address.
    by_address: HashMap<Endpoint, u16, foldhash::fast::RandomState>,
    pub(super) bindings: Vec<Binding>,
    /// The place in `bindings` used last: media comes in runs.
    recent: usize,
    /// ChannelBind requests not answered yet: who is meant, should data come before the answer, or
    /// should the answer not be in the capture.
    asked: Vec<(u16, Endpoint)>,
    pub(super) leases: Leases,
    pub(super) overhead: Overhead,
}

impl Peers {
    /// Takes ChannelData, and says whose data it carries.
    #[inline]
    pub(in crate::analysis) fn on_channel(
        &mut self,
        channel: u16,
        message: Wrapped<'_>,
        relays: &mut Relays,
    ) -> Via {
        self.overhead.channel_data += message.bytes.saturating_sub(message.content);
        let slot = match self.bindings.get(self.recent) {
            Some(b) if b.channel == channel => Some(b.slot),
            _ => self.find_channel(channel),
        };
        self.carry(slot, Some(channel), message, relays)
    }

    /// Takes a Send or Data indication, and says whose data it carries: `address` is its
    /// XOR-PEER-ADDRESS.
    pub(in crate::analysis) fn in_indication(
        &mut self,
        address: Option<Endpoint>,
        message: Wrapped<'_>,
        relays: &mut Relays,
    ) -> Via {
        self.overhead.indications += message.bytes.saturating_sub(message.content);
        let slot = self.find_or_add(address);
        self.carry(slot, None, message, relays)
    }

    fn find_channel(&mut self, channel: u16) -> Option<u16> {
        if let Some(place) = self.place(channel) {
            self.recent = place;
            return self.bindings.get(place).map(|b| b.slot);
        }
        let asked = self.asked.iter().rev().find(|(c, _)| *c == channel);
        match asked.copied() {
            Some((_, peer)) => {
                let slot = self.find_or_add(Some(peer));
                self.tie(channel, slot)
            }
            None => {
                let slot = self.add(None);
                self.tie(channel, slot)
            }
        }
    }

    /// A ChannelBind request.
    pub(super) fn ask(&mut self, channel: u16, peer: Endpoint) {
        if !self.asked.contains(&(channel, peer)) && self.asked.len() < PEERS_MAX {
            self.asked.push((channel, peer));
        }
    }

    /// A ChannelBind request was refused.
    pub(super) fn refuse(&mut self, channel: u16, peer: Endpoint) {
        self.asked.retain(|asked| *asked != (channel, peer));
    }

    /// A ChannelBind request was granted: `channel` stands for `peer`. Says whether that is news.
    pub(super) fn bind(&mut self, channel: u16, peer: Endpoint) -> bool {
        self.asked.retain(|(c, _)| *c != channel);
        let before = self.place(channel).and_then(|place| {
            let slot = self.bindings.get(place)?.slot;
            Some((slot, self.peer(slot)?.address))
        });
        match before {
            Some((_, Some(known))) if known == peer => return self.leases.is_new_channel(channel),
            // The capture began after the channel was bound, and this renews the binding: what came
            // on the channel so far was this peer's.
            Some((slot, None)) if !self.has_data(peer) => {
                self.name(slot, peer);
                return true;
            }
            _ => {}
        }
        let slot = self.find_or_add(Some(peer));
        self.tie(channel, slot);
        true
    }

    /// Tells whose the slot is that had no address.
    fn name(&mut self, slot: u16, address: Endpoint) {
        if let Some(peer) = self.slots.get_mut(usize::from(slot)) {
            peer.address = Some(address);
            peer.term = Term::default();
        }
        for binding in self.bindings.iter_mut().filter(|b| b.slot == slot) {
            binding.term = Term::default();
        }
        let first = self.by_address.entry(address).or_insert(slot);
        *first = slot.min(*first);
    }

    /// Channels stand for nobody any more.
    pub(super) fn unbind(&mut self) {
        self.bindings.clear();
        self.asked.clear();
        self.recent = 0;
    }

    /// Makes room for a peer that a request names.
    pub(super) fn mention(&mut self, peer: Endpoint) {
        self.find_or_add(Some(peer));
    }

    /// Whether a binding that still holds forbids this one: the channel stands for another peer, or
    /// the peer has another channel.
    pub(super) fn conflicts(&self, channel: u16, peer: Endpoint, at: &Moment) -> bool {
        self.bindings.iter().any(|b| {
            let same_channel = b.channel == channel;
            let address = self.peer(b.slot).and_then(|p| p.address);
            let same_peer = address == Some(peer);
            same_channel != same_peer
                && address.is_some()
                && self.leases.channel_holds(b.channel, at.ts)
        })
    }

    /// The peer that `relay` names, if it is on this path.
    pub(in crate::analysis) fn get(&self, relay: Relay) -> Option<&Peer> {
        self.peer(relay.slot)
    }

    fn peer(&self, slot: u16) -> Option<&Peer> {
        self.slots.get(usize::from(slot))
    }

    fn has_data(&self, peer: Endpoint) -> bool {
        let known = self.find(peer).and_then(|slot| self.peer(slot));
        known.is_some_and(|p| p.via.is_some())
    }

    fn place(&self, channel: u16) -> Option<usize> {
        self.bindings.iter().position(|b| b.channel == channel)
    }

    fn find(&self, address: Endpoint) -> Option<u16> {
        self.by_address.get(&address).copied()
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
        let slot = self.slots.len() as u16;
        self.slots.push(Peer::default());
        if let Some(address) = address {
            self.name(slot, address);
        }
        Some(slot)
    }

    /// Notes that `channel` stands for the peer at `slot`.
    fn tie(&mut self, channel: u16, slot: Option<u16>) -> Option<u16> {
        let slot = slot?;
        match self.place(channel) {
            Some(place) => {
                if let Some(binding) = self.bindings.get_mut(place) {
                    binding.slot = slot;
                    binding.term = Term::default();
                }
                self.recent = place;
            }
            None if self.bindings.len() < PEERS_MAX => {
                self.bindings.push(Binding {
                    channel,
                    slot,
                    term: Term::default(),
                });
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

    /// Counts a wrapped datagram of the peer at `slot`, and says its number.
    #[inline]
    fn carry(
        &mut self,
        slot: Option<u16>,
        channel: Option<u16>,
        message: Wrapped<'_>,
        relays: &mut Relays,
    ) -> Via {
        self.overhead.total += message.bytes;
        let Some((slot, peer)) = slot.and_then(|s| Some((s, self.slots.get_mut(usize::from(s))?)))
        else {
            return Via::Turn(SHARED);
        };
        let way = usize::from(message.at.reverse);
        if let (Some(n), Some(b)) = (peer.packets.get_mut(way), peer.bytes.get_mut(way)) {
            *n += 1;
            *b += message.content;
        }
        let via = match peer.via {
            Some(via) => via,
            None => {
                peer.via = relays.add(message.at.transport, slot);
                peer.via.unwrap_or(Via::Turn(SHARED))
            }
        };
        let bound = channel.and_then(|_| self.bindings.get_mut(self.recent));
        let term = bound.map_or(&mut peer.term, |b| &mut b.term);
        let address = peer.address.map(|a| a.ip());
        if self.leases.is_over(term, address, channel, message.at.ts) {
            self.late(slot, channel, message.at);
        }
        via
    }
}

#[cfg(test)]
mod tests {
    use super::super::relays::is_shared;
    use super::*;

    /// Something wrapped, on the transport of this number.
    fn on(transport: u32) -> Moment {
        let any = Endpoint::v4([192, 0, 2, 9], 3478);
        Moment {
            ts: crate::time::Timestamp::from_nanos(0),
            no: 1,
            src: any,
            dst: any,
            transport,
            reverse: false,
        }
    }

    fn data(at: &Moment) -> Wrapped<'_> {
        Wrapped {
            at,
            bytes: 104,
            content: 100,
        }
    }

    fn peer(n: u8) -> Endpoint {
        Endpoint::v4([192, 0, 2, n], 5000)
    }

    #[test]
    fn indications_and_the_channel_of_a_peer_are_one() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        let first = peers.in_indication(Some(peer(1)), data(&on(0)), &mut relays);
        let second = peers.in_indication(Some(peer(2)), data(&on(0)), &mut relays);
        assert_ne!(first, second);
        peers.ask(0x4000, peer(1));
        peers.bind(0x4000, peer(1));
        peers.bind(0x4001, peer(2));
        for _ in 0..2 {
            assert_eq!(peers.on_channel(0x4000, data(&on(0)), &mut relays), first);
            assert_eq!(peers.on_channel(0x4001, data(&on(0)), &mut relays), second);
        }
        let relay = relays.get(second).unwrap();
        assert_eq!(peers.get(relay).unwrap().address, Some(peer(2)));
        assert_eq!(peers.get(relay).unwrap().channels, [0x4001]);
    }

    #[test]
    fn data_before_the_answer_belongs_to_whom_the_request_named() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        let sent = peers.in_indication(Some(peer(1)), data(&on(0)), &mut relays);
        peers.ask(0x4000, peer(1));
        assert_eq!(peers.on_channel(0x4000, data(&on(0)), &mut relays), sent);
        peers.ask(0x4001, peer(1));
        peers.refuse(0x4001, peer(1));
        assert_ne!(peers.on_channel(0x4001, data(&on(0)), &mut relays), sent);
    }

    #[test]
    fn a_channel_whose_binding_was_not_captured_is_a_peer_until_its_address_is_told() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        let via = peers.on_channel(0x4000, data(&on(3)), &mut relays);
        let relay = relays.get(via).unwrap();
        assert_eq!(
            (relay.carrier, peers.get(relay).unwrap().address),
            (3, None)
        );
        assert_ne!(peers.on_channel(0x4001, data(&on(3)), &mut relays), via);
        peers.bind(0x4000, peer(1));
        assert_eq!(peers.on_channel(0x4000, data(&on(3)), &mut relays), via);
        assert_eq!(
            peers.in_indication(Some(peer(1)), data(&on(3)), &mut relays),
            via
        );
        assert_eq!(peers.get(relay).unwrap().address, Some(peer(1)));
    }

    #[test]
    fn a_channel_may_go_to_another_peer() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        peers.bind(0x4000, peer(1));
        let first = peers.on_channel(0x4000, data(&on(0)), &mut relays);
        peers.bind(0x4000, peer(2));
        let second = peers.on_channel(0x4000, data(&on(0)), &mut relays);
        assert_ne!(first, second);
        assert_eq!(
            peers.in_indication(Some(peer(2)), data(&on(0)), &mut relays),
            second
        );
    }

    #[test]
    fn peers_beyond_the_limit_share_a_number() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        for n in 0..PEERS_MAX as u16 {
            let via = peers.on_channel(0x4000 + n, data(&on(0)), &mut relays);
            assert!(!is_shared(via));
        }
        assert!(is_shared(peers.on_channel(
            0x4fff,
            data(&on(0)),
            &mut relays
        )));
        assert!(is_shared(peers.in_indication(
            None,
            data(&on(0)),
            &mut relays
        )));
    }

    #[test]
    fn overhead_is_what_is_not_content() {
        let (mut peers, mut relays) = (Peers::default(), Relays::default());
        peers.in_indication(Some(peer(1)), data(&on(0)), &mut relays);
        peers.on_channel(0x4000, data(&on(0)), &mut relays);
        let overhead = peers.overhead;
        assert_eq!((overhead.channel_data, overhead.indications), (4, 4));
        assert_eq!(overhead.share(), Some(8.0 / 208.0));
    }
}
