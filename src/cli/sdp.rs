//! `rtcscope sdp`: what a session description says, in plain words; `rtcscope sdp diff`: what is
//! different in another one, by what it means.
//!
//! Exit codes: 0 done, for `diff` no difference; 1 a difference; 3 an input that could not be read
//! or held no description.

use super::lint::inputs::{self, Input, Unreadable};
use crate::diag::commands::broken;
use crate::diag::secrets::hidden;
use crate::hosts::Found;
use crate::meaning::diff::{Change, changes};
use crate::meaning::{Meaning, lines, words};
use crate::output::printable;
use crate::sdp::Description;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rtcscope sdp offer.sdp                  what it offers, section by section
  rtcscope sdp --lines offer.sdp          each line, explained
  rtcscope sdp --format json offer.sdp
  rtcscope sdp diff old.sdp new.sdp       what has changed, whatever lines have moved
  xclip -o | rtcscope sdp

Whatever `rtcscope lint` reads can be read: JSON, logs, dumps of webrtc-internals. One description of
several is named by a # and a part of where it is: rtcscope sdp diff dump.json#/3/ dump.json#/9/

What is wrong with a description says rtcscope lint.";

/// Arguments of `rtcscope sdp`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct SdpArgs {
    /// Another thing to do.
    #[command(subcommand)]
    pub command: Option<SdpCommand>,
    /// Files with descriptions; - for standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print each line and what it is for
    #[arg(long)]
    pub lines: bool,
    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: SdpFormat,
}

/// What else `rtcscope sdp` does.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum SdpCommand {
    /// Say what is different in another description, by what it means
    Diff(DiffArgs),
}

/// Arguments of `rtcscope sdp diff`.
#[derive(Clone, Debug, clap::Args)]
pub struct DiffArgs {
    /// How it was
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// How it is
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: SdpFormat,
}

/// How to print what descriptions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SdpFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document a description
    Json,
}

#[derive(Serialize)]
struct JsonMeaning<'a> {
    schema: &'static str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(flatten)]
    meaning: &'a Meaning,
}

#[derive(Serialize)]
struct JsonDiff<'a> {
    schema: &'static str,
    before: &'a str,
    after: &'a str,
    changes: &'a [Change],
}

/// Runs `rtcscope sdp` and says with which code to exit.
///
/// # Errors
/// What the output could not take; a closed pipe is not an error.
pub fn run(args: &SdpArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let result = match &args.command {
        Some(SdpCommand::Diff(args)) => diff(args, out, err),
        None => tell(args, out, err),
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        result => result,
    }
}

fn tell(args: &SdpArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let mut files = args.files.clone();
    if files.is_empty() {
        if io::stdin().is_terminal() {
            writeln!(err, "error: name a file, or - for standard input")?;
            return Ok(2);
        }
        files.push("-".into());
    }
    let mut code = 0;
    let mut told = 0;
    for file in &files {
        let (input, wanted) = match open(file) {
            Ok(input) => input,
            Err(Unreadable { name, reason, .. }) => {
                writeln!(err, "error: {name}: {reason}")?;
                code = 3;
                continue;
            }
        };
        let several = files.len() > 1 || chosen(&input, wanted.as_deref()).count() > 1;
        for found in chosen(&input, wanted.as_deref()) {
            tell_one(args, &input, found, several, told > 0, out)?;
            told += 1;
        }
    }
    Ok(code)
}

fn tell_one(
    args: &SdpArgs,
    input: &Input,
    found: &Found,
    several: bool,
    follows: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (text, range) = input.text_of(found);
    let description = Description::parse(text.get(range).unwrap_or_default());
    let meaning = Meaning::of(&description).said_as(found.role);
    if args.format == SdpFormat::Json {
        let json = JsonMeaning {
            schema: "rtcscope.sdp/1",
            path: &input.name,
            pointer: found.pointer.as_deref(),
            meaning: &meaning,
        };
        serde_json::to_writer_pretty(&mut *out, &json)?;
        return writeln!(out);
    }
    if follows {
        writeln!(out)?;
    }
    if several {
        writeln!(out, "== {}", input.name_of(found))?;
    }
    if args.lines {
        return tell_lines(&description, out);
    }
    write!(out, "{}", words::describe(&meaning))
}

/// Each line, with what it is for under it.
fn tell_lines(description: &Description<'_>, out: &mut dyn Write) -> io::Result<()> {
    /// Longer lines are cut: what they are is said at their beginning.
    const SHOWN: usize = 160;
    let mut before = None;
    for (line, explanation) in lines::explained(description) {
        let text = String::from_utf8_lossy(line.text().bytes());
        let text = hidden(&text);
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        writeln!(out, "{}", broken(&printable(&shown)))?;
        // Of lines of a kind only the last is followed by what they are for.
        let words = match explanation {
            Some(e) => format!("    {} ({})", e.words, e.spec),
            None if line.text().is_empty() => continue,
            None if line.letter() == Some(b'a') => {
                "    an attribute that is not known here".to_owned()
            }
            None => "    no line of SDP".to_owned(),
        };
        if before.as_ref() != Some(&words) {
            writeln!(out, "{words}")?;
        }
        before = Some(words);
    }
    Ok(())
}

fn diff(args: &DiffArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let mut meanings = Vec::new();
    for file in [&args.before, &args.after] {
        let opened = open(file).and_then(|(input, wanted)| {
            let only = chosen(&input, wanted.as_deref()).next();
            let Some(found) = only else {
                let reason = "no description there".to_owned();
                return Err(Unreadable {
                    name: input.name,
                    reason,
                    holds_nothing: true,
                });
            };
            let (text, range) = input.text_of(found);
            let description = Description::parse(text.get(range).unwrap_or_default());
            let meaning = Meaning::of(&description).said_as(found.role);
            let more = input.found.len() - 1;
            Ok((
                input.name_of(found),
                meaning,
                more.min(usize::from(wanted.is_none()) * more),
            ))
        });
        match opened {
            Ok((name, meaning, more)) => {
                if more > 0 {
                    writeln!(
                        err,
                        "note: {name} is the first of {} descriptions there",
                        more + 1
                    )?;
                }
                meanings.push((name, meaning));
            }
            Err(Unreadable { name, reason, .. }) => {
                writeln!(err, "error: {name}: {reason}")?;
                return Ok(3);
            }
        }
    }
    let [(before, old), (after, new)] = meanings.as_slice() else {
        return Ok(3);
    };
    let changes = changes(old, new);
    match args.format {
        SdpFormat::Json => {
            let json = JsonDiff {
                schema: "rtcscope.sdp-diff/1",
                before,
                after,
                changes: &changes,
            };
            serde_json::to_writer_pretty(&mut *out, &json)?;
            writeln!(out)?;
        }
        SdpFormat::Text => tell_changes(&changes, out)?,
    }
    Ok(u8::from(!changes.is_empty()))
}

fn tell_changes(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    if changes.is_empty() {
        return writeln!(out, "they mean the same");
    }
    let mut place = "";
    for change in changes {
        if change.place != place {
            place = &change.place;
            writeln!(out, "{place}")?;
        }
        let what = &change.what;
        match (&change.before, &change.after) {
            (Some(was), Some(is)) => writeln!(out, "  ~ {what}: {was} → {is}")?,
            (Some(was), None) => writeln!(out, "  - {what}: {was}")?,
            (None, Some(is)) => writeln!(out, "  + {what}: {is}")?,
            (None, None) => {}
        }
    }
    Ok(())
}

/// Opens `FILE` or `FILE#PART`.
fn open(path: &Path) -> Result<(Input, Option<String>), Unreadable> {
    if !path.exists()
        && let Some((file, part)) = path.to_str().and_then(|p| p.split_once('#'))
    {
        return inputs::read_file(Path::new(file)).map(|input| (input, Some(part.to_owned())));
    }
    if path.as_os_str() == "-" {
        return inputs::read_stdin("<stdin>").map(|input| (input, None));
    }
    inputs::read_file(path).map(|input| (input, None))
}

/// The descriptions whose place contains `part`; all when nothing is wanted.
fn chosen<'i>(input: &'i Input, part: Option<&'i str>) -> impl Iterator<Item = &'i Found> {
    input.found.iter().filter(move |found| {
        part.is_none_or(|part| found.pointer.as_ref().is_some_and(|p| p.contains(part)))
    })
}
