use super::*;
use crate::proto::testing::{hex, rows, summary};

/// Decrypted from a call between two Chromiums.
const INIT: &str =
    "1388138800000000387fe7380100001e212437e100500000ffffffff56385444c00000048008000682c00000";
const OPEN: &str =
    "13881388212437e13fdb635b0003002066cda2940001000000000032030001000000000000040000 63686174";
const SACK: &str = "13881388cfb32cc38781386b0300001066cda2940048000000000000";
const TWO_GAPS: &str = "13881388 00000001 00000000 0300001c 00000064 00010000 00020001
    00020003 00050005 00000063 c2000008 00000070";
const I_DATA: &str =
    "13881388 00000001 00000000 40010016 00000001 00070000 00000009 00000002 6162 0000";

#[test]
fn chunks_of_a_data_channel_are_read() {
    let bytes = hex(INIT);
    let packet = SctpPacket::parse(&bytes).unwrap();
    assert_eq!((packet.source_port, packet.verification_tag), (5000, 0));
    let [Ok(chunk)] = packet.chunks().collect::<Vec<_>>()[..] else {
        panic!();
    };
    let Ok(ChunkValue::Init(init)) = chunk.value() else {
        panic!("{chunk:?}");
    };
    assert_eq!(
        (init.initiate_tag, init.initial_tsn),
        (0x2124_37e1, 0x5638_5444)
    );
    assert_eq!(
        (init.outbound_streams, init.inbound_streams),
        (65535, 65535)
    );
    let bytes = hex(OPEN);
    let packet = SctpPacket::parse(&bytes).unwrap();
    let Ok(ChunkValue::Data(data)) = packet.chunks().next().unwrap().unwrap().value() else {
        panic!();
    };
    assert_eq!((data.stream, data.protocol), (1, Some(50)));
    assert!(data.begins && data.ends && !data.unordered);
    assert!(data.payload.ends_with(b"chat"));
    assert_eq!(
        summary(&packet),
        "SCTP DATA TSN 1724752532 stream 1 DCEP 16 bytes"
    );
}

#[test]
fn acknowledgements_have_gaps_and_duplicates() {
    let bytes = hex(TWO_GAPS);
    let packet = SctpPacket::parse(&bytes).unwrap();
    let Ok(ChunkValue::Sack(sack)) = packet.chunks().next().unwrap().unwrap().value() else {
        panic!();
    };
    assert_eq!(sack.gaps().collect::<Vec<_>>(), [(2, 3), (5, 5)]);
    assert_eq!(sack.duplicates().collect::<Vec<_>>(), [99]);
    assert_eq!(summary(&packet), "SCTP SACK 100 + I-FORWARD-TSN 112");
}

#[test]
fn later_fragments_of_i_data_have_no_protocol() {
    let bytes = hex(I_DATA);
    let packet = SctpPacket::parse(&bytes).unwrap();
    let Ok(ChunkValue::Data(data)) = packet.chunks().next().unwrap().unwrap().value() else {
        panic!();
    };
    assert_eq!(
        (data.message, data.protocol, data.payload),
        (9, None, &b"ab"[..])
    );
    assert!(data.ends && !data.begins);
    assert_eq!(packet.chunks().count(), 1, "padding is no chunk");
}

#[test]
fn chunk_lengths_that_cannot_be_end_the_walk() {
    let bytes = hex("13881388 00000001 00000000 0b000004 00000003 00000000");
    let all: Vec<_> = SctpPacket::parse(&bytes).unwrap().chunks().collect();
    assert!(all[0].is_ok());
    assert_eq!(
        all[1],
        Err(ParseError::value("chunk length", 18, 3, "at least 4"))
    );
    assert_eq!(all.len(), 2);
    let bytes = hex("13881388 00000001 00000000 0b000008 000000");
    let all: Vec<_> = SctpPacket::parse(&bytes).unwrap().chunks().collect();
    assert_eq!(all, [Err(ParseError::length("chunk length", 14, 4, 3))]);
}

#[test]
fn prefixes_and_flipped_bytes_are_answered() {
    let read = |data: &[u8]| {
        if let Ok(packet) = SctpPacket::parse(data) {
            summary(&packet);
            for row in rows(&packet, data) {
                assert!(row.bytes.is_none_or(|bytes| bytes.end <= data.len()));
            }
        }
    };
    for text in [INIT, OPEN, SACK, TWO_GAPS, I_DATA] {
        let bytes = hex(text);
        for at in 0..bytes.len() {
            read(&bytes[..at]);
            let mut bad = bytes.clone();
            bad[at] ^= 0xff;
            read(&bad);
        }
        read(&bytes);
    }
}
