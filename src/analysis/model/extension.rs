//! Header extensions (RFC 8285) of a stream, and what they say of it.

use super::Source;
use crate::analysis::Known;
use crate::time::{Span, Timestamp};
use std::borrow::Cow;

/// One header extension by its local identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderExtension {
    /// Its local identifier: 1 to 14, or to 255 in the two-byte form.
    pub id: u8,
    /// Packets of the stream that carry it.
    pub packets: u64,
    /// The URI that the identifier stands for, and where that is known from.
    pub uri: Known<(Cow<'static, str>, Source)>,
}

/// Which stream of the session this is, as its packets say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The `m=` section it belongs to (RFC 9143).
    pub mid: Known<(Box<str>, Source)>,
    /// Which stream of that section it is (RFC 8852).
    pub rid: Known<(Box<str>, Source)>,
    /// Which stream of that section it repairs (RFC 8852).
    pub repaired_rid: Known<(Box<str>, Source)>,
}

/// The levels that an audio sender measured (RFC 6464), in dBov: 0 is overload, -127 silence.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioLevel {
    /// Packets that tell a level.
    pub packets: u64,
    /// The lowest level.
    pub min: f64,
    /// Mean of the levels, as they are, in dB.
    pub mean: f64,
    /// The highest level.
    pub max: f64,
    /// Share of packets flagged as voice, 0 to 1; not known when the flag was never set, as by
    /// senders that do not detect voice.
    pub voice: Known<f64>,
    /// Share of packets with digital silence, 0 to 1.
    pub silence: f64,
    /// Width of a bucket of `series`.
    pub width: Span,
    /// Levels over time; times without any are left out.
    pub series: Vec<LevelBucket>,
}

/// Audio levels in one bucket of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelBucket {
    /// When it begins.
    pub start: Timestamp,
    /// Packets that tell a level.
    pub packets: u32,
    /// Packets flagged as voice.
    pub voiced: u32,
    /// The lowest level in dBov.
    pub min: f64,
    /// Mean of the levels in dBov.
    pub mean: f64,
    /// The highest level in dBov.
    pub max: f64,
}
