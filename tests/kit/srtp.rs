//! A sender of SRTP and SRTCP (RFC 3711, RFC 7714, RFC 6904, RFC 9335), for what tests open again: block by
//! block from AES, and AES-GCM from its crate. It shares no code with rtcscope's.

use aes::cipher::{BlockCipherEncrypt, KeyInit as _};
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use hmac::{Hmac, Mac};
use sha1::Sha1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    Null,
    Cm,
    Gcm,
}

/// One master key and how packets are protected with it.
#[derive(Clone, Debug)]
pub struct Protection {
    pub cipher: Cipher,
    pub key: Vec<u8>,
    pub salt: Vec<u8>,
    /// Bytes of tag on SRTP packets.
    pub tag: usize,
    pub mki: Vec<u8>,
}

impl Protection {
    /// The protection with this name in `a=crypto`; `seed` makes its key.
    pub fn named(name: &str, seed: u8) -> Self {
        let cipher = match name {
            n if n.starts_with("AEAD") => Cipher::Gcm,
            n if n.starts_with("NULL") => Cipher::Null,
            _ => Cipher::Cm,
        };
        let key = match name {
            n if n.contains("192") => 24,
            n if n.contains("256") => 32,
            _ => 16,
        };
        let tag = match cipher {
            Cipher::Gcm => 16,
            _ if name.ends_with("32") => 4,
            _ => 10,
        };
        let salt = if cipher == Cipher::Gcm { 12 } else { 14 };
        let bytes = |len: u8, from: u8| (0..len).map(|i| i.wrapping_mul(29) ^ from).collect();
        Self {
            cipher,
            key: bytes(key, seed),
            salt: bytes(salt, seed ^ 0x5a),
            tag,
            mki: Vec::new(),
        }
    }

    fn derived(&self, label: u8, len: usize) -> Vec<u8> {
        let mut iv = [0; 16];
        iv[..self.salt.len()].copy_from_slice(&self.salt);
        iv[7] ^= label;
        keystream(&self.key, iv, len)
    }

    /// An RTP packet as SRTP.
    pub fn rtp(&self, packet: &[u8], roc: u32) -> Vec<u8> {
        self.rtp_with(packet, roc, &[], false)
    }

    /// The same with some header extension elements encrypted, or all of them and the CSRCs (Cryptex).
    pub fn rtp_with(&self, packet: &[u8], roc: u32, ids: &[u8], cryptex: bool) -> Vec<u8> {
        let mut packet = packet.to_vec();
        let csrcs_end = 12 + 4 * usize::from(packet[0] & 15);
        let has_extension = packet[0] & 0x10 != 0;
        let (mut head, mut payload) = (csrcs_end..csrcs_end, csrcs_end);
        if has_extension {
            let length = u16::from_be_bytes([packet[csrcs_end + 2], packet[csrcs_end + 3]]);
            head.end += 4;
            payload += 4 + 4 * usize::from(length);
        }
        let ssrc: [u8; 4] = packet[8..12].try_into().unwrap();
        let index = [&roc.to_be_bytes()[..], &packet[2..4]].concat();
        if has_extension && !ids.is_empty() {
            let iv = self.counter(7, self.salt.len(), ssrc, &index);
            let stream = keystream(&self.derived(6, self.key.len()), iv, payload - head.end);
            let two = packet[head.start] == 0x10;
            let elements = &mut packet[head.end..payload];
            for at in data_of(elements, two, ids) {
                elements[at] ^= stream[at];
            }
        }
        // What is encrypted, in order.
        let mut places: Vec<usize> = (payload..packet.len()).collect();
        if cryptex {
            assert!(has_extension);
            let tag = if packet[head.start] == 0x10 {
                0xc2
            } else {
                0xc0
            };
            packet[head.start..head.start + 2].copy_from_slice(&[tag, 0xde]);
            places = (12..head.start).chain(head.end..packet.len()).collect();
        }
        match self.cipher {
            Cipher::Null => {}
            Cipher::Cm => {
                let iv = self.counter(2, 14, ssrc, &index);
                let stream = keystream(&self.derived(0, self.key.len()), iv, places.len());
                for (place, byte) in places.iter().zip(stream) {
                    packet[*place] ^= byte;
                }
            }
            Cipher::Gcm => {
                let open: Vec<u8> = (0..packet.len())
                    .filter(|i| !places.contains(i))
                    .map(|i| packet[i])
                    .collect();
                let mut secret: Vec<u8> = places.iter().map(|i| packet[*i]).collect();
                let nonce = self.nonce(2, ssrc, &index);
                let tag = gcm(&self.derived(0, self.key.len()), nonce, &open, &mut secret);
                for (place, byte) in places.iter().zip(secret) {
                    packet[*place] = byte;
                }
                packet.extend(tag);
                packet.extend(&self.mki);
                return packet;
            }
        }
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.derived(1, 20)).unwrap();
        mac.update(&packet);
        mac.update(&roc.to_be_bytes());
        packet.extend(&self.mki);
        packet.extend(&mac.finalize().into_bytes()[..self.tag]);
        packet
    }

    /// A compound RTCP packet as SRTCP, encrypted or only authenticated.
    pub fn rtcp(&self, packet: &[u8], index: u32, encrypted: bool) -> Vec<u8> {
        let mut packet = packet.to_vec();
        let ssrc: [u8; 4] = packet[4..8].try_into().unwrap();
        let word = (index | u32::from(encrypted) << 31).to_be_bytes();
        let number = [&[0, 0][..], &index.to_be_bytes()].concat();
        if self.cipher == Cipher::Gcm {
            let nonce = self.nonce(5, ssrc, &number);
            let key = self.derived(3, self.key.len());
            let mut secret = if encrypted {
                packet.split_off(8)
            } else {
                vec![]
            };
            let open = [&packet[..], &word].concat();
            let tag = gcm(&key, nonce, &open, &mut secret);
            return [&packet[..], &secret, &tag, &word, &self.mki].concat();
        }
        if encrypted && self.cipher == Cipher::Cm {
            let iv = self.counter(5, 14, ssrc, &number);
            let stream = keystream(&self.derived(3, self.key.len()), iv, packet.len() - 8);
            for (byte, key) in packet[8..].iter_mut().zip(stream) {
                *byte ^= key;
            }
        }
        packet.extend(word);
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.derived(4, 20)).unwrap();
        mac.update(&packet);
        packet.extend(&self.mki);
        packet.extend(&mac.finalize().into_bytes()[..10]);
        packet
    }

    fn counter(&self, label: u8, salt: usize, ssrc: [u8; 4], index: &[u8]) -> [u8; 16] {
        let own = [&[0; 4][..], &ssrc, index].concat();
        let mut iv = [0; 16];
        iv[..own.len()].copy_from_slice(&own);
        for (i, salt) in self.derived(label, salt).into_iter().enumerate() {
            iv[i] ^= salt;
        }
        iv
    }

    fn nonce(&self, label: u8, ssrc: [u8; 4], index: &[u8]) -> [u8; 12] {
        let own = [&[0; 2][..], &ssrc, index].concat();
        let mut nonce = [0; 12];
        for (i, salt) in self.derived(label, 12).into_iter().enumerate() {
            nonce[i] = salt ^ own[i];
        }
        nonce
    }
}

/// Where the data of the elements with these identifiers is.
fn data_of(elements: &[u8], two_byte: bool, ids: &[u8]) -> Vec<usize> {
    let (mut at, mut places) = (0, Vec::new());
    while at < elements.len() {
        if elements[at] == 0 {
            at += 1;
            continue;
        }
        let (id, len, head) = match two_byte {
            true => (elements[at], usize::from(elements[at + 1]), 2),
            false => (elements[at] >> 4, usize::from(elements[at] & 15) + 1, 1),
        };
        if ids.contains(&id) {
            places.extend(at + head..at + head + len);
        }
        at += head + len;
    }
    places
}

fn keystream(key: &[u8], iv: [u8; 16], len: usize) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut counter = u128::from_be_bytes(iv);
    while stream.len() < len {
        let mut block = counter.to_be_bytes().into();
        match key.len() {
            16 => aes::Aes128::new_from_slice(key)
                .unwrap()
                .encrypt_block(&mut block),
            24 => aes::Aes192::new_from_slice(key)
                .unwrap()
                .encrypt_block(&mut block),
            _ => aes::Aes256::new_from_slice(key)
                .unwrap()
                .encrypt_block(&mut block),
        }
        stream.extend(block);
        counter = counter.wrapping_add(1);
    }
    stream.truncate(len);
    stream
}

fn gcm(key: &[u8], nonce: [u8; 12], open: &[u8], secret: &mut [u8]) -> [u8; 16] {
    let (nonce, secret) = ((&nonce).into(), secret.into());
    let tag = match key.len() {
        16 => Aes128Gcm::new_from_slice(key)
            .unwrap()
            .encrypt_inout_detached(nonce, open, secret),
        _ => Aes256Gcm::new_from_slice(key)
            .unwrap()
            .encrypt_inout_detached(nonce, open, secret),
    };
    tag.unwrap().into()
}
