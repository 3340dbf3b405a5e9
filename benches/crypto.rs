//! SRTP: packets of 1.1 kB authenticated and decrypted on one core, by profile; and what it costs to find
//! the rollover counter of a call that began long before its capture.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench stops when its input is wrong"
)]

#[path = "../tests/kit/srtp.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
mod sender;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rtcscope::keys::srtp::{ExtensionIds, MasterKey, Profile, SessionKeys};
use sender::Protection;
use std::hint::black_box;
use zeroize::Zeroizing;

/// Packets in one turn: more than a cache of the first level holds.
const PACKETS: u16 = 1_000;
const PAYLOAD: usize = 1_100;

fn session(profile: Profile) -> (Protection, SessionKeys) {
    let sender = Protection::named(profile.name(), 3);
    let master = MasterKey {
        key: Zeroizing::new(sender.key.clone()),
        salt: Zeroizing::new(sender.salt.clone()),
    };
    let keys = SessionKeys::derive(profile, &master, &[]).unwrap();
    (sender, keys)
}

fn packet(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 1, 2, 3, 0xca, 0xfe, 0xba, 0xbe]);
    packet.extend((0..PAYLOAD).map(|i| i as u8 ^ sequence as u8));
    packet
}

fn opening(c: &mut Criterion) {
    let mut group = c.benchmark_group("open-srtp");
    group.throughput(Throughput::Elements(PACKETS.into()));
    for profile in Profile::all() {
        let (sender, keys) = session(profile);
        let packets: Vec<Vec<u8>> = (0..PACKETS).map(|n| sender.rtp(&packet(n), 7)).collect();
        let ids = ExtensionIds::default();
        let mut plain = Vec::with_capacity(2_000);
        group.bench_function(profile.name(), |b| {
            b.iter(|| {
                for packet in &packets {
                    let seal = keys.seal_of(packet).expect("a whole packet");
                    assert!(seal.fits(7));
                    seal.decrypt(7, &ids, &mut plain);
                    black_box(&plain);
                }
            });
        });
    }
    group.finish();
}

fn searching(c: &mut Criterion) {
    let mut group = c.benchmark_group("find-rollover-counter");
    group.throughput(Throughput::Elements(1 << 16));
    for profile in [Profile::AesCm128Sha1Tag80, Profile::AeadAes128Gcm] {
        let (sender, keys) = session(profile);
        let sealed = sender.rtp(&packet(1), u32::from(u16::MAX));
        group.bench_function(profile.name(), |b| {
            b.iter_batched(
                || keys.seal_of(&sealed).expect("a whole packet"),
                |seal| assert_eq!(seal.find(0..1 << 16), Some(u16::MAX.into())),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, opening, searching);
criterion_main!(benches);
