//! STUN and TURN messages: header and attributes as views (RFC 8489, RFC 8656).
//!
//! A message with a wrong length or a bad attribute is still shown: [`StunMessage::problem`] and the
//! attribute iterator say what was wrong. Attribute values are decoded on demand by
//! [`Attribute::value`]. ICE attributes are those of RFC 8445, NAT behaviour discovery of RFC 5780,
//! TCP allocations of RFC 6062; classic STUN (RFC 3489) is read too. FINGERPRINT can be checked
//! always, MESSAGE-INTEGRITY given a [`Key`].

pub mod codes;
mod describe;
mod fingerprint;
mod integrity;
mod value;

pub use fingerprint::Fingerprint;
pub use integrity::{Integrity, Key};
pub use value::{PasswordAlgorithm, Value};

use crate::wire::{ParseError, Reader, part};
use std::net::SocketAddr;

/// The magic cookie in bytes 4 to 8 of every message since RFC 5389.
pub const MAGIC_COOKIE: u32 = 0x2112_a442;

const HEADER_LEN: usize = 20;

/// Class of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StunClass {
    /// Asks for a response.
    Request,
    /// Expects no response.
    Indication,
    /// The request succeeded.
    Success,
    /// The request failed; ERROR-CODE says why.
    Error,
}

impl StunClass {
    /// As used in a message's name: `request`, `indication`, `success response`, `error response`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Indication => "indication",
            Self::Success => "success response",
            Self::Error => "error response",
        }
    }
}

/// A view over one STUN message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StunMessage<'a> {
    data: &'a [u8],
    message_type: u16,
    length: u16,
    missing: u32,
}

impl<'a> StunMessage<'a> {
    /// A view over the message that fills `data`.
    ///
    /// Fails without a whole header, or when its first two bits are not zero.
    pub fn parse(data: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse_cut(data, 0)
    }

    /// The same for a message whose last `missing` bytes were not captured.
    pub fn parse_cut(data: &'a [u8], missing: u32) -> Result<Self, ParseError> {
        let Some(&[t0, t1, l0, l1, ..]) = data.first_chunk::<HEADER_LEN>() else {
            return Err(ParseError::truncated(
                "STUN header",
                0,
                HEADER_LEN,
                data.len(),
            ));
        };
        let message_type = u16::from_be_bytes([t0, t1]);
        if message_type & 0xc000 != 0 {
            return Err(ParseError::value(
                "STUN message type",
                0,
                message_type.into(),
                "two leading zero bits",
            ));
        }
        Ok(Self {
            data,
            message_type,
            length: u16::from_be_bytes([l0, l1]),
            missing,
        })
    }

    /// All captured bytes, including any behind the end of the message.
    pub fn bytes(&self) -> &'a [u8] {
        self.data
    }

    /// The 14 bits that hold class and method.
    pub fn message_type(&self) -> u16 {
        self.message_type
    }

    /// Request, indication, success or error.
    pub fn class(&self) -> StunClass {
        match (
            self.message_type & 0x0100 != 0,
            self.message_type & 0x0010 != 0,
        ) {
            (false, false) => StunClass::Request,
            (false, true) => StunClass::Indication,
            (true, false) => StunClass::Success,
            (true, true) => StunClass::Error,
        }
    }

    /// Method, 12 bits; [`codes::method_name`] knows the registered ones.
    pub fn method(&self) -> u16 {
        let t = self.message_type;
        (t & 0x000f) | ((t & 0x00e0) >> 1) | ((t & 0x3e00) >> 2)
    }

    /// Length of the attributes that the header claims, in bytes.
    pub fn length(&self) -> u16 {
        self.length
    }

    /// Whether the magic cookie is missing: a message of RFC 3489.
    pub fn is_classic(&self) -> bool {
        part(self.data, 4..8) != MAGIC_COOKIE.to_be_bytes()
    }

    /// The 96-bit transaction id.
    pub fn transaction_id(&self) -> [u8; 12] {
        part(self.data, 8..20)
            .first_chunk::<12>()
            .copied()
            .unwrap_or_default()
    }

    /// What follows the header, up to the end the length claims or the end of the data.
    pub fn body(&self) -> &'a [u8] {
        part(self.data, HEADER_LEN..HEADER_LEN + usize::from(self.length))
    }

    /// What is wrong with the length: not a multiple of four, past the end of the datagram, or
    /// short of it.
    pub fn problem(&self) -> Option<ParseError> {
        let claimed = usize::from(self.length);
        let available = (self.data.len() - HEADER_LEN).saturating_add(self.missing as usize);
        if !claimed.is_multiple_of(4) && !self.is_classic() {
            return Some(ParseError::value(
                "STUN message length",
                2,
                self.length.into(),
                "a multiple of 4",
            ));
        }
        (claimed != available)
            .then(|| ParseError::length("STUN message length", 2, claimed, available))
    }

    /// Whether its end was not captured, so that attributes may be missing.
    pub fn is_cut(&self) -> bool {
        self.missing > 0
    }

    /// The attributes in order; an `Err` for one that does not fit is the last item.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes {
            reader: Reader::at(self.body(), HEADER_LEN),
            mask: self.mask(),
            classic: self.is_classic(),
        }
    }

    /// What addresses are XORed with: the rest of the header behind the length.
    fn mask(&self) -> [u8; 16] {
        let rest = part(self.data, 4..HEADER_LEN).first_chunk::<16>();
        rest.copied().unwrap_or_default()
    }

    /// The first attribute of this type, of those that count ([`StunMessage::effective`]).
    pub fn attribute(&self, attribute_type: u16) -> Option<Attribute<'a>> {
        self.effective()
            .find(|a| a.attribute_type == attribute_type)
    }

    /// The attributes that a receiver heeds: what follows MESSAGE-INTEGRITY is ignored, but for
    /// MESSAGE-INTEGRITY-SHA256 and FINGERPRINT (RFC 8489 section 14.5), since anybody could have
    /// added it.
    pub fn effective(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        let mut is_sealed = false;
        self.attributes().map_while(Result::ok).filter(move |a| {
            let seals = matches!(
                a.attribute_type,
                codes::MESSAGE_INTEGRITY | codes::MESSAGE_INTEGRITY_SHA256
            );
            let counts = !is_sealed || seals || a.attribute_type == codes::FINGERPRINT;
            is_sealed |= seals;
            counts
        })
    }

    /// The decoded value of the first attribute of this type, when it can be decoded.
    pub fn value(&self, attribute_type: u16) -> Option<Value<'a>> {
        self.attribute(attribute_type)?.value().ok()
    }

    /// The address a success response reports: XOR-MAPPED-ADDRESS, of classic servers too, else
    /// MAPPED-ADDRESS.
    pub fn mapped_address(&self) -> Option<SocketAddr> {
        let value = self
            .value(codes::XOR_MAPPED_ADDRESS)
            .or_else(|| self.value(codes::CLASSIC_XOR_MAPPED_ADDRESS))
            .or_else(|| self.value(codes::MAPPED_ADDRESS))?;
        value.address()
    }

    /// The USERNAME attribute, in ICE `receiver-ufrag:sender-ufrag`; `None` when it is no UTF-8.
    pub fn username(&self) -> Option<&'a str> {
        match self.value(codes::USERNAME)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The ICE PRIORITY attribute.
    pub fn priority(&self) -> Option<u32> {
        match self.value(codes::PRIORITY)? {
            Value::U32(n) => Some(n),
            _ => None,
        }
    }

    /// Whether USE-CANDIDATE is present: the controlling agent nominates this pair.
    pub fn use_candidate(&self) -> bool {
        self.attribute(codes::USE_CANDIDATE).is_some()
    }

    /// The ICE role of the sender and its tie-breaker.
    pub fn role(&self) -> Option<(Role, u64)> {
        self.effective().find_map(|a| {
            let role = match a.attribute_type {
                codes::ICE_CONTROLLING => Role::Controlling,
                codes::ICE_CONTROLLED => Role::Controlled,
                _ => return None,
            };
            match a.value() {
                Ok(Value::U64(tie_breaker)) => Some((role, tie_breaker)),
                _ => None,
            }
        })
    }

    /// The ERROR-CODE attribute: code, 300 to 699, and reason phrase.
    pub fn error_code(&self) -> Option<(u16, &'a str)> {
        match self.value(codes::ERROR_CODE)? {
            Value::ErrorCode { code, reason } => Some((code, reason)),
            _ => None,
        }
    }

    /// The value of NOMINATION (draft-thatcher-ice-renomination): the highest wins.
    pub fn nomination(&self) -> Option<u32> {
        match self.value(codes::NOMINATION)? {
            Value::U32(n) => Some(n),
            _ => None,
        }
    }

    /// Whether FINGERPRINT is present and holds (RFC 8489).
    pub fn verify_fingerprint(&self) -> Fingerprint {
        fingerprint::verify(self)
    }

    /// Whether MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256 or GOOG-MESSAGE-INTEGRITY-32 is present,
    /// and all that are hold under `key` (RFC 8489).
    pub fn verify_integrity(&self, key: &Key) -> Integrity {
        integrity::verify(self, key)
    }

    /// Whether it carries an integrity attribute, so that a key could tell whether it is genuine.
    pub fn has_integrity(&self) -> bool {
        integrity::is_present(self)
    }
}

/// Role of an ICE agent (RFC 8445).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Nominates the pair to use.
    Controlling,
    /// Uses the pair that is nominated.
    Controlled,
}

impl Role {
    /// The name used in JSON and on screen (RFC 8445).
    pub fn name(self) -> &'static str {
        match self {
            Self::Controlling => "controlling",
            Self::Controlled => "controlled",
        }
    }
}

/// One attribute of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Type; [`codes::attribute`] knows the registered ones and those of some vendors.
    pub attribute_type: u16,
    /// Value without padding.
    pub data: &'a [u8],
    /// The whole attribute: type, length, value and as much of the padding as is there.
    pub bytes: &'a [u8],
    /// Where it begins in the message.
    pub offset: usize,
    mask: [u8; 16],
    classic: bool,
}

impl<'a> Attribute<'a> {
    /// Decodes the value by its type.
    ///
    /// Types without a decoder give [`Value::Bytes`]; a value its type does not allow is an error,
    /// with the offset in the message.
    pub fn value(&self) -> Result<Value<'a>, ParseError> {
        let kind = self.row().map_or(codes::Kind::Bytes, |row| row.kind);
        value::decode(kind, self.data, self.offset + 4, &self.mask)
    }

    /// Name in the registry, or `None`.
    pub fn name(&self) -> Option<&'static str> {
        self.row().map(|row| row.name)
    }

    fn row(&self) -> Option<&'static codes::Row> {
        if self.classic {
            codes::classic_attribute(self.attribute_type)
        } else {
            codes::attribute(self.attribute_type)
        }
    }
}

/// Walks the attributes of a message.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    reader: Reader<'a>,
    mask: [u8; 16],
    classic: bool,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let whole = self.reader.peek_rest();
        let offset = self.reader.offset();
        let attribute = self.read(whole, offset);
        if attribute.is_err() {
            self.reader.rest();
        }
        Some(attribute)
    }
}

impl<'a> Attributes<'a> {
    fn read(&mut self, whole: &'a [u8], offset: usize) -> Result<Attribute<'a>, ParseError> {
        let attribute_type = self.reader.u16("attribute type")?;
        let length = usize::from(self.reader.u16("attribute length")?);
        if length > self.reader.left() {
            return Err(ParseError::length(
                "attribute length",
                offset + 2,
                length,
                self.reader.left(),
            ));
        }
        let data = self.reader.take(length, "attribute value")?;
        // The last attribute's padding is sometimes left out; that harms nobody.
        let padding = (length.next_multiple_of(4) - length).min(self.reader.left());
        self.reader.skip(padding, "attribute padding")?;
        Ok(Attribute {
            attribute_type,
            data,
            bytes: part(whole, 0..4 + length + padding),
            offset,
            mask: self.mask,
            classic: self.classic,
        })
    }
}

#[cfg(test)]
mod tests;
