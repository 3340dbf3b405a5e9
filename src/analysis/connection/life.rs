//! Where a connection is in its life, and where it stopped.
//!
//! An observer sees no timers of the agents, so what is called failed is what every agent would
//! give up: ten seconds of trying in vain. libwebrtc gives up unanswered checks after 15 s.

use super::super::model::{Connection, ConnectionState, Dtls, DtlsState, Ice, Turn};
use crate::time::Span;

/// Trying for this long without an answer is called failed.
const IN_VAIN: Span = Span::from_millis(10_000);

type Life = (ConnectionState, Option<String>);

/// The state of a connection, and where it stopped if it is not up.
pub(super) fn life(c: &Connection) -> Life {
    let associations = || c.dtls.iter().chain(&c.other_dtls);
    let find = |state| associations().find(|d| d.state == state);
    if let Some(dtls) = find(DtlsState::Failed) {
        return (ConnectionState::Failed, stopped_at_dtls(dtls));
    }
    let is_up = find(DtlsState::Complete).is_some();
    if let (Some(dtls), false) = (find(DtlsState::Closed), is_up) {
        return (ConnectionState::Closed, dtls.stopped.clone());
    }
    if let Some(life) = super::channels::life(c) {
        return life;
    }
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

fn stopped_at_dtls(dtls: &Dtls) -> Option<String> {
    dtls.stopped
        .as_ref()
        .map(|why| format!("stopped at DTLS: {why}"))
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
    let began = dtls.flights.first().and_then(|f| f.transmissions.first());
    let lasted = began.map_or(Span::default(), |t| c.last_seen - t.at);
    match dtls.state {
        DtlsState::NotCaptured => (ConnectionState::Checking, None),
        _ => (failed_after(lasted), stopped_at_dtls(dtls)),
    }
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
    if !c.turn.is_empty() && c.turn.iter().all(Turn::has_failed) {
        let mut outcomes: Vec<String> = c.turn.iter().map(Turn::outcome).collect();
        outcomes.dedup();
        let why = format!("stopped at TURN: {}", outcomes.join("; "));
        (ConnectionState::Failed, Some(why))
    } else {
        (ConnectionState::New, None)
    }
}
