//! Calls written out check by check: what ICE shows of them, and what it makes of floods.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::prng::Prng;
use kit::scenario::{Media, Scenario, Side};
use kit::stun::{self, Check};
use rtcscope::analysis::Analysis;
use rtcscope::analysis::model::{Ice, Nomination, PairState};
use rtcscope::proto::stun::Role;
use std::net::SocketAddr;

fn ice(analysis: &Analysis) -> &Ice {
    assert_eq!(analysis.connections.len(), 1);
    analysis.connections[0].ice.as_ref().unwrap()
}

fn events(analysis: &Analysis) -> Vec<&'static str> {
    let all = analysis.connections[0].events.iter();
    all.map(|e| e.kind.name())
        .filter(|name| name.starts_with("ice-") || name.starts_with("stun-"))
        .collect()
}

/// Writes checks into a scenario; A's fragment is `a1`, B's `b1`, those of the next session `a2`, `b2`.
struct Agents {
    call: Scenario,
    prng: Prng,
    session: u8,
    next: u8,
}

impl Agents {
    fn new() -> Self {
        Self {
            call: Scenario::new(),
            prng: Prng::new(3),
            session: 1,
            next: 0,
        }
    }

    fn id(&mut self) -> [u8; 12] {
        self.next += 1;
        [self.next; 12]
    }

    fn request(&mut self, side: Side, id: [u8; 12], controlling: bool, nominate: bool) {
        let n = self.session;
        let username = match side {
            Side::A => format!("b{n}:a{n}"),
            Side::B => format!("a{n}:b{n}"),
        };
        let check = Check {
            transaction: id,
            username: &username,
            controlling,
            nominate,
            tie_breaker: 0x1122_3344_5566_7788 + side as u64,
            priority: 0x6e7f_1eff,
        };
        let mut out = Vec::new();
        stun::request(&mut out, &check, &mut self.prng);
        self.call.udp(side, &out);
    }

    /// The answer to a request that `asker` sent, which is seen at `mapped`.
    fn answer(&mut self, asker: Side, id: [u8; 12], mapped: &str) {
        let mut out = Vec::new();
        stun::success(&mut out, id, mapped.parse().unwrap(), &mut self.prng);
        self.call.udp(other(asker), &out);
    }

    fn refuse(&mut self, asker: Side, id: [u8; 12], code: u16) {
        let mut out = Vec::new();
        stun::error(&mut out, id, code, "", &mut self.prng);
        self.call.udp(other(asker), &out);
    }

    /// A check that is answered after 20 ms; A's nominate.
    fn check(&mut self, side: Side) {
        let id = self.id();
        self.request(side, id, side == Side::A, side == Side::A);
        self.call.wait_ms(20);
        self.answer(side, id, address(side));
    }

    /// A check that is not.
    fn lost(&mut self, side: Side) {
        let id = self.id();
        self.request(side, id, side == Side::A, side == Side::A);
    }
}

fn other(side: Side) -> Side {
    match side {
        Side::A => Side::B,
        Side::B => Side::A,
    }
}

fn address(side: Side) -> &'static str {
    match side {
        Side::A => "192.0.2.1:40000",
        Side::B => "192.0.2.2:50000",
    }
}

#[test]
fn a_plain_call_has_one_succeeded_pair() {
    let mut agents = Agents::new();
    agents.check(Side::A);
    agents.check(Side::B);
    let analysis = analysed::file(agents.call.pcap());
    let ice = ice(&analysis);
    assert_eq!((ice.requests, ice.responses, ice.pairs.len()), (2, 2, 1));
    let pair = &ice.pairs[0];
    assert_eq!(pair.state, PairState::Succeeded);
    assert_eq!(pair.ufrags, ["a1", "b1"]);
    assert_eq!(pair.from_a.role, Some(Role::Controlling));
    assert_eq!(pair.from_b.role, Some(Role::Controlled));
    assert_eq!(
        (pair.from_a.use_candidate, pair.from_b.use_candidate),
        (1, 0)
    );
    assert_eq!(pair.from_a.priority, Some(0x6e7f_1eff));
    assert_eq!(pair.from_a.mapped.unwrap().to_string(), address(Side::A));
    assert_eq!(ice.nomination.value(), Some(&Nomination::Aggressive));
    assert_eq!(ice.fingerprint.verified, 4);
    assert_eq!((ice.integrity.verified, ice.integrity.unchecked), (0, 4));
    let wanted = [
        "ice-first-check",
        "ice-first-answer",
        "ice-nominated",
        "ice-first-check",
    ];
    assert_eq!(events(&analysis), wanted);
}

#[test]
fn nomination_after_a_plain_check_is_regular() {
    let mut agents = Agents::new();
    let id = agents.id();
    agents.request(Side::A, id, true, false);
    agents.answer(Side::A, id, address(Side::A));
    agents.call.wait_ms(50);
    agents.check(Side::A);
    let analysis = analysed::file(agents.call.pcap());
    assert_eq!(
        ice(&analysis).nomination.value(),
        Some(&Nomination::Regular)
    );
}

#[test]
fn a_role_conflict_is_told_once_and_its_answers_are_counted() {
    let mut agents = Agents::new();
    for _ in 0..3 {
        let (a, b) = (agents.id(), agents.id());
        agents.request(Side::A, a, true, true);
        agents.request(Side::B, b, true, true);
        agents.call.wait_ms(20);
        agents.refuse(Side::B, b, 487);
    }
    agents.check(Side::A);
    agents.check(Side::B);
    let analysis = analysed::file(agents.call.pcap());
    let ice = ice(&analysis);
    assert_eq!(
        (ice.role_conflicts, ice.errors.as_slice()),
        (3, &[(487, 3)][..])
    );
    assert_eq!(ice.pairs[0].from_b.errors, 3);
    assert_eq!(ice.pairs[0].state, PairState::Succeeded);
    assert_eq!(
        ice.pairs[0].from_b.role,
        Some(Role::Controlled),
        "it gave in"
    );
    let told = events(&analysis);
    let count = |name| told.iter().filter(|e| **e == name).count();
    assert_eq!(count("ice-role-conflict"), 1, "{told:?}");
    assert_eq!(count("ice-check-refused"), 1, "{told:?}");
}

#[test]
fn a_refused_pair_failed() {
    let mut agents = Agents::new();
    let id = agents.id();
    agents.request(Side::A, id, true, true);
    agents.refuse(Side::A, id, 401);
    let analysis = analysed::file(agents.call.pcap());
    assert_eq!(ice(&analysis).pairs[0].state, PairState::Failed);
}

#[test]
fn retransmissions_have_the_same_id_and_give_no_round_trip() {
    let mut agents = Agents::new();
    let id = agents.id();
    for _ in 0..3 {
        agents.request(Side::A, id, true, true);
        agents.call.wait_ms(500);
    }
    agents.answer(Side::A, id, address(Side::A));
    // New checks with new ids, as Chromium sends them, of which the last is answered.
    agents.lost(Side::B);
    agents.call.wait_ms(50);
    agents.lost(Side::B);
    agents.call.wait_ms(50);
    agents.check(Side::B);
    let analysis = analysed::file(agents.call.pcap());
    let ice = ice(&analysis);
    let pair = &ice.pairs[0];
    assert_eq!((pair.from_a.requests, pair.from_a.retransmissions), (3, 2));
    assert_eq!(
        pair.from_a.round_trip_time, None,
        "which was answered cannot be told"
    );
    assert_eq!((pair.from_b.requests, pair.from_b.retransmissions), (3, 0));
    let round_trip = pair.from_b.round_trip_time.unwrap();
    assert_eq!(
        (round_trip.samples, round_trip.median.nanos()),
        (1, 20_000_000)
    );
    assert_eq!(ice.retransmissions, 2);
    assert!(pair.nominated.is_some(), "a repeated nomination counts");
}

#[test]
fn packets_captured_twice_are_no_retransmissions() {
    let mut agents = Agents::new();
    let id = agents.id();
    for _ in 0..2 {
        agents.request(Side::A, id, true, true);
    }
    agents.call.wait_ms(20);
    for _ in 0..2 {
        agents.answer(Side::A, id, address(Side::A));
    }
    let analysis = analysed::file(agents.call.pcap());
    let pair = &ice(&analysis).pairs[0];
    assert_eq!((pair.from_a.retransmissions, pair.from_a.responses), (0, 1));
    assert_eq!(
        pair.from_a.round_trip_time.unwrap().median.nanos(),
        20_000_000
    );
}

#[test]
fn blocked_checks_fail_after_ten_seconds() {
    for (seconds, state) in [(5, PairState::InProgress), (11, PairState::Failed)] {
        let mut agents = Agents::new();
        for _ in 0..=seconds * 2 {
            agents.lost(Side::A);
            agents.call.wait_ms(500);
        }
        let analysis = analysed::file(agents.call.pcap());
        let ice = ice(&analysis);
        assert_eq!(ice.pairs[0].state, state, "{seconds} s");
        assert_eq!((ice.responses, ice.nominated), (0, None));
        assert!(ice.consent.value().is_none() && ice.lite.is_none());
        assert_eq!(events(&analysis), ["ice-first-check", "ice-unanswered"]);
    }
}

#[test]
fn a_capture_of_one_direction_loses_no_consent() {
    let mut agents = Agents::new();
    for i in 0..30 {
        agents.lost(Side::A);
        // Answers to checks that were not captured.
        agents.answer(Side::B, [200 + i; 12], address(Side::B));
        agents.call.wait_ms(2500);
    }
    let analysis = analysed::file(agents.call.pcap());
    let ice = ice(&analysis);
    assert_eq!((ice.requests, ice.responses), (30, 0));
    assert!(ice.consent.value().is_none() && ice.lite.is_none());
    assert_eq!(events(&analysis), ["ice-first-check", "ice-unanswered"]);
}

#[test]
fn consent_is_lost_and_regained() {
    let mut agents = Agents::new();
    agents.check(Side::B);
    for _ in 0..4 {
        agents.check(Side::A);
        agents.call.wait_ms(2480);
    }
    for _ in 0..14 {
        agents.lost(Side::A);
        agents.call.wait_ms(2500);
    }
    agents.check(Side::A);
    let analysis = analysed::file(agents.call.pcap());
    let consent = ice(&analysis).consent.value().unwrap();
    assert_eq!(consent.interval_of[0].unwrap().nanos(), 2_500_000_000);
    assert_eq!((consent.unanswered, consent.expired), (0, 1));
    assert_eq!(consent.outages.len(), 1);
    let outage = consent.outages[0];
    assert!(outage.expired);
    assert_eq!((outage.end.unwrap() - outage.start).nanos(), 37_500_000_000);
    assert_eq!(consent.longest_unanswered.unwrap().nanos(), 35_020_000_000);
    let wanted = [
        "ice-consent-unanswered",
        "ice-consent-expired",
        "ice-consent-regained",
    ];
    assert_eq!(events(&analysis)[4..], wanted);
}

#[test]
fn a_silence_until_the_end_is_told_too() {
    let mut agents = Agents::new();
    agents.check(Side::A);
    for _ in 0..4 {
        agents.call.wait_ms(2000);
        agents.lost(Side::A);
    }
    // The other side's media goes on.
    agents.call.rtp(Side::B, &Media::audio(7), 0..2000);
    let analysis = analysed::file(agents.call.pcap());
    let consent = ice(&analysis).consent.value().unwrap();
    assert_eq!((consent.unanswered, consent.expired), (0, 1));
    assert_eq!(consent.outages[0].end, None);
    assert_eq!(*events(&analysis).last().unwrap(), "ice-consent-expired");
}

#[test]
fn a_restart_on_the_same_addresses_is_a_new_pair() {
    let mut agents = Agents::new();
    for session in 1..=3 {
        agents.session = session;
        for _ in 0..3 {
            agents.check(Side::A);
            agents.check(Side::B);
            agents.call.wait_ms(2500);
        }
    }
    let analysis = analysed::file(agents.call.pcap());
    let ice = ice(&analysis);
    assert_eq!(
        (ice.restarts, ice.pairs.len(), ice.sessions.len()),
        (2, 3, 3)
    );
    assert_eq!(ice.pairs[2].ufrags, ["a3", "b3"]);
    assert_eq!(ice.pairs[2].from_a.requests, 3);
    assert!(ice.sessions.windows(2).all(|w| w[0].last < w[1].first));
    let told = events(&analysis);
    assert_eq!(told.iter().filter(|e| **e == "ice-restart").count(), 2);
}

#[test]
fn components_and_forked_answers_are_no_restarts() {
    // A second session that goes on beside the first.
    let mut agents = Agents::new();
    for i in 0..12 {
        agents.session = if i >= 4 && i % 2 == 0 { 2 } else { 1 };
        agents.check(Side::A);
        agents.check(Side::B);
        agents.call.wait_ms(2500);
    }
    assert_eq!(ice(&analysed::file(agents.call.pcap())).restarts, 0);
}

#[test]
fn an_agent_that_only_answers_is_lite() {
    let mut agents = Agents::new();
    for _ in 0..3 {
        agents.check(Side::A);
        agents.call.wait_ms(100);
    }
    let analysis = analysed::file(agents.call.pcap());
    assert_eq!(ice(&analysis).lite.unwrap().to_string(), "192.0.2.2");
}

#[test]
fn an_address_behind_a_nat_is_discovered_once() {
    let mut agents = Agents::new();
    for _ in 0..3 {
        let id = agents.id();
        agents.request(Side::A, id, true, true);
        agents.call.wait_ms(20);
        agents.answer(Side::A, id, "203.0.113.5:4711");
    }
    let analysis = analysed::file(agents.call.pcap());
    let told = events(&analysis);
    let count = told.iter().filter(|e| **e == "ice-peer-reflexive").count();
    assert_eq!(count, 1, "{told:?}");
    let mapped = ice(&analysis).pairs[0].from_a.mapped.unwrap();
    assert_eq!(mapped.to_string(), "203.0.113.5:4711");
}

#[test]
fn renomination_is_told_with_its_value() {
    let mut agents = Agents::new();
    for value in [1, 2, 2, 5] {
        let id = agents.id();
        let check = Check {
            transaction: id,
            username: "b1:a1",
            controlling: true,
            nominate: true,
            tie_breaker: 0x1122_3344_5566_7788,
            priority: 1,
        };
        let mut out = Vec::new();
        stun::renomination(&mut out, &check, value, &mut agents.prng);
        agents.call.udp(Side::A, &out);
        agents.answer(Side::A, id, address(Side::A));
        agents.call.wait_ms(100);
    }
    let analysis = analysed::file(agents.call.pcap());
    assert_eq!(ice(&analysis).pairs[0].from_a.nomination, Some(5));
    let told = events(&analysis);
    assert_eq!(told.iter().filter(|e| **e == "ice-renominated").count(), 2);
}

#[test]
fn a_question_to_a_server_is_no_connection() {
    let server = SocketAddr::from(([198, 51, 100, 1], 3478));
    let client = SocketAddr::from(([192, 0, 2, 1], 40_000));
    let mut call = Scenario::between(client, server);
    let mut out = Vec::new();
    stun::question(&mut out, [1; 12]);
    call.udp(Side::A, &out).wait_ms(10);
    let mapped = SocketAddr::from(([203, 0, 113, 5], 4711));
    stun::success(&mut out, [1; 12], mapped, &mut Prng::new(1));
    call.udp(Side::B, &out);
    let analysis = analysed::file(call.pcap());
    assert_eq!(analysis.protocols.stun, 2);
    assert!(analysis.connections.iter().all(|c| c.ice.is_none()));
}

#[test]
fn a_wrong_fingerprint_is_a_problem_with_its_packet() {
    let mut agents = Agents::new();
    agents.check(Side::A);
    let mut out = Vec::new();
    stun::question(&mut out, [9; 12]);
    let last = out.len() - 1;
    out[last] ^= 1;
    agents.call.udp(Side::A, &out);
    let analysis = analysed::file(agents.call.pcap());
    let fingerprint = ice(&analysis).fingerprint;
    assert_eq!((fingerprint.verified, fingerprint.failed), (2, 1));
    assert_eq!(fingerprint.first_failed, Some(3));
    let problems = &analysis.capture.problems;
    let found = problems
        .iter()
        .find(|p| p.problem.code == "stun-fingerprint");
    assert_eq!(found.unwrap().problem.packet, Some(3));
}

#[test]
fn floods_of_ids_and_usernames_are_bounded_and_said() {
    let mut call = Scenario::new();
    let mut prng = Prng::new(11);
    let mut out = Vec::new();
    for i in 0..20_000u32 {
        let username = format!("r{i}:s{i}");
        let check = Check {
            transaction: prng.bytes(),
            username: &username,
            controlling: true,
            nominate: true,
            tie_breaker: u64::from_be_bytes(prng.bytes()),
            priority: i,
        };
        stun::request(&mut out, &check, &mut prng);
        call.udp(if i % 2 == 0 { Side::A } else { Side::B }, &out);
        // Answers to nothing.
        let nobody = SocketAddr::from(([192, 0, 2, 9], i as u16));
        stun::success(&mut out, prng.bytes(), nobody, &mut prng);
        call.udp(Side::A, &out);
    }
    let analysis = analysed::file(call.pcap());
    let ice = ice(&analysis);
    assert!(ice.pairs.len() <= 16 && ice.sessions.len() <= 64 && ice.ufrags.len() <= 64);
    assert!(ice.pairs_not_kept > 19_000);
    let events = analysis.connections[0].events.len();
    assert!(events < 300, "{events}");
    let problems = &analysis.capture.problems;
    let found = problems
        .iter()
        .find(|p| p.problem.code == "too-many-ice-sessions");
    assert_eq!(found.unwrap().count, ice.pairs_not_kept);
}
