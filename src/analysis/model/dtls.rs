//! What the DTLS records of a connection showed.

use crate::analysis::Known;
use crate::net::Endpoint;
use crate::time::Span;

/// What the DTLS records of a connection showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Dtls {
    /// `"1.0"`, `"1.2"`, `"1.3"`.
    pub version: Known<&'static str>,
    /// Who sent the ClientHello.
    pub client: Known<Endpoint>,
    /// How far the handshake got.
    pub state: DtlsState,
    /// The cipher suite of the ServerHello, by its IANA name.
    pub cipher_suite: Known<String>,
    /// The SRTP protection profile of the ServerHello (RFC 5764), where it travels in clear.
    pub srtp_profile: Known<String>,
    /// The key-exchange group of the ServerHello, by its IANA name.
    pub key_exchange: Known<String>,
    /// From the first ClientHello to the first record under the new keys from each side.
    pub handshake_duration: Known<Span>,
    /// Alerts in clear, as (level, description) in words, with their count; not known where they
    /// travel encrypted and none was seen in clear.
    pub alerts: Known<Vec<(String, u64)>>,
    /// Datagrams with DTLS records.
    pub datagrams: u64,
}

/// How far a DTLS handshake got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DtlsState {
    /// Records, but no handshake: the capture began later.
    NotCaptured,
    /// A ClientHello without answer.
    Unanswered,
    /// Both sides spoke, no keys yet.
    Handshaking,
    /// Records under the new keys from both sides.
    Complete,
}

impl DtlsState {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotCaptured => "not captured",
            Self::Unanswered => "hello unanswered",
            Self::Handshaking => "handshaking",
            Self::Complete => "complete",
        }
    }
}
