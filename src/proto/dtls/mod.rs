//! DTLS: records of a datagram, handshake fragments in clear, hello messages, alerts.
//!
//! Records are those of RFC 6347 (DTLS 1.2), RFC 9147 (1.3, with its unified header) and RFC 9146
//! (connection ids). Hello bodies are those of RFC 5246 and RFC 8446. What is cut (a ClientHello with
//! a post-quantum key share never fits one datagram) gives what is there and says where it ended.

mod certificate;
pub mod codes;
mod describe;
mod describe_hello;
mod describe_message;
mod extension;
mod extension_values;
mod handshake;
mod hello;
mod ja4;
mod message;
mod message13;
mod plain;
mod reassembly;
mod record;
mod x509;

pub use certificate::{
    CertificateEntries, CertificateEntry, Certificates, certificate_entries,
    server_key_exchange_group,
};
pub use extension::{Alpn, Extension, Extensions, KeyShare, KeyShares, U16List, UseSrtp};
pub use extension_values::PreSharedKey;
pub use handshake::{Handshake, HandshakeFragments};
pub use hello::{ClientHello, HelloVerifyRequest, ServerHello};
pub use ja4::ja4;
pub use message::{
    AckedRecords, CertificateRequest, CertificateVerify, EcdheParameters, NewSessionTicket,
    encrypted_extensions, key_update_requested,
};
pub use message13::{NewConnectionIds, SessionTicket, certificate_request_extensions};
pub use plain::PlainContent;
pub use reassembly::{
    BYTES_MAX, MESSAGES_MAX, PIECES_MAX, Pushed, Reassembler, Refusal, Unfinished,
};
pub use record::{Header, Record, Records};
pub use x509::{Certificate, sha256_fingerprint};

use crate::wire::{ParseError, Reader};

/// The records of one datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DtlsDatagram<'a> {
    data: &'a [u8],
    missing: u32,
}

impl<'a> DtlsDatagram<'a> {
    /// The records in `data`, of which `missing` more bytes were on the wire. Nothing is checked
    /// yet.
    pub fn new(data: &'a [u8], missing: u32) -> Self {
        Self { data, missing }
    }

    /// All captured bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.data
    }

    /// The records in order; an `Err` is the last item.
    pub fn records(&self) -> Records<'a> {
        Records::new(self.data, self.missing)
    }
}

/// An alert in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Alert {
    /// 1 is a warning, 2 fatal.
    pub level: u8,
    /// What happened; [`codes::alert_name`] knows the registered ones.
    pub description: u8,
}

impl Alert {
    /// Reads the fragment of an alert record in clear.
    pub fn parse(fragment: &[u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(fragment);
        Ok(Self {
            level: r.u8("alert level")?,
            description: r.u8("alert description")?,
        })
    }
}

#[cfg(test)]
mod tests;
