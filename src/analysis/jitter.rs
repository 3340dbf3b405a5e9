//! Interarrival jitter, RFC 3550 section 6.4.1 and appendix A.8, in nanoseconds.
//!
//! For consecutive packets, `D = (R_j - R_i) - (S_j - S_i)` with arrival times R and RTP timestamps
//! S, and `J += (|D| - J) / 16`. We keep S in nanoseconds by the clock rate, which is the same
//! formula in another unit; the metric's definition is docs/algorithms/jitter.md.

/// The running estimate of one stream.
#[derive(Clone, Debug)]
pub(super) struct JitterEstimator {
    ns_per_tick: f64,
    last_arrival: i64,
    last_timestamp: u32,
    estimate: f64,
    highest: f64,
    sum: f64,
    samples: u64,
}

impl JitterEstimator {
    /// Starts at a first packet; `clock_rate` in Hz, not 0.
    pub(super) fn new(clock_rate: u32, arrival_ns: i64, timestamp: u32) -> Self {
        Self {
            ns_per_tick: 1e9 / f64::from(clock_rate.max(1)),
            last_arrival: arrival_ns,
            last_timestamp: timestamp,
            estimate: 0.0,
            highest: 0.0,
            sum: 0.0,
            samples: 0,
        }
    }

    /// Takes the next packet (not a duplicate) and returns the new estimate in nanoseconds.
    pub(super) fn push(&mut self, arrival_ns: i64, timestamp: u32) -> f64 {
        let arrival = arrival_ns.saturating_sub(self.last_arrival) as f64;
        let ticks = timestamp.wrapping_sub(self.last_timestamp) as i32;
        let d = arrival - f64::from(ticks) * self.ns_per_tick;
        self.estimate += (d.abs() - self.estimate) / 16.0;
        self.highest = self.highest.max(self.estimate);
        self.sum += self.estimate;
        self.samples += 1;
        self.last_arrival = arrival_ns;
        self.last_timestamp = timestamp;
        self.estimate
    }

    /// Goes on at another timeline (the sender restarted) without counting the jump.
    pub(super) fn rebase(&mut self, arrival_ns: i64, timestamp: u32) {
        self.last_arrival = arrival_ns;
        self.last_timestamp = timestamp;
    }

    /// (last, mean, highest) in nanoseconds, once there is a pair of packets.
    pub(super) fn result(&self) -> Option<(f64, f64, f64)> {
        (self.samples > 0).then(|| (self.estimate, self.sum / self.samples as f64, self.highest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    #[test]
    fn by_hand() {
        // 8 kHz, 20 ms packets (160 ticks); the third comes 8 ms late, the fourth on time again.
        let mut j = JitterEstimator::new(8000, 0, 0);
        assert_eq!(j.push(20 * MS, 160), 0.0);
        assert_eq!(j.push(48 * MS, 320), 500_000.0); // |D| = 8 ms, / 16
        let third = j.push(60 * MS, 480); // |D| = 8 ms again
        assert_eq!(third, 500_000.0 + (8e6 - 500_000.0) / 16.0);
        let (last, mean, highest) = j.result().unwrap();
        assert_eq!((last, highest), (third, third));
        assert_eq!(mean, (0.0 + 500_000.0 + third) / 3.0);
    }

    #[test]
    fn timestamp_wrap_and_reordering_are_small_steps() {
        let mut j = JitterEstimator::new(90_000, 0, u32::MAX - 2999);
        assert!(
            j.push(100 * MS / 3, 0) < 10.0,
            "3000 ticks over the wrap are 33.3 ms"
        );
        let back = j.push(100 * MS / 3, u32::MAX - 2999);
        assert!((back - 33_333_333.0 / 16.0).abs() < 10.0);
    }

    #[test]
    fn one_packet_has_no_jitter() {
        assert_eq!(JitterEstimator::new(48_000, 5, 5).result(), None);
    }
}
