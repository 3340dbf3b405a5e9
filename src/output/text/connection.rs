//! A connection's lines: how it came up.

use super::super::{keys, printable};
use super::dtls::dtls_lines;
use super::ice::ice_lines;
use super::protocol_counts;
use super::style::{Style, duration, grouped, size};
use crate::analysis::model::{
    Connection, ConnectionState, Grade, Latency, LatencySource, Stream, Transport, Turn,
};
use crate::analysis::{Analysis, Known};
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
    streams: &[&Stream],
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let state = style.state(c.state);
    let at = |ts| format!("{:.3}", analysis.capture.seconds_at(ts));
    let is_up = !matches!(c.state, ConnectionState::Failed);
    let latency = c.latency.value().filter(|_| is_up);
    let latency = latency.map_or_else(String::new, |l| format!("  {}", round_trip(l)));
    writeln!(
        out,
        "{}  {state}  {} to {} s  {} packets, {}{latency}",
        style.bold(&format!("Connection {}", c.id)),
        at(c.first_seen),
        at(c.last_seen),
        grouped(c.packets()),
        size(c.bytes())
    )?;
    if let Some(trouble) = super::trouble::line(c, streams, analysis) {
        writeln!(out, "  {}", style.warn(&trouble))?;
    }
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
    if let Some(keys) = keys::summary(c, &analysis.capture) {
        let is_bad = c.decryption.value().is_none_or(|d| d.all().opened == 0);
        let keys = if is_bad { style.warn(&keys) } else { keys };
        writeln!(out, "  keys  {keys}")?;
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
            n if n > 0 && c.state != ConnectionState::Failed && c.sctp.value().is_none() => {
                let n = grouped(n);
                writeln!(
                    out,
                    "  media no RTP stream; {n} encrypted records: data channels, probably"
                )?;
            }
            _ => writeln!(out, "  media no RTP stream")?,
        }
    }
    if !streams.is_empty() {
        writeln!(out, "  media {}, {}", protection(streams), rtcp(c))?;
    }
    Ok(())
}

/// The round-trip time and its grade. What is only a part of the way is not graded as if it were
/// good, since the whole may be anything above.
fn round_trip(l: &Latency) -> String {
    let took = duration(l.round_trip_time);
    let grade = l.grade.name();
    match l.source {
        LatencySource::Ice => format!("round trip {took} ({grade})"),
        LatencySource::Rtcp => format!("round trip {took} ({grade}, by RTCP)"),
        LatencySource::IceAndDtls => format!("round trip about {took} ({grade})"),
        LatencySource::IcePart | LatencySource::RtcpPart => match l.grade {
            Grade::Excellent => format!("round trip at least {took}, not graded"),
            _ => format!("round trip at least {took} ({grade} or worse)"),
        },
    }
}

/// Whether the payloads can be read.
fn protection(streams: &[&Stream]) -> String {
    let any = |encrypted| streams.iter().any(|s| s.encrypted == Known::Yes(encrypted));
    let opened = |s: &Stream| s.decryption.value().is_some_and(|d| d.opened > 0);
    let of_encrypted = streams.iter().filter(|s| s.encrypted == Known::Yes(true));
    let all_opened = of_encrypted.clone().all(|s| opened(s));
    let any_opened = of_encrypted.clone().any(|s| opened(s));
    match (any(true), any(false)) {
        (true, _) if all_opened => "decrypted".to_owned(),
        (true, _) if any_opened => "in part decrypted".to_owned(),
        (true, false) => "encrypted".to_owned(),
        (false, true) => "in clear".to_owned(),
        (true, true) => "in part encrypted".to_owned(),
        (false, false) => {
            let why = streams.iter().find_map(|s| s.encrypted.reason());
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            format!("may be encrypted{why}")
        }
    }
}

/// Whether RTCP can be read.
fn rtcp(c: &Connection) -> &'static str {
    let all: u64 = c.transports.iter().map(|t| t.protocols.rtcp).sum();
    let clear: u64 = c.transports.iter().map(|t| t.rtcp_clear).sum();
    let opened = c.decryption.value().map_or(0, |d| d.srtcp.opened);
    match clear {
        _ if all == 0 => "no RTCP",
        _ if opened > 0 && clear + opened >= all => "RTCP decrypted",
        _ if opened > 0 => "RTCP in part decrypted",
        0 => "RTCP encrypted",
        n if n < all => "RTCP in part encrypted",
        _ => "RTCP in clear",
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn a_part_of_the_way_is_not_called_excellent() {
        let said = |ms, source| {
            let round_trip_time = Span::from_millis(ms);
            let grade = Grade::of(round_trip_time);
            round_trip(&Latency {
                round_trip_time,
                grade,
                source,
            })
        };
        let ice = said(33, LatencySource::Ice);
        assert_eq!(ice, "round trip 33.0 ms (excellent)");
        let part = said(33, LatencySource::IcePart);
        assert_eq!(part, "round trip at least 33.0 ms, not graded");
        let part = said(330, LatencySource::RtcpPart);
        assert_eq!(part, "round trip at least 330.0 ms (acceptable or worse)");
    }
}
