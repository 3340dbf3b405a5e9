//! What a description says of ICE beside its candidates (RFC 8839): `ice-ufrag`, `ice-pwd`,
//! `ice-options`, `ice-pacing`, `remote-candidates`.

use super::{Field, Malformed};

/// `a=ice-ufrag:8hhY` (RFC 8839 §5.4).
#[derive(Clone, Copy, Debug)]
pub struct IceUfrag<'a>(pub Field<'a>);

/// `a=ice-pwd:asd88fgpdd777uzjYhagZg` (RFC 8839 §5.4).
#[derive(Clone, Copy)]
pub struct IcePwd<'a>(pub Field<'a>);

/// A password is for nobody's eyes.
impl std::fmt::Debug for IcePwd<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IcePwd({} characters)", self.0.len())
    }
}

impl<'a> IceUfrag<'a> {
    /// Reads what stands after `a=ice-ufrag:`: 4 to 256 `ice-char`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        if (4..=256).contains(&value.len()) && value.is_ice_chars() {
            return Ok(Self(value));
        }
        Err(Malformed::new(
            value,
            "4 to 256 letters, digits, `+` and `/`",
        ))
    }
}

impl<'a> IcePwd<'a> {
    /// Reads what stands after `a=ice-pwd:`: 22 to 256 `ice-char`. The error names no character of
    /// it.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        if (22..=256).contains(&value.len()) && value.is_ice_chars() {
            return Ok(Self(value));
        }
        Err(Malformed::new(
            value.take(0),
            "22 to 256 letters, digits, `+` and `/`",
        ))
    }
}

/// `a=ice-options:trickle renomination` (RFC 8839 §5.6).
#[derive(Clone, Copy, Debug)]
pub struct IceOptions<'a> {
    options: Field<'a>,
}

impl<'a> IceOptions<'a> {
    /// Reads what stands after `a=ice-options:`. `google-ice` has a sign that the grammar does not
    /// have, but is known to be meant as it is.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        if value.trim().is_empty() {
            return Err(Malformed::new(value, "options such as `trickle`"));
        }
        match value.words().find(|word| !Self::is_option(*word)) {
            Some(bad) => Err(Malformed::new(
                bad,
                "options of letters, digits, `+` and `/`",
            )),
            None => Ok(Self { options: value }),
        }
    }

    /// Whether `word` may be an option.
    pub fn is_option(word: Field<'_>) -> bool {
        word.is_ice_chars() || word.is("google-ice")
    }

    /// The options one by one.
    pub fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.options.words()
    }
}

/// `a=ice-pacing:50`: milliseconds between connectivity checks (RFC 8839 §5.5).
#[derive(Clone, Copy, Debug)]
pub struct IcePacing {
    /// Milliseconds; the grammar has ten digits at most.
    pub milliseconds: u64,
}

impl IcePacing {
    /// Reads what stands after `a=ice-pacing:`.
    pub fn parse(value: Field<'_>) -> Result<Self, Malformed<'_>> {
        let milliseconds = value
            .number()
            .ok_or(Malformed::new(value, "a number of milliseconds"))?;
        Ok(Self { milliseconds })
    }
}

/// A candidate of the other side that checks have chosen (RFC 8839 §5.2).
#[derive(Clone, Copy, Debug)]
pub struct RemoteCandidate<'a> {
    /// 1 for RTP, 2 for RTCP.
    pub component: u16,
    /// The address.
    pub address: Field<'a>,
    /// The port.
    pub port: u16,
}

/// `a=remote-candidates:1 192.0.2.3 45664 2 192.0.2.3 45665` (RFC 8839 §5.2).
#[derive(Clone, Copy, Debug)]
pub struct RemoteCandidates<'a> {
    list: Field<'a>,
}

impl<'a> RemoteCandidates<'a> {
    /// Reads what stands after `a=remote-candidates:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut words = value.words();
        let mut read = 0;
        while let Some(component) = words.next() {
            if component
                .number::<u16>()
                .is_none_or(|n| !(1..=256).contains(&n))
            {
                return Err(Malformed::new(component, "a component from 1 to 256"));
            }
            let address = words
                .next()
                .ok_or(Malformed::new(value, "an address after the component"))?;
            let port = words
                .next()
                .ok_or(Malformed::new(address, "a port after the address"))?;
            if port.number::<u16>().is_none() {
                return Err(Malformed::new(port, "a port from 0 to 65535"));
            }
            read += 1;
        }
        if read == 0 {
            return Err(Malformed::new(value, "`component address port`"));
        }
        Ok(Self { list: value })
    }

    /// The candidates, one a component.
    pub fn iter(&self) -> impl Iterator<Item = RemoteCandidate<'a>> + use<'a> {
        let mut words = self.list.words();
        std::iter::from_fn(move || {
            Some(RemoteCandidate {
                component: words.next()?.number()?,
                address: words.next()?,
                port: words.next()?.number()?,
            })
        })
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
    fn credentials_have_lengths_and_passwords_are_not_shown() {
        assert!(IceUfrag::parse(field("8hhY")).is_ok());
        assert!(IceUfrag::parse(field("8hh")).is_err() && IceUfrag::parse(field("8h-Y")).is_err());
        let pwd = "asd88fgpdd777uzjYhagZg";
        assert!(!format!("{:?}", IcePwd::parse(field(pwd)).unwrap()).contains("asd8"));
        let error = IcePwd::parse(field("asd88-fgpdd777uzjYhagZg")).unwrap_err();
        assert!(!error.to_string().contains("asd8"));
    }

    #[test]
    fn options_are_words() {
        let options = IceOptions::parse(field("trickle rtp+ecn google-ice")).unwrap();
        assert_eq!(options.iter().count(), 3);
        let glued = IceOptions::parse(field("ice2 trickle,renomination")).unwrap_err();
        assert_eq!(glued.at.span(), 5..25);
        assert!(IceOptions::parse(field(" ")).is_err());
    }

    #[test]
    fn remote_candidates_come_in_threes() {
        let chosen = RemoteCandidates::parse(field("1 192.0.2.3 45664 2 192.0.2.3 45665")).unwrap();
        assert_eq!(
            chosen
                .iter()
                .map(|c| (c.component, c.port))
                .collect::<Vec<_>>(),
            [(1, 45664), (2, 45665)]
        );
        for bad in [
            "",
            "1",
            "1 192.0.2.3",
            "0 192.0.2.3 1",
            "1 192.0.2.3 70000",
            "1 192.0.2.3 1 2",
        ] {
            assert!(RemoteCandidates::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_prefix_returns() {
        for sample in [
            "asd88fgpdd777uzjYhagZg",
            "trickle ice2",
            "50",
            "1 192.0.2.3 45664 2 ::1 9",
        ] {
            for end in 0..=sample.len() {
                let value = field(&sample[..end]);
                let _ = IceUfrag::parse(value);
                let _ = IcePwd::parse(value);
                let _ = IceOptions::parse(value).map(|o| o.iter().count());
                let _ = IcePacing::parse(value);
                let _ = RemoteCandidates::parse(value).map(|c| c.iter().count());
            }
        }
    }
}
