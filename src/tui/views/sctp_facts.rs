//! What there is to say about a connection's SCTP association and its data channels (RFC 8831).

use crate::analysis::model::{Connection, DataChannel, Sctp, SctpSide};
use crate::tui::format::{bytes, count, duration, plural};
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// Data channels listed; the rest is counted.
const CHANNELS_MAX: usize = 24;

/// The association and its channels, where they are known.
pub(super) fn sctp_lines(c: &Connection, out: &mut Vec<Line>) {
    if let Some(sctp) = c.sctp.value() {
        association_lines(sctp, out);
    }
    let channels = c.data_channels.value().map_or(&[][..], Vec::as_slice);
    out.extend(channels.iter().take(CHANNELS_MAX).map(channel_line));
    if let Some(more @ 1..) = channels.len().checked_sub(CHANNELS_MAX) {
        let text = format!("and {} more", plural(more as u64, "data channel"));
        out.push(Line::fact("", "").then(Role::Dim, text));
    }
}

fn association_lines(sctp: &Sctp, out: &mut Vec<Line>) {
    let took = sctp.handshake_duration.value();
    let took = took.map_or_else(String::new, |d| format!(", handshake {}", duration(*d)));
    out.push(Line::fact("SCTP", format!("{}{took}", sctp.phase.name())));
    if let Some(abort) = &sctp.abort {
        let by = abort.by.name().to_uppercase();
        let text = format!("aborted by {by}: {}", abort.cause);
        out.push(Line::fact("", "").then(Role::Error, text));
    }
    let sides = [&sctp.sides.a, &sctp.sides.b];
    let sum = |pick: fn(&SctpSide) -> u64| sides.iter().map(|side| pick(side)).sum::<u64>();
    out.push(Line::fact(
        "  data",
        format!(
            "{}, {} sent again, {} missing",
            plural(sum(|s| s.data_chunks), "chunk"),
            count(sum(|s| s.retransmitted)),
            count(sum(|s| s.missing)),
        ),
    ));
    out.extend(side_line("  from A", &sctp.sides.a));
    out.extend(side_line("  from B", &sctp.sides.b));
}

/// What a side sent, in flight at most, and how long it took: nothing for who sent nothing.
fn side_line(name: &'static str, side: &SctpSide) -> Option<Line> {
    if side.data_chunks == 0 {
        return None;
    }
    let mut text = format!("{} of user data", bytes(side.bytes));
    if let Some(most) = side.in_flight_max.value() {
        text.push_str(&format!(", {} in flight at most", bytes(*most)));
    }
    if let Some(times) = side.acknowledgement_time.value() {
        text.push_str(&format!(", acknowledged in {}", duration(times.median)));
    }
    if let Some((min, _)) = side.receiver_window.value() {
        text.push_str(&format!(", own window {} at least", bytes(u64::from(*min))));
    }
    Some(Line::fact(name, text))
}

fn channel_line(channel: &DataChannel) -> Line {
    let label = channel.label.value();
    let label = match (label, channel.negotiated.value()) {
        (Some(label), _) => format!(" \"{label}\""),
        (None, Some(true)) => " (negotiated)".to_owned(),
        (None, _) => String::new(),
    };
    let (a, b) = (channel.sent.a, channel.sent.b);
    Line::fact(
        "  channel",
        format!(
            "{}{label} {}: A sent {}, {}; B sent {}, {}",
            channel.stream,
            channel.state.name(),
            plural(a.messages, "message"),
            bytes(a.bytes),
            plural(b.messages, "message"),
            bytes(b.bytes)
        ),
    )
}
