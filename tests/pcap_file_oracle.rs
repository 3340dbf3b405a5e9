//! The `pcap-file` crate's own readers as a second opinion: on a sound capture, the same frames.
#![allow(clippy::unwrap_used, clippy::panic)]

use pcap_file::pcap::PcapReader;
use pcap_file::pcapng::{Block, PcapNgReader};
use rtcscope::capture::Capture;
use std::fs::{self, File};
use std::path::Path;

/// Time in nanoseconds, length on the wire, bytes.
type Seen = (i64, u32, Vec<u8>);

fn ours(file: &Path) -> Vec<Seen> {
    let mut capture = Capture::open(file).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = capture.next_frame() {
        frames.push((frame.ts.nanos(), frame.wire_len, frame.data.to_vec()));
    }
    frames
}

fn theirs(file: &Path) -> Vec<Seen> {
    let open = || File::open(file).unwrap();
    let mut frames = Vec::new();
    if file.extension().is_some_and(|e| e == "pcapng") {
        let mut reader = PcapNgReader::new(open()).unwrap();
        while let Some(block) = reader.next_block() {
            if let (Block::EnhancedPacket(p), _) = block.unwrap() {
                frames.push((
                    p.timestamp.as_nanos() as i64,
                    p.original_len,
                    p.data.to_vec(),
                ));
            }
        }
    } else {
        let mut reader = PcapReader::new(open()).unwrap();
        while let Some(Ok(p)) = reader.next_packet() {
            frames.push((
                p.timestamp().as_nanos() as i64,
                p.orig_len(),
                p.data().to_vec(),
            ));
        }
    }
    frames
}

#[test]
fn the_same_frames_in_every_sample() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut compared = 0;
    for file in fs::read_dir(samples).unwrap().map(|f| f.unwrap().path()) {
        if file
            .extension()
            .is_some_and(|e| e == "pcap" || e == "pcapng")
        {
            assert!(ours(&file) == theirs(&file), "{}", file.display());
            compared += 1;
        }
    }
    assert!(compared >= 8);
}
