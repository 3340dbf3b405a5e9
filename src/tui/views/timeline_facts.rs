//! What there is to say about a connection's setup and a row of its timeline.

use super::Ctx;
use super::facts::{state_role, via};
use super::timeline_rows::Row;
use crate::analysis::model::{Connection, Event};
use crate::net::{Endpoint, Protocol};
use crate::output::timeline::{Parties, Party, Setup};
use crate::tui::format::{UNKNOWN, clock, count, duration, width};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};

/// State and reason, then how long it took to come up: in one line where all fits. The reason is
/// whole in the connection's details; here it gets two lines, or more where the screen is high.
pub(super) fn head_lines(c: &Connection, cx: &Ctx<'_>) -> Vec<Line> {
    let stopped = c.stopped.as_deref();
    let stopped = stopped.map_or_else(String::new, |why| format!(", {why}"));
    let name = format!(" Connection {}", c.id);
    let state = format!("  {}{stopped}", c.state.name());
    let setup = Setup::of(c, cx.analysis).words().join(", ");
    let used = width(&name) + width(&state) + 2 + width(&setup);
    let first = Line::default()
        .then(Role::Title, name)
        .then(state_role(c.state), state);
    if used <= usize::from(cx.area.width) {
        return vec![first.then(Role::Dim, format!("  {setup}"))];
    }
    let mut lines = wrap(vec![first], cx.area.width);
    lines.truncate(usize::from(cx.area.height / 10).max(1));
    if !setup.is_empty() {
        lines.push(Line::default().then(Role::Dim, format!(" {setup}")));
    }
    lines
}

/// A party's letter and as much of its address as fits into `room` columns as a whole.
pub(super) fn party_name(party: &Party, room: usize) -> String {
    let label = &party.label;
    let role = party.role.map_or("", |role| role.name());
    let ip = party.endpoints.first().map(|e| e.ip().to_string());
    let ip = ip.unwrap_or_default();
    let mut names = vec![
        format!("{label} {role} {}", party.address()),
        format!("{label} {role} {ip}"),
        format!("{label} {role}"),
    ];
    if role.is_empty() {
        names = vec![
            format!("{label} {}", party.address()),
            format!("{label} {ip}"),
        ];
    }
    let fitting = names.into_iter().find(|name| width(name) <= room);
    fitting.unwrap_or_else(|| label.clone())
}

/// The parties with their letters, in at most so many rows; the rest is counted.
pub(super) fn legend_lines(parties: &[Party], rows: usize, columns: u16) -> Vec<Line> {
    let mut lines: Vec<String> = Vec::new();
    let mut left = parties.len();
    for party in parties {
        let name = party_name(party, usize::MAX);
        // Room for the count of those that are left out.
        let spare = if lines.len() >= rows { 12 } else { 0 };
        let wanted = usize::from(columns).saturating_sub(spare);
        let more_rows = lines.len() < rows;
        match lines.last_mut() {
            Some(line) if width(line) + 2 + width(&name) <= wanted => {
                line.push_str("  ");
                line.push_str(&name);
            }
            _ if more_rows => lines.push(format!(" {name}")),
            _ => break,
        }
        left -= 1;
    }
    if let (Some(line), 1..) = (lines.last_mut(), left) {
        line.push_str(&format!("  and {left} more"));
    }
    let dim = |line| Line::default().then(Role::Dim, line);
    lines.into_iter().map(dim).collect()
}

/// All about a row.
pub(super) fn row_lines(row: Row, c: &Connection, parties: &Parties, cx: &Ctx<'_>) -> Vec<Line> {
    let capture = &cx.analysis.capture;
    let Some(event) = row.event(c) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let (texts, role) = row.texts(c, parties, cx);
    let words = texts.into_iter().next().unwrap_or_default();
    match row {
        Row::Rung(rung) => {
            out.push(Line::fact("what", "").then(role, words));
            out.push(Line::fact(
                "when",
                format!(
                    "{:.6} s after the connection's first packet, {:.6} s in the capture, {} UTC",
                    (event.at - c.first_seen).seconds(),
                    capture.seconds_at(event.at),
                    clock(event.at),
                ),
            ));
            let packets = match c.events.get(rung.last).filter(|_| rung.count > 1) {
                None => format!("{}", event.packet),
                Some(last) => format!("{} to {}", event.packet, last.packet),
            };
            out.push(Line::fact("packet", packets).then(Role::Dim, "  Enter shows it"));
        }
        Row::Quiet(_, next) => {
            out.push(Line::fact("what", words));
            let to = c.events.get(next).map_or(event.at, |e| e.at);
            let (from, to) = (capture.seconds_at(event.at), capture.seconds_at(to));
            out.push(Line::fact(
                "when",
                format!("from {from:.6} to {to:.6} s in the capture"),
            ));
            let before = Line::fact("packet", format!("{} was before", event.packet));
            out.push(before.then(Role::Dim, "  Enter shows it"));
            return out;
        }
    }
    way_lines(event, c, parties, &mut out);
    out.push(Line::fact("event", event.kind.name()));
    out
}

/// From whom to whom, with addresses, and over what.
fn way_lines(event: &Event, c: &Connection, parties: &Parties, out: &mut Vec<Line>) {
    let transport = c.transports.iter().find(|t| t.index == event.transport);
    let ends = c.way_of(event).zip(parties.way_of(event));
    let (Some(transport), Some(((src, dst), (from, to)))) = (transport, ends) else {
        out.push(Line::fact("way", format!("{UNKNOWN} (of no transport)")));
        return;
    };
    let end = |e: Endpoint, i: usize| match parties.all().get(i) {
        None => e.to_string(),
        Some(party) => match party.role {
            None => format!("{} {e}", party.label),
            Some(role) => format!("{} {e}, {}", party.label, role.name()),
        },
    };
    let protocol = match transport.protocol {
        Protocol::Udp => "UDP",
        Protocol::Tcp => "TCP",
        Protocol::Sctp => "SCTP",
    };
    let (src, dst) = (end(src, from), end(dst, to));
    out.push(Line::fact(
        "way",
        format!("{src} -> {dst}  {protocol}{}", via(transport)),
    ));
    let (start, end) = (transport.first_seen, transport.last_seen);
    out.push(Line::fact(
        "path",
        format!(
            "{} packets, used for {}",
            count(transport.packets()),
            duration(end - start)
        ),
    ));
}
