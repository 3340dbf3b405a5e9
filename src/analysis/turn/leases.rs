//! What a TURN server granted holds for a time only (RFC 8656): an allocation as long as its LIFETIME
//! says, a permission 300 s, a channel 600 s, unless renewed. Judged by capture time.
//!
//! What the server still delivers proves that a renewal was not captured; then nothing is late.

use super::peers::{PEERS_MAX, Peers};
use crate::analysis::model::Permission;
use crate::analysis::moment::Moment;
use crate::time::{Span, Timestamp};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use std::hash::Hash;
use std::net::IpAddr;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// How long a permission holds.
const PERMISSION: Span = Span::from_millis(300_000);
/// How long a channel binding holds.
const CHANNEL: Span = Span::from_millis(600_000);
/// What the server delivers so long after the end was not just under way.
const GRACE: Span = Span::from_millis(2_000);

/// What is known of something that is granted for a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lease {
    /// Nothing.
    #[default]
    Unknown,
    /// It was asked for.
    Asked,
    /// It was refused with this error code.
    Refused(u16),
    /// It holds until then.
    Until(Timestamp),
}

impl Lease {
    fn end(self) -> Option<Timestamp> {
        match self {
            Self::Until(end) => Some(end),
            _ => None,
        }
    }

    fn is_over(self, now: Timestamp) -> bool {
        self.end().is_some_and(|end| now > end)
    }
}

/// All that is granted on one path. Nothing here looks at every lease: whoever needs one asks for it,
/// and [`Term`] keeps the answer until a lease changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Leases {
    allocation: Lease,
    /// By address: a permission is for all ports of it.
    permissions: Map<IpAddr, Lease>,
    channels: Map<u16, Lease>,
    /// How often something changed.
    changes: u64,
    /// Whether the client is the `b` of the carrier.
    client_is_b: Option<bool>,
}

/// When the first of what a peer or a channel needs ends, as it was after so many changes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Term {
    changes: u64,
    end: Option<Timestamp>,
}

impl Leases {
    /// Whether `now` is behind the end of `term`, which is of a peer at this address, reached by this
    /// channel.
    #[inline]
    pub(super) fn is_over(
        &self,
        term: &mut Term,
        address: Option<IpAddr>,
        channel: Option<u16>,
        now: Timestamp,
    ) -> bool {
        if term.changes != self.changes {
            *term = self.term(address, channel);
        }
        term.end.is_some_and(|end| now > end)
    }

    #[cold]
    fn term(&self, address: Option<IpAddr>, channel: Option<u16>) -> Term {
        let permission = address.and_then(|address| self.permission_of(address).end());
        let channel = channel.and_then(|channel| self.channel(channel).end());
        let ends = [self.allocation.end(), permission, channel];
        Term {
            changes: self.changes,
            end: ends.into_iter().flatten().min(),
        }
    }

    pub(super) fn client_is(&mut self, b: bool) {
        self.client_is_b = Some(b);
    }

    pub(super) fn client_is_b(&self) -> Option<bool> {
        self.client_is_b
    }

    /// When the allocation ends, unless a renewal was missed.
    pub(super) fn allocation_end(&self) -> Option<Timestamp> {
        self.allocation.end()
    }

    /// Whether no binding of this channel was granted so far.
    pub(super) fn is_new_channel(&self, channel: u16) -> bool {
        !self.channels.contains_key(&channel)
    }

    pub(super) fn channel_holds(&self, channel: u16, now: Timestamp) -> bool {
        self.channel(channel).end().is_some_and(|end| now <= end)
    }

    fn channel(&self, channel: u16) -> Lease {
        self.channels.get(&channel).copied().unwrap_or_default()
    }

    fn permission_of(&self, address: IpAddr) -> Lease {
        self.permissions.get(&address).copied().unwrap_or_default()
    }

    /// The permission of an address as it is at `now`.
    pub(super) fn permission(&self, address: IpAddr, now: Timestamp) -> Permission {
        match self.permission_of(address) {
            Lease::Unknown => Permission::None,
            Lease::Asked => Permission::Requested,
            Lease::Refused(code) => Permission::Refused(code),
            Lease::Until(end) if now > end => Permission::Expired,
            Lease::Until(_) => Permission::Granted,
        }
    }

    /// Says whether it held for no time before.
    fn set_permission(&mut self, address: IpAddr, lease: Lease) -> bool {
        self.changes += 1;
        let before = set(&mut self.permissions, address, lease);
        before.end().is_none()
    }

    /// A permission was asked for.
    pub(super) fn ask_permission(&mut self, address: IpAddr) {
        if self.permission_of(address) == Lease::Unknown {
            self.set_permission(address, Lease::Asked);
        }
    }

    /// A permission was refused; one that holds goes on.
    pub(super) fn refuse_permission(&mut self, address: IpAddr, code: u16) {
        if self.permission_of(address).end().is_none() {
            self.set_permission(address, Lease::Refused(code));
        }
    }
}

/// Notes a lease if there is room, and says what was known before.
fn set<K: Eq + Hash>(leases: &mut Map<K, Lease>, of: K, lease: Lease) -> Lease {
    let has_room = leases.len() < PEERS_MAX;
    match leases.entry(of) {
        Entry::Occupied(mut known) => known.insert(lease),
        Entry::Vacant(place) => {
            if has_room {
                place.insert(lease);
            }
            Lease::Unknown
        }
    }
}

impl Peers {
    /// The allocation was made or prolonged for so many seconds.
    pub(super) fn grant_allocation(&mut self, seconds: u32, now: Timestamp) {
        let lifetime = Span::from_millis(i64::from(seconds) * 1_000);
        self.leases.changes += 1;
        self.leases.allocation = Lease::Until(now.plus(lifetime));
    }

    /// The allocation ended: whatever needs it is late from now on.
    pub(super) fn end_allocation(&mut self, now: Timestamp) {
        self.leases.changes += 1;
        self.leases.allocation = Lease::Until(now);
    }

    /// An allocation begins: what was granted for the one before is void.
    pub(super) fn forget_grants(&mut self) {
        self.leases.changes += 1;
        self.leases.allocation = Lease::Unknown;
        self.leases.permissions.clear();
        self.leases.channels.clear();
        self.unbind();
    }

    /// A permission was granted or renewed. Says whether it is a new one.
    pub(super) fn grant_permission(&mut self, address: IpAddr, now: Timestamp) -> bool {
        let until = Lease::Until(now.plus(PERMISSION));
        self.leases.set_permission(address, until)
    }

    /// A channel binding was granted or renewed.
    pub(super) fn grant_channel(&mut self, channel: u16, now: Timestamp) {
        self.leases.changes += 1;
        let until = Lease::Until(now.plus(CHANNEL));
        set(&mut self.leases.channels, channel, until);
    }

    /// A datagram to or from a peer for which something has ended.
    #[cold]
    pub(super) fn late(&mut self, slot: u16, channel: Option<u16>, at: &Moment) {
        let Some(peer) = self.slots.get_mut(usize::from(slot)) else {
            return;
        };
        let Some(address) = peer.address else {
            return;
        };
        let leases = &mut self.leases;
        let of_channel = channel.map(|channel| leases.channel(channel));
        let ended = [
            ("allocation", leases.allocation),
            ("permission", leases.permission_of(address.ip())),
            ("channel", of_channel.unwrap_or_default()),
        ];
        let over = |(what, lease): (&'static str, Lease)| {
            lease
                .end()
                .filter(|end| at.ts > *end)
                .map(|end| (what, end))
        };
        let Some((what, end)) = ended.into_iter().find_map(over) else {
            return;
        };
        if leases.client_is_b == Some(at.reverse) {
            peer.late.packets += 1;
            peer.late.first = peer.late.first.or(Some((what, *at)));
        } else if at.ts - end > GRACE {
            // The server would not deliver it, had the client not renewed what is needed.
            leases.changes += 1;
            leases.allocation = unless_over(leases.allocation, at.ts);
            if let Some(lease) = leases.permissions.get_mut(&address.ip()) {
                *lease = unless_over(*lease, at.ts);
            }
            if let Some(lease) = channel.and_then(|c| leases.channels.get_mut(&c)) {
                *lease = unless_over(*lease, at.ts);
            }
            peer.late = super::peers::Late::default();
        }
    }
}

/// A lease that ended before `now` was renewed unseen: nothing is known of it.
fn unless_over(lease: Lease, now: Timestamp) -> Lease {
    if lease.is_over(now) {
        Lease::Unknown
    } else {
        lease
    }
}

#[cfg(test)]
mod tests {
    use super::super::peers::Wrapped;
    use super::super::relays::Relays;
    use super::*;
    use crate::net::Endpoint;

    const PEER: Endpoint = Endpoint::v4([192, 0, 2, 1], 5000);

    fn s(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000)
    }

    /// An allocation for 600 s from 0 s on; the client is `a`.
    fn allocated() -> (Peers, Relays) {
        let mut peers = Peers::default();
        peers.leases.client_is(false);
        peers.grant_allocation(600, s(0));
        (peers, Relays::default())
    }

    /// A datagram in an indication, or on a channel.
    fn data(all: &mut (Peers, Relays), seconds: i64, from_server: bool, channel: Option<u16>) {
        let at = Moment {
            ts: s(seconds),
            no: 1,
            src: PEER,
            dst: PEER,
            transport: 0,
            reverse: from_server,
        };
        let message = Wrapped {
            at: &at,
            bytes: 104,
            content: 100,
        };
        match channel {
            Some(channel) => all.0.on_channel(channel, message, &mut all.1),
            None => all.0.in_indication(Some(PEER), message, &mut all.1),
        };
    }

    fn late(all: &(Peers, Relays)) -> (u64, Option<&'static str>) {
        let late = &all.0.slots[0].late;
        (late.packets, late.first.map(|(what, _)| what))
    }

    #[test]
    fn a_permission_holds_300_seconds_for_all_ports_of_an_address() {
        let mut all = allocated();
        assert!(all.0.grant_permission(PEER.ip(), s(0)));
        data(&mut all, 299, false, None);
        assert_eq!(late(&all), (0, None));
        data(&mut all, 301, false, None);
        data(&mut all, 302, false, None);
        assert_eq!(late(&all), (2, Some("permission")));
        assert_eq!(
            all.0.leases.permission(PEER.ip(), s(302)),
            Permission::Expired
        );
        assert!(!all.0.grant_permission(PEER.ip(), s(303)), "renewed");
        data(&mut all, 304, false, None);
        assert_eq!(late(&all).0, 2);
    }

    #[test]
    fn a_channel_holds_600_seconds() {
        let mut all = allocated();
        all.0.bind(0x4000, PEER);
        all.0.grant_channel(0x4000, s(0));
        all.0.grant_allocation(3600, s(0));
        data(&mut all, 600, false, Some(0x4000));
        assert_eq!(late(&all), (0, None));
        data(&mut all, 601, false, Some(0x4000));
        assert_eq!(late(&all), (1, Some("channel")));
        // An indication needs no channel.
        data(&mut all, 601, false, None);
        assert_eq!(late(&all).0, 1);
    }

    #[test]
    fn an_allocation_that_is_not_refreshed_ends() {
        let mut all = allocated();
        data(&mut all, 600, false, None);
        data(&mut all, 601, false, None);
        assert_eq!(late(&all), (1, Some("allocation")));
        data(&mut all, 601, true, None);
        assert_eq!(late(&all).0, 1, "the server's was under way");
    }

    #[test]
    fn what_the_server_still_delivers_was_renewed_unseen() {
        let mut all = allocated();
        data(&mut all, 601, false, None);
        assert_eq!(late(&all).0, 1);
        data(&mut all, 603, true, None);
        data(&mut all, 604, false, None);
        assert_eq!(late(&all), (0, None));
        assert_eq!(all.0.leases.allocation_end(), None);
    }

    #[test]
    fn a_refused_renewal_does_not_end_what_holds() {
        let (mut peers, _) = allocated();
        peers.leases.ask_permission(PEER.ip());
        let state = |peers: &Peers| peers.leases.permission(PEER.ip(), s(1));
        assert_eq!(state(&peers), Permission::Requested);
        peers.leases.refuse_permission(PEER.ip(), 403);
        assert_eq!(state(&peers), Permission::Refused(403));
        peers.grant_permission(PEER.ip(), s(0));
        peers.leases.refuse_permission(PEER.ip(), 438);
        assert_eq!(state(&peers), Permission::Granted);
        peers.forget_grants();
        assert_eq!(state(&peers), Permission::None);
    }

    #[test]
    fn a_new_allocation_unbinds_the_channels_of_the_one_before() {
        let mut all = allocated();
        let other = Endpoint::v4([192, 0, 2, 2], 5000);
        all.0.bind(0x4000, PEER);
        all.0.grant_channel(0x4000, s(0));
        data(&mut all, 1, false, Some(0x4000));
        all.0.forget_grants();
        all.0.grant_allocation(600, s(2));
        assert!(all.0.bind(0x4000, other), "news");
        all.0.grant_channel(0x4000, s(2));
        data(&mut all, 601, false, Some(0x4000));
        let sent = |all: &(Peers, Relays), slot: usize| all.0.slots[slot].packets[0];
        assert_eq!((sent(&all, 0), sent(&all, 1)), (1, 1));
        data(&mut all, 603, false, Some(0x4000));
        assert_eq!(late(&all).0, 0);
        assert_eq!(all.0.slots[1].late.packets, 1);
    }

    /// A grant must not look at all that was granted: in the worst case for a search, this took
    /// minutes.
    #[test]
    fn many_grants_after_many_channels_ended_are_cheap() {
        let mut all = allocated();
        let peer = |n: u16| Endpoint::v4([192, 0, 2, n as u8], 5000);
        for first in [0x4000, 0x4200] {
            all.0.forget_grants();
            for n in 0..PEERS_MAX as u16 {
                all.0.bind(first + n, peer(n));
                all.0.grant_channel(first + n, s(0));
            }
        }
        for round in 0..3_000_u16 {
            for n in 0..64 {
                all.0.mention(peer(n));
                all.0.grant_permission(peer(n).ip(), s(700));
            }
            data(&mut all, 701, false, Some(0x4200 + round % 64));
        }
        assert!(all.0.slots[..64].iter().all(|p| p.late.packets > 0));
    }
}
