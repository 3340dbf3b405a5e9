//! Lower spatial layers of a VP9 picture made hidden, as a superframe should have them (VP9 bitstream
//! specification, annex B): one frame of it is shown, the last.
//!
//! Over RTP, every layer says `show_frame`, because a receiver may get no higher one; browsers show the
//! last that came. A player that goes by the specification would show them all, one after the other in
//! different sizes. Hidden, a predicted frame has one bit more (`intra_only`, 0), so that its uncompressed
//! header is walked to the end and what follows it moves to the next byte.

use crate::wire::Reader;

/// The sizes of the frames that a decoder keeps, which predicted frames may take over.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::export::media) struct Kept([Option<(u32, u32)>; 8]);

/// What the walk over a header found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    is_key: bool,
    is_shown: bool,
    /// Where `show_frame` is, and how long the whole is, in bits.
    show_at: usize,
    bits: usize,
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
}

/// Reads bits, highest first.
struct Bits<'a> {
    reader: Reader<'a>,
    byte: u8,
    at: usize,
}

impl Bits<'_> {
    fn flag(&mut self) -> Option<bool> {
        if self.at.is_multiple_of(8) {
            self.byte = self.reader.u8("uncompressed header").ok()?;
        }
        let bit = self.byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn number(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0, |n, _| Some(n << 1 | u32::from(self.flag()?)))
    }

    /// Steps over `bits` that are only there after a set flag.
    fn optional(&mut self, bits: u32) -> Option<()> {
        if self.flag()? {
            self.number(bits)?;
        }
        Some(())
    }

    fn size(&mut self) -> Option<(u32, u32)> {
        Some((self.number(16)? + 1, self.number(16)? + 1))
    }
}

impl Header {
    /// Walks the uncompressed header of a frame, and takes note of what the decoder then keeps. None of a
    /// frame that only shows another one, or that cannot be read.
    pub(super) fn walk(frame: &[u8], kept: &mut Kept) -> Option<Self> {
        let mut b = Bits {
            reader: Reader::new(frame),
            byte: 0,
            at: 0,
        };
        if b.number(2)? != 2 {
            return None;
        }
        let profile = u32::from(b.flag()?) | u32::from(b.flag()?) << 1;
        if (profile == 3 && b.flag()?) || b.flag()? {
            return None;
        }
        let is_key = !b.flag()?;
        let show_at = b.at;
        let is_shown = b.flag()?;
        let is_resilient = b.flag()?;
        let (size, refreshed);
        if is_key {
            sync(&mut b)?;
            color(&mut b, profile)?;
            refreshed = 0xff;
            size = b.size()?;
            b.optional(32)?;
        } else {
            let is_intra = !is_shown && b.flag()?;
            if !is_resilient {
                b.number(2)?;
            }
            if is_intra {
                sync(&mut b)?;
                if profile > 0 {
                    color(&mut b, profile)?;
                }
                refreshed = b.number(8)?;
                size = b.size()?;
                b.optional(32)?;
            } else {
                refreshed = b.number(8)?;
                size = predicted(&mut b, kept)?;
            }
        }
        if !is_resilient {
            b.number(2)?;
        }
        b.number(2)?;
        loop_filter(&mut b)?;
        b.number(8)?;
        for _ in 0..3 {
            b.optional(5)?;
        }
        segmentation(&mut b)?;
        tiles(&mut b, size.0)?;
        // The size of the compressed header.
        b.number(16)?;
        for (i, slot) in kept.0.iter_mut().enumerate() {
            if refreshed >> i & 1 == 1 {
                *slot = Some(size);
            }
        }
        Some(Self {
            is_key,
            is_shown,
            show_at,
            bits: b.at,
            size,
        })
    }

    /// Appends the frame to `out` as one that is not shown.
    pub(super) fn hide(&self, frame: &[u8], out: &mut Vec<u8>) {
        if !self.is_shown {
            return out.extend(frame);
        }
        // `error_resilient_mode` follows `show_frame`, and then `intra_only` of a hidden frame.
        let insert_at = (!self.is_key).then_some(self.show_at + 2);
        let (mut byte, mut filled) = (0u8, 0);
        let mut put = |bit: bool, out: &mut Vec<u8>| {
            byte = byte << 1 | u8::from(bit);
            filled += 1;
            if filled == 8 {
                out.push(byte);
                (byte, filled) = (0, 0);
            }
            filled
        };
        let mut left = 0;
        for at in 0..self.bits {
            if insert_at == Some(at) {
                put(false, out);
            }
            let source = frame.get(at / 8).copied().unwrap_or_default();
            let bit = source >> (7 - at % 8) & 1 == 1;
            left = put(bit && at != self.show_at, out);
        }
        while left != 0 {
            left = put(false, out);
        }
        out.extend(frame.get(self.bits.div_ceil(8)..).unwrap_or_default());
    }
}

fn sync(b: &mut Bits<'_>) -> Option<()> {
    (b.number(24)? == 0x49_8342).then_some(())
}

fn color(b: &mut Bits<'_>, profile: u32) -> Option<()> {
    const SRGB: u32 = 7;
    if profile >= 2 {
        b.flag()?;
    }
    let is_srgb = b.number(3)? == SRGB;
    if !is_srgb {
        b.flag()?;
    }
    match (profile & 1, is_srgb) {
        (1, true) => b.number(1)?,
        (1, false) => b.number(3)?,
        _ => 0,
    };
    Some(())
}

/// The references of a predicted frame, and its size.
fn predicted(b: &mut Bits<'_>, kept: &Kept) -> Option<(u32, u32)> {
    let mut references = [0usize; 3];
    for reference in &mut references {
        *reference = b.number(3)? as usize;
        b.flag()?;
    }
    let mut size = None;
    for reference in references {
        if b.flag()? {
            size = Some(*kept.0.get(reference)?);
            break;
        }
    }
    let size = match size {
        Some(known) => known?,
        None => b.size()?,
    };
    b.optional(32)?;
    // allow_high_precision_mv, and the interpolation filter.
    b.flag()?;
    if !b.flag()? {
        b.number(2)?;
    }
    Some(size)
}

fn loop_filter(b: &mut Bits<'_>) -> Option<()> {
    b.number(9)?;
    if b.flag()? && b.flag()? {
        for _ in 0..6 {
            b.optional(7)?;
        }
    }
    Some(())
}

fn segmentation(b: &mut Bits<'_>) -> Option<()> {
    if !b.flag()? {
        return Some(());
    }
    if b.flag()? {
        for _ in 0..7 {
            b.optional(8)?;
        }
        if b.flag()? {
            for _ in 0..3 {
                b.optional(8)?;
            }
        }
    }
    if b.flag()? {
        b.flag()?;
        for _ in 0..8 {
            // Values with their signs.
            for bits in [9, 7, 2, 0] {
                b.optional(bits)?;
            }
        }
    }
    Some(())
}

fn tiles(b: &mut Bits<'_>, width: u32) -> Option<()> {
    let blocks = width.div_ceil(64);
    let least = (0..).find(|log| 64u32 << log >= blocks)?;
    let most = (1..).find(|log| blocks >> log < 4)? - 1;
    for _ in least..most.max(least) {
        if !b.flag()? {
            break;
        }
    }
    b.optional(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes bits, given as numbers and their lengths.
    fn bits(all: &[(u32, u32)]) -> Vec<u8> {
        let text: String = all
            .iter()
            .flat_map(|(n, len)| {
                (0..*len)
                    .rev()
                    .map(move |i| if n >> i & 1 == 1 { '1' } else { '0' })
            })
            .collect();
        let bytes = text.as_bytes().chunks(8);
        bytes
            .map(|b| {
                b.iter()
                    .enumerate()
                    .fold(0, |n, (i, c)| n | (c - b'0') << (7 - i))
            })
            .collect()
    }

    /// From after the size to the end: no contexts, no filter, no segments, one tile.
    const TAIL: [(u32, u32); 8] = [
        (0, 2),
        (0, 9),
        (0, 1),
        (60, 8),
        (0, 3),
        (0, 1),
        (0, 1),
        (9, 16),
    ];

    fn key() -> Vec<u8> {
        let head = [
            (2, 2),
            (0, 2),
            (0, 1),
            (0, 1),
            (1, 1),
            (1, 1),
            (0x49_8342, 24),
            (1, 3),
            (0, 1),
        ];
        let size = [(319, 16), (239, 16), (0, 1)];
        [bits(&[&head[..], &size, &TAIL].concat()), vec![0xaa, 0xbb]].concat()
    }

    fn inter(is_shown: bool) -> Vec<u8> {
        let head: &[(u32, u32)] = match is_shown {
            true => &[(2, 2), (0, 2), (0, 1), (1, 1), (1, 1), (1, 1)],
            false => &[(2, 2), (0, 2), (0, 1), (1, 1), (0, 1), (1, 1), (0, 1)],
        };
        let middle = [
            (1, 8),
            (0, 4),
            (1 << 1, 4),
            (2 << 1, 4),
            (1, 1),
            (0, 1),
            (0, 1),
            (1, 1),
        ];
        [bits(&[head, &middle, &TAIL].concat()), vec![0xaa, 0xbb]].concat()
    }

    #[test]
    fn hidden_frames_have_their_bits_where_they_belong() {
        let mut kept = Kept::default();
        let frame = key();
        let header = Header::walk(&frame, &mut kept).unwrap();
        assert_eq!(header.size, (320, 240));
        let mut out = Vec::new();
        header.hide(&frame, &mut out);
        assert_eq!((out[0], &out[1..]), (frame[0] & !2, &frame[1..]));
        let shown = inter(true);
        let header = Header::walk(&shown, &mut kept).unwrap();
        assert_eq!(header.size, (320, 240), "of the reference");
        let mut out = Vec::new();
        header.hide(&shown, &mut out);
        assert_eq!(out, inter(false));
        let again = Header::walk(&out, &mut kept).unwrap();
        let mut same = Vec::new();
        again.hide(&out, &mut same);
        assert_eq!(same, out, "hidden already");
    }

    #[test]
    fn every_prefix_is_refused() {
        let frame = inter(true);
        for end in 0..frame.len() - 2 {
            let mut kept = Kept([Some((320, 240)); 8]);
            assert_eq!(Header::walk(&frame[..end], &mut kept), None, "{end}");
        }
        assert_eq!(
            Header::walk(&frame, &mut Kept::default()),
            None,
            "no reference"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut kept = Kept([Some((4_000, 240)); 8]);
            if let Some(header) = Header::walk(&bytes, &mut kept) {
                let mut out = Vec::new();
                header.hide(&bytes, &mut out);
                prop_assert!(out.len() <= bytes.len() + 1);
            }
        }
    }
}
