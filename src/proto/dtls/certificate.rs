//! Certificate chains and ECDHE parameters in clear (RFC 5246, RFC 8422): DTLS 1.2 only.

use crate::wire::{ParseError, Reader};

/// Walks the DER certificates of a DTLS 1.2 Certificate message, the sender's own first.
#[derive(Clone, Debug)]
pub struct Certificates<'a> {
    reader: Reader<'a>,
}

impl<'a> Certificates<'a> {
    /// Reads the body of a whole message, which begins `offset` bytes into the datagram (or buffer).
    pub fn parse(body: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let mut r = Reader::at(body, offset);
        let length = r.u24("certificate list length")? as usize;
        Ok(Self {
            reader: r.sub(length, "certificate list")?,
        })
    }
}

impl<'a> Iterator for Certificates<'a> {
    type Item = Result<&'a [u8], ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let length = self.reader.u24("certificate length");
        let certificate =
            length.and_then(|length| self.reader.take(length as usize, "certificate"));
        if certificate.is_err() {
            self.reader.rest();
        }
        Some(certificate)
    }
}

/// The named group of an ECDHE ServerKeyExchange body; `None` for other key exchanges.
pub fn server_key_exchange_group(body: &[u8]) -> Option<u16> {
    const NAMED_CURVE: u8 = 3;
    let mut r = Reader::new(body);
    (r.u8("curve type") == Ok(NAMED_CURVE)).then_some(())?;
    r.u16("named curve").ok()
}
