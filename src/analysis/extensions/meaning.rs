//! What one identifier stands for, from how its values behave in the streams of one direction.
//!
//! Each rule asks for what its extension alone does; what fits two meanings, or none, is left open.

use super::habit::Tally;
use super::{Habit, Number};
use crate::proto::rtp::ExtensionKind as Is;

/// What a stream carries, as far as its clock and its packets tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Media {
    Audio,
    Video,
    Unknown,
}

/// The habit of one identifier in one stream.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Seen<'a> {
    pub(in crate::analysis) habit: &'a Habit,
    pub(in crate::analysis) media: Media,
    /// Packets of the stream with any element.
    pub(in crate::analysis) packets: u64,
    /// Whether its frames take several packets.
    pub(in crate::analysis) has_long_frames: bool,
}

/// Hits and misses of one test over several streams.
#[derive(Clone, Copy, Debug)]
struct Total {
    hits: u32,
    misses: u32,
}

impl Total {
    /// Whether at least `n` were hits, and at least three in four.
    fn passes(self, n: u32) -> bool {
        self.hits >= n && self.hits >= self.misses.saturating_mul(3)
    }
}

/// Several habits as one.
struct Sum<'s, 'a>(&'s [Seen<'a>]);

impl Sum<'_, '_> {
    fn of(&self, each: impl Fn(&Habit) -> u16) -> u32 {
        self.0.iter().map(|s| u32::from(each(s.habit))).sum()
    }

    fn tally(&self, each: impl Fn(&Habit) -> Tally) -> Total {
        Total {
            hits: self.of(|h| each(h).hits),
            misses: self.of(|h| each(h).misses),
        }
    }

    fn learnt(&self) -> u32 {
        self.of(|h| h.learnt)
    }

    fn lens(&self) -> (u8, u8) {
        let min = self.0.iter().map(|s| s.habit.len_min).min();
        let max = self.0.iter().map(|s| s.habit.len_max).max();
        (min.unwrap_or(0), max.unwrap_or(0))
    }

    fn only_lens(&self, allowed: &[u8]) -> bool {
        let fits = |h: &Habit| allowed.contains(&h.len_min) && allowed.contains(&h.len_max);
        self.0.iter().all(|s| fits(s.habit))
    }

    fn any(&self, media: Media) -> bool {
        self.0.iter().any(|s| s.media == media)
    }

    fn ones(&self) -> u8 {
        self.0.iter().fold(0, |all, s| all | s.habit.ones)
    }

    /// Whether the value hardly ever changes within a stream.
    fn is_steady(&self) -> bool {
        self.of(|h| h.changes) * 8 <= self.learnt()
    }

    fn is_text(&self) -> bool {
        self.0.iter().all(|s| s.habit.is_text)
    }
}

/// What the elements of one identifier are, but for texts.
pub(in crate::analysis) fn of(seen: &[Seen<'_>], number: Number) -> Option<Is> {
    let sum = Sum(seen);
    match sum.lens() {
        (0, _) => None,
        (1, 1) => one_byte(&sum),
        (2, 2 | 4) | (4, 4) if number.counts() && sum.only_lens(&[2, 4]) => Some(numbered(&sum)),
        (3, 3) => three_bytes(&sum),
        _ => longer(&sum),
    }
}

/// Packets are numbered by a transport-wide sequence number, frames by their tracking id, which
/// only one packet of each frame carries.
fn numbered(sum: &Sum<'_, '_>) -> Is {
    let long = sum.0.iter().filter(|s| s.has_long_frames);
    let mut long = long.filter(|s| s.habit.learnt >= 5).peekable();
    let is_per_frame = long.peek().is_some() && long.all(|s| s.habit.repeats == 0);
    if is_per_frame {
        Is::FrameTrackingId
    } else {
        Is::TransportSequence
    }
}

fn one_byte(sum: &Sum<'_, '_>) -> Option<Is> {
    let (learnt, ones, changes) = (sum.learnt(), sum.ones(), sum.of(|h| h.changes));
    let framing = sum.tally(|h| h.framing);
    if framing.hits >= 16
        && framing.misses * 20 <= framing.hits
        && sum.of(|h| h.begins) >= 4
        && !sum.any(Media::Audio)
    {
        return Some(Is::FrameMarking);
    }
    let csrcs = sum.tally(|h| h.csrcs);
    if csrcs.hits >= 1 && csrcs.misses == 0 {
        // One contributing source each time: its level, or that of the mix.
        return None;
    }
    if !sum.any(Media::Video) && !sum.is_text() {
        let silent = changes == 0 && ones & 0x7f == 0x7f && learnt >= 3;
        let is_audio = sum.any(Media::Audio);
        let constant = changes == 0 && is_audio && learnt >= 16 && is_on_most(sum);
        // What is encrypted has its top bit change every other time, and steps of 42 in the mean.
        let smooth = changes > 0
            && learnt >= 24
            && ones >= 0x10
            && sum.of(|h| h.toggles) * 4 <= learnt
            && sum.of(|h| h.steps) <= learnt * 24
            && is_on_most(sum);
        if silent || constant || smooth {
            return Some(Is::AudioLevel);
        }
    }
    let ends_frames = sum.of(|h| h.marked) == learnt && !is_on_most(sum);
    if ones <= 0x0f
        && ones != 1
        && !sum.any(Media::Audio)
        && sum.is_steady()
        && (sum.any(Media::Video) || ends_frames)
    {
        return Some(Is::VideoOrientation);
    }
    None
}

/// Whether most packets of the streams that carry it at all do.
fn is_on_most(sum: &Sum<'_, '_>) -> bool {
    let with: u64 = sum.0.iter().map(|s| s.habit.packets).sum();
    let all: u64 = sum.0.iter().map(|s| s.packets).sum();
    with * 2 >= all
}

fn three_bytes(sum: &Sum<'_, '_>) -> Option<Is> {
    let (learnt, changes) = (sum.learnt(), sum.of(|h| h.changes));
    if sum.tally(|h| h.clock).passes(2) {
        return Some(Is::AbsSendTime);
    }
    if describes_frames(sum) {
        return Some(Is::DependencyDescriptor);
    }
    if sum.is_text() {
        return None;
    }
    let small = sum.tally(|h| h.small);
    if small.misses == 0 && learnt >= 5 && changes >= 3 && changes * 3 >= learnt {
        return Some(Is::TransmissionOffset);
    }
    let limits = sum.tally(|h| h.limits);
    let is_steady = sum.is_steady() && learnt >= 2;
    (limits.misses == 0 && is_steady && !sum.any(Media::Audio)).then_some(Is::PlayoutDelay)
}

fn describes_frames(sum: &Sum<'_, '_>) -> bool {
    sum.tally(|h| h.frames).passes(4) && sum.of(|h| h.new_frames) >= 2 && !sum.any(Media::Audio)
}

fn longer(sum: &Sum<'_, '_>) -> Option<Is> {
    let learnt = sum.learnt();
    let all = |tally: Total| tally.misses == 0 && tally.hits == learnt;
    if sum.lens().0 >= 3 && describes_frames(sum) {
        return Some(Is::DependencyDescriptor);
    }
    if sum.is_text() {
        return None;
    }
    if sum.only_lens(&[13]) && all(sum.tally(|h| h.timing)) {
        return Some(Is::VideoTiming);
    }
    if sum.only_lens(&[4, 28]) && all(sum.tally(|h| h.color)) && sum.is_steady() {
        return Some(Is::ColorSpace);
    }
    let csrcs = sum.tally(|h| h.csrcs);
    let several = sum.of(|h| h.several_csrcs);
    if several >= 4 && all(csrcs) && learnt >= 8 && sum.ones() < 0x80 {
        return Some(Is::CsrcAudioLevel);
    }
    if sum.only_lens(&[8, 16]) {
        // Eight bytes alone are those of ntp-64 too.
        let wall_clock = learnt >= 2 && all(sum.tally(|h| h.wall_clock));
        let runs = wall_clock || sum.tally(|h| h.clock).passes(2);
        let has_offset = sum.lens().1 == 16;
        return (runs && has_offset).then_some(Is::AbsCaptureTime);
    }
    let layers = sum.tally(|h| h.layers);
    if layers.misses == 0 && layers.hits >= 2 && layers.hits == learnt {
        return Some(Is::VideoLayersAllocation);
    }
    let samples = sum.tally(|h| h.samples);
    (samples.passes(6) && sum.lens().1 <= 16).then_some(Is::CorruptionDetection)
}

/// Whether a meaning that another direction of the connection shows is possible here too, where too
/// little was seen to show it.
pub(in crate::analysis) fn fits(kind: Is, seen: &[Seen<'_>]) -> bool {
    let sum = Sum(seen);
    let none_misses = |tally: Total| tally.misses == 0;
    match kind {
        Is::AbsSendTime => {
            let clock = sum.tally(|h| h.clock);
            sum.only_lens(&[3]) && clock.hits >= clock.misses
        }
        Is::TransportSequence => sum.only_lens(&[2, 4]),
        Is::FrameTrackingId => sum.only_lens(&[2]) && !sum.any(Media::Audio),
        Is::AudioLevel => sum.only_lens(&[1]) && !sum.any(Media::Video),
        Is::VideoOrientation => sum.only_lens(&[1]) && sum.ones() <= 0x0f && !sum.any(Media::Audio),
        Is::VideoContentType => sum.only_lens(&[1]) && sum.ones() <= 3 && !sum.any(Media::Audio),
        Is::TransmissionOffset => sum.only_lens(&[3]) && none_misses(sum.tally(|h| h.small)),
        Is::PlayoutDelay => sum.only_lens(&[3]) && sum.is_steady() && !sum.is_text(),
        Is::DependencyDescriptor => {
            let frames = sum.tally(|h| h.frames);
            sum.lens().0 >= 3 && frames.hits >= frames.misses && !sum.any(Media::Audio)
        }
        Is::VideoTiming => sum.only_lens(&[13]) && none_misses(sum.tally(|h| h.timing)),
        Is::ColorSpace => sum.only_lens(&[4, 28]) && none_misses(sum.tally(|h| h.color)),
        Is::VideoLayersAllocation => none_misses(sum.tally(|h| h.layers)) && !sum.is_text(),
        Is::AbsCaptureTime => sum.only_lens(&[8, 16]),
        Is::Mid | Is::Rid | Is::RepairedRid | Is::Cname => {
            seen.iter().all(|s| s.habit.text().is_some())
        }
        _ => false,
    }
}

/// A steady 1 in one byte of video is a content type (screen) where the orientation is known to be
/// under another identifier.
pub(in crate::analysis) fn is_content_type(seen: &[Seen<'_>]) -> bool {
    let sum = Sum(seen);
    let is_one = |s: &Seen<'_>| s.habit.first() == [1] && s.habit.changes == 0;
    sum.only_lens(&[1]) && seen.iter().all(is_one) && !sum.any(Media::Audio)
}
