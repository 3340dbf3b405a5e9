//! DTLS in a packet list and as a decode tree.

use super::handshake::Handshake;
use super::record::{Header, Record};
use super::{DtlsDatagram, codes};
use crate::tree::{Describe, Tree};
use std::fmt::{self, Write};

impl Describe for DtlsDatagram<'_> {
    fn summary(&self, out: &mut String) {
        for (i, record) in self.records().enumerate() {
            if i > 0 {
                out.push_str(" + ");
            }
            let _ = match record {
                Ok(record) => write_record(&record, i == 0, out),
                Err(error) => write!(out, "[{error}]"),
            };
        }
    }

    fn describe(&self, _tree: &mut Tree<'_>) {}
}

fn write_record(record: &Record<'_>, is_first: bool, out: &mut String) -> fmt::Result {
    match record.header {
        Header::Full { version, .. } => {
            if is_first {
                write!(out, "{} ", codes::version_name(version).unwrap_or("DTLS"))?;
            }
            write!(out, "{}", ContentType(record))?;
        }
        Header::Unified { .. } => {
            if is_first {
                out.push_str("DTLS 1.3 ");
            }
            out.push_str("encrypted record");
        }
    }
    if record.is_encrypted() {
        return write!(
            out,
            " ({} bytes encrypted)",
            record.fragment.len() + record.missing
        );
    }
    if let Some(alert) = record.alert() {
        return write!(
            out,
            " {} {}",
            codes::alert_level_name(alert.level).unwrap_or("level?"),
            codes::alert_name(alert.description).unwrap_or("?")
        );
    }
    for (i, message) in record.handshakes().enumerate() {
        out.push_str(if i > 0 { ", " } else { " " });
        match message {
            Ok(message) => write_handshake(&message, out)?,
            Err(error) => write!(out, "[{error}]")?,
        }
    }
    Ok(())
}

fn write_handshake(message: &Handshake<'_>, out: &mut String) -> fmt::Result {
    match message.name() {
        Some(name) => out.push_str(name),
        None => write!(out, "message {}", message.message_type)?,
    }
    if message.fragment_offset > 0 || message.fragment_length < message.length {
        let end = u64::from(message.fragment_offset) + u64::from(message.fragment_length);
        write!(
            out,
            " (fragment {}..{end} of {})",
            message.fragment_offset, message.length
        )?;
    }
    Ok(())
}

struct ContentType<'a>(&'a Record<'a>);

impl fmt::Display for ContentType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Header::Full { content_type, .. } = self.0.header else {
            return Ok(());
        };
        match codes::content_type_name(content_type) {
            Some(name) => f.write_str(name),
            None => write!(f, "content type {content_type}"),
        }
    }
}
