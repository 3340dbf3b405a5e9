//! What the DTLS records of a connection showed.

use crate::analysis::Known;
use crate::capture::PacketNo;
use crate::net::Endpoint;
use crate::time::{Span, Timestamp};

/// One DTLS association: its handshake as far as it travels in clear or was decrypted, and how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Dtls {
    /// `"1.0"`, `"1.2"`, `"1.3"`, or `"1.0 (OpenSSL)"` for what OpenSSL spoke before the RFC.
    pub version: Known<&'static str>,
    /// Who sent the ClientHello.
    pub client: Known<Endpoint>,
    /// How far the handshake got, and whether the association ended.
    pub state: DtlsState,
    /// Why it is not up (any more), as a sentence that ends without a full stop; `None` while all
    /// is well, or nothing can be said.
    pub stopped: Option<String>,
    /// When the alert came that ended it, or probably did.
    pub ended_at: Option<Timestamp>,
    /// The cipher suite of the ServerHello, by its IANA name.
    pub cipher_suite: Known<String>,
    /// The SRTP protection profile that the server chose (RFC 5764), where it travels in clear or was
    /// decrypted.
    pub srtp_profile: Known<String>,
    /// The key-exchange group of the ServerHello, by its IANA name.
    pub key_exchange: Known<String>,
    /// The application protocol that the server chose (RFC 7301), where it travels in clear or was
    /// decrypted.
    pub alpn: Known<String>,
    /// Whether the handshake resumed a session or used a pre-shared key.
    pub resumed: Known<bool>,
    /// Whether the server first asked the client to come again: a HelloVerifyRequest or a
    /// HelloRetryRequest.
    pub retry_requested: bool,
    /// From the first ClientHello to the Finished of both sides or, where that is encrypted, to the first
    /// record under the new keys from each side.
    pub handshake_duration: Known<Span>,
    /// How often a flight was sent again, over all flights. Retransmissions of encrypted flights
    /// are estimated ([`Transmission::estimated`]).
    pub retransmissions: Known<u64>,
    /// The flights of the handshake in order of appearance.
    pub flights: Vec<Flight>,
    /// Handshake messages, in clear or decrypted, by sender and type, in order of appearance.
    pub messages: Vec<MessageCount>,
    /// What the client offered.
    pub offered: Known<Offer>,
    /// JA4 fingerprint of the ClientHello.
    pub ja4: Known<String>,
    /// The certificates of both sides, where they travel in clear or were decrypted.
    pub certificates: Known<Vec<PeerCertificate>>,
    /// Connection ids that the sides want to be addressed by (RFC 9146), in hexadecimal digits: the
    /// client's, the server's.
    pub connection_ids: [Option<String>; 2],
    /// Alerts, in clear or decrypted, as (level, description) in words, with their count; not known where
    /// there are encrypted records that were not opened, and none was seen.
    pub alerts: Known<Vec<(String, u64)>>,
    /// Encrypted records that were not opened and are alerts, or probably are.
    pub encrypted_alerts: Vec<EncryptedAlert>,
    /// ACK records, in clear or decrypted (RFC 9147).
    pub acks: u64,
    /// Encrypted records after the handshake that are longer than an alert: data channels, mostly.
    pub application_records: u64,
    /// Datagrams with DTLS records, those in STUN included.
    pub datagrams: u64,
    /// Those of them that travelled in STUN messages.
    pub datagrams_in_stun: u64,
    /// The transports it used, by [`Transport::index`](super::Transport::index).
    pub transports: Vec<u32>,
}

/// How far a DTLS handshake got, and whether the association ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DtlsState {
    /// Records, but no handshake: the capture began later.
    NotCaptured,
    /// A ClientHello without answer.
    Unanswered,
    /// Both sides spoke, but this flight did not come, or not whole.
    Stuck(u8),
    /// Records under the new keys from both sides.
    Complete,
    /// Complete, then closed by an alert.
    Closed,
    /// A fatal alert, or what looks like one in answer to the handshake.
    Failed,
}

impl DtlsState {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotCaptured => "not captured",
            Self::Unanswered => "hello unanswered",
            Self::Stuck(_) => "stuck",
            Self::Complete => "complete",
            Self::Closed => "closed",
            Self::Failed => "failed",
        }
    }

    /// Whether keys were agreed on, whatever came later.
    pub fn was_complete(self) -> bool {
        matches!(self, Self::Complete | Self::Closed)
    }
}

/// The two sides of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sends the ClientHello.
    Client,
    /// Answers it.
    Server,
}

impl Role {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// Messages that are sent, and sent again, together (RFC 6347, RFC 9147).
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    /// Its number in a full handshake with cookie exchange: 1 ClientHello, 2 HelloVerifyRequest or
    /// HelloRetryRequest, 3 ClientHello, 4 ServerHello and what follows, 5 the client's answer, 6
    /// the server's Finished or ACK. The numbers are the same when 2 and 3 do not happen.
    pub number: u8,
    /// Who sends it.
    pub sender: Role,
    /// The messages in clear or decrypted, by name, in order of appearance; `"ChangeCipherSpec"` among them.
    pub messages: Vec<&'static str>,
    /// Encrypted handshake records in its first transmission, opened or not.
    pub encrypted_records: u64,
    /// The times it was sent, in order; the first is no retransmission.
    pub transmissions: Vec<Transmission>,
    /// Its last record.
    pub last_seen: Timestamp,
    /// Records of it that came in STUN messages.
    pub records_in_stun: u64,
}

/// One sending of a flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transmission {
    /// Its first record.
    pub at: Timestamp,
    /// The packet of that.
    pub packet: PacketNo,
    /// Whether this is concluded from time and size of encrypted records only.
    pub estimated: bool,
}

/// Handshake messages of one type from one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MessageCount {
    /// Who sent them.
    pub sender: Role,
    /// Their type.
    pub message_type: u8,
    /// Name of the type.
    pub name: &'static str,
    /// Distinct messages that were seen whole.
    pub count: u64,
    /// Distinct messages of which some bytes were never seen.
    pub unfinished: u64,
    /// Further sendings under new record numbers.
    pub retransmitted: u64,
}

/// What a ClientHello offers, in its order, by the names of the registries; GREASE is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    /// Versions.
    pub versions: Vec<String>,
    /// Cipher suites.
    pub cipher_suites: Vec<String>,
    /// Groups for key exchange.
    pub groups: Vec<String>,
    /// Groups for which a key is sent along.
    pub key_shares: Vec<String>,
    /// SRTP protection profiles.
    pub srtp_profiles: Vec<String>,
    /// Application protocols.
    pub alpn: Vec<String>,
    /// Signature schemes.
    pub signature_schemes: Vec<String>,
    /// Types of all extensions.
    pub extensions: Vec<String>,
    /// The host name asked for.
    pub server_name: Option<String>,
    /// Whether it offers to resume a session: a session id, ticket or pre-shared key.
    pub resumption: bool,
}

/// A certificate, in clear or decrypted.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerCertificate {
    /// Whose it is.
    pub sender: Role,
    /// Its place in the chain; the sender's own is 0.
    pub position: u8,
    /// SHA-256 of its bytes, as `a=fingerprint` of a session description prints it.
    pub fingerprint: String,
    /// Length in bytes.
    pub length: u64,
    /// What it says, or why it cannot be read.
    pub content: Result<CertificateContent, String>,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateContent {
    /// Distinguished name of the subject.
    pub subject: String,
    /// Distinguished name of the issuer.
    pub issuer: String,
    /// Serial number in hexadecimal digits.
    pub serial: String,
    /// Valid from then on.
    pub not_before: Timestamp,
    /// Valid until then.
    pub not_after: Timestamp,
    /// Whether it was valid when it was captured.
    pub valid: bool,
    /// Whether issuer and subject are the same; the signature is not verified.
    pub self_signed: bool,
    /// Algorithm and size or curve of the key.
    pub public_key: String,
    /// Signature algorithm.
    pub signature_algorithm: String,
}

/// An encrypted record that is an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EncryptedAlert {
    /// When.
    pub at: Timestamp,
    /// In which packet.
    pub packet: PacketNo,
    /// Who sent it; not known without a ClientHello.
    pub sender: Option<Role>,
    /// Whether the record says that it is an alert (before DTLS 1.3); otherwise its length does,
    /// which an empty ACK has as well.
    pub certain: bool,
}
