use super::*;
use crate::proto::testing::{every_prefix, hex, rows, summary};

/// Opus from Chromium with four one-byte extension elements, encrypted.
const CHROMIUM_OPUS: &str = "90ef4a8aae33969f0c955333bede00032277c3de310001403010ff00";

fn parse(bytes: &[u8]) -> RtpPacket<'_> {
    RtpPacket::parse(bytes).unwrap()
}

#[test]
fn fixed_header_is_read() {
    let bytes = hex("80ef39fba5df632bc511a0987884c134");
    let packet = parse(&bytes);
    assert!(packet.marker() && !packet.has_padding() && !packet.has_extension());
    assert_eq!(packet.payload_type(), 111);
    assert_eq!(packet.sequence_number(), 14843);
    assert_eq!(packet.timestamp(), 2_782_880_555);
    assert_eq!(packet.ssrc(), 0xc511_a098);
    assert_eq!(packet.payload(), hex("7884c134"));
    assert_eq!(packet.unpadded_payload(), Some(&bytes[12..]));
    assert_eq!((packet.header_len(), packet.payload_wire_len()), (12, 4));
    assert_eq!(
        summary(&packet),
        "PT 111 seq 14843 ts 2782880555 M ssrc 0xc511a098"
    );
}

#[test]
fn csrcs_extension_and_padding_are_found() {
    let bytes = hex("b2600001 00000002 00000003 0000000a 0000000b bede0001 10aa2000 0102 000003");
    let packet = parse(&bytes);
    assert_eq!(packet.csrcs().collect::<Vec<_>>(), [10, 11]);
    assert_eq!(packet.extension_profile(), Some(0xbede));
    assert_eq!(packet.header_len(), 28);
    assert_eq!(packet.padding_len(), Some(3));
    assert_eq!(packet.unpadded_payload(), Some(&[1, 2][..]));
    assert_eq!(packet.extension(1), Some(&[0xaa][..]));
    assert_eq!(packet.extension(2), Some(&[0][..]));
    assert_eq!(packet.extension(3), None);
}

#[test]
fn padding_counts_that_cannot_be_are_refused() {
    for (bytes, count) in [
        (hex("a0600001 00000002 00000003 01020300"), Some(0)),
        (hex("a0600001 00000002 00000003 01020305"), Some(5)),
        (hex("a0600001 00000002 00000003"), None),
    ] {
        let packet = parse(&bytes);
        assert_eq!(packet.padding_len(), count);
        assert_eq!(packet.unpadded_payload(), None);
    }
    let all = hex("a0600001 00000002 00000003 00000004");
    assert_eq!(parse(&all).unpadded_payload(), Some(&[][..]));
    let cut = RtpPacket::parse_cut(&all, 1).unwrap();
    assert_eq!((cut.padding_len(), cut.payload_wire_len()), (None, 5));
}

fn elements(profile: u16, data: &[u8]) -> Vec<Result<(u8, &[u8]), ParseError>> {
    Extensions::new(Some(profile), data, 16)
        .map(|e| e.map(|e| (e.id, e.data)))
        .collect()
}

#[test]
fn one_byte_elements_end_at_15_and_skip_padding() {
    assert_eq!(
        elements(0xbede, &[0x10, 0xaa, 0x00, 0x00, 0x21, 1, 2, 0xf0, 0x30, 0]),
        [Ok((1, &[0xaa][..])), Ok((2, &[1, 2][..]))]
    );
    assert_eq!(
        elements(0xbede, &[0x03, 1, 2, 3, 0x10, 0xaa]),
        [],
        "id 0 with a length"
    );
    assert_eq!(
        elements(0xbede, &[0x10, 0xaa, 0x13, 1]),
        [
            Ok((1, &[0xaa][..])),
            Err(ParseError::length("header extension element", 18, 5, 2))
        ]
    );
}

#[test]
fn two_byte_elements_may_be_empty_and_ids_reach_255() {
    assert_eq!(
        elements(0x1005, &[1, 0, 0, 255, 2, 7, 8, 15, 1, 9]),
        [Ok((1, &[][..])), Ok((255, &[7, 8][..])), Ok((15, &[9][..]))]
    );
    assert_eq!(
        elements(0x1000, &[3]),
        [Err(ParseError::truncated(
            "header extension element",
            16,
            2,
            1
        ))]
    );
    assert_eq!(elements(0x1234, &[1, 0]), [], "a profile of its own");
}

#[test]
fn headers_that_do_not_fit_say_where() {
    let error = |text: &str| RtpPacket::parse(&hex(text)).unwrap_err();
    assert_eq!(error("8060"), ParseError::truncated("RTP header", 0, 12, 2));
    assert_eq!(
        error("4060000100000002 00000003").to_string(),
        "version at byte 0 is 1, expected version 2"
    );
    assert_eq!(
        error("826000010000000200000003 0000000a"),
        ParseError::truncated("CSRC list", 12, 8, 4)
    );
    assert_eq!(
        error("906000010000000200000003 bede0002 00000000"),
        ParseError::length("header extension", 14, 8, 4)
    );
}

#[test]
fn a_packet_cut_inside_its_header_keeps_what_is_there() {
    let whole = hex(CHROMIUM_OPUS);
    for end in 12..whole.len() {
        let missing = (whole.len() - end) as u32;
        let packet = RtpPacket::parse_cut(&whole[..end], missing).unwrap();
        assert_eq!(packet.ssrc(), 0x0c95_5333);
        assert_eq!(packet.wire_len(), whole.len());
        assert!(packet.payload().is_empty());
        if end >= 16 {
            assert_eq!(packet.header_len(), whole.len());
        }
    }
}

#[test]
fn inputs_that_made_another_decoder_panic_are_answered() {
    for text in [
        "9060331b68669eb36f1dcf73bede0001e17f1950",
        "b060000100000001000000021000000102030405",
        "b06000010000000041fb000010000001fb000010",
    ] {
        let bytes = hex(text);
        let packet = parse(&bytes);
        assert!(packet.extensions().any(|e| e.is_err()), "{text}");
        assert!(rows(&packet, &bytes).iter().any(|row| row.problem));
        every_prefix(&bytes);
    }
}

#[test]
fn prefixes_are_answered() {
    every_prefix(&hex(CHROMIUM_OPUS));
    every_prefix(&hex(
        "b2600001 00000002 00000003 0000000a 0000000b 10000001 01000200 0102 000003",
    ));
}

#[test]
fn tree_rows_know_their_bytes() {
    let bytes = hex(CHROMIUM_OPUS);
    let packet = parse(&bytes);
    let rows = rows(&packet, &bytes);
    let row = |label: &str| rows.iter().find(|r| r.label == label).unwrap();
    assert_eq!(row("sequence number").bytes, Some(2..4));
    assert_eq!(
        (row("marker").bytes.clone(), row("marker").bits),
        (Some(1..2), Some(0x80))
    );
    assert_eq!(
        (row("id 3").value.as_str(), row("id 3").bytes.clone()),
        ("0001", Some(20..23))
    );
}
