//! Days, to tell whether an exception has run out.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    year: u32,
    month: u8,
    day: u8,
}

impl Date {
    /// Today, in UTC.
    pub(super) fn today() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::of_days(now.map_or(0, |t| t.as_secs() / 86_400))
    }

    /// The day so many days after 1970-01-01.
    fn of_days(days: u64) -> Self {
        let mut left = days;
        let mut year = 1970;
        while left >= days_in_year(year) {
            left -= days_in_year(year);
            year += 1;
        }
        let mut month = 1;
        while left >= u64::from(days_in_month(year, month)) {
            left -= u64::from(days_in_month(year, month));
            month += 1;
        }
        let day = u8::try_from(left + 1).unwrap_or(1);
        Self { year, month, day }
    }

    /// The day written as `2027-06-30`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let all_digits = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| all_digits)
        };
        let (year, month, day) = (u32::from(number(4)?), number(2)?, number(2)?);
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        let is_day = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        (is_day && parts.next().is_none()).then_some(Self { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn is_leap(year: u32) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn days_in_year(year: u32) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_in_month(year: u32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_days_of_the_calendar() {
        for (days, text) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_088, "2024-12-31"),
            (20_089, "2025-01-01"),
        ] {
            assert_eq!(Date::of_days(days).to_string(), text);
            assert_eq!(Date::parse(text), Some(Date::of_days(days)));
        }
        assert!(Date::parse("2027-06-30") > Date::parse("2027-06-29"));
        for bad in [
            "2027-02-29",
            "2027-13-01",
            "2027-1-1",
            "2027-01-00",
            "tomorrow",
            "2027-01-01-01",
            "+027-01-01",
        ] {
            assert_eq!(Date::parse(bad), None, "{bad}");
        }
    }
}
