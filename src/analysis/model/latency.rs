//! How good the way between the two ends is for a conversation, judged by its round-trip time.

use crate::time::Span;

/// The round-trip time of a connection and what it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The round-trip time that is graded: a median.
    pub round_trip_time: Span,
    /// What it is worth.
    pub grade: Grade,
    /// Where it comes from.
    pub source: LatencySource,
}

/// A grade of round-trip time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// At most 100 ms.
    Excellent,
    /// At most 200 ms.
    Good,
    /// At most 500 ms.
    Acceptable,
    /// At most one second.
    Poor,
    /// More than a second.
    Unusable,
}

impl Grade {
    /// The grade of a round-trip time.
    pub fn of(round_trip_time: Span) -> Self {
        let limits = [
            (100, Self::Excellent),
            (200, Self::Good),
            (500, Self::Acceptable),
            (1_000, Self::Poor),
        ];
        let within = |&&(ms, _): &&(i64, Self)| round_trip_time <= Span::from_millis(ms);
        limits
            .iter()
            .find(within)
            .map_or(Self::Unusable, |(_, grade)| *grade)
    }

    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Excellent => "excellent",
            Self::Good => "good",
            Self::Acceptable => "acceptable",
            Self::Poor => "poor",
            Self::Unusable => "unusable",
        }
    }
}

/// Where a round-trip time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencySource {
    /// Answered connectivity checks of both sides: the whole way.
    Ice,
    /// Answered connectivity checks of one side, and the other side's answer to a DTLS flight: the
    /// whole way, and the time to compute keys.
    IceAndDtls,
    /// Answered connectivity checks of one side only: from the point of capture to the other side
    /// and back. The whole way may take longer.
    IcePart,
    /// RTCP reports both ways that quote each other: the whole way.
    Rtcp,
    /// RTCP reports one way only: from the point of capture to one side and back. The whole way may
    /// take longer.
    RtcpPart,
}

impl LatencySource {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ice => "ice",
            Self::IceAndDtls => "ice+dtls",
            Self::IcePart => "ice-part",
            Self::Rtcp => "rtcp",
            Self::RtcpPart => "rtcp-part",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_change_just_above_their_limits() {
        let grade = |ms: i64, ns: i64| Grade::of(Span::from_nanos(ms * 1_000_000 + ns)).name();
        assert_eq!([grade(0, 0), grade(100, 0)], ["excellent"; 2]);
        assert_eq!([grade(100, 1), grade(200, 0)], ["good"; 2]);
        assert_eq!([grade(200, 1), grade(500, 0)], ["acceptable"; 2]);
        assert_eq!([grade(500, 1), grade(1_000, 0)], ["poor"; 2]);
        assert_eq!(grade(1_000, 1), "unusable");
    }
}
