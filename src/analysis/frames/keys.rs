//! Which frames are key frames: by the dependency descriptor, by payloads in clear, or by their size.
//!
//! The payload's format is not known without a session description, and whether it is encrypted may
//! not be either, so it is read as each format; one that misses a packet is out. Encrypted payloads are
//! out of all of them after some packets, and cost nothing from then on.

use super::assembly::Frame;
use crate::analysis::counts;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::Source;
use crate::analysis::payload::Seen;
use crate::analysis::stream::Packet;
use crate::proto::rtp::payload::VideoFormat;

const FORMATS: usize = VideoFormat::ALL.len();
const ALL: u8 = (1 << FORMATS) - 1;
/// Payloads that must fit a format before it is believed.
const FITTING_MIN: u64 = 24;
/// Identifiers of header extensions looked at.
pub(super) const IDS_MAX: usize = 8;
/// Frames in the average that sizes are compared with, and how many it needs.
const AVERAGED: f64 = 16.0;
const FRAMES_MIN: u64 = 20;
/// A key frame is this much larger than the average; what is between this and half of it is doubtful.
const LARGER: f64 = 5.0;
const DOUBTFUL: f64 = 2.5;
/// Key frames of a conversation are rare: more than one in this many frames is something else.
const RARE: u64 = 25;

/// The formats that a payload may have, as bits in order of [`VideoFormat::ALL`].
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct Fits {
    /// It can be read as these.
    valid: u8,
    /// A frame may begin here.
    begins: u8,
    /// It is part of a key frame.
    pub(super) key: u8,
}

impl Fits {
    /// What this packet's payload may be; `seen` is what it is, if it was decrypted.
    pub(super) fn of(packet: &Packet<'_, '_>, seen: Option<Seen>) -> Self {
        let rtp = packet.rtp;
        if let Some(seen) = seen {
            let is_media = !seen.is_no_frame();
            let valid = if is_media { seen.valid } else { ALL };
            return Self {
                valid,
                begins: valid,
                key: seen.key,
            };
        }
        // Padding alone says nothing, and neither does what was cut off.
        if rtp.missing() > 0 || rtp.has_padding() {
            return Self {
                valid: ALL,
                begins: ALL,
                key: 0,
            };
        }
        Self::of_bytes(rtp.payload())
    }

    /// What these bytes may be, with or without RED around them.
    pub(super) fn of_bytes(payload: &[u8]) -> Self {
        let mut fits = Self::default();
        let payload = primary(payload);
        if payload.iter().take(16).all(|byte| *byte == 0) {
            return Self {
                valid: ALL,
                begins: ALL,
                key: 0,
            };
        }
        for (i, format) in VideoFormat::ALL.into_iter().enumerate() {
            if let Some(look) = format.look(payload) {
                fits.valid |= 1 << i;
                fits.begins |= u8::from(look.begins) << i;
                fits.key |= u8::from(look.key) << i;
            }
        }
        fits
    }
}

/// A payload without the header that RED (RFC 2198) puts before it, if it seems to have one: dynamic
/// payload types are what no video format with fragments of its own begins with.
fn primary(payload: &[u8]) -> &[u8] {
    match payload {
        [red, rest @ ..] if (96..=127).contains(red) && VideoFormat::Vp8.look(rest).is_some() => {
            rest
        }
        _ => payload,
    }
}

/// What is known of key frames.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// Formats that fitted every packet.
    formats: u8,
    fitted: u64,
    /// Whether packets were decrypted: others say nothing from then on.
    is_opened: bool,
    by_format: [u32; FORMATS],
    /// How often each header extension may have described a structure.
    structures: Vec<(u8, u64)>,
    sizes: Sizes,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            formats: ALL,
            fitted: 0,
            is_opened: false,
            by_format: [0; FORMATS],
            structures: Vec::new(),
            sizes: Sizes::default(),
        }
    }
}

impl Keys {
    /// Whether the payload of a packet may tell, that was decrypted or not.
    #[inline]
    pub(super) fn is_looking(&self, is_opened: bool) -> bool {
        is_opened || (self.formats != 0 && !self.is_opened)
    }

    /// Takes what the next packet may be, whether it is surely the first of its frame, and whether it
    /// was decrypted.
    pub(super) fn fit(&mut self, fits: Fits, begins: bool, is_opened: bool) {
        if is_opened && !self.is_opened {
            // What came before was not told by payloads, but by what encrypted ones looked like.
            let (structures, sizes) = (std::mem::take(&mut self.structures), self.sizes.clone());
            *self = Self {
                is_opened,
                structures,
                sizes,
                ..Self::default()
            };
        }
        self.formats &= fits.valid;
        if begins {
            self.formats &= fits.begins;
        }
        self.fitted += 1;
    }

    /// Takes a complete frame.
    pub(super) fn push(&mut self, frame: &Frame) {
        for (i, n) in self.by_format.iter_mut().enumerate() {
            *n += u32::from(frame.signs >> i & 1);
        }
        self.sizes.push(frame.bytes as f64);
    }

    /// Begins with structures that were noted before.
    pub(super) fn begin_with(&mut self, structures: &[(u8, u64)]) {
        self.structures = structures.to_vec();
    }

    pub(super) fn note_structure(&mut self, id: u8) {
        counts::add(&mut self.structures, id, 1, IDS_MAX);
    }

    /// How many there were, and where that is known from.
    ///
    /// `format` is that of the payloads, where all of them could be read.
    pub(super) fn report(
        &self,
        descriptor: Option<u8>,
        format: Option<VideoFormat>,
    ) -> Known<(u64, Source)> {
        if let Some(n) = format.and_then(|format| self.by_format.get(format as usize)) {
            return Known::Yes((u64::from(*n), Source::Payload));
        }
        if let Some(id) = descriptor {
            let known = self.structures.iter().find(|(i, _)| *i == id);
            return Known::Yes((known.map_or(0, |(_, n)| *n), Source::Extension));
        }
        if self.formats.count_ones() == 1 && self.fitted >= FITTING_MIN {
            let place = self.formats.trailing_zeros() as usize;
            let count = self.by_format.get(place).copied().unwrap_or(0);
            // Without any, another format that nothing rules out would say the same.
            let known = (count > 0).then_some((u64::from(count), Source::Payload));
            return Known::or(known, Unknown::Unclear);
        }
        let inferred = self.sizes.large().map(|n| (n, Source::Inferred));
        Known::or(inferred, Unknown::Encrypted)
    }
}

/// Frames that are much larger than those around them.
#[derive(Clone, Debug, Default)]
struct Sizes {
    first: f64,
    frames: u64,
    average: f64,
    large: u64,
    doubtful: u64,
}

impl Sizes {
    fn push(&mut self, size: f64) {
        self.frames += 1;
        match self.frames {
            // The first is compared with those after it.
            1 => self.first = size,
            2 => self.average = size,
            n => {
                if n > FRAMES_MIN && size >= self.average * DOUBTFUL {
                    if size >= self.average * LARGER {
                        self.large += 1;
                    } else {
                        self.doubtful += 1;
                    }
                    return;
                }
                let weight = AVERAGED.min(n as f64);
                self.average += (size.min(self.average * DOUBTFUL) - self.average) / weight;
            }
        }
        if self.frames == FRAMES_MIN {
            if self.first >= self.average * LARGER {
                self.large += 1;
            } else if self.first >= self.average * DOUBTFUL {
                self.doubtful += 1;
            }
        }
    }

    /// How many there were, if sizes tell them apart clearly.
    fn large(&self) -> Option<u64> {
        let is_clear =
            self.doubtful == 0 && self.large > 0 && self.large * RARE <= self.frames.max(RARE);
        (self.frames >= FRAMES_MIN && is_clear).then_some(self.large)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn large(sizes: impl IntoIterator<Item = u32>) -> Option<u64> {
        let mut all = Sizes::default();
        sizes.into_iter().for_each(|s| all.push(f64::from(s)));
        all.large()
    }

    #[test]
    fn frames_far_above_the_others_are_key_frames() {
        let sizes = |i: u32| {
            if i.is_multiple_of(100) {
                12_000
            } else {
                900 + i % 7 * 50
            }
        };
        assert_eq!(large((0..250).map(sizes)), Some(3));
    }

    #[test]
    fn what_is_not_clear_is_withheld() {
        assert_eq!(large((0..250).map(|i| 1000 + i % 5 * 600)), None);
        let between = |i: u32| if i % 100 == 99 { 3_500 } else { 1_000 };
        assert_eq!(large((0..250).map(between)), None, "doubtful");
        let often = |i: u32| if i.is_multiple_of(10) { 9_000 } else { 1_000 };
        assert_eq!(large((0..250).map(often)), None, "too often");
        assert_eq!(large((0..10).map(|_| 1000)), None, "too few");
    }
}
