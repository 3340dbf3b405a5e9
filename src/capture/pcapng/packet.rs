//! The three packet blocks: enhanced, simple, and the obsolete one of early writers.

use super::Order;

/// A packet within the body of its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    /// The interface that captured it, by its place in the section.
    pub(super) interface: u32,
    /// When, in units of the interface's resolution; simple packets do not tell.
    pub(super) ticks: Option<u64>,
    pub(super) wire_len: u32,
    /// Where its bytes are in the body.
    pub(super) at: usize,
    pub(super) len: usize,
}

impl Packet {
    /// Enhanced packet block: interface, time (high, low), captured length, wire length, data.
    #[inline]
    pub(super) fn enhanced(order: Order, body: &[u8]) -> Option<Self> {
        let interface = order.u32_at(body, 0)?;
        Self::timed(order, body, interface)
    }

    /// Obsolete packet block: a 16-bit interface and a drop count share the first field.
    pub(super) fn obsolete(order: Order, body: &[u8]) -> Option<Self> {
        let interface = order.u16_at(body, 0)?;
        Self::timed(order, body, interface.into())
    }

    #[inline]
    fn timed(order: Order, body: &[u8], interface: u32) -> Option<Self> {
        let high = order.u32_at(body, 4)?;
        let low = order.u32_at(body, 8)?;
        let len = order.u32_at(body, 12)? as usize;
        let wire_len = order.u32_at(body, 16)?;
        (len <= body.len() - 20).then_some(Self {
            interface,
            ticks: Some((u64::from(high) << 32) | u64::from(low)),
            wire_len,
            at: 20,
            len,
        })
    }

    /// Simple packet block: wire length and data, captured on the first interface up to its
    /// snaplen (0: no limit). What the block holds beyond that is padding.
    pub(super) fn simple(order: Order, body: &[u8], snaplen: u32) -> Option<Self> {
        let wire_len = order.u32_at(body, 0)?;
        let limit = if snaplen == 0 { u32::MAX } else { snaplen };
        Some(Self {
            interface: 0,
            ticks: None,
            wire_len,
            at: 4,
            len: (wire_len.min(limit) as usize).min(body.len() - 4),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_never_leaves_its_block() {
        let mut body = vec![0; 24];
        body[12] = 5; // little-endian captured length
        assert!(Packet::enhanced(Order::Little, &body).is_none());
        body[12] = 4;
        assert_eq!(Packet::enhanced(Order::Little, &body).unwrap().len, 4);
        for n in 0..20 {
            assert!(Packet::enhanced(Order::Little, &body[..n]).is_none());
            assert!(Packet::obsolete(Order::Big, &body[..n]).is_none());
        }
        assert!(Packet::simple(Order::Big, &[0, 0, 0], 0).is_none());
        let simple = Packet::simple(Order::Big, &[0, 0, 0, 200, 1, 2, 3, 4], 3).unwrap();
        assert_eq!((simple.wire_len, simple.len), (200, 3));
        let simple = Packet::simple(Order::Big, &[0, 0, 0, 200, 1, 2, 3, 4], 0).unwrap();
        assert_eq!(simple.len, 4);
    }
}
