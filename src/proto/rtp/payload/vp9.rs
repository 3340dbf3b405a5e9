//! VP9 (RFC 9628): the payload descriptor with its scalability structure. What follows it in the
//! first packet of a frame is in [`vp9_frame`](super::vp9_frame).

use super::vp9_frame::Vp9Frame;
use super::{Look, Size};
use crate::tree::Tree;
use crate::wire::{ParseError, Reader, part};

/// The payload descriptor before the VP9 data of each packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9Descriptor<'a> {
    /// Bytes of the descriptor; the VP9 data follows.
    pub len: usize,
    /// P: the frame is predicted from frames before it.
    pub is_inter: bool,
    /// F: the frame names the frames it refers to.
    pub is_flexible: bool,
    /// B: a frame (of one spatial layer) begins with this packet.
    pub begins_frame: bool,
    /// E: it ends with this packet.
    pub ends_frame: bool,
    /// Z: no higher spatial layer is predicted from this frame.
    pub is_not_for_upper: bool,
    /// Number of the picture, of 7 or 15 bits; its layers share it.
    pub picture_id: Option<u16>,
    /// Whether that has 15 bits.
    pub has_long_picture_id: bool,
    /// Which layer the frame is of.
    pub layer: Option<Vp9Layer>,
    /// How many pictures back the frames referred to are, up to three; 0 where there is none.
    pub references: [u8; 3],
    /// Which layers there are.
    pub structure: Option<Vp9Structure<'a>>,
}

/// The layer indices of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9Layer {
    /// Temporal layer, 0 to 7.
    pub temporal: u8,
    /// U: one may switch up to higher temporal layers here.
    pub is_switching_up: bool,
    /// Spatial layer, 0 to 7.
    pub spatial: u8,
    /// D: it is predicted from the next lower spatial layer.
    pub is_inter_layer: bool,
    /// Running number of the pictures of the lowest temporal layer, in non-flexible mode.
    pub tl0_pic_idx: Option<u8>,
}

/// The scalability structure: which layers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9Structure<'a> {
    /// Number of spatial layers, 1 to 8.
    pub spatial_layers: u8,
    /// Width and height of each, two bytes each; empty where it does not tell.
    sizes: &'a [u8],
    /// Number of pictures in a group, where it tells.
    pub pictures: Option<u8>,
    /// Number of temporal layers that the pictures of a group are of; 0 where it does not tell.
    pub temporal_layers: u8,
}

impl Vp9Structure<'_> {
    /// The sizes of the spatial layers, lowest first, where it tells them.
    pub fn sizes(&self) -> impl Iterator<Item = Size> {
        let (each, _) = self.sizes.as_chunks::<4>();
        each.iter().map(|&[w1, w0, h1, h0]| Size {
            width: u16::from_be_bytes([w1, w0]).into(),
            height: u16::from_be_bytes([h1, h0]).into(),
        })
    }
}

impl<'a> Vp9Descriptor<'a> {
    /// Reads the descriptor of a payload in clear.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let first = r.u8("payload descriptor")?;
        let has = |bit: u8| first & bit != 0;
        let mut d = Self {
            len: 0,
            is_inter: has(0x40),
            is_flexible: has(0x10),
            begins_frame: has(0x08),
            ends_frame: has(0x04),
            is_not_for_upper: has(0x01),
            picture_id: None,
            has_long_picture_id: false,
            layer: None,
            references: [0; 3],
            structure: None,
        };
        if has(0x80) {
            let high = r.u8("picture ID")?;
            d.has_long_picture_id = high & 0x80 != 0;
            d.picture_id = Some(match d.has_long_picture_id {
                true => u16::from_be_bytes([high & 0x7f, r.u8("picture ID")?]),
                false => high.into(),
            });
        }
        if has(0x20) {
            let indices = r.u8("layer indices")?;
            let mut layer = Vp9Layer {
                temporal: indices >> 5,
                is_switching_up: indices & 0x10 != 0,
                spatial: indices >> 1 & 7,
                is_inter_layer: indices & 1 != 0,
                tl0_pic_idx: None,
            };
            if !d.is_flexible {
                layer.tl0_pic_idx = Some(r.u8("TL0PICIDX")?);
            }
            d.layer = Some(layer);
        }
        if d.is_flexible && d.is_inter {
            // One to three, each with a bit that says whether another follows.
            let mut more = true;
            for reference in &mut d.references {
                if more {
                    let byte = r.u8("P_DIFF")?;
                    (*reference, more) = (byte >> 1, byte & 1 != 0);
                }
            }
            if more {
                let at = r.offset().saturating_sub(1);
                return Err(ParseError::value("P_DIFF", at, 4, "at most three"));
            }
        }
        if has(0x02) {
            d.structure = Some(structure(&mut r)?);
        }
        d.len = r.offset();
        Ok(d)
    }

    /// Spatial layer of the frame; 0 where there is one only.
    pub fn spatial(&self) -> u8 {
        self.layer.map_or(0, |l| l.spatial)
    }

    /// Whether the frame begins or goes on with a picture that needs no picture before it: the lowest
    /// layer is a key frame.
    pub fn is_key_picture(&self) -> bool {
        !self.is_inter
    }
}

fn structure<'a>(r: &mut Reader<'a>) -> Result<Vp9Structure<'a>, ParseError> {
    let at = r.offset();
    let first = r.u8("scalability structure")?;
    if first & 0x07 != 0 {
        let found = u64::from(first & 7);
        return Err(ParseError::value("reserved bits", at, found, "0"));
    }
    let mut s = Vp9Structure {
        spatial_layers: (first >> 5) + 1,
        sizes: &[],
        pictures: None,
        temporal_layers: 0,
    };
    if first & 0x10 != 0 {
        s.sizes = r.take(4 * usize::from(s.spatial_layers), "layer sizes")?;
    }
    if first & 0x08 != 0 {
        let pictures = r.u8("N_G")?;
        s.pictures = Some(pictures);
        for _ in 0..pictures {
            let at = r.offset();
            let picture = r.u8("picture of the group")?;
            if picture & 0x03 != 0 {
                let found = u64::from(picture & 3);
                return Err(ParseError::value("reserved bits", at, found, "0"));
            }
            s.temporal_layers = s.temporal_layers.max((picture >> 5) + 1);
            r.skip(usize::from(picture >> 2 & 3), "P_DIFF")?;
        }
    }
    Ok(s)
}

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let d = Vp9Descriptor::parse(payload).ok()?;
    let data = payload.get(d.len..).filter(|data| !data.is_empty())?;
    if !d.begins_frame {
        return Some(Look {
            begins: false,
            key: false,
        });
    }
    let marker = data.first().map(|b| b >> 6);
    if marker != Some(0b10) {
        return None;
    }
    let key = d.is_key_picture() && d.spatial() == 0;
    if key {
        // What has no frames before it begins with the sync code, but for frames shown again.
        Vp9Frame::parse(data).ok()?;
    }
    Some(Look { begins: true, key })
}

pub(super) fn describe(payload: &[u8], t: &mut Tree<'_>) {
    let d = match Vp9Descriptor::parse(payload) {
        Ok(d) => d,
        Err(error) => return t.problem_in(payload, &error),
    };
    let descriptor = part(payload, 0..d.len);
    t.group("payload descriptor", descriptor, |t| {
        let first = part(descriptor, 0..1);
        t.bits("inter-picture predicted", d.is_inter, first, 0x40);
        t.bits("flexible mode", d.is_flexible, first, 0x10);
        t.bits("start of frame", d.begins_frame, first, 0x08);
        t.bits("end of frame", d.ends_frame, first, 0x04);
        t.bits("not for upper layers", d.is_not_for_upper, first, 0x01);
        let mut at = 1;
        if let Some(id) = d.picture_id {
            let len = 1 + usize::from(d.has_long_picture_id);
            t.field("picture ID", id, part(descriptor, at..at + len));
            at += len;
        }
        if let Some(layer) = d.layer {
            let byte = part(descriptor, at..at + 1);
            t.bits("temporal layer", layer.temporal, byte, 0xe0);
            t.bits("switching up point", layer.is_switching_up, byte, 0x10);
            t.bits("spatial layer", layer.spatial, byte, 0x0e);
            t.bits("inter-layer predicted", layer.is_inter_layer, byte, 0x01);
            at += 1;
            if let Some(index) = layer.tl0_pic_idx {
                t.field("TL0PICIDX", index, part(descriptor, at..at + 1));
                at += 1;
            }
        }
        for reference in d.references.into_iter().filter(|r| *r > 0) {
            t.bits("P_DIFF", reference, part(descriptor, at..at + 1), 0xfe);
            at += 1;
        }
        if let Some(s) = d.structure {
            let bytes = part(descriptor, at..d.len);
            t.group("scalability structure", bytes, |t| {
                let first = part(bytes, 0..1);
                t.bits("spatial layers", s.spatial_layers, first, 0xe0);
                for (size, bytes) in s.sizes().zip(s.sizes.chunks(4)) {
                    t.field("layer size", size, bytes);
                }
                if let Some(pictures) = s.pictures {
                    t.note("pictures in a group", pictures);
                    t.note("temporal layers", s.temporal_layers);
                }
            });
        }
    });
    let data = part(payload, d.len..payload.len());
    match d.begins_frame {
        true => super::vp9_frame::describe(data, t),
        false => t.field("VP9 data", format_args!("{} bytes", data.len()), data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 12] = [
        0x88, 0x81, 0x23, 0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xf0, 0x0e, 0xf0,
    ];

    #[test]
    fn key_and_delta_frames() {
        let says = |begins, key| Some(Look { begins, key });
        assert_eq!(look(&KEY), says(true, true));
        assert_eq!(look(&[0xc8, 0x81, 0x24, 0x86, 0x00]), says(true, false));
        assert_eq!(look(&[0x84, 0x81, 0x23, 0x55]), says(false, false));
        // The second spatial layer of a key frame.
        let upper = [0xa8, 0x81, 0x23, 0x02, 0x00, 0x86, 0x00];
        assert_eq!(look(&upper), says(true, false));
    }

    #[test]
    fn a_scalability_structure_has_sizes_and_layers() {
        let with = [
            0x8a, 0x81, 0x23, 0x38, 1, 64, 0, 240, 2, 128, 1, 224, 2, 0x04, 1, 0x34, 1, 0x82, 0x49,
            0x83, 0x42, 0x00, 0x13, 0xf0, 0x0e, 0xf0,
        ];
        assert_eq!(look(&with).map(|l| l.key), Some(true));
        let d = Vp9Descriptor::parse(&with).unwrap();
        let s = d.structure.unwrap();
        let sizes: Vec<_> = s.sizes().map(|s| (s.width, s.height)).collect();
        assert_eq!(sizes, [(320, 240), (640, 480)]);
        assert_eq!(
            (s.spatial_layers, s.pictures, s.temporal_layers),
            (2, Some(2), 2)
        );
        for end in 0..d.len {
            assert!(Vp9Descriptor::parse(&with[..end]).is_err(), "{end}");
        }
        for end in 0..with.len() {
            assert_eq!(look(&with[..end]), None, "{end}");
        }
    }

    #[test]
    fn references_and_layers_of_flexible_mode() {
        let d = Vp9Descriptor::parse(&[0xf4, 5, 0x5b, 0x03, 0x05, 0x08, 0]).unwrap();
        assert_eq!((d.picture_id, d.references), (Some(5), [1, 2, 4]));
        let layer = d.layer.unwrap();
        assert_eq!(
            (layer.temporal, layer.spatial, layer.tl0_pic_idx),
            (2, 5, None)
        );
        assert!(layer.is_switching_up && layer.is_inter_layer);
        assert!(d.ends_frame && !d.begins_frame && d.len == 6);
        let endless = Vp9Descriptor::parse(&[0x50, 3, 3, 3, 3]);
        assert_eq!(endless.unwrap_err().offset, 3);
    }

    #[test]
    fn what_is_not_vp9() {
        let mut no_sync = KEY;
        no_sync[5] = 0;
        assert_eq!(look(&no_sync), None);
        assert_eq!(look(&[0x08, 0x42, 0, 0, 0]), None, "no frame marker");
    }
}
