//! What a section says of its payload types: `rtpmap`, `fmtp`, `rtcp-fb` (RFC 8866, RFC 4585).
//!
//! Each reader takes the text after `a=name:` and keeps to the grammar of the RFC it names; where
//! deployed stacks are laxer, the reader is too and the linter says so.

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

    /// The kind of feedback: `nack`.
    pub fn kind(&self) -> Field<'a> {
        self.feedback
            .split_once(b' ')
            .map_or(self.feedback, |(kind, _)| kind)
    }

    /// What follows the kind: `pli`.
    pub fn parameter(&self) -> Option<Field<'a>> {
        let (_, parameter) = self.feedback.split_once(b' ')?;
        Some(parameter.trim())
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
    fn feedback_has_a_kind_and_a_parameter() {
        let fb = RtcpFb::parse(field("* nack  pli")).unwrap();
        assert!(fb.kind().is("nack") && fb.parameter().unwrap().is("pli"));
        let fb = RtcpFb::parse(field("96 transport-cc ")).unwrap();
        assert!(fb.kind().is("transport-cc") && fb.parameter().is_none());
        assert!(RtcpFb::parse(field("96")).is_err());
    }

    #[test]
    fn every_prefix_returns() {
        for sample in [
            "111 opus/48000/2",
            "97 apt=96;rtx-time=3000",
            "96 nack pli",
            "* x",
        ] {
            for end in 0..=sample.len() {
                let value = Field::new(&sample.as_bytes()[..end], 0);
                let _ = Rtpmap::parse(value);
                let _ = Fmtp::parse(value);
                let _ = RtcpFb::parse(value);
            }
        }
    }
}
