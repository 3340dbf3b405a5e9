//! The interface description block: what the packets of an interface begin with, and what its
//! timestamps count.

use super::options::Options;
use super::{LinkType, Order, Problems, Timestamp};

/// Options of the block that matter here.
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;

/// An interface of the current section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    /// The most bytes captured of a packet; 0 for no limit.
    pub(super) snaplen: u32,
    clock: Clock,
    /// Added to every timestamp (`if_tsoffset`).
    offset_s: i64,
}

/// What one tick of an interface's clock is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// This many nanoseconds.
    Nanos(u64),
    /// 1 / this many nanoseconds.
    PerNano(u64),
    /// 2^-n seconds.
    PowerOfTwo(u32),
    /// Less than any count of them can make a nanosecond.
    Nothing,
}

impl Interface {
    /// Reads the body of the block at `here`. Bad options do not make the packets unreadable:
    /// the default is taken and the problem noted.
    pub(super) fn read(order: Order, body: &[u8], here: u64, problems: &mut Problems) -> Self {
        let mut interface = Self {
            link: LinkType(order.u16_at(body, 0).unwrap_or_default()),
            snaplen: order.u32_at(body, 4).unwrap_or_default(),
            clock: Clock::Nanos(1_000),
            offset_s: 0,
        };
        for (code, value) in Options::new(order, body.get(8..)) {
            let good = match code {
                IF_TSRESOL => value.first().map(|v| interface.clock = Clock::new(*v)),
                IF_TSOFFSET => order
                    .u64_in(value)
                    .map(|v| interface.offset_s = v.cast_signed()),
                _ => Some(()),
            };
            if good.is_none() {
                problems.report("bad-interface-option", None, Some(here), format_args!(
                    "option {code} of the interface description at byte {here} is only {} bytes long; the default is taken",
                    value.len()
                ));
            }
        }
        interface
    }

    /// The time `ticks` after the interface's zero, held at the ends of the range.
    #[inline]
    pub(super) fn timestamp(&self, ticks: u64) -> Timestamp {
        let ns = match self.clock {
            Clock::Nanos(each) => match ticks.checked_mul(each).map(i64::try_from) {
                Some(Ok(ns)) => ns,
                _ => i64::MAX,
            },
            Clock::PerNano(count) => clamped(u128::from(ticks / count)),
            Clock::PowerOfTwo(n) => clamped(
                (u128::from(ticks) * 1_000_000_000)
                    .checked_shr(n)
                    .unwrap_or_default(),
            ),
            Clock::Nothing => 0,
        };
        Timestamp::from_nanos(ns.saturating_add(self.offset_s.saturating_mul(1_000_000_000)))
    }
}

fn clamped(ns: u128) -> i64 {
    i64::try_from(ns).unwrap_or(i64::MAX)
}

impl Clock {
    /// From the value of `if_tsresol`: a negative power of 10, or of 2 if the top bit is set.
    fn new(resolution: u8) -> Self {
        let exponent = u32::from(resolution & 0x7f);
        if resolution & 0x80 != 0 {
            return Self::PowerOfTwo(exponent);
        }
        match exponent {
            0..=9 => Self::Nanos(10u64.pow(9 - exponent)),
            _ => 10u64
                .checked_pow(exponent - 9)
                .map_or(Self::Nothing, Self::PerNano),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(resolution: u8, offset_s: i64, ticks: u64) -> i64 {
        Interface {
            link: LinkType::ETHERNET,
            snaplen: 0,
            clock: Clock::new(resolution),
            offset_s,
        }
        .timestamp(ticks)
        .nanos()
    }

    #[test]
    fn counts_in_powers_of_ten_and_two() {
        assert_eq!(at(6, 0, 1_500_000), 1_500_000_000);
        assert_eq!(at(9, 0, 7), 7);
        assert_eq!(at(0, 0, 3), 3_000_000_000);
        assert_eq!(at(12, 0, 5_999), 5);
        assert_eq!(at(0x80 | 10, 0, 512), 500_000_000);
        assert_eq!(at(0x80, 0, 2), 2_000_000_000);
        assert_eq!(at(6, -1, 1), -999_999_000);
    }

    #[test]
    fn hostile_values_stay_in_range() {
        for resolution in 0..=u8::MAX {
            for offset in [0, i64::MIN, i64::MAX] {
                for ticks in [0, 1, u64::MAX] {
                    at(resolution, offset, ticks);
                }
            }
        }
        assert_eq!(at(0, 0, u64::MAX), i64::MAX);
        assert_eq!(at(127, 0, u64::MAX), 0);
        assert_eq!(at(255, 0, u64::MAX), 0);
    }

    #[test]
    fn a_bad_option_is_noted_and_the_default_taken() {
        let mut problems = Problems::default();
        let body = [1, 0, 0, 0, 96, 0, 0, 0, 9, 0, 0, 0, 14, 0, 1, 0, 5, 0, 0, 0];
        let interface = Interface::read(Order::Little, &body, 28, &mut problems);
        assert_eq!(interface.clock, Clock::Nanos(1_000));
        assert_eq!((interface.snaplen, interface.offset_s), (96, 0));
        assert_eq!(problems.count(), 2);
    }
}
