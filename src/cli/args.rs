//! What can be said on the command line.

use super::color::Color;
use super::knowledge::Knowledge;
use super::{decrypt, explain, extract, lint, messages, sdp, timeline};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rtcscope call.pcapng                     look around in a capture
  rtcscope stats call.pcapng               print connections and streams
  rtcscope timeline call.pcapng            print how each connection came up
  rtcscope stats call.pcapng --keylog keys.txt      with what is inside DTLS and SRTP
  rtcscope messages call.pcapng --keylog keys.txt   print what data channels carried
  rtcscope decrypt call.pcapng --keylog keys.txt -o clear.pcapng
  rtcscope extract call.pcapng --keylog keys.txt --out media
  rtcscope stats --format json call.pcapng | jq '.streams[] | {ssrc, packetsLost, jitter}'
  tcpdump -i any -w - udp | rtcscope stats -
  rtcscope lint offer.sdp answer.sdp       check session descriptions
  rtcscope explain SDP203                  what a rule means, and why

Exit codes: 0 done, 1 lint found errors, 2 bad usage, 3 an input could not be read.";

/// Point it at a packet capture: it finds the WebRTC calls.
///
/// Decodes STUN, DTLS, SRTP, RTP and RTCP, groups packets into connections and streams, and
/// measures loss, jitter and bitrate. With keys (a key log, SDES, or by hand) it reads what is encrypted,
/// too. Without a command, FILE opens in the terminal UI, or is
/// reported as text when the output is not a terminal.
#[derive(Debug, Parser)]
#[command(name = "rtcscope", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    /// Captures to open: pcap or pcapng, also gz, zst or lz4; rtpdump files, Janus recordings (.mjr) and
    /// logs with RTP_DUMP lines; `-` is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub knowledge: Knowledge,

    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    pub color: Color,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look around in a capture: connections, streams, charts, packets
    #[cfg(feature = "tui")]
    Tui(super::tui::TuiArgs),
    /// Measure captures: connections, streams, loss, jitter, bitrate
    Stats(StatsArgs),
    /// Tell how each connection came up and what happened on it, in order of time
    Timeline(timeline::TimelineArgs),
    /// Print the messages of data channels
    Messages(messages::MessagesArgs),
    /// Write media and data channels in clear, as a capture that Wireshark reads
    Decrypt(decrypt::DecryptArgs),
    /// Write the media of each stream as a file that plays
    Extract(extract::ExtractArgs),
    /// Check session descriptions (SDP) for mistakes
    Lint(Box<lint::LintArgs>),
    /// Say what session descriptions (SDP) mean, in plain words; compare two
    Sdp(sdp::SdpArgs),
    /// Explain a lint rule by its code or name
    Explain(explain::ExplainArgs),
    /// List the lint rules
    Rules(explain::RulesArgs),
    /// Print the JSON Schema of an output format
    Schema(SchemaArgs),
    /// Print a shell completion script
    Completions(CompletionsArgs),
    /// Print a manual page, in roff
    Man(ManArgs),
}

const STATS_EXAMPLES: &str = "\
Examples:
  rtcscope stats call.pcapng
  rtcscope stats --format json call.pcapng > call.json
  rtcscope stats --format csv *.pcap
  rtcscope stats --format json --series 500ms call.pcapng
  rtcscope stats call.pcapng --sdp offer.sdp answer.sdp
  rtcscope stats call.pcapng --keylog keys.txt

The JSON follows a schema: rtcscope schema stats";

#[derive(Args, Debug)]
#[command(after_help = STATS_EXAMPLES)]
pub(super) struct StatsArgs {
    /// Captures to measure; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "sdp")]
    pub files: Vec<PathBuf>,

    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,

    /// Add arrays over time to each stream, in steps of WIDTH: 100ms, 1s, 1m (json, ndjson)
    #[arg(long, value_name = "WIDTH", value_parser = width)]
    pub series: Option<crate::time::Span>,

    #[command(flatten)]
    pub knowledge: Knowledge,
}

impl StatsArgs {
    pub(super) fn for_files(files: &[PathBuf], knowledge: &Knowledge) -> Self {
        Self {
            files: files.to_vec(),
            format: Format::Text,
            series: None,
            knowledge: knowledge.clone(),
        }
    }
}

/// How `stats` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// One document per capture
    Json,
    /// One object per line: capture, connections, streams
    Ndjson,
    /// The streams as a table
    Csv,
}

#[derive(Args, Debug)]
pub(super) struct SchemaArgs {
    /// Which schema
    #[arg(value_enum)]
    pub which: Schema,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Schema {
    /// Of `stats --format json`
    Stats,
    /// Of `timeline --format json`
    Timeline,
    /// Of `messages --format json`
    Messages,
    /// Of the manifest that `extract` writes
    Manifest,
    /// Of `sdp --format json`
    Sdp,
    /// Of `lint --format json` and `jsonl`
    Lint,
}

#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// Of this command; of rtcscope itself when left out
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// The command that `word` may have been meant to be: one slip of the keyboard away.
pub(super) fn meant(word: &str) -> Option<String> {
    let names = command();
    let mut names = names.get_subcommands().map(|c| c.get_name().to_owned());
    names.find(|name| is_one_slip(word, name))
}

/// Whether one letter more, less, other or swapped makes `a` to `b`.
fn is_one_slip(a: &str, b: &str) -> bool {
    let same_start = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let same_end = a
        .bytes()
        .rev()
        .zip(b.bytes().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    match long - short {
        0 if a == b => false,
        0 => {
            let differing = long.saturating_sub(same_start + same_end);
            let swapped = |s: &str| {
                let mut two = s.bytes().skip(same_start).take(2).collect::<Vec<_>>();
                two.sort_unstable();
                two
            };
            differing <= 1 || (differing == 2 && swapped(a) == swapped(b))
        }
        1 => same_start + same_end >= short,
        _ => false,
    }
}

/// Writes the short help, for a call without arguments.
pub(super) fn help(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}", Cli::command().render_help())
}

/// The whole command, for completions and the manual page.
pub(super) fn command() -> clap::Command {
    Cli::command()
}

/// Reads a width of time: a number with `ms`, `s` or `m`.
fn width(text: &str) -> Result<crate::time::Span, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let scale = match unit {
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        _ => return Err("a number with ms, s or m, as 500ms".to_owned()),
    };
    let number: f64 = digits
        .parse()
        .map_err(|_| format!("`{digits}` is not a number"))?;
    let ns = number * scale;
    if !(1e6..=86_400e9).contains(&ns) {
        return Err("from 1ms to 1440m".to_owned());
    }
    Ok(crate::time::Span::from_nanos(ns as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn a_slip_of_the_keyboard_is_understood() {
        for (typed, meant_command) in [
            ("stat", "stats"),
            ("lnt", "lint"),
            ("satts", "stats"),
            ("explian", "explain"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(meant_command), "{typed}");
        }
        for other in ["stats", "call", "s", "", "é"] {
            assert_eq!(meant(other), None, "{other}");
        }
    }

    #[test]
    fn widths() {
        assert_eq!(width("500ms").unwrap().nanos(), 500_000_000);
        assert_eq!(width("0.5s").unwrap().nanos(), 500_000_000);
        assert_eq!(width("2m").unwrap().nanos(), 120_000_000_000);
        for bad in ["", "5", "s", "0s", "-1s", "1h", "1e99s", "NaNs"] {
            assert!(width(bad).is_err(), "{bad}");
        }
    }
}
