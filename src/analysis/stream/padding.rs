//! Packets that are nothing but padding: probes for bandwidth, and no media.
//!
//! In clear the last byte tells how much of a packet is padding. In SRTP that byte is encrypted:
//! what is left is the P bit and the size, because padding is at most 255 bytes.

use crate::analysis::known::{Known, Unknown};
use crate::analysis::payload::Seen;
use crate::analysis::repair::may_be_padding;
use crate::proto::rtp::RtpPacket;

/// Sizes of such packets that are told apart.
const SIZES: usize = 2;

/// The packets of a stream that say that they have padding.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Padding {
    /// All of them.
    pub(in crate::analysis) padded: u32,
    /// Those whose whole payload is padding, if it is in clear.
    all_in_clear: u32,
    /// Those that are small enough to be padding only.
    small: u32,
    /// The first sizes of them, and how many have another.
    sizes: [u16; SIZES],
    other_sizes: u32,
    /// Packets that were decrypted, and those of them that are padding only.
    opened: u64,
    opened_only: u64,
}

impl Padding {
    /// Takes a packet with the P bit.
    pub(in crate::analysis) fn push(&mut self, rtp: &RtpPacket<'_>) {
        self.padded = self.padded.saturating_add(1);
        if rtp.unpadded_payload().is_some_and(<[u8]>::is_empty) {
            self.all_in_clear += 1;
        }
        if !may_be_padding(rtp) {
            return;
        }
        self.small += 1;
        let size = rtp.payload_wire_len() as u16;
        let known = self.sizes.iter_mut().find(|s| **s == size || **s == 0);
        match known {
            Some(slot) => *slot = size,
            None => self.other_sizes += 1,
        }
    }

    /// Takes what a packet is, if it was decrypted.
    #[inline]
    pub(in crate::analysis) fn opened(&mut self, seen: Option<Seen>) {
        if let Some(seen) = seen {
            self.opened += 1;
            self.opened_only += u64::from(seen.is_padding);
        }
    }

    /// How many packets are nothing but padding, of a stream of so many packets.
    ///
    /// Where packets were decrypted, theirs is known; those before and after are not asked.
    ///
    /// Encrypted, small packets with padding are taken for padding only when there are few of them
    /// or they are all alike: media that is padded to hide its size would be most of the packets.
    pub(in crate::analysis) fn only(&self, encrypted: Option<bool>, packets: u64) -> Known<u64> {
        if self.opened > 0 {
            return Known::Yes(self.opened_only);
        }
        let in_clear =
            encrypted == Some(false) || (encrypted.is_none() && self.all_in_clear == self.padded);
        if in_clear {
            return Known::Yes(self.all_in_clear.into());
        }
        let few = u64::from(self.small) * 2 <= packets;
        let alike = self.other_sizes * 8 <= self.small;
        if self.small == 0 || few || alike {
            Known::Yes(self.small.into())
        } else {
            Known::No(Unknown::Encrypted)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(payloads: impl IntoIterator<Item = Vec<u8>>) -> Padding {
        let mut padding = Padding::default();
        for payload in payloads {
            let mut bytes = vec![0xa0, 97, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9];
            bytes.extend(payload);
            padding.push(&RtpPacket::parse(&bytes).unwrap());
        }
        padding
    }

    #[test]
    fn in_clear_the_last_byte_tells() {
        let only = [vec![0, 0, 3], vec![255; 255], vec![0, 7, 0, 2]];
        let padding = count(only);
        assert_eq!(padding.only(Some(false), 3), Known::Yes(2));
        assert_eq!(count([vec![1]]).only(None, 1), Known::Yes(1));
    }

    #[test]
    fn in_srtp_alike_packets_of_padding_size_are_probes() {
        let probes = || (0..20u8).map(|i| vec![i | 1; 265]);
        assert_eq!(count(probes()).only(Some(true), 20), Known::Yes(20));
        let large = (0..20u8).map(|i| vec![i; 900]);
        assert_eq!(count(large).only(Some(true), 20), Known::Yes(0));
    }

    #[test]
    fn media_padded_to_many_sizes_is_not_taken_for_probes() {
        let media = || (0..100u8).map(|i| vec![1; 60 + usize::from(i)]);
        assert_eq!(
            count(media()).only(Some(true), 100),
            Known::No(Unknown::Encrypted)
        );
        assert_eq!(count(media()).only(Some(true), 1_000), Known::Yes(100));
    }
}
