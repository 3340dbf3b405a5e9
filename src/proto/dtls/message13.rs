//! Handshake messages that only DTLS 1.3 has, or has in another form (RFC 8446, RFC 9147). All of them
//! travel encrypted.

use super::extension::Extensions;
use crate::wire::{ParseError, Reader};

/// The extensions of a CertificateRequest of DTLS 1.3, which begins `offset` bytes into the buffer.
pub fn certificate_request_extensions(
    body: &[u8],
    offset: usize,
) -> Result<Extensions<'_>, ParseError> {
    let mut r = Reader::at(body, offset);
    let context = r.u8("certificate request context length")?;
    r.skip(context.into(), "certificate request context")?;
    let (data, at) = extension_block(&mut r)?;
    Ok(Extensions::new(data, at))
}

/// A NewSessionTicket of DTLS 1.3.
#[derive(Clone, Debug)]
pub struct SessionTicket<'a> {
    /// How long it may be used, in seconds.
    pub lifetime: u32,
    /// The ticket.
    pub ticket: &'a [u8],
    /// Its extensions.
    pub extensions: Extensions<'a>,
}

impl<'a> SessionTicket<'a> {
    /// Reads the body, which begins `offset` bytes into the buffer.
    pub fn parse(body: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let mut r = Reader::at(body, offset);
        let lifetime = r.u32("ticket lifetime")?;
        r.skip(4, "ticket age add")?;
        let nonce = r.u8("ticket nonce length")?;
        r.skip(nonce.into(), "ticket nonce")?;
        let length = r.u16("ticket length")?;
        let ticket = r.take(length.into(), "ticket")?;
        let (data, at) = extension_block(&mut r)?;
        Ok(Self {
            lifetime,
            ticket,
            extensions: Extensions::new(data, at),
        })
    }
}

fn extension_block<'a>(r: &mut Reader<'a>) -> Result<(&'a [u8], usize), ParseError> {
    let length = r.u16("extensions length")?;
    let at = r.offset();
    Ok((r.take(length.into(), "extensions")?, at))
}

/// Connection ids that the sender of a NewConnectionId wants to be addressed by.
#[derive(Clone, Debug)]
pub struct NewConnectionIds<'a> {
    reader: Reader<'a>,
    /// Whether they replace those in use at once; otherwise they are spares.
    pub immediate: bool,
}

impl<'a> NewConnectionIds<'a> {
    /// Reads the body, which begins `offset` bytes into the buffer.
    pub fn parse(body: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let mut r = Reader::at(body, offset);
        let length = r.u16("connection ids length")?;
        let reader = r.sub(length.into(), "connection ids")?;
        let immediate = r.u8("connection id usage")? == 0;
        Ok(Self { reader, immediate })
    }
}

impl<'a> Iterator for NewConnectionIds<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let length = self.reader.u8("connection id length").ok()?;
        self.reader.take(length.into(), "connection id").ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::testing::hex;

    #[test]
    fn messages_of_dtls_13_are_read_and_cut_ones_refused() {
        let request = hex("00 0008 000d0004 00020403");
        assert_eq!(
            certificate_request_extensions(&request, 0).unwrap().count(),
            1
        );
        let ticket = hex("00001c20 01020304 02 aabb 0003 010203 0000");
        let read = SessionTicket::parse(&ticket, 0).unwrap();
        assert_eq!((read.lifetime, read.ticket), (7200, &[1, 2, 3][..]));
        assert_eq!(read.extensions.count(), 0);
        let ids = hex("0005 02 aabb 01 cc 00");
        let read = NewConnectionIds::parse(&ids, 0).unwrap();
        assert!(read.immediate);
        assert_eq!(read.collect::<Vec<_>>(), [&[0xaa, 0xbb][..], &[0xcc]]);
        for end in 0..request.len() {
            assert!(certificate_request_extensions(&request[..end], 0).is_err());
        }
        for end in 0..ticket.len() {
            assert!(SessionTicket::parse(&ticket[..end], 0).is_err());
        }
        for end in 0..ids.len() {
            assert!(NewConnectionIds::parse(&ids[..end], 0).is_err());
        }
        let lies = hex("0003 09 aabb 01");
        assert_eq!(NewConnectionIds::parse(&lies, 0).unwrap().count(), 0);
    }
}
