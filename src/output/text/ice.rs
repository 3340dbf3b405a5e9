//! The ICE line of a connection; and of one that did not come up the check matrix: which pairs were
//! tried, and what came back.

use super::style::{Style, duration};
use crate::analysis::Analysis;
use crate::analysis::model::{
    CandidatePair, Checks, Connection, ConnectionState, EventKind, Ice, IceEvent, PairState,
    Transport, Verified,
};
use crate::net::{Endpoint, Via};
use std::io::{self, Write};

/// Pairs listed per connection; the rest is counted.
const PAIRS_MAX: usize = 16;
/// Restarts whose time is told.
const RESTARTS_MAX: usize = 3;

/// What ICE did.
pub(super) fn ice_lines(
    c: &Connection,
    ice: &Ice,
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(
        out,
        "  ICE   {} check{}, {} answered",
        ice.requests,
        if ice.requests == 1 { "" } else { "s" },
        ice.responses
    )?;
    for (code, n) in &ice.errors {
        write!(out, ", {n} refused with {code}")?;
    }
    if let Some(rtt) = ice.round_trip_time {
        let part = if rtt.directions == 2 {
            ""
        } else {
            " of one way's part"
        };
        write!(out, ", round trip {}{part}", duration(rtt.median))?;
    }
    match ice.nominated {
        Some((_, _, ts)) => {
            let at = analysis.capture.seconds_at(ts);
            write!(out, ", nominated at {at:.3} s")?;
        }
        None if ice.cut => write!(out, ", nomination cut off when captured")?,
        None => write!(out, ", none nominated")?,
    }
    for fact in remarkable(c, ice, analysis) {
        write!(out, ", {fact}")?;
    }
    writeln!(out)?;
    integrity(&ice.integrity, style, out)?;
    if c.state == ConnectionState::Connected || !c.streams.is_empty() {
        return Ok(());
    }
    check_table(c, ice, analysis, style, out)
}

/// What does not happen in every call.
fn remarkable(c: &Connection, ice: &Ice, analysis: &Analysis) -> Vec<String> {
    let mut facts = Vec::new();
    let times = |n: u64| {
        if n == 1 {
            "once".to_owned()
        } else {
            format!("{n} times")
        }
    };
    if ice.restarts > 0 {
        let at = restarted_at(c, analysis);
        facts.push(format!("restarted {}{at}", times(ice.restarts.into())));
    }
    if let Some(consent) = ice.consent.value() {
        if consent.unanswered > 0 {
            facts.push(format!("unanswered for 7 s {}", times(consent.unanswered)));
        }
        if consent.expired > 0 {
            facts.push(format!("consent expired {}", times(consent.expired)));
        }
    }
    if let Some(host) = ice.lite {
        facts.push(format!("{host} sends no checks (ICE-lite)"));
    }
    facts
}

/// When ICE was restarted.
fn restarted_at(c: &Connection, analysis: &Analysis) -> String {
    let restarts = c
        .events
        .iter()
        .filter(|e| matches!(e.kind, EventKind::Ice(IceEvent::Restart { .. })));
    let times: Vec<String> = restarts
        .take(RESTARTS_MAX)
        .map(|e| format!("{:.3} s", analysis.capture.seconds_at(e.at)))
        .collect();
    match times.is_empty() {
        true => String::new(),
        false => format!(" at {}", times.join(", ")),
    }
}

/// Whether the checks are genuine, when passwords were given.
fn integrity(counts: &Verified, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if counts.verified + counts.failed == 0 {
        return Ok(());
    }
    let all = counts.verified + counts.failed + counts.unchecked;
    write!(
        out,
        "    MESSAGE-INTEGRITY of {} of {all} checks and answers is right",
        counts.verified
    )?;
    if let (failed @ 1.., Some(no)) = (counts.failed, counts.first_failed) {
        let hint = match counts.verified {
            0 => ": is the password that of this call?",
            _ => "",
        };
        let text = format!("of {failed} wrong, first in packet {no}{hint}");
        write!(out, ", {}", style.bad(&text))?;
    }
    if counts.unchecked > 0 {
        write!(out, ", of {} no password is known", counts.unchecked)?;
    }
    writeln!(out)
}

/// One line a pair, most telling first: what succeeded, then what was checked most.
fn check_table(
    c: &Connection,
    ice: &Ice,
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut pairs: Vec<&CandidatePair> = ice.pairs.iter().collect();
    let asked = |p: &CandidatePair| p.from_a.requests + p.from_b.requests;
    pairs.sort_by_key(|p| {
        let failed = p.state != PairState::Succeeded;
        (failed, std::cmp::Reverse(asked(p)))
    });
    for pair in pairs.iter().take(PAIRS_MAX) {
        let state = match pair.state {
            PairState::Succeeded => style.good(pair.state.name()),
            PairState::InProgress => style.warn(pair.state.name()),
            PairState::Failed => style.bad(pair.state.name()),
        };
        let (one, other) = ends(pair, c);
        let at = |ts| format!("{:.3}", analysis.capture.seconds_at(ts));
        write!(
            out,
            "    check {one} - {other}: {state}, {} to {} s, A {}, B {}",
            at(pair.first_check),
            at(pair.last_check),
            way(&pair.from_a),
            way(&pair.from_b),
        )?;
        if let Some(ts) = pair.nominated {
            write!(out, ", nominated at {} s", at(ts))?;
        }
        writeln!(out)?;
    }
    let more = pairs.len().saturating_sub(PAIRS_MAX) as u64 + ice.pairs_not_kept;
    if more > 0 {
        writeln!(out, "    and {more} more checked pairs")?;
    }
    Ok(())
}

/// The two addresses of a pair; behind a relay, the one that it gave and the peer's.
fn ends(pair: &CandidatePair, c: &Connection) -> (String, String) {
    let on = |t: &&Transport| t.index == pair.transport;
    let transport = c.transports.iter().find(on);
    let known = |e: Option<Endpoint>| e.map_or_else(|| "unknown".to_owned(), |e| e.to_string());
    match (pair.via, transport) {
        (Via::Turn(_), Some(t)) => (format!("relayed {}", known(t.relayed)), known(t.peer)),
        _ => (pair.a.to_string(), pair.b.to_string()),
    }
}

/// `12 sent, 3 answered (controlling), 20 ms`.
fn way(checks: &Checks) -> String {
    if checks.requests == 0 {
        return "none".to_owned();
    }
    let mut text = format!("{} sent, {} answered", checks.requests, checks.responses);
    if checks.retransmissions > 0 {
        text.push_str(&format!(", {} sent again", checks.retransmissions));
    }
    if checks.errors > 0 {
        text.push_str(&format!(", {} refused", checks.errors));
    }
    if let Some(role) = checks.role {
        text.push_str(&format!(" ({})", role.name()));
    }
    if let Some(round_trip) = checks.round_trip_time {
        text.push_str(&format!(" in {}", duration(round_trip.median)));
    }
    text
}
