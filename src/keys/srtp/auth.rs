//! Authentication: HMAC-SHA1 over what came before the rollover counter, and GHASH.
//!
//! Both are split so that *one* pass over a packet serves any number of rollover counters. HMAC-SHA1
//! (RFC 3711) takes the counter last: its state is kept before that. In AES-GCM (RFC 7714) the hash does
//! not depend on the counter at all; only the one block that masks it does. [`ghash`] is the crate's,
//! AES-GCM around it is ours, because no crate lets go of the hash before it is masked.

use super::block::BlockKey;
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// A key of HMAC-SHA1, absorbed.
#[derive(Clone)]
pub(super) struct Hash(Hmac<Sha1>);

impl Hash {
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        Some(Self(Hmac::new_from_slice(key).ok()?))
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The whole tag, when `last` is what comes last.
    pub(super) fn finish_with(&self, last: &[u8]) -> [u8; 20] {
        let mut mac = self.0.clone();
        mac.update(last);
        mac.finalize().into_bytes().into()
    }
}

/// The hash key of AES-GCM.
pub(super) struct GcmHash(GHash);

impl GcmHash {
    pub(super) fn new(key: &BlockKey) -> Self {
        let mut subkey = zeroize::Zeroizing::new([0; 16]);
        key.encrypt(&mut subkey);
        Self(GHash::new((&*subkey).into()))
    }

    /// The hash of associated data and ciphertext, each in parts; the mask is yet to come.
    pub(super) fn hash(&self, associated: &[&[u8]], ciphertext: &[&[u8]]) -> [u8; 16] {
        let mut run = Run::new(self.0.clone());
        for part in associated {
            run.update(part);
        }
        run.pad();
        for part in ciphertext {
            run.update(part);
        }
        run.pad();
        let bits = |parts: &[&[u8]]| parts.iter().map(|p| p.len() as u64 * 8).sum::<u64>();
        run.update(&bits(associated).to_be_bytes());
        run.update(&bits(ciphertext).to_be_bytes());
        run.hash.finalize().into()
    }
}

/// GHASH over data that comes in parts of any length.
struct Run {
    hash: GHash,
    block: [u8; 16],
    filled: usize,
}

impl Run {
    fn new(hash: GHash) -> Self {
        Self {
            hash,
            block: [0; 16],
            filled: 0,
        }
    }

    fn update(&mut self, mut data: &[u8]) {
        while self.filled > 0 || data.len() < 16 {
            let Some((first, rest)) = data.split_first() else {
                return;
            };
            if let Some(slot) = self.block.get_mut(self.filled) {
                *slot = *first;
            }
            self.filled += 1;
            data = rest;
            if self.filled == 16 {
                self.pad();
            }
        }
        let (blocks, rest) = ghash::Block::slice_as_chunks(data);
        self.hash.update(blocks);
        if !rest.is_empty() {
            self.update(rest);
        }
    }

    /// Fills the block that is begun with zeros.
    fn pad(&mut self) {
        if self.filled > 0 {
            self.hash.update(&[self.block.into()]);
            (self.block, self.filled) = ([0; 16], 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::hex;
    use super::*;

    /// RFC 2202, test cases 1 and 2 for HMAC-SHA-1.
    #[test]
    fn hmac_sha1_of_rfc_2202() {
        for (key, data, digest) in [
            (
                [0x0b; 20].as_slice(),
                b"Hi There".as_slice(),
                "b617318655057264e28bc0b6fb378c8ef146be00",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            ),
        ] {
            let mut hash = Hash::new(key).unwrap();
            let (first, last) = data.split_at(3);
            hash.update(first);
            assert_eq!(hash.finish_with(last).as_slice(), hex(digest));
        }
    }

    #[test]
    fn parts_hash_like_the_whole() {
        let key = BlockKey::new(&[7; 16]).unwrap();
        let hash = GcmHash::new(&key);
        let data: Vec<u8> = (0..77).collect();
        let whole = hash.hash(&[&data], &[&data]);
        for a in 0..data.len() {
            let (first, last) = data.split_at(a);
            assert_eq!(hash.hash(&[first, last], &[last, first]).len(), 16);
            assert_eq!(hash.hash(&[first, last], &[first, last]), whole, "{a}");
            for b in a..data.len() {
                let (middle, last) = data[a..].split_at(b - a);
                let parts = [first, middle, last];
                assert_eq!(hash.hash(&parts, &parts), whole, "{a} {b}");
            }
        }
    }
}
