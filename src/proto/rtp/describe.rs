//! RTP in a packet list and as a decode tree.

use super::RtpPacket;
use super::codes;
use super::payload::{Inner, PayloadFormat, describe_payload};
use crate::sdp::StaticType;
use crate::tree::{Describe, Tree};
use crate::wire::part;
use std::fmt::Write;

/// What is known of a packet's stream: what its numbers stand for.
pub trait StreamNames {
    /// The URI of the header extension with this local identifier.
    fn extension(&self, _id: u8) -> Option<&str> {
        None
    }

    /// The encoding name of a payload type.
    fn codec(&self, _payload_type: u8) -> Option<&str> {
        None
    }

    /// The encoding name of what a retransmission repeats.
    fn original(&self) -> Option<&str> {
        None
    }

    /// What says that its payloads are encrypted once more, from end to end.
    fn opaque(&self) -> Option<&str> {
        None
    }
}

/// Nothing is known.
#[derive(Clone, Copy, Debug)]
pub struct NoNames;

impl StreamNames for NoNames {}

impl Describe for RtpPacket<'_> {
    fn summary(&self, out: &mut String) {
        let _ = write!(
            out,
            "PT {} seq {} ts {}{} ssrc 0x{:08x}",
            self.payload_type(),
            self.sequence_number(),
            self.timestamp(),
            if self.marker() { " M" } else { "" },
            self.ssrc()
        );
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        self.describe_with(tree, &NoNames, false);
    }
}

impl RtpPacket<'_> {
    /// Appends the fields as [`Describe::describe`] does, and says what numbers stand for; takes the payload
    /// apart if it `is_clear` and its format is known.
    pub fn describe_with(&self, tree: &mut Tree<'_>, names: &dyn StreamNames, is_clear: bool) {
        let data = self.bytes();
        tree.group("RTP", data, |t| {
            let at = |from, to| part(data, from..to);
            t.bits("version", 2, at(0, 1), 0xc0);
            t.bits("padding", self.has_padding(), at(0, 1), 0x20);
            t.bits("extension", self.has_extension(), at(0, 1), 0x10);
            t.bits("CSRC count", self.csrc_count(), at(0, 1), 0x0f);
            t.bits("marker", self.marker(), at(1, 2), 0x80);
            let payload_type = self.payload_type();
            let value = names.codec(payload_type).map(str::escape_debug);
            match (value, StaticType::of(payload_type)) {
                (Some(name), _) => {
                    let value = format_args!("{payload_type} ({name})");
                    t.bits("payload type", value, at(1, 2), 0x7f);
                }
                (
                    None,
                    Some(StaticType {
                        name, clock_rate, ..
                    }),
                ) => t.bits(
                    "payload type",
                    format_args!("{payload_type} ({name}/{clock_rate} unless mapped otherwise)"),
                    at(1, 2),
                    0x7f,
                ),
                (None, None) => t.bits("payload type", payload_type, at(1, 2), 0x7f),
            }
            t.field("sequence number", self.sequence_number(), at(2, 4));
            t.field("timestamp", self.timestamp(), at(4, 8));
            t.field("SSRC", format_args!("0x{:08x}", self.ssrc()), at(8, 12));
            for (csrc, bytes) in self.csrcs().zip(self.csrc_bytes().chunks(4)) {
                t.field("CSRC", format_args!("0x{csrc:08x}"), bytes);
            }
            if self.has_extension() {
                let header = part(data, self.extension_at()..self.header_len());
                t.group("header extension", header, |t| {
                    self.describe_extension(t, names);
                });
            }
            let name = names.codec(payload_type);
            let known = name.or_else(|| StaticType::of(payload_type).map(|row| row.name));
            match known
                .and_then(PayloadFormat::of)
                .zip(self.unpadded_payload())
            {
                Some((format, payload)) if is_clear && self.missing() == 0 => {
                    self.describe_clear(t, format, payload, names);
                }
                _ => self.describe_payload(t),
            }
        });
    }
}

impl RtpPacket<'_> {
    fn describe_extension(&self, t: &mut Tree<'_>, names: &dyn StreamNames) {
        let at = self.extension_at();
        let Some(profile) = self.extension_profile() else {
            return t.note("elements", "not captured");
        };
        let form = match profile {
            0xbede => " (one-byte elements)",
            p if p & 0xfff0 == 0x1000 => " (two-byte elements)",
            _ => "",
        };
        let bytes = part(self.bytes(), at..at + 2);
        t.field("profile", format_args!("0x{profile:04x}{form}"), bytes);
        let length = part(self.bytes(), at + 2..at + 4);
        if let Some(words) = length.first_chunk::<2>() {
            let words = u16::from_be_bytes(*words);
            t.field("length", format_args!("{words} words"), length);
        }
        for element in self.extensions() {
            match element {
                Ok(e) => describe_element(t, e.id, (e.data, e.bytes), names.extension(e.id)),
                // What the snaplen cut is told of below.
                Err(_) if self.bytes().len() < self.header_len() => {}
                Err(error) => t.problem(&error),
            }
        }
    }

    /// The payload in a format that is known, and its padding.
    fn describe_clear(
        &self,
        t: &mut Tree<'_>,
        format: PayloadFormat,
        payload: &[u8],
        names: &dyn StreamNames,
    ) {
        let inner = |ask: Inner| {
            let name = match ask {
                Inner::Type(payload_type) => names.codec(payload_type),
                Inner::Original => names.original(),
            };
            name.and_then(PayloadFormat::of)
        };
        let label = format!("payload, {} bytes", payload.len());
        t.group(&label, payload, |t| {
            describe_payload(format, payload, &inner, t);
        });
        let padding = part(self.payload(), payload.len()..self.payload().len());
        if !padding.is_empty() {
            t.field("padding", format_args!("{} bytes", padding.len()), padding);
        }
    }

    fn describe_payload(&self, t: &mut Tree<'_>) {
        let payload = self.payload();
        let value = format_args!("{} bytes", self.payload_wire_len());
        t.field("payload", value, payload);
        if self.missing() > 0 {
            t.note("not captured", format_args!("{} bytes", self.missing()));
        }
        if let Some(count) = self.padding_len() {
            let last = part(payload, payload.len() - 1..payload.len());
            t.field("padding count, if in clear", count, last);
        }
    }
}

/// An element, by its name and value where the URI that its identifier stands for is known.
fn describe_element(t: &mut Tree<'_>, id: u8, (data, bytes): (&[u8], &[u8]), uri: Option<&str>) {
    let Some(uri) = uri else {
        return t.field(&format!("id {id}"), Hex(data), bytes);
    };
    let row = codes::extension(uri);
    let name = row.map_or(uri, |row| row.name).escape_debug();
    let label = format!("id {id} {name}");
    match row.map(|row| row.kind.decode(data)) {
        Some(Ok(value)) => t.field(&label, value, bytes),
        Some(Err(_)) | None => t.field(&label, Hex(data), bytes),
    }
}

/// Bytes as hexadecimal digits, at most 16 of them.
pub(super) struct Hex<'a>(pub(super) &'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in self.0.iter().take(16) {
            write!(f, "{byte:02x}")?;
        }
        if self.0.len() > 16 {
            write!(f, "… ({} bytes)", self.0.len())?;
        }
        Ok(())
    }
}
