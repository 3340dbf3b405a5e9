//! A TCP segment as rows of a decode tree.

use super::headers::number;
use crate::net::tcp::Segment;
use crate::tree::Tree;
use crate::wire::part;

/// The rows of the header (RFC 9293) and of what follows it.
pub(super) fn rows(segment: &Segment<'_>, tree: &mut Tree<'_>) {
    let header = segment.header;
    tree.group("TCP", header, |t| {
        let port = segment.path.src.port();
        t.field("source port", port, part(header, 0..2));
        let port = segment.path.dst.port();
        t.field("destination port", port, part(header, 2..4));
        if header.len() >= 20 {
            t.field("sequence number", segment.seq, part(header, 4..8));
            t.field("acknowledgment number", segment.ack, part(header, 8..12));
            let length = format_args!("{} bytes", header.len());
            t.bits("header length", length, part(header, 12..13), 0xf0);
            t.field("flags", segment.flags, part(header, 13..14));
            let window = part(header, 14..16);
            t.field("window", number(window), window);
            let checksum = part(header, 16..18);
            t.field(
                "checksum",
                format_args!("0x{:04x}", number(checksum)),
                checksum,
            );
            let options = part(header, 20..header.len());
            if !options.is_empty() {
                t.field("options", format_args!("{} bytes", options.len()), options);
            }
        }
        t.field(
            "payload",
            format_args!("{} bytes", segment.payload.len()),
            segment.payload,
        );
        if segment.missing > 0 {
            t.note("not captured", format_args!("{} bytes", segment.missing));
        }
    });
}
