//! Handshakes that stop at each flight, lose and repeat parts, fail and close: written out packet by
//! packet, so that state, flights and reason are known.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a panic is a failed test"
)]

mod kit;

use kit::dtls::{self, Sender};
use kit::scenario::Side::{self, A, B};
use kit::scenario::{Media, Scenario};
use rtcscope::analysis::model::{CountedProblem, Dtls, DtlsEvent, DtlsState, EventKind, Role};
use rtcscope::analysis::{Analysis, Analyzer, Known, Options};
use rtcscope::capture::Capture;
use std::io::Cursor;

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const HELLO_VERIFY_REQUEST: u8 = 3;
const CERTIFICATE: u8 = 11;
const SERVER_HELLO_DONE: u8 = 14;
const CLIENT_KEY_EXCHANGE: u8 = 16;

/// A call whose DTLS is driven by hand; A is the client.
#[derive(Default)]
struct Call {
    scenario: Scenario,
    client: Sender,
    server: Sender,
}

impl Call {
    fn send(&mut self, side: Side, records: &[Vec<u8>]) -> &mut Self {
        self.scenario.udp(side, &records.concat()).wait_ms(10);
        self
    }

    fn wait_ms(&mut self, ms: u64) -> &mut Self {
        self.scenario.wait_ms(ms);
        self
    }

    fn hello(&mut self) -> &mut Self {
        let body = dtls::client_hello_12(7, &[]);
        let record = self.client.message(CLIENT_HELLO, 0, &body);
        self.send(A, &[record])
    }

    fn server_flight(&mut self) -> &mut Self {
        let records = [
            self.server
                .message(SERVER_HELLO, 0, &dtls::server_hello_12(9)),
            self.server.message(CERTIFICATE, 1, &[0, 0, 0]),
            self.server.message(SERVER_HELLO_DONE, 2, &[]),
        ];
        self.send(B, &records)
    }

    fn client_flight(&mut self) -> &mut Self {
        let records = [
            self.client.message(CLIENT_KEY_EXCHANGE, 1, &[1, 2, 3]),
            self.client.change_cipher_spec(),
            self.client.finished(),
        ];
        self.send(A, &records)
    }

    fn last_flight(&mut self) -> &mut Self {
        let records = [self.server.change_cipher_spec(), self.server.finished()];
        self.send(B, &records)
    }

    fn handshake(&mut self) -> &mut Self {
        self.hello().server_flight().client_flight().last_flight()
    }

    fn analysis(&self) -> Analysis {
        let file = Cursor::new(self.scenario.pcap());
        let mut capture = Capture::from_reader(Box::new(file)).unwrap();
        let mut analyzer = Analyzer::new(Options::default());
        while let Some(frame) = capture.next_frame() {
            analyzer.push(&frame);
        }
        analyzer.finish()
    }

    fn dtls(&self) -> Dtls {
        self.analysis().connections[0].dtls.clone().unwrap()
    }

    fn state(&self) -> (DtlsState, String) {
        let dtls = self.dtls();
        (dtls.state, dtls.stopped.unwrap_or_default())
    }
}

fn problem<'a>(analysis: &'a Analysis, code: &str) -> Option<&'a CountedProblem> {
    let problems = &analysis.capture.problems;
    problems.iter().find(|p| p.problem.code == code)
}

#[test]
fn a_handshake_is_complete_with_all_its_flights() {
    let mut call = Call::default();
    call.handshake();
    let dtls = call.dtls();
    assert_eq!((dtls.state, dtls.stopped), (DtlsState::Complete, None));
    assert_eq!(dtls.version, Known::Yes("1.2"));
    assert_eq!(dtls.retransmissions, Known::Yes(0));
    let numbers: Vec<_> = dtls.flights.iter().map(|f| (f.number, f.sender)).collect();
    let (client, server) = (Role::Client, Role::Server);
    assert_eq!(
        numbers,
        [(1, client), (4, server), (5, client), (6, server)]
    );
    assert_eq!(
        dtls.flights[2].messages,
        ["ClientKeyExchange", "ChangeCipherSpec"]
    );
    assert_eq!(dtls.flights[2].encrypted_records, 1);
    let took = dtls.handshake_duration.value().unwrap();
    assert_eq!(took.nanos(), 30_000_000);
}

#[test]
fn each_flight_that_does_not_come_is_named() {
    let mut call = Call::default();
    call.hello();
    let (state, stopped) = call.state();
    assert_eq!(state, DtlsState::Unanswered);
    assert_eq!(stopped, "no answer to the ClientHello, sent once");
    call.wait_ms(990).hello();
    let (_, stopped) = call.state();
    assert_eq!(
        stopped,
        "no answer to the ClientHello, sent 2 times in 1.0 s"
    );

    call.server_flight();
    let (state, stopped) = call.state();
    assert_eq!(state, DtlsState::Stuck(5));
    assert_eq!(
        stopped,
        "stuck at flight 5: the client has not answered flight 4 of the server (ServerHello, \
         Certificate, ServerHelloDone), sent once"
    );
    call.client_flight();
    let (state, stopped) = call.state();
    assert_eq!(state, DtlsState::Stuck(6));
    assert!(stopped.starts_with("stuck at flight 6: the server has not answered flight 5"));
    call.last_flight();
    assert_eq!(call.state().0, DtlsState::Complete);
}

#[test]
fn the_cookie_exchange_is_flights_two_and_three() {
    let mut call = Call::default();
    call.hello();
    let verify = dtls::hello_verify_request(&[1, 2, 3]);
    let verify = call.server.message(HELLO_VERIFY_REQUEST, 0, &verify);
    call.send(B, &[verify]);
    assert_eq!(call.state().0, DtlsState::Stuck(3));
    let again = dtls::client_hello_12(7, &[1, 2, 3]);
    let again = call.client.message(CLIENT_HELLO, 1, &again);
    call.send(A, &[again]);
    let (state, stopped) = call.state();
    assert_eq!(state, DtlsState::Stuck(4));
    assert!(stopped.starts_with("stuck at flight 4: the server has not answered flight 3"));
    let dtls = call.dtls();
    assert!(dtls.retry_requested);
    let numbers: Vec<u8> = dtls.flights.iter().map(|f| f.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(dtls.retransmissions, Known::Yes(0));
    let hellos = dtls
        .messages
        .iter()
        .find(|m| m.message_type == CLIENT_HELLO);
    assert_eq!(hellos.map(|m| (m.count, m.retransmitted)), Some((2, 0)));
}

#[test]
fn a_lost_message_and_a_lost_fragment_are_named() {
    let mut call = Call::default();
    call.hello();
    let hello = call
        .server
        .message(SERVER_HELLO, 0, &dtls::server_hello_12(9));
    let done = call.server.message(SERVER_HELLO_DONE, 2, &[]);
    call.send(B, &[hello, done]);
    let (state, stopped) = call.state();
    assert_eq!(state, DtlsState::Stuck(4));
    assert!(
        stopped.contains("is missing the message with message_seq 1"),
        "{stopped}"
    );

    let chain = [vec![0, 0, 97], vec![5; 97]].concat();
    let part = call.server.fragment(CERTIFICATE, 1, &chain, 0..40);
    call.send(B, &[part]);
    let (_, stopped) = call.state();
    let expected = "a part of Certificate (bytes 0..40 of 100 seen)";
    assert!(stopped.contains(expected), "{stopped}");
    let dtls = call.dtls();
    let certificate = dtls.messages.iter().find(|m| m.message_type == CERTIFICATE);
    assert_eq!(certificate.map(|m| (m.count, m.unfinished)), Some((0, 1)));
    let rest = call.server.fragment(CERTIFICATE, 1, &chain, 30..100);
    call.send(B, &[rest]);
    assert_eq!(call.state().0, DtlsState::Stuck(5));
}

#[test]
fn retransmitted_flights_are_counted_and_copies_are_not() {
    let mut call = Call::default();
    call.hello();
    call.server_flight().wait_ms(100).server_flight();
    call.wait_ms(200).server_flight();
    // The network doubles a datagram: the record has the same number.
    let body = dtls::client_hello_12(7, &[]);
    let copy = Sender::default().message(CLIENT_HELLO, 0, &body);
    call.send(A, &[copy]);
    let analysis = call.analysis();
    let dtls = analysis.connections[0].dtls.as_ref().unwrap();
    assert_eq!(dtls.retransmissions, Known::Yes(2));
    let flight = dtls.flights.iter().find(|f| f.number == 4).unwrap();
    assert_eq!(flight.transmissions.len(), 3);
    assert!(flight.transmissions.iter().all(|t| !t.estimated));
    for m in dtls.messages.iter().filter(|m| m.sender == Role::Server) {
        assert_eq!((m.count, m.retransmitted), (1, 2), "{}", m.name);
    }
    let again: Vec<u32> = analysis.connections[0]
        .events
        .iter()
        .filter_map(|e| match &e.kind {
            EventKind::Dtls(DtlsEvent::Retransmission {
                number: 4, sent, ..
            }) => Some(*sent),
            _ => None,
        })
        .collect();
    assert_eq!(again, [2, 3]);
}

#[test]
fn a_fatal_alert_in_clear_fails_it() {
    let mut call = Call::default();
    call.hello().server_flight();
    let alert = call.client.alert(2, 46);
    call.send(A, &[alert]);
    let (state, stopped) = call.state();
    assert_eq!(state, DtlsState::Failed);
    assert_eq!(
        stopped,
        "the DTLS client sent the fatal alert certificate_unknown in answer to flight 4 (packet 3)"
    );
    let alerts = call.dtls().alerts.value().cloned();
    assert_eq!(
        alerts,
        Some(vec![("fatal certificate_unknown".to_owned(), 1)])
    );
}

#[test]
fn an_encrypted_alert_right_after_the_handshake_is_a_refusal_and_a_late_one_a_close() {
    let mut call = Call::default();
    call.handshake();
    let alert = call.server.encrypted_alert();
    call.send(B, std::slice::from_ref(&alert));
    let (state, stopped) = call.state();
    assert_eq!(state, DtlsState::Failed);
    assert!(stopped.contains("probably refused"), "{stopped}");

    // The same alert after data, after media, or later, is a close.
    let mut used = Call::default();
    used.handshake();
    let data = used.server.application(60);
    let close = used.server.encrypted_alert();
    used.send(B, &[data]).send(B, &[close]);
    assert_eq!(used.state().0, DtlsState::Closed);
    let mut media = Call::default();
    media.handshake();
    media.scenario.rtp(B, &Media::audio(5), 0..20);
    media.send(B, std::slice::from_ref(&alert));
    assert_eq!(media.state().0, DtlsState::Closed);
    let mut late = Call::default();
    late.handshake().wait_ms(5_000).send(B, &[alert]);
    let dtls = late.dtls();
    assert_eq!(dtls.state, DtlsState::Closed);
    assert!(dtls.encrypted_alerts[0].certain);
    let analysis = late.analysis();
    let last = analysis.connections[0].events.last().unwrap();
    assert_eq!(last.kind, EventKind::Dtls(DtlsEvent::Closed));
}

#[test]
fn one_side_alone_is_said_to_be_alone() {
    let mut server = Call::default();
    server.scenario.check(B);
    server.server_flight().last_flight();
    let (state, stopped) = server.state();
    assert_eq!(state, DtlsState::NotCaptured);
    assert_eq!(stopped, "only what the server sent was captured");
    let mut client = Call::default();
    client.hello().client_flight();
    let (state, stopped) = client.state();
    assert_eq!(state, DtlsState::NotCaptured);
    assert_eq!(stopped, "only what the client sent was captured");
}

#[test]
fn rubbish_after_good_records_is_a_problem() {
    let mut call = Call::default();
    let hello = call
        .client
        .message(CLIENT_HELLO, 0, &dtls::client_hello_12(7, &[]));
    call.send(A, &[hello, vec![0; 20]]);
    let analysis = call.analysis();
    let malformed = problem(&analysis, "malformed-dtls").map(|p| p.problem.packet);
    assert_eq!(malformed, Some(Some(1)));
    assert_eq!(call.state().0, DtlsState::Unanswered);
}

#[test]
fn peers_that_begin_again_are_two_associations() {
    let mut call = Call::default();
    call.handshake();
    call.client = Sender::default();
    let body = dtls::client_hello_12(8, &[]);
    let hello = call.client.message(CLIENT_HELLO, 0, &body);
    call.wait_ms(3_000).send(A, &[hello]);
    let analysis = call.analysis();
    let connection = &analysis.connections[0];
    let first = connection.dtls.as_ref().unwrap();
    assert_eq!(first.state, DtlsState::Complete);
    let states: Vec<_> = connection.other_dtls.iter().map(|d| d.state).collect();
    assert_eq!(states, [DtlsState::Unanswered]);
}

#[test]
fn fragments_that_lie_are_problems_with_their_packet() {
    let mut call = Call::default();
    call.hello();
    let chain = vec![5; 100];
    let first = call.server.fragment(CERTIFICATE, 1, &chain, 0..60);
    let other = call.server.fragment(CERTIFICATE, 1, &[6; 100], 50..80);
    call.send(B, &[first]).send(B, &[other]);
    let analysis = call.analysis();
    let conflict = problem(&analysis, "dtls-fragment-conflict").unwrap();
    assert_eq!((conflict.problem.packet, conflict.count), (Some(3), 1));
    let longer = call.server.fragment(CERTIFICATE, 1, &[5; 200], 80..100);
    call.send(B, &[longer]);
    let analysis = call.analysis();
    let disagrees = problem(&analysis, "dtls-fragment-disagrees").unwrap();
    assert_eq!(disagrees.problem.packet, Some(4));
}

#[test]
fn a_flood_of_messages_is_counted_and_the_handshake_before_it_kept() {
    let mut call = Call::default();
    call.handshake();
    for seq in 3..2_000 {
        let body = [1; 50];
        let part = call.server.fragment(CERTIFICATE, seq, &body, 0..20);
        call.send(B, &[part]);
    }
    let analysis = call.analysis();
    let dtls = analysis.connections[0].dtls.as_ref().unwrap();
    assert_eq!(dtls.state, DtlsState::Complete);
    assert_eq!(dtls.datagrams, 2_001);
    assert!(problem(&analysis, "dtls-too-many-messages").unwrap().count > 1_000);
    assert!(problem(&analysis, "dtls-too-many-unfinished").is_some());
    assert!(dtls.messages.len() < 10 && dtls.flights.len() < 10);
}

/// DTLS 1.3 by its hellos and what can be seen of its ciphertext.
mod version_13 {
    use super::*;
    use kit::prng::{Noise, Prng};

    /// Ciphertext of an alert: two bytes, their type and a tag.
    const ALERT: usize = 19;

    struct Call13 {
        scenario: Scenario,
        prng: Prng,
        noise: Noise,
        number: u64,
    }

    impl Call13 {
        fn new() -> Self {
            let mut prng = Prng::new(3);
            let mut call = Self {
                scenario: Scenario::new(),
                noise: Noise::new(&mut prng),
                prng,
                number: 0,
            };
            let mut out = Vec::new();
            dtls::client_hello(&mut out, &mut call.prng);
            call.scenario.udp(A, &out).wait_ms(10);
            dtls::server_hello(&mut out, &mut call.prng);
            call.scenario.udp(B, &out);
            call
        }

        fn sealed(&mut self, side: Side, epoch: u8, len: usize) -> &mut Self {
            let mut out = Vec::new();
            self.number += 1;
            dtls::ciphertext(&mut out, epoch, self.number * 31, len, &self.noise);
            self.scenario.udp(side, &out);
            self
        }

        fn wait_ms(&mut self, ms: u64) -> &mut Self {
            self.scenario.wait_ms(ms);
            self
        }

        fn dtls(&self) -> Dtls {
            let scenario = self.scenario.clone();
            let call = Call {
                scenario,
                ..Call::default()
            };
            call.dtls()
        }
    }

    #[test]
    fn a_client_that_refuses_the_server_sends_an_alert_instead_of_its_flight() {
        let mut call = Call13::new();
        call.sealed(B, dtls::HANDSHAKE_EPOCH, 700).wait_ms(10);
        assert_eq!(call.dtls().state, DtlsState::Stuck(5));
        call.sealed(A, dtls::HANDSHAKE_EPOCH, ALERT);
        let dtls = call.dtls();
        assert_eq!(dtls.state, DtlsState::Failed);
        assert!(dtls.stopped.unwrap().contains("instead of flight 5"));
        assert!(!dtls.encrypted_alerts[0].certain);
        assert_eq!(dtls.encrypted_alerts[0].packet, 4);
    }

    #[test]
    fn an_encrypted_flight_sent_again_is_an_estimate() {
        let mut call = Call13::new();
        for _ in 0..3 {
            call.sealed(B, dtls::HANDSHAKE_EPOCH, 700);
            call.sealed(B, dtls::HANDSHAKE_EPOCH, 300).wait_ms(100);
        }
        let dtls = call.dtls();
        assert_eq!(dtls.retransmissions, Known::Yes(2));
        let flight = &dtls.flights[1];
        assert_eq!((flight.number, flight.encrypted_records), (4, 2));
        let estimated: Vec<bool> = flight.transmissions.iter().map(|t| t.estimated).collect();
        assert_eq!(estimated, [false, true, true]);
    }

    #[test]
    fn a_last_flight_that_nobody_acknowledges_is_where_it_hangs() {
        let mut call = Call13::new();
        call.sealed(B, dtls::HANDSHAKE_EPOCH, 700).wait_ms(10);
        call.sealed(A, dtls::HANDSHAKE_EPOCH, 500).wait_ms(50);
        assert_eq!(call.dtls().state, DtlsState::Complete);
        call.sealed(A, dtls::HANDSHAKE_EPOCH, 500).wait_ms(100);
        let dtls = call.dtls();
        assert_eq!(dtls.state, DtlsState::Stuck(6));
        assert!(
            dtls.stopped
                .unwrap()
                .contains("has not acknowledged flight 5")
        );
        // An ACK of one record.
        call.sealed(B, dtls::APPLICATION_EPOCH, ALERT + 16);
        assert_eq!(call.dtls().state, DtlsState::Complete);
    }

    #[test]
    fn an_alert_sized_record_in_the_middle_is_no_close() {
        let mut call = Call13::new();
        call.sealed(B, dtls::HANDSHAKE_EPOCH, 700).wait_ms(10);
        call.sealed(A, dtls::HANDSHAKE_EPOCH, 500).wait_ms(10);
        for len in [60, ALERT, 60] {
            call.sealed(B, dtls::APPLICATION_EPOCH, len).wait_ms(3_000);
        }
        let dtls = call.dtls();
        assert_eq!(dtls.state, DtlsState::Complete);
        assert!(dtls.encrypted_alerts.is_empty());
        call.sealed(B, dtls::APPLICATION_EPOCH, ALERT);
        let dtls = call.dtls();
        assert_eq!(dtls.state, DtlsState::Complete, "worth a word, and no more");
        assert!(dtls.stopped.unwrap().contains("probably closed it"));
    }
}
