//! One packet, all its layers: the decode tree of a whole frame and its line in a packet list.
//!
//! Byte ranges count from the start of the frame, so that a hex view of the frame can mark them.
//! Used by the packet view, for the packets on the screen only.

use crate::capture::Frame;
use crate::demux::{Class, classify};
use crate::net::{Datagram, Decoded, Decoder, Path, ip_offset};
use crate::proto::stun::{self, StunClass};
use crate::proto::{Message, parse};
use crate::tree::{Describe, Row, Tree};
use crate::wire::{Reader, part, range_of};
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A packet taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissection {
    /// Its decode tree, outermost layer first; byte ranges count from the start of the frame.
    pub rows: Vec<Row>,
    /// One line about it.
    pub summary: String,
    /// From where to where it went, if it is UDP or TCP.
    pub path: Option<Path>,
}

/// The labels of the layers that carry the message, which a view may want to fold.
pub const CARRIERS: [&str; 6] = ["Frame", "Link layer", "IPv4", "IPv6", "UDP", "TCP"];

/// ChannelData inside ChannelData inside …: no honest packet goes deeper than this.
const MAX_WRAPPERS: usize = 4;

/// Takes `frame` apart. `plain_udp` tells that its payload is none of our protocols whatever it
/// looks like, which only who knows the frames around it can tell: a game's packets may begin like
/// RTP.
pub fn dissect(frame: &Frame<'_>, plain_udp: bool) -> Dissection {
    let mut tree = Tree::new(frame.data);
    let mut summary = String::new();
    frame_rows(frame, &mut tree);
    let ip = ip_offset(frame.link, frame.data);
    if let Some(at) = ip {
        tree.group("Link layer", part(frame.data, 0..at), |t| {
            t.field("type", frame.link, part(frame.data, 0..at));
        });
        ip_rows(part(frame.data, at..frame.data.len()), &mut tree);
    }
    let mut decoder = Decoder::new();
    let decoded = decoder.decode(frame);
    let mut rows = Vec::new();
    let path = match decoded {
        Decoded::Udp(datagram) => Some(datagram.path),
        Decoded::Tcp { path, .. } => Some(path),
        _ => None,
    };
    match decoded {
        Decoded::Udp(datagram) => {
            udp_rows(frame, &datagram, &mut tree);
            rows = message_rows(frame, &datagram, plain_udp, &mut summary);
        }
        Decoded::Tcp { path, payload } => {
            let len = payload.len();
            let _ = write!(summary, "TCP {} > {}  {len} bytes", path.src, path.dst);
            tree.group("TCP", payload, |t| {
                t.note("source", path.src);
                t.note("destination", path.dst);
                t.field("payload", format_args!("{len} bytes"), payload);
            });
        }
        Decoded::Malformed(error) => {
            let _ = write!(summary, "{error}");
            tree.problem(&error);
        }
        Decoded::Icmp => summary.push_str("ICMP"),
        Decoded::Fragment => summary.push_str("fragment of an IP datagram"),
        Decoded::Tunnel(kind) => {
            let _ = write!(summary, "{kind:?} tunnel, not opened");
        }
        Decoded::OtherIp(protocol) => {
            let _ = write!(summary, "IP protocol {protocol}");
        }
        Decoded::NotIp(ether_type) => {
            let _ = match ether_name(ether_type) {
                Some(name) => write!(summary, "{name}"),
                None => write!(summary, "not IP: type 0x{ether_type:04x}"),
            };
        }
        Decoded::UnknownLink => {
            let _ = write!(summary, "link type {} is not supported", frame.link);
        }
    }
    let mut all = tree.into_rows();
    all.append(&mut rows);
    Dissection {
        rows: all,
        summary,
        path,
    }
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

/// The rows of an IPv4 (RFC 791) or IPv6 (RFC 8200) header; none if it is cut or is neither.
fn ip_rows(data: &[u8], tree: &mut Tree<'_>) {
    let read = match data.first().map(|b| b >> 4) {
        Some(4) => ipv4_rows(data, tree),
        Some(6) => ipv6_rows(data, tree),
        _ => None,
    };
    // What is cut is said where the frame was decoded.
    read.unwrap_or_default()
}

fn ipv4_rows(data: &[u8], tree: &mut Tree<'_>) -> Option<()> {
    let header = part(data, 0..usize::from(data.first()? & 0x0f) * 4);
    let mut r = Reader::new(header);
    let first = r.take(2, "").ok()?;
    let length = r.take(2, "").ok()?;
    let id = r.take(2, "").ok()?;
    let flags = r.take(2, "").ok()?;
    let ttl = r.take(1, "").ok()?;
    let protocol = r.take(1, "").ok()?;
    let checksum = r.take(2, "").ok()?;
    let src = r.array::<4>("").ok()?;
    let dst = r.array::<4>("").ok()?;
    tree.group("IPv4", header, |t| {
        let tos = part(first, 1..2);
        t.field(
            "header length",
            format_args!("{} bytes", header.len()),
            part(first, 0..1),
        );
        t.bits("DSCP", number(tos) >> 2, tos, 0xfc);
        t.bits("ECN", number(tos) & 3, tos, 0x03);
        t.field("total length", number(length), length);
        t.field("identification", format_args!("0x{:04x}", number(id)), id);
        t.bits("don't fragment", number(flags) >> 14 & 1, flags, 0x4000);
        t.bits("more fragments", number(flags) >> 13 & 1, flags, 0x2000);
        t.bits(
            "fragment offset",
            (number(flags) & 0x1fff) * 8,
            flags,
            0x1fff,
        );
        t.field("time to live", number(ttl), ttl);
        t.field("protocol", number(protocol), protocol);
        t.field(
            "checksum",
            format_args!("0x{:04x}", number(checksum)),
            checksum,
        );
        t.field("source", Ipv4Addr::from(src), part(header, 12..16));
        t.field("destination", Ipv4Addr::from(dst), part(header, 16..20));
    });
    Some(())
}

fn ipv6_rows(data: &[u8], tree: &mut Tree<'_>) -> Option<()> {
    let header = part(data, 0..40);
    let mut r = Reader::new(header);
    let first = r.take(4, "").ok()?;
    let length = r.take(2, "").ok()?;
    let next = r.take(1, "").ok()?;
    let hops = r.take(1, "").ok()?;
    let src = r.array::<16>("").ok()?;
    let dst = r.array::<16>("").ok()?;
    tree.group("IPv6", header, |t| {
        let bits = number(first);
        t.bits("DSCP", bits >> 22 & 0x3f, first, 0x0fc0_0000);
        t.bits("ECN", bits >> 20 & 3, first, 0x0030_0000);
        t.bits(
            "flow label",
            format_args!("0x{:05x}", bits & 0xf_ffff),
            first,
            0xf_ffff,
        );
        t.field("payload length", number(length), length);
        t.field("next header", number(next), next);
        t.field("hop limit", number(hops), hops);
        t.field("source", Ipv6Addr::from(src), part(header, 8..24));
        t.field("destination", Ipv6Addr::from(dst), part(header, 24..40));
    });
    Some(())
}

/// A big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// The rows of the UDP header (RFC 768), which is right before the payload.
fn udp_rows(frame: &Frame<'_>, datagram: &Datagram<'_>, tree: &mut Tree<'_>) {
    let at = range_of(datagram.payload, frame.data).and_then(|r| r.start.checked_sub(8));
    let header = at.map_or(&[] as &[u8], |at| part(frame.data, at..at + 8));
    tree.group("UDP", header, |t| {
        t.field("source port", datagram.path.src.port(), part(header, 0..2));
        t.field(
            "destination port",
            datagram.path.dst.port(),
            part(header, 2..4),
        );
        if !header.is_empty() {
            let (length, checksum) = (part(header, 4..6), part(header, 6..8));
            t.field("length", number(length), length);
            t.field(
                "checksum",
                format_args!("0x{:04x}", number(checksum)),
                checksum,
            );
        }
        if datagram.missing > 0 {
            t.note("not captured", format_args!("{} bytes", datagram.missing));
        }
    });
}

/// The rows of the message in a datagram, wrappers first.
fn message_rows(
    frame: &Frame<'_>,
    datagram: &Datagram<'_>,
    plain_udp: bool,
    summary: &mut String,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut payload = datagram.payload;
    for depth in 0..=MAX_WRAPPERS {
        let looks_like = classify(payload, datagram.missing);
        let class = believed(looks_like, plain_udp);
        let offset = range_of(payload, frame.data).map(|r| r.start);
        let mut tree = Tree::new(payload);
        let message = match parse(payload, class, datagram.missing) {
            Ok(message) => message,
            Err(error) => {
                let _ = write!(summary, "{error}");
                tree.problem(&error);
                append(&mut rows, tree, offset);
                return rows;
            }
        };
        message.describe(&mut tree);
        if class != looks_like {
            tree.note(
                "note",
                format_args!(
                    "looks like {looks_like:?}, but the packets around it do not bear that out"
                ),
            );
        }
        append(&mut rows, tree, offset);
        let inside = match message {
            Message::ChannelData(wrapper) => {
                let _ = write!(summary, "[channel 0x{:04x}] ", wrapper.channel);
                wrapper.data
            }
            Message::Stun(wrapper) if wrapper.class() == StunClass::Indication => {
                let data = wrapper.attribute(stun::codes::DATA).map(|a| a.data);
                let data = data.unwrap_or_default();
                if !data.is_empty() {
                    summary.push_str("[indication] ");
                }
                data
            }
            _ => &[],
        };
        if inside.is_empty() || depth == MAX_WRAPPERS {
            message.summary(summary);
            return rows;
        }
        payload = inside;
    }
    rows
}

/// What to decode a payload as: what its structure says, where that says much.
fn believed(looks_like: Class, plain_udp: bool) -> Class {
    match looks_like {
        Class::Rtp | Class::Rtcp | Class::DtlsCiphertext if plain_udp => Class::Unknown,
        class => class,
    }
}

/// Adds the rows of `tree`, whose data begins at `offset` of the frame; without one (a datagram
/// that came in fragments), the rows have no bytes in this frame.
fn append(rows: &mut Vec<Row>, tree: Tree<'_>, offset: Option<usize>) {
    rows.extend(tree.into_rows().into_iter().map(|mut row| {
        row.bytes = match (row.bytes, offset) {
            (Some(bytes), Some(offset)) => Some(bytes.start + offset..bytes.end + offset),
            _ => None,
        };
        row
    }));
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

    fn row<'a>(d: &'a Dissection, label: &str) -> &'a Row {
        d.rows
            .iter()
            .find(|r| r.label == label)
            .unwrap_or_else(|| panic!("{label}: {d:#?}"))
    }

    #[test]
    fn ranges_count_from_the_start_of_the_frame() {
        let data = ipv4(&RTP);
        let d = dissect(&frame(&data, LinkType::RAW), false);
        assert_eq!(row(&d, "Frame").bytes, Some(0..44));
        assert_eq!(row(&d, "DSCP").value, "46");
        assert_eq!(row(&d, "source").value, "192.0.2.1");
        assert_eq!(row(&d, "source port").bytes, Some(20..22));
        let ssrc = d
            .rows
            .iter()
            .find(|r| r.value.contains("0x5a1c22f0"))
            .unwrap();
        assert_eq!(ssrc.bytes, Some(36..40), "{ssrc:?}");
        assert!(d.summary.contains("0x5a1c22f0"), "{}", d.summary);
    }

    #[test]
    fn what_the_analysis_does_not_believe_is_not_decoded() {
        let data = ipv4(&RTP);
        let d = dissect(&frame(&data, LinkType::RAW), true);
        assert!(!d.summary.contains("0x5a1c22f0"), "{}", d.summary);
        assert!(row(&d, "note").value.contains("Rtp"));
    }

    #[test]
    fn channel_data_is_opened_and_inner_ranges_still_fit() {
        let mut wrapped = vec![0x40, 0x01, 0, 16];
        wrapped.extend(RTP);
        let data = ipv4(&wrapped);
        let d = dissect(&frame(&data, LinkType::RAW), false);
        assert!(d.summary.starts_with("[channel 0x4001] "), "{}", d.summary);
        let ssrc = d
            .rows
            .iter()
            .rfind(|r| r.value.contains("0x5a1c22f0"))
            .unwrap();
        assert_eq!(ssrc.bytes, Some(40..44));
    }

    #[test]
    fn every_prefix_of_a_frame_is_taken_apart_without_panic() {
        let mut wrapped = vec![0x40, 0x01, 0, 16];
        wrapped.extend(RTP);
        let data = ipv4(&wrapped);
        for end in 0..=data.len() {
            let d = dissect(&frame(&data[..end], LinkType::RAW), false);
            let inside = |r: &Row| r.bytes.as_ref().is_none_or(|b| b.end <= end);
            assert!(d.rows.iter().all(inside), "{end}: {d:#?}");
            assert!(!d.summary.is_empty());
        }
        for link in [LinkType::ETHERNET, LinkType::LINUX_SLL2, LinkType(9999)] {
            dissect(&frame(&data, link), false);
        }
    }
}
