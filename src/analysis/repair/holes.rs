//! The lost packets of one stream while something may still bring them back.
//!
//! A packet that was lost is known by its sequence number and by the timestamps around it: its own
//! lies between them. That is enough to recognise its retransmission on another SSRC, which keeps
//! the timestamp (RFC 4588), even where the payload and with it the original number is encrypted.

use crate::time::{Span, Timestamp};
use std::collections::VecDeque;

/// How long a lost packet is waited for: libwebrtc asks for packets up to 10 s old.
const WAIT: Span = Span::from_millis(10_000);
/// Lost packets waited for at once; the oldest gives way.
const OPEN_MAX: usize = 512;
/// Other streams told apart by which of the losses they could have repaired: one bit for each.
const SIBLINGS_MAX: usize = 8;

/// One lost packet.
#[derive(Clone, Debug)]
struct Hole {
    number: i64,
    missed: Timestamp,
    /// The lowest timestamp that it may have, and how much higher it may be.
    from: u32,
    span: u32,
    /// Which siblings sent a packet with a timestamp that it may have had.
    by_time: u8,
    /// Which of them also begin with its number.
    by_number: u8,
    red: Option<u32>,
    fec: bool,
}

impl Hole {
    fn may_have(&self, timestamp: u32) -> bool {
        timestamp.wrapping_sub(self.from) <= self.span
    }
}

/// How much of a stream's losses another stream could have repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Sibling {
    pub(in crate::analysis) ssrc: u32,
    /// Losses with a packet of it that has their timestamp.
    pub(in crate::analysis) by_time: u64,
    /// Losses with a packet of it that begins with their sequence number as well: only in clear.
    pub(in crate::analysis) by_number: u64,
    /// Those of them that RED makes up for too, and those that only parity does too.
    pub(in crate::analysis) and_red: u64,
    pub(in crate::analysis) and_fec: u64,
}

/// What came back of a stream's losses, as far as packets tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Returned {
    pub(in crate::analysis) siblings: Vec<Sibling>,
    /// Losses that later packets repeat.
    pub(in crate::analysis) red: u64,
    /// Losses that parity makes up for, and RED does not.
    pub(in crate::analysis) fec: u64,
}

impl Returned {
    fn add(&mut self, hole: &Hole) {
        let red = u64::from(hole.red.is_some());
        let fec = u64::from(hole.fec && hole.red.is_none());
        self.red += red;
        self.fec += fec;
        for (i, sibling) in self.siblings.iter_mut().enumerate() {
            let number = u64::from(hole.by_number >> i & 1);
            sibling.by_time += u64::from(hole.by_time >> i & 1);
            sibling.by_number += number;
            sibling.and_red += number * red;
            sibling.and_fec += number * fec;
        }
    }
}

/// How late packets came that had been missing, in milliseconds: four buckets from each power of
/// two to the next.
pub(in crate::analysis) type Delays = [u32; 48];

fn bucket(ms: u64) -> usize {
    let shift = (64 - ms.leading_zeros()).saturating_sub(3);
    4 * shift as usize + (ms >> shift) as usize
}

/// The shortest delay of a bucket of [`Delays`].
pub(in crate::analysis) fn delay_from(bucket: usize) -> Span {
    let ms = match bucket {
        0..8 => bucket as i64,
        _ => (4 + bucket as i64 % 4) << (bucket / 4 - 1).min(32),
    };
    Span::from_millis(ms)
}

/// The losses of a stream.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Holes {
    open: VecDeque<Hole>,
    /// From the lowest timestamp that any of them may have to the highest.
    from: u32,
    span: u32,
    closed: Returned,
    delays: Delays,
    /// Packets of the stream itself that were looked at for redundancy, since the last that had some.
    vain: u16,
}

impl Default for Holes {
    fn default() -> Self {
        Self {
            open: VecDeque::new(),
            from: 0,
            span: 0,
            closed: Returned::default(),
            delays: [0; 48],
            vain: 0,
        }
    }
}

/// A stream that carried no redundancy in so many packets after losses carries none.
const VAIN_MAX: u16 = 1_024;

impl Holes {
    /// Notes that the packets from `first` on were missed, `count` of them: between `before`, whose
    /// packet ended a frame if `ended`, and `after`.
    pub(in crate::analysis) fn miss(
        &mut self,
        (first, count): (i64, u32),
        (before, ended, after): (u32, bool, u32),
        missed: Timestamp,
    ) {
        self.expire(missed);
        // What follows the last packet of a frame is of another one.
        let from = before.wrapping_add(u32::from(ended && after != before));
        let span = after.wrapping_sub(from);
        if span > u32::MAX / 2 {
            return; // Timestamps that run backwards tell nothing.
        }
        let skip = (count as usize).saturating_sub(OPEN_MAX) as i64;
        for number in first + skip..first + i64::from(count) {
            if self.open.len() == OPEN_MAX {
                self.close_oldest();
            }
            self.open.push_back(Hole {
                number,
                missed,
                from,
                span,
                by_time: 0,
                by_number: 0,
                red: None,
                fec: false,
            });
        }
        self.frame();
    }

    /// A packet that was missing came itself.
    pub(in crate::analysis) fn arrived(&mut self, number: i64, now: Timestamp) {
        let Ok(place) = self.open.binary_search_by_key(&number, |h| h.number) else {
            return;
        };
        if let Some(hole) = self.open.remove(place) {
            let ms = ((now - hole.missed).nanos() / 1_000_000).max(0) as u64;
            let last = self.delays.len() - 1;
            if let Some(n) = self.delays.get_mut(bucket(ms).min(last)) {
                *n = n.saturating_add(1);
            }
            self.frame();
        }
    }

    /// The numbers begin anew: nothing that was missed can be recognised any more.
    pub(in crate::analysis) fn restart(&mut self) {
        while !self.open.is_empty() {
            self.close_oldest();
        }
    }

    /// Whether nothing is waited for any more.
    pub(in crate::analysis) fn is_over(&self, now: Timestamp) -> bool {
        self.open.back().is_none_or(|h| now - h.missed > WAIT)
    }

    /// The number of the last packet missed that is still waited for.
    pub(in crate::analysis) fn last(&self) -> Option<i64> {
        self.open.back().map(|h| h.number)
    }

    /// Whether the stream's own packets may carry redundancy; counts that one is looked at.
    #[inline]
    pub(in crate::analysis) fn may_carry_repairs(&mut self) -> bool {
        self.vain = (self.vain + 1).min(VAIN_MAX);
        self.vain < VAIN_MAX
    }

    /// One did.
    pub(in crate::analysis) fn carries_repairs(&mut self) {
        self.vain = 0;
    }

    /// Whether some packet waited for may have this timestamp.
    #[inline]
    pub(in crate::analysis) fn may_have(&self, timestamp: u32) -> bool {
        timestamp.wrapping_sub(self.from) <= self.span && !self.open.is_empty()
    }

    /// Another stream of the direction sent a packet with this timestamp; in clear, a retransmission
    /// begins with the number of what it repeats.
    pub(in crate::analysis) fn repeated(&mut self, ssrc: u32, timestamp: u32, begins: Option<u16>) {
        if !self.open.iter().any(|h| h.may_have(timestamp)) {
            return;
        }
        let siblings = &mut self.closed.siblings;
        let place = siblings.iter().position(|s| s.ssrc == ssrc);
        let place = place.unwrap_or(siblings.len());
        if place == SIBLINGS_MAX {
            return;
        }
        if place == siblings.len() {
            siblings.push(Sibling {
                ssrc,
                ..Sibling::default()
            });
        }
        let bit = 1 << place;
        let open = self.open.iter_mut();
        let (mut by_time, mut by_number) = (None, None);
        for hole in open.filter(|h| h.may_have(timestamp)) {
            if by_number.is_none() && Some(hole.number as u16) == begins {
                by_number = Some(hole.number);
                hole.by_number |= bit;
            }
            if by_time.is_none() && hole.by_time & bit == 0 {
                by_time = Some(hole.number);
                hole.by_time |= bit;
            }
        }
    }

    /// A later packet of the stream repeats what had this timestamp.
    pub(in crate::analysis) fn carried(&mut self, timestamp: u32) {
        // Audio has one packet for each timestamp: those around the loss were received.
        let between = |h: &Hole| {
            let since = timestamp.wrapping_sub(h.from);
            0 < since && since < h.span
        };
        let mut free = None;
        for hole in self.open.iter_mut().filter(|h| between(h)) {
            match hole.red {
                Some(at) if at == timestamp => return,
                Some(_) => {}
                None => free = free.or(Some(hole)),
            }
        }
        if let Some(hole) = free {
            hole.red = Some(timestamp);
        }
    }

    /// A parity packet protects these packets, of which these were not seen.
    pub(in crate::analysis) fn protected(&mut self, missing: impl Iterator<Item = i64>) {
        let mut one = None;
        for number in missing {
            let place = self.open.binary_search_by_key(&number, |h| h.number);
            let hole = place
                .ok()
                .and_then(|place| Some((place, self.open.get(place)?)));
            match hole {
                // Already made up for: it can be used.
                Some((_, h)) if h.red.is_some() || h.fec || h.by_number != 0 => {}
                Some((place, _)) if one.is_none() => one = Some(place),
                _ => return,
            }
        }
        if let Some(hole) = one.and_then(|place| self.open.get_mut(place)) {
            hole.fec = true;
        }
    }

    /// What came back so far.
    pub(in crate::analysis) fn returned(&self) -> Returned {
        let mut all = self.closed.clone();
        for hole in &self.open {
            all.add(hole);
        }
        all
    }

    /// How late packets came that had been missing.
    pub(in crate::analysis) fn delays(&self) -> &Delays {
        &self.delays
    }

    fn expire(&mut self, now: Timestamp) {
        while self.open.front().is_some_and(|h| now - h.missed > WAIT) {
            self.close_oldest();
        }
    }

    fn close_oldest(&mut self) {
        if let Some(hole) = self.open.pop_front() {
            self.closed.add(&hole);
        }
    }

    fn frame(&mut self) {
        if let (Some(first), Some(last)) = (self.open.front(), self.open.back()) {
            self.from = first.from;
            self.span = last.from.wrapping_add(last.span).wrapping_sub(first.from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    /// Packets 10 and 11 of a frame at 9000, and 20 of one between 9000 and 12 000.
    fn holes() -> Holes {
        let mut holes = Holes::default();
        holes.miss((10, 2), (9_000, false, 9_000), at(0));
        holes.miss((20, 1), (9_000, true, 12_000), at(10));
        holes
    }

    #[test]
    fn each_packet_of_a_sibling_repairs_one_loss_with_its_timestamp() {
        let mut h = holes();
        for timestamp in [9_000, 9_000, 9_000, 9_001, 12_000, 12_001, 8_999] {
            if h.may_have(timestamp) {
                h.repeated(7, timestamp, None);
            }
        }
        let [sibling] = h.returned().siblings[..] else {
            panic!();
        };
        assert_eq!(
            (sibling.ssrc, sibling.by_time, sibling.by_number),
            (7, 3, 0)
        );
    }

    #[test]
    fn in_clear_the_number_must_be_right() {
        let mut h = holes();
        h.repeated(7, 9_000, Some(11));
        h.repeated(7, 9_000, Some(11));
        h.repeated(7, 10_000, Some(10));
        let [sibling] = h.returned().siblings[..] else {
            panic!();
        };
        assert_eq!((sibling.by_time, sibling.by_number), (3, 1));
    }

    #[test]
    fn what_came_late_is_no_loss_any_more() {
        let mut h = holes();
        h.repeated(7, 9_000, None);
        h.arrived(10, at(3));
        h.arrived(11, at(500));
        assert_eq!(h.returned().siblings[0].by_time, 0);
        assert_eq!((h.delays()[bucket(3)], h.delays()[bucket(490)]), (1, 1));
    }

    #[test]
    fn delays_have_buckets_that_follow_each_other() {
        for ms in 0..10_000 {
            let b = bucket(ms);
            let ms = Span::from_millis(ms as i64);
            assert!((delay_from(b)..delay_from(b + 1)).contains(&ms), "{ms:?}");
        }
    }

    #[test]
    fn one_payload_carried_twice_makes_up_for_one_loss() {
        let mut h = Holes::default();
        h.miss((5, 2), (960, true, 960 * 4), at(0));
        h.carried(960 * 3);
        h.carried(960 * 3);
        assert_eq!(h.returned().red, 1);
        h.carried(960 * 2);
        assert_eq!(h.returned().red, 2);
        h.carried(960);
        assert_eq!(h.returned().red, 2);
    }

    #[test]
    fn parity_makes_up_for_one_loss_and_not_for_two() {
        let mut h = holes();
        h.protected([10, 11].into_iter());
        assert_eq!(h.returned().fec, 0);
        h.protected([11].into_iter());
        assert_eq!(h.returned().fec, 1);
        h.protected([10, 11].into_iter());
        assert_eq!(h.returned().fec, 2, "11 is back, so 10 can be computed");
    }

    #[test]
    fn memory_is_bounded_and_old_losses_are_given_up() {
        let mut h = Holes::default();
        h.miss((0, 3_000), (0, false, 90), at(0));
        assert_eq!(h.open.len(), OPEN_MAX);
        h.repeated(1, 45, None);
        h.miss((4_000, 1), (90, false, 90), at(20_000));
        assert_eq!((h.open.len(), h.returned().siblings[0].by_time), (1, 1));
        for ssrc in 0..100 {
            h.repeated(ssrc, 90, None);
        }
        assert_eq!(h.returned().siblings.len(), SIBLINGS_MAX);
        assert!(h.is_over(at(31_000)) && !h.is_over(at(21_000)));
    }
}
