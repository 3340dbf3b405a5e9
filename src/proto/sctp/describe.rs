//! SCTP in a packet list and as a decode tree.

use super::describe_tlv::{causes, hmac, parameters};
use super::{
    Checksum, Chunk, ChunkValue, Data, Dcep, ForwardTsn, Init, Open, Parameter, Reconfiguration,
    Reliability, Sack, SctpPacket, Text, Tlvs, codes,
};
use crate::tree::{Describe, Tree};
use crate::wire::{Parsed, part, range_of};
use std::fmt::{self, Display, Write};

/// The most chunks a summary names, and the most items of a list in the decode tree: a hostile
/// packet may have thousands.
const SUMMARY_PARTS: usize = 8;
const ITEMS: usize = 64;
/// The most of a label or protocol that is shown, in bytes.
const TEXT: usize = 255;

impl Describe for SctpPacket<'_> {
    fn summary(&self, out: &mut String) {
        out.push_str("SCTP ");
        for (i, chunk) in self.chunks().enumerate() {
            if i > 0 {
                out.push_str(" + ");
            }
            if i == SUMMARY_PARTS {
                out.push('…');
                break;
            }
            let _ = match chunk {
                Ok(chunk) => write_chunk(&chunk, out),
                Err(error) => write!(out, "[{error}]"),
            };
        }
    }

    fn describe(&self, tree: &mut Tree<'_>) {
        tree.group("SCTP", self.bytes, |t| {
            let at = |from, to| part(self.bytes, from..to);
            let hex = |n: u32| format!("0x{n:08x}");
            t.field("source port", self.source_port, at(0, 2));
            t.field("destination port", self.destination_port, at(2, 4));
            t.field("verification tag", hex(self.verification_tag), at(4, 8));
            t.field("checksum", hex(self.checksum), at(8, 12));
            let verdict = match self.verify() {
                Checksum::Correct => "correct".to_owned(),
                Checksum::Zero => "zero: left to DTLS (RFC 9653)".to_owned(),
                Checksum::Wrong { expected } => format!("wrong, should be 0x{expected:08x}"),
                Checksum::Cut => "cut off when captured".to_owned(),
            };
            t.note("checksum is", verdict);
            for chunk in self.chunks() {
                match chunk {
                    Ok(chunk) => describe_chunk(t, &chunk),
                    Err(error) => t.problem(&error),
                }
            }
        });
    }
}

fn write_chunk(chunk: &Chunk<'_>, out: &mut String) -> fmt::Result {
    write!(out, "{}", Name(chunk.chunk_type))?;
    match chunk.value() {
        Ok(ChunkValue::Data(data)) => write_data(chunk, &data, out),
        Ok(ChunkValue::Init(init)) => write!(out, " tag 0x{:08x}", init.initiate_tag),
        Ok(ChunkValue::Sack(sack)) => {
            write!(out, " {}", sack.cumulative_tsn)?;
            match (sack.gaps().len(), sack.duplicates().len()) {
                (0, 0) => Ok(()),
                (gaps, duplicates) => write!(out, " ({gaps} gaps, {duplicates} duplicates)"),
            }
        }
        Ok(ChunkValue::ForwardTsn(forward)) => write!(out, " {}", forward.cumulative_tsn),
        Ok(ChunkValue::Shutdown(tsn)) => write!(out, " {tsn}"),
        Ok(ChunkValue::Causes(mut causes)) => match causes.next() {
            Some(Ok(cause)) => write!(out, " ({})", cause.cause_words()),
            Some(Err(error)) => write!(out, " [{error}]"),
            None => Ok(()),
        },
        Ok(ChunkValue::Reconfig(parameters)) => write_reconfig(parameters, out),
        Ok(_) => Ok(()),
        Err(error) => write!(out, " [{error}]"),
    }
}

fn write_data(chunk: &Chunk<'_>, data: &Data<'_>, out: &mut String) -> fmt::Result {
    write!(out, " TSN {} stream {}", data.tsn, data.stream)?;
    if let Some(message) = dcep(chunk, data) {
        return match message.value {
            Dcep::Open(open) => {
                let label = Text(part(open.label, 0..TEXT));
                write!(out, " DATA_CHANNEL_OPEN \"{label}\"")
            }
            Dcep::Ack => out.write_str(" DATA_CHANNEL_ACK"),
        };
    }
    if let Some(protocol) = data.protocol {
        write!(out, " {}", Protocol(protocol))?;
    }
    write!(out, " {} bytes", data.payload.len() + chunk.missing)
}

fn write_reconfig(parameters: Tlvs<'_>, out: &mut String) -> fmt::Result {
    let parsed = parameters.map_while(Result::ok).take(2);
    for parameter in parsed.filter_map(|tlv| Parameter::parse(&tlv).ok()) {
        match parameter {
            Parameter::Reconfiguration(Reconfiguration::ResetOutgoing { streams, .. }) => {
                write!(out, " reset outgoing {streams}")?;
            }
            Parameter::Reconfiguration(Reconfiguration::ResetIncoming { streams, .. }) => {
                write!(out, " reset incoming {streams}")?;
            }
            Parameter::Reconfiguration(Reconfiguration::Response { result, .. }) => {
                let name = codes::result_name(result);
                write!(out, " {}", Number(name, "result", result.into()))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The DCEP message in a chunk that carries a whole one.
fn dcep<'a>(chunk: &Chunk<'_>, data: &Data<'a>) -> Option<Parsed<Dcep<'a>>> {
    let is_whole = data.begins && data.ends && data.protocol == Some(codes::PROTOCOL_DCEP);
    let base = chunk.offset + chunk.data.len() + 4 - data.payload.len();
    is_whole.then(|| Dcep::parse(data.payload, base).ok())?
}

fn describe_chunk(t: &mut Tree<'_>, chunk: &Chunk<'_>) {
    t.group(&Name(chunk.chunk_type).to_string(), chunk.bytes, |t| {
        let at = |from, to| part(chunk.bytes, from..to);
        t.field("type", chunk.chunk_type, at(0, 1));
        t.field("flags", format_args!("0x{:02x}", chunk.flags), at(1, 2));
        t.field("length", 4 + chunk.data.len() + chunk.missing, at(2, 4));
        if chunk.missing > 0 {
            t.note("not captured", format_args!("{} bytes", chunk.missing));
        }
        match chunk.value() {
            Ok(value) => describe_value(t, chunk, &value),
            Err(error) => t.problem(&error),
        }
    });
}

fn describe_value(t: &mut Tree<'_>, chunk: &Chunk<'_>, value: &ChunkValue<'_>) {
    let at = |from, to| part(chunk.bytes, from..to);
    match value {
        ChunkValue::Data(data) => describe_data(t, chunk, data),
        ChunkValue::Init(init) => describe_init(t, chunk, init),
        ChunkValue::Sack(sack) => describe_sack(t, chunk, sack),
        ChunkValue::Heartbeat(info) => bytes(t, "heartbeat info", info),
        ChunkValue::Causes(tlvs) => {
            if matches!(chunk.chunk_type, codes::ABORT) {
                t.bits("tag reflected", chunk.flags & 1 != 0, at(1, 2), 0x01);
            }
            causes(t, *tlvs);
        }
        ChunkValue::Shutdown(tsn) => t.field("cumulative TSN", tsn, at(4, 8)),
        ChunkValue::Cookie(cookie) => bytes(t, "cookie", cookie),
        ChunkValue::Plain => {}
        ChunkValue::Congestion(tsn) => t.field("lowest TSN", tsn, at(4, 8)),
        ChunkValue::Auth(auth) => {
            t.field("shared key", auth.key, at(4, 6));
            t.field("HMAC identifier", hmac(auth.hmac_id), at(6, 8));
            bytes(t, "HMAC", auth.hmac);
        }
        ChunkValue::Reconfig(tlvs) => parameters(t, *tlvs),
        ChunkValue::Padding(padding) => bytes(t, "padding", padding),
        ChunkValue::ForwardTsn(forward) => describe_forward(t, chunk, forward),
        ChunkValue::Addresses(serial, tlvs) => {
            t.field("serial number", serial, at(4, 8));
            parameters(t, *tlvs);
        }
        ChunkValue::Other(data) => bytes(t, "value", data),
    }
}

fn bytes(t: &mut Tree<'_>, label: &str, data: &[u8]) {
    t.field(label, format_args!("{} bytes", data.len()), data);
}

fn describe_init(t: &mut Tree<'_>, chunk: &Chunk<'_>, init: &Init<'_>) {
    let at = |from, to| part(chunk.bytes, from..to);
    let tag = format_args!("0x{:08x}", init.initiate_tag);
    t.field("initiate tag", tag, at(4, 8));
    t.field("receiver window", init.receiver_window, at(8, 12));
    t.field("outbound streams", init.outbound_streams, at(12, 14));
    t.field("inbound streams", init.inbound_streams, at(14, 16));
    t.field("initial TSN", init.initial_tsn, at(16, 20));
    parameters(t, init.parameters);
}

fn describe_sack(t: &mut Tree<'_>, chunk: &Chunk<'_>, sack: &Sack<'_>) {
    let at = |from, to| part(chunk.bytes, from..to);
    t.field("cumulative TSN", sack.cumulative_tsn, at(4, 8));
    t.field("receiver window", sack.receiver_window, at(8, 12));
    let gaps = sack.gaps();
    t.field("gap blocks", gaps.len(), at(12, 14));
    t.field("duplicates", sack.duplicates().len(), at(14, 16));
    for (i, (first, last)) in gaps.take(ITEMS).enumerate() {
        let first = sack.cumulative_tsn.wrapping_add(first.into());
        let last = sack.cumulative_tsn.wrapping_add(last.into());
        let value = format_args!("{first} to {last}");
        t.field("also received", value, at(16 + 4 * i, 20 + 4 * i));
    }
    let start = 16 + 4 * sack.gaps().len();
    for (i, tsn) in sack.duplicates().take(ITEMS).enumerate() {
        t.field("duplicate", tsn, at(start + 4 * i, start + 4 * i + 4));
    }
}

fn describe_forward(t: &mut Tree<'_>, chunk: &Chunk<'_>, forward: &ForwardTsn<'_>) {
    let tsn = part(chunk.bytes, 4..8);
    t.field("new cumulative TSN", forward.cumulative_tsn, tsn);
    let row = if chunk.chunk_type == codes::I_FORWARD_TSN {
        8
    } else {
        4
    };
    for (i, skipped) in forward.skipped().take(ITEMS).enumerate() {
        let at = part(chunk.bytes, 8 + row * i..8 + row * (i + 1));
        let unordered = if skipped.unordered { ", unordered" } else { "" };
        let (stream, message) = (skipped.stream, skipped.message);
        let value = format_args!("stream {stream} to message {message}{unordered}");
        t.field("given up", value, at);
    }
}

fn describe_data(t: &mut Tree<'_>, chunk: &Chunk<'_>, data: &Data<'_>) {
    let at = |from, to| part(chunk.bytes, from..to);
    t.bits("acknowledge at once", data.immediate, at(1, 2), 0x08);
    t.bits("unordered", data.unordered, at(1, 2), 0x04);
    t.bits("begins a message", data.begins, at(1, 2), 0x02);
    t.bits("ends a message", data.ends, at(1, 2), 0x01);
    t.field("TSN", data.tsn, at(4, 8));
    t.field("stream", data.stream, at(8, 10));
    let (message, number) = if chunk.chunk_type == codes::DATA {
        (at(10, 12), at(12, 16))
    } else {
        (at(12, 16), at(16, 20))
    };
    t.field("message", data.message, message);
    if let Some(value) = data.protocol {
        let value = format_args!("{value} ({})", Protocol(value));
        t.field("protocol", value, number);
    }
    if let Some(value) = data.fragment {
        t.field("fragment", value, number);
    }
    match dcep(chunk, data) {
        Some(message) => describe_dcep(t, data.payload, &message),
        None => bytes(t, "user data", data.payload),
    }
}

fn describe_dcep(t: &mut Tree<'_>, payload: &[u8], message: &Parsed<Dcep<'_>>) {
    let at = |from, to| part(payload, from..to);
    match &message.value {
        Dcep::Ack => t.field("DCEP", "DATA_CHANNEL_ACK", at(0, 1)),
        Dcep::Open(open) => t.group("DATA_CHANNEL_OPEN", payload, |t| {
            let name = codes::channel_type_name(open.channel_type);
            let channel_type = Number(name, "type", open.channel_type.into());
            t.field("channel type", channel_type, at(1, 2));
            t.field("priority", open.priority, at(2, 4));
            t.field("reliability parameter", reliability(open), at(4, 8));
            t.field("label", Text(part(open.label, 0..TEXT)), open.label);
            t.field(
                "protocol",
                Text(part(open.protocol, 0..TEXT)),
                open.protocol,
            );
        }),
    }
    if let Some(problem) = &message.problem {
        t.problem(problem);
    }
    let known = match message.value {
        Dcep::Ack => 1,
        Dcep::Open(open) => {
            range_of(open.protocol, payload).map_or(payload.len(), |range| range.end)
        }
    };
    if known < payload.len() {
        bytes(t, "trailing bytes", at(known, payload.len()));
    }
}

fn reliability(open: &Open<'_>) -> String {
    match open.reliability() {
        Reliability::Reliable => open.reliability_parameter.to_string(),
        Reliability::MaxRetransmits(n) => format!("{n} retransmissions"),
        Reliability::MaxPacketLifeTime(ms) => format!("{ms} ms"),
        Reliability::Unknown(_) => open.reliability_parameter.to_string(),
    }
}

/// A chunk type's name, or its number.
pub(super) struct Name(pub(super) u8);

impl Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Number(codes::chunk_name(self.0), "chunk", self.0.into()).fmt(f)
    }
}

/// A payload protocol's name, or its number.
struct Protocol(u32);

impl Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Number(codes::protocol_name(self.0), "protocol", self.0.into()).fmt(f)
    }
}

/// The name of a value; without one, what it is and its number.
pub(super) struct Number(
    pub(super) Option<&'static str>,
    pub(super) &'static str,
    pub(super) u64,
);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(Some(name), _, _) => f.write_str(name),
            Self(None, what, value) => write!(f, "{what} {value}"),
        }
    }
}
