//! The vectors of the RFCs, and packets that an independent sender protects.

use super::*;

pub(super) fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER
        .decode(text.as_bytes())
        .expect("valid hex")
}

pub(super) fn master(key: &str, salt: &str) -> MasterKey {
    MasterKey {
        key: Zeroizing::new(hex(key)),
        salt: Zeroizing::new(hex(salt)),
    }
}

use super::auth::{GcmHash, Hash};
use super::block::BlockKey;
use super::sender::Protection;
use super::session::{Auth, Keys};
use proptest::prelude::*;

impl SessionKeys {
    /// Around one cipher key that is no master key, as RFC 7714 has its vectors; the same for all.
    fn around(profile: Profile, key: &[u8], salt: &[u8]) -> Self {
        let mut wide = Zeroizing::new([0; 14]);
        wide[..salt.len()].copy_from_slice(salt);
        let cipher = || BlockKey::new(key).unwrap();
        let keys = || Keys {
            cipher: cipher(),
            salt: wide.clone(),
            auth: match profile.is_aead() {
                true => Auth::Gcm(GcmHash::new(&cipher())),
                false => Auth::Hmac(Hash::new(key).unwrap()),
            },
        };
        Self {
            profile,
            mki: Vec::new(),
            rtp: keys(),
            rtcp: keys(),
            header: cipher(),
            header_salt: wide.clone(),
        }
    }

    fn of(protection: &Protection, name: &str) -> Self {
        let master = MasterKey {
            key: Zeroizing::new(protection.key.clone()),
            salt: Zeroizing::new(protection.salt.clone()),
        };
        Self::derive(Profile::from_sdes(name).unwrap(), &master, &protection.mki).unwrap()
    }

    fn open(&self, packet: &[u8], roc: u32, ids: &ExtensionIds) -> Option<Vec<u8>> {
        let seal = self.seal_of(packet)?;
        let mut plain = vec![0xee; 3];
        seal.fits(roc).then(|| {
            seal.decrypt(roc, ids, &mut plain);
            plain
        })
    }
}

/// RFC 3711, appendix B.2.
#[test]
fn the_keystream_of_rfc_3711() {
    let key = BlockKey::new(&hex("2b7e151628aed2a6abf7158809cf4f3c")).unwrap();
    let counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000").try_into().unwrap();
    let mut stream = vec![0; 0xff02 * 16];
    let mut keystream = key.keystream(&counter);
    keystream.apply(&mut stream);
    for (block, expected) in [
        (0, "e03ead0935c95e80e166b16dd92b4eb4"),
        (1, "d23513162b02d0f72a43a2fe4a5f97ab"),
        (2, "41e95b3bb0a2e8dd477901e4fca894c0"),
        (0xfeff, "ec8cdf7398607cb0f2d21675ea9ea1e4"),
        (0xff00, "362b7c3c6773516318a077d7fc5073ae"),
        (0xff01, "6a2cc3787889374fbeb4c81b17ba6c44"),
    ] {
        assert_eq!(stream[block * 16..][..16], hex(expected), "block {block}");
    }
    let mut again = [0; 5];
    keystream.seek(0xff00 * 16 + 3);
    keystream.apply(&mut again);
    assert_eq!(again.as_slice(), hex("3c67735163"));
}

/// RFC 7714, section 16: its keys are session keys.
#[test]
fn packets_of_rfc_7714() {
    let key = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    let salt = hex("517569642070726f2071756f");
    let plain = hex(
        "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e6973206469766973\
         6120696e207061727465732074726573",
    );
    for (profile, len, sealed) in [
        (
            Profile::AeadAes128Gcm,
            16,
            "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b\
             36de3adf8833899d7f27beb16a9152cf765ee4390cce",
        ),
        (
            Profile::AeadAes256Gcm,
            32,
            "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f\
             1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13",
        ),
    ] {
        let keys = SessionKeys::around(profile, &key[..len], &salt);
        let opened = keys.open(&hex(sealed), 0, &ExtensionIds::default());
        assert_eq!(opened, Some(plain.clone()), "{profile:?}");
        assert_eq!(keys.open(&hex(sealed), 1, &ExtensionIds::default()), None);
    }
}

/// RFC 9335, appendix A: Cryptex with AES-CM and AES-GCM.
#[test]
fn packets_of_rfc_9335() {
    let cm = SessionKeys::derive(
        Profile::AesCm128Sha1Tag80,
        &master(
            "e1f97a0d3e018be0d64fa32c06de4139",
            "0ec675ad498afeebb6960b3aabe6",
        ),
        &[],
    );
    let gcm = SessionKeys::derive(
        Profile::AeadAes128Gcm,
        &master(
            "000102030405060708090a0b0c0d0e0f",
            "a0a1a2a3a4a5a6a7a8a9aaab",
        ),
        &[],
    );
    let (cm, gcm) = (cm.unwrap(), gcm.unwrap());
    let payload = "abababababababababababababababab";
    for (keys, plain, sealed) in [
        (
            &cm,
            "900f1235decafbadcafebabebede000151000200",
            "900f1235decafbadcafebabec0de0001eb92365251c3e036f8de27e9c27ee3e0b4651d9fbc4218a70244522f34a5",
        ),
        (
            &cm,
            "900f1236decafbadcafebabe1000000105020002",
            "900f1236decafbadcafebabec2de00014ed9cc4e6a712b3096c5ca77339d4204ce0d77396cab69585fbce38194a5",
        ),
        (
            &cm,
            "920f1238decafbadcafebabe0001e2400000b26ebede000151000200",
            "920f1238decafbadcafebabe8bb6e12b5cff16ddc0de000192838c8c09e58393e1de3a9a74734d6745671338c3acf11da2df8423bee0",
        ),
        (
            &cm,
            "920f123bdecafbadcafebabe0001e2400000b26e10000000",
            "920f123bdecafbadcafebabecbf24c124330e1c8c2de0000599dd45bc9d687b603e8b59d771fd38e88b170e0cd31e125eabe",
        ),
        (
            &gcm,
            "900f1235decafbadcafebabebede000151000200",
            "900f1235decafbadcafebabec0de000139972dc9572c4d99e8fc355de743fb2e94f9d8ff54e72f4193bbc5c74ffab0fa9fa0fbeb",
        ),
        (
            &gcm,
            "900f1236decafbadcafebabe1000000105020002",
            "900f1236decafbadcafebabec2de0001bb75a4c545cd1f413bdb7daa2b1e3263de313667c963249081b35a65f5cb6c88b394235f",
        ),
        (
            &gcm,
            "920f1238decafbadcafebabe0001e2400000b26ebede000151000200",
            "920f1238decafbadcafebabe63bbccc4a7f695c4c0de00018ad7c71fac70a80c92866b4c6ba98546ef913586e95ffaaffe956885bb0647a8bc094ac8",
        ),
    ] {
        // They do not depend on which elements might be encrypted one by one.
        let ids = (0..=255).collect();
        let opened = keys.open(&hex(sealed), 0, &ids);
        assert_eq!(opened, Some(hex(&format!("{plain}{payload}"))), "{sealed}");
    }
}

#[test]
fn keys_are_in_no_debug_output() {
    let master = master(
        "e1f97a0d3e018be0d64fa32c06de4139",
        "0ec675ad498afeebb6960b3aabe6",
    );
    let keys = SessionKeys::derive(Profile::AesCm128Sha1Tag80, &master, &[]).unwrap();
    assert_eq!(format!("{master:?}"), "MasterKey(..)");
    assert_eq!(format!("{keys:?}"), "SessionKeys(AES_CM_128_HMAC_SHA1_80)");
    let mut packet = vec![0x80; 40];
    packet[8..12].copy_from_slice(&[1, 2, 3, 4]);
    let seal = keys.seal_of(&packet).unwrap();
    assert_eq!(format!("{seal:?}"), "Seal(0x01020304 #32896)");
}

/// An RTP packet of any shape.
fn rtp() -> impl Strategy<Value = Vec<u8>> {
    let element = (1..15u8, prop::collection::vec(any::<u8>(), 1..17));
    (
        any::<[u8; 11]>(),
        prop::collection::vec(any::<u32>(), 0..16),
        prop::option::of((any::<bool>(), prop::collection::vec(element, 0..5))),
        prop::collection::vec(any::<u8>(), 0..200),
    )
        .prop_map(|(fixed, csrcs, extension, payload)| {
            let first = 0x80 | u8::from(extension.is_some()) << 4 | csrcs.len() as u8;
            let mut packet = [&[first][..], &fixed].concat();
            packet.extend(csrcs.iter().flat_map(|c| c.to_be_bytes()));
            if let Some((is_two_byte, elements)) = extension {
                let mut bytes = Vec::new();
                for (id, data) in elements {
                    match is_two_byte {
                        true => bytes.extend([id, data.len() as u8]),
                        false => bytes.push(id << 4 | (data.len() - 1) as u8),
                    }
                    bytes.extend(data);
                }
                bytes.resize(bytes.len().next_multiple_of(4), 0);
                packet.extend(if is_two_byte { [0x10, 0] } else { [0xbe, 0xde] });
                packet.extend((bytes.len() as u16 / 4).to_be_bytes());
                packet.extend(bytes);
            }
            packet.extend(payload);
            packet
        })
}

fn name() -> impl Strategy<Value = &'static str> {
    (0..10usize).prop_map(|i| Profile::all().nth(i).unwrap().name())
}

proptest! {
    #[test]
    fn what_a_sender_protects_is_opened_and_nothing_else_is(
        name in name(),
        seed: u8,
        mki in prop::collection::vec(any::<u8>(), 0..6),
        packet in rtp(),
        roc: u32,
        ids in prop::collection::vec(1..15u8, 0..4),
        cryptex: bool,
        flip: prop::sample::Index,
        bit in 0..8u8,
    ) {
        let mut sender = Protection::named(name, seed);
        sender.mki = mki;
        let keys = SessionKeys::of(&sender, name);
        let cryptex = cryptex && packet[0] & 0x10 != 0 && !name.starts_with("NULL");
        let ids = if cryptex || name.starts_with("NULL") { vec![] } else { ids };
        let sealed = sender.rtp_with(&packet, roc, &ids, cryptex);
        let set: ExtensionIds = ids.into_iter().collect();
        prop_assert_eq!(keys.open(&sealed, roc, &set), Some(packet));
        prop_assert_eq!(keys.open(&sealed, roc.wrapping_add(1), &set), None);
        let from = roc.saturating_sub(3);
        let found = keys.seal_of(&sealed).unwrap().find(from..roc.saturating_add(1));
        prop_assert_eq!(found, (roc < u32::MAX).then_some(roc));

        let mut flipped = sealed.clone();
        let at = flip.index(flipped.len());
        flipped[at] ^= 1 << bit;
        prop_assert_eq!(keys.open(&flipped, roc, &set), None);
        for len in 0..sealed.len() {
            prop_assert_eq!(keys.open(&sealed[..len], roc, &set), None, "{} bytes", len);
        }
        let other = SessionKeys::of(&Protection { mki: sender.mki, ..Protection::named(name, !seed) }, name);
        prop_assert_eq!(other.open(&sealed, roc, &set), None);
    }

    #[test]
    fn rtcp_is_opened_and_nothing_else_is(
        name in name(),
        seed: u8,
        mki in prop::collection::vec(any::<u8>(), 0..6),
        head: [u8; 7],
        body in prop::collection::vec(any::<u8>(), 0..120),
        index in 0..1u32 << 31,
        encrypted: bool,
        flip: prop::sample::Index,
        bit in 0..8u8,
    ) {
        let mut sender = Protection::named(name, seed);
        sender.mki = mki;
        let keys = SessionKeys::of(&sender, name);
        let packet = [&[0x81][..], &head, &body].concat();
        let sealed = sender.rtcp(&packet, index, encrypted);
        let mut plain = vec![0xee];
        let opened = keys.open_rtcp(&sealed, &mut plain);
        prop_assert_eq!(opened, Some(SrtcpOpened { encrypted, index }));
        prop_assert_eq!(&plain, &packet);

        let mut flipped = sealed.clone();
        let at = flip.index(flipped.len());
        flipped[at] ^= 1 << bit;
        plain = vec![0xee];
        prop_assert_eq!(keys.open_rtcp(&flipped, &mut plain), None);
        for len in 0..sealed.len() {
            prop_assert_eq!(keys.open_rtcp(&sealed[..len], &mut plain), None);
        }
        prop_assert_eq!(plain, vec![0xee]);
    }

    #[test]
    fn any_bytes_are_refused_in_peace(
        name in name(),
        packet in prop::collection::vec(any::<u8>(), 0..120),
        mki in prop::collection::vec(any::<u8>(), 0..3),
    ) {
        let mut sender = Protection::named(name, 1);
        sender.mki = mki;
        let keys = SessionKeys::of(&sender, name);
        let mut plain = Vec::new();
        if let Some(seal) = keys.seal_of(&packet) {
            let _ = seal.find(0..3);
            seal.decrypt(7, &(0..=255).collect(), &mut plain);
        }
        let _ = keys.open_rtcp(&packet, &mut plain);
    }
}

/// The arrays of a file with vectors beside the repository, by name; none if it is not there.
fn shared_vectors(name: &str) -> Option<std::collections::BTreeMap<String, Vec<u8>>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/vectors/srtp");
    let Ok(text) = std::fs::read(format!("{folder}/{name}.json")) else {
        eprintln!("skipped: {folder}/{name}.json is not here");
        return None;
    };
    let all: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let arrays = all["arrays"].as_array().unwrap().iter();
    let named = arrays.map(|a| {
        let text = |field: &str| a[field].as_str().unwrap().to_owned();
        (text("name"), hex(&text("hex")))
    });
    Some(named.collect())
}

#[test]
fn ciphers_of_libsrtp() {
    let Some(v) = shared_vectors("libsrtp_cipher_test_cases") else {
        return;
    };
    for (bits, key_len) in [(128, 16), (192, 24), (256, 32)] {
        let part = |part: &str| &v[&format!("srtp_aes_icm_{bits}_test_case_0_{part}")];
        let (key, salt) = part("key").split_at(key_len);
        let mut counter = [0; 16];
        counter[..14].copy_from_slice(salt);
        let mut data = part("ciphertext").clone();
        BlockKey::new(key)
            .unwrap()
            .keystream(&counter)
            .apply(&mut data);
        assert_eq!(&data, part("plaintext"), "AES-ICM {bits}");
    }
    for (bits, key_len) in [(128, 16), (256, 32)] {
        let part = |part: &str| &v[&format!("srtp_aes_gcm_{bits}_test_case_0_{part}")];
        let key = BlockKey::new(&part("key")[..key_len]).unwrap();
        let (data, tag) = part("ciphertext").split_at(part("plaintext").len());
        let hash = GcmHash::new(&key).hash(&[part("aad")], &[data]);
        let mut counter = [0; 16];
        counter[..12].copy_from_slice(part("iv"));
        counter[15] = 1;
        let mut mask = counter;
        key.encrypt(&mut mask);
        let own: Vec<u8> = mask.iter().zip(hash).map(|(a, b)| a ^ b).collect();
        assert_eq!(own, tag, "AES-GCM {bits}");
        counter[15] = 2;
        let mut data = data.to_vec();
        key.keystream(&counter).apply(&mut data);
        assert_eq!(&data, part("plaintext"), "AES-GCM {bits}");
    }
}

/// Session keys again, as in RFC 7714.
#[test]
fn srtcp_of_rtpengine() {
    let Some(v) = shared_vectors("rtpengine_aead-aes-crypt") else {
        return;
    };
    let (key, salt) = v["test_key"].split_at(32);
    for (profile, len, sealed) in [
        (Profile::AeadAes128Gcm, 16, "answer128_srtcp"),
        (Profile::AeadAes256Gcm, 32, "answer256_srtcp"),
    ] {
        let keys = SessionKeys::around(profile, &key[..len], salt);
        let mut plain = Vec::new();
        let opened = keys.open_rtcp(&v[sealed], &mut plain).unwrap();
        assert_eq!((opened.encrypted, opened.index), (true, 0x5d4));
        assert_eq!(plain, v["srtcp_pt"][..plain.len()]);
        assert_eq!(plain.len(), v[sealed].len() - 20);
    }
}
