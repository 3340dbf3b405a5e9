use super::*;
use crate::net::Endpoint;
use crate::proto::testing::hex;
use crate::time::Timestamp;
use proptest::prelude::*;

/// From a call between two Chromiums: both INITs, an answer, the cookie, a channel, its close.
const PACKETS: &[&str] = &[
    "13881388000000001 7216dc40100001ec67cd01800500000ffffffff22cfcc72c00000048008000682c00000",
    "13881388000000003a5453500100001ef55a5caf00500000ffffffffddc37347c00000048008000682c00000",
    "13881388f55a5cafb7d9688a02000052c67cd01800500000ffffffff22cfcc72000700346463534354503030
     f55a5cafc67cd018ddc3734722cfcc720050000000000000000000000100010000000000ffffffffc0000004
     8008000682c00000",
    "13881388f55a5cafaaf13e260a0000346463534354503030c67cd018f55a5caf22cfcc72ddc3734700500000
     00000000000000000100010000000000ffffffff",
    "13881388c67cd018d20dd85b0b000004",
    "13881388f55a5cafbac87fd20003002022cfcc72000100000000003203000100000000000004000063686174",
    "13881388c67cd01813e8ad670300001022cfcc720048000000000000",
    "13881388f55a5cafa74f0cc082000016000d001222cfcc7222cfcc7222cfceab00030000",
    "13881388f55a5caff8526c1ac000000c22cfcebf00050039",
    "13881388f55a5caf2581f6f706000014000c0010436c6f73652063616c6c6564",
];

fn moment(no: u64, reverse: Option<bool>) -> Moment {
    let end = |port| Endpoint::v4([192, 0, 2, 1], port);
    let (src, dst) = match reverse {
        Some(false) => (end(1), end(2)),
        Some(true) => (end(2), end(1)),
        None => (end(1), end(1)),
    };
    Moment {
        ts: Timestamp::from_nanos(no as i64 * 1_000_000),
        no,
        src,
        dst,
        transport: 0,
        reverse: reverse == Some(true),
    }
}

fn transports() -> BTreeSet<u32> {
    BTreeSet::from([0])
}

#[test]
fn decrypted_bytes_are_all_that_is_needed() {
    let mut state = SctpState::new(&Options::default());
    let mut log = EventLog::default();
    for (no, text) in PACKETS.iter().enumerate() {
        let bytes = hex(text);
        let packet = SctpPacket::parse(&bytes).unwrap();
        state
            .push(&packet, &moment(no as u64, None), false, &mut log)
            .unwrap();
    }
    let (sctp, channels) = state.report(&transports()).unwrap();
    assert_eq!((sctp.associations, sctp.packets), (1, PACKETS.len() as u64));
    assert_eq!(sctp.phase.name(), "aborted");
    assert_eq!(sctp.abort.map(|a| a.by), Some(Side::A));
    assert_eq!(channels[0].opened.value().map(|o| o.0), Some(Side::A));
    assert_eq!(sctp.sides.b.sacks, 1);
    assert_eq!(sctp.sides.a.verification_tag.value(), Some(&0xc67c_d018));
    assert_eq!(log.events().len(), 5);
}

#[test]
fn the_sides_are_those_of_the_transport_where_there_are_addresses() {
    // Side B speaks first, and the INITs are not in the capture.
    let mut state = SctpState::new(&Options::default());
    let mut log = EventLog::default();
    for (no, reverse) in [(5, true), (6, false), (9, true)] {
        let bytes = hex(PACKETS[no]);
        let packet = SctpPacket::parse(&bytes).unwrap();
        let at = moment(no as u64, Some(reverse));
        state.push(&packet, &at, false, &mut log).unwrap();
    }
    let (sctp, channels) = state.report(&transports()).unwrap();
    assert_eq!(sctp.associations, 1);
    assert_eq!((sctp.sides.b.data_chunks, sctp.sides.a.sacks), (1, 1));
    assert_eq!(sctp.abort.map(|a| a.by), Some(Side::B));
    assert_eq!(channels[0].opened.value().map(|o| o.0), Some(Side::B));
    assert!(sctp.handshake_duration.value().is_none());
}

#[test]
fn an_abort_with_the_tag_it_was_sent_is_from_the_other_side() {
    let mut state = SctpState::new(&Options::default());
    let mut log = EventLog::default();
    let mut reflected = hex(PACKETS[9]);
    reflected[13] = 1;
    for (no, bytes) in [hex(PACKETS[5]), reflected].iter().enumerate() {
        let packet = SctpPacket::parse(bytes).unwrap();
        let _ = state.push(&packet, &moment(no as u64, None), false, &mut log);
    }
    let (sctp, _) = state.report(&transports()).unwrap();
    assert_eq!(sctp.abort.map(|a| a.by), Some(Side::B));
}

#[test]
fn every_prefix_is_taken_whole_or_cut() {
    for missing in [0, 1, 4, 1000] {
        let mut state = SctpState::new(&Options::default());
        let mut log = EventLog::default();
        for (no, text) in PACKETS.iter().enumerate() {
            let bytes = hex(text);
            for end in 12..=bytes.len() {
                let packet = SctpPacket::parse_cut(&bytes[..end], missing).unwrap();
                let _ = state.push(&packet, &moment(no as u64, None), false, &mut log);
            }
        }
        assert!(state.report(&transports()).is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Any chunks in any order: bounded, and counts that fit together.
    #[test]
    fn any_chunks_are_taken(
        packets in proptest::collection::vec(
            (
                0u32..4,
                any::<bool>(),
                proptest::collection::vec(
                    (
                        proptest::sample::select(vec![0u8, 1, 2, 3, 4, 5, 6, 7, 10, 11, 14, 64, 130, 192, 194]),
                        any::<u8>(),
                        proptest::collection::vec(any::<u8>(), 0..40),
                        0u32..40,
                    ),
                    1..4,
                ),
            ),
            0..60,
        ),
    ) {
        let mut state = SctpState::new(&Options::default());
        let mut log = EventLog::default();
        for (no, (tag, reverse, chunks)) in packets.iter().enumerate() {
            let mut bytes = vec![0x13, 0x88, 0x13, 0x88];
            bytes.extend(tag.to_be_bytes());
            bytes.extend([0; 4]);
            for (kind, flags, value, tsn) in chunks {
                // Small numbers first, so that chunks concern each other.
                let value = [&tsn.to_be_bytes()[..], value].concat();
                bytes.extend([*kind, *flags]);
                bytes.extend((4 + value.len() as u16).to_be_bytes());
                bytes.extend(&value);
                bytes.resize(bytes.len().next_multiple_of(4), 0);
            }
            let packet = SctpPacket::parse(&bytes).unwrap();
            let _ = state.push(&packet, &moment(no as u64, Some(*reverse)), false, &mut log);
        }
        if let Some((sctp, channels)) = state.report(&transports()) {
            for side in [&sctp.sides.a, &sctp.sides.b] {
                prop_assert!(side.retransmitted <= side.data_chunks);
                prop_assert!(side.gap_reports <= side.sacks);
                prop_assert!(side.missing <= 1 << 26);
            }
            for channel in &channels {
                let sent = &channel.sent;
                prop_assert!(sent.a.messages <= sctp.sides.a.data_chunks + sctp.sides.b.data_chunks);
            }
        }
    }
}
