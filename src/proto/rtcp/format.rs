//! How values of RTCP are written for people.

use std::fmt;

/// Text from the wire; all but printable ASCII is escaped.
pub(super) struct Text<'a>(pub(super) &'a [u8]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// An NTP time in seconds since 1900.
pub(super) struct Ntp(pub(super) u64);

impl fmt::Display for Ntp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6} s since 1900", self.0 as f64 / 4_294_967_296.0)
    }
}

/// A time in units of 1/65536 seconds.
pub(super) struct Short(pub(super) u32);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} ms", f64::from(self.0) * 1000.0 / 65536.0)
    }
}
