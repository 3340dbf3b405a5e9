//! What is said of media as people meet it: `ptime`, `maxptime`, `framerate` (RFC 8866 §6),
//! `content` (RFC 4796), `label` (RFC 4574), `imageattr` (RFC 6236).

use super::{Field, Malformed};

/// A positive number, whole or with a point: `a=ptime:2.5`, `a=maxptime:120`, `a=framerate:29.97`
/// (RFC 8866 §6.4, §6.5, §6.13).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Positive(pub f64);

impl Positive {
    /// Reads what stands after the colon (`non-zero-int-or-real`).
    pub fn parse(value: Field<'_>) -> Result<Self, Malformed<'_>> {
        let digits = match value.split_once(b'.') {
            Some((whole, fraction)) => whole.is_digits() && fraction.is_digits(),
            None => value.is_digits(),
        };
        let number = value.as_str().and_then(|text| text.parse().ok());
        number
            .filter(|&n: &f64| digits && n > 0.0)
            .map(Self)
            .ok_or(Malformed::new(value, "a number above 0"))
    }
}

/// `a=content:slides,main` (RFC 4796 §5).
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    list: Field<'a>,
}

impl<'a> Content<'a> {
    /// Reads what stands after `a=content:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        match value.split(b',').find(|word| !word.is_token()) {
            Some(bad) => {
                let at = if bad.is_empty() { value } else { bad };
                Err(Malformed::new(
                    at,
                    "words such as `slides`, separated by `,`",
                ))
            }
            None => Ok(Self { list: value }),
        }
    }

    /// What it is, one by one: `slides`, `speaker`, `sl`, `main`, `alt`.
    pub fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.list.split(b',')
    }
}

/// `a=label:1` (RFC 4574 §4).
#[derive(Clone, Copy, Debug)]
pub struct Label<'a>(pub Field<'a>);

impl<'a> Label<'a> {
    /// Reads what stands after `a=label:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        if value.is_token() {
            return Ok(Self(value));
        }
        Err(Malformed::new(value, "letters, digits and a few signs"))
    }
}

/// `a=imageattr:97 send [x=800,y=640] recv *` (RFC 6236 §3.1).
#[derive(Clone, Copy, Debug)]
pub struct ImageAttr<'a> {
    /// The payload type, or `*` for all.
    pub format: Field<'a>,
    /// What is sent: sets in brackets, or `*` for any.
    pub send: Option<Field<'a>>,
    /// What is received.
    pub recv: Option<Field<'a>>,
}

impl<'a> ImageAttr<'a> {
    /// Reads what stands after `a=imageattr:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let format = value.words().next().unwrap_or(value);
        if !format.is("*") && format.number::<u8>().is_none_or(|n| n > 127) {
            return Err(Malformed::new(format, "a payload type or `*`"));
        }
        let mut attr = Self {
            format,
            send: None,
            recv: None,
        };
        let mut rest = value.skip(format.end() - value.start()).trim();
        while !rest.is_empty() {
            let direction = rest.words().next().unwrap_or(rest);
            let place = match direction.bytes() {
                b"send" => &mut attr.send,
                b"recv" => &mut attr.recv,
                _ => return Err(Malformed::new(direction, "`send` or `recv`")),
            };
            let after = rest.skip(direction.len()).trim();
            let end = Self::end_of_list(after).ok_or(Malformed::new(
                direction,
                "`*` or sets in brackets after the direction",
            ))?;
            if place.is_some() {
                return Err(Malformed::new(direction, "each direction once"));
            }
            *place = Some(after.take(end));
            rest = after.skip(end).trim();
        }
        if attr.send.is_none() && attr.recv.is_none() {
            return Err(Malformed::new(
                value,
                "`send` or `recv` after the payload type",
            ));
        }
        Ok(attr)
    }

    /// Where the list that `text` begins with ends: after `*`, or after its last set in brackets.
    fn end_of_list(text: Field<'_>) -> Option<usize> {
        if text.bytes().first() == Some(&b'*') {
            return Some(1);
        }
        let (mut depth, mut end) = (0u32, None);
        for (at, &b) in text.bytes().iter().enumerate() {
            match b {
                b'[' => depth += 1,
                b']' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        end = Some(at + 1);
                    }
                }
                b' ' | b'\t' => {}
                _ if depth == 0 => break,
                _ => {}
            }
        }
        end.filter(|_| depth == 0)
    }

    /// The sets of a list, without their outer brackets: `x=800,y=640`. None for `*`.
    pub fn sets(list: Field<'a>) -> impl Iterator<Item = Field<'a>> {
        let mut rest = list;
        std::iter::from_fn(move || {
            let open = rest.bytes().iter().position(|&b| b == b'[')?;
            let mut depth = 0u32;
            let inner = rest.skip(open);
            let close = inner.bytes().iter().position(|&b| {
                match b {
                    b'[' => depth += 1,
                    b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                depth == 0
            })?;
            rest = inner.skip(close + 1);
            Some(inner.take(close).skip(1))
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
    fn numbers_are_above_zero() {
        assert_eq!(Positive::parse(field("29.97")), Ok(Positive(29.97)));
        for bad in [
            "", "0", "0.0", "-1", "20ms", ".5", "5.", "1e3", "inf", " 20",
        ] {
            assert!(Positive::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn words_are_tokens() {
        assert_eq!(
            Content::parse(field("slides,main")).unwrap().iter().count(),
            2
        );
        assert!(Content::parse(field("slides,")).is_err() && Content::parse(field("a b")).is_err());
        assert!(Label::parse(field("1")).is_ok() && Label::parse(field("")).is_err());
    }

    #[test]
    fn picture_sizes_go_both_ways() {
        let text = "97 send [x=800,y=[320:640],sar=1.1] [x=480,y=320,q=0.5] recv *";
        let attr = ImageAttr::parse(field(text)).unwrap();
        let sets: Vec<_> = ImageAttr::sets(attr.send.unwrap())
            .map(|s| s.to_string())
            .collect();
        assert_eq!(sets, ["x=800,y=[320:640],sar=1.1", "x=480,y=320,q=0.5"]);
        assert!(attr.recv.unwrap().is("*") && attr.format.is("97"));
        for bad in [
            "",
            "97",
            "x send *",
            "97 send",
            "97 up *",
            "97 send [x=1",
            "97 send x=1]",
            "97 send * send *",
        ] {
            assert!(ImageAttr::parse(field(bad)).is_err(), "{bad:?}");
        }
        for end in 0..=text.len() {
            let attr = ImageAttr::parse(field(&text[..end]));
            let _ = attr.map(|a| a.send.map(|s| ImageAttr::sets(s).count()));
            let _ = Content::parse(field(&text[..end]));
            let _ = Positive::parse(field(&text[..end]));
        }
    }
}
