//! What there is to say about a connection: the lines of its details pane, and its columns.

use super::dtls_facts::dtls_lines;
use super::ice_facts::check_lines;
use super::path_facts::path_lines;
use super::sctp_facts::sctp_lines;
use super::stream_facts::streams_of;
use crate::analysis::Analysis;
use crate::analysis::model::{
    AllocationState, CaptureInfo, Connection, ConnectionState, DtlsState, Ice, LatencySource,
    Protocols, Transport, Turn,
};
use crate::net::{Endpoint, Protocol};
use crate::output::keys;
use crate::tui::format::{UNKNOWN, bitrate, bytes, count, duration, known_why, millis, plural};
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// Which end of the connection this is: `A` is the lower address.
pub(crate) fn side(connection: &Connection, endpoint: Endpoint) -> &'static str {
    let [a, b] = connection.endpoints;
    let ip = endpoint.ip();
    let is_b = if a != b && (ip == a || ip == b) {
        ip == b
    } else {
        connection.transports.iter().any(|t| t.b == endpoint)
    };
    if is_b { "B" } else { "A" }
}

/// `ok 12.1 ms`, `no answer`: ICE in a column.
pub(crate) fn ice_short(ice: Option<&Ice>) -> (String, Role) {
    let Some(ice) = ice else {
        return (UNKNOWN.to_owned(), Role::Dim);
    };
    if ice.nominated.is_some() {
        let rtt = ice
            .round_trip_time
            .map(|r| format!(" {} ms", millis(r.median)));
        (format!("ok{}", rtt.unwrap_or_default()), Role::Ok)
    } else if ice.responses > 0 {
        ("answered".to_owned(), Role::Text)
    } else if ice.requests > 0 {
        ("no answer".to_owned(), Role::Error)
    } else {
        (UNKNOWN.to_owned(), Role::Dim)
    }
}

/// `1.3 ok`, `no answer`: DTLS in a column.
pub(crate) fn dtls_short(connection: &Connection) -> (String, Role) {
    let Some(dtls) = &connection.dtls else {
        return (UNKNOWN.to_owned(), Role::Dim);
    };
    let version = dtls
        .version
        .value()
        .map(|v| format!("{v} "))
        .unwrap_or_default();
    match dtls.state {
        DtlsState::Complete => (format!("{version}ok"), Role::Ok),
        DtlsState::Closed => (format!("{version}closed"), Role::Text),
        DtlsState::Failed => (format!("{version}failed"), Role::Error),
        DtlsState::Stuck(_) => (format!("{version}stuck"), Role::Error),
        DtlsState::Unanswered => ("no answer".to_owned(), Role::Error),
        DtlsState::NotCaptured => ("no start".to_owned(), Role::Dim),
    }
}

/// Mean bits per second over the life of a connection.
pub(crate) fn connection_rate(connection: &Connection) -> Option<f64> {
    let seconds = (connection.last_seen - connection.first_seen).seconds();
    (seconds > 0.0).then(|| connection.bytes() as f64 * 8.0 / seconds)
}

/// All about a connection.
pub(crate) fn connection_lines(c: &Connection, analysis: &Analysis) -> Vec<Line> {
    let capture = &analysis.capture;
    let [a, b] = c.endpoints;
    let mut out = vec![
        Line::fact("peers", format!("A {a}   B {b}   ")).then(state_role(c.state), c.state.name()),
        Line::fact(
            "seen",
            format!(
                "{:.3} to {:.3} s: {}, {}, {}",
                capture.seconds_at(c.first_seen),
                capture.seconds_at(c.last_seen),
                plural(c.packets(), "packet"),
                bytes(c.bytes()),
                connection_rate(c).map_or_else(|| UNKNOWN.to_owned(), bitrate),
            ),
        ),
    ];
    if let Some(why) = &c.stopped {
        out.insert(1, Line::fact("", "").then(Role::Error, why.clone()));
    }
    out.push(latency_line(c));
    ice_lines(c, capture, &mut out);
    for turn in &c.turn {
        turn_lines(turn, &mut out);
    }
    dtls_lines(c, capture, &mut out);
    key_lines(c, capture, &mut out);
    sctp_lines(c, &mut out);
    media_line(c, analysis, &mut out);
    path_lines(c, capture, &mut out);
    for (i, t) in (1..).zip(&c.transports) {
        transport_lines(i, t, &mut out);
    }
    out
}

/// What was decrypted, and what was not.
fn key_lines(c: &Connection, capture: &CaptureInfo, out: &mut Vec<Line>) {
    let failed = keys::trouble(c);
    let mut name = "keys";
    if let Some(summary) = keys::summary(c, capture) {
        out.push(Line::fact(name, summary));
        name = "";
    }
    if let Some(failed) = failed {
        out.push(Line::fact(name, "").then(Role::Warn, failed));
    }
}

/// How bad a state is.
pub(crate) fn state_role(state: ConnectionState) -> Role {
    match state {
        ConnectionState::Failed => Role::Error,
        ConnectionState::Checking => Role::Warn,
        _ => Role::Text,
    }
}

/// Round-trip time with its grade, and from what it is known.
fn latency_line(c: &Connection) -> Line {
    let words = known_why(&c.latency, |latency| {
        let source = match latency.source {
            LatencySource::Ice => "checks of both sides",
            LatencySource::IceAndDtls => "checks of one side, DTLS of the other",
            LatencySource::Rtcp => "RTCP reports both ways",
            LatencySource::RtcpPart => "RTCP reports one way, so at least that",
            LatencySource::IcePart => "checks of one side, so at least that",
        };
        let took = duration(latency.round_trip_time);
        format!("{}: {took}, by {source}", latency.grade.name())
    });
    Line::fact("latency", words)
}

fn ice_lines(c: &Connection, capture: &CaptureInfo, out: &mut Vec<Line>) {
    let Some(ice) = &c.ice else {
        out.push(Line::fact(
            "ICE",
            format!("{UNKNOWN} (no connectivity checks seen)"),
        ));
        return;
    };
    let errors: Vec<_> = ice
        .errors
        .iter()
        .map(|(code, n)| format!("{n} x {code}"))
        .collect();
    let errors = if errors.is_empty() {
        "no errors".to_owned()
    } else {
        format!("errors {}", errors.join(", "))
    };
    let unanswered = ice.requests > 0 && ice.responses == 0;
    out.push(Line::fact("ICE", "").then(
        if unanswered { Role::Error } else { Role::Text },
        format!(
            "{}, {} answered, {errors}",
            plural(ice.requests, "check"),
            count(ice.responses)
        ),
    ));
    out.push(match ice.nominated {
        Some((from, to, at)) => Line::fact(
            "  nominated",
            format!("{from} -> {to} at {:.3} s", capture.seconds_at(at)),
        ),
        None => Line::fact(
            "  nominated",
            format!("{UNKNOWN} (no answered nomination seen)"),
        ),
    });
    let controlling = ice.controlling.map_or_else(
        || format!("{UNKNOWN} (no ICE-CONTROLLING seen)"),
        |e| side(c, e).to_owned(),
    );
    out.push(Line::fact("  controls", controlling));
    let rtt = ice.round_trip_time.map_or_else(
        || format!("{UNKNOWN} (no answered check)"),
        |r| {
            let part = if r.directions == 2 {
                ""
            } else {
                ", one way's part"
            };
            format!(
                "median {} ms, {} to {}, of {}{part}",
                millis(r.median),
                millis(r.min),
                millis(r.max),
                plural(r.samples, "check"),
            )
        },
    );
    out.push(Line::fact("  round trip", rtt));
    if !ice.ufrags.is_empty() {
        out.push(Line::fact("  ufrags", ice.ufrags.join("  ")));
    }
    check_lines(ice, c, capture, out);
}

fn turn_lines(turn: &Turn, out: &mut Vec<Line>) {
    let role = match turn.state {
        _ if turn.has_failed() || turn.was_late() => Role::Error,
        AllocationState::Unauthorized | AllocationState::Requested => Role::Warn,
        _ => Role::Text,
    };
    let line = Line::fact("TURN", format!("{}: ", turn.server));
    out.push(line.then(role, turn.outcome()));
    let notes = turn.notes();
    if !notes.is_empty() {
        out.push(Line::fact("", notes.join(", ")));
    }
    let server = match (&turn.software, &turn.realm) {
        (None, None) => None,
        (Some(software), None) => Some(software.clone()),
        (None, Some(realm)) => Some(format!("realm {realm}")),
        (Some(software), Some(realm)) => Some(format!("{software}, realm {realm}")),
    };
    if let Some(server) = server {
        out.push(Line::fact("  server", server));
    }
    if let Some(trip) = &turn.round_trip_time {
        let text = format!(
            "median {} ms, of {}",
            millis(trip.median),
            plural(trip.samples, "request")
        );
        out.push(Line::fact("  round trip", text));
    }
}

fn media_line(c: &Connection, analysis: &Analysis, out: &mut Vec<Line>) {
    let first = streams_of(analysis, c.id).map(|s| s.first_seen).min();
    let text = match first {
        None => format!("{UNKNOWN} (no RTP stream found)"),
        Some(first) => format!(
            "{}, first packet {} after the connection's first",
            plural(streams_of(analysis, c.id).count() as u64, "stream"),
            duration(first - c.first_seen)
        ),
    };
    out.push(Line::fact("media", text));
}

fn transport_lines(i: usize, t: &Transport, out: &mut Vec<Line>) {
    let protocol = match t.protocol {
        Protocol::Udp => "UDP",
        Protocol::Tcp => "TCP",
        Protocol::Sctp => "SCTP",
    };
    out.push(Line::fact(
        &format!("path {i}"),
        format!("{protocol} {} <-> {}{}", t.a, t.b, via(t)),
    ));
    out.push(Line::fact(
        "",
        format!(
            "A>B {}, {}   B>A {}, {}",
            plural(t.packets_ab, "packet"),
            bytes(t.bytes_ab),
            plural(t.packets_ba, "packet"),
            bytes(t.bytes_ba),
        ),
    ));
    out.push(Line::fact("", protocols(&t.protocols)));
}

/// How a payload travels, if not straight in UDP.
pub(crate) fn via(t: &Transport) -> String {
    t.relay()
        .map_or_else(String::new, |words| format!("  {words}"))
}

/// `STUN 24, DTLS 8, RTP 657`: those that there are.
pub(crate) fn protocols(p: &Protocols) -> String {
    let parts: Vec<_> = p
        .named()
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{name} {}", count(*n)))
        .collect();
    parts.join(", ")
}
