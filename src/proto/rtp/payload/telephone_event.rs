//! Telephone events (RFC 4733): the keys of a telephone, and tones, as named events. A key is told of in
//! many packets with one timestamp and a growing duration, the end three times.

use crate::tree::Tree;
use crate::wire::{ParseError, Reader, part};

/// One report of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelephoneEvent {
    /// Its number.
    pub event: u8,
    /// E: the event has ended.
    pub is_end: bool,
    /// Power of the tone in -dBm0, 0 to 63.
    pub volume: u8,
    /// Duration so far, in units of the RTP clock, from the packet's timestamp.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Bytes of a report.
    pub const LEN: usize = 4;

    /// Reads the report at the beginning of a payload in clear.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let event = r.u8("event")?;
        let flags = r.u8("volume")?;
        if flags & 0x40 != 0 {
            return Err(ParseError::value("reserved bit", 1, 1, "0"));
        }
        Ok(Self {
            event,
            is_end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: r.u16("duration")?,
        })
    }

    /// The key of a telephone that it stands for.
    pub fn digit(&self) -> Option<char> {
        digit(self.event)
    }
}

/// The key of a telephone that an event stands for.
pub fn digit(event: u8) -> Option<char> {
    match event {
        0..=9 => Some((b'0' + event).into()),
        10 => Some('*'),
        11 => Some('#'),
        12..=15 => Some((b'A' + event - 12).into()),
        _ => None,
    }
}

pub(super) fn describe(payload: &[u8], t: &mut Tree<'_>) {
    let e = match TelephoneEvent::parse(payload) {
        Ok(e) => e,
        Err(error) => return t.problem_in(payload, &error),
    };
    t.group(
        "telephone-event",
        part(payload, 0..TelephoneEvent::LEN),
        |t| {
            let first = part(payload, 0..1);
            match e.digit() {
                Some(digit) => t.field("event", format_args!("{} (key {digit})", e.event), first),
                None => t.field("event", e.event, first),
            }
            let flags = part(payload, 1..2);
            t.bits("end", e.is_end, flags, 0x80);
            t.bits("volume", format_args!("-{} dBm0", e.volume), flags, 0x3f);
            t.field("duration", e.duration, part(payload, 2..4));
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_event_volume_and_duration() {
        let bytes = [11, 0x8a, 3, 0x20];
        let e = TelephoneEvent::parse(&bytes).unwrap();
        assert_eq!(
            (e.digit(), e.is_end, e.volume, e.duration),
            (Some('#'), true, 10, 800)
        );
        for end in 0..4 {
            assert!(TelephoneEvent::parse(&bytes[..end]).is_err());
        }
        assert!(TelephoneEvent::parse(&[1, 0x40, 0, 0]).is_err());
        let keys: String = (0..=255).filter_map(digit).collect();
        assert_eq!(keys, "0123456789*#ABCD");
    }
}
