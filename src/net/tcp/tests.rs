use super::*;
use crate::net::{Endpoint, Protocol};
use proptest::prelude::*;

/// What came out, with the packets it came from.
#[derive(Debug, PartialEq, Eq)]
enum Out {
    Message(u64, Vec<u8>, u32),
    Gap(u64, u64),
    Lost(u64),
    TurnOverTls(u64),
    TooMany,
}

/// A capture of one connection (or several), built segment by segment.
struct Wire {
    streams: Streams,
    no: u64,
    ms: i64,
    out: Vec<Out>,
    ports: (u16, u16),
}

const SYN: u8 = 2;
const FIN: u8 = 1;
const RST: u8 = 4;
const ACK: u8 = 16;

impl Wire {
    fn new() -> Self {
        Self {
            streams: Streams::new(),
            no: 0,
            ms: 0,
            out: Vec::new(),
            ports: (40_000, 9),
        }
    }

    /// A connection whose first data byte from the client has sequence number `first`, that from
    /// the server 5001.
    fn open(first: u32) -> Self {
        let mut wire = Self::new();
        let syn = first.wrapping_sub(1);
        wire.segment(true, syn, 0, SYN, &[], 0);
        wire.segment(false, 5000, first, SYN | ACK, &[], 0);
        wire
    }

    fn segment(&mut self, up: bool, seq: u32, ack: u32, flags: u8, data: &[u8], missing: u32) {
        self.no += 1;
        self.ms += 1;
        let client = Endpoint::v4([192, 0, 2, 1], self.ports.0);
        let server = Endpoint::v4([192, 0, 2, 2], self.ports.1);
        let path = Path {
            src: client,
            dst: server,
            protocol: Protocol::Tcp,
        };
        let segment = Segment {
            no: self.no,
            ts: Timestamp::from_nanos(self.ms * 1_000_000),
            path: if up { path } else { path.reversed() },
            seq,
            ack,
            flags: Flags(flags),
            header: &[],
            missing,
            payload: data,
        };
        let out = &mut self.out;
        self.streams.push(&segment, &mut |event| {
            if let Event::Message(d) = &event {
                assert!(d.path == path || d.path == path.reversed());
            }
            collect(event, out);
        });
    }

    fn up(&mut self, seq: u32, data: &[u8]) {
        self.segment(true, seq, 5001, ACK, data, 0);
    }

    fn down(&mut self, seq: u32, data: &[u8]) {
        self.segment(false, seq, 0, 0, data, 0);
    }

    fn finish(&mut self) -> Vec<Out> {
        let out = &mut self.out;
        self.streams.finish(&mut |event| collect(event, out));
        std::mem::take(&mut self.out)
    }
}

fn collect(event: Event<'_>, out: &mut Vec<Out>) {
    out.push(match event {
        Event::Message(d) => Out::Message(d.no, d.payload.to_vec(), d.missing),
        Event::Gap { no, bytes, .. } => Out::Gap(no, bytes),
        Event::FramingLost { no } => Out::Lost(no),
        Event::TurnOverTls { no, .. } => Out::TurnOverTls(no),
        Event::TooMany { .. } => Out::TooMany,
    });
}

fn messages(out: &[Out]) -> Vec<&[u8]> {
    out.iter()
        .filter_map(|event| match event {
            Out::Message(_, data, 0) => Some(&data[..]),
            _ => None,
        })
        .collect()
}

fn stun(kind: [u8; 2], id: u8) -> Vec<u8> {
    let mut message = vec![kind[0], kind[1], 0, 8, 0x21, 0x12, 0xa4, 0x42];
    message.resize(20, id);
    message.extend([0x80, 0x22, 0, 4, id, id, id, id]);
    message
}

fn rtp(seq: u16, len: usize) -> Vec<u8> {
    let mut packet = vec![0x80, 111];
    packet.extend(seq.to_be_bytes());
    packet.extend([0, 0, 0, seq as u8, 0xaa, 0xbb, 0xcc, 0xdd]);
    packet.resize(len, seq as u8);
    packet
}

fn prefixed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

fn channel(inner: &[u8]) -> Vec<u8> {
    let mut message = vec![0x40, 0x01];
    message.extend((inner.len() as u16).to_be_bytes());
    message.extend(inner);
    message.resize(message.len().next_multiple_of(4), 0);
    message
}

/// A check, then media, on ICE-TCP.
fn call() -> Vec<Vec<u8>> {
    let mut all = vec![stun([0, 1], 1)];
    all.extend((0..20).map(|n| rtp(n, 40 + usize::from(n) * 7)));
    all
}

fn stream(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|m| prefixed(m)).collect()
}

#[test]
fn messages_need_not_align_with_segments() {
    let call = call();
    let bytes = stream(&call);
    for size in [1, 2, 3, 29, 100, 1448, 100_000] {
        let mut wire = Wire::open(1000);
        for (n, data) in bytes.chunks(size).enumerate() {
            wire.up(1000 + (n * size) as u32, data);
        }
        assert_eq!(messages(&wire.out), call, "{size}");
        let segments = bytes.len().div_ceil(size) as u64;
        assert_eq!(wire.streams.ours, segments);
        assert_eq!(wire.streams.plain_segments(), 2);
        assert_eq!(wire.streams.bytes(), 0);
        assert_eq!(wire.finish().len(), call.len(), "nothing else");
    }
}

#[test]
fn a_message_has_the_packet_that_completed_it() {
    let mut wire = Wire::open(0);
    let bytes = stream(&call()[..2]);
    wire.up(40, &bytes[40..]);
    wire.up(10, &bytes[10..40]);
    assert_eq!(wire.out, []);
    wire.up(0, &bytes[..10]);
    let packets: Vec<u64> = wire
        .out
        .iter()
        .map(|o| match o {
            Out::Message(no, ..) => *no,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(packets, [5, 5]);
}

#[test]
fn sequence_numbers_wrap() {
    let call = call();
    let bytes = stream(&call);
    let start = u32::MAX - 100;
    let mut wire = Wire::open(start);
    let mut chunks: Vec<_> = bytes.chunks(50).enumerate().collect();
    chunks.reverse();
    for (n, data) in chunks {
        wire.up(start.wrapping_add(n as u32 * 50), data);
    }
    assert_eq!(messages(&wire.finish()), call);
}

#[test]
fn a_gap_that_the_receiver_has_is_stepped_over_soon() {
    let call = call();
    let bytes = stream(&call);
    let mut wire = Wire::open(0);
    // The check, then a cut in the middle of the second media packet.
    let lost = prefixed(&call[0]).len() + prefixed(&call[1]).len() + 10;
    wire.up(0, &bytes[..lost]);
    let after = lost + 100;
    wire.up(after as u32, &bytes[after..after + 200]);
    wire.segment(false, 5001, (after + 200) as u32, ACK, &[], 0);
    assert_eq!(messages(&wire.out).len(), 2, "it may still come");
    wire.ms += 300;
    wire.segment(false, 5001, (after + 200) as u32, ACK, &[], 0);
    let gap = wire
        .out
        .iter()
        .position(|o| *o == Out::Gap(4, 100))
        .unwrap();
    // What was there of the message that the gap cut; and then whole ones again, from packet 4.
    match &wire.out[gap + 1] {
        Out::Message(4, data, missing) => {
            assert_eq!(data[..], call[2][..8]);
            assert_eq!(data.len() + *missing as usize, call[2].len());
        }
        other => panic!("{other:?}"),
    }
    wire.up(after as u32 + 200, &bytes[after + 200..]);
    let found = messages(&wire.out);
    assert!(call.ends_with(&found[2..].iter().map(|m| m.to_vec()).collect::<Vec<_>>()));
    assert!(found.len() > call.len() - 4, "{}", found.len());
}

#[test]
fn a_gap_that_is_filled_in_time_costs_nothing() {
    let call = call();
    let bytes = stream(&call);
    let mut wire = Wire::open(0);
    wire.up(0, &bytes[..100]);
    for (n, data) in bytes[200..].chunks(100).enumerate() {
        wire.up(200 + n as u32 * 100, data);
    }
    wire.ms += 5_000;
    wire.up(100, &bytes[100..200]);
    assert_eq!(messages(&wire.out), call);
}

#[test]
fn without_acknowledgments_a_gap_is_stepped_over_in_time() {
    let call = call();
    let bytes = stream(&call);
    let mut wire = Wire::open(0);
    wire.down(0, &[]);
    wire.up(0, &bytes[..100]);
    wire.up(200, &bytes[200..300]);
    wire.ms += 11_000;
    wire.up(300, &bytes[300..]);
    assert!(wire.out.contains(&Out::Gap(5, 100)));
    assert!(messages(&wire.out).len() > call.len() - 4);
}

#[test]
fn what_the_snaplen_cut_off_is_missing_and_no_gap() {
    let call = call();
    let mut wire = Wire::open(0);
    let mut at = 0;
    for message in &call {
        let framed = prefixed(message);
        let kept = framed.len().min(34);
        wire.segment(
            true,
            at,
            0,
            0,
            &framed[..kept],
            (framed.len() - kept) as u32,
        );
        at += framed.len() as u32;
    }
    assert_eq!(wire.out.len(), call.len());
    for (out, message) in wire.out.iter().zip(&call) {
        match out {
            Out::Message(_, data, missing) => {
                assert!(message.starts_with(data));
                assert_eq!(data.len() + *missing as usize, message.len());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn turn_over_tcp_with_padded_channels() {
    let all: Vec<Vec<u8>> = [stun([0, 3], 1), stun([0, 9], 2)]
        .into_iter()
        .chain((0..9).map(|n| channel(&rtp(n, 41 + usize::from(n)))))
        .chain([stun([0, 4], 3)])
        .collect();
    let bytes = all.concat();
    for size in [1, 5, 64, 4000] {
        let mut wire = Wire::open(7);
        for (n, data) in bytes.chunks(size).enumerate() {
            wire.up(7 + (n * size) as u32, data);
        }
        assert_eq!(messages(&wire.out), all, "{size}");
    }
    // A gap of whole and half messages.
    let mut wire = Wire::open(7);
    wire.up(7, &bytes[..150]);
    wire.up(7 + 200, &bytes[200..]);
    let out = wire.finish();
    assert!(out.contains(&Out::Gap(4, 50)));
    assert!(messages(&out).len() >= all.len() - 3, "{out:?}");
}

#[test]
fn after_connection_bind_the_peer_speaks() {
    let mut wire = Wire::open(0);
    let bind = stun([0, 0x0b], 1);
    wire.up(0, &bind);
    let answer = stun([1, 0x0b], 1);
    let check = prefixed(&stun([0, 1], 2));
    wire.down(5001, &[&answer[..], &check].concat());
    wire.up(bind.len() as u32, &prefixed(&stun([1, 1], 2)));
    let found = messages(&wire.out);
    assert_eq!(found, [bind, answer, stun([0, 1], 2), stun([1, 1], 2)]);
}

#[test]
fn a_connection_may_have_begun_before_the_capture() {
    let call = call();
    let bytes = stream(&call[1..]);
    // From the middle of a packet, media in one direction; the other has a check.
    let mut wire = Wire::new();
    wire.down(900, &bytes[60..300]);
    wire.down(1140, &bytes[300..700]);
    assert_eq!(wire.out, []);
    wire.up(77, &prefixed(&stun([0, 1], 9)));
    wire.down(1540, &bytes[700..]);
    assert!(messages(&wire.out).len() > 10, "{:?}", wire.out);
    // From the start of one, by its frames alone.
    let mut wire = Wire::new();
    wire.down(900, &bytes);
    assert_eq!(messages(&wire.out), call[1..]);
}

#[test]
fn a_segment_with_a_check_reopens_what_seemed_to_be_nothing() {
    let mut wire = Wire::new();
    wire.up(0, b"something else, which is long enough to tell");
    wire.up(900, &prefixed(&stun([0, 1], 9)));
    assert_eq!(messages(&wire.out), [stun([0, 1], 9)]);
    assert_eq!(wire.streams.plain_segments(), 1);
}

#[test]
fn ports_are_used_again() {
    let mut wire = Wire::open(0);
    wire.up(0, b"GET / HTTP/1.1\r\n\r\n");
    wire.segment(true, 18, 0, FIN | ACK, &[], 0);
    wire.segment(true, 70_000, 0, SYN, &[], 0);
    wire.segment(false, 1, 70_001, SYN | ACK, &[], 0);
    wire.up(70_001, &stream(&call()));
    assert_eq!(messages(&wire.out), call());
    wire.segment(true, 70_000, 0, RST, &[], 0);
    assert_eq!(wire.streams.connections(), 0);
    assert_eq!(wire.streams.bytes(), 0);
}

#[test]
fn tls_is_not_opened_and_told_of_only_where_turn_may_be_in_it() {
    let hello = [22, 3, 1, 0, 40, 1, 0, 0, 36, 3, 3];
    let mut wire = Wire::open(0);
    wire.up(0, &hello);
    assert_eq!(wire.out, [], "HTTPS");
    let mut wire = Wire::new();
    wire.ports.1 = 5349;
    wire.up(0, &hello);
    wire.up(50, &hello);
    assert_eq!(wire.out, [Out::TurnOverTls(1)]);
    let mut wire = Wire::open(0);
    wire.up(0, &[&hello[..], b"\x09stun.turn"].concat());
    assert_eq!(wire.out, [Out::TurnOverTls(3)]);
}

#[test]
fn what_is_none_of_ours_is_not_kept() {
    let mut wire = Wire::open(0);
    for n in 0..1000u32 {
        let data = [&[0x16, 3, 3][..], &[7; 1400]].concat();
        wire.up(n * 1403, &data);
        wire.down(5001 + n * 1403, &data);
        wire.down(9_000_000 + n * 9999, &data);
    }
    assert_eq!((wire.streams.bytes(), wire.out.len()), (0, 0));
}

#[test]
fn memory_is_bounded_under_a_flood() {
    let mut wire = Wire::new();
    let check = prefixed(&stun([0, 1], 1));
    let hole = vec![0x80; 1400];
    let mut most = 0;
    for n in 0..60_000u32 {
        wire.ports = ((n % 9_000) as u16 + 1, 9);
        if n < 9_000 {
            wire.up(0, &check);
        } else {
            // A gap that is never filled, more behind it every time.
            wire.up(5_000 + (n / 9_000) * 2_000, &hole);
        }
        most = most.max(wire.streams.bytes());
    }
    assert!(most <= BYTES, "{most}");
    assert!(wire.streams.connections() <= CONNECTIONS);
    assert!(wire.streams.slots.len() <= CONNECTIONS);
    assert!(wire.out.contains(&Out::TooMany));
    let held: usize = wire.streams.slots.iter().map(Connection::bytes).sum();
    assert_eq!(held, wire.streams.bytes());
}

#[test]
fn a_flood_of_connections_makes_room_for_a_call() {
    let mut wire = Wire::new();
    for n in 0..30_000u32 {
        wire.ports = (n as u16, (n >> 16) as u16);
        wire.segment(true, n, 0, SYN, &[], 0);
    }
    wire.ports = (7, 7777);
    wire.up(0, &stream(&call()));
    assert_eq!(messages(&wire.out), call());
}

proptest! {
    /// Segments of a call, cut anywhere, some twice and some overlapping, in any order: the same
    /// messages in the same order.
    #[test]
    fn any_order_of_segments_gives_the_same_messages(
        cuts in proptest::collection::vec(0usize..2400, 0..40),
        extra in proptest::collection::vec((0usize..2400, 1usize..400), 0..20),
        keys in proptest::collection::vec(any::<u32>(), 70),
        start: u32,
    ) {
        let call = call();
        let bytes = stream(&call);
        let mut cuts: Vec<_> = cuts.into_iter().map(|c| c % bytes.len()).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let mut ranges: Vec<_> = cuts.windows(2).map(|w| w[0]..w[1]).collect();
        ranges.extend(extra.into_iter().map(|(at, len)| {
            let at = at % bytes.len();
            at..(at + len).min(bytes.len())
        }));
        let mut order: Vec<_> = keys.iter().cycle().zip(ranges).collect();
        order.sort_by_key(|(key, _)| **key);
        let mut wire = Wire::open(start);
        for (_, range) in order {
            wire.up(start.wrapping_add(range.start as u32), &bytes[range]);
        }
        prop_assert_eq!(messages(&wire.out), call);
        prop_assert_eq!(wire.streams.bytes(), 0);
    }

    /// Any segments at all: no panic, and what is held is within bounds.
    #[test]
    fn any_segments_are_taken(
        segments in proptest::collection::vec(
            (any::<bool>(), 0u32..4000, any::<u8>(), 0usize..2500, 0usize..300, 0u32..3, 0i64..500),
            0..60,
        ),
        turn: bool,
    ) {
        let call = if turn {
            let mut all = vec![stun([0, 3], 1)];
            all.extend((0..20).map(|n| channel(&rtp(n, 100))));
            all.concat()
        } else {
            stream(&call())
        };
        let mut wire = Wire::new();
        for (up, seq, flags, at, len, missing, ms) in segments {
            let at = at.min(call.len());
            wire.ms += ms;
            wire.segment(up, seq, seq / 2, flags, &call[at..(at + len).min(call.len())], missing * 40);
            let held: usize = wire.streams.slots.iter().map(Connection::bytes).sum();
            prop_assert_eq!(held, wire.streams.bytes());
        }
        for out in wire.finish() {
            if let Out::Message(_, data, missing) = out {
                prop_assert!(data.len() + missing as usize <= 65_556);
            }
        }
    }
}
