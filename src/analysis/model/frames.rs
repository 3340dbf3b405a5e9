//! Frames of a video stream, as they show in packets. Definitions: docs/algorithms/frames.md.

use super::Source;
use crate::analysis::Known;
use crate::time::Span;

/// The frames of one video stream: packets of one RTP timestamp are one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    /// Frames of which a packet was seen or repaired, and those that were lost as a whole as far as
    /// sequence numbers and timestamps show it.
    pub seen: u64,
    /// Those of which every packet was.
    pub complete: u64,
    /// Those of `complete` that needed a packet which came late or was sent again.
    pub repaired: u64,
    /// How often the row of complete frames went on. A frame that is not complete holds up those
    /// after it, and they count with it as one: this is what browsers count as `framesReceived`.
    pub received: u64,
    /// The others of `seen`: they lacked packets for so long that they were not waited for.
    pub incomplete: u64,
    /// Complete frames a second, from the first to the last.
    pub per_second: Known<f64>,
    /// Payload bytes of a complete frame, padding and authentication tags included where they
    /// cannot be told apart.
    pub size: Known<Spread<u64>>,
    /// From the first packet of a frame to its last: how the sender paces, and what a repair cost.
    pub duration: Known<Spread<Span>>,
    /// Time between frames that were completed one after the other.
    pub inter_frame: Known<Spread<Span>>,
    /// Variance of that time in s²: (Σd² − (Σd)²/n) / n, as W3C webrtc-stats has it.
    pub inter_frame_variance: Known<f64>,
    /// Key frames among the complete ones.
    pub key: Known<KeyFrames>,
    /// Times between frames of at least max(3 avg, avg + 150 ms), with the average of the last 30
    /// (W3C `freezeCount`): of the network, since what is shown is not seen here.
    pub freezes: u64,
    /// The sum of those times.
    pub freezes_total: Span,
}

/// The least, the mean and the most of a measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread<T> {
    /// The least.
    pub min: T,
    /// The arithmetic mean.
    pub mean: T,
    /// The most.
    pub max: T,
}

/// How many key frames there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFrames {
    /// Their number.
    pub count: u64,
    /// The dependency descriptor, the payload in clear, or, inferred, their size.
    pub source: Source,
}
