//! What the connectivity checks of a connection showed (RFC 8445).

use crate::net::Endpoint;
use crate::time::{Span, Timestamp};

/// What the connectivity checks of a connection showed (RFC 8445).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ice {
    /// Binding requests with a USERNAME.
    pub requests: u64,
    /// Success responses to them.
    pub responses: u64,
    /// Error responses by code.
    pub errors: Vec<(u16, u64)>,
    /// The username fragments, as `USERNAME` has them: `"Uc7L:Kq3f"`.
    pub ufrags: Vec<String>,
    /// The first pair nominated with an answered USE-CANDIDATE, and when: (sender, receiver, time).
    pub nominated: Option<(Endpoint, Endpoint, Timestamp)>,
    /// Who sent ICE-CONTROLLING last.
    pub controlling: Option<Endpoint>,
    /// Round-trip time from answered checks.
    pub round_trip_time: Option<RoundTrip>,
    /// Whether messages were cut by the snaplen, so that attributes are missing.
    pub cut: bool,
}

/// Round-trip times between the two hosts, from answered connectivity checks.
///
/// A check shows the way from the point of capture to who answers, and back. When both sides' checks
/// were answered, the sum of the two is the whole way, wherever the capture was taken; when only
/// one's were, it is the part that they show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundTrip {
    /// The shortest.
    pub min: Span,
    /// The median (of at most the first 256).
    pub median: Span,
    /// The longest.
    pub max: Span,
    /// Answered requests.
    pub samples: u64,
    /// 2 when both sides' checks were answered; 1 when this is only the part that one side's show.
    pub directions: u8,
}
