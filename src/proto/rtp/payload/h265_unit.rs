//! NAL units of H.265: what sequence parameter sets say of profile, level and size, by ITU-T H.265.

use super::Size;
use super::rbsp::Rbsp;
use crate::tree::Tree;
use crate::wire::{ParseError, part};

/// A NAL unit that begins here, as much of it as there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H265Unit<'a> {
    /// Its header: forbidden bit, type, layer, temporal layer plus 1.
    pub header: [u8; 2],
    /// What follows the header.
    pub data: &'a [u8],
}

impl<'a> H265Unit<'a> {
    /// The type of sequence parameter sets.
    pub const SPS: u8 = 33;

    /// The unit in these bytes.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let (header, data) = bytes.split_first_chunk::<2>()?;
        Some(Self {
            header: *header,
            data,
        })
    }

    /// Its type.
    pub fn kind(&self) -> u8 {
        self.header[0] >> 1 & 0x3f
    }

    /// Temporal layer, 0 to 6.
    pub fn temporal(&self) -> u8 {
        (self.header[1] & 7).saturating_sub(1)
    }

    /// Whether decoding can begin at pictures whose slices have this type: BLA, IDR, CRA.
    pub fn is_random_access(kind: u8) -> bool {
        (16..=21).contains(&kind)
    }

    /// Whether it is a slice, and the first of its picture.
    pub fn begins_picture(&self) -> bool {
        self.kind() < 32 && self.data.first().is_some_and(|b| b & 0x80 != 0)
    }
}

/// A sequence parameter set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct H265Sps {
    /// `general_profile_idc`: 1 Main, 2 Main 10.
    pub profile: u8,
    /// Thirty times the level.
    pub level: u8,
    /// Size of the pictures, without what is cropped.
    pub size: Size,
}

impl H265Sps {
    /// Reads what follows the NAL unit header.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let mut r = Rbsp::new(data, 0);
        r.bits(4, "sps_video_parameter_set_id")?;
        let layers = r.bits(3, "sps_max_sub_layers_minus1")?;
        r.bits(1, "sps_temporal_id_nesting_flag")?;
        r.bits(3, "general_profile_space and tier")?;
        let profile = r.bits(5, "general_profile_idc")? as u8;
        r.skip(32 + 48, "profile flags")?;
        let level = r.bits(8, "general_level_idc")? as u8;
        sub_layers(&mut r, layers)?;
        r.at_most(15, "sps_seq_parameter_set_id")?;
        let chroma = r.at_most(3, "chroma_format_idc")?;
        let separate = chroma == 3 && r.flag("separate_colour_plane_flag")?;
        let width = r.at_most(65_535, "pic_width_in_luma_samples")?;
        let height = r.at_most(65_535, "pic_height_in_luma_samples")?;
        let mut crop = [0; 4];
        if r.flag("conformance_window_flag")? {
            for side in &mut crop {
                *side = r.at_most(65_535, "conformance window offset")?;
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
            let what = "conformance window offset";
            left.ok_or(ParseError::value(what, data.len(), sides.into(), "less"))
        };
        Ok(Self {
            profile,
            level,
            size: Size {
                width: cropped(width, left + right, across)?,
                height: cropped(height, top + bottom, down)?,
            },
        })
    }

    /// The profile's name.
    pub fn profile_name(&self) -> &'static str {
        match self.profile {
            1 => "Main",
            2 => "Main 10",
            3 => "Main Still Picture",
            4 => "Range Extensions",
            9 => "Screen Content Coding",
            _ => "another",
        }
    }

    /// The level: `"3.1"`.
    pub fn level_name(&self) -> String {
        format!("{}.{}", self.level / 30, self.level % 30 / 3)
    }
}

/// Steps over the profiles and levels of temporal sub-layers.
fn sub_layers(r: &mut Rbsp<'_>, layers: u32) -> Result<(), ParseError> {
    let mut present = [(false, false); 8];
    for one in present.iter_mut().take(layers as usize) {
        *one = (r.flag("sub-layer profile")?, r.flag("sub-layer level")?);
    }
    if layers > 0 {
        r.skip(2 * (8 - layers), "reserved bits")?;
    }
    for (profile, level) in present {
        r.skip(if profile { 88 } else { 0 }, "sub-layer profile")?;
        r.skip(if level { 8 } else { 0 }, "sub-layer level")?;
    }
    Ok(())
}

/// The name of a NAL unit type.
pub(super) fn name(kind: u8) -> &'static str {
    match kind & 0x3f {
        0 | 1 => "trailing slice",
        2 | 3 => "temporal sub-layer access slice",
        4 | 5 => "step-wise temporal sub-layer access slice",
        6 | 7 => "random access decodable leading slice",
        8 | 9 => "random access skipped leading slice",
        16..=18 => "BLA slice",
        19 | 20 => "IDR slice",
        21 => "CRA slice",
        32 => "video parameter set",
        33 => "sequence parameter set",
        34 => "picture parameter set",
        35 => "access unit delimiter",
        36 => "end of sequence",
        37 => "end of bitstream",
        38 => "filler data",
        39 | 40 => "SEI",
        _ => "another",
    }
}

pub(super) fn describe(unit: &[u8], t: &mut Tree<'_>) {
    let Some(parsed) = H265Unit::of(unit) else {
        return t.field("NAL unit", "cut short", unit);
    };
    t.group("NAL unit", unit, |t| {
        t.bits("type", name(parsed.kind()), part(unit, 0..1), 0x7e);
        t.bits("temporal layer", parsed.temporal(), part(unit, 1..2), 0x07);
        let data = parsed.data;
        if parsed.kind() != H265Unit::SPS {
            return t.field("data", format_args!("{} bytes", data.len()), data);
        }
        match H265Sps::parse(data) {
            Err(error) => t.problem_in(data, &error),
            Ok(sps) => {
                let profile = format_args!("{} ({})", sps.profile, sps.profile_name());
                t.note("profile", profile);
                t.note("level", sps.level_name());
                t.note("size", sps.size);
            }
        }
    });
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
    fn a_parameter_set_has_profile_level_and_size() {
        // Two sub-layers with a level, 4:2:0, 640 by 368 of which 8 rows are cropped. The flags hold
        // ones, so that nothing looks like a start code.
        let header = "0000 001 1 00000001";
        let flags = "1".repeat(80);
        let rest = "1 010 000000000 1010000001 000000001 01110001 1 1 1 1 00101 1000";
        let sps = format!("{header} {flags} 01011101 0 1 00000000000000 01011101 {rest}");
        let sps = bytes(&sps);
        let parsed = H265Sps::parse(&sps).unwrap();
        assert_eq!(parsed.size.to_string(), "640×360");
        assert_eq!(
            (parsed.profile_name(), &*parsed.level_name()),
            ("Main", "3.1")
        );
        for end in 0..sps.len() - 1 {
            assert!(H265Sps::parse(&sps[..end]).is_err(), "{end}");
        }
    }
}
