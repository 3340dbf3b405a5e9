//! How the packets of a connection came through: lines of its details pane.

use crate::analysis::model::{CaptureInfo, Connection};
use crate::tui::format::{count, duration, known_why, millis};
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// Delay, queues and loss of each direction.
pub(super) fn path_lines(c: &Connection, capture: &CaptureInfo, out: &mut Vec<Line>) {
    for p in &c.paths {
        out.push(Line::fact(
            "way",
            format!("{} -> {}", p.path.src, p.path.dst),
        ));
        let delay = known_why(&p.delay, |d| {
            let [median, p95, max] = [d.median, d.p95, d.max].map(millis);
            let clock = d.source.name();
            format!("median {median} ms, p95 {p95}, max {max}, by {clock}")
        });
        out.push(Line::fact("  delay", delay));
        let queues = p.delay.value().and_then(|d| d.build_ups.value());
        let queues = queues.map_or(&[][..], Vec::as_slice);
        for q in queues {
            let [start, end, peak] = [q.start, q.end, q.peak_at].map(|ts| capture.seconds_at(ts));
            let longest = duration(q.peak);
            let text = format!("{start:.1} to {end:.1} s, longest {longest} at {peak:.1} s");
            out.push(Line::fact("  queue", "").then(Role::Warn, text));
        }
        if let Some(n) = p.numbers.value() {
            let (lost, of, late) = (count(n.lost), count(n.expected), count(n.reordered));
            let streams = count(n.streams_lost);
            out.push(Line::fact(
                "  numbers",
                format!("lost {lost} of {of}, reordered {late}; streams lost {streams}"),
            ));
        }
    }
}
