use super::*;
use crate::keys::KeyLog;
use crate::keys::dtls::{LegacyKeys, LegacyRecord, Suite, Traffic, Version};
use crate::keys::srtp::Profile;
use crate::net::Endpoint;
use crate::proto::dtls::{DtlsDatagram, Record};
use crate::time::Timestamp;

const CLIENT: [u8; 32] = [0xc1; 32];
const SERVER: [u8; 32] = [0x5e; 32];
const MASTER: [u8; 48] = [7; 48];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn secrets(lines: &[(&str, &[u8; 32], &[u8])]) -> Secrets {
    let mut secrets = Secrets::default();
    for (label, random, secret) in lines {
        let line = format!("{label} {} {}\n", hex(*random), hex(secret));
        assert_eq!(secrets.key_log.read(line.as_bytes()), []);
    }
    secrets
}

/// A moment on a transport between hosts that its number names.
fn at(transport: u8, reverse: bool) -> Moment {
    let ends = [[192, 0, 2, transport], [198, 51, 100, transport]].map(|ip| Endpoint::v4(ip, 9));
    let [a, b] = ends;
    let (src, dst) = if reverse { (b, a) } else { (a, b) };
    Moment {
        ts: Timestamp::from_nanos(1),
        no: 1,
        src,
        dst,
        transport: transport.into(),
        reverse,
    }
}

fn hello(random: [u8; 32]) -> Hello<'static> {
    Hello {
        random,
        srtp_profiles: &[7],
        client_is_reverse: false,
    }
}

fn answer() -> Answer {
    Answer {
        random: SERVER,
        version: Version::Dtls12,
        suite: Suite::find(0xc02b),
        encrypt_then_mac: false,
        srtp_profile: Some(7),
    }
}

/// An application record of DTLS 1.2 on the wire.
fn legacy(keys: &LegacyKeys, sequence: u64, plain: &[u8]) -> Vec<u8> {
    let fragment = keys.seal(&LegacyRecord {
        content_type: 23,
        version: 0xfefd,
        epoch: 1,
        sequence,
        connection_id: &[],
        fragment: plain,
    });
    let mut bytes = vec![23, 0xfe, 0xfd, 0, 1];
    bytes.extend(&sequence.to_be_bytes()[2..]);
    bytes.extend((fragment.len() as u16).to_be_bytes());
    bytes.extend(fragment);
    bytes
}

/// An application record of DTLS 1.3 on the wire, with a sequence number of 8 or 16 bits.
fn unified(keys: &Traffic, epoch: u64, sequence: u64, long: bool) -> Vec<u8> {
    let inner = b"sixteen bytes or more of it\x17";
    let first = 0x24 | if long { 8 } else { 0 } | (epoch & 3) as u8;
    let mut header = vec![first, 0];
    header.extend(long.then_some(0));
    header.extend((inner.len() as u16 + 16).to_be_bytes());
    let (mut header, text) = keys.seal(&header, sequence, inner);
    header.extend(text);
    header
}

fn record(bytes: &[u8]) -> Record<'_> {
    DtlsDatagram::new(bytes, 0)
        .records()
        .next()
        .unwrap()
        .unwrap()
}

struct Test {
    secrets: Secrets,
    vault: DtlsVault,
}

impl Test {
    fn new(secrets: Secrets) -> Self {
        let vault = DtlsVault::default();
        Self { secrets, vault }
    }

    fn keys(&mut self) -> DtlsKeys<'_> {
        DtlsKeys {
            vault: &mut self.vault,
            secrets: &self.secrets,
        }
    }

    fn open(&mut self, binding: &mut Binding, at: &Moment, bytes: &[u8]) -> Outcome {
        let sides = (usize::from(at.reverse), None);
        self.keys().open(binding, sides, &record(bytes), at)
    }
}

fn number(outcome: Outcome) -> Option<(u64, u64)> {
    match outcome {
        Outcome::Opened(opened) => Some((opened.epoch, opened.sequence)),
        _ => None,
    }
}

#[test]
fn hellos_on_two_transports_find_each_other_by_the_keys() {
    let mut test = Test::new(secrets(&[("CLIENT_RANDOM", &CLIENT, &MASTER)]));
    let suite = Suite::find(0xc02b).unwrap();
    let pair = LegacyKeys::pair(Version::Dtls12, suite, &MASTER, &CLIENT, &SERVER, false);
    let [client, server] = pair.unwrap();
    let (mut here, mut there) = (Binding::default(), Binding::default());
    test.keys()
        .client_hello(&hello(CLIENT), &at(1, false), &mut here);
    let one = legacy(&client, 1, b"from the client");
    assert_eq!(test.open(&mut here, &at(1, false), &one), Outcome::NoKey);
    // Another session's answer comes first.
    let other = Answer {
        random: [9; 32],
        ..answer()
    };
    test.keys().server_hello(None, other, &at(2, true));
    test.keys().server_hello(None, answer(), &at(2, true));
    let opened = test.open(&mut there, &at(2, true), &legacy(&server, 5, b"x"));
    assert_eq!(number(opened), Some((1, 5)));
    assert_eq!(test.vault.plain, b"x");
    let opened = test.open(&mut here, &at(1, false), &one);
    assert_eq!(number(opened), Some((1, 1)));
    assert_eq!(here.proven_session(), there.proven_session());
    assert_eq!(there.client_side(), Some(0));
    let exported: Vec<_> = test.vault.take_exported().collect();
    let [keys] = &exported[..] else {
        panic!("{exported:?}");
    };
    assert_eq!((keys.transport, keys.client_is_reverse), (1, false));
    // A damaged record is a failure, one in another epoch has no key.
    let mut damaged = one.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(
        test.open(&mut here, &at(1, false), &damaged),
        Outcome::Failed
    );
    let mut later = one.clone();
    later[4] = 2;
    assert_eq!(test.open(&mut here, &at(1, false), &later), Outcome::NoKey);
    // And it opens again, in any order, also as what a relay carries.
    let opener = test.vault.opener();
    assert_eq!(
        opener.open(1, false, &one),
        [(23, b"from the client".to_vec())]
    );
    assert_eq!(opener.open(77, true, &one).len(), 1);
    assert_eq!(opener.open(1, false, &damaged), []);
}

const TRAFFIC: [u8; 32] = [3; 32];

fn updated(times: usize) -> Traffic {
    let first = Traffic::new(Suite::find(0x1303).unwrap(), &TRAFFIC).unwrap();
    (0..times).fold(first, |traffic, _| traffic.next().unwrap())
}

fn tls13() -> Secrets {
    secrets(&[
        ("CLIENT_TRAFFIC_SECRET_0", &CLIENT, &TRAFFIC),
        ("SERVER_TRAFFIC_SECRET_0", &CLIENT, &[4; 32]),
        ("EXPORTER_SECRET", &CLIENT, &[5; 32]),
    ])
}

#[test]
fn key_updates_and_gaps_are_followed() {
    let mut test = Test::new(tls13());
    let mut binding = Binding::default();
    test.keys()
        .client_hello(&hello(CLIENT), &at(1, false), &mut binding);
    let mut seen = Vec::new();
    let sent = [
        (3, 0, true),
        (3, 40_000, true),
        (3, 70_000, true),
        (3, 70_001, false),
        // More than 8 bits tell were lost.
        (3, 70_900, false),
        (4, 0, true),
        (3, 70_002, true),
        (5, 3, false),
        // An update whose records were lost altogether.
        (7, 1, true),
        (8, 0, true),
        (7, 2, true),
        (8, 0, true),
    ];
    for (epoch, sequence, long) in sent {
        let keys = updated(epoch as usize - 3);
        let bytes = unified(&keys, epoch, sequence, long);
        seen.push(number(test.open(&mut binding, &at(1, false), &bytes)));
    }
    let expected = sent.map(|(epoch, sequence, _)| Some((epoch, sequence)));
    assert_eq!(seen, expected);
    let opener = test.vault.opener();
    for (epoch, sequence, long) in sent {
        let bytes = unified(&updated(epoch as usize - 3), epoch, sequence, long);
        assert_eq!(opener.open(1, false, &bytes).len(), 1, "{epoch} {sequence}");
    }
    let wrong = unified(&updated(20), 23, 0, true);
    assert_eq!(
        test.open(&mut binding, &at(1, false), &wrong),
        Outcome::Failed
    );
}

#[test]
fn a_session_is_found_from_its_middle() {
    for (epoch, sequence, long) in [(3, 1_000_000, true), (3, 9_000, false), (9, 5, true)] {
        let mut test = Test::new(tls13());
        let mut binding = Binding::default();
        let bytes = unified(&updated(epoch as usize - 3), epoch, sequence, long);
        let opened = test.open(&mut binding, &at(1, true), &bytes);
        assert_eq!(number(opened), Some((epoch, sequence)));
        assert_eq!(binding.client_side(), Some(1));
        // Nothing told the profile: all that DTLS has a number for, but for those without a cipher, whose
        // tags are the same: they made plaintext of ciphertext.
        let exported: Vec<_> = test.vault.take_exported().collect();
        let named = Profile::all().filter(|p| p.id().is_some() && !p.is_null());
        assert_eq!(exported.len(), named.count());
        assert!(exported.iter().all(|keys| !keys.profile.is_null()));
        assert!(exported.iter().all(|keys| keys.client_is_reverse));
    }
}

#[test]
fn what_no_session_opens_is_not_tried_for_ever() {
    let mut test = Test::new(tls13());
    let mut binding = Binding::default();
    let foreign = Traffic::new(Suite::find(0x1301).unwrap(), &[8; 32]).unwrap();
    let bytes = unified(&foreign, 3, 1, true);
    for _ in 0..100 {
        assert_eq!(
            test.open(&mut binding, &at(1, false), &bytes),
            Outcome::NoKey
        );
    }
    let tries = (0..10_000).filter(|_| binding.may_try(0)).count();
    assert!(tries < 20, "{tries}");
    assert!(binding.may_try(1), "there is a new session");
    // Whose own ClientHello names another session is not tried at all.
    let mut other = Binding::default();
    test.keys()
        .client_hello(&hello([1; 32]), &at(1, false), &mut other);
    let bytes = unified(&updated(0), 3, 1, true);
    assert_eq!(test.open(&mut other, &at(1, false), &bytes), Outcome::NoKey);
}

#[test]
fn any_bytes_are_no_record() {
    let mut test = Test::new(tls13());
    let mut binding = Binding::default();
    test.keys()
        .client_hello(&hello(CLIENT), &at(1, false), &mut binding);
    let bytes = unified(&updated(0), 3, 1, true);
    for end in 0..bytes.len() {
        let records = DtlsDatagram::new(&bytes[..end], 0).records();
        for record in records.map_while(Result::ok) {
            let sides = (0, Some(0));
            let outcome = test
                .keys()
                .open(&mut binding, sides, &record, &at(1, false));
            assert_eq!(number(outcome), None);
        }
        test.vault.opener().open(1, false, &bytes[..end]);
    }
}

#[test]
fn a_key_log_without_its_session_changes_nothing() {
    let mut test = Test::new(Secrets {
        key_log: KeyLog::default(),
        ..Secrets::default()
    });
    let mut binding = Binding::default();
    test.keys()
        .client_hello(&hello(CLIENT), &at(1, false), &mut binding);
    assert!(test.vault.sessions.is_empty());
    assert_eq!(binding.session, None);
}
