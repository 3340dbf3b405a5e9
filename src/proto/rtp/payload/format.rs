//! Payload formats by their names in SDP, and the decode tree of a payload in one.

use super::{av1, h264, h265, opus, telephone_event, vp8, vp9};
use crate::proto::rtp::{Red, UlpFec, flexfec};
use crate::tree::Tree;
use crate::wire::part;
use std::fmt::Write;

/// A payload format that is decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadFormat {
    /// VP8, RFC 7741.
    Vp8,
    /// VP9, RFC 9628.
    Vp9,
    /// AV1.
    Av1,
    /// H.264, RFC 6184.
    H264,
    /// H.265, RFC 7798.
    H265,
    /// Opus, RFC 7587.
    Opus,
    /// Redundant payloads, RFC 2198.
    Red,
    /// Retransmissions, RFC 4588.
    Rtx,
    /// Generic forward error correction, RFC 5109.
    UlpFec,
    /// Flexible forward error correction, in the form of RFC 8627.
    FlexFec,
    /// The same in the form of its draft -03, as libwebrtc sends it.
    FlexFec03,
    /// Telephone events, RFC 4733.
    TelephoneEvent,
    /// Comfort noise, RFC 3389.
    ComfortNoise,
    /// Samples of 8 bits: G.711 and what else needs no header.
    Pcm,
    /// G.722: two samples a byte.
    G722,
}

impl PayloadFormat {
    /// The format with this encoding name, in any case.
    pub fn of(name: &str) -> Option<Self> {
        const NAMES: [(&str, PayloadFormat); 16] = [
            ("VP8", PayloadFormat::Vp8),
            ("VP9", PayloadFormat::Vp9),
            ("AV1", PayloadFormat::Av1),
            ("H264", PayloadFormat::H264),
            ("H265", PayloadFormat::H265),
            ("opus", PayloadFormat::Opus),
            ("red", PayloadFormat::Red),
            ("rtx", PayloadFormat::Rtx),
            ("ulpfec", PayloadFormat::UlpFec),
            ("flexfec", PayloadFormat::FlexFec),
            ("flexfec-03", PayloadFormat::FlexFec03),
            ("telephone-event", PayloadFormat::TelephoneEvent),
            ("CN", PayloadFormat::ComfortNoise),
            ("PCMU", PayloadFormat::Pcm),
            ("PCMA", PayloadFormat::Pcm),
            ("G722", PayloadFormat::G722),
        ];
        let named = |known: &&(&str, Self)| known.0.eq_ignore_ascii_case(name);
        NAMES.iter().find(named).map(|(_, format)| *format)
    }
}

/// What is asked for while a payload inside another is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inner {
    /// The format of this payload type.
    Type(u8),
    /// The format of the stream that is repaired.
    Original,
}

/// How deep payloads are looked for in others: RTX of RED of a format.
const DEPTH_MAX: u8 = 3;

/// Appends the decode tree of a payload in clear, without its padding. `inner` names the formats of
/// payloads inside it (RED, RTX), as far as they are known.
pub fn describe_payload(
    format: PayloadFormat,
    payload: &[u8],
    inner: &dyn Fn(Inner) -> Option<PayloadFormat>,
    tree: &mut Tree<'_>,
) {
    at_depth(format, payload, inner, tree, 0);
}

fn at_depth(
    format: PayloadFormat,
    payload: &[u8],
    inner: &dyn Fn(Inner) -> Option<PayloadFormat>,
    t: &mut Tree<'_>,
    depth: u8,
) {
    let inside = |ask: Inner, data: &[u8], t: &mut Tree<'_>| match inner(ask) {
        Some(format) if depth < DEPTH_MAX => at_depth(format, data, inner, t, depth + 1),
        _ => t.field("payload", format_args!("{} bytes", data.len()), data),
    };
    match format {
        PayloadFormat::Vp8 => vp8::describe(payload, t),
        PayloadFormat::Vp9 => vp9::describe(payload, t),
        PayloadFormat::Av1 => av1::describe(payload, t),
        PayloadFormat::H264 => h264::describe(payload, t),
        PayloadFormat::H265 => h265::describe(payload, t),
        PayloadFormat::Opus => opus::describe(payload, t),
        PayloadFormat::TelephoneEvent => telephone_event::describe(payload, t),
        PayloadFormat::Red => red(payload, &inside, t),
        PayloadFormat::Rtx => match payload.split_first_chunk::<2>() {
            None => t.field("payload", "empty", payload),
            Some((number, rest)) => {
                let original = u16::from_be_bytes(*number);
                t.field("original sequence number", original, number);
                if !rest.is_empty() {
                    inside(Inner::Original, rest, t);
                }
            }
        },
        PayloadFormat::UlpFec => ulpfec(payload, t),
        PayloadFormat::FlexFec03 => flexfec03(payload, t),
        PayloadFormat::FlexFec => {
            // The protected streams are in the CSRC list of the header, which is not told here.
            t.field(
                "FEC header and parity",
                format_args!("{} bytes", payload.len()),
                payload,
            );
        }
        PayloadFormat::ComfortNoise => comfort_noise(payload, t),
        PayloadFormat::Pcm => t.field("samples", payload.len(), payload),
        PayloadFormat::G722 => t.field("samples", 2 * payload.len(), payload),
    }
}

fn red(payload: &[u8], inside: &dyn Fn(Inner, &[u8], &mut Tree<'_>), t: &mut Tree<'_>) {
    let red = match Red::parse(payload) {
        Ok(red) => red,
        Err(error) => return t.problem_in(payload, &error),
    };
    for (i, block) in red.redundant().enumerate() {
        let header = part(payload, 4 * i..4 * i + 4);
        t.group("redundant block", block.data, |t| {
            t.bits("payload type", block.payload_type, part(header, 0..1), 0x7f);
            let offset = part(header, 1..3);
            t.bits("timestamp offset", block.timestamp_offset, offset, 0xfffc);
            let length = part(header, 2..4);
            t.bits(
                "length",
                format_args!("{} bytes", block.data.len()),
                length,
                0x03ff,
            );
            inside(Inner::Type(block.payload_type), block.data, t);
        });
    }
    let primary = red.primary;
    t.group("primary block", primary.data, |t| {
        let at = 4 * red.redundant().count();
        let header = part(payload, at..at + 1);
        t.bits("payload type", primary.payload_type, header, 0x7f);
        inside(Inner::Type(primary.payload_type), primary.data, t);
    });
}

fn ulpfec(payload: &[u8], t: &mut Tree<'_>) {
    match UlpFec::parse(payload) {
        Err(error) => t.problem_in(payload, &error),
        Ok(fec) => t.group("ULPFEC", payload, |t| {
            t.field("sequence number base", fec.base, part(payload, 2..4));
            t.field("length recovery", hex(payload, 8), part(payload, 8..10));
            let length = format_args!("{} bytes", fec.protection_length);
            t.field("protection length", length, part(payload, 10..12));
            let mask = part(payload, 12..fec.header_len);
            t.field("protects", numbers(fec.protects()), mask);
        }),
    }
}

fn flexfec03(payload: &[u8], t: &mut Tree<'_>) {
    match flexfec::parse_draft(payload) {
        Err(error) => t.problem_in(payload, &error),
        Ok(all) => t.group("FlexFEC", payload, |t| {
            for p in all {
                t.note("protected SSRC", format_args!("0x{:08x}", p.ssrc));
                t.note("protects", numbers(p.protects()));
            }
        }),
    }
}

fn comfort_noise(payload: &[u8], t: &mut Tree<'_>) {
    let level = part(payload, 0..1);
    match level.first() {
        None => t.field("comfort noise", "empty", payload),
        Some(byte) => {
            t.bits(
                "noise level",
                format_args!("-{} dBov", byte & 0x7f),
                level,
                0x7f,
            );
            let others = part(payload, 1..payload.len());
            if !others.is_empty() {
                t.field("reflection coefficients", others.len(), others);
            }
        }
    }
}

fn hex(payload: &[u8], at: usize) -> String {
    let bytes = part(payload, at..at + 2);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Sequence numbers, separated by commas.
fn numbers(all: impl Iterator<Item = u16>) -> String {
    let mut text = String::new();
    for number in all {
        let comma = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{comma}{number}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(format: PayloadFormat, payload: &[u8]) -> Vec<String> {
        let inner = |ask| match ask {
            Inner::Type(111) => Some(PayloadFormat::Opus),
            Inner::Type(63) | Inner::Original => Some(PayloadFormat::Red),
            Inner::Type(_) => None,
        };
        let mut tree = Tree::new(payload);
        describe_payload(format, payload, &inner, &mut tree);
        let rows = tree.into_rows().into_iter();
        rows.map(|r| format!("{}{}={}", " ".repeat(r.depth.into()), r.label, r.value))
            .collect()
    }

    #[test]
    fn names_are_those_of_sdp() {
        assert_eq!(PayloadFormat::of("vp8"), Some(PayloadFormat::Vp8));
        assert_eq!(PayloadFormat::of("OPUS"), Some(PayloadFormat::Opus));
        assert_eq!(PayloadFormat::of("speex"), None);
    }

    #[test]
    fn what_is_inside_is_described_too() {
        let all = rows(PayloadFormat::Rtx, &[1, 2, 0x6f, 0xf8, 9, 9]);
        assert_eq!(all[0], "original sequence number=258");
        assert_eq!(all[1], "primary block=");
        assert!(
            all.iter().any(|r| r.contains("CELT, fullband, 20 ms")),
            "{all:?}"
        );
    }

    #[test]
    fn a_payload_that_holds_itself_ends() {
        assert!(rows(PayloadFormat::Red, &[63; 200]).len() < 20);
    }

    const ALL: [&str; 15] = [
        "VP8",
        "VP9",
        "AV1",
        "H264",
        "H265",
        "opus",
        "red",
        "rtx",
        "ulpfec",
        "flexfec",
        "flexfec-03",
        "telephone-event",
        "CN",
        "PCMU",
        "G722",
    ];

    proptest! {
        #[test]
        fn any_bytes_are_described(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            for name in ALL {
                let _ = rows(PayloadFormat::of(name).unwrap(), &bytes);
            }
        }
    }
}
