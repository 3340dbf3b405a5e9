//! The packets of one stream put in order: sequence numbers extended over wraps and restarts, copies
//! left out, gaps held open for packets that come late or by retransmission.
//!
//! A packet waits while one before it is missing, until [`WINDOW`] numbers are behind the gap; without
//! loss nothing waits, but for the first few packets, before which others may come.

use crate::time::Timestamp;
use std::collections::BTreeMap;

/// How many numbers a gap is waited for: libwebrtc asks for packets again as far back.
const WINDOW: u64 = 1_000;
/// How many numbers the first packets wait for earlier ones.
const START: u64 = 16;
/// Forward jumps up to this are loss (RFC 3550, MAX_DROPOUT).
const DROPOUT: i16 = 3_000;
/// Where extended numbers begin, so that there is room below.
const BASE: u64 = 1 << 32;

/// How a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// By itself.
    Sent,
    /// Retransmitted on a stream of its own (RFC 4588).
    Rtx,
    /// Repeated in a later packet (RFC 2198).
    Red,
}

/// What is kept of an RTP packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload_type: u8,
    /// When it was captured.
    pub(super) arrival: Timestamp,
    pub(super) origin: Origin,
    /// Without padding.
    pub(super) payload: Vec<u8>,
}

/// A packet in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) packet: Packet,
    /// How many numbers before it are missing for good.
    pub(super) lost: u64,
    /// Whether the sender began with new numbers here.
    pub(super) is_restart: bool,
}

/// What came of the packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Numbers that never came.
    pub(super) lost: u64,
    /// Packets whose number had come.
    pub(super) duplicates: u64,
    /// Packets that came when their place was given up.
    pub(super) late: u64,
    /// Packets far from the numbers before and after.
    pub(super) strays: u64,
    /// Times the numbers began anew.
    pub(super) restarts: u64,
    /// Missing ones that were retransmitted.
    pub(super) by_rtx: u64,
    /// Missing ones that a later packet repeated.
    pub(super) by_red: u64,
}

/// Puts packets in order.
#[derive(Debug, Default)]
pub(super) struct Order {
    waiting: BTreeMap<u64, Packet>,
    /// Bytes of payload waiting.
    bytes: usize,
    /// The number to be let go next; none before the first was.
    next: Option<u64>,
    /// The highest number so far, extended and as sent, and its timestamp.
    highest: Option<(u64, u16, u32)>,
    /// A packet that may begin new numbers, if the next one follows it.
    doubtful: Option<Packet>,
    is_restart: bool,
    pub(super) counts: Counts,
}

impl Order {
    /// Bytes of payload that wait.
    pub(super) fn waiting(&self) -> usize {
        self.bytes
    }

    /// Whether a packet of this number would be of use: its place is open.
    pub(super) fn misses(&self, sequence: u16) -> bool {
        self.extended(sequence).is_some_and(|number| {
            self.next.is_none_or(|next| number >= next) && !self.waiting.contains_key(&number)
        })
    }

    fn extended(&self, sequence: u16) -> Option<u64> {
        let (highest, newest, _) = self.highest?;
        let step = sequence.wrapping_sub(newest) as i16;
        highest.checked_add_signed(step.into())
    }

    /// Takes a packet.
    pub(super) fn push(&mut self, packet: Packet, out: &mut Vec<Ordered>) {
        let Some((_, newest, newest_timestamp)) = self.highest else {
            // What repairs others does not begin a stream.
            if packet.origin == Origin::Sent {
                self.place(BASE, packet);
            }
            return;
        };
        let step = packet.sequence.wrapping_sub(newest) as i16;
        if packet.origin != Origin::Sent {
            if step < DROPOUT
                && let Some(number) = self.extended(packet.sequence)
            {
                self.fill(number, packet);
                self.release(out);
            }
            return;
        }
        // From the past in number, but not in time.
        let is_new = packet.timestamp.wrapping_sub(newest_timestamp) as i32 > 0;
        let fits = match step {
            1.. => step < DROPOUT,
            _ => i64::from(step) > -(WINDOW as i64) && (!is_new || self.misses(packet.sequence)),
        };
        if fits {
            self.counts.strays += u64::from(self.doubtful.take().is_some());
            if let Some(number) = self.extended(packet.sequence) {
                self.fill(number, packet);
            }
            return self.release(out);
        }
        match self.doubtful.take() {
            Some(first) if packet.sequence == first.sequence.wrapping_add(1) => {
                self.restart(first, packet, out);
            }
            before => {
                self.counts.strays += u64::from(before.is_some());
                self.doubtful = Some(packet);
            }
        }
    }

    fn fill(&mut self, number: u64, packet: Packet) {
        if self.waiting.contains_key(&number) {
            self.counts.duplicates += u64::from(packet.origin == Origin::Sent);
        } else if self.next.is_some_and(|next| number < next) {
            self.counts.late += u64::from(packet.origin == Origin::Sent);
        } else {
            self.place(number, packet);
        }
    }

    fn place(&mut self, number: u64, packet: Packet) {
        match packet.origin {
            Origin::Sent => {}
            Origin::Rtx => self.counts.by_rtx += 1,
            Origin::Red => self.counts.by_red += 1,
        }
        if self.highest.is_none_or(|(highest, _, _)| number > highest) {
            self.highest = Some((number, packet.sequence, packet.timestamp));
        }
        self.bytes += packet.payload.len();
        self.waiting.insert(number, packet);
    }

    fn restart(&mut self, first: Packet, second: Packet, out: &mut Vec<Ordered>) {
        self.flush(out);
        self.counts.restarts += 1;
        let number = self.highest.map_or(BASE, |(highest, _, _)| highest + 1);
        self.next = Some(number);
        self.is_restart = true;
        self.place(number, first);
        self.place(number + 1, second);
        self.release(out);
    }

    /// Lets go what waits for nothing any more.
    fn release(&mut self, out: &mut Vec<Ordered>) {
        while let Some((&number, _)) = self.waiting.first_key_value() {
            let highest = self.highest.map_or(number, |(highest, _, _)| highest);
            let is_due = match self.next {
                Some(next) => number == next || highest - number >= WINDOW,
                None => highest - number >= START,
            };
            if !is_due {
                break;
            }
            self.pop(out);
        }
    }

    fn pop(&mut self, out: &mut Vec<Ordered>) {
        let Some((number, packet)) = self.waiting.pop_first() else {
            return;
        };
        let lost = self.next.map_or(0, |next| number - next);
        self.counts.lost += lost;
        self.bytes -= packet.payload.len();
        self.next = Some(number + 1);
        out.push(Ordered {
            packet,
            lost,
            is_restart: std::mem::take(&mut self.is_restart),
        });
    }

    /// Lets everything go, at the end or when too much waits.
    pub(super) fn flush(&mut self, out: &mut Vec<Ordered>) {
        while !self.waiting.is_empty() {
            self.pop(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(sequence: u16, timestamp: u32) -> Packet {
        Packet {
            sequence,
            timestamp,
            marker: false,
            payload_type: 96,
            arrival: Timestamp::default(),
            origin: Origin::Sent,
            payload: sequence.to_be_bytes().to_vec(),
        }
    }

    fn ordered(packets: impl IntoIterator<Item = Packet>) -> (Vec<Ordered>, Counts) {
        let (mut order, mut out) = (Order::default(), Vec::new());
        for packet in packets {
            order.push(packet, &mut out);
        }
        order.flush(&mut out);
        assert_eq!(order.waiting(), 0);
        (out, order.counts)
    }

    fn numbers(out: &[Ordered]) -> Vec<u16> {
        out.iter().map(|o| o.packet.sequence).collect()
    }

    #[test]
    fn wraps_reordering_and_copies() {
        let sent = [65_534, 0, 65_535, 0, 1, 1, 3];
        let (out, counts) = ordered(sent.map(|n| packet(n, 0)));
        assert_eq!(numbers(&out), [65_534, 65_535, 0, 1, 3]);
        assert_eq!(out[4].lost, 1);
        assert_eq!((counts.lost, counts.duplicates), (1, 2));
    }

    #[test]
    fn a_gap_stays_open_for_a_retransmission_but_not_for_ever() {
        let mut late = packet(500, 500);
        late.origin = Origin::Rtx;
        for (at, lost) in [(1_400u16, 0), (1_600, 1)] {
            let sent = (0..3_000u16).filter(|n| *n != 500);
            let mut packets: Vec<_> = sent.map(|n| packet(n, n.into())).collect();
            packets.insert(at.into(), late.clone());
            let (out, counts) = ordered(packets);
            assert_eq!((out.len() as u64, counts.lost), (3_000 - lost, lost));
            assert_eq!(counts.by_rtx, 1 - lost);
        }
    }

    #[test]
    fn two_in_a_row_begin_new_numbers_and_one_is_a_stray() {
        let old = (0..20u16).map(|n| packet(n, u32::from(n) * 160));
        let new = (40_000..40_010u16).map(|n| packet(n, u32::from(n)));
        let stray = packet(30_000, 7);
        let (out, counts) = ordered(old.clone().chain([stray]).chain(new));
        assert_eq!(out.len(), 30);
        assert!(out[20].is_restart && out[20].lost == 0);
        assert_eq!((counts.restarts, counts.strays, counts.lost), (1, 1, 0));
        // The new numbers begin close to the old ones: their timestamps tell.
        let again = (5..15u16).map(|n| packet(n, 100_000 + u32::from(n) * 160));
        let (out, counts) = ordered(old.chain(again));
        assert_eq!((out.len(), counts.restarts), (30, 1));
    }

    proptest! {
        #[test]
        fn whatever_the_order_each_number_comes_once(
            first in any::<u16>(),
            keys in proptest::collection::vec((0u16..12, any::<bool>(), 0u8..12), 1..400),
        ) {
            let mut sent = Vec::new();
            for (i, (delay, twice, drop)) in keys.iter().enumerate() {
                let n = i as u16;
                if *drop > 0 {
                    sent.push((n + delay, n));
                }
                if *twice && *drop > 0 {
                    sent.push((n + 13, n));
                }
            }
            sent.sort();
            let mut want: Vec<u16> = sent.iter().map(|(_, n)| *n).collect();
            want.sort();
            want.dedup();
            let packets = sent.iter().map(|(_, n)| packet(first.wrapping_add(*n), (*n).into()));
            let (out, counts) = ordered(packets);
            let got: Vec<u16> = numbers(&out).iter().map(|n| n.wrapping_sub(first)).collect();
            prop_assert_eq!(&got, &want);
            let missing: u64 = out.iter().map(|o| o.lost).sum();
            prop_assert_eq!(missing, counts.lost);
            if let (Some(low), Some(high)) = (want.first(), want.last()) {
                prop_assert_eq!(u64::from(high - low) + 1, want.len() as u64 + missing);
            }
        }

        #[test]
        fn any_packets_end(
            packets in proptest::collection::vec((any::<u16>(), any::<u32>(), 0u8..4), 0..300)
        ) {
            let (out, counts) = ordered(packets.iter().map(|(n, ts, origin)| Packet {
                origin: match origin {
                    0 => Origin::Rtx,
                    _ => Origin::Sent,
                },
                ..packet(*n, *ts)
            }));
            prop_assert!(out.len() <= packets.len());
            prop_assert!(counts.lost < 1 << 32);
        }
    }
}
