//! One association: how it came up, what it carried, how it ended.

use super::SctpTrouble;
use super::channels::Channels;
use super::messages::{About, Desk, Messages};
use super::times::Times;
use super::way::{Axis, Way};
use crate::analysis::event_log::EventLog;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{
    DataChannel, NamedCount, Retransmissions, Sctp, SctpAbort, SctpEvent, SctpInit, SctpPhase,
    SctpSide, Side, Sides, ZeroWindow,
};
use crate::analysis::moment::Moment;
use crate::net::Endpoint;
use crate::proto::sctp::codes::chunk_name;
use crate::proto::sctp::{
    Checksum, Chunk, ChunkValue, Data, Init, Parameter, Reconfiguration, SctpPacket, Tlvs, codes,
};
use crate::time::{Span, Timestamp};
use crate::wire::{ParseError, Reason};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::net::IpAddr;

/// Packets remembered, to know them again on another leg of their way.
const RECENT: usize = 64;
/// How much later a packet can come by on another leg; a retransmission takes longer.
const COPY: Span = Span::from_millis(200);
/// Transports kept: ICE restarts and legs.
const TRANSPORTS_MAX: usize = 64;
/// Different payload protocols counted.
const PROTOCOLS_MAX: usize = 64;
/// HEARTBEATs that wait for their answer.
const HEARTBEATS_MAX: usize = 8;
/// Parameters looked at, and causes put in words: no honest chunk has more.
const PARAMETERS_MAX: usize = 64;
const CAUSES_MAX: usize = 4;
/// ERROR chunks of a side that the timeline tells.
const ERRORS_TOLD: u64 = 8;

/// What is kept of an association.
#[derive(Clone, Debug)]
pub(super) struct Association {
    phase: SctpPhase,
    axis: Axis,
    pub(super) ports: Sides<u16>,
    pub(super) tags: Sides<Option<u32>>,
    /// Where it was seen, in order of appearance.
    pub(super) transports: Vec<u32>,
    /// The hosts at the ends of these.
    hosts: Vec<IpAddr>,
    /// Whether one of them is a path of ICE.
    by_ice: bool,
    ends: Sides<End>,
    ways: Sides<Way>,
    channels: Channels,
    desk: Desk,
    /// The first INIT.
    asked: Option<Timestamp>,
    handshake: Option<Span>,
    abort: Option<SctpAbort>,
    pub(super) packets: u64,
    copies: u64,
    checksums: [u64; 3],
    chunks: BTreeMap<u8, u64>,
    protocols: BTreeMap<u32, u64>,
    recent: VecDeque<(u32, u32, Timestamp)>,
    pub(super) first: Timestamp,
    last: Timestamp,
}

/// What one side said of itself and of what it received.
#[derive(Clone, Debug, Default)]
struct End {
    address: Option<Endpoint>,
    init: Option<SctpInit>,
    sacks: u64,
    gap_reports: u64,
    duplicate_reports: u64,
    window: Option<(u32, u32)>,
    /// Since when it advertises no room at all.
    full_since: Option<Timestamp>,
    full: ZeroWindow,
    errors: u64,
    heartbeats: VecDeque<(u64, Timestamp)>,
    heartbeat_times: Times,
}

impl End {
    fn window(&mut self, window: u32, ts: Timestamp) {
        let (min, _) = self.window.unwrap_or((window, window));
        self.window = Some((min.min(window), window));
        match (window, self.full_since) {
            (0, None) => {
                self.full_since = Some(ts);
                self.full.count += 1;
            }
            (1.., Some(since)) => {
                self.full_since = None;
                self.full.duration = self.full.duration.plus((ts - since).max(Span::default()));
            }
            _ => {}
        }
    }

    /// How long it had no room, up to its last word.
    fn zero_window(&self, last: Timestamp) -> ZeroWindow {
        let mut full = self.full;
        if let Some(since) = self.full_since {
            full.duration = full.duration.plus((last - since).max(Span::default()));
        }
        full
    }
}

impl Association {
    /// One whose first packet is this, from `from`; its series are on this axis.
    pub(super) fn new(packet: &SctpPacket<'_>, from: Side, at: &Moment, axis: Axis) -> Self {
        let mut ports = Sides::default();
        *ports.of_mut(from) = packet.source_port;
        *ports.of_mut(from.other()) = packet.destination_port;
        Self {
            phase: SctpPhase::InitUnanswered,
            axis,
            ports,
            tags: Sides::default(),
            transports: Vec::new(),
            hosts: Vec::new(),
            by_ice: false,
            ends: Sides::default(),
            ways: Sides::default(),
            channels: Channels::default(),
            desk: Desk::default(),
            asked: None,
            handshake: None,
            abort: None,
            packets: 0,
            copies: 0,
            checksums: [0; 3],
            chunks: BTreeMap::new(),
            protocols: BTreeMap::new(),
            recent: VecDeque::new(),
            first: at.ts,
            last: at.ts,
        }
    }

    /// Whether its payload protocols are those of data channels.
    pub(super) fn has_data_channels(&self) -> bool {
        self.channels.proven
    }

    /// Whether nothing more can come of it.
    pub(super) fn is_over(&self) -> bool {
        self.phase >= SctpPhase::Closed
    }

    /// Whether the peer may still answer with an INIT of its own.
    pub(super) fn is_opening(&self) -> bool {
        self.phase < SctpPhase::Established
    }

    /// Whether it may go on where a packet was seen: on a path that it was seen on, between hosts of
    /// which it is at one, on another path of ICE, or where no addresses tell.
    pub(super) fn can_be_on(&self, at: &Moment, by_ice: bool) -> bool {
        let ends = [at.src.ip(), at.dst.ip()];
        self.transports.contains(&at.transport)
            || (self.by_ice && by_ice)
            || ends
                .iter()
                .any(|ip| ip.is_unspecified() || self.hosts.contains(ip))
    }

    /// Notes where a packet was seen.
    pub(super) fn note_path(&mut self, at: &Moment, by_ice: bool) {
        self.by_ice |= by_ice;
        if self.transports.contains(&at.transport) || self.transports.len() >= TRANSPORTS_MAX {
            return;
        }
        self.transports.push(at.transport);
        for ip in [at.src.ip(), at.dst.ip()] {
            if !self.hosts.contains(&ip) {
                self.hosts.push(ip);
            }
        }
    }

    /// Takes a packet that `from` sent; what was wrong with it.
    pub(super) fn push(
        &mut self,
        packet: &SctpPacket<'_>,
        from: Side,
        at: &Moment,
        (log, messages): (&mut EventLog, &mut Messages),
    ) -> Result<(), SctpTrouble> {
        self.first = self.first.min(at.ts);
        self.last = self.last.max(at.ts);
        if self.is_copy(packet, at) {
            self.copies += 1;
            return Ok(());
        }
        self.packets += 1;
        let [correct, zero, wrong] = &mut self.checksums;
        match packet.verify() {
            Checksum::Correct => *correct += 1,
            Checksum::Zero => *zero += 1,
            Checksum::Wrong { .. } => *wrong += 1,
            Checksum::Cut => {}
        }
        // A capture without addresses has the unspecified one.
        if !at.src.ip().is_unspecified() {
            self.ends.of_mut(from).address = Some(at.src);
        }
        let mut trouble = None;
        // Data may ride with the cookie; in any other packet they tell that it was acknowledged,
        // should only one direction be in the capture.
        let first = packet.chunks().next();
        let rides = matches!(first, Some(Ok(chunk)) if chunk.chunk_type == codes::COOKIE_ECHO);
        for chunk in packet.chunks() {
            let taken = match chunk {
                Ok(chunk) => {
                    let taken = self.chunk(&chunk, from, at, (log, messages));
                    if !rides && matches!(chunk.chunk_type, codes::DATA | codes::I_DATA) {
                        self.reach(SctpPhase::Established);
                    }
                    taken
                }
                Err(error) if packet.missing > 0 && is_truncated(&error) => Ok(()),
                Err(error) => Err(error.to_string().into()),
            };
            trouble = trouble.or(taken.err());
        }
        trouble.map_or(Ok(()), Err)
    }

    /// The same bytes on another path a moment ago: a relay's other leg.
    fn is_copy(&mut self, packet: &SctpPacket<'_>, at: &Moment) -> bool {
        let digest = packet.computed_checksum();
        let copied = self.recent.iter().any(|&(known, transport, ts)| {
            let apart = if at.ts > ts { at.ts - ts } else { ts - at.ts };
            known == digest && transport != at.transport && apart <= COPY
        });
        if !copied {
            if self.recent.len() >= RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back((digest, at.transport, at.ts));
        }
        copied
    }

    fn chunk(
        &mut self,
        chunk: &Chunk<'_>,
        from: Side,
        at: &Moment,
        (log, messages): (&mut EventLog, &mut Messages),
    ) -> Result<(), SctpTrouble> {
        *self.chunks.entry(chunk.chunk_type).or_default() += 1;
        let value = match chunk.value() {
            Ok(value) => value,
            // What was not captured is not the sender's mistake.
            Err(_) if chunk.missing > 0 => return Ok(()),
            Err(error) => return Err(error.to_string().into()),
        };
        match &value {
            ChunkValue::Init(init) => self.init(chunk.chunk_type, init, from, at, log),
            ChunkValue::Cookie(_) => self.reach(SctpPhase::CookieUnanswered),
            ChunkValue::Data(data) => {
                let len = data.payload.len() + chunk.missing;
                if let Some(protocol) = data.protocol {
                    self.count_protocol(protocol);
                }
                match self.ways.of_mut(from).data(data.tsn, len, at.ts) {
                    Some(true) => {
                        let taken = self.channels.data(data, len, from, at, log);
                        self.sent(data, len, from, at);
                        self.fragment(data, chunk.missing, from, at, messages)?;
                        taken.map_err(str::to_owned)?;
                    }
                    Some(false) => {}
                    None => return Err(forgotten()),
                }
            }
            ChunkValue::Sack(sack) => {
                self.reach(SctpPhase::Established);
                self.ways.of_mut(from.other()).sack(sack, at.ts);
                self.settle(from.other());
                let end = self.ends.of_mut(from);
                end.sacks += 1;
                end.gap_reports += u64::from(sack.gaps().len() > 0);
                end.duplicate_reports += sack.duplicates().len() as u64;
                end.window(sack.receiver_window, at.ts);
            }
            ChunkValue::ForwardTsn(forward) => {
                self.reach(SctpPhase::Established);
                let way = self.ways.of_mut(from);
                way.forward(forward);
                if let Some(tsn) = way.unwrapped(forward.cumulative_tsn) {
                    let (desk, about) = self.desk(from);
                    messages.forward(desk, about, forward, tsn);
                }
                self.settle(from);
            }
            ChunkValue::Heartbeat(info) => {
                self.heartbeat(chunk.chunk_type, info, from, at.ts);
            }
            ChunkValue::Reconfig(parameters) => self.reconfigure(*parameters, from, at, log),
            ChunkValue::Shutdown(_) => {
                if self.phase < SctpPhase::ShuttingDown {
                    log.push(at.event(SctpEvent::Shutdown));
                }
                self.reach(SctpPhase::ShuttingDown);
            }
            ChunkValue::Causes(causes) if chunk.chunk_type == codes::ERROR => {
                let errors = &mut self.ends.of_mut(from).errors;
                *errors += 1;
                if *errors <= ERRORS_TOLD {
                    let cause = words(*causes);
                    log.push(at.event(SctpEvent::Error { cause }));
                }
            }
            ChunkValue::Causes(causes) if chunk.chunk_type == codes::ABORT => {
                self.aborted(*causes, from, at, log);
                self.end_messages(messages);
            }
            ChunkValue::Plain if chunk.chunk_type == codes::COOKIE_ACK => {
                if self.is_opening() || self.handshake.is_none() && self.asked.is_some() {
                    log.push(at.event(SctpEvent::Established));
                    self.handshake = self.asked.map(|asked| at.ts - asked);
                }
                self.reach(SctpPhase::Established);
            }
            ChunkValue::Plain if chunk.chunk_type == codes::SHUTDOWN_COMPLETE => {
                self.reach(SctpPhase::Closed);
                self.end_messages(messages);
            }
            _ => {}
        }
        Ok(())
    }

    /// A chunk that was not seen before is in flight.
    fn sent(&mut self, data: &Data<'_>, len: usize, from: Side, at: &Moment) {
        let channel = match data.protocol {
            Some(codes::PROTOCOL_DCEP) => None,
            _ => self.channels.place(data.stream),
        };
        let way = self.ways.of_mut(from);
        let Some(tsn) = way.unwrapped(data.tsn) else {
            return;
        };
        if let Some((place, size)) = way.flight.sent(tsn, data, len, channel, at.ts)
            && !data.protocol.is_some_and(codes::is_empty)
        {
            self.channels.grown(place, from, size);
        }
        let way = self.ways.of_mut(from);
        way.measure(self.axis, at.ts, len);
    }

    /// Tells the channels what became of the messages that `from` sent.
    fn settle(&mut self, from: Side) {
        let flight = &mut self.ways.of_mut(from).flight;
        for (place, fate) in flight.settled.drain(..) {
            self.channels.settled(place, from, fate);
        }
    }

    /// A fragment that was not seen before: part of a message.
    fn fragment(
        &mut self,
        data: &Data<'_>,
        missing: usize,
        from: Side,
        at: &Moment,
        messages: &mut Messages,
    ) -> Result<(), SctpTrouble> {
        let Some(tsn) = self.ways.of(from).unwrapped(data.tsn) else {
            return Ok(());
        };
        let (desk, about) = self.desk(from);
        messages.data(desk, about, (data, tsn, missing), at)
    }

    fn desk(&mut self, from: Side) -> (&mut Desk, About<'_>) {
        let about = About {
            from,
            ports: self.ports,
            channels: &self.channels,
        };
        (&mut self.desk, about)
    }

    /// Finishes the messages that still wait for something.
    pub(super) fn end_messages(&mut self, messages: &mut Messages) {
        for from in [Side::A, Side::B] {
            let (desk, about) = self.desk(from);
            messages.end(desk, about);
        }
    }

    fn reach(&mut self, phase: SctpPhase) {
        self.phase = self.phase.max(phase);
    }

    fn count_protocol(&mut self, protocol: u32) {
        if let Some(n) = self.protocols.get_mut(&protocol) {
            *n += 1;
        } else if self.protocols.len() < PROTOCOLS_MAX {
            self.protocols.insert(protocol, 1);
        }
    }

    fn init(
        &mut self,
        chunk_type: u8,
        init: &Init<'_>,
        from: Side,
        at: &Moment,
        log: &mut EventLog,
    ) {
        let is_answer = chunk_type == codes::INIT_ACK;
        if is_answer {
            self.reach(SctpPhase::CookieNotEchoed);
        } else if self.ends.of(from).init.is_none() {
            self.asked.get_or_insert(at.ts);
            log.push(at.event(SctpEvent::Init));
        }
        self.ways.of_mut(from).begin(init.initial_tsn);
        let end = self.ends.of_mut(from);
        if end.init.is_none() {
            end.window(init.receiver_window, at.ts);
            end.init = Some(offer(init));
        }
    }

    /// The INIT of a side stands in its session description.
    pub(super) fn signalled(&mut self, owner: Side, chunk: &Chunk<'_>) {
        let end = self.ends.of_mut(owner);
        if let Ok(ChunkValue::Init(init)) = chunk.value()
            && end.init.is_none()
        {
            end.init = Some(SctpInit {
                signalled: true,
                ..offer(&init)
            });
            self.ways.of_mut(owner).signalled(init.initial_tsn);
        }
    }

    fn heartbeat(&mut self, chunk_type: u8, info: &[u8], from: Side, ts: Timestamp) {
        // Only to know it again: what it says is the sender's business.
        let mix = |hash: u64, byte: &u8| hash.wrapping_mul(0x100_0000_01b3) ^ u64::from(*byte);
        let digest = info.iter().fold(info.len() as u64, mix);
        if chunk_type == codes::HEARTBEAT {
            let waiting = &mut self.ends.of_mut(from).heartbeats;
            if waiting.len() >= HEARTBEATS_MAX {
                waiting.pop_front();
            }
            waiting.push_back((digest, ts));
            return;
        }
        let asker = self.ends.of_mut(from.other());
        let question = asker.heartbeats.iter().position(|(d, _)| *d == digest);
        if let Some((_, sent)) = question.and_then(|i| asker.heartbeats.remove(i)) {
            asker.heartbeat_times.push(ts - sent);
        }
    }

    fn reconfigure(&mut self, parameters: Tlvs<'_>, from: Side, at: &Moment, log: &mut EventLog) {
        let parameters = parameters.map_while(Result::ok).take(PARAMETERS_MAX);
        for parameter in parameters.filter_map(|tlv| Parameter::parse(&tlv).ok()) {
            if let Parameter::Reconfiguration(Reconfiguration::ResetOutgoing {
                request,
                streams,
                ..
            }) = parameter
            {
                self.channels.reset(&streams, request, from, at, log);
            }
        }
    }

    fn aborted(&mut self, mut causes: Tlvs<'_>, from: Side, at: &Moment, log: &mut EventLog) {
        if self.abort.is_some() {
            return;
        }
        let cause = words(causes);
        log.push(at.event(SctpEvent::Aborted {
            cause: cause.clone(),
        }));
        self.abort = Some(SctpAbort {
            by: from,
            at: at.ts,
            cause,
            by_user: matches!(causes.next(), Some(Ok(tlv)) if tlv.kind == codes::cause::USER_ABORT),
        });
        self.reach(SctpPhase::Aborted);
    }

    /// Its data channels, in order of appearance.
    pub(super) fn channels(&self) -> impl Iterator<Item = DataChannel> + '_ {
        let is_whole = |side| {
            let has_init = self.ends.of(side).init.is_some();
            has_init && self.ways.of(side).missing() == 0
        };
        let from_start = [Side::A, Side::B].into_iter().all(is_whole);
        self.channels.report(from_start)
    }

    /// What it came to; `associations` is how many the connection had.
    pub(super) fn report(&self, associations: u64) -> Sctp {
        let [correct, zero, wrong] = self.checksums;
        let chunks = |(kind, n): (&u8, &u64)| named(*kind, chunk_name(*kind), *n);
        let protocols = |(id, n): (&u32, &u64)| named(*id, codes::protocol_name(*id), *n);
        let asked = match self.asked {
            Some(_) => Unknown::NotSeen,
            None => Unknown::NoHandshake,
        };
        Sctp {
            associations,
            phase: self.phase,
            sides: Sides {
                a: self.side(Side::A),
                b: self.side(Side::B),
            },
            handshake_duration: Known::or(self.handshake, asked),
            abort: self.abort.clone(),
            packets: self.packets,
            copies: self.copies,
            checksum_correct: correct,
            checksum_zero: zero,
            checksum_wrong: wrong,
            chunks: self.chunks.iter().map(chunks).collect(),
            protocols: self.protocols.iter().map(protocols).collect(),
            first_seen: self.first,
            last_seen: self.last,
        }
    }

    fn side(&self, side: Side) -> SctpSide {
        let (end, way) = (self.ends.of(side), self.ways.of(side));
        // Without the acknowledgements everything would seem to be in flight for ever.
        let is_answered = match self.ends.of(side.other()).sacks {
            0 => Known::No(Unknown::NotSeen),
            _ => Known::Yes(()),
        };
        SctpSide {
            address: Known::or(end.address, Unknown::NoAddress),
            port: *self.ports.of(side),
            verification_tag: Known::or(*self.tags.of(side), Unknown::NotSeen),
            init: Known::or(end.init.clone(), Unknown::NoHandshake),
            data_chunks: way.chunks,
            retransmitted: way.retransmitted,
            missing: way.missing(),
            bytes: way.bytes,
            forward_tsns: way.forward_tsns,
            given_up: way.given_up,
            sacks: end.sacks,
            gap_reports: end.gap_reports,
            duplicate_reports: end.duplicate_reports,
            receiver_window: Known::or(end.window, Unknown::NotSeen),
            zero_window: Known::or(
                end.window.map(|_| end.zero_window(self.last)),
                Unknown::NotSeen,
            ),
            retransmissions: is_answered.map(|()| Retransmissions {
                fast: way.flight.again.fast,
                timeout: way.flight.again.timeout,
                needless: way.flight.again.needless,
            }),
            in_flight_max: match way.flight.overflowed {
                true => Known::No(Unknown::Unclear),
                false => is_answered.map(|()| way.flight.max()),
            },
            errors: end.errors,
            series: way.series.clone(),
            acknowledgement_time: Known::or(way.flight.times.report(), Unknown::NotSeen),
            heartbeat_time: Known::or(end.heartbeat_times.report(), Unknown::NotSeen),
        }
    }
}

/// The causes of an ABORT or ERROR.
fn words(causes: Tlvs<'_>) -> String {
    let words: Vec<String> = causes
        .map_while(Result::ok)
        .take(CAUSES_MAX)
        .map(|cause| cause.cause_words())
        .collect();
    match words.is_empty() {
        true => "no cause given".to_owned(),
        false => words.join("; "),
    }
}

fn named(id: impl Into<u32> + Display, name: Option<&str>, count: u64) -> NamedCount {
    NamedCount {
        name: name.map_or_else(|| id.to_string(), str::to_owned),
        id: id.into(),
        count,
    }
}

fn forgotten() -> SctpTrouble {
    SctpTrouble {
        code: "sctp-tsn-gaps-forgotten",
        message: "too many gaps between TSNs to know whether a chunk is new: it is not measured"
            .to_owned(),
    }
}

fn is_truncated(error: &ParseError) -> bool {
    matches!(error.reason, Reason::Truncated { .. })
}

/// What an INIT or INIT ACK offers; parameters that cannot be read end the list.
fn offer(init: &Init<'_>) -> SctpInit {
    let mut out = SctpInit {
        outbound_streams: init.outbound_streams,
        inbound_streams: init.inbound_streams,
        initial_tsn: init.initial_tsn,
        receiver_window: init.receiver_window,
        extensions: Vec::new(),
        forward_tsn: false,
        zero_checksum: false,
        signalled: false,
        parameters: Vec::new(),
    };
    let parameters = init.parameters.map_while(Result::ok);
    for tlv in parameters.take(PARAMETERS_MAX) {
        out.parameters.push(tlv.kind);
        match (tlv.kind, Parameter::parse(&tlv)) {
            (codes::parameter::EXTENSIONS, Ok(Parameter::Chunks(types))) => {
                let name = |kind: &u8| chunk_name(*kind).map_or(kind.to_string(), str::to_owned);
                out.extensions = types.iter().take(PARAMETERS_MAX).map(name).collect();
            }
            (codes::parameter::FORWARD_TSN, _) => out.forward_tsn = true,
            (codes::parameter::ZERO_CHECKSUM, Ok(_)) => out.zero_checksum = true,
            _ => {}
        }
    }
    out
}
