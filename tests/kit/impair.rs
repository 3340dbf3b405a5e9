//! What a network does to a stream on its way to the tap: loss, bursts, duplicates, reordering.
//!
//! Works on packets in the order they were sent and gives them in the order they arrive; a packet
//! is late by a number of packets and not by a time, so that the effect is known exactly.

use super::prng::Prng;

/// How likely each is, per packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Impairment {
    pub loss: f64,
    /// That a burst of 3 to 30 losses begins.
    pub burst: f64,
    /// That a copy arrives up to 5 packets later.
    pub duplicate: f64,
    /// That it arrives late.
    pub reorder: f64,
    /// By how many packets at most.
    pub late: u64,
}

/// The way of one stream to the tap.
#[derive(Clone, Debug)]
pub struct Link<P> {
    impairment: Impairment,
    prng: Prng,
    burst_left: u64,
    held: Vec<Held<P>>,
}

#[derive(Clone, Copy, Debug)]
struct Held<P> {
    packet: P,
    /// Arrives after this many others.
    after: u64,
}

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Whatever chance has it.
    Chance,
    /// It arrives at once.
    Deliver,
    /// It arrives after this many others.
    Late(u64),
}

impl<P: Copy> Link<P> {
    pub fn new(impairment: Impairment, prng: Prng) -> Self {
        Self {
            impairment,
            prng,
            burst_left: 0,
            held: Vec::new(),
        }
    }

    /// Sends `packet`; appends to `arrived` what arrives by then, in order.
    pub fn send(&mut self, packet: P, fate: Fate, arrived: &mut Vec<P>) {
        let Impairment {
            loss,
            burst,
            duplicate,
            reorder,
            late,
        } = self.impairment;
        match fate {
            Fate::Late(after) => return self.held.push(Held { packet, after }),
            Fate::Deliver => self.burst_left = 0,
            Fate::Chance => {
                if self.burst_left > 0 {
                    self.burst_left -= 1;
                    return;
                }
                if self.prng.chance(burst) {
                    self.burst_left = self.prng.between(2, 29);
                    return;
                }
                if self.prng.chance(loss) {
                    return;
                }
                if self.prng.chance(reorder) {
                    let after = self.prng.between(1, late.max(1));
                    return self.held.push(Held { packet, after });
                }
            }
        }
        arrived.push(packet);
        for held in &mut self.held {
            held.after -= 1;
        }
        self.release(|held| held.after == 0, arrived);
        if fate == Fate::Chance && self.prng.chance(duplicate) {
            match self.prng.below(6) {
                0 => arrived.push(packet),
                after => self.held.push(Held { packet, after }),
            }
        }
    }

    /// What is still on its way arrives now.
    pub fn flush(&mut self, arrived: &mut Vec<P>) {
        self.burst_left = 0;
        self.release(|_| true, arrived);
    }

    fn release(&mut self, ready: impl Fn(&Held<P>) -> bool, arrived: &mut Vec<P>) {
        self.held.retain(|held| {
            let now = ready(held);
            if now {
                arrived.push(held.packet);
            }
            !now
        });
    }
}
