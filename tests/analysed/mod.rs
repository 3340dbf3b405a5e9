//! What rtcscope finds in a capture that a test made: its bytes, or its frames. (The test kit knows
//! nothing of rtcscope, so this stands beside it.)

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "each test uses a part of it; a panic is a failed test"
)]

use rtcscope::analysis::{Analysis, Analyzer, FileFacts, Options};
use rtcscope::capture::{Capture, Frame, LinkType};
use rtcscope::time::Timestamp;
use std::io::{self, Cursor, Write};

/// A capture file's bytes, read as the program reads a file.
pub fn file(bytes: impl Into<Vec<u8>>) -> Analysis {
    let mut capture = Capture::from_reader(Box::new(Cursor::new(bytes.into()))).unwrap();
    let mut analyzer = Analyzer::new(Options::default());
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
    }
    analyzer.describe_file(FileFacts::of(&capture));
    analyzer.finish()
}

/// Ethernet frames with their times in nanoseconds, every one of them in the packet index.
pub fn frames(frames: &[(u64, Vec<u8>)]) -> Analysis {
    let mut analyzer = Analyzer::new(Options {
        packet_index: 1_000_000,
        ..Options::default()
    });
    for ((ns, data), no) in frames.iter().zip(1..) {
        analyzer.push(&Frame {
            no,
            ts: Timestamp::from_nanos(*ns as i64),
            link: LinkType::ETHERNET,
            wire_len: data.len() as u32,
            offset: 0,
            data,
        });
    }
    analyzer.finish()
}

/// Analyses a pcap file while it is written, so that nobody holds all of it.
#[derive(Debug)]
pub struct Live {
    pub analyzer: Analyzer,
    /// Of a record that is not whole yet; at first the file's header.
    pending: Vec<u8>,
    in_records: bool,
    no: u64,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            analyzer: Analyzer::new(Options::default()),
            pending: Vec::new(),
            in_records: false,
            no: 0,
        }
    }
}

impl Write for Live {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend(bytes);
        let (header, record) = (24, 16);
        if !self.in_records && self.pending.len() >= header {
            self.pending.drain(..header);
            self.in_records = true;
        }
        if self.in_records && self.pending.len() >= record {
            let word = |at: usize| {
                let bytes = self.pending[at..at + 4].try_into().unwrap();
                u32::from_le_bytes(bytes)
            };
            let (seconds, micros, len) = (word(0), word(4), word(8));
            let end = record + len as usize;
            if self.pending.len() >= end {
                self.no += 1;
                let ns = i64::from(seconds) * 1_000_000_000 + i64::from(micros) * 1_000;
                self.analyzer.push(&Frame {
                    no: self.no,
                    ts: Timestamp::from_nanos(ns),
                    link: LinkType::ETHERNET,
                    wire_len: len,
                    offset: 0,
                    data: &self.pending[record..end],
                });
                self.pending.drain(..end);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
