//! From an association to the model: names for numbers, reasons for what is not known, events.

use super::association::Association;
use super::flights::{FlightState, Flights, fold};
use super::hello::Client;
use super::side::ChainLink;
use super::verdict::judge;
use crate::analysis::counts;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{
    CertificateContent, Dtls, DtlsEvent, DtlsState, EncryptedAlert, Event, EventKind, Flight,
    MessageCount, Offer, PeerCertificate, Role, Transmission,
};
use crate::analysis::moment::Sighting;
use crate::proto::dtls::{Certificate, codes};
use crate::time::{Span, Timestamp};

/// The model of an association, and what happened in it. `media` is the time of the first RTP
/// packet of its connection.
pub(super) fn report(a: &Association, media: Option<Timestamp>) -> (Dtls, Vec<Event>) {
    let flights = fold(&a.log, a.client);
    let verdict = judge(a, &flights, media);
    let encrypted_alerts = encrypted_alerts(a, &flights);
    let events = events(a, &flights, verdict.state);
    let answer = a.answer.as_ref();
    let is_13 = a.version() == Some(codes::DTLS13);
    let hello_cut = answer.is_some_and(|a| !a.whole);
    let unseen = |otherwise| match answer {
        Some(_) if hello_cut => Unknown::Cut,
        Some(_) => otherwise,
        None if a.hello.is_some() => Unknown::NotAnswered,
        None => Unknown::NoHandshake,
    };
    let opened = a.hidden.as_ref();
    let hidden = unseen(if is_13 && opened.is_none() {
        Unknown::Encrypted
    } else {
        Unknown::NotSeen
    });
    let name = |value: Option<u16>, names: fn(u16) -> Option<&'static str>, why| {
        Known::or(value.map(|v| named(v, names)), why)
    };
    let group = answer.and_then(|a| a.group).or(a.group);
    let hello = a.hello.as_ref();
    let client_at = a.client.and_then(|side| a.sides.get(side));
    let ended = a.completed_at();
    let started = a.hello_at;
    let duration = match (started, ended) {
        (None, _) => Known::No(Unknown::NoHandshake),
        (Some(start), Some(end)) => Known::Yes(end.ts - start.ts),
        (Some(_), None) => Known::No(Unknown::NotSeen),
    };
    let clear_alerts = clear_alerts(&flights);
    let any_sealed = a.sides.iter().any(|s| s.sealed.is_some());
    let any_unopened = a.sides.iter().any(|s| s.unopened > 0);
    let any_hidden = any_unopened || (is_13 && !any_sealed);
    let dtls = Dtls {
        version: Known::or(
            spoken_version(a).and_then(short_version),
            unseen(Unknown::NoHandshake),
        ),
        client: Known::or(client_at.and_then(|s| s.endpoint), Unknown::NoHandshake),
        state: verdict.state,
        stopped: verdict.stopped,
        ended_at: verdict.ended_at,
        cipher_suite: name(
            answer.and_then(|a| a.suite),
            codes::cipher_suite_name,
            unseen(Unknown::NotSeen),
        ),
        srtp_profile: name(
            answer
                .and_then(|a| a.srtp_profile)
                .or(opened.and_then(|o| o.srtp_profile)),
            codes::srtp_profile_name,
            hidden,
        ),
        key_exchange: name(group, codes::group_name, unseen(Unknown::NotSeen)),
        alpn: Known::or(
            answer
                .and_then(|a| a.alpn.clone())
                .or_else(|| opened.and_then(|o| o.alpn.clone())),
            hidden,
        ),
        resumed: resumed(a, &flights),
        retry_requested: a.hello_verify || a.hello_retry,
        handshake_duration: duration,
        retransmissions: match flights.all.is_empty() {
            true => Known::No(Unknown::NoHandshake),
            false => Known::Yes(
                flights
                    .all
                    .iter()
                    .map(|f| f.sendings.len() as u64 - 1)
                    .sum(),
            ),
        },
        flights: flights.all.iter().filter_map(|f| flight(a, f)).collect(),
        messages: messages(a, &flights),
        offered: Known::or(hello.map(offer), Unknown::NoHandshake),
        ja4: match hello {
            Some(hello) => Known::or(hello.ja4.clone(), Unknown::Cut),
            None => Known::No(Unknown::NoHandshake),
        },
        certificates: certificates(a, is_13),
        connection_ids: [
            hello.and_then(|h| h.connection_id.as_deref()).map(hex),
            answer.and_then(|a| a.connection_id.as_deref()).map(hex),
        ],
        alerts: match clear_alerts.is_empty() && any_hidden {
            true => Known::No(Unknown::Encrypted),
            false => Known::Yes(clear_alerts),
        },
        encrypted_alerts,
        acks: flights.acks.iter().sum(),
        application_records: a.sides.iter().map(|s| s.application.long).sum(),
        datagrams: a.datagrams,
        datagrams_in_stun: a.datagrams_in_stun,
        transports: {
            let mut all = a.transports.clone();
            all.sort_unstable();
            all.dedup();
            all
        },
    };
    (dtls, events)
}

/// What was chosen or, before an answer, all there is to say of it: a hello that is cut may yet
/// offer 1.3.
fn spoken_version(a: &Association) -> Option<u16> {
    let offered = a.hello.as_ref().filter(|h| h.whole && !a.server_spoke);
    let only = offered.and_then(|h| {
        let is_13 = h.versions.contains(&codes::DTLS13);
        (!is_13).then_some(h.legacy_version).flatten()
    });
    a.version().or(only)
}

fn short_version(version: u16) -> Option<&'static str> {
    Some(match version {
        codes::DTLS10 => "1.0",
        codes::DTLS12 => "1.2",
        codes::DTLS13 => "1.3",
        codes::DTLS_PRE_RFC => "1.0 (OpenSSL)",
        _ => return None,
    })
}

fn named(value: u16, names: fn(u16) -> Option<&'static str>) -> String {
    names(value).map_or_else(|| format!("0x{value:04x}"), str::to_owned)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn offer(hello: &Client) -> Offer {
    let all = |values: &[u16], names: fn(u16) -> Option<&'static str>| {
        values.iter().map(|v| named(*v, names)).collect()
    };
    Offer {
        versions: all(&hello.all_versions(), codes::version_name),
        cipher_suites: all(&hello.suites, codes::cipher_suite_name),
        groups: all(&hello.groups, codes::group_name),
        key_shares: all(&hello.key_shares, codes::group_name),
        srtp_profiles: all(&hello.srtp_profiles, codes::srtp_profile_name),
        alpn: hello.alpn.clone(),
        signature_schemes: all(&hello.schemes, codes::signature_scheme_name),
        extensions: all(&hello.extensions, codes::extension_name),
        server_name: hello.server_name.clone(),
        resumption: hello.has_ticket || !hello.session_id.is_empty(),
    }
}

/// In 1.3 a pre-shared key that was chosen; before it, the client's session id sent back, or the
/// server changing ciphers first.
fn resumed(a: &Association, flights: &Flights) -> Known<bool> {
    let (Some(hello), Some(answer)) = (&a.hello, &a.answer) else {
        return Known::No(Unknown::NoHandshake);
    };
    if !answer.whole {
        return Known::No(Unknown::Cut);
    }
    let same_session = !answer.session_id.is_empty() && answer.session_id == hello.session_id;
    let is_13 = a.version() == Some(codes::DTLS13);
    Known::Yes(answer.chose_psk || (!is_13 && (same_session || flights.server_first)))
}

fn clear_alerts(flights: &Flights) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = Vec::new();
    for alert in &flights.alerts {
        let words = alert_words(alert.level, alert.description);
        counts::add(&mut all, words, 1, usize::MAX);
    }
    all
}

fn alert_words(level: u8, description: u8) -> String {
    let level =
        codes::alert_level_name(level).map_or_else(|| format!("level {level}"), str::to_owned);
    let description = codes::alert_name(description)
        .map_or_else(|| format!("description {description}"), str::to_owned);
    format!("{level} {description}")
}

fn encrypted_alerts(a: &Association, flights: &Flights) -> Vec<EncryptedAlert> {
    let alert = |side, at: &Sighting, certain| EncryptedAlert {
        at: at.ts,
        packet: at.no,
        sender: a.role_of(side),
        certain,
    };
    let early = flights.sealed_alerts.iter();
    let mut all: Vec<EncryptedAlert> = early.map(|(side, at)| alert(*side, at, false)).collect();
    for (side, s) in a.sides.iter().enumerate() {
        let (certain, probable) = (&s.sealed_alerts, &s.application.shorts);
        all.extend(certain.iter().map(|(at, _)| alert(side, at, true)));
        all.extend(probable.iter().map(|(at, _)| alert(side, at, false)));
    }
    all.sort_by_key(|alert| (alert.at, alert.packet));
    all
}

fn flight(a: &Association, f: &FlightState) -> Option<Flight> {
    let sending = |(at, estimated): &(Sighting, bool)| Transmission {
        at: at.ts,
        packet: at.no,
        estimated: *estimated,
    };
    Some(Flight {
        number: f.number,
        sender: sender(a, f.side),
        messages: f.names.clone(),
        encrypted_records: f.sealed,
        transmissions: f.sendings.iter().map(sending).collect(),
        last_seen: f.last.ts,
        records_in_stun: f.in_stun,
    })
}

/// Without a ClientHello, who sent clear messages of flight 4 is the server.
fn sender(a: &Association, side: usize) -> Role {
    a.role_of(side).unwrap_or(Role::Server)
}

fn messages(a: &Association, flights: &Flights) -> Vec<MessageCount> {
    let mut all: Vec<MessageCount> = Vec::new();
    for (side, s) in a.sides.iter().enumerate() {
        let role = sender(a, side);
        for m in &s.messages {
            let again = flights.repeated.iter().filter(|r| **r == (side, m.seq));
            let key = (role, m.message_type);
            let at = match all.iter().position(|c| (c.sender, c.message_type) == key) {
                Some(at) => at,
                None => {
                    all.push(MessageCount {
                        sender: role,
                        message_type: m.message_type,
                        name: codes::handshake_name(m.message_type).unwrap_or("unknown"),
                        count: 0,
                        unfinished: 0,
                        retransmitted: 0,
                    });
                    all.len() - 1
                }
            };
            if let Some(count) = all.get_mut(at) {
                count.count += u64::from(m.whole);
                count.unfinished += u64::from(!m.whole);
                count.retransmitted += again.count() as u64;
            }
        }
    }
    all.sort_by_key(|c| c.sender);
    all
}

fn certificates(a: &Association, is_13: bool) -> Known<Vec<PeerCertificate>> {
    let mut all = Vec::new();
    for (side, s) in a.sides.iter().enumerate() {
        for (position, link) in s.chain.iter().enumerate() {
            all.push(PeerCertificate {
                sender: sender(a, side),
                position: position as u8,
                fingerprint: link.fingerprint.clone(),
                length: link.length,
                content: content(link),
            });
        }
    }
    all.sort_by_key(|c| (c.sender, c.position));
    match (all.is_empty(), is_13) {
        (false, _) => Known::Yes(all),
        // Where the server's messages were opened there was none, as when a session is resumed.
        (true, true) if a.hidden.is_none() => Known::No(Unknown::Encrypted),
        (true, true) => Known::No(Unknown::NotSeen),
        (true, false) if a.answer.is_none() => Known::No(Unknown::NoHandshake),
        (true, false) => Known::No(Unknown::NotSeen),
    }
}

fn content(link: &ChainLink) -> Result<CertificateContent, String> {
    let Certificate {
        subject,
        issuer,
        serial,
        not_before,
        not_after,
        self_signed,
        public_key,
        signature_algorithm,
    } = link.content.clone()?;
    let (not_before, not_after) = (at_second(not_before), at_second(not_after));
    Ok(CertificateContent {
        valid: not_before <= link.seen.ts && link.seen.ts <= not_after,
        subject,
        issuer,
        serial,
        not_before,
        not_after,
        self_signed,
        public_key,
        signature_algorithm,
    })
}

fn at_second(seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Timestamp::from_nanos(0).plus(Span::from_nanos(seconds.saturating_mul(1_000_000_000)))
}

fn events(a: &Association, flights: &Flights, state: DtlsState) -> Vec<Event> {
    let mut all = Vec::new();
    for f in &flights.all {
        for (i, (at, estimated)) in f.sendings.iter().enumerate() {
            let (number, sender) = (f.number, sender(a, f.side));
            all.push(at.event(if i == 0 {
                DtlsEvent::Flight {
                    number,
                    sender,
                    messages: f.names.clone(),
                }
            } else {
                DtlsEvent::Retransmission {
                    number,
                    sender,
                    sent: i as u32 + 1,
                    estimated: *estimated,
                }
            }));
        }
    }
    for seen in &flights.alerts {
        let alert = alert_words(seen.level, seen.description);
        all.push(seen.at.event(DtlsEvent::Alert { alert }));
    }
    let shorts = a
        .sides
        .iter()
        .flat_map(|s| &s.application.shorts)
        .map(|(at, _)| at);
    let early = flights.sealed_alerts.iter().map(|(_, at)| at);
    for at in shorts.chain(early) {
        all.push(at.event(DtlsEvent::EncryptedAlert { certain: false }));
    }
    for (at, _) in a.sides.iter().flat_map(|s| &s.sealed_alerts) {
        all.push(at.event(DtlsEvent::EncryptedAlert { certain: true }));
    }
    if let Some(at) = a.completed_at() {
        all.push(at.event(DtlsEvent::Complete));
    }
    let hello = flights.get(1).or_else(|| flights.get(3));
    if let (DtlsState::Unanswered, Some((last, _)), Some(f)) =
        (state, hello.and_then(|f| f.sendings.last()), hello)
    {
        let sent = f.sendings.len() as u32;
        all.push(last.event(DtlsEvent::HelloUnanswered { sent }));
    }
    let alerts = all.iter().filter(|e| {
        matches!(
            e.kind,
            EventKind::Dtls(DtlsEvent::Alert { .. } | DtlsEvent::EncryptedAlert { .. })
        )
    });
    let order = |e: &&Event| (e.at, e.packet);
    let end = match state {
        DtlsState::Closed => alerts
            .max_by_key(order)
            .map(|e| (e, EventKind::Dtls(DtlsEvent::Closed))),
        DtlsState::Failed => alerts
            .min_by_key(order)
            .map(|e| (e, EventKind::Dtls(DtlsEvent::Failed))),
        _ => None,
    };
    let end = end.map(|(e, kind)| Event { kind, ..e.clone() });
    all.extend(end);
    all
}
