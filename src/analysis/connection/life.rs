//! Where a connection is in its life, and where it stopped.
//!
//! An observer sees no timers of the agents, so what is called failed is what every agent would
//! give up: ten seconds of trying in vain. libwebrtc gives up unanswered checks after 15 s.

use super::super::model::{Connection, ConnectionState, Dtls, DtlsState, Ice};
use crate::time::Span;

/// Trying for this long without an answer is called failed.
const IN_VAIN: Span = Span::from_millis(10_000);

type Life = (ConnectionState, Option<String>);

/// The state of a connection, and where it stopped if it is not up.
pub(super) fn life(c: &Connection) -> Life {
    if let Some(end) = c.dtls.as_ref().and_then(ended) {
        return end;
    }
    let is_up = c
        .dtls
        .as_ref()
        .is_some_and(|d| d.state == DtlsState::Complete);
    if is_up || (!c.streams.is_empty() && (c.ice.is_some() || c.dtls.is_some())) {
        return (ConnectionState::Connected, None);
    }
    if let Some(dtls) = &c.dtls {
        return shaking_hands(c, dtls);
    }
    if let Some(ice) = &c.ice {
        return checking(c, ice);
    }
    if !c.streams.is_empty() {
        return (ConnectionState::MediaOnly, None);
    }
    relaying(c)
}

/// An end that DTLS tells of.
fn ended(dtls: &Dtls) -> Option<Life> {
    let alerts = dtls.alerts.value()?;
    let find = |words: &str| alerts.iter().find(|(alert, _)| alert.contains(words));
    if let Some((alert, _)) = find("fatal") {
        let why = format!("stopped by a DTLS alert: {alert}");
        return Some((ConnectionState::Failed, Some(why)));
    }
    let closed = || "closed by a DTLS close_notify".to_owned();
    find("close_notify").map(|_| (ConnectionState::Closed, Some(closed())))
}

/// The state after `lasted` of trying in vain.
fn failed_after(lasted: Span) -> ConnectionState {
    if lasted >= IN_VAIN {
        ConnectionState::Failed
    } else {
        ConnectionState::Checking
    }
}

/// DTLS has begun, and is not through.
fn shaking_hands(c: &Connection, dtls: &Dtls) -> Life {
    let lasted = c.last_seen - c.first_seen;
    let how = match dtls.state {
        DtlsState::Unanswered => "the DTLS ClientHello was never answered",
        DtlsState::NotCaptured => "DTLS records, but neither handshake nor media in the capture",
        _ => "the DTLS handshake did not come to its end",
    };
    let state = match dtls.state {
        DtlsState::NotCaptured => ConnectionState::Checking,
        _ => failed_after(lasted),
    };
    (state, Some(how.to_owned()))
}

/// Connectivity checks, and nothing else.
fn checking(c: &Connection, ice: &Ice) -> Life {
    let lasted = c.last_seen - c.first_seen;
    let how = if ice.responses == 0 {
        let n = ice.requests;
        format!(
            "stopped at ICE: {n} checks in {:.1} s, none answered",
            lasted.seconds()
        )
    } else if let Some((.., when)) = ice.nominated {
        let since = c.last_seen - when;
        let state = failed_after(since);
        let how = format!(
            "stopped at DTLS: ICE connected, then no DTLS and no media for {:.1} s",
            since.seconds()
        );
        return (state, Some(how));
    } else {
        "stopped at ICE: checks were answered, but no pair was nominated".to_owned()
    };
    (failed_after(lasted), Some(how))
}

/// TURN servers were asked, and no peer was ever tried.
fn relaying(c: &Connection) -> Life {
    let refused = |t: &super::super::model::Turn| !t.allocated && !t.errors.is_empty();
    if !c.turn.is_empty() && c.turn.iter().all(refused) {
        let codes: Vec<String> = c
            .turn
            .iter()
            .flat_map(|t| &t.errors)
            .map(|(code, _)| code.to_string())
            .collect();
        let why = format!("stopped at TURN: refused with {}", codes.join(", "));
        (ConnectionState::Failed, Some(why))
    } else {
        (ConnectionState::New, None)
    }
}
