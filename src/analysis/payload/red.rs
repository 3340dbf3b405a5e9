//! A stream whose packets are RED (RFC 2198): what it repeats, and which payload types are inside.

use crate::analysis::counts;
use crate::analysis::model::Redundancy;
use crate::proto::rtp::{Red, UlpFec};

/// Payload types inside that are told apart, and distances.
const INNER_MAX: usize = 4;
const DISTANCES_MAX: usize = 16;
/// Packets that must repeat others before that is no chance.
const REPEATING_MIN: u64 = 4;
/// How far before its own number a packet of parity protects others at most.
const REACH: u16 = 128;

/// A stream read as RED.
#[derive(Clone, Debug, Default)]
pub(super) struct RedMeter {
    pub(super) fitted: u64,
    pub(super) misfits: u64,
    repeating: u64,
    depth: u64,
    distances: Vec<(u16, u64)>,
    parity: u64,
    primary: Vec<(u8, u64)>,
}

/// What the packet's own payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Primary<'a> {
    /// A payload of this type.
    Media(u8, &'a [u8]),
    /// Forward error correction over other packets of the stream.
    Parity(UlpFec),
}

impl RedMeter {
    /// Reads one packet of this payload type and sequence number; none when it is no RED.
    pub(super) fn push<'a>(
        &mut self,
        payload: &'a [u8],
        payload_type: u8,
        number: u16,
    ) -> Option<Primary<'a>> {
        let Some(red) = read(payload, payload_type) else {
            self.misfits += 1;
            return None;
        };
        let own = red.primary;
        let is_known = self.primary.iter().any(|(pt, _)| *pt == own.payload_type);
        if !is_known && self.primary.len() == INNER_MAX {
            self.misfits += 1;
            return None;
        }
        self.fitted += 1;
        counts::add(&mut self.primary, own.payload_type, 1, INNER_MAX);
        let mut depth = 0;
        for block in red.redundant() {
            depth += 1;
            let distance = block.timestamp_offset;
            counts::add(&mut self.distances, distance, 1, DISTANCES_MAX);
        }
        self.repeating += u64::from(depth > 0);
        self.depth = self.depth.max(depth);
        if depth == 0
            && let Some(fec) = parity(own.data, number)
        {
            self.parity += 1;
            return Some(Primary::Parity(fec));
        }
        Some(Primary::Media(own.payload_type, own.data))
    }

    /// Whether every packet can be RED: a few payload types that are not its own. Without redundancy that
    /// is one byte before the payload, which the first byte of Opus in mono looks like as well.
    pub(super) fn may_be(&self, least: u64) -> bool {
        self.misfits == 0 && self.fitted >= least
    }

    /// Whether it is RED beyond doubt, because there is redundancy in it.
    pub(super) fn has_proof(&self, least: u64) -> bool {
        self.may_be(least) && (self.repeating >= REPEATING_MIN || self.parity > 1)
    }

    /// The payload type inside that most packets have, of media.
    pub(super) fn main(&self) -> Option<u8> {
        let most = self
            .primary
            .iter()
            .max_by_key(|(pt, n)| (*n, std::cmp::Reverse(*pt)))?;
        Some(most.0)
    }

    /// What is reported.
    pub(super) fn report(&self) -> Redundancy {
        let mut distances = self.distances.clone();
        distances.sort_unstable();
        Redundancy {
            packets: self.fitted,
            repeating: self.repeating,
            depth: self.depth,
            distances,
            parity: self.parity,
            primary: self.main(),
        }
    }
}

/// The payload as RED, if everything in it agrees.
fn read(payload: &[u8], payload_type: u8) -> Option<Red<'_>> {
    let red = Red::parse(payload).ok()?;
    let own = red.primary.payload_type;
    // What is inside is no RED again, and what is repeated is of the same format.
    let agrees = own != payload_type
        && red
            .redundant()
            .all(|b| b.payload_type == own && b.timestamp_offset > 0);
    // Those from 64 to 95 are told from RTCP by nobody.
    let may_be = !(64..96).contains(&own);
    (agrees && may_be).then_some(red)
}

/// Parity over packets shortly before in a RED payload without repeated blocks, if it is that.
pub(super) fn parity_inside(payload: &[u8], number: u16) -> Option<UlpFec> {
    let (first, rest) = payload.split_first()?;
    parity(rest, number).filter(|_| first & 0x80 == 0)
}

/// Parity over packets shortly before, if this is it by its headers.
fn parity(payload: &[u8], number: u16) -> Option<UlpFec> {
    let fec = UlpFec::parse(payload).ok()?;
    let whole = fec.header_len + usize::from(fec.protection_length) == payload.len();
    let behind = number.wrapping_sub(fec.base);
    (whole && (1..=REACH).contains(&behind)).then_some(fec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_has_a_distance() {
        let mut meter = RedMeter::default();
        let two = [
            0xef, 0x1e, 0x00, 0x01, 0xef, 0x0f, 0x00, 0x01, 0x6f, 1, 2, 3,
        ];
        assert_eq!(meter.push(&two, 63, 9), Some(Primary::Media(111, &[3])));
        assert_eq!(
            meter.push(&[0x6f, 4], 63, 10),
            Some(Primary::Media(111, &[4]))
        );
        assert_eq!(meter.push(&[63, 4], 63, 11), None, "itself");
        let red = meter.report();
        assert_eq!((red.packets, red.repeating, red.depth), (2, 1, 2));
        assert_eq!(red.distances, [(960, 1), (1_920, 1)]);
        assert!(!meter.has_proof(1));
    }

    /// GStreamer's Opus in mono was called RED.
    #[test]
    fn opus_in_mono_is_not_proof_of_red() {
        let mut meter = RedMeter::default();
        for n in 0..200u8 {
            meter.push(&[0x78, n, 7, 9], 111, n.into());
        }
        assert!(meter.may_be(100) && !meter.has_proof(100));
    }

    #[test]
    fn parity_inside_is_recognised() {
        let fec = [116, 0, 96, 0, 8, 1, 2, 3, 4, 0, 9, 0, 2, 0xc0, 0, 5, 6];
        let mut meter = RedMeter::default();
        let near = meter.push(&fec, 63, 10);
        assert!(matches!(near, Some(Primary::Parity(fec)) if fec.base == 8));
        let far = meter.push(&fec, 63, 500);
        assert!(matches!(far, Some(Primary::Media(116, _))));
    }
}
