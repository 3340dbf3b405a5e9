//! What a TURN server was asked and how it answered (RFC 8656).

use crate::net::{Endpoint, Protocol};

/// What a TURN server was asked and how it answered (RFC 8656).
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Its address.
    pub server: Endpoint,
    /// Over what it was reached.
    pub protocol: Protocol,
    /// The relayed transport address it gave, if it did.
    pub relayed: Option<Endpoint>,
    /// Whether an Allocate succeeded.
    pub allocated: bool,
    /// Error responses by code; 401 once is how the exchange begins.
    pub errors: Vec<(u16, u64)>,
    /// Channels bound.
    pub channels: u64,
    /// Permissions created.
    pub permissions: u64,
}
