//! What is concluded of the payloads of each stream, with all else that is known of it.

use super::events::EventMeter;
use super::lane::{Lane, Reader};
use super::opus::{CLOCK, OpusMeter};
use super::red::RedMeter;
use super::video::VideoMeter;
use crate::analysis::clock::VIDEO;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{Codec, Kind, Media, Opaque, Source, Stream, Video};
use crate::analysis::sources::Measured;
use crate::proto::rtp::payload::{PayloadFormat, VideoFormat};
use crate::time::Span;

/// Packets that must fit a format before it is believed without a session description.
const FITTING_MIN: u64 = 16;
/// Packets of video whose beginnings have no sync code before their format is believed.
const VIDEO_MIN: u64 = 24;
/// Packets that must not fit what they should before they are called opaque.
const OPAQUE_MIN: u64 = 24;
/// Frames that must be broken before frames are called opaque, and one in how many.
const BROKEN_MIN: u64 = 8;
const BROKEN_PART: u64 = 4;

/// Says of each stream what its payloads do, and what follows from that for its codec and kind.
pub(in crate::analysis) fn decide(streams: &mut [Measured<'_, '_>]) {
    for Measured { state, stream } in streams {
        let Some(read) = state.payloads.state().filter(|s| s.read > 0) else {
            stream.media = Known::No(why_not(stream));
            continue;
        };
        if stream.encrypted == Known::Yes(true) && read.opened == 0 {
            stream.media = Known::No(Unknown::Encrypted);
            continue;
        }
        if matches!(stream.kind, Kind::Rtx | Kind::Fec | Kind::Probe) {
            stream.media = Known::No(Unknown::Repair);
            continue;
        }
        let mut told = Told {
            lasted: state.last - state.first,
            ..Told::default()
        };
        for lane in &read.lanes {
            told.lane(lane, stream);
        }
        let is_sure = read.opened > 0 || stream.encrypted == Known::Yes(false);
        if !is_sure && told.found.is_empty() {
            stream.media = Known::No(why_not(stream));
            continue;
        }
        told.name(stream);
        stream.media = Known::Yes(Box::new(told.media(stream, (read.read, read.opened))));
    }
}

fn why_not(stream: &Stream) -> Unknown {
    match stream.encrypted {
        Known::Yes(true) => Unknown::Encrypted,
        Known::Yes(false) => Unknown::NotSeen,
        Known::No(why) => why,
    }
}

/// What the payload types of one stream turned out to be.
#[derive(Default)]
struct Told<'a> {
    lasted: Span,
    /// Formats that were not named before: payload type, and whether by what it wraps.
    found: Vec<(u8, Format<'a>)>,
    video: Option<&'a VideoMeter>,
    opus: Option<OpusMeter>,
    red: Option<&'a RedMeter>,
    /// The format inside RED.
    inside: Option<Format<'a>>,
    /// With the clock rate of their payload type.
    events: Option<(Option<u32>, &'a EventMeter)>,
    opaque: Option<Opaque>,
}

/// A format that packets have.
#[derive(Clone, Copy)]
enum Format<'a> {
    Video(&'a VideoMeter),
    Opus(&'a OpusMeter),
    Events(&'a EventMeter),
    Red(&'a RedMeter, &'a [Lane]),
}

impl<'a> Told<'a> {
    fn lane(&mut self, lane: &'a Lane, stream: &Stream) {
        let named = named(stream, lane.payload_type);
        let format = match named {
            // A codec that is not read here says nothing of its payloads.
            Some(name) => match PayloadFormat::of(name) {
                Some(format) => as_named(lane, format),
                None => return,
            },
            None => by_evidence(lane, stream.kind),
        };
        if let Some(format) = format {
            self.found.push((lane.payload_type, format));
            self.take(format, stream.kind);
            if let Format::Events(meter) = format {
                self.events = Some((event_rate(meter, lane.payload_type, stream), meter));
            }
        }
        let expected = named.and_then(PayloadFormat::of);
        self.opaque = self.opaque.or(opaque(lane, format, expected));
    }

    fn take(&mut self, format: Format<'a>, kind: Kind) {
        match format {
            Format::Video(meter) => {
                if self.video.is_none_or(|v| v.fitted < meter.fitted) {
                    self.video = Some(meter);
                }
            }
            Format::Opus(meter) => match &mut self.opus {
                Some(opus) => opus.merge(meter),
                None => self.opus = Some(meter.clone()),
            },
            Format::Events(_) => {}
            Format::Red(meter, lanes) => {
                self.red = Some(meter);
                let mut lanes: Vec<&Lane> = lanes.iter().collect();
                lanes.sort_by_key(|lane| std::cmp::Reverse(lane.packets));
                for lane in lanes {
                    if let Some(inside) = by_evidence(lane, kind) {
                        self.inside = self.inside.or(Some(inside));
                        self.take(inside, kind);
                    }
                    self.opaque = self.opaque.or(opaque(lane, self.inside, None));
                }
            }
        }
    }

    /// Names codecs and kind, where nothing better does.
    fn name(&self, stream: &mut Stream) {
        for &(pt, format) in &self.found {
            let known = stream.payload_types.iter().find(|t| t.number == pt);
            let is_told = known
                .and_then(|t| t.codec.value())
                .is_some_and(|c| !matches!(c.source, Source::Inferred | Source::Payload));
            if !is_told {
                let rate = match format {
                    Format::Events(meter) => event_rate(meter, pt, stream),
                    _ => stream.clock_rate.value().map(|(rate, _)| *rate),
                };
                stream.set_codec(pt, &codec(format, rate));
            }
        }
        // What RED carries is what the stream does.
        let is_red = |c: &Codec| c.name.eq_ignore_ascii_case("red");
        if let Some(inside) = self.inside
            && stream.codec.value().is_some_and(is_red)
        {
            stream.codec = Known::Yes(codec(inside, None));
        }
        let (kind, rate) = match (self.video, &self.opus) {
            (Some(_), _) => (Kind::Video, VIDEO),
            (None, Some(_)) => (Kind::Audio, CLOCK as u32),
            (None, None) => return,
        };
        stream.set_kind(kind, Source::Payload);
        if stream.clock_rate.value().is_none() {
            stream.set_clock_rate(rate, Source::Payload);
        }
    }

    fn media(&self, stream: &Stream, (read, opened): (u64, u64)) -> Media {
        let events = self.events.map(|(rate, e)| e.report(rate));
        let (events, events_not_kept) = events.unwrap_or_default();
        // What is behind a clear header only can be told; behind none, nothing.
        let is_told = !matches!(self.opaque, Some(Opaque::Frames | Opaque::Payload));
        let video = self.video.map(|v| v.report(self.lasted));
        let video = video.map(|video| match is_told {
            true => video,
            false => Video {
                layers: video.layers,
                ..Video::default()
            },
        });
        let mut opus = self
            .opus
            .as_ref()
            .filter(|_| is_told)
            .map(OpusMeter::report);
        if let (Some(opus), Some(_)) = (&mut opus, self.opaque) {
            opus.fec = 0; // The flag is behind the one byte in clear.
        }
        let noise = stream.payload_types.iter().filter(|t| {
            let codec = t.codec.value();
            codec.is_some_and(|c| PayloadFormat::of(&c.name) == Some(PayloadFormat::ComfortNoise))
        });
        Media {
            read,
            opened,
            opaque: self.opaque,
            video,
            opus,
            red: self.red.map(RedMeter::report),
            events,
            events_not_kept,
            comfort_noise: noise.map(|t| t.packets).sum(),
        }
    }
}

/// The clock rate that events count their duration in: as a session description says, as it shows, or
/// that of the stream.
fn event_rate(meter: &EventMeter, payload_type: u8, stream: &Stream) -> Option<u32> {
    let mut all = stream.payload_types.iter();
    let own = all.find(|t| t.number == payload_type);
    let told = own
        .and_then(|t| t.codec.value())
        .filter(|c| c.source == Source::Sdp);
    // Beside wideband sound, events mostly have a clock of their own.
    let narrow = |rate: &u32| *rate <= 16_000;
    let of_stream = || {
        stream
            .clock_rate
            .value()
            .map(|(rate, _)| *rate)
            .filter(narrow)
    };
    told.map(|c| c.clock_rate)
        .or_else(|| meter.rate())
        .or_else(of_stream)
}

/// The name of a payload type, if a session description or RFC 3551 gives it.
fn named(stream: &Stream, payload_type: u8) -> Option<&str> {
    let all = stream.payload_types.iter();
    let known = all
        .filter(|t| t.number == payload_type)
        .find_map(|t| t.codec.value())?;
    matches!(known.source, Source::Sdp | Source::Static).then_some(&*known.name)
}

/// The packets as the format that they are said to have, if most of them may have it.
fn as_named(lane: &Lane, format: PayloadFormat) -> Option<Format<'_>> {
    let all = lane
        .readers
        .iter()
        .filter_map(|reader| match (reader, format) {
            (Reader::Video(meter), _) if video_format(format) == Some(meter.format) => {
                let fits = (meter.misfits + meter.broken) * 2 <= lane.packets;
                fits.then_some(Format::Video(meter))
            }
            (Reader::Opus(meter), PayloadFormat::Opus) => {
                let fits = meter.misfits * 4 <= meter.fitted;
                fits.then_some(Format::Opus(meter))
            }
            (Reader::Events(meter), PayloadFormat::TelephoneEvent) => Some(Format::Events(meter)),
            (Reader::Red(meter, inner), PayloadFormat::Red) => {
                (meter.misfits * 4 <= meter.fitted).then_some(Format::Red(meter, inner.as_slice()))
            }
            _ => None,
        });
    { all }.next()
}

fn video_format(format: PayloadFormat) -> Option<VideoFormat> {
    match format {
        PayloadFormat::Vp8 => Some(VideoFormat::Vp8),
        PayloadFormat::Vp9 => Some(VideoFormat::Vp9),
        PayloadFormat::Av1 => Some(VideoFormat::Av1),
        PayloadFormat::H264 => Some(VideoFormat::H264),
        PayloadFormat::H265 => Some(VideoFormat::H265),
        _ => None,
    }
}

/// The format that the packets show to have, if they do beyond doubt.
fn by_evidence(lane: &Lane, kind: Kind) -> Option<Format<'_>> {
    let videos = || {
        lane.readers.iter().filter_map(|reader| match reader {
            Reader::Video(meter) if meter.misfits == 0 => Some(&**meter),
            _ => None,
        })
    };
    let whole = || videos().filter(|meter| meter.broken == 0);
    // Sync codes, start codes and parameter sets are no chance.
    let mut proven = whole().filter(|meter| meter.has_proof());
    if let (Some(meter), None) = (proven.next(), proven.next()) {
        return Some(Format::Video(meter));
    }
    let others = lane.readers.iter().find_map(|reader| match reader {
        Reader::Events(meter) if meter.has_proof() => Some(Format::Events(meter)),
        Reader::Opus(meter) if meter.has_proof(FITTING_MIN) => Some(Format::Opus(meter)),
        Reader::Red(meter, inner)
            if meter.has_proof(FITTING_MIN)
                || (meter.may_be(FITTING_MIN) && inner.iter().any(is_video)) =>
        {
            Some(Format::Red(meter, inner.as_slice()))
        }
        _ => None,
    });
    if others.is_some() {
        return others;
    }
    // Without a key frame, what nothing else fits.
    if kind != Kind::Video || lane.packets < VIDEO_MIN {
        return None;
    }
    let mut only = whole();
    let (only, more) = (only.next(), only.next());
    only.filter(|m| more.is_none() && m.begun > 0)
        .map(Format::Video)
}

/// Whether these packets are video beyond doubt.
fn is_video(lane: &Lane) -> bool {
    matches!(by_evidence(lane, Kind::Unknown), Some(Format::Video(_)))
}

/// What says that the packets of one payload type are encrypted by the ends, if anything does.
fn opaque(lane: &Lane, format: Option<Format<'_>>, named: Option<PayloadFormat>) -> Option<Opaque> {
    if lane.opened == 0 {
        return None; // Who encrypts from end to end has SRTP around it.
    }
    let is_video = match (format, named) {
        (Some(Format::Video(_)), _) => true,
        (Some(_), _) => false,
        (None, named) => named.is_none_or(|named| video_format(named).is_some()),
    };
    let trailers = if is_video { &lane.marked } else { &lane.all };
    let wraps = matches!(format, Some(Format::Red(..) | Format::Events(_)));
    if trailers.are_there() && !wraps {
        return Some(Opaque::Trailer);
    }
    let wanted = named.and_then(video_format);
    let mut meters = lane.readers.iter().filter_map(|reader| match reader {
        Reader::Video(meter) => Some(&**meter),
        _ => None,
    });
    let broken = |m: &VideoMeter| {
        m.misfits == 0
            && m.fitted + m.broken >= OPAQUE_MIN
            && m.broken >= BROKEN_MIN
            && m.broken * BROKEN_PART >= m.broken + m.begun
    };
    if format.is_none()
        && let Some(meter) = meters.find(|m| broken(m))
        // Of several formats one must be meant.
        && wanted.map_or_else(|| meters.all(|m| !broken(m)), |w| w == meter.format)
    {
        return Some(Opaque::Frames);
    }
    let is_read =
        named.is_some_and(|named| video_format(named).is_some() || named == PayloadFormat::Opus);
    (is_read && format.is_none() && lane.packets >= OPAQUE_MIN).then_some(Opaque::Payload)
}

fn codec(format: Format<'_>, rate: Option<u32>) -> Codec {
    let of = |name: &'static str, clock_rate, channels| Codec {
        name: name.into(),
        clock_rate,
        channels,
        source: Source::Payload,
    };
    match format {
        Format::Video(meter) => of(meter.format.name(), VIDEO, None),
        // RFC 7587 has two channels for any.
        Format::Opus(_) => of("opus", CLOCK as u32, Some(2)),
        Format::Events(_) => of("telephone-event", rate.unwrap_or(8_000), None),
        Format::Red(..) => of("red", rate.unwrap_or(VIDEO), None),
    }
}
