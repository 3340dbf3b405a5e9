//! RTCP registries: packet types, feedback formats, SDES items, XR block types.
//!
//! Source: the IANA registry "RTP Parameters"; REMB and transport-cc from their drafts.

/// Sender report.
pub const SR: u8 = 200;
/// Receiver report.
pub const RR: u8 = 201;
/// Source description.
pub const SDES: u8 = 202;
/// Goodbye.
pub const BYE: u8 = 203;
/// Application-defined.
pub const APP: u8 = 204;
/// Transport layer feedback.
pub const RTPFB: u8 = 205;
/// Payload-specific feedback.
pub const PSFB: u8 = 206;
/// Extended report.
pub const XR: u8 = 207;

/// Packet types: value, short name, specification.
pub const PACKET_TYPES: &[(u8, &str, &str)] = &[
    (192, "FIR (RFC 2032)", "RFC 2032"),
    (193, "NACK (RFC 2032)", "RFC 2032"),
    (195, "IJ", "RFC 5450"),
    (200, "SR", "RFC 3550"),
    (201, "RR", "RFC 3550"),
    (202, "SDES", "RFC 3550"),
    (203, "BYE", "RFC 3550"),
    (204, "APP", "RFC 3550"),
    (205, "RTPFB", "RFC 4585"),
    (206, "PSFB", "RFC 4585"),
    (207, "XR", "RFC 3611"),
    (208, "AVB", "IEEE 1733"),
    (209, "RSI", "RFC 5760"),
    (210, "TOKEN", "RFC 6284"),
    (211, "IDMS", "RFC 7272"),
    (212, "RGRS", "RFC 8861"),
];

/// Formats of transport layer feedback.
pub const RTPFB_FORMATS: &[(u8, &str, &str)] = &[
    (1, "NACK", "RFC 4585"),
    (3, "TMMBR", "RFC 5104"),
    (4, "TMMBN", "RFC 5104"),
    (5, "SR-REQ", "RFC 6051"),
    (6, "RAMS", "RFC 6285"),
    (7, "TLLEI", "RFC 6642"),
    (8, "ECN", "RFC 6679"),
    (9, "PAUSE-RESUME", "RFC 7728"),
    (10, "DBI", "3GPP TS 26.114"),
    (11, "CCFB", "RFC 8888"),
    (
        15,
        "transport-cc",
        "draft-holmer-rmcat-transport-wide-cc-extensions-01",
    ),
];

/// Formats of payload-specific feedback.
pub const PSFB_FORMATS: &[(u8, &str, &str)] = &[
    (1, "PLI", "RFC 4585"),
    (2, "SLI", "RFC 4585"),
    (3, "RPSI", "RFC 4585"),
    (4, "FIR", "RFC 5104"),
    (5, "TSTR", "RFC 5104"),
    (6, "TSTN", "RFC 5104"),
    (7, "VBCM", "RFC 5104"),
    (8, "PSLEI", "RFC 6642"),
    (9, "ROI", "3GPP TS 26.114"),
    (10, "LRR", "RFC 9627"),
    (15, "AFB", "RFC 4585"),
];

/// Items of source descriptions.
pub const SDES_ITEMS: &[(u8, &str, &str)] = &[
    (1, "CNAME", "RFC 3550"),
    (2, "NAME", "RFC 3550"),
    (3, "EMAIL", "RFC 3550"),
    (4, "PHONE", "RFC 3550"),
    (5, "LOC", "RFC 3550"),
    (6, "TOOL", "RFC 3550"),
    (7, "NOTE", "RFC 3550"),
    (8, "PRIV", "RFC 3550"),
    (9, "H323-CADDR", "H.323"),
    (10, "APSI", "RFC 6776"),
    (11, "RGRP", "RFC 8861"),
    (12, "RtpStreamId", "RFC 8852"),
    (13, "RepairedRtpStreamId", "RFC 8852"),
    (14, "CCID", "RFC 8849"),
    (15, "MID", "RFC 9143"),
];

/// Blocks of extended reports.
pub const XR_BLOCKS: &[(u8, &str, &str)] = &[
    (1, "Loss RLE", "RFC 3611"),
    (2, "Duplicate RLE", "RFC 3611"),
    (3, "Packet Receipt Times", "RFC 3611"),
    (4, "Receiver Reference Time", "RFC 3611"),
    (5, "DLRR", "RFC 3611"),
    (6, "Statistics Summary", "RFC 3611"),
    (7, "VoIP Metrics", "RFC 3611"),
    (10, "Post-Repair Loss RLE", "RFC 5725"),
    (14, "Measurement Information", "RFC 6776"),
    (15, "Packet Delay Variation Metrics", "RFC 6798"),
    (16, "Delay Metrics", "RFC 6843"),
    (17, "Burst/Gap Loss Summary Statistics", "RFC 7004"),
    (18, "Burst/Gap Discard Summary Statistics", "RFC 7004"),
    (19, "Frame Impairment Statistics Summary", "RFC 7004"),
    (20, "Burst/Gap Loss Metrics", "RFC 6958"),
    (21, "Burst/Gap Discard Metrics", "RFC 7003"),
    (23, "De-Jitter Buffer Metrics", "RFC 7005"),
    (24, "Discard Count Metrics", "RFC 7002"),
    (25, "Discard RLE", "RFC 7097"),
    (42, "Target Bitrate", "libwebrtc"),
];

type Table = &'static [(u8, &'static str, &'static str)];

fn name(table: Table, value: u8) -> Option<&'static str> {
    table
        .iter()
        .find(|(row, _, _)| *row == value)
        .map(|(_, name, _)| *name)
}

/// Short name of a packet type.
pub fn packet_name(packet_type: u8) -> Option<&'static str> {
    name(PACKET_TYPES, packet_type)
}

/// Short name of a feedback format of packet type 205 or 206.
pub fn feedback_name(packet_type: u8, format: u8) -> Option<&'static str> {
    match packet_type {
        RTPFB => name(RTPFB_FORMATS, format),
        PSFB => name(PSFB_FORMATS, format),
        _ => None,
    }
}

/// Name of an SDES item.
pub fn sdes_name(item_type: u8) -> Option<&'static str> {
    name(SDES_ITEMS, item_type)
}

/// Name of an XR block type.
pub fn xr_name(block_type: u8) -> Option<&'static str> {
    name(XR_BLOCKS, block_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_unique() {
        for table in [
            PACKET_TYPES,
            RTPFB_FORMATS,
            PSFB_FORMATS,
            SDES_ITEMS,
            XR_BLOCKS,
        ] {
            assert!(table.windows(2).all(|w| w[0].0 < w[1].0));
        }
        assert_eq!(feedback_name(PSFB, 1), Some("PLI"));
        assert_eq!(feedback_name(SR, 1), None);
    }
}
