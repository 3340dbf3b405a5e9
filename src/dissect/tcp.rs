//! A TCP segment as a line and as rows: its header, and the framed messages that it holds.
//!
//! The segment is looked at by itself: messages are shown where one begins with the payload. What is
//! the end of a message that began in another segment, or the beginning of one, is told as bytes.

use super::headers::number;
use super::insight::Insight;
use super::{Dissection, messages};
use crate::net::tcp::{Segment, frame, of_segment};
use crate::net::{Datagram, Via};
use crate::tree::Tree;
use crate::wire::part;
use std::fmt::Write;

/// The messages framed in a segment, and what is left behind the last whole one.
fn framed<'a>(segment: &Segment<'a>, plain: bool) -> (Vec<Datagram<'a>>, &'a [u8]) {
    let mut rest = segment.payload;
    let mut found = Vec::new();
    if let Some(framing) = of_segment(rest, plain) {
        while let Ok(Some(frame)) = frame(framing, rest)
            && let Some(payload) = rest.get(frame.body)
            && let Some(after) = rest.get(frame.end..)
        {
            found.push(Datagram {
                no: segment.no,
                ts: segment.ts,
                path: segment.path,
                via: Via::Direct,
                missing: 0,
                payload,
            });
            rest = after;
        }
    }
    (found, rest)
}

/// One line: the first message, or the fact that there is none.
pub(super) fn summary(segment: &Segment<'_>, plain: bool, insight: &dyn Insight, out: &mut String) {
    let (found, _) = framed(segment, plain);
    let _ = match found.as_slice() {
        [] => {
            let (src, dst, len) = (segment.path.src, segment.path.dst, segment.payload.len());
            let set = segment.flags;
            write!(out, "TCP {src} > {dst}  {set}  {len} bytes")
        }
        [first, others @ ..] => {
            let _ = write!(out, "[TCP] ");
            messages::parts(first, plain, |part| part.summary(insight, out));
            match others.len() {
                0 => Ok(()),
                n => write!(out, "  and {n} more"),
            }
        }
    };
}

/// The rows of the messages framed in a segment.
pub(super) fn messages(
    whole: &[u8],
    segment: &Segment<'_>,
    plain: bool,
    insight: &dyn Insight,
    out: &mut Dissection,
) {
    let (found, rest) = framed(segment, plain);
    for datagram in &found {
        messages::parts(datagram, plain, |part| part.rows(whole, insight, out));
    }
    if !rest.is_empty() && (!found.is_empty() || !plain) {
        let mut tree = Tree::new(whole);
        let what = if found.is_empty() {
            "part of a longer message, or none of ours"
        } else {
            "beginning of a message that goes on in another segment"
        };
        tree.field(what, format_args!("{} bytes", rest.len()), rest);
        out.rows.extend(tree.into_rows());
    }
}

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
