//! The whole way from a capture file to a report, for the mix of `tests/kit/traffic.rs`.
//!
//! ```text
//! cargo bench --bench whole
//! ```
//!
//! Reads from memory, so that it tells nothing of the disk; `benches/compare.sh` measures the
//! program on a real file.

#![allow(missing_docs, reason = "criterion_main! makes an undocumented main")]
#![allow(clippy::expect_used, reason = "reads what the kit has just written")]

#[path = "../tests/kit/mod.rs"]
mod kit;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kit::traffic::{Config, generate};
use kit::writer::{Format, Writer};
use rtcscope::analysis::{Analysis, Analyzer, FileFacts, Options};
use rtcscope::capture::Capture;
use rtcscope::output::{Presenter, json::Json, text::Text};
use std::io::Cursor;

const PACKETS: u64 = 20_000;

/// A generated capture file, kept for good: a reader wants to own what it reads.
fn file(format: Format) -> &'static [u8] {
    let config = Config {
        packets: PACKETS,
        ..Config::default()
    };
    let mut writer = Writer::new(Vec::new(), format).expect("writing to memory");
    generate(&config, &mut writer).expect("writing to memory");
    writer.finish().expect("writing to memory").leak()
}

fn analyze(file: &'static [u8], options: Options) -> Analysis {
    let mut capture =
        Capture::from_reader(Box::new(Cursor::new(file))).expect("the kit writes captures");
    let mut analyzer = Analyzer::new(options);
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
    }
    analyzer.describe_file(FileFacts::of(&capture));
    analyzer.finish()
}

fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("analyze");
    group.throughput(Throughput::Elements(PACKETS));
    let with_rows = Options {
        packet_index: usize::MAX,
        ..Options::default()
    };
    let (pcap, pcapng) = (file(Format::Pcap), file(Format::Pcapng));
    for (name, file, options) in [
        ("pcap", pcap, Options::default()),
        ("pcapng", pcapng, Options::default()),
        ("pcap with packet rows", pcap, with_rows),
    ] {
        group.bench_function(name, |b| b.iter(|| analyze(file, options.clone())));
    }
    group.finish();

    let analysis = analyze(pcap, Options::default());
    let mut group = c.benchmark_group("report of 112 streams");
    let json = Json {
        compact: false,
        series: false,
    };
    let presenters: [(&str, &dyn Presenter); 2] =
        [("json", &json), ("text", &Text { color: false })];
    for (name, presenter) in presenters {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut out = Vec::new();
                let written = presenter.write("bench.pcap", &analysis, &mut out);
                written.expect("writing to memory");
                out
            });
        });
    }
    group.finish();
}

criterion_group!(benches, whole);
criterion_main!(benches);
