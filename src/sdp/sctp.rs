//! Data channels: `sctp-port`, `max-message-size` (RFC 8841), `sctpmap` (its drafts), `dcmap` and
//! `dcsa` (RFC 8864).

use super::{Field, Malformed};

/// `a=sctp-port:5000` (RFC 8841 §5).
#[derive(Clone, Copy, Debug)]
pub struct SctpPort {
    /// The port; 0 closes the association.
    pub port: u16,
}

impl SctpPort {
    /// Reads what stands after `a=sctp-port:`, blanks around the number or not: drafts had one in
    /// their example.
    pub fn parse(value: Field<'_>) -> Result<Self, Malformed<'_>> {
        let port = value.trim().number();
        port.map(|port| Self { port })
            .ok_or(Malformed::new(value, "a port from 1 to 65535"))
    }
}

/// `a=max-message-size:262144` (RFC 8841 §6).
#[derive(Clone, Copy, Debug)]
pub struct MaxMessageSize {
    /// The longest message that is taken, in bytes; 0 for any.
    pub bytes: u64,
}

impl MaxMessageSize {
    /// What holds when nothing is written.
    pub const DEFAULT: Self = Self { bytes: 65_536 };

    /// Reads what stands after `a=max-message-size:`, blanks around the number or not. A number
    /// beyond 64 bits is taken for the greatest there is.
    pub fn parse(value: Field<'_>) -> Result<Self, Malformed<'_>> {
        let text = value.trim();
        if !text.is_digits() {
            return Err(Malformed::new(value, "a number of bytes"));
        }
        Ok(Self {
            bytes: text.number().unwrap_or(u64::MAX),
        })
    }
}

/// `a=sctpmap:5000 webrtc-datachannel 1024` (draft-ietf-mmusic-sctp-sdp-07 and before).
#[derive(Clone, Copy, Debug)]
pub struct Sctpmap<'a> {
    /// The port that the `m=` line names as its format.
    pub port: u16,
    /// What runs over SCTP: `webrtc-datachannel`.
    pub protocol: Field<'a>,
    /// How many streams there may be.
    pub streams: Option<u16>,
}

impl<'a> Sctpmap<'a> {
    /// Reads what stands after `a=sctpmap:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut words = value.words();
        let text = words.next().unwrap_or(value);
        let port = text
            .number()
            .ok_or(Malformed::new(text, "a port from 1 to 65535"))?;
        let protocol = words
            .next()
            .ok_or(Malformed::new(value, "`webrtc-datachannel` after the port"))?;
        let streams = match words.next() {
            None => None,
            Some(n) => Some(n.number().ok_or(Malformed::new(n, "a number of streams"))?),
        };
        Ok(Self {
            port,
            protocol,
            streams,
        })
    }
}

/// `a=dcmap:0 subprotocol="msrp";label="chat"`: a data channel agreed on here (RFC 8864 §5.1).
#[derive(Clone, Copy, Debug)]
pub struct Dcmap<'a> {
    /// The SCTP stream.
    pub stream: u16,
    /// The stream as written.
    pub stream_text: Field<'a>,
    options: Field<'a>,
}

impl<'a> Dcmap<'a> {
    /// Reads what stands after `a=dcmap:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (stream, stream_text, options) = stream(value)?;
        Ok(Self {
            stream,
            stream_text,
            options,
        })
    }

    /// The options with their values; quotes are taken off, what is escaped stays so.
    pub fn options(&self) -> impl Iterator<Item = (Field<'a>, Option<Field<'a>>)> + use<'a> {
        let mut rest = self.options.trim();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            // A `;` between quotes is text.
            let mut quoted = false;
            let end = rest.bytes().iter().position(|&b| {
                quoted ^= b == b'"';
                b == b';' && !quoted
            });
            let end = end.unwrap_or(rest.len());
            let option = rest.take(end).trim();
            rest = rest.skip(end + 1);
            Some(match option.split_once(b'=') {
                Some((key, value)) => (key, Some(unquoted(value))),
                None => (option, None),
            })
        })
    }

    /// The value of the option `key`: `label`, `subprotocol`, `ordered`, `max-retr`, `max-time`,
    /// `priority`.
    pub fn get(&self, key: &str) -> Option<Field<'a>> {
        self.options()
            .find(|(k, _)| k.is(key))
            .and_then(|(_, value)| value)
    }
}

/// `a=dcsa:2 accept-types:text/plain`: an attribute of a data channel (RFC 8864 §5.2).
#[derive(Clone, Copy, Debug)]
pub struct Dcsa<'a> {
    /// The SCTP stream of the channel.
    pub stream: u16,
    /// The stream as written.
    pub stream_text: Field<'a>,
    /// The attribute, without `a=`.
    pub attribute: Field<'a>,
}

impl<'a> Dcsa<'a> {
    /// Reads what stands after `a=dcsa:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (stream, stream_text, attribute) = stream(value)?;
        if attribute.is_empty() {
            return Err(Malformed::new(value, "an attribute after the stream"));
        }
        Ok(Self {
            stream,
            stream_text,
            attribute,
        })
    }
}

fn stream(value: Field<'_>) -> Result<(u16, Field<'_>, Field<'_>), Malformed<'_>> {
    let text = value.words().next().unwrap_or(value);
    let number = text
        .number()
        .ok_or(Malformed::new(text, "a stream from 0 to 65535"))?;
    Ok((number, text, value.skip(text.end() - value.start()).trim()))
}

fn unquoted(value: Field<'_>) -> Field<'_> {
    match value.bytes() {
        [b'"', inner @ .., b'"'] => value.skip(1).take(inner.len()),
        _ => value,
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
    fn numbers_are_read() {
        assert_eq!(SctpPort::parse(field(" 5000")).unwrap().port, 5000);
        assert!(SctpPort::parse(field("70000")).is_err());
        assert_eq!(MaxMessageSize::parse(field("0")).unwrap().bytes, 0);
        assert!(MaxMessageSize::parse(field("64k")).is_err());
        let old = Sctpmap::parse(field("5000 webrtc-datachannel 1024")).unwrap();
        assert_eq!((old.port, old.streams), (5000, Some(1024)));
        assert!(Sctpmap::parse(field("5000")).is_err());
        assert!(Sctpmap::parse(field("webrtc-datachannel 1024")).is_err());
    }

    #[test]
    fn options_may_hold_what_divides_them() {
        let map = Dcmap::parse(field("2 label=\"a;b=c\";ordered=true;max-retr=3")).unwrap();
        assert_eq!(map.stream, 2);
        assert!(map.get("label").unwrap().is("a;b=c") && map.get("max-retr").unwrap().is("3"));
        assert_eq!(
            (map.options().count(), map.get("label").unwrap().span()),
            (3, 9..14)
        );
        assert!(Dcmap::parse(field("65536 label=\"x\"")).is_err());
        assert!(
            Dcsa::parse(field("2 accept-types:text/plain"))
                .unwrap()
                .attribute
                .is("accept-types:text/plain")
        );
        assert!(Dcsa::parse(field("2")).is_err() && Dcsa::parse(field("")).is_err());
    }

    #[test]
    fn every_prefix_returns() {
        for sample in [
            "5000 webrtc-datachannel 1024",
            "2 label=\"a;b\";max-time=1",
            "2 accept-types:*",
        ] {
            for end in 0..=sample.len() {
                let value = field(&sample[..end]);
                let _ = SctpPort::parse(value);
                let _ = MaxMessageSize::parse(value);
                let _ = Sctpmap::parse(value);
                let _ = Dcmap::parse(value).map(|map| map.options().count());
                let _ = Dcsa::parse(value);
            }
        }
    }
}
