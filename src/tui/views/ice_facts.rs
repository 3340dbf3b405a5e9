//! The check table of a connection: the candidate pairs that ICE (RFC 8445) tried, what succeeded
//! first, and what came of each side's checks.

use super::facts::side;
use crate::analysis::model::{CandidatePair, CaptureInfo, Checks, Connection, Ice, PairState};
use crate::net::Via;
use crate::output::timeline::integrity;
use crate::tui::format::{count, millis, plural};
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;
use std::cmp::Reverse;

/// Pairs listed; the rest is counted.
const PAIRS_MAX: usize = 24;

/// Restarts, whether checks are genuine, and lost consent, then a line or two for each pair.
pub(super) fn check_lines(ice: &Ice, c: &Connection, capture: &CaptureInfo, out: &mut Vec<Line>) {
    if ice.restarts > 0 {
        let times = match ice.restarts {
            1 => "once".to_owned(),
            n => plural(n.into(), "time"),
        };
        out.push(Line::fact("  restarted", times));
    }
    if let Some((words, holds)) = integrity(c) {
        let role = if holds { Role::Text } else { Role::Error };
        out.push(Line::fact("  integrity", "").then(role, words));
    }
    if let Some(consent) = ice.consent.value().filter(|c| c.unanswered + c.expired > 0) {
        let text = format!(
            "unanswered {}, expired {}",
            plural(consent.unanswered, "time"),
            plural(consent.expired, "time")
        );
        out.push(Line::fact("  consent", "").then(Role::Warn, text));
    }
    let mut pairs: Vec<&CandidatePair> = ice.pairs.iter().collect();
    pairs.sort_by_key(|p| {
        let failed = p.state != PairState::Succeeded;
        (failed, Reverse(p.from_a.requests + p.from_b.requests))
    });
    for pair in pairs.iter().take(PAIRS_MAX) {
        pair_lines(pair, c, capture, out);
    }
    let more = pairs.len().saturating_sub(PAIRS_MAX) as u64 + ice.pairs_not_kept;
    if more > 0 {
        let text = format!("and {} more", plural(more, "checked pair"));
        out.push(Line::fact("", "").then(Role::Dim, text));
    }
}

fn pair_lines(pair: &CandidatePair, c: &Connection, capture: &CaptureInfo, out: &mut Vec<Line>) {
    let role = match pair.state {
        PairState::Succeeded => Role::Text,
        PairState::InProgress => Role::Warn,
        PairState::Failed => Role::Error,
    };
    let via = match pair.via {
        Via::Direct => "",
        Via::Turn(_) => " relayed",
    };
    let (a, b) = (side(c, pair.a), side(c, pair.b));
    let nominated = pair.nominated.map_or_else(String::new, |at| {
        format!(", nominated at {:.3} s", capture.seconds_at(at))
    });
    let line = Line::fact(
        "  pair",
        format!("{a} {} <-> {b} {}{via}: ", pair.a, pair.b),
    );
    out.push(line.then(role, format!("{}{nominated}", pair.state.name())));
    let text = format!("{a} {}; {b} {}", way(&pair.from_a), way(&pair.from_b));
    out.push(Line::fact("", text));
}

/// `12 checks, 3 answered in 20.1 ms`.
fn way(checks: &Checks) -> String {
    if checks.requests == 0 {
        return "none".to_owned();
    }
    let mut text = plural(checks.requests, "check");
    text.push_str(&format!(", {} answered", count(checks.responses)));
    if let Some(trip) = checks.round_trip_time {
        text.push_str(&format!(" in {} ms", millis(trip.median)));
    }
    if checks.errors > 0 {
        text.push_str(&format!(", {} refused", count(checks.errors)));
    }
    text
}
