//! What one side has in flight: chunks that the peer has not acknowledged, and the messages that they
//! are parts of. From it come how long acknowledgements and messages took, how much was in flight,
//! why chunks were sent again (RFC 9260), and what was abandoned (RFC 3758).

use super::times::Times;
use crate::proto::sctp::Data;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// Chunks that wait for their acknowledgement; more than any window of small chunks holds.
const CHUNKS_MAX: usize = 8192;
/// Messages that were begun and not ended, on different streams.
const BEGUN_MAX: usize = 1024;
/// So many later acknowledgements make a sender repeat a chunk at once (RFC 9260).
const MISSES: u8 = 3;
/// Chunks that one acknowledgement may report missing, looked at.
const MISSING_MAX: usize = 128;

/// The chunks and messages of one side that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Flight {
    chunks: BTreeMap<u64, Sent>,
    /// Messages of which something waits, by their serial number.
    messages: BTreeMap<u64, Waiting>,
    /// The message that a stream's next fragment goes on with.
    begun: BTreeMap<(u16, bool, u32), u64>,
    serial: u64,
    bytes: u64,
    max: u64,
    /// Whether chunks were forgotten because too many waited.
    pub(super) overflowed: bool,
    pub(super) times: Times,
    pub(super) again: Again,
    /// What became of messages since this was emptied: their channel, and how long they took.
    pub(super) settled: Vec<(usize, Fate)>,
}

/// Chunks sent again, by what the capture shows as the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Again {
    /// Three acknowledgements of later chunks had passed.
    pub(super) fast: u64,
    /// Nothing had told that it was lost.
    pub(super) timeout: u64,
    /// The peer had acknowledged it already.
    pub(super) needless: u64,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// All of it was acknowledged, so long after its first chunk was sent.
    Acknowledged(Span),
    /// It was given up before.
    Abandoned,
}

/// A chunk on its way.
#[derive(Clone, Debug)]
struct Sent {
    len: u64,
    at: Timestamp,
    /// Sent more than once: nobody can tell which of them is acknowledged (Karn).
    again: bool,
    misses: u8,
    message: u64,
}

/// A message on its way.
#[derive(Clone, Debug)]
struct Waiting {
    channel: usize,
    since: Timestamp,
    chunks: u64,
    ended: bool,
    size: u64,
}

impl Flight {
    /// A chunk is sent for the first time, on this channel of the association, if it is one's. The
    /// channel and size of its message so far, if its beginning was seen.
    pub(super) fn sent(
        &mut self,
        tsn: u64,
        data: &Data<'_>,
        len: usize,
        channel: Option<usize>,
        at: Timestamp,
    ) -> Option<(usize, u64)> {
        let len = len as u64;
        let message = self.message(data, len, channel, at);
        let waiting = self.messages.get(&message);
        let grown = waiting.map(|waiting| (waiting.channel, waiting.size));
        if self.chunks.len() >= CHUNKS_MAX
            && let Some((_, oldest)) = self.chunks.pop_first()
        {
            self.overflowed = true;
            self.bytes -= oldest.len;
            self.messages.remove(&oldest.message);
        }
        self.chunks.insert(
            tsn,
            Sent {
                len,
                at,
                again: false,
                misses: 0,
                message,
            },
        );
        self.bytes += len;
        self.max = self.max.max(self.bytes);
        grown
    }

    /// The serial number of a chunk's message; 0 if its beginning was not seen.
    fn message(&mut self, data: &Data<'_>, len: u64, channel: Option<usize>, at: Timestamp) -> u64 {
        // Messages of DATA on one stream follow each other; those of I-DATA are numbered.
        let number = if data.interleaved { data.message } else { 0 };
        let stream = (data.stream, data.unordered, number);
        if data.begins {
            self.begun.remove(&stream);
            let Some(channel) = channel else {
                return 0;
            };
            self.serial += 1;
            self.messages.insert(
                self.serial,
                Waiting {
                    channel,
                    since: at,
                    chunks: 1,
                    ended: data.ends,
                    size: len,
                },
            );
            if !data.ends && self.begun.len() < BEGUN_MAX {
                self.begun.insert(stream, self.serial);
            }
            return self.serial;
        }
        let serial = self.begun.get(&stream).copied().unwrap_or(0);
        if let Some(waiting) = self.messages.get_mut(&serial) {
            waiting.chunks += 1;
            waiting.ended |= data.ends;
            waiting.size += len;
        }
        if data.ends {
            self.begun.remove(&stream);
        }
        serial
    }

    /// A chunk is sent again.
    pub(super) fn sent_again(&mut self, tsn: u64, at: Timestamp) {
        let Some(sent) = self.chunks.get_mut(&tsn) else {
            self.again.needless += 1;
            return;
        };
        if sent.misses >= MISSES {
            self.again.fast += 1;
        } else {
            self.again.timeout += 1;
        }
        sent.again = true;
        sent.misses = 0;
        sent.at = at;
    }

    /// The peer has everything up to a TSN, and these ranges beyond it.
    pub(super) fn acknowledged(
        &mut self,
        cumulative: u64,
        gaps: impl Iterator<Item = (u64, u64)>,
        at: Timestamp,
    ) {
        // What was sent last tells least of what the peer waited for before it acknowledged.
        let mut latest: Option<(u64, Timestamp)> = None;
        let mut newest = None;
        for (first, last) in std::iter::once((0, cumulative)).chain(gaps) {
            if first > last {
                continue;
            }
            while let Some((&tsn, _)) = self.chunks.range(first..=last).next() {
                let Some(sent) = self.chunks.remove(&tsn) else {
                    break;
                };
                self.bytes -= sent.len;
                newest = newest.max(Some(tsn));
                if !sent.again {
                    latest = latest.max(Some((tsn, sent.at)));
                }
                self.arrived(sent.message, at);
            }
        }
        if let Some((_, sent)) = latest {
            self.times.push(at - sent);
        }
        // What lies before something that arrived only now is missing.
        let newest = newest.unwrap_or(0);
        for (_, sent) in self.chunks.range_mut(..newest).take(MISSING_MAX) {
            sent.misses = sent.misses.saturating_add(1);
        }
    }

    /// A chunk of this message arrived.
    fn arrived(&mut self, serial: u64, at: Timestamp) {
        let Some(waiting) = self.messages.get_mut(&serial) else {
            return;
        };
        waiting.chunks = waiting.chunks.saturating_sub(1);
        if waiting.ended && waiting.chunks == 0 {
            let (channel, took) = (waiting.channel, at - waiting.since);
            self.messages.remove(&serial);
            self.settled.push((channel, Fate::Acknowledged(took)));
        }
    }

    /// The sender gives up what waits up to a TSN.
    pub(super) fn forward(&mut self, to: u64) {
        while let Some((&tsn, _)) = self.chunks.range(..=to).next() {
            let Some(sent) = self.chunks.remove(&tsn) else {
                return;
            };
            self.bytes -= sent.len;
            if let Some(waiting) = self.messages.remove(&sent.message) {
                self.settled.push((waiting.channel, Fate::Abandoned));
            }
        }
    }

    /// The most bytes of user data that were in flight at once.
    pub(super) fn max(&self) -> u64 {
        self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(ms: i64) -> Timestamp {
        Timestamp::from_nanos(ms * 1_000_000)
    }

    fn data(flags: &str) -> Data<'static> {
        Data {
            tsn: 0,
            stream: 1,
            message: 0,
            protocol: Some(53),
            fragment: None,
            interleaved: false,
            begins: flags.contains('B'),
            ends: flags.contains('E'),
            unordered: false,
            immediate: false,
            payload: &[],
        }
    }

    /// Chunks 1, 2, … of these flags, 10 bytes each, a millisecond apart.
    fn flight(flags: &[&str]) -> Flight {
        let mut flight = Flight::default();
        for (i, flags) in (1..).zip(flags) {
            flight.sent(i, &data(flags), 10, Some(7), ts(i as i64));
        }
        flight
    }

    #[test]
    fn a_message_takes_until_all_of_it_is_acknowledged() {
        let mut f = flight(&["B", "", "E", "BE"]);
        assert_eq!(f.max(), 40);
        f.acknowledged(2, [(4, 4)].into_iter(), ts(20));
        assert_eq!(f.settled, [(7, Fate::Acknowledged(Span::from_millis(16)))]);
        f.acknowledged(4, [].into_iter(), ts(30));
        assert_eq!(
            f.settled[1..],
            [(7, Fate::Acknowledged(Span::from_millis(29)))]
        );
        assert_eq!((f.bytes, f.messages.len(), f.begun.len()), (0, 0, 0));
        let times = f.times.report().unwrap();
        assert_eq!((times.samples, times.min), (2, Span::from_millis(16)));
        f.sent(5, &data("BE"), 10, Some(7), ts(40));
        assert_eq!(f.max(), 40);
    }

    #[test]
    fn why_a_chunk_is_sent_again() {
        let mut f = flight(&["BE"; 6]);
        for gap in 3..=5 {
            f.acknowledged(1, [(3, gap)].into_iter(), ts(10));
        }
        f.sent_again(2, ts(20));
        assert_eq!((f.again.fast, f.again.timeout), (1, 0));
        f.sent_again(2, ts(900));
        f.sent_again(6, ts(900));
        assert_eq!((f.again.fast, f.again.timeout), (1, 2));
        f.acknowledged(6, [].into_iter(), ts(910));
        f.sent_again(6, ts(920));
        assert_eq!(f.again.needless, 1);
        // What was sent again is not timed.
        assert_eq!(f.times.report().unwrap().samples, 3);
    }

    #[test]
    fn what_is_given_up_is_abandoned_once() {
        let mut f = flight(&["B", "E", "BE", "BE"]);
        f.acknowledged(0, [(3, 3)].into_iter(), ts(10));
        f.settled.clear();
        f.forward(3);
        assert_eq!(f.settled, [(7, Fate::Abandoned)]);
        assert_eq!(f.bytes, 10);
    }

    #[test]
    fn what_nobody_acknowledges_is_bounded() {
        let mut f = Flight::default();
        for tsn in 0..100_000 {
            let stream = Data {
                stream: tsn as u16,
                ..data("B")
            };
            f.sent(tsn, &stream, 1, Some(0), ts(0));
        }
        assert!(f.overflowed);
        assert!(f.chunks.len() <= CHUNKS_MAX && f.messages.len() <= CHUNKS_MAX);
        assert!(f.begun.len() <= BEGUN_MAX);
        assert_eq!(f.max(), CHUNKS_MAX as u64);
    }

    /// Many chunks with holes that three acknowledgements in four report.
    #[test]
    fn many_holes_take_no_time() {
        let mut f = Flight::default();
        for tsn in 0..200_000 {
            f.sent(tsn, &data("BE"), 1, Some(0), ts(0));
            if tsn % 4 != 0 {
                f.acknowledged(0, [(tsn, tsn)].into_iter(), ts(1));
            }
        }
        assert!(f.overflowed);
    }
}
