//! The text report: what `rtcscope FILE` prints when it is not on a terminal.
//!
//! Every connection with how it came up, then its streams in a table. What is not known is `--`,
//! and the notes below the table say why.

use super::{Presenter, printable};
use crate::analysis::model::{CaptureInfo, Connection, Protocols, Stream, Transport};
use crate::analysis::{Analysis, ConnectionId, Known};
use crate::net::Via;
use crate::time::Span;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Columns of the bitrate line.
const SPARK: usize = 20;
/// Transports listed per connection; the rest is counted.
const TRANSPORTS_MAX: usize = 6;
/// Streams named in a note; the rest is counted.
const NAMED_MAX: usize = 12;

/// Writes the report for people.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    /// With ANSI colours.
    pub color: bool,
}

impl Presenter for Text {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
        let style = Style(self.color);
        head(file, analysis, style, out)?;
        // Once over all streams: a hostile capture has tens of thousands, of as many connections.
        let mut by_connection: BTreeMap<ConnectionId, Vec<&Stream>> = BTreeMap::new();
        for stream in &analysis.streams {
            let own = by_connection.entry(stream.connection).or_default();
            own.push(stream);
        }
        for connection in &analysis.connections {
            writeln!(out)?;
            connection_head(connection, analysis, style, out)?;
            if let Some(streams) = by_connection.get(&connection.id) {
                stream_table(streams, connection, analysis, style, out)?;
            }
        }
        if analysis.connections.is_empty() {
            writeln!(out, "\n{}", nothing_found(&analysis.protocols))?;
        }
        problems(&analysis.capture, style, out)
    }
}

/// What there is, when there is no connection.
fn nothing_found(p: &Protocols) -> String {
    if p.stun > 0 {
        let n = grouped(p.stun);
        format!(
            "No peer connection: {n} STUN or TURN messages, but no connectivity checks or media."
        )
    } else {
        "No WebRTC or RTP traffic found.".to_owned()
    }
}

/// ANSI styles, or none.
#[derive(Clone, Copy)]
struct Style(bool);

impl Style {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
    fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }
    fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }
    fn warn(self, text: &str) -> String {
        self.wrap("33", text)
    }
    fn bad(self, text: &str) -> String {
        self.wrap("31", text)
    }
    fn good(self, text: &str) -> String {
        self.wrap("32", text)
    }
}

fn head(file: &str, analysis: &Analysis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let info = &analysis.capture;
    write!(out, "{}  {}", style.bold(&printable(file)), info.format)?;
    match info.first {
        Some(first) => {
            write!(
                out,
                ", {} packets, {}, {}, from {}",
                grouped(info.packets),
                size(info.bytes),
                duration(info.duration()),
                whole_seconds(&first.to_string())
            )?;
        }
        None => write!(out, ", no packets")?,
    }
    writeln!(out)?;
    let counts = protocol_counts(&analysis.protocols);
    if !counts.is_empty() {
        writeln!(out, "{}", style.dim(&counts))?;
    }
    Ok(())
}

/// `2026-11-22T16:12:13.647123000Z` as `2026-11-22 16:12:13 UTC`.
fn whole_seconds(rfc3339: &str) -> String {
    let seconds = rfc3339.split('.').next().unwrap_or(rfc3339);
    format!("{} UTC", seconds.replace('T', " "))
}

fn protocol_counts(p: &Protocols) -> String {
    [
        ("STUN", p.stun),
        ("ChannelData", p.turn_channel_data),
        ("DTLS", p.dtls),
        ("RTP", p.rtp),
        ("RTCP", p.rtcp),
        ("SCTP", p.sctp),
        ("ICMP", p.icmp),
        ("TCP", p.tcp),
        ("tunnelled", p.tunnel),
        ("other", p.other),
    ]
    .iter()
    .filter(|(_, n)| *n > 0)
    .map(|(name, n)| format!("{name} {}", grouped(*n)))
    .collect::<Vec<_>>()
    .join(", ")
}

fn connection_head(
    c: &Connection,
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let state = match c.state {
        crate::analysis::model::ConnectionState::Failed => style.bad(c.state.name()),
        crate::analysis::model::ConnectionState::Connected => style.good(c.state.name()),
        _ => style.warn(c.state.name()),
    };
    let at = |ts| format!("{:.3}", analysis.capture.seconds_at(ts));
    writeln!(
        out,
        "{}  {state}  {} to {} s  {} packets, {}",
        style.bold(&format!("Connection {}", c.id)),
        at(c.first_seen),
        at(c.last_seen),
        grouped(c.packets()),
        size(c.bytes())
    )?;
    let main = c.main_transport();
    if let Some(t) = main {
        writeln!(out, "  A {}   B {}{}", t.a, t.b, wrapped(t.via))?;
    }
    let others: Vec<&Transport> = c
        .transports
        .iter()
        .filter(|t| main.is_none_or(|m| m.index != t.index))
        .collect();
    for t in others.iter().take(TRANSPORTS_MAX) {
        let counts = protocol_counts(&t.protocols);
        writeln!(
            out,
            "    also {} - {}{}: {counts}",
            t.a,
            t.b,
            wrapped(t.via)
        )?;
    }
    if others.len() > TRANSPORTS_MAX {
        writeln!(
            out,
            "    and {} more address pairs",
            others.len() - TRANSPORTS_MAX
        )?;
    }
    if let Some(ice) = &c.ice {
        write!(
            out,
            "  ICE   {} checks, {} answered",
            ice.requests, ice.responses
        )?;
        for (code, n) in &ice.errors {
            write!(out, ", {n} refused with {code}")?;
        }
        if let Some(rtt) = ice.round_trip_time {
            write!(
                out,
                ", round trip {} (median of {})",
                duration(rtt.median),
                rtt.samples
            )?;
        }
        match ice.nominated {
            Some((_, _, ts)) => write!(out, ", nominated at {} s", at(ts))?,
            None if ice.cut => write!(out, ", nomination cut off when captured")?,
            None => write!(out, ", none nominated")?,
        }
        writeln!(out)?;
    }
    if let Some(dtls) = &c.dtls {
        let mut facts = vec![match dtls.version.value() {
            Some(version) => format!("{version} {}", dtls.state.name()),
            None => dtls.state.name().to_owned(),
        }];
        if let Some(took) = dtls.handshake_duration.value() {
            facts.push(format!("handshake {}", duration(*took)));
        }
        let known = [&dtls.cipher_suite, &dtls.key_exchange, &dtls.srtp_profile];
        facts.extend(known.iter().filter_map(|k| k.value().cloned()));
        facts.extend(
            dtls.alerts
                .iter()
                .map(|(alert, n)| format!("{n} alert: {alert}")),
        );
        writeln!(out, "  DTLS  {}", facts.join(", "))?;
    }
    Ok(())
}

fn wrapped(via: Via) -> String {
    match via {
        Via::Direct => String::new(),
        Via::TurnChannel(n) => format!("  (in TURN channel 0x{n:04x})"),
        Via::TurnIndication => "  (in TURN indications)".to_owned(),
    }
}

fn stream_table(
    streams: &[&Stream],
    connection: &Connection,
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let header = format!(
        "  {:>3} {:3} {:<7} {:<7} {:<10} {:>8} {:>7} {:>6} {:>5} {:>5} {:>8} {:>9}  bitrate over time",
        "#",
        "dir",
        "kind",
        "codec",
        "ssrc",
        "packets",
        "lost",
        "loss%",
        "dup",
        "late",
        "mean jit",
        "bitrate"
    );
    writeln!(out, "{}", style.dim(&header))?;
    let mut notes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for s in streams {
        let mut note = |what: &str, why: Option<crate::analysis::Unknown>| {
            if let Some(why) = why {
                let entry = notes.entry(format!("{what}: {why}")).or_default();
                entry.push(s.id.to_string());
            }
        };
        note("jitter not known", s.jitter.reason());
        note("bitrate not known", s.bitrate.reason());
        let loss = format!("{:.2}", s.loss_fraction() * 100.0);
        // Pad before colouring: escape codes have no width.
        let loss = format!("{loss:>6}");
        let loss = match s.loss_fraction() {
            f if f >= 0.05 => style.bad(&loss),
            f if f >= 0.01 => style.warn(&loss),
            _ => loss,
        };
        writeln!(
            out,
            "  {:>3} {:3} {:<7} {:<7} {:<10} {:>8} {:>7} {loss} {:>5} {:>5} {:>8} {:>9}  {}",
            s.id.0,
            direction(s, connection),
            s.kind.name(),
            codec(s),
            s.ssrc.to_string(),
            s.packets,
            s.lost,
            s.duplicated,
            s.reordered,
            known(&s.jitter, |j| duration(j.mean)),
            known(&s.bitrate, |b| bitrate(*b)),
            spark(s, analysis)
        )?;
        for gap in s
            .gaps
            .iter()
            .filter(|g| g.end - g.start >= Span::from_millis(2000))
            .take(3)
        {
            let at = |ts| analysis.capture.seconds_at(ts);
            let why = match gap.lost {
                0 => "the sender was silent (no sequence numbers missing)".to_owned(),
                n => format!("{n} packets lost"),
            };
            writeln!(
                out,
                "      {}",
                style.dim(&format!(
                    "no packets from {:.3} to {:.3} s: {why}",
                    at(gap.start),
                    at(gap.end)
                ))
            )?;
        }
    }
    for (what, ids) in &notes {
        let noun = if ids.len() == 1 { "stream" } else { "streams" };
        let list = listed(ids);
        writeln!(
            out,
            "  {}",
            style.dim(&format!("-- {what} ({noun} {list})"))
        )?;
    }
    Ok(())
}

/// Which way a stream runs, by the ends of the connection's main transport.
pub fn direction(s: &Stream, connection: &Connection) -> &'static str {
    let own = connection
        .transports
        .iter()
        .find(|t| t.index == s.transport);
    match own {
        Some(t) if t.a == s.path.src => "A>B",
        _ => "B>A",
    }
}

/// The codec's name, or the payload type most packets have, or the clock rate.
fn codec(s: &Stream) -> String {
    match s.codec.value() {
        Some(codec) => codec.name.to_owned(),
        None => {
            let main = s.payload_types.iter().max_by_key(|(_, n)| *n);
            main.map_or_else(String::new, |(pt, _)| format!("pt {pt}"))
        }
    }
}

fn known<T>(value: &Known<T>, show: impl Fn(&T) -> String) -> String {
    value.value().map_or_else(|| "--".to_owned(), show)
}

/// Bit rate over the whole capture, each column scaled to the stream's own highest.
fn spark(s: &Stream, analysis: &Analysis) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (Some(first), Some(last)) = (analysis.capture.first, analysis.capture.last) else {
        return String::new();
    };
    let end = last.plus(Span::from_nanos(1));
    let columns = s.series.columns(first, end, SPARK);
    let top = columns
        .iter()
        .flatten()
        .map(|b| b.bytes)
        .max()
        .unwrap_or(0)
        .max(1);
    let bars = columns.iter().map(|column| match column {
        None => ' ',
        Some(b) => {
            let level = u64::from(b.bytes) * 7 / u64::from(top);
            BARS.get(level as usize).copied().unwrap_or('█')
        }
    });
    bars.collect::<String>().trim_end().to_owned()
}

fn problems(info: &CaptureInfo, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if info.problems.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for p in &info.problems {
        let mut line = format!("problem: {}", p.problem.message);
        if let Some(no) = p.problem.packet {
            line.push_str(&format!(" (packet {no}"));
            if p.count > 1 {
                line.push_str(&format!(", and {} more", p.count - 1));
            }
            line.push(')');
        }
        writeln!(out, "{}", style.warn(&line))?;
    }
    Ok(())
}

/// `1, 2, 3`, and how many more.
fn listed(ids: &[String]) -> String {
    match ids.get(..NAMED_MAX) {
        Some(first) if ids.len() > NAMED_MAX => {
            let more = ids.len() - NAMED_MAX;
            format!("{} and {more} more", first.join(", "))
        }
        _ => ids.join(", "),
    }
}

/// `61 204`: a thin grouping that no locale mistakes for a decimal point.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

/// With the unit that keeps it readable: `0.2 ms`, `81.2 ms`, `20.4 s`, `1 h 02 min`.
pub fn duration(span: Span) -> String {
    let s = span.seconds();
    match s {
        _ if s < 0.0 => format!(
            "-{}",
            duration(Span::from_nanos(span.nanos().saturating_neg()))
        ),
        _ if s < 1.0 => format!("{:.1} ms", s * 1e3),
        _ if s < 120.0 => format!("{s:.1} s"),
        _ if s < 7200.0 => format!("{:.1} min", s / 60.0),
        _ if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        _ => format!("{:.1} days", s / 86_400.0),
    }
}

/// `38.8 kb/s`, `1.38 Mb/s`.
pub fn bitrate(bps: f64) -> String {
    match bps {
        _ if bps < 1e3 => format!("{bps:.0} b/s"),
        _ if bps < 1e6 => format!("{:.1} kb/s", bps / 1e3),
        _ => format!("{:.2} Mb/s", bps / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_some_streams_and_counts_the_rest() {
        let ids: Vec<String> = (1..=9_000).map(|n| n.to_string()).collect();
        assert_eq!(listed(&ids[..3]), "1, 2, 3");
        assert!(listed(&ids[..12]).ends_with(", 11, 12"));
        assert!(listed(&ids).ends_with(", 11, 12 and 8988 more"));
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1_234_567), "1 234 567");
        assert_eq!(grouped(123), "123");
        assert_eq!(size(1_850_000_000), "1.85 GB");
        assert_eq!(duration(Span::from_nanos(6_199_000)), "6.2 ms");
        assert_eq!(duration(Span::from_millis(-1500)), "-1.5 s");
        assert_eq!(bitrate(38_812.0), "38.8 kb/s");
    }
}
