//! One direction of a transport as its streams use it together: what only shows when packets of
//! several SSRCs are seen side by side, as header extensions, retransmissions and the path's delay.
//!
//! Every measure here is told each packet of each stream of the direction, in order of capture.

use super::extensions::Numbers;
use super::frames::Repairs;
use super::known::Known;
use super::path::PathState;
use super::repair::Repair;
use super::stream::{Packet, watch};
use super::table::Streams;

/// Streams of one direction that are looked at side by side; a source that sends more at once
/// (or a flood) has the later ones looked at by themselves.
const MEMBERS_MAX: usize = 32;

/// What the streams of one direction show together.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    frame_repairs: Repairs,
    /// Where its streams are, in order of appearance.
    members: Vec<u32>,
    /// What may be transport-wide sequence numbers.
    numbers: Numbers,
    /// What brings back lost packets.
    repair: Repair,
    /// What its packets show of their way; boxed, since many directions carry no media.
    path: Option<Box<PathState>>,
}

impl Lane {
    /// Takes the next packet of the stream at `index`, which has taken it; the others of the
    /// direction are found through the members.
    #[inline]
    pub(super) fn push(&mut self, packet: &Packet<'_, '_>, index: u32, streams: &mut Streams) {
        watch(packet, index, &self.members, streams);
        self.repair.push(packet, index, streams);
        self.frame_repairs.push(packet, index, streams);
        if packet.rtp.has_extension()
            && let Some(stream) = streams.at_mut(index)
        {
            stream.elements.begin(packet);
            packet.rtp.extensions().each(|id, data| {
                stream.elements.push(packet, id, data);
                stream.note_structure(id, data);
                self.element(packet, id, data);
            });
        }
        if packet.is_new_time && !self.path.as_ref().is_some_and(|p| p.has_send_times()) {
            self.sample(packet, index, streams);
        }
    }

    /// Takes one header-extension element of a packet: what may number or time the packets of the
    /// whole direction, whichever stream they are of. What the identifier stands for is only
    /// concluded at the end, so each that could be meant is measured.
    #[inline]
    fn element(&mut self, packet: &Packet<'_, '_>, id: u8, data: &[u8]) {
        match *data {
            // Perhaps a transport-wide sequence number, in version 2 with a request for feedback.
            [a, b] | [a, b, _, _] => {
                let number = u16::from_be_bytes([a, b]);
                self.numbers.push(id, number);
                self.path.get_or_insert_default().number(packet, id, number);
            }
            // Perhaps an absolute send time.
            [a, b, c] => {
                let time = u32::from_be_bytes([0, a, b, c]);
                self.path
                    .get_or_insert_default()
                    .send_time(packet, id, time);
            }
            _ => {}
        }
    }

    /// Takes the first packet of a sample time, where packets carry no send time.
    fn sample(&mut self, packet: &Packet<'_, '_>, index: u32, streams: &Streams) {
        if let Some(stream) = streams.at(index)
            && let Known::Yes((rate, _)) = stream.clock_rate()
        {
            self.path.get_or_insert_default().sampled(packet, rate);
        }
    }

    /// What its packets show of their way.
    pub(super) fn path(&self) -> Option<&PathState> {
        self.path.as_deref()
    }

    /// How identifiers number the packets of the direction.
    pub(super) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Notes that a stream goes this way from now on.
    pub(super) fn join(&mut self, index: u32) {
        if self.members.len() < MEMBERS_MAX && !self.members.contains(&index) {
            self.members.push(index);
        }
    }
}
