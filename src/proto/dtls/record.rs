//! The record layer: full headers (RFC 6347, RFC 9146) and the unified header (RFC 9147).

use super::handshake::HandshakeFragments;
use super::{Alert, codes};
use crate::wire::{ParseError, Reader, part};

/// A record's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header<'a> {
    /// The header of DTLS 1.0 to 1.2 and of plaintext records of 1.3.
    Full {
        /// Content type; [`codes::content_type_name`] knows them.
        content_type: u8,
        /// Version on the wire, as 0xfefd for DTLS 1.2; 1.3 says 1.2 here.
        version: u16,
        /// Counts cipher states: 0 is in clear.
        epoch: u16,
        /// Sequence number within the epoch, 48 bits.
        sequence: u64,
        /// Connection id, for content type 25 only.
        connection_id: &'a [u8],
        /// Length of the fragment.
        length: u16,
    },
    /// The header of encrypted records of DTLS 1.3.
    Unified {
        /// The connection id, if the C bit says that there is one; empty where its length is not
        /// known.
        connection_id: Option<&'a [u8]>,
        /// The low two bits of the epoch.
        epoch_bits: u8,
        /// The encrypted sequence number, 8 or 16 bits.
        encrypted_sequence: u16,
        /// The S bit: the sequence number has 16 bits.
        long_sequence: bool,
        /// Length of the ciphertext; without it the record fills the datagram.
        length: Option<u16>,
    },
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its header.
    pub header: Header<'a>,
    /// What it carries, as much as was captured.
    pub fragment: &'a [u8],
    /// All its captured bytes.
    pub bytes: &'a [u8],
    /// Where it begins in the datagram.
    pub offset: usize,
    /// Bytes of it that were not captured.
    pub missing: usize,
}

impl<'a> Record<'a> {
    /// Content type, where it is in clear and not that of an encrypted record (25).
    pub fn content_type(&self) -> Option<u8> {
        match self.header {
            Header::Full { content_type, .. } if content_type != codes::TLS12_CID => {
                Some(content_type)
            }
            _ => None,
        }
    }

    /// Whether the fragment is ciphertext: a later epoch, a connection id, or the unified header.
    pub fn is_encrypted(&self) -> bool {
        match self.header {
            Header::Full {
                content_type,
                epoch,
                ..
            } => epoch > 0 || content_type == codes::TLS12_CID,
            Header::Unified { .. } => true,
        }
    }

    /// The epoch, where it is known: the unified header has only its low two bits.
    pub fn epoch(&self) -> Option<u16> {
        match self.header {
            Header::Full { epoch, .. } => Some(epoch),
            Header::Unified { .. } => None,
        }
    }

    /// The sequence number, where it is in clear.
    pub fn sequence(&self) -> Option<u64> {
        match self.header {
            Header::Full { sequence, .. } => Some(sequence),
            Header::Unified { .. } => None,
        }
    }

    /// Where the fragment begins in the datagram.
    pub fn fragment_offset(&self) -> usize {
        self.offset + (self.bytes.len() - self.fragment.len())
    }

    /// The handshake fragments in it; none when it is encrypted or something else.
    pub fn handshakes(&self) -> HandshakeFragments<'a> {
        let in_clear = self.content_type() == Some(codes::HANDSHAKE) && !self.is_encrypted();
        let data = if in_clear { self.fragment } else { &[] };
        HandshakeFragments::new(data, self.fragment_offset()).with_missing(self.missing)
    }

    /// The alert in it, if it is one in clear.
    pub fn alert(&self) -> Option<Alert> {
        if self.content_type() != Some(codes::ALERT) || self.is_encrypted() {
            return None;
        }
        Alert::parse(self.fragment).ok()
    }
}

/// The longest connection id that is guessed from the length of a record; it could have 255 bytes.
const CONNECTION_ID_GUESS: usize = 32;

/// Walks the records of a datagram.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    reader: Reader<'a>,
    missing: usize,
    connection_id_len: Option<usize>,
}

impl<'a> Records<'a> {
    pub(super) fn new(data: &'a [u8], missing: u32) -> Self {
        Self {
            reader: Reader::new(data),
            missing: missing as usize,
            connection_id_len: None,
        }
    }

    /// The same walk where the receiver has negotiated connection ids of this length in bytes.
    ///
    /// Records do not say how long theirs is. Where it is not told, a length that makes the record
    /// end with its datagram is taken, which is right when there is one record.
    #[must_use]
    pub fn with_connection_id_len(mut self, len: usize) -> Self {
        self.connection_id_len = Some(len);
        self
    }

    /// The length of the connection id that comes next in `rest`, when `after` bytes and the
    /// record's length follow it.
    fn connection_id_len(&self, rest: &[u8], after: usize) -> usize {
        let is_last = |len: &usize| {
            let at = len + after;
            let length = part(rest, at..at + 2);
            let length = <[u8; 2]>::try_from(length).map(u16::from_be_bytes);
            length.is_ok_and(|n| at + 2 + usize::from(n) == rest.len() + self.missing)
        };
        self.connection_id_len
            .or_else(|| (0..=CONNECTION_ID_GUESS).find(is_last))
            .unwrap_or(0)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let record = self.read();
        if record.is_err() {
            self.reader.rest();
        }
        Some(record)
    }
}

impl<'a> Records<'a> {
    fn read(&mut self) -> Result<Record<'a>, ParseError> {
        let whole = self.reader.peek_rest();
        let offset = self.reader.offset();
        let first = self.reader.u8("content type")?;
        let (header, length) = match first {
            20..=26 => self.full(first)?,
            32..=63 => self.unified(first)?,
            _ => {
                return Err(ParseError::value(
                    "content type",
                    offset,
                    first.into(),
                    "20 to 26, or a unified header",
                ));
            }
        };
        let have = self.reader.left();
        let length = length.unwrap_or(have.saturating_add(self.missing));
        if length > have.saturating_add(self.missing) {
            let at = self.reader.offset() - 2;
            return Err(ParseError::length("record length", at, length, have));
        }
        let fragment = self.reader.take(length.min(have), "fragment")?;
        Ok(Record {
            header,
            fragment,
            bytes: part(whole, 0..self.reader.offset() - offset),
            offset,
            missing: length - fragment.len(),
        })
    }

    fn full(&mut self, content_type: u8) -> Result<(Header<'a>, Option<usize>), ParseError> {
        let at = self.reader.offset();
        let version = self.reader.u16("version")?;
        if codes::version_name(version).is_none() {
            return Err(ParseError::value(
                "version",
                at,
                version.into(),
                "a version of DTLS",
            ));
        }
        let epoch = self.reader.u16("epoch")?;
        let sequence = self.reader.u48("sequence number")?;
        let connection_id = if content_type == codes::TLS12_CID {
            let length = self.connection_id_len(self.reader.peek_rest(), 0);
            self.reader.take(length, "connection id")?
        } else {
            &[]
        };
        let length = self.reader.u16("record length")?;
        let header = Header::Full {
            content_type,
            version,
            epoch,
            sequence,
            connection_id,
            length,
        };
        Ok((header, Some(length.into())))
    }

    fn unified(&mut self, first: u8) -> Result<(Header<'a>, Option<usize>), ParseError> {
        let has_connection_id = first & 0x10 != 0;
        let long_sequence = first & 0x08 != 0;
        let connection_id = if has_connection_id {
            let has_length = first & 0x04 != 0;
            let length = if has_length {
                let sequence = if long_sequence { 2 } else { 1 };
                self.connection_id_len(self.reader.peek_rest(), sequence)
            } else {
                self.connection_id_len.unwrap_or(0)
            };
            self.reader.take(length, "connection id")?
        } else {
            &[]
        };
        let encrypted_sequence = if long_sequence {
            self.reader.u16("sequence number")?
        } else {
            self.reader.u8("sequence number")?.into()
        };
        let length = if first & 0x04 != 0 {
            Some(self.reader.u16("record length")?)
        } else {
            None
        };
        let header = Header::Unified {
            connection_id: has_connection_id.then_some(connection_id),
            epoch_bits: first & 0x03,
            encrypted_sequence,
            long_sequence,
            length,
        };
        Ok((header, length.map(usize::from)))
    }
}
