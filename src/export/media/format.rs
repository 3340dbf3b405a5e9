//! What can be made a file, and of which kind.

use crate::analysis::model::Codec;
use crate::proto::rtp::payload::VideoFormat;

/// A payload format that becomes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Video, with the rate of its clock in Hz.
    Video(VideoFormat, u32),
    /// Opus, whose clock is always 48 kHz (RFC 7587).
    Opus,
    /// Audio of samples.
    Samples(Samples),
}

/// Audio that is decoded to linear samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Samples {
    pub(super) coding: Coding,
    /// Of the RTP clock, in Hz.
    pub(super) clock_rate: u32,
    /// Interleaved.
    pub(super) channels: u8,
}

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// G.711 µ-law.
    Ulaw,
    /// G.711 A-law.
    Alaw,
    /// G.722, two samples a tick of the clock (RFC 3551).
    G722,
    /// Linear 16-bit, high byte first.
    L16,
}

impl Samples {
    /// Samples a second that are heard.
    pub(super) fn rate(&self) -> u32 {
        self.clock_rate * self.per_tick()
    }

    /// Samples of a channel for each tick of the clock.
    pub(super) fn per_tick(&self) -> u32 {
        match self.coding {
            Coding::G722 => 2,
            _ => 1,
        }
    }
}

/// What a payload type means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Media that becomes a file.
    Media(Format),
    /// Redundant payloads (RFC 2198), with the media inside.
    Red,
    /// Retransmissions (RFC 4588).
    Rtx,
    /// Parity for packets of the same stream (RFC 5109).
    UlpFec,
    /// Key presses and comfort noise, which are no media of a file.
    Companion,
    /// Something else.
    Other,
}

impl Role {
    /// By the name of the encoding, in any case.
    pub(super) fn of(codec: &Codec) -> Self {
        let is = |name: &str| codec.name.eq_ignore_ascii_case(name);
        let video = VideoFormat::ALL.into_iter().find(|f| is(f.name()));
        let rate = codec.clock_rate.clamp(1, 384_000);
        let channels = codec.channels.unwrap_or(1).clamp(1, 8);
        let samples = |coding, clock_rate, channels| {
            Self::Media(Format::Samples(Samples {
                coding,
                clock_rate,
                channels,
            }))
        };
        match video {
            Some(format) => Self::Media(Format::Video(format, codec.clock_rate.max(1))),
            None if is("opus") => Self::Media(Format::Opus),
            None if is("PCMU") => samples(Coding::Ulaw, rate, channels),
            None if is("PCMA") => samples(Coding::Alaw, rate, channels),
            None if is("G722") => samples(Coding::G722, 8_000, 1),
            None if is("L16") => samples(Coding::L16, rate, channels),
            None if is("red") => Self::Red,
            None if is("rtx") => Self::Rtx,
            None if is("ulpfec") => Self::UlpFec,
            None if is("CN") || is("telephone-event") || is("tone") => Self::Companion,
            None => Self::Other,
        }
    }
}

impl Format {
    /// Its encoding name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Video(format, _) => format.name(),
            Self::Opus => "opus",
            Self::Samples(samples) => match samples.coding {
                Coding::Ulaw => "PCMU",
                Coding::Alaw => "PCMA",
                Coding::G722 => "G722",
                Coding::L16 => "L16",
            },
        }
    }

    /// The kind of file.
    pub(super) fn container(self) -> Container {
        match self {
            Self::Video(VideoFormat::H264 | VideoFormat::H265, _) => Container::AnnexB,
            Self::Video(_, _) => Container::Ivf,
            Self::Opus => Container::Ogg,
            Self::Samples(_) => Container::Wav,
        }
    }

    /// How its file's name ends.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Video(VideoFormat::H264, _) => "h264",
            Self::Video(VideoFormat::H265, _) => "h265",
            Self::Video(_, _) => "ivf",
            Self::Opus => "opus",
            Self::Samples(_) => "wav",
        }
    }

    /// Rate of its RTP clock, in Hz.
    pub(super) fn clock_rate(self) -> u32 {
        match self {
            Self::Video(_, rate) => rate,
            Self::Opus => super::opus::RATE,
            Self::Samples(samples) => samples.clock_rate,
        }
    }

    pub(super) fn is_video(self) -> bool {
        matches!(self, Self::Video(_, _))
    }
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Ivf,
    AnnexB,
    Ogg,
    Wav,
}

impl Container {
    /// The name used in the manifest.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ivf => "ivf",
            Self::AnnexB => "annex-b",
            Self::Ogg => "ogg",
            Self::Wav => "wav",
        }
    }
}
