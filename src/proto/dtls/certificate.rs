//! Certificate chains of DTLS 1.2 (RFC 5246) and 1.3 (RFC 8446), and ECDHE parameters (RFC 8422).

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

/// One certificate of a DTLS 1.3 Certificate message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateEntry<'a> {
    /// The certificate.
    pub der: &'a [u8],
    /// Its extensions, not read.
    pub extensions: &'a [u8],
}

/// Walks the certificates of a DTLS 1.3 Certificate message, the sender's own first.
#[derive(Clone, Debug)]
pub struct CertificateEntries<'a> {
    reader: Reader<'a>,
}

/// The certificates in the body of a whole Certificate message of DTLS 1.3, which begins `offset` bytes
/// into the datagram (or buffer).
pub fn certificate_entries(
    body: &[u8],
    offset: usize,
) -> Result<CertificateEntries<'_>, ParseError> {
    let mut r = Reader::at(body, offset);
    let context = r.u8("certificate request context length")?;
    r.skip(context.into(), "certificate request context")?;
    let length = r.u24("certificate list length")? as usize;
    Ok(CertificateEntries {
        reader: r.sub(length, "certificate list")?,
    })
}

impl<'a> Iterator for CertificateEntries<'a> {
    type Item = Result<CertificateEntry<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let entry = self.read();
        if entry.is_err() {
            self.reader.rest();
        }
        Some(entry)
    }
}

impl<'a> CertificateEntries<'a> {
    fn read(&mut self) -> Result<CertificateEntry<'a>, ParseError> {
        let r = &mut self.reader;
        let length = r.u24("certificate length")? as usize;
        let der = r.take(length, "certificate")?;
        let length = r.u16("certificate extensions length")?;
        let extensions = r.take(length.into(), "certificate extensions")?;
        Ok(CertificateEntry { der, extensions })
    }
}

/// The named group of an ECDHE ServerKeyExchange body; `None` for other key exchanges.
pub fn server_key_exchange_group(body: &[u8]) -> Option<u16> {
    const NAMED_CURVE: u8 = 3;
    let mut r = Reader::new(body);
    (r.u8("curve type") == Ok(NAMED_CURVE)).then_some(())?;
    r.u16("named curve").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Context, two certificates, one with an extension.
    const ENTRIES: [u8; 22] = [
        1, 9, 0, 0, 17, 0, 0, 2, 0xaa, 0xbb, 0, 0, 0, 0, 1, 0xcc, 0, 4, 0, 18, 0, 0,
    ];

    #[test]
    fn entries_of_tls13_are_read_up_to_where_they_end() {
        let whole: Vec<_> = certificate_entries(&ENTRIES, 0)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let ders: Vec<_> = whole.iter().map(|e| e.der).collect();
        assert_eq!(ders, [&[0xaa, 0xbb][..], &[0xcc]]);
        assert_eq!(whole[1].extensions, [0, 18, 0, 0]);
        for end in 0..ENTRIES.len() {
            assert!(certificate_entries(&ENTRIES[..end], 0).is_err());
        }
        let mut long = ENTRIES;
        long[7] = 200;
        let entries: Vec<_> = certificate_entries(&long, 0).unwrap().collect();
        assert!(matches!(entries[..], [Err(_)]));
    }
}
