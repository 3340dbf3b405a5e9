//! The AEAD algorithms of records: AES-GCM, AES-CCM and ChaCha20-Poly1305 with nonces of 12 bytes.

use super::suite::AeadKind;
use aes::{Aes128, Aes256};
use aes_gcm::aead::consts::{U8, U12, U16};
use aes_gcm::aead::{AeadCore, AeadInOut, KeyInit, Nonce, Tag};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use ccm::Ccm;
use chacha20poly1305::ChaCha20Poly1305;

/// An algorithm that has taken its key.
#[derive(Clone)]
pub(super) enum Aead {
    Aes128Gcm(Box<Aes128Gcm>),
    Aes256Gcm(Box<Aes256Gcm>),
    Aes128Ccm(Box<Ccm<Aes128, U16, U12>>),
    Aes256Ccm(Box<Ccm<Aes256, U16, U12>>),
    Aes128Ccm8(Box<Ccm<Aes128, U8, U12>>),
    Aes256Ccm8(Box<Ccm<Aes256, U8, U12>>),
    ChaCha20Poly1305(Box<ChaCha20Poly1305>),
}

impl Aead {
    /// `None` if the key has not the algorithm's length.
    pub(super) fn new(kind: AeadKind, key: &[u8]) -> Option<Self> {
        fn keyed<A: KeyInit>(key: &[u8]) -> Option<Box<A>> {
            A::new_from_slice(key).ok().map(Box::new)
        }
        Some(match kind {
            AeadKind::Aes128Gcm => Self::Aes128Gcm(keyed(key)?),
            AeadKind::Aes256Gcm => Self::Aes256Gcm(keyed(key)?),
            AeadKind::Aes128Ccm => Self::Aes128Ccm(keyed(key)?),
            AeadKind::Aes256Ccm => Self::Aes256Ccm(keyed(key)?),
            AeadKind::Aes128Ccm8 => Self::Aes128Ccm8(keyed(key)?),
            AeadKind::Aes256Ccm8 => Self::Aes256Ccm8(keyed(key)?),
            AeadKind::ChaCha20Poly1305 => Self::ChaCha20Poly1305(keyed(key)?),
        })
    }

    /// Opens `text`, a ciphertext with its tag behind it, in place, and takes the tag off. When the tag
    /// is wrong, what is left in `text` means nothing.
    pub(super) fn open(&self, nonce: &[u8; 12], aad: &[u8], text: &mut Vec<u8>) -> bool {
        match self {
            Self::Aes128Gcm(a) => open(&**a, nonce, aad, text),
            Self::Aes256Gcm(a) => open(&**a, nonce, aad, text),
            Self::Aes128Ccm(a) => open(&**a, nonce, aad, text),
            Self::Aes256Ccm(a) => open(&**a, nonce, aad, text),
            Self::Aes128Ccm8(a) => open(&**a, nonce, aad, text),
            Self::Aes256Ccm8(a) => open(&**a, nonce, aad, text),
            Self::ChaCha20Poly1305(a) => open(&**a, nonce, aad, text),
        }
    }

    /// Length of the tag in bytes.
    pub(super) fn tag_len(&self) -> usize {
        match self {
            Self::Aes128Ccm8(_) | Self::Aes256Ccm8(_) => 8,
            _ => 16,
        }
    }

    /// Encrypts as a sender would: `text` gets its tag behind it.
    #[cfg(test)]
    pub(super) fn seal(&self, nonce: &[u8; 12], aad: &[u8], text: &mut Vec<u8>) {
        fn seal<A: AeadInOut>(cipher: &A, nonce: &[u8; 12], aad: &[u8], text: &mut Vec<u8>) {
            let nonce = Nonce::<A>::try_from(&nonce[..]).unwrap();
            let tag = cipher.encrypt_inout_detached(&nonce, aad, text.as_mut_slice().into());
            text.extend(tag.unwrap());
        }
        match self {
            Self::Aes128Gcm(a) => seal(&**a, nonce, aad, text),
            Self::Aes256Gcm(a) => seal(&**a, nonce, aad, text),
            Self::Aes128Ccm(a) => seal(&**a, nonce, aad, text),
            Self::Aes256Ccm(a) => seal(&**a, nonce, aad, text),
            Self::Aes128Ccm8(a) => seal(&**a, nonce, aad, text),
            Self::Aes256Ccm8(a) => seal(&**a, nonce, aad, text),
            Self::ChaCha20Poly1305(a) => seal(&**a, nonce, aad, text),
        }
    }
}

fn open<A: AeadInOut + AeadCore>(
    cipher: &A,
    nonce: &[u8; 12],
    aad: &[u8],
    text: &mut Vec<u8>,
) -> bool {
    let tag_len = Tag::<A>::default().len();
    let Some(end) = text.len().checked_sub(tag_len) else {
        return false;
    };
    let Some((body, tag)) = text.split_at_mut_checked(end) else {
        return false;
    };
    let (Ok(nonce), Ok(tag)) = (
        Nonce::<A>::try_from(nonce.as_slice()),
        Tag::<A>::try_from(&*tag),
    ) else {
        return false;
    };
    let opened = cipher
        .decrypt_inout_detached(&nonce, aad, body.into(), &tag)
        .is_ok();
    text.truncate(end);
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [AeadKind; 7] = [
        AeadKind::Aes128Gcm,
        AeadKind::Aes256Gcm,
        AeadKind::Aes128Ccm,
        AeadKind::Aes256Ccm,
        AeadKind::Aes128Ccm8,
        AeadKind::Aes256Ccm8,
        AeadKind::ChaCha20Poly1305,
    ];

    #[test]
    fn each_opens_what_it_sealed_and_nothing_else() {
        for kind in ALL {
            let aead = Aead::new(kind, &vec![7; kind.key_len()]).unwrap();
            for length in [0, 1, 15, 16, 17, 200] {
                let plain = vec![0x5a; length];
                let mut sealed = plain.clone();
                aead.seal(&[1; 12], b"aad", &mut sealed);
                assert_eq!(sealed.len(), length + aead.tag_len());
                let opens = |nonce: u8, aad: &[u8], text: &[u8]| {
                    let mut text = text.to_vec();
                    aead.open(&[nonce; 12], aad, &mut text).then_some(text)
                };
                assert_eq!(opens(1, b"aad", &sealed), Some(plain));
                assert_eq!(opens(2, b"aad", &sealed), None);
                assert_eq!(opens(1, b"other", &sealed), None);
                for end in 0..sealed.len() {
                    assert_eq!(opens(1, b"aad", &sealed[..end]), None);
                }
                let mut flipped = sealed.clone();
                flipped[length / 2] ^= 1;
                assert_eq!(opens(1, b"aad", &flipped), None);
            }
            assert!(Aead::new(kind, &[1; 5]).is_none());
        }
    }
}
