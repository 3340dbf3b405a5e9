//! What is in a generated capture, counted from what was written to it.
//!
//! The counting is deliberately naive: it is told each packet's extended sequence number by the
//! generator, which knows it, and keeps every number in a set. All of it is *observable* truth:
//! packets lost before the first or after the last one captured cannot be known to anyone.

use serde::Serialize;
use std::collections::HashSet;
use std::io::{self, Write};
use std::net::SocketAddr;

/// The truth about a whole capture.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Truth {
    pub packets: u64,
    pub stun: u64,
    pub dtls: u64,
    pub rtp: u64,
    pub rtcp: u64,
    pub streams: Vec<StreamTruth>,
}

impl Truth {
    /// As JSON, streams in the order in which their senders were set up.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// The truth about one RTP stream.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamTruth {
    pub ssrc: u32,
    pub source: SocketAddr,
    pub destination: SocketAddr,
    pub kind: &'static str,
    pub payload_type: u8,
    /// In Hz.
    pub clock_rate: u32,
    /// RTP packets in the capture, duplicates included.
    pub packets: u64,
    /// Bytes of those RTP packets: header, payload and authentication tag.
    pub bytes: u64,
    /// Highest extended sequence number − lowest + 1, added up over segments.
    pub expected: u64,
    /// Expected − distinct sequence numbers.
    pub lost: u64,
    /// Packets whose sequence number was there before.
    pub duplicated: u64,
    /// Packets that came with a sequence number below the highest so far and are no duplicates.
    pub reordered: u64,
    /// Sequence number of the first packet.
    pub first_seq: u16,
    /// Highest sequence number (of the last segment).
    pub last_seq: u16,
    /// How often the sequence number went from 65535 to 0 between lowest and highest.
    pub wraps: u64,
    /// How often the sender began anew at another sequence number.
    pub restarts: u64,
}

/// Counts one stream as its packets are written.
#[derive(Clone, Debug)]
pub struct StreamCounter {
    truth: StreamTruth,
    segment: Option<Segment>,
}

#[derive(Clone, Debug)]
struct Segment {
    number: u32,
    lowest: u64,
    highest: u64,
    seen: HashSet<u64>,
}

/// What a stream is, apart from its packets.
#[derive(Clone, Copy, Debug)]
pub struct StreamId {
    pub ssrc: u32,
    pub source: SocketAddr,
    pub destination: SocketAddr,
    pub kind: &'static str,
    pub payload_type: u8,
    pub clock_rate: u32,
}

impl StreamCounter {
    pub fn new(id: StreamId) -> Self {
        Self {
            truth: StreamTruth {
                ssrc: id.ssrc,
                source: id.source,
                destination: id.destination,
                kind: id.kind,
                payload_type: id.payload_type,
                clock_rate: id.clock_rate,
                packets: 0,
                bytes: 0,
                expected: 0,
                lost: 0,
                duplicated: 0,
                reordered: 0,
                first_seq: 0,
                last_seq: 0,
                wraps: 0,
                restarts: 0,
            },
            segment: None,
        }
    }

    /// A packet of `bytes` bytes was written; `segment` counts the sender's restarts and
    /// `extended` is its sequence number as the sender counts, without wrapping.
    pub fn wrote(&mut self, segment: u32, extended: u64, bytes: usize) {
        let t = &mut self.truth;
        if t.packets == 0 {
            t.first_seq = extended as u16;
        }
        t.packets += 1;
        t.bytes += bytes as u64;
        if self.segment.as_ref().is_none_or(|s| s.number != segment) {
            self.close_segment();
            self.segment = Some(Segment {
                number: segment,
                lowest: extended,
                highest: extended,
                seen: HashSet::new(),
            });
        }
        let (t, s) = (&mut self.truth, self.segment.as_mut().expect("just set"));
        if !s.seen.insert(extended) {
            t.duplicated += 1;
        } else if extended < s.highest {
            t.reordered += 1;
        }
        s.lowest = s.lowest.min(extended);
        s.highest = s.highest.max(extended);
    }

    fn close_segment(&mut self) {
        let Some(s) = self.segment.take() else { return };
        let t = &mut self.truth;
        let expected = s.highest - s.lowest + 1;
        t.expected += expected;
        t.lost += expected - s.seen.len() as u64;
        t.last_seq = s.highest as u16;
        t.wraps += (s.highest >> 16) - (s.lowest >> 16);
        t.restarts = u64::from(s.number);
    }

    /// The truth, or nothing if no packet of the stream was captured.
    pub fn finish(mut self) -> Option<StreamTruth> {
        self.close_segment();
        (self.truth.packets > 0).then_some(self.truth)
    }
}
