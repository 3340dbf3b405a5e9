//! SCTP registries: chunk types, payload protocol identifiers of data channels.
//!
//! Source: the IANA registry "SCTP Parameters".

/// DATA.
pub const DATA: u8 = 0;
/// INIT.
pub const INIT: u8 = 1;
/// INIT ACK.
pub const INIT_ACK: u8 = 2;
/// SACK.
pub const SACK: u8 = 3;
/// I-DATA.
pub const I_DATA: u8 = 64;
/// FORWARD-TSN.
pub const FORWARD_TSN: u8 = 192;
/// I-FORWARD-TSN.
pub const I_FORWARD_TSN: u8 = 194;

/// Chunk types: value, name, specification.
pub const CHUNKS: &[(u8, &str, &str)] = &[
    (0, "DATA", "RFC 9260"),
    (1, "INIT", "RFC 9260"),
    (2, "INIT ACK", "RFC 9260"),
    (3, "SACK", "RFC 9260"),
    (4, "HEARTBEAT", "RFC 9260"),
    (5, "HEARTBEAT ACK", "RFC 9260"),
    (6, "ABORT", "RFC 9260"),
    (7, "SHUTDOWN", "RFC 9260"),
    (8, "SHUTDOWN ACK", "RFC 9260"),
    (9, "ERROR", "RFC 9260"),
    (10, "COOKIE ECHO", "RFC 9260"),
    (11, "COOKIE ACK", "RFC 9260"),
    (12, "ECNE", "RFC 9260"),
    (13, "CWR", "RFC 9260"),
    (14, "SHUTDOWN COMPLETE", "RFC 9260"),
    (15, "AUTH", "RFC 4895"),
    (64, "I-DATA", "RFC 8260"),
    (128, "ASCONF-ACK", "RFC 5061"),
    (130, "RE-CONFIG", "RFC 6525"),
    (132, "PAD", "RFC 4820"),
    (192, "FORWARD-TSN", "RFC 3758"),
    (193, "ASCONF", "RFC 5061"),
    (194, "I-FORWARD-TSN", "RFC 8260"),
];

/// Payload protocol identifiers of data channels.
pub const PROTOCOLS: &[(u32, &str, &str)] = &[
    (50, "DCEP", "RFC 8832"),
    (51, "string", "RFC 8831"),
    (52, "binary, partial", "RFC 8831"),
    (53, "binary", "RFC 8831"),
    (54, "string, partial", "RFC 8831"),
    (56, "string, empty", "RFC 8831"),
    (57, "binary, empty", "RFC 8831"),
];

/// Name of a chunk type.
pub fn chunk_name(chunk_type: u8) -> Option<&'static str> {
    CHUNKS
        .iter()
        .find(|(value, _, _)| *value == chunk_type)
        .map(|(_, name, _)| *name)
}

/// Name of a payload protocol identifier.
pub fn protocol_name(protocol: u32) -> Option<&'static str> {
    PROTOCOLS
        .iter()
        .find(|(value, _, _)| *value == protocol)
        .map(|(_, name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_unique() {
        assert!(CHUNKS.windows(2).all(|w| w[0].0 < w[1].0));
        assert!(PROTOCOLS.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(chunk_name(I_DATA), Some("I-DATA"));
    }
}
