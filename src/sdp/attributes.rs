//! The attribute values WebRTC lives on, read on demand from the text after `a=name:`.
//!
//! Each reader takes the value as a [`Field`] and keeps to the grammar of the RFC it names;
//! where deployed stacks are laxer, the reader is too and the linter says so.

use super::{Field, Malformed};

/// `a=rtpmap:111 opus/48000/2` (RFC 8866).
#[derive(Clone, Copy, Debug)]
pub struct Rtpmap<'a> {
    /// The payload type.
    pub payload_type: u8,
    /// The payload type as written.
    pub payload_type_text: Field<'a>,
    /// The encoding name: `opus`.
    pub encoding: Field<'a>,
    /// RTP clock rate in Hz.
    pub clock_rate: u32,
    /// The clock rate as written.
    pub clock_rate_text: Field<'a>,
    /// What follows the second slash; for audio the number of channels.
    pub parameters: Option<Field<'a>>,
}

impl<'a> Rtpmap<'a> {
    /// Reads what stands after `a=rtpmap:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (number, rest) = value
            .split_once(b' ')
            .ok_or(Malformed::new(value, "`payload-type name/clock-rate`"))?;
        let payload_type = payload_type(number)?;
        let rest = rest.trim();
        let mut parts = rest.split(b'/');
        let encoding = parts.next().unwrap_or(rest);
        if !encoding.is_token() {
            return Err(Malformed::new(rest, "an encoding name such as `opus`"));
        }
        let clock_rate_text = parts.next().ok_or(Malformed::new(
            rest,
            "`/clock-rate` after the encoding name",
        ))?;
        let clock_rate = clock_rate_text
            .number()
            .filter(|&hz| hz > 0)
            .ok_or(Malformed::new(clock_rate_text, "a clock rate in Hz"))?;
        let parameters = parts.next();
        Ok(Self {
            payload_type,
            payload_type_text: number,
            encoding,
            clock_rate,
            clock_rate_text,
            parameters,
        })
    }

    /// Number of audio channels: 1 unless written.
    pub fn channels(&self) -> Option<u32> {
        self.parameters.map_or(Some(1), Field::number)
    }

    /// Whether both name the same encoding with the same clock rate and parameters.
    pub fn same_codec(&self, other: &Self) -> bool {
        self.encoding
            .bytes()
            .eq_ignore_ascii_case(other.encoding.bytes())
            && self.clock_rate == other.clock_rate
            && self.channels() == other.channels()
    }
}

fn payload_type(text: Field<'_>) -> Result<u8, Malformed<'_>> {
    text.number()
        .filter(|&n: &u8| n <= 127)
        .ok_or(Malformed::new(text, "a payload type from 0 to 127"))
}

/// `a=fmtp:97 apt=96;rtx-time=3000` (RFC 8866).
#[derive(Clone, Copy, Debug)]
pub struct Fmtp<'a> {
    /// The format; for RTP a payload type.
    pub format: Field<'a>,
    /// The parameters in one piece.
    pub parameters: Field<'a>,
}

impl<'a> Fmtp<'a> {
    /// Reads what stands after `a=fmtp:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        match value.split_once(b' ') {
            Some((format, parameters)) if !format.is_empty() && !parameters.trim().is_empty() => {
                Ok(Self {
                    format,
                    parameters: parameters.trim(),
                })
            }
            _ => Err(Malformed::new(value, "`format parameters`")),
        }
    }

    /// The `key=value` pairs; a parameter without `=` has no value.
    pub fn pairs(&self) -> impl Iterator<Item = (Field<'a>, Option<Field<'a>>)> + use<'a> {
        self.parameters
            .split(b';')
            .map(Field::trim)
            .filter(|p| !p.is_empty())
            .map(|p| match p.split_once(b'=') {
                Some((key, value)) => (key.trim(), Some(value.trim())),
                None => (p, None),
            })
    }

    /// The value of the parameter `key`, in any case.
    pub fn get(&self, key: &str) -> Option<Field<'a>> {
        self.pairs()
            .find(|(k, _)| k.is_ignoring_case(key))
            .and_then(|(_, value)| value)
    }
}

/// `a=rtcp-fb:96 nack pli` (RFC 4585).
#[derive(Clone, Copy, Debug)]
pub struct RtcpFb<'a> {
    /// The payload type, or `*` for all.
    pub format: Field<'a>,
    /// What may be sent: `nack pli`.
    pub feedback: Field<'a>,
}

impl<'a> RtcpFb<'a> {
    /// Reads what stands after `a=rtcp-fb:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        match value.split_once(b' ') {
            Some((format, feedback)) if !feedback.trim().is_empty() => {
                if !format.is("*") {
                    payload_type(format)?;
                }
                Ok(Self {
                    format,
                    feedback: feedback.trim(),
                })
            }
            _ => Err(Malformed::new(value, "`payload-type feedback`")),
        }
    }
}

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

/// `a=ssrc:294849051 cname:value` (RFC 5576).
#[derive(Clone, Copy, Debug)]
pub struct Ssrc<'a> {
    /// The synchronisation source.
    pub ssrc: u32,
    /// The source as written.
    pub ssrc_text: Field<'a>,
    /// The attribute's name: `cname`.
    pub attribute: Field<'a>,
    /// The attribute's value.
    pub value: Option<Field<'a>>,
}

impl<'a> Ssrc<'a> {
    /// Reads what stands after `a=ssrc:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (ssrc_text, rest) = value
            .split_once(b' ')
            .ok_or(Malformed::new(value, "`ssrc attribute`"))?;
        let ssrc = ssrc_text
            .number()
            .ok_or(Malformed::new(ssrc_text, "a 32-bit decimal number"))?;
        let (attribute, value) = match rest.split_once(b':') {
            Some((name, value)) => (name, Some(value)),
            None => (rest, None),
        };
        if attribute.is_empty() {
            return Err(Malformed::new(rest, "an attribute such as `cname:value`"));
        }
        Ok(Self {
            ssrc,
            ssrc_text,
            attribute,
            value,
        })
    }
}

/// `a=ssrc-group:FID 1 2` (RFC 5576).
#[derive(Clone, Copy, Debug)]
pub struct SsrcGroup<'a> {
    /// What the group means: `FID`, `FEC-FR`, `SIM`.
    pub semantics: Field<'a>,
    sources: Field<'a>,
}

impl<'a> SsrcGroup<'a> {
    /// Reads what stands after `a=ssrc-group:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (semantics, sources) = value
            .split_once(b' ')
            .ok_or(Malformed::new(value, "`semantics ssrc …`"))?;
        if !semantics.is_token() {
            return Err(Malformed::new(
                value,
                "the meaning of the group, such as `FID`",
            ));
        }
        let group = Self { semantics, sources };
        match group.sources().find(|s| s.number::<u32>().is_none()) {
            Some(bad) => Err(Malformed::new(bad, "a 32-bit decimal number")),
            None => Ok(group),
        }
    }

    /// The sources as written.
    pub fn sources(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.sources.words()
    }
}

/// `a=rid:hi send pt=96;max-width=1280` (RFC 8851).
#[derive(Clone, Copy, Debug)]
pub struct Rid<'a> {
    /// The identifier.
    pub id: Field<'a>,
    /// `send` or `recv`.
    pub direction: Field<'a>,
    /// The payload types the stream is restricted to, separated by commas.
    pub payload_types: Option<Field<'a>>,
}

impl<'a> Rid<'a> {
    /// Reads what stands after `a=rid:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut words = value.words();
        let id = words
            .next()
            .ok_or(Malformed::new(value, "`id send` or `id recv`"))?;
        let id_char = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if !id.bytes().iter().all(id_char) {
            return Err(Malformed::new(
                id,
                "an identifier of letters, digits, `-` and `_`",
            ));
        }
        let direction = words.next().ok_or(Malformed::new(
            value,
            "`send` or `recv` after the identifier",
        ))?;
        if !direction.is("send") && !direction.is("recv") {
            return Err(Malformed::new(direction, "`send` or `recv`"));
        }
        let payload_types = words
            .next()
            .and_then(|restrictions| restrictions.split(b';').next())
            .filter(|first| first.bytes().starts_with(b"pt="))
            .map(|first| first.skip(3));
        Ok(Self {
            id,
            direction,
            payload_types,
        })
    }
}

/// `a=simulcast:send hi,mid;lo recv x` (RFC 8853).
#[derive(Clone, Copy, Debug)]
pub struct Simulcast<'a> {
    /// Streams this side offers to send.
    pub send: Option<Field<'a>>,
    /// Streams this side offers to receive.
    pub recv: Option<Field<'a>>,
}

impl<'a> Simulcast<'a> {
    /// Reads what stands after `a=simulcast:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut simulcast = Self {
            send: None,
            recv: None,
        };
        let mut words = value.words();
        while let Some(direction) = words.next() {
            let place = if direction.is("send") {
                &mut simulcast.send
            } else if direction.is("recv") {
                &mut simulcast.recv
            } else {
                return Err(Malformed::new(direction, "`send` or `recv`"));
            };
            if place.is_some() {
                return Err(Malformed::new(direction, "each direction once"));
            }
            let streams = words.next().ok_or(Malformed::new(
                direction,
                "a list of `rid`s after the direction",
            ))?;
            let id_byte = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            let is_id = |rid: &Field<'_>| !rid.is_empty() && rid.bytes().iter().all(id_byte);
            if !Self::rids(streams).all(|rid| is_id(&rid)) {
                return Err(Malformed::new(streams, "`rid`s separated by `;` or `,`"));
            }
            *place = Some(streams);
        }
        if simulcast.send.is_none() && simulcast.recv.is_none() {
            return Err(Malformed::new(
                value,
                "`send` or `recv` with a list of `rid`s",
            ));
        }
        Ok(simulcast)
    }

    /// The `rid`s of a list: streams are separated by `;`, alternatives by `,`, and `~` marks a
    /// stream that starts paused.
    pub fn rids(list: Field<'a>) -> impl Iterator<Item = Field<'a>> {
        list.split(b';').flat_map(|stream| {
            stream.split(b',').map(|rid| {
                let paused = usize::from(rid.bytes().first() == Some(&b'~'));
                rid.skip(paused)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field<'_> {
        Field::new(text.as_bytes(), 0)
    }

    #[test]
    fn rtpmap_reads_what_stacks_write() {
        let map = Rtpmap::parse(field("111 opus/48000/2")).unwrap();
        assert_eq!((map.channels(), map.clock_rate), (Some(2), 48_000));
        let g722 = Rtpmap::parse(field("9 G722/8000/1")).unwrap();
        assert!(g722.same_codec(&Rtpmap::parse(field("9 g722/8000")).unwrap()));
        for bad in [
            "",
            "96",
            "96 ",
            "96 VP8",
            "96 VP8/",
            "96 VP8/x",
            "128 VP8/90000",
            "96 VP8/0",
        ] {
            assert!(Rtpmap::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn fmtp_parameters_are_found_in_any_case_and_spacing() {
        let fmtp =
            Fmtp::parse(field("102 Packetization-Mode=1; profile-level-id=42e01f;x")).unwrap();
        assert!(fmtp.get("packetization-mode").unwrap().is("1"));
        assert!(fmtp.get("profile-level-id").unwrap().is("42e01f"));
        assert_eq!(fmtp.pairs().count(), 3);
        assert!(Fmtp::parse(field("102 ")).is_err());
    }

    #[test]
    fn simulcast_lists_streams_and_alternatives() {
        let s = Simulcast::parse(field("send q;~h,i;f recv x")).unwrap();
        let rids: Vec<_> = Simulcast::rids(s.send.unwrap())
            .map(|f| f.to_string())
            .collect();
        assert_eq!(rids, ["q", "h", "i", "f"]);
        for bad in [
            "",
            "send",
            "send a send b",
            "up a",
            "rid=a",
            "send rid=a",
            "send a;",
        ] {
            assert!(Simulcast::parse(field(bad)).is_err(), "{bad:?}");
        }
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
    fn every_prefix_returns() {
        for sample in [
            "111 opus/48000/2",
            "4/sendonly urn:x attributes",
            "hi send pt=96,97;max-width=1",
            "FID 1 2",
            "sha-256 4A:AD",
            "1 cname:x",
        ] {
            for end in 0..=sample.len() {
                let value = field(&sample[..end]);
                let _ = Rtpmap::parse(value);
                let _ = Fmtp::parse(value);
                let _ = RtcpFb::parse(value);
                let _ = Extmap::parse(value);
                let _ = Fingerprint::parse(value);
                let _ = Group::parse(value);
                let _ = Ssrc::parse(value);
                let _ = SsrcGroup::parse(value);
                let _ = Rid::parse(value);
                let _ = Simulcast::parse(value);
            }
        }
    }
}
