//! SCTP: the common header and a walk over the chunks (RFC 9260).
//!
//! Data channels run SCTP inside DTLS (RFC 8261), so this sees bytes only once they are decrypted.
//! DATA and I-DATA (RFC 8260), INIT, SACK and FORWARD-TSN (RFC 3758) are decoded; other chunks are
//! named.

pub mod codes;
mod describe;

use crate::wire::{ParseError, Reader, part};

const HEADER_LEN: usize = 12;

/// A view over one SCTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpPacket<'a> {
    /// All its bytes.
    pub bytes: &'a [u8],
    /// Source port; WebRTC uses 5000.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Verification tag of the receiver's association; 0 for INIT.
    pub verification_tag: u32,
    /// CRC-32C; over DTLS it may be 0.
    pub checksum: u32,
}

impl<'a> SctpPacket<'a> {
    /// Reads the common header.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(bytes);
        Ok(Self {
            bytes,
            source_port: r.u16("source port")?,
            destination_port: r.u16("destination port")?,
            verification_tag: r.u32("verification tag")?,
            checksum: r.u32("checksum")?,
        })
    }

    /// The chunks in order; an `Err` for one that does not fit is the last item.
    pub fn chunks(&self) -> Chunks<'a> {
        let chunks = self.bytes.get(HEADER_LEN..).unwrap_or_default();
        Chunks {
            reader: Reader::at(chunks, HEADER_LEN),
        }
    }
}

/// One chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Type; [`codes::chunk_name`] knows the registered ones.
    pub chunk_type: u8,
    /// Flags, whose meaning the type defines.
    pub flags: u8,
    /// What follows its header, without padding.
    pub data: &'a [u8],
    /// Header, value and padding.
    pub bytes: &'a [u8],
    /// Where it begins in the packet.
    pub offset: usize,
}

/// A decoded chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkValue<'a> {
    /// DATA or I-DATA.
    Data(Data<'a>),
    /// INIT or INIT ACK.
    Init(Init<'a>),
    /// SACK.
    Sack(Sack<'a>),
    /// FORWARD-TSN or I-FORWARD-TSN: the receiver should not wait for anything up to this TSN.
    ForwardTsn(u32),
    /// Any other chunk.
    Other(&'a [u8]),
}

/// User data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data<'a> {
    /// Transmission sequence number.
    pub tsn: u32,
    /// Stream.
    pub stream: u16,
    /// Stream sequence number of DATA (16 bits) or message identifier of I-DATA (32 bits).
    pub message: u32,
    /// Payload protocol identifier; not present on later fragments of I-DATA.
    pub protocol: Option<u32>,
    /// First fragment of its message.
    pub begins: bool,
    /// Last fragment of its message.
    pub ends: bool,
    /// Delivered out of order.
    pub unordered: bool,
    /// User data.
    pub payload: &'a [u8],
}

/// Start of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Init<'a> {
    /// The tag that packets to the sender must carry.
    pub initiate_tag: u32,
    /// Receiver window in bytes.
    pub receiver_window: u32,
    /// Streams the sender wants to send on.
    pub outbound_streams: u16,
    /// Most streams the sender accepts.
    pub inbound_streams: u16,
    /// First TSN of the sender.
    pub initial_tsn: u32,
    /// Optional parameters, not decoded.
    pub parameters: &'a [u8],
}

/// Selective acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sack<'a> {
    /// Everything up to this TSN arrived.
    pub cumulative_tsn: u32,
    /// Receiver window in bytes.
    pub receiver_window: u32,
    gaps: &'a [[u8; 4]],
    duplicates: &'a [[u8; 4]],
}

impl<'a> Sack<'a> {
    /// Ranges that arrived beyond the cumulative TSN, as first and last offset from it.
    pub fn gaps(&self) -> impl Iterator<Item = (u16, u16)> + use<'a> {
        self.gaps
            .iter()
            .map(|&[a, b, c, d]| (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
    }

    /// TSNs that arrived more than once.
    pub fn duplicates(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.duplicates.iter().map(|tsn| u32::from_be_bytes(*tsn))
    }
}

/// Walks the chunks of a packet.
#[derive(Clone, Debug)]
pub struct Chunks<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let chunk = self.read();
        if chunk.is_err() {
            self.reader.rest();
        }
        Some(chunk)
    }
}

impl<'a> Chunks<'a> {
    fn read(&mut self) -> Result<Chunk<'a>, ParseError> {
        let whole = self.reader.peek_rest();
        let offset = self.reader.offset();
        let chunk_type = self.reader.u8("chunk type")?;
        let flags = self.reader.u8("chunk flags")?;
        let length = usize::from(self.reader.u16("chunk length")?);
        // The length counts the header, and not the padding.
        let Some(value) = length.checked_sub(4) else {
            return Err(ParseError::value(
                "chunk length",
                offset + 2,
                length as u64,
                "at least 4",
            ));
        };
        if value > self.reader.left() {
            let left = self.reader.left();
            return Err(ParseError::length("chunk length", offset + 2, value, left));
        }
        let data = self.reader.take(value, "chunk value")?;
        let padding = (length.next_multiple_of(4) - length).min(self.reader.left());
        self.reader.skip(padding, "chunk padding")?;
        Ok(Chunk {
            chunk_type,
            flags,
            data,
            bytes: part(whole, 0..length + padding),
            offset,
        })
    }
}

impl<'a> Chunk<'a> {
    /// Decodes the chunk by its type.
    pub fn value(&self) -> Result<ChunkValue<'a>, ParseError> {
        let mut r = Reader::at(self.data, self.offset + 4);
        Ok(match self.chunk_type {
            codes::DATA | codes::I_DATA => ChunkValue::Data(self.user_data(&mut r)?),
            codes::INIT | codes::INIT_ACK => ChunkValue::Init(Init {
                initiate_tag: r.u32("initiate tag")?,
                receiver_window: r.u32("a_rwnd")?,
                outbound_streams: r.u16("outbound streams")?,
                inbound_streams: r.u16("inbound streams")?,
                initial_tsn: r.u32("initial TSN")?,
                parameters: r.rest(),
            }),
            codes::SACK => {
                let cumulative_tsn = r.u32("cumulative TSN")?;
                let receiver_window = r.u32("a_rwnd")?;
                let gaps = usize::from(r.u16("number of gaps")?);
                let duplicates = usize::from(r.u16("number of duplicates")?);
                ChunkValue::Sack(Sack {
                    cumulative_tsn,
                    receiver_window,
                    gaps: r.take(4 * gaps, "gap blocks")?.as_chunks().0,
                    duplicates: r.take(4 * duplicates, "duplicate TSNs")?.as_chunks().0,
                })
            }
            codes::FORWARD_TSN | codes::I_FORWARD_TSN => {
                ChunkValue::ForwardTsn(r.u32("new cumulative TSN")?)
            }
            _ => ChunkValue::Other(self.data),
        })
    }

    fn user_data(&self, r: &mut Reader<'a>) -> Result<Data<'a>, ParseError> {
        let begins = self.flags & 0x02 != 0;
        let tsn = r.u32("TSN")?;
        let stream = r.u16("stream identifier")?;
        let (message, protocol) = if self.chunk_type == codes::DATA {
            let message = r.u16("stream sequence number")?;
            (message.into(), Some(r.u32("payload protocol identifier")?))
        } else {
            r.skip(2, "reserved")?;
            let message = r.u32("message identifier")?;
            // The first fragment has the protocol where later ones have their number.
            let number = r.u32("protocol or fragment number")?;
            (message, begins.then_some(number))
        };
        Ok(Data {
            tsn,
            stream,
            message,
            protocol,
            begins,
            ends: self.flags & 0x01 != 0,
            unordered: self.flags & 0x04 != 0,
            payload: r.rest(),
        })
    }
}

#[cfg(test)]
mod tests;
