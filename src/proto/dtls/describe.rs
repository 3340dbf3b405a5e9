//! DTLS in a packet list and as a decode tree: records, handshake headers, alerts.

use super::handshake::Handshake;
use super::record::{Header, Record};
use super::{DtlsDatagram, ServerHello, codes, describe_message};
use crate::tree::{Describe, Tree};
use crate::wire::part;
use std::fmt::{self, Write};

impl Describe for DtlsDatagram<'_> {
    fn summary(&self, out: &mut String) {
        for (i, record) in self.records().enumerate() {
            if i > 0 {
                out.push_str(" + ");
            }
            if i == SUMMARY_PARTS {
                out.push('…');
                break;
            }
            let _ = match record {
                Ok(record) => write_record(&record, i == 0, out),
                Err(error) => write!(out, "[{error}]"),
            };
        }
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        for record in self.records() {
            match record {
                Ok(record) => describe_record(tree, &record),
                Err(error) => tree.problem(&error),
            }
        }
    }
}

/// The most records a summary names: a hostile datagram may have thousands.
const SUMMARY_PARTS: usize = 8;

/// `DTLS 1.2 Handshake ClientHello (fragment 0..1200 of 1413)`; the version only once.
fn write_record(record: &Record<'_>, is_first: bool, out: &mut String) -> fmt::Result {
    match record.header {
        Header::Full {
            content_type,
            version,
            ..
        } => {
            if is_first {
                write!(out, "{} ", spoken_version(record, version))?;
            }
            write!(out, "{}", ContentType(content_type))?;
        }
        Header::Unified { .. } => {
            out.push_str(if is_first {
                "DTLS 1.3 record"
            } else {
                "record"
            });
        }
    }
    if record.is_encrypted() {
        let length = record.fragment.len() + record.missing;
        return write!(out, ", {length} bytes encrypted");
    }
    write_content(record, out)
}

/// What a record in clear holds: `" ClientHello"`; nothing where its type says it all.
pub(super) fn write_content(record: &Record<'_>, out: &mut String) -> fmt::Result {
    if let Some(alert) = record.alert() {
        let level = codes::alert_level_name(alert.level).unwrap_or("unknown level");
        let description = codes::alert_name(alert.description).unwrap_or("unknown description");
        return write!(out, " {level} {description}");
    }
    for (i, message) in record.handshakes().take(SUMMARY_PARTS).enumerate() {
        out.push_str(if i > 0 { ", " } else { " " });
        match message {
            Ok(message) => write_handshake(&message, out)?,
            Err(error) => write!(out, "[{error}]")?,
        }
    }
    Ok(())
}

/// The version that a record tells of.
///
/// A ClientHello's record says 1.0 whatever it offers, and a ServerHello's record says 1.2 even
/// when its extension chooses 1.3.
fn spoken_version(record: &Record<'_>, version: u16) -> &'static str {
    let first = record.handshakes().next().and_then(Result::ok);
    let spoken = match first.filter(|message| message.fragment_offset == 0) {
        Some(m) if m.message_type == codes::CLIENT_HELLO => return "DTLS",
        Some(m) if m.message_type == codes::SERVER_HELLO => {
            ServerHello::parse(m.body, 0).value.version()
        }
        _ => version,
    };
    codes::version_name(spoken).unwrap_or("DTLS")
}

fn write_handshake(message: &Handshake<'_>, out: &mut String) -> fmt::Result {
    write!(out, "{}", MessageName(message))?;
    if message.fragment_offset > 0 || message.fragment_length < message.length {
        let start = message.fragment_offset;
        let end = u64::from(start) + u64::from(message.fragment_length);
        write!(out, " (fragment {start}..{end} of {})", message.length)?;
    }
    Ok(())
}

fn describe_record(tree: &mut Tree<'_>, record: &Record<'_>) {
    tree.group("DTLS record", record.bytes, |t| {
        describe_header(t, record);
        if record.missing > 0 {
            t.note("not captured", format_args!("{} bytes", record.missing));
        }
        if record.is_encrypted() {
            let value = format_args!("{} bytes", record.fragment.len());
            t.field("encrypted fragment", value, record.fragment);
        } else {
            describe_content(t, record);
        }
    });
}

/// The rows of what a record in clear holds.
pub(super) fn describe_content(t: &mut Tree<'_>, record: &Record<'_>) {
    if let Some(alert) = record.alert() {
        let level = codes::alert_level_name(alert.level).unwrap_or("unknown");
        let level = format_args!("{} ({level})", alert.level);
        t.field("level", level, part(record.fragment, 0..1));
        let name = codes::alert_name(alert.description).unwrap_or("unknown");
        let name = format_args!("{} ({name})", alert.description);
        t.field("description", name, part(record.fragment, 1..2));
    } else if record.content_type() == Some(codes::HANDSHAKE) {
        for message in record.handshakes() {
            match message {
                Ok(message) => describe_handshake(t, &message),
                Err(error) if record.missing > 0 => t.note("not captured", error.what),
                Err(error) => t.problem(&error),
            }
        }
    } else {
        let value = format_args!("{} bytes", record.fragment.len());
        t.field("fragment", value, record.fragment);
        if record.content_type() == Some(codes::ACK) {
            describe_message::ack(t, record);
        }
    }
}

fn describe_header(t: &mut Tree<'_>, record: &Record<'_>) {
    let at = |from, to| part(record.bytes, from..to);
    match record.header {
        Header::Full {
            content_type,
            version,
            epoch,
            sequence,
            connection_id,
            length,
        } => {
            let name = format_args!("{content_type} ({})", ContentType(content_type));
            t.field("content type", name, at(0, 1));
            let name = codes::version_name(version).unwrap_or("unknown");
            t.field(
                "version",
                format_args!("0x{version:04x} ({name})"),
                at(1, 3),
            );
            t.field("epoch", epoch, at(3, 5));
            t.field("sequence number", sequence, at(5, 11));
            if !connection_id.is_empty() {
                t.field("connection id", Hex(connection_id), connection_id);
            }
            let end = 13 + connection_id.len();
            t.field("length", length, at(end - 2, end));
        }
        Header::Unified {
            connection_id,
            epoch_bits,
            encrypted_sequence,
            long_sequence,
            length,
        } => {
            t.bits("fixed bits", "001", at(0, 1), 0xe0);
            t.bits(
                "connection id present",
                connection_id.is_some(),
                at(0, 1),
                0x10,
            );
            t.bits("16-bit sequence number", long_sequence, at(0, 1), 0x08);
            t.bits("length present", length.is_some(), at(0, 1), 0x04);
            t.bits("low bits of the epoch", epoch_bits, at(0, 1), 0x03);
            let header_end = record.bytes.len() - record.fragment.len();
            let length_at = header_end - if length.is_some() { 2 } else { 0 };
            let sequence_len = if long_sequence { 2 } else { 1 };
            if let Some(id) = connection_id {
                t.field("connection id", Hex(id), id);
            }
            t.field(
                "encrypted sequence number",
                format_args!("0x{encrypted_sequence:0width$x}", width = 2 * sequence_len),
                at(length_at - sequence_len, length_at),
            );
            if let Some(length) = length {
                t.field("length", length, at(length_at, header_end));
            }
        }
    }
}

fn describe_handshake(t: &mut Tree<'_>, message: &Handshake<'_>) {
    t.group("handshake message", message.bytes, |t| {
        let at = |from, to| part(message.bytes, from..to);
        let name = format_args!("{} ({})", message.message_type, MessageName(message));
        t.field("type", name, at(0, 1));
        t.field("length", message.length, at(1, 4));
        t.field("message_seq", message.message_seq, at(4, 6));
        t.field("fragment_offset", message.fragment_offset, at(6, 9));
        t.field("fragment_length", message.fragment_length, at(9, 12));
        if let Some(problem) = message.problem() {
            t.problem(&problem);
        }
        if message.fragment_offset > 0 {
            let value = format_args!("{} bytes", message.body.len());
            return t.field("continues an earlier fragment", value, message.body);
        }
        describe_message::body(t, message);
    });
}

/// A content type's name, or its number.
pub(super) struct ContentType(pub(super) u8);

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match codes::content_type_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "content type {}", self.0),
        }
    }
}

/// A handshake message's name: a ServerHello may be a HelloRetryRequest.
struct MessageName<'a>(&'a Handshake<'a>);

impl fmt::Display for MessageName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.0;
        let is_retry = message.message_type == codes::SERVER_HELLO
            && message.fragment_offset == 0
            && ServerHello::parse(message.body, 0)
                .value
                .is_hello_retry_request();
        match message.name() {
            Some(_) if is_retry => f.write_str("HelloRetryRequest"),
            Some(name) => f.write_str(name),
            None => write!(f, "message {}", message.message_type),
        }
    }
}

/// Bytes as hexadecimal digits, at most 32 of them.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.iter().take(32) {
            write!(f, "{byte:02x}")?;
        }
        if self.0.len() > 32 {
            write!(f, "… ({} bytes)", self.0.len())?;
        }
        Ok(())
    }
}
