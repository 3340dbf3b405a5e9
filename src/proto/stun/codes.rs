//! STUN registries: methods, attributes, error codes, transports.
//!
//! Sources: the IANA registry "STUN Parameters"; for vendors, libwebrtc's `stun.h` and Microsoft's
//! \[MS-TURN\], \[MS-ICE2\] and \[MS-TURNBWM\]. One row in [`ATTRIBUTES`] adds an attribute.

mod attributes;

pub use attributes::{ATTRIBUTES, CLASSIC_ATTRIBUTES};

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
    /// A port-pair flag in the first bit (RFC 8656 EVEN-PORT).
    EvenPort,
    /// A password algorithm with its parameters (RFC 8489).
    PasswordAlgorithm,
    /// A list of them (RFC 8489).
    PasswordAlgorithms,
    /// Type, code and error data of an ICMP packet (RFC 8656).
    Icmp,
    /// ECN field and its validity (RFC 6679).
    EcnCheck,
    /// How often a request and its response were sent (RFC 7982).
    TransmitCounter,
    /// A nonce and an encrypted block (RFC 7635).
    AccessToken,
    /// A list of 16-bit numbers.
    U16List,
    /// A list of 32-bit numbers.
    U32List,
    /// A 32-bit number that is a set of bits or a version, shown in hexadecimal.
    Hex32,
    /// A connection id of 20 bytes and a sequence number (MS-TURN).
    MsSequence,
    /// Two 16-bit numbers: kind of stream and quality (MS-TURN).
    MsQuality,
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

/// MAPPED-ADDRESS.
pub const MAPPED_ADDRESS: u16 = 0x0001;
/// USERNAME.
pub const USERNAME: u16 = 0x0006;
/// MESSAGE-INTEGRITY.
pub const MESSAGE_INTEGRITY: u16 = 0x0008;
/// ERROR-CODE.
pub const ERROR_CODE: u16 = 0x0009;
/// MAGIC-COOKIE of \[MS-TURN\].
pub const MS_MAGIC_COOKIE: u16 = 0x000f;
/// CHANNEL-NUMBER.
pub const CHANNEL_NUMBER: u16 = 0x000c;
/// LIFETIME.
pub const LIFETIME: u16 = 0x000d;
/// XOR-PEER-ADDRESS.
pub const XOR_PEER_ADDRESS: u16 = 0x0012;
/// CHANGE-REQUEST.
pub const CHANGE_REQUEST: u16 = 0x0003;
/// DATA.
pub const DATA: u16 = 0x0013;
/// REALM.
pub const REALM: u16 = 0x0014;
/// NONCE.
pub const NONCE: u16 = 0x0015;
/// XOR-RELAYED-ADDRESS.
pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
/// EVEN-PORT.
pub const EVEN_PORT: u16 = 0x0018;
/// REQUESTED-TRANSPORT.
pub const REQUESTED_TRANSPORT: u16 = 0x0019;
/// DONT-FRAGMENT.
pub const DONT_FRAGMENT: u16 = 0x001a;
/// ACCESS-TOKEN.
pub const ACCESS_TOKEN: u16 = 0x001b;
/// MESSAGE-INTEGRITY-SHA256.
pub const MESSAGE_INTEGRITY_SHA256: u16 = 0x001c;
/// XOR-MAPPED-ADDRESS.
pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// RESERVATION-TOKEN.
pub const RESERVATION_TOKEN: u16 = 0x0022;
/// PRIORITY.
pub const PRIORITY: u16 = 0x0024;
/// USE-CANDIDATE.
pub const USE_CANDIDATE: u16 = 0x0025;
/// PASSWORD-ALGORITHM.
pub const PASSWORD_ALGORITHM: u16 = 0x001d;
/// XOR-MAPPED-ADDRESS of classic servers and of Microsoft.
pub const CLASSIC_XOR_MAPPED_ADDRESS: u16 = 0x8020;
/// SOFTWARE.
pub const SOFTWARE: u16 = 0x8022;
/// ALTERNATE-SERVER.
pub const ALTERNATE_SERVER: u16 = 0x8023;
/// FINGERPRINT.
pub const FINGERPRINT: u16 = 0x8028;
/// ICE-CONTROLLED.
pub const ICE_CONTROLLED: u16 = 0x8029;
/// ICE-CONTROLLING.
pub const ICE_CONTROLLING: u16 = 0x802a;
/// NOMINATION, of draft-thatcher-ice-renomination; IANA gave the number to ENF-FLOW-DESCRIPTION.
pub const NOMINATION: u16 = 0xc001;
/// GOOG-MESSAGE-INTEGRITY-32: HMAC-SHA1 cut to 32 bits, in GOOG-PING.
pub const GOOG_MESSAGE_INTEGRITY_32: u16 = 0xc060;
/// MOBILITY-TICKET.
pub const MOBILITY_TICKET: u16 = 0x8030;
/// GOOG-NETWORK-INFO.
pub const GOOG_NETWORK_INFO: u16 = 0xc057;
/// META-DTLS-IN-STUN: a DTLS packet inside a connectivity check.
pub const DTLS_IN_STUN: u16 = 0xc070;
/// META-DTLS-IN-STUN-ACK.
pub const DTLS_IN_STUN_ACK: u16 = 0xc071;

/// The row of an attribute type.
pub fn attribute(value: u16) -> Option<&'static Row> {
    find(ATTRIBUTES, value)
}

/// The row of an attribute type in a message without magic cookie, where some numbers had other
/// meanings (RFC 3489, MS-TURN).
pub fn classic_attribute(value: u16) -> Option<&'static Row> {
    find(CLASSIC_ATTRIBUTES, value).or_else(|| attribute(value))
}

fn find(table: &'static [Row], value: u16) -> Option<&'static Row> {
    let at = table.binary_search_by_key(&value, |row| row.value).ok()?;
    table.get(at)
}

/// Whether a receiver that does not know this type must refuse the message (RFC 8489).
pub fn is_comprehension_required(value: u16) -> bool {
    value < 0x8000
}

/// Binding: connectivity checks, and questions to STUN servers.
pub const BINDING: u16 = 0x001;
/// GOOG-PING: a short connectivity check between libwebrtc agents.
pub const GOOG_PING: u16 = 0x080;

/// Whether a method belongs to TURN (RFC 8656, TCP allocations RFC 6062).
pub fn is_turn_method(method: u16) -> bool {
    matches!(method, 0x003 | 0x004 | 0x006..=0x00c)
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
    (GOOG_PING, "GOOG-PING", "libwebrtc"),
    // Message types 0x0800 to 0x0805: not documented, seen in WhatsApp calls.
    (0x200, "WHATSAPP-0x0800", "WhatsApp"),
    (0x201, "WHATSAPP-0x0801", "WhatsApp"),
    (0x202, "WHATSAPP-0x0802", "WhatsApp"),
    (0x203, "WHATSAPP-0x0803", "WhatsApp"),
    (0x204, "WHATSAPP-0x0804", "WhatsApp"),
    (0x205, "WHATSAPP-0x0805", "WhatsApp"),
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
    (274, "Disable Candidate", "MS-ICE2BWN"),
    (275, "Disable Candidate Pair", "MS-ICE2BWN"),
    (300, "Try Alternate", "RFC 8489"),
    (400, "Bad Request", "RFC 8489"),
    (401, "Unauthenticated", "RFC 8489"),
    (403, "Forbidden", "RFC 8656"),
    (405, "Mobility Forbidden", "RFC 8016"),
    (420, "Unknown Attribute", "RFC 8489"),
    (430, "Stale Credentials", "RFC 3489"),
    (431, "Integrity Check Failure", "RFC 3489"),
    (432, "Missing Username", "RFC 3489"),
    (433, "Use TLS", "RFC 3489"),
    (434, "Missing Realm", "MS-TURN"),
    (435, "Missing Nonce", "MS-TURN"),
    (436, "Unknown User", "MS-TURN"),
    (437, "Allocation Mismatch", "RFC 8656"),
    (438, "Stale Nonce", "RFC 8489"),
    (440, "Address Family not Supported", "RFC 8656"),
    (441, "Wrong Credentials", "RFC 8656"),
    (442, "Unsupported Transport Protocol", "RFC 8656"),
    (443, "Peer Address Family Mismatch", "RFC 8656"),
    (446, "Connection Already Exists", "RFC 6062"),
    (447, "Connection Timeout or Failure", "RFC 6062"),
    (
        481,
        "Connection Does Not Exist",
        "draft-ietf-behave-nat-behavior-discovery",
    ),
    (486, "Allocation Quota Reached", "RFC 8656"),
    (487, "Role Conflict", "RFC 8445"),
    (500, "Server Error", "RFC 8489"),
    (508, "Insufficient Capacity", "RFC 8656"),
    (600, "Global Failure", "RFC 3489"),
];

/// Password algorithms (RFC 8489).
pub const PASSWORD_ALGORITHMS: &[(u16, &str)] = &[(1, "MD5"), (2, "SHA-256")];

/// Name of a password algorithm.
pub fn password_algorithm_name(value: u16) -> Option<&'static str> {
    PASSWORD_ALGORITHMS
        .iter()
        .find(|(number, _)| *number == value)
        .map(|(_, name)| *name)
}

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
        for table in [ATTRIBUTES, CLASSIC_ATTRIBUTES] {
            assert!(table.windows(2).all(|w| w[0].value < w[1].value));
        }
        assert!(METHODS.windows(2).all(|w| w[0].0 < w[1].0));
        assert!(ERRORS.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(attribute(SOFTWARE).map(|row| row.name), Some("SOFTWARE"));
        assert_eq!(attribute(0x7fff), None);
    }

    #[test]
    fn classic_messages_have_names_of_their_own() {
        let name = |value| classic_attribute(value).map(|row| row.name);
        assert_eq!(name(0x0014), Some("NONCE"));
        assert_eq!(name(0x0012), Some("REMOTE-ADDRESS"));
        assert_eq!(name(0x0001), Some("MAPPED-ADDRESS"));
        assert_eq!(attribute(0x0014).map(|row| row.name), Some("REALM"));
    }

    #[test]
    fn what_is_turn_and_what_must_be_understood() {
        assert!(is_turn_method(0x003) && is_turn_method(0x00c));
        assert!(!is_turn_method(BINDING) && !is_turn_method(GOOG_PING) && !is_turn_method(0x200));
        assert!(is_comprehension_required(0x4000) && !is_comprehension_required(FINGERPRINT));
    }
}
