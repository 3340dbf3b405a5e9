//! Type, length, value, padded to four bytes: the shape of SCTP parameters and error causes alike
//! (RFC 9260).

use crate::wire::{ParseError, Reader, part};

/// One parameter or error cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Type of the parameter, or code of the cause.
    pub kind: u16,
    /// What follows its header, without padding.
    pub value: &'a [u8],
    /// Header, value and padding.
    pub bytes: &'a [u8],
    /// Where it begins in the packet.
    pub offset: usize,
}

impl<'a> Tlv<'a> {
    /// A cursor over the value.
    pub(super) fn reader(&self) -> Reader<'a> {
        Reader::at(self.value, self.offset + 4)
    }
}

/// Walks parameters or causes; an `Err` for one that does not fit is the last item.
#[derive(Clone, Copy, Debug)]
pub struct Tlvs<'a> {
    reader: Reader<'a>,
}

impl PartialEq for Tlvs<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes() && self.reader.offset() == other.reader.offset()
    }
}

impl Eq for Tlvs<'_> {}

impl<'a> Tlvs<'a> {
    /// All that is left of `reader`.
    pub(super) fn new(reader: Reader<'a>) -> Self {
        Self { reader }
    }

    /// The bytes that were not walked yet.
    pub fn bytes(&self) -> &'a [u8] {
        self.reader.peek_rest()
    }

    fn read(&mut self) -> Result<Tlv<'a>, ParseError> {
        let r = &mut self.reader;
        let (whole, offset) = (r.peek_rest(), r.offset());
        let kind = r.u16("parameter type")?;
        let length = usize::from(r.u16("parameter length")?);
        // The length counts the header, and not the padding.
        let Some(value) = length.checked_sub(4) else {
            let wanted = "at least 4";
            return Err(ParseError::value(
                "parameter length",
                offset + 2,
                length as u64,
                wanted,
            ));
        };
        if value > r.left() {
            let left = r.left();
            return Err(ParseError::length(
                "parameter length",
                offset + 2,
                value,
                left,
            ));
        }
        let value = r.take(value, "parameter value")?;
        let padding = (length.next_multiple_of(4) - length).min(r.left());
        r.skip(padding, "parameter padding")?;
        Ok(Tlv {
            kind,
            value,
            bytes: part(whole, 0..length + padding),
            offset,
        })
    }
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Result<Tlv<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let tlv = self.read();
        if tlv.is_err() {
            self.reader.rest();
        }
        Some(tlv)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_separates_and_the_last_may_go_without() {
        let bytes = [0, 12, 0, 5, b'x', 0, 0, 0, 0x80, 8, 0, 6, 130, 192];
        let all: Vec<_> = Tlvs::new(Reader::at(&bytes, 16))
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            (all[0].kind, all[0].value, all[0].offset),
            (12, &b"x"[..], 16)
        );
        assert_eq!(all[0].bytes.len(), 8);
        assert_eq!((all[1].kind, all[1].value), (0x8008, &[130, 192][..]));
        assert_eq!((all[1].offset, all[1].bytes.len()), (24, 6));
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_walk() {
        for (bytes, offset) in [
            (&[0, 1, 0, 3, 0, 0, 0, 0][..], 2),
            (&[0, 1, 0, 9, 0, 0, 0, 0], 2),
            (&[0, 1, 0], 2),
            (&[0], 0),
        ] {
            let all: Vec<_> = Tlvs::new(Reader::new(bytes)).collect();
            assert_eq!(all.len(), 1, "{bytes:?}");
            assert_eq!(all[0].unwrap_err().offset, offset, "{bytes:?}");
        }
    }
}
