//! Addresses of a datagram, in a shape that is cheap to hash and compare.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An IP address and port. IPv4 is kept as an IPv4-mapped IPv6 address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    ip: [u64; 2],
    port: u16,
}

const V4_MAPPED: u64 = 0xffff_0000_0000;

impl Endpoint {
    /// From an IPv4 address in network order.
    pub const fn v4(octets: [u8; 4], port: u16) -> Self {
        Self {
            ip: [0, V4_MAPPED | u32::from_be_bytes(octets) as u64],
            port,
        }
    }

    /// From an IPv6 address in network order.
    pub const fn v6(octets: [u8; 16], port: u16) -> Self {
        let bits = u128::from_be_bytes(octets);
        Self {
            ip: [(bits >> 64) as u64, bits as u64],
            port,
        }
    }

    /// The same address with another port.
    #[must_use]
    pub const fn with_port(self, port: u16) -> Self {
        Self { ip: self.ip, port }
    }

    /// The address.
    pub fn ip(self) -> IpAddr {
        let [high, low] = self.ip;
        let v6 = Ipv6Addr::from((u128::from(high) << 64) | u128::from(low));
        v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4)
    }

    /// A cheap mixture of address and port, for caches that verify what they find. Not for tables
    /// that an attacker could fill with collisions.
    #[inline]
    pub(crate) const fn digest(self) -> u64 {
        let [high, low] = self.ip;
        (high ^ low.rotate_left(16)) ^ self.port as u64
    }

    /// The port.
    pub const fn port(self) -> u16 {
        self.port
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(addr: SocketAddr) -> Self {
        match addr.ip() {
            IpAddr::V4(ip) => Self::v4(ip.octets(), addr.port()),
            IpAddr::V6(ip) => Self::v6(ip.octets(), addr.port()),
        }
    }
}

impl Hash for Endpoint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [high, low] = self.ip;
        state.write_u64(high);
        state.write_u64(low);
        state.write_u16(self.port);
    }
}

/// `192.0.2.1:5004`, `[2001:db8::1]:5004`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SocketAddr::new(self.ip(), self.port).fmt(f)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The transport protocol of a [`Path`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// User Datagram Protocol.
    Udp,
    /// Transmission Control Protocol.
    Tcp,
    /// Stream Control Transmission Protocol right on IP, or with no network below it at all.
    Sctp,
}

/// A directed 5-tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    /// Who sent.
    pub src: Endpoint,
    /// To whom.
    pub dst: Endpoint,
    /// Over what.
    pub protocol: Protocol,
}

impl Path {
    /// The same path, the other way round.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            src: self.dst,
            dst: self.src,
            protocol: self.protocol,
        }
    }

    /// The two directions of a path have one canonical form; `true` when this one was turned round.
    #[must_use]
    pub fn canonical(self) -> (Self, bool) {
        if self.src <= self.dst {
            (self, false)
        } else {
            (self.reversed(), true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_print_as_socket_addresses() {
        assert_eq!(
            Endpoint::v4([192, 0, 2, 1], 5004).to_string(),
            "192.0.2.1:5004"
        );
        let v6: SocketAddr = "[2001:db8::1]:9".parse().unwrap();
        assert_eq!(Endpoint::from(v6).to_string(), "[2001:db8::1]:9");
    }

    #[test]
    fn both_directions_have_one_canonical_form() {
        let a = Endpoint::v4([10, 0, 0, 1], 1);
        let b = Endpoint::v4([10, 0, 0, 2], 2);
        let there = Path {
            src: a,
            dst: b,
            protocol: Protocol::Udp,
        };
        assert_eq!(there.canonical(), (there, false));
        assert_eq!(there.reversed().canonical(), (there, true));
    }
}
