use super::testing::decode_as_everything;
use super::*;
use crate::demux::classify;
use proptest::prelude::*;

#[test]
fn unknown_payloads_are_shown_as_such() {
    let data = [5u8, 6, 7];
    let message = parse(&data, classify(&data, 0), 0).unwrap();
    assert_eq!(message, Message::Unknown(&data));
    assert_eq!(testing::summary(&message), "unknown  3 bytes");
}

#[test]
fn summaries_stay_short() {
    let starts: [(&[u8], usize); 3] = [
        (&[0x80, 203, 0, 0], 4),
        (&[20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], 14),
        (&[0x20, 7, 7], 3),
    ];
    for (part, len) in starts {
        let data = part.repeat(60_000 / len);
        let message = parse(&data, classify(&data, 0), 0).unwrap();
        let shown = testing::summary(&message);
        assert!(shown.len() < 1000, "{}", shown.len());
    }
}

/// Starts that get random bytes past the first checks of each protocol.
fn start() -> impl Strategy<Value = Vec<u8>> {
    let starts: [&[u8]; 14] = [
        &[],
        &[
            0, 1, 0, 40, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ],
        &[0x40, 0],
        &[
            22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 1, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48,
        ],
        &[
            22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 2, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48,
        ],
        &[0x2e],
        &[0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 4],
        &[0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x10, 0, 0, 4],
        &[0x81, 200, 0, 12],
        &[0x82, 202, 0, 10],
        &[0x8f, 205, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2],
        &[0x8b, 205, 0, 12, 0, 0, 0, 1],
        &[
            0x8f, 206, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2, b'R', b'E', b'M', b'B',
        ],
        &[0x80, 207, 0, 12, 0, 0, 0, 1, 6, 0xff, 0, 9],
    ];
    let starts: Vec<Vec<u8>> = starts.iter().map(|s| s.to_vec()).collect();
    proptest::sample::select(starts)
}

proptest! {
    #[test]
    fn any_bytes_are_answered(
        start in start(),
        rest in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        decode_as_everything(&[start, rest].concat());
    }

    #[test]
    fn what_classify_believes_can_be_parsed(
        start in start(),
        rest in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let data = [start, rest].concat();
        prop_assert!(parse(&data, classify(&data, 0), 0).is_ok());
    }
}
