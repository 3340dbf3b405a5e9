//! SRTP and SRTCP (RFC 3711): key derivation, authentication and decryption of one packet at a time.

use zeroize::Zeroizing;

/// A protection profile: cipher and authentication tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Profile {
    /// AES-CM with 128 bits, HMAC-SHA1 with 80 bits (RFC 3711).
    AesCm128Sha1Tag80,
    /// AES-CM with 128 bits, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 3711).
    AesCm128Sha1Tag32,
    /// AES-CM with 192 bits, HMAC-SHA1 with 80 bits (RFC 6188).
    AesCm192Sha1Tag80,
    /// AES-CM with 192 bits, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 6188).
    AesCm192Sha1Tag32,
    /// AES-CM with 256 bits, HMAC-SHA1 with 80 bits (RFC 6188).
    AesCm256Sha1Tag80,
    /// AES-CM with 256 bits, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 6188).
    AesCm256Sha1Tag32,
    /// No encryption, HMAC-SHA1 with 80 bits (RFC 3711).
    NullSha1Tag80,
    /// No encryption, HMAC-SHA1 with 32 bits on SRTP and 80 on SRTCP (RFC 3711).
    NullSha1Tag32,
    /// AES-GCM with 128 bits (RFC 7714).
    AeadAes128Gcm,
    /// AES-GCM with 256 bits (RFC 7714).
    AeadAes256Gcm,
}

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
