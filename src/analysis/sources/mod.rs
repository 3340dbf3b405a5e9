//! What the streams of a connection are, decided over all of them together at each snapshot: kinds,
//! which repairs which, what belongs to one source.
//!
//! Each stream has measured what tells; here nothing is measured, only concluded.

mod extensions;
mod frames;
mod kind;
mod layers;
mod pairs;

pub(super) use layers::sources;

pub(super) use extensions::Meanings;

use super::analyzer::State;
use super::model::{Connection, Stream};
use super::path;
use super::payload;
use super::repair;
use super::stream::StreamState;

/// A stream as it will be reported, with what was measured of it.
#[derive(Debug)]
pub(super) struct Measured<'a, 's> {
    /// What was measured.
    pub(super) state: &'s StreamState,
    /// What is reported.
    pub(super) stream: &'a mut Stream,
}

/// Decides what the streams of one connection are.
pub(super) fn decide(state: &State, connection: &mut Connection, streams: &mut [Measured<'_, '_>]) {
    let meanings = extensions::decide(state, streams);
    let repairs = pairs::find(streams);
    kind::decide(streams, &repairs);
    payload::decide(streams);
    pairs::report(streams, &repairs);
    repair::decide(connection, streams);
    frames::decide(streams, &meanings);
    connection.paths = path::report(state, streams, &meanings);
}
