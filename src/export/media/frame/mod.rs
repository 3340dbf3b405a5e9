//! From the payloads of a frame to the bytes that a decoder takes: descriptors taken off, fragments
//! joined.

mod av1;
mod nal;
mod vp8;
mod vp9;
mod vp9_hidden;

use super::assembly::Assembled;
use crate::proto::rtp::payload::{Size, VideoFormat};

/// What a frame is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether decoding can begin with it.
    pub(super) is_key: bool,
    /// Whether nothing is missing in it.
    pub(super) is_whole: bool,
    /// Whether no other frame needs it.
    pub(super) is_disposable: bool,
    /// Its size in pixels, where it says so.
    pub(super) size: Option<Size>,
    /// Its number, and the bits that this has.
    pub(super) number: Option<(u16, u32)>,
}

/// What frames before tell of the next one, where that matters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    vp9: vp9_hidden::Kept,
}

/// Appends the frame to `out`, as much of it as can be used, and says what it is.
pub(super) fn unpack(
    format: VideoFormat,
    frame: &Assembled,
    memory: &mut Memory,
    out: &mut Vec<u8>,
) -> Facts {
    match format {
        VideoFormat::Vp8 => vp8::unpack(frame, out),
        VideoFormat::Vp9 => vp9::unpack(frame, &mut memory.vp9, out),
        VideoFormat::Av1 => av1::unpack(frame, out),
        VideoFormat::H264 => nal::unpack(&nal::H264, frame, out),
        VideoFormat::H265 => nal::unpack(&nal::H265, frame, out),
    }
}

impl Facts {
    /// Whether `before`, the number of another frame, is the one right before this one's.
    pub(super) fn follows(&self, before: Option<(u16, u32)>) -> bool {
        match (before, self.number) {
            (Some((before, _)), Some((number, bits))) => {
                let mask = (1u32 << bits) - 1;
                (u32::from(before) + 1) & mask == u32::from(number) & mask
            }
            _ => false,
        }
    }
}
