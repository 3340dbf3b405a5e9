//! What a section says of its transport: `extmap` (RFC 8285), `fingerprint` (RFC 8122), `group`
//! (RFC 5888).

use super::{Field, Malformed};

/// `a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid` (RFC 8285).
#[derive(Clone, Copy, Debug)]
pub struct Extmap<'a> {
    /// The local identifier.
    pub id: u16,
    /// The identifier as written.
    pub id_text: Field<'a>,
    /// `sendonly`, `recvonly`, `sendrecv` or `inactive`, when written.
    pub direction: Option<Field<'a>>,
    /// What the extension is.
    pub uri: Field<'a>,
    /// What follows the URI.
    pub attributes: Option<Field<'a>>,
}

impl<'a> Extmap<'a> {
    /// Reads what stands after `a=extmap:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (head, rest) = value
            .split_once(b' ')
            .ok_or(Malformed::new(value, "`id URI`"))?;
        let (id_text, direction) = match head.split_once(b'/') {
            Some((id, direction)) => (id, Some(direction)),
            None => (head, None),
        };
        let id = id_text
            .number()
            .ok_or(Malformed::new(id_text, "a number as identifier"))?;
        let rest = rest.trim();
        let (uri, attributes) = match rest.split_once(b' ') {
            Some((uri, attributes)) => (uri, Some(attributes)),
            None => (rest, None),
        };
        if uri.is_empty() {
            return Err(Malformed::new(value, "a URI after the identifier"));
        }
        Ok(Self {
            id,
            id_text,
            direction,
            uri,
            attributes,
        })
    }

    /// What an extension that travels encrypted is wrapped in (RFC 6904 §4).
    pub const ENCRYPT: &'static str = "urn:ietf:params:rtp-hdrext:encrypt";

    /// The extension that travels encrypted, when this line says that one does and which.
    pub fn encrypted(&self) -> Option<Field<'a>> {
        let inner = self.attributes?.words().next()?;
        self.uri.is(Self::ENCRYPT).then_some(inner)
    }

    /// The extension itself, encrypted or not.
    pub fn carried(&self) -> Field<'a> {
        self.encrypted().unwrap_or(self.uri)
    }
}

/// `a=fingerprint:sha-256 4A:AD:…` (RFC 8122).
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint<'a> {
    /// The hash function: `sha-256`.
    pub hash: Field<'a>,
    /// The octets in hexadecimal, separated by colons.
    pub octets: Field<'a>,
}

impl<'a> Fingerprint<'a> {
    /// Reads what stands after `a=fingerprint:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (hash, octets) = value
            .split_once(b' ')
            .ok_or(Malformed::new(value, "`hash-function octets`"))?;
        let pair = |p: Field<'_>| p.len() == 2 && p.bytes().iter().all(u8::is_ascii_hexdigit);
        if let Some(bad) = octets.split(b':').find(|&p| !pair(p)) {
            let at = if bad.is_empty() { octets } else { bad };
            return Err(Malformed::new(
                at,
                "pairs of hexadecimal digits separated by `:`",
            ));
        }
        Ok(Self { hash, octets })
    }

    /// Number of octets written.
    pub fn len_octets(&self) -> usize {
        self.octets.len().div_ceil(3)
    }

    /// Number of octets the hash function gives, for the functions of RFC 8122.
    pub fn expected_octets(&self) -> Option<usize> {
        const LENGTHS: [(&str, usize); 7] = [
            ("sha-1", 20),
            ("sha-224", 28),
            ("sha-256", 32),
            ("sha-384", 48),
            ("sha-512", 64),
            ("md5", 16),
            ("md2", 16),
        ];
        LENGTHS
            .iter()
            .find(|(name, _)| self.hash.is_ignoring_case(name))
            .map(|&(_, octets)| octets)
    }
}

/// `a=group:BUNDLE 0 1 2` (RFC 5888).
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// What the group means: `BUNDLE`, `LS`.
    pub semantics: Field<'a>,
    mids: Field<'a>,
}

impl<'a> Group<'a> {
    /// Reads what stands after `a=group:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (semantics, mids) = value
            .split_once(b' ')
            .unwrap_or((value, value.skip(value.len())));
        if !semantics.is_token() {
            return Err(Malformed::new(
                value,
                "the meaning of the group, such as `BUNDLE`",
            ));
        }
        Ok(Self { semantics, mids })
    }

    /// The identification tags (`a=mid`) of the members.
    pub fn mids(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.mids.words()
    }

    /// Whether this is a BUNDLE group (RFC 9143).
    pub fn is_bundle(&self) -> bool {
        self.semantics.is("BUNDLE")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field<'_> {
        Field::new(text.as_bytes(), 0)
    }

    #[test]
    fn fingerprints_count_octets() {
        let fp = Fingerprint::parse(field("sha-1 4A:ad:B9")).unwrap();
        assert_eq!((fp.len_octets(), fp.expected_octets()), (3, Some(20)));
        for bad in [
            "sha-1",
            "sha-1 4AAD:B9",
            "sha-1 4A:",
            "sha-1 4A:AD XXX",
            "sha-1 ",
        ] {
            assert!(Fingerprint::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_encrypted_extension_is_the_inner_one() {
        let map = Extmap::parse(field(
            "3/recvonly urn:ietf:params:rtp-hdrext:encrypt urn:x y",
        ));
        let map = map.unwrap();
        assert!(map.direction.unwrap().is("recvonly") && map.carried().is("urn:x"));
        let plain = Extmap::parse(field("3 urn:x y")).unwrap();
        assert!(plain.encrypted().is_none() && plain.carried().is("urn:x"));
    }

    #[test]
    fn every_prefix_returns() {
        for sample in ["4/sendonly urn:x attributes", "sha-256 4A:AD", "BUNDLE 0 1"] {
            for end in 0..=sample.len() {
                let value = Field::new(&sample.as_bytes()[..end], 0);
                let _ = Extmap::parse(value);
                let _ = Fingerprint::parse(value);
                let _ = Group::parse(value);
            }
        }
    }
}
