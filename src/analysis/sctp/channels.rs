//! The data channels of an association: opened by DCEP (RFC 8832) or agreed on elsewhere, closed by
//! resetting their streams (RFC 8831).

use super::flight::Fate;
use super::times::Times;
use crate::analysis::event_log::EventLog;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{
    ChannelControl, ChannelState, ChannelTraffic, DataChannel, SctpEvent, Side, Sides,
};
use crate::analysis::moment::Moment;
use crate::proto::sctp::{Data, Dcep, Open, Reliability, Streams, Text, codes};
use crate::time::Timestamp;
use crate::wire::part;
use std::collections::BTreeMap;

/// Channels kept per association; browsers have at most 65 535 streams and applications few.
const CHANNELS_MAX: usize = 1024;
/// Bytes kept of a label or protocol.
const TEXT_MAX: usize = 256;

/// The channels of one association.
#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    list: Vec<Channel>,
    /// The latest channel of each stream.
    latest: BTreeMap<u16, usize>,
    /// Whether a payload protocol of data channels was seen.
    pub(super) proven: bool,
    /// Fragments of DCEP messages that go on: stream and message of each side.
    unfinished: Sides<Option<(u16, u32)>>,
    /// The last reset request of each side, which may be repeated.
    last_reset: Sides<Option<u32>>,
    /// How many of the list each side has reset with a request for all, which may come in masses.
    all_reset: Sides<usize>,
}

#[derive(Clone, Debug)]
struct Channel {
    stream: u16,
    opened: Option<Opened>,
    acknowledged: Option<Timestamp>,
    reset: Sides<Option<Timestamp>>,
    /// Whether any message was marked ordered, unordered.
    ordered: bool,
    unordered: bool,
    sent: Sides<ChannelTraffic>,
    /// From a message's first chunk until all of it was acknowledged.
    delivery: Sides<Times>,
}

#[derive(Clone, Debug)]
struct Opened {
    by: Side,
    at: Timestamp,
    label: String,
    protocol: String,
    ordered: bool,
    reliability: Reliability,
    priority: u16,
}

impl Channel {
    fn new(stream: u16) -> Self {
        Self {
            stream,
            opened: None,
            acknowledged: None,
            reset: Sides::default(),
            ordered: false,
            unordered: false,
            sent: Sides::default(),
            delivery: Sides::default(),
        }
    }

    fn is_closed(&self) -> bool {
        self.reset.a.is_some() && self.reset.b.is_some()
    }

    fn state(&self) -> ChannelState {
        let answered = |opened: &Opened| self.sent.of(opened.by.other()).bytes > 0;
        match (self.reset.a, self.reset.b) {
            (Some(_), Some(_)) => ChannelState::Closed,
            (None, None) => match &self.opened {
                Some(opened) if self.acknowledged.is_none() && !answered(opened) => {
                    ChannelState::Opening
                }
                _ => ChannelState::Open,
            },
            _ => ChannelState::Closing,
        }
    }

    /// `from_start` is whether all of the association was seen, from its beginning.
    fn report(&self, from_start: bool) -> DataChannel {
        let opened = |why| Known::or(self.opened.as_ref(), why);
        let of_open = opened(Unknown::NoOpen);
        let marked = match (self.ordered, self.unordered) {
            (_, true) => Known::Yes(false),
            (true, false) => Known::Yes(true),
            (false, false) => Known::No(Unknown::NoOpen),
        };
        let reliability = of_open.map(|o| o.reliability);
        let limit = |pick: fn(Reliability) -> Option<u32>| reliability.map(pick);
        let reset = [(Side::A, self.reset.a), (Side::B, self.reset.b)];
        let closed = reset.into_iter().filter_map(|(side, at)| Some((side, at?)));
        DataChannel {
            stream: self.stream,
            state: self.state(),
            negotiated: match (&self.opened, from_start) {
                (Some(_), _) => Known::Yes(false),
                (None, true) => Known::Yes(true),
                (None, false) => Known::No(Unknown::NoOpen),
            },
            label: of_open.map(|o| o.label.clone()),
            protocol: of_open.map(|o| o.protocol.clone()),
            ordered: match &self.opened {
                Some(opened) => Known::Yes(opened.ordered),
                None => marked,
            },
            max_retransmits: limit(max_retransmits),
            max_packet_life_time: limit(max_packet_life_time),
            priority: of_open.map(|o| o.priority),
            opened: of_open.map(|o| (o.by, o.at)),
            acknowledged: Known::or(
                self.acknowledged,
                match self.opened {
                    Some(_) => Unknown::NotSeen,
                    None => Unknown::NoOpen,
                },
            ),
            closed: Known::or(closed.min_by_key(|(_, at)| *at), Unknown::NotSeen),
            sent: self.sent,
            delivery: Sides {
                a: Known::or(self.delivery.a.report(), Unknown::NotSeen),
                b: Known::or(self.delivery.b.report(), Unknown::NotSeen),
            },
        }
    }
}

impl Channels {
    /// What a control message says, if it can be read.
    pub(super) fn control(message: &[u8]) -> Option<ChannelControl> {
        let open = match Dcep::parse(message, 0).ok()?.value {
            Dcep::Ack => return Some(ChannelControl::Ack),
            Dcep::Open(open) => open,
        };
        let reliability = open.reliability();
        Some(ChannelControl::Open {
            label: text(open.label),
            protocol: text(open.protocol),
            ordered: !open.is_unordered(),
            max_retransmits: max_retransmits(reliability),
            max_packet_life_time: max_packet_life_time(reliability),
            priority: open.priority,
        })
    }
}

fn max_retransmits(reliability: Reliability) -> Option<u32> {
    match reliability {
        Reliability::MaxRetransmits(n) => Some(n),
        _ => None,
    }
}

fn max_packet_life_time(reliability: Reliability) -> Option<u32> {
    match reliability {
        Reliability::MaxPacketLifeTime(ms) => Some(ms),
        _ => None,
    }
}

/// Text that the peer chose: printable, and no longer than anybody reads.
fn text(bytes: &[u8]) -> String {
    let mut out = Text(part(bytes, 0..TEXT_MAX)).to_string();
    if bytes.len() > TEXT_MAX {
        out.push('…');
    }
    out
}

impl Channels {
    /// A chunk of user data that was not seen before; `len` is its length on the wire.
    pub(super) fn data(
        &mut self,
        data: &Data<'_>,
        len: usize,
        from: Side,
        at: &Moment,
        log: &mut EventLog,
    ) -> Result<(), &'static str> {
        let unfinished = self.unfinished.of_mut(from);
        let goes_on = *unfinished == Some((data.stream, data.message)) && !data.begins;
        let is_dcep = data.protocol == Some(codes::PROTOCOL_DCEP);
        if is_dcep || goes_on {
            *unfinished = (!data.ends).then_some((data.stream, data.message));
        }
        match data.protocol {
            _ if goes_on => return Ok(()),
            Some(codes::PROTOCOL_DCEP) if data.begins => {
                self.proven = true;
                return self.dcep(data, from, at, log);
            }
            Some(codes::PROTOCOL_DCEP) => return Ok(()),
            Some(protocol) if !codes::is_data_channel(protocol) => return Ok(()),
            Some(_) => self.proven = true,
            // Later fragments of I-DATA do not say what they are.
            None if !self.proven => return Ok(()),
            None => {}
        }
        let channel = self.latest(data.stream)?;
        channel.unordered |= data.unordered;
        channel.ordered |= !data.unordered;
        let sent = channel.sent.of_mut(from);
        let goes_on = matches!(
            data.protocol,
            Some(codes::PROTOCOL_BINARY_PARTIAL | codes::PROTOCOL_STRING_PARTIAL)
        );
        sent.messages += u64::from(data.ends && !goes_on);
        let is_string = matches!(
            data.protocol,
            Some(
                codes::PROTOCOL_STRING
                    | codes::PROTOCOL_STRING_PARTIAL
                    | codes::PROTOCOL_STRING_EMPTY
            )
        );
        let is_empty = data.protocol.is_some_and(codes::is_empty);
        sent.empty += u64::from(is_empty && data.begins);
        // Only the first fragment of I-DATA says what it is; of DATA every one does.
        sent.strings += u64::from(is_string && data.begins);
        sent.bytes += if is_empty { 0 } else { len as u64 };
        Ok(())
    }

    fn dcep(
        &mut self,
        data: &Data<'_>,
        from: Side,
        at: &Moment,
        log: &mut EventLog,
    ) -> Result<(), &'static str> {
        let parsed =
            Dcep::parse(data.payload, 0).map_err(|_| "a DCEP message that cannot be read")?;
        match parsed.value {
            Dcep::Open(open) => self.open(data.stream, &open, from, at, log),
            Dcep::Ack => {
                let channel = self.latest(data.stream)?;
                if channel.acknowledged.is_none() {
                    channel.acknowledged = Some(at.ts);
                    let stream = data.stream;
                    log.push(at.event(SctpEvent::ChannelAcknowledged { stream }));
                }
                Ok(())
            }
        }
    }

    fn open(
        &mut self,
        stream: u16,
        open: &Open<'_>,
        by: Side,
        at: &Moment,
        log: &mut EventLog,
    ) -> Result<(), &'static str> {
        let latest = self.latest.get(&stream).and_then(|i| self.list.get(*i));
        if latest.is_some_and(Channel::is_closed) {
            self.latest.remove(&stream);
        }
        let channel = self.latest(stream)?;
        if channel.opened.is_some() {
            return Err("a data channel opened twice on one stream");
        }
        let label = text(open.label);
        channel.opened = Some(Opened {
            by,
            at: at.ts,
            label: label.clone(),
            protocol: text(open.protocol),
            ordered: !open.is_unordered(),
            reliability: open.reliability(),
            priority: open.priority,
        });
        log.push(at.event(SctpEvent::ChannelOpened { stream, label }));
        Ok(())
    }

    /// A side resets its outgoing streams; the same request may come again.
    pub(super) fn reset(
        &mut self,
        streams: &Streams<'_>,
        request: u32,
        by: Side,
        at: &Moment,
        log: &mut EventLog,
    ) {
        if self.last_reset.of_mut(by).replace(request) == Some(request) {
            return;
        }
        let named: Vec<usize> = if streams.is_all() {
            let all = self.list.len();
            let from = std::mem::replace(self.all_reset.of_mut(by), all);
            (from..all).collect()
        } else {
            let place = |stream| self.latest.get(&stream).copied();
            streams.iter().filter_map(place).collect()
        };
        for i in named {
            let Some(channel) = self.list.get_mut(i) else {
                continue;
            };
            let was_closed = channel.is_closed();
            let stream = channel.stream;
            if !was_closed && channel.reset.a.is_none() && channel.reset.b.is_none() {
                log.push(at.event(SctpEvent::ChannelClosing { stream }));
            }
            channel.reset.of_mut(by).get_or_insert(at.ts);
            if channel.is_closed() && !was_closed {
                log.push(at.event(SctpEvent::ChannelClosed { stream }));
            }
        }
    }

    /// Which of the list is the channel that a stream has now.
    pub(super) fn place(&self, stream: u16) -> Option<usize> {
        self.latest.get(&stream).copied()
    }

    /// A message that `from` sends on a channel has this size so far.
    pub(super) fn grown(&mut self, place: usize, from: Side, size: u64) {
        if let Some(channel) = self.list.get_mut(place) {
            let biggest = &mut channel.sent.of_mut(from).biggest;
            *biggest = size.max(*biggest);
        }
    }

    /// What became of a message that `from` sent on a channel.
    pub(super) fn settled(&mut self, place: usize, from: Side, fate: Fate) {
        let Some(channel) = self.list.get_mut(place) else {
            return;
        };
        match fate {
            Fate::Acknowledged(took) => channel.delivery.of_mut(from).push(took),
            Fate::Abandoned => channel.sent.of_mut(from).abandoned += 1,
        }
    }

    /// The label of the channel that a stream has now, if its opening was seen.
    pub(super) fn label(&self, stream: u16) -> Option<String> {
        let channel = self.list.get(*self.latest.get(&stream)?)?;
        channel.opened.as_ref().map(|opened| opened.label.clone())
    }

    /// The channels, in order of appearance.
    pub(super) fn report(&self, from_start: bool) -> impl Iterator<Item = DataChannel> + '_ {
        let report = move |channel: &Channel| channel.report(from_start);
        self.list.iter().map(report)
    }

    fn latest(&mut self, stream: u16) -> Result<&mut Channel, &'static str> {
        let place = match self.latest.get(&stream) {
            Some(place) => *place,
            None if self.list.len() < CHANNELS_MAX => {
                self.list.push(Channel::new(stream));
                self.latest.insert(stream, self.list.len() - 1);
                self.list.len() - 1
            }
            None => return Err("more data channels than are tracked"),
        };
        self.list
            .get_mut(place)
            .ok_or("more data channels than are tracked")
    }
}
