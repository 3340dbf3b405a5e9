//! Packets that a key opens: their content takes the place of the ciphertext in the decode tree.
//!
//! What was decrypted is not in the frame, so its rows count in a buffer of their own
//! ([`Row::buffer`]); what was in clear all along, as the header of SRTP, stays in the frame.

use super::Dissection;
use super::insight::{Insight, PlainRecord};
use crate::demux::looks_like_sctp;
use crate::proto::dtls::{PlainContent, codes};
use crate::proto::rtcp::Compound;
use crate::proto::rtp::{NoNames, RtpPacket, StreamNames};
use crate::proto::sctp::SctpPacket;
use crate::tree::{Describe, Row, Tree};
use std::ops::Range;

/// The rows of SRTP; says whether what was decrypted is RTP.
pub(super) fn rtp(
    (packet, at): (&[u8], Option<usize>),
    plain: Vec<u8>,
    insight: &dyn Insight,
    out: &mut Dissection,
) -> bool {
    let Ok(rtp) = RtpPacket::parse(&plain) else {
        return false;
    };
    let mut tree = Tree::new(&plain);
    rtp.describe_with(&mut tree, names(insight, rtp.ssrc()), true);
    let header = rtp.header_len();
    let mut rows = tree.into_rows();
    if let Some(first) = rows.first_mut() {
        "(SRTP: decrypted)".clone_into(&mut first.value);
    }
    // All of the packet, and the fields of its header that were in clear.
    let in_frame = |bytes: &Range<usize>| match *bytes == (0..plain.len()) {
        true => Some(0..packet.len()),
        false => (bytes.end <= header && packet.get(bytes.clone()) == plain.get(bytes.clone()))
            .then(|| bytes.clone()),
    };
    let buffer = out.next_buffer();
    for row in &mut rows {
        place(row, in_frame, at, buffer);
    }
    out.rows.append(&mut rows);
    trailer("tag, and MKI if there is one", packet, at, plain.len(), out);
    out.keep("decrypted RTP", plain);
    true
}

/// The rows of SRTCP.
pub(super) fn rtcp((packet, at): (&[u8], Option<usize>), plain: Vec<u8>, out: &mut Dissection) {
    let compound = Compound::new_cut(&plain, 0);
    let count = compound.packets().count();
    let mut tree = Tree::new(&plain);
    let plural = if count == 1 { "" } else { "s" };
    let label = format!("RTCP compound, {count} packet{plural}");
    tree.group(&label, &plain, |t| compound.describe(t));
    let mut rows = tree.into_rows();
    if let Some(first) = rows.first_mut() {
        "(SRTCP: decrypted)".clone_into(&mut first.value);
    }
    let whole = |bytes: &Range<usize>| (*bytes == (0..plain.len())).then_some(0..packet.len());
    let buffer = out.next_buffer();
    for (i, row) in rows.iter_mut().enumerate() {
        match i {
            0 => place(row, whole, at, buffer),
            _ => place(row, |_| None, at, buffer),
        }
    }
    out.rows.append(&mut rows);
    trailer(
        "index, tag, and MKI if there is one",
        packet,
        at,
        plain.len(),
        out,
    );
    out.keep("decrypted RTCP", plain);
}

/// The rows of what DTLS records held, below those of the records.
pub(super) fn dtls(records: Vec<PlainRecord>, out: &mut Dissection) {
    for record in records {
        let bytes = &record.bytes;
        let mut tree = Tree::new(bytes);
        match sctp(&record) {
            Some(packet) => packet.describe(&mut tree),
            None => content(&record).describe(&mut tree),
        }
        let mut rows = tree.into_rows();
        if let Some(first) = rows.first_mut() {
            let gap = if first.value.is_empty() { "" } else { "  " };
            first.value.push_str(gap);
            first.value.push_str("(DTLS: decrypted)");
        }
        let buffer = out.next_buffer();
        out.rows
            .extend(rows.into_iter().map(|row| Row { buffer, ..row }));
        out.keep("decrypted DTLS", record.bytes);
    }
}

/// A line about what DTLS records held.
pub(super) fn dtls_summary(records: &[PlainRecord], out: &mut String) {
    for (i, record) in records.iter().enumerate() {
        if i > 0 {
            out.push_str(" + ");
        }
        match sctp(record) {
            Some(packet) => packet.summary(out),
            None => content(record).summary(out),
        }
    }
    out.push_str(" (DTLS)");
}

fn content(record: &PlainRecord) -> PlainContent<'_> {
    PlainContent {
        content_type: record.content_type,
        bytes: &record.bytes,
    }
}

/// The SCTP packet in application data, which WebRTC has nothing else for (RFC 8261).
fn sctp(record: &PlainRecord) -> Option<SctpPacket<'_>> {
    let is_data = record.content_type == codes::APPLICATION_DATA;
    let looks_like = is_data && looks_like_sctp(&record.bytes, 0);
    looks_like
        .then(|| SctpPacket::parse_cut(&record.bytes, 0).ok())
        .flatten()
}

/// What an RTP packet's numbers stand for, as far as is known.
pub(super) fn names(insight: &dyn Insight, ssrc: u32) -> &dyn StreamNames {
    insight.names(ssrc).unwrap_or(&NoNames)
}

/// Gives a row its place: in the frame, where `in_frame` knows one (counted from the packet, which is
/// at `at` of the frame), or else in `buffer`.
fn place(
    row: &mut Row,
    in_frame: impl Fn(&Range<usize>) -> Option<Range<usize>>,
    at: Option<usize>,
    buffer: u16,
) {
    let Some(bytes) = &row.bytes else {
        // What was computed of the content is told beside it.
        row.buffer = buffer;
        return;
    };
    match (in_frame(bytes), at) {
        (Some(bytes), Some(at)) => row.bytes = Some(bytes.start + at..bytes.end + at),
        // The packet came in fragments: its bytes are not those of this frame.
        (Some(_), None) => row.bytes = None,
        (None, _) => row.buffer = buffer,
    }
}

/// What follows the ciphertext of SRTP and SRTCP.
fn trailer(what: &str, packet: &[u8], at: Option<usize>, plain_len: usize, out: &mut Dissection) {
    let len = packet.len().saturating_sub(plain_len);
    if len > 0 {
        out.rows.push(Row {
            depth: 1,
            label: what.to_owned(),
            value: format!("{len} bytes"),
            bytes: at.map(|at| at + plain_len..at + packet.len()),
            buffer: 0,
            bits: None,
            problem: false,
        });
    }
}
