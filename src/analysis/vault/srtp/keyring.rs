//! The master keys at hand, and on which transports they are at home.
//!
//! A key of a DTLS association is first of all for the transport of its handshake; media that moves is
//! found to use it elsewhere, and from then on it is at home there too.

use crate::analysis::model::KeySource;
use crate::keys::GivenKey;
use crate::keys::srtp::{MasterKey, Profile, SessionKeys};
use hashbrown::HashMap;
use std::sync::Arc;

/// Keys kept; each takes about a kilobyte.
const KEYS_MAX: usize = 1 << 14;
/// Keys kept of one transport, and transports of one key: peers that shake hands again and again.
const PLACES_MAX: usize = 64;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// One master key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) session: Arc<SessionKeys>,
    pub(super) source: KeySource,
    /// The only source that it is for; any if none.
    pub(super) ssrc: Option<u32>,
    /// Whether it has opened anything.
    pub(super) is_proven: bool,
    master: MasterKey,
    mki: Vec<u8>,
    transports: u8,
}

/// A key on a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tenant {
    key: u32,
    /// The direction that it protects.
    reverse: bool,
}

/// All of them, in order of appearance.
#[derive(Debug, Default)]
pub(super) struct Keyring {
    keys: Vec<Key>,
    /// The newest last.
    on: Map<u32, Vec<Tenant>>,
    /// Where the first transport of a key is, by key.
    homes: Map<u32, u32>,
    /// Keys that were not kept.
    pub(super) not_kept: u64,
}

impl Keyring {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    #[inline]
    pub(super) fn get(&self, key: u32) -> Option<&Key> {
        self.keys.get(key as usize)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Key)> {
        (0u32..).zip(&self.keys)
    }

    pub(super) fn proven(&mut self, key: u32) {
        if let Some(key) = self.keys.get_mut(key as usize) {
            key.is_proven = true;
        }
    }

    /// Adds a key, or finds it if it is known; none if its lengths are wrong, or there are too many.
    pub(super) fn add(
        &mut self,
        (profile, master, mki): (Profile, &MasterKey, &[u8]),
        source: KeySource,
        ssrc: Option<u32>,
    ) -> Option<u32> {
        let same = |k: &Key| {
            k.session.profile() == profile
                && k.ssrc == ssrc
                && k.mki == mki
                && k.master.key == master.key
                && k.master.salt == master.salt
        };
        if let Some(known) = self.keys.iter().position(same) {
            return Some(known as u32);
        }
        if self.keys.len() >= KEYS_MAX {
            self.not_kept += 1;
            return None;
        }
        self.keys.push(Key {
            session: Arc::new(SessionKeys::derive(profile, master, mki)?),
            source,
            ssrc,
            is_proven: false,
            master: master.clone(),
            mki: mki.to_vec(),
            transports: 0,
        });
        Some(self.keys.len() as u32 - 1)
    }

    /// Adds a key that was given.
    pub(super) fn add_given(&mut self, given: &GivenKey) {
        let key = (given.profile, &given.master, &given.mki[..]);
        self.add(key, KeySource::Given(given.origin), given.ssrc);
    }

    /// Whether there is a key with this master key, whatever it is for.
    pub(super) fn has(&self, master: &MasterKey) -> bool {
        let mut all = self.keys.iter().map(|k| &k.master);
        all.any(|m| m.key == master.key && m.salt == master.salt)
    }

    /// Notes that a key protects this direction of a transport. A key for one source only does not.
    pub(super) fn settle(&mut self, key: u32, transport: u32, reverse: bool) {
        let known = self.keys.get_mut(key as usize);
        let Some(known) = known.filter(|key| key.ssrc.is_none()) else {
            return;
        };
        let tenants = self.on.entry(transport).or_default();
        let tenant = Tenant { key, reverse };
        if let Some(at) = tenants.iter().position(|t| *t == tenant) {
            // It is used again, or negotiated again: the newest.
            if let Some(newer) = tenants.get_mut(at..) {
                newer.rotate_left(1);
            }
            return;
        }
        if usize::from(known.transports) >= PLACES_MAX {
            return;
        }
        if tenants.len() >= PLACES_MAX {
            tenants.remove(0);
        }
        known.transports += 1;
        tenants.push(tenant);
        self.homes.entry(key).or_insert(transport);
    }

    /// How many keys are at home on a transport.
    pub(super) fn on(&self, transport: u32) -> usize {
        self.on.get(&transport).map_or(0, Vec::len)
    }

    /// Whether a key is at home that protects this direction of a transport: a key that was given may
    /// protect one only.
    pub(super) fn protects(&self, transport: u32, reverse: bool) -> bool {
        let all = self.on.get(&transport).map_or(&[][..], Vec::as_slice);
        all.iter().any(|t| t.reverse == reverse)
    }

    /// The keys at home on a transport: the newest first, those of the other direction last.
    pub(super) fn of_transport(
        &self,
        transport: u32,
        reverse: bool,
    ) -> impl Iterator<Item = u32> + '_ {
        let all = self.on.get(&transport).map_or(&[][..], Vec::as_slice);
        let along = all.iter().rev().filter(move |t| t.reverse == reverse);
        let against = all.iter().rev().filter(move |t| t.reverse != reverse);
        along.chain(against).map(|t| t.key)
    }

    /// Which keys are at home where: transport, direction and key, in no order.
    pub(super) fn homes(&self) -> impl Iterator<Item = (u32, bool, u32)> + '_ {
        let all = self.on.iter();
        all.flat_map(|(transport, all)| all.iter().map(|t| (*transport, t.reverse, t.key)))
    }

    /// The transport where a key was first at home.
    pub(super) fn home(&self, key: u32) -> Option<u32> {
        self.homes.get(&key).copied()
    }

    /// The keys that are at home nowhere and may be for this source: given ones.
    pub(super) fn for_any(&self, ssrc: u32) -> impl Iterator<Item = u32> + '_ {
        let given = self.iter().filter(move |(_, k)| {
            matches!(k.source, KeySource::Given(_)) && k.ssrc.is_none_or(|own| own == ssrc)
        });
        given.map(|(i, _)| i)
    }
}
