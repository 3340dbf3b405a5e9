//! `rtcscope stats`: captures in, a report out.

use super::Exit;
use super::args::{Format, StatsArgs};
use super::progress::Progress;
use crate::analysis::{Analysis, Analyzer, FileFacts, Options};
use crate::capture::{Capture, OpenError};
use crate::output::{Presenter, csv, json, text};
use std::io::{self, Write};
use std::path::Path;

/// How many packets pass between two looks at the clock.
const LOOK_EVERY: u64 = 1 << 16;
/// Buckets of a series that was asked for: a day of seconds.
const SERIES_LIMIT: usize = 86_400;

pub(super) fn run(
    args: &StatsArgs,
    color: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Exit> {
    let mut options = Options::default();
    if let Some(width) = args.series {
        options.series_width = width;
        options.series_limit = SERIES_LIMIT;
    }
    let presenter = presenter(args, color);
    let mut exit = Exit::Ok;
    let mut printed = false;
    for file in &args.files {
        let name = file.display().to_string();
        let analysis = match open(file) {
            Ok(capture) => read(capture, options.clone()),
            Err(error) => {
                writeln!(err, "error: {name}: {error}")?;
                exit = Exit::Unreadable;
                continue;
            }
        };
        for p in analysis
            .capture
            .problems
            .iter()
            .filter(|_| args.format != Format::Text)
        {
            writeln!(err, "warning: {name}: {}", p.problem.message)?;
        }
        if printed && args.format == Format::Text {
            writeln!(out)?;
        }
        printed = true;
        presenter.write(&name, &analysis, out)?;
    }
    Ok(exit)
}

fn presenter(args: &StatsArgs, color: bool) -> Box<dyn Presenter> {
    let series = args.series.is_some();
    match args.format {
        Format::Text => Box::new(text::Text { color }),
        Format::Json => Box::new(json::Json {
            compact: false,
            series,
        }),
        Format::Ndjson => Box::new(json::NdJson { series }),
        Format::Csv => Box::new(csv::Csv::default()),
    }
}

fn open(file: &Path) -> Result<Capture, OpenError> {
    if file == Path::new("-") {
        Capture::from_reader(Box::new(io::stdin()))
    } else {
        Capture::open(file)
    }
}

fn read(mut capture: Capture, options: Options) -> Analysis {
    let mut progress = Progress::new(capture.total_bytes());
    let mut analyzer = Analyzer::new(options);
    let mut until_look = LOOK_EVERY;
    while let Some(frame) = capture.next_frame() {
        analyzer.push(&frame);
        until_look -= 1;
        if until_look == 0 {
            until_look = LOOK_EVERY;
            progress.at(capture.bytes_read());
        }
    }
    analyzer.describe_file(FileFacts::of(&capture));
    analyzer.finish()
}
