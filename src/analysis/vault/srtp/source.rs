//! One sender on one flow: the key that opens its packets, and what came of them.

use super::tally::Tally;
use hashbrown::HashMap;

/// Sources followed. When they are too many, those that no key opened make room: most are no RTP.
const SOURCES_MAX: usize = 1 << 16;
/// Packets in a row that no key opens, and for each of which all keys of the transport are tried; after
/// them only every so often.
const EAGER: u32 = 32;
/// Packets in a row that the key of a source refuses before it is taken for one that went on with a key
/// that is not at hand.
const REFUSALS: u32 = 64;

/// A sender on a flow.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// The key that opened its latest packet.
    pub(super) key: Option<u32>,
    /// Its rollover counters under that key.
    pub(super) rollover: u32,
    pub(super) rtp: Tally,
    pub(super) rtcp: Tally,
    /// Packets in a row that were not opened.
    misses: u32,
    /// All packets that were not opened.
    failures: u32,
    /// Keys that there were when all were tried last.
    pub(super) tried: u32,
    /// Keys of its transport that there were when their rollover counters were searched last.
    pub(super) searched: u32,
}

/// What to try for a packet that the obvious did not open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The keys of its transport.
    pub(super) own: bool,
    /// All keys.
    pub(super) all: bool,
    /// All rollover counters.
    pub(super) counters: bool,
}

impl Source {
    /// A packet was opened.
    #[inline]
    pub(super) fn opened(&mut self, is_rtcp: bool) {
        self.misses = 0;
        match is_rtcp {
            true => self.rtcp.opened(),
            false => self.rtp.opened(),
        }
    }

    /// What to try for the packet at hand: much for the first, then less and less.
    pub(super) fn scope(&self) -> Scope {
        let (misses, failures) = (self.misses + 1, self.failures + 1);
        Scope {
            own: misses <= EAGER || misses.is_power_of_two(),
            all: misses.is_power_of_two(),
            counters: failures.is_power_of_two(),
        }
    }

    /// A packet was not opened.
    pub(super) fn missed(&mut self) {
        self.misses = self.misses.saturating_add(1);
        self.failures = self.failures.saturating_add(1);
    }

    /// Whether what its key does not open is to be taken for forged or damaged.
    pub(super) fn refuses(&self, is_rtcp: bool) -> bool {
        let tally = if is_rtcp { &self.rtcp } else { &self.rtp };
        tally.has_opened() && self.misses <= REFUSALS
    }
}

/// The sources, by flow and SSRC.
#[derive(Debug, Default)]
pub(super) struct Sources {
    by_key: HashMap<(u32, u32), Source, foldhash::fast::RandomState>,
    /// Packets of sources that there was no room for.
    pub(super) not_followed: u64,
}

impl Sources {
    /// The source, followed from now on if it is new; none if there is no room.
    #[inline]
    pub(super) fn follow(&mut self, flow: u32, ssrc: u32) -> Option<&mut Source> {
        let key = (flow, ssrc);
        if self.by_key.len() >= SOURCES_MAX && !self.by_key.contains_key(&key) {
            self.by_key.retain(|_, source| source.key.is_some());
            if self.by_key.len() >= SOURCES_MAX {
                self.not_followed += 1;
                return None;
            }
        }
        Some(self.by_key.entry(key).or_default())
    }

    pub(super) fn get(&self, flow: u32, ssrc: u32) -> Option<&Source> {
        self.by_key.get(&(flow, ssrc))
    }

    /// All of them, by flow and SSRC.
    pub(super) fn in_order(&self) -> Vec<((u32, u32), &Source)> {
        let mut all: Vec<_> = self.by_key.iter().map(|(k, s)| (*k, s)).collect();
        all.sort_unstable_by_key(|(k, _)| *k);
        all
    }
}
