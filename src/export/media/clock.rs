//! When the packets of a stream are, in its file: by RTP timestamps, from the first packet on.
//!
//! The clock of the capture is asked only where the timestamps cannot be right: where the sender began
//! anew, or where they run away from it by more than [`TRUST`] from one packet to the next.

use crate::time::{Span, Timestamp};

/// How far two clocks may differ over one step: more than a path or a retransmission delays.
const TRUST: Span = Span::from_millis(5_000);

/// Follows the timestamps of one kind of packets of a stream.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Ticks a second.
    rate: u32,
    last: Option<Last>,
    /// Times the capture's clock had to be asked.
    pub(super) jumps: u64,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    timestamp: u32,
    arrival: Timestamp,
    ticks: i64,
}

impl Clock {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate: rate.max(1),
            last: None,
            jumps: 0,
        }
    }

    /// Ticks a second.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Ticks from the first packet to this one; negative if it is earlier. Packets come in order of
    /// their numbers. `arrival` is none for one that was repaired and came at another time.
    pub(super) fn ticks(
        &mut self,
        timestamp: u32,
        arrival: Option<Timestamp>,
        is_restart: bool,
    ) -> i64 {
        let Some(last) = self.last else {
            self.last = Some(Last {
                timestamp,
                arrival: arrival.unwrap_or_default(),
                ticks: 0,
            });
            return 0;
        };
        let told = i64::from(timestamp.wrapping_sub(last.timestamp) as i32);
        let passed = arrival.map_or(Span::default(), |now| now - last.arrival);
        let passed = self.of_span(passed);
        let trust = self.of_span(TRUST);
        let is_jump = is_restart || told.saturating_sub(passed).saturating_abs() > trust;
        // A repaired packet tells no time by its arrival; its neighbours vouch for small steps.
        let step = match (is_jump, arrival) {
            (false, _) => told,
            (true, Some(_)) => passed.max(0),
            (true, None) => 0,
        };
        self.jumps += u64::from(is_jump);
        let ticks = last.ticks.saturating_add(step);
        self.last = Some(Last {
            timestamp,
            arrival: arrival.unwrap_or(last.arrival),
            ticks,
        });
        ticks
    }

    /// This span in ticks.
    fn of_span(&self, span: Span) -> i64 {
        let ticks = i128::from(span.nanos()) * i128::from(self.rate) / 1_000_000_000;
        i64::try_from(ticks).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: i64) -> Option<Timestamp> {
        Some(Timestamp::default().plus(Span::from_millis(ms)))
    }

    #[test]
    fn timestamps_tell_over_their_wrap() {
        let mut clock = Clock::new(8_000);
        let start = u32::MAX - 100;
        assert_eq!(clock.ticks(start, ms(0), false), 0);
        assert_eq!(clock.ticks(start.wrapping_add(160), ms(25), false), 160);
        assert_eq!(clock.ticks(start.wrapping_add(320), None, false), 320);
        // Four seconds late, and it is still the timestamp that counts.
        assert_eq!(clock.ticks(start.wrapping_add(480), ms(4_000), false), 480);
        assert_eq!(clock.ticks(start.wrapping_add(400), ms(4_001), false), 400);
        assert_eq!(clock.jumps, 0);
    }

    #[test]
    fn the_capture_tells_where_timestamps_cannot_be_right() {
        let mut clock = Clock::new(8_000);
        clock.ticks(1_000, ms(0), false);
        assert_eq!(clock.ticks(1_000 + (1 << 31), ms(20), false), 160);
        assert_eq!(clock.ticks(7, ms(40), true), 320);
        assert_eq!(clock.ticks(167, ms(60), false), 480);
        // Held for a minute without a tick.
        assert_eq!(clock.ticks(327, ms(60_060), false), 480_480);
        assert_eq!(clock.jumps, 3);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let mut clock = Clock::new(u32::MAX);
        let (min, max) = (i64::MIN, i64::MAX);
        for (timestamp, at) in [(0, min), (u32::MAX, max), (1 << 31, min), (9, max)] {
            clock.ticks(timestamp, Some(Timestamp::from_nanos(at)), false);
        }
    }
}
