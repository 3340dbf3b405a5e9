//! SRTP vectors that others published (../shared/corpus/vectors/srtp), opened with the library's keys.

#![allow(
    clippy::type_complexity,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::shared::shared;
use rtcscope::keys::srtp::{ExtensionIds, MasterKey, Profile, SessionKeys, SrtcpOpened};
use serde_json::Value;
use zeroize::Zeroizing;

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// The arrays of one vector file, by the line that they stand in.
struct Vectors(Value);

impl Vectors {
    fn of(name: &str) -> Option<Self> {
        let file = shared(&format!("corpus/vectors/srtp/{name}.json"))?;
        let text = std::fs::read(file).unwrap();
        Some(Self(serde_json::from_slice(&text).unwrap()))
    }

    fn all(&self) -> impl Iterator<Item = (u64, &str, Vec<u8>)> {
        let all = self.0["arrays"].as_array().unwrap().iter();
        all.map(|a| {
            let (line, name) = (a["line"].as_u64().unwrap(), a["name"].as_str().unwrap());
            (line, name, hex(a["hex"].as_str().unwrap()))
        })
    }

    fn at(&self, line: u64) -> Vec<u8> {
        self.all().find(|(l, ..)| *l == line).unwrap().2
    }

    fn named(&self, name: &str) -> Vec<u8> {
        self.all().find(|(_, n, _)| *n == name).unwrap().2
    }
}

/// Keys out of key and salt behind each other.
fn keys(profile: Profile, both: &[u8], mki: &[u8]) -> SessionKeys {
    let (key, rest) = both.split_at(profile.key_len());
    let master = MasterKey {
        key: Zeroizing::new(key.to_vec()),
        salt: Zeroizing::new(rest[..profile.salt_len()].to_vec()),
    };
    SessionKeys::derive(profile, &master, mki).unwrap()
}

fn rtp(keys: &SessionKeys, packet: &[u8], roc: u32, ids: &[u8]) -> Option<Vec<u8>> {
    let seal = keys.seal_of(packet)?;
    let mut plain = Vec::new();
    seal.fits(roc).then(|| {
        seal.decrypt(
            roc,
            &ids.iter().copied().collect::<ExtensionIds>(),
            &mut plain,
        );
        plain
    })
}

fn rtcp(keys: &SessionKeys, packet: &[u8]) -> Option<(SrtcpOpened, Vec<u8>)> {
    let mut plain = Vec::new();
    let opened = keys.open_rtcp(packet, &mut plain)?;
    Some((opened, plain))
}

#[test]
fn libsrtp_opens_to_the_same() {
    use Profile::{AeadAes128Gcm, AesCm128Sha1Tag80, AesCm192Sha1Tag80, AesCm256Sha1Tag80};
    let Some(v) = Vectors::of("libsrtp_driver") else {
        return;
    };
    let (key, gcm_key) = (v.named("test_key"), v.named("test_key_gcm"));
    let mki = v.named("test_mki_id");
    let headers = v.at(3851);
    let packets: [(Profile, &[u8], &[u8], &[u8], u64, u64); 8] = [
        (AesCm128Sha1Tag80, &key, &[], &[], 2345, 2358),
        (AesCm128Sha1Tag80, &key, &mki, &[], 2503, 2517),
        (Profile::NullSha1Tag80, &key, &[], &[], 2680, 2693),
        (AeadAes128Gcm, &gcm_key, &[], &[], 3389, 3403),
        (AesCm128Sha1Tag80, &headers, &[], &[1, 3, 4], 3857, 3877),
        (AeadAes128Gcm, &headers, &[], &[1, 3, 4], 3985, 4005),
        (AesCm192Sha1Tag80, &v.at(4114), &[], &[], 4122, 4135),
        (AesCm256Sha1Tag80, &v.at(4209), &[], &[], 4218, 4231),
    ];
    for (profile, key, mki, ids, plain, sealed) in packets {
        let opened = rtp(&keys(profile, key, mki), &v.at(sealed), 0, ids);
        assert_eq!(opened, Some(v.at(plain)), "line {sealed}");
    }
    let packets: [(Profile, &[u8], &[u8], bool, u64, u64); 4] = [
        (AesCm128Sha1Tag80, &key, &[], true, 2365, 2377),
        (AesCm128Sha1Tag80, &key, &mki, true, 2525, 2538),
        (Profile::NullSha1Tag80, &key, &[], false, 2700, 2712),
        (AeadAes128Gcm, &gcm_key, &[], true, 3411, 3424),
    ];
    for (profile, key, mki, encrypted, plain, sealed) in packets {
        let opened = rtcp(&keys(profile, key, mki), &v.at(sealed));
        let index = SrtcpOpened {
            encrypted,
            index: 1,
        };
        assert_eq!(opened, Some((index, v.at(plain))), "line {sealed}");
    }
}

#[test]
fn cryptex_of_libwebrtc_opens_to_the_same() {
    let (Some(v), Some(libsrtp)) = (
        Vectors::of("libwebrtc_srtp_session"),
        Vectors::of("libsrtp_driver"),
    ) else {
        return;
    };
    let keys = keys(Profile::AesCm128Sha1Tag80, &libsrtp.named("test_key"), &[]);
    let all: Vec<_> = v.all().collect();
    let mut opened = 0;
    for pair in all.windows(2) {
        if let [(_, "kPacket", plain), (line, "kEncrypted", sealed)] = pair {
            assert_eq!(
                rtp(&keys, sealed, 0, &[]).as_ref(),
                Some(plain),
                "line {line}"
            );
            opened += 1;
        }
    }
    assert_eq!(opened, 6);
}

#[test]
fn rtpengine_opens_to_the_same() {
    use Profile::{AesCm128Sha1Tag80, AesCm192Sha1Tag80, AesCm256Sha1Tag80};
    let Some(v) = Vectors::of("rtpengine_aes-crypt") else {
        return;
    };
    let key = v.named("test_key");
    for (profile, bits) in [
        (AesCm128Sha1Tag80, 128),
        (AesCm192Sha1Tag80, 192),
        (AesCm256Sha1Tag80, 256),
    ] {
        let keys = keys(profile, &key, &[]);
        let sealed = v.named(&format!("srtp_ciphertext_{bits}"));
        let opened = rtp(&keys, &sealed, 0, &[]);
        assert_eq!(opened, Some(v.named("rtp_plaintext_ref")), "{bits}");
        let sealed = v.named(&format!("srtcp_ciphertext_{bits}"));
        let index = SrtcpOpened {
            encrypted: true,
            index: 1,
        };
        let plain = v.named("rtcp_plaintext_ref");
        assert_eq!(rtcp(&keys, &sealed), Some((index, plain)), "{bits}");
    }
    let keys = keys(AesCm256Sha1Tag80, &v.named("aes_256_test_key"), &[]);
    let opened = rtp(&keys, &v.named("aes_256_srtp_ciphertext"), 0, &[]);
    assert_eq!(opened, Some(v.named("aes_256_rtp_plaintext_ref")));
}
