//! One line of a packet dump in the input format of text2pcap: direction, time of day, offset,
//! bytes in hexadecimal, and perhaps a mark behind them.
//!
//! `O 16:26:15.717 0000 90 ef 6f 9f # RTP_DUMP` as Chrome logs it, or with `000000` in older
//! versions; `… RTP_PACKET|>> I 14:53:41.688890  000000 81 c9 00 07` as Firefox does, with the mark in
//! front. A packet may also go on over lines that begin with their offset.

/// Nanoseconds in a second.
pub(super) const SECOND: i64 = 1_000_000_000;

/// A time without a date, and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeOfDay {
    /// Whole seconds since midnight.
    pub(super) seconds: i64,
    /// The digits behind the point, as a number.
    pub(super) fraction: u32,
    /// How many they are.
    pub(super) digits: u32,
}

impl TimeOfDay {
    /// Nanoseconds since midnight.
    pub(super) fn nanos(self) -> i64 {
        let fraction = i64::from(self.fraction) * 10i64.pow(9u32.saturating_sub(self.digits));
        self.seconds * SECOND + fraction
    }

    /// From the start of `text`: `16:26:15.717`, with up to nine digits of a second. Also what follows.
    pub(super) fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        let (hours, text) = two_digits(text)?;
        let (minutes, text) = two_digits(text.strip_prefix(b":")?)?;
        let (seconds, text) = two_digits(text.strip_prefix(b":")?)?;
        // A leap second is 60.
        if hours > 23 || minutes > 59 || seconds > 60 {
            return None;
        }
        let mut time = Self {
            seconds: (hours * 60 + minutes) * 60 + seconds,
            fraction: 0,
            digits: 0,
        };
        let Some(mut rest) = text.strip_prefix(b".").or_else(|| text.strip_prefix(b",")) else {
            return Some((time, text));
        };
        while let Some((digit @ b'0'..=b'9', after)) = rest.split_first() {
            if time.digits < 9 {
                time.fraction = time.fraction * 10 + u32::from(digit - b'0');
                time.digits += 1;
            }
            rest = after;
        }
        Some((time, rest))
    }
}

fn two_digits(text: &[u8]) -> Option<(i64, &[u8])> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => {
            Some((i64::from(a - b'0') * 10 + i64::from(b - b'0'), rest))
        }
        _ => None,
    }
}

/// The beginning of a packet in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start<'a> {
    pub(super) is_outbound: bool,
    pub(super) time: TimeOfDay,
    /// What the line has in front.
    pub(super) before: &'a [u8],
    /// What it has behind the time.
    pub(super) after: &'a [u8],
}

/// How far into a line a packet may begin.
const PREFIX_MAX: usize = 4096;

/// Finds where a packet begins in `line`: an `I` or `O`, and a time.
pub(super) fn start(line: &[u8]) -> Option<Start<'_>> {
    let reach = line.get(..PREFIX_MAX).unwrap_or(line);
    let mut is_word = true;
    for (at, byte) in reach.iter().enumerate() {
        if is_word && matches!(byte, b'I' | b'O') {
            let (before, rest) = line.split_at_checked(at)?;
            let time = rest.get(1..).map(blanks).and_then(|(blanks, text)| {
                let (time, after) = TimeOfDay::parse(text).filter(|_| blanks > 0)?;
                (blanks > 0 && starts_blank(after)).then_some((time, after))
            });
            if let Some((time, after)) = time {
                return Some(Start {
                    is_outbound: *byte == b'O',
                    time,
                    before,
                    after,
                });
            }
        }
        is_word = byte.is_ascii_whitespace();
    }
    None
}

/// How many blanks a text begins with, and what follows.
fn blanks(text: &[u8]) -> (usize, &[u8]) {
    let rest = text.trim_ascii_start();
    (text.len() - rest.len(), rest)
}

fn starts_blank(text: &[u8]) -> bool {
    text.first().is_none_or(u8::is_ascii_whitespace)
}

/// What came of reading the bytes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hex<'a> {
    /// The offset that stands in front of the bytes, if one does.
    pub(super) offset: Option<usize>,
    /// What the line has behind the bytes.
    pub(super) tail: &'a [u8],
}

/// Appends the bytes in `text` to `out`.
pub(super) fn hex<'a>(text: &'a [u8], out: &mut Vec<u8>) -> Hex<'a> {
    let mut rest = text.trim_ascii_start();
    let offset = offset(rest);
    if let Some((_, after)) = offset {
        rest = after;
    }
    loop {
        rest = rest.trim_ascii_start();
        match rest {
            [high, low, after @ ..] if starts_blank(after) => {
                let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
                    break;
                };
                out.push(high << 4 | low);
                rest = after;
            }
            _ => break,
        }
    }
    Hex {
        offset: offset.map(|(offset, _)| offset),
        tail: rest,
    }
}

/// An offset: three to eight digits, where bytes have two.
fn offset(text: &[u8]) -> Option<(usize, &[u8])> {
    let end = text.iter().position(u8::is_ascii_whitespace)?;
    let (word, after) = text.split_at_checked(end)?;
    let word = word.strip_suffix(b":").unwrap_or(word);
    if !(3..=8).contains(&word.len()) {
        return None;
    }
    let add = |sum: usize, byte: &u8| Some(sum << 4 | usize::from(digit(*byte)?));
    Some((word.iter().try_fold(0, add)?, after))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is outbound, nanoseconds of the day, offset, bytes, and what follows them.
    type Told = (bool, i64, Option<usize>, Vec<u8>, String);

    fn read(line: &str) -> Option<Told> {
        let start = start(line.as_bytes())?;
        let mut bytes = Vec::new();
        let hex = hex(start.after, &mut bytes);
        let tail = String::from_utf8_lossy(hex.tail).into_owned();
        let nanos = start.time.nanos();
        Some((start.is_outbound, nanos, hex.offset, bytes, tail))
    }

    #[test]
    fn all_forms_are_read() {
        let noon = 12 * 3600 * SECOND;
        let bytes = vec![0x90, 0xef];
        for (line, nanos, offset, tail) in [
            (
                "O 12:00:00.717 0000 90 ef # RTP_DUMP",
                717_000_000,
                Some(0),
                "# RTP_DUMP",
            ),
            ("O 12:00:00.717 000000 90 EF", 717_000_000, Some(0), ""),
            (
                "[1:2:1122/163639.5:V:x.cc(5)] O 12:00:00 90 ef ",
                0,
                None,
                "",
            ),
            ("\tO 12:00:00.000001  000000: 90 ef\r", 1_000, Some(0), ""),
            (
                "D/RtpLogger {x} RTP_PACKET|>> O 12:00:00.9  000000 90 ef",
                900_000_000,
                Some(0),
                "",
            ),
            (
                "O 12:00:00.000000001 0000 90 ef RTP_PACKET x",
                1,
                Some(0),
                "RTP_PACKET x",
            ),
            (
                "Info O O 12:00:00.1234567891 0000 90 ef 9",
                123_456_789,
                Some(0),
                "9",
            ),
            ("O 12:00:00 0010 90 ef zz 11", 0, Some(16), "zz 11"),
        ] {
            let wanted = (true, noon + nanos, offset, bytes.clone(), tail.to_owned());
            assert_eq!(read(line), Some(wanted), "{line}");
        }
        assert!(!read("I 00:00:00 80").unwrap().0);
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "",
            "O",
            "I ",
            "I am 12:00:00 0000 80",
            "I12:00:00 0000 80",
            "O 24:00:00 0000 80",
            "O 12:60:00 0000 80",
            "O 1:00:00 0000 80",
            "O 12:00:00x 80",
            "12:00:00 0000 80",
            "XO 12:00:00 0000 80",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn any_bytes_are_taken() {
        let line = b"O 12:34:56.789 0000 90 ef 6f # RTP_DUMP";
        for at in 0..line.len() {
            for byte in [0, b' ', b'O', b'9', b':', 0x80, 0xff] {
                let mut line = *line;
                line[at] = byte;
                if let Some(start) = start(&line) {
                    let mut out = Vec::new();
                    hex(start.after, &mut out);
                    assert!(out.len() <= 3);
                }
            }
        }
    }
}
