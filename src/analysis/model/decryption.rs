//! What was opened with the keys at hand, and what was not.

use crate::capture::PacketNo;
use crate::keys::KeyOrigin;

/// Packets or records that there was a key for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// Authenticated and decrypted.
    pub opened: u64,
    /// Not: the tag was wrong, whatever key and rollover counter were tried.
    pub failed: u64,
    /// Number of the first packet that failed.
    pub first_failed: Option<PacketNo>,
}

/// Where the keys of a connection came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySource {
    /// The DTLS handshake, with the secrets of a key log.
    KeyLog,
    /// A master key that was given.
    Given(KeyOrigin),
}

/// What was opened of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decryption {
    /// Where the keys came from, in order.
    pub keys: Vec<KeySource>,
    /// Encrypted DTLS records.
    pub dtls: Openings,
    /// SRTP packets.
    pub srtp: Openings,
    /// SRTCP packets.
    pub srtcp: Openings,
}
