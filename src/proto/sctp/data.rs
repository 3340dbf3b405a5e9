//! The chunks that move user data: DATA, I-DATA, SACK, FORWARD-TSN and I-FORWARD-TSN
//! (RFC 9260, RFC 8260, RFC 3758).

use super::codes;
use crate::wire::{ParseError, Reader};

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
    /// Number of this fragment, on later fragments of I-DATA.
    pub fragment: Option<u32>,
    /// Whether it is I-DATA, whose fragments may be interleaved with those of other messages.
    pub interleaved: bool,
    /// First fragment of its message.
    pub begins: bool,
    /// Last fragment of its message.
    pub ends: bool,
    /// Delivered out of order.
    pub unordered: bool,
    /// The sender wants it acknowledged at once (RFC 7053).
    pub immediate: bool,
    /// User data that was captured.
    pub payload: &'a [u8],
}

impl<'a> Data<'a> {
    pub(super) fn read(r: &mut Reader<'a>, chunk_type: u8, flags: u8) -> Result<Self, ParseError> {
        let begins = flags & 0x02 != 0;
        let tsn = r.u32("TSN")?;
        let stream = r.u16("stream identifier")?;
        let (message, protocol, fragment) = if chunk_type == codes::DATA {
            let message = r.u16("stream sequence number")?;
            let protocol = r.u32("payload protocol identifier")?;
            (message.into(), Some(protocol), None)
        } else {
            r.skip(2, "reserved")?;
            let message = r.u32("message identifier")?;
            // The first fragment has the protocol where later ones have their number.
            let number = r.u32("protocol or fragment number")?;
            let later = (!begins).then_some(number);
            (message, begins.then_some(number), later)
        };
        Ok(Self {
            tsn,
            stream,
            message,
            protocol,
            fragment,
            interleaved: chunk_type == codes::I_DATA,
            begins,
            ends: flags & 0x01 != 0,
            unordered: flags & 0x04 != 0,
            immediate: flags & 0x08 != 0,
            payload: r.rest(),
        })
    }
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
    pub(super) fn read(r: &mut Reader<'a>) -> Result<Self, ParseError> {
        let cumulative_tsn = r.u32("cumulative TSN")?;
        let receiver_window = r.u32("a_rwnd")?;
        let gaps = usize::from(r.u16("number of gaps")?);
        let duplicates = usize::from(r.u16("number of duplicates")?);
        let gaps = r.take(4 * gaps, "gap blocks")?;
        let duplicates = r.take(4 * duplicates, "duplicate TSNs")?;
        Ok(Self {
            cumulative_tsn,
            receiver_window,
            gaps: gaps.as_chunks().0,
            duplicates: duplicates.as_chunks().0,
        })
    }

    /// Ranges that arrived beyond the cumulative TSN, as first and last offset from it.
    pub fn gaps(&self) -> impl ExactSizeIterator<Item = (u16, u16)> + Clone + use<'a> {
        self.gaps.iter().map(pair)
    }

    /// TSNs that arrived more than once.
    pub fn duplicates(&self) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        self.duplicates.iter().map(|tsn| u32::from_be_bytes(*tsn))
    }
}

/// FORWARD-TSN or I-FORWARD-TSN: the receiver should not wait for anything up to this TSN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardTsn<'a> {
    /// The new cumulative TSN.
    pub cumulative_tsn: u32,
    skipped: &'a [u8],
    interleaved: bool,
}

/// A stream of which messages were given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The stream.
    pub stream: u16,
    /// The last stream sequence number (16 bits) or message identifier (32 bits) given up.
    pub message: u32,
    /// Whether it was an unordered message; FORWARD-TSN lists ordered ones only.
    pub unordered: bool,
}

impl<'a> ForwardTsn<'a> {
    pub(super) fn read(r: &mut Reader<'a>, chunk_type: u8) -> Result<Self, ParseError> {
        let cumulative_tsn = r.u32("new cumulative TSN")?;
        let interleaved = chunk_type == codes::I_FORWARD_TSN;
        let row = if interleaved { 8 } else { 4 };
        let (skipped, at) = (r.rest(), r.offset());
        if skipped.len() % row != 0 {
            let over = skipped.len() % row;
            return Err(ParseError::truncated(
                "skipped stream",
                at - over,
                row,
                over,
            ));
        }
        Ok(Self {
            cumulative_tsn,
            skipped,
            interleaved,
        })
    }

    /// Whether it is I-FORWARD-TSN, whose messages are numbered as those of I-DATA.
    pub fn is_interleaved(&self) -> bool {
        self.interleaved
    }

    /// The streams with messages that were given up.
    pub fn skipped(&self) -> impl Iterator<Item = Skipped> + use<'a> {
        let interleaved = self.interleaved;
        let row = if interleaved { 8 } else { 4 };
        self.skipped
            .chunks_exact(row)
            .filter_map(move |row| match *row {
                [s0, s1, n0, n1] => Some(Skipped {
                    stream: u16::from_be_bytes([s0, s1]),
                    message: u16::from_be_bytes([n0, n1]).into(),
                    unordered: false,
                }),
                [s0, s1, _, flags, m0, m1, m2, m3] => Some(Skipped {
                    stream: u16::from_be_bytes([s0, s1]),
                    message: u32::from_be_bytes([m0, m1, m2, m3]),
                    unordered: flags & 1 != 0,
                }),
                _ => None,
            })
    }
}

fn pair(&[a, b, c, d]: &[u8; 4]) -> (u16, u16) {
    (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::testing::hex;

    #[test]
    fn forward_tsn_lists_streams_in_both_layouts() {
        let bytes = hex("22cfcebf 00050039 000b0021");
        let mut r = Reader::new(&bytes);
        let forward = ForwardTsn::read(&mut r, codes::FORWARD_TSN).unwrap();
        assert_eq!(forward.cumulative_tsn, 0x22cf_cebf);
        let skipped = |stream, message, unordered| Skipped {
            stream,
            message,
            unordered,
        };
        assert_eq!(
            forward.skipped().collect::<Vec<_>>(),
            [skipped(5, 0x39, false), skipped(11, 0x21, false)]
        );
        let bytes = hex("00000070 0003 0001 00010002 0005 0000 0000ffff");
        let mut r = Reader::new(&bytes);
        let forward = ForwardTsn::read(&mut r, codes::I_FORWARD_TSN).unwrap();
        assert_eq!(
            forward.skipped().collect::<Vec<_>>(),
            [skipped(3, 0x1_0002, true), skipped(5, 0xffff, false)]
        );
        let mut r = Reader::at(&bytes[..14], 16);
        let cut = ForwardTsn::read(&mut r, codes::I_FORWARD_TSN);
        assert_eq!(cut.unwrap_err().offset, 28);
    }

    #[test]
    fn fragments_of_i_data_are_numbered() {
        let bytes = hex("00000001 0007 0000 00000009 00000002 6162");
        let later = Data::read(&mut Reader::new(&bytes), codes::I_DATA, 0x01).unwrap();
        assert_eq!((later.protocol, later.fragment), (None, Some(2)));
        let first = Data::read(&mut Reader::new(&bytes), codes::I_DATA, 0x0a).unwrap();
        assert_eq!((first.protocol, first.fragment), (Some(2), None));
        assert!(first.immediate && first.begins && !first.ends);
    }
}
