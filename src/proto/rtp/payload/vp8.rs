//! VP8 (RFC 7741): the payload descriptor, and behind it the frame header of RFC 6386 as far as it is
//! not entropy coded.

use super::{Look, Size};
use crate::tree::Tree;
use crate::wire::{ParseError, Reader, part};

/// The start code of a key frame.
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];

/// The payload descriptor before the VP8 data of each packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp8Descriptor {
    /// Bytes of the descriptor; the VP8 data follows.
    pub len: usize,
    /// N: no other frame needs this one.
    pub is_non_reference: bool,
    /// S: a partition begins with the data of this packet.
    pub starts_partition: bool,
    /// Index of the partition, 0 to 7.
    pub partition: u8,
    /// Number of the frame, of 7 or 15 bits.
    pub picture_id: Option<u16>,
    /// Whether that has 15 bits.
    pub has_long_picture_id: bool,
    /// Running number of the frames of the lowest temporal layer.
    pub tl0_pic_idx: Option<u8>,
    /// Temporal layer, 0 to 3.
    pub temporal: Option<u8>,
    /// Y: the frame depends on the lowest temporal layer only, so that one may switch up here.
    pub is_layer_sync: bool,
    /// Running number of the key frame that this one depends on, 0 to 31.
    pub key_index: Option<u8>,
}

impl Vp8Descriptor {
    /// Reads the descriptor of a payload in clear; fails where reserved bits are set or it ends.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let first = r.u8("payload descriptor")?;
        reserved(0, first & 0x48)?;
        let mut d = Self {
            len: 1,
            is_non_reference: first & 0x20 != 0,
            starts_partition: first & 0x10 != 0,
            partition: first & 0x07,
            picture_id: None,
            has_long_picture_id: false,
            tl0_pic_idx: None,
            temporal: None,
            is_layer_sync: false,
            key_index: None,
        };
        if first & 0x80 == 0 {
            return Ok(d);
        }
        let fields = r.u8("extension")?;
        reserved(1, fields & 0x0f)?;
        if fields & 0x80 != 0 {
            let high = r.u8("PictureID")?;
            d.has_long_picture_id = high & 0x80 != 0;
            d.picture_id = Some(match d.has_long_picture_id {
                true => u16::from_be_bytes([high & 0x7f, r.u8("PictureID")?]),
                false => high.into(),
            });
        }
        if fields & 0x40 != 0 {
            d.tl0_pic_idx = Some(r.u8("TL0PICIDX")?);
        }
        if fields & 0x30 != 0 {
            let both = r.u8("TID and KEYIDX")?;
            if fields & 0x20 != 0 {
                d.temporal = Some(both >> 6);
                d.is_layer_sync = both & 0x20 != 0;
            }
            d.key_index = (fields & 0x10 != 0).then_some(both & 0x1f);
        }
        d.len = r.offset();
        Ok(d)
    }

    /// Whether a frame begins with this packet: with its first partition.
    pub fn begins_frame(&self) -> bool {
        self.starts_partition && self.partition == 0
    }
}

fn reserved(at: usize, bits: u8) -> Result<(), ParseError> {
    match bits {
        0 => Ok(()),
        found => Err(ParseError::value("reserved bits", at, found.into(), "0")),
    }
}

/// The part of a frame's header that is not entropy coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp8Frame {
    /// Whether it is a key frame.
    pub is_key: bool,
    /// Version, 0 to 3: which filters reconstruct it.
    pub version: u8,
    /// Whether it is to be shown.
    pub is_shown: bool,
    /// Bytes of its first partition.
    pub first_partition: u32,
    /// Of a key frame: its size in pixels.
    pub size: Option<Size>,
    /// Of a key frame: how its width and height are to be scaled up (0 none, 1 5/4, 2 5/3, 3 2).
    pub scale: (u8, u8),
}

impl Vp8Frame {
    /// Reads the header at the beginning of a frame: what follows the descriptor of a packet that
    /// [begins](Vp8Descriptor::begins_frame) one. Errors count from there.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(data);
        let [a, b, c] = r.array("frame tag")?;
        let tag = u32::from_le_bytes([a, b, c, 0]);
        let version = (tag >> 1 & 7) as u8;
        if version > 3 {
            return Err(ParseError::value("version", 0, version.into(), "0 to 3"));
        }
        let mut frame = Self {
            is_key: tag & 1 == 0,
            version,
            is_shown: tag & 0x10 != 0,
            first_partition: tag >> 5,
            size: None,
            scale: (0, 0),
        };
        if frame.is_key {
            let code = r.array("start code")?;
            if code != START_CODE {
                let [a, b, c] = code;
                let found = u32::from_be_bytes([0, a, b, c]);
                return Err(ParseError::value("start code", 3, found.into(), "9d012a"));
            }
            let width = u16::from_le_bytes(r.array("width")?);
            let height = u16::from_le_bytes(r.array("height")?);
            frame.scale = ((width >> 14) as u8, (height >> 14) as u8);
            frame.size = Some(Size {
                width: (width & 0x3fff).into(),
                height: (height & 0x3fff).into(),
            });
        }
        Ok(frame)
    }
}

pub(super) fn look(payload: &[u8]) -> Option<Look> {
    let descriptor = Vp8Descriptor::parse(payload).ok()?;
    let data = payload.get(descriptor.len..).filter(|d| !d.is_empty())?;
    if !descriptor.begins_frame() {
        return Some(Look {
            begins: false,
            key: false,
        });
    }
    let frame = Vp8Frame::parse(data).ok()?;
    Some(Look {
        begins: true,
        key: frame.is_key,
    })
}

pub(super) fn describe(payload: &[u8], t: &mut Tree<'_>) {
    let d = match Vp8Descriptor::parse(payload) {
        Ok(d) => d,
        Err(error) => return t.problem_in(payload, &error),
    };
    let descriptor = part(payload, 0..d.len);
    t.group("payload descriptor", descriptor, |t| {
        let first = part(descriptor, 0..1);
        t.bits("non-reference frame", d.is_non_reference, first, 0x20);
        t.bits("start of partition", d.starts_partition, first, 0x10);
        t.bits("partition index", d.partition, first, 0x07);
        let mut at = 2;
        if let Some(id) = d.picture_id {
            let len = 1 + usize::from(d.has_long_picture_id);
            t.field("PictureID", id, part(descriptor, at..at + len));
            at += len;
        }
        if let Some(index) = d.tl0_pic_idx {
            t.field("TL0PICIDX", index, part(descriptor, at..at + 1));
            at += 1;
        }
        let last = part(descriptor, at..at + 1);
        if let Some(layer) = d.temporal {
            t.bits("temporal layer", layer, last, 0xc0);
            t.bits("layer sync", d.is_layer_sync, last, 0x20);
        }
        if let Some(index) = d.key_index {
            t.bits("KEYIDX", index, last, 0x1f);
        }
    });
    let data = part(payload, d.len..payload.len());
    if !d.begins_frame() {
        return t.field("VP8 data", format_args!("{} bytes", data.len()), data);
    }
    match Vp8Frame::parse(data) {
        Err(error) => t.problem_in(data, &error),
        Ok(frame) => {
            let header = part(data, 0..if frame.is_key { 10 } else { 3 });
            t.group("frame header", header, |t| {
                let first = part(header, 0..1);
                let kind = if frame.is_key { "key" } else { "interframe" };
                t.bits("frame type", kind, first, 0x01);
                t.bits("version", frame.version, first, 0x0e);
                t.bits("shown", frame.is_shown, first, 0x10);
                let length = format_args!("{} bytes", frame.first_partition);
                t.bits("first partition", length, part(header, 0..3), 0xe0_ffff);
                if let Some(size) = frame.size {
                    t.field("start code", "9d012a", part(header, 3..6));
                    t.field("width", size.width, part(header, 6..8));
                    t.field("height", size.height, part(header, 8..10));
                    if frame.scale != (0, 0) {
                        let (h, v) = frame.scale;
                        t.note("scale", format_args!("{h}, {v}"));
                    }
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 15] = [
        0x90, 0xf0, 0x81, 0x23, 7, 0xa5, 0x50, 0x42, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0,
    ];

    #[test]
    fn key_and_delta_frames() {
        let begins = |key| Some(Look { begins: true, key });
        let whole = [&KEY[..], &[0]].concat();
        assert_eq!(look(&whole), begins(true));
        assert_eq!(look(&[0x10, 0x51, 0x42, 0x00, 0x07]), begins(false));
        let further = Look {
            begins: false,
            key: false,
        };
        assert_eq!(look(&[0x00, 0x12, 0x34]), Some(further));
    }

    #[test]
    fn every_field_of_a_descriptor() {
        let d = Vp8Descriptor::parse(&KEY).unwrap();
        assert_eq!((d.len, d.begins_frame()), (6, true));
        assert_eq!((d.picture_id, d.has_long_picture_id), (Some(0x123), true));
        assert_eq!((d.tl0_pic_idx, d.temporal), (Some(7), Some(2)));
        assert_eq!((d.is_layer_sync, d.key_index), (true, Some(5)));
        let short = Vp8Descriptor::parse(&[0xb1, 0x80, 0x23, 0]).unwrap();
        assert_eq!((short.len, short.picture_id), (3, Some(0x23)));
        assert!(short.is_non_reference && !short.begins_frame());
        // With K alone the byte of both is there as well.
        let key_index = Vp8Descriptor::parse(&[0x90, 0x10, 0xff]).unwrap();
        assert_eq!((key_index.temporal, key_index.key_index), (None, Some(31)));
    }

    #[test]
    fn a_key_frame_has_its_size() {
        let whole = [&KEY[6..], &[0x80]].concat();
        let frame = Vp8Frame::parse(&whole).unwrap();
        let size = Size {
            width: 320,
            height: 240,
        };
        assert_eq!((frame.size, frame.scale), (Some(size), (0, 2)));
        assert!(frame.is_key && frame.is_shown);
        assert_eq!(frame.first_partition, 0x4250 >> 5);
    }

    #[test]
    fn what_is_not_vp8() {
        let mut no_start_code = [&KEY[..], &[0]].concat();
        no_start_code[10] = 0;
        assert_eq!(look(&no_start_code), None);
        assert_eq!(look(&[0x48, 1, 2, 3]), None, "reserved bits");
        for end in 0..KEY.len() {
            assert_eq!(look(&KEY[..end]), None, "{end}");
        }
    }
}
