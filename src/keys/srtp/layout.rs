//! Where the parts of an SRTP packet are: header, CSRCs, header extension, payload, master key identifier
//! and tag.

use super::Profile;
use std::ops::Range;

/// The header extension's "defined by profile" in packets encrypted with Cryptex (RFC 9335), and what it
/// was before: one-byte and two-byte elements (RFC 8285).
const CRYPTEX: [([u8; 2], [u8; 2]); 2] =
    [([0xc0, 0xde], [0xbe, 0xde]), ([0xc2, 0xde], [0x10, 0x00])];

const FIXED: usize = 12;

/// The parts of one SRTP packet, as places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The contributing sources.
    pub(super) csrcs: Range<usize>,
    /// What comes before the header extension's elements: four bytes, if it has one.
    pub(super) extension_header: Range<usize>,
    /// The header extension's elements.
    pub(super) extension: Range<usize>,
    /// The payload, encrypted.
    pub(super) payload: Range<usize>,
    pub(super) tag: Range<usize>,
    /// What the header extension was before Cryptex, if the packet is encrypted so.
    pub(super) cryptex: Option<[u8; 2]>,
}

impl Layout {
    /// None if the packet has no room for its parts, or carries another identifier.
    pub(super) fn new(profile: Profile, mki: &[u8], packet: &[u8]) -> Option<Self> {
        let &[first, ..] = packet.first_chunk::<FIXED>()?;
        if first >> 6 != 2 {
            return None;
        }
        let csrcs = FIXED..FIXED + 4 * usize::from(first & 0x0f);
        let mut extension_header = csrcs.end..csrcs.end;
        let mut extension = csrcs.end..csrcs.end;
        let mut cryptex = None;
        if first & 0x10 != 0 {
            let &[p0, p1, l0, l1] = packet.get(csrcs.end..)?.first_chunk::<4>()?;
            let length = 4 * usize::from(u16::from_be_bytes([l0, l1]));
            extension_header.end += 4;
            extension = extension_header.end..extension_header.end + length;
            let known = CRYPTEX.iter().find(|(sealed, _)| *sealed == [p0, p1]);
            cryptex = known.map(|(_, plain)| *plain);
        }
        let tag_len = profile.rtp_tag_len();
        let mki_at = packet.len().checked_sub(match profile.is_aead() {
            true => mki.len(),
            false => mki.len() + tag_len,
        })?;
        if packet.get(mki_at..mki_at + mki.len())? != mki {
            return None;
        }
        let payload_end = match profile.is_aead() {
            true => mki_at.checked_sub(tag_len)?,
            false => mki_at,
        };
        let tag = match profile.is_aead() {
            true => payload_end..mki_at,
            false => mki_at + mki.len()..packet.len(),
        };
        (extension.end <= payload_end).then_some(Self {
            csrcs,
            extension_header,
            payload: extension.end..payload_end,
            extension,
            tag,
            cryptex,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: [u8; 60] = {
        let mut packet = [7; 60];
        packet[0] = 0x92; // X, two CSRCs
        packet[20] = 0xc0;
        packet[21] = 0xde;
        packet[22] = 0;
        packet[23] = 1;
        packet
    };

    #[test]
    fn the_identifier_comes_before_the_tag_and_after_that_of_gcm() {
        let layout = Layout::new(Profile::AesCm128Sha1Tag80, &[7; 3], &PACKET).unwrap();
        assert_eq!((layout.csrcs, layout.extension_header), (12..20, 20..24));
        assert_eq!((layout.extension, layout.payload), (24..28, 28..47));
        assert_eq!((layout.tag, layout.cryptex), (50..60, Some([0xbe, 0xde])));
        let layout = Layout::new(Profile::AeadAes256Gcm, &[7; 3], &PACKET).unwrap();
        assert_eq!((layout.payload, layout.tag), (28..41, 41..57));
        assert_eq!(
            Layout::new(Profile::AeadAes256Gcm, &[7, 8, 7], &PACKET),
            None
        );
    }

    #[test]
    fn a_packet_without_room_for_its_parts_has_no_layout() {
        for profile in Profile::all() {
            let needed = 28 + profile.rtp_tag_len();
            for len in 0..PACKET.len() {
                let layout = Layout::new(profile, &[], &PACKET[..len]);
                assert_eq!(layout.is_some(), len >= needed, "{profile:?} {len}");
            }
            assert_eq!(Layout::new(profile, &[7; 200], &PACKET), None);
        }
    }
}
