//! SCTP in clear: recordings with an independent decode, what two agents may send, and what others
//! send that is not theirs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::net::{UdpPath, ip_frame, udp_frame};
use kit::prng::Prng;
use kit::sctp::{self, End};
use kit::shared::{files_below, recording_folders, shared};
use kit::stun::{self, Check};
use kit::writer::{Format, Writer};
use rtcscope::analysis::model::{ChannelState, Connection, ConnectionState, DataChannel, Sctp};
use rtcscope::analysis::{Analysis, Analyzer, Known, Options, Unknown};
use rtcscope::capture::Capture;
use rtcscope::net::Protocol;
use rtcscope::proto::sctp::{ChunkValue, Dcep, SctpPacket};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

const MS: u64 = 1_000_000;

/// A capture with the packets that a test sends, 10 ms apart.
struct Wire {
    frames: Vec<(u64, Vec<u8>)>,
    path: UdpPath,
    prng: Prng,
}

impl Wire {
    fn new() -> Self {
        let a: SocketAddr = "192.0.2.1:40000".parse().unwrap();
        let b: SocketAddr = "192.0.2.2:50000".parse().unwrap();
        Self {
            frames: Vec::new(),
            path: UdpPath::new(a, b),
            prng: Prng::new(7),
        }
    }

    fn at(&self) -> u64 {
        (100 + self.frames.len() as u64 * 10) * MS
    }

    /// `from_a` sends a datagram.
    fn udp(&mut self, from_a: bool, payload: &[u8]) {
        let path = if from_a {
            self.path
        } else {
            self.path.reversed()
        };
        let mut frame = Vec::new();
        udp_frame(&mut frame, &path, payload);
        self.frames.push((self.at(), frame));
    }

    /// `from_a` sends an IP packet of SCTP.
    fn ip(&mut self, from_a: bool, payload: &[u8]) {
        let path = if from_a {
            self.path
        } else {
            self.path.reversed()
        };
        let mut frame = Vec::new();
        ip_frame(&mut frame, path.src.ip(), path.dst.ip(), 132, payload);
        self.frames.push((self.at(), frame));
    }

    /// A check and its answer: the path is ICE's.
    fn check(&mut self) {
        let transaction = *b"transaction1";
        let check = Check {
            transaction,
            username: "bbbb:aaaa",
            controlling: true,
            nominate: true,
            tie_breaker: 0x1234_5678_9abc_def0,
            priority: 1,
        };
        let mut message = Vec::new();
        stun::request(&mut message, &check, &mut self.prng);
        self.udp(true, &message);
        stun::success(&mut message, transaction, self.path.src, &mut self.prng);
        self.udp(false, &message);
    }

    fn analyze(&self) -> Analysis {
        let mut writer = Writer::new(Vec::new(), Format::Pcap).unwrap();
        for (ns, frame) in &self.frames {
            writer.packet(*ns, frame).unwrap();
        }
        analysed::file(writer.finish().unwrap())
    }
}

fn sctp_of(c: &Connection) -> &Sctp {
    c.sctp.value().unwrap()
}

fn channels_of(c: &Connection) -> &[DataChannel] {
    c.data_channels.value().unwrap()
}

/// The whole life of an association with two channels, as (from A, packet).
fn life() -> Vec<(bool, Vec<u8>)> {
    let (a, b) = End::pair();
    vec![
        (true, a.init_packet(100)),
        (false, b.init_packet(500)),
        (false, b.packet(&[b.init(2, 500)])),
        (true, a.packet(&[a.init(2, 100)])),
        (true, a.packet(&[sctp::cookie_echo()])),
        (false, b.packet(&[sctp::cookie_ack()])),
        (
            true,
            a.packet(&[
                sctp::open(100, 1, 0, 0, "chat"),
                sctp::open(101, 3, 0x81, 2, "lo\x1bse"),
            ]),
        ),
        (
            false,
            b.packet(&[
                sctp::sack(101, 9000, &[]),
                sctp::open_ack(500, 1),
                sctp::open_ack(501, 3),
            ]),
        ),
        // A message in two fragments, the second of which comes twice.
        (true, a.packet(&[sctp::data(102, 1, 51, 2, b"hello ")])),
        (true, a.packet(&[sctp::data(103, 1, 51, 1, b"world")])),
        (true, a.packet(&[sctp::data(103, 1, 51, 1, b"world")])),
        (
            false,
            b.packet(&[sctp::sack(103, 8000, &[]), sctp::data(502, 1, 57, 3, &[0])]),
        ),
        // 104 is lost before the point of capture.
        (true, a.packet(&[sctp::data(105, 3, 53, 7, &[1, 2, 3])])),
        (false, b.packet(&[sctp::sack(103, 8500, &[(2, 2)])])),
        (true, a.packet(&[sctp::reset(7, 105, &[1])])),
        (false, b.packet(&[sctp::reset(9, 502, &[1])])),
        (true, a.packet(&[sctp::abort(12, "Close called")])),
    ]
}

fn check_life(c: &Connection) {
    let sctp = sctp_of(c);
    let names: Vec<&str> = c.events.iter().map(|e| e.kind.name()).collect();
    let of_sctp: Vec<&str> = names
        .iter()
        .copied()
        .filter(|n| n.starts_with("sctp") || n.starts_with("channel"))
        .collect();
    assert_eq!(
        of_sctp,
        [
            "sctp-init",
            "sctp-init",
            "sctp-established",
            "channel-opened",
            "channel-opened",
            "channel-acknowledged",
            "channel-acknowledged",
            "channel-closing",
            "channel-closed",
            "sctp-aborted"
        ]
    );
    assert_eq!(c.state, ConnectionState::Closed, "{:?}", c.stopped);
    assert_eq!(sctp.phase.name(), "aborted");
    assert_eq!(sctp.associations, 1);
    let abort = sctp.abort.as_ref().unwrap();
    assert_eq!(abort.cause, "user-initiated abort: Close called");
    assert_eq!(sctp.handshake_duration.value().unwrap().seconds(), 0.05);
    let (a, b) = (&sctp.sides.a, &sctp.sides.b);
    assert_eq!((a.data_chunks, a.retransmitted, a.missing), (6, 1, 1));
    assert_eq!((b.data_chunks, b.retransmitted, b.missing), (3, 0, 0));
    assert_eq!((b.sacks, b.gap_reports), (3, 1));
    assert_eq!(b.receiver_window, Known::Yes((8000, 8500)));
    let init = a.init.value().unwrap();
    assert_eq!(init.extensions, ["RE-CONFIG", "FORWARD-TSN"]);
    assert!(init.forward_tsn && !init.zero_checksum);
    // 102 was acknowledged; 103 was sent twice, so that nobody knows which copy was.
    let time = a.acknowledgement_time.value().unwrap();
    assert_eq!((time.samples, time.max.seconds()), (3, 0.03));
    let again = a.retransmissions.value().unwrap();
    assert_eq!((again.fast, again.timeout, again.needless), (0, 1, 0));
    let [chat, loose] = channels_of(c) else {
        panic!("{:?}", c.data_channels);
    };
    assert_eq!(chat.label.value().unwrap(), "chat");
    assert_eq!(chat.state, ChannelState::Closed);
    assert_eq!(chat.ordered, Known::Yes(true));
    assert_eq!((chat.sent.a.messages, chat.sent.a.bytes), (1, 11));
    assert_eq!((chat.sent.b.messages, chat.sent.b.bytes), (1, 0), "empty");
    assert_eq!(loose.label.value().unwrap(), "lo\\u{1b}se");
    assert_eq!(loose.max_retransmits, Known::Yes(Some(2)));
    assert_eq!(loose.ordered, Known::Yes(false));
    assert_eq!((loose.sent.a.messages, loose.sent.a.strings), (1, 0));
}

#[test]
fn an_association_without_dtls_belongs_to_its_ice_path() {
    let mut wire = Wire::new();
    wire.check();
    for (from_a, packet) in life() {
        wire.udp(from_a, &packet);
    }
    let analysis = wire.analyze();
    assert_eq!(analysis.protocols.sctp, life().len() as u64);
    assert_eq!(analysis.protocols.stun, 2);
    assert!(
        analysis.capture.problems.is_empty(),
        "{:?}",
        analysis.capture.problems
    );
    let [c] = &analysis.connections[..] else {
        panic!()
    };
    assert!(c.ice.is_some() && c.dtls.is_none());
    check_life(c);
    let address = sctp_of(c).sides.a.address.value().unwrap();
    assert_eq!(address.to_string(), "192.0.2.1:40000");
}

#[test]
fn data_channels_make_a_connection_on_any_way() {
    for native in [true, false] {
        let mut wire = Wire::new();
        for (from_a, packet) in life() {
            match native {
                true => wire.ip(from_a, &packet),
                false => wire.udp(from_a, &packet),
            }
        }
        let analysis = wire.analyze();
        let [c] = &analysis.connections[..] else {
            panic!()
        };
        let protocol = if native {
            Protocol::Sctp
        } else {
            Protocol::Udp
        };
        assert_eq!(c.transports[0].protocol, protocol);
        check_life(c);
    }
}

#[test]
fn the_same_tags_between_other_hosts_are_another_association() {
    let mut wire = Wire::new();
    for hosts in [["192.0.2.1", "192.0.2.2"], ["198.51.100.1", "198.51.100.2"]] {
        let [a, b] = hosts.map(|ip| format!("{ip}:40000").parse().unwrap());
        wire.path = UdpPath::new(a, b);
        for (from_a, packet) in life() {
            wire.udp(from_a, &packet);
        }
    }
    let analysis = wire.analyze();
    let [first, second] = &analysis.connections[..] else {
        panic!("{}", analysis.connections.len())
    };
    check_life(first);
    check_life(second);
}

#[test]
fn an_association_goes_on_over_another_address_family_where_both_paths_are_of_ice() {
    for by_ice in [true, false] {
        let mut wire = Wire::new();
        for (i, (from_a, packet)) in life().into_iter().enumerate() {
            if i == 12 {
                let [a, b] = ["[2001:db8::1]:40000", "[2001:db8::2]:50000"];
                wire.path = UdpPath::new(a.parse().unwrap(), b.parse().unwrap());
            }
            if by_ice && (i == 0 || i == 12) {
                wire.check();
            }
            wire.udp(from_a, &packet);
        }
        let analysis = wire.analyze();
        match (&analysis.connections[..], by_ice) {
            ([c], true) => {
                let sctp = sctp_of(c);
                assert_eq!(sctp.associations, 1);
                assert_eq!((sctp.packets, c.transports.len()), (17, 2));
                assert_eq!(sctp.sides.a.retransmitted, 1);
            }
            ([_, _], false) => {}
            (connections, _) => panic!("{}", connections.len()),
        }
    }
}

#[test]
fn data_after_the_cookie_tell_that_it_was_acknowledged() {
    for rides in [true, false] {
        let (a, _) = End::pair();
        let mut wire = Wire::new();
        wire.check();
        wire.udp(true, &a.init_packet(100));
        let data = sctp::data(100, 1, 51, 3, b"hello");
        match rides {
            true => wire.udp(true, &a.packet(&[sctp::cookie_echo(), data])),
            false => {
                wire.udp(true, &a.packet(&[sctp::cookie_echo()]));
                wire.udp(true, &a.packet(&[data]));
            }
        }
        let analysis = wire.analyze();
        let sctp = sctp_of(&analysis.connections[0]);
        let phase = if rides {
            "cookie unanswered"
        } else {
            "established"
        };
        assert_eq!(sctp.phase.name(), phase);
        assert!(sctp.handshake_duration.value().is_none());
    }
}

#[test]
fn packets_without_checksum_are_believed_on_a_proven_path_only() {
    for proven in [true, false] {
        let mut wire = Wire::new();
        if proven {
            wire.check();
        }
        for (from_a, packet) in life() {
            wire.udp(from_a, &sctp::without_checksum(packet));
        }
        let analysis = wire.analyze();
        let expected = if proven { life().len() as u64 } else { 0 };
        assert_eq!(analysis.protocols.sctp, expected);
        assert_eq!(analysis.connections.len(), usize::from(proven));
        if proven {
            let sctp = sctp_of(&analysis.connections[0]);
            assert_eq!((sctp.checksum_zero, sctp.checksum_correct), (expected, 0));
        }
    }
    let mut wire = Wire::new();
    wire.check();
    for (from_a, mut packet) in life() {
        packet[9] ^= 1;
        wire.udp(from_a, &packet);
    }
    let analysis = wire.analyze();
    assert_eq!(
        (analysis.protocols.sctp, analysis.protocols.other),
        (0, life().len() as u64)
    );
}

#[test]
fn the_port_of_udp_encapsulation_may_look_like_rtp() {
    let (mut a, _) = End::pair();
    a.port = 40_000; // 0x9c40: version 2, and a marker bit.
    let b = a.other();
    let mut packets: Vec<_> = (0..50)
        .map(|i| (true, a.packet(&[sctp::data(i, 1, 51, 3, b"abc")])))
        .collect();
    packets.push((false, b.packet(&[sctp::sack(49, 1000, &[])])));
    for port in [9899, 9898] {
        let mut wire = Wire::new();
        wire.path.dst.set_port(port);
        for (from_a, packet) in &packets {
            wire.udp(*from_a, packet);
        }
        let analysis = wire.analyze();
        assert!(analysis.streams.is_empty());
        if port == 9899 {
            assert_eq!(analysis.protocols.sctp, 51);
            let sent = channels_of(&analysis.connections[0])[0].sent;
            assert_eq!((sent.a.messages, sent.b.messages), (50, 0));
        }
    }
}

#[test]
fn telephony_signalling_is_counted_and_no_connection() {
    let (a, b) = End::pair();
    let mut wire = Wire::new();
    wire.ip(true, &a.init_packet(1));
    wire.ip(false, &b.packet(&[b.init(2, 9)]));
    for tsn in 1..20 {
        // M3UA, S1AP, Diameter.
        for (n, protocol) in [3, 18, 46].into_iter().enumerate() {
            let tsn = tsn * 3 + n as u32;
            wire.ip(
                true,
                &a.packet(&[sctp::data(tsn, 0, protocol, 3, &[1; 40])]),
            );
        }
    }
    let analysis = wire.analyze();
    assert!(analysis.connections.is_empty());
    assert_eq!((analysis.protocols.sctp, analysis.protocols.other), (59, 0));
}

#[test]
fn fragments_of_i_data_are_one_message_and_dcep_is_none() {
    let (a, _) = End::pair();
    let mut wire = Wire::new();
    let mut open = vec![3, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0, 0];
    open.extend(b"chat");
    wire.udp(
        true,
        &a.packet(&[sctp::i_data(1, 1, 0, 50, 2, &open[..14])]),
    );
    wire.udp(true, &a.packet(&[sctp::i_data(2, 1, 0, 1, 1, &open[14..])]));
    wire.udp(true, &a.packet(&[sctp::i_data(3, 1, 1, 51, 2, b"one ")]));
    wire.udp(true, &a.packet(&[sctp::i_data(4, 1, 1, 1, 0, b"long ")]));
    wire.udp(true, &a.packet(&[sctp::i_data(5, 1, 1, 2, 1, b"message")]));
    wire.udp(
        true,
        &a.packet(&[sctp::i_data(6, 9, 0, 53, 7, b"negotiated")]),
    );
    let analysis = wire.analyze();
    let [chat, other] = channels_of(&analysis.connections[0]) else {
        panic!()
    };
    assert_eq!(
        chat.label.value().unwrap(),
        "ch",
        "what the first fragment has"
    );
    assert_eq!(
        (chat.sent.a.messages, chat.sent.a.strings, chat.sent.a.bytes),
        (1, 1, 16)
    );
    assert_eq!(other.label, Known::No(Unknown::NoOpen));
    assert_eq!((other.ordered, other.sent.a.bytes), (Known::Yes(false), 10));
}

#[test]
fn an_association_lives_on_over_another_path_and_copies_are_not_retransmissions() {
    let packets = life();
    let mut wire = Wire::new();
    wire.check();
    for (from_a, packet) in &packets[..8] {
        wire.udp(*from_a, packet);
    }
    // The next packet comes by again on another leg 10 ms later, then all goes on there.
    wire.udp(true, &packets[8].1);
    wire.path.src.set_port(41_000);
    wire.check();
    wire.udp(true, &packets[8].1);
    for (from_a, packet) in &packets[9..] {
        wire.udp(*from_a, packet);
    }
    let analysis = wire.analyze();
    let [c] = &analysis.connections[..] else {
        panic!("{}", analysis.connections.len())
    };
    assert_eq!(c.transports.len(), 2);
    let sctp = sctp_of(c);
    assert_eq!((sctp.associations, sctp.copies), (1, 1));
    assert_eq!(
        (sctp.sides.a.data_chunks, sctp.sides.a.retransmitted),
        (6, 1)
    );
    assert_eq!(channels_of(c).len(), 2);
}

#[test]
fn a_peer_that_begins_anew_makes_another_association() {
    let (a, b) = End::pair();
    let mut wire = Wire::new();
    wire.check();
    for (from_a, packet) in &life()[..12] {
        wire.udp(*from_a, packet);
    }
    let again = End {
        own_tag: 0xaaaa_0009,
        ..a
    };
    wire.udp(true, &again.init_packet(7000));
    let answer = End {
        own_tag: 0xbbbb_0009,
        peer_tag: 0xaaaa_0009,
        ..b
    };
    wire.udp(false, &answer.packet(&[answer.init(2, 9000)]));
    let analysis = wire.analyze();
    let sctp = sctp_of(&analysis.connections[0]);
    assert_eq!((sctp.associations, sctp.phase.name()), (2, "established"));
    assert_eq!(sctp.sides.a.missing, 0);
}

#[test]
fn where_it_stops_is_said() {
    let (a, b) = End::pair();
    let mut wire = Wire::new();
    wire.check();
    for _ in 0..3 {
        wire.udp(true, &a.init_packet(100));
    }
    let c = &wire.analyze().connections[0];
    assert_eq!(sctp_of(c).phase.name(), "init unanswered");
    assert_eq!(
        c.stopped.as_deref(),
        Some("not up yet when the capture ends, still at SCTP: init unanswered")
    );
    wire.udp(false, &b.packet(&[b.init(2, 500)]));
    assert_eq!(
        sctp_of(&wire.analyze().connections[0]).phase.name(),
        "cookie not echoed"
    );
    wire.udp(true, &a.packet(&[sctp::cookie_echo()]));
    assert_eq!(
        sctp_of(&wire.analyze().connections[0]).phase.name(),
        "cookie unanswered"
    );
    wire.udp(false, &b.packet(&[sctp::abort(3, "\0\0\0\x01")]));
    let c = &wire.analyze().connections[0];
    assert_eq!(c.state, ConnectionState::Failed);
    let words = "stopped by an SCTP ABORT: stale cookie: 1 µs too late";
    assert_eq!(c.stopped.as_deref(), Some(words));
}

/// What floods in from one host must neither fill the memory nor take long.
#[test]
fn floods_are_bounded_and_said() {
    let (a, _) = End::pair();
    let mut wire = Wire::new();
    wire.check();
    for n in 1..3000u32 {
        let end = End {
            own_tag: n,
            peer_tag: n + 10_000,
            port: 1 + (n % 60_000) as u16,
            ..a
        };
        wire.udp(true, &end.init_packet(n));
    }
    let analysis = wire.analyze();
    let problem = |code: &str| {
        let found = analysis
            .capture
            .problems
            .iter()
            .find(|p| p.problem.code == code);
        found.map(|p| (p.count, p.problem.packet))
    };
    assert_eq!(
        problem("too-many-associations"),
        Some((2999 - 1024, Some(1027)))
    );

    let mut wire = Wire::new();
    for n in 0..3000u32 {
        let label = "x".repeat(1000);
        let open = sctp::open(n * 2, (n % 65_536) as u16, 0, 0, &label);
        wire.udp(true, &a.packet(&[open, sctp::reset(n, 0, &[])]));
    }
    // A chunk whose lengths lie, with the right checksum.
    let mut lies = sctp::data(9000, 1, 51, 3, b"abcd");
    lies.truncate(12);
    lies[3] = 12;
    wire.udp(true, &a.packet(&[lies]));
    let analysis = wire.analyze();
    let c = &analysis.connections[0];
    assert_eq!(channels_of(c).len(), 1024);
    assert!(channels_of(c)[0].label.value().unwrap().len() < 300);
    let problems = &analysis.capture.problems;
    let trouble = problems
        .iter()
        .find(|p| p.problem.code == "malformed-sctp")
        .unwrap();
    assert_eq!(trouble.count, 3000 - 1024 + 1);
    assert_eq!(trouble.problem.packet, Some(1025));
    assert_eq!(sctp_of(c).sides.a.missing, 2999, "every second TSN");
}

// ---- recordings ----

fn captures() -> Vec<PathBuf> {
    let all = recording_folders();
    let mut found = all.clone();
    found.retain(|f| f.join("decrypted-sctp.pcap").exists());
    assert!(all.is_empty() || found.len() >= 5, "{}", found.len());
    found
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What an independent implementation found in the same packets.
#[test]
fn decrypted_recordings_are_counted_as_verified() {
    for folder in captures() {
        let file = folder.join("decrypted-sctp.pcap");
        let verify = json_of(&folder.join("verify.json"));
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        let name = folder.display();
        assert_eq!(
            json!(analysis.protocols.sctp),
            verify["counts"]["sctp_packets"],
            "{name}"
        );
        assert!(analysis.capture.problems.is_empty(), "{name}");
        let [c] = &analysis.connections[..] else {
            panic!("{name}")
        };
        let sctp = sctp_of(c);
        assert_eq!(sctp.associations, 1, "{name}");
        assert_eq!(sctp.checksum_wrong, 0, "{name}");
        let chunks: BTreeMap<String, u64> = sctp
            .chunks
            .iter()
            .map(|c| (c.name.replace(' ', "_"), c.count))
            .collect();
        assert_eq!(json!(chunks), verify["sctp_chunks"], "{name}");
        let protocols: BTreeMap<String, u64> = sctp
            .protocols
            .iter()
            .map(|p| (p.id.to_string(), p.count))
            .collect();
        assert_eq!(json!(protocols), verify["ppids"], "{name}");
        let (inits, dcep) = messages(&file);
        let no_inits = json!([]);
        let verified = verify.get("sctp_init").unwrap_or(&no_inits);
        assert_eq!(json!(inits), *verified, "{name}");
        assert_eq!(json!(dcep), verify["dcep"], "{name}");
        let opens = dcep.iter().filter(|m| m[0] == "OPEN").count();
        let labels = channels_of(c).iter().filter(|c| c.label.value().is_some());
        assert_eq!(labels.count(), opens, "{name}");
        assert_eq!(c.state, ConnectionState::Closed, "{name}");
    }
}

/// INIT chunks and DCEP messages of a capture in the words of verify.json.
fn messages(file: &Path) -> (Vec<Value>, Vec<Value>) {
    let mut capture = Capture::open(file).unwrap();
    let (mut inits, mut dcep) = (Vec::new(), Vec::new());
    while let Some(frame) = capture.next_frame() {
        let packet = SctpPacket::parse(frame.data).unwrap();
        for chunk in packet.chunks().map(Result::unwrap) {
            match chunk.value().unwrap() {
                ChunkValue::Init(init) => {
                    let params = init.parameters.map(|p| format!("0x{:x}", p.unwrap().kind));
                    inits.push(json!({
                        "type": if chunk.chunk_type == 1 { "INIT" } else { "INIT_ACK" },
                        "out": init.outbound_streams,
                        "in": init.inbound_streams,
                        "params": params.collect::<Vec<_>>(),
                    }));
                }
                ChunkValue::Data(data) if data.protocol == Some(50) => {
                    match Dcep::parse(data.payload, 0).unwrap().value {
                        Dcep::Ack => dcep.push(json!(["ACK"])),
                        Dcep::Open(open) => dcep.push(json!([
                            "OPEN",
                            format!("0x{:x}", open.channel_type),
                            [
                                u32::from(open.priority),
                                open.reliability_parameter,
                                open.label.len() as u32,
                                open.protocol.len() as u32
                            ],
                            String::from_utf8_lossy(open.label),
                            String::from_utf8_lossy(open.protocol),
                        ])),
                    }
                }
                _ => {}
            }
        }
    }
    (inits, dcep)
}

/// What the browsers' getStats() says of the same channels, where it was asked when all was quiet.
#[test]
fn channels_carry_what_the_browsers_say() {
    let mut compared = 0;
    for folder in captures() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        if !["cc-data-only", "janus-echotest"].contains(&name) {
            continue;
        }
        let file = folder.join("decrypted-sctp.pcap");
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        let mut stats = Vec::new();
        find_channels(&json_of(&folder.join("stats-a.json")), &mut stats);
        for theirs in stats {
            let id = theirs["dataChannelIdentifier"].as_u64().unwrap();
            let channels = channels_of(&analysis.connections[0]);
            let ours = channels.iter().find(|c| u64::from(c.stream) == id).unwrap();
            let is_reliable = [&ours.max_retransmits, &ours.max_packet_life_time]
                .iter()
                .all(|limit| limit.value().copied().flatten().is_none());
            if is_reliable {
                let counts = [
                    ("messagesSent", ours.sent.a.messages),
                    ("bytesSent", ours.sent.a.bytes),
                    ("messagesReceived", ours.sent.b.messages),
                    ("bytesReceived", ours.sent.b.bytes),
                ];
                for (field, count) in counts {
                    assert_eq!(theirs[field].as_u64(), Some(count), "{name} {id} {field}");
                }
                compared += 1;
            }
        }
    }
    assert!(compared >= 3 || captures().is_empty(), "{compared}");
}

fn find_channels(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(fields) if fields.get("type") == Some(&json!("data-channel")) => {
            found.push(value.clone());
        }
        Value::Object(fields) => fields.values().for_each(|v| find_channels(v, found)),
        Value::Array(items) => items.iter().for_each(|v| find_channels(v, found)),
        _ => {}
    }
}

/// Chunk types in public captures, as tshark counts them.
#[test]
fn public_captures_hold_the_chunks_that_tshark_finds() {
    let Some(corpus) = shared("corpus/captures") else {
        return;
    };
    if Command::new("tshark").arg("-v").output().is_err() {
        eprintln!("skipped: tshark is not here");
        return;
    }
    for name in [
        "arkime/sctp-www.pcap",
        "nDPI/sctp.cap",
        "PcapPlusPlus/ip-frag.pcap",
        "suricata-verify/sctp-keywords-prefilter/input.pcap",
        "suricata-verify/decode-sctp-01/input.pcap",
    ] {
        let file = corpus.join(name);
        let theirs = Command::new("tshark")
            .args([
                "-r",
                file.to_str().unwrap(),
                "-Y",
                "sctp && !icmp",
                "-T",
                "fields",
            ])
            .args(["-e", "sctp.chunk_type"])
            .output()
            .unwrap();
        let mut theirs_by_type: BTreeMap<u8, u64> = BTreeMap::new();
        let text = String::from_utf8(theirs.stdout).unwrap();
        for chunk in text.split([',', '\n']).filter(|c| !c.is_empty()) {
            *theirs_by_type.entry(chunk.parse().unwrap()).or_default() += 1;
        }
        let mut ours: BTreeMap<u8, u64> = BTreeMap::new();
        let mut capture = Capture::open(&file).unwrap();
        let mut decoder = rtcscope::net::Decoder::new();
        while let Some(frame) = capture.next_frame() {
            if let rtcscope::net::Decoded::Sctp(d) = decoder.decode(&frame) {
                let packet = SctpPacket::parse_cut(d.payload, d.missing).unwrap();
                for chunk in packet.chunks().map_while(Result::ok) {
                    *ours.entry(chunk.chunk_type).or_default() += 1;
                }
            }
        }
        assert_eq!(ours, theirs_by_type, "{name}");
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        assert!(analysis.protocols.sctp > 0, "{name}");
        let with_channels = analysis
            .connections
            .iter()
            .filter(|c| c.sctp.value().is_some());
        assert_eq!(with_channels.count(), 0, "{name} has no data channels");
    }
}

/// CAPWAP, games, VPNs: nothing in UDP of the public captures is SCTP.
#[test]
fn no_public_capture_has_sctp_in_udp() {
    let Some(corpus) = shared("corpus/captures") else {
        return;
    };
    let mut files = 0;
    for path in files_below(&corpus) {
        let size = path.metadata().unwrap().len();
        let Ok(mut capture) = Capture::open(&path) else {
            continue;
        };
        if size > 4_000_000 {
            continue;
        }
        files += 1;
        let mut decoder = rtcscope::net::Decoder::new();
        let mut native = 0;
        let mut analyzer = Analyzer::new(Options::default());
        while let Some(frame) = capture.next_frame() {
            let decoded = decoder.decode(&frame);
            native += u64::from(matches!(decoded, rtcscope::net::Decoded::Sctp(_)));
            analyzer.push(&frame);
        }
        let found = analyzer.finish().protocols.sctp;
        assert_eq!(found, native, "{}", path.display());
    }
    assert!(files > 100, "{files}");
}
