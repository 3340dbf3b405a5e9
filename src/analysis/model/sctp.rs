//! SCTP associations and the data channels on them, as far as they were seen in clear or decrypted.

use crate::analysis::{Known, Series};
use crate::net::Endpoint;
use crate::time::{Span, Timestamp};

/// One of the two ends of an association: `A` is the transport's `a` where the association began.
/// In a capture without addresses it is who sent the first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The lower address.
    A,
    /// The higher address.
    B,
}

impl Side {
    /// The peer.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }
}

/// Something that each side has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides<T> {
    /// Of side A.
    pub a: T,
    /// Of side B.
    pub b: T,
}

impl<T> Sides<T> {
    /// Of one side.
    pub fn of(&self, side: Side) -> &T {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// Of one side, to change it.
    pub fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }
}

/// An SCTP association (RFC 9260). A connection has one; of several, this is the one with most
/// packets.
#[derive(Clone, Debug, PartialEq)]
pub struct Sctp {
    /// Associations that were seen on the connection: more than one if it was begun anew.
    pub associations: u64,
    /// How far it got.
    pub phase: SctpPhase,
    /// What each side said and sent.
    pub sides: Sides<SctpSide>,
    /// From the first INIT to the first COOKIE ACK.
    pub handshake_duration: Known<Span>,
    /// Who broke it off.
    pub abort: Option<SctpAbort>,
    /// SCTP packets, without copies.
    pub packets: u64,
    /// The same packet seen on another leg of its way, within 200 ms: not measured again.
    pub copies: u64,
    /// Packets whose checksum is right.
    pub checksum_correct: u64,
    /// Packets without checksum, which RFC 9653 allows where DTLS finds errors.
    pub checksum_zero: u64,
    /// Packets whose checksum is wrong.
    pub checksum_wrong: u64,
    /// Chunks by type.
    pub chunks: Vec<NamedCount>,
    /// DATA and I-DATA chunks by payload protocol identifier, where they tell it.
    pub protocols: Vec<NamedCount>,
    /// Its first packet.
    pub first_seen: Timestamp,
    /// Its last packet.
    pub last_seen: Timestamp,
}

/// How often something with a registered number was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCount {
    /// Its number.
    pub id: u32,
    /// Its name; the number, where it has none.
    pub name: String,
    /// How often.
    pub count: u64,
}

/// The end of an association that was broken off.
#[derive(Clone, Debug, PartialEq)]
pub struct SctpAbort {
    /// Who sent the ABORT.
    pub by: Side,
    /// When.
    pub at: Timestamp,
    /// Its causes in words.
    pub cause: String,
    /// Whether the cause is that the user wanted it: that is how browsers close a connection.
    pub by_user: bool,
}

/// How far an association got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SctpPhase {
    /// An INIT without answer.
    InitUnanswered,
    /// An INIT ACK whose cookie was not echoed.
    CookieNotEchoed,
    /// A COOKIE ECHO without answer.
    CookieUnanswered,
    /// Both sides may send.
    Established,
    /// A side has nothing more to send.
    ShuttingDown,
    /// Shut down in order.
    Closed,
    /// A side broke it off.
    Aborted,
}

impl SctpPhase {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::InitUnanswered => "init unanswered",
            Self::CookieNotEchoed => "cookie not echoed",
            Self::CookieUnanswered => "cookie unanswered",
            Self::Established => "established",
            Self::ShuttingDown => "shutting down",
            Self::Closed => "closed",
            Self::Aborted => "aborted",
        }
    }
}

/// One side of an association: what it said at the start, and what it sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SctpSide {
    /// Its transport address, as last seen.
    pub address: Known<Endpoint>,
    /// Its SCTP port; WebRTC uses 5000.
    pub port: u16,
    /// The verification tag on packets to it.
    pub verification_tag: Known<u32>,
    /// Its INIT, or INIT ACK if it sent no INIT.
    pub init: Known<SctpInit>,
    /// DATA and I-DATA chunks it sent, retransmissions included.
    pub data_chunks: u64,
    /// Those whose TSN had been seen.
    pub retransmitted: u64,
    /// TSNs up to the highest that never came by the point of capture.
    pub missing: u64,
    /// User data in bytes, retransmissions not counted.
    pub bytes: u64,
    /// FORWARD-TSN and I-FORWARD-TSN chunks it sent.
    pub forward_tsns: u64,
    /// TSNs it gave up: passed over by FORWARD-TSN before they were acknowledged.
    pub given_up: u64,
    /// SACKs it sent.
    pub sacks: u64,
    /// Those that report gaps.
    pub gap_reports: u64,
    /// TSNs that they report as received twice.
    pub duplicate_reports: u64,
    /// The smallest and the last receiver window it advertised, in bytes.
    pub receiver_window: Known<(u32, u32)>,
    /// Times at which it advertised no room at all, and for how long together.
    pub zero_window: Known<ZeroWindow>,
    /// Why chunks were sent again, as far as the acknowledgements before tell.
    pub retransmissions: Known<Retransmissions>,
    /// The most user data in bytes that was sent and not acknowledged at once, at the point of
    /// capture.
    pub in_flight_max: Known<u64>,
    /// ERROR chunks that it sent.
    pub errors: u64,
    /// Its chunks and bytes of user data over time, retransmissions not counted; `None` if it sent
    /// none.
    pub series: Option<Series>,
    /// From a chunk of user data that it sent once until the peer acknowledged it, by the newest that
    /// each acknowledgement covers. Begins and ends at the point of capture, and includes the time
    /// that the peer may wait before it acknowledges.
    pub acknowledgement_time: Known<AnswerTime>,
    /// From a HEARTBEAT that it sent until the answer.
    pub heartbeat_time: Known<AnswerTime>,
}

/// How often and for how long a side advertised a receiver window of 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZeroWindow {
    /// How often it fell to 0.
    pub count: u64,
    /// For how long together.
    pub duration: Span,
}

/// Chunks sent again, by what the capture shows as the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retransmissions {
    /// Three acknowledgements had reported them missing: fast retransmissions (RFC 9260).
    pub fast: u64,
    /// Fewer had: the sender's timer ran out.
    pub timeout: u64,
    /// They had been acknowledged already: the timer was too short, or the acknowledgement lost.
    pub needless: u64,
}

/// What an INIT or INIT ACK offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SctpInit {
    /// Streams it wants to send on.
    pub outbound_streams: u16,
    /// Most streams it accepts.
    pub inbound_streams: u16,
    /// Its first TSN.
    pub initial_tsn: u32,
    /// Its receiver window in bytes.
    pub receiver_window: u32,
    /// The chunk types beyond RFC 9260 that it says it supports, by name.
    pub extensions: Vec<String>,
    /// Whether it supports FORWARD-TSN: without it channels are reliable.
    pub forward_tsn: bool,
    /// Whether it accepts packets without checksum (RFC 9653).
    pub zero_checksum: bool,
    /// Whether it came in the session description (`a=sctp-init`), and not in a packet.
    pub signalled: bool,
    /// The types of all its parameters, in order.
    pub parameters: Vec<u16>,
}

/// How long answers took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnswerTime {
    /// The shortest.
    pub min: Span,
    /// The median (of at most the first 256).
    pub median: Span,
    /// The longest.
    pub max: Span,
    /// How many were measured.
    pub samples: u64,
}

/// A data channel (RFC 8831): a pair of streams of an association.
#[derive(Clone, Debug, PartialEq)]
pub struct DataChannel {
    /// Its stream identifier, the same both ways.
    pub stream: u16,
    /// How far it got.
    pub state: ChannelState,
    /// Whether the applications agreed on it without DATA_CHANNEL_OPEN.
    pub negotiated: Known<bool>,
    /// Its label; printable, what would steer a terminal is escaped.
    pub label: Known<String>,
    /// Its subprotocol, mostly empty; printable.
    pub protocol: Known<String>,
    /// Whether messages arrive in order: as it was opened, or as its messages are marked.
    pub ordered: Known<bool>,
    /// The most retransmissions of a message; `None` is no limit.
    pub max_retransmits: Known<Option<u32>>,
    /// For how long a message is tried, in milliseconds; `None` is no limit.
    pub max_packet_life_time: Known<Option<u32>>,
    /// Its priority: 128 below normal, 256 normal, 512 high, 1024 extra high.
    pub priority: Known<u16>,
    /// Who opened it, and when.
    pub opened: Known<(Side, Timestamp)>,
    /// When that was acknowledged.
    pub acknowledged: Known<Timestamp>,
    /// Which side reset its stream first, and when: that is how a channel is closed.
    pub closed: Known<(Side, Timestamp)>,
    /// What each side sent.
    pub sent: Sides<ChannelTraffic>,
    /// From the first chunk of a message until all of it was acknowledged, at the point of capture.
    pub delivery: Sides<Known<AnswerTime>>,
}

/// What a side sent on a data channel, each message counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelTraffic {
    /// Messages of which the last fragment was seen.
    pub messages: u64,
    /// Messages of text among them.
    pub strings: u64,
    /// Empty messages among them.
    pub empty: u64,
    /// User data in bytes.
    pub bytes: u64,
    /// Bytes of the biggest message.
    pub biggest: u64,
    /// Messages given up by FORWARD-TSN before all of what was seen of them was acknowledged.
    pub abandoned: u64,
}

/// How far a data channel got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelState {
    /// Opened, not acknowledged, and nothing came back.
    Opening,
    /// Usable.
    Open,
    /// One side reset its stream.
    Closing,
    /// Both sides did.
    Closed,
}

impl ChannelState {
    /// The name used in JSON and on screen (RTCDataChannelState).
    pub fn name(self) -> &'static str {
        match self {
            Self::Opening => "connecting",
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}
