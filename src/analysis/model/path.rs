//! One direction of a transport as a path: how long packets wait on it, and which it loses.

use crate::analysis::{Known, Ssrc};
use crate::net::{Path, Via};
use crate::time::{Span, Timestamp};

/// What the packets of all streams of one direction show of their way to the point of capture.
#[derive(Clone, Debug, PartialEq)]
pub struct PathDelay {
    /// [`Transport::index`](super::Transport::index).
    pub transport: u32,
    /// Who sends to whom.
    pub path: Path,
    /// Direct or wrapped.
    pub via: Via,
    /// How long packets waited on their way.
    pub delay: Known<DelayVariation>,
    /// What transport-wide sequence numbers show.
    pub numbers: Known<PathLoss>,
}

/// One-way delay variation: how much longer than the quickest packets took, with the drift between
/// the sender's clock and the capture's taken out. What all packets took is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct DelayVariation {
    /// Which clock of the sender tells it.
    pub source: DelaySource,
    /// Packets measured.
    pub samples: u64,
    /// The median.
    pub median: Span,
    /// What 5 % of the packets exceed.
    pub p95: Span,
    /// The longest.
    pub max: Span,
    /// How much slower than the capture's the sender's clock seems to run, as a fraction of it; 0
    /// where the capture is too short to say.
    pub drift: f64,
    /// Width of a bucket of `series`.
    pub width: Span,
    /// Delay over time; times without packets are left out.
    pub series: Vec<DelayBucket>,
    /// Times in which packets queued, in order; not known by RTP timestamps, which do not tell a queue
    /// from a sender that holds packets back.
    pub build_ups: Known<Vec<QueueBuildUp>>,
    /// How many more there were than are kept.
    pub build_ups_not_kept: u64,
}

/// Which clock of the sender a delay is measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelaySource {
    /// The absolute send time that packets carry: when each left.
    AbsSendTime,
    /// The RTP timestamps of one stream: when its media was sampled, so that what the sender takes to
    /// encode and pace it counts as well.
    RtpTimestamps(Ssrc),
}

impl DelaySource {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::AbsSendTime => "abs-send-time",
            Self::RtpTimestamps(_) => "rtp-timestamps",
        }
    }
}

/// Delays in one bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayBucket {
    /// When it begins.
    pub start: Timestamp,
    /// Packets measured in it.
    pub samples: u32,
    /// The shortest.
    pub min: Span,
    /// The median.
    pub median: Span,
    /// What 5 % of the packets exceed.
    pub p95: Span,
    /// The longest.
    pub max: Span,
}

/// A time in which packets queued on their way: most came late.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueueBuildUp {
    /// When delay began to grow.
    pub start: Timestamp,
    /// When it was gone.
    pub end: Timestamp,
    /// When it was longest.
    pub peak_at: Timestamp,
    /// How long then.
    pub peak: Span,
    /// Seconds of delay that each second added, from the start to the peak.
    pub growth: f64,
}

/// Loss and order of a path by transport-wide sequence numbers, which count the packets of all
/// streams that carry them together.
#[derive(Clone, Debug, PartialEq)]
pub struct PathLoss {
    /// Packets that carried a number.
    pub packets: u64,
    /// Highest minus lowest number plus one, summed over restarts.
    pub expected: u64,
    /// Expected minus distinct.
    pub lost: u64,
    /// Packets whose number had been seen.
    pub duplicated: u64,
    /// Packets below the highest number so far that were not duplicates.
    pub reordered: u64,
    /// Times the numbers began anew.
    pub restarts: u32,
    /// What the streams that carry the numbers lost by their own sequence numbers. Where the path lost
    /// more, the missing packets were of streams that were not seen, or at the ends of those that were.
    pub streams_lost: u64,
    /// Packets lost by second, where any were; negative where some of those lost before came after
    /// all.
    pub series: Vec<(Timestamp, i32)>,
}
