//! Where a connection is in its life, and where it stopped.
//!
//! An observer sees no timers of the agents, so what is called failed is what every agent would
//! give up: ten seconds of trying in vain. libwebrtc gives up unanswered checks after 15 s.

use super::super::model::{Connection, ConnectionState, Dtls, DtlsState, Ice, PairState, Turn};
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Trying for this long without an answer is called failed.
const IN_VAIN: Span = Span::from_millis(10_000);

/// Checks that go unanswered for so long while nothing else comes have lost the peer: libwebrtc says
/// failed after 15 to 17 s.
const LOST: Span = Span::from_millis(15_000);
/// Packets on their way when the path was cut, or an association was closed, come this much later.
const IN_FLIGHT: Span = Span::from_millis(2_000);
/// What ends this shortly before the capture does may have gone on.
const UNTIL_THE_END: Span = Span::from_millis(2_000);

type Life = (ConnectionState, Option<String>);

/// What the connection itself does not tell.
#[derive(Clone, Debug)]
pub(super) struct Around {
    /// The last packet of the capture.
    pub(super) end: Timestamp,
    /// The last media on each transport.
    pub(super) last_on: BTreeMap<u32, Timestamp>,
    /// The last media from each host.
    pub(super) last_media: BTreeMap<IpAddr, Timestamp>,
}

/// The state of a connection, and where it stopped if it is not up.
pub(super) fn life(c: &Connection, around: &Around) -> Life {
    let (state, stopped) = judge(c, around);
    let goes_on = state == ConnectionState::Checking && around.end - c.last_seen < UNTIL_THE_END;
    let stopped = stopped.map(|why| match goes_on {
        true => {
            let so_far = why.replacen("stopped at", "still at", 1);
            format!("not up yet when the capture ends, {so_far}")
        }
        false => why,
    });
    (state, stopped)
}

fn judge(c: &Connection, around: &Around) -> Life {
    let associations = || c.dtls.iter().chain(&c.other_dtls);
    let is_up = associations().any(|d| d.state == DtlsState::Complete || goes_on(d, around));
    // Beside an association that came up, only one on a path that ICE opened is the call's: anybody
    // can send a hello.
    let failed = |d: &&Dtls| d.state == DtlsState::Failed && !goes_on(d, around);
    let counts = |d: &&Dtls| !is_up || is_on_open_path(d, c);
    if let Some(dtls) = associations().filter(failed).find(counts) {
        return (ConnectionState::Failed, stopped_at_dtls(dtls));
    }
    let closed = associations().find(|d| d.state == DtlsState::Closed);
    if let (Some(dtls), false) = (closed, is_up) {
        return (ConnectionState::Closed, dtls.stopped.clone());
    }
    if let Some(life) = super::channels::life(c) {
        return life;
    }
    if is_up || (!c.streams.is_empty() && (c.ice.is_some() || c.dtls.is_some())) {
        return match lost(c, around) {
            Some(how) => (ConnectionState::Failed, Some(how)),
            None => (ConnectionState::Connected, None),
        };
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

/// Whether media came under the keys of an association after what seemed to be its end.
fn goes_on(dtls: &Dtls, around: &Around) -> bool {
    let Some(end) = dtls.ended_at else {
        return false;
    };
    let last = dtls
        .transports
        .iter()
        .filter_map(|t| around.last_on.get(t))
        .max();
    last.is_some_and(|last| *last - end > IN_FLIGHT)
}

/// Whether checks were answered on a path of an association.
fn is_on_open_path(dtls: &Dtls, c: &Connection) -> bool {
    let Some(ice) = &c.ice else {
        return true;
    };
    let open = ice.pairs.iter().filter(|p| p.state == PairState::Succeeded);
    open.map(|p| p.transport)
        .any(|t| dtls.transports.contains(&t))
}

/// Whether the peer was lost before the end: nothing answers the checks any more, and from one host
/// at least no media came since.
fn lost(c: &Connection, around: &Around) -> Option<String> {
    let ice = c.ice.as_ref()?;
    let outages = &ice.consent.value()?.outages;
    let since = outages.iter().rev().find(|o| o.end.is_none())?.start;
    let silent = c.last_seen - since;
    let renewed = ice.pairs.iter().any(|p| p.nominated > Some(since));
    let mut last_media = around.last_media.values();
    let no_media = around.last_media.is_empty() || last_media.any(|l| *l - since < IN_FLIGHT);
    let is_lost = silent >= LOST && !renewed && no_media;
    is_lost.then(|| {
        let silent = silent.seconds();
        format!("connectivity lost: no check answered in the last {silent:.1} s")
    })
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
