//! Calls of a sender that shares no code with ours, through the vault: what opens, what does not, and what
//! is counted.

use super::*;
use crate::analysis::model::{KeySource, Openings};
use crate::keys::srtp::sender::Protection;
use crate::keys::srtp::{MasterKey, Profile};
use crate::keys::{GivenKey, KeyOrigin};
use crate::net::{Path, Protocol, Via};
use crate::time::Timestamp;
use zeroize::Zeroizing;

const CM: Profile = Profile::AesCm128Sha1Tag80;
const SSRC: u32 = 0xcafe_babe;

fn master(of: &Protection) -> MasterKey {
    MasterKey {
        key: Zeroizing::new(of.key.clone()),
        salt: Zeroizing::new(of.salt.clone()),
    }
}

/// A packet whose payload tells its index.
fn rtp(ssrc: u32, index: u64) -> Vec<u8> {
    let mut packet = vec![0x80, 96];
    packet.extend((index as u16).to_be_bytes());
    packet.extend((index as u32).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend(index.to_be_bytes());
    packet
}

/// A receiver report: whole RTCP of 32 bytes.
fn report(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x81, 201, 0, 7];
    packet.extend(ssrc.to_be_bytes());
    packet.extend([5; 24]);
    packet
}

/// A vault, and where its packets come from.
struct Call {
    vault: Vault,
    transports: Vec<TransportState>,
    no: u64,
    missing: u32,
}

/// Hosts of a transport, as the last byte of each address.
type Hosts = (u8, u8);

impl Call {
    fn new(secrets: Secrets, transports: &[Hosts]) -> Self {
        let transports = transports.iter().map(|&hosts| {
            let path = path(hosts, false);
            TransportState::new(path, Via::Direct, false, Timestamp::from_nanos(0))
        });
        Self {
            vault: Vault::new(Arc::new(secrets), ExtensionIds::default()),
            transports: transports.collect(),
            no: 0,
            missing: 0,
        }
    }

    /// One with the keys of an association on transport 0: the client's direction is the reverse.
    fn keyed(profile: Profile, transports: &[Hosts]) -> (Self, Protection, Protection) {
        let mut call = Self::new(Secrets::default(), transports);
        let (client, server) = call.associate(profile, 0, 1);
        (call, client, server)
    }

    fn associate(
        &mut self,
        profile: Profile,
        transport: u32,
        seed: u8,
    ) -> (Protection, Protection) {
        let client = Protection::named(profile.name(), seed);
        let server = Protection::named(profile.name(), seed ^ 0xff);
        self.vault.srtp.add(&SrtpKeys {
            profile,
            client: master(&client),
            server: master(&server),
            transport,
            client_is_reverse: true,
        });
        (client, server)
    }

    fn at(&self, transport: u32, reverse: bool) -> At {
        At {
            flow: transport * 2 + u32::from(reverse),
            transport,
            reverse,
            depth: 0,
        }
    }

    fn datagram<'p>(&mut self, payload: &'p [u8]) -> Datagram<'p> {
        self.no += 1;
        Datagram {
            no: self.no,
            ts: Timestamp::from_nanos(0),
            path: path((1, 2), false),
            via: Via::Direct,
            missing: self.missing,
            payload,
        }
    }

    fn push(&mut self, (transport, reverse): (u32, bool), sealed: &[u8]) -> (Opened, Vec<u8>) {
        let (at, d) = (self.at(transport, reverse), self.datagram(sealed));
        let parsed = RtpPacket::parse_cut(sealed, d.missing).unwrap();
        let mut plain = Vec::new();
        let opened = self
            .vault
            .open_rtp(&d, at, &parsed, &self.transports, &mut plain);
        (opened, plain)
    }

    fn push_rtcp(&mut self, (transport, reverse): (u32, bool), sealed: &[u8]) -> (Opened, Vec<u8>) {
        let (at, d) = (self.at(transport, reverse), self.datagram(sealed));
        let mut plain = Vec::new();
        let opened = self.vault.open_rtcp(&d, at, &self.transports, &mut plain);
        (opened, plain)
    }

    /// Whether the packet with this index is opened.
    fn opens(&mut self, place: (u32, bool), by: &Protection, index: u64) -> bool {
        let plain = rtp(SSRC, index);
        let sealed = by.rtp(&plain, (index >> 16) as u32);
        let (opened, bytes) = self.push(place, &sealed);
        if opened == Opened::Yes {
            assert_eq!(bytes, plain);
        }
        opened == Opened::Yes
    }

    fn total(&self) -> [Openings; 2] {
        let mut all = [Openings::default(); 2];
        for source in self.vault.openings() {
            all[0].add(&source.rtp);
            all[1].add(&source.rtcp);
        }
        all
    }
}

fn path((a, b): Hosts, reverse: bool) -> Path {
    let end = |host: u8| std::net::SocketAddr::from(([10, 0, 0, host], 4_000)).into();
    let path = Path {
        protocol: Protocol::Udp,
        src: end(a),
        dst: end(b),
    };
    if reverse { path.reversed() } else { path }
}

const FORTH: (u32, bool) = (0, true);
const BACK: (u32, bool) = (0, false);

#[test]
fn each_side_is_opened_with_its_own_key_whatever_the_profile() {
    for profile in Profile::all() {
        let (mut call, client, server) = Call::keyed(profile, &[(1, 2)]);
        for index in 0..10 {
            assert!(call.opens(FORTH, &client, index), "{profile:?}");
            assert!(call.opens(BACK, &server, 65_530 + index), "{profile:?}");
        }
        for (place, by) in [(FORTH, &client), (BACK, &server)] {
            for (index, encrypted) in [(1, true), (9, false), (0x7fff_ffff, true)] {
                let sealed = by.rtcp(&report(7), index, encrypted);
                assert_eq!(call.push_rtcp(place, &sealed), (Opened::Yes, report(7)));
            }
        }
        let [srtp, srtcp] = call.total();
        assert_eq!((srtp.opened, srtp.total()), (20, 20));
        assert_eq!((srtcp.opened, srtcp.total()), (6, 6));
        let keys: Vec<_> = call.vault.openings().iter().map(|s| s.key).collect();
        assert_eq!(keys, [Some((KeySource::KeyLog, profile)); 4]);
    }
}

#[test]
fn a_call_may_have_begun_thousands_of_wraps_before() {
    for (profile, roc) in [(CM, 1_234), (Profile::AeadAes256Gcm, 60_000)] {
        let (mut call, client, _) = Call::keyed(profile, &[(1, 2)]);
        let begin = (roc << 16) + 77;
        for step in [0, 1, 3, 2, 60_000, 65_536 + 2, 65_536, 65_535, 40 * 65_536] {
            // A packet seen twice, as on both legs of a relay, opens twice.
            assert!(
                call.opens(FORTH, &client, begin + step),
                "{profile:?} {step}"
            );
            assert!(
                call.opens((0, false), &client, begin + step),
                "{profile:?} {step}"
            );
        }
        assert_eq!(call.total()[0].failed, 0);
    }
}

#[test]
fn media_that_moves_keeps_its_key_and_its_counters() {
    let (mut call, client, server) = Call::keyed(CM, &[(1, 2), (1, 3), (8, 9)]);
    let index = 300 << 16;
    assert!(call.opens(FORTH, &client, index));
    for (n, place) in [(1, false), (2, true), (1, true), (0, false)]
        .into_iter()
        .enumerate()
    {
        assert!(
            call.opens(place, &client, index + 70_000 * (n as u64 + 1)),
            "{place:?}"
        );
    }
    // The other side too, whose media was never on the transport of the handshake.
    assert!(call.opens((1, true), &server, 5));
    assert_eq!(call.total()[0].total(), 6);
}

#[test]
fn associations_between_the_same_hosts_are_told_apart() {
    let (mut call, audio, _) = Call::keyed(CM, &[(1, 2), (1, 2), (1, 2)]);
    let (video, _) = call.associate(CM, 1, 9);
    let (again, _) = call.associate(Profile::AeadAes128Gcm, 0, 30);
    assert!(call.opens((0, true), &audio, 5));
    assert!(call.opens((1, true), &video, 5));
    // A new handshake on the transport; the sender goes on counting, or not.
    assert!(call.opens((0, true), &again, 6));
    assert!(
        call.opens((0, true), &audio, 7),
        "the old key is still tried"
    );
    let (third, _) = call.associate(CM, 0, 50);
    assert!(call.opens((0, true), &third, 3));
    assert_eq!(call.total()[0].failed, 0);
}

#[test]
fn a_sender_that_is_given_a_new_key_goes_on_counting() {
    let (mut call, old, _) = Call::keyed(CM, &[(1, 2)]);
    assert!(call.opens(FORTH, &old, 900 << 16));
    let (new, _) = call.associate(CM, 0, 90);
    assert!(call.opens(FORTH, &new, (900 << 16) + 1));
    assert_eq!(call.total()[0].total(), 2);
}

#[test]
fn what_a_known_sender_did_not_protect_is_refused_and_counted() {
    let (mut call, client, _) = Call::keyed(CM, &[(1, 2)]);
    assert!(call.opens(FORTH, &client, 1));
    let mut damaged = client.rtp(&rtp(SSRC, 2), 0);
    damaged[20] ^= 1;
    assert_eq!(call.push(FORTH, &damaged).0, Opened::Refused);
    assert!(call.opens(FORTH, &client, 3));
    let foreign = client.rtp(&rtp(7, 2), 0);
    assert_eq!(
        call.push((0, true), &foreign[..21]).0,
        Opened::No,
        "another sender"
    );
    let [srtp, _] = call.total();
    assert_eq!(
        (srtp.opened, srtp.failed, srtp.first_failed),
        (2, 2, Some(2))
    );

    // One that goes on with a key that is not at hand is measured as what it is.
    let other = Protection::named(CM.name(), 77);
    let went_on: Vec<Opened> = (10..200)
        .map(|n| call.push(FORTH, &other.rtp(&rtp(SSRC, n), 0)).0)
        .collect();
    assert_eq!((went_on[0], went_on[189]), (Opened::Refused, Opened::No));
    assert_eq!(call.total()[0].failed, 2 + 190);
    assert!(call.opens(FORTH, &client, 300));
}

#[test]
fn without_a_key_nothing_failed_and_what_is_cut_was_not_tried() {
    let (mut call, client, _) = Call::keyed(CM, &[(1, 2), (8, 9)]);
    let other = Protection::named(CM.name(), 77);
    for n in 0..50 {
        assert!(!call.opens((1, true), &other, n));
        assert!(!call.opens(FORTH, &other, n));
    }
    let srtcp = other.rtcp(&report(9), 1, true);
    assert_eq!(call.push_rtcp((1, true), &srtcp).0, Opened::No);
    assert_eq!(call.push_rtcp(FORTH, &srtcp).0, Opened::No);
    // Plain RTCP on a path with keys is that.
    assert_eq!(call.push_rtcp(FORTH, &report(9)).0, Opened::No);
    let [srtp, srtcp] = call.total();
    assert_eq!(
        (srtp.no_key, srtp.failed),
        (50, 50),
        "of a transport that has keys, failed"
    );
    assert_eq!((srtcp.no_key, srtcp.failed, srtcp.cut), (1, 1, 0));
    call.missing = 4;
    assert!(!call.opens(FORTH, &client, 1));
    let sealed = client.rtcp(&report(9), 1, true);
    assert_eq!(call.push_rtcp(FORTH, &sealed[..30]).0, Opened::No);
    let [srtp, srtcp] = call.total();
    assert_eq!((srtp.cut, srtp.failed, srtcp.cut), (1, 50, 1));
}

fn given(by: &Protection, ssrc: Option<u32>) -> GivenKey {
    GivenKey {
        profile: CM,
        master: master(by),
        ssrc,
        mki: by.mki.clone(),
        origin: KeyOrigin::Sdes,
    }
}

#[test]
fn given_keys_are_for_one_sender_or_for_any() {
    let mut any = Protection::named(CM.name(), 3);
    any.mki = vec![1, 2, 3];
    let (one, wrong) = (
        Protection::named(CM.name(), 4),
        Protection::named(CM.name(), 5),
    );
    let secrets = || Secrets {
        srtp: vec![
            given(&any, None),
            given(&one, Some(7)),
            given(&wrong, Some(SSRC)),
        ],
        ..Secrets::default()
    };
    let mut call = Call::new(secrets(), &[(1, 2), (3, 4)]);
    assert!(call.opens(FORTH, &any, 1));
    assert_eq!(call.push((1, true), &one.rtp(&rtp(7, 1), 0)).0, Opened::Yes);
    // Its key is for another sender.
    assert_eq!(call.push((1, true), &one.rtp(&rtp(8, 1), 0)).0, Opened::No);
    let openings = call.vault.openings();
    let of = |ssrc| openings.iter().find(|s| s.ssrc == ssrc).unwrap();
    assert_eq!(of(7).key, Some((KeySource::Given(KeyOrigin::Sdes), CM)));
    assert_eq!(of(8).rtp.opened, 0);

    // A key for any sender that opened nothing ought to have.
    let stranger = Protection::named(CM.name(), 40);
    let only = |srtp| {
        Call::new(
            Secrets {
                srtp,
                ..Secrets::default()
            },
            &[(1, 2), (3, 4)],
        )
    };
    let mut call = only(vec![given(&any, None)]);
    assert!(!call.opens(FORTH, &stranger, 1));
    let [srtp, _] = call.total();
    assert_eq!(
        (srtp.failed, srtp.first_failed, srtp.no_key),
        (1, Some(1), 0)
    );
    // One that opened something was meant for that.
    assert!(call.opens((1, true), &any, 1));
    let [srtp, _] = call.total();
    assert_eq!((srtp.failed, srtp.first_failed, srtp.no_key), (0, None, 1));
}

#[test]
fn packets_open_again_in_any_order() {
    let secrets = Secrets {
        srtp: vec![given(&Protection::named(CM.name(), 200), None)],
        ..Secrets::default()
    };
    let mut call = Call::new(secrets, &[(1, 2), (1, 3)]);
    let (client, server) = call.associate(CM, 0, 1);
    let indices: Vec<u64> = (0..40).map(|n| (700 << 16) + n * 20_000).collect();
    for &index in &indices {
        assert!(call.opens(FORTH, &client, index));
    }
    let rtcp = server.rtcp(&report(3), 12, true);
    assert_eq!(call.push_rtcp(BACK, &rtcp).0, Opened::Yes);
    let opener = call.vault.opener().unwrap();
    for &index in indices.iter().rev() {
        let plain = rtp(SSRC, index);
        let sealed = client.rtp(&plain, (index >> 16) as u32);
        assert_eq!(opener.open_rtp(0, true, &sealed), Some(plain.clone()));
        assert_eq!(opener.open_rtp(1, false, &sealed), Some(plain));
        assert_eq!(opener.open_rtp(0, true, &sealed[..sealed.len() - 1]), None);
    }
    assert_eq!(opener.open_rtcp(0, false, &rtcp), Some(report(3)));
    assert_eq!(opener.open_rtcp(0, false, &rtcp[..7]), None);
    assert_eq!(opener.open_rtp(0, false, &rtp(99, 1)), None);
    assert!(Call::new(Secrets::default(), &[]).vault.opener().is_none());
}

#[test]
fn a_flood_of_senders_is_tried_within_bounds() {
    let (mut call, client, _) = Call::keyed(CM, &[(1, 2)]);
    let packet = client.rtp(&rtp(SSRC, 1 << 33), 1 << 17);
    let begin = std::time::Instant::now();
    for ssrc in 0..3_000u32 {
        let mut packet = packet.clone();
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        assert_eq!(call.push(FORTH, &packet).0, Opened::No);
    }
    // Not to be met without the purse even by a release build: each would take some 20 ms.
    assert!(begin.elapsed().as_secs() < 50, "{:?}", begin.elapsed());
    assert!(call.opens(FORTH, &client, 1));
}
