//! ANSI styles, and how numbers are written for people.

use crate::analysis::model::ConnectionState;
use crate::time::Span;

/// ANSI styles, or none.
#[derive(Clone, Copy)]
pub(in crate::output) struct Style(pub(in crate::output) bool);

impl Style {
    pub(in crate::output) fn wrap(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
    pub(in crate::output) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }
    pub(in crate::output) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }
    pub(in crate::output) fn warn(self, text: &str) -> String {
        self.wrap("33", text)
    }
    pub(in crate::output) fn bad(self, text: &str) -> String {
        self.wrap("31", text)
    }
    pub(in crate::output) fn good(self, text: &str) -> String {
        self.wrap("32", text)
    }
    pub(in crate::output) fn state(self, state: ConnectionState) -> String {
        match state {
            ConnectionState::Failed => self.bad(state.name()),
            ConnectionState::Connected => self.good(state.name()),
            _ => self.warn(state.name()),
        }
    }
}

/// `61 204`: a thin grouping that no locale mistakes for a decimal point.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

pub(in crate::output) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

/// With the unit that keeps it readable: `0.2 ms`, `81.2 ms`, `20.4 s`, `1 h 02 min`.
pub(in crate::output) fn duration(span: Span) -> String {
    let s = span.seconds();
    match s {
        _ if s < 0.0 => format!(
            "-{}",
            duration(Span::from_nanos(span.nanos().saturating_neg()))
        ),
        _ if s < 1.0 => format!("{:.1} ms", s * 1e3),
        _ if s < 120.0 => format!("{s:.1} s"),
        _ if s < 7200.0 => format!("{:.1} min", s / 60.0),
        _ if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        _ => format!("{:.1} days", s / 86_400.0),
    }
}

/// `38.8 kb/s`, `1.38 Mb/s`.
pub(in crate::output) fn bitrate(bps: f64) -> String {
    match bps {
        _ if bps < 1e3 => format!("{bps:.0} b/s"),
        _ if bps < 1e6 => format!("{:.1} kb/s", bps / 1e3),
        _ => format!("{:.2} Mb/s", bps / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1_234_567), "1 234 567");
        assert_eq!(grouped(123), "123");
        assert_eq!(size(1_850_000_000), "1.85 GB");
        assert_eq!(duration(Span::from_nanos(6_199_000)), "6.2 ms");
        assert_eq!(duration(Span::from_millis(-1500)), "-1.5 s");
        assert_eq!(bitrate(38_812.0), "38.8 kb/s");
    }
}
