//! SRTP and SRTCP (RFC 3711): key derivation, authentication and decryption of one packet at a time.
//!
//! [`SessionKeys`] are derived from a [`MasterKey`]; they hold no state of a call. An SRTP packet is hashed
//! once ([`SessionKeys::seal_of`]) and then tried with any rollover counters ([`Seal::fits`]): which to try
//! is for `analysis` to know. An SRTCP packet tells its index itself ([`SessionKeys::open_rtcp`]). Nothing
//! here allocates for a packet.

mod auth;
mod block;
mod derive;
mod extension;
mod layout;
mod profile;
mod rtcp;
mod rtp;
mod session;

pub use extension::ExtensionIds;
pub use profile::Profile;
pub use rtcp::SrtcpOpened;
pub use rtp::Seal;
pub use session::SessionKeys;

use zeroize::Zeroizing;

/// A master key and its salt.
#[derive(Clone)]
pub struct MasterKey {
    /// The key, as long as the profile's cipher wants it.
    pub key: Zeroizing<Vec<u8>>,
    /// The salt: 14 bytes, with AEAD 12.
    pub salt: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for MasterKey {
    /// That there is one; never its bytes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

#[cfg(test)]
#[path = "../../../tests/kit/srtp.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the integration tests"
)]
pub(crate) mod sender;
#[cfg(test)]
mod tests;
