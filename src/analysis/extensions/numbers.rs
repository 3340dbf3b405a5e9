//! Numbers that run through all streams of one direction: transport-wide sequence numbers.

/// Identifiers watched in one direction.
const IDS_MAX: usize = 8;
/// Elements that are learnt from.
const LEARNT: u32 = 512;
/// Numbers that run ahead before that means something: noise runs ahead once in 256 times.
const RUN: u32 = 24;
/// How far a number may lie from the one before, by loss or disorder.
const NEAR: u16 = 256;

/// How the first two bytes under one identifier number the packets of a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Number {
    id: u8,
    last: u16,
    learnt: u32,
    /// Exactly one more than the element before.
    pub(in crate::analysis) next: u32,
    /// A little more than that.
    pub(in crate::analysis) ahead: u32,
    /// A little less.
    pub(in crate::analysis) behind: u32,
    /// The same as before, or anything else.
    pub(in crate::analysis) far: u32,
}

/// All such identifiers of one direction.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Numbers(Vec<Number>);

impl Numbers {
    /// Takes the first two bytes of the next element of two or four bytes.
    #[inline]
    pub(in crate::analysis) fn push(&mut self, id: u8, value: u16) {
        let Some(number) = self.0.iter_mut().find(|n| n.id == id) else {
            if self.0.len() < IDS_MAX {
                self.0.push(Number {
                    id,
                    last: value,
                    learnt: 1,
                    ..Number::default()
                });
            }
            return;
        };
        if number.learnt >= LEARNT {
            return;
        }
        number.learnt += 1;
        let step = value.wrapping_sub(number.last);
        number.last = value;
        match step {
            1 => number.next += 1,
            0 => number.far += 1,
            n if n <= NEAR => number.ahead += 1,
            n if n >= NEAR.wrapping_neg() => number.behind += 1,
            _ => number.far += 1,
        }
    }

    /// What was learnt of an identifier.
    pub(in crate::analysis) fn get(&self, id: u8) -> Number {
        let found = self.0.iter().find(|n| n.id == id);
        found.copied().unwrap_or_default()
    }
}

impl Number {
    /// Whether the packets are numbered: nearly all numbers are near each other, and many follow
    /// the one before at once, even where packets overtake each other; or they run ahead for long,
    /// where streams that were numbered too are not in the capture.
    pub(in crate::analysis) fn counts(self) -> bool {
        let near = self.ahead + self.behind;
        let follows = self.next >= 3 && self.next * 4 >= near;
        let runs = self.next + self.ahead >= RUN && self.behind * 20 <= self.ahead + self.next;
        (follows || runs) && self.next + near >= self.far * 12
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(values: impl IntoIterator<Item = u16>) -> Number {
        let mut numbers = Numbers::default();
        for value in values {
            numbers.push(3, value);
        }
        numbers.get(3)
    }

    #[test]
    fn numbers_count_over_a_wrap_with_losses() {
        let sent = (0..200_u16).map(|i| i.wrapping_add(65_500));
        assert!(learnt(sent.filter(|n| n % 5 != 0)).counts());
    }

    #[test]
    fn numbers_count_where_most_packets_are_of_streams_not_captured() {
        let sent = (0..3000_u16).filter(|n| n % 11 == 0 || n % 17 == 3);
        assert!(learnt(sent).counts());
        assert!(!learnt((0..20).map(|n| n * 9)).counts(), "too few");
    }

    #[test]
    fn constants_noise_and_few_numbers_do_not() {
        assert!(!learnt([7; 100]).counts());
        assert!(!learnt((0..100_u16).map(|i| i.wrapping_mul(40_503))).counts());
        assert!(!learnt([1, 2, 3]).counts());
        // A number for each frame, repeated in each of its packets.
        assert!(!learnt((0..100).map(|i| i / 4)).counts());
    }
}
