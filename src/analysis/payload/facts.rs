//! What the payload of one packet of video says, the same for all formats.

use crate::proto::rtp::payload::{
    Av1Frame, Av1FrameKind, Av1Headers, Av1Payload, H264Payload, H264Sps, H264Unit, H265Payload,
    H265Sps, H265Unit, Size, SliceType, VideoFormat, Vp8Descriptor, Vp8Frame, Vp9Descriptor,
    Vp9Frame, Vp9FrameKind,
};

/// What the payload of a packet says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The type of the frame that begins here, if one does and its header tells.
    pub(super) begins: Option<FrameKind>,
    /// Which layer it is of: spatial, temporal.
    pub(super) layer: Option<(u8, u8)>,
    /// The size of the pictures, of the layers it tells of.
    pub(super) size: Option<Size>,
    /// Profile and level, as numbers of the format.
    pub(super) profile: Option<Profile>,
}

/// Of what type a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// Decoding can begin here.
    Key,
    /// Predicted from no other frame.
    Intra,
    /// Predicted from others.
    Predicted,
    /// Predicted from both sides.
    Bidirectional,
    /// It does not tell.
    Untold,
}

/// A profile and a level as the formats code them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    Vp8(u8),
    Vp9(u8),
    H264(H264Sps),
    H265(H265Sps),
    Av1 { profile: &'static str, level: u8 },
}

/// Why a payload is not of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Its descriptor is not.
    Descriptor,
    /// The descriptor is, and the frame behind it is not.
    Frame,
}

/// A size that an encoder in a call may make: not what random bits say.
const SIDE_MAX: u32 = 16_384;

fn plausible(size: Size) -> bool {
    (1..=SIDE_MAX).contains(&size.width) && (1..=SIDE_MAX).contains(&size.height)
}

/// Reads the payload of a packet, without its padding, as one of this format.
pub(super) fn read(format: VideoFormat, payload: &[u8]) -> Result<Facts, Misfit> {
    match format {
        VideoFormat::Vp8 => vp8(payload),
        VideoFormat::Vp9 => vp9(payload),
        VideoFormat::Av1 => av1(payload),
        VideoFormat::H264 => h264(payload),
        VideoFormat::H265 => h265(payload),
    }
}

fn vp8(payload: &[u8]) -> Result<Facts, Misfit> {
    let d = Vp8Descriptor::parse(payload).map_err(|_| Misfit::Descriptor)?;
    let data = payload.get(d.len..).filter(|data| !data.is_empty());
    let data = data.ok_or(Misfit::Descriptor)?;
    let mut facts = Facts {
        layer: d.temporal.map(|temporal| (0, temporal)),
        ..Facts::default()
    };
    if d.begins_frame() {
        let frame = Vp8Frame::parse(data).map_err(|_| Misfit::Frame)?;
        if frame.size.is_some_and(|size| !plausible(size)) {
            return Err(Misfit::Frame);
        }
        facts.size = frame.size;
        facts.profile = Some(Profile::Vp8(frame.version));
        facts.begins = Some(match frame.is_key {
            true => FrameKind::Key,
            false => FrameKind::Predicted,
        });
    }
    Ok(facts)
}

fn vp9(payload: &[u8]) -> Result<Facts, Misfit> {
    let d = Vp9Descriptor::parse(payload).map_err(|_| Misfit::Descriptor)?;
    let data = payload.get(d.len..).filter(|data| !data.is_empty());
    let data = data.ok_or(Misfit::Descriptor)?;
    let mut facts = Facts {
        layer: d.layer.map(|l| (l.spatial, l.temporal)),
        ..Facts::default()
    };
    if let Some(structure) = d.structure {
        facts.size = structure.sizes().max();
    }
    if d.begins_frame {
        let frame = Vp9Frame::parse(data).map_err(|_| Misfit::Frame)?;
        let is_key = d.is_key_picture() && d.spatial() == 0;
        facts.profile = Some(Profile::Vp9(frame.profile));
        facts.size = facts.size.or(frame.size);
        facts.begins = Some(match frame.kind {
            _ if is_key => FrameKind::Key,
            Vp9FrameKind::Key | Vp9FrameKind::IntraOnly => FrameKind::Intra,
            Vp9FrameKind::Inter => FrameKind::Predicted,
            Vp9FrameKind::Existing => FrameKind::Untold,
        });
    }
    Ok(facts)
}

fn av1(payload: &[u8]) -> Result<Facts, Misfit> {
    let payload = Av1Payload::parse(payload).map_err(|_| Misfit::Descriptor)?;
    let headers = Av1Headers::parse(&payload).map_err(|_| match payload.count {
        // With W, nothing but the OBU headers can be wrong: they are encrypted with the frame.
        1.. => Misfit::Frame,
        0 => Misfit::Descriptor,
    })?;
    if headers.sequence.is_some_and(|s| !plausible(s.size)) {
        return Err(Misfit::Frame);
    }
    let begins = headers.frame.map(|Av1Frame { kind, .. }| match kind {
        Av1FrameKind::Key => FrameKind::Key,
        Av1FrameKind::IntraOnly => FrameKind::Intra,
        Av1FrameKind::Inter | Av1FrameKind::Switch => FrameKind::Predicted,
        Av1FrameKind::Existing => FrameKind::Untold,
    });
    Ok(Facts {
        begins,
        layer: headers.layer.map(|(temporal, spatial)| (spatial, temporal)),
        size: headers.sequence.map(|s| s.size),
        profile: headers.sequence.map(|s| Profile::Av1 {
            profile: s.profile_name(),
            level: s.level,
        }),
    })
}

fn h264(payload: &[u8]) -> Result<Facts, Misfit> {
    VideoFormat::H264.look(payload).ok_or(Misfit::Descriptor)?;
    let payload = H264Payload::parse(payload).map_err(|_| Misfit::Descriptor)?;
    let mut facts = Facts::default();
    for unit in payload.beginnings() {
        match unit.kind() {
            H264Unit::SPS => {
                let sps = H264Sps::parse(unit.data).map_err(|_| Misfit::Frame)?;
                if !plausible(sps.size) {
                    return Err(Misfit::Frame);
                }
                facts.size = Some(sps.size);
                facts.profile = Some(Profile::H264(sps));
            }
            kind @ (1 | 2 | H264Unit::IDR) => {
                let (slice, is_first) = unit.slice().ok_or(Misfit::Frame)?;
                if is_first {
                    facts.begins = Some(match slice {
                        _ if kind == H264Unit::IDR => FrameKind::Key,
                        SliceType::I | SliceType::SI => FrameKind::Intra,
                        SliceType::P | SliceType::SP => FrameKind::Predicted,
                        SliceType::B => FrameKind::Bidirectional,
                    });
                }
            }
            _ => {}
        }
    }
    Ok(facts)
}

fn h265(payload: &[u8]) -> Result<Facts, Misfit> {
    VideoFormat::H265.look(payload).ok_or(Misfit::Descriptor)?;
    let payload = H265Payload::parse(payload).map_err(|_| Misfit::Descriptor)?;
    let mut facts = Facts::default();
    for unit in payload.beginnings() {
        if unit.kind() == H265Unit::SPS {
            let sps = H265Sps::parse(unit.data).map_err(|_| Misfit::Frame)?;
            if !plausible(sps.size) {
                return Err(Misfit::Frame);
            }
            facts.size = Some(sps.size);
            facts.profile = Some(Profile::H265(sps));
        } else if unit.begins_picture() {
            facts.begins = Some(match H265Unit::is_random_access(unit.kind()) {
                true => FrameKind::Key,
                false => FrameKind::Untold,
            });
        }
        if unit.temporal() > 0 {
            facts.layer = Some((0, unit.temporal()));
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_that_does_not_fit_its_descriptor_is_told_apart() {
        let vp8 = |payload: &[u8]| read(VideoFormat::Vp8, payload).unwrap_err();
        assert_eq!(vp8(&[0x48, 0, 0]), Misfit::Descriptor);
        assert_eq!(vp8(&[0x10, 0x0e, 0, 0]), Misfit::Frame, "version 7");
        let nothing = [0x10, 0, 0, 0, 0x9d, 1, 0x2a, 0, 0, 0, 0];
        assert_eq!(vp8(&nothing), Misfit::Frame, "no size");
        let av1 = read(VideoFormat::Av1, &[0x10, 0x80, 1]);
        assert_eq!(av1, Err(Misfit::Frame));
    }

    #[test]
    fn the_second_slice_of_a_picture_begins_none() {
        let begins = |payload: &[u8]| read(VideoFormat::H264, payload).unwrap().begins;
        assert_eq!(begins(&[0x65, 0x88, 0x80]), Some(FrameKind::Key));
        assert_eq!(begins(&[0x41, 0x9a, 0x80]), Some(FrameKind::Predicted));
        assert_eq!(begins(&[0x41, 0x4d, 0x80]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            for format in VideoFormat::ALL {
                let _ = read(format, &bytes);
            }
        }
    }
}
