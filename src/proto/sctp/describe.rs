//! SCTP in a packet list and as a decode tree.

use super::{Chunk, ChunkValue, Data, SctpPacket, codes};
use crate::tree::{Describe, Tree};
use crate::wire::part;
use std::fmt::{self, Write};

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
            for chunk in self.chunks() {
                match chunk {
                    Ok(chunk) => describe_chunk(t, &chunk),
                    Err(error) => t.problem(&error),
                }
            }
        });
    }
}

/// The most chunks a summary names: a hostile packet may have thousands.
const SUMMARY_PARTS: usize = 8;

fn write_chunk(chunk: &Chunk<'_>, out: &mut String) -> fmt::Result {
    write!(out, "{}", Name(chunk.chunk_type))?;
    match chunk.value() {
        Ok(ChunkValue::Data(data)) => {
            write!(out, " TSN {} stream {}", data.tsn, data.stream)?;
            if let Some(protocol) = data.protocol {
                write!(out, " {}", Protocol(protocol))?;
            }
            write!(out, " {} bytes", data.payload.len())
        }
        Ok(ChunkValue::Sack(sack)) => write!(out, " {}", sack.cumulative_tsn),
        Ok(ChunkValue::ForwardTsn(tsn)) => write!(out, " {tsn}"),
        Ok(_) => Ok(()),
        Err(error) => write!(out, " [{error}]"),
    }
}

fn describe_chunk(t: &mut Tree<'_>, chunk: &Chunk<'_>) {
    t.group(&Name(chunk.chunk_type).to_string(), chunk.bytes, |t| {
        let at = |from, to| part(chunk.bytes, from..to);
        t.field("type", chunk.chunk_type, at(0, 1));
        t.field("flags", format_args!("0x{:02x}", chunk.flags), at(1, 2));
        t.field("length", 4 + chunk.data.len(), at(2, 4));
        match chunk.value() {
            Ok(ChunkValue::Data(data)) => describe_data(t, chunk, &data),
            Ok(ChunkValue::Init(init)) => {
                t.field(
                    "initiate tag",
                    format_args!("0x{:08x}", init.initiate_tag),
                    at(4, 8),
                );
                t.field("receiver window", init.receiver_window, at(8, 12));
                t.field("outbound streams", init.outbound_streams, at(12, 14));
                t.field("inbound streams", init.inbound_streams, at(14, 16));
                t.field("initial TSN", init.initial_tsn, at(16, 20));
                let value = format_args!("{} bytes", init.parameters.len());
                t.field("parameters", value, init.parameters);
            }
            Ok(ChunkValue::Sack(sack)) => {
                t.field("cumulative TSN", sack.cumulative_tsn, at(4, 8));
                t.field("receiver window", sack.receiver_window, at(8, 12));
                for (first, last) in sack.gaps() {
                    let first = sack.cumulative_tsn.wrapping_add(first.into());
                    let last = sack.cumulative_tsn.wrapping_add(last.into());
                    t.note("also received", format_args!("{first} to {last}"));
                }
                for tsn in sack.duplicates() {
                    t.note("duplicate", tsn);
                }
            }
            Ok(ChunkValue::ForwardTsn(tsn)) => t.field("new cumulative TSN", tsn, at(4, 8)),
            Ok(ChunkValue::Other(data)) => {
                t.field("value", format_args!("{} bytes", data.len()), data);
            }
            Err(error) => t.problem(&error),
        }
    });
}

fn describe_data(t: &mut Tree<'_>, chunk: &Chunk<'_>, data: &Data<'_>) {
    let at = |from, to| part(chunk.bytes, from..to);
    t.bits("unordered", data.unordered, at(1, 2), 0x04);
    t.bits("begins a message", data.begins, at(1, 2), 0x02);
    t.bits("ends a message", data.ends, at(1, 2), 0x01);
    t.field("TSN", data.tsn, at(4, 8));
    t.field("stream", data.stream, at(8, 10));
    let (message, protocol) = if chunk.chunk_type == codes::DATA {
        (at(10, 12), at(12, 16))
    } else {
        (at(12, 16), at(16, 20))
    };
    t.field("message", data.message, message);
    if let Some(value) = data.protocol {
        t.field(
            "protocol",
            format_args!("{value} ({})", Protocol(value)),
            protocol,
        );
    }
    let value = format_args!("{} bytes", data.payload.len());
    t.field("user data", value, data.payload);
}

/// A chunk type's name, or its number.
struct Name(u8);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match codes::chunk_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "chunk {}", self.0),
        }
    }
}

/// A payload protocol's name, or its number.
struct Protocol(u32);

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match codes::protocol_name(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "protocol {}", self.0),
        }
    }
}
