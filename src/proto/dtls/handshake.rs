//! Handshake fragments: the header that lets messages span datagrams (RFC 6347).

use super::codes;
use crate::wire::{ParseError, Reader, part};

/// A handshake message, or the fragment of one that a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake<'a> {
    /// Message type; [`codes::handshake_name`] knows them.
    pub message_type: u8,
    /// Length of the whole message, 24 bits.
    pub length: u32,
    /// Counts messages of the sender; a retransmission keeps the number.
    pub message_seq: u16,
    /// Where this fragment belongs in the message.
    pub fragment_offset: u32,
    /// Length of this fragment on the wire.
    pub fragment_length: u32,
    /// The fragment, as much as was captured.
    pub body: &'a [u8],
    /// Header and fragment.
    pub bytes: &'a [u8],
    /// Where the header begins in the datagram.
    pub offset: usize,
    /// Bytes of the fragment that were not captured.
    pub missing: usize,
}

impl Handshake<'_> {
    /// Whether the whole message is here.
    pub fn is_whole(&self) -> bool {
        self.fragment_offset == 0 && self.body.len() == self.length as usize
    }

    /// Name of the message type, or `None`.
    pub fn name(&self) -> Option<&'static str> {
        codes::handshake_name(self.message_type)
    }

    /// Where the fragment begins in the datagram.
    pub fn body_offset(&self) -> usize {
        self.offset + (self.bytes.len() - self.body.len())
    }

    /// What is wrong with the numbers: a fragment that reaches past the end of its record or of
    /// its message.
    pub fn problem(&self) -> Option<ParseError> {
        let claimed = self.fragment_length as usize;
        let available = self.body.len() + self.missing;
        if claimed > available {
            let at = self.offset + 9;
            return Some(ParseError::length(
                "fragment length",
                at,
                claimed,
                available,
            ));
        }
        let end = u64::from(self.fragment_offset) + u64::from(self.fragment_length);
        (end > u64::from(self.length)).then(|| {
            ParseError::length(
                "fragment length",
                self.offset + 9,
                self.fragment_length as usize,
                self.length.saturating_sub(self.fragment_offset) as usize,
            )
        })
    }
}

/// Walks the handshake fragments of a record.
#[derive(Clone, Debug)]
pub struct HandshakeFragments<'a> {
    reader: Reader<'a>,
    missing: usize,
}

impl<'a> HandshakeFragments<'a> {
    /// The fragments in `data`, which begins `offset` bytes into the datagram.
    pub fn new(data: &'a [u8], offset: usize) -> Self {
        Self {
            reader: Reader::at(data, offset),
            missing: 0,
        }
    }

    /// The same where `missing` more bytes of the record were not captured.
    #[must_use]
    pub fn with_missing(mut self, missing: usize) -> Self {
        self.missing = missing;
        self
    }
}

impl<'a> Iterator for HandshakeFragments<'a> {
    type Item = Result<Handshake<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let fragment = self.read();
        if fragment.is_err() {
            self.reader.rest();
        }
        Some(fragment)
    }
}

impl<'a> HandshakeFragments<'a> {
    fn read(&mut self) -> Result<Handshake<'a>, ParseError> {
        let whole = self.reader.peek_rest();
        let offset = self.reader.offset();
        let message_type = self.reader.u8("handshake type")?;
        let length = self.reader.u24("handshake length")?;
        let message_seq = self.reader.u16("message_seq")?;
        let fragment_offset = self.reader.u24("fragment_offset")?;
        let fragment_length = self.reader.u24("fragment_length")?;
        // A record cut by the snaplen ends inside its last fragment; keep what is there.
        let have = (fragment_length as usize).min(self.reader.left());
        let body = self.reader.take(have, "handshake body")?;
        Ok(Handshake {
            message_type,
            length,
            message_seq,
            fragment_offset,
            fragment_length,
            body,
            bytes: part(whole, 0..self.reader.offset() - offset),
            offset,
            missing: (fragment_length as usize - have).min(self.missing),
        })
    }
}
