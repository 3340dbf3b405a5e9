//! The round-trip time that a connection is graded by.
//!
//! Connectivity checks are answered at once, and both sides' together show the whole way, wherever
//! the capture was taken. With an ICE-lite server only one side asks, which shows the way from the
//! point of capture to the server; the way to the client and back is then that from a DTLS flight of
//! the server to the client's answer, which takes a little longer since keys are computed in it.
//!
//! Where there is no ICE, or only of one side, RTCP reports in clear that quote each other show the
//! same: each side's from the point of capture to the other and back.

use super::super::known::{Known, Unknown};
use super::super::model::{
    Connection, Dtls, Flight, Grade, Ice, Latency, LatencySource, Role, RoundTrip,
};
use crate::time::Span;
use std::net::IpAddr;

/// The latency of a connection: by connectivity checks if they show the whole way, by RTCP if that
/// does, else by the part that either shows.
pub(super) fn latency(c: &Connection) -> Known<Latency> {
    let checks = by_checks(c);
    let is_whole = |(_, source): &(Span, LatencySource)| *source != LatencySource::IcePart;
    let whole = checks.filter(is_whole).or_else(|| by_reports(c, true));
    let known = whole.or(checks).or_else(|| by_reports(c, false));
    let latency = known.map(|(round_trip_time, source)| Latency {
        round_trip_time,
        grade: Grade::of(round_trip_time),
        source,
    });
    Known::or(latency, Unknown::NotSeen)
}

/// By answered connectivity checks.
fn by_checks(c: &Connection) -> Option<(Span, LatencySource)> {
    let ice = c.ice.as_ref()?;
    let rtt = ice.round_trip_time?;
    Some(match rtt {
        RoundTrip { directions: 2, .. } => (rtt.median, LatencySource::Ice),
        _ => match asker(ice).and_then(|host| rest_of_way(c.dtls.as_ref()?, host)) {
            Some(rest) => (rtt.median.plus(rest), LatencySource::IceAndDtls),
            None => (rtt.median, LatencySource::IcePart),
        },
    })
}

/// By RTCP reports that quote each other: the whole way, or what one side's show.
fn by_reports(c: &Connection, whole: bool) -> Option<(Span, LatencySource)> {
    match c.feedback.round_trips {
        [Some(a), Some(b)] => Some((a.median.plus(b.median), LatencySource::Rtcp)),
        [one, other] if !whole => {
            let part = one.or(other)?;
            Some((part.median, LatencySource::RtcpPart))
        }
        _ => None,
    }
}

/// The one host whose checks were answered.
fn asker(ice: &Ice) -> Option<IpAddr> {
    let mut asker = None;
    for pair in &ice.pairs {
        for (end, checks) in [(pair.a, &pair.from_a), (pair.b, &pair.from_b)] {
            if checks.responses > 0 {
                if asker.is_some_and(|known| known != end.ip()) {
                    return None;
                }
                asker = Some(end.ip());
            }
        }
    }
    asker
}

/// The way to a host and back, by its answers to DTLS flights.
fn rest_of_way(dtls: &Dtls, host: IpAddr) -> Option<Span> {
    let role = match dtls.client.value()?.ip() == host {
        true => Role::Client,
        false => Role::Server,
    };
    answer_time(&dtls.flights, role)
}

/// The shortest time in which a side answered a flight that was sent once.
fn answer_time(flights: &[Flight], role: Role) -> Option<Span> {
    let answers = flights.windows(2).filter_map(|two| {
        let [flight, answer] = two else { return None };
        let [sent] = flight.transmissions[..] else {
            return None;
        };
        let own = answer.sender == role && flight.sender != role;
        let answered = answer.transmissions.first()?.at;
        // An encrypted ACK cannot be told from the flight before it.
        let ended = Some(flight.last_seen).filter(|last| *last <= answered);
        let took = answered - ended.unwrap_or(sent.at);
        (own && took >= Span::default()).then_some(took)
    });
    answers.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::model::Transmission;
    use crate::time::Timestamp;

    fn flight(number: u8, sender: Role, sent_ms: &[i64], last_ms: i64) -> Flight {
        let at = |ms: i64| Timestamp::from_nanos(ms * 1_000_000);
        let transmission = |ms: &i64| Transmission {
            at: at(*ms),
            packet: 1,
            estimated: false,
        };
        Flight {
            number,
            sender,
            messages: Vec::new(),
            encrypted_records: 0,
            transmissions: sent_ms.iter().map(transmission).collect(),
            last_seen: at(last_ms),
            records_in_stun: 0,
        }
    }

    #[test]
    fn an_answer_is_timed_from_the_end_of_what_it_answers() {
        let mut flights = vec![
            flight(1, Role::Client, &[0], 1),
            flight(4, Role::Server, &[3], 5),
            flight(5, Role::Client, &[65], 66),
        ];
        assert_eq!(
            answer_time(&flights, Role::Client),
            Some(Span::from_millis(60))
        );
        assert_eq!(
            answer_time(&flights, Role::Server),
            Some(Span::from_millis(2))
        );
        // Which of two transmissions was answered, nobody knows.
        flights[1] = flight(4, Role::Server, &[3, 53], 55);
        assert_eq!(answer_time(&flights, Role::Client), None);
    }
}
