//! How much is tried: finding the key of a source and its rollover counter costs time, and anybody can send
//! packets that no key opens.
//!
//! Time is counted in units of some ten nanoseconds. Everything that is tried beyond the obvious is taken
//! out of one purse for the whole capture, which begins full and is filled up by each packet.

use crate::keys::srtp::Profile;

/// What is in the purse at the beginning, and at most: a fifth of a second.
const PURSE: u64 = 20_000_000;
/// What each packet puts in: some two microseconds.
const EARNED: u64 = 200;
/// The most that is spent on one packet: some 60 milliseconds.
const ATTEMPT: u64 = 6_000_000;

/// The purse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    left: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { left: PURSE }
    }
}

impl Effort {
    /// A packet came.
    #[inline]
    pub(super) fn earn(&mut self) {
        self.left = (self.left + EARNED).min(PURSE);
    }

    /// What may be spent on the packet at hand.
    pub(super) fn attempt(&self) -> u64 {
        self.left.min(ATTEMPT)
    }

    /// Takes out what was spent.
    pub(super) fn spend(&mut self, units: u64) {
        self.left = self.left.saturating_sub(units);
    }
}

/// What it costs to hash a packet of so many bytes.
pub(super) fn cost_of_packet(bytes: usize) -> u64 {
    40 + bytes as u64 / 16
}

/// What it costs to try one more rollover counter on a hashed packet.
pub(super) fn cost_of_counter(profile: Profile) -> u64 {
    if profile.is_aead() { 2 } else { 20 }
}
