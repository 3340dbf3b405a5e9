//! The text report: what `rtcscope FILE` prints when it is not on a terminal.
//!
//! Every connection with how it came up, then its streams in a table. What is not known is `--`,
//! and the notes below the table say why. docs/reading.md tells how to read it.

mod connection;
mod dtls;
mod feedback;
mod fold;
mod ice;
mod notes;
mod path;
mod sctp;
mod stream_lines;
mod streams;
pub(super) mod style;
mod trouble;

pub use self::style::grouped;

use self::connection::connection_head;
use self::fold::Folding;
use self::streams::stream_table;
use self::style::{Style, duration, size};
use super::loss;
use super::{Presenter, printable};
use crate::analysis::model::{CaptureInfo, Protocols, Stream};
use crate::analysis::{Analysis, ConnectionId};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the report for people.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    /// With ANSI colours.
    pub color: bool,
}

impl Presenter for Text {
    fn write(&self, file: &str, analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
        let style = Style(self.color);
        let out: &mut dyn Write = &mut Folding::new(out);
        head(file, analysis, style, out)?;
        // Once over all streams: a hostile capture has tens of thousands, of as many connections.
        let mut by_connection: BTreeMap<ConnectionId, Vec<&Stream>> = BTreeMap::new();
        for stream in &analysis.streams {
            let own = by_connection.entry(stream.connection).or_default();
            own.push(stream);
        }
        for connection in &analysis.connections {
            writeln!(out)?;
            let streams = by_connection.get(&connection.id);
            let own = streams.map_or(&[][..], Vec::as_slice);
            connection_head(connection, own, analysis, style, out)?;
            if let Some(streams) = streams {
                stream_table(streams, connection, analysis, style, out)?;
            }
        }
        if analysis.connections.is_empty() {
            writeln!(out, "\n{}", nothing_found(&analysis.protocols))?;
        }
        if let Some(line) = loss::by_capture(&analysis.capture.loss) {
            writeln!(out, "\n{}", style.warn(&line))?;
        }
        problems(&analysis.capture, style, out)?;
        out.flush()
    }
}

/// What there is, when there is no connection.
fn nothing_found(p: &Protocols) -> String {
    if p.stun > 0 {
        let n = grouped(p.stun);
        format!(
            "No peer connection: {n} STUN or TURN messages, but no connectivity checks or media."
        )
    } else if p.dtls > 0 {
        let n = grouped(p.dtls);
        format!(
            "No peer connection: {n} datagrams of DTLS, but no connectivity checks, no media, and no \
             client that offers SRTP."
        )
    } else {
        "No WebRTC or RTP traffic found.".to_owned()
    }
}

fn head(file: &str, analysis: &Analysis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let info = &analysis.capture;
    write!(out, "{}  {}", style.bold(&printable(file)), info.format)?;
    match info.first {
        Some(first) => {
            write!(
                out,
                ", {} packets, {}, {}, ",
                grouped(info.packets),
                size(info.bytes),
                duration(info.duration())
            )?;
            match info.is_dated() {
                true => write!(out, "from {}", whole_seconds(&first.to_string()))?,
                false => write!(out, "date not told")?,
            }
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
    p.named()
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{name} {}", grouped(*n)))
        .collect::<Vec<_>>()
        .join(", ")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Options;
    use std::path::Path;

    fn report(sample: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let analysis = crate::analyze(&path.join(sample), &Options::default()).unwrap();
        let mut out = Vec::new();
        let text = Text::default();
        text.write(sample, &analysis, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Written anew when UPDATE_DOCS is set.
    #[test]
    fn the_page_on_how_to_read_it_shows_what_is_printed() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reading.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = page.split_once("```text\n").unwrap();
        let (shown, after) = rest.split_once("```\n").unwrap();
        let printed = report("chromium-loss.pcapng");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let page = format!("{before}```text\n{printed}```\n{after}");
            std::fs::write(&path, page).unwrap();
        } else {
            assert_eq!(shown, printed, "UPDATE_DOCS=1 cargo test --lib writes it");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_report_may_be() {
        for sample in [
            "chromium-loss.pcapng",
            "turn-relay.pcapng",
            "wrong-fingerprint.pcapng",
            "plain-opus-h264.pcapng",
            "ice-blocked.pcapng",
        ] {
            for line in report(sample).lines() {
                assert!(line.chars().count() <= fold::WIDTH, "{sample}: {line}");
            }
        }
    }
}
