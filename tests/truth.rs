//! rtcscope's counts against the generator's truth, stream by stream.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use analysed::Live;
use kit::profile::Rates;
use kit::scenario::{Media, Scenario, Side};
use kit::traffic::{Config, generate};
use kit::truth::{StreamTruth, Truth};
use kit::writer::{Format, Writer};
use rtcscope::analysis::Analysis;
use rtcscope::analysis::model::Stream;
use rtcscope::net::Endpoint;
use std::collections::BTreeMap;

/// Every stream of the truth, and no other, with equal numbers.
fn compare(analysis: &Analysis, truth: &Truth) {
    let counts = &analysis.protocols;
    assert_eq!(
        (counts.stun, counts.dtls, counts.rtp, counts.rtcp),
        (truth.stun, truth.dtls, truth.rtp, truth.rtcp)
    );
    assert_eq!(analysis.capture.packets, truth.packets);
    let mut by_ssrc: BTreeMap<u32, Vec<&Stream>> = BTreeMap::new();
    for s in &analysis.streams {
        by_ssrc.entry(s.ssrc.0).or_default().push(s);
    }
    for t in &truth.streams {
        let is_it = |s: &&Stream| {
            s.path.src == Endpoint::from(t.source) && s.path.dst == Endpoint::from(t.destination)
        };
        let mut found = by_ssrc.get(&t.ssrc).cloned().unwrap_or_default();
        found.retain(is_it);
        let [s] = found[..] else {
            panic!("{} streams for {t:?}", found.len());
        };
        assert_eq!(
            (s.packets, s.expected, s.lost, s.duplicated, s.reordered),
            (t.packets, t.expected, t.lost, t.duplicated, t.reordered),
            "packets, expected, lost, duplicated, reordered of {t:?}"
        );
        assert_eq!(u64::from(s.restarts), t.restarts, "{t:?}");
        assert_eq!(s.header_bytes + s.payload_bytes, t.bytes, "{t:?}");
        let types: Vec<_> = s
            .payload_types
            .iter()
            .map(|p| (p.number, p.packets))
            .collect();
        assert_eq!(types, [(t.payload_type, t.packets)]);
    }
    assert_eq!(analysis.streams.len(), truth.streams.len());
}

fn check(config: &Config, format: Format) {
    let mut writer = Writer::new(Vec::new(), format).unwrap();
    let truth = generate(config, &mut writer).unwrap();
    compare(&analysed::file(writer.finish().unwrap()), &truth);
}

#[test]
fn generated_calls_are_counted_right() {
    for seed in 1..=3 {
        let config = Config {
            packets: 40_000,
            calls: 5,
            seed,
            ..Config::default()
        };
        check(&config, Format::Pcap);
    }
}

#[test]
fn pcapng_is_counted_alike() {
    let config = Config {
        packets: 30_000,
        calls: 4,
        ..Config::default()
    };
    check(&config, Format::Pcapng);
}

/// A fifth lost, a fifth late, a tenth twice.
#[test]
fn a_terrible_network_is_counted_right() {
    let config = Config {
        packets: 40_000,
        calls: 4,
        rates: Rates {
            loss: 0.2,
            reorder: 0.2,
            duplicate: 0.1,
            late: 20,
        },
        ..Config::default()
    };
    check(&config, Format::Pcap);
}

/// What a load balancer or a radio link may do: packets that come 200 others late, in streams that also
/// restart, wrap, lose and double.
#[test]
fn reordering_by_two_hundred_packets_is_counted_right() {
    for seed in 1..=3 {
        let config = Config {
            packets: 60_000,
            calls: 4,
            seed,
            rates: Rates {
                loss: 0.03,
                reorder: 0.02,
                duplicate: 0.02,
                late: 200,
            },
            ..Config::default()
        };
        check(&config, Format::Pcap);
    }
}

/// Ten thousand sources at once: half of them wrap, a fifth restart, most lose, double and reorder.
#[test]
fn ten_thousand_sources_are_counted_right() {
    let config = Config {
        packets: 400_000,
        calls: 2_500,
        rates: Rates {
            loss: 0.05,
            reorder: 0.05,
            duplicate: 0.05,
            late: 10,
        },
        crowd: true,
        ..Config::default()
    };
    let mut live = Live::default();
    let mut writer = Writer::new(&mut live, Format::Pcap).unwrap();
    let truth = generate(&config, &mut writer).unwrap();
    writer.finish().unwrap();
    let sum = |of: fn(&StreamTruth) -> u64| truth.streams.iter().map(of).sum::<u64>();
    assert_eq!(truth.streams.len(), 10_000);
    assert!(sum(|s| s.wraps) > 3_000 && sum(|s| s.restarts) > 1_500);
    assert!(sum(|s| s.lost) > 1_000 && sum(|s| s.duplicated) > 1_000);
    assert!(sum(|s| s.reordered) > 1_000);
    compare(&live.analyzer.finish(), &truth);
}

/// Expected, lost, duplicated and reordered of the one stream with these sequence numbers.
fn counted(numbers: impl IntoIterator<Item = u64>) -> (u64, u64, u64, u64) {
    let mut call = Scenario::new();
    call.check(Side::A)
        .dtls_handshake()
        .rtp(Side::A, &Media::audio(0x1234), numbers);
    let analysis = analysed::file(call.pcap());
    let [s] = &analysis.streams[..] else {
        panic!("{} streams", analysis.streams.len());
    };
    (s.expected, s.lost, s.duplicated, s.reordered)
}

#[test]
fn a_start_out_of_order_is_not_a_cycle_of_loss() {
    let start = [60_500, 60_501, 60_502, 60_499];
    assert_eq!(counted(start), (4, 0, 0, 1));
    assert_eq!(
        counted(start.into_iter().chain(60_505..60_600)),
        (101, 2, 0, 1)
    );
}

#[test]
fn a_wrap_is_no_loss_and_hides_none() {
    assert_eq!(counted(65_500..65_600), (100, 0, 0, 0));
    let gap = (65_500..65_530).chain(65_540..65_600);
    assert_eq!(counted(gap), (100, 10, 0, 0));
    // 65535 arrives after 0, then again.
    let swapped = [65_534, 65_536, 65_535, 65_537, 65_535, 65_538];
    assert_eq!(counted(swapped), (5, 0, 1, 1));
}
