//! What a section says of its streams: `ssrc` and `ssrc-group` (RFC 5576), `rid` (RFC 8851),
//! `simulcast` (RFC 8853).

use super::{Field, Malformed};

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
    restrictions: Field<'a>,
}

/// What limits a stream: `max-width=1280` (RFC 8851 §5).
#[derive(Clone, Copy, Debug)]
pub struct Restriction<'a> {
    /// All of it.
    pub text: Field<'a>,
    /// Its name: `max-width`.
    pub key: Field<'a>,
    /// Its value; the grammar lets it be left out.
    pub value: Option<Field<'a>>,
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
        let restrictions = value.skip(direction.end() - value.start()).trim();
        let payload_types = restrictions
            .split(b';')
            .next()
            .filter(|first| first.bytes().starts_with(b"pt="))
            .map(|first| first.skip(3).trim());
        Ok(Self {
            id,
            direction,
            payload_types,
            restrictions,
        })
    }

    /// What limits the stream, in order.
    pub fn restrictions(&self) -> impl Iterator<Item = Restriction<'a>> + use<'a> {
        let parts = self.restrictions.split(b';').map(Field::trim);
        parts.filter(|part| !part.is_empty()).map(|text| {
            let (key, value) = match text.split_once(b'=') {
                Some((key, value)) => (key, Some(value)),
                None => (text, None),
            };
            Restriction { text, key, value }
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
    fn restrictions_are_told_apart() {
        let rid = Rid::parse(field("hi send pt=96,97; max-width=1280;depend")).unwrap();
        assert!(rid.payload_types.unwrap().is("96,97"));
        let keys: Vec<_> = rid.restrictions().map(|r| r.key.to_string()).collect();
        assert_eq!(keys, ["pt", "max-width", "depend"]);
        assert_eq!(rid.restrictions().nth(1).unwrap().text.span(), 18..32);
        assert_eq!(
            Rid::parse(field("hi recv")).unwrap().restrictions().count(),
            0
        );
    }

    #[test]
    fn every_prefix_returns() {
        for sample in [
            "1 cname:x",
            "FID 1 2",
            "hi send pt=96,97;max-width=1",
            "send q;~h,i recv x",
        ] {
            for end in 0..=sample.len() {
                let value = Field::new(&sample.as_bytes()[..end], 0);
                let _ = Ssrc::parse(value);
                let _ = SsrcGroup::parse(value);
                let _ = Rid::parse(value);
                let _ = Simulcast::parse(value);
            }
        }
    }
}
