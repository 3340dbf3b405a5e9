//! What receivers report about a stream.

/// Feedback about a stream, from RTCP in clear.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Feedback {
    /// Generic NACK messages (RFC 4585).
    pub nack: u64,
    /// Picture loss indications (RFC 4585).
    pub pli: u64,
    /// Full intra requests (RFC 5104).
    pub fir: u64,
    /// Report blocks about it (RFC 3550).
    pub reports: u64,
    /// Cumulative number of packets lost, of the latest report block; may be negative.
    pub reported_lost: Option<i32>,
    /// Interarrival jitter of the latest report block, in clock units.
    pub reported_jitter: Option<u32>,
}
