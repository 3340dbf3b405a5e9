//! `rtcscope timeline`: captures in, ladders out.

use super::Exit;
use super::knowledge::{Knowledge, no_capture};
use super::reports::Reports;
use crate::analysis::{Analysis, ConnectionId, Options};
use crate::output::timeline::{Clock, Selection, Text};
use crate::output::{Presenter, json};
use crate::time::Span;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

/// Columns where the output is no terminal.
const WIDTH: u16 = 100;
/// No clock of a capture runs further from its start.
const SECONDS_MAX: f64 = 9e9;

const EXAMPLES: &str = "\
Examples:
  rtcscope timeline call.pcapng
  rtcscope timeline --connection 2 --from 12.5 --to 14 call.pcapng
  rtcscope timeline --clock capture a.pcap b.pcap | less
  rtcscope timeline --format ndjson call.pcapng | jq -r 'select(.event) | [.time, .message] | @tsv'

A line is: seconds since the start, time since the event before, number of the packet, from whom to
whom, protocol, what happened. Events alike that follow each other between the same two sockets are
one line with their count; the time of the line below is since the last of them. `:51322` is the
port, where two hosts use several.

The JSON follows a schema: rtcscope schema timeline";

/// What `timeline` takes.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct TimelineArgs {
    /// Captures to read; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "sdp")]
    pub files: Vec<PathBuf>,

    /// Only the connection of this number, as `stats` numbers them
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub connection: Option<u32>,

    /// Only events at this time or later, in seconds as shown
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub from: Option<Span>,

    /// Only events at this time or earlier, in seconds as shown
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub to: Option<Span>,

    /// Whose first packet is time zero, also for --from and --to
    #[arg(long, value_enum, value_name = "WHOSE", default_value_t)]
    pub clock: ClockChoice,

    #[command(flatten)]
    pub knowledge: Knowledge,

    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,

    /// Columns of the text; else those of the terminal, or 100
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..=1000))]
    pub width: Option<u16>,
}

/// Whose first packet is time zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ClockChoice {
    /// Each connection's own
    #[default]
    Connection,
    /// The capture's
    Capture,
}

/// How `timeline` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A ladder, for people
    #[default]
    Text,
    /// One document per capture; times are the capture's
    Json,
    /// One object per line: each connection, then its events
    Ndjson,
}

pub(super) fn run(
    args: &TimelineArgs,
    color: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    if args.from.zip(args.to).is_some_and(|(from, to)| from > to) {
        writeln!(err, "error: --from is later than --to")?;
        return Ok(Exit::Usage);
    }
    let (files, told) = args.knowledge.captures(&args.files);
    if files.is_empty() {
        return no_capture(err);
    }
    let (known, exit) = told.read(err)?;
    if exit == Exit::Usage {
        return Ok(exit);
    }
    let mut options = Options::default();
    known.tell(&mut options);
    let reports = Reports {
        presenter: presenter(args, color),
        is_text: args.format == Format::Text,
        options,
        refuse: &|analysis| missing(args.connection?, analysis),
    };
    reports.write(&files, exit, out, err)
}

/// What to say when there is no connection of this number.
pub(super) fn missing(id: u32, analysis: &Analysis) -> Option<String> {
    let all = &analysis.connections;
    if all.iter().any(|c| c.id == ConnectionId(id)) {
        return None;
    }
    Some(match all.len() {
        0 => format!("no connection {id}: the capture has none"),
        1 => format!("no connection {id}: the capture has only connection 1"),
        n => format!("no connection {id}: the capture has connections 1 to {n}"),
    })
}

fn presenter(args: &TimelineArgs, color: bool) -> Box<dyn Presenter> {
    let selection = Selection {
        connection: args.connection.map(ConnectionId),
        from: args.from,
        to: args.to,
        clock: match args.clock {
            ClockChoice::Connection => Clock::Connection,
            ClockChoice::Capture => Clock::Capture,
        },
    };
    match args.format {
        Format::Text => Box::new(Text {
            color,
            width: args.width.unwrap_or_else(width).into(),
            selection,
        }),
        Format::Json | Format::Ndjson => Box::new(json::Timeline {
            lines: args.format == Format::Ndjson,
            selection,
        }),
    }
}

/// The terminal's columns.
fn width() -> u16 {
    #[cfg(feature = "tui")]
    if io::IsTerminal::is_terminal(&io::stdout())
        && let Ok((columns @ 40.., _)) = crossterm::terminal::size()
    {
        return columns;
    }
    WIDTH
}

/// Reads seconds: `12`, `0.25`, `-1`.
fn seconds(text: &str) -> Result<Span, String> {
    let number: f64 = text
        .parse()
        .map_err(|_| "a number of seconds, as 12.5".to_owned())?;
    if !(-SECONDS_MAX..=SECONDS_MAX).contains(&number) {
        return Err("no such time".to_owned());
    }
    Ok(Span::from_nanos((number * 1e9).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read() {
        assert_eq!(seconds("12.5").unwrap(), Span::from_millis(12_500));
        assert_eq!(seconds("-1").unwrap(), Span::from_millis(-1_000));
        for bad in ["", "1s", "NaN", "inf", "1e300"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
