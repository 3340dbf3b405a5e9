//! What the packets of a stream look like from outside: timestamps that come back, markers, sizes,
//! payload types. Kinds are told from it where no session description does, docs/algorithms/kind.md.

use crate::proto::rtp::RtpPacket;

/// Payload types kept per stream; more is noise.
const TYPES_MAX: usize = 32;

/// What the packets of one payload type are like.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct TypeShape {
    /// The payload type.
    pub(in crate::analysis) number: u8,
    /// Packets that have it.
    pub(in crate::analysis) packets: u64,
    /// The longest payload of a packet without padding, authentication tag included, in bytes.
    pub(in crate::analysis) longest: u16,
    /// Packets with the timestamp of the packet before.
    pub(in crate::analysis) repeats: u32,
}

/// What a stream's packets look like.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Shape {
    types: Vec<TypeShape>,
    current: usize,
    /// Timestamps: packets in order with another than the packet before.
    pub(in crate::analysis) times: u64,
    /// Timestamps that lay before the one of the packet before, though the sequence number did not.
    pub(in crate::analysis) backward: u64,
    /// Times that ended with a marked packet after one without, as frames of several packets do.
    pub(in crate::analysis) marked_ends: u64,
    /// The packet before had no marker, and was long.
    is_open: bool,
}

/// A packet of a frame that was split has at least this much payload: what is split was too long.
const SPLIT: usize = 300;

impl Shape {
    /// Counts a packet. `is_repeat`: with the timestamp of the packet before.
    #[inline]
    pub(in crate::analysis) fn push(&mut self, rtp: &RtpPacket<'_>, is_repeat: bool) {
        let len = rtp.payload_wire_len();
        let Some(shape) = self.of(rtp.payload_type()) else {
            return;
        };
        shape.packets += 1;
        if !rtp.has_padding() {
            shape.longest = shape.longest.max(u16::try_from(len).unwrap_or(u16::MAX));
        }
        shape.repeats = shape.repeats.saturating_add(u32::from(is_repeat));
        self.marked_ends += u64::from(rtp.marker() && is_repeat && self.is_open);
        self.is_open = !rtp.marker() && !rtp.has_padding() && len >= SPLIT;
    }

    /// Counts a packet that was seen before: its looks are known.
    pub(in crate::analysis) fn count(&mut self, number: u8) {
        if let Some(shape) = self.of(number) {
            shape.packets += 1;
        }
    }

    /// What is known of a payload type; none when there are too many.
    #[inline]
    fn of(&mut self, number: u8) -> Option<&mut TypeShape> {
        let is_current = |t: &TypeShape| t.number == number;
        if !self.types.get(self.current).is_some_and(is_current) && !self.turn_to(number) {
            return None;
        }
        self.types.get_mut(self.current)
    }

    #[cold]
    fn turn_to(&mut self, number: u8) -> bool {
        match self.types.iter().position(|t| t.number == number) {
            Some(place) => self.current = place,
            None if self.types.len() < TYPES_MAX => {
                self.current = self.types.len();
                if self.types.is_empty() {
                    self.types.reserve_exact(2);
                }
                self.types.push(TypeShape {
                    number,
                    packets: 0,
                    longest: 0,
                    repeats: 0,
                });
            }
            None => return false,
        }
        true
    }

    /// Its payload types, in order of appearance.
    pub(in crate::analysis) fn types(&self) -> &[TypeShape] {
        &self.types
    }

    /// Payload types of more than one packet in 64: fewer may be forged, or damaged on the way.
    pub(in crate::analysis) fn common_types(&self, packets: u64) -> usize {
        let common = self.types.iter().filter(|t| t.packets * 64 > packets);
        common.count()
    }

    /// Whether some packet had this payload type.
    pub(in crate::analysis) fn has_type(&self, number: u8) -> bool {
        self.types.iter().any(|t| t.number == number)
    }

    /// The payload type of most packets; the first of them.
    pub(in crate::analysis) fn main_type(&self) -> Option<&TypeShape> {
        let most = self.types.iter().map(|t| t.packets).max()?;
        self.types.iter().find(|t| t.packets == most)
    }

    /// Whether the two have a payload type in common.
    pub(in crate::analysis) fn shares_type(&self, other: &Self) -> bool {
        self.types.iter().any(|t| other.has_type(t.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dozen_forged_payload_types_are_not_common() {
        let mut shape = Shape::default();
        for _ in 0..1_000 {
            shape.count(96);
        }
        for number in 0..12 {
            shape.count(number);
        }
        assert_eq!(shape.common_types(1_012), 1);
        let mut noise = Shape::default();
        for number in 0..20 {
            noise.count(number);
        }
        assert_eq!(noise.common_types(20), 20);
    }
}
