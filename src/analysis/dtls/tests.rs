use super::*;
use crate::analysis::known::Known;
use crate::analysis::model;
use crate::net::Endpoint;

const A: Endpoint = Endpoint::v4([192, 0, 2, 1], 1000);
const B: Endpoint = Endpoint::v4([192, 0, 2, 2], 2000);
const RELAY: Endpoint = Endpoint::v4([192, 0, 2, 9], 3478);

/// A transport that is pushed to by hand.
struct Path {
    state: DtlsState,
    a: Endpoint,
    b: Endpoint,
    transport: u32,
    problems: Problems,
}

impl Path {
    fn new(transport: u32, a: Endpoint, b: Endpoint) -> Self {
        Self {
            state: DtlsState::default(),
            a,
            b,
            transport,
            problems: Problems::default(),
        }
    }

    fn push(&mut self, ms: i64, reverse: bool, payload: &[u8], carrier: Carrier) {
        let (src, dst) = match reverse {
            false => (self.a, self.b),
            true => (self.b, self.a),
        };
        let at = Moment {
            ts: Timestamp::from_nanos(ms * 1_000_000),
            no: ms as u64,
            src,
            dst,
            transport: self.transport,
            reverse,
        };
        self.state
            .push(payload, 0, &at, carrier, &mut self.problems, None);
    }
}

fn record(kind: u8, epoch: u16, number: u64, content: &[u8]) -> Vec<u8> {
    let mut out = vec![kind, 0xfe, 0xfd];
    out.extend(epoch.to_be_bytes());
    out.extend(&number.to_be_bytes()[2..]);
    out.extend((content.len() as u16).to_be_bytes());
    out.extend(content);
    out
}

fn fragment(
    number: u64,
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
    record(22, 0, number, &content)
}

fn client_hello(random: u8) -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend([random; 32]);
    body.extend([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
    body
}

fn server_hello(random: u8) -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend([random; 32]);
    body.extend([0, 0xc0, 0x2b, 0]);
    body
}

fn assembled(paths: &[&Path]) -> (Vec<Dtls>, Vec<Event>) {
    let all = assemble(paths.iter().map(|p| &p.state), None);
    (all.associations, all.events)
}

#[test]
fn a_handshake_on_two_transports_is_one_with_its_fragments_joined() {
    let (hello, answer) = (client_hello(1), server_hello(2));
    let n = hello.len();
    let mut direct = Path::new(0, A, B);
    // The relay sees the same sides the other way round.
    let mut relayed = Path::new(1, RELAY, A);
    direct.push(0, false, &fragment(0, 1, 0, &hello, 0..40), Carrier::Raw);
    relayed.push(5, true, &fragment(1, 1, 0, &hello, 40..n), Carrier::Raw);
    direct.push(
        10,
        true,
        &fragment(0, 2, 0, &answer, 0..answer.len()),
        Carrier::Raw,
    );
    let (all, events) = assembled(&[&direct, &relayed]);
    let [dtls] = &all[..] else {
        panic!("{all:?}");
    };
    assert_eq!(dtls.transports, [0, 1]);
    assert_eq!(dtls.datagrams, 3);
    let hellos = dtls.messages.iter().find(|m| m.message_type == 1).unwrap();
    assert_eq!((hellos.count, hellos.unfinished), (1, 0));
    assert!(dtls.ja4.value().is_some(), "the hello was read whole");
    assert_eq!(dtls.retransmissions, Known::Yes(0));
    assert_eq!(events.len(), 2);
    // However they are given.
    let (other, _) = assembled(&[&relayed, &direct]);
    assert_eq!(other[0].flights, dtls.flights);
}

#[test]
fn records_after_a_path_switch_belong_to_the_association_before() {
    let mut first = Path::new(0, A, B);
    let mut second = Path::new(1, A.with_port(7), B.with_port(8));
    let (hello, answer) = (client_hello(1), server_hello(2));
    first.push(
        0,
        false,
        &fragment(0, 1, 0, &hello, 0..hello.len()),
        Carrier::Raw,
    );
    first.push(
        1,
        true,
        &fragment(0, 2, 0, &answer, 0..answer.len()),
        Carrier::Raw,
    );
    first.push(2, false, &record(22, 1, 0, &[1; 40]), Carrier::Raw);
    first.push(3, true, &record(22, 1, 0, &[2; 40]), Carrier::Raw);
    second.push(9_000, false, &record(23, 1, 5, &[3; 40]), Carrier::Raw);
    second.push(9_001, false, &record(21, 1, 6, &[4; 26]), Carrier::Raw);
    let (all, _) = assembled(&[&first, &second]);
    let [dtls] = &all[..] else {
        panic!("{all:?}");
    };
    assert_eq!(dtls.state, model::DtlsState::Closed);
    assert_eq!(dtls.encrypted_alerts[0].sender, Some(model::Role::Client));
    assert_eq!(dtls.transports, [0, 1]);
    let latest = |a: &Association| a.sides.each_ref().map(|s| s.latest_record);
    let before = &first.state.associations[0];
    assert_eq!(before.client_random(), Some([1; 32]));
    assert_eq!(before.server_random(), Some([2; 32]));
    assert_eq!(latest(before), [Some((1, 0)), Some((1, 0))]);
    let later = &second.state.associations[0];
    assert_eq!(latest(later), [Some((1, 6)), None]);
}

#[test]
fn associations_without_bundle_stay_apart() {
    let mut audio = Path::new(0, A, B);
    let mut video = Path::new(1, A.with_port(7), B.with_port(8));
    for (path, random) in [(&mut audio, 1), (&mut video, 3)] {
        let (hello, answer) = (client_hello(random), server_hello(random + 1));
        path.push(
            0,
            false,
            &fragment(0, 1, 0, &hello, 0..hello.len()),
            Carrier::Raw,
        );
        path.push(
            1,
            true,
            &fragment(0, 2, 0, &answer, 0..answer.len()),
            Carrier::Raw,
        );
    }
    let (all, _) = assembled(&[&audio, &video]);
    assert_eq!(all.len(), 2);
}

#[test]
fn a_flight_inside_stun_and_outside_is_no_retransmission() {
    let mut path = Path::new(0, A, B);
    let hello = client_hello(1);
    let first = fragment(0, 1, 0, &hello, 0..hello.len());
    path.push(0, false, &first, Carrier::Stun);
    path.push(1, false, &first, Carrier::Raw);
    path.push(50, false, &first, Carrier::Stun);
    let (all, _) = assembled(&[&path]);
    let dtls = &all[0];
    assert_eq!((dtls.datagrams, dtls.datagrams_in_stun), (3, 2));
    assert_eq!(dtls.flights[0].records_in_stun, 2);
    assert_eq!(dtls.retransmissions, Known::Yes(0));
    let again = fragment(1, 1, 0, &hello, 0..hello.len());
    path.push(100, false, &again, Carrier::Raw);
    let (all, _) = assembled(&[&path]);
    assert_eq!(all[0].retransmissions, Known::Yes(1));
}

#[test]
fn application_records_keep_nothing() {
    let mut path = Path::new(0, A, B);
    let hello = client_hello(1);
    path.push(
        0,
        false,
        &fragment(0, 1, 0, &hello, 0..hello.len()),
        Carrier::Raw,
    );
    for n in 0..10_000 {
        path.push(
            n,
            true,
            &[&[0x2f, 0, 1, 0, 30][..], &[7; 30]].concat(),
            Carrier::Raw,
        );
        path.push(n, false, &record(23, 1, n as u64, &[3; 40]), Carrier::Raw);
    }
    let association = &path.state.associations[0];
    assert_eq!(association.log.len(), 1);
    assert_eq!(association.datagrams, 20_001);
}

#[test]
fn hellos_without_end_are_bounded() {
    let mut path = Path::new(0, A, B);
    for n in 0..200u8 {
        let hello = client_hello(n);
        let whole = 0..hello.len();
        path.push(
            n.into(),
            false,
            &fragment(n.into(), 1, 0, &hello, whole),
            Carrier::Raw,
        );
    }
    assert_eq!(path.state.associations.len(), ASSOCIATIONS_MAX);
    let codes: Vec<_> = path
        .problems
        .list()
        .iter()
        .map(|p| p.problem.code)
        .collect();
    assert_eq!(codes, ["dtls-too-many-associations"]);
    let hello = client_hello(5);
    for n in 0..2_000u16 {
        let part = fragment(n.into(), 1, 0, &hello, 0..hello.len());
        path.push(n.into(), false, &part, Carrier::Raw);
    }
    assert!(
        path.state
            .associations
            .iter()
            .all(|a| a.log.len() <= LOG_MAX)
    );
}
