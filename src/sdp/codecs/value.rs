//! What the value of a codec's parameter has to be.

use crate::sdp::Field;
use std::fmt;

/// The values that a parameter may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Anything, or nothing.
    Any,
    /// `0` or `1`.
    Flag,
    /// A whole number, between these two.
    Number(u32, u32),
    /// So many hexadecimal digits.
    Hex(usize),
    /// One of these words, in any case.
    Word(&'static [&'static str]),
    /// Whole numbers with commas between them, none above this one.
    Numbers(u32),
    /// Pieces of base64 with commas between them.
    Base64,
}

impl Value {
    /// Any whole number.
    pub const NUMBER: Self = Self::Number(0, u32::MAX);
    /// `yes` or `no`.
    pub const YES_NO: Self = Self::Word(&["yes", "no"]);

    /// Whether `text` is such a value.
    pub fn allows(self, text: Field<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Flag => text.is("0") || text.is("1"),
            Self::Number(least, most) => text.number().is_some_and(|n| (least..=most).contains(&n)),
            Self::Hex(digits) => {
                text.len() == digits && text.bytes().iter().all(u8::is_ascii_hexdigit)
            }
            Self::Word(words) => words.iter().any(|word| text.is_ignoring_case(word)),
            Self::Numbers(most) => text
                .split(b',')
                .all(|n| n.trim().number().is_some_and(|n: u32| n <= most)),
            Self::Base64 => text.split(b',').all(|piece| base64_head(piece).is_some()),
        }
    }
}

/// As a phrase after "expected".
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Any => f.write_str("a value"),
            Self::Flag => f.write_str("0 or 1"),
            Self::Number(0, u32::MAX) => f.write_str("a whole number"),
            Self::Number(1, u32::MAX) => f.write_str("a number above 0"),
            Self::Number(least, most) => write!(f, "a number from {least} to {most}"),
            Self::Hex(digits) => write!(f, "{digits} hexadecimal digits"),
            Self::Word(words) => {
                for (i, word) in words.iter().enumerate() {
                    let or = if i == 0 { "" } else { " or " };
                    write!(f, "{or}`{word}`")?;
                }
                Ok(())
            }
            Self::Numbers(most) => write!(f, "numbers up to {most} with commas between them"),
            Self::Base64 => f.write_str("base64"),
        }
    }
}

/// The first bytes that are written in base64 here, and how many there are in all; `None` when it is
/// no base64. Padding may be left out, as cameras do.
pub fn base64_head(text: Field<'_>) -> Option<([u8; 8], usize)> {
    let mut digits = text.bytes();
    for _ in 0..2 {
        digits = digits.strip_suffix(b"=").unwrap_or(digits);
    }
    if digits.is_empty() || digits.len() % 4 == 1 {
        return None;
    }
    let mut head = [0; 8];
    let (mut bits, mut held, mut len) = (0_u32, 0, 0_usize);
    for &digit in digits {
        let six = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            if let Some(byte) = head.get_mut(len) {
                *byte = u8::try_from(bits >> held & 0xff).unwrap_or_default();
            }
            len += 1;
        }
    }
    Some((head, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(value: Value, text: &str) -> bool {
        value.allows(Field::new(text.as_bytes(), 0))
    }

    #[test]
    fn values() {
        let yes = [
            (Value::Any, ""),
            (Value::Flag, "1"),
            (Value::Number(0, 3), "3"),
            (Value::Hex(6), "42e01F"),
            (Value::YES_NO, "No"),
            (Value::Numbers(8), "0, 2,8"),
            (Value::Base64, "Z0IACpZTBYmI,aMljiA=="),
            (Value::Base64, "aMljiA"),
        ];
        for (value, text) in yes {
            assert!(allows(value, text), "{value:?} {text}");
        }
        let no = [
            (Value::Flag, "true"),
            (Value::Flag, ""),
            (Value::Number(0, 3), "4"),
            (Value::Number(0, 3), "-1"),
            (Value::NUMBER, "1.5"),
            (Value::Hex(6), "42e01"),
            (Value::YES_NO, "1"),
            (Value::Numbers(7), "0,8"),
            (Value::Numbers(7), "0,,2"),
            (Value::Base64, "Z0I,"),
            (Value::Base64, "Z0IAC"),
            (Value::Base64, "Z0I-"),
        ];
        for (value, text) in no {
            assert!(!allows(value, text), "{value:?} {text}");
        }
    }

    #[test]
    fn base64_is_decoded() {
        let head = |text: &str| base64_head(Field::new(text.as_bytes(), 0));
        let (bytes, len) = head("Z0IACpZTBYmIaMljiA==").unwrap();
        assert_eq!(bytes, [0x67, 0x42, 0x00, 0x0a, 0x96, 0x53, 0x05, 0x89]);
        assert_eq!(len, 13);
        assert_eq!(head("aMk="), Some(([0x68, 0xc9, 0, 0, 0, 0, 0, 0], 2)));
        assert_eq!(head("===="), None);
    }
}
