//! Analysing a capture allocates nothing per packet, and memory does not grow with packets.

#![allow(clippy::unwrap_used, reason = "test code: a panic is a failed test")]

mod kit;

use allocation_counter::{AllocationInfo, measure};
use kit::traffic::{Config, generate};
use kit::writer::{Format, Writer};
use rtcscope::analysis::{Analyzer, Options};
use rtcscope::capture::Capture;
use std::hint::black_box;
use std::io::Cursor;

/// What analysing the first `packets` of the same traffic allocates.
fn allocations(packets: u64) -> AllocationInfo {
    // The rate of packets is the same for both, so the longer capture holds more of everything.
    let config = Config {
        packets,
        calls: 4,
        ..Config::default()
    };
    let mut writer = Writer::new(Vec::new(), Format::Pcap).unwrap();
    generate(&config, &mut writer).unwrap();
    let file = writer.finish().unwrap();
    measure(move || {
        let mut capture = Capture::from_reader(Box::new(Cursor::new(file))).unwrap();
        let mut analyzer = Analyzer::new(Options::default());
        while let Some(frame) = capture.next_frame() {
            analyzer.push(&frame);
        }
        black_box(analyzer.packets());
    })
}

#[test]
fn packets_cost_no_allocation() {
    let (short, long) = (allocations(20_000), allocations(60_000));
    let more = long.count_total.saturating_sub(short.count_total);
    // What grows with time, as buckets of a series do, may grow now and then.
    assert!(
        more < 40_000 / 100,
        "40000 more packets cost {more} more allocations: {short:?}, {long:?}"
    );
    let grown = long.bytes_max.saturating_sub(short.bytes_max);
    assert!(
        grown < 256 * 1024,
        "peak grew by {grown} bytes: {short:?}, {long:?}"
    );
}
