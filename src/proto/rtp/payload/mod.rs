//! What payloads in clear say: the descriptors of video formats, the headers behind them as far as they
//! can be read without decoding, the tables of contents of audio.
//!
//! [`VideoFormat::look`] reads only what tells frames apart. Without a session description nobody says
//! which format a payload has; but a format's descriptors have reserved bits and sync codes, so that
//! what is of another format, or encrypted, soon does not fit. Formats: VP8 (RFC 7741), VP9 (RFC 9628),
//! H.264 (RFC 6184), H.265 (RFC 7798), AV1 (RTP payload format for AV1, Alliance for Open Media), Opus
//! (RFC 6716), telephone events (RFC 4733).
//!
//! Used by the analysis of frames and of media, by the packet view, and by what writes media to files.

mod av1;
mod av1_obu;
mod format;
mod h264;
mod h264_unit;
mod h265;
mod h265_unit;
mod nal;
mod opus;
mod rbsp;
mod telephone_event;
mod vp8;
mod vp9;
mod vp9_frame;

pub use av1::{Av1Element, Av1Headers, Av1Obu, Av1Payload};
pub use av1_obu::{Av1Frame, Av1FrameKind, Av1Sequence};
pub use format::{Inner, PayloadFormat, describe_payload};
pub use h264::{H264Fragment, H264Payload};
pub use h264_unit::{H264Sps, H264Unit, SliceType};
pub use h265::{H265Fragment, H265Payload};
pub use h265_unit::{H265Sps, H265Unit};
pub use nal::NalUnits;
pub use opus::{OpusBandwidth, OpusMode, OpusPacket};
pub use telephone_event::{TelephoneEvent, digit};
pub use vp8::{Vp8Descriptor, Vp8Frame};
pub use vp9::{Vp9Descriptor, Vp9Layer, Vp9Structure};
pub use vp9_frame::{Vp9Frame, Vp9FrameKind};

use std::fmt;

/// The size of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// A video payload format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoFormat {
    /// VP8, RFC 7741.
    Vp8,
    /// VP9, RFC 9628.
    Vp9,
    /// H.264, RFC 6184.
    H264,
    /// H.265, RFC 7798.
    H265,
    /// AV1.
    Av1,
}

/// What a payload's first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether a frame (or a layer of it) may begin here; formats that do not tell say it always.
    pub begins: bool,
    /// Whether this is part of a key frame, as far as this packet shows.
    pub key: bool,
}

impl VideoFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Vp8, Self::Vp9, Self::H264, Self::H265, Self::Av1];

    /// Its encoding name in SDP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vp8 => "VP8",
            Self::Vp9 => "VP9",
            Self::H264 => "H264",
            Self::H265 => "H265",
            Self::Av1 => "AV1",
        }
    }

    /// What an RTP payload (without padding) says, read as this format; none when it cannot be one, or
    /// ends too soon.
    pub fn look(self, payload: &[u8]) -> Option<Look> {
        match self {
            Self::Vp8 => vp8::look(payload),
            Self::Vp9 => vp9::look(payload),
            Self::H264 => h264::look(payload),
            Self::H265 => h265::look(payload),
            Self::Av1 => av1::look(payload),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            for format in VideoFormat::ALL {
                let _ = format.look(&bytes);
            }
        }
    }

    /// Encrypted payloads look like anything once, and like one format never for long.
    #[test]
    fn noise_fits_no_format_for_long() {
        let mut x = 0x1234_5678_9abc_def0u64;
        let mut next = || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x
        };
        for format in VideoFormat::ALL {
            let mut fit = 0;
            for _ in 0..2_000 {
                let bytes: Vec<u8> = (0..100).map(|_| next() as u8).collect();
                fit += u32::from(format.look(&bytes).is_some());
            }
            assert!(fit < 1_300, "{format:?}: {fit} of 2000");
        }
    }
}
