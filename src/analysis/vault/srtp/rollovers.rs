//! The rollover counters of all senders, by key and SSRC: the same wherever their packets travel.

use super::rollover::Rollover;
use hashbrown::HashMap;

/// Senders whose counters are kept: only authentic packets make one.
const SENDERS_MAX: usize = 1 << 16;
/// Keys remembered of one SSRC.
const KEYS_MAX: usize = 8;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

#[derive(Debug, Default)]
pub(super) struct Rollovers {
    all: Vec<Rollover>,
    places: Map<(u32, u32), u32>,
    /// The keys that opened packets of an SSRC, the latest last.
    keys: Map<u32, Vec<u32>>,
}

impl Rollovers {
    #[inline]
    pub(super) fn at(&self, place: u32) -> Option<&Rollover> {
        self.all.get(place as usize)
    }

    #[inline]
    pub(super) fn at_mut(&mut self, place: u32) -> Option<&mut Rollover> {
        self.all.get_mut(place as usize)
    }

    pub(super) fn of(&self, key: u32, ssrc: u32) -> Option<&Rollover> {
        self.at(*self.places.get(&(key, ssrc))?)
    }

    /// The place of a sender's, made if need be; a place where there is none if they are too many.
    pub(super) fn place(&mut self, key: u32, ssrc: u32) -> u32 {
        if let Some(place) = self.places.get(&(key, ssrc)) {
            return *place;
        }
        if self.all.len() >= SENDERS_MAX {
            return u32::MAX;
        }
        let place = self.all.len() as u32;
        self.all.push(Rollover::default());
        self.places.insert((key, ssrc), place);
        let keys = self.keys.entry(ssrc).or_default();
        if keys.len() >= KEYS_MAX {
            keys.remove(0);
        }
        keys.push(key);
        place
    }

    /// The keys that opened packets of an SSRC, the latest first.
    pub(super) fn keys_of(&self, ssrc: u32) -> impl Iterator<Item = u32> + '_ {
        let keys = self.keys.get(&ssrc).into_iter().flatten();
        keys.rev().copied()
    }

    /// All of them: key, SSRC and counters, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32, &Rollover)> {
        let all = self.places.iter();
        all.filter_map(|((key, ssrc), place)| Some((*key, *ssrc, self.at(*place)?)))
    }
}
