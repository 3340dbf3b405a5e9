//! One packet, all its layers: the decode tree of a whole frame and its line in a packet list.
//!
//! Byte ranges count from the start of the frame, so that a hex view of the frame can mark them.
//! Used by the packet view, for the packets on the screen only.

mod icmp;

use crate::capture::Frame;
use crate::demux::{Class, classify};
use crate::net::{Datagram, Decoded, Decoder, Path, ip_offset};
use crate::proto::stun::{self, StunClass};
use crate::proto::{Message, parse};
use crate::tree::{Describe, Row, Tree};
use crate::wire::{ParseError, Reader, part, range_of};
use icmp::Icmp;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What a packet is, in brief.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brief {
    /// One line about it.
    pub summary: String,
    /// From where to where it went, if it is UDP or TCP.
    pub path: Option<Path>,
}

/// The labels of the layers that carry the message, which a view may want to fold.
pub const CARRIERS: [&str; 6] = ["Frame", "Link layer", "IPv4", "IPv6", "UDP", "TCP"];

/// ChannelData inside ChannelData inside …: no honest packet goes deeper than this.
const MAX_WRAPPERS: usize = 4;

/// What `frame` is, in brief. `plain_udp` tells that its payload is none of our protocols whatever
/// it looks like, which only who knows the frames around it can tell: a game's packets may begin
/// like RTP.
pub fn brief(frame: &Frame<'_>, plain_udp: bool) -> Brief {
    let mut summary = String::new();
    let mut path = None;
    // Writing to a string cannot fail.
    let _ = match Decoder::new().decode(frame) {
        Decoded::Udp(datagram) => {
            path = Some(datagram.path);
            layers(&datagram, plain_udp, |layer| layer.summary(&mut summary));
            Ok(())
        }
        Decoded::Tcp {
            path: found,
            payload,
        } => {
            path = Some(found);
            let (src, dst, len) = (found.src, found.dst, payload.len());
            write!(summary, "TCP {src} > {dst}  {len} bytes")
        }
        Decoded::Malformed(error) => write!(summary, "{error}"),
        Decoded::Icmp => match Icmp::find(frame.link, frame.data) {
            Some(icmp) => write!(summary, "{icmp}"),
            None => write!(summary, "ICMP"),
        },
        Decoded::Fragment => write!(summary, "fragment of an IP datagram"),
        Decoded::Tunnel(kind) => write!(summary, "{kind:?} tunnel, not opened"),
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

/// Takes `frame` apart: its decode tree, outermost layer first. Byte ranges count from the start of
/// the frame. `plain_udp` as for [`brief`].
pub fn dissect(frame: &Frame<'_>, plain_udp: bool) -> Vec<Row> {
    let mut tree = Tree::new(frame.data);
    frame_rows(frame, &mut tree);
    if let Some(at) = ip_offset(frame.link, frame.data) {
        let header = part(frame.data, 0..at);
        tree.group("Link layer", header, |t| {
            t.field("type", frame.link, header)
        });
        ip_rows(part(frame.data, at..frame.data.len()), &mut tree);
    }
    let mut inner = Vec::new();
    match Decoder::new().decode(frame) {
        Decoded::Udp(datagram) => {
            udp_rows(frame, &datagram, &mut tree);
            layers(&datagram, plain_udp, |layer| layer.rows(frame, &mut inner));
        }
        Decoded::Tcp { path, payload } => tree.group("TCP", payload, |t| {
            t.note("source", path.src);
            t.note("destination", path.dst);
            t.field("payload", format_args!("{} bytes", payload.len()), payload);
        }),
        Decoded::Icmp => {
            if let Some(icmp) = Icmp::find(frame.link, frame.data) {
                icmp.rows(&mut tree);
            }
        }
        Decoded::Malformed(error) => tree.problem(&error),
        _ => {}
    }
    let mut rows = tree.into_rows();
    rows.append(&mut inner);
    rows
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

/// One message of a datagram: a wrapper, or what is in it.
struct Layer<'a> {
    payload: &'a [u8],
    looks_like: Class,
    class: Class,
    message: Result<Message<'a>, ParseError>,
    /// What it wraps; empty for the innermost.
    inside: &'a [u8],
}

/// Calls `visit` with the messages of a datagram, wrappers first.
fn layers<'a>(datagram: &Datagram<'a>, plain_udp: bool, mut visit: impl FnMut(&Layer<'a>)) {
    let mut payload = datagram.payload;
    for depth in 0..=MAX_WRAPPERS {
        let looks_like = classify(payload, datagram.missing);
        let class = believed(looks_like, plain_udp);
        let message = parse(payload, class, datagram.missing);
        let inside = match &message {
            Ok(message) if depth < MAX_WRAPPERS => wrapped(message),
            _ => &[],
        };
        visit(&Layer {
            payload,
            looks_like,
            class,
            message,
            inside,
        });
        if inside.is_empty() {
            return;
        }
        payload = inside;
    }
}

/// What a TURN message carries for a peer (RFC 8656).
fn wrapped<'a>(message: &Message<'a>) -> &'a [u8] {
    match message {
        Message::ChannelData(wrapper) => wrapper.data,
        Message::Stun(wrapper) if wrapper.class() == StunClass::Indication => {
            let data = wrapper.attribute(stun::codes::DATA).map(|a| a.data);
            data.unwrap_or_default()
        }
        _ => &[],
    }
}

impl Layer<'_> {
    fn summary(&self, out: &mut String) {
        let _ = match &self.message {
            Err(error) => write!(out, "{error}"),
            Ok(message) if self.inside.is_empty() => {
                message.summary(out);
                Ok(())
            }
            Ok(Message::ChannelData(wrapper)) => {
                write!(out, "[channel 0x{:04x}] ", wrapper.channel)
            }
            Ok(_) => write!(out, "[indication] "),
        };
    }

    fn rows(&self, frame: &Frame<'_>, out: &mut Vec<Row>) {
        let mut tree = Tree::new(self.payload);
        match &self.message {
            Ok(message) => message.describe(&mut tree),
            Err(error) => tree.problem(error),
        }
        if self.class != self.looks_like {
            let like = self.looks_like;
            let note = format_args!("looks like {like:?}, but the packets around it do not");
            tree.note("note", note);
        }
        append(
            out,
            tree,
            range_of(self.payload, frame.data).map(|r| r.start),
        );
    }
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

    fn row<'a>(rows: &'a [Row], label: &str) -> &'a Row {
        rows.iter()
            .find(|r| r.label == label)
            .unwrap_or_else(|| panic!("{label}: {rows:#?}"))
    }

    #[test]
    fn ranges_count_from_the_start_of_the_frame() {
        let data = ipv4(&RTP);
        let d = dissect(&frame(&data, LinkType::RAW), false);
        assert_eq!(row(&d, "Frame").bytes, Some(0..44));
        assert_eq!(row(&d, "DSCP").value, "46");
        assert_eq!(row(&d, "source").value, "192.0.2.1");
        assert_eq!(row(&d, "source port").bytes, Some(20..22));
        let ssrc = d.iter().find(|r| r.value.contains("0x5a1c22f0")).unwrap();
        assert_eq!(ssrc.bytes, Some(36..40), "{ssrc:?}");
        let brief = brief(&frame(&data, LinkType::RAW), false);
        assert!(brief.summary.contains("0x5a1c22f0"), "{brief:?}");
        assert_eq!(brief.path.unwrap().src.to_string(), "192.0.2.1:5000");
    }

    #[test]
    fn what_the_analysis_does_not_believe_is_not_decoded() {
        let data = ipv4(&RTP);
        let d = dissect(&frame(&data, LinkType::RAW), true);
        let brief = brief(&frame(&data, LinkType::RAW), true);
        assert!(!brief.summary.contains("0x5a1c22f0"), "{brief:?}");
        assert!(row(&d, "note").value.contains("Rtp"));
    }

    #[test]
    fn channel_data_is_opened_and_inner_ranges_still_fit() {
        let mut wrapped = vec![0x40, 0x01, 0, 16];
        wrapped.extend(RTP);
        let data = ipv4(&wrapped);
        let d = dissect(&frame(&data, LinkType::RAW), false);
        let brief = brief(&frame(&data, LinkType::RAW), false);
        assert!(brief.summary.starts_with("[channel 0x4001] "), "{brief:?}");
        let ssrc = d.iter().rfind(|r| r.value.contains("0x5a1c22f0")).unwrap();
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
            assert!(d.iter().all(inside), "{end}: {d:#?}");
            let brief = brief(&frame(&data[..end], LinkType::RAW), false);
            assert!(!brief.summary.is_empty());
        }
        for link in [LinkType::ETHERNET, LinkType::LINUX_SLL2, LinkType(9999)] {
            dissect(&frame(&data, link), false);
        }
    }
}
