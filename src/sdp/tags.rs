//! What names a section and its tracks: `mid` (RFC 5888), `msid` (RFC 8830), `msid-semantic` (its
//! drafts), `identity` (RFC 8827).

use super::{Field, Malformed};

/// `a=mid:0` (RFC 5888 §4).
#[derive(Clone, Copy, Debug)]
pub struct Mid<'a>(pub Field<'a>);

impl<'a> Mid<'a> {
    /// Reads what stands after `a=mid:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        if value.is_token() {
            return Ok(Self(value));
        }
        Err(Malformed::new(value, "letters, digits and a few signs"))
    }
}

/// `a=msid:stream track` (RFC 8830 §2).
#[derive(Clone, Copy, Debug)]
pub struct Msid<'a> {
    /// The stream; `-` for a track of none.
    pub stream: Field<'a>,
    /// The track (`appdata`), when it is written.
    pub track: Option<Field<'a>>,
}

impl<'a> Msid<'a> {
    /// The most characters that the grammar lets an id have.
    pub const LONGEST: usize = 64;

    /// Reads what stands after `a=msid:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (stream, track) = match value.split_once(b' ') {
            Some((stream, track)) => (stream, Some(track)),
            None => (value, None),
        };
        for id in [Some(stream), track].into_iter().flatten() {
            if id.bytes().contains(&b' ') {
                return Err(Malformed::new(value, "`stream-id track-id`"));
            }
            if !id.is_token() {
                return Err(Malformed::new(id, "one or two ids"));
            }
            if id.len() > Self::LONGEST {
                return Err(Malformed::new(id, "at most 64 characters"));
            }
        }
        Ok(Self { stream, track })
    }
}

/// `a=msid-semantic: WMS stream1 stream2` (draft-ietf-mmusic-msid-16 and before).
#[derive(Clone, Copy, Debug)]
pub struct MsidSemantic<'a> {
    /// `WMS`.
    pub semantic: Field<'a>,
    streams: Field<'a>,
}

impl<'a> MsidSemantic<'a> {
    /// Reads what stands after `a=msid-semantic:`. A blank before it and one at the end are what
    /// browsers write.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let semantic = value
            .words()
            .next()
            .filter(|word| word.is_token())
            .ok_or(Malformed::new(value, "`WMS`"))?;
        let streams = value.skip(semantic.end() - value.start());
        Ok(Self { semantic, streams })
    }

    /// The streams; `*` for all.
    pub fn streams(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.streams.words()
    }
}

/// `a=identity:eyJpZ…`: who vouches for the sender (RFC 8827 §7.3).
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// What an identity provider asserts, in base64.
    pub assertion: Field<'a>,
    extensions: Field<'a>,
}

impl<'a> Identity<'a> {
    /// Reads what stands after `a=identity:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let assertion = value.words().next().unwrap_or(value);
        let digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        let padding = assertion
            .bytes()
            .iter()
            .rev()
            .take_while(|&&b| b == b'=')
            .count();
        let body = assertion.take(assertion.len() - padding);
        if body.is_empty() || padding > 2 || !body.bytes().iter().all(digit) {
            return Err(Malformed::new(assertion, "an assertion in base64"));
        }
        Ok(Self {
            assertion,
            extensions: value.skip(assertion.end() - value.start()),
        })
    }

    /// What follows the assertion, one by one.
    pub fn extensions(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.extensions
            .split(b';')
            .map(Field::trim)
            .filter(|extension| !extension.is_empty())
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
    fn ids_are_tokens() {
        let msid = Msid::parse(field("- 80336e21-2480")).unwrap();
        assert!(msid.stream.is("-") && msid.track.unwrap().is("80336e21-2480"));
        let long = "x".repeat(65);
        for bad in ["", " a", "a ", "a b c", "a/b", &long] {
            assert!(Msid::parse(field(bad)).is_err(), "{bad:?}");
        }
        assert!(Mid::parse(field("my-audio")).is_ok());
        assert!(Mid::parse(field("my audio")).is_err() && Mid::parse(field("")).is_err());
    }

    #[test]
    fn semantics_have_blanks_where_browsers_write_them() {
        let chrome = MsidSemantic::parse(field(" WMS ")).unwrap();
        assert_eq!(
            (chrome.semantic.span(), chrome.streams().count()),
            (1..4, 0)
        );
        let firefox = MsidSemantic::parse(field("WMS *")).unwrap();
        assert!(firefox.streams().next().unwrap().is("*"));
        assert!(MsidSemantic::parse(field(" ")).is_err());
    }

    #[test]
    fn assertions_are_base64() {
        let identity = Identity::parse(field("eyJpZHAi== one=1;two")).unwrap();
        assert_eq!(
            (identity.assertion.len(), identity.extensions().count()),
            (10, 2)
        );
        for bad in ["", "=", "a===", "a-b"] {
            assert!(Identity::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_prefix_returns() {
        for sample in ["stream track", " WMS a b", "eyJpZHAi= one=1;two"] {
            for end in 0..=sample.len() {
                let value = field(&sample[..end]);
                let _ = Mid::parse(value);
                let _ = Msid::parse(value);
                let _ = MsidSemantic::parse(value).map(|s| s.streams().count());
                let _ = Identity::parse(value).map(|i| i.extensions().count());
            }
        }
    }
}
