//! The numbers of all peers behind TURN servers, over the whole capture: what [`Via::Turn`] carries.

use crate::net::Via;

/// Peers told apart in a capture.
const RELAYS_MAX: usize = 1 << 16;
/// The number that all peers beyond the limits share.
pub(super) const SHARED: u32 = u32::MAX >> 1;

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
    /// Its place among the peers of that one.
    pub(super) slot: u16,
}

impl Relays {
    /// The peer that `via` names, if it is one of its own.
    pub(in crate::analysis) fn get(&self, via: Via) -> Option<Relay> {
        match via {
            Via::Turn(number) => self.known.get((number as usize).checked_sub(1)?).copied(),
            Via::Direct => None,
        }
    }

    /// Gives a peer its number; none when there are too many.
    pub(super) fn add(&mut self, carrier: u32, slot: u16) -> Option<Via> {
        if self.known.len() >= RELAYS_MAX {
            return None;
        }
        self.known.push(Relay { carrier, slot });
        Some(Via::Turn(self.known.len() as u32))
    }
}

/// Whether `via` is the number that peers beyond the limits share.
pub(in crate::analysis) fn is_shared(via: Via) -> bool {
    via == Via::Turn(SHARED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_peers_until_they_run_out() {
        let mut relays = Relays::default();
        for n in 0..RELAYS_MAX {
            let via = relays.add(n as u32, 7).unwrap();
            let relay = relays.get(via).unwrap();
            assert_eq!((relay.carrier, relay.slot), (n as u32, 7));
        }
        assert!(relays.add(1, 1).is_none());
        assert!(is_shared(Via::Turn(SHARED)));
        assert!(relays.get(Via::Turn(SHARED)).is_none());
        assert!(relays.get(Via::Direct).is_none());
    }
}
