//! `rtcscope messages`: captures in, the messages of their data channels out.
//!
//! A capture is read twice: what connection a message belongs to, and what keys there are, is known
//! for certain at the end only.

use super::Exit;
use super::knowledge::{Knowledge, no_capture};
use super::twice::Twice;
use crate::analysis::model::{Connection, DataChannel, Message, MessageKind};
use crate::analysis::{Analysis, Analyzer, ConnectionId, Options, Unknown};
use crate::capture::Capture;
use crate::output::messages::{Channel, Form, Kind, Selection, Sender, Teller, Told};
use crate::output::printable;
use clap::{Args, ValueEnum};
use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Channels named when the one asked for is not there.
const NAMED_MAX: usize = 8;

const EXAMPLES: &str = "\
Examples:
  rtcscope messages --keylog keys.txt call.pcapng
  rtcscope messages --channel chat --from A call.pcapng
  rtcscope messages --type binary --out messages/ call.pcapng
  rtcscope messages --format ndjson call.pcapng | jq -r 'select(.text) | [.time, .from, .text] | @tsv'

A line is: seconds since the capture's first packet at which the message was complete, who sent it,
the channel, bytes, the content. Control characters are escaped. Of data channels in DTLS, which all
browsers use, only who has the keys can read messages.

The JSON follows a schema: rtcscope schema messages";

/// What `messages` takes.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct MessagesArgs {
    /// Captures to read; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "sdp")]
    pub files: Vec<PathBuf>,

    /// Only on the channel with this label or stream identifier
    #[arg(long, value_name = "LABEL|ID")]
    pub channel: Option<String>,

    /// Only of the connection of this number, as `stats` numbers them
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub connection: Option<u32>,

    /// Only what this end sent: A, B, its address or its address:port
    #[arg(long, value_name = "END")]
    pub from: Option<Sender>,

    /// Only text, or only bytes
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub kind: Option<KindChoice>,

    /// Also the control messages that open channels
    #[arg(long)]
    pub dcep: bool,

    /// Print contents whole, however long (text)
    #[arg(long)]
    pub full: bool,

    /// Also write each content to a file of its own in this folder, which is made if need be
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// How to print
    #[arg(long, short, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,

    #[command(flatten)]
    pub knowledge: Knowledge,
}

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum KindChoice {
    /// Text
    String,
    /// Bytes
    Binary,
}

/// How `messages` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A line each, for people
    #[default]
    Text,
    /// One document per capture
    Json,
    /// One object per line: capture, connections, messages
    Ndjson,
}

pub(super) fn run(
    args: &MessagesArgs,
    color: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let (files, told) = args.knowledge.captures(&args.files);
    if files.is_empty() {
        return no_capture(err);
    }
    if args.out.is_some() && files.len() > 1 {
        writeln!(err, "error: --out takes one capture at a time")?;
        return Ok(Exit::Usage);
    }
    if let Some(dir) = &args.out
        && let Err(error) = fs::create_dir_all(dir)
    {
        let name = dir.display().to_string();
        writeln!(err, "error: {}: {error}", printable(&name))?;
        return Ok(Exit::Unreadable);
    }
    let (known, mut exit) = told.read(err)?;
    let mut options = Options::default();
    known.tell(&mut options);
    let command = Command {
        args,
        color,
        options,
        named: files.len() > 1,
    };
    for file in &files {
        let of_file = command.file(file, out, err)?;
        if of_file == Exit::Unreadable || exit == Exit::Ok {
            exit = of_file;
        }
    }
    Ok(exit)
}

/// What is done with each capture.
struct Command<'a> {
    args: &'a MessagesArgs,
    color: bool,
    options: Options,
    /// Whether each is named, because there are several.
    named: bool,
}

impl Command<'_> {
    fn file(&self, file: &Path, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Exit> {
        let name = file.display().to_string();
        let shown = printable(&name);
        let opened = Twice::open(file).and_then(|twice| twice.analyse(self.options.clone()));
        let (analysis, capture, options) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                writeln!(err, "error: {shown}: {error}")?;
                return Ok(Exit::Unreadable);
            }
        };
        for p in &analysis.capture.problems {
            writeln!(err, "warning: {shown}: {}", p.problem.message)?;
        }
        if let Some(why) = self.refuse(&analysis) {
            writeln!(err, "error: {shown}: {why}")?;
            return Ok(Exit::Usage);
        }
        if self.named && self.args.format == Format::Text {
            writeln!(out, "{shown}:")?;
        }
        let no_keys = options.secrets.is_empty();
        let (form, selection) = (self.form(), self.selection());
        let mut teller = Teller::new(&analysis);
        let mut shown_count = 0u64;
        let mut failure = None;
        let mut messages = Reading::new(capture, options)
            .filter_map(|message| teller.tell(message))
            .filter(|told| selection.admits(told))
            .map_while(|told| {
                shown_count += 1;
                match self.args.out.as_deref().map(|dir| write_body(dir, &told)) {
                    Some(Err(why)) => {
                        failure = Some(why);
                        None
                    }
                    _ => Some(told),
                }
            });
        form.write(&name, &analysis, &mut messages, out)?;
        drop(messages);
        if let Some(why) = failure {
            writeln!(err, "error: {why}")?;
            return Ok(Exit::Unreadable);
        }
        if shown_count == 0 {
            let why = match teller.count() {
                0 => why_none(&analysis, no_keys),
                n => format!("the capture has {n}, and none fits what was asked for"),
            };
            writeln!(err, "warning: {shown}: no messages: {why}")?;
        }
        Ok(Exit::Ok)
    }

    fn form(&self) -> Form {
        match self.args.format {
            Format::Text => Form::Text {
                color: self.color,
                full: self.args.full,
            },
            Format::Json => Form::Json,
            Format::Ndjson => Form::NdJson,
        }
    }

    fn selection(&self) -> Selection {
        Selection {
            connection: self.args.connection.map(ConnectionId),
            channel: self.args.channel.clone().map(Channel),
            from: self.args.from,
            kind: self.args.kind.map(|kind| match kind {
                KindChoice::String => Kind::String,
                KindChoice::Binary => Kind::Binary,
            }),
            control: self.args.dcep,
        }
    }

    /// Why nothing can be printed: what is asked for is not in the capture.
    fn refuse(&self, analysis: &Analysis) -> Option<String> {
        let wanted = self.args.connection;
        if let Some(why) = wanted.and_then(|id| super::timeline::missing(id, analysis)) {
            return Some(why);
        }
        let asked = Channel(self.args.channel.clone()?);
        let of_wanted = |c: &&Connection| wanted.is_none_or(|id| c.id == ConnectionId(id));
        let connections = analysis.connections.iter().filter(of_wanted);
        let channels = connections
            .filter_map(|c| c.data_channels.value())
            .flatten();
        let all: Vec<&DataChannel> = channels.collect();
        let is = |c: &&DataChannel| asked.is(c.stream, c.label.value().map(String::as_str));
        // Where there are none at all, the reason says more.
        if all.is_empty() || all.iter().any(is) {
            return None;
        }
        let name = |c: &&DataChannel| match c.label.value() {
            Some(label) => format!("{} \"{}\"", c.stream, printable(label)),
            None => c.stream.to_string(),
        };
        let mut names: Vec<String> = all.iter().take(NAMED_MAX).map(name).collect();
        if all.len() > NAMED_MAX {
            names.push(format!("{} more", all.len() - NAMED_MAX));
        }
        let asked = printable(&asked.0);
        Some(format!(
            "no data channel {asked}: there are {}",
            names.join(", ")
        ))
    }
}

/// The messages of a capture, in order of completion.
struct Reading {
    capture: Capture,
    analyzer: Analyzer,
    ready: VecDeque<Message>,
    ended: bool,
}

impl Reading {
    fn new(capture: Capture, options: Options) -> Self {
        let options = Options {
            messages: true,
            ..options
        };
        Self {
            analyzer: Analyzer::of(&capture, options),
            capture,
            ready: VecDeque::new(),
            ended: false,
        }
    }
}

impl Iterator for Reading {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        while self.ready.is_empty() && !self.ended {
            let messages = match self.capture.next_frame() {
                Some(frame) => {
                    self.analyzer.push(&frame);
                    self.analyzer.messages()
                }
                None => {
                    self.ended = true;
                    self.analyzer.last_messages()
                }
            };
            self.ready.extend(messages.iter().cloned());
        }
        self.ready.pop_front()
    }
}

/// Why a capture has no messages, in words.
fn why_none(analysis: &Analysis, no_keys: bool) -> String {
    let connections = &analysis.connections;
    let has = |why| connections.iter().any(|c| c.sctp.reason() == Some(why));
    let why = if connections.iter().any(|c| c.sctp.value().is_some()) {
        "nothing was sent on its data channels"
    } else if has(Unknown::Encrypted) && no_keys {
        "what DTLS carries is encrypted, and no keys were given (--keylog)"
    } else if has(Unknown::Encrypted) {
        "what DTLS carries is encrypted, and the keys given open none of it"
    } else if connections.is_empty() {
        "no connection was found"
    } else {
        "no SCTP was found, and so no data channels"
    };
    why.to_owned()
}

/// Writes a message's content to a file of its own; what went wrong, in words.
fn write_body(dir: &Path, told: &Told) -> Result<(), String> {
    let message = &told.message;
    let extension = match message.kind {
        MessageKind::String { .. } => "txt",
        _ => "bin",
    };
    let name = format!(
        "{:06}-c{}-s{}-{}.{extension}",
        told.index,
        told.connection.0,
        message.stream,
        message.from.name()
    );
    let path = dir.join(name);
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(&message.bytes));
    written.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AlreadyExists => "it exists already".to_owned(),
            _ => error.to_string(),
        };
        format!("{}: {why}", printable(&path.display().to_string()))
    })
}
