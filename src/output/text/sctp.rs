//! A connection's lines of SCTP: the association, and its data channels.

use super::style::{duration, grouped, size};
use crate::analysis::model::{DataChannel, Sctp, SctpSide};
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
        facts.push(format!("{} {what}", grouped(n)));
    }
    if sctp.checksum_wrong > 0 {
        facts.push(format!("{} wrong checksums", grouped(sctp.checksum_wrong)));
    }
    if sctp.associations > 1 {
        facts.push(format!("the largest of {} associations", sctp.associations));
    }
    writeln!(out, "  SCTP  {}", facts.join(", "))
}

/// `    channel 1 "chat" open: A sent 3 messages, 120 B; B sent 2 messages, 60 B`
pub(super) fn channel(c: &DataChannel, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "    channel {}", c.stream)?;
    match c.label.value() {
        Some(label) => write!(out, " \"{label}\"")?,
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
    writeln!(
        out,
        ": A sent {} messages, {}; B sent {} messages, {}",
        grouped(a.messages),
        size(a.bytes),
        grouped(b.messages),
        size(b.bytes)
    )
}
