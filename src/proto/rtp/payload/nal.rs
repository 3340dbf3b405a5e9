//! The NAL units of an aggregation packet, each behind its length: H.264 (RFC 6184) and H.265 (RFC 7798).

use crate::wire::{ParseError, Reader};

/// More units in a packet than fit an Ethernet frame with anything in them.
const UNITS_MAX: u16 = 1_024;

/// The units of an aggregation packet in order, 1024 at most; an error ends them.
#[derive(Clone, Copy, Debug)]
pub struct NalUnits<'a> {
    rest: Reader<'a>,
    /// Bytes between the length of a unit and the unit.
    before: usize,
    count: u16,
}

impl<'a> NalUnits<'a> {
    /// The units in `rest`, with so many other bytes between the length and each unit.
    pub(super) fn new(rest: Reader<'a>, before: usize) -> Self {
        Self {
            rest,
            before,
            count: 0,
        }
    }

    fn take(&mut self) -> Result<&'a [u8], ParseError> {
        let r = &mut self.rest;
        let length = r.u16("NAL unit size")?;
        r.skip(self.before, "decoding order and time")?;
        r.take(length.into(), "NAL unit")
    }
}

impl PartialEq for NalUnits<'_> {
    fn eq(&self, other: &Self) -> bool {
        let key = |u: &Self| (u.before, u.count);
        self.rest.peek_rest() == other.rest.peek_rest() && key(self) == key(other)
    }
}

impl Eq for NalUnits<'_> {}

impl<'a> Iterator for NalUnits<'a> {
    type Item = Result<&'a [u8], ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() || self.count >= UNITS_MAX {
            return None;
        }
        let unit = self.take();
        self.count = if unit.is_ok() {
            self.count + 1
        } else {
            UNITS_MAX
        };
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_ends_the_units() {
        let bytes = [0, 1, 9, 0, 2, 8, 8, 0, 5, 7];
        let mut units = NalUnits::new(Reader::new(&bytes), 0);
        assert_eq!(units.next(), Some(Ok(&[9][..])));
        assert_eq!(units.next(), Some(Ok(&[8, 8][..])));
        assert_eq!(units.next().unwrap().unwrap_err().offset, 9);
        assert_eq!(units.next(), None);
    }

    #[test]
    fn empty_units_without_end_are_bounded() {
        assert_eq!(NalUnits::new(Reader::new(&[0; 9_000]), 0).count(), 1_024);
    }
}
