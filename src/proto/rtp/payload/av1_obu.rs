//! What the sequence header and the frame header of AV1 say of profile, size and frame type, by the AV1
//! bitstream specification.

use super::Size;
use super::av1::Av1Obu;
use crate::proto::rtp::bits::BitReader;
use crate::tree::Tree;
use crate::wire::ParseError;

/// A sequence header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1Sequence {
    /// Profile: 0 main, 1 high, 2 professional.
    pub profile: u8,
    /// Level and tier of the first operating point, as `seq_level_idx`: 8 is level 4.0.
    pub level: u8,
    /// Operating points: choices of layers that can be decoded by themselves.
    pub operating_points: u8,
    /// The largest frame size.
    pub size: Size,
}

impl Av1Sequence {
    /// Reads what follows the OBU header of a sequence header.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let mut r = BitReader::new(data);
        let profile = r.bits(3, "seq_profile")? as u8;
        if profile > 2 {
            return Err(ParseError::value(
                "seq_profile",
                0,
                profile.into(),
                "0 to 2",
            ));
        }
        r.bits(1, "still_picture")?;
        let mut sequence = Self {
            profile,
            level: 0,
            operating_points: 1,
            size: Size::default(),
        };
        if r.flag("reduced_still_picture_header")? {
            sequence.level = r.bits(5, "seq_level_idx")? as u8;
        } else {
            operating_points(&mut r, &mut sequence)?;
        }
        let width = r.bits(4, "frame_width_bits_minus_1")? + 1;
        let height = r.bits(4, "frame_height_bits_minus_1")? + 1;
        sequence.size = Size {
            width: r.bits(width, "max_frame_width_minus_1")? + 1,
            height: r.bits(height, "max_frame_height_minus_1")? + 1,
        };
        Ok(sequence)
    }

    /// The profile's name.
    pub fn profile_name(&self) -> &'static str {
        match self.profile {
            0 => "Main",
            1 => "High",
            _ => "Professional",
        }
    }
}

fn operating_points(r: &mut BitReader<'_>, sequence: &mut Av1Sequence) -> Result<(), ParseError> {
    let mut delay_length = None;
    if r.flag("timing_info_present_flag")? {
        r.bits(32, "num_units_in_display_tick")?;
        r.bits(32, "time_scale")?;
        if r.flag("equal_picture_interval")? {
            variable_length(r)?;
        }
        if r.flag("decoder_model_info_present_flag")? {
            delay_length = Some(r.bits(5, "buffer_delay_length_minus_1")? + 1);
            r.bits(32, "num_units_in_decoding_tick")?;
            r.bits(10, "lengths of delays")?;
        }
    }
    let has_initial_delay = r.flag("initial_display_delay_present_flag")?;
    let points = r.bits(5, "operating_points_cnt_minus_1")? + 1;
    sequence.operating_points = points as u8;
    for i in 0..points {
        r.bits(12, "operating_point_idc")?;
        let level = r.bits(5, "seq_level_idx")? as u8;
        if i == 0 {
            sequence.level = level;
        }
        if level > 7 {
            r.bits(1, "seq_tier")?;
        }
        if let Some(length) = delay_length
            && r.flag("decoder_model_present_for_this_op")?
        {
            r.bits(length, "decoder_buffer_delay")?;
            r.bits(length, "encoder_buffer_delay")?;
            r.bits(1, "low_delay_mode_flag")?;
        }
        if has_initial_delay && r.flag("initial_display_delay_present_for_this_op")? {
            r.bits(4, "initial_display_delay_minus_1")?;
        }
    }
    Ok(())
}

/// `uvlc()`: as many zeros as bits follow the next one.
fn variable_length(r: &mut BitReader<'_>) -> Result<(), ParseError> {
    let mut zeros = 0;
    while !r.flag("num_ticks_per_picture_minus_1")? {
        zeros += 1;
        if zeros == 32 {
            return Ok(());
        }
    }
    r.bits(zeros, "num_ticks_per_picture_minus_1").map(|_| ())
}

/// The first bits of a frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1Frame {
    /// Of what kind the frame is.
    pub kind: Av1FrameKind,
    /// Whether it is to be shown.
    pub is_shown: bool,
}

/// Of what kind a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Av1FrameKind {
    /// Decoding can begin here.
    Key,
    /// It is predicted from others.
    Inter,
    /// It refers to no other frame, but does not reset the decoder.
    IntraOnly,
    /// Predicted from other sizes of itself.
    Switch,
    /// A frame decoded before is shown again.
    Existing,
}

impl Av1FrameKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Inter => "inter",
            Self::IntraOnly => "intra only",
            Self::Switch => "switch",
            Self::Existing => "show existing",
        }
    }
}

impl Av1Frame {
    /// Reads what follows the OBU header of a frame or a frame header, in a sequence of moving
    /// pictures.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let mut r = BitReader::new(data);
        if r.flag("show_existing_frame")? {
            return Ok(Self {
                kind: Av1FrameKind::Existing,
                is_shown: true,
            });
        }
        let kind = match r.bits(2, "frame_type")? {
            0 => Av1FrameKind::Key,
            1 => Av1FrameKind::Inter,
            2 => Av1FrameKind::IntraOnly,
            _ => Av1FrameKind::Switch,
        };
        Ok(Self {
            kind,
            is_shown: r.flag("show_frame")?,
        })
    }
}

pub(super) fn describe(kind: u8, data: &[u8], t: &mut Tree<'_>) {
    match kind {
        Av1Obu::SEQUENCE_HEADER => match Av1Sequence::parse(data) {
            Err(error) => t.problem_in(data, &error),
            Ok(s) => {
                let profile = format_args!("{} ({})", s.profile, s.profile_name());
                t.note("profile", profile);
                t.note("level index", s.level);
                t.note("operating points", s.operating_points);
                t.note("largest size", s.size);
            }
        },
        Av1Obu::FRAME | Av1Obu::FRAME_HEADER => match Av1Frame::parse(data) {
            Err(error) => t.problem_in(data, &error),
            Ok(frame) => {
                t.note("frame type", frame.kind.name());
                t.note("shown", frame.is_shown);
            }
        },
        _ => t.field("data", format_args!("{} bytes", data.len()), data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits
            .bytes()
            .filter(|b| *b != b' ')
            .map(|b| b - b'0')
            .collect();
        let byte = |c: &[u8]| {
            c.iter()
                .enumerate()
                .fold(0, |b, (i, bit)| b | bit << (7 - i))
        };
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn a_sequence_header_has_profile_level_and_size() {
        // Main, moving, not reduced; no timing, no delays, one point, level 8 with tier; 10 and 9 bits.
        let header = "000 0 0 0 0 00000 000000000000 01000 0 1001 1000 1001111111 101100111 0";
        let s = Av1Sequence::parse(&bytes(header)).unwrap();
        assert_eq!((s.profile, s.level, s.operating_points), (0, 8, 1));
        assert_eq!(s.size.to_string(), "640×360");
        let whole = bytes(header);
        for end in 0..whole.len() - 1 {
            assert!(Av1Sequence::parse(&whole[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn timing_and_decoder_models_are_stepped_over() {
        let zeros = |n| "0".repeat(n);
        let timing = format!(
            "1 {} {} 1 00101 1 00100 {} {}",
            zeros(32),
            zeros(32),
            zeros(32),
            zeros(10)
        );
        let points = format!(
            "1 00001 {} 00101 1 {}{}0 1 0000 {} 00100 0 0",
            zeros(12),
            zeros(5),
            zeros(5),
            zeros(12)
        );
        let header = format!("001 0 0 {timing} {points} 0000 0000 1 1 0");
        let s = Av1Sequence::parse(&bytes(&header)).unwrap();
        assert_eq!((s.profile, s.level, s.operating_points), (1, 5, 2));
        assert_eq!(s.size.to_string(), "2×2");
    }

    #[test]
    fn frames_have_types() {
        let kind = |first| Av1Frame::parse(&[first]).unwrap().kind.name();
        assert_eq!(
            [0x10, 0x30, 0x50, 0x70, 0x80].map(kind),
            ["key", "inter", "intra only", "switch", "show existing"]
        );
    }
}
