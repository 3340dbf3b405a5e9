//! AES in CBC mode with HMAC: MAC-then-encrypt (RFC 5246) and encrypt-then-MAC (RFC 7366).

use super::hash::{Hash, Keyed};
use aes::cipher::{BlockModeDecrypt, InnerIvInit, KeyInit, array::Array};
use aes::{Aes128, Aes256, Block};
use cbc::Decryptor;
use subtle::ConstantTimeEq;

const BLOCK: usize = 16;

#[derive(Clone)]
enum Cipher {
    Aes128(Box<Aes128>),
    Aes256(Box<Aes256>),
}

/// Cipher and HMAC that have taken their keys.
#[derive(Clone)]
pub(super) struct Cbc {
    cipher: Cipher,
    mac: Box<Keyed>,
    mac_len: usize,
    encrypt_then_mac: bool,
}

impl Cbc {
    /// `None` if the key is none of AES with 128 or 256 bits.
    pub(super) fn new(
        key: &[u8],
        mac_key: &[u8],
        hash: Hash,
        encrypt_then_mac: bool,
    ) -> Option<Self> {
        let cipher = match key.len() {
            16 => Cipher::Aes128(Box::new(Aes128::new_from_slice(key).ok()?)),
            32 => Cipher::Aes256(Box::new(Aes256::new_from_slice(key).ok()?)),
            _ => return None,
        };
        Some(Self {
            cipher,
            mac: Box::new(Keyed::new(hash, mac_key)?),
            mac_len: hash.len(),
            encrypt_then_mac,
        })
    }

    /// Opens `text` in place: an explicit IV, blocks, and a MAC inside or behind them. `prefix` gives
    /// what the MAC covers before the length field, when it is told what the length field says.
    ///
    /// Who opens records of a capture leaks nothing by the time that it takes, so padding and MAC are
    /// looked at one after the other.
    pub(super) fn open(&self, prefix: &[u8], text: &mut Vec<u8>) -> bool {
        if self.encrypt_then_mac {
            let Some(end) = text.len().checked_sub(self.mac_len) else {
                return false;
            };
            let Some((body, mac)) = text.split_at_checked(end) else {
                return false;
            };
            if !self.is_mac(prefix, body, mac) {
                return false;
            }
            text.truncate(end);
        }
        if !self.decrypt(text) {
            return false;
        }
        let Some(padding) = text.last().map(|p| usize::from(*p)) else {
            return false;
        };
        let Some(end) = text.len().checked_sub(padding + 1) else {
            return false;
        };
        let is_padding = |b: &u8| usize::from(*b) == padding;
        if !text.get(end..).is_some_and(|p| p.iter().all(is_padding)) {
            return false;
        }
        text.truncate(end);
        if self.encrypt_then_mac {
            return true;
        }
        let Some(end) = text.len().checked_sub(self.mac_len) else {
            return false;
        };
        let genuine = text
            .split_at_checked(end)
            .is_some_and(|(body, mac)| self.is_mac(prefix, body, mac));
        text.truncate(end);
        genuine
    }

    fn is_mac(&self, prefix: &[u8], body: &[u8], mac: &[u8]) -> bool {
        let Ok(length) = u16::try_from(body.len()) else {
            return false;
        };
        let wanted = self.mac.of(&[prefix, &length.to_be_bytes(), body]);
        wanted.bytes().ct_eq(mac).into()
    }

    /// Takes the IV off and decrypts what follows; `false` if that is no whole number of blocks.
    fn decrypt(&self, text: &mut Vec<u8>) -> bool {
        let Some((iv, _)) = text.split_first_chunk::<BLOCK>() else {
            return false;
        };
        let iv: Block = Array(*iv);
        text.drain(..BLOCK);
        let (blocks, rest) = Array::slice_as_chunks_mut(text.as_mut_slice());
        if blocks.is_empty() || !rest.is_empty() {
            return false;
        }
        match &self.cipher {
            Cipher::Aes128(aes) => {
                Decryptor::<&Aes128>::inner_iv_init(aes, &iv).decrypt_blocks(blocks);
            }
            Cipher::Aes256(aes) => {
                Decryptor::<&Aes256>::inner_iv_init(aes, &iv).decrypt_blocks(blocks);
            }
        }
        true
    }

    /// Encrypts as a sender would, with `extra` more blocks of padding than are needed.
    #[cfg(test)]
    pub(super) fn seal(&self, prefix: &[u8], iv: [u8; BLOCK], extra: usize, text: &mut Vec<u8>) {
        use aes::cipher::BlockModeEncrypt;
        let mac = |text: &[u8]| {
            let length = (text.len() as u16).to_be_bytes();
            self.mac.of(&[prefix, &length, text])
        };
        if !self.encrypt_then_mac {
            let mac = mac(text);
            text.extend(mac.bytes());
        }
        let padding = BLOCK - text.len() % BLOCK + extra * BLOCK;
        text.extend(vec![(padding - 1) as u8; padding]);
        let (blocks, _) = Array::slice_as_chunks_mut(text.as_mut_slice());
        let start: Block = Array(iv);
        match &self.cipher {
            Cipher::Aes128(aes) => {
                cbc::Encryptor::<&Aes128>::inner_iv_init(aes, &start).encrypt_blocks(blocks);
            }
            Cipher::Aes256(aes) => {
                cbc::Encryptor::<&Aes256>::inner_iv_init(aes, &start).encrypt_blocks(blocks);
            }
        }
        text.splice(..0, iv);
        if self.encrypt_then_mac {
            let mac = mac(text);
            text.extend(mac.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 3602, case 2: CBC itself.
    #[test]
    fn cbc_is_that_of_rfc_3602() {
        let hex = |t: &str| HEXLOWER.decode(t.as_bytes()).unwrap();
        let key = hex("c286696d887c9aa0611bbb3e2025a45a");
        let mut text = hex("562e17996d093d28ddb3ba695a2e6f58");
        text.extend(hex(
            "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1",
        ));
        let cbc = Cbc::new(&key, &[], Hash::Sha1, false).unwrap();
        assert!(cbc.decrypt(&mut text));
        assert_eq!(text, (0..32).collect::<Vec<u8>>());
    }

    #[test]
    fn each_order_opens_what_it_sealed_and_nothing_else() {
        for (key, hash) in [(16, Hash::Sha1), (32, Hash::Sha256), (32, Hash::Sha384)] {
            for order in [false, true] {
                let cbc = Cbc::new(&vec![3; key], &[9; 20], hash, order).unwrap();
                for length in [0, 1, 15, 16, 31, 300] {
                    let plain = vec![0xab; length];
                    let mut sealed = plain.clone();
                    cbc.seal(b"prefix", [5; BLOCK], length % 3, &mut sealed);
                    let opens = |prefix: &[u8], text: &[u8]| {
                        let mut text = text.to_vec();
                        cbc.open(prefix, &mut text).then_some(text)
                    };
                    assert_eq!(opens(b"prefix", &sealed), Some(plain));
                    assert_eq!(opens(b"other", &sealed), None);
                    for end in 0..sealed.len() {
                        assert_eq!(opens(b"prefix", &sealed[..end]), None, "{end}");
                    }
                    for at in [BLOCK, sealed.len() - 1] {
                        let mut flipped = sealed.clone();
                        flipped[at] ^= 1;
                        assert_eq!(opens(b"prefix", &flipped), None);
                    }
                }
            }
        }
        assert!(Cbc::new(&[0; 24], &[], Hash::Sha1, false).is_none());
    }
}
