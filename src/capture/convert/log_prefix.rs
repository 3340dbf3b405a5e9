//! What a log writes in front of a message: which process it is of, and when it was written.
//!
//! Chrome: `[13237:13388:1122/163639.168726:VERBOSE1:…] `, in local time and without a year, or
//! on a line of its own before the packet. Firefox with `timestamp` among its modules:
//! `2024-03-15 14:53:41.688890 UTC - [Child 41]: …`.

use super::hex_line::{SECOND, TimeOfDay};

/// When a message was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Nanoseconds since 1970.
    At(i64),
    /// Nanoseconds since the year began, in some time zone.
    InYear(i64),
}

/// A prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) written: Option<Written>,
    /// The process that wrote it, if it tells.
    pub(super) process: Option<u32>,
}

const DAY: i64 = 86_400 * SECOND;

impl Prefix {
    /// The prefix of `line`.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        match line.first()? {
            b'[' => chrome(line),
            b'0'..=b'9' => firefox(line),
            _ => None,
        }
    }
}

fn chrome(line: &[u8]) -> Option<Prefix> {
    let mut parts = line.strip_prefix(b"[")?.splitn(4, |b| *b == b':');
    let (process, _thread, time) = (parts.next()?, parts.next()?, parts.next()?);
    let (date, clock) = time.split_at_checked(4)?;
    let (clock, fraction) = clock.strip_prefix(b"/")?.split_at_checked(6)?;
    let (month, day) = (number(date.get(..2)?)?, number(date.get(2..)?)?);
    let day = day_of_year(month, day)?;
    let [h0, h1, m0, m1, s0, s1] = clock.first_chunk::<6>()?;
    let mut spelled = vec![*h0, *h1, b':', *m0, *m1, b':', *s0, *s1];
    spelled.extend(fraction);
    let (time, rest) = TimeOfDay::parse(&spelled)?;
    rest.is_empty().then_some(Prefix {
        written: Some(Written::InYear(day * DAY + time.nanos())),
        process: u32::try_from(number(process)?).ok(),
    })
}

fn firefox(line: &[u8]) -> Option<Prefix> {
    let (date, rest) = line.split_at_checked(10)?;
    let mut parts = date.split(|b| *b == b'-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    let days = days_since_1970(number(year)?, number(month)?, number(day)?)?;
    let clock = rest
        .strip_prefix(b" ")
        .or_else(|| rest.strip_prefix(b"T"))?;
    let (time, zone) = TimeOfDay::parse(clock)?;
    // Another time zone would have to be known.
    let is_utc = zone.starts_with(b" UTC") || zone.starts_with(b"Z");
    let at = days * DAY + time.nanos();
    Some(Prefix {
        written: is_utc.then_some(Written::At(at)),
        process: None,
    })
}

fn number(text: &[u8]) -> Option<i64> {
    let is_digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text)
        .ok()?
        .parse()
        .ok()
        .filter(|_| is_digits)
}

/// Days of a common year before each month.
const BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Days since the first of January, in a leap year: what is counted from it only has to grow.
fn day_of_year(month: i64, day: i64) -> Option<i64> {
    let before = BEFORE_MONTH.get(usize::try_from(month.checked_sub(1)?).ok()?)?;
    let day = (1..=31).contains(&day).then_some(day)?;
    Some(before + i64::from(month > 2) + day - 1)
}

fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=2261).contains(&year) {
        return None;
    }
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let before = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let too_many = i64::from(month > 2 && !is_leap);
    Some(before + day_of_year(month, day)? - too_many)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn chrome_tells_process_and_time_of_the_year() {
        let line = b"[13237:13389:1122/163639.599607:VERBOSE1:pc/srtp_session.cc:549] ";
        let prefix = Prefix::parse(line).unwrap();
        assert_eq!(prefix.process, Some(13_237));
        let day = 31 + 29 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 21;
        let seconds = ((day * 24 + 16) * 60 + 36) * 60 + 39;
        let at = Written::InYear(seconds * SECOND + 599_607_000);
        assert_eq!(prefix.written, Some(at));
        let short = Prefix::parse(b"[1:2:0101/000000.5:INFO:x(1)] text").unwrap();
        assert_eq!(short.written, Some(Written::InYear(SECOND / 2)));
    }

    #[test]
    fn firefox_tells_the_date() {
        for (line, wanted) in [
            (
                "2026-11-22 16:36:39.599607 UTC - [Child 41]: D/RtpLogger",
                Some("2026-11-22T16:36:39.599607000Z"),
            ),
            (
                "2024-02-29T00:00:00Z x",
                Some("2024-02-29T00:00:00.000000000Z"),
            ),
            (
                "2100-03-01 00:00:00 UTC",
                Some("2100-03-01T00:00:00.000000000Z"),
            ),
            (
                "1970-01-01 00:00:01 UTC",
                Some("1970-01-01T00:00:01.000000000Z"),
            ),
            ("2024-02-29 00:00:00 x", None),
        ] {
            let written = Prefix::parse(line.as_bytes()).unwrap().written;
            let got = written.map(|w| match w {
                Written::At(ns) => Timestamp::from_nanos(ns).to_string(),
                Written::InYear(_) => panic!("{line}"),
            });
            assert_eq!(got.as_deref(), wanted, "{line}");
        }
    }

    #[test]
    fn other_lines_have_none() {
        for line in [
            "",
            "[",
            "[a:b:c",
            "[1:2:1322/163639.5:x",
            "[1:2:1122/253639.5:x",
            "[1:2:1122 163639.5:x",
            "[1:2:1122/1636.5:x",
            "2026-11-22",
            "2026-13-22 16:36:39 UTC",
            "99999-1-22 16:36:39 UTC",
            "12345678901234567890",
        ] {
            assert_eq!(Prefix::parse(line.as_bytes()), None, "{line}");
        }
    }
}
