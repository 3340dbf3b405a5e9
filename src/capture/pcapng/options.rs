//! The options at the end of a block: code, length, value, padded to 32 bits.

use super::Order;

/// An option code of 0 ends the list.
const END: u16 = 0;

/// Walks the options of a block; stops at what is not one.
#[derive(Debug)]
pub(super) struct Options<'a> {
    order: Order,
    data: &'a [u8],
}

impl<'a> Options<'a> {
    /// The options in `data`, which is what follows the fixed fields of the block.
    pub(super) fn new(order: Order, data: Option<&'a [u8]>) -> Self {
        Self {
            order,
            data: data.unwrap_or_default(),
        }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = self.order.u16_at(self.data, 0)?;
        if code == END {
            return None;
        }
        let len = usize::from(self.order.u16_at(self.data, 2)?);
        let value = self.data.get(4..4 + len)?;
        self.data = self
            .data
            .get(4 + len.next_multiple_of(4)..)
            .unwrap_or_default();
        Some((code, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_padded_values_and_stops_at_the_end() {
        let data = [
            2, 0, 3, 0, b'l', b'o', b'0', 0, 9, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9,
        ];
        let all: Vec<_> = Options::new(Order::Little, Some(&data)).collect();
        assert_eq!(all, [(2, &b"lo0"[..]), (9, &[6][..])]);
        for n in 0..data.len() {
            assert!(Options::new(Order::Little, Some(&data[..n])).count() <= 2);
            assert!(Options::new(Order::Big, Some(&data[..n])).count() <= 2);
        }
    }
}
