//! What one source sends, over all streams that carry it.

use super::Kind;
use crate::analysis::StreamId;

/// One camera, screen or microphone of one end: a stream, or several of simulcast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaSource {
    /// The `m=` section it belongs to (RFC 9143), if known.
    pub mid: Option<Box<str>>,
    /// Audio or video.
    pub kind: Kind,
    /// Its encodings, lowest bit rate first; of simulcast more than one.
    pub layers: Vec<MediaLayer>,
}

/// One encoding of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaLayer {
    /// The stream that carries it.
    pub stream: StreamId,
    /// Its restriction identifier (RFC 8852), if known.
    pub rid: Option<Box<str>>,
    /// The streams that repair it.
    pub repaired_by: Vec<StreamId>,
}
