//! The causes in ABORT and ERROR (RFC 9260; RFC 4895 and RFC 5061 add some).

use super::codes::cause as code;
use super::tlv::Tlv;
use crate::wire::ParseError;

/// An error cause, decoded by its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause<'a> {
    /// A stream that was not agreed on.
    InvalidStream(u16),
    /// Parameters that INIT or INIT ACK must have and did not, by type.
    MissingParameters(&'a [[u8; 2]]),
    /// The cookie came this many microseconds too late.
    StaleCookie(u32),
    /// A DATA chunk without user data, by its TSN.
    NoUserData(u32),
    /// The user closed it, or the peer broke the protocol: text that says why, if the sender gave
    /// one.
    Text(&'a [u8]),
    /// An HMAC that is not supported, by its identifier.
    UnsupportedHmac(u16),
    /// What the cause is about, as it was sent: the chunk, the parameters, the address.
    Quoted(&'a [u8]),
    /// The code says it all.
    Plain,
}

impl<'a> Cause<'a> {
    /// Decodes a cause.
    pub fn parse(tlv: &Tlv<'a>) -> Result<Self, ParseError> {
        let mut r = tlv.reader();
        Ok(match tlv.kind {
            code::INVALID_STREAM => Self::InvalidStream(r.u16("stream identifier")?),
            code::MISSING_PARAMETERS => {
                let count = r.u32("number of missing parameters")? as usize;
                let types = r.rest().as_chunks().0;
                Self::MissingParameters(types.get(..count).unwrap_or(types))
            }
            code::STALE_COOKIE => Self::StaleCookie(r.u32("measure of staleness")?),
            code::NO_USER_DATA => Self::NoUserData(r.u32("TSN")?),
            code::USER_ABORT | code::PROTOCOL_VIOLATION => Self::Text(tlv.value),
            code::UNSUPPORTED_HMAC => Self::UnsupportedHmac(r.u16("HMAC identifier")?),
            _ if tlv.value.is_empty() => Self::Plain,
            _ => Self::Quoted(tlv.value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tlv::Tlvs;
    use super::*;
    use crate::proto::testing::hex;
    use crate::wire::Reader;

    #[test]
    fn causes_say_what_they_are_about() {
        let bytes = hex(
            "0001 0008 0009 0000 0002 000a 00000001 0007 0000 0003 0008 000003e8 0004 0004
             0006 0008 55000004 0009 0008 00000011 000c 0010 436c6f73652063616c6c6564
             0105 0006 0002 0000",
        );
        let all: Vec<_> = Tlvs::new(Reader::new(&bytes))
            .map(|tlv| Cause::parse(&tlv.unwrap()).unwrap())
            .collect();
        assert_eq!(
            all,
            [
                Cause::InvalidStream(9),
                Cause::MissingParameters(&[[0, 7]]),
                Cause::StaleCookie(1000),
                Cause::Plain,
                Cause::Quoted(&[0x55, 0, 0, 4]),
                Cause::NoUserData(17),
                Cause::Text(b"Close called"),
                Cause::UnsupportedHmac(2),
            ]
        );
        let bytes = hex("0009 0006 0000");
        let tlv = Tlvs::new(Reader::new(&bytes)).next().unwrap().unwrap();
        assert!(Cause::parse(&tlv).is_err());
        let bytes = hex("0002 0008 ffffffff");
        let tlv = Tlvs::new(Reader::new(&bytes)).next().unwrap().unwrap();
        assert_eq!(Cause::parse(&tlv), Ok(Cause::MissingParameters(&[])));
    }
}
