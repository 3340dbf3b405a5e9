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

/// Closes the channel on stream 3.
const RESET: &str = "13881388f55a5cafa74f0cc082000016 000d0012 22cfcc7222cfcc7222cfceab 00030000";
/// How Chromium ends an association.
const ABORT: &str = "13881388f55a5caf2581f6f706000014 000c0010 436c6f73652063616c6c6564";
/// A chunk of each type that the others lack.
const ALL_TYPES: &str = "13881388 00000001 00000000 02000014 00000002 00001000 00010001 00000003
    0400000c 00010008 01020304 0500000c 00010008 01020304 07000008 00000009 08000004
    09000008 00040004 0a000006 abcd0000 0b000004 0c000008 00000005 0d000008 00000005 0e010004
    0f00000c 00000001 01020304 80000008 00000007 84000005 00000000 c1000008 00000007
    ff000005 01000000";

#[test]
fn every_type_of_chunk_is_named_and_closed_channels_are() {
    let words = |text| {
        let bytes = hex(text);
        summary(&SctpPacket::parse(&bytes).unwrap())
    };
    assert_eq!(words(RESET), "SCTP RE-CONFIG reset outgoing stream 3");
    assert_eq!(
        words(ABORT),
        "SCTP ABORT (user-initiated abort: Close called)"
    );
    let bytes = hex(ALL_TYPES);
    let packet = SctpPacket::parse(&bytes).unwrap();
    let values: Vec<_> = packet
        .chunks()
        .map(|c| c.unwrap().value().unwrap())
        .collect();
    assert_eq!(values.len(), 16);
    assert_eq!(values[1], ChunkValue::Heartbeat(&[1, 2, 3, 4]));
    assert_eq!(values[3], ChunkValue::Shutdown(9));
    assert_eq!(values[6], ChunkValue::Cookie(&[0xab, 0xcd]));
    assert_eq!(values[8], ChunkValue::Congestion(5));
    assert_eq!(values[15], ChunkValue::Other(&[1]));
    let tree = rows(&packet, &bytes);
    assert!(tree.iter().all(|row| !row.problem), "{tree:#?}");
}

#[test]
fn checksums_are_verified() {
    let bytes = hex(INIT);
    let packet = SctpPacket::parse(&bytes).unwrap();
    assert_eq!(packet.verify(), Checksum::Correct);
    let mut bad = bytes.clone();
    bad[20] ^= 1;
    let expected = packet.checksum;
    let verdict = SctpPacket::parse(&bad).unwrap().verify();
    assert!(matches!(verdict, Checksum::Wrong { expected: e } if e != expected));
    bad[8..12].fill(0);
    assert_eq!(SctpPacket::parse(&bad).unwrap().verify(), Checksum::Zero);
    let cut = SctpPacket::parse_cut(&bytes[..30], 14).unwrap();
    assert_eq!(cut.verify(), Checksum::Cut);
}

#[test]
fn what_the_snaplen_cut_off_is_missing_and_not_wrong() {
    let bytes = hex(OPEN);
    let packet = SctpPacket::parse_cut(&bytes[..40], 4).unwrap();
    let chunk = packet.chunks().next().unwrap().unwrap();
    assert_eq!((chunk.missing, chunk.data.len()), (4, 24));
    let Ok(ChunkValue::Data(data)) = chunk.value() else {
        panic!("{chunk:?}");
    };
    assert_eq!(data.tsn, 1_724_752_532);
    assert!(packet.chunks().count() == 1);
    let less = SctpPacket::parse_cut(&bytes[..40], 3).unwrap();
    assert!(less.chunks().next().unwrap().is_err());
}

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
        "SCTP DATA TSN 1724752532 stream 1 DATA_CHANNEL_OPEN \"chat\""
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
    assert_eq!(
        summary(&packet),
        "SCTP SACK 100 (2 gaps, 1 duplicates) + I-FORWARD-TSN 112"
    );
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
    for text in [INIT, OPEN, SACK, TWO_GAPS, I_DATA, RESET, ABORT, ALL_TYPES] {
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
