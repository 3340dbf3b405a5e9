//! SCTP registries: chunk types, parameters, error causes, results, payload protocols of data
//! channels.
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
/// HEARTBEAT.
pub const HEARTBEAT: u8 = 4;
/// HEARTBEAT ACK.
pub const HEARTBEAT_ACK: u8 = 5;
/// ABORT.
pub const ABORT: u8 = 6;
/// SHUTDOWN.
pub const SHUTDOWN: u8 = 7;
/// SHUTDOWN ACK.
pub const SHUTDOWN_ACK: u8 = 8;
/// ERROR.
pub const ERROR: u8 = 9;
/// COOKIE ECHO.
pub const COOKIE_ECHO: u8 = 10;
/// COOKIE ACK.
pub const COOKIE_ACK: u8 = 11;
/// ECNE.
pub const ECNE: u8 = 12;
/// CWR.
pub const CWR: u8 = 13;
/// SHUTDOWN COMPLETE.
pub const SHUTDOWN_COMPLETE: u8 = 14;
/// AUTH.
pub const AUTH: u8 = 15;
/// I-DATA.
pub const I_DATA: u8 = 64;
/// ASCONF-ACK.
pub const ASCONF_ACK: u8 = 128;
/// RE-CONFIG.
pub const RE_CONFIG: u8 = 130;
/// PAD.
pub const PAD: u8 = 132;
/// FORWARD-TSN.
pub const FORWARD_TSN: u8 = 192;
/// ASCONF.
pub const ASCONF: u8 = 193;
/// I-FORWARD-TSN.
pub const I_FORWARD_TSN: u8 = 194;

/// Types of parameters.
pub mod parameter {
    /// Heartbeat info.
    pub const HEARTBEAT: u16 = 1;
    /// IPv4 address.
    pub const IPV4: u16 = 5;
    /// IPv6 address.
    pub const IPV6: u16 = 6;
    /// State cookie.
    pub const STATE_COOKIE: u16 = 7;
    /// Unrecognized parameter.
    pub const UNRECOGNISED: u16 = 8;
    /// Cookie preservative.
    pub const COOKIE_PRESERVATIVE: u16 = 9;
    /// Host name address; deprecated.
    pub const HOST_NAME: u16 = 11;
    /// Supported address types.
    pub const ADDRESS_TYPES: u16 = 12;
    /// Outgoing SSN reset request: the first of the six of RE-CONFIG.
    pub const RESET_OUTGOING: u16 = 13;
    /// Incoming SSN reset request.
    pub const RESET_INCOMING: u16 = 14;
    /// SSN/TSN reset request.
    pub const RESET_TSN: u16 = 15;
    /// Re-configuration response.
    pub const RECONFIG_RESPONSE: u16 = 16;
    /// Add outgoing streams request.
    pub const ADD_OUTGOING: u16 = 17;
    /// Add incoming streams request: the last of the six of RE-CONFIG.
    pub const ADD_INCOMING: u16 = 18;
    /// ECN capable.
    pub const ECN: u16 = 0x8000;
    /// Zero checksum acceptable.
    pub const ZERO_CHECKSUM: u16 = 0x8001;
    /// Random.
    pub const RANDOM: u16 = 0x8002;
    /// Chunk list.
    pub const CHUNK_LIST: u16 = 0x8003;
    /// Requested HMAC algorithm.
    pub const HMACS: u16 = 0x8004;
    /// Supported extensions.
    pub const EXTENSIONS: u16 = 0x8008;
    /// Forward TSN supported.
    pub const FORWARD_TSN: u16 = 0xc000;
    /// Adaptation layer indication.
    pub const ADAPTATION: u16 = 0xc006;
}

/// Codes of error causes.
pub mod cause {
    /// Invalid stream identifier.
    pub const INVALID_STREAM: u16 = 1;
    /// Missing mandatory parameter.
    pub const MISSING_PARAMETERS: u16 = 2;
    /// Stale cookie.
    pub const STALE_COOKIE: u16 = 3;
    /// No user data.
    pub const NO_USER_DATA: u16 = 9;
    /// User-initiated abort.
    pub const USER_ABORT: u16 = 12;
    /// Protocol violation.
    pub const PROTOCOL_VIOLATION: u16 = 13;
    /// Unsupported HMAC identifier.
    pub const UNSUPPORTED_HMAC: u16 = 0x0105;
}

/// DATA_CHANNEL_ACK.
pub const DCEP_ACK: u8 = 2;
/// DATA_CHANNEL_OPEN.
pub const DCEP_OPEN: u8 = 3;

/// Payload protocol of the data channel establishment protocol.
pub const PROTOCOL_DCEP: u32 = 50;
/// Payload protocol of text.
pub const PROTOCOL_STRING: u32 = 51;
/// Deprecated payload protocol of bytes that go on in the next message.
pub const PROTOCOL_BINARY_PARTIAL: u32 = 52;
/// Payload protocol of bytes.
pub const PROTOCOL_BINARY: u32 = 53;
/// Deprecated payload protocol of text that goes on in the next message.
pub const PROTOCOL_STRING_PARTIAL: u32 = 54;
/// Payload protocol of empty text, which travels as one byte.
pub const PROTOCOL_STRING_EMPTY: u32 = 56;
/// Payload protocol of an empty binary message, which travels as one byte.
pub const PROTOCOL_BINARY_EMPTY: u32 = 57;

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

/// Parameters: type, name, specification.
pub const PARAMETERS: &[(u16, &str, &str)] = &[
    (1, "heartbeat info", "RFC 9260"),
    (5, "IPv4 address", "RFC 9260"),
    (6, "IPv6 address", "RFC 9260"),
    (7, "state cookie", "RFC 9260"),
    (8, "unrecognized parameter", "RFC 9260"),
    (9, "cookie preservative", "RFC 9260"),
    (11, "host name address", "RFC 9260"),
    (12, "supported address types", "RFC 9260"),
    (13, "outgoing SSN reset request", "RFC 6525"),
    (14, "incoming SSN reset request", "RFC 6525"),
    (15, "SSN/TSN reset request", "RFC 6525"),
    (16, "re-configuration response", "RFC 6525"),
    (17, "add outgoing streams request", "RFC 6525"),
    (18, "add incoming streams request", "RFC 6525"),
    (0x8000, "ECN capable", "RFC 9260"),
    (0x8001, "zero checksum acceptable", "RFC 9653"),
    (0x8002, "random", "RFC 4895"),
    (0x8003, "chunk list", "RFC 4895"),
    (0x8004, "requested HMAC algorithm", "RFC 4895"),
    (0x8005, "padding", "RFC 4820"),
    (0x8008, "supported extensions", "RFC 5061"),
    (0xc000, "FORWARD-TSN supported", "RFC 3758"),
    (0xc001, "add IP address", "RFC 5061"),
    (0xc002, "delete IP address", "RFC 5061"),
    (0xc003, "error cause indication", "RFC 5061"),
    (0xc004, "set primary address", "RFC 5061"),
    (0xc005, "success indication", "RFC 5061"),
    (0xc006, "adaptation layer indication", "RFC 5061"),
];

/// Error causes: code, name, specification.
pub const CAUSES: &[(u16, &str, &str)] = &[
    (1, "invalid stream identifier", "RFC 9260"),
    (2, "missing mandatory parameter", "RFC 9260"),
    (3, "stale cookie", "RFC 9260"),
    (4, "out of resource", "RFC 9260"),
    (5, "unresolvable address", "RFC 9260"),
    (6, "unrecognized chunk type", "RFC 9260"),
    (7, "invalid mandatory parameter", "RFC 9260"),
    (8, "unrecognized parameters", "RFC 9260"),
    (9, "no user data", "RFC 9260"),
    (10, "cookie received while shutting down", "RFC 9260"),
    (11, "restart with new addresses", "RFC 9260"),
    (12, "user-initiated abort", "RFC 9260"),
    (13, "protocol violation", "RFC 9260"),
    (
        0xa0,
        "request to delete last remaining IP address",
        "RFC 5061",
    ),
    (
        0xa1,
        "operation refused due to resource shortage",
        "RFC 5061",
    ),
    (0xa2, "request to delete source IP address", "RFC 5061"),
    (0xa3, "aborted due to illegal ASCONF-ACK", "RFC 5061"),
    (0xa4, "request refused, no authorization", "RFC 5061"),
    (0x0105, "unsupported HMAC identifier", "RFC 4895"),
];

/// Results of a re-configuration: value, name, specification.
pub const RESULTS: &[(u32, &str, &str)] = &[
    (0, "success, nothing to do", "RFC 6525"),
    (1, "success, performed", "RFC 6525"),
    (2, "denied", "RFC 6525"),
    (3, "error, wrong SSN", "RFC 6525"),
    (4, "error, request already in progress", "RFC 6525"),
    (5, "error, bad sequence number", "RFC 6525"),
    (6, "in progress", "RFC 6525"),
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

/// Types of data channels in DATA_CHANNEL_OPEN.
pub const CHANNEL_TYPES: &[(u8, &str, &str)] = &[
    (0x00, "ordered, reliable", "RFC 8832"),
    (0x01, "ordered, limited retransmissions", "RFC 8832"),
    (0x02, "ordered, limited life time", "RFC 8832"),
    (0x80, "unordered, reliable", "RFC 8832"),
    (0x81, "unordered, limited retransmissions", "RFC 8832"),
    (0x82, "unordered, limited life time", "RFC 8832"),
];

type Rows<T> = &'static [(T, &'static str, &'static str)];

fn name<T: PartialEq>(rows: Rows<T>, wanted: T) -> Option<&'static str> {
    let row = rows.iter().find(|(value, _, _)| *value == wanted);
    row.map(|(_, name, _)| *name)
}

/// Name of a chunk type.
pub fn chunk_name(chunk_type: u8) -> Option<&'static str> {
    name(CHUNKS, chunk_type)
}

/// Name of a parameter.
pub fn parameter_name(kind: u16) -> Option<&'static str> {
    name(PARAMETERS, kind)
}

/// Name of an error cause.
pub fn cause_name(code: u16) -> Option<&'static str> {
    name(CAUSES, code)
}

/// Name of a re-configuration's result.
pub fn result_name(result: u32) -> Option<&'static str> {
    name(RESULTS, result)
}

/// Name of a payload protocol identifier.
pub fn protocol_name(protocol: u32) -> Option<&'static str> {
    name(PROTOCOLS, protocol)
}

/// Name of a data channel's type.
pub fn channel_type_name(channel_type: u8) -> Option<&'static str> {
    name(CHANNEL_TYPES, channel_type)
}

/// Whether this is the payload protocol of an empty message, whose one byte means nothing.
pub fn is_empty(protocol: u32) -> bool {
    matches!(protocol, PROTOCOL_STRING_EMPTY | PROTOCOL_BINARY_EMPTY)
}

/// Whether user data with this payload protocol belongs to a data channel.
pub fn is_data_channel(protocol: u32) -> bool {
    protocol_name(protocol).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_unique() {
        fn sorted<T: PartialOrd>(rows: Rows<T>) -> bool {
            rows.windows(2).all(|w| w[0].0 < w[1].0)
        }
        assert!(sorted(CHUNKS) && sorted(PARAMETERS) && sorted(CAUSES));
        assert!(sorted(RESULTS) && sorted(PROTOCOLS) && sorted(CHANNEL_TYPES));
        assert_eq!(chunk_name(I_DATA), Some("I-DATA"));
        assert_eq!(parameter_name(0x8001), Some("zero checksum acceptable"));
        assert_eq!(cause_name(cause::USER_ABORT), Some("user-initiated abort"));
        assert_eq!(result_name(7), None);
        assert!(is_data_channel(50) && !is_data_channel(46) && !is_data_channel(3));
    }
}
