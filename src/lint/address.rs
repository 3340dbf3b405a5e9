//! The addresses of `o=` and `c=` lines (RFC 8866).

use crate::sdp::{Field, Malformed};
use std::net::{Ipv4Addr, Ipv6Addr};

/// What is wrong with `net kind host`, such as `IN IP4 192.0.2.1/127`; domain names are fine.
pub(super) fn problem<'a>(
    net: Field<'a>,
    kind: Field<'a>,
    host: Field<'a>,
) -> Option<Malformed<'a>> {
    if !net.is("IN") {
        // Other networks have other addresses; a token is all that can be asked for.
        return (!net.is_token()).then_some(Malformed::new(net, "the network type `IN`"));
    }
    let mut parts = host.split(b'/');
    let address = parts.next().unwrap_or(host);
    let is_v4 = |a: Field<'_>| a.as_str().is_some_and(|a| a.parse::<Ipv4Addr>().is_ok());
    let is_v6 = |a: Field<'_>| a.as_str().is_some_and(|a| a.parse::<Ipv6Addr>().is_ok());
    let numeric = |a: Field<'_>| a.bytes().iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let expected = if kind.is("IP4") {
        let name = !numeric(address) && is_name(address);
        (!is_v4(address) && !name).then_some("an IPv4 address or a name after `IP4`")
    } else if kind.is("IP6") {
        let name = !numeric(address) && is_name(address);
        (!is_v6(address) && !name).then_some("an IPv6 address or a name after `IP6`")
    } else {
        return Some(Malformed::new(kind, "the address type `IP4` or `IP6`"));
    };
    if let Some(expected) = expected {
        return Some(Malformed::new(address, expected));
    }
    // IPv4: /ttl and /count; IPv6: /count.
    let most = if kind.is("IP4") { 2 } else { 1 };
    let (mut seen, mut bad) = (0, None);
    for part in parts {
        seen += 1;
        let ttl = kind.is("IP4") && seen == 1;
        let fine = part.number::<u32>().is_some_and(|n| !ttl || n <= 255);
        if seen > most || !fine {
            bad = bad.or(Some(part));
        }
    }
    bad.map(|part| {
        let at = if part.is_empty() { host } else { part };
        Malformed::new(at, "a multicast TTL or number of addresses after `/`")
    })
}

fn is_name(address: Field<'_>) -> bool {
    let name_byte = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    !address.is_empty() && address.bytes().iter().all(name_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine(text: &str) -> bool {
        let fields: Vec<_> = Field::new(text.as_bytes(), 0).split(b' ').collect();
        problem(fields[0], fields[1], fields[2]).is_none()
    }

    #[test]
    fn families_must_match() {
        for good in [
            "IN IP4 0.0.0.0",
            "IN IP4 224.2.17.12/127/3",
            "IN IP6 ::1",
            "IN IP6 ff15::101/3",
            "IN IP4 host.example.com",
            "ATM NSAP 47.0091",
        ] {
            assert!(fine(good), "{good}");
        }
        for bad in [
            "IN IP4 ::1",
            "IN IP4 10.0.0.256",
            "IN IP4 224.2.17.12/300",
            "IN IP4 224.2.17.12/1/2/3",
            "IN IP4 224.2.17.12/x",
            "IN IP6 10.0.0.1",
            "IN IP6 ::1/1/2",
            "IN IP5 ::1",
            "IN IP4 ",
            " IP4 10.0.0.1",
        ] {
            assert!(!fine(bad), "{bad}");
        }
    }
}
