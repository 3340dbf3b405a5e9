//! An RTP stream and its measures.

use super::{
    AudioLevel, Codec, Described, Feedback, Frames, HeaderExtension, Identity, Jitter, Kind,
    LossDetail, Media, Openings, Pairing, PayloadType, Source,
};
use crate::analysis::{ConnectionId, Known, Series, Ssrc, StreamId, Unknown};
use crate::net::{Path, Via};
use crate::time::{Span, Timestamp};

/// One RTP stream: one SSRC of a connection, at the point of capture.
///
/// A stream that went on over another path (ICE restart, path switch) is measured as a whole; of one
/// that was captured on several legs of its way (on a TURN server, say) the numbers are those of the
/// leg where it was seen first, and the others are in `legs`.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Its number.
    pub id: StreamId,
    /// Its connection.
    pub connection: ConnectionId,
    /// Its index into [`Connection::transports`](super::Connection::transports) by
    /// [`Transport::index`](super::Transport::index).
    pub transport: u32,
    /// Its synchronization source.
    pub ssrc: Ssrc,
    /// Who sends to whom, on its first leg.
    pub path: Path,
    /// Direct or wrapped.
    pub via: Via,
    /// Every way it was seen on, in order of appearance; at least one.
    pub legs: Vec<Leg>,
    /// Ways beyond those measured; their packets count for the stream.
    pub legs_not_kept: u64,
    /// Whether the payload is encrypted.
    pub encrypted: Known<bool>,
    /// What was opened of it.
    pub decryption: Known<Openings>,
    /// What it carries.
    pub kind: Kind,
    /// Where `kind` comes from, or why it is [`Kind::Unknown`].
    pub kind_source: Known<Source>,
    /// Which stream it repairs, and which repair it.
    pub pairing: Pairing,
    /// The codec, if a static payload type or a session description names it.
    pub codec: Known<Codec>,
    /// The RTP clock rate in Hz and where it comes from.
    pub clock_rate: Known<(u32, Source)>,
    /// Payload types and their packets, in order of appearance.
    pub payload_types: Vec<PayloadType>,
    /// Header extensions by their local ids.
    pub header_extensions: Vec<HeaderExtension>,
    /// What session descriptions say besides, if some of its connection were given.
    pub described: Option<Box<Described>>,
    /// Which stream of the session it is, as its header extensions say.
    pub identity: Identity,
    /// How loud its sender says it is.
    pub audio_level: Known<AudioLevel>,
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
    /// What became of them, and how they cluster.
    pub loss: LossDetail,
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
    /// Frames, of video.
    pub frames: Known<Frames>,
    /// What its payloads say, where they can be read.
    pub media: Known<Box<Media>>,
    /// Interarrival jitter, RFC 3550 appendix A.8.
    pub jitter: Known<Jitter>,
    /// The longest time between two packets.
    pub interarrival_max: Known<Span>,
    /// Times without packets, longest first, at most [`MAX_GAPS`](crate::analysis::MAX_GAPS).
    pub gaps: Vec<Gap>,
    /// Feedback about this stream in clear RTCP.
    pub feedback: Known<Box<Feedback>>,
    /// Packets, bytes, loss and jitter over time.
    pub series: Series,
}

impl Stream {
    /// Says what the stream carries, unless a session description has said it.
    pub fn set_kind(&mut self, kind: Kind, source: Source) {
        if self.kind_source != Known::Yes(Source::Sdp) {
            (self.kind, self.kind_source) = (kind, Known::Yes(source));
        }
    }

    /// Says that it is not known what the stream carries, unless that has been said.
    pub fn withhold_kind(&mut self, why: Unknown) {
        if self.kind_source.value().is_none() {
            (self.kind, self.kind_source) = (Kind::Unknown, Known::No(why));
        }
    }

    /// Says what the clock rate is in Hz, unless a session description has said it.
    pub fn set_clock_rate(&mut self, rate: u32, source: Source) {
        if !matches!(self.clock_rate, Known::Yes((_, Source::Sdp))) {
            self.clock_rate = Known::Yes((rate, source));
        }
    }

    /// Says what the codec of a payload type is, unless a session description has said it.
    pub fn set_codec(&mut self, payload_type: u8, codec: &Codec) {
        let is_main = self.main_payload_type() == Some(payload_type);
        let is_from_sdp =
            |known: &Known<Codec>| known.value().is_some_and(|c| c.source == Source::Sdp);
        let own = self.payload_types.iter_mut();
        for slot in own.filter(|t| t.number == payload_type && !is_from_sdp(&t.codec)) {
            slot.codec = Known::Yes(codec.clone());
        }
        if is_main && !is_from_sdp(&self.codec) {
            self.codec = Known::Yes(codec.clone());
        }
    }

    /// The payload type that most packets have; the first of them.
    pub fn main_payload_type(&self) -> Option<u8> {
        let most = self.payload_types.iter().map(|t| t.packets).max()?;
        self.payload_types
            .iter()
            .find(|t| t.packets == most)
            .map(|t| t.number)
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

/// One way that a stream was seen on.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// [`Transport::index`](super::Transport::index).
    pub transport: u32,
    /// Who sends to whom.
    pub path: Path,
    /// Direct or wrapped.
    pub via: Via,
    /// Whether these packets were seen on an earlier leg too: the way goes on here. Otherwise the
    /// stream moved here.
    pub is_copy: bool,
    /// Its first packet.
    pub first_seen: Timestamp,
    /// Its last packet.
    pub last_seen: Timestamp,
    /// Packets on this leg, duplicates included.
    pub packets: u64,
    /// Highest minus lowest extended sequence number on this leg plus one.
    pub expected: u64,
    /// Expected minus distinct.
    pub lost: u64,
    /// Packets whose sequence number had been seen on this leg.
    pub duplicated: u64,
    /// Packets that arrived below the highest sequence number on this leg and were not duplicates.
    pub reordered: u64,
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
