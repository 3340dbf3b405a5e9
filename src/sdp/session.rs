//! The lines of the session part that hold values: `o=`, `b=`, `t=`, `r=`, `z=` (RFC 8866 §5).

use super::{Address, Field, Malformed};

/// `o=- 4962303333179871722 1 IN IP4 0.0.0.0` (RFC 8866 §5.2).
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// `-` unless the writer names itself.
    pub user: Field<'a>,
    /// Stays the same through a session; a number, if its writer keeps to the grammar.
    pub session_id: Field<'a>,
    /// Grows with each description of the session.
    pub version: Field<'a>,
    /// Where it was written.
    pub address: Address<'a>,
}

impl<'a> Origin<'a> {
    /// Reads what stands after `o=`: six fields separated by one blank, whatever is in them.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let six = Malformed::new(value, "six fields separated by one blank");
        let mut fields = value.split(b' ');
        let mut next = || fields.next().ok_or(six);
        let (user, session_id, version) = (next()?, next()?, next()?);
        let rest = value.skip(version.end() + 1 - value.start());
        Ok(Self {
            user,
            session_id,
            version,
            address: Address::parse(rest).map_err(|_| six)?,
        })
    }
}

/// `b=AS:500` (RFC 8866 §5.8).
#[derive(Clone, Copy, Debug)]
pub struct Bandwidth<'a> {
    /// What the number means: `AS`, `TIAS`, `CT`, `RS`, `RR`.
    pub kind: Field<'a>,
    /// Kilobits a second for `AS` and `CT`, bits for the others.
    pub value: u64,
    /// The number as written.
    pub value_text: Field<'a>,
}

impl<'a> Bandwidth<'a> {
    /// Reads what stands after `b=`. A number beyond 64 bits is taken for the greatest there is.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let (kind, value_text) = value
            .split_once(b':')
            .filter(|(kind, _)| kind.is_token())
            .ok_or(Malformed::new(value, "`type:number`"))?;
        if !value_text.is_digits() {
            return Err(Malformed::new(value_text, "decimal digits"));
        }
        Ok(Self {
            kind,
            value: value_text.number().unwrap_or(u64::MAX),
            value_text,
        })
    }
}

/// `t=0 0`: when the session begins and ends, in seconds since 1900 (RFC 8866 §5.9).
#[derive(Clone, Copy, Debug)]
pub struct Timing<'a> {
    /// The beginning; 0 for a session that is always there.
    pub start: Field<'a>,
    /// The end; 0 for none.
    pub stop: Field<'a>,
}

impl<'a> Timing<'a> {
    /// Reads what stands after `t=`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let timing = value
            .split_once(b' ')
            .map(|(start, stop)| Self { start, stop });
        timing
            .filter(|t| t.start.is_digits() && t.stop.is_digits())
            .ok_or(Malformed::new(value, "two numbers"))
    }

    /// Whether the session is always there.
    pub fn is_permanent(&self) -> bool {
        let zero = |f: Field<'_>| f.bytes().iter().all(|&b| b == b'0');
        zero(self.start) && zero(self.stop)
    }
}

/// `r=7d 1h 0 25h`: how the session repeats (RFC 8866 §5.10).
#[derive(Clone, Copy, Debug)]
pub struct Repeat<'a> {
    /// From one beginning to the next.
    pub interval: Field<'a>,
    /// How long it lasts each time.
    pub duration: Field<'a>,
    offsets: Field<'a>,
}

impl<'a> Repeat<'a> {
    /// Reads what stands after `r=`: an interval, a duration and at least one offset.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        if let Some(bad) = value.split(b' ').find(|&f| !is_time(f)) {
            let at = if bad.is_empty() { value } else { bad };
            return Err(Malformed::new(at, "times such as `7d 1h 0`"));
        }
        let mut words = value.words();
        match (words.next(), words.next(), words.next()) {
            (Some(interval), Some(duration), Some(first)) => Ok(Self {
                interval,
                duration,
                offsets: value.skip(first.start() - value.start()),
            }),
            _ => Err(Malformed::new(value, "times such as `7d 1h 0`")),
        }
    }

    /// From the `t=` start to each beginning.
    pub fn offsets(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.offsets.words()
    }
}

/// `z=2882844526 -1h 2898848070 0`: when clocks are put forward or back (RFC 8866 §5.11).
#[derive(Clone, Copy, Debug)]
pub struct Zones<'a> {
    adjustments: Field<'a>,
}

impl<'a> Zones<'a> {
    /// Reads what stands after `z=`: pairs of a time and an offset.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        const EXPECTED: &str = "pairs of a time and an offset such as `2882844526 -1h`";
        let mut fields = value.split(b' ');
        while let Some(at) = fields.next() {
            let sign = |f: Field<'_>| usize::from(f.bytes().first() == Some(&b'-'));
            let offset = fields.next().filter(|f| is_time(f.skip(sign(*f))));
            if !at.is_digits() || offset.is_none() {
                return Err(Malformed::new(value, EXPECTED));
            }
        }
        Ok(Self { adjustments: value })
    }

    /// Each time with the offset that holds from then on.
    pub fn adjustments(&self) -> impl Iterator<Item = (Field<'a>, Field<'a>)> + use<'a> {
        let mut words = self.adjustments.words();
        std::iter::from_fn(move || Some((words.next()?, words.next()?)))
    }
}

/// A number of seconds, or with one of the units `d`, `h`, `m`, `s`.
fn is_time(field: Field<'_>) -> bool {
    let unit = matches!(field.bytes().last(), Some(b'd' | b'h' | b'm' | b's'));
    field.take(field.len() - usize::from(unit)).is_digits()
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field<'_> {
        Field::new(text.as_bytes(), 2)
    }

    #[test]
    fn an_origin_has_six_fields() {
        let o = Origin::parse(field("- 17 2 IN IP4 192.0.2.1")).unwrap();
        assert!(o.user.is("-") && o.session_id.is("17") && o.version.is("2"));
        assert_eq!(o.address.host.span(), 16..25);
        for bad in [
            "",
            "-",
            "- 1 IN IP4 192.0.2.1",
            "- 1 1 IN IP4 192.0.2.1 x",
            "my name 1 1 IN IP4 ::1",
        ] {
            assert_eq!(
                Origin::parse(field(bad)).unwrap_err().at.start(),
                2,
                "{bad:?}"
            );
        }
    }

    #[test]
    fn bandwidths_are_numbers_of_a_kind() {
        let b = Bandwidth::parse(field("TIAS:500000")).unwrap();
        assert_eq!((b.value, b.value_text.span()), (500_000, 7..13));
        assert_eq!(
            Bandwidth::parse(field("AS:99999999999999999999"))
                .unwrap()
                .value,
            u64::MAX
        );
        for bad in ["", "AS", "AS=5", "AS:", "AS:-1", "AS:5 ", ":5"] {
            assert!(Bandwidth::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn times_have_units() {
        assert!(Timing::parse(field("0 0")).unwrap().is_permanent());
        assert!(!Timing::parse(field("2873397496 0")).unwrap().is_permanent());
        for bad in ["", "0", "0 0 0", "0  0", "now 0"] {
            assert!(Timing::parse(field(bad)).is_err(), "{bad:?}");
        }
        let r = Repeat::parse(field("7d 1h 0 25h")).unwrap();
        assert_eq!(r.offsets().count(), 2);
        for bad in ["", "7d 1h", "7d 1h ", "weekly", "7w 1h 0"] {
            assert!(Repeat::parse(field(bad)).is_err(), "{bad:?}");
        }
        let z = Zones::parse(field("2882844526 -1h 2898848070 0")).unwrap();
        assert!(
            z.adjustments()
                .next()
                .is_some_and(|(_, offset)| offset.is("-1h"))
        );
        assert!(Zones::parse(field("2882844526")).is_err() && Zones::parse(field("")).is_err());
    }

    #[test]
    fn every_prefix_returns() {
        for sample in [
            "- 17 2 IN IP4 192.0.2.1",
            "AS:500",
            "0 0",
            "7d 1h 0 25h",
            "288 -1h 289 0",
        ] {
            for end in 0..=sample.len() {
                let value = field(&sample[..end]);
                let _ = Origin::parse(value);
                let _ = Bandwidth::parse(value);
                let _ = Timing::parse(value);
                let _ = Repeat::parse(value).map(|r| r.offsets().count());
                let _ = Zones::parse(value).map(|z| z.adjustments().count());
            }
        }
    }
}
