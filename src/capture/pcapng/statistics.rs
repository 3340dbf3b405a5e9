//! The interface statistics block: what the capturing machine says it missed.

use std::collections::BTreeMap;

use super::options::Options;
use super::{MAX_INTERFACES, Order};

/// Options of the block that matter here.
const ISB_IFRECV: u16 = 4;
const ISB_IFDROP: u16 = 5;
const ISB_OSDROP: u16 = 7;

/// What the capturing machine counted, over all interfaces and sections that told.
///
/// Packets dropped here are missing from the capture but were not lost on the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterfaceStatistics {
    /// Packets the interfaces received (`isb_ifrecv`).
    pub received: Option<u64>,
    /// Packets the interfaces dropped for lack of resources (`isb_ifdrop`).
    pub dropped_by_interface: Option<u64>,
    /// Packets the operating system dropped (`isb_osdrop`).
    pub dropped_by_os: Option<u64>,
}

/// The latest statistics of each interface: the counts run from the start of the capture.
#[derive(Debug, Default)]
pub(in crate::capture) struct Statistics {
    earlier_sections: InterfaceStatistics,
    section: BTreeMap<u32, InterfaceStatistics>,
}

impl Statistics {
    /// Reads a block body: interface, time (high, low), options.
    pub(super) fn read(&mut self, order: Order, body: &[u8]) {
        let Some(interface) = order.u32_at(body, 0) else {
            return;
        };
        if interface as usize >= MAX_INTERFACES {
            return;
        }
        let latest = self.section.entry(interface).or_default();
        for (code, value) in Options::new(order, body.get(12..)) {
            let count = match code {
                ISB_IFRECV => &mut latest.received,
                ISB_IFDROP => &mut latest.dropped_by_interface,
                ISB_OSDROP => &mut latest.dropped_by_os,
                _ => continue,
            };
            *count = order.u64_in(value).or(*count);
        }
    }

    /// The interfaces of the next section are others.
    pub(super) fn end_section(&mut self) {
        self.earlier_sections = self.total();
        self.section.clear();
    }

    /// The sum over all interfaces.
    pub(in crate::capture) fn total(&self) -> InterfaceStatistics {
        let mut total = self.earlier_sections;
        for one in self.section.values() {
            add(&mut total.received, one.received);
            add(&mut total.dropped_by_interface, one.dropped_by_interface);
            add(&mut total.dropped_by_os, one.dropped_by_os);
        }
        total
    }
}

/// A count nobody gave stays unknown.
fn add(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or_default().saturating_add(more));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(interface: u8, code: u8, count: u8) -> Vec<u8> {
        let mut body = vec![interface, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        body.extend([code, 0, 8, 0, count, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        body
    }

    #[test]
    fn sums_the_latest_count_of_each_interface() {
        let mut statistics = Statistics::default();
        assert_eq!(statistics.total(), InterfaceStatistics::default());
        statistics.read(Order::Little, &block(0, 5, 1));
        statistics.read(Order::Little, &block(0, 5, 3));
        statistics.read(Order::Little, &block(1, 5, 10));
        statistics.end_section();
        statistics.read(Order::Little, &block(0, 5, 100));
        assert_eq!(statistics.total().dropped_by_interface, Some(113));
        assert_eq!(statistics.total().received, None);
        for n in 0..block(0, 4, 1).len() {
            statistics.read(Order::Little, &block(2, 4, 1)[..n]);
        }
    }
}
