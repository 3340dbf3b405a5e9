//! What a description says of DTLS beside the fingerprint: `setup` (RFC 4145), `tls-id` (RFC 8842).

use super::{Field, Malformed, is_ice_char};

/// `a=setup:actpass`: who begins the DTLS handshake (RFC 4145 §4, RFC 8842 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// The answerer says who.
    Actpass,
    /// The writer.
    Active,
    /// The other side.
    Passive,
    /// Nobody for now; not for DTLS.
    Holdconn,
}

impl Setup {
    /// Reads what stands after `a=setup:`.
    pub fn parse(value: Field<'_>) -> Result<Self, Malformed<'_>> {
        match value.bytes() {
            b"actpass" => Ok(Self::Actpass),
            b"active" => Ok(Self::Active),
            b"passive" => Ok(Self::Passive),
            b"holdconn" => Ok(Self::Holdconn),
            _ => Err(Malformed::new(value, "`actpass`, `active` or `passive`")),
        }
    }

    /// As SDP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actpass => "actpass",
            Self::Active => "active",
            Self::Passive => "passive",
            Self::Holdconn => "holdconn",
        }
    }
}

/// `a=tls-id:91bbf309c0990a6bec11e38ba2933cee` (RFC 8842 §4).
#[derive(Clone, Copy, Debug)]
pub struct TlsId<'a>(pub Field<'a>);

impl<'a> TlsId<'a> {
    /// Reads what stands after `a=tls-id:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let fits = |b: &u8| is_ice_char(*b) || matches!(b, b'-' | b'_');
        if (20..=255).contains(&value.len()) && value.bytes().iter().all(fits) {
            return Ok(Self(value));
        }
        let expected = "20 to 255 letters, digits, `+`, `/`, `-` and `_`";
        Err(Malformed::new(value, expected))
    }
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field<'_> {
        Field::new(text.as_bytes(), 0)
    }

    #[test]
    fn roles_read_as_they_are_written() {
        for role in [
            Setup::Actpass,
            Setup::Active,
            Setup::Passive,
            Setup::Holdconn,
        ] {
            assert_eq!(Setup::parse(field(role.as_str())), Ok(role));
        }
        for bad in ["", "Active", "active ", "server"] {
            assert!(Setup::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_id_is_long_enough_never_to_come_again() {
        let id = "91bbf309c0990a6bec11e38ba2933cee";
        for end in 0..=id.len() {
            assert_eq!(TlsId::parse(field(&id[..end])).is_ok(), end >= 20, "{end}");
        }
        assert!(TlsId::parse(field(&id.replace('0', "."))).is_err());
        assert!(TlsId::parse(field(&"x".repeat(256))).is_err());
    }
}
