//! What the transports of a connection show together: the check matrix, restarts, consent.

use super::consent::{self, Consent};
use super::pair::Pair;
use super::round_trip::{Asked, whole_way};
use super::{IceState, integrity};
use crate::analysis::counts;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{self, Event, Ice, IceEvent, IceSession, Verified};
use crate::analysis::moment::Moment;
use crate::analysis::transport::TransportState;
use crate::net::Via;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;

const ROLE_CONFLICT: u16 = 487;
/// What begins later than this after another is no second component of it.
const TOGETHER: Span = Span::from_millis(1_000);
/// What a restart replaces is checked no longer than this: consent checks come every 2.5 to 5 s.
const REPLACED: Span = Span::from_millis(5_000);
/// Sessions kept for a connection.
const SESSIONS_MAX: usize = 64;

/// What all transports of a connection show, and the events that only show there: restarts on other
/// addresses, silences until `end`, the end of the capture, and that no check was answered, unless
/// `is_used`: DTLS or media show that they were.
pub(in crate::analysis) fn report(
    transports: &[&TransportState],
    end: Timestamp,
    is_used: bool,
) -> Option<(Ice, Vec<Event>)> {
    let all: Vec<(&IceState, Via)> = transports
        .iter()
        .filter_map(|t| Some((t.ice.as_deref()?, t.via)))
        .collect();
    let checked = || all.iter().filter(|(ice, _)| ice.has_checks());
    let mut pairs: Vec<(&Pair, Via)> = checked()
        .flat_map(|(ice, via)| ice.pairs.iter().map(|pair| (pair, *via)))
        .collect();
    pairs.sort_by_key(|(pair, _)| (pair.first.ts, pair.first.no));
    if pairs.is_empty() {
        return None;
    }
    let ways = || pairs.iter().flat_map(|(pair, _)| &pair.ways);
    let (sessions, restarts) = sessions(&pairs);
    let (consent, silences) = freshness(&pairs, end);
    let errors = errors(checked().map(|(ice, _)| *ice));
    let mut ufrags: Vec<String> = Vec::new();
    for name in checked().flat_map(|(ice, _)| &ice.usernames) {
        if !ufrags.contains(name) && ufrags.len() < SESSIONS_MAX {
            ufrags.push(name.clone());
        }
    }
    let cut = checked().any(|(ice, _)| ice.cut);
    let mut fingerprint = Verified::default();
    for (ice, _) in checked() {
        fingerprint.add(&ice.fingerprint);
    }
    let reflexive = all.iter().flat_map(|(ice, _)| ice.reflexive()).copied();
    let nominations = pairs.iter().filter_map(|(pair, _)| pair.nomination());
    let nomination = nominations.reduce(|all, one| match one {
        model::Nomination::Regular => one,
        model::Nomination::Aggressive => all,
    });
    let ice = Ice {
        requests: ways().map(|w| w.requests).sum(),
        responses: ways().map(|w| w.responses).sum(),
        role_conflicts: errors
            .iter()
            .find(|(code, _)| *code == ROLE_CONFLICT)
            .map_or(0, |(_, n)| *n),
        errors,
        ufrags,
        nominated: pairs
            .iter()
            .filter_map(|(pair, _)| pair.nominated)
            .min_by_key(|(_, _, ts)| *ts),
        controlling: checked().filter_map(|(ice, _)| ice.controlling).next_back(),
        round_trip_time: whole_way(&asked(&pairs)),
        cut,
        pairs: pairs
            .iter()
            .take(Ice::PAIRS_MAX)
            .map(|(pair, via)| pair.report(*via, end))
            .collect(),
        pairs_not_kept: checked().map(|(ice, _)| ice.pairs_not_kept).sum::<u64>()
            + pairs.len().saturating_sub(Ice::PAIRS_MAX) as u64,
        retransmissions: ways().map(|w| w.retransmissions).sum(),
        nomination: Known::or(
            nomination,
            if cut { Unknown::Cut } else { Unknown::NotSeen },
        ),
        lite: lite(&pairs),
        restarts: restarts.len() as u32,
        sessions,
        consent,
        reflexive: reflexive.collect(),
        fingerprint,
        integrity: integrity::sum(ways().map(|w| &w.integrity)),
    };
    let vain = unanswered(&ice, &pairs).filter(|_| !is_used);
    let events = restarts.into_iter().chain(silences).chain(vain);
    Some((ice, events.collect()))
}

/// The last check, if none was ever answered.
fn unanswered(ice: &Ice, pairs: &[(&Pair, Via)]) -> Option<Event> {
    let first = pairs.iter().map(|(pair, _)| pair.first.ts).min()?;
    let last = pairs.iter().map(|(pair, _)| pair.last);
    let last = last.max_by_key(|at| (at.ts, at.no))?;
    let answers: u64 = ice.responses + ice.errors.iter().map(|(_, n)| n).sum::<u64>();
    (answers == 0).then(|| {
        last.event(IceEvent::ChecksUnanswered {
            checks: ice.requests,
            lasted: last.ts - first,
        })
    })
}

/// The checks of each host: the lower address, the higher.
fn asked(pairs: &[(&Pair, Via)]) -> [Asked; 2] {
    let mut sides = <[Asked; 2]>::default();
    for (pair, _) in pairs {
        for (side, way) in sides.iter_mut().zip(&pair.ways) {
            side.merge(&way.asked);
        }
    }
    sides
}

fn errors<'a>(states: impl Iterator<Item = &'a IceState>) -> Vec<(u16, u64)> {
    let mut all: Vec<(u16, u64)> = Vec::new();
    for &(code, n) in states.flat_map(|ice| &ice.errors) {
        counts::add(&mut all, code, n, usize::MAX);
    }
    all
}

/// The host whose answers are seen, but none of whose checks.
fn lite(pairs: &[(&Pair, Via)]) -> Option<IpAddr> {
    let mut hosts: BTreeMap<IpAddr, (u64, u64)> = BTreeMap::new();
    for (pair, _) in pairs {
        let (a, b) = match pair.first.reverse {
            false => (pair.first.src, pair.first.dst),
            true => (pair.first.dst, pair.first.src),
        };
        let [from_a, from_b] = &pair.ways;
        for (host, own, other) in [(a, from_a, from_b), (b, from_b, from_a)] {
            let (asked, answered) = hosts.entry(host.ip()).or_default();
            *asked += own.requests;
            *answered += other.responses;
        }
    }
    let mut silent = hosts
        .into_iter()
        .filter(|(_, (asked, answered))| *asked == 0 && *answered > 0);
    silent.next().map(|(host, _)| host)
}

/// The sessions in order of their first check, and the restarts: a session without a fragment of one
/// that ends when it begins. What begins together, or goes on beside, is another component.
fn sessions(pairs: &[(&Pair, Via)]) -> (Vec<IceSession>, Vec<Event>) {
    struct Found {
        session: IceSession,
        first: Moment,
        username: String,
        replaced: bool,
    }
    let mut found: Vec<Found> = Vec::new();
    for (pair, _) in pairs {
        let ufrags = pair.session();
        let room = found.len() < SESSIONS_MAX;
        match found.iter_mut().find(|f| f.session.ufrags == ufrags) {
            Some(known) => known.session.last = known.session.last.max(pair.last.ts),
            None if room => found.push(Found {
                session: IceSession {
                    ufrags,
                    first: pair.first.ts,
                    last: pair.last.ts,
                },
                first: pair.first,
                username: format!(
                    "{}:{}",
                    pair.ufrag(!pair.first.reverse),
                    pair.ufrag(pair.first.reverse)
                ),
                replaced: false,
            }),
            None => {}
        }
    }
    let mut restarts = Vec::new();
    let mut earlier: Vec<Found> = Vec::new();
    for new in found {
        let is_replaced = |old: &&mut Found| {
            let apart = |u: &String| !old.session.ufrags.contains(u);
            !old.replaced
                && old.session.first.plus(TOGETHER) <= new.session.first
                && old.session.last <= new.session.first.plus(REPLACED)
                && new.session.ufrags.iter().all(apart)
        };
        if let Some(old) = earlier.iter_mut().find(is_replaced) {
            old.replaced = true;
            let username = new.username.clone();
            restarts.push(new.first.event(IceEvent::Restart { username }));
        }
        earlier.push(new);
    }
    (earlier.into_iter().map(|f| f.session).collect(), restarts)
}

/// Consent on nominated pairs, and the silences that last to the end of the capture.
fn freshness(pairs: &[(&Pair, Via)], end: Timestamp) -> (Known<model::Consent>, Vec<Event>) {
    let mut events = Vec::new();
    let mut ways: [Vec<Consent>; 2] = Default::default();
    let nominated = pairs.iter().filter(|(pair, _)| pair.nominated.is_some());
    for (pair, _) in nominated {
        for (side, way) in ways.iter_mut().zip(&pair.ways) {
            let Some(consent) = way.consent.as_deref().filter(|c| c.is_known()) else {
                continue;
            };
            let mut consent = consent.clone();
            if let Some(kind) = consent.ended(end) {
                events.push(pair.last.event(kind));
            }
            side.push(consent);
        }
    }
    let all = || ways.iter().flatten();
    if all().all(|c| c.intervals().is_empty()) {
        let why = match all().next() {
            Some(_) => Unknown::TooFewPackets,
            None => Unknown::NotSeen,
        };
        return (Known::No(why), events);
    }
    let mut outages: Vec<_> = all().flat_map(|c| c.outages().0).copied().collect();
    outages.sort_by_key(|o| o.start);
    let [a, b] = &ways;
    let whole = model::Consent {
        interval: consent::interval(all()),
        interval_of: [consent::interval(a.iter()), consent::interval(b.iter())],
        longest_unanswered: all().filter_map(Consent::longest).max(),
        unanswered: all().map(|c| c.outages().1).sum(),
        expired: all().map(|c| c.outages().2).sum(),
        outages,
    };
    (Known::Yes(whole), events)
}
