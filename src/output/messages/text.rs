//! Messages for people: a line each.
//!
//! `   4.012345  A  chat                    60.0 kB  "the beginning of it…"`

use super::Told;
use crate::analysis::model::{Connection, GivenUp, Incomplete, Message, MessageKind, Side};
use crate::analysis::{Analysis, ConnectionId};
use crate::chars::steers;
use crate::output::printable;
use crate::output::text::style::{Style, size};
use std::fmt::Write as _;
use std::io;

/// Characters of text shown, if not all are asked for.
const TEXT_MAX: usize = 72;
/// Bytes shown in hexadecimal, if not all are asked for.
const HEX_MAX: usize = 24;
/// Columns of a channel's name.
const CHANNEL_WIDTH: usize = 16;

/// How messages are printed for people.
pub(super) struct Text<'a> {
    analysis: &'a Analysis,
    style: Style,
    full: bool,
    several: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(analysis: &'a Analysis, color: bool, full: bool) -> Self {
        let with_channels =
            |c: &&Connection| c.data_channels.value().is_some_and(|d| !d.is_empty());
        Self {
            analysis,
            style: Style(color),
            full,
            several: analysis.connections.iter().filter(with_channels).count() > 1,
        }
    }

    pub(super) fn write(
        &self,
        messages: &mut dyn Iterator<Item = Told>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let mut named: Vec<ConnectionId> = Vec::new();
        for told in messages {
            if !named.contains(&told.connection) {
                self.heading(told.connection, out)?;
                named.push(told.connection);
            }
            self.line(&told, out)?;
        }
        Ok(())
    }

    /// `connection 1: A is 10.77.1.2:45560, B is 10.77.1.3:34051`
    fn heading(&self, id: ConnectionId, out: &mut dyn io::Write) -> io::Result<()> {
        let connection = self.analysis.connections.iter().find(|c| c.id == id);
        let Some(sctp) = connection.and_then(|c| c.sctp.value()) else {
            return Ok(());
        };
        let address = |side| sctp.sides.of(side).address.value();
        let ends = match (address(Side::A), address(Side::B)) {
            (Some(a), Some(b)) => format!("A is {a}, B is {b}"),
            (Some(a), None) => format!("A is {a}"),
            (None, Some(b)) => format!("B is {b}"),
            (None, None) => "no addresses; A sent the first packet".to_owned(),
        };
        let line = format!("connection {}: {ends}", id.0);
        writeln!(out, "{}", self.style.bold(&line))
    }

    fn line(&self, told: &Told, out: &mut dyn io::Write) -> io::Result<()> {
        let message = &told.message;
        let at = self.analysis.capture.seconds_at(message.last.1);
        let connection = match self.several {
            true => format!("{:>3}  ", told.connection.0),
            false => String::new(),
        };
        let from = message.from.name().to_uppercase();
        let channel = channel(message);
        let size = size(message.bytes.len() as u64);
        let content = self.content(message);
        let lacking = message.whole.incomplete().map(lacking);
        let lacking = lacking.map_or_else(String::new, |l| format!("  ({l})"));
        let lacking = self.style.warn(&lacking);
        let time = self.style.dim(&format!("{at:>11.6}"));
        writeln!(
            out,
            "{time}  {connection}{from}  {channel:<CHANNEL_WIDTH$}  {size:>8}  {content}{lacking}"
        )
    }

    fn content(&self, message: &Message) -> String {
        if let Some(control) = &message.control {
            return printable(&control.words()).into_owned();
        }
        match message.kind {
            MessageKind::String { goes_on } => {
                let max = if self.full { usize::MAX } else { TEXT_MAX };
                let mut out = quoted(&message.bytes, max);
                if goes_on {
                    out.push_str(" (goes on in the next)");
                }
                out
            }
            MessageKind::Other(protocol) => {
                format!("payload protocol {protocol}: {}", self.hex(&message.bytes))
            }
            _ => self.hex(&message.bytes),
        }
    }

    fn hex(&self, bytes: &[u8]) -> String {
        let max = if self.full { usize::MAX } else { HEX_MAX };
        let mut out = String::new();
        for (i, byte) in bytes.iter().take(max).enumerate() {
            let _ = write!(out, "{}{byte:02x}", if i == 0 { "" } else { " " });
        }
        if bytes.len() > max {
            out.push_str(" …");
        }
        if bytes.is_empty() {
            out.push_str("(empty)");
        }
        out
    }
}

/// The channel's label, or its stream where it has none; shortened.
fn channel(message: &Message) -> String {
    let label = message.label.as_deref().filter(|label| !label.is_empty());
    let Some(label) = label else {
        return format!("stream {}", message.stream);
    };
    let label = printable(label);
    if label.chars().count() <= CHANNEL_WIDTH {
        return label.into_owned();
    }
    let short = label.chars().take(CHANNEL_WIDTH - 1);
    short.chain(['…']).collect()
}

/// Text between quotation marks, with escapes for what must not reach a terminal.
fn quoted(bytes: &[u8], max: usize) -> String {
    let mut out = String::from("\"");
    let mut shown = 0;
    for part in bytes.utf8_chunks() {
        for c in part.valid().chars() {
            if shown == max {
                return out + "\"…";
            }
            shown += 1;
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if steers(c) => out.extend(c.escape_unicode()),
                c => out.push(c),
            }
        }
        for byte in part.invalid() {
            if shown == max {
                return out + "\"…";
            }
            shown += 1;
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out + "\""
}

/// What is missing of a message: `incomplete: abandoned, 2 fragments missing`.
fn lacking(incomplete: &Incomplete) -> String {
    let mut words = vec![
        match incomplete.why {
            GivenUp::Cut => "cut",
            GivenUp::Abandoned => "abandoned by its sender",
            GivenUp::Ended => "never completed",
            GivenUp::NoRoom => "too much waited for its rest",
        }
        .to_owned(),
    ];
    for (is_missing, what) in [
        (incomplete.no_start, "its start is missing"),
        (incomplete.no_end, "its end is missing"),
    ] {
        if is_missing {
            words.push(what.to_owned());
        }
    }
    for (n, one, many) in [
        (incomplete.missing_fragments, "fragment", "fragments"),
        (incomplete.missing_bytes, "byte", "bytes"),
    ] {
        match n {
            0 => {}
            1 => words.push(format!("1 {one} missing")),
            n => words.push(format!("{n} {many} missing")),
        }
    }
    format!("incomplete: {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_peers_wrote_cannot_steer_a_terminal() {
        assert_eq!(quoted(b"a\"b\\c\n\x1b[2J", 99), r#""a\"b\\c\n\u{1b}[2J""#);
        assert_eq!(quoted("\u{202e}x".as_bytes(), 99), "\"\\u{202e}x\"");
        assert_eq!(quoted(b"\xff\xc3ok", 99), r#""\xff\xc3ok""#);
        assert_eq!(quoted("über".as_bytes(), 2), "\"üb\"…");
        assert_eq!(quoted(b"ab", 2), "\"ab\"");
    }

    #[test]
    fn what_is_missing_is_said() {
        let incomplete = Incomplete {
            why: GivenUp::Abandoned,
            no_start: true,
            no_end: false,
            missing_fragments: 2,
            missing_bytes: 1,
        };
        assert_eq!(
            lacking(&incomplete),
            "incomplete: abandoned by its sender, its start is missing, 2 fragments missing, \
             1 byte missing"
        );
    }
}
