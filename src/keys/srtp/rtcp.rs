//! One SRTCP packet (RFC 3711, RFC 7714): it carries its index, so that nothing has to be remembered or
//! guessed.

use super::session::{Auth, Keys, SessionKeys};
use crate::wire::part;
use subtle::ConstantTimeEq;

/// The header and the sender's SSRC, which are never encrypted.
const CLEAR: usize = 8;
/// The E bit and the index.
const WORD: usize = 4;

/// What an SRTCP packet tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SrtcpOpened {
    /// The E bit: whether it was encrypted, and not only authenticated.
    pub encrypted: bool,
    /// Counts the sender's packets, 31 bits.
    pub index: u32,
}

impl SessionKeys {
    /// Authenticates and decrypts an SRTCP packet, which has to be whole, into `plain`: the compound
    /// packet without index, tag and master key identifier. None if it is not these keys'; then `plain`
    /// is as before.
    pub fn open_rtcp(&self, packet: &[u8], plain: &mut Vec<u8>) -> Option<SrtcpOpened> {
        let &[first, _, _, _, s0, s1, s2, s3] = packet.first_chunk::<CLEAR>()?;
        if first >> 6 != 2 {
            return None;
        }
        let (tag_len, mki) = (self.profile.rtcp_tag_len(), &self.mki);
        // With GCM the tag is a part of the ciphertext and the identifier comes last; else the tag does.
        let word_at = match self.profile.is_aead() {
            true => packet.len().checked_sub(WORD + mki.len())?,
            false => packet.len().checked_sub(WORD + mki.len() + tag_len)?,
        };
        let mki_at = word_at + WORD;
        if packet.get(mki_at..mki_at + mki.len())? != mki {
            return None;
        }
        let word = packet.get(word_at..)?.first_chunk::<WORD>()?;
        let number = u32::from_be_bytes(*word);
        let (encrypted, index) = (number >> 31 == 1, number & 0x7fff_ffff);
        let ssrc = u32::from_be_bytes([s0, s1, s2, s3]);
        let end = match self.profile.is_aead() {
            true => word_at.checked_sub(tag_len)?,
            false => word_at,
        };
        let body = packet.get(CLEAR..end)?;
        let counter = match &self.rtcp.auth {
            Auth::Hmac(key) => {
                let mut hash = key.clone();
                hash.update(part(packet, 0..word_at));
                let own = hash.finish_with(word);
                let tag = packet.get(packet.len() - tag_len..)?;
                if !bool::from(part(&own, 0..tag_len).ct_eq(tag)) {
                    return None;
                }
                Keys::counter(&self.rtcp.salt, ssrc, index.into())
            }
            Auth::Gcm(key) => {
                let header = part(packet, 0..CLEAR);
                let hash = match encrypted {
                    true => key.hash(&[header, word], &[body]),
                    false => key.hash(&[header, body, word], &[]),
                };
                let mut counter = self.rtcp.gcm_counter(ssrc, index.into());
                let mut own = counter;
                self.rtcp.cipher.encrypt(&mut own);
                for (own, hash) in own.iter_mut().zip(hash) {
                    *own ^= hash;
                }
                if !bool::from(own.as_slice().ct_eq(part(packet, end..word_at))) {
                    return None;
                }
                counter[15] = 2;
                counter
            }
        };
        plain.clear();
        plain.extend_from_slice(part(packet, 0..end));
        if encrypted && !self.profile.is_null() {
            let body = plain.get_mut(CLEAR..).unwrap_or_default();
            self.rtcp.cipher.keystream(&counter).apply(body);
        }
        Some(SrtcpOpened { encrypted, index })
    }
}
