//! NAL units of H.264: what sequence parameter sets say of profile, level and size, and the type of a
//! slice, by ITU-T H.264.

use super::Size;
use super::rbsp::Rbsp;
use crate::tree::Tree;
use crate::wire::{ParseError, part};

/// A NAL unit that begins here, as much of it as there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H264Unit<'a> {
    /// Its header: forbidden bit, `nal_ref_idc`, type.
    pub header: u8,
    /// What follows the header.
    pub data: &'a [u8],
}

/// What kinds of prediction a slice uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceType {
    /// From frames before.
    P,
    /// From frames before and after.
    B,
    /// None of other frames.
    I,
    /// Switching P.
    SP,
    /// Switching I.
    SI,
}

impl<'a> H264Unit<'a> {
    /// The type of slices of pictures at which decoding can begin.
    pub const IDR: u8 = 5;
    /// The type of sequence parameter sets.
    pub const SPS: u8 = 7;

    /// The unit in these bytes.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let (&header, data) = bytes.split_first()?;
        Some(Self { header, data })
    }

    /// Its type.
    pub fn kind(&self) -> u8 {
        self.header & 0x1f
    }

    /// The type of the slice, if it is one; and whether it is the first of its picture.
    pub fn slice(&self) -> Option<(SliceType, bool)> {
        if !matches!(self.kind(), 1 | 2 | 5) {
            return None;
        }
        let mut r = Rbsp::new(self.data, 0);
        let first = r.unsigned("first_mb_in_slice").ok()?;
        let kind = match r.at_most(9, "slice_type").ok()? % 5 {
            0 => SliceType::P,
            1 => SliceType::B,
            2 => SliceType::I,
            3 => SliceType::SP,
            _ => SliceType::SI,
        };
        Some((kind, first == 0))
    }
}

/// A sequence parameter set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H264Sps {
    /// `profile_idc`: 66 baseline, 77 main, 100 high.
    pub profile: u8,
    /// The constraint flags behind it: 0x40 makes baseline constrained.
    pub constraints: u8,
    /// Ten times the level.
    pub level: u8,
    /// Size of the pictures, without what is cropped.
    pub size: Size,
}

impl H264Sps {
    /// Reads what follows the NAL unit header.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let mut r = Rbsp::new(data, 0);
        let profile = r.bits(8, "profile_idc")? as u8;
        let constraints = r.bits(8, "constraint flags")? as u8;
        let level = r.bits(8, "level_idc")? as u8;
        r.at_most(31, "seq_parameter_set_id")?;
        let mut chroma = 1;
        let mut separate = false;
        if matches!(
            profile,
            44 | 83 | 86 | 100 | 110 | 118 | 122 | 128 | 134 | 135 | 138 | 139 | 244
        ) {
            chroma = r.at_most(3, "chroma_format_idc")?;
            separate = chroma == 3 && r.flag("separate_colour_plane_flag")?;
            r.at_most(6, "bit_depth_luma_minus8")?;
            r.at_most(6, "bit_depth_chroma_minus8")?;
            r.skip(1, "qpprime_y_zero_transform_bypass_flag")?;
            if r.flag("seq_scaling_matrix_present_flag")? {
                for i in 0..if chroma == 3 { 12 } else { 8 } {
                    if r.flag("seq_scaling_list_present_flag")? {
                        scaling_list(&mut r, if i < 6 { 16 } else { 64 })?;
                    }
                }
            }
        }
        r.at_most(12, "log2_max_frame_num_minus4")?;
        picture_order(&mut r)?;
        r.unsigned("max_num_ref_frames")?;
        r.skip(1, "gaps_in_frame_num_value_allowed_flag")?;
        let width = 16 * (r.at_most(4_095, "pic_width_in_mbs_minus1")? + 1);
        let units = r.at_most(4_095, "pic_height_in_map_units_minus1")? + 1;
        let fields = if r.flag("frame_mbs_only_flag")? { 1 } else { 2 };
        if fields == 2 {
            r.skip(1, "mb_adaptive_frame_field_flag")?;
        }
        r.skip(1, "direct_8x8_inference_flag")?;
        let height = 16 * units * fields;
        let mut crop = [0; 4];
        if r.flag("frame_cropping_flag")? {
            for side in &mut crop {
                *side = r.at_most(65_535, "frame crop offset")?;
            }
        }
        // Colours are sampled every so many pixels, and cropping counts those.
        let (across, down) = match chroma {
            _ if separate => (1, 1),
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let [left, right, top, bottom] = crop;
        let cropped = |whole: u32, sides: u32, unit: u32| {
            let left = whole.checked_sub(sides * unit).filter(|n| *n > 0);
            left.ok_or(ParseError::value(
                "frame crop offset",
                data.len(),
                sides.into(),
                "less",
            ))
        };
        Ok(Self {
            profile,
            constraints,
            level,
            size: Size {
                width: cropped(width, left + right, across)?,
                height: cropped(height, top + bottom, down * fields)?,
            },
        })
    }

    /// The profile's name.
    pub fn profile_name(&self) -> &'static str {
        match (self.profile, self.constraints) {
            (66, c) if c & 0x40 != 0 => "Constrained Baseline",
            (66, _) => "Baseline",
            (77, _) => "Main",
            (88, _) => "Extended",
            (100, c) if c & 0x0c == 0x0c => "Constrained High",
            (100, c) if c & 0x08 != 0 => "Progressive High",
            (100, _) => "High",
            (110, _) => "High 10",
            (122, _) => "High 4:2:2",
            (244, _) => "High 4:4:4 Predictive",
            (83, _) => "Scalable Baseline",
            (86, _) => "Scalable High",
            _ => "another",
        }
    }

    /// The level: `"3.1"`, `"1b"`.
    pub fn level_name(&self) -> String {
        // Below the high profiles, level 1b is 11 with a constraint flag.
        let is_1b = self.level == 9
            || (self.level == 11 && self.constraints & 0x10 != 0 && self.profile < 100);
        match is_1b {
            true => "1b".to_owned(),
            false => format!("{}.{}", self.level / 10, self.level % 10),
        }
    }
}

fn picture_order(r: &mut Rbsp<'_>) -> Result<(), ParseError> {
    match r.at_most(2, "pic_order_cnt_type")? {
        0 => r
            .at_most(12, "log2_max_pic_order_cnt_lsb_minus4")
            .map(|_| ()),
        1 => {
            r.skip(1, "delta_pic_order_always_zero_flag")?;
            r.signed("offset_for_non_ref_pic")?;
            r.signed("offset_for_top_to_bottom_field")?;
            let count = r.at_most(255, "num_ref_frames_in_pic_order_cnt_cycle")?;
            for _ in 0..count {
                r.signed("offset_for_ref_frame")?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn scaling_list(r: &mut Rbsp<'_>, size: u32) -> Result<(), ParseError> {
    let (mut last, mut next) = (8_i32, 8_i32);
    for _ in 0..size {
        if next != 0 {
            let delta = r.signed("delta_scale")?;
            next = last.wrapping_add(delta).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Ok(())
}

/// The name of the type in a NAL unit header.
pub(super) fn name(header: u8) -> &'static str {
    match header & 0x1f {
        1 => "slice",
        2..=4 => "slice data partition",
        5 => "IDR slice",
        6 => "SEI",
        7 => "sequence parameter set",
        8 => "picture parameter set",
        9 => "access unit delimiter",
        10 => "end of sequence",
        11 => "end of stream",
        12 => "filler data",
        13 => "sequence parameter set extension",
        14 => "prefix",
        15 => "subset sequence parameter set",
        19 => "auxiliary slice",
        20 => "slice extension",
        _ => "another",
    }
}

pub(super) fn describe(unit: &[u8], t: &mut Tree<'_>) {
    let Some(parsed) = H264Unit::of(unit) else {
        return t.field("NAL unit", "empty", unit);
    };
    let first = part(unit, 0..1);
    t.group("NAL unit", unit, |t| {
        t.bits("nal_ref_idc", parsed.header >> 5 & 3, first, 0x60);
        t.bits("type", name(parsed.header), first, 0x1f);
        describe_content(&parsed, t);
    });
}

/// What follows the header of a unit.
pub(super) fn describe_content(unit: &H264Unit<'_>, t: &mut Tree<'_>) {
    let data = unit.data;
    if let Some((slice, is_first)) = unit.slice() {
        t.note("slice type", format_args!("{slice:?}"));
        t.note("first of its picture", is_first);
    }
    if unit.kind() != H264Unit::SPS {
        return t.field("data", format_args!("{} bytes", data.len()), data);
    }
    match H264Sps::parse(data) {
        Err(error) => t.problem_in(data, &error),
        Ok(sps) => {
            let profile = format_args!("{} ({})", sps.profile, sps.profile_name());
            t.field("profile", profile, part(data, 0..1));
            let flags = format_args!("0x{:02x}", sps.constraints);
            t.field("constraint flags", flags, part(data, 1..2));
            t.field("level", sps.level_name(), part(data, 2..3));
            t.note("size", sps.size);
        }
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
    fn a_baseline_parameter_set() {
        // 40 by 23 macroblocks, of which 8 rows of pixels are cropped: 640×360.
        let rest = "1 1 1 1 010 0 00000101000 000010111 1 1 1 1 1 1 00101 1 0";
        let whole = [vec![0x42, 0xc0, 0x1f], bytes(rest)].concat();
        let sps = H264Sps::parse(&whole).unwrap();
        assert_eq!(sps.size.to_string(), "640×360");
        assert_eq!(
            (sps.profile_name(), &*sps.level_name()),
            ("Constrained Baseline", "3.1")
        );
        for end in 0..whole.len() - 1 {
            assert!(H264Sps::parse(&whole[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_high_parameter_set_with_scaling_lists_and_fields() {
        // 4:2:0, 8 bits, one list that ends at once; order type 1 with two offsets; interlaced.
        let rest =
            "1 010 1 1 0 1 1 000010001 0000000 1 010 0 1 1 011 1 1 010 0 0001111 00111 0 0 1 0";
        let sps = H264Sps::parse(&[vec![100, 0, 40], bytes(rest)].concat()).unwrap();
        assert_eq!((sps.profile_name(), &*sps.level_name()), ("High", "4.0"));
        assert_eq!(sps.size.to_string(), "240×224");
    }

    #[test]
    fn what_crops_more_than_there_is_is_refused() {
        let rest = "1 1 1 1 010 0 1 1 1 1 1 0001001 1 1 1";
        assert!(H264Sps::parse(&[vec![66, 0, 10], bytes(rest)].concat()).is_err());
    }

    #[test]
    fn slices_have_types() {
        let slice = |header, bits| {
            H264Unit {
                header,
                data: &bytes(bits),
            }
            .slice()
        };
        assert_eq!(slice(0x65, "1 0001000 0"), Some((SliceType::I, true)));
        assert_eq!(slice(0x41, "1 00110 00"), Some((SliceType::P, true)));
        assert_eq!(slice(0x41, "010 010 00"), Some((SliceType::B, false)));
        assert_eq!(slice(0x67, "1 1 000000"), None);
    }
}
