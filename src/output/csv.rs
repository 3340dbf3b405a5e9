//! The streams as comma-separated values (RFC 4180): one header line, one line per stream.

use super::{Presenter, printable};
use crate::analysis::model::{Frames, Source, Stream};
use crate::analysis::{Analysis, Known};
use crate::time::Span;
use std::cell::Cell;
use std::io;

/// Writes the streams table; the header once, also over several captures.
#[derive(Debug, Default)]
pub struct Csv {
    header_written: Cell<bool>,
}

/// The columns: name, and how a stream fills it. Unknown is empty.
type Column = (&'static str, fn(&Stream) -> String);
const COLUMNS: &[Column] = &[
    ("id", |s| s.id.to_string()),
    ("connectionId", |s| s.connection.to_string()),
    ("ssrc", |s| s.ssrc.0.to_string()),
    ("source", |s| s.path.src.to_string()),
    ("destination", |s| s.path.dst.to_string()),
    ("kind", |s| s.kind.name().to_owned()),
    ("payloadType", |s| {
        s.main_payload_type()
            .map_or_else(String::new, |pt| pt.to_string())
    }),
    ("clockRate", |s| {
        s.clock_rate
            .value()
            .map_or_else(String::new, |(hz, _)| hz.to_string())
    }),
    ("packetsReceived", |s| s.packets.to_string()),
    ("packetsExpected", |s| s.expected.to_string()),
    ("packetsLost", |s| s.lost.to_string()),
    ("packetsDuplicated", |s| s.duplicated.to_string()),
    ("packetsReordered", |s| s.reordered.to_string()),
    ("bytesReceived", |s| s.payload_bytes.to_string()),
    ("bitrate", |s| {
        s.bitrate
            .value()
            .map_or_else(String::new, |b| format!("{b:.0}"))
    }),
    ("jitter", |s| seconds(s.jitter.value().map(|j| j.last))),
    ("jitterMean", |s| seconds(s.jitter.value().map(|j| j.mean))),
    ("jitterMax", |s| seconds(s.jitter.value().map(|j| j.max))),
    ("firstPacketTime", |s| s.first_seen.to_string()),
    ("lastPacketTime", |s| s.last_seen.to_string()),
    ("codec", |s| {
        let codec = s.codec.value();
        codec.map_or_else(String::new, |c| printable(&c.name).into_owned())
    }),
    ("mid", |s| named(&s.identity.mid)),
    ("rid", |s| named(&s.identity.rid)),
    ("repairs", |s| {
        let repaired = s.pairing.repairs.value();
        repaired.map_or_else(String::new, |(id, _)| id.to_string())
    }),
    ("lossPercent", |s| {
        format!("{:.3}", s.loss_fraction() * 100.0)
    }),
    ("stillMissing", |s| {
        let missing = s.loss.still_missing(s.lost);
        missing.map_or_else(String::new, |n| n.to_string())
    }),
    ("framesComplete", |s| {
        frames(s, |f| Some(f.complete.to_string()))
    }),
    ("framesPerSecond", |s| {
        frames(s, |f| f.per_second.value().map(|fps| format!("{fps:.3}")))
    }),
    ("freezeCount", |s| {
        frames(s, |f| Some(f.freezes.to_string()))
    }),
];

fn named(text: &Known<(Box<str>, Source)>) -> String {
    let text = text.value();
    text.map_or_else(String::new, |(text, _)| printable(text).into_owned())
}

fn frames(s: &Stream, value: fn(&Frames) -> Option<String>) -> String {
    s.frames.value().and_then(value).unwrap_or_default()
}

fn seconds(span: Option<Span>) -> String {
    span.map_or_else(String::new, |s| format!("{:.6}", s.seconds()))
}

impl Presenter for Csv {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
        if !self.header_written.replace(true) {
            let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
            write!(out, "file,{}\r\n", names.join(","))?;
        }
        for stream in &analysis.streams {
            write!(out, "{}", quoted(file))?;
            for (name, value) in COLUMNS {
                let is_known = analysis.capture.is_dated() || !name.ends_with("PacketTime");
                let text = if is_known {
                    value(stream)
                } else {
                    String::new()
                };
                write!(out, ",{}", quoted(&text))?;
            }
            write!(out, "\r\n")?;
        }
        Ok(())
    }
}

/// Quoted where RFC 4180 wants it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_names_of_their_own_and_new_ones_are_at_the_end() {
        let names: std::collections::BTreeSet<&str> = COLUMNS.iter().map(|c| c.0).collect();
        assert_eq!(names.len(), COLUMNS.len());
        assert!(names.iter().all(|name| quoted(name) == *name));
        assert_eq!(COLUMNS[0].0, "id");
        assert_eq!(COLUMNS[19].0, "lastPacketTime");
    }

    #[test]
    fn file_names_are_quoted_when_needed() {
        assert_eq!(quoted("a.pcap"), "a.pcap");
        assert_eq!(quoted("a,\"b\".pcap"), "\"a,\"\"b\"\".pcap\"");
    }
}
