//! The plain case: Ethernet, IPv4 without options or fragments, UDP, nothing cut off.
//!
//! Almost every packet of a call is one of these, and this takes a tenth of the general way's steps.
//! Whatever is not plain is left to the general way; what is, must come out the same there (tested).

use super::{Datagram, Endpoint, Path, Protocol, Via, tunnel};
use crate::capture::{Frame, LinkType};

/// Ethernet, IPv4 and UDP headers together.
const HEADERS: usize = 14 + 20 + 8;

/// The datagram in a plain frame; `None` if it is not plain.
#[inline]
pub(super) fn datagram<'a>(frame: &Frame<'a>) -> Option<Datagram<'a>> {
    let h: &[u8; HEADERS] = frame.data.first_chunk()?;
    let is_ipv4 = [h[12], h[13], h[14]] == [0x08, 0x00, 0x45];
    let is_fragment = (h[20] & 0x3f) | h[21] != 0;
    let is_udp = h[23] == 17;
    if frame.link != LinkType::ETHERNET || !is_ipv4 || is_fragment || !is_udp {
        return None;
    }
    let total = usize::from(u16::from_be_bytes([h[16], h[17]]));
    let length = usize::from(u16::from_be_bytes([h[38], h[39]]));
    if length < 8 || total != length + 20 {
        return None;
    }
    let payload = frame.data.get(HEADERS..14 + total)?;
    let src = u16::from_be_bytes([h[34], h[35]]);
    let dst = u16::from_be_bytes([h[36], h[37]]);
    if tunnel::is_port(dst) {
        return None;
    }
    Some(Datagram {
        no: frame.no,
        ts: frame.ts,
        path: Path {
            src: Endpoint::v4([h[26], h[27], h[28], h[29]], src),
            dst: Endpoint::v4([h[30], h[31], h[32], h[33]], dst),
            protocol: Protocol::Udp,
        },
        via: Via::Direct,
        missing: 0,
        payload,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Decoded, Decoder};
    use super::*;
    use crate::time::Timestamp;
    use proptest::prelude::*;

    fn frame(data: &[u8], link: LinkType) -> Frame<'_> {
        let ts = Timestamp::from_nanos(5);
        Frame {
            no: 3,
            ts,
            link,
            wire_len: data.len() as u32,
            offset: 0,
            data,
        }
    }

    fn plain(payload: &[u8]) -> Vec<u8> {
        let mut data = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, 0x45, 0];
        data.extend((28 + payload.len() as u16).to_be_bytes());
        data.extend([0, 7, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        data.extend([0x13, 0x88, 0x13, 0x8a]);
        data.extend((8 + payload.len() as u16).to_be_bytes());
        data.extend([0, 0]);
        data.extend(payload);
        data
    }

    fn facts(d: &Datagram<'_>) -> (u64, Timestamp, Path, Via, u32, Vec<u8>) {
        (d.no, d.ts, d.path, d.via, d.missing, d.payload.to_vec())
    }

    #[test]
    fn a_plain_frame_is_taken_and_its_trailer_is_not() {
        let mut data = plain(b"media");
        data.extend([0xaa; 9]);
        let d = datagram(&frame(&data, LinkType::ETHERNET)).unwrap();
        assert_eq!(d.payload, b"media");
        assert_eq!(d.path.src.to_string(), "192.0.2.1:5000");
        assert!(datagram(&frame(&data, LinkType::RAW)).is_none());
        assert!(
            datagram(&frame(&data[..45], LinkType::ETHERNET)).is_none(),
            "cut"
        );
    }

    proptest! {
        /// Whatever is changed in a plain frame: what the short way takes, the general way reads
        /// the same.
        #[test]
        fn agrees_with_the_general_way(
            payload in proptest::collection::vec(any::<u8>(), 0..40),
            changes in proptest::collection::vec((0usize..90, any::<u8>()), 0..4),
            cut in 0usize..90,
        ) {
            let mut data = plain(&payload);
            for (at, value) in changes {
                if let Some(byte) = data.get_mut(at) {
                    *byte = value;
                }
            }
            data.truncate(data.len().saturating_sub(cut.saturating_sub(60)));
            let frame = frame(&data, LinkType::ETHERNET);
            if let Some(short) = datagram(&frame) {
                let mut decoder = Decoder::new();
                match decoder.decode_any(&frame) {
                    Decoded::Udp(general) => prop_assert_eq!(facts(&short), facts(&general)),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }
}
