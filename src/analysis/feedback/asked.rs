//! What receivers ask of one source: packets again (NACK) and key frames (FIR).

/// Senders of full intra requests told apart per source; a further one's all count as distinct.
const REQUESTERS_MAX: usize = 8;
/// How far behind the newest number asked for an old one may lie before it is of an earlier cycle.
const CYCLE: i16 = 1 << 14;

/// Sequence numbers that generic NACKs asked for (RFC 4585).
///
/// Receivers ask for the same packet again and again until it comes; how many they miss is the
/// number of distinct ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Nacked {
    /// All numbers in all messages.
    pub(super) total: u64,
    /// Those not asked for before.
    pub(super) distinct: u64,
    /// By the upper ten bits of the number, sorted: which of the 64 were asked for.
    blocks: Vec<(u16, u64)>,
    newest: Option<u16>,
}

impl Nacked {
    /// Takes one number.
    pub(super) fn push(&mut self, number: u16) {
        self.total += 1;
        let ahead = self.newest.map_or(1, |n| number.wrapping_sub(n) as i16);
        if ahead > 0 {
            self.newest = Some(number);
            // Into another block of 64: the only time that old ones can have become too old.
            if i32::from(ahead) > i32::from(number % 64) {
                self.forget(number);
            }
        }
        let (block, mask) = (number / 64, 1u64 << (number % 64));
        match self.blocks.binary_search_by_key(&block, |(b, _)| *b) {
            Ok(i) => {
                if let Some((_, bits)) = self.blocks.get_mut(i)
                    && *bits & mask == 0
                {
                    *bits |= mask;
                    self.distinct += 1;
                }
            }
            Err(i) => {
                self.blocks.insert(i, (block, mask));
                self.distinct += 1;
            }
        }
    }

    /// Forgets the numbers of an earlier cycle.
    fn forget(&mut self, newest: u16) {
        self.blocks
            .retain(|(block, _)| (0..CYCLE).contains(&(newest.wrapping_sub(block * 64) as i16)));
    }

    /// Adds what was asked on another path.
    pub(super) fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.distinct += other.distinct;
    }
}

/// Full intra requests (RFC 5104): a repetition keeps its command sequence number.
#[derive(Clone, Debug, Default)]
pub(super) struct IntraRequests {
    /// Those with another number than their sender's last.
    pub(super) distinct: u64,
    last: Vec<(u32, u8)>,
}

impl IntraRequests {
    /// Takes one request of this sender.
    pub(super) fn push(&mut self, sender: u32, number: u8) {
        match self.last.iter_mut().find(|(known, _)| *known == sender) {
            Some((_, last)) if *last == number => return,
            Some((_, last)) => *last = number,
            None => {
                if self.last.len() < REQUESTERS_MAX {
                    self.last.push((sender, number));
                }
            }
        }
        self.distinct += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_asked_for_again_is_one_packet() {
        let mut asked = Nacked::default();
        for number in [65_530, 65_531, 2, 65_530, 2, 300, 2] {
            asked.push(number);
        }
        assert_eq!((asked.total, asked.distinct), (7, 4));
    }

    #[test]
    fn after_a_cycle_a_number_is_another_packet() {
        let mut asked = Nacked::default();
        for n in 0..200_000u32 {
            asked.push(n as u16);
        }
        assert_eq!((asked.total, asked.distinct), (200_000, 200_000));
        assert!(asked.blocks.len() <= 1024);
    }

    #[test]
    fn any_numbers_are_counted_in_little_memory() {
        let mut asked = Nacked::default();
        for n in 0..100_000u32 {
            asked.push(n.wrapping_mul(0x9e37_79b9).rotate_left(7) as u16);
        }
        assert_eq!(asked.total, 100_000);
        assert!(asked.blocks.len() <= 1024);
    }

    #[test]
    fn a_repeated_request_is_one_request() {
        let mut asked = IntraRequests::default();
        for (sender, number) in [(1, 0), (1, 0), (2, 0), (1, 1), (1, 1), (2, 0)] {
            asked.push(sender, number);
        }
        assert_eq!(asked.distinct, 3);
    }
}
