//! What is one peer connection and what is one stream, on calls written out packet by packet.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod analysed;
mod kit;

use kit::scenario::{Agents, Media, Scenario, Side, merged};
use rtcscope::analysis::Analysis;
use rtcscope::analysis::model::{ConnectionState, Grade, LatencySource};
use std::net::SocketAddr;

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A call that comes up: checks both ways, a handshake, a second of audio each way.
fn call(agents: Agents, a: &str, b: &str, ssrc: u32) -> Scenario {
    let mut call = Scenario::between(at(a), at(b)).with_agents(agents);
    call.check(Side::A).check(Side::B).dtls_handshake();
    call.rtp(Side::A, &Media::audio(ssrc), 1_000..1_050);
    call.rtp(Side::B, &Media::audio(ssrc + 1), 5_000..5_050);
    call
}

/// Transports and streams of each connection.
fn shape(analysis: &Analysis) -> Vec<(usize, usize)> {
    let of = |c: &rtcscope::analysis::model::Connection| (c.transports.len(), c.streams.len());
    analysis.connections.iter().map(of).collect()
}

#[test]
fn clients_of_one_sfu_port_are_connections_of_their_own() {
    let calls: Vec<Scenario> = (0..20u32)
        .map(|n| {
            // The server has one port, and one tie-breaker for all.
            let mut agents = Agents::number(u64::from(n));
            agents.tie_breakers[1] = 0xdead_beef_0000_0001;
            let client = format!("198.51.100.{}:{}", n % 5 + 1, 40_000 + n);
            call(agents, &client, "192.0.2.9:443", 1_000 + 10 * n)
        })
        .collect();
    let analysis = analysed::file(merged(&calls.iter().collect::<Vec<_>>()));
    assert_eq!(shape(&analysis), vec![(1, 2); 20]);
    assert!(
        analysis
            .connections
            .iter()
            .all(|c| c.state == ConnectionState::Connected)
    );
}

#[test]
fn several_connections_between_two_hosts_stay_apart() {
    let one = call(Agents::number(1), "192.0.2.1:4000", "192.0.2.2:5000", 10);
    let two = call(Agents::number(2), "192.0.2.1:4002", "192.0.2.2:5002", 20);
    assert_eq!(
        shape(&analysed::file(merged(&[&one, &two]))),
        [(1, 2), (1, 2)]
    );
}

#[test]
fn without_bundle_each_component_has_its_transport_in_one_connection() {
    let agents = Agents::number(3);
    let audio = call(agents.clone(), "192.0.2.1:4000", "192.0.2.2:5000", 10);
    let video = call(agents.restarted(), "192.0.2.1:4002", "192.0.2.2:5002", 20);
    assert_eq!(shape(&analysed::file(merged(&[&audio, &video]))), [(2, 4)]);
}

#[test]
fn an_ice_restart_goes_on_with_connection_and_streams() {
    let mut one = call(Agents::number(4), "192.0.2.1:4000", "192.0.2.2:5000", 10);
    one.restart_ice()
        .move_to(at("192.0.2.1:4002"), at("192.0.2.2:5002"));
    one.check(Side::A).check(Side::B);
    // Two packets are lost on the way to the new path.
    one.rtp(Side::A, &Media::audio(10), 1_052..1_100);
    let analysis = analysed::file(one.pcap());
    assert_eq!(shape(&analysis), [(2, 2)]);
    let stream = &analysis.streams[0];
    assert_eq!((stream.packets, stream.expected, stream.lost), (98, 100, 2));
    let legs: Vec<_> = stream
        .legs
        .iter()
        .map(|l| (l.packets, l.lost, l.is_copy))
        .collect();
    assert_eq!(legs, [(50, 0, false), (48, 0, false)]);
    let moved = |e: &&rtcscope::analysis::model::Event| e.kind.name() == "stream-moved";
    let event = analysis.connections[0].events.iter().find(moved).unwrap();
    let way = analysis.connections[0].way_of(event).unwrap();
    assert_eq!(way.0.to_string(), "192.0.2.1:4002");
}

#[test]
fn a_restart_with_new_tie_breakers_and_no_media_is_known_by_the_missing_handshake() {
    let mut one = Scenario::between(at("192.0.2.1:4000"), at("192.0.2.2:5000"));
    one.check(Side::A).check(Side::B).dtls_handshake();
    let mut two = one.clone().with_agents(Agents::number(6));
    two.move_to(at("192.0.2.1:4002"), at("192.0.2.2:5002"));
    two.check(Side::A).check(Side::B).wait_ms(100);
    two.data(Side::A, 5).data(Side::B, 5);
    assert_eq!(shape(&analysed::file(two.pcap())), [(2, 0)]);
}

#[test]
fn a_switch_to_ipv6_keeps_the_stream() {
    let mut one = call(Agents::number(7), "192.0.2.1:4000", "192.0.2.2:5000", 10);
    one.move_to(at("[2001:db8::1]:4000"), at("[2001:db8::2]:5000"));
    one.check(Side::A).check(Side::B);
    one.rtp(Side::A, &Media::audio(10), 1_050..1_100);
    let analysis = analysed::file(one.pcap());
    assert_eq!(shape(&analysis), [(2, 2)]);
    assert_eq!(
        (analysis.streams[0].packets, analysis.streams[0].lost),
        (100, 0)
    );
}

#[test]
fn the_same_ssrc_in_another_connection_is_another_stream() {
    // Two phones that both use SSRC 1 and the same payload type, and nearly the same numbers.
    let mut one = Scenario::between(at("192.0.2.1:4000"), at("192.0.2.9:5000"));
    one.rtp(Side::A, &Media::audio(1), 1_000..1_100);
    let mut two = Scenario::between(at("192.0.2.3:4000"), at("192.0.2.8:5000"));
    two.wait_ms(10);
    two.rtp(Side::A, &Media::audio(1), 1_003..1_103);
    let analysis = analysed::file(merged(&[&one, &two]));
    let packets: Vec<_> = analysis
        .streams
        .iter()
        .map(|s| (s.packets, s.lost))
        .collect();
    assert_eq!(packets, [(100, 0), (100, 0)]);
    assert_eq!(analysis.connections.len(), 2);
}

#[test]
fn an_sfu_that_forwards_with_the_same_ssrc_makes_streams_of_its_own() {
    let sender = call(Agents::number(8), "198.51.100.1:4000", "192.0.2.9:443", 10);
    let mut receiver = Scenario::between(at("192.0.2.9:443"), at("198.51.100.2:4000"))
        .with_agents(Agents::number(9));
    receiver
        .check(Side::A)
        .check(Side::B)
        .dtls_handshake()
        .wait_ms(5);
    receiver.rtp(Side::A, &Media::audio(10), 1_000..1_050);
    let analysis = analysed::file(merged(&[&sender, &receiver]));
    assert_eq!(shape(&analysis), [(1, 2), (1, 1)]);
}

#[test]
fn an_echo_is_not_a_leg() {
    let mut one = Scenario::new();
    one.check(Side::A).check(Side::B).dtls_handshake();
    for n in 0..50 {
        one.rtp(Side::A, &Media::audio(10), [1_000 + n]);
        one.rtp(Side::B, &Media::audio(10), [1_000 + n]);
    }
    assert_eq!(shape(&analysed::file(one.pcap())), [(1, 2)]);
}

#[test]
fn legs_of_one_way_are_one_stream() {
    // A router that translates addresses, captured on both sides: the checks are the same.
    let agents = Agents::number(10);
    let mut inside =
        Scenario::between(at("10.0.0.1:4000"), at("192.0.2.2:5000")).with_agents(agents.clone());
    inside.check(Side::A).check(Side::B).dtls_handshake();
    inside.rtp(
        Side::A,
        &Media::audio(10),
        (1_000..1_100).filter(|n| n % 10 != 0),
    );
    let mut outside =
        Scenario::between(at("203.0.113.1:7000"), at("192.0.2.2:5000")).with_agents(agents);
    outside
        .check(Side::A)
        .check(Side::B)
        .dtls_handshake()
        .wait_ms(1);
    outside.rtp(
        Side::A,
        &Media::audio(10),
        (1_000..1_100).filter(|n| n % 5 != 0),
    );
    let analysis = analysed::file(merged(&[&inside, &outside]));
    assert_eq!(shape(&analysis), [(2, 1)]);
    let stream = &analysis.streams[0];
    let legs: Vec<_> = stream
        .legs
        .iter()
        .map(|l| (l.packets, l.lost, l.is_copy))
        .collect();
    // Every tenth is missing inside, every fifth outside; the first packet is among both.
    assert_eq!(legs, [(90, 9, false), (80, 19, true)]);
    assert_eq!((stream.packets, stream.lost), (90, 9));
    assert_eq!(analysis.protocols.rtp, 170);
}

#[test]
fn a_stream_on_more_ways_than_are_measured_is_still_one() {
    let mut one = Scenario::new();
    for way in 0..20u64 {
        let (a, b) = (4_000 + way as u16, 5_000 + way as u16);
        one.move_to(([192, 0, 2, 1], a).into(), ([192, 0, 2, 2], b).into());
        one.rtp(Side::A, &Media::audio(10), (10 * way)..(10 * way + 10));
    }
    let analysis = analysed::file(one.pcap());
    let stream = &analysis.streams[0];
    assert_eq!((analysis.streams.len(), analysis.protocols.rtp), (1, 200));
    assert_eq!((stream.packets, stream.lost), (200, 0));
    assert_eq!((stream.legs.len(), stream.legs_not_kept), (16, 4));
}

#[test]
fn a_forged_alert_or_hello_does_not_end_a_call_that_goes_on() {
    let mut one = Scenario::new();
    one.check(Side::A).check(Side::B).dtls_handshake();
    one.rtp(Side::A, &Media::audio(10), 0..100);
    // A stranger who knows the fragments sends a hello, and gets a fatal alert.
    one.move_to(at("198.51.100.66:1"), at("192.0.2.2:50000"));
    one.unanswered_check(Side::A).client_hello();
    one.udp(
        Side::B,
        &[21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40],
    );
    one.move_to(at("192.0.2.1:40000"), at("192.0.2.2:50000"));
    // So does somebody on the path itself.
    one.udp(
        Side::B,
        &[21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40],
    );
    one.rtp(Side::A, &Media::audio(10), 100..500);
    let analysis = analysed::file(one.pcap());
    assert_eq!(analysis.connections.len(), 1);
    let c = &analysis.connections[0];
    assert_eq!((c.state, &c.stopped), (ConnectionState::Connected, &None));
}

#[test]
fn a_peer_that_answers_and_sends_nothing_any_more_is_lost() {
    let mut one = Scenario::new();
    one.check(Side::A).check(Side::B).dtls_handshake();
    for _ in 0..3 {
        one.wait_ms(2_500).check(Side::A).check(Side::B);
    }
    one.rtp(Side::B, &Media::audio(10), 0..50);
    let cut = one.clone();
    for _ in 0..8 {
        one.wait_ms(2_500).unanswered_check(Side::A);
    }
    let c = &analysed::file(one.pcap()).connections[0];
    assert_eq!(c.state, ConnectionState::Failed);
    let why = c.stopped.as_deref().unwrap();
    assert!(
        why.starts_with("connectivity lost: no check answered"),
        "{why}"
    );
    // As long as its media comes, it is there.
    let mut one = cut;
    for n in 1..9 {
        one.rtp(Side::B, &Media::audio(10), (50 * n)..(50 * n + 50));
        one.wait_ms(1_500).unanswered_check(Side::A);
    }
    let c = &analysed::file(one.pcap()).connections[0];
    assert_eq!(c.state, ConnectionState::Connected);
}

#[test]
fn what_goes_on_when_the_capture_ends_is_not_called_stuck() {
    let mut one = Scenario::new();
    one.check(Side::A).check(Side::B).client_hello();
    let c = &analysed::file(one.pcap()).connections[0];
    assert_eq!(c.state, ConnectionState::Checking);
    let why = c.stopped.as_deref().unwrap();
    assert!(why.starts_with("not up yet when the capture ends"), "{why}");
}

#[test]
fn latency_is_graded_by_what_was_seen() {
    let latency = |call: &Scenario| {
        let analysis = analysed::file(call.pcap());
        let l = *analysis.connections[0].latency.value().unwrap();
        (l.round_trip_time.nanos() / 1_000_000, l.source, l.grade)
    };
    let mut one = Scenario::new();
    one.check(Side::A);
    assert_eq!(
        latency(&one),
        (20, LatencySource::IcePart, Grade::Excellent)
    );
    // The server never asks; its DTLS flight is answered after 25 ms.
    one.dtls_handshake();
    assert_eq!(
        latency(&one),
        (45, LatencySource::IceAndDtls, Grade::Excellent)
    );
    one.check(Side::B);
    assert_eq!(latency(&one), (40, LatencySource::Ice, Grade::Excellent));
}

#[test]
fn a_media_path_that_comes_back_is_still_one_stream() {
    let (a, b) = ("192.0.2.1:4000", "192.0.2.2:5000");
    let mut one = call(Agents::number(11), a, b, 10);
    for (n, other) in [(0, true), (1, false), (2, true)] {
        if other {
            one.move_to(at("192.0.2.1:4002"), at("192.0.2.2:5002"));
            one.check(Side::A).check(Side::B);
        } else {
            one.move_to(at(a), at(b));
        }
        one.rtp(
            Side::A,
            &Media::audio(10),
            (1_050 + 50 * n)..(1_100 + 50 * n),
        );
    }
    let analysis = analysed::file(one.pcap());
    let stream = &analysis.streams[0];
    let legs: Vec<_> = stream.legs.iter().map(|l| l.packets).collect();
    assert_eq!(
        (stream.packets, stream.lost, legs),
        (200, 0, vec![100, 100])
    );
}
