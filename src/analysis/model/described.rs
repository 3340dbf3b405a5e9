//! What a session description says of a stream, beyond what the packets could tell as well.

use super::Codec;
use crate::analysis::{Ssrc, StreamId};

/// Facts about one stream from the session descriptions that the user gave. Kind, codec, clock rate
/// and header extensions are where those are told, with [`Source::Sdp`](super::Source::Sdp).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// The `a=mid` of its media section (RFC 5888).
    pub mid: Option<String>,
    /// Its layer (RFC 8851), where each layer has payload types of its own; else only packets tell.
    pub rid: Option<String>,
    /// The layers that its sender offers of the same media (`a=simulcast`, RFC 8853), in order.
    pub layers: Vec<String>,
    /// The canonical name of its source (RFC 5576).
    pub cname: Option<String>,
    /// How long its packets should be, in milliseconds: `a=ptime` of its receiver.
    pub packet_time: Option<u32>,
    /// The source that it repairs by its group (`FID`, `FEC-FR`), whether that was seen or not.
    pub repaired_source: Option<Ssrc>,
    /// The stream that it repairs.
    pub repairs: Option<StreamId>,
    /// The streams that repair it, in order of appearance.
    pub repaired_by: Vec<StreamId>,
    /// What the payload types of its media section mean, also those that no packet has: redundant
    /// payloads have others inside.
    pub formats: Vec<DescribedFormat>,
}

/// A payload type, as session descriptions explain it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedFormat {
    /// Its number, 0 to 127.
    pub payload_type: u8,
    /// What it means.
    pub codec: Codec,
    /// The payload type whose packets it retransmits (`apt`, RFC 4588).
    pub retransmits: Option<u8>,
    /// NAL units that a decoder needs before the first packet: `sprop-parameter-sets` of H.264
    /// (RFC 6184), `sprop-vps`, `sprop-sps` and `sprop-pps` of H.265 (RFC 7798).
    pub parameter_sets: Vec<Vec<u8>>,
}
