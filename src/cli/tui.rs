//! `rtcscope tui FILE`, and `rtcscope FILE` on a terminal.

use super::Exit;
use super::knowledge::{Knowledge, no_capture};
use crate::capture::OpenError;
use crate::tui::{Glyphs, Input, Options, run as run_tui};
use clap::{Args, ValueEnum};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

/// What `tui` takes.
#[derive(Args, Debug)]
pub(super) struct TuiArgs {
    /// Capture to open: pcap or pcapng, also gz, zst or lz4; `-` is standard input
    #[arg(value_name = "FILE", required_unless_present = "sdp")]
    pub file: Option<PathBuf>,

    /// Which characters charts are drawn with
    #[arg(long, value_enum, value_name = "SET", default_value_t)]
    pub glyphs: GlyphChoice,

    /// Leave the mouse to the terminal, for selecting text
    #[arg(long)]
    pub no_mouse: bool,

    #[command(flatten)]
    pub knowledge: Knowledge,
}

impl TuiArgs {
    /// The defaults for one file.
    pub(super) fn for_file(file: &std::path::Path, knowledge: &Knowledge) -> Self {
        Self {
            file: Some(file.to_path_buf()),
            glyphs: GlyphChoice::default(),
            no_mouse: false,
            knowledge: knowledge.clone(),
        }
    }
}

/// Which characters charts are drawn with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum GlyphChoice {
    /// Braille where the locale is UTF-8, else ASCII
    #[default]
    Auto,
    /// Braille dots: the finest
    Braille,
    /// Block elements
    Block,
    /// ASCII only
    Ascii,
}

/// Opens the terminal interface.
pub(super) fn run(args: &TuiArgs, color: bool, err: &mut dyn Write) -> io::Result<Exit> {
    let named: Vec<PathBuf> = args.file.iter().cloned().collect();
    let (files, told) = args.knowledge.captures(&named);
    let [path] = &files[..] else {
        return match files.len() {
            0 => no_capture(err),
            n => {
                writeln!(
                    err,
                    "error: {n} captures, and the terminal interface shows one"
                )?;
                Ok(Exit::Usage)
            }
        };
    };
    let file = path.display();
    if !io::stdout().is_terminal() {
        writeln!(
            err,
            "error: the terminal interface needs a terminal; for text: rtcscope stats {file}"
        )?;
        return Ok(Exit::Usage);
    }
    let input = if path.as_os_str() == "-" {
        if io::stdin().is_terminal() {
            writeln!(
                err,
                "error: -: standard input is the keyboard; pipe a capture into it"
            )?;
            return Ok(Exit::Usage);
        }
        Input::Stdin
    } else {
        Input::File(path.clone())
    };
    let (known, read) = told.read(err)?;
    if read != Exit::Ok {
        return Ok(read);
    }
    let options = Options {
        credentials: known.credentials,
        descriptions: known.descriptions,
        secrets: known.secrets,
        color,
        glyphs: match args.glyphs {
            GlyphChoice::Auto => None,
            GlyphChoice::Braille => Some(Glyphs::Braille),
            GlyphChoice::Block => Some(Glyphs::Block),
            GlyphChoice::Ascii => Some(Glyphs::Ascii),
        },
        mouse: !args.no_mouse,
    };
    match run_tui(input, &options) {
        Ok(()) => Ok(Exit::Ok),
        Err(error) => {
            writeln!(err, "error: {file}: {}", reason(&error))?;
            Ok(Exit::Unreadable)
        }
    }
}

/// Why it failed, in one line. What an [`OpenError`] says has its cause in it already.
fn reason(error: &anyhow::Error) -> String {
    match error.downcast_ref::<OpenError>() {
        Some(open) => open.to_string(),
        None => format!("{error:#}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let missing = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(reason(&OpenError::Io(missing).into()), "no such file");
        let full = io::Error::other("disk full");
        let spool = anyhow::Error::from(full).context("no temporary file");
        assert_eq!(reason(&spool), "no temporary file: disk full");
    }
}
