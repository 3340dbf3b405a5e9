//! What rules about ICE ask of candidates and their addresses (RFC 8839, RFC 8445).

use crate::sdp::{Candidate, Field, Line, Name, Section};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The candidates of a section that can be read, with their lines.
pub(super) fn candidates<'d, 'a>(
    section: Section<'d, 'a>,
) -> impl Iterator<Item = (&'d Line<'a>, Candidate<'a>)> + use<'d, 'a> {
    section.all(Name::Candidate).filter_map(|line| {
        let candidate = Candidate::parse(line.attribute_value()?).ok()?;
        Some((line, candidate))
    })
}

/// The address, when it is one and not a name.
pub(super) fn ip(address: Field<'_>) -> Option<IpAddr> {
    address.as_str()?.parse().ok()
}

/// Whether `address` is a name that stands for a hidden address: `….local`.
pub(super) fn is_mdns(address: Field<'_>) -> bool {
    let start = address.len().saturating_sub(".local".len());
    start > 0 && address.skip(start).is_ignoring_case(".local")
}

/// Whether `address` is from a range that is not routed on the Internet: private (RFC 1918, RFC
/// 4193), shared by a carrier's customers (RFC 6598) or of one link (RFC 3927, RFC 4291).
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(is_private_v6(v6), is_private_v4),
    }
}

fn is_private_v4(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    v4.is_private() || v4.is_link_local() || (a == 100 && b & 0xc0 == 64)
}

fn is_private_v6(v6: Ipv6Addr) -> bool {
    let [first, ..] = v6.segments();
    first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_stay_at_home() {
        for (text, private) in [
            ("10.0.0.1", true),
            ("172.31.255.255", true),
            ("172.32.0.1", false),
            ("192.168.1.2", true),
            ("169.254.0.1", true),
            ("100.64.0.1", true),
            ("100.127.255.255", true),
            ("100.128.0.1", false),
            ("203.0.113.1", false),
            ("fd00::1", true),
            ("fe80::1", true),
            ("fec0::1", false),
            ("2001:db8::1", false),
            ("::ffff:10.0.0.1", true),
            ("::ffff:203.0.113.1", false),
        ] {
            assert_eq!(is_private(text.parse().unwrap()), private, "{text}");
        }
    }

    #[test]
    fn names_of_hidden_addresses() {
        let of = |text: &str| is_mdns(Field::new(text.as_bytes(), 0));
        assert!(of("7f1e2d3c-0a1b-4c5d-8e9f-001122334455.local") && of("host.LOCAL"));
        assert!(!of(".local") && !of("local") && !of("192.0.2.1") && !of("local.example"));
    }
}
