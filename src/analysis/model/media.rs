//! What the payloads of a stream say, where they can be read: decrypted, or never encrypted.
//! How it is read: docs/algorithms/payload.md.

use crate::capture::PacketNo;
pub use crate::proto::rtp::payload::{OpusBandwidth, OpusMode, Size};
use crate::time::{Span, Timestamp};
use std::borrow::Cow;

/// What the payloads of one stream say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Media {
    /// Packets whose payload was read: not those of padding only.
    pub read: u64,
    /// Those of them that were decrypted.
    pub opened: u64,
    /// What says that the payloads are encrypted once more, from end to end, if anything does.
    pub opaque: Option<Opaque>,
    /// Pictures, of video.
    pub video: Option<Video>,
    /// Frames of Opus.
    pub opus: Option<Opus>,
    /// Redundancy by RFC 2198.
    pub red: Option<Redundancy>,
    /// Telephone events, in order.
    pub events: Vec<DtmfEvent>,
    /// Telephone events beyond those listed.
    pub events_not_kept: u64,
    /// Packets of comfort noise (RFC 3389).
    pub comfort_noise: u64,
}

/// What says that payloads which are not encrypted by SRTP are encrypted all the same, by the ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// Descriptors fit a format, and the frames behind them do not.
    Frames,
    /// Frames end with the trailer that several implementations put there: the length of an
    /// initialization vector, and the number of a key.
    Trailer,
    /// The payloads are of none of the formats that are read, or not of the one that was agreed on.
    Payload,
}

impl Opaque {
    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Trailer => "trailer",
            Self::Payload => "payload",
        }
    }

    /// What it means.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Frames => "valid descriptors, and no valid frames behind them",
            Self::Trailer => "frames end with the trailer of end-to-end encryption",
            Self::Payload => "payloads that are of no format",
        }
    }
}

/// The pictures of a stream of video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Video {
    /// Sizes of the pictures, from the first to the last, each with the time of the change.
    pub sizes: Vec<SizeChange>,
    /// Changes beyond those listed.
    pub sizes_not_kept: u64,
    /// Key frames of which the beginning was seen, in order.
    pub keys: Vec<KeyFrame>,
    /// Key frames beyond those listed.
    pub keys_not_kept: u64,
    /// Its layers, where it says that it has some: of scalable coding on one SSRC.
    pub layers: Vec<CodedLayer>,
    /// Profile and level, as far as the format has and tells them: `"Constrained Baseline"`, `"3.1"`.
    pub profile: Option<Cow<'static, str>>,
    /// The level.
    pub level: Option<String>,
    /// Frames of which the beginning was seen, by their type.
    pub types: FrameTypes,
}

/// How many frames were of which type. Of formats that do not tell, all are 0 but key frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameTypes {
    /// Decoding can begin there.
    pub key: u64,
    /// Predicted from no other frame, but no key frame.
    pub intra: u64,
    /// Predicted from others.
    pub predicted: u64,
    /// Predicted from both sides (H.264 B slices).
    pub bidirectional: u64,
}

/// From when on pictures had a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeChange {
    /// When.
    pub at: Timestamp,
    /// The size.
    pub size: Size,
}

/// A key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFrame {
    /// When its first packet was seen.
    pub at: Timestamp,
    /// That packet.
    pub packet: PacketNo,
    /// Why it was sent, as far as that shows.
    pub reason: Option<KeyReason>,
}

/// Why a key frame was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyReason {
    /// It is the first frame.
    Start,
    /// Pictures have another size from here on.
    Size,
}

impl KeyReason {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Size => "size",
        }
    }
}

/// One layer of scalable video.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CodedLayer {
    /// Spatial layer, 0 the lowest.
    pub spatial: u8,
    /// Temporal layer, 0 the lowest.
    pub temporal: u8,
    /// Its packets.
    pub packets: u64,
    /// Their payload, in bytes.
    pub bytes: u64,
    /// Its frames of which the beginning was seen.
    pub frames: u64,
    /// Frames a second, over the time of the stream.
    pub per_second: f64,
}

/// The frames of a stream of Opus.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opus {
    /// Packets.
    pub packets: u64,
    /// Packets by mode, those that occur.
    pub modes: Vec<(OpusMode, u64)>,
    /// Packets by audio bandwidth, those that occur.
    pub bandwidths: Vec<(OpusBandwidth, u64)>,
    /// Packets by their duration, shortest first.
    pub durations: Vec<(Span, u64)>,
    /// Packets without sound, as they are sent instead of silence (DTX).
    pub silent: u64,
    /// Packets that repeat the frame before (in-band error correction).
    pub fec: u64,
    /// Packets coded as stereo.
    pub stereo: u64,
}

/// What a stream with RED repeats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Redundancy {
    /// Packets with RED.
    pub packets: u64,
    /// Those that repeat anything.
    pub repeating: u64,
    /// Payloads that one packet repeats at most.
    pub depth: u64,
    /// How far back repeated payloads lie, in units of the RTP clock, and how many did.
    pub distances: Vec<(u16, u64)>,
    /// Packets whose own payload is forward error correction (ULPFEC).
    pub parity: u64,
    /// The payload type inside that most packets have.
    pub primary: Option<u8>,
}

/// A telephone event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DtmfEvent {
    /// Number of the event, by the registry of RFC 4733.
    pub event: u8,
    /// The key of a telephone, where it is one.
    pub digit: Option<char>,
    /// When its first packet was seen.
    pub at: Timestamp,
    /// How long it lasted, in units of the RTP clock.
    pub ticks: u64,
    /// The same in time, where the clock rate is known.
    pub duration: Option<Span>,
    /// Its power in -dBm0.
    pub volume: u8,
    /// Whether its end was told.
    pub is_complete: bool,
}
