//! What RTCP said, given to the streams and connections it is about.
//!
//! Which stream a source is: one with its SSRC between the same hosts, in the same direction; of
//! several, as when many calls are made with one recording, that whose ports are the source's (one
//! transport for both, RFC 5761) or one less (RTCP on the next port, RFC 3550).

use super::round_trip::Samples;
use super::source::{Heard, Says, SourceState};
use super::{Hosts, hosts};
use crate::analysis::analyzer::State;
use crate::analysis::ids::Ssrc;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{Connection, Feedback, RtcpSender, Stream};
use crate::net::{Path, Via};
use hashbrown::HashMap;
use std::net::IpAddr;

/// Senders of RTCP kept per connection; the others are counted.
const SENDERS_MAX: usize = 256;

/// Packets that may overtake a report, or be overtaken by it.
const OVERTAKING: i64 = 2;

/// Gives the streams and connections what RTCP said of them.
pub(in crate::analysis) fn conclude(
    state: &State,
    connections: &mut [Connection],
    streams: &mut [Stream],
) {
    let by_hosts = streams_by_hosts(streams);
    let mut of_stream: Vec<Vec<&SourceState>> = vec![Vec::new(); streams.len()];
    for source in &state.rtcp.sources {
        let known = by_hosts.get(&hosts(source.path, source.via, source.ssrc));
        let best = known.and_then(|all| best(source, all, streams));
        if let Some(list) = best.and_then(|i| of_stream.get_mut(i)) {
            list.push(source);
        }
    }
    let trips = by_connection(state, connections);
    for (stream, sources) in streams.iter_mut().zip(&of_stream) {
        if let Some(feedback) = of(sources) {
            stream.feedback = Known::Yes(Box::new(feedback));
        }
    }
    for stream in streams {
        let Known::Yes(feedback) = &mut stream.feedback else {
            continue;
        };
        // Each packet that never came leaves a gap in the numbers: more than those were no packets of this
        // SSRC. libwebrtc counts what it sends again on another one with the stream.
        if let Some(sender) = &mut feedback.sender
            && !stream.pairing.repaired_by.is_empty()
            && let Known::Yes(lost) = sender.lost_before_capture
            && lost > stream.lost as i64 + OVERTAKING
        {
            sender.lost_before_capture = Known::No(Unknown::RepairsCounted);
        }
        let place = stream.connection.0 as usize - 1;
        let Some(connection) = connections.get(place) else {
            continue;
        };
        let other = trips.get(place).and_then(|t| t.get(&stream.path.src.ip()));
        let other = other.and_then(|samples| samples.report());
        if let (Known::Yes(own), Some(other)) = (&feedback.round_trip, other) {
            feedback.round_trip_whole = Known::Yes(own.median.plus(other.median));
        }
        // What cannot be added is not known for the reason that the other way is not.
        if connection
            .transports
            .iter()
            .all(|t| t.packets_ab == 0 || t.packets_ba == 0)
            && feedback.round_trip_whole.value().is_none()
        {
            feedback.round_trip_whole = Known::No(Unknown::OneWayCapture);
        }
    }
}

/// The streams by hosts and SSRC, on each of their own ways.
fn streams_by_hosts(streams: &[Stream]) -> HashMap<Hosts, Vec<usize>> {
    let mut all: HashMap<Hosts, Vec<usize>> = HashMap::new();
    for (i, stream) in streams.iter().enumerate() {
        for leg in stream.legs.iter().filter(|leg| !leg.is_copy) {
            let list = all
                .entry(hosts(leg.path, leg.via, stream.ssrc.0))
                .or_default();
            if list.last() != Some(&i) {
                list.push(i);
            }
        }
    }
    all
}

/// Of several streams with the SSRC of a source the one whose ports suit it best; of equals the
/// first. None where that is the further way of a stream, on which all is said again.
fn best(source: &SourceState, of: &[usize], streams: &[Stream]) -> Option<usize> {
    let score = |i: usize| {
        let legs = streams.get(i).map_or(&[][..], |s| s.legs.as_slice());
        let there = legs.iter().filter(|leg| leg.via == source.via);
        let scores = there.map(|leg| (likeness(leg.path, source.path), !leg.is_copy));
        scores.max().unwrap_or_default()
    };
    let best = of.iter().copied().rev().max_by_key(|&i| score(i))?;
    let (_, is_first_way) = score(best);
    is_first_way.then_some(best)
}

/// How well the ports of RTCP suit those of RTP.
fn likeness(rtp: Path, rtcp: Path) -> u8 {
    let of = |rtp: u16, rtcp: u16| match rtcp.wrapping_sub(rtp) {
        0 => 3,
        1 => 2,
        _ => 0,
    };
    of(rtp.src.port(), rtcp.src.port()) + of(rtp.dst.port(), rtcp.dst.port())
}

/// What was said of a stream and by it; none if nothing was.
fn of(sources: &[&SourceState]) -> Option<Feedback> {
    let mut says = Says::default();
    let mut heard = Heard::default();
    let mut any = false;
    for source in sources {
        if let Some(more) = &source.says {
            says.merge(more);
            any = true;
        }
        if let Some(more) = &source.heard {
            heard.merge(more);
            any = true;
        }
    }
    any.then(|| report(says, heard))
}

fn report(says: Says, heard: Heard) -> Feedback {
    let received = heard.received.as_ref();
    let round_trip = heard.round_trips.report();
    Feedback {
        nacked: heard.nacked.total,
        nacked_distinct: heard.nacked.distinct,
        intra_requests: heard.intra.distinct,
        reports: received.map(|r| r.summary()),
        lost_after_capture: match received {
            Some(received) => received.lost_after_capture(),
            None => Known::No(Unknown::NotSeen),
        },
        round_trip: Known::or(round_trip, Unknown::NotSeen),
        round_trip_whole: Known::No(Unknown::NotSeen),
        sender: says.sent.map(|sent| sent.report()),
        cname: says.cname,
        bye: says.bye,
        remb: heard.remb,
        tmmbr: heard.tmmbr,
        transport_cc: heard.transport_cc,
        ccfb: heard.ccfb,
        messages: heard.messages,
    }
}

/// Gives each connection its senders of RTCP and the round trips to its ends, and returns these by
/// host.
fn by_connection(state: &State, connections: &mut [Connection]) -> Vec<HashMap<IpAddr, Samples>> {
    let mut places: HashMap<(Path, Via), usize> = HashMap::new();
    for (i, connection) in connections.iter().enumerate() {
        for t in &connection.transports {
            let path = Path {
                src: t.a,
                dst: t.b,
                protocol: t.protocol,
            };
            places.insert((path.canonical().0, t.via), i);
        }
    }
    let mut trips: Vec<HashMap<IpAddr, Samples>> = vec![HashMap::new(); connections.len()];
    for source in &state.rtcp.sources {
        let place = places.get(&(source.path.canonical().0, source.via));
        let Some((place, connection)) = place.and_then(|&p| Some((p, connections.get_mut(p)?)))
        else {
            continue;
        };
        if let (Some(heard), Some(trips)) = (&source.heard, trips.get_mut(place)) {
            let to = source.path.dst.ip();
            trips.entry(to).or_default().merge(&heard.round_trips);
        }
        let Some((first, last)) = source.active else {
            continue;
        };
        let all = &mut connection.feedback;
        if all.senders.len() >= SENDERS_MAX {
            all.senders_not_kept += 1;
            continue;
        }
        let says = source.says.as_deref();
        all.senders.push(RtcpSender {
            ssrc: Ssrc(source.ssrc),
            path: source.path,
            via: source.via,
            clear: source.clear,
            encrypted: source.opaque,
            first,
            last,
            cname: says.and_then(|s| s.cname.clone()),
            bye: says.and_then(|s| s.bye.clone()),
        });
    }
    for (connection, trips) in connections.iter_mut().zip(&trips) {
        let to = |host: IpAddr| trips.get(&host).and_then(|s| s.report());
        connection.feedback.round_trips = connection.endpoints.map(to);
    }
    trips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Endpoint, Protocol};

    fn path(src: u16, dst: u16) -> Path {
        Path {
            src: Endpoint::v4([10, 0, 0, 1], src),
            dst: Endpoint::v4([10, 0, 0, 2], dst),
            protocol: Protocol::Udp,
        }
    }

    #[test]
    fn ports_tell_which_of_several_streams_is_meant() {
        let rtcp = path(5001, 6001);
        let order = [
            path(5001, 6001),
            path(5000, 6000),
            path(5000, 6002),
            path(7000, 8000),
        ];
        let scores = order.map(|rtp| likeness(rtp, rtcp));
        assert!(scores.windows(2).all(|w| w[0] > w[1]), "{scores:?}");
    }

    #[test]
    fn nothing_said_is_no_feedback() {
        let quiet = SourceState::new(path(1, 2), Via::Direct, 7);
        assert_eq!(of(&[&quiet]), None);
    }
}
