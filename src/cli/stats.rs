//! `rtcscope stats`: captures in, a report out.

use super::Exit;
use super::args::{Format, StatsArgs};
use super::progress::Progress;
use crate::analysis::{Analysis, Analyzer, FileFacts, Options};
use crate::capture::{Capture, OpenError};
use crate::output::{Presenter, csv, json, printable, text};
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
    if args.series.is_some() && matches!(args.format, Format::Text | Format::Csv) {
        writeln!(err, "error: --series needs --format json or ndjson")?;
        return Ok(Exit::Usage);
    }
    let mut options = Options::default();
    if let Some(width) = args.series {
        options.series_width = width;
        options.series_limit = SERIES_LIMIT;
    }
    let presenter = presenter(args, color);
    let mut exit;
    (options.credentials, exit) = args.knowledge.read(err)?;
    let mut printed = false;
    for file in &args.files {
        let name = file.display().to_string();
        let shown = printable(&name);
        let analysis = match open(file) {
            Ok(capture) => read(capture, options.clone()),
            Err(error) => {
                writeln!(err, "error: {shown}: {error}")?;
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
            writeln!(err, "warning: {shown}: {}", p.problem.message)?;
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

pub(super) fn open(file: &Path) -> Result<Capture, OpenError> {
    if file == Path::new("-") {
        Capture::from_reader(Box::new(io::stdin()))
    } else {
        Capture::open(file)
    }
}

pub(super) fn read(mut capture: Capture, options: Options) -> Analysis {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::knowledge::Knowledge;

    fn stats(files: &[&str], format: Format) -> (Exit, String, String) {
        let args = StatsArgs {
            files: files.iter().map(Into::into).collect(),
            format,
            series: None,
            knowledge: Knowledge::default(),
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = run(&args, false, &mut out, &mut err).unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (exit, text(out), text(err))
    }

    #[test]
    fn an_error_is_one_line_whatever_the_file_is_called() {
        let (exit, _, err) = stats(&["no\x1b[2J\nerror: such.pcap"], Format::Text);
        assert_eq!(exit, Exit::Unreadable);
        let name = "no\u{fffd}[2J\u{fffd}error: such.pcap";
        assert_eq!(err, format!("error: {name}: no such file\n"));
    }

    #[test]
    fn a_warning_is_one_line_whatever_the_file_is_called() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a\x1b[2J\nb.pcap");
        let header = [
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0,
        ];
        let cut = [&header[..], &[1, 0, 0, 0, 0, 0, 0, 0]].concat();
        std::fs::write(&file, cut).unwrap();
        let (exit, _, err) = stats(&[file.to_str().unwrap()], Format::Csv);
        assert_eq!(exit, Exit::Ok);
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(
            err.contains("a\u{fffd}[2J\u{fffd}b.pcap: the file ends"),
            "{err}"
        );
    }
}
