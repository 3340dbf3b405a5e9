//! Putting IP fragments together again (RFC 791 section 3.2, RFC 8200 section 4.5), within bounds.
//!
//! A byte that came twice is taken from the fragment that came first. Datagrams that stay
//! incomplete are given up after a while, or when there are too many of them, oldest first. Time
//! is capture time. Used by [`Decoder`](super::Decoder).

use super::Endpoint;
use super::ip::{Packet, Part};
use crate::time::{Span, Timestamp};

/// Datagrams waited for at once.
const MAX_PENDING: usize = 256;
/// Their bytes in all.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The longest payload an IP packet can carry.
const MAX_DATAGRAM: usize = 65_535;
/// Runs of bytes held of one datagram: fragments mostly come in order.
const MAX_RUNS: usize = 64;
/// How long a datagram is waited for, from its first fragment.
const PATIENCE: Span = Span::from_millis(30_000);
/// Buffers kept for the next datagrams.
const SPARE_BUFFERS: usize = 8;

/// What became of the fragments of a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FragmentStats {
    /// Fragments met.
    pub fragments: u64,
    /// Datagrams put together from them.
    pub reassembled: u64,
    /// Datagrams given up because fragments did not come, or for lack of room.
    pub abandoned: u64,
    /// Fragments that contradict their datagram, or were cut by the capture's snaplen.
    pub unusable: u64,
}

impl std::ops::Add for FragmentStats {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            fragments: self.fragments + other.fragments,
            reassembled: self.reassembled + other.reassembled,
            abandoned: self.abandoned + other.abandoned,
            unusable: self.unusable + other.unusable,
        }
    }
}

/// The datagrams waited for.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    /// Oldest first.
    pending: Vec<Pending>,
    bytes: usize,
    spare: Vec<Vec<u8>>,
    /// The last datagram that was completed.
    whole: Vec<u8>,
    pub(super) stats: FragmentStats,
}

/// What fragments of one datagram have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    id: u32,
    protocol: Option<u8>,
    src: Endpoint,
    dst: Endpoint,
}

/// A datagram of which some fragments have come.
#[derive(Debug)]
struct Pending {
    key: Key,
    since: Timestamp,
    /// What the first fragment says the payload is.
    protocol: Option<u8>,
    /// The length of the whole, once the last fragment has come.
    total: Option<usize>,
    /// Which bytes of `data` have come: sorted runs that do not touch.
    runs: Vec<(usize, usize)>,
    data: Vec<u8>,
}

impl Fragments {
    /// Takes in a fragment; if it completes its datagram, gives its protocol and payload.
    pub(super) fn add(
        &mut self,
        packet: &Packet<'_>,
        part: Part,
        ts: Timestamp,
    ) -> Option<(u8, &[u8])> {
        self.stats.fragments += 1;
        self.expire(ts);
        let data = packet.payload.peek_rest();
        let end = part.offset + data.len();
        // Only the last fragment may have any length (RFC 791 section 3.2).
        let ragged = part.more && (!data.len().is_multiple_of(8) || data.is_empty());
        if ragged || packet.missing > 0 || end > MAX_DATAGRAM {
            self.stats.unusable += 1;
            return None;
        }
        let key = Key {
            id: part.id,
            protocol: part.by_protocol.then_some(packet.protocol),
            src: packet.src,
            dst: packet.dst,
        };
        let index = self.index(key, ts);
        let index = self.make_room(index, end);
        let pending = self.pending.get_mut(index)?;
        let before = pending.data.len();
        let fits = pending.insert(packet.protocol, part, data);
        self.bytes += pending.data.len() - before;
        if !fits {
            self.stats.unusable += 1;
            return None;
        }
        let protocol = pending.complete()?;
        let done = self.remove(index);
        self.recycle(done.data, true);
        self.stats.reassembled += 1;
        Some((protocol, &self.whole))
    }

    /// Datagrams that are still incomplete.
    pub(super) fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Where the datagram of `key` is; it begins if this is its first fragment.
    fn index(&mut self, key: Key, ts: Timestamp) -> usize {
        if let Some(index) = self.pending.iter().position(|p| p.key == key) {
            return index;
        }
        if self.pending.len() >= MAX_PENDING {
            self.abandon(0);
        }
        self.pending.push(Pending {
            key,
            since: ts,
            protocol: None,
            total: None,
            runs: Vec::new(),
            data: self.spare.pop().unwrap_or_default(),
        });
        self.pending.len() - 1
    }

    /// Gives up the oldest others until the datagram at `index` can be `end` bytes long; gives
    /// its new index.
    fn make_room(&mut self, mut index: usize, end: usize) -> usize {
        let has = self.pending.get(index).map_or(0, |p| p.data.len());
        let more = end.saturating_sub(has);
        while self.bytes + more > MAX_BYTES && self.pending.len() > 1 {
            if index == 0 {
                self.abandon(1);
            } else {
                self.abandon(0);
                index -= 1;
            }
        }
        index
    }

    fn expire(&mut self, now: Timestamp) {
        let mut index = 0;
        while let Some(pending) = self.pending.get(index) {
            if now - pending.since > PATIENCE {
                self.abandon(index);
            } else {
                index += 1;
            }
        }
    }

    fn abandon(&mut self, index: usize) {
        self.stats.abandoned += 1;
        let gone = self.remove(index);
        self.recycle(gone.data, false);
    }

    fn remove(&mut self, index: usize) -> Pending {
        let gone = self.pending.remove(index);
        self.bytes -= gone.data.len();
        gone
    }

    /// Keeps a buffer for later; as the completed datagram if `whole`.
    fn recycle(&mut self, mut buffer: Vec<u8>, whole: bool) {
        if whole {
            std::mem::swap(&mut self.whole, &mut buffer);
        }
        if self.spare.len() < SPARE_BUFFERS {
            buffer.clear();
            self.spare.push(buffer);
        }
    }
}

impl Pending {
    /// Takes in the bytes of a fragment that did not come before. `false` if it contradicts what
    /// is known.
    fn insert(&mut self, protocol: u8, part: Part, data: &[u8]) -> bool {
        let (start, end) = (part.offset, part.offset + data.len());
        if self.total.is_some_and(|total| end > total) {
            return false;
        }
        if !part.more {
            let beyond = self.runs.last().is_some_and(|(_, last)| *last > end);
            if beyond || self.total.is_some_and(|total| total != end) {
                return false;
            }
        }
        if self.runs.len() >= MAX_RUNS {
            return false;
        }
        if !part.more {
            self.total = Some(end);
        }
        if part.offset == 0 && self.protocol.is_none() {
            self.protocol = Some(protocol);
        }
        if self.data.len() < end {
            self.data.resize(end, 0);
        }
        let mut at = start;
        for (run_start, run_end) in &self.runs {
            if *run_start >= end {
                break;
            }
            copy(&mut self.data, data, start, at, *run_start);
            at = at.max(*run_end);
        }
        copy(&mut self.data, data, start, at, end);
        self.join(start, end);
        true
    }

    /// Notes that the bytes from `start` to `end` are here.
    fn join(&mut self, start: usize, end: usize) {
        let first = self.runs.partition_point(|(_, e)| *e < start);
        let after = self.runs.partition_point(|(s, _)| *s <= end);
        let touched = self.runs.get(first..after).unwrap_or_default();
        let start = touched.first().map_or(start, |(s, _)| start.min(*s));
        let end = touched.last().map_or(end, |(_, e)| end.max(*e));
        self.runs.splice(first..after, [(start, end)]);
    }

    /// The protocol of the payload, if all of it is here.
    fn complete(&self) -> Option<u8> {
        let total = self.total?;
        (self.runs.as_slice() == [(0, total)])
            .then_some(self.protocol)
            .flatten()
    }
}

/// Copies what lies between `from` and `to` in the datagram out of a fragment that begins at
/// `start` there.
fn copy(datagram: &mut [u8], fragment: &[u8], start: usize, from: usize, to: usize) {
    if from >= to {
        return;
    }
    let source = fragment.get(from - start..to - start);
    if let (Some(target), Some(source)) = (datagram.get_mut(from..to), source) {
        target.copy_from_slice(source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;

    /// Adds a fragment of datagram `id`; gives the whole if that completes it.
    fn add(
        table: &mut Fragments,
        id: u32,
        offset: usize,
        more: bool,
        data: &[u8],
        s: i64,
    ) -> Option<Vec<u8>> {
        let part = Part {
            id,
            offset,
            more,
            by_protocol: true,
        };
        let packet = Packet {
            src: Endpoint::v4([1, 1, 1, 1], 0),
            dst: Endpoint::v4([2, 2, 2, 2], 0),
            protocol: 17,
            payload: Reader::new(data),
            missing: 0,
            fragment: Some(part),
        };
        let ts = Timestamp::from_nanos(s * 1_000_000_000);
        table.add(&packet, part, ts).map(|(protocol, whole)| {
            assert_eq!(protocol, 17);
            whole.to_vec()
        })
    }

    #[test]
    fn of_bytes_that_overlap_the_first_win() {
        let mut table = Fragments::default();
        assert_eq!(add(&mut table, 1, 8, true, &[1; 8], 0), None);
        assert_eq!(add(&mut table, 1, 24, true, &[2; 8], 0), None);
        assert_eq!(add(&mut table, 1, 0, true, &[3; 40], 0), None);
        let whole = add(&mut table, 1, 32, false, &[4; 9], 0).unwrap();
        let expected = [[3; 8], [1; 8], [3; 8], [2; 8], [3; 8]].concat();
        assert_eq!(whole, [&expected[..], &[4]].concat());
        assert_eq!(table.bytes, 0);
    }

    #[test]
    fn what_contradicts_its_datagram_is_left_out() {
        let mut table = Fragments::default();
        add(&mut table, 1, 16, false, &[1; 8], 0);
        assert_eq!(
            add(&mut table, 1, 24, true, &[2; 8], 0),
            None,
            "beyond the end"
        );
        assert_eq!(
            add(&mut table, 1, 8, false, &[2; 8], 0),
            None,
            "another end"
        );
        assert_eq!(add(&mut table, 1, 0, true, &[2; 7], 0), None, "ragged");
        assert_eq!(add(&mut table, 1, 0, true, &[], 0), None, "empty");
        assert_eq!(
            add(&mut table, 1, 65_528, false, &[2; 8], 0),
            None,
            "too long"
        );
        assert_eq!(table.stats.unusable, 5);
        assert!(add(&mut table, 1, 0, true, &[3; 16], 0).is_some());
    }

    #[test]
    fn a_reused_buffer_holds_nothing_of_the_datagram_before() {
        let mut table = Fragments::default();
        add(&mut table, 1, 0, true, &[7; 800], 0);
        assert!(add(&mut table, 1, 800, false, &[7; 8], 0).is_some());
        for id in 2..40 {
            add(&mut table, id, 8, false, &[1; 8], 0);
            assert_eq!(
                add(&mut table, id, 0, true, &[2; 8], 0).unwrap(),
                [[2; 8], [1; 8]].concat()
            );
        }
    }

    #[test]
    fn waiting_is_bounded_in_count_bytes_and_time() {
        let mut table = Fragments::default();
        for id in 0..1_000 {
            add(&mut table, id, 0, true, &[1; 8], 0);
        }
        assert_eq!(table.waiting(), MAX_PENDING);
        assert!(
            add(&mut table, 999, 8, false, &[1; 8], 0).is_some(),
            "the newest are kept"
        );
        assert_eq!(
            add(&mut table, 0, 8, false, &[1; 8], 0),
            None,
            "the oldest are gone"
        );
        for id in 0..1_000 {
            add(&mut table, id, 60_000, true, &[1; 8], 1);
            assert!(table.bytes <= MAX_BYTES);
            assert_eq!(
                table.bytes,
                table.pending.iter().map(|p| p.data.len()).sum::<usize>()
            );
        }
        assert!(table.waiting() <= MAX_BYTES / 60_000);
        add(&mut table, 5_000, 0, true, &[1; 8], 32);
        assert_eq!(table.waiting(), 1, "30 s are enough");
        assert!(table.spare.len() <= SPARE_BUFFERS);
    }

    #[test]
    fn a_datagram_in_too_many_pieces_is_not_pursued() {
        let mut table = Fragments::default();
        for n in 0..4_000 {
            add(&mut table, 1, n * 16, true, &[1; 8], 0);
        }
        assert_eq!(table.pending[0].runs.len(), MAX_RUNS);
    }

    #[test]
    fn joins_as_a_plain_bitmap_would() {
        // A fixed walk over offsets, compared with the obvious way to do it.
        let mut table = Fragments::default();
        let mut seen = [0u8; 512];
        let mut step = 7usize;
        for n in 1..=100u8 {
            step = (step * 37 + 11) % 61;
            let (start, len) = (step * 8, 8 * (1 + step % 3));
            let end = (start + len).min(504);
            if start >= end {
                continue;
            }
            add(&mut table, 1, start, true, &vec![n; end - start], 0);
            for byte in &mut seen[start..end] {
                if *byte == 0 {
                    *byte = n;
                }
            }
        }
        let pending = &table.pending[0];
        assert!(seen.starts_with(&pending.data));
        for (at, byte) in seen.iter().enumerate() {
            let held = pending.runs.iter().any(|(s, e)| (*s..*e).contains(&at));
            assert_eq!(held, *byte != 0, "{at}");
        }
        assert!(
            pending.runs.windows(2).all(|w| w[0].1 < w[1].0),
            "{:?}",
            pending.runs
        );
    }
}
