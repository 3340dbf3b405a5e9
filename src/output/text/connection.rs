//! A connection's lines: how it came up.

use super::super::printable;
use super::dtls::dtls_lines;
use super::ice::ice_lines;
use super::protocol_counts;
use super::style::{Style, duration, grouped, size};
use crate::analysis::Analysis;
use crate::analysis::model::{Connection, ConnectionState, LatencySource, Transport, Turn};
use crate::net::{Endpoint, Protocol, Via};
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
    let state = style.state(c.state);
    let at = |ts| format!("{:.3}", analysis.capture.seconds_at(ts));
    let is_up = !matches!(c.state, ConnectionState::Failed);
    let latency = match c.latency.value().filter(|_| is_up) {
        Some(l) => {
            let took = duration(l.round_trip_time);
            match l.source {
                LatencySource::Ice => format!("  latency {} ({took})", l.grade.name()),
                LatencySource::Rtcp => format!("  latency {} ({took}, by RTCP)", l.grade.name()),
                LatencySource::IceAndDtls => format!("  latency {} (about {took})", l.grade.name()),
                LatencySource::IcePart | LatencySource::RtcpPart => {
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
    if let Some(t) = c.media_transport() {
        writeln!(out, "  path  {}", path(t, c))?;
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
    super::path::lines(c, analysis, style, out)?;
    if c.streams.is_empty() && (c.ice.is_some() || c.dtls.is_some()) {
        let all = c.dtls.iter().chain(&c.other_dtls);
        match all.map(|d| d.application_records).sum::<u64>() {
            n if n > 0 && c.state != ConnectionState::Failed => {
                let n = grouped(n);
                writeln!(
                    out,
                    "  media no RTP stream; {n} encrypted records: data channels, probably"
                )?;
            }
            _ => writeln!(out, "  media no RTP stream")?,
        }
    }
    Ok(())
}

fn turn_line(turn: &Turn, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let software = match &turn.software {
        Some(software) => format!(" ({})", printable(software)),
        None => String::new(),
    };
    let outcome = printable(&turn.outcome()).into_owned();
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
/// The way that media and data took.
fn path(t: &Transport, c: &Connection) -> String {
    let protocol = match t.protocol {
        Protocol::Udp => "UDP",
        Protocol::Tcp => "TCP",
        Protocol::Sctp => "SCTP",
    };
    let known = |e: Option<Endpoint>| e.map_or_else(|| "unknown".to_owned(), |e| e.to_string());
    if t.via != Via::Direct {
        let server = c.turn.iter().find(|s| s.server == t.a || s.server == t.b);
        let (server, client) = match server {
            Some(s) if s.server == t.b => (t.b, t.a),
            _ => (t.a, t.b),
        };
        let (relayed, peer) = (known(t.relayed), known(t.peer));
        return format!(
            "relayed over {protocol}: {client}, TURN server {server} as {relayed}, peer {peer}"
        );
    }
    let all = c.transports.iter().filter(|o| {
        let p = &o.protocols;
        o.via == t.via && p.rtp + p.rtcp + p.dtls + p.sctp > 0
    });
    match all.count() {
        0 | 1 => format!("direct, {protocol}"),
        n => format!("direct, {protocol}; {n} address pairs carried media or data"),
    }
}

fn wrapped(t: &Transport) -> String {
    t.relay()
        .map_or_else(String::new, |words| format!("  ({words})"))
}
