//! How far a handshake got and, if it stopped, a sentence that says where.
//!
//! What is in clear is told as a fact; what only the size and time of encrypted records suggests is
//! told with "probably". docs/algorithms/dtls.md lists both.

use super::association::Association;
use super::flights::{FlightState, Flights, SeenAlert};
use crate::analysis::model::{DtlsState, Role};
use crate::analysis::moment::Sighting;
use crate::proto::dtls::codes;
use crate::time::{Span, Timestamp};

/// An alert that comes later than this after the handshake is taken for a close, not for a refusal.
const REFUSAL_WINDOW: Span = Span::from_millis(2_000);

/// State and reason.
pub(super) struct Verdict {
    pub(super) state: DtlsState,
    pub(super) stopped: Option<String>,
    /// When the alert came that ended it.
    pub(super) ended_at: Option<Timestamp>,
}

impl Verdict {
    fn new(state: DtlsState, stopped: impl Into<String>) -> Self {
        Self {
            state,
            stopped: Some(stopped.into()),
            ended_at: None,
        }
    }

    fn at(mut self, alert: &Sighting) -> Self {
        self.ended_at = Some(alert.ts);
        self
    }
}

/// Judges an association. `media` is the time of the first RTP packet on its connection, if any.
pub(super) fn judge(a: &Association, flights: &Flights, media: Option<Timestamp>) -> Verdict {
    // A side that has keys encrypts its alerts; one in clear may come from anybody.
    let is_genuine = |alert: &&SeenAlert| {
        let sealed = a.sides.get(alert.side).and_then(|s| s.sealed);
        alert.is_authentic || sealed.is_none_or(|sealed| alert.at.order() < sealed.order())
    };
    let mut alerts = flights.alerts.iter().filter(is_genuine);
    // In DTLS 1.3 the description alone counts (RFC 8446), and a close is no failure.
    let is_fatal = |alert: &&SeenAlert| {
        alert.level == codes::FATAL && alert.description != codes::CLOSE_NOTIFY
    };
    if let Some(alert) = alerts.clone().find(is_fatal) {
        let SeenAlert {
            side,
            ref at,
            description,
            ..
        } = *alert;
        let name = codes::alert_name(description)
            .map_or_else(|| format!("alert {description}"), str::to_owned);
        let who = a.name_of(side);
        let answer = answered_flight(flights, side, at);
        let stopped = format!(
            "the DTLS {who} sent the fatal alert {name}{answer} (packet {})",
            at.no
        );
        return Verdict::new(DtlsState::Failed, stopped).at(at);
    }
    let close = alerts.find(|alert| alert.description == codes::CLOSE_NOTIFY);
    if let Some(SeenAlert { side, at, .. }) = close {
        let who = a.name_of(*side);
        // What was not captured may have been complete.
        let was_seen = a.hello.is_some() || a.server_spoke;
        let early = if a.is_complete() || !was_seen {
            ""
        } else {
            " before the handshake was complete"
        };
        let stopped = format!(
            "the DTLS {who} closed it with close_notify{early} (packet {})",
            at.no
        );
        return Verdict::new(DtlsState::Closed, stopped).at(at);
    }
    if a.hello.is_none() && !a.server_spoke {
        return Verdict {
            state: DtlsState::NotCaptured,
            stopped: None,
            ended_at: None,
        };
    }
    if a.is_complete() {
        complete(a, flights, media)
    } else {
        incomplete(a, flights)
    }
}

fn answered_flight(flights: &Flights, side: usize, at: &Sighting) -> String {
    let others = flights.all.iter().filter(|f| f.side != side);
    let before = others.filter(|f| {
        f.sendings
            .first()
            .is_some_and(|(s, _)| s.order() <= at.order())
    });
    let last = before.map(|f| f.number).max();
    last.map_or_else(String::new, |n| format!(" in answer to flight {n}"))
}

fn complete(a: &Association, flights: &Flights, media: Option<Timestamp>) -> Verdict {
    let first_alert = a.encrypted_ends().min_by_key(|end| end.at.order());
    let Some(end) = first_alert else {
        let server_acks = a.client.and_then(|side| flights.acks.get(1 - side));
        let unacknowledged = a.unified
            && server_acks == Some(&0)
            && a.server_side().is_some_and(|s| s.application.long == 0)
            && flights.get(5).is_some_and(|f| f.sendings.len() > 1);
        if let (true, Some(flight)) = (unacknowledged, flights.get(5)) {
            let stopped = format!(
                "stuck at flight 6: the server has not acknowledged flight 5 of the client, {}",
                times_sent(flight)
            );
            return Verdict::new(DtlsState::Stuck(6), stopped);
        }
        return Verdict {
            state: DtlsState::Complete,
            stopped: None,
            ended_at: None,
        };
    };
    let who = a.name_of(end.side);
    let no = end.at.no;
    let soon = a
        .completed_at()
        .is_some_and(|done| end.at.ts - done.ts <= REFUSAL_WINDOW);
    let used = media.is_some_and(|first| first < end.at.ts);
    let silent = a
        .sides
        .get(end.side)
        .is_some_and(|s| s.application.long == 0);
    if soon && silent && !used {
        let record = if end.certain {
            "an encrypted alert"
        } else {
            "probably an encrypted alert, by its length"
        };
        let other = a.name_of(1 - end.side);
        let stopped = format!(
            "the DTLS {who} probably refused the {other}'s certificate, as when its fingerprint is \
             not the announced one: its first record after the handshake is {record} (packet {no})"
        );
        return Verdict::new(DtlsState::Failed, stopped).at(&end.at);
    }
    let how = if end.certain {
        "its last record is an encrypted alert"
    } else {
        "its last record is as long as an encrypted alert"
    };
    // Without keys the end of DTLS 1.3 is a guess, and a guess closes nothing.
    let (state, probably) = if end.certain {
        (DtlsState::Closed, "")
    } else {
        (DtlsState::Complete, "probably ")
    };
    Verdict::new(
        state,
        format!("the DTLS {who} {probably}closed it: {how} (packet {no})"),
    )
    .at(&end.at)
}

fn incomplete(a: &Association, flights: &Flights) -> Verdict {
    let client = a.client;
    if let Some(only) = a.only_side(flights) {
        let who = a.name_of(only);
        let stopped = format!("only what the {who} sent was captured");
        return Verdict::new(DtlsState::NotCaptured, stopped);
    }
    let refused = flights
        .sealed_alerts
        .iter()
        .find(|(side, _)| Some(*side) == client);
    if let Some((_, at)) = refused {
        let stopped = format!(
            "the DTLS client probably refused the server: instead of flight 5 it sent a record as long \
             as an encrypted alert (packet {})",
            at.no
        );
        return Verdict::new(DtlsState::Failed, stopped).at(at);
    }
    if !a.server_spoke {
        let hello = flights.get(1).or_else(|| flights.get(3));
        let sent = hello.map_or_else(String::new, |f| format!(", {}", times_sent(f)));
        let part = if a.hello.as_ref().is_some_and(|hello| hello.whole) {
            String::new()
        } else {
            ", which was never seen whole".to_owned()
        };
        let stopped = format!("no answer to the ClientHello{part}{sent}");
        return Verdict::new(DtlsState::Unanswered, stopped);
    }
    let Some(last) = flights.all.iter().max_by_key(|f| f.number) else {
        return Verdict {
            state: DtlsState::NotCaptured,
            stopped: None,
            ended_at: None,
        };
    };
    let missing = missing_of(a, last);
    let sender = a.name_of(last.side);
    let (number, sent) = (last.number, times_sent(last));
    if !missing.is_empty() {
        let missing = missing.join("; ");
        let stopped = format!(
            "stuck at flight {number}: of what the {sender} sent is missing {missing}; {sent}"
        );
        return Verdict::new(DtlsState::Stuck(number), stopped);
    }
    let other = a.name_of(1 - last.side);
    let names = if last.names.is_empty() {
        String::new()
    } else {
        format!(" ({})", last.names.join(", "))
    };
    // Flight 2 is answered by 3, 3 by 4, 4 by 5, 5 by 6; without cookies, 1 is by 4.
    let next = match number {
        1 => 4,
        n => n + 1,
    };
    let stopped = format!(
        "stuck at flight {next}: the {other} has not answered flight {number} of the \
         {sender}{names}, {sent}"
    );
    Verdict::new(DtlsState::Stuck(next), stopped)
}

/// What can be seen to be missing of a flight in clear.
fn missing_of(a: &Association, flight: &FlightState) -> Vec<String> {
    let Some(side) = a.sides.get(flight.side) else {
        return Vec::new();
    };
    let mut missing: Vec<String> = Vec::new();
    for open in side.fragments.unfinished() {
        let name = codes::handshake_name(open.message_type).unwrap_or("a message");
        let have: Vec<String> = open
            .ranges()
            .map(|r| format!("{}..{}", r.start, r.end))
            .collect();
        let have = if have.is_empty() {
            "nothing".to_owned()
        } else {
            format!("bytes {}", have.join(", "))
        };
        missing.push(format!("a part of {name} ({have} of {} seen)", open.length));
    }
    let highest = side.messages.iter().map(|m| m.seq).max().unwrap_or(0);
    let unseen = (0..highest).filter(|seq| !side.messages.iter().any(|m| m.seq == *seq));
    let unseen: Vec<String> = unseen.take(8).map(|seq| seq.to_string()).collect();
    if !unseen.is_empty() && flight.number >= 4 {
        missing.push(format!(
            "the message with message_seq {}",
            unseen.join(", ")
        ));
    }
    let names = |name: &str| flight.names.contains(&name);
    let is_13 = a.version() == Some(codes::DTLS13);
    let encrypted = flight.sealed > 0;
    match flight.number {
        4 if is_13 && !encrypted => missing.push("the encrypted part".to_owned()),
        4 if !is_13 && !names("ServerHelloDone") && !names("ChangeCipherSpec") => {
            missing.push("ServerHelloDone".to_owned());
        }
        5 if !is_13 && !encrypted => missing.push("Finished".to_owned()),
        _ => {}
    }
    missing
}

/// `sent 5 times in 3.1 s`.
fn times_sent(flight: &FlightState) -> String {
    match flight.sendings.as_slice() {
        [] | [_] => "sent once".to_owned(),
        [(first, _), .., (last, _)] => format!(
            "sent {} times in {:.1} s",
            flight.sendings.len(),
            (last.ts - first.ts).seconds()
        ),
    }
}

/// An encrypted alert at the end of what a side sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) side: usize,
    pub(super) at: Sighting,
    pub(super) certain: bool,
}

impl Association {
    /// The alerts that are, or look like, the last record of each side after the handshake.
    fn encrypted_ends(&self) -> impl Iterator<Item = End> {
        self.sides.iter().enumerate().flat_map(|(side, s)| {
            let last = s.application.last_long;
            let after = |at: &&Sighting| last.is_none_or(|last| last.order() <= at.order());
            let certain = s.sealed_alerts.iter().map(|(at, _)| at).find(after);
            let probable = s.application.shorts.first().map(|(at, _)| at);
            let end = |at: &Sighting, certain| End {
                side,
                at: *at,
                certain,
            };
            certain
                .map(|at| end(at, true))
                .into_iter()
                .chain(probable.map(|at| end(at, false)))
        })
    }

    /// The one side that was captured, when what it sent shows that the other spoke as well: a
    /// server answers, and a client goes on after its hello only if it was answered.
    fn only_side(&self, flights: &Flights) -> Option<usize> {
        let client = self.client?;
        let seen = |side: usize| self.sides.get(side).is_some_and(|s| s.endpoint.is_some());
        let went_on = flights.get(5).is_some() || flights.get(3).is_some();
        match (seen(client), seen(1 - client)) {
            (true, false) => went_on.then_some(client),
            (false, true) => Some(1 - client),
            _ => None,
        }
    }

    /// Whether both sides sent under the new keys.
    pub(super) fn is_complete(&self) -> bool {
        let began = self.hello.is_some() || self.server_spoke;
        began && self.sides.iter().all(|s| s.sealed.is_some()) && !self.is_known_unfinished()
    }

    /// Whether everything that the client encrypted was opened, and neither its Finished was in it nor
    /// anything that comes after that.
    fn is_known_unfinished(&self) -> bool {
        let client = self.client.and_then(|side| self.sides.get(side));
        client.is_some_and(|c| c.finished.is_none() && c.unopened == 0 && c.application.long == 0)
    }

    /// The record that completed the handshake.
    pub(super) fn completed_at(&self) -> Option<Sighting> {
        if !self.is_complete() {
            return None;
        }
        // Where Finished was opened that is exact; else it is the first record under the new keys.
        let known = self.sides.iter().all(|s| s.finished.is_some());
        let ends = self
            .sides
            .iter()
            .filter_map(|s| if known { s.finished } else { s.sealed });
        ends.max_by_key(Sighting::order)
    }

    pub(super) fn role_of(&self, side: usize) -> Option<Role> {
        self.client.map(|client| match client == side {
            true => Role::Client,
            false => Role::Server,
        })
    }

    fn name_of(&self, side: usize) -> &'static str {
        self.role_of(side).map_or("sender", Role::name)
    }

    fn server_side(&self) -> Option<&super::side::Side> {
        self.sides.get(1 - self.client?)
    }

    /// The version that was chosen, as far as it shows.
    pub(super) fn version(&self) -> Option<u16> {
        let chosen = self.answer.as_ref().and_then(|a| a.version);
        let unified = self.unified.then_some(codes::DTLS13);
        chosen.or(unified).or(self.sealed_version)
    }
}
