//! Reading bytes off the wire: a bounds-checked cursor and the one error type of every decoder.
//!
//! Used by `capture`, `net`, `demux`, `proto` and `sdp`. A decoder never indexes a slice; it takes
//! from a [`Reader`], and what cannot be taken becomes a [`ParseError`] that says what was being
//! read, at which offset, and why that failed.

use std::fmt;
use std::ops::Range;

/// What a decoder was reading, where, and why it had to stop.
///
/// `offset` counts bytes from the start of the slice given to the outermost decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The field or structure that was being read, in the words of its specification.
    pub what: &'static str,
    /// Where it begins, in bytes from the start of the decoded data.
    pub offset: usize,
    /// Why it could not be read.
    pub reason: Reason,
}

/// Why a field could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The data ends before the field does.
    Truncated {
        /// Bytes the field needs.
        need: usize,
        /// Bytes that are left.
        have: usize,
    },
    /// A value that the specification does not allow here.
    Value {
        /// The value found.
        found: u64,
        /// What the specification wants, as a phrase: `"version 2"`.
        expected: &'static str,
    },
    /// A length field that disagrees with the structure around it.
    Length {
        /// The length claimed, in bytes.
        claimed: usize,
        /// The length there is room for, in bytes.
        available: usize,
    },
}

impl ParseError {
    /// The data ended: `need` bytes were wanted at `offset`, `have` were left.
    pub fn truncated(what: &'static str, offset: usize, need: usize, have: usize) -> Self {
        Self {
            what,
            offset,
            reason: Reason::Truncated { need, have },
        }
    }

    /// `found` is not what the specification allows for `what`.
    pub fn value(what: &'static str, offset: usize, found: u64, expected: &'static str) -> Self {
        Self {
            what,
            offset,
            reason: Reason::Value { found, expected },
        }
    }

    /// `what` claims `claimed` bytes where only `available` fit.
    pub fn length(what: &'static str, offset: usize, claimed: usize, available: usize) -> Self {
        Self {
            what,
            offset,
            reason: Reason::Length { claimed, available },
        }
    }

    /// The same error, seen from a structure that begins `by` bytes earlier.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.offset = self.offset.saturating_add(by);
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            offset,
            reason,
        } = self;
        match reason {
            Reason::Truncated { need, have } => {
                write!(
                    f,
                    "{what} at byte {offset} is cut short: needs {need} bytes, has {have}"
                )
            }
            Reason::Value { found, expected } => {
                write!(f, "{what} at byte {offset} is {found}, expected {expected}")
            }
            Reason::Length { claimed, available } => write!(
                f,
                "{what} at byte {offset} claims {claimed} bytes where {available} are available"
            ),
        }
    }
}

impl std::error::Error for ParseError {}

/// The good part of what was decoded, and what was wrong with the rest.
///
/// A capture is evidence: one bad attribute must not hide the nine good ones before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed<T> {
    /// What could be decoded.
    pub value: T,
    /// What could not, and where; the first one met.
    pub problem: Option<ParseError>,
}

/// A cursor over bytes that never reads past their end.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    data: &'a [u8],
    base: usize,
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `data`, whose errors count from there.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, base: 0 }
    }

    /// A cursor at the start of `data`, which itself begins `base` bytes into the whole.
    pub fn at(data: &'a [u8], base: usize) -> Self {
        Self { data, base }
    }

    /// Bytes read so far, plus the base.
    pub fn offset(&self) -> usize {
        self.base
    }

    /// Bytes left.
    pub fn left(&self) -> usize {
        self.data.len()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// All that is left, without taking it.
    pub fn peek_rest(&self) -> &'a [u8] {
        self.data
    }

    /// Takes all that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.data;
        self.base += rest.len();
        self.data = &[];
        rest
    }

    /// Takes `n` bytes as `what`.
    pub fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], ParseError> {
        match self.data.split_at_checked(n) {
            Some((taken, rest)) => {
                self.data = rest;
                self.base += n;
                Ok(taken)
            }
            None => Err(ParseError::truncated(what, self.base, n, self.data.len())),
        }
    }

    /// Takes an array of `N` bytes as `what`.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], ParseError> {
        match self.data.split_first_chunk::<N>() {
            Some((taken, rest)) => {
                self.data = rest;
                self.base += N;
                Ok(*taken)
            }
            None => Err(ParseError::truncated(what, self.base, N, self.data.len())),
        }
    }

    /// Skips `n` bytes of `what`.
    pub fn skip(&mut self, n: usize, what: &'static str) -> Result<(), ParseError> {
        self.take(n, what).map(|_| ())
    }

    /// Takes one byte.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, ParseError> {
        self.array::<1>(what).map(|[b]| b)
    }

    /// Takes a big-endian 16-bit number.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, ParseError> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// Takes a big-endian 24-bit number.
    pub fn u24(&mut self, what: &'static str) -> Result<u32, ParseError> {
        self.array::<3>(what)
            .map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    /// Takes a big-endian 32-bit number.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, ParseError> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// Takes a big-endian 48-bit number.
    pub fn u48(&mut self, what: &'static str) -> Result<u64, ParseError> {
        self.array::<6>(what)
            .map(|[a, b, c, d, e, f]| u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// Takes a big-endian 64-bit number.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, ParseError> {
        self.array(what).map(u64::from_be_bytes)
    }

    /// Takes `n` bytes of `what` as a cursor of their own, so that what is inside cannot overrun.
    pub fn sub(&mut self, n: usize, what: &'static str) -> Result<Reader<'a>, ParseError> {
        let base = self.base;
        self.take(n, what).map(|data| Reader { data, base })
    }
}

/// Where `field` lies in `whole`, when it is a sub-slice of it.
///
/// Lets a decode tree highlight bytes without threading offsets through the decoders.
pub fn range_of(field: &[u8], whole: &[u8]) -> Option<Range<usize>> {
    let start = (field.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let end = start.checked_add(field.len())?;
    (end <= whole.len()).then_some(start..end)
}

/// The bytes of `data` in `range`, or as many of them as there are.
///
/// For decode trees and optional fields, where what is missing is simply not shown.
pub fn part(data: &[u8], range: Range<usize>) -> &[u8] {
    let end = range.end.min(data.len());
    data.get(range.start.min(end)..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reader_reports_where_data_ended() {
        let mut r = Reader::new(&[1, 2, 3]);
        assert_eq!(r.u16("first").unwrap(), 0x0102);
        let err = r.u32("second").unwrap_err();
        assert_eq!(err, ParseError::truncated("second", 2, 4, 1));
        assert_eq!(
            err.to_string(),
            "second at byte 2 is cut short: needs 4 bytes, has 1"
        );
        assert_eq!(r.left(), 1, "a failed read takes nothing");
    }

    #[test]
    fn sub_reader_cannot_overrun_its_block() {
        let mut r = Reader::new(&[0xaa, 0xbb, 0xcc]);
        let mut inner = r.sub(2, "block").unwrap();
        assert!(inner.u24("inside").is_err());
        assert_eq!(inner.rest(), &[0xaa, 0xbb]);
        assert_eq!(r.u8("after").unwrap(), 0xcc);
        assert_eq!(r.offset(), 3);
    }

    #[test]
    fn range_of_is_none_for_foreign_slices() {
        let whole = [0u8; 8];
        assert_eq!(range_of(&whole[2..5], &whole), Some(2..5));
        assert_eq!(range_of(&whole[8..8], &whole), Some(8..8));
        let other = [0u8; 32];
        assert_eq!(range_of(&other[4..20], &whole[0..2]), None);
    }
}
