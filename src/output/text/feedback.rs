//! The line of a stream that tells what RTCP says of it.

use super::style::{duration, grouped};
use crate::analysis::Known;
use crate::analysis::model::{Feedback, Stream};

/// Packets that may overtake a report: as many are no loss.
const OVERTAKEN: i64 = 2;

/// What the receivers of a stream say of it, and its sender; none without RTCP in clear.
pub(super) fn line(s: &Stream) -> Option<String> {
    let f = s.feedback.value()?;
    let mut parts = Vec::new();
    if let Some(reports) = f.reports {
        let clock = s.clock_rate.value().map(|(rate, _)| f64::from(*rate));
        let jitter = clock.map_or_else(String::new, |rate| {
            format!(", jitter {:.1} ms", f64::from(reports.jitter) * 1e3 / rate)
        });
        parts.push(format!("receiver lost {}{jitter}", lost(reports.lost)));
    }
    parts.extend(elsewhere(f));
    if let Some(trips) = f.round_trip.value() {
        parts.push(format!(
            "{} to the receiver and back",
            duration(trips.median)
        ));
    }
    let asked: Vec<String> = f
        .messages
        .iter()
        .filter(|m| matches!(m.name, "NACK" | "PLI" | "FIR"))
        .map(|m| format!("{} {}", m.name, grouped(m.count)))
        .collect();
    if !asked.is_empty() {
        parts.push(asked.join(", "));
    }
    if f.bye.is_some() {
        parts.push("BYE".to_owned());
    }
    (!parts.is_empty()).then(|| format!("RTCP: {}", parts.join("; ")))
}

/// The cumulative number of packets lost: receivers count duplicates against it (RFC 3550).
fn lost(n: i32) -> String {
    match n {
        0.. => n.to_string(),
        _ => format!("none (duplicates: {n})"),
    }
}

/// What was lost on the ways that the capture does not see.
fn elsewhere(f: &Feedback) -> Vec<String> {
    let before = f.sender.map(|s| s.lost_before_capture);
    let sides = [(before, "before"), (Some(f.lost_after_capture), "behind")];
    let told = sides.into_iter().filter_map(|(lost, side)| match lost? {
        Known::Yes(n) if n > OVERTAKEN => Some(format!("{n} lost {side} the point of capture")),
        _ => None,
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_that_lost_less_than_nothing_had_duplicates() {
        assert_eq!([lost(0), lost(7)], ["0", "7"]);
        assert_eq!(lost(-1), "none (duplicates: -1)");
    }
}
