//! The pcap file that a dump becomes: its packets of raw IP, with headers around what the dump has.
//!
//! IPv4 (RFC 791) with a right header checksum, and UDP (RFC 768) without one; SCTP stands directly
//! in IP. Times are in nanoseconds. What is made up in these headers, whoever reads the dump says.

use std::net::SocketAddrV4;

/// Little-endian pcap with nanoseconds.
const MAGIC: u32 = 0xa1b2_3c4d;
/// `LINKTYPE_RAW`.
const LINK: u32 = 101;
const IP_HEADER: usize = 20;
const UDP_HEADER: usize = 8;

/// What is inside IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Udp,
    Sctp,
}

/// A packet of a dump.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    /// Nanoseconds since 1970; what pcap cannot say is held at the ends of its range.
    pub(super) ns: i64,
    pub(super) from: SocketAddrV4,
    pub(super) to: SocketAddrV4,
    pub(super) carrier: Carrier,
    pub(super) data: &'a [u8],
    /// Bytes of the packet that the dump leaves out.
    pub(super) missing: usize,
}

/// The pcap file so far that nobody has read yet.
#[derive(Debug)]
pub(super) struct Packets {
    out: Vec<u8>,
    read: usize,
    count: u64,
}

impl Packets {
    pub(super) fn new() -> Self {
        let mut packets = Self {
            out: Vec::new(),
            read: 0,
            count: 0,
        };
        packets.words(&[MAGIC, 0x0004_0002, 0, 0, 262_144, LINK]);
        packets
    }

    /// Packets written so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Adds a packet. `false`, and nothing is added, if it is longer than IP can say.
    #[must_use]
    pub(super) fn push(&mut self, packet: &Packet<'_>) -> bool {
        let (protocol, inner) = match packet.carrier {
            Carrier::Udp => (17, UDP_HEADER),
            Carrier::Sctp => (132, 0),
        };
        let payload = packet.data.len() + packet.missing;
        let Ok(total) = u16::try_from(IP_HEADER + inner + payload) else {
            return false;
        };
        let (seconds, nanos) = (
            packet.ns.div_euclid(1_000_000_000),
            packet.ns.rem_euclid(1_000_000_000),
        );
        let seconds = u32::try_from(seconds.max(0)).unwrap_or(u32::MAX);
        let missing = packet.missing as u32;
        self.words(&[
            seconds,
            nanos as u32,
            u32::from(total) - missing,
            u32::from(total),
        ]);
        self.out
            .extend(ip_header(total, protocol, packet.from, packet.to));
        if packet.carrier == Carrier::Udp {
            let length = total - IP_HEADER as u16;
            for field in [packet.from.port(), packet.to.port(), length, 0] {
                self.out.extend(field.to_be_bytes());
            }
        }
        self.out.extend(packet.data);
        self.count += 1;
        true
    }

    /// Moves what was not read yet to `room`.
    pub(super) fn read(&mut self, room: &mut [u8]) -> usize {
        let rest = self.out.get(self.read..).unwrap_or_default();
        let n = rest.len().min(room.len());
        if let (Some(to), Some(from)) = (room.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.read += n;
        if self.read >= self.out.len() {
            self.out.clear();
            self.read = 0;
        }
        n
    }

    fn words(&mut self, words: &[u32]) {
        self.out.extend(words.iter().flat_map(|w| w.to_le_bytes()));
    }
}

fn ip_header(total: u16, protocol: u8, from: SocketAddrV4, to: SocketAddrV4) -> [u8; IP_HEADER] {
    let [t0, t1] = total.to_be_bytes();
    let ([a, b, c, d], [e, f, g, h]) = (from.ip().octets(), to.ip().octets());
    let bare = [
        0x45, 0, t0, t1, 0, 0, 0x40, 0, 64, protocol, 0, 0, a, b, c, d, e, f, g, h,
    ];
    let sum: u32 = bare
        .as_chunks::<2>()
        .0
        .iter()
        .map(|word| u32::from(u16::from_be_bytes(*word)))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    let [s0, s1] = (!(folded as u16)).to_be_bytes();
    [
        0x45, 0, t0, t1, 0, 0, 0x40, 0, 64, protocol, s0, s1, a, b, c, d, e, f, g, h,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const FROM: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 0, 1), 5004);
    const TO: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 168, 0, 199), 6000);

    /// The most bytes that fit into UDP in IPv4.
    const PAYLOAD_MAX: usize = 65_535 - IP_HEADER - UDP_HEADER;

    fn packet(data: &[u8], missing: usize) -> Packet<'_> {
        Packet {
            ns: 1_700_000_000_123_456_789,
            from: FROM,
            to: TO,
            carrier: Carrier::Udp,
            data,
            missing,
        }
    }

    /// The example that textbooks give: its checksum is b861.
    #[test]
    fn the_header_checksum_is_right() {
        let header = ip_header(0x73, 17, FROM, TO);
        assert_eq!(header[10..12], [0xb8, 0x61]);
    }

    #[test]
    fn packets_are_read_as_they_were_put_in() {
        let mut out = Packets::new();
        assert!(out.push(&packet(b"abc", 0)));
        assert!(out.push(&packet(b"cut", 7)));
        assert_eq!(out.count(), 2);
        let mut file = Vec::new();
        let mut room = [0; 7];
        loop {
            let n = out.read(&mut room);
            if n == 0 {
                break;
            }
            file.extend(&room[..n]);
        }
        let (got, problems) = crate::capture::kit::read(&file);
        assert_eq!(problems, []);
        let lengths: Vec<_> = got.iter().map(|g| (g.data.len(), g.wire_len)).collect();
        assert_eq!(lengths, [(31, 31), (31, 38)]);
        assert_eq!(got[0].ns, 1_700_000_000_123_456_789);
        assert_eq!(got[0].link, 101);
        assert_eq!(got[0].data[20..], *b"\x13\x8c\x17\x70\0\x0b\0\0abc");
    }

    #[test]
    fn what_is_too_long_for_ip_is_refused() {
        let mut out = Packets::new();
        assert!(out.push(&packet(&[0; PAYLOAD_MAX], 0)));
        assert!(!out.push(&packet(&[0; PAYLOAD_MAX], 1)));
        assert!(!out.push(&packet(&[0; 65_535], 0)));
        assert_eq!(out.count(), 1);
    }
}
