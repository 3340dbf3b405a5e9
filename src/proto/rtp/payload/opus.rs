//! Opus (RFC 6716, RFC 7587): the table-of-contents byte, the frames behind it, and what can be told of
//! them without decoding: how long they are, whether they are silence, whether they repeat the frame
//! before (in-band error correction).

use crate::tree::Tree;
use crate::wire::{ParseError, Reader, part};

/// The longest packet, in units of 2.5 ms: 120 ms.
const DURATION_MAX: u32 = 48;
/// A packet of so many bytes carries no sound: encoders send it instead of silence (DTX).
const SILENT_MAX: usize = 2;

/// A packet of Opus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusPacket<'a> {
    /// How its frames are coded.
    pub mode: OpusMode,
    /// The band of audio frequencies in it.
    pub bandwidth: OpusBandwidth,
    /// Duration of a frame in units of 2.5 ms.
    frame_units: u8,
    /// Whether it is coded as stereo.
    pub is_stereo: bool,
    /// How frames are packed, 0 to 3.
    pub code: u8,
    /// Number of frames, 1 to 48.
    pub frames: u8,
    /// Bytes of padding at its end, of code 3.
    pub padding: usize,
    /// The first frame.
    pub first: &'a [u8],
    /// Bytes of the whole packet.
    len: usize,
}

/// How Opus codes a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpusMode {
    /// Linear prediction, for speech.
    Silk,
    /// Both: SILK for the lower band, CELT for the higher.
    Hybrid,
    /// Transform coding, for music and low delay.
    Celt,
}

impl OpusMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Silk, Self::Hybrid, Self::Celt];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silk => "SILK",
            Self::Hybrid => "hybrid",
            Self::Celt => "CELT",
        }
    }
}

/// A band of audio frequencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpusBandwidth {
    /// Up to 4 kHz.
    Narrow,
    /// Up to 6 kHz.
    Medium,
    /// Up to 8 kHz.
    Wide,
    /// Up to 12 kHz.
    SuperWide,
    /// Up to 20 kHz.
    Full,
}

impl OpusBandwidth {
    /// Every band.
    pub const ALL: [Self; 5] = [
        Self::Narrow,
        Self::Medium,
        Self::Wide,
        Self::SuperWide,
        Self::Full,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Narrow => "narrowband",
            Self::Medium => "mediumband",
            Self::Wide => "wideband",
            Self::SuperWide => "super-wideband",
            Self::Full => "fullband",
        }
    }
}

impl<'a> OpusPacket<'a> {
    /// Reads a packet; fails where it breaks a rule of RFC 6716 for its frames.
    pub fn parse(payload: &'a [u8]) -> Result<Self, ParseError> {
        let mut r = Reader::new(payload);
        let toc = r.u8("TOC")?;
        let (config, code) = (toc >> 3, toc & 3);
        let (mode, bandwidth, frame_units) = meaning(config);
        let mut packet = Self {
            mode,
            bandwidth,
            frame_units,
            is_stereo: toc & 4 != 0,
            code,
            frames: 1,
            padding: 0,
            first: &[],
            len: payload.len(),
        };
        match code {
            0 => packet.first = r.rest(),
            1 => {
                packet.frames = 2;
                if !r.left().is_multiple_of(2) {
                    let left = r.left();
                    return Err(ParseError::length("two equal frames", 1, left, left));
                }
                packet.first = r.take(r.left() / 2, "frame")?;
            }
            2 => {
                packet.frames = 2;
                let length = frame_length(&mut r)?;
                packet.first = r.take(length, "frame")?;
            }
            _ => packet.many(&mut r)?,
        }
        Ok(packet)
    }

    /// Code 3: any number of frames.
    fn many(&mut self, r: &mut Reader<'a>) -> Result<(), ParseError> {
        let at = r.offset();
        let count = r.u8("frame count")?;
        self.frames = count & 0x3f;
        let units = u32::from(self.frames) * u32::from(self.frame_units);
        if self.frames == 0 || units > DURATION_MAX {
            let found = self.frames.into();
            return Err(ParseError::value("frame count", at, found, "up to 120 ms"));
        }
        if count & 0x40 != 0 {
            loop {
                let more = usize::from(r.u8("padding length")?);
                self.padding += if more == 255 { 254 } else { more };
                if more < 255 {
                    break;
                }
            }
        }
        let others = usize::from(self.frames) - 1;
        let mut first = None;
        let mut coded = 0;
        if count & 0x80 != 0 {
            for _ in 0..others {
                let length = frame_length(r)?;
                first.get_or_insert(length);
                coded += length;
            }
        }
        let left = r.left();
        let too_long = ParseError::length("padding and frames", at, self.padding + coded, left);
        let room = left.checked_sub(self.padding + coded).ok_or(too_long)?;
        let length = match (count & 0x80 != 0, first) {
            (true, Some(length)) => length,
            (true, None) => room,
            (false, _) if room.is_multiple_of(others + 1) => room / (others + 1),
            (false, _) => return Err(ParseError::length("equal frames", at, room, room)),
        };
        self.first = r.take(length, "frame")?;
        Ok(())
    }

    /// Duration of a frame, in samples of 48 kHz as the RTP clock of Opus counts them.
    pub fn frame_samples(&self) -> u32 {
        u32::from(self.frame_units) * 120
    }

    /// Duration of the packet, in samples of 48 kHz.
    pub fn samples(&self) -> u32 {
        u32::from(self.frames) * self.frame_samples()
    }

    /// Whether it carries no sound: a packet as encoders send it instead of silence (DTX).
    pub fn is_silent(&self) -> bool {
        self.len <= SILENT_MAX
    }

    /// Whether it repeats the frame before, coded lower (in-band error correction): the LBRR flag
    /// of its first frame. Only SILK can.
    pub fn has_fec(&self) -> bool {
        let Some(&flags) = self.first.first().filter(|_| self.first.len() > 1) else {
            return false;
        };
        if self.mode == OpusMode::Celt {
            return false;
        }
        // The voice activity flags of each 20 ms, then that flag; the same for the other channel.
        let parts = (self.frame_units / 8).max(1);
        let middle = flags >> 7u8.saturating_sub(parts) & 1 != 0;
        let side = self.is_stereo && flags >> 6u8.saturating_sub(2 * parts) & 1 != 0;
        middle || side
    }

    /// Whether its first frame holds voice, where that is told: by the first flag of SILK.
    pub fn has_voice(&self) -> Option<bool> {
        let first = self.first.first().filter(|_| self.mode != OpusMode::Celt)?;
        Some(first & 0x80 != 0)
    }
}

/// Mode, band and frame duration, in units of 2.5 ms, of the 32 configurations.
fn meaning(config: u8) -> (OpusMode, OpusBandwidth, u8) {
    use OpusBandwidth::{Full, Medium, Narrow, SuperWide, Wide};
    let of = |table: [u8; 4]| table.get(usize::from(config & 3)).copied().unwrap_or(8);
    let silk = of([4, 8, 16, 24]);
    let hybrid = if config & 1 == 0 { 4 } else { 8 };
    let celt = of([1, 2, 4, 8]);
    match config {
        0..=3 => (OpusMode::Silk, Narrow, silk),
        4..=7 => (OpusMode::Silk, Medium, silk),
        8..=11 => (OpusMode::Silk, Wide, silk),
        12 | 13 => (OpusMode::Hybrid, SuperWide, hybrid),
        14 | 15 => (OpusMode::Hybrid, Full, hybrid),
        16..=19 => (OpusMode::Celt, Narrow, celt),
        20..=23 => (OpusMode::Celt, Wide, celt),
        24..=27 => (OpusMode::Celt, SuperWide, celt),
        _ => (OpusMode::Celt, Full, celt),
    }
}

/// A frame length of one or two bytes.
fn frame_length(r: &mut Reader<'_>) -> Result<usize, ParseError> {
    let first = usize::from(r.u8("frame length")?);
    Ok(match first {
        0..252 => first,
        _ => 4 * usize::from(r.u8("frame length")?) + first,
    })
}

pub(super) fn describe(payload: &[u8], t: &mut Tree<'_>) {
    let p = match OpusPacket::parse(payload) {
        Ok(p) => p,
        Err(error) => return t.problem_in(payload, &error),
    };
    let toc = part(payload, 0..1);
    t.group("Opus", payload, |t| {
        let config = toc.first().map_or(0, |b| b >> 3);
        let (mode, band) = (p.mode.name(), p.bandwidth.name());
        let ms = f64::from(p.frame_samples()) / 48.0;
        let meaning = format_args!("{config} ({mode}, {band}, {ms} ms)");
        t.bits("configuration", meaning, toc, 0xf8);
        t.bits("stereo", p.is_stereo, toc, 0x04);
        t.bits("code", p.code, toc, 0x03);
        t.note("frames", p.frames);
        if p.padding > 0 {
            t.note("padding", format_args!("{} bytes", p.padding));
        }
        if p.is_silent() {
            t.note("silence (DTX)", true);
        } else if p.mode != OpusMode::Celt {
            t.note("in-band error correction", p.has_fec());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toc_names_mode_band_and_duration() {
        let of = |config: u8| {
            let bytes = [config << 3, 1, 2];
            let p = OpusPacket::parse(&bytes).unwrap();
            (p.mode.name(), p.bandwidth.name(), p.samples())
        };
        assert_eq!(of(0), ("SILK", "narrowband", 480));
        assert_eq!(of(11), ("SILK", "wideband", 2_880));
        assert_eq!(of(13), ("hybrid", "super-wideband", 960));
        assert_eq!(of(15), ("hybrid", "fullband", 960));
        assert_eq!(of(16), ("CELT", "narrowband", 120));
        assert_eq!(of(31), ("CELT", "fullband", 960));
    }

    #[test]
    fn frames_are_packed_in_four_ways() {
        let two = OpusPacket::parse(&[31 << 3 | 1, 1, 2, 3, 4]).unwrap();
        assert_eq!((two.frames, two.first), (2, &[1, 2][..]));
        assert!(
            OpusPacket::parse(&[31 << 3 | 1, 1, 2, 3]).is_err(),
            "unequal"
        );
        let unequal = OpusPacket::parse(&[31 << 3 | 2, 1, 7, 8, 9]).unwrap();
        assert_eq!(unequal.first, [7]);
        assert!(OpusPacket::parse(&[31 << 3 | 2, 9, 7]).is_err(), "too long");
        // Three of code 3: variable with two bytes of padding, then equal.
        let many =
            OpusPacket::parse(&[31 << 3 | 3, 0xc3, 2, 1, 2, 9, 8, 8, 7, 7, 7, 0, 0]).unwrap();
        assert_eq!((many.frames, many.padding, many.first), (3, 2, &[9][..]));
        let equal = OpusPacket::parse(&[31 << 3 | 3, 3, 1, 1, 2, 2, 3, 3]).unwrap();
        assert_eq!((equal.first, equal.samples()), (&[1, 1][..], 2_880));
        for bad in [
            &[0xfb, 0][..],
            &[0xfb, 7, 0],
            &[0xfb, 0x41, 9],
            &[0xfb, 2, 1],
        ] {
            assert!(OpusPacket::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn silence_and_error_correction() {
        assert!(OpusPacket::parse(&[0x78]).unwrap().is_silent());
        let fec = |bytes: &[u8]| OpusPacket::parse(bytes).unwrap().has_fec();
        // SILK, 20 ms mono: one voice flag, then LBRR.
        assert!(fec(&[9 << 3, 0xc0, 1]) && !fec(&[9 << 3, 0x80, 1]));
        // 60 ms: three voice flags before it.
        assert!(fec(&[11 << 3, 0x10, 1]) && !fec(&[11 << 3, 0xe0, 1]));
        // Stereo: the other channel's flags follow.
        assert!(fec(&[9 << 3 | 4, 0x10, 1]) && !fec(&[9 << 3 | 4, 0x20, 1]));
        assert!(!fec(&[31 << 3, 0xff, 1]), "CELT has none");
    }
}
