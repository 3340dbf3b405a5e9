//! Calls over TCP: ICE-TCP and TURN over TCP give what the same call over UDP gives.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod analysed;
mod kit;

use kit::connection::Connection;
use kit::net::UdpPath;
use kit::scenario::{Media, Scenario, Side};
use kit::shared::shared;
use kit::tunnel::Tunnel;
use rtcscope::analysis::model::Protocols;
use rtcscope::analysis::{Analysis, Options};
use rtcscope::net::Protocol;
use std::collections::BTreeMap;
use std::net::SocketAddr;

type Frames = Vec<(u64, Vec<u8>)>;

const A: ([u8; 4], u16) = ([192, 0, 2, 1], 9);
const B: ([u8; 4], u16) = ([192, 0, 2, 2], 50_000);

/// A call over UDP, with ports that ICE-TCP might have.
fn call() -> Scenario {
    let mut call = Scenario::between(SocketAddr::from(A), SocketAddr::from(B));
    call.check(Side::A)
        .check(Side::B)
        .dtls_handshake()
        .rtp(Side::A, &Media::audio(1), (0..40).chain(42..90))
        .rtp(Side::B, &Media::audio(2), 100..140)
        .check(Side::A);
    call
}

/// The same datagrams over one TCP connection, each made a frame by `framed`, in segments of `size`
/// bytes.
fn over_tcp(call: &Scenario, framed: impl Fn(&[u8]) -> Vec<u8>, size: usize) -> Frames {
    let path = UdpPath::new(SocketAddr::from(A), SocketAddr::from(B));
    let mut connection = Connection::open(path, call.frames()[0].0 - 1_000_000);
    for (ns, frame) in call.frames() {
        let side = if frame[29] == 1 { Side::A } else { Side::B };
        connection.send(side, *ns, &framed(&frame[42..]), size);
    }
    std::mem::take(connection.frames())
}

fn prefixed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

/// In ChannelData, unless it is STUN, which TURN's own messages are.
fn channelled(message: &[u8]) -> Vec<u8> {
    if message[0] < 4 {
        return message.to_vec();
    }
    let mut out = vec![0x40, 0x07];
    out.extend((message.len() as u16).to_be_bytes());
    out.extend(message);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

/// What must not depend on the transport; times are compared by the caller.
fn streams(analysis: &Analysis) -> Vec<String> {
    let stream = |s: &rtcscope::analysis::model::Stream| {
        format!("{} {} {} {}", s.path.src, s.ssrc, s.packets, s.lost)
    };
    analysis.streams.iter().map(stream).collect()
}

/// What the packets carry, but for how they were carried.
fn contents(analysis: &Analysis) -> Protocols {
    Protocols {
        tcp: 0,
        tunnel: 0,
        turn_channel_data: 0,
        ..analysis.protocols
    }
}

#[test]
fn ice_tcp_in_any_segments_is_the_call() {
    let udp = analysed::frames(call().frames());
    for size in [1, 7, 60, 94, 1448] {
        let frames = over_tcp(&call(), prefixed, size);
        let tcp = analysed::frames(&frames);
        assert_eq!(streams(&tcp), streams(&udp), "{size}");
        assert_eq!(contents(&tcp), contents(&udp), "{size}");
        assert_eq!(tcp.connections.len(), 1);
        let connection = &tcp.connections[0];
        assert_eq!(connection.transports.len(), 1);
        assert_eq!(connection.transports[0].protocol, Protocol::Tcp);
        assert_eq!(connection.state, udp.connections[0].state);
        assert!(
            tcp.capture.problems.is_empty(),
            "{:?}",
            tcp.capture.problems
        );
        // Half of the segments are acknowledgments, and three open the connection.
        assert_eq!(tcp.protocols.tcp, (frames.len() as u64 - 3) / 2 + 3);
        // From the first message on, every segment belongs to the transport.
        let begun = tcp.packets.iter().skip_while(|(_, r)| r.transport != 0);
        let begun: Vec<_> = begun.collect();
        assert!(
            begun.len() > frames.len() * 8 / 10,
            "{size}: {} of {}",
            begun.len(),
            frames.len()
        );
        for (no, row) in begun {
            assert_eq!(row.transport, 0, "{no}");
        }
    }
}

#[test]
fn segments_out_of_order_cost_nothing() {
    let udp = analysed::frames(call().frames());
    let mut frames = over_tcp(&call(), prefixed, 100);
    // Of every four packets the second pair comes first, as a network card may have it.
    for four in frames[3..].chunks_exact_mut(4) {
        let times: Vec<_> = four.iter().map(|(ns, _)| *ns).collect();
        four.swap(0, 2);
        for ((ns, _), time) in four.iter_mut().zip(times) {
            *ns = time;
        }
    }
    // And some of them once more.
    for at in (20..frames.len()).step_by(17) {
        let again = (frames[at].0, frames[at - 9].1.clone());
        frames.insert(at, again);
    }
    let tcp = analysed::frames(&frames);
    assert_eq!(streams(&tcp), streams(&udp));
    assert_eq!(contents(&tcp), contents(&udp));
    assert!(
        tcp.capture.problems.is_empty(),
        "{:?}",
        tcp.capture.problems
    );
}

#[test]
fn a_segment_that_the_capture_lacks_costs_its_messages_only() {
    let udp = analysed::frames(call().frames());
    let mut frames = over_tcp(&call(), prefixed, 1448);
    let lost = frames.len() / 2;
    let lost = (lost..).find(|at| frames[*at].1.len() > 100).unwrap();
    frames.remove(lost);
    let tcp = analysed::frames(&frames);
    assert_eq!(tcp.protocols.rtp, udp.protocols.rtp - 1);
    assert_eq!(tcp.protocols.stun, udp.protocols.stun);
    let problems = &tcp.capture.problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].problem.code, "tcp-gap");
    // After the lost segment comes its acknowledgment, and then the one that shows the gap.
    assert_eq!(problems[0].problem.packet, Some(lost as u64 + 2));
}

#[test]
fn turn_over_tcp_is_opened() {
    let udp = analysed::frames(call().frames());
    for size in [3, 111, 1448] {
        let tcp = analysed::frames(&over_tcp(&call(), channelled, size));
        assert_eq!(contents(&tcp).rtp, udp.protocols.rtp, "{size}");
        assert_eq!(contents(&tcp).dtls, udp.protocols.dtls);
        assert_eq!(contents(&tcp).stun, udp.protocols.stun);
        let wrapped = udp.protocols.rtp + udp.protocols.dtls;
        assert_eq!(tcp.protocols.turn_channel_data, wrapped);
        assert_eq!(streams(&tcp), streams(&udp));
    }
}

#[test]
fn ice_tcp_inside_tunnels() {
    let frames = over_tcp(&call(), prefixed, 500);
    let plain = analysed::frames(&frames);
    for tunnel in Tunnel::ALL {
        let wrap = |(ns, frame): &(u64, Vec<u8>)| (*ns, tunnel.wrap(frame));
        let found = analysed::frames(&frames.iter().map(wrap).collect::<Vec<_>>());
        assert_eq!(streams(&found), streams(&plain), "{tunnel:?}");
        assert_eq!(contents(&found), contents(&plain), "{tunnel:?}");
    }
}

/// Recorded calls, each pair of addresses made one TCP connection: the counts stay what they were.
#[test]
fn recorded_calls_moved_to_tcp_count_the_same() {
    let Some(captures) = shared("captures") else {
        return;
    };
    for name in [
        "cc-vp8-clean",
        "turn-udp",
        "janus-echotest",
        "cc-dtls-in-stun",
    ] {
        let file = captures.join(name).join("capture.pcapng");
        let udp = rtcscope::analyze(&file, &Options::default()).unwrap();
        let mut packets: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut capture = rtcscope::capture::Capture::open(&file).unwrap();
        let mut decoder = rtcscope::net::Decoder::new();
        while let Some(frame) = capture.next_frame() {
            if let rtcscope::net::Decoded::Udp(d) = decoder.decode(&frame) {
                let (path, reverse) = d.path.canonical();
                let packet = (d.ts.nanos() as u64, reverse, d.payload.to_vec());
                packets.entry(path).or_default().push(packet);
            }
        }
        let mut frames = Frames::new();
        for (path, packets) in packets {
            let [a, b] = [path.src, path.dst].map(|e| SocketAddr::new(e.ip(), e.port()));
            let mut connection = Connection::open(UdpPath::new(a, b), packets[0].0 - 1_000_000);
            // TURN's methods and channels need no length before them.
            let turn = |data: &[u8]| matches!(data, [0, 2..=9, ..] | [0x40..=0x4f, ..]);
            let turn = packets.iter().any(|(.., data)| turn(data));
            for (ns, reverse, data) in packets {
                let side = if reverse { Side::B } else { Side::A };
                let mut framed = if turn { data } else { prefixed(&data) };
                if turn {
                    framed.resize(framed.len().next_multiple_of(4), 0);
                }
                connection.send(side, ns, &framed, 701);
            }
            frames.append(connection.frames());
        }
        frames.sort_by_key(|(ns, _)| *ns);
        let tcp = analysed::frames(&frames);
        let counts = |analysis: &Analysis| Protocols {
            tcp: 0,
            icmp: 0,
            other: 0,
            ..analysis.protocols
        };
        assert_eq!(counts(&tcp), counts(&udp), "{name}");
        assert_eq!(tcp.connections.len(), udp.connections.len(), "{name}");
    }
}

/// tshark finds STUN in 31 segments of this; two of them hold two messages, and three messages are
/// Send indications with a check in them.
#[test]
fn recorded_stun_over_tcp_is_counted_as_tshark_counts_it() {
    let Some(corpus) = shared("corpus/captures") else {
        return;
    };
    let file = corpus.join("nDPI/stun.pcap");
    let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
    let over_tcp: u64 = analysis
        .connections
        .iter()
        .flat_map(|c| &c.transports)
        .filter(|t| t.protocol == Protocol::Tcp)
        .map(|t| t.protocols.stun)
        .sum();
    assert_eq!(over_tcp, 31 + 2 + 3);
}
