//! How a stream's RTP timestamps run against the clock of the capture: a few points of its whole
//! life, from which its clock rate is read, and whether another stream follows the same clock.

use crate::analysis::clock;

/// Points kept at most; then every other one goes, and the rest comes half as often.
const ANCHORS_MAX: usize = 32;
/// The unit of arrival times, in nanoseconds: fine enough for clock rates, and days fit.
const UNIT: i64 = 100_000;
/// Points are at least this far apart, so that the packets of one burst are not all of them.
const APART: i64 = 10_000_000;
/// How far behind the clock of another stream a packet may be that repeats one of its timestamps,
/// and how far before it, in seconds: retransmissions come late; encoding and pacing take a moment.
const BEHIND: f64 = 4.0;
const AHEAD: f64 = 0.6;
/// A stream that follows another begins after it, but for packets that were reordered.
const TOO_EARLY: i64 = 50_000_000;

/// What comes so much later than its timestamp, in seconds, was held up on its way or sent again.
const LATE: f64 = 0.01;

/// How the points of one stream lie on the timeline of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Nearness {
    /// Points since the other began.
    pub(in crate::analysis) points: usize,
    /// Of them, points where a packet would lie that repeats one of the other's timestamps.
    pub(in crate::analysis) near: usize,
    /// Of those, points that lie behind.
    pub(in crate::analysis) late: usize,
}

impl Nearness {
    /// Whether the one stream runs on the timeline of the other, with room for a stray point.
    pub(in crate::analysis) fn is_same(self) -> bool {
        self.points > 0 && self.near * 5 >= self.points * 4
    }

    /// Whether nothing speaks against it.
    pub(in crate::analysis) fn may_be_same(self) -> bool {
        self.points == 0 || self.is_same()
    }
}

/// Points (arrival, timestamp) of a stream, and the step between its timestamps.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Timeline {
    /// Arrival since the first packet in [`UNIT`]s, and timestamp.
    anchors: Vec<(u32, u32)>,
    first: i64,
    /// When the next point is taken.
    due: i64,
    apart: i64,
    /// The step that most packets took, by majority vote.
    step: u32,
    votes: u32,
}

impl Timeline {
    /// Begins with a stream's first packet.
    pub(in crate::analysis) fn new(arrival_ns: i64, timestamp: u32) -> Self {
        Self {
            anchors: vec![(0, timestamp)],
            first: arrival_ns,
            due: arrival_ns.saturating_add(APART),
            apart: APART,
            step: 0,
            votes: 0,
        }
    }

    /// Takes a packet in order with a new timestamp, `step` ticks after the one before; says
    /// whether the stream's clock may be clearer than before.
    #[inline]
    pub(in crate::analysis) fn push(&mut self, arrival_ns: i64, timestamp: u32, step: u32) -> bool {
        if step == self.step {
            self.votes = self.votes.saturating_add(1);
        } else if self.votes == 0 {
            (self.step, self.votes) = (step, 1);
        } else {
            self.votes -= 1;
        }
        if arrival_ns < self.due {
            return false;
        }
        self.add(arrival_ns, timestamp);
        true
    }

    fn add(&mut self, arrival_ns: i64, timestamp: u32) {
        if self.anchors.len() >= ANCHORS_MAX {
            let mut keep = false;
            self.anchors.retain(|_| {
                keep = !keep;
                keep
            });
            self.apart = self.apart.saturating_mul(2);
        }
        let since = arrival_ns.saturating_sub(self.first) / UNIT;
        let since = u32::try_from(since).unwrap_or(u32::MAX);
        self.anchors.push((since, timestamp));
        self.due = arrival_ns.saturating_add(self.apart);
    }

    /// The clock rate in Hz as far as it shows, with the less evidence that does where no more will
    /// come.
    pub(in crate::analysis) fn rate(&self, enough: clock::Enough) -> Option<u32> {
        let points: Vec<(i64, u32)> = self.points().collect();
        clock::rate(&points, self.step, enough)
    }

    /// How the points of this stream since the other began lie on the other's timeline. `rate` is
    /// the other's, in Hz.
    pub(in crate::analysis) fn against(&self, other: &Self, rate: u32) -> Nearness {
        let begin = other.first;
        // Padding that libwebrtc sends before the first frame has no timestamp yet: it is 0.
        let own = self.points().filter(|a| a.1 != 0);
        let since = own.filter(|a| a.0 >= begin.saturating_sub(TOO_EARLY));
        let rate = f64::from(rate);
        since.fold(Nearness::default(), |sum, (arrival, timestamp)| {
            let ahead = other.nearest(arrival).map(|(at, reference)| {
                let passed = arrival.saturating_sub(at) as f64 / 1e9;
                f64::from(timestamp.wrapping_sub(reference) as i32) / rate - passed
            });
            let is_near = ahead.is_some_and(|a| (-BEHIND..=AHEAD).contains(&a));
            let is_late = is_near && ahead.is_some_and(|a| a < -LATE);
            Nearness {
                points: sum.points + 1,
                near: sum.near + usize::from(is_near),
                late: sum.late + usize::from(is_late),
            }
        })
    }

    /// The point that is nearest in time.
    fn nearest(&self, arrival: i64) -> Option<(i64, u32)> {
        self.points().min_by_key(|a| a.0.abs_diff(arrival))
    }

    /// Arrival in nanoseconds, and timestamp.
    fn points(&self) -> impl Iterator<Item = (i64, u32)> + '_ {
        let each = |&(since, timestamp): &(u32, u32)| {
            let arrival = self.first.saturating_add(i64::from(since) * UNIT);
            (arrival, timestamp)
        };
        self.anchors.iter().map(each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn run(offset: u32, hz: i64, from_ms: i64, to_ms: i64, every_ms: i64) -> Timeline {
        let at = |ms: i64| offset.wrapping_add((ms * hz / 1000) as u32);
        let mut timeline = Timeline::new(from_ms * MS, at(from_ms));
        for ms in (from_ms + every_ms..to_ms).step_by(every_ms as usize) {
            timeline.push(ms * MS, at(ms), (every_ms * hz / 1000) as u32);
        }
        timeline
    }

    #[test]
    fn points_are_few_and_cover_the_whole_life() {
        let t = run(7, 48_000, 0, 3_600_000, 20);
        assert!((ANCHORS_MAX / 2..=ANCHORS_MAX).contains(&t.anchors.len()));
        assert_eq!(t.anchors[0], (0, 7));
        assert!(t.points().last().unwrap().0 > 3_300_000 * MS);
        assert_eq!(
            (t.step, t.rate(clock::Enough::AtTheEnd)),
            (960, Some(48_000))
        );
    }

    #[test]
    fn what_repeats_a_streams_timestamps_follows_it() {
        let video = run(4_000_000_000, 90_000, 1_000, 60_000, 33);
        // Old timestamps of it, 200 ms late, now and then, over the wrap.
        let at = |ms: i64| 4_000_000_000u32.wrapping_add(((ms - 200) * 90) as u32);
        let mut rtx = Timeline::new(2_000 * MS, at(2_000));
        for ms in (3_000..59_000).step_by(1_700) {
            rtx.push(ms * MS, at(ms), 1);
        }
        let all = rtx.anchors.len();
        let found = rtx.against(&video, 90_000);
        assert_eq!((found.near, found.late, found.points), (all, all, all));
        // Another offset does not, whatever its clock.
        let other = run(9_000_000, 90_000, 1_000, 60_000, 33);
        assert_eq!(other.against(&video, 90_000).near, 0);
        assert!(!other.against(&video, 90_000).may_be_same());
        // What came before it does not count.
        let early = run(0, 90_000, 0, 900, 20);
        let nothing = early.against(&video, 90_000);
        assert_eq!(nothing, Nearness::default());
        assert!(nothing.may_be_same() && !nothing.is_same());
    }
}
