//! Hello extensions and the ones a WebRTC call depends on (RFC 8446, RFC 5764, RFC 7301).

use super::codes;
use crate::wire::{ParseError, Reader, part};

/// One extension of a hello message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Type; [`codes::extension_name`] knows the registered ones.
    pub extension_type: u16,
    /// Its data.
    pub data: &'a [u8],
    /// Header and data.
    pub bytes: &'a [u8],
    /// Where it begins.
    pub offset: usize,
}

/// Walks the extensions of a hello message.
#[derive(Clone, Debug)]
pub struct Extensions<'a> {
    reader: Reader<'a>,
}

impl<'a> Extensions<'a> {
    /// The extensions in `data`, which begins at `offset`.
    pub(super) fn new(data: &'a [u8], offset: usize) -> Self {
        Self {
            reader: Reader::at(data, offset),
        }
    }

    fn read(&mut self) -> Result<Extension<'a>, ParseError> {
        let whole = self.reader.peek_rest();
        let offset = self.reader.offset();
        let extension_type = self.reader.u16("extension type")?;
        let length = usize::from(self.reader.u16("extension length")?);
        Ok(Extension {
            extension_type,
            data: self.reader.take(length, "extension")?,
            bytes: part(whole, 0..4 + length),
            offset,
        })
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Result<Extension<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let extension = self.read();
        if extension.is_err() {
            self.reader.rest();
        }
        Some(extension)
    }
}

/// A list of 16-bit numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct U16List<'a> {
    numbers: &'a [[u8; 2]],
}

impl<'a> U16List<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            numbers: data.as_chunks().0,
        }
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.numbers.iter().map(|n| u16::from_be_bytes(*n))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The bytes of the list.
    pub fn bytes(&self) -> &'a [u8] {
        self.numbers.as_flattened()
    }
}

/// use_srtp: the SRTP profiles offered, or the one chosen (RFC 5764).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseSrtp<'a> {
    /// Profiles; [`codes::srtp_profile_name`] knows them.
    pub profiles: U16List<'a>,
    /// Master key identifier, mostly empty.
    pub mki: &'a [u8],
}

/// One public key of a key_share extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyShare<'a> {
    /// Group; [`codes::group_name`] knows them.
    pub group: u16,
    /// Public key.
    pub key: &'a [u8],
    /// Group, length and key.
    pub bytes: &'a [u8],
}

/// Walks the public keys of a ClientHello's key_share extension.
#[derive(Clone, Debug)]
pub struct KeyShares<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for KeyShares<'a> {
    type Item = KeyShare<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let share = key_share(&mut self.reader).ok();
        if share.is_none() {
            self.reader.rest();
        }
        share
    }
}

/// Walks the protocol names of an ALPN extension.
#[derive(Clone, Debug)]
pub struct Alpn<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Alpn<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let length = self.reader.u8("protocol name").ok()?;
        self.reader.take(length.into(), "protocol name").ok()
    }
}

impl<'a> Extension<'a> {
    fn of(&self, extension_type: u16) -> Option<Reader<'a>> {
        (self.extension_type == extension_type).then(|| Reader::new(self.data))
    }

    /// A list of 16-bit numbers with its length in two bytes.
    fn list16(&self, extension_type: u16) -> Option<U16List<'a>> {
        let mut r = self.of(extension_type)?;
        let length = r.u16("list length").ok()?;
        r.take(length.into(), "list").ok().map(U16List::new)
    }

    /// The versions a ClientHello offers in supported_versions.
    pub fn supported_versions(&self) -> Option<U16List<'a>> {
        let mut r = self.of(codes::SUPPORTED_VERSIONS)?;
        let length = r.u8("list length").ok()?;
        r.take(length.into(), "list").ok().map(U16List::new)
    }

    /// The version a ServerHello chose in supported_versions.
    pub fn selected_version(&self) -> Option<u16> {
        self.of(codes::SUPPORTED_VERSIONS)?.u16("version").ok()
    }

    /// The groups of supported_groups.
    pub fn supported_groups(&self) -> Option<U16List<'a>> {
        self.list16(codes::SUPPORTED_GROUPS)
    }

    /// The schemes of signature_algorithms.
    pub fn signature_algorithms(&self) -> Option<U16List<'a>> {
        self.list16(codes::SIGNATURE_ALGORITHMS)
    }

    /// The profiles of use_srtp.
    pub fn use_srtp(&self) -> Option<UseSrtp<'a>> {
        let mut r = self.of(codes::USE_SRTP)?;
        let length = r.u16("profiles length").ok()?;
        let profiles = U16List::new(r.take(length.into(), "profiles").ok()?);
        let mki_length = r.u8("MKI length").unwrap_or(0);
        let mki = r.take(mki_length.into(), "MKI").unwrap_or_default();
        Some(UseSrtp { profiles, mki })
    }

    /// The public keys a ClientHello offers in key_share.
    pub fn client_key_shares(&self) -> Option<KeyShares<'a>> {
        let mut r = self.of(codes::KEY_SHARE)?;
        let length = r.u16("key shares length").ok()?;
        let length = usize::from(length).min(r.left());
        let reader = r.sub(length, "key shares").ok()?;
        Some(KeyShares { reader })
    }

    /// The public key of a ServerHello's key_share; in a HelloRetryRequest only its group.
    pub fn server_key_share(&self) -> Option<KeyShare<'a>> {
        let mut r = self.of(codes::KEY_SHARE)?;
        if let Ok(group) = <[u8; 2]>::try_from(self.data) {
            return Some(KeyShare {
                group: u16::from_be_bytes(group),
                key: &[],
                bytes: self.data,
            });
        }
        key_share(&mut r).ok()
    }

    /// The protocols of ALPN.
    pub fn alpn(&self) -> Option<Alpn<'a>> {
        let mut r = self.of(codes::ALPN)?;
        let length = r.u16("protocols length").ok()?;
        let reader = r.sub(length.into(), "protocols").ok()?;
        Some(Alpn { reader })
    }
}

fn key_share<'a>(r: &mut Reader<'a>) -> Result<KeyShare<'a>, ParseError> {
    let whole = r.peek_rest();
    let group = r.u16("group")?;
    let length = usize::from(r.u16("key length")?);
    Ok(KeyShare {
        group,
        key: r.take(length, "key")?,
        bytes: part(whole, 0..4 + length),
    })
}
