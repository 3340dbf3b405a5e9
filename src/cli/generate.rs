//! What is generated for other programs: the JSON Schema, completions, the manual page.

use super::Exit;
use super::args::{self, CompletionsArgs, Schema, SchemaArgs};
use crate::output::schema;
use std::io::{self, Write};

pub(super) fn schema(args: &SchemaArgs, out: &mut dyn Write) -> io::Result<Exit> {
    match args.which {
        Schema::Stats => out.write_all(schema::STATS.as_bytes())?,
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

pub(super) fn man(out: &mut dyn Write) -> io::Result<Exit> {
    clap_mangen::Man::new(args::command()).render(&mut &mut *out)?;
    Ok(Exit::Ok)
}
