//! How the values under one identifier behave in one stream, learnt from its first elements.
//!
//! Each counter is evidence for or against a meaning; none decides. An element costs some
//! nanoseconds while its habit is learnt, and one addition afterwards.

use crate::analysis::sequence::Arrival;
use crate::analysis::stream::Packet;
use crate::proto::rtp::dependency_descriptor::{DependencyDescriptor, Mandatory};
use crate::proto::rtp::video_layers_allocation::VideoLayersAllocation;
use crate::time::Timestamp;

/// The longest text kept.
const TEXT_MAX: usize = 64;
/// Times closer than this say nothing about a clock, and further apart than that it may have
/// wrapped: 64 s is its cycle. In nanoseconds.
const CLOCK_STEP: i64 = 50_000_000;
const CLOCK_FAR: i64 = 25_000_000_000;
/// Seconds from 1900, where NTP counts from, to 1970.
const NTP_TO_UNIX: i64 = 2_208_988_800;
/// How far a capture's clock may be wrong, in seconds, for a wall clock to be recognised.
const WALL_CLOCK: i64 = 86_400;

/// Hits and misses of one test; no more than [`Habit::LEARNT`] together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct Tally {
    pub(in crate::analysis) hits: u16,
    pub(in crate::analysis) misses: u16,
}

impl Tally {
    fn note(&mut self, hit: bool) {
        self.hits += u16::from(hit);
        self.misses += u16::from(!hit);
    }
}

/// What was learnt of one identifier in one stream.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Habit {
    pub(in crate::analysis) id: u8,
    /// Elements, counted to the end.
    pub(in crate::analysis) packets: u64,
    /// Elements learnt from.
    pub(in crate::analysis) learnt: u16,
    /// Shortest and longest data in bytes.
    pub(in crate::analysis) len_min: u8,
    pub(in crate::analysis) len_max: u8,
    /// Values that were not the same as the one before.
    pub(in crate::analysis) changes: u16,
    /// Values without a bit set.
    pub(in crate::analysis) zeros: u16,
    /// All bits set in any first byte.
    pub(in crate::analysis) ones: u8,
    /// Whether every value so far is letters and digits, as identifiers are.
    pub(in crate::analysis) is_text: bool,
    /// Elements in packets that end a frame, and in packets that go on with one.
    pub(in crate::analysis) marked: u16,
    pub(in crate::analysis) repeats: u16,
    /// One byte: changes of its top bit, sum of steps of the others.
    pub(in crate::analysis) toggles: u16,
    pub(in crate::analysis) steps: u16,
    /// One byte for each CSRC of the packet; elements of packets without any are misses.
    pub(in crate::analysis) csrcs: Tally,
    /// Packets with several CSRCs.
    pub(in crate::analysis) several_csrcs: u16,
    /// Top bits tell where frames begin and end.
    pub(in crate::analysis) framing: Tally,
    /// Beginnings of frames among those hits.
    pub(in crate::analysis) begins: u16,
    /// Then 16 bits number the frames.
    pub(in crate::analysis) frames: Tally,
    /// New frames among those hits.
    pub(in crate::analysis) new_frames: u16,
    /// The value advances as time does: 6.18 bits, or 32.32 bits.
    pub(in crate::analysis) clock: Tally,
    /// 32.32 bits: the wall clock of the capture.
    pub(in crate::analysis) wall_clock: Tally,
    /// Three bytes: a small signed number.
    pub(in crate::analysis) small: Tally,
    /// Three bytes: two limits in order, not both 0.
    pub(in crate::analysis) limits: Tally,
    /// The layout of video timing, color space, layers allocation, corruption detection.
    pub(in crate::analysis) timing: Tally,
    pub(in crate::analysis) color: Tally,
    pub(in crate::analysis) layers: Tally,
    pub(in crate::analysis) samples: Tally,
    /// Digest, length and first byte of the value before.
    previous: u64,
    previous_len: u8,
    previous_first: u8,
    /// The time that a clock is measured from.
    anchor: Option<(u64, Timestamp)>,
    frame: u16,
    first: Box<[u8]>,
}

impl Habit {
    /// Elements that a habit is learnt from.
    pub(in crate::analysis) const LEARNT: u64 = 256;
    /// Elements after which a text that never changed is no audio level.
    const SETTLED: u64 = 64;

    pub(super) fn new(id: u8) -> Self {
        Self {
            id,
            packets: 0,
            learnt: 0,
            len_min: u8::MAX,
            len_max: 0,
            changes: 0,
            zeros: 0,
            ones: 0,
            is_text: true,
            marked: 0,
            repeats: 0,
            toggles: 0,
            steps: 0,
            csrcs: Tally::default(),
            several_csrcs: 0,
            framing: Tally::default(),
            begins: 0,
            frames: Tally::default(),
            new_frames: 0,
            clock: Tally::default(),
            wall_clock: Tally::default(),
            small: Tally::default(),
            limits: Tally::default(),
            timing: Tally::default(),
            color: Tally::default(),
            layers: Tally::default(),
            samples: Tally::default(),
            previous: 0,
            previous_len: 0,
            previous_first: 0,
            anchor: None,
            frame: 0,
            first: Box::default(),
        }
    }

    /// Takes the next value.
    #[inline]
    pub(super) fn push(&mut self, packet: &Packet<'_, '_>, data: &[u8]) {
        self.packets += 1;
        if self.packets <= Self::LEARNT {
            self.learn(packet, data);
        }
    }

    /// The one value, if there was only one and it is text.
    pub(in crate::analysis) fn text(&self) -> Option<&str> {
        let is_one = self.changes == 0 && self.is_text;
        let text = is_one.then(|| std::str::from_utf8(&self.first).ok())?;
        text.filter(|t| !t.is_empty())
    }

    /// The first value, at most 64 bytes of it.
    pub(in crate::analysis) fn first(&self) -> &[u8] {
        &self.first
    }

    /// Whether values of one byte may be audio levels.
    #[inline]
    pub(super) fn may_be_level(&self) -> bool {
        self.packets <= Self::SETTLED || self.changes > 0 || !self.is_text
    }

    #[inline(never)]
    fn learn(&mut self, packet: &Packet<'_, '_>, data: &[u8]) {
        let len = u8::try_from(data.len()).unwrap_or(u8::MAX);
        let rtp = packet.rtp;
        if self.learnt == 0 {
            self.first = data.iter().copied().take(TEXT_MAX).collect();
        }
        self.learnt += 1;
        self.len_min = self.len_min.min(len);
        self.len_max = self.len_max.max(len);
        self.is_text &= data.iter().all(u8::is_ascii_graphic)
            && data.iter().any(u8::is_ascii_alphanumeric)
            && data.len() <= TEXT_MAX;
        self.zeros += u16::from(data.iter().all(|b| *b == 0));
        self.marked += u16::from(rtp.marker());
        self.repeats += u16::from(!packet.is_new_time);
        let first = data.first().copied().unwrap_or_default();
        self.ones |= first;

        let csrcs = rtp.csrc_count();
        self.csrcs.note(csrcs > 0 && csrcs == len);
        self.several_csrcs += u16::from(csrcs > 1);

        let value = head(data) ^ tail(data);
        let is_later = self.learnt > 1;
        if is_later {
            self.changes += u16::from((value, len) != (self.previous, self.previous_len));
        }
        if is_later && len == 1 && self.previous_len == 1 {
            let (now, then) = (first, self.previous_first);
            self.toggles += u16::from((now ^ then) & 0x80 != 0);
            self.steps += u16::from((now & 0x7f).abs_diff(then & 0x7f));
        }
        if matches!(packet.arrival, Arrival::New { .. }) {
            self.learn_frames(packet, data, first);
        }
        match *data {
            [a, b, c] => {
                let number = u32::from_be_bytes([0, a, b, c]);
                let signed = (number << 8) as i32 >> 8;
                self.small.note(signed.unsigned_abs() < 1 << 18);
                let (least, most) = (number >> 12, number & 0xfff);
                self.limits.note(least <= most && most > 0);
                // 6.18 bits to 32.32.
                self.learn_clock(packet, u64::from(number) << 14, 1 << 38);
            }
            [0..=22, 0..=22, 0..=22, siting] | [0..=22, 0..=22, 0..=22, siting, ..]
                if matches!(len, 4 | 28) =>
            {
                self.color.note(siting < 0x40 && siting >> 4 != 0);
            }
            _ if matches!(len, 4 | 28) => self.color.note(false),
            _ if matches!(len, 8 | 16) => {
                let ntp = head(data);
                let unix = packet.spot.ts.nanos() / 1_000_000_000;
                let off = (ntp >> 32) as i64 - NTP_TO_UNIX - unix;
                self.wall_clock.note(off.abs() < WALL_CLOCK);
                self.learn_clock(packet, ntp, 0);
            }
            _ if len == 13 => self.timing.note(is_timing(data)),
            _ => {}
        }
        if data.len() > 3 || data == [0] {
            self.layers.note(is_layers(data));
        }
        if is_later && (4..=16).contains(&len) {
            self.learn_samples(first);
        }
        (self.previous, self.previous_len, self.previous_first) = (value, len, first);
    }

    /// Whether its first bits tell where frames begin and end, and the next 16 number them.
    fn learn_frames(&mut self, packet: &Packet<'_, '_>, data: &[u8], first: u8) {
        let (begins, ends) = (first & 0x80 != 0, first & 0x40 != 0);
        let fits = begins == packet.is_new_time && ends == packet.rtp.marker();
        self.framing.note(fits);
        self.begins += u16::from(fits && begins);
        let Ok(descriptor) = Mandatory::parse(data) else {
            return;
        };
        let step = descriptor.frame_number.wrapping_sub(self.frame);
        let is_first = self.learnt == 1;
        self.frame = descriptor.frame_number;
        if is_first {
            return;
        }
        let goes_on = if begins {
            (1..=64).contains(&step)
        } else {
            step == 0
        };
        let ends_well = ends || !packet.rtp.marker();
        let structure = !descriptor.has_structure
            || DependencyDescriptor::parse(data, None).is_ok_and(|d| d.layer.is_some());
        let hit = goes_on && ends_well && structure;
        self.frames.note(hit);
        self.new_frames += u16::from(hit && begins);
    }

    /// Whether a time in 32.32 bits that wraps at `cycle` (0: never) advances as the capture does.
    fn learn_clock(&mut self, packet: &Packet<'_, '_>, time: u64, cycle: u64) {
        let now = packet.spot.ts;
        let Some((from, since)) = self.anchor else {
            self.anchor = Some((time, now));
            return;
        };
        let passed = (now - since).nanos();
        if passed.abs() < CLOCK_STEP {
            return;
        }
        self.anchor = Some((time, now));
        if passed.abs() > CLOCK_FAR {
            return;
        }
        let mut ticks = time.wrapping_sub(from) as i64;
        if cycle > 0 {
            let half = cycle / 2;
            let wrapped = time.wrapping_sub(from).wrapping_add(half) & (cycle - 1);
            ticks = wrapped as i64 - half as i64;
        }
        let told = ((i128::from(ticks) * 1_000_000_000) >> 32) as i64;
        let slack = (passed.abs() * 3 / 10).max(20_000_000);
        self.clock.note((told - passed).abs() <= slack);
    }

    /// Whether the index of the first sample goes on where the last element's samples ended.
    fn learn_samples(&mut self, first: u8) {
        let (before, before_len) = (self.previous_first, self.previous_len);
        let from = if before & 0x80 != 0 { 0 } else { before & 0x7f };
        let expected = from.wrapping_add(before_len.saturating_sub(3)) & 0x7f;
        let is_next = first & 0x80 == 0 && first & 0x7f == expected;
        self.samples.note(is_next && before_len > 3);
    }
}

/// The first eight bytes, as many as there are, as a number.
fn head(data: &[u8]) -> u64 {
    data.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b))
}

/// A digest of what follows in longer data, to tell values apart.
fn tail(data: &[u8]) -> u64 {
    data.iter().skip(8).fold(0, |n, b| {
        n.rotate_left(8).wrapping_mul(0x100_0000_01b3) ^ u64::from(*b)
    })
}

/// Whether the steps of a frame on its way follow each other: encoded, packetized, paced. Each is
/// told in milliseconds since capture.
fn is_timing(data: &[u8]) -> bool {
    let Some((flags, rest)) = data.split_first() else {
        return false;
    };
    let steps = rest.as_chunks::<2>().0.iter().take(4);
    let steps: Vec<u16> = steps.map(|b| u16::from_be_bytes(*b)).collect();
    let known_flags = *flags <= 3 || *flags == 0xff;
    known_flags && steps.is_sorted() && steps.iter().all(|ms| *ms < 20_000)
}

/// Whether it is a layers allocation that a sender may mean.
fn is_layers(data: &[u8]) -> bool {
    let Ok(all) = VideoLayersAllocation::parse(data) else {
        return false;
    };
    !all.layers.is_empty()
        && all.layers.iter().all(|layer| {
            let size = layer.resolution.is_none_or(|(w, h, fps)| {
                (16..=16_384).contains(&w) && (16..=16_384).contains(&h) && (1..=240).contains(&fps)
            });
            size && layer.bitrates.iter().all(|kbps| *kbps <= 1_000_000)
        })
}
