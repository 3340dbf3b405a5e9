//! Video layers allocation: the target bit rate, resolution and frame rate of each layer that a
//! sender sends, over all streams of a simulcast (libwebrtc's `video-layers-allocation00`).

use crate::wire::{ParseError, Reader};

/// What a sender means to send from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoLayersAllocation {
    /// Which of the simulcast's streams carries this, 0 to 3.
    pub stream: u8,
    /// Streams of the simulcast, 1 to 4; 0 when nothing is sent.
    pub streams: u8,
    /// The spatial layers that are sent, by stream and layer; 16 at most.
    pub layers: Vec<SpatialLayer>,
}

/// One spatial layer that is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpatialLayer {
    /// The stream of the simulcast, 0 to 3.
    pub stream: u8,
    /// The spatial layer in that stream, 0 to 3.
    pub spatial: u8,
    /// Target bit rate in kbit/s up to each temporal layer; 1 to 4 of them.
    pub bitrates: Vec<u64>,
    /// Width and height in pixels and the highest frame rate in frames per second, if told.
    pub resolution: Option<(u32, u32, u8)>,
}

impl VideoLayersAllocation {
    /// Reads an allocation.
    ///
    /// Fails when the data ends too early, a bit rate does not fit 64 bits, or bytes are left
    /// over.
    pub fn parse(data: &[u8]) -> Result<Self, ParseError> {
        if data == [0] {
            return Ok(Self::default());
        }
        let mut r = Reader::new(data);
        let first = r.u8("video layers allocation")?;
        let streams = (first >> 4 & 3) + 1;
        let stream = first >> 6;
        if stream >= streams {
            let most = "less than the number of streams";
            return Err(ParseError::value("stream index", 0, stream.into(), most));
        }
        let mut masks = [first & 0x0f; 4];
        if first & 0x0f == 0 {
            for pair in masks.chunks_mut(2).take(usize::from(streams.div_ceil(2))) {
                let byte = r.u8("spatial layer bitmask")?;
                for (mask, bits) in pair.iter_mut().zip([byte >> 4, byte & 0x0f]) {
                    *mask = bits;
                }
            }
        }
        let mut layers = Vec::new();
        for (stream, mask) in (0..streams).zip(masks) {
            for spatial in (0..4).filter(|layer| mask >> layer & 1 == 1) {
                layers.push(SpatialLayer {
                    stream,
                    spatial,
                    bitrates: Vec::new(),
                    resolution: None,
                });
            }
        }
        let mut counts = Vec::with_capacity(layers.len());
        for _ in 0..layers.len().div_ceil(4) {
            let byte = r.u8("temporal layer counts")?;
            counts.extend([6, 4, 2, 0].map(|shift| (byte >> shift & 3) + 1));
        }
        for (layer, count) in layers.iter_mut().zip(counts) {
            for _ in 0..count {
                layer.bitrates.push(leb128(&mut r)?);
            }
        }
        if !r.is_empty() {
            for layer in &mut layers {
                let width = u32::from(r.u16("width")?) + 1;
                let height = u32::from(r.u16("height")?) + 1;
                layer.resolution = Some((width, height, r.u8("frame rate")?));
            }
        }
        if !r.is_empty() {
            let at = r.offset();
            return Err(ParseError::length(
                "video layers allocation",
                at,
                r.left(),
                0,
            ));
        }
        Ok(Self {
            stream,
            streams,
            layers,
        })
    }
}

fn leb128(r: &mut Reader<'_>) -> Result<u64, ParseError> {
    let at = r.offset();
    let mut value: u64 = 0;
    for shift in (0..63).step_by(7) {
        let byte = r.u8("target bit rate")?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(ParseError::value(
        "target bit rate",
        at,
        value,
        "63 bits at most",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three streams of one spatial layer with two temporal layers each, of which this is the
    /// second, with resolutions.
    fn simulcast() -> Vec<u8> {
        let mut data = vec![0x61, 0b0101_0100];
        for kbps in [100_u16, 150, 250, 300, 1000, 2000] {
            data.extend([kbps as u8 & 0x7f | 0x80, (kbps >> 7) as u8]);
        }
        for (width, height) in [(320_u16, 180_u16), (640, 360), (1280, 720)] {
            data.extend((width - 1).to_be_bytes());
            data.extend((height - 1).to_be_bytes());
            data.push(30);
        }
        data
    }

    #[test]
    fn simulcast_with_resolutions() {
        let all = VideoLayersAllocation::parse(&simulcast()).unwrap();
        assert_eq!((all.stream, all.streams, all.layers.len()), (1, 3, 3));
        assert_eq!(all.layers[0].bitrates, [100, 150]);
        assert_eq!(all.layers[2].bitrates, [1000, 2000]);
        assert_eq!(all.layers[2].resolution, Some((1280, 720, 30)));
    }

    #[test]
    fn streams_with_layers_of_their_own() {
        // The first stream sends layers 0 and 1, the second layer 0 only.
        let data = [0x10, 0x31, 0, 10, 20, 30];
        let all = VideoLayersAllocation::parse(&data).unwrap();
        let layers: Vec<_> = all.layers.iter().map(|l| (l.stream, l.spatial)).collect();
        assert_eq!(layers, [(0, 0), (0, 1), (1, 0)]);
        assert_eq!(all.layers[1].bitrates, [20]);
        assert_eq!(all.layers[1].resolution, None);
    }

    #[test]
    fn nothing_sent_is_one_zero_byte() {
        let none = VideoLayersAllocation::parse(&[0]).unwrap();
        assert_eq!((none.streams, none.layers.len()), (0, 0));
    }

    #[test]
    fn every_prefix_ends_somewhere_inside() {
        let data = simulcast();
        for end in 0..data.len() {
            if let Err(error) = VideoLayersAllocation::parse(&data[..end]) {
                assert!(error.offset <= end, "{error}");
            } else {
                assert_eq!(end, 14, "without the resolutions it is whole too");
            }
        }
        let mut longer = data;
        longer.push(0);
        assert!(VideoLayersAllocation::parse(&longer).is_err());
        assert!(VideoLayersAllocation::parse(&[0xff; 64]).is_err());
    }
}
