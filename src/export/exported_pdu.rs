//! Wireshark's "exported PDU" (LINKTYPE_WIRESHARK_UPPER_PDU): a message of an upper layer, with the
//! name of the dissector that is to read it and the addresses it would have had, as tags.
//!
//! Nothing has to be guessed from ports, but no program other than Wireshark reads it.

use super::headers::{addresses, octets};
use crate::capture::{LinkType, PacketNo};
use crate::net::Path;
use std::net::IpAddr;

/// LINKTYPE_WIRESHARK_UPPER_PDU.
pub(super) const LINK: LinkType = LinkType(252);

// Tags, from Wireshark's list of them (EXP_PDU_TAG_…); all numbers are big-endian.
const END: u16 = 0;
const DISSECTOR_NAME: u16 = 12;
const IPV4_SRC: u16 = 20;
const IPV4_DST: u16 = 21;
const IPV6_SRC: u16 = 22;
const IPV6_DST: u16 = 23;
const PORT_TYPE: u16 = 24;
const SRC_PORT: u16 = 25;
const DST_PORT: u16 = 26;
const ORIGINAL_FRAME: u16 = 30;

/// The port type of UDP.
const PORTS_OF_UDP: u32 = 3;

/// Appends the tags of a message that `dissector` reads, which came in packet `no`. `path` is told as
/// one of UDP.
pub(super) fn tags(out: &mut Vec<u8>, dissector: &str, path: Path, no: Option<PacketNo>) {
    // Older versions want the name padded with zeros to a whole number of words.
    let mut name = dissector.as_bytes().to_vec();
    name.resize(name.len().next_multiple_of(4), 0);
    tag(out, DISSECTOR_NAME, &name);
    let (src, dst) = addresses(path);
    let (is_src, is_dst) = match (src, dst) {
        (IpAddr::V4(_), _) => (IPV4_SRC, IPV4_DST),
        (IpAddr::V6(_), _) => (IPV6_SRC, IPV6_DST),
    };
    tag(out, is_src, &octets(src));
    tag(out, is_dst, &octets(dst));
    tag(out, PORT_TYPE, &PORTS_OF_UDP.to_be_bytes());
    tag(out, SRC_PORT, &u32::from(path.src.port()).to_be_bytes());
    tag(out, DST_PORT, &u32::from(path.dst.port()).to_be_bytes());
    if let Some(no) = no.and_then(|no| u32::try_from(no).ok()) {
        tag(out, ORIGINAL_FRAME, &no.to_be_bytes());
    }
    tag(out, END, &[]);
}

fn tag(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
    out.extend(kind.to_be_bytes());
    out.extend((value.len() as u16).to_be_bytes());
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Endpoint, Protocol};

    #[test]
    fn tags_follow_each_other_in_whole_words() {
        let path = Path {
            src: Endpoint::v4([192, 0, 2, 1], 5000),
            dst: Endpoint::v6([7; 16], 5002),
            protocol: Protocol::Udp,
        };
        let mut out = Vec::new();
        tags(&mut out, "sctp", path, Some(77));
        let mut rest = &out[..];
        let mut kinds = Vec::new();
        while let [a, b, c, d, tail @ ..] = rest {
            let len = usize::from(u16::from_be_bytes([*c, *d]));
            assert_eq!(len % 4, 0);
            kinds.push((u16::from_be_bytes([*a, *b]), len));
            rest = &tail[len..];
        }
        let expected = [
            (12, 4),
            (22, 16),
            (23, 16),
            (24, 4),
            (25, 4),
            (26, 4),
            (30, 4),
            (0, 0),
        ];
        assert_eq!(kinds, expected);
        assert!(rest.is_empty());
    }
}
