//! Messages of data channels: recordings with what browsers and Janus say of them, what a hostile
//! peer may send, and `rtcscope messages` as a user meets it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::net::{UdpPath, udp_frame};
use kit::prng::Prng;
use kit::sctp::{self, End};
use kit::shared::{recording_folders, shared};
use kit::writer::{Format, Writer};
use rtcscope::analysis::model::{GivenUp, Message, MessageKind, Side};
use rtcscope::analysis::{Analysis, Analyzer, FileFacts, Options};
use rtcscope::capture::Capture;
use rtcscope::keys::{KeyLog, Secrets};
use rtcscope::output::Presenter;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

/// The messages of a capture, and the analysis of the same pass.
fn read(capture: Capture) -> (Vec<Message>, Analysis) {
    read_with(capture, Arc::default())
}

fn read_with(mut capture: Capture, secrets: Arc<Secrets>) -> (Vec<Message>, Analysis) {
    let mut analyzer = Analyzer::new(Options {
        messages: true,
        secrets,
        ..Options::default()
    });
    let mut messages = Vec::new();
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
        messages.extend_from_slice(analyzer.messages());
    }
    messages.extend_from_slice(analyzer.last_messages());
    analyzer.describe_file(FileFacts::of(&capture));
    (messages, analyzer.finish())
}

fn decrypted() -> Vec<PathBuf> {
    let folders = recording_folders();
    let mut found: Vec<_> = folders
        .iter()
        .map(|f| f.join("decrypted-sctp.pcap"))
        .collect();
    found.retain(|file| file.exists());
    assert!(folders.is_empty() || found.len() >= 5, "{}", found.len());
    found
}

fn is_user(message: &&Message) -> bool {
    message.kind != MessageKind::Dcep
}

// ---- recordings ----

/// All that was sent comes out, whole, and as often as the analysis without payload counts it.
#[test]
fn recordings_give_every_message() {
    for file in decrypted() {
        let name = file.display();
        let (messages, analysis) = read(Capture::open(&file).unwrap());
        let [connection] = &analysis.connections[..] else {
            panic!("{name}")
        };
        for channel in connection.data_channels.value().unwrap() {
            for side in [Side::A, Side::B] {
                let sent = channel.sent.of(side);
                let of_side = |m: &&Message| m.stream == channel.stream && m.from == side;
                let ours: Vec<&Message> = messages.iter().filter(is_user).filter(of_side).collect();
                let bytes: usize = ours.iter().map(|m| m.bytes.len()).sum();
                assert_eq!(bytes as u64, sent.bytes, "{name} {}", channel.stream);
                let whole = ours.iter().filter(|m| m.whole.incomplete().is_none());
                assert!(whole.count() as u64 <= sent.messages, "{name}");
            }
        }
        let dcep: Vec<&Message> = messages.iter().filter(|m| !is_user(m)).collect();
        let verify: Value = json_of(&file.with_file_name("verify.json"));
        assert_eq!(
            dcep.len(),
            verify["dcep"].as_array().unwrap().len(),
            "{name}"
        );
        assert!(dcep.iter().all(|m| m.control.is_some()), "{name}");
        assert!(analysis.capture.problems.is_empty(), "{name}");
    }
}

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The channels of getStats(), by stream: messages and bytes that one end sent and received.
fn channel_stats(file: &Path) -> BTreeMap<u64, [u64; 4]> {
    fn find(value: &Value, found: &mut BTreeMap<u64, [u64; 4]>) {
        match value {
            Value::Object(fields) if fields.get("type") == Some(&json!("data-channel")) => {
                let fields = [
                    "messagesSent",
                    "bytesSent",
                    "messagesReceived",
                    "bytesReceived",
                ]
                .map(|field| value[field].as_u64().unwrap());
                found.insert(value["dataChannelIdentifier"].as_u64().unwrap(), fields);
            }
            Value::Object(fields) => fields.values().for_each(|v| find(v, found)),
            Value::Array(items) => items.iter().for_each(|v| find(v, found)),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    find(&json_of(file), &mut found);
    found
}

/// What the browsers' getStats() says, where it was asked when all was quiet: of reliable channels
/// all, of others what arrived and no more than what was sent.
#[test]
fn messages_are_those_of_the_browsers() {
    let mut compared = 0;
    for name in ["cc-data-only", "janus-echotest"] {
        let Some(folder) = shared(&format!("captures/{name}")) else {
            continue;
        };
        let (messages, analysis) =
            read(Capture::open(&folder.join("decrypted-sctp.pcap")).unwrap());
        let channels = analysis.connections[0].data_channels.value().unwrap();
        for (id, theirs) in channel_stats(&folder.join("stats-a.json")) {
            let channel = channels.iter().find(|c| u64::from(c.stream) == id).unwrap();
            let limits = [&channel.max_retransmits, &channel.max_packet_life_time];
            let is_reliable = limits
                .iter()
                .all(|l| l.value().copied().flatten().is_none());
            // The first packet of both is A's: the browser that getStats() was asked at.
            let count = |side: Side| {
                let on = |m: &&Message| u64::from(m.stream) == id && m.from == side;
                let all: Vec<&Message> = messages.iter().filter(is_user).filter(on).collect();
                let bytes: usize = all.iter().map(|m| m.bytes.len()).sum();
                (all.len() as u64, bytes as u64)
            };
            let ours = [count(Side::A), count(Side::B)];
            let [sent, sent_bytes, received, received_bytes] = theirs;
            if is_reliable {
                let theirs = [(sent, sent_bytes), (received, received_bytes)];
                assert_eq!(ours, theirs, "{name} {id}");
                assert!(messages.iter().all(|m| m.whole.incomplete().is_none()));
                compared += 1;
            } else {
                assert!(ours[0].0 <= sent && ours[0].1 <= sent_bytes, "{name} {id}");
            }
        }
    }
    assert!(compared >= 3 || shared("captures").is_none(), "{compared}");
}

/// The application of the recordings sent 60 000 bytes of which each says where it belongs.
#[test]
fn a_message_of_many_fragments_is_whole() {
    let Some(file) = shared("captures/cc-vp8-clean/decrypted-sctp.pcap") else {
        return;
    };
    let (messages, _) = read(Capture::open(&file).unwrap());
    let biggest = messages.iter().max_by_key(|m| m.bytes.len()).unwrap();
    let sent: Vec<u8> = (0..60_000u32).map(|i| (i * 7) as u8).collect();
    assert!(biggest.bytes == sent);
    assert_eq!(biggest.label.as_deref(), Some("chat"));
    assert!(biggest.last.0 > biggest.first.0 + 40);
}

/// Janus wrote what it received to a file, in clear.
#[test]
fn messages_are_those_that_janus_recorded() {
    let Some(folder) = shared("captures/janus-echotest") else {
        return;
    };
    let recording = std::fs::read(folder.join("rec-data.mjr")).unwrap();
    // A header, then frames of MEET, time, length, and of that 8 bytes of time before the content.
    let header = 10 + usize::from(u16::from_be_bytes([recording[8], recording[9]]));
    let mut at = header;
    let mut recorded: Vec<&[u8]> = Vec::new();
    while let Some(head) = recording.get(at..at + 10) {
        assert_eq!(&head[..4], b"MEET");
        let len = usize::from(u16::from_be_bytes([head[8], head[9]]));
        recorded.push(&recording[at + 18..at + 10 + len]);
        at += 10 + len;
    }
    let (messages, _) = read(Capture::open(&folder.join("decrypted-sctp.pcap")).unwrap());
    let sent = messages
        .iter()
        .filter(is_user)
        .filter(|m| m.from == Side::A);
    let sent: Vec<&[u8]> = sent.map(|m| &m.bytes[..]).collect();
    // The recording begins or ends where it was switched on and off.
    assert!(recorded.len() >= 5);
    assert!(
        sent.windows(recorded.len()).any(|w| w == recorded),
        "{} recorded, {} sent",
        recorded.len(),
        sent.len()
    );
}

/// Under DTLS, with the key log: all SCTP, and the messages that the decrypted packets hold.
#[test]
fn with_keys_the_messages_are_those_of_the_decrypted_packets() {
    let mut compared = 0;
    for folder in recording_folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (Ok(log), true) = (
            std::fs::read(folder.join("keylog.txt")),
            folder.join("capture.pcapng").exists(),
        ) else {
            continue;
        };
        let verify = json_of(&folder.join("verify.json"));
        let Some(packets) = verify["counts"]["sctp_packets"].as_u64() else {
            continue;
        };
        let mut key_log = KeyLog::default();
        key_log.read(&log);
        let secrets = Arc::new(Secrets {
            key_log,
            ..Secrets::default()
        });
        let capture = Capture::open(&folder.join("capture.pcapng")).unwrap();
        let (messages, analysis) = read_with(capture, secrets);
        assert_eq!(analysis.protocols.sctp, packets, "{name}");
        let with_sctp = analysis
            .connections
            .iter()
            .filter(|c| c.sctp.value().is_some());
        assert_eq!(with_sctp.count(), 1, "{name}");
        let decrypted = folder.join("decrypted-sctp.pcap");
        if decrypted.exists() {
            let (expected, _) = read(Capture::open(&decrypted).unwrap());
            assert_eq!(messages.len(), expected.len(), "{name}");
            for (ours, theirs) in messages.iter().zip(&expected) {
                assert_eq!(
                    (
                        ours.stream,
                        ours.kind,
                        ours.ordered,
                        ours.whole,
                        &ours.label
                    ),
                    (
                        theirs.stream,
                        theirs.kind,
                        theirs.ordered,
                        theirs.whole,
                        &theirs.label
                    ),
                    "{name}"
                );
                assert!(ours.bytes == theirs.bytes, "{name}");
            }
        }
        compared += 1;
    }
    assert!(
        compared >= 15 || recording_folders().is_empty(),
        "{compared}"
    );
}

// ---- made captures ----

/// Packets 10 ms apart, the first from A.
fn capture_of(packets: &[(bool, Vec<u8>)]) -> Vec<u8> {
    let path = UdpPath::new(
        "192.0.2.1:40000".parse().unwrap(),
        "192.0.2.2:50000".parse().unwrap(),
    );
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, Format::Pcapng).unwrap();
    for (i, (from_a, packet)) in packets.iter().enumerate() {
        let path = if *from_a { path } else { path.reversed() };
        let mut frame = Vec::new();
        udp_frame(&mut frame, &path, packet);
        writer
            .packet((100 + i as u64 * 10) * 1_000_000, &frame)
            .unwrap();
    }
    file
}

fn read_bytes(file: &[u8]) -> (Vec<Message>, Analysis) {
    read(Capture::from_reader(Box::new(Cursor::new(file.to_vec()))).unwrap())
}

/// A call with one channel, of which each message has a form of its own.
fn call() -> Vec<(bool, Vec<u8>)> {
    let (a, b) = End::pair();
    vec![
        (true, a.init_packet(100)),
        (false, b.packet(&[b.init(2, 500)])),
        (true, a.packet(&[sctp::cookie_echo()])),
        (false, b.packet(&[sctp::cookie_ack()])),
        (true, a.packet(&[sctp::open(100, 1, 0, 0, "ch\x1b[2Jat")])),
        (
            false,
            b.packet(&[sctp::sack(100, 9000, &[]), sctp::open_ack(500, 1)]),
        ),
        (
            true,
            a.packet(&[sctp::data(101, 1, 51, 3, b"\x1b[31mred\n")]),
        ),
        // Three fragments, the last first, the first twice.
        (true, a.packet(&[sctp::data(104, 1, 53, 1, &[3, 3])])),
        (true, a.packet(&[sctp::data(102, 1, 53, 2, &[1])])),
        (true, a.packet(&[sctp::data(102, 1, 53, 2, &[1])])),
        (true, a.packet(&[sctp::data(103, 1, 53, 0, &[2])])),
        (false, b.packet(&[sctp::data(501, 1, 56, 3, &[0])])),
        // Not UTF-8, though it says so.
        (false, b.packet(&[sctp::data(502, 1, 51, 3, &[0xff, b'x'])])),
        // Of a channel that the applications agreed on; its end never comes by.
        (true, a.packet(&[sctp::data(105, 9, 51, 2, b"begun and ")])),
    ]
}

#[test]
fn each_message_is_told_when_it_is_complete() {
    let (messages, analysis) = read_bytes(&capture_of(&call()));
    let told: Vec<_> = messages
        .iter()
        .map(|m| (m.from, m.stream, m.kind.name(), &m.bytes[..], m.last.0))
        .collect();
    let (a, b) = (Side::A, Side::B);
    assert_eq!(told[0].2, "dcep");
    assert_eq!(
        told[1..],
        [
            (b, 1, "dcep", &[2][..], 6),
            (a, 1, "string", b"\x1b[31mred\n", 7),
            (a, 1, "binary", &[1, 2, 3, 3], 11),
            (b, 1, "string", &[], 12),
            (b, 1, "string", &[0xff, b'x'], 13),
            (a, 9, "string", b"begun and ", 14),
        ]
    );
    assert_eq!(messages[3].first.0, 8);
    assert_eq!(messages[3].label.as_deref(), Some("ch\\u{1b}[2Jat"));
    let incomplete = messages[6].whole.incomplete().unwrap();
    assert_eq!((incomplete.why, incomplete.no_end), (GivenUp::Ended, true));
    assert!(messages[..6].iter().all(|m| m.whole.incomplete().is_none()));
    let connection = &analysis.connections[0];
    assert!(
        connection
            .transports
            .iter()
            .any(|t| t.index == messages[0].transport)
    );
}

#[test]
fn without_being_asked_no_message_is_kept() {
    let file = capture_of(&call());
    let mut capture = Capture::from_reader(Box::new(Cursor::new(file))).unwrap();
    let mut analyzer = Analyzer::new(Options::default());
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
        assert!(analyzer.messages().is_empty());
    }
    assert!(analyzer.last_messages().is_empty());
}

/// Packets lost, doubled and out of order: what comes out whole is what went in.
#[test]
fn whatever_the_network_does_no_message_is_made_up() {
    let (a, b) = End::pair();
    let mut prng = Prng::new(11);
    for round in 0..60 {
        let mut packets = Vec::new();
        let mut sent: Vec<Vec<u8>> = Vec::new();
        let mut tsn = u32::MAX - 20;
        for number in 0..20u32 {
            let content: Vec<u8> = (0..prng.below(3000))
                .map(|i| (i as u8) ^ number as u8)
                .collect();
            let fragments: Vec<&[u8]> = content.chunks(1 + prng.below(1200) as usize).collect();
            for (i, fragment) in fragments.iter().enumerate() {
                let flags = 2 * u8::from(i == 0) + u8::from(i + 1 == fragments.len());
                let interleaved = round % 2 == 0;
                let chunk = if interleaved {
                    let second = if i == 0 { 53 } else { i as u32 };
                    sctp::i_data(tsn, 1, number, second, flags, fragment)
                } else {
                    sctp::data(tsn, 1, 53, flags, fragment)
                };
                packets.push((true, a.packet(&[chunk])));
                tsn = tsn.wrapping_add(1);
            }
            if !content.is_empty() {
                sent.push(content);
            }
        }
        let mut seen = vec![(false, b.packet(&[sctp::data(1, 1, 51, 3, b"hi")]))];
        let loses = round % 3 == 0;
        for packet in packets {
            if loses && prng.below(10) == 0 {
                continue;
            }
            let copies = 1 + usize::from(prng.below(10) == 0);
            for _ in 0..copies {
                let late = prng.below(5) as usize;
                let at = seen.len().saturating_sub(late).max(1);
                seen.insert(at, packet.clone());
            }
        }
        let (messages, _) = read_bytes(&capture_of(&seen));
        let from_a = messages
            .iter()
            .filter(|m| m.stream == 1 && m.bytes != b"hi");
        let (whole, parts): (Vec<&Message>, Vec<&Message>) =
            from_a.partition(|m| m.whole.incomplete().is_none());
        for message in &whole {
            assert!(sent.contains(&message.bytes), "round {round}");
        }
        if !loses {
            assert!(parts.is_empty(), "round {round}");
            assert_eq!(whole.len(), sent.len(), "round {round}");
        }
        assert!(parts.len() <= 4 * sent.len());
    }
}

/// What is in clear about associations follows the contract, over time too.
#[test]
fn statistics_of_recordings_follow_the_schema() {
    let schema = serde_json::from_str(rtcscope::output::schema::STATS).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let json = rtcscope::output::json::Json {
        compact: false,
        series: true,
    };
    for file in decrypted() {
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        let mut out = Vec::new();
        json.write("recording", &analysis, &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|e| format!("{e:?}"))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
        let sctp = &document["connections"][0]["sctp"];
        check_reasons(sctp);
        for side in [&sctp["a"], &sctp["b"]] {
            let chunks = side["series"]["chunks"].as_array().unwrap();
            let chunks: u64 = chunks.iter().map(|n| n.as_u64().unwrap()).sum();
            let once =
                side["dataChunks"].as_u64().unwrap() - side["retransmitted"].as_u64().unwrap();
            assert_eq!(chunks, once, "{}", file.display());
            let why = &side["retransmissions"];
            let sum: u64 = ["fast", "timeout", "needless"]
                .iter()
                .map(|field| why[field].as_u64().unwrap())
                .sum();
            assert_eq!(Some(sum), side["retransmitted"].as_u64());
        }
        let channels = &document["connections"][0]["dataChannels"];
        check_reasons(channels);
        for channel in channels.as_array().unwrap() {
            let took = &channel["deliveryTime"]["a"]["samples"];
            let sent = channel["messagesSent"]["a"].as_u64().unwrap();
            assert!(took.as_u64().unwrap_or(0) <= sent);
        }
    }
}

/// The applications of one recording agreed on the channel of stream 9.
#[test]
fn a_channel_without_an_opening_was_negotiated() {
    let Some(file) = shared("captures/cc-data-only/decrypted-sctp.pcap") else {
        return;
    };
    let (_, analysis) = read(Capture::open(&file).unwrap());
    let channels = analysis.connections[0].data_channels.value().unwrap();
    let negotiated: Vec<(u16, bool)> = channels
        .iter()
        .map(|c| (c.stream, *c.negotiated.value().unwrap()))
        .collect();
    assert_eq!(negotiated, [(1, false), (3, false), (5, false), (9, true)]);
    // That it was from the start nobody can know who did not see the start.
    let (a, b) = End::pair();
    let (_, analysis) = read_bytes(&capture_of(&[
        (true, a.packet(&[sctp::data(5, 1, 51, 3, b"hi")])),
        (false, b.packet(&[sctp::sack(5, 9000, &[])])),
    ]));
    let channels = analysis.connections[0].data_channels.value().unwrap();
    assert!(channels[0].negotiated.value().is_none());
}

/// SNAP: no INIT on the wire, but in the session descriptions.
#[test]
fn session_descriptions_may_hold_the_inits() {
    let (a, b) = End::pair();
    let packets = [
        (true, a.packet(&[sctp::data(101, 1, 51, 3, b"second")])),
        (false, b.packet(&[sctp::data(500, 1, 51, 3, b"hi")])),
    ];
    let sdp = |end: End, tsn: u32| {
        let init = data_encoding::BASE64.encode(&end.init(1, tsn));
        format!(
            "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n\
             m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-init:{init}\r\n"
        )
    };
    let mut descriptions = rtcscope::analysis::Descriptions::default();
    assert_eq!(descriptions.add("offer", sdp(a, 100).as_bytes()), 1);
    assert_eq!(descriptions.add("answer", sdp(b, 500).as_bytes()), 1);
    let options = Options {
        descriptions: Arc::new(descriptions),
        ..Options::default()
    };
    for told in [true, false] {
        let options = if told {
            options.clone()
        } else {
            Options::default()
        };
        let file = capture_of(&packets);
        let mut capture = Capture::from_reader(Box::new(Cursor::new(file))).unwrap();
        let mut analyzer = Analyzer::new(options);
        while let Some(frame) = capture.next_frame() {
            analyzer.push(&frame);
        }
        let analysis = analyzer.finish();
        let sides = &analysis.connections[0].sctp.value().unwrap().sides;
        let signalled = |init: &rtcscope::analysis::model::SctpInit| init.signalled;
        assert_eq!(sides.a.init.value().map(signalled), told.then_some(true));
        assert_eq!(sides.b.init.value().map(signalled), told.then_some(true));
        // The first chunk is not in the capture: only who knows where TSNs begin can tell.
        assert_eq!((sides.a.missing, sides.b.missing), (u64::from(told), 0));
    }
}

/// What the sender gives up is told with what there is of it, and counted on its channel.
#[test]
fn abandoned_messages_are_counted_and_told() {
    let (a, b) = End::pair();
    let mut forward = vec![192, 0, 0, 8];
    forward.extend(104u32.to_be_bytes());
    let (messages, analysis) = read_bytes(&capture_of(&[
        (true, a.packet(&[sctp::open(100, 1, 0x81, 0, "lossy")])),
        (
            false,
            b.packet(&[sctp::sack(100, 0, &[]), sctp::open_ack(7, 1)]),
        ),
        (true, a.packet(&[sctp::data(101, 1, 53, 7, b"whole")])),
        (true, a.packet(&[sctp::data(102, 1, 53, 6, b"half")])),
        (true, a.packet(&[sctp::data(104, 1, 53, 7, b"arrives")])),
        (false, b.packet(&[sctp::sack(101, 9000, &[(3, 3)])])),
        (true, a.packet(&[forward])),
    ]));
    let told: Vec<_> = messages.iter().filter(is_user).collect();
    let contents: Vec<&[u8]> = told.iter().map(|m| &m.bytes[..]).collect();
    assert_eq!(contents, [&b"whole"[..], b"arrives", b"half"]);
    let incomplete = told[2].whole.incomplete().unwrap();
    assert_eq!(incomplete.why, GivenUp::Abandoned);
    assert!(!told[2].ordered);
    let connection = &analysis.connections[0];
    let channel = &connection.data_channels.value().unwrap()[0];
    let sent = channel.sent.a;
    assert_eq!((sent.messages, sent.abandoned, sent.biggest), (2, 1, 7));
    let took = channel.delivery.a.value().unwrap();
    assert_eq!((took.samples, took.max.nanos()), (2, 30_000_000));
    let sides = &connection.sctp.value().unwrap().sides;
    let zero = sides.b.zero_window.value().unwrap();
    assert_eq!((zero.count, zero.duration.nanos()), (1, 40_000_000));
    // The opening is the biggest.
    assert_eq!(sides.a.in_flight_max.value(), Some(&17));
    assert_eq!(sides.a.given_up, 2);
}

// ---- the command ----

fn rtcscope(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rtcscope"))
        .args(args)
        .env_remove("SSLKEYLOGFILE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

/// What `rtcscope messages` prints for the call, from a pipe.
fn printed(args: &[&str]) -> (i32, String, String) {
    let args = [&["messages", "-"], args].concat();
    let o = rtcscope(&args, &capture_of(&call()));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (o.status.code().unwrap(), text(o.stdout), text(o.stderr))
}

#[test]
fn the_command_prints_a_line_for_each() {
    let (code, out, err) = printed(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "connection 1: A is 192.0.2.1:40000, B is 192.0.2.2:50000
   0.060000  A  ch\\u{1b}[2Jat          9 B  \"\\u{1b}[31mred\\n\"
   0.100000  A  ch\\u{1b}[2Jat          4 B  01 02 03 03
   0.110000  B  ch\\u{1b}[2Jat          0 B  \"\"
   0.120000  B  ch\\u{1b}[2Jat          2 B  \"\\xffx\"
   0.130000  A  stream 9              10 B  \"begun and \"  (incomplete: never completed, its end is missing)
"
    );
    let lines = |args: &[&str]| printed(args).1.lines().skip(1).count();
    assert_eq!(lines(&["--dcep"]), 7);
    assert_eq!(lines(&["--from", "B"]), 2);
    assert_eq!(lines(&["--from", "192.0.2.1"]), 3);
    assert_eq!(lines(&["--from", "192.0.2.1:40001"]), 0);
    assert_eq!(lines(&["--type", "binary"]), 1);
    assert_eq!(lines(&["--channel", "9"]), 1);
    assert_eq!(lines(&["--connection", "1", "--channel", "1"]), 4);
}

#[test]
fn what_is_asked_for_and_not_there_is_an_error_in_one_line() {
    let (code, out, err) = printed(&["--channel", "x\x1b"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "error: -: no data channel x\u{fffd}: there are 1 \"ch\\u{1b}[2Jat\", 9\n"
    );
    let (code, _, err) = printed(&["--connection", "7"]);
    assert_eq!(code, 2);
    assert!(err.contains("only connection 1"), "{err}");
    assert_eq!(printed(&["--from", "C"]).0, 2);
    let (code, _, err) = printed(&["--from", "192.0.2.9"]);
    assert_eq!(code, 0);
    assert_eq!(err.lines().count(), 1, "{err}");
    let o = rtcscope(&["messages", "no-such.pcap"], b"");
    assert_eq!(o.status.code(), Some(3));
}

#[test]
fn what_cannot_be_decrypted_says_so() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/chromium-loss.pcapng");
    let o = rtcscope(&["messages", file.to_str().unwrap()], b"");
    let err = String::from_utf8(o.stderr).unwrap();
    assert_eq!(o.status.code(), Some(0));
    assert!(o.stdout.is_empty());
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.contains("no keys were given"), "{err}");
}

#[test]
fn the_json_follows_its_schema_and_gives_reasons() {
    let schema = rtcscope(&["schema", "messages"], b"").stdout;
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (code, out, _) = printed(&["--format", "json", "--dcep"]);
    assert_eq!(code, 0);
    let mut documents = vec![serde_json::from_str::<Value>(&out).unwrap()];
    let first = &documents[0]["messages"];
    assert_eq!(first[2]["text"], "\u{1b}[31mred\n");
    assert_eq!(first[3]["base64"], "AQIDAw==");
    assert_eq!(first[5]["base64"], "/3g=");
    assert_eq!(first[0]["control"]["message"], "open");
    assert_eq!(first[6]["incomplete"]["endMissing"], true);
    assert_eq!(first[3]["capturedAt"], "1970-01-01T00:00:00.200000000Z");
    for file in decrypted() {
        let o = rtcscope(
            &["messages", "--format", "json", file.to_str().unwrap()],
            b"",
        );
        documents.push(serde_json::from_slice(&o.stdout).unwrap());
    }
    for document in &documents {
        let errors: Vec<String> = validator
            .iter_errors(document)
            .map(|e| format!("{e:?}"))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        check_reasons(document);
    }
    // The same objects, one a line.
    let (_, lines, _) = printed(&["--format", "ndjson", "--dcep"]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let types: Vec<&str> = lines.iter().map(|l| l["type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["capture", "connection", "message"]);
    assert_eq!(types.len(), 2 + 7);
    assert_eq!(lines[4]["text"], documents[0]["messages"][2]["text"]);
    let stats = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/stats-1.json");
    assert_eq!(
        schema["properties"]["capture"],
        json_of(&stats)["properties"]["capture"]
    );
}

/// Every null has its reason on the same object.
fn check_reasons(value: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if field.is_null() {
                    assert!(fields["unknown"][name].is_string(), "{name} in {value}");
                }
                check_reasons(field);
            }
        }
        Value::Array(items) => items.iter().for_each(check_reasons),
        _ => {}
    }
}

#[test]
fn contents_are_written_to_files() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("bodies");
    let (code, _, err) = printed(&["--out", out.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (0, ""));
    let mut names: Vec<String> = std::fs::read_dir(&out)
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "000003-c1-s1-a.txt",
            "000004-c1-s1-a.bin",
            "000005-c1-s1-b.txt",
            "000006-c1-s1-b.txt",
            "000007-c1-s9-a.txt"
        ]
    );
    assert_eq!(std::fs::read(out.join(&names[1])).unwrap(), [1, 2, 3, 3]);
    // Nothing is written over.
    let (code, _, err) = printed(&["--out", out.to_str().unwrap()]);
    assert_eq!(code, 3);
    assert!(err.contains("exists already"), "{err}");
}
