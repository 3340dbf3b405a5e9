//! AES as SRTP uses it: one block, and a keystream by counting (RFC 3711, RFC 6188).

use aes::cipher::{BlockCipherEncrypt, InnerIvInit, KeyInit, StreamCipher, StreamCipherSeek};
use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use ctr::{Ctr128BE, CtrCore};

/// An AES key, expanded for encryption: counter modes need nothing else.
pub(super) enum BlockKey {
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

impl BlockKey {
    /// From 16, 24 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        Some(match key.len() {
            16 => Self::Aes128(Aes128Enc::new_from_slice(key).ok()?),
            24 => Self::Aes192(Aes192Enc::new_from_slice(key).ok()?),
            32 => Self::Aes256(Aes256Enc::new_from_slice(key).ok()?),
            _ => return None,
        })
    }

    pub(super) fn encrypt(&self, block: &mut [u8; 16]) {
        let block = block.into();
        match self {
            Self::Aes128(key) => key.encrypt_block(block),
            Self::Aes192(key) => key.encrypt_block(block),
            Self::Aes256(key) => key.encrypt_block(block),
        }
    }

    /// The keystream that begins with the encryption of `counter`.
    pub(super) fn keystream(&self, counter: &[u8; 16]) -> Keystream<'_> {
        let iv = counter.into();
        match self {
            Self::Aes128(key) => {
                Keystream::Aes128(Ctr128BE::from_core(CtrCore::inner_iv_init(key, iv)))
            }
            Self::Aes192(key) => {
                Keystream::Aes192(Ctr128BE::from_core(CtrCore::inner_iv_init(key, iv)))
            }
            Self::Aes256(key) => {
                Keystream::Aes256(Ctr128BE::from_core(CtrCore::inner_iv_init(key, iv)))
            }
        }
    }
}

/// A keystream, from which bytes are taken in order.
pub(super) enum Keystream<'k> {
    Aes128(Ctr128BE<&'k Aes128Enc>),
    Aes192(Ctr128BE<&'k Aes192Enc>),
    Aes256(Ctr128BE<&'k Aes256Enc>),
}

impl Keystream<'_> {
    /// Encrypts or decrypts the next bytes. A keystream is longer than any packet.
    pub(super) fn apply(&mut self, data: &mut [u8]) {
        match self {
            Self::Aes128(stream) => stream.apply_keystream(data),
            Self::Aes192(stream) => stream.apply_keystream(data),
            Self::Aes256(stream) => stream.apply_keystream(data),
        }
    }

    /// Goes on at this byte of the keystream.
    pub(super) fn seek(&mut self, byte: usize) {
        let byte = byte as u64;
        match self {
            Self::Aes128(stream) => stream.seek(byte),
            Self::Aes192(stream) => stream.seek(byte),
            Self::Aes256(stream) => stream.seek(byte),
        }
    }
}
