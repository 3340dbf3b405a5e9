//! SRTP and SRTCP (RFC 3711): key derivation, authentication and decryption of one packet at a time.

mod profile;

pub use profile::Profile;

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
