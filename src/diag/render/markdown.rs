//! A table in Markdown, as for the summary of a step on GitHub.

use super::harmless::printable;
use super::{Checked, Format, Render, Tally, inside};
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "markdown",
    help: "A table in Markdown",
    is_log: false,
    new: |_| Box::new(Markdown::default()),
};

/// More rows than this nobody reads, and a summary on GitHub holds 1 MiB.
const ROWS: usize = 200;

/// Collects rows, because the summary comes first.
#[derive(Debug, Default)]
struct Markdown {
    rows: Vec<String>,
    total: usize,
}

impl Render for Markdown {
    fn add(&mut self, _: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        for d in checked.findings() {
            self.total += 1;
            if self.rows.len() == ROWS {
                continue;
            }
            let source = checked.sources().of(&d.primary);
            let place = source.place(&d.primary.span);
            let at = place.start;
            let mut path = format!("{}:{}:{}", place.path, at.line, at.column);
            if let Some(inside) = inside(source, &d.primary.span, ", ") {
                path += &format!(" ({inside})");
            }
            self.rows.push(format!(
                "| {} | {} {} | {} | {} |",
                d.severity,
                d.code,
                d.name,
                name_cell(&path),
                cell(&d.one_line(checked.sources()))
            ));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        writeln!(out, "### rtcscope lint: {}\n", tally.sentence())?;
        for (name, reason) in &tally.unreadable {
            writeln!(
                out,
                "- {} could not be used: {}",
                name_cell(name),
                name_cell(reason)
            )?;
        }
        if !tally.unreadable.is_empty() {
            writeln!(out)?;
        }
        if self.rows.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "| severity | rule | place | finding |\n|---|---|---|---|"
        )?;
        for row in &self.rows {
            writeln!(out, "{row}")?;
        }
        if self.total > self.rows.len() {
            writeln!(out, "\n{} more in the log.", self.total - self.rows.len())?;
        }
        writeln!(out)
    }
}

/// A message in a table: what Markdown or HTML would take for more than text is escaped. Code stays
/// code.
fn cell(text: &str) -> String {
    let text = printable(text);
    // Longer runs pair with runs as long only, and are somebody's play.
    let is_balanced = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    escaped(&text, is_balanced)
}

/// A name in a table, in which nothing is code.
fn name_cell(name: &str) -> String {
    escaped(&printable(name), false)
}

fn escaped(text: &str, has_code: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '`' if has_code => {
                in_code = !in_code;
                out.push('`');
            }
            // A table splits at bars in code too.
            '|' => out.push_str("\\|"),
            _ if in_code => out.push(c),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '#' | '@' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    #[test]
    fn a_row_a_finding() {
        let shown = sample::print(FORMAT, "a_b|c.sdp", sample::TEXT, &[sample::diagnostic()]);
        assert_eq!(
            shown,
            "### rtcscope lint: 1 warning in 1 description (1 file)\n\n\
             | severity | rule | place | finding |\n|---|---|---|---|\n\
             | warning | SDP132 rtcp-fb-unlisted-payload-type | a\\_b\\|c.sdp:3:11 | \
             `a=rtcp-fb` names payload type 111, which `m=audio` does not list \
             (no payload type 111 here; line 1: formats listed) |\n\n"
        );
        let many = vec![sample::diagnostic(); ROWS + 7];
        let shown = sample::print(FORMAT, "x", sample::TEXT, &many);
        assert!(shown.ends_with("\n7 more in the log.\n\n"));
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(cell("`<b>|` <b>![x](y)"), "`<b>\\|` &lt;b&gt;\\!\\[x\\](y)");
        assert_eq!(cell("``<b>` x"), "\\`\\`&lt;b&gt;\\` x");
        assert_eq!(name_cell("`<img>`"), "\\`&lt;img&gt;\\`");
        assert_eq!(cell("one ` <i>"), "one \\` &lt;i&gt;");
    }
}
