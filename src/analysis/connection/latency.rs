//! The round-trip time that a connection is graded by.

use super::super::known::{Known, Unknown};
use super::super::model::{Connection, Grade, Latency, LatencySource};

/// The latency of a connection: that of its connectivity checks, which are answered at once.
pub(super) fn latency(c: &Connection) -> Known<Latency> {
    let measured = c.ice.as_ref().and_then(|ice| ice.round_trip_time);
    let graded = measured.map(|rtt| Latency {
        round_trip_time: rtt.median,
        grade: Grade::of(rtt.median),
        source: match rtt.directions {
            2 => LatencySource::Ice,
            _ => LatencySource::IcePart,
        },
    });
    Known::or(graded, Unknown::NotSeen)
}
