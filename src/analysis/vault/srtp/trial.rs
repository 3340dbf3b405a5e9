//! Which key opens a packet, and with which rollover counter: trying, within bounds.

use super::effort::{cost_of_counter, cost_of_packet};
use super::keyring::Keyring;
use super::rollover::Rollover;
use super::rollovers::Rollovers;
use super::source::Scope;
use super::unclaimed::Guess;
use crate::analysis::analyzer::At;
use crate::analysis::transport::TransportState;
use crate::keys::srtp::{Seal, SessionKeys};
use std::cmp::Reverse;
use std::ops::Range;

/// Counters that a sender has at its beginning, or soon after.
const FIRST: Range<u32> = 0..4;
/// Counters tried then, with all keys before the next of these ranges is. At 1 000 packets a second the
/// second lasts for three days, and all for 50.
const FURTHER: [Range<u32>; 3] = [4..64, 64..1 << 12, 1 << 12..1 << 16];
/// As many of these ranges are tried with a tag of 32 bits and a key that nothing speaks for: the more are
/// tried, the likelier one fits by chance.
const FURTHER_OF_SHORT_TAG: usize = 2;
/// Keys whose other counters are tried.
const SEARCHED_MAX: usize = 1 << 11;

/// The keys to try, and how many of them something speaks for.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) keys: Vec<u32>,
    pub(super) close: usize,
}

/// The keys to try on a packet of this source, the likeliest first.
///
/// Those of its transport, those that opened the same SSRC elsewhere, and what was given for it or for
/// any; then those of the same hosts, then all, the newest first. Without `scope.all` only the keys that
/// came since all were tried, which were `tried`.
pub(super) fn order(
    (keyring, rollovers): (&Keyring, &Rollovers),
    (at, ssrc): (At, u32),
    (scope, tried): (Scope, u32),
    transports: &[TransportState],
) -> Order {
    let mut is_taken = vec![false; keyring.len()];
    let mut take = |key: &u32| match is_taken.get_mut(*key as usize) {
        Some(taken) => !std::mem::replace(taken, true),
        None => false,
    };
    let mut keys = Vec::new();
    if scope.own {
        keys.extend(
            keyring
                .of_transport(at.transport, at.reverse)
                .filter(&mut take),
        );
        keys.extend(rollovers.keys_of(ssrc).filter(&mut take));
    }
    if scope.all {
        keys.extend(keyring.for_any(ssrc).filter(&mut take));
    }
    let close = keys.len();
    let from = if scope.all { 0 } else { tried };
    let own_hosts = transports
        .get(at.transport as usize)
        .map(TransportState::hosts);
    let hosts_in_common = |key: u32| {
        let home = transports.get(keyring.home(key)? as usize)?.hosts();
        let own = own_hosts?;
        let is_home = |host| host == home.0 || host == home.1;
        Some(u8::from(is_home(own.0)) + u8::from(is_home(own.1)))
    };
    let others = keyring
        .iter()
        .filter(|(key, k)| *key >= from && k.ssrc.is_none_or(|own| own == ssrc) && take(key));
    let mut others: Vec<(Reverse<Option<u8>>, Reverse<u32>)> = others
        .map(|(key, _)| (Reverse(hosts_in_common(key)), Reverse(key)))
        .collect();
    others.sort_unstable();
    keys.extend(others.into_iter().map(|(_, Reverse(key))| key));
    Order { keys, close }
}

/// What may be spent on one packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    left: u64,
    pub(super) spent: u64,
}

impl Budget {
    pub(super) fn new(units: u64) -> Self {
        Self {
            left: units,
            spent: 0,
        }
    }

    pub(super) fn take(&mut self, units: u64) -> bool {
        let is_enough = units <= self.left;
        if is_enough {
            self.left -= units;
            self.spent += units;
        }
        is_enough
    }
}

/// An SRTP packet that a key is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'p> {
    pub(super) bytes: &'p [u8],
    pub(super) sequence: u16,
}

/// The first of these keys that opens the packet, as its place among them, and the rollover counter.
///
/// `keys` tells of each what is known of the sender's counters under it, and whether something speaks for
/// the key.
pub(super) fn find<'k>(
    packet: Packet<'_>,
    keys: impl Iterator<Item = (&'k SessionKeys, Option<&'k Rollover>, bool)>,
    all_counters: bool,
    budget: &mut Budget,
) -> Option<(usize, u32)> {
    let mut seals: Vec<(usize, Seal<'_, '_>, bool, u64)> = Vec::new();
    for (i, (session, rollover, is_close)) in keys.enumerate() {
        if !budget.take(cost_of_packet(packet.bytes.len())) {
            break;
        }
        let Some(seal) = session.seal_of(packet.bytes) else {
            continue;
        };
        let likely = rollover.and_then(|r| r.find(packet.sequence, |roc| seal.fits(roc)));
        if let Some(roc) = likely.or_else(|| seal.find(FIRST)) {
            return Some((i, roc));
        }
        if all_counters && seals.len() < SEARCHED_MAX {
            seals.push((i, seal, is_close, cost_of_counter(session.profile())));
        }
    }
    for (n, range) in FURTHER.into_iter().enumerate() {
        for (i, seal, is_close, cost) in &seals {
            if n >= FURTHER_OF_SHORT_TAG && !is_close && seal.tag_len() <= 4 {
                continue;
            }
            if !budget.take(cost * range.len() as u64) {
                return None;
            }
            if let Some(roc) = seal.find(range.clone()) {
                return Some((*i, roc));
            }
        }
    }
    None
}

/// The same among sessions of the key log; also whether it is the client's key.
pub(super) fn find_guess(
    packet: Packet<'_>,
    guesses: &[Guess],
    all_counters: bool,
    budget: &mut Budget,
) -> Option<(usize, bool, u32)> {
    let is_close = guesses.len() <= 8;
    let keys = guesses.iter().flat_map(|g| &g.sessions);
    let keys = keys.map(|session| (session, None, is_close));
    let (place, roc) = find(packet, keys, all_counters, budget)?;
    Some((place / 2, place % 2 == 0, roc))
}
