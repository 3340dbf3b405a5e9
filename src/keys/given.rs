//! SRTP master keys from elsewhere than a DTLS handshake: `a=crypto` (SDES, RFC 4568) and `--srtp-key`.

use super::srtp::{MasterKey, Profile};

/// Where a master key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyOrigin {
    /// `a=crypto` in a session description (RFC 4568).
    Sdes,
    /// Given by hand.
    Explicit,
}

/// One SRTP master key, and what it is for.
#[derive(Clone, Debug)]
pub struct GivenKey {
    /// Cipher and tag.
    pub profile: Profile,
    /// Key and salt.
    pub master: MasterKey,
    /// The only source that it is for; any if none.
    pub ssrc: Option<u32>,
    /// The master key identifier that packets carry (RFC 3711); empty if they carry none.
    pub mki: Vec<u8>,
    /// Where it came from.
    pub origin: KeyOrigin,
}
