//! One direction of a TCP connection: segments in any order in, messages out.
//!
//! A gap is waited for as long as the missing bytes may still come: until the receiver has
//! acknowledged them (then they were sent, and it is the capture that lacks them), until enough
//! bytes came after them, or for a while. Then it is told and stepped over.

use super::event::{Carrier, Event};
use super::framer::Framer;
use super::reorder::Ahead;
use super::segment::Segment;
use crate::capture::PacketNo;
use crate::net::Path;
use crate::time::{Span, Timestamp};

/// How long missing bytes are waited for that the receiver has: cards and capture queues mix
/// packets up by less.
const PATIENCE_ACKNOWLEDGED: Span = Span::from_millis(200);
/// How long missing bytes are waited for.
const PATIENCE: Span = Span::from_millis(10_000);
/// Bytes held behind a gap.
const AHEAD_BYTES: usize = 256 * 1024;
/// The same while it is not known whether the stream has messages.
const AHEAD_BYTES_UNDECIDED: usize = 32 * 1024;
/// Pieces held behind a gap.
const AHEAD_PIECES: usize = 256;
/// Bytes this far before the next one expected are no retransmission.
const FAR_BACK: i64 = 1 << 20;
/// Segments in a row that continue each other, far back: the stream is another one.
const STRAYS: u8 = 3;

type Sink<'s> = dyn FnMut(Event<'_>) + 's;

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// Position of the next byte expected, whose low 32 bits are its sequence number.
    next: Option<i64>,
    /// Sequence number of the first byte, once one is known.
    first: Option<u32>,
    /// Up to where the receiver has everything.
    acknowledged: Option<i64>,
    ahead: Ahead,
    /// Since when there is something ahead.
    waiting: Option<Timestamp>,
    /// Where the last segment far back ended, and how many continued it.
    stray: (u32, u8),
    pub(super) framer: Framer,
    /// Segments with payload of which it is not known yet whether they carry anything of ours.
    pub(super) undecided: u64,
}

impl Direction {
    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.ahead.bytes() + self.framer.bytes()
    }

    /// Whether a stream that begins with this byte is another than the one at hand.
    pub(super) fn is_another(&self, first: u32) -> bool {
        self.first.is_some_and(|known| known != first)
    }

    /// The stream begins with this byte.
    pub(super) fn begin(&mut self, first: u32) {
        if self.first.is_none() {
            self.next = Some(i64::from(first));
            self.first = Some(first);
        }
    }

    /// The receiver has everything before this byte.
    pub(super) fn acknowledge(&mut self, ack: u32) {
        if let Some(next) = self.next {
            let position = unwrap(ack, next);
            self.acknowledged = self.acknowledged.max(Some(position));
        }
    }

    /// Takes a segment's payload, which begins with sequence number `seq`.
    pub(super) fn take(&mut self, seq: u32, segment: &Segment<'_>, out: &mut Sink<'_>) {
        if self.framer.ignores() {
            if !self.framer.reconsider(segment.payload) {
                self.forget();
                return;
            }
            self.restart_at(seq);
        }
        let mut next = match self.next {
            Some(next) => next,
            None => {
                self.restart_at(seq);
                self.framer.begins_in_the_middle();
                i64::from(seq)
            }
        };
        let mut at = unwrap(seq, next);
        if next - at > FAR_BACK && self.is_another_stream(seq, segment) {
            self.flush(segment.path, out);
            self.framer.give_up();
            self.restart_at(seq);
            (at, next) = (i64::from(seq), i64::from(seq));
        }
        let end = at + segment.payload.len() as i64 + i64::from(segment.missing);
        if end <= next {
            return; // All of it came before: a retransmission.
        }
        let carrier = Carrier {
            no: segment.no,
            ts: segment.ts,
            path: segment.path,
        };
        if at <= next {
            let old = usize::try_from(next - at).unwrap_or(usize::MAX);
            let fresh = segment.payload.get(old..).unwrap_or_default();
            self.deliver(fresh, end, &carrier, out);
            // What waited for this is complete with this packet.
            self.catch_up(|_, _| carrier, out);
        } else {
            let when = (segment.no, segment.ts);
            self.ahead
                .insert(when, at, segment.payload, segment.missing);
            self.waiting.get_or_insert(segment.ts);
        }
    }

    /// Steps over gaps that were waited for long enough.
    pub(super) fn check(&mut self, now: Timestamp, path: Path, out: &mut Sink<'_>) {
        while let (Some(since), Some(first)) = (self.waiting, self.ahead.first()) {
            let waited = now - since;
            let has_it = self.acknowledged >= Some(first.at);
            let limit = match self.framer.framing() {
                Some(_) => AHEAD_BYTES,
                None => AHEAD_BYTES_UNDECIDED,
            };
            let enough = waited > PATIENCE
                || has_it && waited > PATIENCE_ACKNOWLEDGED
                || self.ahead.bytes() > limit
                || self.ahead.len() > AHEAD_PIECES;
            if !enough {
                return;
            }
            self.step_over(path, out);
        }
    }

    /// Gives out all there is, without waiting any more.
    pub(super) fn flush(&mut self, path: Path, out: &mut Sink<'_>) {
        while self.ahead.first().is_some() {
            self.step_over(path, out);
        }
    }

    /// Gives out what the framer could not tell before it learnt of the framing.
    pub(super) fn settle(&mut self, carrier: &Carrier, out: &mut Sink<'_>) {
        self.framer.take(&[], carrier, out);
    }

    /// Gives up everything held.
    pub(super) fn give_up(&mut self) {
        self.framer.give_up();
        self.forget();
    }

    /// Forgets where the stream is: it goes on where its next segment begins.
    fn forget(&mut self) {
        self.next = None;
        self.acknowledged = None;
        self.ahead.clear();
        self.waiting = None;
    }

    /// Whether a segment far back is one of several that continue each other.
    fn is_another_stream(&mut self, seq: u32, segment: &Segment<'_>) -> bool {
        let (expected, count) = self.stray;
        let count = if expected == seq { count + 1 } else { 1 };
        let length = (segment.payload.len() as u32).wrapping_add(segment.missing);
        self.stray = (seq.wrapping_add(length), count % STRAYS);
        count >= STRAYS
    }

    fn restart_at(&mut self, seq: u32) {
        self.forget();
        self.next = Some(i64::from(seq));
        self.first.get_or_insert(seq);
    }

    /// Hands the next bytes to the framer; those up to `end` that are not there were cut off.
    fn deliver(&mut self, data: &[u8], end: i64, carrier: &Carrier, out: &mut Sink<'_>) {
        let Some(next) = self.next else {
            return;
        };
        self.next = Some(end);
        self.framer.take(data, carrier, out);
        let missing = end - next - data.len() as i64;
        if missing > 0 {
            self.framer.hole(missing.unsigned_abs(), carrier, out);
        }
    }

    /// Hands over the pieces that are next. `carrier` says which packet made them readable.
    fn catch_up(&mut self, carrier: impl Fn(PacketNo, Timestamp) -> Carrier, out: &mut Sink<'_>) {
        while let Some(next) = self.next
            && let Some(piece) = self.ahead.take(next)
        {
            let end = piece.end();
            if end <= next {
                continue;
            }
            let old = usize::try_from(next - piece.at).unwrap_or(usize::MAX);
            let fresh = piece.data.get(old..).unwrap_or_default();
            self.deliver(fresh, end, &carrier(piece.no, piece.ts), out);
        }
        self.waiting = self.ahead.first().map(|piece| piece.ts);
    }

    /// Steps over the gap before the first piece ahead.
    fn step_over(&mut self, path: Path, out: &mut Sink<'_>) {
        let (Some(next), Some(first)) = (self.next, self.ahead.first()) else {
            return self.ahead.clear();
        };
        let bytes = (first.at - next).unsigned_abs();
        let carrier = Carrier {
            no: first.no,
            ts: first.ts,
            path,
        };
        if self.framer.framing().is_some() {
            out(Event::Gap {
                no: first.no,
                bytes,
                acknowledged: self.acknowledged >= Some(first.at),
            });
        }
        self.next = Some(first.at);
        self.framer.hole(bytes, &carrier, out);
        self.catch_up(|no, ts| Carrier { no, ts, path }, out);
    }
}

/// The position of sequence number `seq`, which is less than 2^31 bytes from position `near`.
fn unwrap(seq: u32, near: i64) -> i64 {
    let distance = seq.wrapping_sub(near as u32) as i32;
    near + i64::from(distance)
}
