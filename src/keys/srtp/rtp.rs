//! One SRTP packet (RFC 3711, RFC 7714): hashed once, checked against any number of rollover counters, and
//! decrypted.

use super::auth::Hash;
use super::extension::{ExtensionIds, decrypt_elements};
use super::layout::Layout;
use super::session::{Auth, Keys, SessionKeys};
use crate::wire::part;
use std::ops::Range;
use subtle::ConstantTimeEq;

/// An SRTP packet hashed with the keys of one session, so that trying a rollover counter costs a few
/// blocks of SHA-1 or one of AES instead of a pass over the packet.
pub struct Seal<'k, 'p> {
    keys: &'k SessionKeys,
    packet: &'p [u8],
    layout: Layout,
    ssrc: u32,
    sequence: u16,
    hashed: Hashed,
}

#[allow(
    clippy::large_enum_variant,
    reason = "it lives on the stack, for one packet"
)]
enum Hashed {
    /// All but the rollover counter.
    Hmac(Hash),
    /// All but the mask.
    Gcm([u8; 16]),
}

impl SessionKeys {
    /// Hashes an SRTP packet, which has to be whole. None if it has no room for header and tag, or
    /// carries another master key identifier.
    pub fn seal_of<'p>(&self, packet: &'p [u8]) -> Option<Seal<'_, 'p>> {
        let layout = Layout::new(self.profile, &self.mki, packet)?;
        let &[_, _, s0, s1, _, _, _, _, a, b, c, d] = packet.first_chunk::<12>()?;
        let hashed = match &self.rtp.auth {
            Auth::Hmac(key) => {
                let mut hash = key.clone();
                hash.update(part(packet, 0..layout.payload.end));
                Hashed::Hmac(hash)
            }
            Auth::Gcm(key) => {
                let part = |range: &Range<usize>| part(packet, range.clone());
                let payload = part(&layout.payload);
                Hashed::Gcm(match layout.cryptex {
                    None => key.hash(&[part(&(0..layout.payload.start))], &[payload]),
                    // The fixed header and the head of the extension stay in clear, CSRCs between them
                    // do not (RFC 9335).
                    Some(_) => key.hash(
                        &[
                            part(&(0..layout.csrcs.start)),
                            part(&layout.extension_header),
                        ],
                        &[part(&layout.csrcs), part(&layout.extension), payload],
                    ),
                })
            }
        };
        Some(Seal {
            keys: self,
            packet,
            layout,
            ssrc: u32::from_be_bytes([a, b, c, d]),
            sequence: u16::from_be_bytes([s0, s1]),
            hashed,
        })
    }
}

impl Seal<'_, '_> {
    fn index(&self, roc: u32) -> u64 {
        u64::from(roc) << 16 | u64::from(self.sequence)
    }

    /// Length of the packet's tag, in bytes: what one rollover counter after the other may fit by chance.
    pub fn tag_len(&self) -> usize {
        self.layout.tag.len()
    }

    /// Whether the packet's tag is right with this rollover counter.
    pub fn fits(&self, roc: u32) -> bool {
        let tag = part(self.packet, self.layout.tag.clone());
        match &self.hashed {
            Hashed::Hmac(hash) => {
                let own = hash.finish_with(&roc.to_be_bytes());
                part(&own, 0..tag.len()).ct_eq(tag).into()
            }
            Hashed::Gcm(hash) => {
                let keys = &self.keys.rtp;
                let mut own = keys.gcm_counter(self.ssrc, self.index(roc));
                keys.cipher.encrypt(&mut own);
                for (own, hash) in own.iter_mut().zip(hash) {
                    *own ^= hash;
                }
                own.as_slice().ct_eq(tag).into()
            }
        }
    }

    /// The first of these rollover counters that fits.
    pub fn find(&self, mut rocs: Range<u32>) -> Option<u32> {
        rocs.find(|&roc| self.fits(roc))
    }

    /// Decrypts the packet into `plain`: header and payload, without tag and master key identifier.
    /// Header extension elements with the identifiers in `encrypted` are decrypted too (RFC 6904).
    ///
    /// Whether `roc` is right is for [`Seal::fits`] to say: with another, nonsense comes out.
    pub fn decrypt(&self, roc: u32, encrypted: &ExtensionIds, plain: &mut Vec<u8>) {
        let Layout {
            csrcs,
            extension_header,
            extension,
            payload,
            cryptex,
            ..
        } = &self.layout;
        plain.clear();
        plain.extend_from_slice(part(self.packet, 0..payload.end));
        let profile = self.keys.profile;
        if profile.is_null() {
            return;
        }
        let (keys, index) = (&self.keys.rtp, self.index(roc));
        let counter = match profile.is_aead() {
            true => {
                let mut counter = keys.gcm_counter(self.ssrc, index);
                counter[15] = 2;
                counter
            }
            false => Keys::counter(&keys.salt, self.ssrc, index),
        };
        let mut keystream = keys.cipher.keystream(&counter);
        if let Some(original) = cryptex {
            for range in [csrcs, extension] {
                keystream.apply(plain.get_mut(range.clone()).unwrap_or_default());
            }
            let head = plain.get_mut(extension_header.start..);
            if let Some(head) = head.and_then(<[u8]>::first_chunk_mut::<2>) {
                *head = *original;
            }
        }
        keystream.apply(plain.get_mut(payload.clone()).unwrap_or_default());
        // A packet is encrypted in one way or the other (RFC 9335).
        if cryptex.is_none() && !extension.is_empty() && !encrypted.is_empty() {
            let head = part(self.packet, extension_header.clone());
            if let (Some(head), Some(elements)) =
                (head.first_chunk::<2>(), plain.get_mut(extension.clone()))
            {
                let counter = Keys::counter(&self.keys.header_salt, self.ssrc, index);
                let keystream = self.keys.header.keystream(&counter);
                decrypt_elements(u16::from_be_bytes(*head), elements, encrypted, keystream);
            }
        }
    }
}

impl std::fmt::Debug for Seal<'_, '_> {
    /// Which packet of whom; never the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seal(0x{:08x} #{})", self.ssrc, self.sequence)
    }
}
