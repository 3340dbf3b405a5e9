//! The uncompressed header at the beginning of a VP9 frame, as far as its type and size, by the VP9
//! bitstream specification.

use super::Size;
use crate::proto::rtp::bits::BitReader;
use crate::tree::Tree;
use crate::wire::{ParseError, part};

const SYNC_CODE: u32 = 0x49_83_42;
/// The color space that has no range bit: sRGB.
const SRGB: u32 = 7;

/// What the uncompressed header of a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9Frame {
    /// Profile, 0 to 3.
    pub profile: u8,
    /// Of what kind it is.
    pub kind: Vp9FrameKind,
    /// Whether it is to be shown.
    pub is_shown: bool,
    /// Its size in pixels, where it is coded: predicted frames mostly take that of a frame before.
    pub size: Option<Size>,
}

/// Of what kind a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vp9FrameKind {
    /// Decoding can begin here.
    Key,
    /// It refers to no other frame, but does not reset the decoder.
    IntraOnly,
    /// It is predicted from others.
    Inter,
    /// A frame decoded before is shown again.
    Existing,
}

impl Vp9FrameKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::IntraOnly => "intra only",
            Self::Inter => "inter",
            Self::Existing => "show existing",
        }
    }
}

impl Vp9Frame {
    /// Reads the header at the beginning of a frame. Errors count from there.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let mut r = BitReader::new(data);
        let marker = r.bits(2, "frame marker")?;
        if marker != 0b10 {
            return Err(ParseError::value("frame marker", 0, marker.into(), "2"));
        }
        let low = r.bits(1, "profile")?;
        let profile = r.bits(1, "profile")? << 1 | low;
        if profile == 3 && r.flag("reserved bit")? {
            return Err(ParseError::value("reserved bit", 0, 1, "0"));
        }
        let mut frame = Self {
            profile: profile as u8,
            kind: Vp9FrameKind::Existing,
            is_shown: true,
            size: None,
        };
        if r.flag("show_existing_frame")? {
            r.bits(3, "frame to show")?;
            return Ok(frame);
        }
        let is_inter = r.flag("frame type")?;
        frame.is_shown = r.flag("show_frame")?;
        let is_resilient = r.flag("error_resilient_mode")?;
        if !is_inter {
            frame.kind = Vp9FrameKind::Key;
            sync(&mut r)?;
            color(&mut r, profile)?;
            frame.size = Some(size(&mut r)?);
            return Ok(frame);
        }
        let is_intra = !frame.is_shown && r.flag("intra_only")?;
        if !is_resilient {
            r.bits(2, "reset_frame_context")?;
        }
        if is_intra {
            frame.kind = Vp9FrameKind::IntraOnly;
            sync(&mut r)?;
            if profile > 0 {
                color(&mut r, profile)?;
            }
            r.bits(8, "refresh_frame_flags")?;
            frame.size = Some(size(&mut r)?);
            return Ok(frame);
        }
        frame.kind = Vp9FrameKind::Inter;
        // What follows is cut off where packets are short, and tells less.
        frame.size = inter_size(&mut r).unwrap_or_default();
        Ok(frame)
    }
}

fn sync(r: &mut BitReader<'_>) -> Result<(), ParseError> {
    let at = r.offset();
    match r.bits(24, "sync code")? {
        SYNC_CODE => Ok(()),
        found => Err(ParseError::value("sync code", at, found.into(), "498342")),
    }
}

fn color(r: &mut BitReader<'_>, profile: u32) -> Result<(), ParseError> {
    if profile >= 2 {
        r.bits(1, "bit depth")?;
    }
    let subsampled = profile & 1 == 1;
    if r.bits(3, "color space")? == SRGB {
        if subsampled {
            r.bits(1, "reserved bit")?;
        }
        return Ok(());
    }
    r.bits(1, "color range")?;
    if subsampled {
        r.bits(3, "subsampling")?;
    }
    Ok(())
}

fn size(r: &mut BitReader<'_>) -> Result<Size, ParseError> {
    Ok(Size {
        width: r.bits(16, "width")? + 1,
        height: r.bits(16, "height")? + 1,
    })
}

/// The size of a predicted frame, unless it is that of one of its references.
fn inter_size(r: &mut BitReader<'_>) -> Result<Option<Size>, ParseError> {
    r.bits(8, "refresh_frame_flags")?;
    r.bits(12, "references")?;
    for _ in 0..3 {
        if r.flag("found_ref")? {
            return Ok(None);
        }
    }
    size(r).map(Some)
}

pub(super) fn describe(data: &[u8], t: &mut Tree<'_>) {
    let frame = match Vp9Frame::parse(data) {
        Ok(frame) => frame,
        Err(error) => return t.problem_in(data, &error),
    };
    t.group("uncompressed header", part(data, 0..1), |t| {
        let first = part(data, 0..1);
        t.bits("frame marker", 2, first, 0xc0);
        t.bits("profile", frame.profile, first, 0x30);
        t.note("frame type", frame.kind.name());
        t.note("shown", frame.is_shown);
        if let Some(size) = frame.size {
            t.note("size", size);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 9] = [0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xf0, 0x0e, 0xf0];

    #[test]
    fn a_key_frame_has_its_size() {
        let frame = Vp9Frame::parse(&KEY).unwrap();
        assert_eq!((frame.kind, frame.profile), (Vp9FrameKind::Key, 0));
        let size = frame.size.unwrap();
        assert_eq!((size.width, size.height), (320, 240));
        for end in 0..KEY.len() - 1 {
            assert!(Vp9Frame::parse(&KEY[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_predicted_frame_may_code_a_size_of_its_own() {
        // Shown, not resilient: reset 2 bits, refresh 8, references 12, three times not found.
        let bits = "10000110 00 00000001 000000000000 000 0000001001111111 0000000101100111";
        let bits: Vec<u8> = bits
            .bytes()
            .filter(|b| *b != b' ')
            .map(|b| b - b'0')
            .collect();
        let bytes: Vec<u8> = bits
            .chunks(8)
            .map(|c| {
                c.iter()
                    .enumerate()
                    .fold(0, |b, (i, bit)| b | bit << (7 - i))
            })
            .collect();
        let frame = Vp9Frame::parse(&bytes).unwrap();
        let size = frame.size.unwrap();
        assert_eq!(frame.kind, Vp9FrameKind::Inter);
        assert_eq!((size.width, size.height), (640, 360));
        assert_eq!(Vp9Frame::parse(&bytes[..2]).unwrap().size, None);
    }

    #[test]
    fn a_frame_shown_again_ends_soon() {
        let frame = Vp9Frame::parse(&[0x88]).unwrap();
        assert_eq!(frame.kind, Vp9FrameKind::Existing);
    }
}
