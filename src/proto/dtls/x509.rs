//! What a certificate says of itself (RFC 5280): names, validity, key, and the fingerprint that a
//! session description announces (RFC 8122).
//!
//! Parsing is left to `x509-cert`, with the checks of the profile off: peers make their own
//! certificates, and odd ones are met. The fingerprint is that of the bytes and needs no parsing.

use sha2::{Digest, Sha256};
use std::fmt::Write;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode, Reader as _, SliceReader};
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::time::Time;

/// The facts of one certificate, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Distinguished name of the subject (RFC 4514); empty when it has none.
    pub subject: String,
    /// Distinguished name of the issuer.
    pub issuer: String,
    /// Serial number, in hexadecimal digits.
    pub serial: String,
    /// Valid from then on, in seconds since 1970.
    pub not_before: u64,
    /// Valid until then, in seconds since 1970.
    pub not_after: u64,
    /// Whether issuer and subject are the same. The signature is not verified.
    pub self_signed: bool,
    /// Algorithm and size or curve of the public key: `"ECDSA secp256r1"`, `"RSA 2048"`.
    pub public_key: String,
    /// Signature algorithm by name, or its object identifier.
    pub signature_algorithm: String,
}

impl Certificate {
    /// Reads a certificate in DER. The error is a phrase for people.
    pub fn parse(der: &[u8]) -> Result<Self, String> {
        let certificate =
            CertificateInner::<Raw>::from_der(der).map_err(|error| error.to_string())?;
        let tbs = certificate.tbs_certificate();
        let key = tbs.subject_public_key_info();
        let bits = key.subject_public_key.as_bytes().unwrap_or_default();
        Ok(Self {
            subject: tbs.subject().to_string(),
            issuer: tbs.issuer().to_string(),
            serial: hex(tbs.serial_number().as_bytes(), ""),
            not_before: seconds(&tbs.validity().not_before),
            not_after: seconds(&tbs.validity().not_after),
            self_signed: tbs.subject() == tbs.issuer(),
            public_key: public_key(&key.algorithm, bits),
            signature_algorithm: named(certificate.signature_algorithm().oid),
        })
    }
}

/// SHA-256 of a certificate's DER as `a=fingerprint` prints it: upper-case hexadecimal with colons.
pub fn sha256_fingerprint(der: &[u8]) -> String {
    hex(&Sha256::digest(der), ":").to_ascii_uppercase()
}

fn hex(bytes: &[u8], between: &str) -> String {
    let mut out = String::with_capacity(bytes.len() * (2 + between.len()));
    for (i, byte) in bytes.iter().enumerate() {
        let between = if i > 0 { between } else { "" };
        let _ = write!(out, "{between}{byte:02x}");
    }
    out
}

fn seconds(time: &Time) -> u64 {
    time.to_unix_duration().as_secs()
}

/// Algorithm, and the curve or the length of the modulus.
fn public_key(algorithm: &AlgorithmIdentifierOwned, bits: &[u8]) -> String {
    let parameter = algorithm.parameters.as_ref();
    match named(algorithm.oid).as_str() {
        "EC" => {
            let curve = parameter.and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
            format!("ECDSA {}", curve.map_or("unknown curve".to_owned(), named))
        }
        "RSA" => match rsa_bits(bits) {
            Some(size) => format!("RSA {size}"),
            None => "RSA".to_owned(),
        },
        other => other.to_owned(),
    }
}

/// The length of the modulus in bits (RFC 8017: a sequence of modulus and exponent).
fn rsa_bits(key: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(key).ok()?;
    let size = reader.sequence(|inner| {
        let modulus = UintRef::decode(inner)?;
        let exponent = UintRef::decode(inner)?;
        let _ = exponent;
        let bytes = modulus.as_bytes();
        let zeros = bytes.first().map_or(0, |b| b.leading_zeros() as usize);
        Ok::<_, x509_cert::der::Error>(bytes.len() * 8 - zeros)
    });
    size.ok()
}

/// Object identifiers of keys, curves and signatures that certificates of peers have.
const NAMES: &[(&str, &str)] = &[
    ("1.2.840.10045.2.1", "EC"),
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10045.3.1.7", "secp256r1"),
    ("1.3.132.0.34", "secp384r1"),
    ("1.3.132.0.35", "secp521r1"),
    ("1.3.132.0.33", "secp224r1"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.10040.4.3", "dsa-with-SHA1"),
];

fn named(oid: ObjectIdentifier) -> String {
    let digits = oid.to_string();
    let known = NAMES.iter().find(|(known, _)| *known == digits);
    known.map_or(digits, |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::testing::hex as bytes;

    /// What Chromium made for a call: ECDSA, for 30 days, in its own name.
    const CHROMIUM: &str =
        "308201153081bca003020102020803dff6388ec7a084300a06082a8648ce3d0403023011310f300d0603
         5504030c06576562525443301e170d3236313132313136323731315a170d323631323232313632373131
         5a3011310f300d06035504030c065765625254433059301306072a8648ce3d020106082a8648ce3d0301
         070342000498ac7fda9188c83ae5afcb0ca6c483eca8b76270388231818ea2a5372d241e700dfa0b39aa
         d3ba5ba09fdfdbf513e947968608659c810805e7a74c29d66c385e300a06082a8648ce3d040302034800
         3045022100c95ea5eb12a09f39002c2b51bfc37c5d7d216c22585da08f3ab36f9f8b2333fc022043a510
         08b94ca377c3d0d1362ac06cf3372d9f1f3c5684f5c97321ff012b2d9b";

    #[test]
    fn a_certificate_of_a_browser_is_read() {
        let der = bytes(CHROMIUM);
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.subject, "CN=WebRTC");
        assert!(certificate.self_signed);
        assert_eq!(certificate.public_key, "ECDSA secp256r1");
        assert_eq!(certificate.signature_algorithm, "ecdsa-with-SHA256");
        assert!(certificate.not_before < certificate.not_after);
        assert_eq!(
            sha256_fingerprint(&der),
            "08:18:68:FE:1D:23:E4:63:52:AB:E9:26:10:5B:F3:DD:\
             13:61:4E:51:99:FF:25:99:49:62:FA:61:9E:1F:D5:64"
        );
    }

    #[test]
    fn every_prefix_and_every_flipped_byte_is_answered() {
        let der = bytes(CHROMIUM);
        for end in 0..der.len() {
            assert!(Certificate::parse(&der[..end]).is_err(), "{end}");
        }
        for at in 0..der.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut bad = der.clone();
                bad[at] ^= mask;
                let _ = Certificate::parse(&bad);
            }
        }
    }

    #[test]
    fn the_size_of_an_rsa_key_is_that_of_its_modulus() {
        assert_eq!(rsa_bits(&bytes("3008 0203 0fffff 0201 03")), Some(20));
        assert_eq!(rsa_bits(&bytes("3003 0203 0f")), None);
    }
}
