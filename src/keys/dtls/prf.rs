//! The pseudorandom functions: of TLS 1.2 (RFC 5246), over the hash of the suite, and of TLS 1.0 and 1.1
//! (RFC 2246, RFC 4346), which DTLS 1.0 has, over MD5 and SHA-1 together.

use super::hash::{Hash, Keyed};

/// Which function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prf {
    /// MD5 and SHA-1, each over half of the secret.
    Old,
    /// One hash, that of the suite.
    Of(Hash),
}

/// Fills `out` from a secret, a label and the parts of a seed.
pub(super) fn prf(prf: Prf, secret: &[u8], label: &[u8], seed: &[&[u8]], out: &mut [u8]) {
    out.fill(0);
    match prf {
        Prf::Of(hash) => p_hash(hash, secret, label, seed, out),
        Prf::Old => {
            // The halves share the middle byte of an odd length.
            let half = secret.len().div_ceil(2);
            let first = secret.get(..half).unwrap_or_default();
            let second = secret.get(secret.len() - half..).unwrap_or_default();
            p_hash(Hash::Md5, first, label, seed, out);
            p_hash(Hash::Sha1, second, label, seed, out);
        }
    }
}

/// Adds P_hash of RFC 5246 to `out` by exclusive or.
fn p_hash(hash: Hash, secret: &[u8], label: &[u8], seed: &[&[u8]], out: &mut [u8]) {
    let Some(keyed) = Keyed::new(hash, secret) else {
        return;
    };
    let parts: Vec<&[u8]> = std::iter::once(label).chain(seed.iter().copied()).collect();
    let mut a = keyed.of(&parts);
    for chunk in out.chunks_mut(hash.len()) {
        let mut with_a = vec![a.bytes()];
        with_a.extend(&parts);
        let block = keyed.of(&with_a);
        for (to, from) in chunk.iter_mut().zip(block.bytes()) {
            *to ^= from;
        }
        a = keyed.of(&[a.bytes()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    fn run(kind: Prf, secret: &str, seed: &str, len: usize) -> String {
        let mut out = vec![0xee; len];
        prf(kind, &hex(secret), b"test label", &[&hex(seed)], &mut out);
        HEXLOWER.encode(&out)
    }

    /// The vectors that were sent to the TLS working group's list for P_SHA256 and P_SHA384, which
    /// other implementations test with as well.
    #[test]
    fn tls12_is_that_of_the_public_vectors() {
        let out = run(
            Prf::Of(Hash::Sha256),
            "9bbe436ba940f017b17652849a71db35",
            "a0ba9f936cda311827a6f796ffd5198c",
            100,
        );
        assert_eq!(
            out,
            "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a\
             6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab\
             4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701\
             87347b66"
        );
        let out = run(
            Prf::Of(Hash::Sha384),
            "b80b733d6ceefcdc71566ea48e5567df",
            "cd665cf6a8447dd6ff8b27555edb7465",
            148,
        );
        assert_eq!(
            out,
            "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd\
             e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd\
             8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425\
             9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6\
             91c8f3a26854308d5eaa3be85e0990703d73e56f"
        );
    }

    /// Computed with Python's hmac module by the formula of RFC 2246, for a secret of odd length.
    #[test]
    fn tls10_mixes_two_hashes() {
        let out = run(Prf::Old, "000102030405060708090a0b0c0d0e", "a0a1a2a3", 48);
        assert_eq!(
            out,
            "074f3b89b2fe4970025af93bade5886c4b8eea135c1ffe04544f8d6dfa9ebdb64eb5b1525a158909ee3a8cd74d51faa4"
        );
    }
}
