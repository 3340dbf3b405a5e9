//! TURN from written-out exchanges: who is behind a relay, what was granted and when it ended, and
//! that a call through a relay is the same call.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "test code: a panic is a failed test"
)]

mod analysed;
mod kit;

use kit::scenario::{Media, Scenario, Side};
use kit::shared::{recordings, shared};
use kit::stun::xor_address;
use kit::turn::{self, Class, Relay, Wrap};
use rtcscope::analysis::model::{
    AllocationState, Connection, DtlsState, Permission, Transport, Turn,
};
use rtcscope::analysis::{Analysis, Analyzer, Options};
use rtcscope::capture::Capture;
use rtcscope::net::{Endpoint, Via};
use std::io::Cursor;
use std::net::SocketAddr;

fn analyze(relay: &Relay) -> Analysis {
    analysed::file(relay.pcap())
}

/// The one exchange with a server.
fn only(analysis: &Analysis) -> &Turn {
    let all: Vec<&Turn> = analysis.connections.iter().flat_map(|c| &c.turn).collect();
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0]
}

fn events(analysis: &Analysis) -> Vec<&'static str> {
    let all = analysis.connections.iter().flat_map(|c| &c.events);
    let names = all.map(|e| e.kind.name());
    names.filter(|n| n.starts_with("turn")).collect()
}

fn relayed(c: &Connection) -> Vec<&Transport> {
    let relayed = |t: &&Transport| t.via != Via::Direct;
    c.transports.iter().filter(relayed).collect()
}

fn peer(n: u8) -> Endpoint {
    Relay::peer(n).into()
}

/// A call with a check each way, a DTLS handshake and 50 packets of audio.
fn call() -> Scenario {
    let mut call = Scenario::new();
    call.check(Side::A).check(Side::B).dtls_handshake();
    call.rtp(Side::A, &Media::audio(7), 0..50);
    call
}

#[test]
fn an_allocation_is_challenged_granted_refreshed_and_released() {
    let mut relay = Relay::new();
    relay.challenge().allocate(600);
    let granted = analyze(&relay);
    let turn = only(&granted);
    assert_eq!(turn.state, AllocationState::Allocated);
    assert_eq!(turn.server.to_string(), "192.0.2.20:3478");
    assert_eq!(turn.client.to_string(), "192.0.2.10:40000");
    assert_eq!(turn.relayed, Some(Relay::relayed().into()));
    assert_eq!(turn.mapped.unwrap().to_string(), "198.51.100.7:61000");
    assert_eq!((turn.lifetime, turn.allocations), (Some(600), 1));
    assert_eq!(turn.realm.as_deref(), Some("example.org"));
    assert_eq!(turn.software.as_deref(), Some("Kit-1.0"));
    assert_eq!(turn.requested.as_ref().unwrap().transport, Some(17));
    assert_eq!(turn.errors, [(401, 1)]);
    let trip = turn.round_trip_time.unwrap();
    assert_eq!((trip.samples, trip.median.seconds()), (2, 0.02));
    relay.wait_s(500).refresh(600);
    assert_eq!(only(&analyze(&relay)).state, AllocationState::Refreshed);
    relay.wait_s(10).refresh(0);
    let released = analyze(&relay);
    assert_eq!(only(&released).state, AllocationState::Released);
    assert_eq!(
        events(&released),
        [
            "turn-allocate",
            "turn-challenge",
            "turn-allocate",
            "turn-allocated",
            "turn-refresh",
            "turn-released"
        ]
    );
}

#[test]
fn an_allocation_that_is_not_refreshed_expires() {
    let mut relay = Relay::new();
    relay.challenge().allocate(600).permit(Relay::peer(1));
    relay.wait_s(601);
    relay.relay(false, Wrap::Indication(Relay::peer(1)), b"too late");
    let analysis = analyze(&relay);
    let turn = only(&analysis);
    assert_eq!(turn.state, AllocationState::Expired);
    assert_eq!(turn.peers[0].permission, Permission::Expired);
    assert_eq!(turn.peers[0].packets_late, 1);
    let connection = &analysis.connections[0];
    let last: Vec<_> = connection.events.iter().rev().take(2).collect();
    assert_eq!(last[0].kind.name(), "turn-late");
    assert_eq!(last[1].kind.name(), "turn-expired");
    let at = (last[1].at - connection.first_seen).seconds();
    assert!((at - 600.04).abs() < 1e-9, "{at}");
}

#[test]
fn wrong_credentials_are_told_from_a_challenge() {
    let mut relay = Relay::new();
    relay.challenge();
    let asked = analyze(&relay);
    assert_eq!(only(&asked).state, AllocationState::Unauthorized);
    assert!(!only(&asked).has_failed());
    relay.refuse(turn::ALLOCATE, 401, "Unauthorized");
    let refused = analyze(&relay);
    assert_eq!(only(&refused).state, AllocationState::Refused(401));
    let words = only(&refused).outcome();
    assert!(words.contains("wrong username or password"), "{words}");
    assert_eq!(events(&refused).last(), Some(&"turn-refused"));
}

#[test]
fn refusals_are_counted_by_method_and_code() {
    let mut relay = Relay::new();
    relay.refuse(turn::ALLOCATE, 486, "Allocation Quota Reached");
    assert_eq!(only(&analyze(&relay)).state, AllocationState::Refused(486));
    relay
        .refuse(turn::ALLOCATE, 438, "Stale Nonce")
        .allocate(600);
    for _ in 0..3 {
        relay.refuse(turn::CREATE_PERMISSION, 403, "");
    }
    let analysis = analyze(&relay);
    let turn = only(&analysis);
    assert_eq!(turn.state, AllocationState::Allocated);
    let all: Vec<_> = turn
        .refusals
        .iter()
        .map(|r| (r.method, r.code, r.reason.as_str(), r.count))
        .collect();
    assert_eq!(
        all,
        [
            ("Allocate", 486, "Allocation Quota Reached", 1),
            ("Allocate", 438, "Stale Nonce", 1),
            ("CreatePermission", 403, "Forbidden", 3),
        ]
    );
    relay.refuse(turn::REFRESH, 437, "Allocation Mismatch");
    assert_eq!(only(&analyze(&relay)).state, AllocationState::Refused(437));
}

#[test]
fn another_server_is_named() {
    let mut relay = Relay::new();
    let id = relay.request(turn::ALLOCATE, true, &[]);
    let other = vec![0, 1, 0x0d, 0x96, 192, 0, 2, 21];
    let refused = [turn::error_code(300, "Try Alternate"), (0x8023, other)];
    relay.respond(id, turn::ALLOCATE, Class::Error, &refused);
    let analysis = analyze(&relay);
    let words = only(&analysis).outcome();
    assert_eq!(words, "refused: 300: go to 192.0.2.21:3478");
}

#[test]
fn a_silent_server_is_told_when_it_should_have_answered() {
    let mut relay = Relay::new();
    relay.server_is_heard = false;
    let id = relay.request(turn::ALLOCATE, false, &[]);
    assert_eq!(only(&analyze(&relay)).state, AllocationState::Requested);
    for ms in [500, 1_000, 2_000] {
        relay.wait_ms(ms);
        relay.request_again(id, turn::ALLOCATE, false, &[]);
    }
    let analysis = analyze(&relay);
    let turn = only(&analysis);
    assert_eq!(turn.state, AllocationState::Unanswered);
    assert_eq!(
        (turn.requests, turn.retransmissions, turn.unanswered),
        (1, 3, 1)
    );
    assert_eq!(events(&analysis), ["turn-allocate", "turn-silent"]);
    assert!(turn.round_trip_time.is_none());
}

/// Only what the client sends was captured: that it goes on shows what the server answered.
#[test]
fn one_direction_is_no_silence() {
    let mut relay = Relay::new();
    relay.server_is_heard = false;
    relay.challenge().allocate(600).bind(0x4000, Relay::peer(1));
    relay.relay_call(&call(), |_| Wrap::Channel(0x4000));
    let analysis = analyze(&relay);
    assert_eq!(only(&analysis).state, AllocationState::InUse);
    let relayed = relayed(&analysis.connections[0]);
    assert_eq!(relayed.len(), 1);
    assert_eq!(relayed[0].peer, Some(peer(1)), "the request named it");
    assert_eq!(analysis.streams[0].packets, 50);
}

#[test]
fn a_dual_allocation_has_two_relayed_addresses() {
    let mut relay = Relay::new();
    let id = relay.request(turn::ALLOCATE, true, &[(0x8000, vec![2, 0, 0, 0])]);
    let v6: SocketAddr = "[2001:db8::1]:49152".parse().unwrap();
    let granted = [
        (0x0016, xor_address(Relay::relayed(), id)),
        (0x0016, xor_address(v6, id)),
        turn::lifetime(600),
    ];
    relay.respond(id, turn::ALLOCATE, Class::Success, &granted);
    relay.relay(true, Wrap::Indication(Relay::peer(1)), &[0x80; 30]);
    let analysis = analyze(&relay);
    let turn = only(&analysis);
    assert_eq!(turn.requested.as_ref().unwrap().families, [2]);
    assert_eq!(turn.relayed_addresses, [Relay::relayed().into(), v6.into()]);
}

/// The wish: what is wrapped is analysed as if direct.
#[test]
fn a_call_that_moves_from_indications_to_a_channel_is_one() {
    let direct = {
        let mut capture = Capture::from_reader(Box::new(Cursor::new(call().pcap()))).unwrap();
        let mut analyzer = Analyzer::new(Options::default());
        while let Some(frame) = capture.next_frame() {
            analyzer.push(&frame);
        }
        analyzer.finish()
    };
    let packets = call().frames().len();
    // The change comes in the checks, in the handshake, in the media, or never.
    for change in [0, 3, 6, 20, packets] {
        let mut relay = Relay::new();
        relay.challenge().allocate(600).permit(Relay::peer(1));
        relay.bind(0x4000, Relay::peer(1));
        relay.relay_call(&call(), |n| match n < change {
            true => Wrap::Indication(Relay::peer(1)),
            false => Wrap::Channel(0x4000),
        });
        let analysis = analyze(&relay);
        assert_eq!(analysis.connections.len(), 1, "{change}");
        let connection = &analysis.connections[0];
        let relayed = relayed(connection);
        assert_eq!(relayed.len(), 1, "{change}");
        assert_eq!(relayed[0].peer, Some(peer(1)));
        assert_eq!(relayed[0].relayed, Some(Relay::relayed().into()));
        assert_eq!(relayed[0].packets(), packets as u64);
        let dtls = connection.dtls.as_ref().unwrap();
        assert_eq!(dtls.state, DtlsState::Complete, "{change}");
        assert_eq!(analysis.streams.len(), 1, "{change}");
        let (ours, theirs) = (&analysis.streams[0], &direct.streams[0]);
        assert_eq!((ours.packets, ours.lost), (theirs.packets, 0));
        assert_eq!(ours.jitter, theirs.jitter);
        let carried = &only(&analysis).peers[0];
        assert_eq!(
            carried.packets_sent + carried.packets_received,
            packets as u64
        );
        assert_eq!(analysis.protocols.dtls, direct.protocols.dtls);
        assert_eq!(analysis.protocols.rtp, direct.protocols.rtp);
    }
}

#[test]
fn two_peers_are_two_transports_whatever_they_send() {
    let mut relay = Relay::new();
    relay.challenge().allocate(600);
    relay.permit(Relay::peer(1)).bind(0x4000, Relay::peer(2));
    // The same SSRC and the same numbers from two peers: two streams.
    relay.relay_call(&call(), |_| Wrap::Indication(Relay::peer(1)));
    relay.relay_call(&call(), |_| Wrap::Channel(0x4000));
    let analysis = analyze(&relay);
    let turn = only(&analysis);
    let addresses: Vec<_> = turn.peers.iter().map(|p| p.address.unwrap()).collect();
    assert_eq!(addresses, [peer(1), peer(2)]);
    assert_eq!(turn.peers[1].channels, [0x4000]);
    assert!(
        turn.peers
            .iter()
            .all(|p| p.permission == Permission::Granted)
    );
    let all: Vec<_> = analysis.connections.iter().flat_map(relayed).collect();
    let peers: Vec<_> = all.iter().map(|t| t.peer.unwrap()).collect();
    assert_eq!(peers, [peer(1), peer(2)]);
    let streams: Vec<_> = analysis
        .streams
        .iter()
        .map(|s| (s.packets, s.lost))
        .collect();
    assert_eq!(streams, [(50, 0), (50, 0)]);
    assert_eq!(analysis.streams[0].duplicated, 0);
}

#[test]
fn a_channel_bound_before_the_capture_is_a_peer_that_a_renewal_names() {
    let mut relay = Relay::new();
    relay.relay_call(&call(), |_| Wrap::Channel(0x4001));
    let before = analyze(&relay);
    let all = relayed(&before.connections[0]);
    assert_eq!((all[0].peer, &all[0].channels), (None, &vec![0x4001]));
    relay.bind(0x4001, Relay::peer(3));
    relay.relay_call(&call(), |_| Wrap::Channel(0x4001));
    let after = analyze(&relay);
    let all: Vec<_> = after.connections.iter().flat_map(relayed).collect();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].peer, Some(peer(3)));
    assert_eq!(only(&after).state, AllocationState::InUse);
}

#[test]
fn overhead_is_counted_by_wrapper() {
    let mut relay = Relay::new();
    relay.challenge().allocate(600).bind(0x4000, Relay::peer(1));
    relay.relay(false, Wrap::Channel(0x4000), &[0x80; 100]);
    relay.relay(true, Wrap::Indication(Relay::peer(1)), &[0x80; 101]);
    let analysis = analyze(&relay);
    let overhead = only(&analysis).overhead;
    assert_eq!(overhead.channel_data, 4);
    // Header, XOR-PEER-ADDRESS, the head of DATA with three bytes of padding, FINGERPRINT.
    assert_eq!(overhead.indications, 20 + 12 + 4 + 3 + 8);
    assert_eq!(overhead.total, 104 + 148);
    let sent = &only(&analysis).peers[0];
    assert_eq!((sent.bytes_sent, sent.bytes_received), (100, 101));
}

#[test]
fn a_binding_that_another_forbids_is_a_conflict() {
    let mut relay = Relay::new();
    relay.challenge().allocate(600).bind(0x4000, Relay::peer(1));
    for (channel, peer) in [(0x4000, 2), (0x4001, 1)] {
        let id = relay.ask_to_bind(channel, Relay::peer(peer));
        let refused = [turn::error_code(400, "Bad Request")];
        relay.respond(id, turn::CHANNEL_BIND, Class::Error, &refused);
    }
    relay.bind(0x4000, Relay::peer(1));
    let analysis = analyze(&relay);
    assert_eq!(
        (only(&analysis).conflicts, only(&analysis).channels),
        (2, 2)
    );
    assert_eq!(
        events(&analysis)
            .iter()
            .filter(|e| **e == "turn-channel")
            .count(),
        1
    );
}

/// A client that relays through two servers: the inner allocation is inside the outer channel.
#[test]
fn a_relay_behind_a_relay_has_peers_of_its_own() {
    let mut inner = Relay::new();
    inner.challenge().allocate(600).bind(0x4000, Relay::peer(9));
    inner.relay_call(&call(), |_| Wrap::Channel(0x4000));
    let mut outer = Relay::new();
    outer.challenge().allocate(600).bind(0x4000, Relay::peer(1));
    let begun = outer.now;
    let start = inner.frames()[0].0;
    for (ns, frame) in inner.frames().to_vec() {
        outer.now = begun + (ns - start);
        let from_server = frame[26..30] == [192, 0, 2, 20];
        outer.relay(from_server, Wrap::Channel(0x4000), &frame[42..]);
    }
    let analysis = analyze(&outer);
    let all: Vec<_> = analysis.connections.iter().flat_map(relayed).collect();
    let peers: Vec<_> = all.iter().map(|t| t.peer.unwrap()).collect();
    assert_eq!(peers, [peer(1), peer(9)]);
    assert_eq!(all[1].carrier, Some(all[0].index));
    let turns = analysis.connections.iter().flat_map(|c| &c.turn);
    assert_eq!(turns.filter(|t| t.allocated).count(), 2);
    assert_eq!(analysis.streams.len(), 1);
    assert_eq!(analysis.streams[0].packets, 50);
}

/// Messages by method and class against the independent decode of each recording.
#[test]
fn recordings_agree_with_their_independent_decode() {
    let recordings = recordings();
    let mut compared = 0;
    for (file, verify) in &recordings {
        let analysis = rtcscope::analyze(file, &Options::default()).unwrap();
        let all: Vec<&Turn> = analysis.connections.iter().flat_map(|c| &c.turn).collect();
        let theirs = |names: &[&str]| -> u64 {
            names
                .iter()
                .filter_map(|n| verify["stun"][n].as_u64())
                .sum()
        };
        let methods = ["Allocate", "Refresh", "CreatePermission", "ChannelBind"];
        let of = |class: &str| methods.map(|m| format!("{m} {class}"));
        let sum = |class: &str| theirs(&of(class).each_ref().map(String::as_str));
        let ours = |f: fn(&Turn) -> u64| -> u64 { all.iter().map(|t| f(t)).sum() };
        let shown = file.display();
        let sent = ours(|t| t.requests + t.retransmissions);
        assert_eq!(sent, sum("req"), "{shown}");
        let refused = ours(|t| t.errors.iter().map(|(_, n)| n).sum());
        assert_eq!(refused, sum("err"), "{shown}");
        assert_eq!(ours(|t| t.allocations), theirs(&["Allocate ok"]), "{shown}");
        assert_eq!(ours(|t| t.channels), theirs(&["ChannelBind ok"]), "{shown}");
        let permissions = theirs(&["CreatePermission ok"]);
        assert_eq!(ours(|t| t.permissions), permissions, "{shown}");
        let carried = ours(|t| {
            let peers = t.peers.iter();
            peers.map(|p| p.packets_sent + p.packets_received).sum()
        });
        let wrapped = verify["counts"]["turn_channeldata"].as_u64().unwrap_or(0);
        let indicated = theirs(&["Send ind", "Data ind"]);
        assert_eq!(carried, wrapped + indicated, "{shown}");
        compared += all.len();
    }
    assert!(compared >= 5 || recordings.is_empty(), "{compared}");
}

#[test]
fn recordings_say_what_became_of_the_allocation() {
    let Some(recordings) = shared("captures") else {
        return;
    };
    let turns = |name: &str| -> Vec<Turn> {
        let file = recordings.join(name).join("capture.pcapng");
        let analysis = rtcscope::analyze(&file, &Options::default()).unwrap();
        analysis
            .connections
            .into_iter()
            .flat_map(|c| c.turn)
            .collect()
    };
    let relayed = turns("turn-udp");
    assert_eq!(relayed.len(), 1);
    assert_eq!(relayed[0].state, AllocationState::Released);
    assert_eq!(relayed[0].relayed.unwrap().to_string(), "10.88.2.1:49189");
    assert_eq!(relayed[0].peers[0].channels, [0x4000]);
    assert_eq!(relayed[0].overhead.channel_data, 4 * 2_120);
    assert_eq!(
        turns("turn-badauth")[0].state,
        AllocationState::Refused(401)
    );
    let mut states: Vec<_> = turns("stun-srflx").iter().map(|t| t.state.name()).collect();
    states.sort_unstable();
    assert_eq!(states, ["released", "unauthorized", "unauthorized"]);
}

/// Whoever floods a server with peers and channels fills a table of fixed size, and that is said.
#[test]
fn a_flood_of_peers_and_channels_is_bounded_and_told() {
    let mut relay = Relay::new();
    relay.challenge().allocate(600);
    for n in 0..400_u16 {
        let peer = SocketAddr::from(([203, 0, 113, 1], 1_000 + n));
        relay.relay(false, Wrap::Indication(peer), &[0x80; 30]);
        relay.relay(true, Wrap::Channel(0x4000 + n), &[0x80; 30]);
        relay.bind(0x4000 + n, peer);
    }
    let analysis = analyze(&relay);
    assert!(only(&analysis).peers.len() <= 256);
    let problems = &analysis.capture.problems;
    let told = problems
        .iter()
        .find(|p| p.problem.code == "too-many-turn-peers");
    assert_eq!(told.unwrap().count, 800 - 256);
    assert_eq!(analysis.protocols.turn_channel_data, 400);
}

/// ChannelData in ChannelData in …, and allocations one after the other.
#[test]
fn wrappers_without_end_are_opened_to_a_depth() {
    let mut payload = vec![0x80; 40];
    for n in 0..100 {
        payload = turn::channel_data(0x4000 + n, &payload);
    }
    let mut relay = Relay::new();
    relay.udp(false, &payload);
    for _ in 0..300 {
        relay.allocate(600).refresh(0);
    }
    let analysis = analyze(&relay);
    assert!(analysis.protocols.turn_channel_data <= 5);
    let turn = only(&analysis);
    assert_eq!(
        (turn.allocations, turn.state),
        (300, AllocationState::Released)
    );
    assert_eq!(turn.relayed_addresses.len(), 1);
    let connection = &analysis.connections[0];
    assert!(connection.events.len() <= 300 && connection.events_not_kept > 0);
}

/// Messages cut anywhere, whole in their packet or cut by the snaplen, are read as far as they go.
#[test]
fn every_prefix_of_an_exchange_is_taken() {
    let mut whole = Relay::new();
    whole.challenge().allocate(600).bind(0x4000, Relay::peer(1));
    whole.relay(false, Wrap::Indication(Relay::peer(1)), &[0x80; 30]);
    for (_, frame) in whole.frames().to_vec() {
        let payload = &frame[42..];
        let mut cut = Relay::new();
        for end in 0..=payload.len() {
            cut.udp(false, &payload[..end]).udp(true, &payload[..end]);
        }
        let analysis = analyze(&cut);
        assert_eq!(analysis.capture.packets, 2 * (payload.len() as u64 + 1));
    }
}
