//! What a stream's measures are told of each of its packets, once its sequence number is placed.

use crate::analysis::legs::Spot;
use crate::analysis::sequence::Arrival;
use crate::proto::rtp::RtpPacket;
use crate::time::Span;

/// One packet of a stream.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Packet<'a, 'p> {
    /// Its bytes.
    pub(in crate::analysis) rtp: &'a RtpPacket<'p>,
    /// Where and when it was captured.
    pub(in crate::analysis) spot: Spot,
    /// What it is by its sequence number.
    pub(in crate::analysis) arrival: Arrival,
    /// Its extended sequence number: comparable between packets of one stream that follow the same
    /// beginning, and new after each [`Arrival::Restart`].
    pub(in crate::analysis) number: i64,
    /// The time since the stream's packet before it; negative where the capture has them in
    /// another order.
    pub(in crate::analysis) since: Span,
    /// Whether its RTP timestamp is another than that of the newest packet before it.
    pub(in crate::analysis) is_new_time: bool,
    /// Whether frames of its stream lack packets that another stream may bring.
    pub(in crate::analysis) awaits_repair: bool,
}
