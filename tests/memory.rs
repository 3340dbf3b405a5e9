//! Analysing a capture allocates nothing per packet, and memory does not grow with packets.

#![allow(clippy::unwrap_used, reason = "test code: a panic is a failed test")]

mod kit;

use allocation_counter::{AllocationInfo, measure};
use kit::traffic::{Config, generate};
use kit::writer::{Format, Writer};
use rtcscope::analysis::{Analyzer, Options};
use rtcscope::capture::Capture;
use std::hint::black_box;
use std::io::{BufWriter, Cursor};

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

/// Ten thousand sources at once in 2 500 calls, of which half have wrapped: 12 KB a source, with its share
/// of its call's checks, handshakes and reports. The 64 MB promised are for the big file's 112.
#[test]
fn ten_thousand_sources_fit() {
    let config = Config {
        packets: 200_000,
        calls: 2_500,
        crowd: true,
        ..Config::default()
    };
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = Writer::new(BufWriter::new(file.as_file_mut()), Format::Pcap).unwrap();
    let truth = generate(&config, &mut writer).unwrap();
    writer.finish().unwrap();
    assert_eq!(truth.streams.len(), 10_000);
    let used = measure(|| {
        let analysis = rtcscope::analyze(file.path(), &Options::default()).unwrap();
        assert_eq!(black_box(analysis).streams.len(), 10_000);
    });
    assert!(used.bytes_max < 128 << 20, "{used:?}");
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
