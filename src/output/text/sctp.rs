//! A connection's lines of SCTP: the association, and its data channels.

use super::style::{duration, grouped, size};
use crate::analysis::model::{ChannelTraffic, DataChannel, Sctp, SctpSide};
use std::io::{self, Write};

/// `SCTP  established, handshake 62 ms, 775 chunks (12 again, 3 missing), …`
pub(super) fn association(sctp: &Sctp, out: &mut dyn Write) -> io::Result<()> {
    let mut facts = vec![sctp.phase.name().to_owned()];
    if let Some(abort) = &sctp.abort {
        let by = abort.by.name().to_uppercase();
        facts = vec![format!("aborted by {by}: {}", abort.cause)];
    }
    if let Some(took) = sctp.handshake_duration.value() {
        facts.push(format!("handshake {}", duration(*took)));
    }
    let sides = [&sctp.sides.a, &sctp.sides.b];
    let sum = |pick: fn(&SctpSide) -> u64| sides.iter().map(|side| pick(side)).sum::<u64>();
    facts.push(format!("{} data chunks", grouped(sum(|s| s.data_chunks))));
    let counts = [
        (sum(|s| s.retransmitted), "retransmitted"),
        (sum(|s| s.missing), "missing"),
        (sum(|s| s.given_up), "given up"),
    ];
    for (n, what) in counts.into_iter().filter(|(n, _)| *n > 0) {
        let why = match what {
            "retransmitted" => reasons(sctp),
            _ => String::new(),
        };
        facts.push(format!("{} {what}{why}", grouped(n)));
    }
    let full = |side: &SctpSide| side.zero_window.value().map_or(0, |zero| zero.count);
    match sum(full) {
        0 => {}
        1 => facts.push("a receiver window of 0 once".to_owned()),
        n => facts.push(format!("a receiver window of 0 {} times", grouped(n))),
    }
    let errors = sum(|s| s.errors);
    if errors > 0 {
        facts.push(format!("{} errors reported", grouped(errors)));
    }
    if sctp.checksum_wrong > 0 {
        facts.push(format!("{} wrong checksums", grouped(sctp.checksum_wrong)));
    }
    if sctp.associations > 1 {
        facts.push(format!("the largest of {} associations", sctp.associations));
    }
    writeln!(out, "  SCTP  {}", facts.join(", "))
}

/// Why chunks were sent again: ` (8 fast, 4 after a timeout)`.
fn reasons(sctp: &Sctp) -> String {
    let sides = [&sctp.sides.a, &sctp.sides.b];
    let known = sides.into_iter().filter_map(|s| s.retransmissions.value());
    let (fast, timeout, needless) = known.fold((0, 0, 0), |sum, r| {
        (sum.0 + r.fast, sum.1 + r.timeout, sum.2 + r.needless)
    });
    let parts = [
        (fast, "fast"),
        (timeout, "after a timeout"),
        (needless, "that had arrived"),
    ];
    let parts = parts.into_iter().filter(|(n, _)| *n > 0);
    let words: Vec<String> = parts
        .map(|(n, what)| format!("{} {what}", grouped(n)))
        .collect();
    match words.is_empty() {
        true => String::new(),
        false => format!(" ({})", words.join(", ")),
    }
}

/// `    channel 1 "chat" open: A sent 3 messages, 120 B; B sent 2 messages, 60 B`
pub(super) fn channel(c: &DataChannel, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "    channel {}", c.stream)?;
    match c.label.value() {
        Some(label) => write!(out, " \"{label}\"")?,
        None if c.negotiated.value() == Some(&true) => write!(out, " (negotiated)")?,
        None => write!(out, " (no label seen)")?,
    }
    if let Some(protocol) = c.protocol.value().filter(|p| !p.is_empty()) {
        write!(out, " ({protocol})")?;
    }
    write!(out, " {}", c.state.name())?;
    if c.ordered.value() == Some(&false) {
        write!(out, ", unordered")?;
    }
    if let Some(Some(n)) = c.max_retransmits.value() {
        write!(out, ", at most {n} retransmissions")?;
    }
    if let Some(Some(ms)) = c.max_packet_life_time.value() {
        write!(out, ", at most {ms} ms")?;
    }
    let (a, b) = (c.sent.a, c.sent.b);
    let sent = |sent: ChannelTraffic| {
        let abandoned = match sent.abandoned {
            0 => String::new(),
            n => format!(", abandoned {}", grouped(n)),
        };
        let (messages, bytes) = (grouped(sent.messages), size(sent.bytes));
        format!("sent {messages} messages, {bytes}{abandoned}")
    };
    writeln!(out, ": A {}; B {}", sent(a), sent(b))
}
