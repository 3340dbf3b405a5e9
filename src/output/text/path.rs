//! The lines of a connection that tell how its packets came through: queues, and loss of the path.

use super::style::{Style, duration, grouped};
use crate::analysis::Analysis;
use crate::analysis::model::{Connection, PathDelay};
use std::io::{self, Write};

/// Paths listed per connection; the rest is counted.
const PATHS_MAX: usize = 6;
/// Queues listed per path; the rest is counted.
const QUEUES_MAX: usize = 3;

/// Delay and loss of each direction that carries send times or transport-wide numbers.
pub(super) fn lines(
    c: &Connection,
    analysis: &Analysis,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let tells = |p: &&PathDelay| p.delay.value().is_some() || p.numbers.value().is_some();
    let paths: Vec<&PathDelay> = c.paths.iter().filter(tells).collect();
    for p in paths.iter().take(PATHS_MAX) {
        let mut parts = Vec::new();
        if let Some(d) = p.delay.value() {
            parts.push(format!(
                "delay above the least {}, 5 % more than {}, at most {} (by {})",
                duration(d.median),
                duration(d.p95),
                duration(d.max),
                d.source.name()
            ));
        }
        if let Some(n) = p.numbers.value() {
            let (lost, of) = (grouped(n.lost), grouped(n.expected));
            parts.push(format!("{lost} of {of} lost on the path"));
        }
        let (src, dst) = (p.path.src, p.path.dst);
        writeln!(out, "  way   {src} to {dst}: {}", parts.join("; "))?;
        let queues = p.delay.value().and_then(|d| d.build_ups.value());
        let queues = queues.map_or(&[][..], Vec::as_slice);
        for q in queues.iter().take(QUEUES_MAX) {
            let at = |ts| analysis.capture.seconds_at(ts);
            let line = format!(
                "queue: from {:.1} to {:.1} s, longest {} at {:.1} s",
                at(q.start),
                at(q.end),
                duration(q.peak),
                at(q.peak_at)
            );
            writeln!(out, "        {}", style.warn(&line))?;
        }
        if queues.len() > QUEUES_MAX {
            let more = queues.len() - QUEUES_MAX;
            writeln!(out, "        and {more} more queues")?;
        }
    }
    if paths.len() > PATHS_MAX {
        writeln!(out, "    and {} more ways", paths.len() - PATHS_MAX)?;
    }
    Ok(())
}
