//! The lines of a connection that tell how its packets came through: queues, and loss of the path.

use super::style::{Style, duration, grouped};
use crate::analysis::Analysis;
use crate::analysis::model::{Connection, DelaySource, DelayVariation, PathDelay};
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
        let mut parts: Vec<String> = p.delay.value().map(delay).into_iter().collect();
        if let Some(n) = p.numbers.value() {
            let (lost, of) = (grouped(n.lost), grouped(n.expected));
            parts.push(format!("{lost} of {of} lost on the path"));
        }
        writeln!(out, "  way   {}: {}", way(p, c), parts.join("; "))?;
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

/// `A>B`, by the ends that the head of the connection names; else the addresses.
pub(super) fn way(p: &PathDelay, c: &Connection) -> String {
    let (src, dst) = (p.path.src, p.path.dst);
    match c.main_transport() {
        Some(t) if (t.a, t.b) == (src, dst) => "A>B".to_owned(),
        Some(t) if (t.b, t.a) == (src, dst) => "B>A".to_owned(),
        _ => format!("{src} > {dst}"),
    }
}

/// `delay median 12.9, p95 19.9, max 28.4 ms above the least`, and by which clock.
fn delay(d: &DelayVariation) -> String {
    let [median, p95, max] = [d.median, d.p95, d.max].map(|span| span.seconds() * 1e3);
    let clock = d.source.name();
    let whose = match d.source {
        DelaySource::AbsSendTime => "",
        // When media was sampled, not when it was sent.
        DelaySource::RtpTimestamps(_) => ": sender's timing included",
    };
    format!(
        "delay median {median:.1}, p95 {p95:.1}, max {max:.1} ms above the least (by {clock}{whose})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Known, Ssrc};
    use crate::time::Span;

    #[test]
    fn a_delay_says_its_clock_and_what_that_clock_cannot_tell() {
        let [median, p95, max] =
            [12.9, 19.9, 1_028.4].map(|ms| Span::from_nanos((ms * 1e6) as i64));
        let mut d = DelayVariation {
            source: DelaySource::AbsSendTime,
            samples: 100,
            median,
            p95,
            max,
            drift: 0.0,
            width: Span::from_millis(100),
            series: Vec::new(),
            build_ups: Known::Yes(Vec::new()),
            build_ups_not_kept: 0,
        };
        let numbers = "delay median 12.9, p95 19.9, max 1028.4 ms above the least";
        assert_eq!(delay(&d), format!("{numbers} (by abs-send-time)"));
        d.source = DelaySource::RtpTimestamps(Ssrc(1));
        let clock = "by rtp-timestamps: sender's timing included";
        assert_eq!(delay(&d), format!("{numbers} ({clock})"));
    }
}
