//! Reading bit fields off header-extension data, most significant bit first.
//!
//! Used by the dependency descriptor, whose fields do not keep to bytes.

use crate::wire::ParseError;

/// A cursor over bits that never reads past their end.
#[derive(Clone, Copy, Debug)]
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    /// Bits read so far.
    at: usize,
}

impl<'a> BitReader<'a> {
    /// A cursor at the first bit of `data`, whose errors count bytes from there.
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// The byte that the next bit is in.
    pub(super) fn offset(&self) -> usize {
        self.at / 8
    }

    /// Bits left.
    pub(super) fn left(&self) -> usize {
        self.data.len() * 8 - self.at
    }

    /// Takes one bit.
    pub(super) fn flag(&mut self, what: &'static str) -> Result<bool, ParseError> {
        self.bits(1, what).map(|bit| bit == 1)
    }

    /// Takes a number of `n` bits, 32 at most.
    pub(super) fn bits(&mut self, n: u32, what: &'static str) -> Result<u32, ParseError> {
        if n as usize > self.left() {
            let need = (n as usize).div_ceil(8);
            let have = self.data.len().saturating_sub(self.offset());
            return Err(ParseError::truncated(what, self.offset(), need, have));
        }
        let mut value = 0;
        for at in self.at..self.at + n as usize {
            let byte = self.data.get(at / 8).copied().unwrap_or_default();
            value = value << 1 | u32::from(byte >> (7 - at % 8) & 1);
        }
        self.at += n as usize;
        Ok(value)
    }

    /// Takes one of `n` values, in as few bits as that takes: `ns(n)` of the AV1 specification.
    pub(super) fn non_symmetric(&mut self, n: u32, what: &'static str) -> Result<u32, ParseError> {
        let width = u32::BITS - n.leading_zeros();
        let Some(short) = width.checked_sub(1) else {
            return Ok(0);
        };
        let shorter = (1_u32 << width) - n;
        let value = self.bits(short, what)?;
        if value < shorter {
            return Ok(value);
        }
        let more = self.bits(1, what)?;
        Ok((value << 1) - shorter + more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cross_bytes_and_end_with_them() {
        let mut r = BitReader::new(&[0b1010_0110, 0b1100_0001]);
        assert_eq!(r.bits(3, "a"), Ok(0b101));
        assert_eq!(r.bits(7, "b"), Ok(0b001_1011));
        assert_eq!(r.offset(), 1);
        assert_eq!(r.left(), 6);
        assert!(r.bits(7, "c").is_err());
        assert_eq!(r.bits(6, "d"), Ok(1));
        assert!(r.flag("e").is_err());
    }

    #[test]
    fn one_of_five_takes_two_or_three_bits() {
        // 0, 1, 2 take two bits; 3 and 4 three: 110, 111.
        let mut r = BitReader::new(&[0b0001_1011, 0b0111_0000]);
        let all: Vec<_> = (0..5).map(|_| r.non_symmetric(5, "n").unwrap()).collect();
        assert_eq!(all, [0, 1, 2, 3, 4]);
        assert_eq!(r.left(), 4);
        assert_eq!(r.non_symmetric(1, "one value takes no bits"), Ok(0));
        assert_eq!(r.non_symmetric(0, "none"), Ok(0));
        assert_eq!(r.left(), 4);
    }
}
