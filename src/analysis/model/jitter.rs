//! Variation of the packets' delay. Definitions: docs/algorithms/jitter.md.

use super::Kind;
use crate::analysis::Known;
use crate::time::Span;

/// Interarrival jitter (RFC 3550 section 6.4.1 and appendix A.8) and delay variation (RFC 5481).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    /// Once for each timestamp: the headline, and what a receiver's getStats() says.
    pub last: Span,
    /// The mean of that estimate over all its samples.
    pub mean: Span,
    /// Its highest value.
    pub max: Span,
    /// Over every packet in order, those of one frame included.
    pub per_packet: Estimate,
    /// How much longer than the fastest the packets were under way.
    pub delay_variation: Known<DelaySpread>,
}

/// One running estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate after the last packet.
    pub last: Span,
    /// The mean of the estimate over all samples.
    pub mean: Span,
    /// Its highest value.
    pub max: Span,
}

/// Delays relative to the lowest of the latest 10 to 20 s, told to 1/16 of their value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelaySpread {
    /// Half of the packets took no longer.
    pub median: Span,
    /// 95 % of the packets took no longer.
    pub p95: Span,
    /// 99 % of the packets took no longer.
    pub p99: Span,
    /// The longest.
    pub max: Span,
    /// Packets measured: those in order that begin a timestamp.
    pub samples: u64,
}

impl Jitter {
    /// What the headline is taken from, for a stream of this kind: `per-frame` or `per-packet`. In
    /// audio each packet has its own timestamp, so that the two are one.
    pub fn definition(kind: Kind) -> &'static str {
        match kind {
            Kind::Video => "per-frame",
            _ => "per-packet",
        }
    }
}
