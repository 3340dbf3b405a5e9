//! One packet, all its layers: the decode tree of a whole frame and its line in a packet list.
//!
//! Byte ranges count from the start of the frame, so that a hex view of the frame can mark them.
//! Used by the packet view, for the packets on the screen only.

mod headers;
mod icmp;
mod insight;
mod link;
mod messages;
mod opened;
mod tcp;
mod tunnel;

pub use insight::{Insight, NoInsight, PlainRecord};

use crate::capture::Frame;
use crate::net::{Decoded, Decoder, Layer, Path};
use crate::tree::{Row, Tree};
use crate::wire::{part, range_of};
use icmp::Icmp;
use std::fmt::Write;

/// What a packet is, in brief.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brief {
    /// One line about it.
    pub summary: String,
    /// From where to where it went, if it is UDP or TCP.
    pub path: Option<Path>,
}

/// A packet taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dissection {
    /// Its decode tree, outermost layer first.
    pub rows: Vec<Row>,
    /// What was decrypted of it: [`Row::buffer`] 1 is the first of these.
    pub plain: Vec<Plain>,
}

/// Bytes that were decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// What they are, for a heading.
    pub name: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Dissection {
    /// The number of the buffer that is kept next.
    fn next_buffer(&self) -> u16 {
        u16::try_from(self.plain.len() + 1).unwrap_or(u16::MAX)
    }

    fn keep(&mut self, name: &'static str, bytes: Vec<u8>) {
        self.plain.push(Plain { name, bytes });
    }
}

/// The labels of the layers that carry the message, which a view may want to fold.
pub const CARRIERS: [&str; 12] = [
    "Frame",
    "Link layer",
    "IPv4",
    "IPv6",
    "UDP",
    "TCP",
    "GRE",
    "VXLAN",
    "Geneve",
    "GTP-U",
    "L2TP",
    "Ethernet in the tunnel",
];

/// What `frame` is, in brief. `plain` tells that its payload is none of our protocols whatever it
/// looks like, which only who knows the frames around it can tell: a game's packets may begin like
/// RTP. `insight` is asked for what is encrypted.
pub fn brief(frame: &Frame<'_>, plain: bool, insight: &dyn Insight) -> Brief {
    let mut decoder = Decoder::new();
    let mut ip: &[u8] = &[];
    let mut summary = String::new();
    let mut path = None;
    let decoded = decoder.trace(frame, |layer| match layer {
        Layer::Ip(data) => ip = data,
        Layer::Tunnel(kind, _) => {
            let _ = write!(summary, "[{}] ", kind.name());
        }
        Layer::Udp(_) => {}
    });
    // Writing to a string cannot fail.
    let _ = match decoded {
        Decoded::Udp(datagram) => {
            path = Some(datagram.path);
            messages::parts(&datagram, plain, |part| part.summary(insight, &mut summary));
            Ok(())
        }
        Decoded::Sctp(packet) => {
            path = Some(packet.path);
            messages::bare_sctp(&packet).summary(insight, &mut summary);
            Ok(())
        }
        Decoded::Tcp(segment) => {
            path = Some(segment.path);
            tcp::summary(&segment, plain, insight, &mut summary);
            Ok(())
        }
        Decoded::Malformed(error) => write!(summary, "{error}"),
        Decoded::Icmp => match Icmp::find(ip) {
            Some(icmp) => write!(summary, "{icmp}"),
            None => write!(summary, "ICMP"),
        },
        Decoded::Fragment => write!(summary, "fragment of an IP datagram"),
        Decoded::Tunnel(kind) => write!(summary, "{} tunnel, not opened", kind.name()),
        Decoded::OtherIp(protocol) => write!(summary, "IP protocol {protocol}"),
        Decoded::NotIp(ether_type) => match ether_name(ether_type) {
            Some(name) => write!(summary, "{name}"),
            None => write!(summary, "not IP: type 0x{ether_type:04x}"),
        },
        Decoded::UnknownLink => {
            write!(summary, "link type {} is not supported", frame.link)
        }
    };
    Brief { summary, path }
}

/// Takes `frame` apart. Byte ranges count from the start of the frame, but for those of what was
/// decrypted. `plain` and `insight` as for [`brief`].
pub fn dissect(frame: &Frame<'_>, plain: bool, insight: &dyn Insight) -> Dissection {
    let mut tree = Tree::new(frame.data);
    frame_rows(frame, &mut tree);
    let mut decoder = Decoder::new();
    let mut ip: &[u8] = &[];
    let mut first = true;
    // A tunnel's header ends where the packet in it begins, which the next layer tells.
    let mut wrapper = None;
    let decoded = decoder.trace(frame, |layer| match layer {
        Layer::Ip(data) => {
            ip = data;
            let header = |whole| part(whole, 0..range_of(data, whole).map_or(0, |r| r.start));
            if let Some((kind, bytes)) = wrapper.take() {
                tunnel::rows(kind, header(bytes), &mut tree);
            } else if first {
                link::rows(frame.link, header(frame.data), &mut tree);
            }
            first = false;
            headers::ip_rows(data, &mut tree);
        }
        Layer::Udp(datagram) => headers::udp_rows(frame.data, &datagram, &mut tree),
        Layer::Tunnel(kind, bytes) => wrapper = Some((kind, bytes)),
    });
    if let Some((kind, bytes)) = wrapper {
        tunnel::rows(kind, bytes, &mut tree);
    }
    let mut inner = Dissection::default();
    match decoded {
        Decoded::Udp(datagram) => {
            headers::udp_rows(frame.data, &datagram, &mut tree);
            messages::parts(&datagram, plain, |part| {
                part.rows(frame.data, insight, &mut inner);
            });
        }
        Decoded::Sctp(packet) => {
            messages::bare_sctp(&packet).rows(frame.data, insight, &mut inner);
        }
        Decoded::Tcp(segment) => {
            tcp::rows(&segment, &mut tree);
            tcp::messages(frame.data, &segment, plain, insight, &mut inner);
        }
        Decoded::Icmp => {
            if let Some(icmp) = Icmp::find(ip) {
                icmp.rows(&mut tree);
            }
        }
        Decoded::Malformed(error) => tree.problem(&error),
        _ => {}
    }
    let mut rows = tree.into_rows();
    rows.append(&mut inner.rows);
    Dissection { rows, ..inner }
}

/// EtherTypes that captures are full of (IEEE registration authority).
fn ether_name(ether_type: u16) -> Option<&'static str> {
    Some(match ether_type {
        0x0806 => "ARP",
        0x88cc => "LLDP",
        0x888e => "EAPOL",
        0x8863 => "PPPoE discovery",
        _ => return None,
    })
}

fn frame_rows(frame: &Frame<'_>, tree: &mut Tree<'_>) {
    tree.group("Frame", frame.data, |t| {
        t.note("number", frame.no);
        t.note("captured at", frame.ts);
        t.note(
            "length",
            format_args!("{} bytes on the wire", frame.wire_len),
        );
        if frame.data.len() < frame.wire_len as usize {
            t.note("captured", format_args!("{} bytes", frame.data.len()));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::LinkType;
    use crate::time::Timestamp;

    fn frame(data: &[u8], link: LinkType) -> Frame<'_> {
        Frame {
            no: 7,
            ts: Timestamp::from_nanos(1_000_000_000),
            link,
            wire_len: data.len() as u32,
            offset: 0,
            data,
        }
    }

    /// An IPv4 packet with a UDP datagram in it.
    fn ipv4(payload: &[u8]) -> Vec<u8> {
        let udp = (8 + payload.len()) as u16;
        let mut out = vec![0x45, 0xb8];
        out.extend((20 + udp).to_be_bytes());
        out.extend([
            0x12, 0x34, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
        ]);
        out.extend([0x13, 0x88, 0x13, 0x8a]);
        out.extend(udp.to_be_bytes());
        out.extend([0, 0]);
        out.extend(payload);
        out
    }

    const RTP: [u8; 16] = [
        0x80, 96, 0, 1, 0, 0, 0, 2, 0x5a, 0x1c, 0x22, 0xf0, 1, 2, 3, 4,
    ];

    fn row<'a>(rows: &'a [Row], label: &str) -> &'a Row {
        rows.iter()
            .find(|r| r.label == label)
            .unwrap_or_else(|| panic!("{label}: {rows:#?}"))
    }

    #[test]
    fn ranges_count_from_the_start_of_the_frame() {
        let data = ipv4(&RTP);
        let d = dissect(&frame(&data, LinkType::RAW), false, &NoInsight).rows;
        assert_eq!(row(&d, "Frame").bytes, Some(0..44));
        assert_eq!(row(&d, "DSCP").value, "46");
        assert_eq!(row(&d, "source").value, "192.0.2.1");
        assert_eq!(row(&d, "source port").bytes, Some(20..22));
        let ssrc = d.iter().find(|r| r.value.contains("0x5a1c22f0")).unwrap();
        assert_eq!(ssrc.bytes, Some(36..40), "{ssrc:?}");
        let brief = brief(&frame(&data, LinkType::RAW), false, &NoInsight);
        assert!(brief.summary.contains("0x5a1c22f0"), "{brief:?}");
        assert_eq!(brief.path.unwrap().src.to_string(), "192.0.2.1:5000");
    }

    #[test]
    fn what_the_analysis_does_not_believe_is_not_decoded() {
        let data = ipv4(&RTP);
        let d = dissect(&frame(&data, LinkType::RAW), true, &NoInsight).rows;
        let brief = brief(&frame(&data, LinkType::RAW), true, &NoInsight);
        assert!(!brief.summary.contains("0x5a1c22f0"), "{brief:?}");
        assert!(row(&d, "note").value.contains("Rtp"));
    }

    #[test]
    fn channel_data_is_opened_and_inner_ranges_still_fit() {
        let mut wrapped = vec![0x40, 0x01, 0, 16];
        wrapped.extend(RTP);
        let data = ipv4(&wrapped);
        let d = dissect(&frame(&data, LinkType::RAW), false, &NoInsight).rows;
        let brief = brief(&frame(&data, LinkType::RAW), false, &NoInsight);
        assert!(brief.summary.starts_with("[channel 0x4001] "), "{brief:?}");
        let ssrc = d.iter().rfind(|r| r.value.contains("0x5a1c22f0")).unwrap();
        assert_eq!(ssrc.bytes, Some(40..44));
    }

    #[test]
    fn tunnels_show_their_layers_and_the_right_bytes() {
        // GRE with a key, Ethernet in it, IPv4, VXLAN, Ethernet, IPv4.
        let ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
        let vxlan = [&[8, 0, 0, 0, 0, 1, 2, 0][..], &ethernet, &ipv4(&RTP)].concat();
        let mut middle = ipv4(&vxlan);
        middle[22..24].copy_from_slice(&4789u16.to_be_bytes());
        let gre = [&[0x20, 0, 0x65, 0x58, 0, 0, 0, 42][..], &ethernet, &middle].concat();
        let mut data = ipv4(&gre)[..20].to_vec();
        data[2..4].copy_from_slice(&(20 + gre.len() as u16).to_be_bytes());
        data[9] = 47;
        data.extend(gre);
        let d = dissect(&frame(&data, LinkType::RAW), false, &NoInsight).rows;
        let groups: Vec<_> = d
            .iter()
            .filter(|r| r.depth == 0)
            .map(|r| r.label.as_str())
            .collect();
        let expected = [
            "Frame",
            "Link layer",
            "IPv4",
            "GRE",
            "Ethernet in the tunnel",
            "IPv4",
            "UDP",
            "VXLAN",
            "Ethernet in the tunnel",
            "IPv4",
            "UDP",
            "RTP",
        ];
        assert_eq!(groups, expected);
        assert_eq!(row(&d, "GRE").bytes, Some(20..28));
        assert_eq!(row(&d, "key").value, "0x0000002a");
        assert_eq!(row(&d, "VXLAN").bytes, Some(70..78));
        assert_eq!(row(&d, "network identifier").value, "258");
        let ssrc = d.iter().rfind(|r| r.value.contains("0x5a1c22f0")).unwrap();
        let end = data.len();
        assert_eq!(ssrc.bytes, Some(end - 8..end - 4));
        let brief = brief(&frame(&data, LinkType::RAW), false, &NoInsight);
        assert!(brief.summary.starts_with("[GRE] [VXLAN] "), "{brief:?}");
        for end in 0..data.len() {
            let _ = dissect(&frame(&data[..end], LinkType::RAW), false, &NoInsight);
        }
    }

    #[test]
    fn a_tcp_segment_shows_its_header_and_whole_messages() {
        let stun = [
            0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        ];
        let mut segment = vec![0x13, 0x88, 0x13, 0x8a, 0, 0, 0, 9, 0, 0, 0, 7, 0x50, 0x18];
        segment.extend([1, 0, 0, 0, 0, 0]);
        segment.extend([0, 20]);
        segment.extend(stun);
        segment.extend([0, 16]);
        segment.extend(&RTP[..10]);
        let mut data = ipv4(&[])[..20].to_vec();
        data[2..4].copy_from_slice(&(20 + segment.len() as u16).to_be_bytes());
        data[9] = 6;
        data.extend(segment);
        let d = dissect(&frame(&data, LinkType::RAW), false, &NoInsight).rows;
        assert_eq!(row(&d, "flags").value, "ACK, PSH");
        assert_eq!(row(&d, "sequence number").bytes, Some(24..28));
        assert_eq!(row(&d, "transaction id").bytes, Some(50..62));
        let beginning = d.last().unwrap();
        assert_eq!(beginning.bytes, Some(62..74), "{beginning:?}");
        let brief_of =
            |data: &[u8], plain| brief(&frame(data, LinkType::RAW), plain, &NoInsight).summary;
        assert!(
            brief_of(&data, true).starts_with("[TCP] "),
            "{}",
            brief_of(&data, true)
        );
        // Its second half is nobody's beginning.
        data.drain(40..50);
        assert!(
            brief_of(&data, false).starts_with("TCP "),
            "{}",
            brief_of(&data, false)
        );
        for end in 0..data.len() {
            let _ = dissect(&frame(&data[..end], LinkType::RAW), false, &NoInsight);
        }
    }

    /// Knows what every packet holds.
    struct Keys;

    impl crate::proto::rtp::StreamNames for Keys {
        fn extension(&self, id: u8) -> Option<&str> {
            let uri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
            [(3, uri), (4, "urn:example:\x1b")]
                .iter()
                .find_map(|(known, uri)| (*known == id).then_some(*uri))
        }

        fn codec(&self, payload_type: u8) -> Option<&str> {
            (payload_type == 96).then_some("VP8")
        }
    }

    impl Insight for Keys {
        /// SRTP with a tag of 10 bytes, whose cipher is to turn all bits of the payload.
        fn open_rtp(&self, packet: &[u8]) -> Option<Vec<u8>> {
            let header = crate::proto::rtp::RtpPacket::parse(packet)
                .ok()?
                .header_len();
            let mut plain = packet.get(..packet.len().checked_sub(10)?)?.to_vec();
            plain.get_mut(header..)?.iter_mut().for_each(|b| *b ^= 0xff);
            Some(plain)
        }

        fn open_rtcp(&self, packet: &[u8]) -> Option<Vec<u8>> {
            // A receiver report without reports, then PLI.
            (packet.len() == 34).then(|| {
                let pli = [0x81, 206, 0, 2, 0, 0, 0, 1, 0x5a, 0x1c, 0x22, 0xf0];
                [&[0x80, 201, 0, 1, 0, 0, 0, 1][..], &pli].concat()
            })
        }

        fn open_dtls(&self, _: &[u8]) -> Vec<PlainRecord> {
            let sack = [
                0x13, 0x88, 0x13, 0x88, 0, 0, 0, 7, 0, 0, 0, 0, 3, 0, 0, 16, 0, 0, 0, 1, 0, 0, 16,
                0, 0, 0, 0, 0,
            ];
            [(21, vec![1, 0]), (23, sack.to_vec()), (23, vec![9; 5])]
                .map(|(content_type, bytes)| PlainRecord {
                    content_type,
                    bytes,
                })
                .to_vec()
        }

        fn names(&self, _: u32) -> Option<&dyn crate::proto::rtp::StreamNames> {
            Some(self)
        }
    }

    fn opened(payload: &[u8]) -> (Dissection, String) {
        let data = ipv4(payload);
        let frame = frame(&data, LinkType::RAW);
        let d = dissect(&frame, false, &Keys);
        for row in &d.rows {
            let len = match usize::from(row.buffer) {
                0 => data.len(),
                n => d.plain[n - 1].bytes.len(),
            };
            assert!(row.bytes.as_ref().is_none_or(|b| b.end <= len), "{row:?}");
        }
        (d, brief(&frame, false, &Keys).summary)
    }

    #[test]
    fn srtp_shows_its_header_in_the_frame_and_its_payload_decrypted() {
        let mut srtp = RTP[..12].to_vec();
        srtp[0] = 0x90;
        srtp.extend([0xbe, 0xde, 0, 2, 0x32, 0x80, 0, 0, 0x40, 7, 0, 0]);
        srtp.extend([0x55; 20]);
        let (d, _) = opened(&srtp);
        let rtp = row(&d.rows, "RTP");
        assert_eq!((rtp.value.as_str(), rtp.buffer), ("(SRTP: decrypted)", 0));
        assert_eq!(rtp.bytes, Some(28..72));
        assert_eq!(row(&d.rows, "payload type").value, "96 (VP8)");
        let ssrc = row(&d.rows, "SSRC");
        assert_eq!((ssrc.bytes.clone(), ssrc.buffer), (Some(36..40), 0));
        assert_eq!(row(&d.rows, "id 3 abs-send-time").value, "32.000000 s");
        assert_eq!(row(&d.rows, "id 4 urn:example:\\u{1b}").value, "07");
        let payload = row(&d.rows, "payload, 10 bytes");
        assert_eq!((payload.bytes.clone(), payload.buffer), (Some(24..34), 1));
        assert_eq!(d.plain[0].bytes[24..], [0xaa; 10]);
        let tag = d.rows.last().unwrap();
        assert_eq!(
            (tag.bytes.clone(), tag.value.as_str()),
            (Some(62..72), "10 bytes")
        );
    }

    #[test]
    fn srtcp_shows_the_packets_inside() {
        let mut srtcp = vec![0x80, 201, 0, 1, 0, 0, 0, 1];
        srtcp.resize(34, 0xee);
        let (d, summary) = opened(&srtcp);
        let compound = row(&d.rows, "RTCP compound, 2 packets");
        assert_eq!(compound.value, "(SRTCP: decrypted)");
        assert_eq!((compound.bytes.clone(), compound.buffer), (Some(28..62), 0));
        let media = d
            .rows
            .iter()
            .find(|r| r.value.contains("0x5a1c22f0"))
            .unwrap();
        assert_eq!((media.bytes.clone(), media.buffer), (Some(16..20), 1));
        assert_eq!(d.rows.last().unwrap().bytes, Some(48..62));
        assert!(
            summary.contains("PLI") && summary.ends_with("(SRTCP)"),
            "{summary}"
        );
    }

    #[test]
    fn dtls_shows_its_records_and_what_they_hold() {
        let record = [23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4];
        let (d, summary) = opened(&record);
        let record = row(&d.rows, "DTLS record");
        assert_eq!((record.bytes.clone(), record.buffer), (Some(28..45), 0));
        let alert = row(&d.rows, "DTLS content: Alert");
        assert_eq!(
            (alert.value.as_str(), alert.buffer),
            ("(DTLS: decrypted)", 1)
        );
        let sctp = d.rows.iter().find(|r| r.buffer == 2).unwrap();
        assert!(sctp.value.ends_with("(DTLS: decrypted)"), "{sctp:?}");
        assert_eq!(d.plain.len(), 3);
        assert!(
            summary.starts_with("Alert warning close_notify + "),
            "{summary}"
        );
        assert!(summary.ends_with("5 bytes (DTLS)"), "{summary}");
    }

    #[test]
    fn every_prefix_of_a_frame_is_taken_apart_without_panic() {
        let mut wrapped = vec![0x40, 0x01, 0, 16];
        wrapped.extend(RTP);
        let data = ipv4(&wrapped);
        for end in 0..=data.len() {
            let d = dissect(&frame(&data[..end], LinkType::RAW), false, &NoInsight).rows;
            let inside = |r: &Row| r.bytes.as_ref().is_none_or(|b| b.end <= end);
            assert!(d.iter().all(inside), "{end}: {d:#?}");
            let brief = brief(&frame(&data[..end], LinkType::RAW), false, &NoInsight);
            assert!(!brief.summary.is_empty());
        }
        for link in [LinkType::ETHERNET, LinkType::LINUX_SLL2, LinkType(9999)] {
            dissect(&frame(&data, link), false, &NoInsight);
        }
    }
}
