//! The ways that one stream took.
//!
//! A source is known by its SSRC, not by its address (RFC 3550): after an ICE restart or a path
//! switch the same numbers go on over another pair of addresses. Loss is then only right for the
//! stream as a whole, so [`StreamState`](super::stream::StreamState) measures that, and each way is
//! counted here besides. A stream that never moved has none of these and costs nothing.

use super::sequence::Sequence;
use crate::capture::PacketNo;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// Ways measured of one stream; of later ones only the packets are counted.
const LEGS_MAX: usize = 16;
/// Ways counted of one stream; what comes on later ones is another stream.
const WAYS_MAX: usize = 4_096;

/// One way of a stream that took several.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) flow: u32,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) packets: u64,
    pub(super) sequence: Sequence,
}

/// The ways of a stream that took several; none for one that never moved.
#[derive(Clone, Debug, Default)]
pub(super) struct Legs {
    legs: Vec<Leg>,
    current: usize,
    /// Packets on ways that are not measured, by flow.
    others: BTreeMap<u32, u64>,
}

impl Legs {
    /// Whether the stream has only ever had one way.
    pub(super) fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    /// The ways, in order of appearance.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter()
    }

    /// Packets on ways that are not measured, by flow.
    pub(super) fn others(&self) -> impl Iterator<Item = (u32, u64)> {
        self.others.iter().map(|(flow, n)| (*flow, *n))
    }

    /// The way of the latest packet, of those measured.
    pub(super) fn current(&self) -> Option<u32> {
        self.legs.get(self.current).map(|leg| leg.flow)
    }

    /// Whether the stream goes this way too.
    pub(super) fn takes(&self, flow: u32) -> bool {
        self.legs.iter().any(|leg| leg.flow == flow) || self.others.contains_key(&flow)
    }

    /// Adds a way whose first packet has this sequence number; `false` when there are too many.
    ///
    /// `so_far` is the way until now, for the first time the stream moves.
    pub(super) fn add(
        &mut self,
        so_far: impl FnOnce() -> Leg,
        flow: u32,
        seq: u16,
        ts: Timestamp,
    ) -> bool {
        if self.legs.is_empty() {
            self.legs.push(so_far());
        }
        if self.legs.len() >= LEGS_MAX {
            let room = self.others.len() < WAYS_MAX;
            if room {
                self.others.insert(flow, 1);
            }
            return room;
        }
        self.current = self.legs.len();
        self.legs.push(Leg {
            flow,
            first: ts,
            last: ts,
            packets: 1,
            sequence: Sequence::new(seq),
        });
        true
    }

    /// Counts a packet of a stream that has moved, but for the one that [`Legs::add`] took.
    pub(super) fn push(&mut self, flow: u32, seq: u16, ts: Timestamp, jump: i64, fits: bool) {
        if self.legs.get(self.current).is_none_or(|l| l.flow != flow) {
            match self.legs.iter().position(|l| l.flow == flow) {
                Some(place) => self.current = place,
                None => {
                    if let Some(n) = self.others.get_mut(&flow) {
                        *n += 1;
                    }
                    return;
                }
            }
        }
        if let Some(leg) = self.legs.get_mut(self.current) {
            leg.packets += 1;
            leg.first = leg.first.min(ts);
            leg.last = leg.last.max(ts);
            leg.sequence.push(seq, jump, fits);
        }
    }
}

/// Where in the capture a packet of a stream was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// The directed flow.
    pub(super) flow: u32,
    /// Number of the packet.
    pub(super) no: PacketNo,
    /// When that was captured.
    pub(super) ts: Timestamp,
    /// Whether its payload was decrypted, and it is authentic.
    pub(super) is_opened: bool,
}
