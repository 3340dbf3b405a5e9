//! What a stream carries, and where that is known from.

use crate::analysis::Known;
use std::borrow::Cow;

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Audio.
    Audio,
    /// Video.
    Video,
    /// Retransmissions of another stream (RFC 4588).
    Rtx,
    /// Forward error correction of other streams, on an SSRC of its own (RFC 8627).
    Fec,
    /// Padding only: a bandwidth probe.
    Probe,
    /// Not known.
    Unknown,
}

impl Kind {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Rtx => "rtx",
            Self::Fec => "fec",
            Self::Probe => "probe",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is media itself, and no repair or probe of other media.
    pub fn is_media(self) -> bool {
        matches!(self, Self::Audio | Self::Video)
    }
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A session description that the user gave.
    Sdp,
    /// RTCP in clear.
    Rtcp,
    /// The payload.
    Payload,
    /// A header extension.
    Extension,
    /// A static payload type (RFC 3551).
    Static,
    /// How the packets behave.
    Inferred,
}

impl Source {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sdp => "sdp",
            Self::Rtcp => "rtcp",
            Self::Payload => "payload",
            Self::Extension => "extension",
            Self::Static => "static",
            Self::Inferred => "inferred",
        }
    }
}

/// A codec by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Its encoding name: `"PCMU"`.
    pub name: Cow<'static, str>,
    /// Clock rate in Hz.
    pub clock_rate: u32,
    /// Channels, for audio.
    pub channels: Option<u8>,
    /// Where this comes from.
    pub source: Source,
}

/// One payload type of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadType {
    /// Its number, 0 to 127.
    pub number: u8,
    /// Packets of the stream that have it.
    pub packets: u64,
    /// What it means.
    pub codec: Known<Codec>,
}
