//! Packets that parity brings back: ULPFEC (RFC 5109) inside the RED of a decrypted stream of video.
//!
//! A parity packet holds the exclusive or of the packets that it protects, header fields included.
//! When all but one of them are there, timestamp and marker of that one follow from the headers alone:
//! no payload is kept. What one parity packet brings back may be what another one lacks.

use crate::proto::rtp::UlpFec;
use std::collections::VecDeque;

/// Packets whose headers are remembered: more than parity reaches back.
const RECENT: usize = 256;
/// Parity packets that wait for one of those that they lack.
const PENDING_MAX: usize = 32;

/// The header of a packet, as far as parity protects what matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Header {
    /// Extended sequence number.
    pub(in crate::analysis) number: i64,
    pub(in crate::analysis) timestamp: u32,
    pub(in crate::analysis) marker: bool,
}

/// A parity packet that protects more packets that are missing than it can bring back.
#[derive(Clone, Copy, Debug)]
struct Pending {
    /// Extended number of the first that it may protect.
    base: i64,
    mask: u64,
    timestamp: u32,
    marker: bool,
}

/// What parity needs to know of a stream.
#[derive(Clone, Debug)]
pub(super) struct Parity {
    recent: Box<[Option<Header>; RECENT]>,
    pending: VecDeque<Pending>,
    recovered: VecDeque<Header>,
}

impl Default for Parity {
    fn default() -> Self {
        Self {
            recent: Box::new([None; RECENT]),
            pending: VecDeque::new(),
            recovered: VecDeque::new(),
        }
    }
}

impl Parity {
    fn get(&self, number: i64) -> Option<&Header> {
        let place = number.rem_euclid(RECENT as i64) as usize;
        let header = self.recent.get(place)?.as_ref();
        header.filter(|h| h.number == number)
    }

    fn put(&mut self, header: Header) {
        let place = header.number.rem_euclid(RECENT as i64) as usize;
        if let Some(slot) = self.recent.get_mut(place)
            && slot.is_none_or(|known| known.number < header.number)
        {
            *slot = Some(header);
        }
    }

    /// Takes a packet of media, or one that came back otherwise.
    pub(super) fn media(&mut self, header: Header) {
        self.put(header);
        if !self.pending.is_empty() {
            self.settle(header.number);
        }
    }

    /// Takes a parity packet of this extended number.
    pub(super) fn parity(&mut self, fec: &UlpFec, number: i64) {
        let behind = (number as u16).wrapping_sub(fec.base);
        if self.pending.len() == PENDING_MAX {
            self.pending.pop_front();
        }
        self.pending.push_back(Pending {
            base: number - i64::from(behind),
            mask: fec.mask,
            timestamp: fec.timestamp_recovery,
            marker: fec.marker_recovery,
        });
        self.settle(number);
    }

    /// The next packet that came back.
    pub(super) fn take_recovered(&mut self) -> Option<Header> {
        self.recovered.pop_front()
    }

    /// Uses what parity can, until none brings back any more; and forgets what is too old for it.
    fn settle(&mut self, newest: i64) {
        let mut pending = std::mem::take(&mut self.pending);
        loop {
            let before = self.recovered.len();
            pending.retain(|fec| newest - fec.base < RECENT as i64 && !self.is_used(fec));
            if self.recovered.len() == before {
                break;
            }
        }
        self.pending = pending;
    }

    /// Whether a parity packet is of no use any more: it has just brought back what it could, or
    /// nothing is missing of what it protects.
    fn is_used(&mut self, fec: &Pending) -> bool {
        let (mut timestamp, mut marker, mut missing) = (fec.timestamp, fec.marker, None);
        for i in (0..64).filter(|i| fec.mask >> (63 - i) & 1 == 1) {
            let number = fec.base + i;
            match self.get(number) {
                Some(header) => {
                    timestamp ^= header.timestamp;
                    marker ^= header.marker;
                }
                None if missing.is_none() => missing = Some(number),
                None => return false,
            }
        }
        if let Some(number) = missing {
            let header = Header {
                number,
                timestamp,
                marker,
            };
            self.put(header);
            self.recovered.push_back(header);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(number: i64) -> Header {
        Header {
            number,
            timestamp: 3_000 * (number as u32 / 2),
            marker: number % 2 == 1,
        }
    }

    fn fec(base: i64, numbers: &[i64]) -> UlpFec {
        let all = || numbers.iter().map(|n| header(*n));
        UlpFec {
            base: base as u16,
            protection_length: 0,
            mask: numbers
                .iter()
                .fold(0, |mask, n| mask | 1 << (63 - (n - base))),
            header_len: 14,
            timestamp_recovery: all().fold(0, |x, h| x ^ h.timestamp),
            marker_recovery: all().fold(false, |x, h| x ^ h.marker),
            length_recovery: 0,
        }
    }

    #[test]
    fn one_missing_packet_comes_back_with_its_time() {
        let mut parity = Parity::default();
        for n in [65_540, 65_541, 65_543] {
            parity.media(header(n));
        }
        parity.parity(&fec(65_540, &[65_540, 65_541, 65_542, 65_543]), 65_544);
        assert_eq!(parity.take_recovered(), Some(header(65_542)));
        assert_eq!(parity.take_recovered(), None);
    }

    #[test]
    fn what_comes_back_helps_another() {
        let mut parity = Parity::default();
        for n in [10, 13] {
            parity.media(header(n));
        }
        parity.parity(&fec(10, &[10, 11, 12]), 14);
        assert_eq!(parity.take_recovered(), None, "two are missing");
        parity.parity(&fec(11, &[11, 13]), 15);
        let both = [parity.take_recovered(), parity.take_recovered()];
        assert_eq!(both, [Some(header(11)), Some(header(12))]);
    }

    #[test]
    fn parity_does_not_wait_for_ever() {
        let mut parity = Parity::default();
        for n in 0..10_000 {
            parity.parity(&fec(n, &[n, n + 1]), n + 2);
        }
        assert!(parity.pending.len() <= PENDING_MAX);
        assert_eq!(parity.take_recovered(), None);
    }
}
