//! A connection's lines: how it came up.

use super::super::printable;
use super::dtls::dtls_lines;
use super::ice::ice_lines;
use super::protocol_counts;
use super::style::{Style, duration, grouped, size};
use crate::analysis::Analysis;
use crate::analysis::model::{Connection, ConnectionState, LatencySource, Transport, Turn};
use std::io::{self, Write};

/// Data channels listed per connection; the rest is counted.
const CHANNELS_MAX: usize = 16;
/// Transports listed per connection; the rest is counted.
const TRANSPORTS_MAX: usize = 6;
/// TURN servers listed per connection; the rest is counted.
const SERVERS_MAX: usize = 6;

pub(super) fn connection_head(
    c: &Connection,
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let state = match c.state {
        ConnectionState::Failed => style.bad(c.state.name()),
        ConnectionState::Connected => style.good(c.state.name()),
        _ => style.warn(c.state.name()),
    };
    let at = |ts| format!("{:.3}", analysis.capture.seconds_at(ts));
    let latency = match c.latency.value() {
        Some(l) => {
            let took = duration(l.round_trip_time);
            match l.source {
                LatencySource::Ice => format!("  latency {} ({took})", l.grade.name()),
                LatencySource::IceAndDtls => format!("  latency {} (about {took})", l.grade.name()),
                LatencySource::IcePart => {
                    format!("  latency {} or worse (at least {took})", l.grade.name())
                }
            }
        }
        None => String::new(),
    };
    writeln!(
        out,
        "{}  {state}  {} to {} s  {} packets, {}{latency}",
        style.bold(&format!("Connection {}", c.id)),
        at(c.first_seen),
        at(c.last_seen),
        grouped(c.packets()),
        size(c.bytes())
    )?;
    if let Some(why) = &c.stopped {
        writeln!(out, "  {}", style.warn(&printable(why)))?;
    }
    let main = c.main_transport();
    if let Some(t) = main {
        writeln!(out, "  A {}   B {}{}", t.a, t.b, wrapped(t))?;
    }
    let others: Vec<&Transport> = c
        .transports
        .iter()
        .filter(|t| main.is_none_or(|m| m.index != t.index))
        .collect();
    for t in others.iter().take(TRANSPORTS_MAX) {
        let counts = protocol_counts(&t.protocols);
        writeln!(out, "    also {} - {}{}: {counts}", t.a, t.b, wrapped(t))?;
    }
    if others.len() > TRANSPORTS_MAX {
        writeln!(
            out,
            "    and {} more address pairs",
            others.len() - TRANSPORTS_MAX
        )?;
    }
    if let Some(ice) = &c.ice {
        ice_lines(c, ice, analysis, style, out)?;
    }
    if let Some(dtls) = &c.dtls {
        dtls_lines(c, dtls, style, out)?;
        for other in &c.other_dtls {
            dtls_lines(c, other, style, out)?;
        }
    } else if c.ice.is_some() {
        writeln!(out, "  DTLS  none seen")?;
    }
    if let Some(sctp) = c.sctp.value() {
        super::sctp::association(sctp, out)?;
    }
    for channel in c
        .data_channels
        .value()
        .into_iter()
        .flatten()
        .take(CHANNELS_MAX)
    {
        super::sctp::channel(channel, out)?;
    }
    let channels = c.data_channels.value().map_or(0, Vec::len);
    if channels > CHANNELS_MAX {
        writeln!(
            out,
            "    and {} more data channels",
            channels - CHANNELS_MAX
        )?;
    }
    for turn in c.turn.iter().take(SERVERS_MAX) {
        turn_line(turn, style, out)?;
    }
    if c.turn.len() > SERVERS_MAX {
        let more = c.turn.len() - SERVERS_MAX;
        writeln!(out, "    and {more} more that were asked")?;
    }
    if c.streams.is_empty() && (c.ice.is_some() || c.dtls.is_some()) {
        writeln!(out, "  media no RTP stream")?;
    }
    Ok(())
}

fn turn_line(turn: &Turn, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let software = match &turn.software {
        Some(software) => format!(" ({})", printable(software)),
        None => String::new(),
    };
    let outcome = turn.outcome();
    let outcome = match turn.has_failed() || turn.was_late() {
        true => style.bad(&outcome),
        false => outcome,
    };
    let mut facts = vec![outcome];
    facts.extend(turn.notes());
    writeln!(
        out,
        "  TURN  {}{software}: {}",
        turn.server,
        facts.join(", ")
    )
}

/// How it goes on behind a TURN server.
fn wrapped(t: &Transport) -> String {
    t.relay()
        .map_or_else(String::new, |words| format!("  ({words})"))
}
