//! The addresses of `o=` and `c=` lines, `a=rtcp` and `a=source-filter` (RFC 8866 §5.2, §5.7).

use super::{Field, Malformed};
use std::net::{Ipv4Addr, Ipv6Addr};

/// `IN IP4 192.0.2.1`: a network type, an address type and an address.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    /// The network type: `IN`.
    pub network: Field<'a>,
    /// The address type: `IP4` or `IP6`.
    pub family: Field<'a>,
    /// The address or name; with `/ttl` and `/count` for multicast.
    pub host: Field<'a>,
}

impl<'a> Address<'a> {
    /// Reads three fields separated by one blank. Whether the address is one of its family is told
    /// by [`problem`](Self::problem).
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut fields = value.split(b' ');
        match (fields.next(), fields.next(), fields.next(), fields.next()) {
            (Some(network), Some(family), Some(host), None) => Ok(Self {
                network,
                family,
                host,
            }),
            _ => Err(Malformed::new(
                value,
                "`IN IP4 address` or `IN IP6 address`",
            )),
        }
    }

    /// The address without `/ttl` and `/count`.
    pub fn base(&self) -> Field<'a> {
        self.host
            .split_once(b'/')
            .map_or(self.host, |(base, _)| base)
    }

    /// What is wrong with it; domain names are fine.
    pub fn problem(&self) -> Option<Malformed<'a>> {
        let Self {
            network,
            family,
            host,
        } = *self;
        if !network.is("IN") {
            // Other networks have other addresses; a token is all that can be asked for.
            return (!network.is_token())
                .then_some(Malformed::new(network, "the network type `IN`"));
        }
        let mut parts = host.split(b'/');
        let address = parts.next().unwrap_or(host);
        let is_v4 = |a: Field<'_>| a.as_str().is_some_and(|a| a.parse::<Ipv4Addr>().is_ok());
        let is_v6 = |a: Field<'_>| a.as_str().is_some_and(|a| a.parse::<Ipv6Addr>().is_ok());
        let numeric = |a: Field<'_>| a.bytes().iter().all(|b| b.is_ascii_digit() || *b == b'.');
        let name = !numeric(address) && is_name(address);
        let expected = if family.is("IP4") {
            (!is_v4(address) && !name).then_some("an IPv4 address or a name after `IP4`")
        } else if family.is("IP6") {
            (!is_v6(address) && !name).then_some("an IPv6 address or a name after `IP6`")
        } else {
            return Some(Malformed::new(family, "the address type `IP4` or `IP6`"));
        };
        if let Some(expected) = expected {
            return Some(Malformed::new(address, expected));
        }
        // IPv4: /ttl and /count; IPv6: /count.
        let most = if family.is("IP4") { 2 } else { 1 };
        let (mut seen, mut bad) = (0, None);
        for part in parts {
            seen += 1;
            let ttl = family.is("IP4") && seen == 1;
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
}

fn is_name(address: Field<'_>) -> bool {
    let name_byte = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    !address.is_empty() && address.bytes().iter().all(name_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine(text: &str) -> bool {
        let address = Address::parse(Field::new(text.as_bytes(), 0)).unwrap();
        address.problem().is_none()
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

    #[test]
    fn there_are_three_fields() {
        for bad in ["", "IN", "IN IP4", "IN IP4 ::1 x"] {
            assert!(Address::parse(Field::new(bad.as_bytes(), 0)).is_err());
        }
        let multicast = Address::parse(Field::new(b"IN IP4 224.2.17.12/127", 4)).unwrap();
        assert_eq!(multicast.base().span(), 11..22);
    }
}
