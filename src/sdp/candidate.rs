//! The ICE candidate attribute (RFC 8839; TCP candidates RFC 6544).

use super::{Field, Malformed};

/// `a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host`
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Candidates with equal foundations are frozen together. As written: what characters it may
    /// have is the linter's business.
    pub foundation: Field<'a>,
    /// 1 for RTP, 2 for RTCP.
    pub component: u16,
    /// The component as written.
    pub component_text: Field<'a>,
    /// `udp` or `tcp`, in any case.
    pub transport: Field<'a>,
    /// Priority as written; the range is the linter's business.
    pub priority: u64,
    /// The priority's text.
    pub priority_text: Field<'a>,
    /// IP address or name.
    pub address: Field<'a>,
    /// Port.
    pub port: u16,
    /// `host`, `srflx`, `prflx` or `relay`.
    pub kind: Field<'a>,
    /// Related address (`raddr`).
    pub related_address: Option<Field<'a>>,
    /// Related port (`rport`).
    pub related_port: Option<Field<'a>>,
    /// `active`, `passive` or `so` for TCP.
    pub tcp_type: Option<Field<'a>>,
    /// The last word, when it is the name of an extension without its value.
    pub unpaired: Option<Field<'a>>,
    extensions: Field<'a>,
}

impl<'a> Candidate<'a> {
    /// Reads what stands after `a=candidate:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let mut words = value.words();
        let mut next = |expected| words.next().ok_or(Malformed::new(value, expected));
        let foundation = next("a foundation")?;
        let component_text = next("a component after the foundation")?;
        let component = component_text
            .number()
            .filter(|n| (1..=256).contains(n))
            .ok_or(Malformed::new(component_text, "a component from 1 to 256"))?;
        let transport = next("a transport after the component")?;
        if !transport.is_token() {
            return Err(Malformed::new(transport, "a transport such as `udp`"));
        }
        let priority_text = next("a priority after the transport")?;
        let priority = priority_text.number().ok_or(Malformed::new(
            priority_text,
            "a priority in decimal digits",
        ))?;
        let address = next("an address after the priority")?;
        let port_text = next("a port after the address")?;
        let port = port_text
            .number()
            .ok_or(Malformed::new(port_text, "a port from 0 to 65535"))?;
        let typ = next("`typ` after the port")?;
        if !typ.is("typ") {
            return Err(Malformed::new(typ, "`typ`"));
        }
        let kind = next("a candidate type after `typ`")?;
        let mut candidate = Self {
            foundation,
            component,
            component_text,
            transport,
            priority,
            priority_text,
            address,
            port,
            kind,
            related_address: None,
            related_port: None,
            tcp_type: None,
            unpaired: None,
            extensions: value.skip(kind.end() - value.start()),
        };
        while let Some(name) = words.next() {
            // Extensions are name and value in turn (RFC 8839).
            let Some(value) = words.next() else {
                candidate.unpaired = Some(name);
                break;
            };
            if name.is("raddr") {
                candidate.related_address = Some(value);
            } else if name.is("rport") {
                if value.number::<u16>().is_none() {
                    return Err(Malformed::new(value, "a port from 0 to 65535"));
                }
                candidate.related_port = Some(value);
            } else if name.is("tcptype") {
                candidate.tcp_type = Some(value);
            }
        }
        Ok(candidate)
    }

    /// The value of the extension called `name`, such as `generation` or `ufrag`.
    pub fn extension(&self, name: &str) -> Option<Field<'a>> {
        let mut words = self.extensions.words();
        while let Some(found) = words.next() {
            let value = words.next();
            if found.is(name) {
                return value;
            }
        }
        None
    }

    /// Whether the transport is TCP.
    pub fn is_tcp(&self) -> bool {
        self.transport.is_ignoring_case("tcp")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "0 1 TCP 2105524479 192.0.2.1 9 typ srflx raddr 10.0.0.1 rport 5 tcptype active generation 0";

    #[test]
    fn reads_extensions_in_any_order() {
        let c = Candidate::parse(Field::new(SAMPLE.as_bytes(), 12)).unwrap();
        assert!(c.is_tcp() && c.kind.is("srflx") && c.tcp_type.unwrap().is("active"));
        assert!(c.related_address.unwrap().is("10.0.0.1"));
        assert!(c.extension("generation").unwrap().is("0"));
        assert_eq!(c.extension("rport").unwrap().span(), 74..75);
        assert_eq!((c.extension("0"), c.unpaired), (None, None));
        assert_eq!(c.foundation.span(), 12..13);
    }

    #[test]
    fn every_prefix_returns_and_says_what_is_missing() {
        for end in 0..SAMPLE.find(" raddr").unwrap() {
            let result = Candidate::parse(Field::new(&SAMPLE.as_bytes()[..end], 0));
            assert_eq!(result.is_ok(), end > SAMPLE.find("srflx").unwrap(), "{end}");
        }
    }

    #[test]
    fn grammar_is_enforced() {
        let bad = |text: &str| Candidate::parse(Field::new(text.as_bytes(), 0)).is_err();
        assert!(bad("1 0 udp 1 192.0.2.1 9 typ host"), "component");
        assert!(bad("1 1 udp x 192.0.2.1 9 typ host"), "priority");
        assert!(bad("1 1 udp 1 192.0.2.1 99999 typ host"), "port");
        assert!(bad("1 1 udp 1 192.0.2.1 9 host"), "typ");
        let odd = "a-b 1 udp 1 192.0.2.1 9 typ host generation 0 ufrag";
        let odd = Candidate::parse(Field::new(odd.as_bytes(), 0)).unwrap();
        assert!(odd.unpaired.unwrap().is("ufrag") && odd.foundation.is("a-b"));
    }
}
