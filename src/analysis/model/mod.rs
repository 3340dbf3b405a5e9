//! What a capture holds: the owned model that every presenter reads.
//!
//! Nothing here borrows from a packet, and nothing here computes: it is filled by
//! [`Analyzer`](super::Analyzer). Times are capture times; counts are of packets or bytes as named.

mod capture_loss;
mod codec;
mod connection;
mod decryption;
mod described;
mod dtls;
mod dtls_event;
mod event;
mod extension;
mod feedback;
mod frames;
mod ice;
mod ice_event;
mod jitter;
mod latency;
mod loss;
mod media;
mod media_source;
mod message;
mod pairing;
mod path;
mod sctp;
mod sctp_event;
mod stream;
mod turn;
mod turn_event;

pub use capture_loss::{CaptureLoss, CaptureLossEvidence, Verdict};
pub use codec::{Codec, Kind, PayloadType, Source};
pub use connection::{Connection, ConnectionState, Transport};
pub use decryption::{Decryption, KeySource, KeysGiven, Openings};
pub use described::{Described, DescribedFormat};
pub use dtls::{
    CertificateContent, Dtls, DtlsState, EncryptedAlert, Flight, MessageCount, Offer,
    PeerCertificate, Role, Transmission,
};
pub use dtls_event::DtlsEvent;
pub use event::{Event, EventKind};
pub use extension::{AudioLevel, HeaderExtension, Identity, LevelBucket};
pub use feedback::{
    ConnectionFeedback, Feedback, FeedbackMessages, Goodbye, MaxBitrates, PacketStatuses,
    ReceiverReports, RoundTripTimes, RtcpSender, SenderReports,
};
pub use frames::{Frames, KeyFrames, Spread};
pub use ice::{
    CandidatePair, Checks, Consent, Ice, IceSession, Nomination, Outage, PairState, Reflexive,
    RoundTrip, Verified,
};
pub use ice_event::IceEvent;
pub use jitter::{DelaySpread, Estimate, Jitter};
pub use latency::{Grade, Latency, LatencySource};
pub use loss::{BurstGap, LossDetail};
pub use media::{
    CodedLayer, DtmfEvent, FrameTypes, KeyFrame, KeyReason, Media, Opaque, Opus, OpusBandwidth,
    OpusMode, Redundancy, Size, SizeChange, Video,
};
pub use media_source::{MediaLayer, MediaSource};
pub use message::{ChannelControl, GivenUp, Incomplete, Message, MessageKind, Wholeness};
pub use pairing::Pairing;
pub use path::{DelayBucket, DelaySource, DelayVariation, PathDelay, PathLoss, QueueBuildUp};
pub use sctp::{
    AnswerTime, ChannelState, ChannelTraffic, DataChannel, NamedCount, Retransmissions, Sctp,
    SctpAbort, SctpInit, SctpPhase, SctpSide, Side, Sides, ZeroWindow,
};
pub use sctp_event::SctpEvent;
pub use stream::{Gap, Leg, Stream};
pub use turn::{
    AllocateRequest, AllocationState, Overhead, Permission, Refusal, Turn, TurnPeer,
    refusal_meaning,
};
pub use turn_event::TurnEvent;

use super::packets::PacketIndex;
use super::vault::Opener;
use crate::capture::{Dump, LinkType, Problem};
use crate::time::{Span, Timestamp};
use std::sync::Arc;

/// All that was found in a capture, complete or so far.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The file itself.
    pub capture: CaptureInfo,
    /// Datagrams by what they carry.
    pub protocols: Protocols,
    /// Peer connections, in order of appearance.
    pub connections: Vec<Connection>,
    /// RTP streams, in order of appearance.
    pub streams: Vec<Stream>,
    /// The packets, if [`Options::packet_index`](super::Options) asked for them.
    pub packets: PacketIndex,
    /// What opens single packets again, if there was something to decrypt with.
    pub opener: Option<Arc<Opener>>,
    /// Whether the whole capture was read; `false` in a snapshot taken while loading.
    pub complete: bool,
}

/// Facts about the capture.
#[derive(Clone, Debug, Default)]
pub struct CaptureInfo {
    /// `"pcap"` or `"pcapng"`, with the compression if there was one: `"pcapng.gz"`.
    pub format: String,
    /// What is known of the dump that was read as a capture, if it is one: its addresses are made up.
    pub dump: Option<Dump>,
    /// The link types met, in order of appearance.
    pub link_types: Vec<LinkType>,
    /// Packets read.
    pub packets: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
    /// The earliest capture time.
    pub first: Option<Timestamp>,
    /// The latest capture time.
    pub last: Option<Timestamp>,
    /// Packets cut by the snaplen.
    pub truncated_packets: u64,
    /// Packets whose link, IP or UDP layer could not be decoded.
    pub undecoded_packets: u64,
    /// Packets the capturing system says it dropped (pcapng interface statistics), if it says so.
    pub dropped_by_capture: Option<u64>,
    /// Whether the capture itself lost packets.
    pub loss: CaptureLoss,
    /// What there was to decrypt with; none if nothing.
    pub keys: Option<KeysGiven>,
    /// What was wrong; one entry per kind, with the first packet concerned.
    pub problems: Vec<CountedProblem>,
}

impl CaptureInfo {
    /// Whether capture times are times of a known day.
    pub fn is_dated(&self) -> bool {
        self.dump.as_ref().is_none_or(|dump| dump.is_dated)
    }

    /// From the first packet to the last.
    pub fn duration(&self) -> Span {
        match (self.first, self.last) {
            (Some(first), Some(last)) => last - first,
            _ => Span::default(),
        }
    }

    /// Seconds from the first packet of the capture to `ts`.
    pub fn seconds_at(&self, ts: Timestamp) -> f64 {
        self.first.map_or(0.0, |first| (ts - first).seconds())
    }
}

/// A problem and how often it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedProblem {
    /// Its first occurrence.
    pub problem: Problem,
    /// How often it occurred in all.
    pub count: u64,
}

/// Datagrams by what they carry. A wrapper (ChannelData) counts once itself, and its content once
/// more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protocols {
    /// STUN and TURN messages.
    pub stun: u64,
    /// TURN ChannelData messages.
    pub turn_channel_data: u64,
    /// Datagrams with DTLS records.
    pub dtls: u64,
    /// RTP, including SRTP.
    pub rtp: u64,
    /// RTCP, including SRTCP.
    pub rtcp: u64,
    /// SCTP packets in clear, or out of decrypted DTLS records (whose datagrams count as DTLS too).
    pub sctp: u64,
    /// ICMP and ICMPv6; what they quote is not counted as media.
    pub icmp: u64,
    /// TCP segments that carried none of these.
    pub tcp: u64,
    /// Tunnel headers; what is inside counts once more, as what it is.
    pub tunnel: u64,
    /// Everything else.
    pub other: u64,
}

impl Protocols {
    /// Each count with the name that reports give it.
    pub fn named(&self) -> [(&'static str, u64); 10] {
        [
            ("STUN", self.stun),
            ("ChannelData", self.turn_channel_data),
            ("DTLS", self.dtls),
            ("RTP", self.rtp),
            ("RTCP", self.rtcp),
            ("SCTP", self.sctp),
            ("ICMP", self.icmp),
            ("TCP", self.tcp),
            ("tunnelled", self.tunnel),
            ("other", self.other),
        ]
    }
}
