//! ClientHello, ServerHello and HelloVerifyRequest bodies (RFC 6347, RFC 8446, RFC 9147).
//!
//! Each is given the message's body from its first byte, as much as is there.

use super::codes;
use super::extension::{Extension, Extensions, U16List};
use crate::wire::{ParseError, Parsed, Reader};

/// A ClientHello.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientHello<'a> {
    /// The version of the field that 1.3 keeps at DTLS 1.2.
    pub legacy_version: u16,
    /// 32 random bytes.
    pub random: &'a [u8],
    /// Session to resume.
    pub session_id: &'a [u8],
    /// The cookie of a HelloVerifyRequest, sent back.
    pub cookie: &'a [u8],
    /// Cipher suites, in order of preference.
    pub cipher_suites: U16List<'a>,
    /// Compression methods.
    pub compression_methods: &'a [u8],
    extensions: Block<'a>,
}

impl<'a> ClientHello<'a> {
    /// Reads the body, which begins `offset` bytes into the datagram (or buffer).
    pub fn parse(body: &'a [u8], offset: usize) -> Parsed<Self> {
        let mut hello = Self::default();
        let problem = hello.read(&mut Reader::at(body, offset)).err();
        Parsed {
            value: hello,
            problem,
        }
    }

    fn read(&mut self, r: &mut Reader<'a>) -> Result<(), ParseError> {
        self.legacy_version = r.u16("client version")?;
        self.random = r.take(32, "random")?;
        self.session_id = vector8(r, "session id")?;
        self.cookie = vector8(r, "cookie")?;
        let suites = vector16(r, "cipher suites");
        self.cipher_suites = U16List::new(suites.0);
        if let Some(error) = suites.1 {
            return Err(error);
        }
        self.compression_methods = vector8(r, "compression methods")?;
        self.extensions.read(r)
    }

    /// The extensions in order; an `Err` for one that is cut is the last item.
    pub fn extensions(&self) -> Extensions<'a> {
        self.extensions.iter()
    }

    /// The extension of this type, if it is there whole.
    pub fn extension(&self, extension_type: u16) -> Option<Extension<'a>> {
        self.extensions()
            .map_while(Result::ok)
            .find(|e| e.extension_type == extension_type)
    }

    /// Whether supported_versions offers DTLS 1.3.
    pub fn offers_dtls13(&self) -> bool {
        self.extension(codes::SUPPORTED_VERSIONS)
            .and_then(|e| e.supported_versions())
            .is_some_and(|versions| versions.iter().any(|v| v == codes::DTLS13))
    }
}

/// A ServerHello or, in DTLS 1.3, a HelloRetryRequest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerHello<'a> {
    /// The version of the field that 1.3 keeps at DTLS 1.2.
    pub legacy_version: u16,
    /// 32 random bytes.
    pub random: &'a [u8],
    /// Session id: chosen, or in 1.3 echoed.
    pub session_id: &'a [u8],
    /// The chosen cipher suite; `None` when the message is cut before it.
    pub cipher_suite: Option<u16>,
    extensions: Block<'a>,
}

/// The random of a ServerHello that is a HelloRetryRequest (RFC 8446): SHA-256 of that name.
const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

impl<'a> ServerHello<'a> {
    /// Reads the body, which begins `offset` bytes into the datagram (or buffer).
    pub fn parse(body: &'a [u8], offset: usize) -> Parsed<Self> {
        let mut hello = Self::default();
        let problem = hello.read(&mut Reader::at(body, offset)).err();
        Parsed {
            value: hello,
            problem,
        }
    }

    fn read(&mut self, r: &mut Reader<'a>) -> Result<(), ParseError> {
        self.legacy_version = r.u16("server version")?;
        self.random = r.take(32, "random")?;
        self.session_id = vector8(r, "session id")?;
        self.cipher_suite = Some(r.u16("cipher suite")?);
        r.skip(1, "compression method")?;
        self.extensions.read(r)
    }

    /// The extensions in order; an `Err` for one that is cut is the last item.
    pub fn extensions(&self) -> Extensions<'a> {
        self.extensions.iter()
    }

    /// The extension of this type, if it is there whole.
    pub fn extension(&self, extension_type: u16) -> Option<Extension<'a>> {
        self.extensions()
            .map_while(Result::ok)
            .find(|e| e.extension_type == extension_type)
    }

    /// Whether this is a HelloRetryRequest.
    pub fn is_hello_retry_request(&self) -> bool {
        self.random == HELLO_RETRY_REQUEST
    }

    /// The version chosen: supported_versions if present, else the legacy version.
    pub fn version(&self) -> u16 {
        self.extension(codes::SUPPORTED_VERSIONS)
            .and_then(|e| e.selected_version())
            .unwrap_or(self.legacy_version)
    }
}

/// A HelloVerifyRequest: prove that you can receive here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HelloVerifyRequest<'a> {
    /// Server version.
    pub version: u16,
    /// The cookie that the next ClientHello must send back.
    pub cookie: &'a [u8],
}

impl<'a> HelloVerifyRequest<'a> {
    /// Reads the body, which begins `offset` bytes into the datagram (or buffer).
    pub fn parse(body: &'a [u8], offset: usize) -> Result<Self, ParseError> {
        let mut r = Reader::at(body, offset);
        Ok(Self {
            version: r.u16("server version")?,
            cookie: vector8(&mut r, "cookie")?,
        })
    }
}

/// A vector whose length is one byte.
fn vector8<'a>(r: &mut Reader<'a>, what: &'static str) -> Result<&'a [u8], ParseError> {
    let length = r.u8(what)?;
    r.take(length.into(), what)
}

/// A vector whose length is two bytes: as much as is there, and what is missing.
fn vector16<'a>(r: &mut Reader<'a>, what: &'static str) -> (&'a [u8], Option<ParseError>) {
    let at = r.offset();
    let length = match r.u16(what) {
        Ok(length) => usize::from(length),
        Err(error) => return (&[], Some(error)),
    };
    match r.take(length, what) {
        Ok(data) => (data, None),
        Err(_) => {
            let data = r.rest();
            let error = ParseError::truncated(what, at + 2, length, data.len());
            (data, Some(error))
        }
    }
}

/// The extensions block, if any: as much as is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Block<'a> {
    data: &'a [u8],
    offset: usize,
}

impl<'a> Block<'a> {
    /// Takes the block, and says where it ends early.
    fn read(&mut self, r: &mut Reader<'a>) -> Result<(), ParseError> {
        if r.is_empty() {
            return Ok(());
        }
        let length = usize::from(r.u16("extensions length")?);
        let offset = r.offset();
        let have = length.min(r.left());
        let data = r.take(have, "extensions")?;
        *self = Self { data, offset };
        if let Some(error) = self.iter().find_map(Result::err) {
            return Err(error);
        }
        if have < length {
            return Err(ParseError::truncated("extensions", offset, length, have));
        }
        Ok(())
    }

    fn iter(&self) -> Extensions<'a> {
        Extensions::new(self.data, self.offset)
    }
}
