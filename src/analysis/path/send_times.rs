//! Absolute send time: 24 bits of fixed point seconds, 6.18, which wrap after 64 s
//! (<http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time>).

use super::delay::Delays;

/// 64 s in units of 2⁻¹⁸ s.
const CYCLE: i64 = 1 << 24;
/// 32 s in nanoseconds.
const HALF_CYCLE: i64 = 32_000_000_000;
/// A step of send time that differs from that of arrival by more is no send time, or a restart.
const APART: i64 = 5_000_000_000;
/// Elements after which it is judged whether this is a send time at all.
const JUDGED: u32 = 64;

/// What one identifier would say if it were a send time.
#[derive(Clone, Debug)]
pub(super) struct SendTimes {
    pub(super) id: u8,
    last: u32,
    last_arrival: i64,
    /// Send time since the first element, in units of 2⁻¹⁸ s.
    sent: i64,
    elements: u32,
    /// Elements that no sender's clock would show.
    odd: u32,
    /// Elements with the very value of the one before.
    same: u32,
    pub(super) delays: Delays,
}

impl SendTimes {
    pub(super) fn new(id: u8, value: u32, arrival: i64) -> Self {
        let mut delays = Delays::new(arrival);
        delays.push(arrival, 0);
        Self {
            id,
            last: value,
            last_arrival: arrival,
            sent: 0,
            elements: 1,
            odd: 0,
            same: 0,
            delays,
        }
    }

    /// Takes the next element; false when this cannot be a send time.
    #[inline]
    pub(super) fn push(&mut self, value: u32, arrival: i64) -> bool {
        self.elements = self.elements.saturating_add(1);
        let came = arrival.saturating_sub(self.last_arrival);
        let mut step = (i64::from(value.wrapping_sub(self.last)) << 40) >> 40;
        // Of all steps that show the same 24 bits, the one nearest to that of arrival. A step of 24 bits
        // needs no wide arithmetic.
        let mut apart = came.saturating_sub((step * 1_000_000_000) >> 18);
        if apart.abs() > HALF_CYCLE {
            step += (units(came) - step + CYCLE / 2).div_euclid(CYCLE) * CYCLE;
            apart = came.saturating_sub(nanos(step));
        }
        self.same += u32::from(step == 0);
        if apart.abs() > APART {
            self.odd += 1;
            // Goes on from here, as if this one had taken as long as the one before.
            step = units(came);
        }
        self.last = value;
        self.last_arrival = arrival;
        self.sent = self.sent.saturating_add(step);
        let delay = arrival
            .saturating_sub(self.delays.origin())
            .saturating_sub(nanos(self.sent));
        let micros = i32::try_from(delay / 1_000);
        if let Ok(micros) = micros {
            self.delays.push(arrival, micros);
        }
        let is_judged = self.elements >= JUDGED;
        micros.is_ok() && !(is_judged && (self.odd > self.elements / 8 || self.is_still()))
    }

    /// Whether most elements repeat the one before: a setting, not a time.
    fn is_still(&self) -> bool {
        self.same > self.elements / 10 * 9
    }
}

/// Units of 2⁻¹⁸ s.
fn units(nanos: i64) -> i64 {
    ((i128::from(nanos) << 18) / 1_000_000_000) as i64
}

/// Nanoseconds.
fn nanos(units: i64) -> i64 {
    let nanos = (i128::from(units) * 1_000_000_000) >> 18;
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn value(nanos: i64) -> u32 {
        (units(nanos) & (CYCLE - 1)) as u32
    }

    #[test]
    fn delays_are_told_over_wraps_and_long_silences() {
        let mut times = None::<SendTimes>;
        let mut sent = 3 * SECOND;
        for i in 0..400i64 {
            // Silences of up to three minutes, and every tenth packet 40 ms late.
            sent += if i % 50 == 49 {
                180 * SECOND
            } else {
                SECOND / 50
            };
            let late = if i % 10 == 9 { 40_000_000 } else { 0 };
            let arrival = sent + 7 * SECOND + late;
            match &mut times {
                None => times = Some(SendTimes::new(2, value(sent), arrival)),
                Some(times) => assert!(times.push(value(sent), arrival)),
            }
        }
        let delays = times.unwrap().delays;
        let late = delays
            .kept()
            .iter()
            .filter(|(_, d)| (d - 40_000).abs() < 20);
        assert_eq!(late.count(), 40);
        let early = delays.kept().iter().filter(|(_, d)| d.abs() < 20);
        assert_eq!(early.count(), 360);
    }

    #[test]
    fn what_is_no_time_is_dropped() {
        let run = |value: &dyn Fn(u32) -> u32| {
            let mut times = SendTimes::new(1, value(0), 0);
            (1..200).all(|i| times.push(value(i) & 0xff_ffff, i64::from(i) * SECOND / 50))
        };
        assert!(!run(&|_| 0x1234), "a setting");
        assert!(!run(&|i| i.wrapping_mul(0x9e37_79b9)), "noise");
        assert!(run(&|i| value(i64::from(i) * SECOND / 50)), "a time");
    }

    #[test]
    fn extremes_do_not_overflow() {
        let mut times = SendTimes::new(1, 0, i64::MIN);
        for arrival in [i64::MAX, 0, i64::MIN, -1, i64::MAX] {
            times.push(0xff_ffff, arrival);
            times.push(0, arrival);
        }
    }
}
