//! Bytes of a TCP stream that came before those in front of them.
//!
//! Of bytes that came twice, the first are kept: the same rule as for IP fragments. Used by
//! [`Direction`](super::direction::Direction), which says how long they wait.

use crate::capture::PacketNo;
use crate::time::Timestamp;

/// A run of bytes and the packet that brought it.
#[derive(Debug)]
pub(super) struct Piece {
    /// Position in the stream of its first byte.
    pub(super) at: i64,
    pub(super) no: PacketNo,
    pub(super) ts: Timestamp,
    /// What was captured of it.
    pub(super) data: Vec<u8>,
    /// Bytes behind `data` that the capture's snaplen cut off.
    pub(super) missing: u32,
}

impl Piece {
    /// Position of the byte behind it.
    pub(super) fn end(&self) -> i64 {
        self.at + self.data.len() as i64 + i64::from(self.missing)
    }
}

/// Pieces in order of position; they do not overlap.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    pieces: Vec<Piece>,
    bytes: usize,
}

impl Ahead {
    /// The first piece.
    pub(super) fn first(&self) -> Option<&Piece> {
        self.pieces.first()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes the first piece, if it begins at `next` or before.
    pub(super) fn take(&mut self, next: i64) -> Option<Piece> {
        if self.first()?.at > next {
            return None;
        }
        let piece = self.pieces.remove(0);
        self.bytes -= piece.data.len();
        if self.pieces.is_empty() {
            self.clear();
        }
        Some(piece)
    }

    /// Takes in what of a segment is not here yet.
    pub(super) fn insert(
        &mut self,
        (no, ts): (PacketNo, Timestamp),
        at: i64,
        data: &[u8],
        missing: u32,
    ) {
        let end = at + data.len() as i64 + i64::from(missing);
        let mut from = at;
        let mut index = self.pieces.partition_point(|p| p.end() <= at);
        while from < end {
            let (to, resume) = match self.pieces.get(index) {
                Some(known) if known.at < end => (known.at, known.end()),
                _ => (end, end),
            };
            if from < to {
                let piece = cut(at, data, from, to, no, ts);
                self.bytes += piece.data.len();
                self.pieces.insert(index, piece);
                index += 1;
            }
            from = from.max(resume);
            index += 1;
        }
    }
}

/// The part of a segment that lies between two positions.
fn cut(at: i64, data: &[u8], from: i64, to: i64, no: PacketNo, ts: Timestamp) -> Piece {
    let offset = |position: i64| usize::try_from(position - at).unwrap_or(0).min(data.len());
    let data = data.get(offset(from)..offset(to)).unwrap_or_default();
    let missing = to - from - data.len() as i64;
    Piece {
        at: from,
        no,
        ts,
        data: data.to_vec(),
        missing: u32::try_from(missing).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WHEN: (u64, Timestamp) = (1, Timestamp::from_nanos(0));

    #[test]
    fn of_bytes_that_overlap_the_first_win() {
        let mut ahead = Ahead::default();
        ahead.insert(WHEN, 10, &[1; 4], 0);
        ahead.insert(WHEN, 20, &[2; 4], 2);
        ahead.insert(WHEN, 8, &[3; 20], 4);
        let mut all = Vec::new();
        while let Some(piece) = ahead.take(i64::MAX) {
            all.push((piece.at, piece.data, piece.missing));
        }
        let expected = [
            (8, vec![3; 2], 0),
            (10, vec![1; 4], 0),
            (14, vec![3; 6], 0),
            (20, vec![2; 4], 2),
            (26, vec![3; 2], 4),
        ];
        assert_eq!(all, expected);
        assert_eq!(ahead.bytes(), 0);
    }

    proptest! {
        #[test]
        fn holds_what_a_plain_array_would(
            segments in proptest::collection::vec((0usize..80, 0usize..20, 0u32..4), 0..40),
        ) {
            let mut ahead = Ahead::default();
            let mut plain = [None; 128];
            for (value, (at, len, missing)) in (1u8..).zip(&segments) {
                ahead.insert(WHEN, *at as i64, &vec![value; *len], *missing);
                let covered = &mut plain[*at..at + len + *missing as usize];
                for (n, place) in covered.iter_mut().enumerate() {
                    place.get_or_insert(if n < *len { value } else { 0 });
                }
                let held: usize = ahead.pieces.iter().map(|p| p.data.len()).sum();
                prop_assert_eq!(ahead.bytes(), held);
            }
            let mut found = [None; 128];
            let mut last = i64::MIN;
            while let Some(piece) = ahead.take(i64::MAX) {
                prop_assert!(piece.at >= last && piece.at < piece.end());
                last = piece.end();
                for place in piece.at..piece.end() {
                    let value = piece.data.get((place - piece.at) as usize).copied();
                    found[place as usize] = Some(value.unwrap_or(0));
                }
            }
            prop_assert_eq!(found, plain);
        }
    }
}
