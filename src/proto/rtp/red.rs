//! Redundant payload data, "RED" (RFC 2198): a packet that repeats earlier payloads before its own.
//!
//! Used by the analysis of repairs for audio that carries its predecessors, and for video whose
//! RED only wraps ULPFEC ([`super::ulpfec`]).

use crate::wire::{ParseError, Reader};

/// Blocks read of one packet; senders put two or three into it.
const BLOCKS_MAX: usize = 32;

/// One block of a RED payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedBlock<'a> {
    /// Payload type of its data, 0 to 127.
    pub payload_type: u8,
    /// How much earlier than the packet's timestamp its data is, in units of the RTP clock; 0 for
    /// the packet's own block, which is the last.
    pub timestamp_offset: u16,
    /// Its data.
    pub data: &'a [u8],
}

/// A RED payload whose block headers and lengths fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Red<'a> {
    /// The block headers but the last, four bytes each.
    headers: &'a [u8],
    /// The data of the repeated blocks, one after the other.
    repeated: &'a [u8],
    /// The packet's own payload.
    pub primary: RedBlock<'a>,
}

impl<'a> Red<'a> {
    /// Reads the block headers of a payload in clear, without its padding.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let mut length = 0;
        let mut blocks = 0;
        let payload_type = loop {
            let at = r.offset();
            let first = r.u8("RED block header")?;
            if first & 0x80 == 0 {
                break first;
            }
            if blocks == BLOCKS_MAX {
                let found = u64::from(first);
                return Err(ParseError::value(
                    "RED block header",
                    at,
                    found,
                    "at most 32 blocks",
                ));
            }
            blocks += 1;
            length += (r.u24("RED block header")? & 0x3ff) as usize;
        };
        let repeated = r.take(length, "RED blocks")?;
        let headers = crate::wire::part(payload, 0..4 * blocks);
        let primary = RedBlock {
            payload_type,
            timestamp_offset: 0,
            data: r.rest(),
        };
        Ok(Self {
            headers,
            repeated,
            primary,
        })
    }

    /// The repeated payloads, in order.
    pub fn redundant(&self) -> impl Iterator<Item = RedBlock<'a>> + use<'a> {
        let mut rest = self.repeated;
        let (headers, _) = self.headers.as_chunks::<4>();
        headers.iter().map_while(move |&[first, a, b, c]| {
            let fields = u32::from_be_bytes([0, a, b, c]);
            let (data, left) = rest.split_at_checked((fields & 0x3ff) as usize)?;
            rest = left;
            Some(RedBlock {
                payload_type: first & 0x7f,
                timestamp_offset: (fields >> 10) as u16,
                data,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two repeated blocks of three and two bytes, and four bytes of its own.
    const TWO: [u8; 18] = [
        0xef, 0x1e, 0x00, 0x03, 0xef, 0x0f, 0x00, 0x02, 0x6f, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ];

    #[test]
    fn blocks_have_their_offsets_and_data() {
        let red = Red::parse(&TWO).unwrap();
        let all: Vec<_> = red
            .redundant()
            .map(|b| (b.timestamp_offset, b.data))
            .collect();
        assert_eq!(all, [(1920, &[1, 2, 3][..]), (960, &[4, 5][..])]);
        assert_eq!(red.primary.payload_type, 111);
        assert_eq!(red.primary.data, [6, 7, 8, 9]);
    }

    #[test]
    fn one_header_byte_is_a_block_alone() {
        let red = Red::parse(&[0x6f, 9]).unwrap();
        assert_eq!((red.redundant().count(), red.primary.data), (0, &[9][..]));
    }

    #[test]
    fn every_prefix_ends_where_it_was_cut() {
        for cut in 0..TWO.len() {
            match Red::parse(&TWO[..cut]) {
                Ok(red) => assert_eq!((cut >= 14, red.redundant().count()), (true, 2)),
                Err(error) => assert!(cut < 14 && error.offset <= cut),
            }
        }
    }

    #[test]
    fn a_chain_of_headers_without_end_is_refused() {
        assert!(Red::parse(&[0xff; 4_000]).is_err());
    }
}
