//! Which stream repairs which: retransmissions (RFC 4588) and forward error correction (RFC 8627) on
//! an SSRC of their own.

use super::Source;
use crate::analysis::{Known, StreamId, Unknown};

/// What a stream has to do with the repair of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// The stream whose packets it repairs, and where that is known from.
    pub repairs: Known<(StreamId, Source)>,
    /// The streams that repair it, in order of appearance, and where that is known from.
    pub repaired_by: Vec<(StreamId, Source)>,
}

impl Default for Pairing {
    fn default() -> Self {
        Self {
            repairs: Known::No(Unknown::NoRepair),
            repaired_by: Vec::new(),
        }
    }
}
