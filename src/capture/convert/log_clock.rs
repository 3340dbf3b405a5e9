//! When packets of a log were logged, from times of day that begin again: at midnight, or with every
//! minute, because libwebrtc of 2026 writes neither hours nor minutes.
//!
//! How often a time began again between two packets, the log's own prefixes tell; without them, a
//! time that goes back by more than half of the way is taken to have begun again once.

use super::hex_line::{SECOND, TimeOfDay};
use super::log_prefix::Written;

const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// The times so far.
#[derive(Debug, Default)]
pub(super) struct LogClock {
    last: Option<Last>,
    /// A time of a minute or more was seen.
    has_minutes: bool,
    /// A fraction of more than three digits was seen.
    has_micros: bool,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    of_day: i64,
    in_year: Option<i64>,
    now: i64,
}

impl LogClock {
    /// When the packet was logged, in nanoseconds: since 1970 if `written` tells the date, else since
    /// the midnight, or minute, before the first one.
    ///
    /// Firefox does not pad fractions with zeros: they are microseconds, or milliseconds on Windows.
    pub(super) fn at(
        &mut self,
        time: TimeOfDay,
        is_firefox: bool,
        written: Option<Written>,
    ) -> i64 {
        let of_day = if is_firefox {
            self.has_micros |= time.digits > 3;
            let unit = if self.has_micros { 1_000 } else { 1_000_000 };
            time.seconds * SECOND + i64::from(time.fraction).saturating_mul(unit)
        } else {
            time.nanos()
        };
        self.has_minutes |= of_day >= MINUTE;
        let in_year = match written {
            Some(Written::At(at)) => return at,
            Some(Written::InYear(ns)) => Some(ns),
            None => None,
        };
        let now = match self.last {
            None => of_day,
            Some(last) => last.now.saturating_add(self.since(last, of_day, in_year)),
        };
        self.last = Some(Last {
            of_day,
            in_year,
            now,
        });
        now
    }

    fn since(&self, last: Last, of_day: i64, in_year: Option<i64>) -> i64 {
        let period = if self.has_minutes { DAY } else { MINUTE };
        let step = of_day - last.of_day;
        let written = in_year.zip(last.in_year).map(|(now, then)| now - then);
        match written {
            // A step back is the new year, or a clock that was set.
            Some(written) if written >= 0 => {
                let rounds = (written - step + period / 2).div_euclid(period);
                step + rounds.max(0) * period
            }
            _ if step < -period / 2 => step + period,
            _ => step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(clock: &mut LogClock, firefox: bool, all: &[(&str, Option<i64>)]) -> Vec<i64> {
        all.iter()
            .map(|(time, written)| {
                let (time, _) = TimeOfDay::parse(time.as_bytes()).unwrap();
                let written = written.map(|s| Written::InYear(s * SECOND));
                clock.at(time, firefox, written) / (SECOND / 1_000)
            })
            .collect()
    }

    #[test]
    fn days_and_minutes_begin_again() {
        let day = times(
            &mut LogClock::default(),
            false,
            &[
                ("23:59:59.9", None),
                ("00:00:00.1", None),
                ("00:00:00.0", None),
            ],
        );
        assert_eq!(day, [86_399_900, 86_400_100, 86_400_000]);
        let minute = times(
            &mut LogClock::default(),
            false,
            &[
                ("00:00:59.9", None),
                ("00:00:00.1", None),
                ("00:00:59.0", None),
            ],
        );
        assert_eq!(minute, [59_900, 60_100, 119_000]);
    }

    #[test]
    fn prefixes_count_the_minutes_in_between() {
        let got = times(
            &mut LogClock::default(),
            false,
            &[
                ("00:00:39.0", Some(1_000)),
                ("00:00:41.5", Some(1_182)),
                ("00:00:41.0", Some(1_182)),
                ("00:00:30.0", Some(5)),
            ],
        );
        assert_eq!(got, [39_000, 221_500, 221_000, 210_000]);
    }

    #[test]
    fn fractions_of_firefox_are_not_padded() {
        let mut clock = LogClock::default();
        let unix = [("14:53:41.68889", None), ("14:53:41.999", None)];
        let base = ((14 * 60 + 53) * 60 + 41) * 1_000;
        assert_eq!(times(&mut clock, true, &unix), [base + 68, base]);
        let windows = [("14:53:41.7", None), ("14:53:41.12", None)];
        let got = times(&mut LogClock::default(), true, &windows);
        assert_eq!(got, [base + 7, base + 12]);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let mut clock = LogClock::default();
        let time = TimeOfDay {
            seconds: 0,
            fraction: 999_999_999,
            digits: 9,
        };
        for written in [i64::MAX, 0, i64::MAX / 2, i64::MAX, -5] {
            clock.at(time, true, Some(Written::At(written)));
        }
        let year = 366 * DAY;
        for n in 0..1_000 {
            let written = if n % 2 == 0 { 0 } else { year };
            clock.at(time, n % 3 == 0, Some(Written::InYear(written)));
        }
    }
}
