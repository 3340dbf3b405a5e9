//! What is generated for other programs: the JSON Schema, completions, the manual page.

use super::Exit;
use super::args::{self, CompletionsArgs, ManArgs, Schema, SchemaArgs};
use crate::output::schema;
use std::io::{self, Write};

pub(super) fn schema(args: &SchemaArgs, out: &mut dyn Write) -> io::Result<Exit> {
    match args.which {
        Schema::Stats => out.write_all(schema::STATS.as_bytes())?,
        Schema::Timeline => out.write_all(schema::TIMELINE.as_bytes())?,
        Schema::Messages => out.write_all(schema::MESSAGES.as_bytes())?,
        Schema::Manifest => out.write_all(schema::MANIFEST.as_bytes())?,
        Schema::Sdp => out.write_all(schema::SDP.as_bytes())?,
        Schema::Lint => out.write_all(schema::LINT.as_bytes())?,
    }
    Ok(Exit::Ok)
}

pub(super) fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> io::Result<Exit> {
    // clap_complete panics when its writer fails, so it gets one that cannot.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "rtcscope", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Ok)
}

pub(super) fn man(args: &ManArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Exit> {
    let mut command = args::command();
    // Names the pages of subcommands `rtcscope-stats`, as the page of rtcscope refers to them.
    command.build();
    let page = match &args.command {
        None => command,
        Some(name) => match command.find_subcommand(name) {
            Some(sub) => {
                let title = format!("rtcscope-{}", sub.get_name());
                sub.clone().display_name(title)
            }
            None => {
                writeln!(
                    err,
                    "error: {}: no such command",
                    crate::output::printable(name)
                )?;
                return Ok(Exit::Usage);
            }
        },
    };
    clap_mangen::Man::new(page).render(&mut &mut *out)?;
    Ok(Exit::Ok)
}
