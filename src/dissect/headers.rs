//! IPv4, IPv6 and UDP headers as rows of a decode tree.

use crate::net::Datagram;
use crate::tree::Tree;
use crate::wire::{Reader, part, range_of};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The rows of an IPv4 (RFC 791) or IPv6 (RFC 8200) header; none if it is cut or is neither.
pub(super) fn ip_rows(data: &[u8], tree: &mut Tree<'_>) {
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
pub(super) fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// The rows of the UDP header (RFC 768), which is right before the payload.
pub(super) fn udp_rows(frame: &[u8], datagram: &Datagram<'_>, tree: &mut Tree<'_>) {
    let at = range_of(datagram.payload, frame).and_then(|r| r.start.checked_sub(8));
    let header = at.map_or(&[] as &[u8], |at| part(frame, at..at + 8));
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
