//! Annotations for GitHub Actions: `::warning title=…,file=…,line=…::message`.
//!
//! A step shows ten errors, ten warnings and ten notices. Errors come first, and what is shown is
//! spread over the files: every file's first finding before any file's second.

use super::harmless::printable;
use super::{Checked, Format, Render, Tally, inside};
use crate::diag::{Diagnostic, Severity};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "github",
    help: "Annotations for GitHub Actions",
    is_log: true,
    new: |_| Box::new(Github::default()),
};

/// What GitHub shows of each level in one step.
const SHOWN: usize = 10;

/// Collects annotations, so that the worst can be written first.
#[derive(Debug, Default)]
struct Github {
    errors: Spread,
    warnings: Spread,
    notices: Spread,
}

/// The annotations of one level, by file.
#[derive(Debug, Default)]
struct Spread {
    /// No more files than can be shown, and of each no more annotations than that.
    files: Vec<(String, Vec<String>)>,
    total: usize,
}

impl Spread {
    fn add(&mut self, path: &str, line: impl FnOnce() -> String) {
        self.total += 1;
        if let Some((_, lines)) = self.files.iter_mut().find(|(p, _)| p == path) {
            if lines.len() < SHOWN {
                lines.push(line());
            }
        } else if self.files.len() < SHOWN {
            self.files.push((path.to_owned(), vec![line()]));
        }
    }

    /// What is shown: the first of each file, then the second of each …
    fn shown(&self) -> Vec<&str> {
        let rounds = (0..SHOWN).flat_map(|round| {
            let files = self.files.iter();
            files.filter_map(move |(_, lines)| lines.get(round))
        });
        rounds.map(String::as_str).take(SHOWN).collect()
    }
}

fn annotation(command: &str, checked: &Checked<'_>, d: &Diagnostic) -> String {
    let source = checked.sources().of(&d.primary);
    let place = source.place(&d.primary.span);
    let (start, end) = (place.start, place.end);
    let mut line = format!("::{command} title={} {},file=", d.code, d.name);
    escape(&mut line, &printable(place.path), true);
    // Writing to a string cannot fail.
    let _ = write!(
        line,
        ",line={},endLine={}",
        start.line,
        end.line.max(start.line)
    );
    // Columns are only understood when the span stays on one line.
    if start.line == end.line {
        let _ = write!(line, ",col={},endColumn={}", start.column, end.column);
    }
    line.push_str("::");
    escape(&mut line, &printable(&d.one_line(checked.sources())), false);
    if let Some(inside) = inside(source, &d.primary.span, ", ") {
        line.push_str("%0Ain ");
        escape(&mut line, &inside, false);
    }
    for help in d.help.iter().chain(d.fix.as_ref().map(|fix| &fix.title)) {
        line.push_str("%0Ahelp: ");
        escape(&mut line, &printable(help), false);
    }
    let _ = write!(line, "%0Aexplain: rtcscope explain {}", d.code);
    line
}

impl Render for Github {
    fn add(&mut self, _: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        for d in checked.findings() {
            let (command, lines) = match d.severity {
                Severity::Error => ("error", &mut self.errors),
                Severity::Warning => ("warning", &mut self.warnings),
                Severity::Info => ("notice", &mut self.notices),
            };
            let place = checked.sources().of(&d.primary).place(&d.primary.span);
            lines.add(place.path, || annotation(command, checked, d));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        let mut left_out = 0;
        for (name, reason) in &tally.unreadable {
            let mut line = String::from("::error title=cannot be read,file=");
            escape(&mut line, &printable(name), true);
            line.push_str("::");
            escape(&mut line, &printable(reason), false);
            self.errors.add(name, || line);
        }
        for level in [&self.errors, &self.warnings, &self.notices] {
            let shown = level.shown();
            left_out += level.total - shown.len();
            for line in shown {
                writeln!(out, "{line}")?;
            }
        }
        if left_out > 0 {
            writeln!(out, "{left_out} more in the log")?;
        }
        Ok(())
    }
}

/// Escapes text for a workflow command; properties also `:` and `,`.
fn escape(out: &mut String, text: &str, property: bool) {
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' if property => out.push_str("%3A"),
            ',' if property => out.push_str("%2C"),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;
    use crate::diag::{Source, Sources};

    #[test]
    fn errors_first_and_the_rest_counted() {
        let mut error = sample::diagnostic();
        error.severity = Severity::Error;
        let mut all = vec![sample::diagnostic(); 12];
        all.push(error);
        let text = sample::print(FORMAT, "a,b:c%.sdp", sample::TEXT, &all);
        assert!(
            text.starts_with(
                "::error title=SDP132 rtcp-fb-unlisted-payload-type,file=a%2Cb%3Ac%25.sdp,\
                 line=3,endLine=3,col=11,endColumn=14::`a=rtcp-fb` names payload type 111"
            ),
            "{text}"
        );
        assert!(text.contains("%0Ahelp: drop the line%0Aexplain: rtcscope explain SDP132\n"));
        assert_eq!(text.matches("::warning").count(), 10);
        assert!(text.ends_with("2 more in the log\n"));
    }

    #[test]
    fn what_is_shown_is_spread_over_the_files() {
        let names: Vec<String> = (0..4).map(|i| format!("{i}.sdp")).collect();
        let files: Vec<Source<'_>> = names.iter().map(|n| Source::new(n, sample::TEXT)).collect();
        let many = vec![sample::diagnostic(); 20];
        let all: Vec<Checked<'_>> = files
            .iter()
            .map(|f| Checked::new(Sources::one(f), f, 0, &many))
            .collect();
        let text = sample::print_all(FORMAT, &Tally::default(), &all);
        let of = |i| text.matches(&format!("file={i}.sdp")).count();
        assert_eq!([of(0), of(1), of(2), of(3)], [3, 3, 2, 2]);
        assert!(text.ends_with("70 more in the log\n"));
    }

    #[test]
    fn columns_only_within_a_line() {
        let mut d = sample::diagnostic();
        d.primary.span = 28..61;
        let text = sample::print(FORMAT, "x.sdp", sample::TEXT, &[d]);
        assert!(text.contains("line=1,endLine=3::"), "{text}");
    }
}
