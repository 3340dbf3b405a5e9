//! Variation of the packets' delay.

use crate::time::Span;

/// Interarrival jitter (RFC 3550 section 6.4.1 and appendix A.8), per packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    /// The estimate after the last packet.
    pub last: Span,
    /// The mean of the estimate over all packets.
    pub mean: Span,
    /// Its highest value.
    pub max: Span,
}
