//! `rtcscope stats`: captures in, a report out.

use super::Exit;
use super::args::{Format, StatsArgs};
use super::knowledge::no_capture;
use super::reports::Reports;
use crate::analysis::Options;
use crate::output::{Presenter, csv, json, text};
use std::io::{self, Write};

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
    let (files, told) = args.knowledge.captures(&args.files);
    if files.is_empty() {
        return no_capture(err);
    }
    let (known, exit) = told.read(err)?;
    if exit == Exit::Usage {
        return Ok(exit);
    }
    known.tell(&mut options);
    let reports = Reports {
        presenter: presenter(args, color),
        is_text: args.format == Format::Text,
        options,
        refuse: &|_| None,
    };
    reports.write(&files, exit, out, err)
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
