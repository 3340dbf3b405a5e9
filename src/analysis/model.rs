//! What a capture holds: the owned model that every presenter reads.
//!
//! Nothing here borrows from a packet, and nothing here computes: it is filled by
//! [`Analyzer`](super::Analyzer). Times are capture times; counts are of packets or bytes as named.

use super::ids::{ConnectionId, Ssrc, StreamId};
use super::known::Known;
use super::packets::PacketIndex;
use super::series::Series;
use crate::capture::{LinkType, Problem};
use crate::net::{Endpoint, Path, Protocol, Via};
use crate::time::{Span, Timestamp};
use std::net::IpAddr;

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
    /// Whether the whole capture was read; `false` in a snapshot taken while loading.
    pub complete: bool,
}

/// Facts about the capture.
#[derive(Clone, Debug, Default)]
pub struct CaptureInfo {
    /// `"pcap"` or `"pcapng"`, with the compression if there was one: `"pcapng.gz"`.
    pub format: String,
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
    /// What was wrong; one entry per kind, with the first packet concerned.
    pub problems: Vec<CountedProblem>,
}

impl CaptureInfo {
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
    /// SCTP packets found in clear.
    pub sctp: u64,
    /// ICMP and ICMPv6; what they quote is not counted as media.
    pub icmp: u64,
    /// TCP segments.
    pub tcp: u64,
    /// Packets inside a tunnel, not opened.
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

/// One peer connection: its transports, how it came up, and its streams.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// The two hosts, lower address first.
    pub endpoints: [IpAddr; 2],
    /// Where it is in its life.
    pub state: ConnectionState,
    /// The address pairs it used, in order of appearance.
    pub transports: Vec<Transport>,
    /// Its streams.
    pub streams: Vec<StreamId>,
    /// ICE, if connectivity checks were seen.
    pub ice: Option<Ice>,
    /// DTLS, if records were seen.
    pub dtls: Option<Dtls>,
    /// TURN servers that were asked, in order of appearance.
    pub turn: Vec<Turn>,
    /// Its first packet.
    pub first_seen: Timestamp,
    /// Its last packet.
    pub last_seen: Timestamp,
}

impl Connection {
    /// Datagrams over all transports; what came wrapped counts with its wrapper.
    pub fn packets(&self) -> u64 {
        self.outermost().map(Transport::packets).sum()
    }

    /// UDP payload bytes over all transports; what came wrapped counts with its wrapper.
    pub fn bytes(&self) -> u64 {
        self.outermost().map(|t| t.bytes_ab + t.bytes_ba).sum()
    }

    fn outermost(&self) -> impl Iterator<Item = &Transport> {
        let any_direct = self.transports.iter().any(|t| t.via == Via::Direct);
        self.transports
            .iter()
            .filter(move |t| !any_direct || t.via == Via::Direct)
    }

    /// The transport that carried most packets: the selected pair, in practice.
    pub fn main_transport(&self) -> Option<&Transport> {
        self.transports
            .iter()
            .max_by_key(|t| (t.packets(), std::cmp::Reverse(t.index)))
    }
}

/// Where a connection is in its life (RTCPeerConnectionState, as far as packets show it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Seen, but nothing that tells more.
    New,
    /// Connectivity checks, none answered yet.
    Checking,
    /// Media, data or a completed handshake flowed.
    Connected,
    /// A DTLS alert or a STUN error ended it.
    Failed,
    /// It was closed in a way that the packets show.
    Closed,
    /// RTP without ICE or DTLS.
    MediaOnly,
}

impl ConnectionState {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Checking => "checking",
            Self::Connected => "connected",
            Self::Failed => "failed",
            Self::Closed => "closed",
            Self::MediaOnly => "media-only",
        }
    }
}

/// One pair of addresses that packets of a connection used. `a` is the lower endpoint.
#[derive(Clone, Debug)]
pub struct Transport {
    /// Its index over the whole capture: what [`PacketRef::transport`](super::PacketRef) names.
    pub index: u32,
    /// UDP or TCP.
    pub protocol: Protocol,
    /// One end.
    pub a: Endpoint,
    /// The other end.
    pub b: Endpoint,
    /// Direct or wrapped.
    pub via: Via,
    /// Datagrams from `a` to `b`.
    pub packets_ab: u64,
    /// Datagrams from `b` to `a`.
    pub packets_ba: u64,
    /// Payload bytes from `a` to `b`.
    pub bytes_ab: u64,
    /// Payload bytes from `b` to `a`.
    pub bytes_ba: u64,
    /// The first datagram.
    pub first_seen: Timestamp,
    /// The last datagram.
    pub last_seen: Timestamp,
    /// Datagrams by what they carry.
    pub protocols: Protocols,
    /// RTCP datagrams whose whole structure is readable: not encrypted.
    pub rtcp_clear: u64,
}

impl Transport {
    /// Datagrams both ways.
    pub fn packets(&self) -> u64 {
        self.packets_ab + self.packets_ba
    }
}

/// What the connectivity checks of a connection showed (RFC 8445).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ice {
    /// Binding requests with a USERNAME.
    pub requests: u64,
    /// Success responses to them.
    pub responses: u64,
    /// Error responses by code.
    pub errors: Vec<(u16, u64)>,
    /// The username fragments, as `USERNAME` has them: `"Uc7L:Kq3f"`.
    pub ufrags: Vec<String>,
    /// The first pair nominated with an answered USE-CANDIDATE, and when: (sender, receiver, time).
    pub nominated: Option<(Endpoint, Endpoint, Timestamp)>,
    /// Who sent ICE-CONTROLLING last.
    pub controlling: Option<Endpoint>,
    /// Round-trip time from answered checks.
    pub round_trip_time: Option<RoundTrip>,
    /// Whether messages were cut by the snaplen, so that attributes are missing.
    pub cut: bool,
}

/// Round-trip times between the two hosts, from answered connectivity checks.
///
/// A check shows the way from the point of capture to who answers, and back. When both sides' checks
/// were answered, the sum of the two is the whole way, wherever the capture was taken; when only
/// one's were, it is the part that they show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundTrip {
    /// The shortest.
    pub min: Span,
    /// The median (of at most the first 256).
    pub median: Span,
    /// The longest.
    pub max: Span,
    /// Answered requests.
    pub samples: u64,
    /// 2 when both sides' checks were answered; 1 when this is only the part that one side's show.
    pub directions: u8,
}

/// What a TURN server was asked and how it answered (RFC 8656).
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Its address.
    pub server: Endpoint,
    /// Over what it was reached.
    pub protocol: Protocol,
    /// The relayed transport address it gave, if it did.
    pub relayed: Option<Endpoint>,
    /// Whether an Allocate succeeded.
    pub allocated: bool,
    /// Error responses by code; 401 once is how the exchange begins.
    pub errors: Vec<(u16, u64)>,
    /// Channels bound.
    pub channels: u64,
    /// Permissions created.
    pub permissions: u64,
}

/// What the DTLS records of a connection showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Dtls {
    /// `"1.0"`, `"1.2"`, `"1.3"`.
    pub version: Known<&'static str>,
    /// Who sent the ClientHello.
    pub client: Known<Endpoint>,
    /// How far the handshake got.
    pub state: DtlsState,
    /// The cipher suite of the ServerHello, by its IANA name.
    pub cipher_suite: Known<String>,
    /// The SRTP protection profile of the ServerHello (RFC 5764), where it travels in clear.
    pub srtp_profile: Known<String>,
    /// The key-exchange group of the ServerHello, by its IANA name.
    pub key_exchange: Known<String>,
    /// From the first ClientHello to the first record under the new keys from each side.
    pub handshake_duration: Known<Span>,
    /// Alerts in clear, as (level, description) in words, with their count; not known where they
    /// travel encrypted and none was seen in clear.
    pub alerts: Known<Vec<(String, u64)>>,
    /// Datagrams with DTLS records.
    pub datagrams: u64,
}

/// How far a DTLS handshake got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DtlsState {
    /// Records, but no handshake: the capture began later.
    NotCaptured,
    /// A ClientHello without answer.
    Unanswered,
    /// Both sides spoke, no keys yet.
    Handshaking,
    /// Records under the new keys from both sides.
    Complete,
}

impl DtlsState {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotCaptured => "not captured",
            Self::Unanswered => "hello unanswered",
            Self::Handshaking => "handshaking",
            Self::Complete => "complete",
        }
    }
}

/// One RTP stream: one SSRC on one directed path, at the point of capture.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its number.
    pub id: StreamId,
    /// Its connection.
    pub connection: ConnectionId,
    /// Its index into [`Connection::transports`] by [`Transport::index`].
    pub transport: u32,
    /// Its synchronization source.
    pub ssrc: Ssrc,
    /// Who sends to whom.
    pub path: Path,
    /// Direct or wrapped.
    pub via: Via,
    /// Whether the payload is encrypted.
    pub encrypted: Known<bool>,
    /// What it carries.
    pub kind: Kind,
    /// Where `kind` comes from.
    pub kind_source: Option<Source>,
    /// The codec, if a static payload type or a session description names it.
    pub codec: Known<Codec>,
    /// The RTP clock rate in Hz and where it comes from.
    pub clock_rate: Known<(u32, Source)>,
    /// Payload types and their packets, in order of appearance.
    pub payload_types: Vec<(u8, u64)>,
    /// Header-extension ids and the packets that carried them, by id.
    pub header_extensions: Vec<(u8, u64)>,
    /// Its first packet.
    pub first_seen: Timestamp,
    /// Its last packet.
    pub last_seen: Timestamp,
    /// Packets received, duplicates included.
    pub packets: u64,
    /// Highest minus lowest extended sequence number plus one, summed over restarts.
    pub expected: u64,
    /// Expected minus distinct: lost before the point of capture; never negative.
    pub lost: u64,
    /// Packets whose sequence number had been seen.
    pub duplicated: u64,
    /// Packets that arrived below the highest sequence number so far and were not duplicates.
    pub reordered: u64,
    /// Times the sender began again with unrelated sequence numbers.
    pub restarts: u32,
    /// RTP payload bytes, without headers; padding and authentication tags included where they
    /// cannot be told apart.
    pub payload_bytes: u64,
    /// RTP header bytes: fixed header, CSRCs, extensions.
    pub header_bytes: u64,
    /// Packets with the marker bit.
    pub marked: u64,
    /// Packets with the padding bit.
    pub padded: u64,
    /// Mean bit rate of RTP packets (headers included) from first to last packet, in bit/s.
    pub bitrate: Known<f64>,
    /// Interarrival jitter, RFC 3550 appendix A.8.
    pub jitter: Known<Jitter>,
    /// The longest time between two packets.
    pub interarrival_max: Known<Span>,
    /// Times without packets, longest first, at most [`MAX_GAPS`](super::MAX_GAPS).
    pub gaps: Vec<Gap>,
    /// Feedback about this stream in clear RTCP.
    pub feedback: Known<Feedback>,
    /// Packets, bytes, loss and jitter over time.
    pub series: Series,
}

impl Stream {
    /// The payload type that most packets have; the first of them.
    pub fn main_payload_type(&self) -> Option<u8> {
        let most = self.payload_types.iter().map(|(_, n)| *n).max()?;
        self.payload_types
            .iter()
            .find(|(_, n)| *n == most)
            .map(|(pt, _)| *pt)
    }

    /// Lost packets as a fraction of those expected, 0 to 1.
    pub fn loss_fraction(&self) -> f64 {
        if self.expected == 0 {
            0.0
        } else {
            self.lost as f64 / self.expected as f64
        }
    }
}

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Audio.
    Audio,
    /// Video.
    Video,
    /// Not known.
    Unknown,
}

impl Kind {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Unknown => "unknown",
        }
    }
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A static payload type (RFC 3551).
    Static,
    /// How the packets behave.
    Inferred,
}

impl Source {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Inferred => "inferred",
        }
    }
}

/// A codec by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Its encoding name: `"PCMU"`.
    pub name: &'static str,
    /// Clock rate in Hz.
    pub clock_rate: u32,
    /// Channels, for audio.
    pub channels: Option<u8>,
    /// Where this comes from.
    pub source: Source,
}

/// Interarrival jitter (RFC 3550 section 6.4.1 and appendix A.8), per packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter {
    /// The estimate after the last packet.
    pub last: Span,
    /// The mean of the estimate over all packets.
    pub mean: Span,
    /// Its highest value.
    pub max: Span,
}

/// A time without packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The last packet before.
    pub start: Timestamp,
    /// The first packet after.
    pub end: Timestamp,
    /// Sequence numbers missing in between; 0 when the sender was silent (mute, DTX).
    pub lost: u32,
}

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
