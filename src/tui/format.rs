//! Numbers and names as the screen shows them: fixed units, `--` for what is not known.

use crate::analysis::{Known, Unknown};
use crate::chars::steers;
pub(crate) use crate::output::text::grouped as count;
use crate::time::{Span, Timestamp};
use ratatui::text::Span as Text;

/// What stands for a value that is not known; the details say why.
pub(crate) const UNKNOWN: &str = "--";

/// `1 packet`, `2 packets`.
pub(crate) fn plural(n: u64, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {what}{s}", count(n))
}

/// `1.38 Mb/s`, `32.1 kb/s`, `640 b/s`.
pub(crate) fn bitrate(bits_per_second: f64) -> String {
    let (value, unit) = scaled(bits_per_second);
    format!("{value} {unit}b/s")
}

/// `12.5 MB`, `640 B`.
pub(crate) fn bytes(n: u64) -> String {
    let (value, unit) = scaled(n as f64);
    format!("{value} {unit}B")
}

/// Three significant digits and an SI prefix.
fn scaled(value: f64) -> (String, &'static str) {
    let (scaled, unit) = match value {
        v if v >= 999.5e6 => (v / 1e9, "G"),
        v if v >= 999.5e3 => (v / 1e6, "M"),
        v if v >= 999.5 => (v / 1e3, "k"),
        v => return (format!("{v:.0}"), ""),
    };
    let digits = match scaled {
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    (format!("{scaled:.digits$}"), unit)
}

/// A span as milliseconds: `6.1`, `412`.
pub(crate) fn millis(span: Span) -> String {
    let ms = span.nanos() as f64 / 1e6;
    if ms.abs() < 99.95 {
        format!("{ms:.1}")
    } else {
        format!("{ms:.0}")
    }
}

/// A span in the unit that suits it: `6.1 ms`, `5.649 s`, `2 h 05 min`, `36 d`.
pub(crate) fn duration(span: Span) -> String {
    let s = span.seconds();
    match s.abs() {
        a if a < 0.9995 => format!("{} ms", millis(span)),
        a if a < 100.0 => format!("{s:.3} s"),
        a if a < 600.0 => format!("{s:.1} s"),
        a if a < 7_200.0 => format!("{} min {:02.0} s", s as i64 / 60, s % 60.0),
        a if a < 172_800.0 => format!("{} h {:02} min", s as i64 / 3600, s as i64 / 60 % 60),
        _ => format!("{} d", s as i64 / 86_400),
    }
}

/// A fraction as a percentage without its sign: `0.42`.
pub(crate) fn percent(fraction: f64) -> String {
    format!("{:.2}", fraction * 100.0)
}

/// The time of day in UTC: `16:12:13.647123`.
pub(crate) fn clock(ts: Timestamp) -> String {
    let text = ts.to_string();
    text.get(11..26).unwrap_or(&text).to_owned()
}

/// The value as `show` prints it, or `--`.
pub(crate) fn known<T>(value: &Known<T>, show: impl FnOnce(&T) -> String) -> String {
    value.value().map_or_else(|| UNKNOWN.to_owned(), show)
}

/// The value as `show` prints it, or `--` with the reason.
pub(crate) fn known_why<T>(value: &Known<T>, show: impl FnOnce(&T) -> String) -> String {
    match value {
        Known::Yes(value) => show(value),
        Known::No(why) => unknown(*why),
    }
}

/// `-- (no clock rate)`.
pub(crate) fn unknown(why: Unknown) -> String {
    format!("{UNKNOWN} ({why})")
}

/// Columns that `text` takes on the screen.
pub(crate) fn width(text: &str) -> usize {
    Text::raw(text).width()
}

/// `text` in at most `columns` columns, its end replaced by `ellipsis` where it does not fit.
/// Control characters, which a terminal would act on, become `.`.
pub(crate) fn fit(text: &str, columns: usize, ellipsis: char) -> String {
    let plain = |c: char| if steers(c) { '.' } else { c };
    let mut out = String::with_capacity(text.len().min(columns * 4));
    let mut used = 0;
    let mut chars = text.chars().map(plain).peekable();
    let mut buffer = [0; 4];
    while let Some(c) = chars.next() {
        let w = width(c.encode_utf8(&mut buffer));
        let last = chars.peek().is_none();
        // One column is kept free for the ellipsis until the end is in sight.
        if used + w > columns || (used + w == columns && !last) {
            if used < columns {
                out.push(ellipsis);
            }
            break;
        }
        out.push(c);
        used += w;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits_and_a_unit() {
        assert_eq!(count(61_204), "61 204");
        assert_eq!(count(7), "7");
        assert_eq!(bitrate(1_384_000.0), "1.38 Mb/s");
        assert_eq!(bitrate(31_960.0), "32.0 kb/s");
        assert_eq!(bitrate(999_499.0), "999 kb/s");
        assert_eq!(bitrate(999_500.0), "1.00 Mb/s");
        assert_eq!(bytes(640), "640 B");
        assert_eq!(duration(Span::from_millis(5_649)), "5.649 s");
        assert_eq!(duration(Span::from_millis(7_500_000)), "2 h 05 min");
        assert_eq!(duration(Span::from_nanos(6_140_000)), "6.1 ms");
        assert_eq!(percent(0.0042), "0.42");
    }

    #[test]
    fn text_is_cut_by_columns_and_made_harmless() {
        assert_eq!(fit("abcdef", 6, '~'), "abcdef");
        assert_eq!(fit("abcdefg", 6, '~'), "abcde~");
        assert_eq!(fit("日本語", 5, '~'), "日本~");
        assert_eq!(fit("a\u{1b}[31mb", 9, '~'), "a.[31mb");
        assert_eq!(fit("abc", 0, '~'), "");
    }

    #[test]
    fn what_is_not_known_says_why() {
        let value: Known<u32> = Known::No(Unknown::NoClockRate);
        assert_eq!(known(&value, ToString::to_string), "--");
        assert_eq!(known_why(&value, ToString::to_string), "-- (no clock rate)");
    }
}
