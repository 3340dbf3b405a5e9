//! The session keys of one master key: what one sender's packets are opened with.

use super::auth::{GcmHash, Hash};
use super::block::BlockKey;
use super::derive::{AUTH_KEY, Derivation, Label, SALT};
use super::{MasterKey, Profile};
use zeroize::Zeroizing;

/// Session keys for SRTP, SRTCP and header extensions, derived from one master key (RFC 3711).
///
/// They are overwritten when dropped. Which packets they open: [`SessionKeys::seal_of`] and
/// [`SessionKeys::open_rtcp`].
pub struct SessionKeys {
    pub(super) profile: Profile,
    pub(super) mki: Vec<u8>,
    pub(super) rtp: Keys,
    pub(super) rtcp: Keys,
    pub(super) header: BlockKey,
    pub(super) header_salt: Zeroizing<[u8; SALT]>,
}

/// The keys of SRTP or of SRTCP.
pub(super) struct Keys {
    pub(super) cipher: BlockKey,
    pub(super) salt: Zeroizing<[u8; SALT]>,
    pub(super) auth: Auth,
}

#[allow(
    clippy::large_enum_variant,
    reason = "one of them is read for every packet: no pointer to follow"
)]
pub(super) enum Auth {
    Hmac(Hash),
    Gcm(GcmHash),
}

impl SessionKeys {
    /// Derives them; packets carry the master key identifier `mki`, if it is not empty.
    ///
    /// None if key or salt have another length than the profile's.
    pub fn derive(profile: Profile, master: &MasterKey, mki: &[u8]) -> Option<Self> {
        use Label::{HeaderCipher, HeaderSalt, RtcpAuth, RtcpCipher, RtcpSalt};
        use Label::{RtpAuth, RtpCipher, RtpSalt};
        let from = Derivation::new(profile, master)?;
        let cipher = |label| {
            let mut key = Zeroizing::new([0; 32]);
            let key = key.get_mut(..profile.key_len())?;
            from.derive(label, key);
            BlockKey::new(key)
        };
        let salt = |label, len: usize| {
            let mut salt = Zeroizing::new([0; SALT]);
            from.derive(label, salt.get_mut(..len).unwrap_or_default());
            salt
        };
        let keys = |[c, a, s]: [Label; 3]| {
            let cipher = cipher(c)?;
            let auth = if profile.is_aead() {
                Auth::Gcm(GcmHash::new(&cipher))
            } else {
                let mut key = Zeroizing::new([0; AUTH_KEY]);
                from.derive(a, key.as_mut_slice());
                Auth::Hmac(Hash::new(key.as_slice())?)
            };
            Some(Keys {
                cipher,
                salt: salt(s, profile.salt_len()),
                auth,
            })
        };
        Some(Self {
            profile,
            mki: mki.to_vec(),
            rtp: keys([RtpCipher, RtpAuth, RtpSalt])?,
            rtcp: keys([RtcpCipher, RtcpAuth, RtcpSalt])?,
            header: cipher(HeaderCipher)?,
            // Of AES-GCM as long as its own, and filled up with zeros: so does libsrtp.
            header_salt: salt(HeaderSalt, profile.salt_len()),
        })
    }

    /// What they are for.
    pub fn profile(&self) -> Profile {
        self.profile
    }
}

impl std::fmt::Debug for SessionKeys {
    /// The profile; never the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionKeys({})", self.profile.name())
    }
}

impl Keys {
    /// The first counter block of AES-CM: salt, SSRC and packet index (RFC 3711).
    pub(super) fn counter(salt: &[u8; SALT], ssrc: u32, index: u64) -> [u8; 16] {
        let mut block = [0; 16];
        let [.., i2, i3, i4, i5, i6, i7] = index.to_be_bytes();
        let ssrc = ssrc.to_be_bytes();
        let own = [0; 4].into_iter().chain(ssrc);
        let own = own.chain([i2, i3, i4, i5, i6, i7]);
        for ((to, salt), own) in block.iter_mut().zip(salt).zip(own) {
            *to = salt ^ own;
        }
        block
    }

    /// The counter block of AES-GCM that masks the tag; the payload's follow (RFC 7714). `high` is the
    /// rollover counter, or 0 in SRTCP, and `low` what counts packets in the lower 16 or 32 bits.
    pub(super) fn gcm_counter(&self, ssrc: u32, index: u64) -> [u8; 16] {
        let mut block = [0; 16];
        let [.., i2, i3, i4, i5, i6, i7] = index.to_be_bytes();
        let own = [0; 2].into_iter().chain(ssrc.to_be_bytes());
        let own = own.chain([i2, i3, i4, i5, i6, i7]);
        for ((to, salt), own) in block.iter_mut().zip(self.salt.iter()).zip(own) {
            *to = salt ^ own;
        }
        block[15] = 1;
        block
    }
}
