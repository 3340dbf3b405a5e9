//! Connections to draw in tests.

use crate::analysis::Options;
use crate::analysis::model::{Connection, Event, EventKind, IceEvent, Turn};
use crate::net::{Endpoint, Via};
use crate::time::Timestamp;
use std::path::Path;

pub(super) fn ep(host: u8, port: u16) -> Endpoint {
    Endpoint::v4([192, 0, 2, host], port)
}

pub(super) fn at_ms(ms: i64) -> Timestamp {
    Timestamp::from_nanos(ms * 1_000_000)
}

pub(super) fn event(ms: i64, transport: u32, reverse: bool) -> Event {
    Event {
        at: at_ms(ms),
        packet: 1 + ms as u64,
        transport,
        reverse,
        kind: EventKind::Ice(IceEvent::FirstAnswer),
    }
}

/// A relayed call, to make others of: a model made field by field would have to grow with it.
fn prototype() -> Connection {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/turn-relay.pcapng");
    let analysis = crate::analyze(&sample, &Options::default()).unwrap();
    analysis.connections.into_iter().next().unwrap()
}

/// With these transports, of which the first carried most, and no events.
pub(super) fn connection(transports: &[(Endpoint, Endpoint)]) -> Connection {
    let mut c = prototype();
    let like = c.transports.swap_remove(0);
    c.transports = (0..)
        .zip(transports)
        .map(|(index, &(a, b))| {
            let mut t = like.clone();
            (t.index, t.a, t.b, t.via) = (index, a, b, Via::Direct);
            t
        })
        .collect();
    c.turn.clear();
    c.streams.clear();
    c.events.clear();
    (c.first_seen, c.last_seen) = (at_ms(0), at_ms(60_000));
    c
}

/// An allocation at `server`.
pub(super) fn turn(server: Endpoint, relayed: Endpoint) -> Turn {
    let mut turn = prototype().turn.swap_remove(0);
    (turn.server, turn.relayed) = (server, Some(relayed));
    turn
}
