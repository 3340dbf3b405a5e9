//! The smaller handshake messages and the ACK record (RFC 5246, RFC 5077, RFC 8422, RFC 8446,
//! RFC 9147).
//!
//! Bodies are those of whole messages. What DTLS 1.3 encrypts is here as well: a decoder does not
//! care whether the bytes were in clear.

use super::extension::{Extensions, U16List};
use crate::wire::{ParseError, Reader};

/// A CertificateRequest of DTLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateRequest<'a> {
    /// Types of certificate that the server takes.
    pub certificate_types: &'a [u8],
    /// Signature schemes it takes; empty before DTLS 1.2, which does not list them.
    pub signature_algorithms: U16List<'a>,
    /// Distinguished names of authorities it trusts, in DER with two bytes of length each.
    pub authorities: &'a [u8],
}

impl<'a> CertificateRequest<'a> {
    /// Reads the body, which begins `offset` bytes into the datagram (or buffer). The body does not
    /// say of which version it is: DTLS 1.2 has the list of schemes, 1.0 does not.
    pub fn parse(body: &'a [u8], offset: usize, has_schemes: bool) -> Result<Self, ParseError> {
        let mut r = Reader::at(body, offset);
        let length = r.u8("certificate types length")?;
        let certificate_types = r.take(length.into(), "certificate types")?;
        let schemes = if has_schemes {
            let length = r.u16("signature algorithms length")?;
            r.take(length.into(), "signature algorithms")?
        } else {
            &[]
        };
        let length = r.u16("authorities length")?;
        Ok(Self {
            certificate_types,
            signature_algorithms: U16List::new(schemes),
            authorities: r.take(length.into(), "authorities")?,
        })
    }
}

/// An ECDHE ServerKeyExchange: the group that was chosen and who vouches for the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EcdheParameters<'a> {
    /// Named group; [`codes::group_name`](super::codes::group_name) knows them.
    pub group: u16,
    /// The server's ephemeral public key.
    pub public_key: &'a [u8],
    /// Signature scheme in DTLS 1.2; in 1.0 the first bytes of the signature.
    pub scheme: Option<u16>,
}

impl<'a> EcdheParameters<'a> {
    /// Reads the body; `None` for another kind of key exchange.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let group = super::server_key_exchange_group(body)?;
        let mut r = Reader::new(body);
        r.skip(3, "curve type and name").ok()?;
        let length = r.u8("public key length").ok()?;
        let public_key = r.take(length.into(), "public key").ok()?;
        Some(Self {
            group,
            public_key,
            scheme: r.u16("signature scheme").ok(),
        })
    }
}

/// A CertificateVerify of DTLS 1.2 and 1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateVerify<'a> {
    /// Signature scheme; [`codes::signature_scheme_name`](super::codes::signature_scheme_name)
    /// knows them.
    pub scheme: u16,
    /// The signature.
    pub signature: &'a [u8],
}

impl<'a> CertificateVerify<'a> {
    /// Reads the body, which begins `offset` bytes into the datagram (or buffer).
    pub fn parse(body: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let mut r = Reader::at(body, offset);
        let scheme = r.u16("signature scheme")?;
        let length = r.u16("signature length")?;
        Ok(Self {
            scheme,
            signature: r.take(length.into(), "signature")?,
        })
    }
}

/// A NewSessionTicket of DTLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSessionTicket<'a> {
    /// How long it may be kept, in seconds; 0 leaves it to the client.
    pub lifetime_hint: u32,
    /// The ticket.
    pub ticket: &'a [u8],
}

impl<'a> NewSessionTicket<'a> {
    /// Reads the body, which begins `offset` bytes into the datagram (or buffer).
    pub fn parse(body: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let mut r = Reader::at(body, offset);
        let lifetime_hint = r.u32("ticket lifetime hint")?;
        let length = r.u16("ticket length")?;
        Ok(Self {
            lifetime_hint,
            ticket: r.take(length.into(), "ticket")?,
        })
    }
}

/// A KeyUpdate of DTLS 1.3: whether the other side should change its keys too.
pub fn key_update_requested(body: &[u8]) -> Option<bool> {
    match body {
        [0] => Some(false),
        [1] => Some(true),
        _ => None,
    }
}

/// The extensions of an EncryptedExtensions message, which begins `offset` bytes into the buffer.
pub fn encrypted_extensions(body: &[u8], offset: usize) -> Result<Extensions<'_>, ParseError> {
    let mut r = Reader::at(body, offset);
    let length = r.u16("extensions length")?;
    let at = r.offset();
    let data = r.take(length.into(), "extensions")?;
    Ok(Extensions::new(data, at))
}

/// Walks the record numbers of an ACK record: (epoch, sequence number).
#[derive(Clone, Debug)]
pub struct AckedRecords<'a> {
    reader: Reader<'a>,
}

impl<'a> AckedRecords<'a> {
    /// Reads the fragment of an ACK record in clear, which begins `offset` bytes into the datagram.
    pub fn parse(fragment: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let mut r = Reader::at(fragment, offset);
        let length = r.u16("record numbers length")?;
        Ok(Self {
            reader: r.sub(length.into(), "record numbers")?,
        })
    }
}

impl Iterator for AckedRecords<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<Self::Item> {
        let epoch = self.reader.u64("epoch").ok()?;
        let sequence = self.reader.u64("sequence number").ok()?;
        Some((epoch, sequence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::testing::hex;

    #[test]
    fn certificate_requests_of_both_versions_are_read() {
        let body = hex("0201400004040308040000");
        let request = CertificateRequest::parse(&body, 0, true).unwrap();
        assert_eq!(request.certificate_types, [1, 64]);
        let schemes: Vec<_> = request.signature_algorithms.iter().collect();
        assert_eq!(schemes, [0x0403, 0x0804]);
        let body = hex("02 0140 0002 0000");
        let request = CertificateRequest::parse(&body, 0, false).unwrap();
        assert_eq!(request.authorities, [0, 0]);
        assert!(request.signature_algorithms.is_empty());
    }

    #[test]
    fn small_messages_are_read() {
        let body = hex("0403 0002 aabb");
        let verify = CertificateVerify::parse(&body, 0).unwrap();
        assert_eq!((verify.scheme, verify.signature), (0x0403, &body[4..]));
        let body = hex("00001c20 0003 010203");
        let ticket = NewSessionTicket::parse(&body, 0).unwrap();
        assert_eq!((ticket.lifetime_hint, ticket.ticket.len()), (7200, 3));
        assert_eq!(key_update_requested(&[1]), Some(true));
        assert_eq!(key_update_requested(&[2]), None);
        let body = hex("0008 000e0004 00020001");
        assert_eq!(encrypted_extensions(&body, 0).unwrap().count(), 1);
        let body = hex("03001d 02 aabb 0403 0001 cc");
        let exchange = EcdheParameters::parse(&body).unwrap();
        assert_eq!((exchange.group, exchange.scheme), (0x1d, Some(0x0403)));
    }

    #[test]
    fn acks_list_their_records() {
        let body = hex("0020 0000000000000000 0000000000000001 0000000000000002 0000000000000000");
        let all: Vec<_> = AckedRecords::parse(&body, 0).unwrap().collect();
        assert_eq!(all, [(0, 1), (2, 0)]);
        assert_eq!(AckedRecords::parse(&[0, 0], 0).unwrap().count(), 0);
        assert!(AckedRecords::parse(&[0, 16, 1], 0).is_err());
    }

    #[test]
    fn every_prefix_is_answered() {
        let body = hex("0201400004040308040000000000000000001000aabbccdd");
        for end in 0..=body.len() {
            let cut = &body[..end];
            let _ = CertificateRequest::parse(cut, 0, true);
            let _ = CertificateVerify::parse(cut, 0);
            let _ = NewSessionTicket::parse(cut, 0);
            let _ = encrypted_extensions(cut, 0).map(Iterator::count);
            let _ = AckedRecords::parse(cut, 0).map(Iterator::count);
            EcdheParameters::parse(cut);
        }
    }
}
