//! One line a diagnostic, in the form editors and compilers agree on:
//! `offer.sdp:7:3: warning[SDP132] message`.

use super::harmless::{keyless, printable};
use super::{Checked, Format, Render, Tally, inside};
use crate::diag::commands::broken;
use crate::diag::{Diagnostic, Sources};
use std::io::{self, Write};

/// The format.
pub const FORMAT: Format = Format {
    name: "concise",
    help: "One line each, for editors",
    is_log: true,
    new: |_| Box::new(Concise),
};

#[derive(Debug)]
struct Concise;

impl Render for Concise {
    fn add(&mut self, out: &mut dyn Write, checked: &Checked<'_>) -> io::Result<()> {
        checked
            .findings()
            .try_for_each(|d| write_one(out, checked.sources(), d))
    }

    fn note(&mut self, out: &mut dyn Write, line: &str) -> io::Result<()> {
        writeln!(out, "{}", broken(line))
    }

    fn finish(&mut self, out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
        write!(out, "{}", tally.table())?;
        if tally.files == 0 {
            return Ok(());
        }
        writeln!(out, "{}", tally.sentence())
    }
}

/// Writes `diagnostics` about `sources`.
///
/// # Errors
/// What `out` could not take.
pub fn write(
    out: &mut dyn Write,
    sources: Sources<'_, '_>,
    diagnostics: &[Diagnostic],
) -> io::Result<()> {
    let all = keyless(diagnostics);
    all.iter().try_for_each(|d| write_one(out, sources, d))
}

fn write_one(out: &mut dyn Write, sources: Sources<'_, '_>, d: &Diagnostic) -> io::Result<()> {
    let place = sources.of(&d.primary).place(&d.primary.span);
    let at = place.start;
    let inside = inside(sources.of(&d.primary), &d.primary.span, ", ");
    let inside = inside.map_or_else(String::new, |inside| format!(" [{inside}]"));
    let line = format!(
        "{}:{}:{}: {}[{}] {}{inside}",
        printable(place.path),
        at.line,
        at.column,
        d.severity,
        d.code,
        printable(&d.one_line(sources))
    );
    writeln!(out, "{}", broken(&line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::render::sample;

    #[test]
    fn one_line_each() {
        let shown = sample::print(FORMAT, "offer.sdp", sample::TEXT, &[sample::diagnostic()]);
        assert_eq!(
            shown,
            "offer.sdp:3:11: warning[SDP132] \
             `a=rtcp-fb` names payload type 111, which `m=audio` does not list \
             (no payload type 111 here; line 1: formats listed)\n\
             1 warning in 1 description (1 file)\n"
        );
    }

    #[test]
    fn the_place_is_the_one_on_disk() {
        let shown = sample::print_recorded(FORMAT);
        assert_eq!(
            shown.lines().next().unwrap(),
            "call.har:2:163: warning[SDP132] \
             `a=rtcp-fb` names payload type 111, which `m=audio` does not list \
             (no payload type 111 here; call.har#/a line 1: the offer lists) [/b, sdp line 3:11]"
        );
    }
}
