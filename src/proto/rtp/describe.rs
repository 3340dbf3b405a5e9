//! RTP in a packet list and as a decode tree.

use super::RtpPacket;
use super::codes::static_payload_type;
use crate::tree::{Describe, Tree};
use crate::wire::part;
use std::fmt::Write;

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
        let data = self.bytes();
        tree.group("RTP", data, |t| {
            let at = |from, to| part(data, from..to);
            t.bits("version", 2, at(0, 1), 0xc0);
            t.bits("padding", self.has_padding(), at(0, 1), 0x20);
            t.bits("extension", self.has_extension(), at(0, 1), 0x10);
            t.bits("CSRC count", self.csrc_count(), at(0, 1), 0x0f);
            t.bits("marker", self.marker(), at(1, 2), 0x80);
            let payload_type = self.payload_type();
            match static_payload_type(payload_type) {
                Some((name, rate)) => t.bits(
                    "payload type",
                    format_args!("{payload_type} ({name}/{rate} unless mapped otherwise)"),
                    at(1, 2),
                    0x7f,
                ),
                None => t.bits("payload type", payload_type, at(1, 2), 0x7f),
            }
            t.field("sequence number", self.sequence_number(), at(2, 4));
            t.field("timestamp", self.timestamp(), at(4, 8));
            t.field("SSRC", format_args!("0x{:08x}", self.ssrc()), at(8, 12));
            for (csrc, bytes) in self.csrcs().zip(self.csrc_bytes().chunks(4)) {
                t.field("CSRC", format_args!("0x{csrc:08x}"), bytes);
            }
            if self.has_extension() {
                let header = part(data, self.extension_at()..self.header_len());
                t.group("header extension", header, |t| self.describe_extension(t));
            }
            self.describe_payload(t);
        });
    }
}

impl RtpPacket<'_> {
    fn describe_extension(&self, t: &mut Tree<'_>) {
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
                Ok(e) => t.field(&format!("id {}", e.id), Hex(e.data), e.bytes),
                // What the snaplen cut is told of below.
                Err(_) if self.bytes().len() < self.header_len() => {}
                Err(error) => t.problem(&error),
            }
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
