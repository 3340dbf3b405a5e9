//! Reading the headers of H.264 and H.265: bits of a NAL unit without the bytes that keep start codes
//! out of it, and the numbers of variable length that those headers have (exp-Golomb codes).

use crate::wire::ParseError;

/// A cursor over the bits of a NAL unit's payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rbsp<'a> {
    data: &'a [u8],
    /// The next byte.
    at: usize,
    /// Zero bytes before it.
    zeros: u8,
    /// The byte that is being read, and how many of its bits are left.
    current: u8,
    left: u8,
}

impl<'a> Rbsp<'a> {
    /// A cursor behind the NAL unit header of `data`, `skip` bytes; errors count from its beginning.
    pub(super) fn new(data: &'a [u8], skip: usize) -> Self {
        Self {
            data,
            at: skip,
            zeros: 0,
            current: 0,
            left: 0,
        }
    }

    fn next_byte(&mut self, what: &'static str) -> Result<(), ParseError> {
        let next = |at: usize| {
            let byte = self.data.get(at).copied();
            byte.ok_or(ParseError::truncated(what, at, 1, 0))
        };
        let mut byte = next(self.at)?;
        self.at += 1;
        if self.zeros >= 2 && byte == 3 {
            byte = next(self.at)?;
            self.at += 1;
            self.zeros = 0;
        }
        self.zeros = if byte == 0 {
            self.zeros.saturating_add(1)
        } else {
            0
        };
        (self.current, self.left) = (byte, 8);
        Ok(())
    }

    /// Takes a number of `n` bits, 32 at most.
    pub(super) fn bits(&mut self, n: u32, what: &'static str) -> Result<u32, ParseError> {
        let mut value = 0;
        for _ in 0..n {
            if self.left == 0 {
                self.next_byte(what)?;
            }
            self.left -= 1;
            value = value << 1 | u32::from(self.current >> self.left & 1);
        }
        Ok(value)
    }

    /// Takes one bit.
    pub(super) fn flag(&mut self, what: &'static str) -> Result<bool, ParseError> {
        self.bits(1, what).map(|bit| bit == 1)
    }

    /// Takes `n` bits that do not matter.
    pub(super) fn skip(&mut self, n: u32, what: &'static str) -> Result<(), ParseError> {
        for _ in 0..n {
            self.bits(1, what)?;
        }
        Ok(())
    }

    /// Takes an unsigned exp-Golomb code, `ue(v)`.
    pub(super) fn unsigned(&mut self, what: &'static str) -> Result<u32, ParseError> {
        let at = self.at;
        let mut zeros = 0;
        while !self.flag(what)? {
            zeros += 1;
            if zeros > 31 {
                return Err(ParseError::value(what, at, 32, "at most 31 zeros"));
            }
        }
        Ok((1_u32 << zeros) - 1 + self.bits(zeros, what)?)
    }

    /// The same where no more than `most` is allowed.
    pub(super) fn at_most(&mut self, most: u32, what: &'static str) -> Result<u32, ParseError> {
        let at = self.at;
        let value = self.unsigned(what)?;
        match value <= most {
            true => Ok(value),
            false => Err(ParseError::value(
                what,
                at,
                value.into(),
                "a smaller number",
            )),
        }
    }

    /// Takes a signed exp-Golomb code, `se(v)`.
    pub(super) fn signed(&mut self, what: &'static str) -> Result<i32, ParseError> {
        let code = self.unsigned(what)?;
        let half = (code / 2 + code % 2) as i32;
        Ok(if code % 2 == 1 { half } else { -half })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_variable_length() {
        // 1 | 010 | 011 | 00100 | 00101, and signed 010, 011.
        let mut r = Rbsp::new(&[0b1010_0110, 0b0100_0010, 0b1010_0110], 0);
        let all: Vec<_> = (0..5).map(|_| r.unsigned("n").unwrap()).collect();
        assert_eq!(all, [0, 1, 2, 3, 4]);
        assert_eq!((r.signed("s"), r.signed("s")), (Ok(1), Ok(-1)));
        assert!(r.bits(4, "end").is_err());
    }

    #[test]
    fn bytes_against_start_codes_are_taken_out() {
        let mut r = Rbsp::new(&[0x67, 0, 0, 3, 1, 0, 0, 3], 1);
        assert_eq!(r.bits(32, "n"), Ok(0x0000_0100));
        assert_eq!(r.bits(16, "n").unwrap_err().offset, 8);
        let mut r = Rbsp::new(&[0, 0, 3, 1, 3], 0);
        assert_eq!(r.bits(32, "n"), Ok(0x0000_0103));
    }

    #[test]
    fn endless_zeros_are_refused() {
        assert!(Rbsp::new(&[0; 64], 0).unsigned("n").is_err());
        assert!(Rbsp::new(&[0, 0, 0, 0x0f], 0).at_most(9, "n").is_err());
    }
}
