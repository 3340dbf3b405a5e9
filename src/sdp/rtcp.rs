//! What a section says of RTCP beside its feedback: `rtcp` (RFC 3605), `rtcp-xr` (RFC 3611 §5).

use super::{Address, Field, Malformed};

/// `a=rtcp:5001 IN IP4 192.0.2.1` (RFC 3605 §2.1).
#[derive(Clone, Copy, Debug)]
pub struct Rtcp<'a> {
    /// The port.
    pub port: u16,
    /// The port as written.
    pub port_text: Field<'a>,
    /// The address, when it is another than that of RTP.
    pub address: Option<Address<'a>>,
}

impl<'a> Rtcp<'a> {
    /// Reads what stands after `a=rtcp:`.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let value = value.trim();
        let port_text = value.words().next().unwrap_or(value);
        let port = port_text
            .number()
            .ok_or(Malformed::new(port_text, "a port from 1 to 65535"))?;
        let rest = value.skip(port_text.len()).trim();
        let address = if rest.is_empty() {
            None
        } else {
            let shape = Malformed::new(value, "`port` or `port IN IP4 address`");
            Some(Address::parse(rest).map_err(|_| shape)?)
        };
        Ok(Self {
            port,
            port_text,
            address,
        })
    }
}

/// `a=rtcp-xr:rcvr-rtt=all voip-metrics`: extended reports that may be sent (RFC 3611 §5).
#[derive(Clone, Copy, Debug)]
pub struct RtcpXr<'a> {
    formats: Field<'a>,
}

impl<'a> RtcpXr<'a> {
    /// Reads what stands after `a=rtcp-xr:`; an empty list, which asks for no reports, is one.
    pub fn parse(value: Field<'a>) -> Result<Self, Malformed<'a>> {
        let name = |f: Field<'a>| f.split_once(b'=').map_or(f, |(name, _)| name);
        match value.words().find(|f| !name(*f).is_token()) {
            Some(bad) => Err(Malformed::new(bad, "reports such as `rcvr-rtt=all`")),
            None => Ok(Self { formats: value }),
        }
    }

    /// The kinds of report, each with its parameters.
    pub fn formats(&self) -> impl Iterator<Item = (Field<'a>, Option<Field<'a>>)> + use<'a> {
        self.formats.words().map(|f| match f.split_once(b'=') {
            Some((name, parameters)) => (name, Some(parameters)),
            None => (f, None),
        })
    }
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field<'_> {
        Field::new(text.as_bytes(), 7)
    }

    #[test]
    fn rtcp_is_a_port_with_or_without_an_address() {
        assert!(Rtcp::parse(field("9")).unwrap().address.is_none());
        let rtcp = Rtcp::parse(field("5001 IN IP6 ::1")).unwrap();
        assert_eq!(
            (rtcp.port, rtcp.address.unwrap().host.span()),
            (5001, 19..22)
        );
        for bad in ["", "port 5001", "70000", "5001 192.0.2.1", "5001 IN IP4"] {
            assert!(Rtcp::parse(field(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_prefix_returns() {
        let xr = "rcvr-rtt=all:50 pkt-loss-rle voip-metrics";
        assert_eq!(RtcpXr::parse(field(xr)).unwrap().formats().count(), 3);
        assert!(RtcpXr::parse(field("=all")).is_err());
        for sample in [xr, "5001 IN IP4 192.0.2.1"] {
            for end in 0..=sample.len() {
                let _ = Rtcp::parse(field(&sample[..end]));
                let _ = RtcpXr::parse(field(&sample[..end])).map(|x| x.formats().count());
            }
        }
    }
}
