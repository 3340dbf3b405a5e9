//! Frames of video, measured from the first packet on, before it is known that a stream is video.
//!
//! [`Assembly`] puts packets together; here the frames are counted, timed and told from key frames.
//! Definitions: docs/algorithms/frames.md.

mod assembly;
mod keys;
mod pace;
mod repairs;

pub(super) use repairs::Repairs;

use self::assembly::{Assembly, Fate, Frame, Part};
use self::keys::Keys;
use self::pace::Pace;
use super::counts;
use super::known::{Known, Unknown};
use super::model::{self, KeyFrames, Spread};
use super::payload::{Header, Seen};
use super::sequence::Arrival;
use super::series::Series;
use super::stream::Packet;
use crate::proto::rtp::payload::VideoFormat;
use crate::time::{Span, Timestamp};
use std::collections::VecDeque;

/// Packets after which a candidate is worth the whole state; until then they are kept.
const KEPT: usize = 6;

/// Packets remembered that were sent again on another SSRC, or brought back by parity.
const RETURNED: usize = 64;

/// What is known of the frames of one stream.
#[derive(Clone, Debug, Default)]
pub(super) enum FrameState {
    /// It is no video.
    #[default]
    None,
    /// The first packets of a candidate.
    First(First),
    /// Measured.
    Measured(Box<Meter>),
}

/// The first packets of a stream, and the structures that their header extensions may describe.
#[derive(Clone, Debug, Default)]
pub(super) struct First {
    /// Each with whether it was decrypted.
    parts: Vec<(Part, keys::Fits, bool)>,
    structures: Vec<(u8, u64)>,
}

/// The frames so far.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    assembly: Assembly,
    tally: Tally,
    /// Numbers of the latest packets that came back otherwise.
    returned: VecDeque<i64>,
}

/// What is counted and timed.
#[derive(Clone, Debug, Default)]
struct Tally {
    complete: u64,
    repaired: u64,
    received: u64,
    incomplete: u64,
    /// Complete frames that stand behind one that is not.
    held_up: u64,
    bytes: (u64, u64, u64),
    /// Least, sum and most of the frames' durations, in ns.
    durations: (i64, i64, i64),
    pace: Pace,
    keys: Keys,
}

impl FrameState {
    /// Waits for packets of a stream that may be video.
    pub(super) fn new() -> Self {
        Self::First(First::default())
    }

    /// Takes the stream's next packet, and counts completed frames in its series.
    #[inline]
    ///
    /// `seen` is what its payload is, if it was decrypted.
    pub(super) fn push(
        &mut self,
        packet: &Packet<'_, '_>,
        seen: Option<Seen>,
        series: &mut Series,
    ) {
        match self {
            Self::None => {}
            Self::Measured(meter) => meter.push(packet, seen, series),
            Self::First(kept) => {
                let is_none = seen.is_some_and(Seen::is_no_frame);
                if is_none && kept.parts.is_empty() {
                    return; // Frames begin after it.
                }
                let is_next = packet.arrival == (Arrival::New { skipped: 0 });
                if is_none || !is_next || kept.parts.len() >= KEPT {
                    self.measure(series);
                    self.push(packet, seen, series);
                } else {
                    let fits = keys::Fits::of(packet, seen);
                    let signs = fits.key;
                    let part = Part {
                        signs,
                        ..part(packet)
                    };
                    kept.parts.push((part, fits, packet.spot.is_opened));
                }
            }
        }
    }

    #[cold]
    fn measure(&mut self, series: &mut Series) {
        if let Self::First(kept) = std::mem::take(self)
            && let Some(meter) = Meter::of(&kept, series)
        {
            *self = Self::Measured(Box::new(meter));
        }
    }

    /// Whether frames lack packets that another stream may bring.
    #[inline]
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self, Self::Measured(meter) if meter.assembly.is_waiting())
    }

    /// Timestamps of the latest complete frames, in no order.
    pub(super) fn latest_timestamps(&self) -> &[u32] {
        match self {
            Self::Measured(meter) => meter.assembly.latest(),
            _ => &[],
        }
    }

    /// Takes a packet of another stream that may repair a frame of this one, by its timestamp.
    pub(super) fn repair(&mut self, packet: &Packet<'_, '_>, series: &mut Series) {
        if let Self::Measured(meter) = self {
            let Meter {
                assembly, tally, ..
            } = &mut **meter;
            assembly.repair(&part(packet), &mut |f, fate| tally.take(&f, fate, series));
        }
    }

    /// Takes a packet of the stream that came back otherwise: sent again on another SSRC, or brought
    /// back by parity, in which case its payload is not known.
    pub(super) fn came_back(
        &mut self,
        header: Header,
        payload: &[u8],
        at: Timestamp,
        series: &mut Series,
    ) {
        let Self::Measured(meter) = self else {
            return;
        };
        let Meter {
            assembly,
            tally,
            returned,
        } = &mut **meter;
        if returned.contains(&header.number) {
            return;
        }
        if returned.len() == RETURNED {
            returned.pop_front();
        }
        returned.push_back(header.number);
        let part = Part {
            number: header.number,
            timestamp: header.timestamp,
            marker: header.marker,
            at: at.nanos(),
            bytes: payload.len() as u64,
            signs: keys::Fits::of_bytes(payload).key,
        };
        assembly.came_back(&part, &mut |f, fate| tally.take(&f, fate, series));
    }

    /// Takes a packet of the stream that came back and is no part of a frame.
    pub(super) fn came_beside(&mut self, header: Header, at: Timestamp, series: &mut Series) {
        if let Self::Measured(meter) = self {
            let Meter {
                assembly, tally, ..
            } = &mut **meter;
            let part = Part {
                number: header.number,
                timestamp: header.timestamp,
                marker: header.marker,
                at: at.nanos(),
                bytes: 0,
                signs: 0,
            };
            assembly.beside(&part, &mut |f, fate| tally.take(&f, fate, series));
        }
    }

    /// Notes that a header extension of the newest packet described the structure of a coded video
    /// sequence, as key frames do, if that is what this identifier stands for.
    pub(super) fn note_structure(&mut self, id: u8) {
        match self {
            Self::None => {}
            Self::First(kept) => counts::add(&mut kept.structures, id, 1, keys::IDS_MAX),
            Self::Measured(meter) => meter.tally.keys.note_structure(id),
        }
    }

    /// The frames so far, for a stream of video. `descriptor` is the identifier of the dependency
    /// descriptor, if it is known, and `format` that of the payloads, where all of them could be read;
    /// `series` is the stream's as it is reported.
    pub(super) fn report(
        &self,
        descriptor: Option<u8>,
        format: Option<VideoFormat>,
        series: &mut Series,
    ) -> Known<model::Frames> {
        let meter = match self {
            Self::None => return Known::No(Unknown::NotVideo),
            Self::First(kept) => Meter::of(kept, series),
            Self::Measured(meter) => Some((**meter).clone()),
        };
        let Some(Meter {
            mut assembly,
            mut tally,
            ..
        }) = meter
        else {
            return Known::No(Unknown::TooFewPackets);
        };
        assembly.end(|f, fate| tally.take(&f, fate, series));
        Known::Yes(tally.report(descriptor, format))
    }
}

impl Meter {
    fn of(kept: &First, series: &mut Series) -> Option<Self> {
        let (first, rest) = kept.parts.split_first()?;
        let mut tally = Tally::default();
        tally.keys.begin_with(&kept.structures);
        tally.keys.fit(first.1, true, first.2);
        let mut assembly = Assembly::new(&first.0, |f, fate| tally.take(&f, fate, series));
        let mut timestamp = first.0.timestamp;
        for (part, fits, is_opened) in rest {
            let is_new = part.timestamp != timestamp;
            timestamp = part.timestamp;
            tally.keys.fit(*fits, is_new, *is_opened);
            assembly.push(part, &mut |f, fate| tally.take(&f, fate, series));
        }
        let returned = VecDeque::new();
        Some(Self {
            assembly,
            tally,
            returned,
        })
    }

    #[inline]
    fn push(&mut self, packet: &Packet<'_, '_>, seen: Option<Seen>, series: &mut Series) {
        let Self {
            assembly,
            tally,
            returned,
        } = self;
        let mut part = part(packet);
        let is_opened = packet.spot.is_opened;
        if tally.keys.is_looking(is_opened) {
            let fits = keys::Fits::of(packet, seen);
            part.signs = fits.key;
            let begins = packet.is_new_time && packet.arrival == (Arrival::New { skipped: 0 });
            tally.keys.fit(fits, begins, is_opened);
        }
        let is_none = seen.is_some_and(Seen::is_no_frame);
        let mut each = |f: Frame, fate| tally.take(&f, fate, series);
        match packet.arrival {
            Arrival::New { .. } | Arrival::Late | Arrival::Early { .. } if is_none => {
                assembly.beside(&part, &mut each);
            }
            // It came back otherwise before.
            Arrival::Late if returned.contains(&packet.number) => {}
            Arrival::New { .. } => assembly.push(&part, &mut each),
            Arrival::Late | Arrival::Early { .. } => assembly.push_late(&part, &mut each),
            Arrival::Duplicate | Arrival::Suspect => {}
            Arrival::Restart { .. } => {
                assembly.end(&mut each);
                *assembly = Assembly::new(&part, &mut each);
            }
        }
    }
}

#[inline]
fn part(packet: &Packet<'_, '_>) -> Part {
    let rtp = packet.rtp;
    Part {
        number: packet.number,
        timestamp: rtp.timestamp(),
        marker: rtp.marker(),
        at: packet.spot.ts.nanos(),
        bytes: rtp.payload_wire_len() as u64,
        signs: 0,
    }
}

impl Tally {
    fn take(&mut self, frame: &Frame, fate: Fate, series: &mut Series) {
        match fate {
            Fate::Complete { held_up: false } => {
                // Those that stood behind it go on with it.
                self.held_up = 0;
                self.received += 1;
            }
            Fate::Complete { held_up: true } => self.held_up += 1,
            Fate::GivenUp { whole, lost } => {
                // Those that stood behind it go on without it.
                self.received += std::mem::take(&mut self.held_up) + u64::from(whole);
                self.incomplete += lost + u64::from(!whole);
                if !whole {
                    return;
                }
            }
        }
        let first = self.complete == 0;
        self.complete += 1;
        self.repaired += u64::from(frame.repaired);
        let (least, sum, most) = &mut self.bytes;
        *least = if first {
            frame.bytes
        } else {
            frame.bytes.min(*least)
        };
        *sum += frame.bytes;
        *most = frame.bytes.max(*most);
        let lasted = frame.latest.saturating_sub(frame.began);
        let (least, sum, most) = &mut self.durations;
        *least = if first { lasted } else { lasted.min(*least) };
        *sum = sum.saturating_add(lasted);
        *most = lasted.max(*most);
        self.pace.push(frame.latest);
        self.keys.push(frame);
        let bucket = series.at(Timestamp::from_nanos(frame.latest));
        bucket.frames = bucket.frames.saturating_add(1);
    }

    fn report(&self, descriptor: Option<u8>, format: Option<VideoFormat>) -> model::Frames {
        let n = self.complete;
        let any = |why| if n > 0 { None } else { Some(why) };
        let why = any(Unknown::NotSeen);
        let (least, sum, most) = self.bytes;
        let size = Spread {
            min: least,
            mean: sum / n.max(1),
            max: most,
        };
        let (least, sum, most) = self.durations;
        let duration = Spread {
            min: Span::from_nanos(least),
            mean: Span::from_nanos(sum / i64::try_from(n.max(1)).unwrap_or(i64::MAX)),
            max: Span::from_nanos(most),
        };
        model::Frames {
            seen: n + self.incomplete,
            complete: n,
            repaired: self.repaired,
            received: self.received,
            incomplete: self.incomplete,
            per_second: self.pace.per_second(),
            size: why.map_or(Known::Yes(size), Known::No),
            duration: why.map_or(Known::Yes(duration), Known::No),
            inter_frame: self.pace.inter_frame(),
            inter_frame_variance: self.pace.variance(),
            key: self
                .keys
                .report(descriptor, format)
                .map(|(count, source)| KeyFrames { count, source }),
            freezes: self.pace.freezes(),
            freezes_total: self.pace.freezes_total(),
        }
    }
}
