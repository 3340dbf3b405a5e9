//! RTP header extension elements in their one-byte and two-byte forms (RFC 8285).

use crate::wire::ParseError;

/// One header extension element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Local identifier, mapped to a URI by `a=extmap`: 1 to 14, or to 255 in the two-byte form.
    pub id: u8,
    /// Its data: 1 to 16 bytes in the one-byte form, 0 to 255 in the two-byte form.
    pub data: &'a [u8],
    /// The whole element with its header.
    pub bytes: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    OneByte,
    TwoByte,
    Foreign,
}

/// Walks the elements of a header extension; stops at the first one that does not fit.
#[derive(Clone, Debug)]
pub struct Extensions<'a> {
    form: Form,
    data: &'a [u8],
    /// Bytes before `data` in the packet.
    offset: usize,
}

impl<'a> Extensions<'a> {
    /// The elements in `data`, which begins `offset` bytes into the packet.
    #[inline]
    pub(super) fn new(profile: Option<u16>, data: &'a [u8], offset: usize) -> Self {
        let form = match profile {
            Some(0xbede) => Form::OneByte,
            // The low four bits are "appbits", which carry no meaning by default.
            Some(p) if p & 0xfff0 == 0x1000 => Form::TwoByte,
            _ => Form::Foreign,
        };
        let data = if form == Form::Foreign { &[] } else { data };
        Self { form, data, offset }
    }

    /// Whether elements have the two-byte form.
    pub fn is_two_byte(&self) -> bool {
        self.form == Form::TwoByte
    }

    /// Calls `visit` with the local identifier and the data of each element up to the first that
    /// does not fit: all that measuring needs, at a fraction of the iterator's cost.
    #[inline]
    pub fn each(&self, mut visit: impl FnMut(u8, &'a [u8])) {
        let (data, two_byte) = (self.data, self.form == Form::TwoByte);
        let mut at = 0;
        while let Some(&first) = data.get(at) {
            if first == 0 {
                at += 1;
                continue;
            }
            let (id, from, next) = if two_byte {
                let Some(&len) = data.get(at + 1) else { return };
                (first, at + 2, at + 2 + usize::from(len))
            } else {
                (first >> 4, at + 1, at + 2 + usize::from(first & 0x0f))
            };
            if !two_byte && (id == 15 || id == 0) {
                return;
            }
            let Some(element) = data.get(from..next) else {
                return;
            };
            visit(id, element);
            at = next;
        }
    }

    fn stop<T>(&mut self) -> Option<T> {
        self.data = &[];
        None
    }

    fn element(
        &mut self,
        id: u8,
        header_len: usize,
        len: usize,
    ) -> Result<Extension<'a>, ParseError> {
        let whole = self.data;
        let at = self.offset;
        match (
            whole.split_at_checked(header_len + len),
            whole.get(header_len..header_len + len),
        ) {
            (Some((bytes, rest)), Some(data)) => {
                self.data = rest;
                self.offset = at + bytes.len();
                Ok(Extension { id, data, bytes })
            }
            _ => {
                self.data = &[];
                Err(ParseError::length(
                    "header extension element",
                    at,
                    header_len + len,
                    whole.len(),
                ))
            }
        }
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Result<Extension<'a>, ParseError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&first, rest) = self.data.split_first()?;
            if first == 0 {
                // Padding is one zero byte in both forms.
                self.data = rest;
                self.offset += 1;
                continue;
            }
            if self.form == Form::TwoByte {
                let Some(&len) = rest.first() else {
                    let at = self.offset;
                    self.data = &[];
                    return Some(Err(ParseError::truncated(
                        "header extension element",
                        at,
                        2,
                        1,
                    )));
                };
                return Some(self.element(first, 2, usize::from(len)));
            }
            let (id, len) = (first >> 4, usize::from(first & 0x0f) + 1);
            // RFC 8285: 15 is reserved and 0 with a length is no padding; processing ends at either.
            if id == 15 || id == 0 {
                return self.stop();
            }
            return Some(self.element(id, 1, len));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both walks tell the same of the same bytes.
    fn agree(profile: u16, data: &[u8]) {
        let all = Extensions::new(Some(profile), data, 16);
        let iterated: Vec<_> = all
            .clone()
            .map_while(Result::ok)
            .map(|e| (e.id, e.data))
            .collect();
        let mut visited = Vec::new();
        all.each(|id, data| visited.push((id, data)));
        assert_eq!(iterated, visited, "{profile:04x} {data:02x?}");
    }

    #[test]
    fn the_quick_walk_tells_what_the_iterator_tells() {
        let samples: [(u16, &[u8]); 5] = [
            (0xbede, &[0x10, 0xff, 0x22, 1, 2, 3, 0, 0, 0x31, 9, 9]),
            (0xbede, &[0x10, 7, 0xf2, 1, 2, 3, 0x10, 8]),
            (0xbede, &[0x10, 7, 0x02, 1, 2, 3, 0x10, 8]),
            (0x1000, &[1, 0, 2, 3, 7, 7, 7, 0, 0, 200, 1, 9]),
            (0x2000, &[0x10, 1]),
        ];
        for (profile, data) in samples {
            for end in 0..=data.len() {
                agree(profile, &data[..end]);
            }
        }
    }
}
