//! One RTP stream while the capture is read: everything is measured from the first packet on, and
//! whether it is a stream at all is decided late, when there is evidence.

mod belief;
mod bursts;
mod kin;
mod packet;
mod padding;
mod shape;
mod timeline;

pub(super) use bursts::{Bursts, Clusters};
pub(super) use kin::watch;
pub(super) use packet::Packet;
pub(super) use padding::Padding;
pub(super) use shape::Shape;

use super::MAX_GAPS;
use super::clock::{self, Enough, Kept, VIDEO};
use super::extensions::Elements;
use super::frames::FrameState;
use super::jitter::JitterEstimator;
use super::legs::{Leg, Legs, Spot};
use super::model::{Estimate, Frames, Gap, Jitter, PayloadType, Source};
use super::payload::{Header, Payloads};
use super::repair::Holes;
use super::sequence::{Arrival, Sequence};
use super::series::Series;
use super::static_types;
use crate::analysis::known::{Known, Unknown};
use crate::capture::PacketNo;
use crate::proto::rtp::RtpPacket;
use crate::proto::rtp::payload::VideoFormat;
use crate::time::{Span, Timestamp};
use belief::{Belief, Counted};
use kin::{Kinship, Recent};
use timeline::Timeline;

/// Packets of a stream before its clock rate is concluded while more may come.
const CLOCK_PACKETS: u64 = 16;
/// A silence this long is listed as a gap; libwebrtc's event-log visualizer alerts at the same.
const GAP: Span = Span::from_millis(500);
/// How far an old packet's timestamp may lie behind the newest: 20 s at 90 kHz.
const TIMELINE: i32 = 20 * 90_000;
/// A packet at least this long may be video, whose latest packets are remembered, in bytes.
const LONG: usize = 400;
/// How many packets may be lost while a stream moves to another path, and how long it may be silent.
const MOVE_DROPOUT: u64 = 3_000;
const MOVE_LEAST: u64 = 100;
const MOVE_SILENCE: Span = Span::from_millis(60_000);
/// How fast and how far a timestamp may run while it does: faster than any usual clock, in ticks
/// per second, and some seconds more than passed.
const MOVE_CLOCK: f64 = 100_000.0;
const MOVE_SLACK: f64 = 5.0;

/// The state of one SSRC on one directed path.
#[derive(Clone, Debug)]
pub(super) struct StreamState {
    pub(super) flow: u32,
    pub(super) ssrc: u32,
    /// Order of appearance among all candidates.
    pub(super) born: u64,
    /// Number of its first packet.
    pub(super) first_no: PacketNo,
    /// Number of its last packet.
    pub(super) last_no: PacketNo,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) packets: u64,
    /// Those whose payload was decrypted.
    pub(super) opened: u64,
    pub(super) sequence: Sequence,
    pub(super) payload_bytes: u64,
    pub(super) header_bytes: u64,
    pub(super) marked: u64,
    /// Packets with the padding bit.
    pub(super) padding: Padding,
    /// Lost packets, while they may come back; none before the first loss.
    pub(super) holes: Option<Box<Holes>>,
    /// Whether the newest packet has the marker.
    newest_marked: bool,
    pub(super) interarrival_max: Span,
    pub(super) gaps: Vec<Gap>,
    pub(super) series: Series,
    /// What its packets look like.
    pub(super) shape: Shape,
    /// Its timestamps against the clock of the capture.
    pub(super) timeline: Timeline,
    /// Its latest packets, if it may be one that others repeat.
    recent: Option<Box<Recent>>,
    /// Whose timestamps it repeats.
    pub(super) kinship: Kinship,
    /// The first and the latest sender report about it: NTP time and RTP timestamp.
    reports: Option<Box<[(u64, u32, Timestamp); 2]>>,
    /// The header-extension elements of its packets.
    pub(super) elements: Elements,
    newest_timestamp: u32,
    clock: Clock,
    jitter: Option<JitterEstimator>,
    kept: Option<Box<Kept>>,
    frames: FrameState,
    /// What its payloads say.
    pub(super) payloads: Payloads,
    /// Packets far from any sequence the stream followed.
    strays: u64,
    belief: Belief,
    /// Its ways, if it took several.
    pub(super) legs: Legs,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Clock {
    Unknown,
    /// A session description told it before the first packet.
    Described(u32),
    Static(u32),
    Inferred(u32),
    Reported(u32),
}

impl StreamState {
    pub(super) fn new(
        born: u64,
        Spot { flow, no, ts, .. }: Spot,
        rtp: &RtpPacket<'_>,
        series: Series,
        described_clock: Option<u32>,
        may_be_clear: bool,
    ) -> Self {
        let static_clock = static_types::lookup(rtp.payload_type()).map(|(c, _)| c.clock_rate);
        let known_clock = described_clock.or(static_clock);
        let mut stream = Self {
            flow,
            ssrc: rtp.ssrc(),
            born,
            first_no: no,
            last_no: no,
            first: ts,
            last: ts,
            packets: 0,
            opened: 0,
            sequence: Sequence::new(rtp.sequence_number()),
            payload_bytes: 0,
            header_bytes: 0,
            marked: 0,
            padding: Padding::default(),
            holes: None,
            newest_marked: rtp.marker(),
            interarrival_max: Span::default(),
            gaps: Vec::new(),
            series,
            shape: Shape::default(),
            timeline: Timeline::new(ts.nanos(), rtp.timestamp()),
            recent: None,
            kinship: Kinship::default(),
            reports: None,
            elements: Elements::default(),
            newest_timestamp: rtp.timestamp(),
            clock: match (described_clock, static_clock) {
                (Some(rate), _) => Clock::Described(rate),
                (None, Some(rate)) => Clock::Static(rate),
                (None, None) => Clock::Unknown,
            },
            jitter: known_clock.map(|rate| JitterEstimator::new(rate, ts.nanos(), rtp.timestamp())),
            kept: None,
            frames: match known_clock {
                None | Some(VIDEO) => FrameState::new(),
                Some(_) => FrameState::None,
            },
            payloads: match may_be_clear {
                true => Payloads::default(),
                false => Payloads::encrypted(),
            },
            strays: 0,
            belief: Belief::new(rtp),
            legs: Legs::default(),
        };
        if known_clock.is_none() {
            let mut kept = Kept::default();
            kept.push(ts.nanos(), rtp.timestamp());
            stream.kept = Some(Box::new(kept));
        }
        stream.shape.times = 1;
        stream.shape.push(rtp, false);
        stream.remember(rtp, false);
        stream.count(rtp, ts, 0.0, 0);
        stream
    }

    /// The flow of its latest packet.
    pub(super) fn current_flow(&self) -> u32 {
        self.legs.current().unwrap_or(self.flow)
    }

    /// Whether packets of this flow are the stream's.
    #[inline]
    pub(super) fn takes(&self, flow: u32) -> bool {
        self.flow == flow || self.legs.takes(flow)
    }

    /// Whether a packet of the same SSRC on another path goes on where this stream is: its sequence
    /// number and timestamp follow closely. A copy of a packet that was seen does not.
    pub(super) fn is_continued_by(&self, rtp: &RtpPacket<'_>, ts: Timestamp) -> bool {
        let ahead = rtp.sequence_number().wrapping_sub(self.sequence.newest());
        let since = ts - self.last;
        let ticks = f64::from(rtp.timestamp().wrapping_sub(self.newest_timestamp) as i32);
        let most = (since.seconds() + MOVE_SLACK) * MOVE_CLOCK;
        // A few packets do not show where a stream is after thousands that were not captured.
        let most_ahead = self.sequence.distinct().clamp(MOVE_LEAST, MOVE_DROPOUT);
        (1..=most_ahead).contains(&u64::from(ahead))
            && since <= MOVE_SILENCE
            && (-MOVE_CLOCK..=most).contains(&ticks)
            && self.shape.has_type(rtp.payload_type())
    }

    /// Goes on over another path, whose first packet this is; none when it has too many.
    pub(super) fn move_to<'a, 'p>(
        &mut self,
        spot: Spot,
        rtp: &'a RtpPacket<'p>,
    ) -> Option<Packet<'a, 'p>> {
        let Spot { flow, ts, .. } = spot;
        let so_far = || Leg {
            flow: self.flow,
            first: self.first,
            last: self.last,
            packets: self.packets,
            sequence: self.sequence.clone(),
        };
        let seq = rtp.sequence_number();
        if !self.legs.add(so_far, flow, seq, ts) {
            return None;
        }
        Some(self.take(rtp, spot))
    }

    /// Takes the stream's next packet, which came on this flow.
    #[inline]
    pub(super) fn push<'a, 'p>(&mut self, spot: Spot, rtp: &'a RtpPacket<'p>) -> Packet<'a, 'p> {
        let Spot { flow, ts, .. } = spot;
        if !self.legs.is_empty() {
            let (seq, jump) = (rtp.sequence_number(), self.plausible_jump(ts));
            let fits = self.same_timeline(rtp, ts);
            self.legs.push(flow, seq, ts, jump, fits);
        }
        self.take(rtp, spot)
    }

    /// Whether the timestamp goes with those so far: a little older; or newer, if the number is too, by
    /// no more than any clock has ticked since the last packet.
    fn same_timeline(&self, rtp: &RtpPacket<'_>, ts: Timestamp) -> bool {
        let ticks = rtp.timestamp().wrapping_sub(self.newest_timestamp) as i32;
        let ahead = rtp.sequence_number().wrapping_sub(self.sequence.newest()) as i16;
        let most = match ahead > 0 {
            true => ((ts - self.last).seconds() + MOVE_SLACK) * MOVE_CLOCK,
            false => 0.0,
        };
        ticks > -TIMELINE && f64::from(ticks) <= most
    }

    #[inline]
    fn take<'a, 'p>(&mut self, rtp: &'a RtpPacket<'p>, spot: Spot) -> Packet<'a, 'p> {
        let Spot { ts, no, .. } = spot;
        if ts >= self.last {
            self.last_no = no;
        }
        let seq = rtp.sequence_number();
        let arrival = if self.sequence.push_next(seq) {
            Arrival::New { skipped: 0 }
        } else {
            self.sequence
                .push(seq, self.plausible_jump(ts), self.same_timeline(rtp, ts))
        };
        let step = rtp.timestamp().wrapping_sub(self.newest_timestamp);
        let is_new_time = step != 0;
        let mut clock_shows = false;
        let distance = seq.wrapping_sub(self.sequence.newest()) as i16;
        let since = ts - self.last;
        self.belief.push(rtp, arrival, step as i32, distance, since);
        let (lost, in_order) = match arrival {
            Arrival::New { skipped } => {
                clock_shows = is_new_time && self.note_time(ts, rtp.timestamp(), step);
                if skipped > 0 {
                    self.note_holes(skipped, rtp, ts);
                }
                self.newest_timestamp = rtp.timestamp();
                self.newest_marked = rtp.marker();
                (i64::from(skipped), true)
            }
            Arrival::Early { skipped } => (i64::from(skipped), false),
            Arrival::Late => {
                self.series.recover_one();
                if let Some(holes) = &mut self.holes {
                    holes.arrived(self.sequence.extended(seq), ts);
                }
                (0, false)
            }
            Arrival::Duplicate => (0, false),
            Arrival::Suspect => {
                self.strays += 1;
                (0, false)
            }
            Arrival::Restart { skipped } => {
                self.strays = self.strays.saturating_sub(1);
                self.newest_timestamp = rtp.timestamp();
                self.newest_marked = rtp.marker();
                if let Some(holes) = &mut self.holes {
                    holes.restart();
                }
                if let Some(jitter) = &mut self.jitter {
                    jitter.restart(ts.nanos(), rtp.timestamp());
                }
                if let Some(kept) = &mut self.kept {
                    kept.restart();
                }
                (i64::from(skipped), false)
            }
        };
        if since > self.interarrival_max {
            self.interarrival_max = since;
        }
        if since >= GAP {
            self.note_gap(ts, lost);
        }
        let jitter = if in_order {
            self.measure(ts.nanos(), rtp.timestamp(), clock_shows)
        } else {
            0.0
        };
        if matches!(arrival, Arrival::Duplicate) {
            self.shape.count(rtp.payload_type());
        } else {
            let is_repeat =
                !is_new_time && !matches!(arrival, Arrival::Suspect | Arrival::Restart { .. });
            self.shape.push(rtp, is_repeat);
            self.remember(rtp, is_repeat);
        }
        self.count(rtp, ts, jitter, lost);
        self.opened += u64::from(spot.is_opened);
        let mut packet = Packet {
            rtp,
            spot,
            arrival,
            number: self.sequence.extended(seq),
            since,
            is_new_time,
            awaits_repair: false,
        };
        let seen = self.payloads.push(&packet);
        self.padding.opened(seen);
        self.frames.push(&packet, seen, &mut self.series);
        while let Some(header) = self.payloads.take_recovered() {
            if !self.sequence.has_seen(header.number) {
                self.frames.came_back(header, &[], ts, &mut self.series);
            }
        }
        packet.awaits_repair = self.frames.is_waiting();
        packet
    }

    #[inline]
    fn count(&mut self, rtp: &RtpPacket<'_>, ts: Timestamp, jitter_ns: f64, lost: i64) {
        self.packets += 1;
        if ts > self.last {
            self.last = ts;
        } else if ts < self.first {
            self.first = ts;
        }
        let payload = rtp.payload_wire_len() as u64;
        let header = rtp.header_len() as u64;
        self.payload_bytes += payload;
        self.header_bytes += header;
        self.marked += u64::from(rtp.marker());
        if rtp.has_padding() {
            self.padding.push(rtp);
        }
        let bucket = self.series.at(ts);
        bucket.packets = bucket.packets.saturating_add(1);
        bucket.bytes = bucket.bytes.saturating_add((payload + header) as u32);
        bucket.lost = bucket.lost.saturating_add(lost as i32);
        bucket.jitter_max_ns = bucket.jitter_max_ns.max(jitter_ns as u32);
    }

    /// Notes the timestamp of a packet in order, `step` after the one before; says whether the clock
    /// rate may be clearer than before.
    #[inline]
    fn note_time(&mut self, ts: Timestamp, timestamp: u32, step: u32) -> bool {
        self.shape.times += 1;
        self.shape.backward += u64::from((step as i32) < 0);
        self.timeline.push(ts.nanos(), timestamp, step)
    }

    /// Remembers a packet that others may repeat, once the stream looks like video.
    #[inline]
    fn remember(&mut self, rtp: &RtpPacket<'_>, is_repeat: bool) {
        if rtp.has_padding() {
            return;
        }
        let len = rtp.payload_wire_len();
        if let Some(recent) = &mut self.recent {
            recent.push(rtp.timestamp(), u16::try_from(len).unwrap_or(u16::MAX));
        } else if (len >= LONG || rtp.marker() || is_repeat)
            && matches!(
                self.clock,
                Clock::Unknown
                    | Clock::Inferred(VIDEO)
                    | Clock::Described(VIDEO)
                    | Clock::Reported(VIDEO)
            )
        {
            let mut recent = Box::<Recent>::default();
            recent.push(rtp.timestamp(), u16::try_from(len).unwrap_or(u16::MAX));
            self.recent = Some(recent);
        }
    }

    /// Takes what a sender report about the stream says, that was captured at `at`: its time of day as
    /// 32.32 fixed-point seconds, and the RTP timestamp of that moment. Two of them show the clock
    /// rate, if as much time passed by the sender's clock as by the capture's.
    pub(super) fn note_sender_report(&mut self, ntp: u64, timestamp: u32, at: Timestamp) {
        let now = (ntp, timestamp, at);
        let [first, last] = &mut **self.reports.get_or_insert_with(|| Box::new([now; 2]));
        *last = now;
        let passed = clock::seconds_between(first.0, last.0);
        let by_capture = (last.2 - first.2).seconds();
        if (passed - by_capture).abs() > 0.5 + 0.05 * by_capture {
            return;
        }
        let Some(rate) = clock::rate_by_reports((first.0, first.1), (last.0, last.1)) else {
            return;
        };
        match self.clock {
            // A description, or a payload type, is not overruled by what is not authenticated.
            Clock::Described(_) | Clock::Static(_) => return,
            Clock::Inferred(known) | Clock::Reported(known) if known == rate => {}
            // What was measured by a wrong rate is not worth keeping.
            _ => {
                self.jitter = self
                    .kept
                    .take()
                    .and_then(|kept| replay(&kept, rate, |_, _| {}))
            }
        }
        self.clock = Clock::Reported(rate);
        self.drop_frames(rate);
    }

    /// Stops to measure frames where the clock rate is not that of video.
    fn drop_frames(&mut self, rate: u32) {
        if rate != VIDEO {
            self.frames = FrameState::None;
        }
    }

    /// The jitter estimate after this packet in nanoseconds, once the clock rate is known.
    #[inline]
    fn measure(&mut self, arrival_ns: i64, timestamp: u32, clock_shows: bool) -> f64 {
        if let Some(jitter) = &mut self.jitter {
            return jitter.push(arrival_ns, timestamp);
        }
        self.wait_for_clock(arrival_ns, timestamp, clock_shows);
        0.0
    }

    fn wait_for_clock(&mut self, arrival_ns: i64, timestamp: u32, clock_shows: bool) {
        if let Clock::Static(rate) | Clock::Inferred(rate) | Clock::Reported(rate) = self.clock {
            self.jitter = Some(JitterEstimator::new(rate, arrival_ns, timestamp));
            return;
        }
        if let Some(kept) = &mut self.kept
            && !kept.push(arrival_ns, timestamp)
        {
            self.kept = None;
        }
        if !clock_shows || self.packets < CLOCK_PACKETS {
            return;
        }
        let Some(rate) = self.timeline.rate(Enough::Clear) else {
            return;
        };
        self.clock = Clock::Inferred(rate);
        if rate != VIDEO {
            self.recent = None;
        }
        self.drop_frames(rate);
        let series = &mut self.series;
        let kept = self.kept.take();
        self.jitter = kept.and_then(|kept| {
            replay(&kept, rate, |arrival_ns, jitter_ns| {
                let bucket = series.at(Timestamp::from_nanos(arrival_ns));
                bucket.jitter_max_ns = bucket.jitter_max_ns.max(jitter_ns as u32);
            })
        });
    }

    /// How many packets the sender may have sent since the last one, judged by its rate so far.
    fn plausible_jump(&self, ts: Timestamp) -> i64 {
        let lasted = (self.last - self.first).nanos();
        if lasted <= 0 {
            return 0;
        }
        let rate = self.packets as f64 / lasted as f64;
        (rate * (ts - self.last).nanos() as f64 * 2.0) as i64
    }

    /// Notes the packets missing before this one, which is the newest.
    #[cold]
    fn note_holes(&mut self, skipped: u32, rtp: &RtpPacket<'_>, ts: Timestamp) {
        let newest = self.sequence.extended(rtp.sequence_number());
        let around = (self.newest_timestamp, self.newest_marked, rtp.timestamp());
        let missing = (newest - i64::from(skipped), skipped);
        self.holes.get_or_insert_default().miss(missing, around, ts);
    }

    fn note_gap(&mut self, ts: Timestamp, lost: i64) {
        let gap = Gap {
            start: self.last,
            end: ts,
            lost: u32::try_from(lost).unwrap_or(0),
        };
        let length = |g: &Gap| g.end - g.start;
        let place = self.gaps.partition_point(|g| length(g) >= length(&gap));
        if place < MAX_GAPS {
            self.gaps.truncate(MAX_GAPS - 1);
            self.gaps.insert(place, gap);
        }
    }

    fn counted(&self) -> Counted {
        Counted {
            packets: self.packets,
            payload_bytes: self.payload_bytes,
            distinct: self.sequence.distinct(),
            restarts: u64::from(self.sequence.restarts()),
            strays: self.strays,
            payload_types: self.shape.common_types(self.packets),
        }
    }

    /// Whether the packets behave like one RTP stream, on whatever path. Two that a key authenticated are
    /// RTP, whatever else was sent in the name of their source.
    pub(super) fn stands_alone(&self) -> bool {
        self.opened >= 2 || self.belief.stands_alone(&self.counted())
    }

    /// Whether some packet follows closely on another.
    pub(super) fn is_continued(&self) -> bool {
        self.belief.is_continued(&self.counted())
    }

    /// Whether the first packet's header extension is one of RFC 8285, which nothing else has.
    pub(super) fn is_extended(&self) -> bool {
        self.belief.is_extended()
    }

    /// Whether the packets are no one stream, on whatever path.
    pub(super) fn is_refuted(&self) -> bool {
        self.belief.is_refuted(&self.counted())
    }

    /// The payload type of the first packet.
    pub(super) fn first_payload_type(&self) -> Option<u8> {
        self.shape.types().first().map(|t| t.number)
    }

    /// All payload types, one bit each.
    pub(super) fn payload_type_bits(&self) -> u128 {
        let types = self.shape.types().iter();
        types.fold(0, |bits, t| bits | 1 << (t.number & 0x7f))
    }

    /// Timestamps of its latest complete frames, in no order; empty for what is no video.
    pub(super) fn frame_timestamps(&self) -> &[u32] {
        self.frames.latest_timestamps()
    }

    /// Whether its frames lack packets that another stream may bring.
    pub(super) fn awaits_repair(&self) -> bool {
        self.frames.is_waiting()
    }

    /// Takes a packet of another stream that may repair a frame of this one: of another payload type,
    /// with the timestamp of a frame that is not complete.
    pub(super) fn repair_frame(&mut self, packet: &Packet<'_, '_>) {
        let pt = packet.rtp.payload_type();
        if self.shape.types().iter().any(|shape| shape.number == pt) {
            return;
        }
        if packet.spot.is_opened {
            self.sent_again(packet);
        } else {
            self.frames.repair(packet, &mut self.series);
        }
    }

    /// Takes a decrypted packet that may repeat one of this stream: it begins with its number.
    fn sent_again(&mut self, packet: &Packet<'_, '_>) {
        let payload = packet.rtp.unpadded_payload().unwrap_or_default();
        let Some((original, payload)) = payload.split_first_chunk::<2>() else {
            return;
        };
        let header = Header {
            number: self.sequence.extended(u16::from_be_bytes(*original)),
            timestamp: packet.rtp.timestamp(),
            marker: packet.rtp.marker(),
        };
        if !self.sequence.has_seen(header.number) {
            let is_parity = self.payloads.sent_again(header, payload);
            let (at, series) = (packet.spot.ts, &mut self.series);
            match is_parity {
                true => self.frames.came_beside(header, at, series),
                false => self.frames.came_back(header, payload, at, series),
            }
        }
    }

    /// Notes a header-extension element of the newest packet that is a dependency descriptor with a
    /// template structure, as the first packet of a key frame has it, if this identifier stands for
    /// dependency descriptors.
    #[inline]
    pub(super) fn note_structure(&mut self, id: u8, data: &[u8]) {
        if let [flags, _, _, extended, ..] = *data
            && flags & 0x80 != 0
            && extended & 0x80 != 0
        {
            self.frames.note_structure(id);
        }
    }

    /// Its frames, where it is video. `descriptor` is the identifier of the dependency descriptor, if
    /// that is known, and `format` that of the payloads, where all of them could be read; `series` is
    /// the stream's as it is reported.
    pub(super) fn frames(
        &self,
        descriptor: Option<u8>,
        format: Option<VideoFormat>,
        series: &mut Series,
    ) -> Known<Frames> {
        self.frames.report(descriptor, format, series)
    }

    /// The first packet, which made the stream, as its measures are told of it.
    pub(super) fn first_packet<'a, 'p>(
        &mut self,
        spot: Spot,
        rtp: &'a RtpPacket<'p>,
    ) -> Packet<'a, 'p> {
        let packet = Packet {
            rtp,
            spot,
            arrival: Arrival::New { skipped: 0 },
            number: self.sequence.extended(rtp.sequence_number()),
            since: Span::default(),
            is_new_time: true,
            awaits_repair: false,
        };
        self.opened = u64::from(spot.is_opened);
        let seen = self.payloads.push(&packet);
        self.padding.opened(seen);
        self.frames.push(&packet, seen, &mut self.series);
        packet
    }

    pub(super) fn payload_types(&self) -> Vec<PayloadType> {
        let each = |shape: &shape::TypeShape| PayloadType {
            number: shape.number,
            packets: shape.packets,
            codec: Known::or(
                static_types::lookup(shape.number).map(|(codec, _)| codec),
                Unknown::NoSdp,
            ),
        };
        self.shape.types().iter().map(each).collect()
    }

    /// The clock rate, also of a stream that ended before it was clear.
    pub(super) fn clock_rate(&self) -> Known<(u32, Source)> {
        match self.clock {
            Clock::Described(rate) => Known::Yes((rate, Source::Sdp)),
            Clock::Static(rate) => Known::Yes((rate, Source::Static)),
            Clock::Inferred(rate) => Known::Yes((rate, Source::Inferred)),
            Clock::Reported(rate) => Known::Yes((rate, Source::Rtcp)),
            Clock::Unknown => match self.timeline.rate(Enough::AtTheEnd) {
                Some(rate) => Known::Yes((rate, Source::Inferred)),
                None if self.packets < CLOCK_PACKETS || self.first == self.last => {
                    Known::No(self.too_few())
                }
                None => Known::No(Unknown::NoClockRate),
            },
        }
    }

    pub(super) fn jitter(&self) -> Known<Jitter> {
        if let Some(estimator) = &self.jitter {
            return Known::or(jitter_of(estimator), Unknown::TooFewPackets);
        }
        let (Known::Yes((rate, _)), Some(kept)) = (self.clock_rate(), &self.kept) else {
            return Known::No(self.clock_rate().reason().unwrap_or_else(|| self.too_few()));
        };
        let estimator = replay(kept, rate, |_, _| {});
        Known::or(estimator.as_ref().and_then(jitter_of), self.too_few())
    }

    pub(super) fn bitrate(&self) -> Known<f64> {
        let lasted = (self.last - self.first).seconds();
        let bits = (self.payload_bytes + self.header_bytes) as f64 * 8.0;
        Known::or((lasted > 0.0).then(|| bits / lasted), self.too_few())
    }

    /// Why a value over time is not known yet.
    fn too_few(&self) -> Unknown {
        if self.packets > 1 && self.first == self.last {
            Unknown::NoTimeSpan
        } else {
            Unknown::TooFewPackets
        }
    }
}

fn jitter_of(estimator: &JitterEstimator) -> Option<Jitter> {
    let Estimate { last, mean, max } = estimator.per_frame()?;
    Some(Jitter {
        last,
        mean,
        max,
        per_packet: estimator.per_packet()?,
        delay_variation: Known::or(estimator.variation().spread(), Unknown::TooFewPackets),
    })
}

/// Measures the packets that were kept, as if their clock rate had been known from the start.
///
/// `each` is told every estimate and when it was.
fn replay(kept: &Kept, rate: u32, mut each: impl FnMut(i64, f64)) -> Option<JitterEstimator> {
    let mut packets = kept.packets().iter();
    let &(arrival, timestamp) = packets.next()?;
    let mut estimator = JitterEstimator::new(rate, arrival, timestamp);
    for &(arrival, timestamp) in packets {
        each(arrival, estimator.push(arrival, timestamp));
    }
    let (arrival, timestamp) = kept.last();
    estimator.skip_to(arrival, timestamp);
    Some(estimator)
}
