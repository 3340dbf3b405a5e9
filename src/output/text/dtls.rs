//! The lines of a DTLS association: what was agreed on, where it stopped, what was sent again.

use super::style::{Style, duration};
use crate::analysis::model::{Connection, Dtls, DtlsState};
use crate::output::printable;
use std::io::{self, Write};

pub(super) fn dtls_lines(
    c: &Connection,
    dtls: &Dtls,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut facts = vec![match dtls.version.value() {
        Some(version) => format!("{version} {}", dtls.state.name()),
        None => dtls.state.name().to_owned(),
    }];
    if let Some(client) = dtls.client.value() {
        let side = c
            .main_transport()
            .map(|t| if t.a.ip() == client.ip() { "A" } else { "B" });
        facts.extend(side.map(|side| format!("client {side}")));
    }
    if let Some(took) = dtls.handshake_duration.value() {
        facts.push(format!("handshake {}", duration(*took)));
    }
    let known = [&dtls.cipher_suite, &dtls.key_exchange, &dtls.srtp_profile];
    facts.extend(known.iter().filter_map(|k| k.value().cloned()));
    let alerts = dtls.alerts.value().into_iter().flatten();
    facts.extend(alerts.map(|(alert, n)| plural_alerts(*n, alert)));
    writeln!(out, "  DTLS  {}", facts.join(", "))?;
    more(c, dtls, style, out)
}

/// Where a handshake stopped, what was sent again, and whose certificates travelled in clear.
fn more(c: &Connection, dtls: &Dtls, style: Style, out: &mut dyn Write) -> io::Result<()> {
    // What stopped the connection is said above.
    let said = |why: &&String| c.stopped.as_ref().is_some_and(|s| s.contains(*why));
    if let Some(stopped) = dtls.stopped.as_ref().filter(|why| !said(why)) {
        let stopped = match dtls.state {
            DtlsState::Complete => style.dim(stopped),
            DtlsState::Closed => style.warn(stopped),
            _ => style.bad(stopped),
        };
        writeln!(out, "        {stopped}")?;
    }
    if let Some(n @ 1..) = dtls.retransmissions.value() {
        let again = dtls.flights.iter().filter(|f| f.transmissions.len() > 1);
        let which: Vec<String> = again
            .map(|f| {
                let estimated = f.transmissions.iter().any(|t| t.estimated);
                let probably = if estimated { ", estimated" } else { "" };
                let times = f.transmissions.len();
                format!(
                    "flight {} of the {} sent {times} times{probably}",
                    f.number,
                    f.sender.name()
                )
            })
            .collect();
        let plural = if *n == 1 { "" } else { "s" };
        writeln!(
            out,
            "        {n} retransmission{plural}: {}",
            which.join("; ")
        )?;
    }
    for c in dtls.certificates.value().into_iter().flatten() {
        let of = format!("certificate of the {}", c.sender.name());
        match &c.content {
            Ok(content) => {
                let valid = if content.valid {
                    ""
                } else {
                    ", not valid at that time"
                };
                let subject = printable(&content.subject);
                let key = &content.public_key;
                writeln!(out, "        {of}: {subject}, {key}{valid}")?;
            }
            Err(error) => writeln!(out, "        {of} cannot be read: {error}")?,
        }
        writeln!(out, "        sha-256 {}", c.fingerprint)?;
    }
    Ok(())
}
/// How often an alert was sent.
fn plural_alerts(n: u64, alert: &str) -> String {
    match n {
        1 => format!("alert: {alert}"),
        n => format!("{n} alerts: {alert}"),
    }
}
