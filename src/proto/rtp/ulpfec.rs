//! Generic forward error correction, "ULPFEC" (RFC 5109): which packets a parity packet protects.
//!
//! Used by the analysis of repairs: what is protected can be recovered when one of them is missing.

use crate::wire::{ParseError, Reader};

/// The header of an ULPFEC packet and its first level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UlpFec {
    /// The lowest sequence number protected may be this.
    pub base: u16,
    /// Bytes of each protected packet that the first level protects.
    pub protection_length: u16,
    /// Which packets: the highest bit is `base`, the next `base` + 1, 48 at most.
    pub mask: u64,
    /// Exclusive or of the timestamps of the packets protected.
    pub timestamp_recovery: u32,
    /// The same of their markers.
    pub marker_recovery: bool,
    /// The same of their lengths without the fixed header.
    pub length_recovery: u16,
    /// Bytes of the headers; the parity of the first level follows.
    pub header_len: usize,
}

impl UlpFec {
    /// Reads the headers of a payload in clear.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let flags = r.u8("FEC header")?;
        if flags & 0x80 != 0 {
            return Err(ParseError::value("FEC extension flag", 0, 1, "0"));
        }
        let long = flags & 0x40 != 0;
        let marker_recovery = r.u8("payload type recovery")? & 0x80 != 0;
        let base = r.u16("sequence number base")?;
        let timestamp_recovery = r.u32("timestamp recovery")?;
        let length_recovery = r.u16("length recovery")?;
        let at = r.offset();
        let protection_length = r.u16("protection length")?;
        let mask = if long {
            r.u48("mask")? << 16
        } else {
            u64::from(r.u16("mask")?) << 48
        };
        if mask == 0 {
            return Err(ParseError::value("mask", at + 2, 0, "a packet to protect"));
        }
        if usize::from(protection_length) > r.left() {
            let length = usize::from(protection_length);
            return Err(ParseError::length(
                "protection length",
                at,
                length,
                r.left(),
            ));
        }
        Ok(Self {
            base,
            protection_length,
            mask,
            timestamp_recovery,
            marker_recovery,
            length_recovery,
            header_len: r.offset(),
        })
    }

    /// The sequence numbers of the packets protected, in order.
    pub fn protects(&self) -> impl Iterator<Item = u16> + use<> {
        let (base, mask) = (self.base, self.mask);
        let set = move |i: &u16| mask >> (63 - i) & 1 == 1;
        (0..48).filter(set).map(move |i| base.wrapping_add(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects 65 535, 0 and 3 with four bytes of parity.
    const SHORT: [u8; 18] = [
        0,
        96,
        0xff,
        0xff,
        1,
        2,
        3,
        4,
        0,
        9,
        0,
        4,
        0b1100_1000,
        0,
        0xa,
        0xb,
        0xc,
        0xd,
    ];

    #[test]
    fn a_short_mask_has_sixteen_bits() {
        let fec = UlpFec::parse(&SHORT).unwrap();
        assert_eq!(fec.protects().collect::<Vec<_>>(), [65_535, 0, 3]);
        assert_eq!((fec.header_len, fec.protection_length), (14, 4));
    }

    #[test]
    fn a_long_mask_has_forty_eight() {
        let mut bytes = [0; 20];
        bytes[0] = 0x40;
        bytes[12] = 0x80;
        bytes[17] = 1;
        let fec = UlpFec::parse(&bytes).unwrap();
        assert_eq!(fec.protects().collect::<Vec<_>>(), [0, 47]);
        assert_eq!(fec.header_len, 18);
    }

    #[test]
    fn every_prefix_is_refused() {
        for cut in 0..SHORT.len() {
            let error = UlpFec::parse(&SHORT[..cut]).unwrap_err();
            assert!(error.offset <= cut, "{error}");
        }
    }

    #[test]
    fn what_protects_nothing_is_none() {
        assert!(UlpFec::parse(&[0; 32]).is_err());
        assert!(UlpFec::parse(&[0xff; 32]).is_err());
    }
}
