//! Flexible forward error correction, "FlexFEC": which packets a parity packet protects, in the
//! form of RFC 8627 and in that of draft-ietf-payload-flexible-fec-scheme-03, which libwebrtc sends.
//!
//! Used by the analysis of repairs. The draft's header names the protected SSRCs; the RFC has them
//! in the CSRC list of the RTP header.

use crate::wire::{ParseError, Reader};

/// SSRCs read of one packet of the draft's form.
const STREAMS_MAX: u8 = 16;
/// Packets that one parity packet may protect in rows and columns.
const PROTECTED_MAX: u16 = 255;

/// What one FlexFEC packet protects of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protected {
    /// The protected stream.
    pub ssrc: u32,
    /// The lowest sequence number protected may be this.
    pub base: u16,
    /// Which packets.
    pub pattern: Pattern,
}

/// Which packets from the base on are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The highest bit is the base, the next the one after it; 110 at most.
    Mask(u128),
    /// So many packets, so many apart.
    Steps {
        /// How many.
        count: u16,
        /// How far apart.
        step: u16,
    },
}

impl Protected {
    /// The sequence numbers of the packets protected, in order.
    pub fn protects(&self) -> impl Iterator<Item = u16> + use<> {
        let (base, pattern) = (self.base, self.pattern);
        (0..PROTECTED_MAX).filter_map(move |i| match pattern {
            Pattern::Mask(mask) if i < 128 => {
                (mask >> (127 - i) & 1 == 1).then(|| base.wrapping_add(i))
            }
            Pattern::Steps { count, step } if i < count => {
                Some(base.wrapping_add(i.wrapping_mul(step)))
            }
            _ => None,
        })
    }
}

/// Reads the header of draft -03 from a payload in clear.
pub fn parse_draft(payload: &[u8]) -> Result<Vec<Protected>, ParseError> {
    let mut r = Reader::new(payload);
    let flags = r.u8("FEC header")?;
    if flags & 0xc0 != 0 {
        let found = u64::from(flags >> 6);
        return Err(ParseError::value("R and F bits", 0, found, "0"));
    }
    r.u8("payload type recovery")?;
    r.u16("length recovery")?;
    r.u32("timestamp recovery")?;
    let at = r.offset();
    let count = r.u8("SSRC count")?;
    if count == 0 || count > STREAMS_MAX {
        let found = u64::from(count);
        return Err(ParseError::value("SSRC count", at, found, "1 to 16"));
    }
    let reserved = r.u24("reserved bits")?;
    if reserved != 0 {
        let found = u64::from(reserved);
        return Err(ParseError::value("reserved bits", at + 1, found, "0"));
    }
    let mut all = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let ssrc = r.u32("protected SSRC")?;
        let base = r.u16("sequence number base")?;
        // Here a set k bit ends the mask.
        let pattern = Pattern::Mask(mask(&mut r, true)?);
        all.push(Protected {
            ssrc,
            base,
            pattern,
        });
    }
    Ok(all)
}

/// Reads the header of RFC 8627 from a payload in clear; `sources` are the CSRCs of its RTP header.
///
/// A packet that is a retransmission (R bit) protects nothing, and gives an empty list.
pub fn parse(
    payload: &[u8],
    sources: impl Iterator<Item = u32>,
) -> Result<Vec<Protected>, ParseError> {
    let mut r = Reader::new(payload);
    let flags = r.u8("FEC header")?;
    if flags & 0x80 != 0 {
        return Ok(Vec::new());
    }
    let fixed = flags & 0x40 != 0;
    r.u8("payload type recovery")?;
    r.u16("length recovery")?;
    r.u32("timestamp recovery")?;
    let mut all = Vec::new();
    for ssrc in sources {
        let base = r.u16("sequence number base")?;
        let pattern = if fixed {
            let columns = u16::from(r.u8("columns")?);
            let rows = u16::from(r.u8("rows")?);
            if columns == 0 {
                return Err(ParseError::value("columns", r.offset() - 2, 0, "1 or more"));
            }
            if rows > 1 {
                Pattern::Steps {
                    count: rows,
                    step: columns,
                }
            } else {
                Pattern::Steps {
                    count: columns,
                    step: 1,
                }
            }
        } else {
            Pattern::Mask(mask(&mut r, false)?)
        };
        all.push(Protected {
            ssrc,
            base,
            pattern,
        });
    }
    Ok(all)
}

/// A mask of 15, 46 or up to 110 bits. Its first two parts begin with a k bit, which says whether
/// more follows; in the draft, all three parts do, and a set bit says that it ends.
fn mask(r: &mut Reader<'_>, set_ends: bool) -> Result<u128, ParseError> {
    let first = r.u16("mask")?;
    let mut mask = u128::from(first & 0x7fff) << 113;
    if (first & 0x8000 != 0) == set_ends {
        return Ok(mask);
    }
    let second = r.u32("mask")?;
    mask |= u128::from(second & 0x7fff_ffff) << 82;
    if (second & 0x8000_0000 != 0) == set_ends {
        return Ok(mask);
    }
    let third = r.u64("mask")?;
    mask |= match set_ends {
        true => u128::from(third & (u64::MAX >> 1)) << 19,
        false => u128::from(third) << 18,
    };
    Ok(mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draft -03: protects 10, 11 and 24 of 0x11223344.
    const DRAFT: [u8; 20] = [
        0, 96, 0, 9, 1, 2, 3, 4, 1, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0, 10, 0xe0, 0x01,
    ];

    fn numbers(p: &Protected) -> Vec<u16> {
        p.protects().collect()
    }

    #[test]
    fn the_draft_names_the_stream_and_the_packets() {
        let all = parse_draft(&DRAFT).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(
            (all[0].ssrc, numbers(&all[0])),
            (0x1122_3344, vec![10, 11, 24])
        );
    }

    #[test]
    fn masks_grow_by_their_k_bits() {
        let header = [0, 96, 0, 9, 1, 2, 3, 4, 0xff, 0xff];
        let one = |mask: &[u8]| {
            let bytes = [&header[..], mask].concat();
            parse(&bytes, std::iter::once(7)).map(|all| numbers(&all[0]))
        };
        assert_eq!(one(&[0x40, 0x01]).unwrap(), [65_535, 13]);
        assert_eq!(one(&[0x80, 0, 0, 0, 0, 1]).unwrap(), [44]);
        let long = [0x80, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 1];
        assert_eq!(one(&long).unwrap(), [45, 108]);
        for cut in 0..long.len() {
            assert!(one(&long[..cut]).is_err());
        }
    }

    #[test]
    fn rows_and_columns_are_steps() {
        let fixed = |columns, rows| {
            let bytes = [0x40, 96, 0, 9, 1, 2, 3, 4, 0, 100, columns, rows];
            numbers(&parse(&bytes, std::iter::once(7)).unwrap()[0])
        };
        assert_eq!(fixed(4, 0), [100, 101, 102, 103]);
        assert_eq!(fixed(5, 3), [100, 105, 110]);
    }

    #[test]
    fn every_prefix_is_refused_and_noise_is_bounded() {
        for cut in 0..DRAFT.len() {
            assert!(parse_draft(&DRAFT[..cut]).is_err());
        }
        assert!(parse_draft(&[0xff; 64]).is_err());
        let noise = [0x40; 64];
        let all = parse(&noise, 0..14).unwrap();
        assert!(all.iter().all(|p| p.protects().count() <= 255));
    }
}
