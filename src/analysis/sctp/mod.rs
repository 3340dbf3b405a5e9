//! SCTP associations and their data channels, fed with packets in clear or decrypted.
//!
//! An association is known by its verification tags and ports and not by its addresses: it lives on
//! when ICE moves it to another path, and a packet that a relay shows twice is one packet. Paths that
//! share no host and are not ICE's have associations of their own, whatever the tags. Which side sent
//! a packet follows from its tag alone, so that captures without addresses work too.
//! How it is measured: `docs/algorithms/sctp.md`.

mod association;
mod channels;
mod clear;
mod drafts;
mod flight;
mod messages;
mod seen;
#[cfg(test)]
mod tests;
mod times;
mod way;

use super::event_log::EventLog;
use super::model::{DataChannel, Message, Sctp, Side};
use super::moment::Moment;
use crate::analysis::{Descriptions, Options};
use crate::proto::sctp::{ChunkValue, SctpPacket, codes};
use crate::time::Timestamp;
use association::Association;
use hashbrown::HashMap;
use messages::Messages;
use std::collections::BTreeSet;
use std::sync::Arc;
use way::Axis;

/// Associations tracked; packets of more are counted only.
const ASSOCIATIONS_MAX: usize = 1024;
/// Associations kept of one tag and ports, the latest: tags are random.
const NAMESAKES_MAX: usize = 16;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// What a packet's header says of the association: tag, source port, destination port.
type Tag = (u32, u16, u16);

/// What could not be taken of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SctpTrouble {
    /// Kebab-case, for the list of problems.
    pub(super) code: &'static str,
    /// In words.
    pub(super) message: String,
}

impl From<String> for SctpTrouble {
    /// What the sender did wrong.
    fn from(message: String) -> Self {
        Self {
            code: "malformed-sctp",
            message,
        }
    }
}

/// All associations of a capture.
#[derive(Clone, Debug)]
pub(super) struct SctpState {
    associations: Vec<Association>,
    /// Which association packets with this tag and these ports belong to, and who sends them.
    by_tag: Map<Tag, Vec<(usize, Side)>>,
    /// The latest association between two ports of a transport.
    latest: Map<(u32, u16, u16), usize>,
    /// What the packet at hand completed.
    messages: Messages,
    axis: Axis,
    /// INIT chunks in session descriptions.
    descriptions: Arc<Descriptions>,
}

impl SctpState {
    /// Nothing seen yet.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            associations: Vec::new(),
            by_tag: Map::default(),
            latest: Map::default(),
            messages: Messages::new(options.messages),
            axis: Axis {
                origin: None,
                width: options.series_width,
                limit: options.series_limit,
            },
            descriptions: options.descriptions.clone(),
        }
    }

    /// Where the capture begins, and with it all series.
    pub(super) fn begin(&mut self, ts: Timestamp) {
        self.axis.origin.get_or_insert(ts);
    }

    /// Takes a packet. Whoever feeds this knows that it is one: its checksum is right, it was found
    /// where only SCTP can be, or it was decrypted. `by_ice` says whether its path is one of ICE.
    pub(super) fn push(
        &mut self,
        packet: &SctpPacket<'_>,
        at: &Moment,
        by_ice: bool,
        log: &mut EventLog,
    ) -> Result<(), SctpTrouble> {
        let Some((index, from)) = self.locate(packet, at, by_ice) else {
            return Err(SctpTrouble {
                code: "too-many-associations",
                message: "more SCTP associations than are tracked".to_owned(),
            });
        };
        let Some(association) = self.associations.get_mut(index) else {
            return Ok(());
        };
        association.note_path(at, by_ice);
        association.push(packet, from, at, (log, &mut self.messages))
    }

    /// Forgets the messages of the packet before.
    #[inline]
    pub(super) fn clear_messages(&mut self) {
        self.messages.done.clear();
    }

    /// The messages that were finished since.
    pub(super) fn messages(&self) -> &[Message] {
        &self.messages.done
    }

    /// Finishes the messages that still wait for something.
    pub(super) fn end_messages(&mut self) {
        for association in &mut self.associations {
            association.end_messages(&mut self.messages);
        }
    }

    /// The association of a packet, made if need be, and who sent it.
    fn locate(
        &mut self,
        packet: &SctpPacket<'_>,
        at: &Moment,
        by_ice: bool,
    ) -> Option<(usize, Side)> {
        let (source, destination) = (packet.source_port, packet.destination_port);
        let tag = packet.verification_tag;
        let mut chunks = packet.chunks().map_while(Result::ok);
        let first = chunks.next();
        // INIT ACK may come in any association; it is the one chunk of its packet.
        let own_tag = first.and_then(|chunk| match chunk.value() {
            Ok(ChunkValue::Init(init)) => Some(init.initiate_tag),
            _ => None,
        });
        let is_init = first.is_some_and(|chunk| chunk.chunk_type == codes::INIT);
        // ABORT and SHUTDOWN COMPLETE of who has no association carry the tag they were sent.
        let is_reflected = first.is_some_and(|chunk| {
            let ends = matches!(chunk.chunk_type, codes::ABORT | codes::SHUTDOWN_COMPLETE);
            ends && chunk.flags & 1 != 0
        });
        let find = |tag, from, to| self.find((tag, from, to), at, by_ice);
        if is_reflected && let Some((i, side)) = find(tag, destination, source) {
            return Some((i, side.other()));
        }
        let known = if is_init {
            // The same INIT again, or the INIT of who answered with this tag before.
            let known = own_tag.and_then(|own| find(own, destination, source));
            known.map(|(i, side)| (i, side.other()))
        } else {
            find(tag, source, destination)
        };
        let (index, from) = match known {
            Some(found) => found,
            None => self.join_or_add(packet, is_init, at)?,
        };
        if let Some(own) = own_tag {
            self.note_tag(index, from, own, (destination, source));
        }
        if !is_init && tag != 0 {
            self.note_tag(index, from.other(), tag, (source, destination));
        }
        Some((index, from))
    }

    /// The association of this tag that can be on this path, and who sends such packets.
    fn find(&self, tag: Tag, at: &Moment, by_ice: bool) -> Option<(usize, Side)> {
        let mut known = self.by_tag.get(&tag)?.iter().rev();
        let can_be = |(i, _): &&(usize, Side)| {
            let association = self.associations.get(*i);
            association.is_some_and(|a| a.can_be_on(at, by_ice))
        };
        known.find(can_be).copied()
    }

    /// For a packet whose tag says nothing: the association on the same path that still lacks it.
    fn join_or_add(
        &mut self,
        packet: &SctpPacket<'_>,
        is_init: bool,
        at: &Moment,
    ) -> Option<(usize, Side)> {
        let (source, destination) = (packet.source_port, packet.destination_port);
        // Where both ends have the same address and port, only tags tell the directions.
        let direction = (at.src != at.dst).then_some(match at.reverse {
            false => Side::A,
            true => Side::B,
        });
        let ports = (source.min(destination), source.max(destination));
        let place = (at.transport, ports.0, ports.1);
        if let Some(&index) = self.latest.get(&place)
            && let Some(association) = self.associations.get(index)
        {
            // INIT tells the tag of its sender, all else that of its receiver.
            let lacks = |from: Side| {
                let who = if is_init { from } else { from.other() };
                association.tags.of(who).is_none() && *association.ports.of(from) == source
            };
            let from = match direction {
                Some(from) => Some(from).filter(|from| lacks(*from)),
                None => [Side::A, Side::B].into_iter().find(|from| lacks(*from)),
            };
            let fits = !association.is_over() && (!is_init || association.is_opening());
            if let Some(from) = from.filter(|_| fits) {
                return Some((index, from));
            }
        }
        if self.associations.len() >= ASSOCIATIONS_MAX {
            return None;
        }
        let from = direction.unwrap_or(Side::A);
        self.associations
            .push(Association::new(packet, from, at, self.axis));
        let index = self.associations.len() - 1;
        self.latest.insert(place, index);
        Some((index, from))
    }

    /// Packets to `owner` carry `tag` and go from the first port to the second.
    fn note_tag(&mut self, index: usize, owner: Side, tag: u32, (from, to): (u16, u16)) {
        let Some(association) = self.associations.get_mut(index) else {
            return;
        };
        let known = association.tags.of_mut(owner);
        if *known != Some(tag) {
            let old = known.replace(tag);
            if let Some(chunk) = self.descriptions.inits().of(tag) {
                association.signalled(owner, &chunk);
            }
            if let Some(old) = old
                && let Some(namesakes) = self.by_tag.get_mut(&(old, from, to))
            {
                namesakes.retain(|(i, _)| *i != index);
                if namesakes.is_empty() {
                    self.by_tag.remove(&(old, from, to));
                }
            }
            let namesakes = self.by_tag.entry((tag, from, to)).or_default();
            if namesakes.len() >= NAMESAKES_MAX {
                namesakes.remove(0);
            }
            namesakes.push((index, owner.other()));
        }
    }

    /// The associations that were seen on any of these transports.
    fn on<'a>(&'a self, transports: &'a BTreeSet<u32>) -> impl Iterator<Item = &'a Association> {
        let on = |a: &&Association| a.transports.iter().any(|t| transports.contains(t));
        self.associations.iter().filter(on)
    }

    /// Transports of each association that carries data channels: they are one connection.
    pub(super) fn data_channel_paths(&self) -> impl Iterator<Item = &[u32]> {
        let with_channels = |a: &&Association| a.has_data_channels();
        let all = self.associations.iter().filter(with_channels);
        all.map(|a| &a.transports[..])
    }

    /// What the associations on these transports came to: the one with most packets, and the data
    /// channels of all. `None` if there are none.
    pub(super) fn report(&self, transports: &BTreeSet<u32>) -> Option<(Sctp, Vec<DataChannel>)> {
        let count = self.on(transports).count() as u64;
        // The first of those with most.
        let main = self
            .on(transports)
            .reduce(|a, b| if b.packets > a.packets { b } else { a })?;
        let channels = self.on(transports).flat_map(Association::channels);
        Some((main.report(count), channels.collect()))
    }
}
