//! STUN registries: methods, attributes, error codes, transports.
//!
//! Sources: the IANA registry "STUN Parameters"; for vendors, libwebrtc's `stun.h` and Microsoft's
//! \[MS-TURN\] and \[MS-ICE2\]. One row adds an attribute.

/// How an attribute's value is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bytes whose meaning is unknown or opaque.
    Bytes,
    /// No value; presence is the message.
    Flag,
    /// UTF-8 text.
    Text,
    /// A 16-bit number, followed by 16 bits that are ignored.
    U16,
    /// A 32-bit number.
    U32,
    /// A 64-bit number.
    U64,
    /// Family, port and address in clear.
    Address,
    /// Family, port and address XORed with cookie and transaction id.
    XorAddress,
    /// Class, number and reason phrase.
    ErrorCode,
    /// A list of attribute types.
    AttributeTypes,
    /// An IP protocol number in the first byte.
    Transport,
    /// An address family in the first byte.
    Family,
    /// A change request: change IP, change port.
    ChangeRequest,
    /// A family and an error code (RFC 8656 ADDRESS-ERROR-CODE).
    AddressErrorCode,
    /// Google's network id and network cost.
    NetworkInfo,
}

/// One attribute type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Type on the wire.
    pub value: u16,
    /// Name in its specification.
    pub name: &'static str,
    /// Layout of the value.
    pub kind: Kind,
    /// Where it is specified.
    pub source: &'static str,
}

const fn row(value: u16, name: &'static str, kind: Kind, source: &'static str) -> Row {
    Row {
        value,
        name,
        kind,
        source,
    }
}

/// MAPPED-ADDRESS.
pub const MAPPED_ADDRESS: u16 = 0x0001;
/// USERNAME.
pub const USERNAME: u16 = 0x0006;
/// MESSAGE-INTEGRITY.
pub const MESSAGE_INTEGRITY: u16 = 0x0008;
/// ERROR-CODE.
pub const ERROR_CODE: u16 = 0x0009;
/// CHANNEL-NUMBER.
pub const CHANNEL_NUMBER: u16 = 0x000c;
/// LIFETIME.
pub const LIFETIME: u16 = 0x000d;
/// XOR-PEER-ADDRESS.
pub const XOR_PEER_ADDRESS: u16 = 0x0012;
/// DATA.
pub const DATA: u16 = 0x0013;
/// REALM.
pub const REALM: u16 = 0x0014;
/// NONCE.
pub const NONCE: u16 = 0x0015;
/// XOR-RELAYED-ADDRESS.
pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
/// REQUESTED-TRANSPORT.
pub const REQUESTED_TRANSPORT: u16 = 0x0019;
/// MESSAGE-INTEGRITY-SHA256.
pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001c;
/// XOR-MAPPED-ADDRESS.
pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// PRIORITY.
pub const PRIORITY: u16 = 0x0024;
/// USE-CANDIDATE.
pub const USE_CANDIDATE: u16 = 0x0025;
/// SOFTWARE.
pub const SOFTWARE: u16 = 0x8022;
/// FINGERPRINT.
pub const FINGERPRINT: u16 = 0x8028;
/// ICE-CONTROLLED.
pub const ICE_CONTROLLED: u16 = 0x8029;
/// ICE-CONTROLLING.
pub const ICE_CONTROLLING: u16 = 0x802a;
/// GOOG-NETWORK-INFO.
pub const GOOG_NETWORK_INFO: u16 = 0xc057;
/// META-DTLS-IN-STUN: a DTLS packet inside a connectivity check.
pub const DTLS_IN_STUN: u16 = 0xc070;
/// META-DTLS-IN-STUN-ACK.
pub const DTLS_IN_STUN_ACK: u16 = 0xc071;

/// Attribute types, ascending.
pub const ATTRIBUTES: &[Row] = &[
    row(0x0001, "MAPPED-ADDRESS", Kind::Address, "RFC 8489"),
    row(0x0002, "RESPONSE-ADDRESS", Kind::Address, "RFC 3489"),
    row(0x0003, "CHANGE-REQUEST", Kind::ChangeRequest, "RFC 5780"),
    row(0x0004, "SOURCE-ADDRESS", Kind::Address, "RFC 3489"),
    row(0x0005, "CHANGED-ADDRESS", Kind::Address, "RFC 3489"),
    row(0x0006, "USERNAME", Kind::Text, "RFC 8489"),
    row(0x0007, "PASSWORD", Kind::Bytes, "RFC 3489"),
    row(0x0008, "MESSAGE-INTEGRITY", Kind::Bytes, "RFC 8489"),
    row(0x0009, "ERROR-CODE", Kind::ErrorCode, "RFC 8489"),
    row(
        0x000a,
        "UNKNOWN-ATTRIBUTES",
        Kind::AttributeTypes,
        "RFC 8489",
    ),
    row(0x000b, "REFLECTED-FROM", Kind::Address, "RFC 3489"),
    row(0x000c, "CHANNEL-NUMBER", Kind::U16, "RFC 8656"),
    row(0x000d, "LIFETIME", Kind::U32, "RFC 8656"),
    row(0x000f, "MAGIC-COOKIE", Kind::Bytes, "MS-TURN"),
    row(0x0010, "BANDWIDTH", Kind::U32, "MS-TURN"),
    row(0x0011, "DESTINATION-ADDRESS", Kind::Address, "MS-TURN"),
    row(0x0012, "XOR-PEER-ADDRESS", Kind::XorAddress, "RFC 8656"),
    row(0x0013, "DATA", Kind::Bytes, "RFC 8656"),
    row(0x0014, "REALM", Kind::Text, "RFC 8489"),
    row(0x0015, "NONCE", Kind::Text, "RFC 8489"),
    row(0x0016, "XOR-RELAYED-ADDRESS", Kind::XorAddress, "RFC 8656"),
    row(0x0017, "REQUESTED-ADDRESS-FAMILY", Kind::Family, "RFC 8656"),
    row(0x0018, "EVEN-PORT", Kind::Bytes, "RFC 8656"),
    row(0x0019, "REQUESTED-TRANSPORT", Kind::Transport, "RFC 8656"),
    row(0x001a, "DONT-FRAGMENT", Kind::Flag, "RFC 8656"),
    row(0x001b, "ACCESS-TOKEN", Kind::Bytes, "RFC 7635"),
    row(0x001c, "MESSAGE-INTEGRITY-SHA256", Kind::Bytes, "RFC 8489"),
    row(0x001d, "PASSWORD-ALGORITHM", Kind::Bytes, "RFC 8489"),
    row(0x001e, "USERHASH", Kind::Bytes, "RFC 8489"),
    row(0x0020, "XOR-MAPPED-ADDRESS", Kind::XorAddress, "RFC 8489"),
    row(0x0022, "RESERVATION-TOKEN", Kind::Bytes, "RFC 8656"),
    row(0x0024, "PRIORITY", Kind::U32, "RFC 8445"),
    row(0x0025, "USE-CANDIDATE", Kind::Flag, "RFC 8445"),
    row(0x0026, "PADDING", Kind::Bytes, "RFC 5780"),
    row(0x0027, "RESPONSE-PORT", Kind::U16, "RFC 5780"),
    row(0x002a, "CONNECTION-ID", Kind::U32, "RFC 6062"),
    row(
        0x8000,
        "ADDITIONAL-ADDRESS-FAMILY",
        Kind::Family,
        "RFC 8656",
    ),
    row(
        0x8001,
        "ADDRESS-ERROR-CODE",
        Kind::AddressErrorCode,
        "RFC 8656",
    ),
    row(0x8002, "PASSWORD-ALGORITHMS", Kind::Bytes, "RFC 8489"),
    row(0x8003, "ALTERNATE-DOMAIN", Kind::Text, "RFC 8489"),
    row(0x8004, "ICMP", Kind::Bytes, "RFC 8656"),
    row(0x8008, "MS-VERSION", Kind::U32, "MS-TURN"),
    row(0x8020, "MS-XOR-MAPPED-ADDRESS", Kind::XorAddress, "MS-TURN"),
    row(0x8022, "SOFTWARE", Kind::Text, "RFC 8489"),
    row(0x8023, "ALTERNATE-SERVER", Kind::Address, "RFC 8489"),
    row(
        0x8025,
        "TRANSACTION-TRANSMIT-COUNTER",
        Kind::Bytes,
        "RFC 7982",
    ),
    row(0x8027, "CACHE-TIMEOUT", Kind::U32, "RFC 5780"),
    row(0x8028, "FINGERPRINT", Kind::U32, "RFC 8489"),
    row(0x8029, "ICE-CONTROLLED", Kind::U64, "RFC 8445"),
    row(0x802a, "ICE-CONTROLLING", Kind::U64, "RFC 8445"),
    row(0x802b, "RESPONSE-ORIGIN", Kind::Address, "RFC 5780"),
    row(0x802c, "OTHER-ADDRESS", Kind::Address, "RFC 5780"),
    row(0x802d, "ECN-CHECK", Kind::Bytes, "RFC 6679"),
    row(0x802e, "THIRD-PARTY-AUTHORIZATION", Kind::Text, "RFC 7635"),
    row(0x8030, "MOBILITY-TICKET", Kind::Bytes, "RFC 8016"),
    row(0x8050, "MS-SEQUENCE-NUMBER", Kind::Bytes, "MS-TURN"),
    row(0x8054, "MS-CANDIDATE-IDENTIFIER", Kind::Text, "MS-ICE2"),
    row(0x8055, "MS-SERVICE-QUALITY", Kind::Bytes, "MS-TURN"),
    row(0x8070, "MS-IMPLEMENTATION-VERSION", Kind::U32, "MS-ICE2"),
    row(
        0x8090,
        "MS-ALTERNATE-MAPPED-ADDRESS",
        Kind::Bytes,
        "MS-TURN",
    ),
    row(
        0x8095,
        "MS-MULTIPLEXED-TURN-SESSION-ID",
        Kind::Bytes,
        "MS-TURN",
    ),
    row(
        0xc001,
        "GOOG-NOMINATION",
        Kind::U32,
        "draft-thatcher-ice-renomination",
    ),
    row(0xc057, "GOOG-NETWORK-INFO", Kind::NetworkInfo, "libwebrtc"),
    row(
        0xc058,
        "GOOG-LAST-ICE-CHECK-RECEIVED",
        Kind::Bytes,
        "libwebrtc",
    ),
    row(0xc059, "GOOG-MISC-INFO", Kind::Bytes, "libwebrtc"),
    row(0xc05a, "GOOG-OBSOLETE-1", Kind::Bytes, "libwebrtc"),
    row(0xc05b, "GOOG-CONNECTION-ID", Kind::Bytes, "libwebrtc"),
    row(0xc05c, "GOOG-DELTA", Kind::Bytes, "libwebrtc"),
    row(0xc05d, "GOOG-DELTA-ACK", Kind::Bytes, "libwebrtc"),
    row(0xc05e, "GOOG-DELTA-SYNC-REQ", Kind::Bytes, "libwebrtc"),
    row(
        0xc060,
        "GOOG-MESSAGE-INTEGRITY-32",
        Kind::Bytes,
        "libwebrtc",
    ),
    row(0xc070, "META-DTLS-IN-STUN", Kind::Bytes, "libwebrtc"),
    row(0xc071, "META-DTLS-IN-STUN-ACK", Kind::Bytes, "libwebrtc"),
];

/// The row of an attribute type.
pub fn attribute(value: u16) -> Option<&'static Row> {
    let at = ATTRIBUTES
        .binary_search_by_key(&value, |row| row.value)
        .ok()?;
    ATTRIBUTES.get(at)
}

/// How the value of an attribute type is laid out.
pub fn kind(value: u16) -> Kind {
    attribute(value).map_or(Kind::Bytes, |row| row.kind)
}

/// Whether a receiver that does not know this type must refuse the message (RFC 8489).
pub fn is_comprehension_required(value: u16) -> bool {
    value < 0x8000
}

/// Methods.
pub const METHODS: &[(u16, &str, &str)] = &[
    (0x001, "Binding", "RFC 8489"),
    (0x002, "SharedSecret", "RFC 3489"),
    (0x003, "Allocate", "RFC 8656"),
    (0x004, "Refresh", "RFC 8656"),
    (0x006, "Send", "RFC 8656"),
    (0x007, "Data", "RFC 8656"),
    (0x008, "CreatePermission", "RFC 8656"),
    (0x009, "ChannelBind", "RFC 8656"),
    (0x00a, "Connect", "RFC 6062"),
    (0x00b, "ConnectionBind", "RFC 6062"),
    (0x00c, "ConnectionAttempt", "RFC 6062"),
    (0x080, "GOOG-PING", "libwebrtc"),
];

/// Name of a method.
pub fn method_name(value: u16) -> Option<&'static str> {
    METHODS
        .iter()
        .find(|(method, _, _)| *method == value)
        .map(|(_, name, _)| *name)
}

/// Error codes and their recommended reason phrases.
pub const ERRORS: &[(u16, &str, &str)] = &[
    (300, "Try Alternate", "RFC 8489"),
    (400, "Bad Request", "RFC 8489"),
    (401, "Unauthenticated", "RFC 8489"),
    (403, "Forbidden", "RFC 8656"),
    (405, "Mobility Forbidden", "RFC 8016"),
    (420, "Unknown Attribute", "RFC 8489"),
    (437, "Allocation Mismatch", "RFC 8656"),
    (438, "Stale Nonce", "RFC 8489"),
    (440, "Address Family not Supported", "RFC 8656"),
    (441, "Wrong Credentials", "RFC 8656"),
    (442, "Unsupported Transport Protocol", "RFC 8656"),
    (443, "Peer Address Family Mismatch", "RFC 8656"),
    (446, "Connection Already Exists", "RFC 6062"),
    (447, "Connection Timeout or Failure", "RFC 6062"),
    (486, "Allocation Quota Reached", "RFC 8656"),
    (487, "Role Conflict", "RFC 8445"),
    (500, "Server Error", "RFC 8489"),
    (508, "Insufficient Capacity", "RFC 8656"),
];

/// Recommended reason phrase of an error code.
pub fn error_name(code: u16) -> Option<&'static str> {
    ERRORS
        .iter()
        .find(|(value, _, _)| *value == code)
        .map(|(_, name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_unique() {
        assert!(ATTRIBUTES.windows(2).all(|w| w[0].value < w[1].value));
        assert!(METHODS.windows(2).all(|w| w[0].0 < w[1].0));
        assert!(ERRORS.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(attribute(SOFTWARE).map(|row| row.name), Some("SOFTWARE"));
        assert_eq!(attribute(0x7fff), None);
    }
}
