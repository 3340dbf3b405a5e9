//! Handshake messages from their fragments (RFC 6347): in any order, repeated, overlapping, across
//! datagrams, and not to be trusted.
//!
//! Only the bytes that arrived are kept, whatever length a fragment claims for its message, and
//! never more than [`BYTES_MAX`]. Used for each sender of an association by `analysis`.

use super::handshake::Handshake;
use std::borrow::Cow;
use std::ops::Range;

/// Bytes kept of unfinished messages of one sender. Chains of certificates of a few kB are met;
/// the length field could claim 16 MB.
pub const BYTES_MAX: usize = 32 * 1024;

/// Unfinished messages of one sender kept at a time; no flight has as many.
pub const MESSAGES_MAX: usize = 16;

/// Separate pieces kept of one message: fragments smaller than this allows are not honest.
pub const PIECES_MAX: usize = 128;

/// Why a fragment, or its bytes, were not taken as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It reaches past the end of its message.
    PastEnd,
    /// It gives its message another length or type than an earlier fragment did.
    Disagrees,
    /// Some of its bytes differ from those an earlier fragment had at the same place; those that
    /// came first are kept.
    Overlap,
    /// Its message, or all unfinished ones together, would be larger than [`BYTES_MAX`], or in
    /// more than [`PIECES_MAX`] pieces.
    TooMuch,
    /// More than [`MESSAGES_MAX`] messages are unfinished.
    TooMany,
}

/// What became of a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed<'a> {
    /// The body of its message, if that is whole now.
    pub message: Option<Cow<'a, [u8]>>,
    /// What was wrong with the fragment.
    pub refusal: Option<Refusal>,
}

/// A message of which some bytes are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its number.
    pub message_seq: u16,
    /// Its type.
    pub message_type: u8,
    /// Its length, 24 bits.
    pub length: u32,
    /// What is there: in order, not overlapping, not adjacent.
    pieces: Vec<(u32, Vec<u8>)>,
}

impl Unfinished {
    /// Bytes that are there.
    pub fn have(&self) -> usize {
        self.pieces.iter().map(|(_, data)| data.len()).sum()
    }

    /// Which bytes are there, in order.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u32>> {
        let end = |(start, data): &(u32, Vec<u8>)| *start..*start + data.len() as u32;
        self.pieces.iter().map(end)
    }

    /// Adds `data` at `at`; returns whether it agrees with what was there. The caller has made
    /// sure that it lies within the message.
    fn insert(&mut self, at: u32, data: &[u8]) -> bool {
        let (mut agrees, mut is_news) = (true, false);
        let (mut at, mut data) = (at as usize, data);
        let mut i = 0;
        while let Some((start, known)) = self.pieces.get(i) {
            let (start, end) = (*start as usize, *start as usize + known.len());
            if end <= at {
                i += 1;
                continue;
            }
            if start > at {
                let gap = (start - at).min(data.len());
                let (before, rest) = data.split_at(gap);
                if !before.is_empty() {
                    self.pieces.insert(i, (at as u32, before.to_vec()));
                    is_news = true;
                    i += 1;
                }
                (at, data) = (at + gap, rest);
            }
            if data.is_empty() {
                break;
            }
            let common = (end - at).min(data.len());
            let (same, rest) = data.split_at(common);
            if let Some((start, known)) = self.pieces.get(i) {
                let from = at - *start as usize;
                agrees &= known.get(from..from + common) == Some(same);
            }
            (at, data) = (at + common, rest);
            i += 1;
        }
        if !data.is_empty() {
            self.pieces.push((at as u32, data.to_vec()));
            is_news = true;
        }
        if is_news {
            self.join_neighbours();
        }
        agrees
    }

    /// Joins the pieces that touch; others are not copied.
    fn join_neighbours(&mut self) {
        let mut i = 1;
        while i < self.pieces.len() {
            let touches = self.pieces.get(i - 1..=i).is_some_and(|pair| match pair {
                [(at, data), (start, _)] => *at as usize + data.len() == *start as usize,
                _ => false,
            });
            if !touches {
                i += 1;
                continue;
            }
            let (_, next) = self.pieces.remove(i);
            if let Some((_, data)) = self.pieces.get_mut(i - 1) {
                data.extend_from_slice(&next);
            }
        }
    }

    fn is_whole(&self) -> bool {
        self.have() == self.length as usize
    }
}

/// The unfinished messages of one sender.
#[derive(Clone, Debug, Default)]
pub struct Reassembler {
    open: Vec<Unfinished>,
    bytes: usize,
}

impl Reassembler {
    /// Takes a fragment. What a message that was whole before is retransmitted as is not known
    /// here: whoever calls keeps the numbers of those.
    pub fn push<'a>(&mut self, fragment: &Handshake<'a>) -> Pushed<'a> {
        let end = u64::from(fragment.fragment_offset) + fragment.body.len() as u64;
        if end > u64::from(fragment.length) {
            return refused(Refusal::PastEnd);
        }
        let known = self.position(fragment.message_seq);
        if known.is_none() && fragment.is_whole() {
            return Pushed {
                message: Some(Cow::Borrowed(fragment.body)),
                refusal: None,
            };
        }
        let at = match known {
            Some(at) => at,
            None if fragment.length as usize > BYTES_MAX => return refused(Refusal::TooMuch),
            None if self.open.len() >= MESSAGES_MAX => return refused(Refusal::TooMany),
            None => {
                self.open.push(Unfinished {
                    message_seq: fragment.message_seq,
                    message_type: fragment.message_type,
                    length: fragment.length,
                    pieces: Vec::new(),
                });
                self.open.len() - 1
            }
        };
        let room = BYTES_MAX - self.bytes;
        let Some(message) = self.open.get_mut(at) else {
            return refused(Refusal::TooMany);
        };
        let same = (message.message_type, message.length);
        if same != (fragment.message_type, fragment.length) {
            return refused(Refusal::Disagrees);
        }
        if fragment.body.len() > room || message.pieces.len() >= PIECES_MAX {
            return refused(Refusal::TooMuch);
        }
        let before = message.have();
        let agrees = message.insert(fragment.fragment_offset, fragment.body);
        self.bytes += message.have() - before;
        let message = message.is_whole().then(|| self.take(at));
        Pushed {
            message: message.map(Cow::Owned),
            refusal: (!agrees).then_some(Refusal::Overlap),
        }
    }

    /// The messages that are not whole, in order of appearance.
    pub fn unfinished(&self) -> &[Unfinished] {
        &self.open
    }

    /// Adds the pieces that another point of view has, and returns the messages that became whole
    /// by it: number, type and body. A flight may be spread over two transports.
    pub fn absorb(&mut self, other: &Self) -> Vec<(u16, u8, Vec<u8>)> {
        let mut whole = Vec::new();
        for message in &other.open {
            for (start, data) in &message.pieces {
                let fragment = Handshake {
                    message_type: message.message_type,
                    length: message.length,
                    message_seq: message.message_seq,
                    fragment_offset: *start,
                    fragment_length: data.len() as u32,
                    body: data,
                    bytes: data,
                    offset: 0,
                    missing: 0,
                };
                if let Some(body) = self.push(&fragment).message {
                    whole.push((message.message_seq, message.message_type, body.into_owned()));
                }
            }
        }
        whole
    }

    /// Forgets what there is of a message, which was found whole elsewhere.
    pub fn forget(&mut self, message_seq: u16) {
        if let Some(at) = self.position(message_seq) {
            self.take(at);
        }
    }

    fn position(&self, message_seq: u16) -> Option<usize> {
        self.open.iter().position(|m| m.message_seq == message_seq)
    }

    fn take(&mut self, at: usize) -> Vec<u8> {
        let message = self.open.remove(at);
        self.bytes -= message.have();
        let pieces = message.pieces.into_iter().map(|(_, data)| data);
        pieces
            .reduce(|mut a, b| {
                a.extend(b);
                a
            })
            .unwrap_or_default()
    }
}

fn refused(refusal: Refusal) -> Pushed<'static> {
    Pushed {
        message: None,
        refusal: Some(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fragment(seq: u16, length: usize, at: usize, body: &[u8]) -> Handshake<'_> {
        Handshake {
            message_type: 11,
            length: length as u32,
            message_seq: seq,
            fragment_offset: at as u32,
            fragment_length: body.len() as u32,
            body,
            bytes: body,
            offset: 0,
            missing: 0,
        }
    }

    fn text(pushed: &Pushed<'_>) -> Option<String> {
        let body = pushed.message.as_ref()?;
        Some(String::from_utf8_lossy(body).into_owned())
    }

    #[test]
    fn a_whole_message_is_lent() {
        let mut r = Reassembler::default();
        let pushed = r.push(&fragment(0, 5, 0, b"hello"));
        assert!(matches!(pushed.message, Some(Cow::Borrowed(b"hello"))));
        let empty = r.push(&fragment(1, 0, 0, b""));
        assert_eq!(text(&empty).as_deref(), Some(""), "ServerHelloDone");
        assert!(r.unfinished().is_empty());
    }

    #[test]
    fn fragments_join_in_any_order_repeated_and_overlapping() {
        let mut r = Reassembler::default();
        for (at, part) in [(6, &b"worl"[..]), (6, b"worl"), (0, b"hel"), (3, b"lo w")] {
            let pushed = r.push(&fragment(3, 11, at, part));
            assert_eq!(
                pushed,
                Pushed {
                    message: None,
                    refusal: None
                }
            );
        }
        let mut ranges = r.unfinished()[0].ranges();
        assert_eq!((ranges.next(), ranges.next()), (Some(0..10), None));
        drop(ranges);
        let done = r.push(&fragment(3, 11, 5, b" world"));
        assert_eq!(text(&done).as_deref(), Some("hello world"));
        assert_eq!((r.unfinished().len(), r.bytes), (0, 0));
    }

    #[test]
    fn nothing_is_copied_for_a_fragment_without_news() {
        let mut r = Reassembler::default();
        for i in 0..100 {
            r.push(&fragment(0, 30_000, i * 300, &[7; 200]));
        }
        let places = |r: &Reassembler| -> Vec<*const u8> {
            let pieces = &r.unfinished()[0].pieces;
            pieces.iter().map(|(_, data)| data.as_ptr()).collect()
        };
        let before = places(&r);
        for i in 0..100 {
            r.push(&fragment(0, 30_000, i * 300 + 1, &[7]));
        }
        assert_eq!(places(&r), before);
        r.push(&fragment(0, 30_000, 250, &[7]));
        let after = places(&r);
        assert_eq!((&after[..1], &after[2..]), (&before[..1], &before[1..]));
    }

    #[test]
    fn what_came_first_stays_and_the_conflict_is_told() {
        let mut r = Reassembler::default();
        r.push(&fragment(0, 6, 0, b"abc"));
        let pushed = r.push(&fragment(0, 6, 1, b"XYZ"));
        assert_eq!(pushed.refusal, Some(Refusal::Overlap));
        let done = r.push(&fragment(0, 6, 4, b"ef"));
        assert_eq!(text(&done).as_deref(), Some("abcZef"));
    }

    #[test]
    fn lies_are_refused() {
        let mut r = Reassembler::default();
        let past = r.push(&fragment(0, 4, 3, b"ab"));
        assert_eq!(past.refusal, Some(Refusal::PastEnd));
        let huge = r.push(&fragment(0, 0xff_ffff, 0, b"ab"));
        assert_eq!(huge.refusal, Some(Refusal::TooMuch));
        r.push(&fragment(1, 10, 0, b"ab"));
        let other = r.push(&fragment(1, 12, 2, b"cd"));
        assert_eq!(other.refusal, Some(Refusal::Disagrees));
        for seq in 2..100 {
            let refusal = r.push(&fragment(seq, 10, 0, b"ab")).refusal;
            let expected = (usize::from(seq) > MESSAGES_MAX).then_some(Refusal::TooMany);
            assert_eq!(refusal, expected, "{seq}");
        }
        assert_eq!(r.unfinished().len(), MESSAGES_MAX);
    }

    #[test]
    fn memory_is_bounded_by_what_arrived_and_by_the_limit() {
        let mut r = Reassembler::default();
        let part = vec![7; 20 * 1024];
        assert_eq!(r.push(&fragment(0, 30_000, 0, &part)).refusal, None);
        let full = r.push(&fragment(1, 30_000, 0, &part));
        assert_eq!(full.refusal, Some(Refusal::TooMuch));
        let mut r = Reassembler::default();
        let refused = (0..1000)
            .filter(|i| r.push(&fragment(0, 4000, i * 2, b"x")).refusal.is_some())
            .count();
        assert_eq!(refused, 1000 - PIECES_MAX);
        assert_eq!(r.bytes, PIECES_MAX);
    }

    #[test]
    fn two_points_of_view_make_one_message() {
        let (mut a, mut b) = (Reassembler::default(), Reassembler::default());
        a.push(&fragment(2, 6, 0, b"abc"));
        b.push(&fragment(2, 6, 2, b"cdef"));
        assert_eq!(a.absorb(&b), [(2, 11, b"abcdef".to_vec())]);
        assert!(a.unfinished().is_empty());
        b.forget(2);
        assert_eq!((b.unfinished().len(), b.bytes), (0, 0));
    }

    proptest! {
        /// Any cutting, repeating and reordering of a message gives the message back.
        #[test]
        fn any_fragmentation_gives_the_message(
            message in proptest::collection::vec(any::<u8>(), 1..400),
            cuts in proptest::collection::vec((0usize..400, 1usize..60), 0..20),
            seed in any::<u64>(),
        ) {
            let n = message.len();
            // Random pieces, repeated and overlapping, and one cutting that covers all.
            let mut pieces: Vec<(usize, usize)> = cuts
                .iter()
                .map(|(at, len)| (at % n, (at % n + len).min(n)))
                .collect();
            // Not so many that the bound on pieces is met.
            let step = 4 + (seed % 50) as usize;
            pieces.extend((0..n).step_by(step).map(|at| (at, (at + step).min(n))));
            let mut state = seed | 1;
            for i in (1..pieces.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                pieces.swap(i, (state >> 33) as usize % (i + 1));
            }
            let mut r = Reassembler::default();
            let mut covered = vec![false; n];
            let mut result = None;
            for (from, to) in pieces {
                let pushed = r.push(&fragment(5, n, from, &message[from..to]));
                prop_assert_eq!(pushed.refusal, None);
                covered[from..to].fill(true);
                let all = covered.iter().all(|c| *c);
                prop_assert_eq!(pushed.message.is_some(), all);
                if all {
                    result = pushed.message.map(Cow::into_owned);
                    break;
                }
                prop_assert_eq!(r.bytes, covered.iter().filter(|c| **c).count());
            }
            prop_assert_eq!(result, Some(message));
            prop_assert_eq!(r.bytes, 0);
        }
    }
}
