//! The video of one stream: frames that can be decoded, at their time.
//!
//! A frame of which a packet is missing is left out, and so is what may depend on it: all up to the next
//! key frame. Where frames have numbers of their own (VP8, VP9), or the damaged one says that no other
//! needs it, less has to go.

use super::assembly::{Assembled, Assembly};
use super::frame::{self, Facts, Memory};
use super::ivf::Ivf;
use super::order::Ordered;
use super::{Create, Store};
use crate::proto::rtp::payload::{Size, VideoFormat};
use std::io;

/// How many sizes are told of one file; a stream may change it all the time.
const SIZES_MAX: usize = 16;

/// What is done about damage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Damage {
    /// What is damaged, and what may depend on it, is left out.
    #[default]
    Drop,
    /// Frames that may depend on damaged ones are kept, and of damaged H.264 and H.265 frames the NAL
    /// units that are whole.
    Keep,
}

/// The file.
enum Writer {
    Ivf(Ivf),
    AnnexB(Box<dyn Store>),
}

/// Video being written.
pub(super) struct VideoTrack {
    format: VideoFormat,
    rate: u32,
    damage: Damage,
    assembly: Assembly,
    memory: Memory,
    writer: Option<Writer>,
    /// Whether a key frame is waited for: at the beginning, and after damage.
    waits: bool,
    /// Number of the frame before, written or not.
    number: Option<(u16, u32)>,
    /// Ticks of the first frame written, and of the last.
    first: i64,
    last: i64,
    /// What is added to a frame's time, where time went back.
    offset: i64,
    scratch: Vec<u8>,
    /// The largest size, listed or not.
    largest: Option<Size>,
    counts: VideoCounts,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct VideoCounts {
    /// Frames written, and those of them that are key frames.
    pub(super) frames: u64,
    pub(super) key_frames: u64,
    /// Frames of which a part is missing; of these, those that are in the file without it.
    pub(super) incomplete: u64,
    pub(super) kept_damaged: u64,
    /// Whole frames left out because they may depend on what is missing.
    pub(super) undecodable: u64,
    /// Whole frames before the first key frame.
    pub(super) before_key: u64,
    /// Times that frames were missing entirely, or may have been.
    pub(super) breaks: u64,
    pub(super) sizes: Vec<Size>,
    /// Seconds from the first packet to the first frame written, and from there to the last.
    pub(super) start: f64,
    pub(super) duration: f64,
    pub(super) jumps: u64,
}

impl VideoTrack {
    pub(super) fn new(format: VideoFormat, rate: u32, damage: Damage) -> Self {
        Self {
            format,
            rate,
            damage,
            assembly: Assembly::new(rate),
            memory: Memory::default(),
            writer: None,
            waits: true,
            number: None,
            first: 0,
            last: 0,
            offset: 0,
            scratch: Vec::new(),
            largest: None,
            counts: VideoCounts::default(),
        }
    }

    /// Takes the next packet.
    pub(super) fn push(&mut self, ordered: Ordered, create: Create<'_>) -> io::Result<()> {
        match self.assembly.push(ordered) {
            Some(frame) => self.frame(&frame, create),
            None => Ok(()),
        }
    }

    fn frame(&mut self, frame: &Assembled, create: Create<'_>) -> io::Result<()> {
        let mut data = std::mem::take(&mut self.scratch);
        data.clear();
        let facts = frame::unpack(self.format, frame, &mut self.memory, &mut data);
        let result = match self.keeps(frame, facts) {
            true if !data.is_empty() => self.write(frame.ticks, facts, &data, create),
            _ => Ok(()),
        };
        self.scratch = data;
        result
    }

    /// Whether the frame is written.
    fn keeps(&mut self, frame: &Assembled, facts: Facts) -> bool {
        let before = self.number;
        self.number = facts.number.or(before);
        let keeps_damage = self.damage == Damage::Keep && self.counts.key_frames > 0;
        let may_miss = (frame.lost_before > 0 || frame.is_restart) && !facts.follows(before);
        if may_miss && !self.waits {
            self.counts.breaks += 1;
            self.waits = true;
        }
        if !facts.is_whole {
            self.counts.incomplete += 1;
            self.waits |= !facts.is_disposable;
            let has_units = matches!(self.format, VideoFormat::H264 | VideoFormat::H265);
            let keeps = keeps_damage && has_units;
            self.counts.kept_damaged += u64::from(keeps);
            return keeps;
        }
        self.waits &= !facts.is_key;
        if self.waits && !keeps_damage {
            match self.counts.key_frames {
                0 => self.counts.before_key += 1,
                _ => self.counts.undecodable += 1,
            }
            return false;
        }
        self.counts.key_frames += u64::from(facts.is_key);
        true
    }

    fn write(
        &mut self,
        ticks: i64,
        facts: Facts,
        data: &[u8],
        create: Create<'_>,
    ) -> io::Result<()> {
        if let Some(size) = facts.size {
            let sizes = &mut self.counts.sizes;
            if sizes.last() != Some(&size) && sizes.len() < SIZES_MAX {
                sizes.push(size);
            }
            let area = |s: Size| u64::from(s.width) * u64::from(s.height);
            if self.largest.is_none_or(|most| area(size) > area(most)) {
                self.largest = Some(size);
            }
        }
        let writer = match &mut self.writer {
            Some(writer) => writer,
            empty => {
                self.first = ticks;
                let writer = begin(self.format, self.rate, create()?)?;
                self.last = ticks.saturating_sub(1);
                empty.insert(writer)
            }
        };
        // Times in a file only rise: what is stamped earlier comes right after, and time goes on there.
        let mut time = ticks.saturating_add(self.offset);
        if time <= self.last {
            self.offset = self.last.saturating_add(1).saturating_sub(ticks);
            time = self.last.saturating_add(1);
        }
        self.last = time;
        self.counts.frames += 1;
        match writer {
            Writer::Ivf(ivf) => {
                let time = time.saturating_sub(self.first);
                ivf.frame(u64::try_from(time).unwrap_or_default(), data)
            }
            Writer::AnnexB(file) => file.write_all(data),
        }
    }

    /// Ends the file; says what is in it, and whether there is one.
    pub(super) fn finish(mut self, create: Create<'_>) -> io::Result<(VideoCounts, bool)> {
        if let Some(frame) = self.assembly.finish() {
            self.frame(&frame, create)?;
        }
        let mut counts = self.counts;
        let seconds = |ticks: i64| ticks as f64 / f64::from(self.rate);
        counts.jumps = self.assembly.jumps();
        let Some(writer) = self.writer else {
            return Ok((counts, false));
        };
        counts.start = seconds(self.first);
        counts.duration = seconds(self.last.saturating_sub(self.first));
        match writer {
            Writer::Ivf(ivf) => {
                let (width, height) = self.largest.map_or((0, 0), |s| (s.width, s.height));
                ivf.finish(width, height)?;
            }
            Writer::AnnexB(mut file) => file.flush()?,
        }
        Ok((counts, true))
    }
}

fn begin(format: VideoFormat, rate: u32, file: Box<dyn Store>) -> io::Result<Writer> {
    let fourcc = match format {
        VideoFormat::Vp8 => *b"VP80",
        VideoFormat::Vp9 => *b"VP90",
        VideoFormat::Av1 => *b"AV01",
        VideoFormat::H264 | VideoFormat::H265 => return Ok(Writer::AnnexB(file)),
    };
    Ok(Writer::Ivf(Ivf::begin(file, fourcc, rate)?))
}
