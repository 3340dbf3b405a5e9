//! Annotations for GitHub Actions: `::warning title=…,file=…,line=…::message`.
//!
//! A step shows ten errors and ten warnings, so errors come first and the rest is counted.

use crate::diag::{Diagnostic, Severity, Sources};
use std::fmt::Write as _;
use std::io::{self, Write};

/// What GitHub shows of each level in one step.
const SHOWN: usize = 10;

/// Collects annotations, so that the worst can be written first.
#[derive(Debug, Default)]
pub struct Github {
    lines: [Vec<String>; 3],
    left_out: usize,
}

impl Github {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `diagnostics` about `sources`.
    pub fn add(&mut self, sources: Sources<'_, '_>, diagnostics: &[Diagnostic]) {
        for d in diagnostics {
            let [errors, warnings, notices] = &mut self.lines;
            let (command, lines) = match d.severity {
                Severity::Error => ("error", errors),
                Severity::Warning => ("warning", warnings),
                Severity::Info => ("notice", notices),
            };
            if lines.len() == SHOWN {
                self.left_out += 1;
                continue;
            }
            let place = sources.of(&d.primary).place(&d.primary.span);
            let (start, end) = (place.start, place.end);
            let mut line = format!("::{command} title={} {},file=", d.code, d.name);
            escape(&mut line, place.path, true);
            // Columns are only understood when the span stays on one line.
            let _ = write!(
                line,
                ",line={},endLine={}",
                start.line,
                end.line.max(start.line)
            );
            if start.line == end.line {
                let _ = write!(line, ",col={},endColumn={}", start.column, end.column);
            }
            line.push_str("::");
            escape(&mut line, &d.one_line(sources), false);
            for help in d.help.iter().chain(d.fix.as_ref().map(|fix| &fix.title)) {
                line.push_str("%0Ahelp: ");
                escape(&mut line, help, false);
            }
            lines.push(line);
        }
    }

    /// Writes the annotations, errors first.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in self.lines.iter().flatten() {
            writeln!(out, "{line}")?;
        }
        if self.left_out > 0 {
            writeln!(out, "{} more in the log", self.left_out)?;
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
    use crate::diag::Source;
    use crate::diag::render::sample;

    #[test]
    fn errors_first_and_the_rest_counted() {
        let mut github = Github::new();
        let source = Source::new("a,b:c%.sdp", sample::TEXT);
        let mut error = sample::diagnostic();
        error.severity = Severity::Error;
        github.add(Sources::one(&source), &vec![sample::diagnostic(); 12]);
        github.add(Sources::one(&source), &[error]);
        let mut out = Vec::new();
        github.write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with(
            "::error title=SDP132 rtcp-fb-unlisted-payload-type,file=a%2Cb%3Ac%25.sdp,\
             line=3,endLine=3,col=11,endColumn=14::`a=rtcp-fb` names payload type 111"
        ));
        assert!(text.contains("%0Ahelp: drop the line\n"));
        assert_eq!(text.matches("::warning").count(), 10);
        assert!(text.ends_with("2 more in the log\n"));
    }
}
