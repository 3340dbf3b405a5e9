//! What rtcscope finds in a capture that a test made: its bytes, or its frames. (The test kit knows
//! nothing of rtcscope, so this stands beside it.)

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses a part of it; a panic is a failed test"
)]

use rtcscope::analysis::{Analysis, Analyzer, FileFacts, Options};
use rtcscope::capture::{Capture, Frame, LinkType};
use rtcscope::time::Timestamp;
use std::io::Cursor;

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
