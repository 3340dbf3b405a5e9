//! One direction of an association: TSNs sent, and what the peer acknowledged of them.

use super::flight::Flight;
use super::seen::Seen;
use crate::analysis::series::Series;
use crate::proto::sctp::{ForwardTsn, Sack};
use crate::time::{Span, Timestamp};

/// How far a TSN may lie from the highest before it is taken for damage: more than any receiver
/// window, and than what a gap of minutes in a merged capture hides.
const JUMP_MAX: u64 = 1 << 24;
/// Gap blocks kept of the last SACK.
const GAPS_MAX: usize = 64;
/// Where unwrapped TSNs begin, so that some can come before the first.
const ORIGIN: u64 = 1 << 32;

/// What one side sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    seen: Seen,
    /// From the sender's INIT, unwrapped.
    initial: Option<u64>,
    /// The highest TSN that the sender is known to have used, unwrapped.
    highest: Option<u64>,
    pub(super) chunks: u64,
    pub(super) retransmitted: u64,
    pub(super) bytes: u64,
    pub(super) forward_tsns: u64,
    pub(super) given_up: u64,
    /// The last TSN that FORWARD-TSN passed over.
    forwarded: Option<u64>,
    /// The peer's highest cumulative acknowledgement, and the gap blocks of that SACK.
    acknowledged: Option<u64>,
    gaps: Vec<(u64, u64)>,
    pub(super) flight: Flight,
    /// Chunks and bytes over time; none before the first.
    pub(super) series: Option<Series>,
}

/// The axis that all series of an analysis share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Where it begins; the first packet of an association, where nobody told.
    pub(super) origin: Option<Timestamp>,
    pub(super) width: Span,
    pub(super) limit: usize,
}

impl Way {
    /// The sender says where its TSNs begin. Only the first INIT counts: later ones repeat it.
    pub(super) fn begin(&mut self, initial_tsn: u32) {
        if self.initial.is_none() && self.seen.count() == 0 {
            let initial = ORIGIN + u64::from(initial_tsn);
            self.initial = Some(initial);
            self.highest = Some(initial - 1);
        }
    }

    /// A session description says where the sender's TSNs begin: maybe after some of them came by.
    pub(super) fn signalled(&mut self, initial_tsn: u32) {
        if self.seen.count() == 0 {
            return self.begin(initial_tsn);
        }
        let initial = self.unwrapped(initial_tsn);
        self.initial = self.initial.or(initial);
    }

    /// A chunk of user data, and whether its TSN is new; `None` if too many gaps came after it to
    /// know. Then it is neither counted as retransmitted nor as seen.
    pub(super) fn data(&mut self, tsn: u32, len: usize, ts: Timestamp) -> Option<bool> {
        self.chunks += 1;
        let Some(tsn) = self.unwrapped(tsn) else {
            return Some(false);
        };
        if !self.seen.insert(tsn)? {
            self.retransmitted += 1;
            self.flight.sent_again(tsn, ts);
            return Some(false);
        }
        self.bytes += len as u64;
        self.highest = self.highest.max(Some(tsn));
        Some(true)
    }

    /// A chunk with so much user data, seen for the first time.
    pub(super) fn measure(&mut self, axis: Axis, ts: Timestamp, len: usize) {
        let origin = axis.origin.unwrap_or(ts);
        let begin = || Series::new(origin, axis.width, axis.limit);
        let bucket = self.series.get_or_insert_with(begin).at(ts);
        bucket.packets = bucket.packets.saturating_add(1);
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        bucket.bytes = bucket.bytes.saturating_add(len);
    }

    /// The peer acknowledges.
    pub(super) fn sack(&mut self, sack: &Sack<'_>, ts: Timestamp) {
        let Some(cumulative) = self.unwrapped(sack.cumulative_tsn) else {
            return;
        };
        let range = |(a, b): (u16, u16)| (cumulative + u64::from(a), cumulative + u64::from(b));
        let gaps = sack
            .gaps()
            .take(GAPS_MAX)
            .filter(|(a, b)| a <= b)
            .map(range);
        self.flight.acknowledged(cumulative, gaps.clone(), ts);
        // An older one that was overtaken says nothing new.
        if self.acknowledged.is_some_and(|known| cumulative < known) {
            return;
        }
        self.acknowledged = Some(cumulative);
        self.gaps.clear();
        self.gaps.extend(gaps);
    }

    /// The sender gives up what was not acknowledged up to here.
    pub(super) fn forward(&mut self, forward: &ForwardTsn<'_>) {
        self.forward_tsns += 1;
        let Some(to) = self.unwrapped(forward.cumulative_tsn) else {
            return;
        };
        // Where the acknowledgements are not known, nothing is known of what they left.
        if let Some(acknowledged) = self.acknowledged {
            let from = acknowledged.max(self.forwarded.unwrap_or(0));
            let arrived = |&(first, last): &(u64, u64)| {
                let (first, last) = (first.max(from + 1), last.min(to));
                (last + 1).saturating_sub(first)
            };
            let arrived: u64 = self.gaps.iter().map(arrived).sum();
            self.given_up += to.saturating_sub(from).saturating_sub(arrived);
        }
        self.flight.forward(to);
        self.forwarded = Some(self.forwarded.unwrap_or(0).max(to));
        self.highest = self.highest.max(Some(to));
    }

    /// TSNs up to the highest that were not seen.
    pub(super) fn missing(&self) -> u64 {
        match (self.initial.or(self.seen.lowest()), self.highest) {
            (Some(first), Some(last)) => {
                let first = first.min(self.seen.lowest().unwrap_or(first));
                (last + 1).saturating_sub(first + self.seen.count())
            }
            _ => 0,
        }
    }

    /// The TSN with what it lost at 2³², as near to the highest as can be; none if it is too far.
    pub(super) fn unwrapped(&self, tsn: u32) -> Option<u64> {
        let Some(highest) = self.highest.or(self.seen.highest()) else {
            return Some(ORIGIN + u64::from(tsn));
        };
        let [.., a, b, c, d] = highest.to_be_bytes();
        let ahead = tsn.wrapping_sub(u32::from_be_bytes([a, b, c, d]));
        let near = highest.checked_add_signed(i64::from(ahead.cast_signed()))?;
        (near.abs_diff(highest) <= JUMP_MAX).then_some(near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::sctp::{ChunkValue, SctpPacket};

    fn ts(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    /// A packet with one chunk.
    fn packet(chunk_type: u8, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![
            0x13, 0x88, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 0, chunk_type, 0,
        ];
        bytes.extend((4 + value.len() as u16).to_be_bytes());
        bytes.extend(value);
        bytes
    }

    fn sack(way: &mut Way, cumulative: u32, gaps: &[(u16, u16)], at: Timestamp) {
        let mut value = cumulative.to_be_bytes().to_vec();
        value.extend([0, 0, 16, 0, 0, gaps.len() as u8, 0, 0]);
        for (a, b) in gaps {
            value.extend(a.to_be_bytes());
            value.extend(b.to_be_bytes());
        }
        let bytes = packet(3, &value);
        let chunk = SctpPacket::parse(&bytes).unwrap().chunks().next();
        let Ok(ChunkValue::Sack(sack)) = chunk.unwrap().unwrap().value() else {
            panic!();
        };
        way.sack(&sack, at);
    }

    fn forward(way: &mut Way, to: u32) {
        let bytes = packet(192, &to.to_be_bytes());
        let chunk = SctpPacket::parse(&bytes).unwrap().chunks().next();
        let Ok(ChunkValue::ForwardTsn(forward)) = chunk.unwrap().unwrap().value() else {
            panic!();
        };
        way.forward(&forward);
    }

    #[test]
    fn retransmissions_and_missing_tsns_across_the_wrap() {
        let mut way = Way::default();
        way.begin(u32::MAX - 1);
        for (i, tsn) in [u32::MAX - 1, 0, u32::MAX, 0, 3].into_iter().enumerate() {
            assert_eq!(way.data(tsn, 10, ts(i as i64)), Some(i != 3));
        }
        assert_eq!((way.chunks, way.retransmitted, way.bytes), (5, 1, 40));
        assert_eq!(way.missing(), 2, "1 and 2");
        let far = way.data(1 << 30, 10, ts(9));
        assert_eq!(far, Some(false), "too far to be true");
        assert_eq!(way.missing(), 2);
    }

    /// More gaps than are kept, in an order that no sender has: none was sent twice.
    #[test]
    fn what_was_forgotten_is_no_retransmission() {
        let mut way = Way::default();
        way.begin(0);
        let mut unknown = 0;
        for tsn in (0..20_000).step_by(2).chain((1..20_000).step_by(2)) {
            unknown += u64::from(way.data(tsn, 1, ts(0)).is_none());
        }
        assert!(unknown > 0);
        assert_eq!((way.chunks, way.retransmitted), (20_000, 0));
        assert_eq!(way.bytes, 20_000 - unknown);
    }

    #[test]
    fn without_an_init_the_lowest_seen_is_the_first() {
        let mut way = Way::default();
        assert_eq!(way.missing(), 0);
        way.data(100, 1, ts(0));
        way.data(103, 1, ts(0));
        way.data(98, 1, ts(0));
        assert_eq!(way.missing(), 3);
        let mut known = Way::default();
        known.begin(90);
        known.data(100, 1, ts(0));
        assert_eq!(known.missing(), 10);
    }

    #[test]
    fn given_up_is_what_nobody_acknowledged() {
        let mut way = Way::default();
        for tsn in 1..=10 {
            way.data(tsn, 1, ts(0));
        }
        sack(&mut way, 2, &[(2, 3), (6, 8)], ts(1));
        forward(&mut way, 8);
        assert_eq!(way.given_up, 3, "3, 6 and 7; 4, 5 and 8 arrived");
        forward(&mut way, 8);
        assert_eq!((way.given_up, way.forward_tsns), (3, 2));
        forward(&mut way, 12);
        assert_eq!(way.given_up, 3 + 2, "11 and 12; 9 and 10 arrived");
        assert_eq!(way.missing(), 2, "11 and 12 never came by");
    }
}
