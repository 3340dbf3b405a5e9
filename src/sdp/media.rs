//! The `m=` line (RFC 8866) and the section it opens.

use super::{Field, Line, Malformed, Name, Names};

/// An `m=` line: `m=audio 9 UDP/TLS/RTP/SAVPF 111 63`.
#[derive(Clone, Copy, Debug)]
pub struct MediaLine<'a> {
    /// `audio`, `video`, `application`, `text`, `message`, `image`.
    pub media: Field<'a>,
    /// The port with the optional number of ports: `9` or `49170/2`.
    pub port_text: Field<'a>,
    /// The port.
    pub port: u16,
    /// The transport: `UDP/TLS/RTP/SAVPF`.
    pub proto: Field<'a>,
    /// The formats, still in one piece; for RTP these are payload types.
    pub format_list: Field<'a>,
}

impl<'a> MediaLine<'a> {
    /// Reads what stands after `m=`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut words = value.words();
        let mut next = |expected| words.next().ok_or(Malformed::new(value, expected));
        let media = next("a media type such as `audio`")?;
        let port_text = next("a port after the media type")?;
        let proto = next("a transport such as `UDP/TLS/RTP/SAVPF` after the port")?;
        let first = next("at least one format after the transport")?;
        if !media.is_token() {
            return Err(Malformed::new(media, "a media type such as `audio`"));
        }
        let (port, count) = match port_text.split_once(b'/') {
            Some((port, count)) => (port, Some(count)),
            None => (port_text, None),
        };
        let port = port
            .number()
            .ok_or(Malformed::new(port_text, "a port from 0 to 65535"))?;
        if count.is_some_and(|count| count.number::<u32>().is_none_or(|n| n == 0)) {
            return Err(Malformed::new(
                port_text,
                "`port/count` with a count of 1 or more",
            ));
        }
        let format_list = value.skip(first.start() - value.start());
        Ok(Self {
            media,
            port_text,
            port,
            proto,
            format_list,
        })
    }

    /// The formats one by one.
    pub fn formats(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.format_list.words()
    }

    /// Whether the transport carries RTP, so that formats are payload types.
    pub fn is_rtp(&self) -> bool {
        self.proto
            .split(b'/')
            .any(|part| part.is_ignoring_case("RTP"))
    }

    /// Whether the transport runs over DTLS: `UDP/TLS/RTP/SAVPF`, `UDP/DTLS/SCTP`.
    pub fn is_dtls(&self) -> bool {
        let dtls = |part: Field<'_>| part.is_ignoring_case("DTLS");
        self.proto.split(b'/').any(dtls) || (self.is_rtp() && self.has_part("TLS"))
    }

    /// Whether the transport carries SCTP.
    pub fn is_sctp(&self) -> bool {
        self.has_part("SCTP")
    }

    fn has_part(&self, name: &str) -> bool {
        self.proto
            .split(b'/')
            .any(|part| part.is_ignoring_case(name))
    }
}

/// The session part of a description or one of its media sections.
#[derive(Clone, Copy, Debug)]
pub struct Section<'d, 'a> {
    pub(super) index: Option<usize>,
    pub(super) lines: &'d [Line<'a>],
    pub(super) media: Option<MediaLine<'a>>,
    /// The names of its attributes: most of what is looked for is not there, and need not be sought.
    pub(super) names: Names,
}

impl<'d, 'a> Section<'d, 'a> {
    /// The place among the media sections, from 0; `None` for the session part.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The lines, the `m=` line first.
    pub fn lines(&self) -> &'d [Line<'a>] {
        self.lines
    }

    /// The `m=` line, when it could be read.
    pub fn media(&self) -> Option<MediaLine<'a>> {
        self.media
    }

    /// The first line, `m=…` for a media section; `None` only for an empty session part.
    pub fn head(&self) -> Option<&'d Line<'a>> {
        self.lines.first()
    }

    /// The attributes called `name`.
    pub fn all(&self, name: Name) -> impl Iterator<Item = &'d Line<'a>> + use<'d, 'a> {
        let lines = if self.has(name) { self.lines } else { &[] };
        lines.iter().filter(move |line| line.name() == Some(name))
    }

    /// The first attribute called `name`.
    pub fn first(&self, name: Name) -> Option<&'d Line<'a>> {
        self.all(name).next()
    }

    /// Whether there is an attribute called `name`.
    pub fn has(&self, name: Name) -> bool {
        self.names.has(name)
    }

    /// The value of the first attribute called `name` that has one.
    pub fn value(&self, name: Name) -> Option<Field<'a>> {
        self.all(name).find_map(Line::attribute_value)
    }

    /// The lines of type `letter`.
    pub fn of_type(&self, letter: u8) -> impl Iterator<Item = &'d Line<'a>> + use<'d, 'a> {
        self.lines
            .iter()
            .filter(move |line| line.letter() == Some(letter))
    }

    /// Whether the port is 0 without `a=bundle-only`, which rejects or disables the section.
    pub fn is_rejected(&self) -> bool {
        self.media.is_some_and(|m| m.port == 0) && !self.has(Name::BundleOnly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_are_told_apart() {
        let of = |proto: &str| {
            let text = format!("audio 9 {proto} 0");
            let m = MediaLine::parse(Field::new(text.as_bytes(), 0)).unwrap();
            (m.is_rtp(), m.is_dtls(), m.is_sctp())
        };
        assert_eq!(of("UDP/TLS/RTP/SAVPF"), (true, true, false));
        assert_eq!(of("TCP/DTLS/RTP/SAVPF"), (true, true, false));
        assert_eq!(of("UDP/DTLS/SCTP"), (false, true, true));
        assert_eq!(of("DTLS/SCTP"), (false, true, true));
        assert_eq!(of("RTP/AVP"), (true, false, false));
        assert_eq!(of("TCP/TLS/MRCPv2"), (false, false, false));
        assert_eq!(of("udptl"), (false, false, false));
    }

    #[test]
    fn malformed_lines_say_what_is_missing() {
        let err =
            |text: &'static str| MediaLine::parse(Field::new(text.as_bytes(), 2)).unwrap_err();
        assert!(err("audio").expected.contains("port"));
        assert!(err("audio RTP/AVP 0 1").expected.contains("0 to 65535"));
        assert_eq!(err("audio 70000 RTP/AVP 0").at.span(), 8..13);
        assert!(err("audio 9/0 RTP/AVP 0").expected.contains("count"));
        assert!(err("audio 9 RTP/AVP").expected.contains("format"));
        assert!(MediaLine::parse(Field::new(b"audio 9/2 RTP/AVP 0 8", 2)).is_ok());
    }
}
