//! The dependency descriptor: which frame a packet belongs to, and what that frame depends on
//! (AV1 RTP specification, appendix A; also sent with VP8, VP9 and H.264).
//!
//! It stays in clear when the payload is encrypted, so frames, key frames and layers can be told
//! from it. Every packet has the mandatory three bytes; a key frame brings the [`Structure`] that
//! later frames refer to by template.

use super::bits::BitReader;
use crate::wire::ParseError;

/// Templates that a structure may have.
pub const TEMPLATES_MAX: usize = 64;
/// Spatial layers that a structure may have.
pub const SPATIAL_MAX: usize = 4;
/// Temporal layers that a structure may have.
pub const TEMPORAL_MAX: usize = 8;

/// What every dependency descriptor says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mandatory {
    /// First packet of its frame (of one layer).
    pub start_of_frame: bool,
    /// Last packet of its frame (of one layer).
    pub end_of_frame: bool,
    /// Identifier of the template that the frame follows, 0 to 63; see [`Structure::layer`].
    pub template_id: u8,
    /// Number of the frame, which counts on by one from frame to frame.
    pub frame_number: u16,
    /// Whether a structure follows, as on key frames only.
    pub has_structure: bool,
}

impl Mandatory {
    /// Reads the mandatory fields, and whether a structure follows.
    ///
    /// Fails when there are less than three bytes.
    #[inline]
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let Some(&[first, n0, n1]) = data.first_chunk::<3>() else {
            return Err(ParseError::truncated(
                "dependency descriptor",
                0,
                3,
                data.len(),
            ));
        };
        Ok(Self {
            start_of_frame: first & 0x80 != 0,
            end_of_frame: first & 0x40 != 0,
            template_id: first & 0x3f,
            frame_number: u16::from_be_bytes([n0, n1]),
            has_structure: data.get(3).is_some_and(|flags| flags & 0x80 != 0),
        })
    }
}

/// The layer of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Layer {
    /// Spatial layer, 0 to 3.
    pub spatial: u8,
    /// Temporal layer, 0 to 7.
    pub temporal: u8,
}

/// The template dependency structure that a key frame brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Identifier of the first template.
    template_id_offset: u8,
    /// Decode targets, 1 to 32: the choices of layers that a receiver has.
    decode_targets: u8,
    /// Chains, 0 to 32: frames that must arrive for the decode targets to decode.
    chains: u8,
    /// The layer of each template, in order.
    templates: Vec<Layer>,
    /// Width and height in pixels of each spatial layer, if told.
    resolutions: Vec<(u32, u32)>,
}

impl Structure {
    /// The layer of a frame that follows this template; none when the structure has no such one.
    pub fn layer(&self, template_id: u8) -> Option<Layer> {
        let index = (template_id % 64 + 64 - self.template_id_offset) % 64;
        self.templates.get(usize::from(index)).copied()
    }

    /// The layer of each template, in order; one at least.
    pub fn templates(&self) -> &[Layer] {
        &self.templates
    }

    /// Decode targets, 1 to 32.
    pub fn decode_targets(&self) -> u8 {
        self.decode_targets
    }

    /// Chains, 0 to 32.
    pub fn chains(&self) -> u8 {
        self.chains
    }

    /// Spatial layers, 1 to 4.
    pub fn spatial_layers(&self) -> u8 {
        self.templates.iter().map(|l| l.spatial).max().unwrap_or(0) + 1
    }

    /// Temporal layers, 1 to 8.
    pub fn temporal_layers(&self) -> u8 {
        self.templates.iter().map(|l| l.temporal).max().unwrap_or(0) + 1
    }

    /// Width and height in pixels of each spatial layer; empty when not told.
    pub fn resolutions(&self) -> &[(u32, u32)] {
        &self.resolutions
    }

    fn parse(r: &mut BitReader<'_>) -> Result<Self, ParseError> {
        let template_id_offset = r.bits(6, "template id offset")? as u8;
        let decode_targets = r.bits(5, "decode target count")? as u8 + 1;
        let templates = template_layers(r)?;
        for _ in 0..templates.len() * usize::from(decode_targets) {
            r.bits(2, "decode target indication")?;
        }
        for _ in &templates {
            while r.flag("frame difference flag")? {
                r.bits(4, "frame difference")?;
            }
        }
        let chains = r.non_symmetric(u32::from(decode_targets) + 1, "chain count")? as u8;
        if chains > 0 {
            for _ in 0..decode_targets {
                r.non_symmetric(chains.into(), "protecting chain")?;
            }
            for _ in 0..templates.len() * usize::from(chains) {
                r.bits(4, "chain difference")?;
            }
        }
        let mut structure = Self {
            template_id_offset,
            decode_targets,
            chains,
            templates,
            resolutions: Vec::new(),
        };
        if r.flag("resolutions flag")? {
            for _ in 0..structure.spatial_layers() {
                let width = r.bits(16, "render width")? + 1;
                let height = r.bits(16, "render height")? + 1;
                structure.resolutions.push((width, height));
            }
        }
        Ok(structure)
    }
}

fn template_layers(r: &mut BitReader<'_>) -> Result<Vec<Layer>, ParseError> {
    let mut layers = Vec::new();
    let mut layer = Layer::default();
    loop {
        let at = r.offset();
        let too_many =
            |what, found: usize, most| Err(ParseError::value(what, at, found as u64, most));
        if layers.len() >= TEMPLATES_MAX {
            return too_many("templates", layers.len() + 1, "at most 64");
        }
        layers.push(layer);
        match r.bits(2, "next layer")? {
            0 => {}
            1 => layer.temporal += 1,
            2 => (layer.temporal, layer.spatial) = (0, layer.spatial + 1),
            _ => return Ok(layers),
        }
        if usize::from(layer.temporal) >= TEMPORAL_MAX {
            return too_many("temporal layer", layer.temporal.into(), "at most 7");
        }
        if usize::from(layer.spatial) >= SPATIAL_MAX {
            return too_many("spatial layer", layer.spatial.into(), "at most 3");
        }
    }
}

/// A whole dependency descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyDescriptor {
    /// What every descriptor says.
    pub mandatory: Mandatory,
    /// The structure it brings, as on key frames.
    pub structure: Option<Structure>,
    /// Which decode targets are sent from now on, one bit each, if it says.
    pub active_decode_targets: Option<u32>,
    /// The layer of its frame, when the structure is known and has its template.
    pub layer: Option<Layer>,
}

impl DependencyDescriptor {
    /// Reads a descriptor whose stream last brought the structure `known`.
    ///
    /// Fails when the data ends too early, or when the structure has more layers than the
    /// specification allows. What a frame depends on in particular is not kept.
    pub fn parse(data: &[u8], known: Option<&Structure>) -> Result<Self, ParseError> {
        let mandatory = Mandatory::parse(data)?;
        let mut descriptor = Self {
            mandatory,
            structure: None,
            active_decode_targets: None,
            layer: known.and_then(|s| s.layer(mandatory.template_id)),
        };
        let mut r = BitReader::new(data);
        r.bits(24, "mandatory fields")?;
        if r.left() == 0 {
            return Ok(descriptor);
        }
        let flags = r.bits(5, "flags")?;
        if flags & 0x10 != 0 {
            let structure = Structure::parse(&mut r)?;
            descriptor.layer = structure.layer(mandatory.template_id);
            descriptor.structure = Some(structure);
        }
        let structure = descriptor.structure.as_ref().or(known);
        if flags & 0x08 != 0
            && let Some(structure) = structure
        {
            let bitmask = r.bits(structure.decode_targets.into(), "active decode targets")?;
            descriptor.active_decode_targets = Some(bitmask);
        }
        Ok(descriptor)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes bit fields for samples.
    pub(in super::super) fn bits(fields: &[(u32, u32)]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = 0;
        for &(n, value) in fields {
            for bit in (0..n).rev() {
                if at % 8 == 0 {
                    out.push(0);
                }
                let last = out.last_mut().unwrap();
                *last |= ((value >> bit & 1) as u8) << (7 - at % 8);
                at += 1;
            }
        }
        out
    }

    /// A key frame of L1T2: two decode targets, three templates, one chain, 640 by 360.
    fn key_frame() -> Vec<u8> {
        bits(&[
            (1, 1),
            (1, 0),
            (6, 10),
            (16, 999),
            (5, 0b11000),
            (6, 10),
            (5, 1),
            // Templates: T0, T0 again, T1.
            (2, 0),
            (2, 1),
            (2, 3),
            // Indications of two targets for each.
            (12, 0b1010_1010_1010),
            // Frame differences: none, one, two.
            (1, 0),
            (1, 1),
            (4, 3),
            (1, 0),
            (1, 1),
            (4, 0),
            (1, 1),
            (4, 1),
            (1, 0),
            // One chain (ns(3): 1 is 10), which protects both; its differences.
            (2, 0b10),
            (12, 0x024),
            (1, 1),
            (16, 639),
            (16, 359),
            // Both targets are active.
            (2, 3),
        ])
    }

    #[test]
    fn a_key_frame_brings_the_structure_that_later_frames_refer_to() {
        let data = key_frame();
        let key = DependencyDescriptor::parse(&data, None).unwrap();
        assert!(key.mandatory.has_structure && key.mandatory.start_of_frame);
        assert!(!key.mandatory.end_of_frame);
        assert_eq!(key.mandatory.frame_number, 999);
        assert_eq!(key.active_decode_targets, Some(3));
        let structure = key.structure.unwrap();
        assert_eq!(structure.decode_targets(), 2);
        assert_eq!(structure.chains(), 1);
        assert_eq!(structure.spatial_layers(), 1);
        assert_eq!(structure.temporal_layers(), 2);
        assert_eq!(structure.resolutions(), [(640, 360)]);
        assert_eq!(key.layer, Some(Layer::default()));

        let later = bits(&[(1, 1), (1, 1), (6, 12), (16, 1000)]);
        let later = DependencyDescriptor::parse(&later, Some(&structure)).unwrap();
        let layer = Layer {
            spatial: 0,
            temporal: 1,
        };
        assert_eq!(later.layer, Some(layer));
        assert!(!later.mandatory.has_structure);
        let foreign = bits(&[(1, 1), (1, 1), (6, 13), (16, 1001)]);
        let foreign = DependencyDescriptor::parse(&foreign, Some(&structure)).unwrap();
        assert_eq!(foreign.layer, None, "no such template");
    }

    #[test]
    fn template_identifiers_wrap() {
        let mut data = key_frame();
        // Offset 63 and template 1: the third template.
        data[0] = data[0] & 0xc0 | 1;
        data[3] = data[3] & 0xf8 | 0x07;
        data[4] |= 0xe0;
        let key = DependencyDescriptor::parse(&data, None).unwrap();
        assert_eq!(key.layer.unwrap().temporal, 1);
    }

    #[test]
    fn every_prefix_is_cut_short_somewhere_inside() {
        let data = key_frame();
        for end in 0..data.len() {
            match DependencyDescriptor::parse(&data[..end], None) {
                Ok(_) => assert_eq!(end, 3, "the mandatory fields stand alone"),
                Err(error) => assert!(error.offset <= end, "{error}"),
            }
        }
    }

    #[test]
    fn structures_without_end_are_refused() {
        let mut same = vec![(24, 0), (5, 0x10), (6, 0), (5, 0)];
        same.extend([(2, 0); 70]);
        assert!(DependencyDescriptor::parse(&bits(&same), None).is_err());
        let mut up = vec![(24, 0), (5, 0x10), (6, 0), (5, 0)];
        up.extend([(2, 2); 5]);
        assert!(DependencyDescriptor::parse(&bits(&up), None).is_err());
        assert!(DependencyDescriptor::parse(&[0xff; 255], None).is_err());
    }
}
