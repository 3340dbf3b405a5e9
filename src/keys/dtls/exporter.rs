//! The keys that SRTP takes out of DTLS (RFC 5764): by the exporter of RFC 5705 from DTLS 1.0 and 1.2, by
//! that of RFC 8446 from 1.3.

use super::hash::{Hash, OUTPUT_MAX};
use super::label::expand_label;
use super::prf::prf;
use super::suite::{Suite, Version};
use crate::keys::srtp::{MasterKey, Profile};
use zeroize::Zeroizing;

/// The label of RFC 5764.
const LABEL: &[u8] = b"EXTRACTOR-dtls_srtp";

/// Master keys of 32 bytes and salts of 14, twice.
const MATERIAL_MAX: usize = 2 * (32 + 14);

/// In the order of RFC 5764: the keys of client and server, then their salts.
fn split(profile: Profile, material: &[u8]) -> Option<SrtpMasters> {
    let (keys, salts) = material.split_at_checked(2 * profile.key_len())?;
    let (client_key, server_key) = keys.split_at_checked(profile.key_len())?;
    let (client_salt, server_salt) = salts.split_at_checked(profile.salt_len())?;
    let master = |key: &[u8], salt: &[u8]| MasterKey {
        key: Zeroizing::new(key.to_vec()),
        salt: Zeroizing::new(salt.to_vec()),
    };
    Some(SrtpMasters {
        client: master(client_key, client_salt),
        server: master(server_key, server_salt),
    })
}

fn material_len(profile: Profile) -> usize {
    2 * (profile.key_len() + profile.salt_len())
}

/// The master keys of both sides of a session.
#[derive(Clone, Debug)]
pub struct SrtpMasters {
    /// What the DTLS client protects its packets with.
    pub client: MasterKey,
    /// What the DTLS server protects its packets with.
    pub server: MasterKey,
}

/// The SRTP keys of a session of DTLS 1.0 or 1.2, from its master secret.
pub fn export_legacy(
    profile: Profile,
    version: Version,
    suite: &Suite,
    master: &[u8],
    client_random: &[u8; 32],
    server_random: &[u8; 32],
) -> Option<SrtpMasters> {
    let mut material = Zeroizing::new([0; MATERIAL_MAX]);
    let material = material.get_mut(..material_len(profile))?;
    prf(
        suite.prf(version),
        master,
        LABEL,
        &[client_random, server_random],
        material,
    );
    split(profile, material)
}

/// The SRTP keys of a session of DTLS 1.3, from its exporter secret. The hash is known by the length of
/// that: `None` if it is that of none.
pub fn export_tls13(profile: Profile, exporter_secret: &[u8]) -> Option<SrtpMasters> {
    let hash = [Hash::Sha256, Hash::Sha384]
        .into_iter()
        .find(|h| h.len() == exporter_secret.len())?;
    let nothing = hash.of_nothing();
    let mut derived = Zeroizing::new([0; OUTPUT_MAX]);
    let derived = derived.get_mut(..hash.len())?;
    expand_label(hash, exporter_secret, LABEL, nothing.bytes(), derived).then_some(())?;
    let mut material = Zeroizing::new([0; MATERIAL_MAX]);
    let material = material.get_mut(..material_len(profile))?;
    expand_label(hash, derived, b"exporter", nothing.bytes(), material).then_some(())?;
    split(profile, material)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_cut_in_the_order_of_the_rfc() {
        let material: Vec<u8> = (0..92).collect();
        let profile = Profile::AesCm128Sha1Tag80;
        assert_eq!(material_len(profile), 60);
        let masters = split(profile, &material[..60]).unwrap();
        assert_eq!(masters.client.key[..], material[..16]);
        assert_eq!(masters.server.key[..], material[16..32]);
        assert_eq!(masters.client.salt[..], material[32..46]);
        assert_eq!(masters.server.salt[..], material[46..60]);
        assert!(Profile::all().all(|p| material_len(p) <= MATERIAL_MAX));
    }

    #[test]
    fn secrets_of_no_hash_export_nothing() {
        let profile = Profile::AeadAes128Gcm;
        for length in 0..100 {
            let secret = vec![1; length];
            let exported = export_tls13(profile, &secret);
            assert_eq!(exported.is_some(), matches!(length, 32 | 48), "{length}");
        }
    }
}
