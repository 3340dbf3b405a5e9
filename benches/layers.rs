//! What each layer costs per packet.
//!
//! ```text
//! cargo bench --bench layers
//! ```
//!
//! All rows of `layers` read the same generated traffic from memory (the mix of
//! `tests/kit/traffic.rs`), and throughput counts its packets, so that rows can be subtracted from
//! each other. `describe` is what the packet view does with a single message.

#![allow(missing_docs, reason = "criterion_main! makes an undocumented main")]
#![allow(clippy::expect_used, reason = "reads what the kit has just written")]

#[path = "../tests/kit/mod.rs"]
mod kit;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kit::traffic::{Config, generate};
use kit::writer::{Format, Writer};
use rtcscope::capture::Capture;
use rtcscope::demux::{Class, classify};
use rtcscope::net::{Datagram, Decoded, Decoder};
use rtcscope::proto::{self, Message};
use std::hint::black_box;
use std::io::Cursor;

const PACKETS: u64 = 20_000;

/// A generated pcap file, kept for good: a reader wants to own what it reads.
fn file() -> &'static [u8] {
    let config = Config {
        packets: PACKETS,
        ..Config::default()
    };
    let mut writer = Writer::new(Vec::new(), Format::Pcap).expect("writing to memory");
    generate(&config, &mut writer).expect("writing to memory");
    writer.finish().expect("writing to memory").leak()
}

fn open(file: &'static [u8]) -> Capture {
    Capture::from_reader(Box::new(Cursor::new(file))).expect("the kit writes captures")
}

/// Each row does what the one before it does, and a step more.
fn layers(c: &mut Criterion) {
    let file = file();
    let mut group = c.benchmark_group("layers");
    group.throughput(Throughput::Elements(PACKETS));

    group.bench_function("capture", |b| {
        b.iter(|| {
            let mut capture = open(file);
            let mut bytes = 0;
            while let Some(frame) = capture.next_frame() {
                bytes += frame.data.len();
            }
            bytes
        });
    });
    group.bench_function("+ net", |b| {
        b.iter(|| {
            let mut ports = 0;
            each_datagram(file, |datagram| {
                ports += u64::from(datagram.path.src.port());
            });
            ports
        });
    });
    group.bench_function("+ demux", |b| {
        b.iter(|| {
            let mut rtp = 0u64;
            each_datagram(file, |datagram| {
                rtp += u64::from(classify(datagram.payload, datagram.missing) == Class::Rtp);
            });
            rtp
        });
    });
    group.bench_function("+ parse", |b| {
        b.iter(|| {
            each_datagram(file, |datagram| {
                black_box(parse(datagram));
            });
        });
    });
    group.bench_function("+ RTP header and extensions", |b| {
        b.iter(|| {
            let mut sum = 0u64;
            each_datagram(file, |datagram| {
                if let Some(Message::Rtp(packet)) = parse(datagram) {
                    sum += u64::from(packet.sequence_number()) + u64::from(packet.timestamp());
                    sum += packet.extensions().count() as u64;
                }
            });
            sum
        });
    });
    group.finish();
}

fn parse<'a>(datagram: &Datagram<'a>) -> Option<Message<'a>> {
    let class = classify(datagram.payload, datagram.missing);
    proto::parse(datagram.payload, class, datagram.missing).ok()
}

/// Reads the file and decodes every packet down to UDP.
#[inline]
fn each_datagram(file: &'static [u8], mut take: impl FnMut(&Datagram<'_>)) {
    let mut capture = open(file);
    let mut decoder = Decoder::new();
    while let Some(frame) = capture.next_frame() {
        if let Decoded::Udp(datagram) = decoder.decode(&frame) {
            take(&datagram);
        }
    }
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
