//! What each layer costs per packet.
//!
//! ```text
//! cargo bench --bench layers
//! ```
//!
//! All rows run over the same generated traffic in memory (the mix of `tests/kit/traffic.rs`), and
//! throughput counts its packets, so that rows can be subtracted from each other.

#![allow(missing_docs, reason = "criterion_main! makes an undocumented main")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "reads what the kit has just written"
)]

#[path = "../tests/kit/mod.rs"]
mod kit;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kit::traffic::{Config, generate};
use kit::writer::{Format, Writer};
use rtcscope::demux::{Class, classify};
use rtcscope::proto::{self, Message, rtp::RtpPacket};
use std::hint::black_box;

const PACKETS: u64 = 20_000;

/// A generated pcap file.
fn capture() -> Vec<u8> {
    let config = Config {
        packets: PACKETS,
        ..Config::default()
    };
    let mut writer = Writer::new(Vec::new(), Format::Pcap).expect("writing to memory");
    generate(&config, &mut writer).expect("writing to memory");
    writer.finish().expect("writing to memory")
}

/// The UDP payloads of a pcap file of the kit's, which knows its own header lengths.
fn payloads(file: &[u8]) -> Vec<&[u8]> {
    let mut payloads = Vec::new();
    let mut rest = &file[24..];
    while let Some((header, after)) = rest.split_first_chunk::<16>() {
        let len = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let (frame, next) = after.split_at(len);
        let headers = if frame[12..14] == [8, 0] { 42 } else { 62 };
        payloads.push(&frame[headers..]);
        rest = next;
    }
    payloads
}

fn layers(c: &mut Criterion) {
    let file = capture();
    let payloads = payloads(&file);
    let mut group = c.benchmark_group("layers");
    group.throughput(Throughput::Elements(PACKETS));

    group.bench_function("demux", |b| {
        b.iter(|| {
            let classes = payloads.iter().map(|payload| classify(payload, 0));
            classes.filter(|class| *class == Class::Rtp).count()
        });
    });
    group.bench_function("demux + RTP header", |b| {
        b.iter(|| {
            let mut sum = 0u64;
            for payload in &payloads {
                if classify(payload, 0) == Class::Rtp
                    && let Ok(packet) = RtpPacket::parse(payload)
                {
                    sum += u64::from(packet.sequence_number()) + u64::from(packet.timestamp());
                }
            }
            sum
        });
    });
    group.bench_function("demux + parse", |b| {
        b.iter(|| {
            for payload in &payloads {
                black_box(proto::parse(payload, classify(payload, 0), 0).ok());
            }
        });
    });
    group.bench_function("demux + parse + RTP extension walk", |b| {
        b.iter(|| {
            let mut elements = 0;
            for payload in &payloads {
                if let Ok(Message::Rtp(packet)) = proto::parse(payload, classify(payload, 0), 0) {
                    elements += packet.extensions().count();
                }
            }
            elements
        });
    });
    group.finish();
}

/// Single messages, whole, as the packet view decodes them.
fn messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("describe");
    for (name, data) in kit::messages::all() {
        group.bench_function(name, |b| {
            b.iter_batched(
                String::new,
                |mut line| {
                    let message = proto::parse(&data, classify(&data, 0), 0).expect("well formed");
                    rtcscope::tree::Describe::summary(&message, &mut line);
                    let mut tree = rtcscope::tree::Tree::new(&data);
                    rtcscope::tree::Describe::describe(&message, &mut tree);
                    (line, tree.into_rows())
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, layers, messages);
criterion_main!(benches);
