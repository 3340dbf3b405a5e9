//! Whose packets to a multicast address are wanted: `source-filter` (RFC 4570).

use super::{Field, Malformed};

/// `a=source-filter: incl IN IP4 232.3.4.5 192.0.2.10` (RFC 4570 §3).
#[derive(Clone, Copy, Debug)]
pub struct SourceFilter<'a> {
    /// `incl` for packets from these sources, `excl` for those from all others.
    pub mode: Field<'a>,
    /// The network type: `IN`.
    pub network: Field<'a>,
    /// `IP4`, `IP6`, or `*` for both.
    pub family: Field<'a>,
    /// The address that packets go to; `*` for those of the `c=` lines.
    pub destination: Field<'a>,
    sources: Field<'a>,
}

impl<'a> SourceFilter<'a> {
    /// Reads what stands after `a=source-filter:`, where the grammar wants a blank.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut words = value.words();
        let mut next = |expected| words.next().ok_or(Malformed::new(value, expected));
        let mode = next("`incl` or `excl`")?;
        if !mode.is("incl") && !mode.is("excl") {
            return Err(Malformed::new(mode, "`incl` or `excl`"));
        }
        let network = next("the network type `IN`")?;
        let family = next("the address type `IP4`, `IP6` or `*`")?;
        let destination = next("the address that packets go to, or `*`")?;
        let first = next("at least one source")?;
        if !["IP4", "IP6", "*"].iter().any(|f| family.is(f)) {
            return Err(Malformed::new(
                family,
                "the address type `IP4`, `IP6` or `*`",
            ));
        }
        Ok(Self {
            mode,
            network,
            family,
            destination,
            sources: value.skip(first.start() - value.start()),
        })
    }

    /// The sources: addresses or names.
    pub fn sources(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.sources.words()
    }
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_returns_and_says_what_is_missing() {
        let text = " incl IN IP4 232.3.4.5 192.0.2.10 192.0.2.11";
        let parse = |text: &'static str| SourceFilter::parse(Field::new(text.as_bytes(), 0));
        let filter = parse(text).unwrap();
        assert!(filter.mode.is("incl") && filter.destination.is("232.3.4.5"));
        assert_eq!(filter.sources().count(), 2);
        for end in 0..text.len() {
            let first_source = text.find(" 192").unwrap() + 1;
            assert_eq!(parse(&text[..end]).is_ok(), end > first_source, "{end}");
        }
        assert!(parse(" only IN IP4 * ::1").is_err() && parse(" incl IN IP5 * ::1").is_err());
    }
}
