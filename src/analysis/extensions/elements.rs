//! The header-extension elements of one stream, by local identifier.

use super::{Habit, Levels};
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::HeaderExtension;
use crate::analysis::stream::Packet;

/// Identifiers kept per stream: all of the one-byte form, and a few of the two-byte form. More is
/// noise.
const IDS_MAX: usize = 24;
/// The longest payload of a telephone-event, with an authentication tag: its packets have one
/// timestamp for as long as the key is held, in the middle of audio.
const EVENT_MAX: usize = 24;

/// What the elements of one stream were, by local identifier.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Elements {
    /// Place in `habits` plus one of each identifier of the one-byte form.
    narrow: [u8; 16],
    habits: Vec<Habit>,
    /// Series of what may be audio levels, by identifier.
    levels: Vec<(u8, Box<Levels>)>,
    /// Packets with elements.
    packets: u64,
    /// Of those, packets that go on with the frame of the one before.
    same_time: u64,
}

impl Elements {
    /// Begins the next packet that has elements.
    #[inline]
    pub(in crate::analysis) fn begin(&mut self, packet: &Packet<'_, '_>) {
        self.packets += 1;
        let is_media = packet.rtp.payload_wire_len() > EVENT_MAX;
        self.same_time += u64::from(is_media && !packet.is_new_time);
    }

    /// Takes the next element of the packet.
    #[inline]
    pub(in crate::analysis) fn push(&mut self, packet: &Packet<'_, '_>, id: u8, data: &[u8]) {
        let place = match self.narrow.get(usize::from(id)) {
            Some(0) => None,
            Some(place) => Some(usize::from(*place) - 1),
            None => self.habits.iter().position(|h| h.id == id),
        };
        let place = match place {
            Some(place) => place,
            None if self.habits.len() < IDS_MAX => self.add(id),
            None => return,
        };
        if let Some(habit) = self.habits.get_mut(place) {
            habit.push(packet, data);
            if let &[level] = data {
                self.level(packet, place, level);
            }
        }
    }

    #[cold]
    fn add(&mut self, id: u8) -> usize {
        let place = self.habits.len();
        if let Some(slot) = self.narrow.get_mut(usize::from(id)) {
            *slot = place as u8 + 1;
        }
        self.habits.push(Habit::new(id));
        place
    }

    /// Every identifier of one byte may be an audio level until its habit tells otherwise.
    #[inline]
    fn level(&mut self, packet: &Packet<'_, '_>, place: usize, level: u8) {
        let Some(habit) = self.habits.get(place) else {
            return;
        };
        if !habit.may_be_level() {
            if habit.packets <= Habit::LEARNT {
                self.levels.retain(|(id, _)| *id != habit.id);
            }
            return;
        }
        let at = packet.spot.ts;
        match self.levels.iter_mut().find(|(id, _)| *id == habit.id) {
            Some((_, levels)) => levels.push(at, level),
            None if habit.packets == 1 => {
                let mut levels = Box::new(Levels::new(at));
                levels.push(at, level);
                self.levels.push((habit.id, levels));
            }
            None => {}
        }
    }

    /// What was learnt of each identifier, in order of appearance.
    pub(in crate::analysis) fn habits(&self) -> &[Habit] {
        &self.habits
    }

    /// What was learnt of an identifier.
    pub(in crate::analysis) fn habit(&self, id: u8) -> Option<&Habit> {
        self.habits.iter().find(|h| h.id == id)
    }

    /// The levels under an identifier that is known to carry them.
    pub(in crate::analysis) fn levels(&self, id: u8) -> Option<&Levels> {
        let found = self.levels.iter().find(|(known, _)| *known == id);
        found.map(|(_, levels)| &**levels)
    }

    /// Packets with elements.
    pub(in crate::analysis) fn packets(&self) -> u64 {
        self.packets
    }

    /// Whether frames of several packets were seen, as video has and audio has not.
    pub(in crate::analysis) fn has_long_frames(&self) -> bool {
        self.same_time >= 2 && self.same_time * 8 >= self.packets
    }

    /// The identifiers seen, in order; what they mean is not known yet.
    pub(in crate::analysis) fn report(&self) -> Vec<HeaderExtension> {
        let each = |habit: &Habit| HeaderExtension {
            id: habit.id,
            packets: habit.packets,
            uri: Known::No(Unknown::NoSdp),
        };
        let mut all: Vec<_> = self.habits.iter().map(each).collect();
        all.sort_unstable_by_key(|e| e.id);
        all
    }
}
