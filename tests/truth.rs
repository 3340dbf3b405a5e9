//! rtcscope's counts against the generator's truth, stream by stream.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::profile::Rates;
use kit::scenario::{Media, Scenario, Side};
use kit::traffic::{Config, generate};
use kit::truth::Truth;
use kit::writer::{Format, Writer};
use rtcscope::analysis::Analysis;
use rtcscope::analysis::model::Stream;
use rtcscope::net::Endpoint;

/// Every stream of the truth, and no other, with equal numbers.
fn compare(analysis: &Analysis, truth: &Truth) {
    let counts = &analysis.protocols;
    assert_eq!(
        (counts.stun, counts.dtls, counts.rtp, counts.rtcp),
        (truth.stun, truth.dtls, truth.rtp, truth.rtcp)
    );
    assert_eq!(analysis.capture.packets, truth.packets);
    for t in &truth.streams {
        let is_it = |s: &&Stream| {
            s.ssrc.0 == t.ssrc
                && s.path.src == Endpoint::from(t.source)
                && s.path.dst == Endpoint::from(t.destination)
        };
        let found: Vec<&Stream> = analysis.streams.iter().filter(is_it).collect();
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
        },
        ..Config::default()
    };
    check(&config, Format::Pcap);
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
