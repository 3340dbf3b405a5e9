//! SCTP: the common header, its checksum, and a walk over the chunks (RFC 9260 and its extensions;
//! RFC 8260, RFC 3758, RFC 6525, RFC 4820, RFC 4895, RFC 5061, RFC 9653).
//!
//! Data channels run SCTP inside DTLS (RFC 8261), so this sees bytes only once they are decrypted,
//! or where a test setup leaves the DTLS out. Every chunk is decoded; [`Dcep`] is what opens a data
//! channel (RFC 8832). Used by `analysis` for associations and by the packet views.

mod cause;
pub mod codes;
mod crc32c;
mod data;
mod dcep;
mod describe;
mod describe_tlv;
mod parameter;
mod text;
mod tlv;

pub use cause::Cause;
pub use data::{Data, ForwardTsn, Sack, Skipped};
pub use dcep::{Dcep, Open, Reliability};
pub use parameter::{Parameter, Reconfiguration, Streams};
pub use text::Text;
pub use tlv::{Tlv, Tlvs};

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
    /// Bytes behind these that were on the wire but not captured.
    pub missing: u32,
}

/// What the checksum of a packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// It is right.
    Correct,
    /// It is 0, which the peers may agree on where DTLS finds errors (RFC 9653).
    Zero,
    /// It is wrong.
    Wrong {
        /// What it should be.
        expected: u32,
    },
    /// The packet was cut when captured.
    Cut,
}

impl<'a> SctpPacket<'a> {
    /// Reads the common header of a whole packet.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        Self::parse_cut(bytes, 0)
    }

    /// Reads the common header of a packet of which `missing` more bytes were not captured.
    pub fn parse_cut(bytes: &'a [u8], missing: u32) -> Result<Self, ParseError> {
        let mut r = Reader::new(bytes);
        Ok(Self {
            bytes,
            source_port: r.u16("source port")?,
            destination_port: r.u16("destination port")?,
            verification_tag: r.u32("verification tag")?,
            checksum: r.u32("checksum")?,
            missing,
        })
    }

    /// The CRC-32C over the captured bytes, as the checksum field would hold it.
    pub fn computed_checksum(&self) -> u32 {
        let head = part(self.bytes, 0..8);
        let chunks = part(self.bytes, HEADER_LEN..self.bytes.len());
        // It travels least significant byte first.
        crc32c::crc32c(&[head, &[0; 4], chunks]).swap_bytes()
    }

    /// Verifies the checksum. A correct one may happen to be 0 as well.
    pub fn verify(&self) -> Checksum {
        if self.missing > 0 {
            return Checksum::Cut;
        }
        let expected = self.computed_checksum();
        match self.checksum {
            found if found == expected => Checksum::Correct,
            0 => Checksum::Zero,
            _ => Checksum::Wrong { expected },
        }
    }

    /// The chunks in order; an `Err` for one that does not fit is the last item.
    pub fn chunks(&self) -> Chunks<'a> {
        let chunks = self.bytes.get(HEADER_LEN..).unwrap_or_default();
        Chunks {
            reader: Reader::at(chunks, HEADER_LEN),
            missing: self.missing as usize,
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
    /// What follows its header, without padding, as far as it was captured.
    pub data: &'a [u8],
    /// Header, value and padding.
    pub bytes: &'a [u8],
    /// Where it begins in the packet.
    pub offset: usize,
    /// Bytes of `data` that were not captured.
    pub missing: usize,
}

impl<'a> Chunk<'a> {
    /// Reads a chunk that stands by itself, as the INIT does that `a=sctp-init` carries (SNAP).
    pub fn alone(bytes: &'a [u8]) -> Result<Self, ParseError> {
        Chunks {
            reader: Reader::new(bytes),
            missing: 0,
        }
        .read()
    }
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
    /// HEARTBEAT or HEARTBEAT ACK: what the sender wants back.
    Heartbeat(&'a [u8]),
    /// ABORT or ERROR: [`Cause::parse`] decodes each.
    Causes(Tlvs<'a>),
    /// SHUTDOWN: everything up to this TSN arrived.
    Shutdown(u32),
    /// COOKIE ECHO: the state cookie of the INIT ACK.
    Cookie(&'a [u8]),
    /// COOKIE ACK, SHUTDOWN ACK or SHUTDOWN COMPLETE: the type says it all.
    Plain,
    /// ECNE or CWR: the lowest TSN concerned.
    Congestion(u32),
    /// AUTH.
    Auth(Auth<'a>),
    /// RE-CONFIG: [`Parameter::parse`] decodes each.
    Reconfig(Tlvs<'a>),
    /// PAD.
    Padding(&'a [u8]),
    /// FORWARD-TSN or I-FORWARD-TSN.
    ForwardTsn(ForwardTsn<'a>),
    /// ASCONF or ASCONF-ACK: a serial number and parameters.
    Addresses(u32, Tlvs<'a>),
    /// Any other chunk.
    Other(&'a [u8]),
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
    /// What follows; [`Parameter::parse`] decodes each.
    pub parameters: Tlvs<'a>,
}

/// Authentication of the chunks behind it (RFC 4895).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auth<'a> {
    /// Which shared key.
    pub key: u16,
    /// Which HMAC: 1 is SHA-1, 3 SHA-256.
    pub hmac_id: u16,
    /// The HMAC.
    pub hmac: &'a [u8],
}

/// Walks the chunks of a packet.
#[derive(Clone, Debug)]
pub struct Chunks<'a> {
    reader: Reader<'a>,
    missing: usize,
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
        let left = self.reader.left();
        let missing = value.saturating_sub(left);
        if missing > self.missing {
            return Err(ParseError::length("chunk length", offset + 2, value, left));
        }
        let data = self.reader.take(value - missing, "chunk value")?;
        let padding = (length.next_multiple_of(4) - length).min(self.reader.left());
        self.reader.skip(padding, "chunk padding")?;
        Ok(Chunk {
            chunk_type,
            flags,
            data,
            bytes: part(whole, 0..length + padding),
            offset,
            missing,
        })
    }
}

impl<'a> Chunk<'a> {
    /// Decodes the chunk by its type.
    pub fn value(&self) -> Result<ChunkValue<'a>, ParseError> {
        let mut r = Reader::at(self.data, self.offset + 4);
        Ok(match self.chunk_type {
            codes::DATA | codes::I_DATA => {
                ChunkValue::Data(Data::read(&mut r, self.chunk_type, self.flags)?)
            }
            codes::INIT | codes::INIT_ACK => ChunkValue::Init(Init {
                initiate_tag: r.u32("initiate tag")?,
                receiver_window: r.u32("a_rwnd")?,
                outbound_streams: r.u16("outbound streams")?,
                inbound_streams: r.u16("inbound streams")?,
                initial_tsn: r.u32("initial TSN")?,
                parameters: Tlvs::new(r),
            }),
            codes::SACK => ChunkValue::Sack(Sack::read(&mut r)?),
            codes::HEARTBEAT | codes::HEARTBEAT_ACK => {
                let info = Tlvs::new(r).next().transpose()?;
                ChunkValue::Heartbeat(info.map_or(&[], |info| info.value))
            }
            codes::ABORT | codes::ERROR => ChunkValue::Causes(Tlvs::new(r)),
            codes::SHUTDOWN => ChunkValue::Shutdown(r.u32("cumulative TSN")?),
            codes::SHUTDOWN_ACK | codes::COOKIE_ACK | codes::SHUTDOWN_COMPLETE => ChunkValue::Plain,
            codes::COOKIE_ECHO => ChunkValue::Cookie(self.data),
            codes::ECNE | codes::CWR => ChunkValue::Congestion(r.u32("lowest TSN")?),
            codes::AUTH => ChunkValue::Auth(Auth {
                key: r.u16("shared key identifier")?,
                hmac_id: r.u16("HMAC identifier")?,
                hmac: r.rest(),
            }),
            codes::RE_CONFIG => ChunkValue::Reconfig(Tlvs::new(r)),
            codes::PAD => ChunkValue::Padding(self.data),
            codes::FORWARD_TSN | codes::I_FORWARD_TSN => {
                ChunkValue::ForwardTsn(ForwardTsn::read(&mut r, self.chunk_type)?)
            }
            codes::ASCONF | codes::ASCONF_ACK => {
                ChunkValue::Addresses(r.u32("serial number")?, Tlvs::new(r))
            }
            _ => ChunkValue::Other(self.data),
        })
    }
}

#[cfg(test)]
mod tests;
