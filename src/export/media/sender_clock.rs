//! When the sender sampled what a file begins with, by its own clock: sender reports (RFC 3550) pair
//! that with RTP timestamps, so that files of one sender can be laid side by side to the millisecond.

use crate::time::Timestamp;

/// Seconds from 1900, where NTP time begins, to 1970.
const TO_UNIX: i128 = 2_208_988_800;

/// What is known of a sender's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SenderClock {
    /// The first report: NTP time, and the RTP timestamp of the same moment.
    report: Option<(u64, u32)>,
}

impl SenderClock {
    /// Takes a report; the first one that tells a time counts.
    pub(super) fn report(&mut self, ntp: u64, rtp: u32) {
        if ntp != 0 {
            self.report.get_or_insert((ntp, rtp));
        }
    }

    /// When this was sampled; `rate` is the clock's in Hz.
    pub(super) fn at(&self, timestamp: u32, rate: u32) -> Option<Timestamp> {
        let (ntp, rtp) = self.report?;
        let seconds = i128::from(ntp >> 32) - TO_UNIX;
        let fraction = (i128::from(ntp as u32) * 1_000_000_000) >> 32;
        let since = i128::from(timestamp.wrapping_sub(rtp) as i32) * 1_000_000_000;
        let nanos = seconds * 1_000_000_000 + fraction + since / i128::from(rate.max(1));
        Some(Timestamp::from_nanos(i64::try_from(nanos).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_dates_other_timestamps() {
        let mut clock = SenderClock::default();
        assert_eq!(clock.at(0, 48_000), None);
        clock.report(0, 5);
        // A second and a half into 1970.
        clock.report((2_208_988_801 << 32) | 1 << 31, 96_000);
        clock.report(1 << 40, 7);
        assert_eq!(
            clock.at(48_000, 48_000).map(Timestamp::nanos),
            Some(500_000_000)
        );
        let wrapped = 96_000u32.wrapping_sub(120_000);
        assert_eq!(
            clock.at(wrapped, 48_000).map(Timestamp::nanos),
            Some(-1_000_000_000)
        );
    }

    #[test]
    fn extremes_do_not_overflow() {
        for (ntp, rtp, rate) in [
            (u64::MAX, 0, 0),
            (1, u32::MAX, 1),
            (1 << 63, 1 << 31, u32::MAX),
        ] {
            let mut clock = SenderClock::default();
            clock.report(ntp, rtp);
            assert!(clock.at(0, rate).is_some());
        }
    }
}
