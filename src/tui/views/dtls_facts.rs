//! What there is to say about the DTLS associations of a connection: how far each got, what was
//! agreed on, its flights and the certificates that travel in clear.

use super::facts::side;
use crate::analysis::Known;
use crate::analysis::model::{CaptureInfo, Connection, Dtls, DtlsState, Flight, PeerCertificate};
use crate::tui::format::{UNKNOWN, duration, known_why, plural};
use crate::tui::theme::Role;
use crate::tui::widgets::text::Line;

/// All associations of a connection.
pub(super) fn dtls_lines(c: &Connection, capture: &CaptureInfo, out: &mut Vec<Line>) {
    if c.dtls.is_none() {
        out.push(Line::fact("DTLS", format!("{UNKNOWN} (no records seen)")));
    }
    for dtls in c.dtls.iter().chain(&c.other_dtls) {
        association_lines(dtls, c, capture, out);
    }
}

fn association_lines(dtls: &Dtls, c: &Connection, capture: &CaptureInfo, out: &mut Vec<Line>) {
    let role = match dtls.state {
        DtlsState::Complete | DtlsState::Closed => Role::Text,
        DtlsState::Unanswered | DtlsState::Failed | DtlsState::Stuck(_) => Role::Error,
        DtlsState::NotCaptured => Role::Warn,
    };
    let state = match dtls.state {
        DtlsState::Stuck(flight) => format!("stuck at flight {flight}"),
        other => other.name().to_owned(),
    };
    let version = known_why(&dtls.version, ToString::to_string);
    let client = known_why(&dtls.client, |e| side(c, *e).to_owned());
    out.push(
        Line::fact("DTLS", "")
            .then(role, state)
            .then(Role::Text, format!(", version {version}, client {client}")),
    );
    // What stopped the connection is said above.
    let said = |why: &&String| c.stopped.as_ref().is_some_and(|s| s.contains(*why));
    if let Some(why) = dtls.stopped.as_ref().filter(|why| !said(why)) {
        out.push(Line::fact("", "").then(role, why.clone()));
    }
    let text = |value: &Known<String>| known_why(value, Clone::clone);
    let again = known_why(&dtls.retransmissions, |n| match n {
        0 => "nothing sent again".to_owned(),
        n => sent_again(*n, &dtls.flights),
    });
    let took = known_why(&dtls.handshake_duration, |d| duration(*d));
    out.push(Line::fact("  took", format!("{took}; {again}")));
    out.push(Line::fact("  cipher", text(&dtls.cipher_suite)));
    out.push(Line::fact("  key exch.", text(&dtls.key_exchange)));
    out.push(Line::fact("  SRTP", text(&dtls.srtp_profile)));
    for (alert, n) in dtls.alerts.value().into_iter().flatten() {
        out.push(Line::fact("  alert", "").then(Role::Error, format!("{alert} ({n} x)")));
    }
    for flight in &dtls.flights {
        out.push(flight_line(flight, dtls, c, capture));
    }
    match &dtls.certificates {
        Known::Yes(all) => {
            for certificate in all {
                certificate_lines(certificate, out);
            }
        }
        Known::No(why) => out.push(Line::fact("  certif.", format!("{UNKNOWN} ({why})"))),
    }
}

/// That flights were sent `n` more times: `1 flight sent 8 more times`.
fn sent_again(n: u64, flights: &[Flight]) -> String {
    let again = flights.iter().filter(|f| f.transmissions.len() > 1).count() as u64;
    match (again, n) {
        (0, n) => plural(n, "retransmission"),
        (1, 1) => "1 flight sent again".to_owned(),
        (1, n) => format!("1 flight sent {n} more times"),
        (flights, n) if flights == n => format!("{} sent again", plural(n, "flight")),
        (flights, n) => format!("{} sent {n} more times in all", plural(flights, "flight")),
    }
}

/// `  flight 4    B at 0.012 s, 2 times: ServerHello, Certificate`.
fn flight_line(flight: &Flight, dtls: &Dtls, c: &Connection, capture: &CaptureInfo) -> Line {
    use crate::analysis::model::Role as Sender;
    let client = dtls.client.value().map(|e| side(c, *e));
    let from = match (flight.sender, client) {
        (Sender::Client, Some(side)) => side,
        (Sender::Server, Some("A")) => "B",
        (Sender::Server, Some(_)) => "A",
        (sender, None) => sender.name(),
    };
    let first = flight.transmissions.first();
    let at = first.map_or_else(
        || UNKNOWN.to_owned(),
        |sent| format!("{:.3} s", capture.seconds_at(sent.at)),
    );
    let times = match flight.transmissions.len() {
        0 | 1 => String::new(),
        n => format!(", {n} times"),
    };
    let mut what = flight.messages.join(", ");
    if flight.encrypted_records > 0 {
        let encrypted = plural(flight.encrypted_records, "encrypted record");
        what = match what.is_empty() {
            true => encrypted,
            false => format!("{what}, {encrypted}"),
        };
    }
    let role = match flight.transmissions.len() {
        0..=3 => Role::Text,
        _ => Role::Warn,
    };
    Line::fact(&format!("  flight {}", flight.number), "")
        .then(role, format!("{from} at {at}{times}: {what}"))
}

fn certificate_lines(certificate: &PeerCertificate, out: &mut Vec<Line>) {
    let of = certificate.sender.name();
    let line = Line::fact("  certif.", format!("{of}: "));
    match &certificate.content {
        Err(why) => out.push(line.then(Role::Warn, format!("cannot be read: {why}"))),
        Ok(content) => {
            let signed = match content.self_signed {
                true => "self-signed".to_owned(),
                false => format!("by {}", content.issuer),
            };
            let line = line.then(
                Role::Text,
                format!("{}, {signed}, {}", content.subject, content.public_key),
            );
            out.push(match content.valid {
                true => line,
                false => line.then(Role::Error, ", not valid at the time"),
            });
        }
    }
    out.push(Line::fact("    SHA-256", certificate.fingerprint.clone()));
}
