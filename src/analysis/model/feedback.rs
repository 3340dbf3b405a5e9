//! What RTCP in clear says of a stream, and of those who send RTCP.

use crate::analysis::{Known, Ssrc};
use crate::capture::PacketNo;
use crate::net::{Path, Via};
use crate::time::{Span, Timestamp};

/// What RTCP in clear says of a stream: its receivers, and its own sender.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    /// Messages about it by kind, in order of first appearance; only those that were seen.
    pub messages: Vec<FeedbackMessages>,
    /// Sequence numbers that generic NACKs asked for, each time they did.
    pub nacked: u64,
    /// The same, each number once.
    pub nacked_distinct: u64,
    /// Full intra requests (RFC 5104) without repetitions, which keep their command sequence number.
    pub intra_requests: u64,
    /// Receiver reports about it (RFC 3550).
    pub reports: Option<ReceiverReports>,
    /// Packets lost behind the point of capture, in the time between the first report about the
    /// stream and the last: what the receiver counts more than was missing here. Negative when
    /// duplicates hide losses from the receiver.
    pub lost_after_capture: Known<i64>,
    /// From the point of capture to the receiver and back, without the time that it held on to
    /// reports.
    pub round_trip: Known<RoundTripTimes>,
    /// From one end to the other and back: the medians of the ways from the point of capture to
    /// both, added.
    pub round_trip_whole: Known<Span>,
    /// Sender reports (RFC 3550).
    pub sender: Option<SenderReports>,
    /// The canonical name that its sender gives it (SDES), without control characters.
    pub cname: Option<String>,
    /// The first BYE for it.
    pub bye: Option<Goodbye>,
    /// Bandwidth that receivers estimate (REMB), with this stream among those it is for.
    pub remb: Option<MaxBitrates>,
    /// Bitrate that receivers ask to stay below (TMMBR, RFC 5104).
    pub tmmbr: Option<MaxBitrates>,
    /// What transport-wide feedback in the name of this stream says of packets of all streams.
    pub transport_cc: Option<PacketStatuses>,
    /// What congestion control feedback (RFC 8888) says of its packets.
    pub ccfb: Option<PacketStatuses>,
}

impl Feedback {
    /// How many messages of this kind came: `"NACK"`.
    pub fn count(&self, name: &str) -> u64 {
        let of = self.messages.iter().find(|m| m.name == name);
        of.map_or(0, |m| m.count)
    }
}

/// Messages of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedbackMessages {
    /// `"NACK"`, `"PLI"`, `"FIR"`, `"SLI"`, `"RPSI"`, `"REMB"`, `"TMMBR"`, `"transport-cc"`, `"CCFB"`.
    pub name: &'static str,
    /// How many.
    pub count: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
}

/// The report blocks of a stream's receivers (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReceiverReports {
    /// How many.
    pub count: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// Share of packets lost between the last two reports, 0 to 1.
    pub fraction_lost: f64,
    /// The highest such share.
    pub fraction_lost_max: f64,
    /// Cumulative number of packets lost, by the last; negative with duplicates.
    pub lost: i32,
    /// Extended highest sequence number received, by the last.
    pub highest_sequence: u32,
    /// Interarrival jitter by the last, in units of the RTP clock.
    pub jitter: u32,
    /// The highest jitter, in units of the RTP clock.
    pub jitter_max: u32,
}

/// A stream's sender reports (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SenderReports {
    /// How many.
    pub count: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// RTP packets sent by the time of the last.
    pub packets: u32,
    /// Payload bytes sent by the time of the last.
    pub octets: u32,
    /// Packets sent between the first and the last report that did not come past the point of
    /// capture; a packet or two more or less when they overtake a report.
    pub lost_before_capture: Known<i64>,
    /// Ticks of the RTP clock in a second of the sender's wall clock, from the first report to the
    /// last.
    pub clock_rate: Known<f64>,
    /// How much faster than the capture's the sender's wall clock runs, as a fraction of it.
    pub clock_skew: Known<f64>,
}

/// Round-trip times from reports that quote each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTripTimes {
    /// The latest.
    pub last: Span,
    /// The shortest.
    pub min: Span,
    /// The median.
    pub median: Span,
    /// The longest.
    pub max: Span,
    /// How many.
    pub samples: u64,
    /// Those not counted, because they were below zero or above 30 s.
    pub not_counted: u64,
}

/// A BYE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goodbye {
    /// When.
    pub at: Timestamp,
    /// The packet.
    pub packet: PacketNo,
    /// The reason it gives, without control characters.
    pub reason: Option<String>,
}

/// Bitrates in requests to stay below them, in bit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxBitrates {
    /// The lowest.
    pub min: u64,
    /// The highest.
    pub max: u64,
    /// The latest.
    pub last: u64,
}

/// What feedback says of packets, each time it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PacketStatuses {
    /// Said to have arrived.
    pub received: u64,
    /// Said to be missing: some may be said to have arrived later.
    pub lost: u64,
}

/// One source of RTCP: an SSRC that sends it on one path.
#[derive(Clone, Debug, PartialEq)]
pub struct RtcpSender {
    /// Its synchronization source.
    pub ssrc: Ssrc,
    /// Who sends to whom.
    pub path: Path,
    /// Direct or wrapped.
    pub via: Via,
    /// RTCP datagrams in clear that it sent.
    pub clear: u64,
    /// Encrypted ones, of which only the sender's SSRC can be read.
    pub encrypted: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// Its canonical name, without control characters.
    pub cname: Option<String>,
    /// Its first BYE.
    pub bye: Option<Goodbye>,
}

/// What RTCP tells of a connection as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionFeedback {
    /// Who sends RTCP, in order of appearance.
    pub senders: Vec<RtcpSender>,
    /// How many more there were than are kept.
    pub senders_not_kept: u64,
    /// From the point of capture to the lower of [`Connection::endpoints`](super::Connection) and
    /// back, then to the higher, as far as reports show it.
    pub round_trips: [Option<RoundTripTimes>; 2],
}
