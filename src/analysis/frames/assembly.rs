//! Which packets make a frame, and when it is complete.
//!
//! Packets of one RTP timestamp are one frame. It is complete when every sequence number is there from
//! its first packet to its marker or to the packet before the next frame, and the packet before its first
//! is of another frame. Packets after the marker (padding, forward error correction) belong to none.

use std::collections::VecDeque;

/// Frames that wait for packets at once; of more, the oldest is given up.
const WAITING_MAX: usize = 32;
/// A frame is waited for this long.
const PATIENCE_NS: i64 = 2_000_000_000;
/// Where at least one in so many frames is followed by packets that are no part of it, a gap between
/// frames is taken for one of those.
const TRAILERS: u64 = 10;
/// Timestamps of frames that were completed, which layers of one source share.
const DONE: usize = 16;
/// Timestamps of frames that are over, to know stragglers.
const CLOSED: usize = 64;

/// A packet, as far as frames go.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Part {
    /// Extended sequence number.
    pub(super) number: i64,
    /// RTP timestamp.
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    /// When it was captured, in ns.
    pub(super) at: i64,
    /// Payload bytes.
    pub(super) bytes: u64,
    /// What its payload or header extensions say of the frame.
    pub(super) signs: u8,
}

/// A frame of which packets were seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) timestamp: u32,
    /// The highest number of another frame below it, and the timestamp of that packet.
    before: i64,
    before_timestamp: u32,
    /// Whether a frame of which nothing was seen may lie between that and this one, by the step of the
    /// timestamps; and the longest of those that are usual.
    skips: bool,
    usual_step: u32,
    first: i64,
    last: i64,
    /// The lowest number above it that does not belong to it.
    after: i64,
    received: i64,
    /// Packets with its timestamp behind its end: error correction, or padding.
    trailers: i64,
    /// Whether its marker was seen.
    ended: bool,
    /// Whether a packet of it came late or was sent again.
    pub(super) repaired: bool,
    pub(super) began: i64,
    pub(super) latest: i64,
    pub(super) bytes: u64,
    /// Everything that its packets said of it.
    pub(super) signs: u8,
}

impl Frame {
    fn new(part: &Part, (before, before_timestamp): (i64, u32), after: i64) -> Self {
        Self {
            timestamp: part.timestamp,
            before,
            before_timestamp,
            skips: false,
            usual_step: 0,
            first: part.number,
            last: part.number,
            after,
            received: 1,
            trailers: 0,
            ended: part.marker,
            repaired: false,
            began: part.at,
            latest: part.at,
            bytes: part.bytes,
            signs: part.signs,
        }
    }

    #[inline]
    fn add(&mut self, part: &Part) {
        self.first = self.first.min(part.number);
        self.before = self.before.min(self.first - 1);
        self.last = self.last.max(part.number);
        self.received += 1;
        self.ended |= part.marker;
        self.began = self.began.min(part.at);
        self.latest = self.latest.max(part.at);
        self.bytes += part.bytes;
        self.signs |= part.signs;
    }

    /// Whether all of it is there.
    #[inline]
    fn is_complete(&self) -> bool {
        self.received > self.last - self.first
            && self.before + 1 == self.first
            && (self.ended || self.after == self.last + 1)
    }

    /// Whether a packet with the frame's timestamp is part of it, and not padding behind it.
    fn takes(&self, part: &Part) -> bool {
        part.timestamp == self.timestamp && !(self.ended && part.number > self.last)
    }

    fn see_beside(&mut self, part: &Part) {
        let number = part.number;
        if number < self.first && number > self.before {
            (self.before, self.before_timestamp) = (number, part.timestamp);
        } else if number > self.last {
            self.after = self.after.min(number);
        }
    }

    /// Whether the receiver most likely has all of it: what lies before it was of other frames, or
    /// as many packets of error correction followed it as are missing.
    fn may_be_whole(&self) -> bool {
        let before = self.first - 1;
        let missing = before - self.before + self.last - self.first + 1 - self.received;
        (self.skips && Self { before, ..*self }.is_complete())
            || (self.ended && missing <= self.trailers)
    }

    /// Frames of which nothing was seen and that the encoder did not leave out, between this and the one before it: as many as their
    /// timestamps leave room for, and their numbers.
    fn frames_between(&self) -> u64 {
        let numbers = u64::try_from(self.first - 1 - self.before).unwrap_or(0);
        let step = u64::from(self.timestamp.wrapping_sub(self.before_timestamp));
        let usual = u64::from(self.usual_step);
        if step * 2 <= usual * 3 {
            return 0;
        }
        let steps = (2 * step + usual).checked_div(2 * usual).unwrap_or(0);
        steps.saturating_sub(1).min(numbers)
    }
}

/// Timestamp steps between frames with nothing missing between, and the longest of the latest 16 to 32.
/// Encoders leave out frames, so that a step of twice the one before is nothing unusual for many.
#[derive(Clone, Debug, Default)]
struct Steps {
    latest: u32,
    longest: u32,
    longest_before: u32,
    counted: u8,
}

impl Steps {
    const WINDOW: u8 = 16;

    #[inline]
    fn push(&mut self, step: u32) {
        if self.counted >= Self::WINDOW {
            self.longest_before = std::mem::take(&mut self.longest);
            self.counted = 0;
        }
        self.counted += 1;
        self.latest = step;
        // A timestamp that steps back is no step.
        if step < 1 << 31 {
            self.longest = self.longest.max(step);
        }
    }

    fn longest(&self) -> u32 {
        self.longest.max(self.longest_before)
    }
}

/// What became of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// All of it is there; `held_up` whether an earlier frame is still waited for.
    Complete { held_up: bool },
    /// It was not waited for any longer; `whole` whether all of it is there as far as that shows,
    /// and what is missing are so many other frames before it.
    GivenUp { whole: bool, lost: u64 },
}

/// Puts packets together.
#[derive(Clone, Debug)]
pub(super) struct Assembly {
    /// The newest frame, if it is not complete.
    current: Option<Frame>,
    /// The highest number so far, and the timestamp of that packet.
    newest: i64,
    newest_timestamp: u32,
    steps: Steps,
    /// Frames that have ended, and packets that came behind the end of one.
    ended: u64,
    trailers: u64,
    /// Older frames that are not complete, by number.
    waiting: VecDeque<Frame>,
    done: [u32; DONE],
    next_done: usize,
    closed: [u32; CLOSED],
    next_closed: usize,
    /// The highest number of a frame that was given up: what comes from below is too late.
    given_up: i64,
}

impl Assembly {
    /// Begins with a stream's first packet, which is taken for the first of its frame.
    pub(super) fn new(part: &Part, mut each: impl FnMut(Frame, Fate)) -> Self {
        let mut assembly = Self {
            current: None,
            newest: part.number - 1,
            newest_timestamp: part.timestamp.wrapping_sub(1),
            steps: Steps::default(),
            ended: 0,
            trailers: 0,
            waiting: VecDeque::new(),
            done: [part.timestamp.wrapping_sub(1); DONE],
            next_done: 0,
            closed: [part.timestamp.wrapping_sub(1); CLOSED],
            next_closed: 0,
            given_up: i64::MIN,
        };
        assembly.push(part, &mut each);
        assembly
    }

    /// Takes a packet that is newer than all before; `each` is told what becomes of frames.
    #[inline]
    pub(super) fn push(&mut self, part: &Part, each: &mut impl FnMut(Frame, Fate)) {
        let before = std::mem::replace(&mut self.newest, part.number);
        if part.timestamp == self.newest_timestamp {
            let Some(current) = self.current.as_mut().filter(|f| f.takes(part)) else {
                self.trailers += 1;
                if let Some(current) = &mut self.current {
                    current.trailers += 1;
                    current.see_beside(part);
                }
                return;
            };
            current.add(part);
        } else if self.is_behind(part.timestamp) {
            // Error correction or padding of a frame that is over; the newer frame may go on.
            self.trailers += 1;
            self.newest = before.max(part.number);
            for frame in self.waiting.iter_mut().chain(&mut self.current) {
                frame.trailers += i64::from(frame.timestamp == part.timestamp);
                frame.see_beside(part);
            }
            return;
        } else {
            let has_ended = self.current.is_none_or(|f| f.ended);
            if let Some(mut last) = self.current.take() {
                last.see_beside(part);
                if last.is_complete() {
                    self.finish(last, each);
                } else {
                    self.wait(last, each);
                }
            }
            let mut frame = Frame::new(part, (before, self.newest_timestamp), i64::MAX);
            let step = part.timestamp.wrapping_sub(self.newest_timestamp);
            if part.number == before + 1 {
                self.steps.push(step);
            } else if has_ended {
                frame.skips = u64::from(step) * 2 > u64::from(self.steps.latest) * 3;
                if frame.skips {
                    // It may still come again: only when given up is it told from one left out.
                    frame.usual_step = self.steps.longest();
                } else if self.trailers * TRAILERS > self.ended {
                    // What is missing is more likely padding or error correction than this frame's.
                    frame.before = part.number - 1;
                }
            }
            self.newest_timestamp = part.timestamp;
            self.current = Some(frame);
            if !self.waiting.is_empty() {
                self.give_up_old(part.at, each);
            }
        }
        self.ended += u64::from(part.marker);
        if part.marker
            && let Some(current) = self.current.take_if(|f| f.is_complete())
        {
            self.finish(current, each);
        }
    }

    /// Takes a packet that is known to be no part of a frame: padding, or parity.
    pub(super) fn beside(&mut self, part: &Part, each: &mut impl FnMut(Frame, Fate)) {
        self.newest = self.newest.max(part.number);
        self.trailers += 1;
        for frame in self.waiting.iter_mut().chain(&mut self.current) {
            frame.trailers += i64::from(frame.timestamp == part.timestamp);
            frame.see_beside(part);
        }
        self.settle(each);
    }

    /// Whether a timestamp is older than the newest, and its frame was seen.
    fn is_behind(&self, timestamp: u32) -> bool {
        let is_older = (timestamp.wrapping_sub(self.newest_timestamp) as i32) < 0;
        let waits = || self.waiting.iter().any(|f| f.timestamp == timestamp);
        is_older && (self.closed.contains(&timestamp) || waits())
    }

    /// Takes a packet that came late.
    pub(super) fn push_late(&mut self, part: &Part, each: &mut impl FnMut(Frame, Fate)) {
        let (mut is_taken, mut is_known) = (false, self.closed.contains(&part.timestamp));
        for frame in self.waiting.iter_mut().chain(&mut self.current) {
            if !is_taken && frame.takes(part) {
                frame.add(part);
                frame.repaired = true;
                is_taken = true;
            } else {
                is_known |= frame.timestamp == part.timestamp;
                frame.see_beside(part);
            }
        }
        if !is_taken && !is_known && part.number > self.given_up {
            self.insert(part, each);
        }
        self.settle(each);
    }

    /// Takes a packet that another stream repaired: of it only the timestamp is known, and that its
    /// number is one of those missing. Says whether there was room for it.
    pub(super) fn repair(&mut self, part: &Part, each: &mut impl FnMut(Frame, Fate)) -> bool {
        let Some(number) = self.missing_of(part) else {
            return false;
        };
        self.push_late(&Part { number, ..*part }, each);
        true
    }

    /// Takes a packet that came back otherwise, whose number is known, where there is room for it.
    pub(super) fn came_back(&mut self, part: &Part, each: &mut impl FnMut(Frame, Fate)) {
        if self.missing_of(part).is_some() {
            self.push_late(part, each);
        }
    }

    /// A missing number that a packet with this timestamp may have.
    fn missing_of(&self, part: &Part) -> Option<i64> {
        for frame in self.waiting.iter().chain(&self.current) {
            if frame.timestamp == part.timestamp {
                return if frame.received <= frame.last - frame.first {
                    // Which of them does not matter to what is counted.
                    Some(frame.first + 1).filter(|n| *n < frame.last)
                } else if part.marker && !frame.ended && frame.after > frame.last + 1 {
                    Some(frame.last + 1)
                } else {
                    Some(frame.first - 1).filter(|n| *n > frame.before)
                };
            }
            // A frame of which nothing came lies in the gap before a later one.
            let since = part.timestamp.wrapping_sub(frame.before_timestamp);
            let step = frame.timestamp.wrapping_sub(frame.before_timestamp);
            if since > 0 && since < step {
                return Some(frame.first - 1).filter(|n| *n > frame.before);
            }
        }
        None
    }

    /// Makes a frame of which nothing had been seen.
    fn insert(&mut self, part: &Part, each: &mut impl FnMut(Frame, Fate)) {
        let all = || self.waiting.iter().chain(&self.current);
        let below = all().filter(|f| f.last < part.number);
        let above = all().find(|f| f.first > part.number);
        // What lies beside it is known from its neighbours in wait; where there is none, only that
        // something does.
        let beside = above.map(|f| (f.before, f.before_timestamp));
        let beside = beside.filter(|(n, _)| *n < part.number);
        let before = beside.max(below.map(|f| (f.last, f.timestamp)).max());
        let after = above.map_or(self.newest.max(part.number + 1), |f| f.first);
        let mut frame = Frame::new(part, before.unwrap_or((part.number - 1, 0)), after);
        frame.repaired = true;
        for other in self.waiting.iter_mut().chain(&mut self.current) {
            other.see_beside(part);
        }
        self.wait(frame, each);
    }

    /// Finishes what has become complete, the oldest first.
    fn settle(&mut self, each: &mut impl FnMut(Frame, Fate)) {
        while let Some(i) = self.waiting.iter().position(Frame::is_complete) {
            if let Some(frame) = self.waiting.remove(i) {
                self.finish_at(frame, i > 0, each);
            }
        }
        if let Some(current) = self.current.take_if(|f| f.ended && f.is_complete()) {
            self.finish(current, each);
        }
    }

    fn wait(&mut self, frame: Frame, each: &mut impl FnMut(Frame, Fate)) {
        if self.waiting.len() >= WAITING_MAX
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.give_up(oldest, each);
        }
        let place = self.waiting.partition_point(|f| f.first < frame.first);
        self.waiting.insert(place, frame);
    }

    fn give_up_old(&mut self, now: i64, each: &mut impl FnMut(Frame, Fate)) {
        while let Some(oldest) = self
            .waiting
            .pop_front_if(|f| now.saturating_sub(f.latest) > PATIENCE_NS)
        {
            self.give_up(oldest, each);
        }
    }

    #[cold]
    fn give_up(&mut self, frame: Frame, each: &mut impl FnMut(Frame, Fate)) {
        self.close(frame.timestamp);
        self.given_up = self.given_up.max(frame.last);
        let whole = frame.may_be_whole();
        let lost = if whole { frame.frames_between() } else { 0 };
        each(frame, Fate::GivenUp { whole, lost });
    }

    #[inline]
    fn close(&mut self, timestamp: u32) {
        if let Some(slot) = self.closed.get_mut(self.next_closed) {
            *slot = timestamp;
        }
        self.next_closed = (self.next_closed + 1) % CLOSED;
    }

    #[inline]
    fn finish(&mut self, frame: Frame, each: &mut impl FnMut(Frame, Fate)) {
        self.finish_at(frame, !self.waiting.is_empty(), each);
    }

    #[inline]
    fn finish_at(&mut self, frame: Frame, held_up: bool, each: &mut impl FnMut(Frame, Fate)) {
        if let Some(slot) = self.done.get_mut(self.next_done) {
            *slot = frame.timestamp;
        }
        self.next_done = (self.next_done + 1) % DONE;
        self.close(frame.timestamp);
        each(frame, Fate::Complete { held_up });
    }

    /// Timestamps of the latest complete frames, in no order.
    pub(super) fn latest(&self) -> &[u32] {
        &self.done
    }

    /// Whether some frame waits for packets that another stream may bring.
    pub(super) fn is_waiting(&self) -> bool {
        let lacks = |f: &Frame| f.received <= f.last - f.first || f.before + 1 < f.first;
        !self.waiting.is_empty() || self.current.as_ref().is_some_and(lacks)
    }

    /// Ends: nothing more will come.
    pub(super) fn end(&mut self, mut each: impl FnMut(Frame, Fate)) {
        if let Some(mut last) = self.current.take() {
            // Without a marker only the next frame would show the end of this one.
            last.after = last.last + 1;
            let is_whole = last.is_complete();
            if is_whole {
                self.finish(last, &mut each);
            } else {
                self.wait(last, &mut each);
            }
        }
        while let Some(frame) = self.waiting.pop_front() {
            self.give_up(frame, &mut each);
        }
    }
}
