//! DTLS 1.3 records that look like a handshake (RFC 9147): hellos in the clear, then ciphertext.
//!
//! The hellos are well formed; what follows is noise in records with unified headers, as it is for
//! anyone without keys.

use super::prng::{Noise, Prng};

const DTLS_1_2: u16 = 0xfefd;
const DTLS_1_3: u16 = 0xfefc;
const TLS_AES_128_GCM_SHA256: u16 = 0x1301;
const X25519: u16 = 0x001d;
const SRTP_AES128_CM_HMAC_SHA1_80: u16 = 0x0001;
const SRTP_AEAD_AES_128_GCM: u16 = 0x0007;

/// Epoch of handshake ciphertext.
pub const HANDSHAKE_EPOCH: u8 = 2;
/// Epoch of application data.
pub const APPLICATION_EPOCH: u8 = 3;

/// A record with a ClientHello that offers DTLS 1.3 and `use_srtp`.
pub fn client_hello(out: &mut Vec<u8>, prng: &mut Prng) {
    let mut body = Vec::new();
    body.extend(DTLS_1_2.to_be_bytes());
    body.extend(prng.bytes::<32>());
    body.extend([0, 0]); // no session id, no cookie
    body.extend([0, 4]);
    body.extend(TLS_AES_128_GCM_SHA256.to_be_bytes());
    body.extend(0xc02b_u16.to_be_bytes()); // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    body.extend([1, 0]); // null compression
    let mut extensions = Vec::new();
    extension(
        &mut extensions,
        43,
        &[&[4][..], &both(DTLS_1_3, DTLS_1_2)].concat(),
    );
    extension(
        &mut extensions,
        10,
        &[&[0, 4][..], &both(X25519, 0x0017)].concat(),
    );
    extension(
        &mut extensions,
        13,
        &[&[0, 4][..], &both(0x0403, 0x0804)].concat(),
    );
    let profiles = both(SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_HMAC_SHA1_80);
    extension(
        &mut extensions,
        14,
        &[&[0, 4][..], &profiles, &[0]].concat(),
    );
    extension(&mut extensions, 23, &[]); // extended_master_secret
    let share = [&both(X25519, 32)[..], &prng.bytes::<32>()].concat();
    extension(&mut extensions, 51, &[&[0, 36][..], &share].concat());
    body.extend((extensions.len() as u16).to_be_bytes());
    body.extend(extensions);
    plaintext(out, 1, 0, &body);
}

/// A record with a ServerHello that chooses DTLS 1.3.
pub fn server_hello(out: &mut Vec<u8>, prng: &mut Prng) {
    let mut body = Vec::new();
    body.extend(DTLS_1_2.to_be_bytes());
    body.extend(prng.bytes::<32>());
    body.push(0); // no session id
    body.extend(TLS_AES_128_GCM_SHA256.to_be_bytes());
    body.push(0);
    let mut extensions = Vec::new();
    extension(&mut extensions, 43, &DTLS_1_3.to_be_bytes());
    let share = [&both(X25519, 32)[..], &prng.bytes::<32>()].concat();
    extension(&mut extensions, 51, &share);
    body.extend((extensions.len() as u16).to_be_bytes());
    body.extend(extensions);
    plaintext(out, 2, 0, &body);
}

/// A record of `len` bytes of ciphertext under a unified header (RFC 9147 section 4), with 16-bit
/// sequence number and length.
pub fn ciphertext(out: &mut Vec<u8>, epoch: u8, number: u64, len: usize, noise: &Noise) {
    out.clear();
    out.push(0x2c | (epoch & 3));
    out.extend_from_slice(noise.cut(number ^ 0x5e9, 2)); // the sequence number is encrypted
    out.extend((len as u16).to_be_bytes());
    out.extend_from_slice(noise.cut(number, len));
}

/// A handshake message, whole, in one DTLSPlaintext record of epoch 0.
fn plaintext(out: &mut Vec<u8>, kind: u8, message: u16, body: &[u8]) {
    let length = &(body.len() as u32).to_be_bytes()[1..];
    out.clear();
    out.push(22);
    out.extend(DTLS_1_2.to_be_bytes());
    out.extend([0; 2]); // epoch
    out.extend(&u64::from(message).to_be_bytes()[2..]);
    out.extend((body.len() as u16 + 12).to_be_bytes());
    out.push(kind);
    out.extend(length);
    out.extend(message.to_be_bytes());
    out.extend([0; 3]); // fragment offset
    out.extend(length);
    out.extend_from_slice(body);
}

fn extension(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    out.extend(kind.to_be_bytes());
    out.extend((data.len() as u16).to_be_bytes());
    out.extend_from_slice(data);
}

fn both(a: u16, b: u16) -> [u8; 4] {
    let [a, b] = [a.to_be_bytes(), b.to_be_bytes()];
    [a[0], a[1], b[0], b[1]]
}

/// One side of a handshake of DTLS 1.2, which numbers its records.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    record: u64,
    sealed: u64,
}

impl Sender {
    /// A handshake message, whole in one record.
    pub fn message(&mut self, kind: u8, seq: u16, body: &[u8]) -> Vec<u8> {
        self.fragment(kind, seq, body, 0..body.len())
    }

    /// A part of a handshake message.
    pub fn fragment(
        &mut self,
        kind: u8,
        seq: u16,
        body: &[u8],
        range: std::ops::Range<usize>,
    ) -> Vec<u8> {
        let u24 = |n: usize| (n as u32).to_be_bytes()[1..].to_vec();
        let mut content = vec![kind];
        content.extend(u24(body.len()));
        content.extend(seq.to_be_bytes());
        content.extend(u24(range.start));
        content.extend(u24(range.len()));
        content.extend(&body[range]);
        self.clear(22, &content)
    }

    pub fn change_cipher_spec(&mut self) -> Vec<u8> {
        self.clear(20, &[1])
    }

    pub fn alert(&mut self, level: u8, description: u8) -> Vec<u8> {
        self.clear(21, &[level, description])
    }

    /// An encrypted Finished.
    pub fn finished(&mut self) -> Vec<u8> {
        self.sealed(22, 40)
    }

    pub fn application(&mut self, len: usize) -> Vec<u8> {
        self.sealed(23, len)
    }

    pub fn encrypted_alert(&mut self) -> Vec<u8> {
        self.sealed(21, 26)
    }

    fn clear(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        let number = self.record;
        self.record += 1;
        Self::record(kind, 0, number, content)
    }

    fn sealed(&mut self, kind: u8, len: usize) -> Vec<u8> {
        let number = self.sealed;
        self.sealed += 1;
        let content: Vec<u8> = (0..len).map(|i| (i as u64 * 37 + number) as u8).collect();
        Self::record(kind, 1, number, &content)
    }

    fn record(kind: u8, epoch: u16, number: u64, content: &[u8]) -> Vec<u8> {
        let mut out = vec![kind];
        out.extend(DTLS_1_2.to_be_bytes());
        out.extend(epoch.to_be_bytes());
        out.extend(&number.to_be_bytes()[2..]);
        out.extend((content.len() as u16).to_be_bytes());
        out.extend_from_slice(content);
        out
    }
}

/// The body of a ClientHello of DTLS 1.2 that offers use_srtp, with this byte as random and this
/// cookie.
pub fn client_hello_12(random: u8, cookie: &[u8]) -> Vec<u8> {
    let mut body = DTLS_1_2.to_be_bytes().to_vec();
    body.extend([random; 32]);
    body.push(0);
    body.push(cookie.len() as u8);
    body.extend_from_slice(cookie);
    body.extend([0, 2, 0xc0, 0x2b, 1, 0]);
    // use_srtp with SRTP_AES128_CM_HMAC_SHA1_80, as every WebRTC endpoint offers it (RFC 5764).
    body.extend([0, 9, 0, 14, 0, 5, 0, 2, 0, 1, 0]);
    body
}

/// The body of a HelloVerifyRequest.
pub fn hello_verify_request(cookie: &[u8]) -> Vec<u8> {
    let mut body = DTLS_1_2.to_be_bytes().to_vec();
    body.push(cookie.len() as u8);
    body.extend_from_slice(cookie);
    body
}

/// The body of a ServerHello of DTLS 1.2, with this byte as random.
pub fn server_hello_12(random: u8) -> Vec<u8> {
    let mut body = DTLS_1_2.to_be_bytes().to_vec();
    body.extend([random; 32]);
    body.extend([0, 0xc0, 0x2b, 0]);
    body
}
