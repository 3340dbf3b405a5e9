//! Timestamps that one stream repeats from another of the same direction: retransmissions (RFC 4588)
//! carry the timestamp of the packet they repeat, and two bytes more. Forward error correction may
//! carry the timestamp of what it protects, and is longer than that. Simulcast layers may share
//! timestamps too, each with packets of its own.
//!
//! Streams that may be video remember their latest packets; every stream looks some of its first
//! ones up there. A stream that repeats nothing soon stops looking.

use super::{Packet, StreamState};
use crate::analysis::table::Streams;

/// Packets that a stream remembers.
const RECENT_MAX: usize = 256;
/// The sequence number of the original, before the payload of a retransmission (RFC 4588).
const OSN: u16 = 2;
/// Packets that a stream looks up in vain.
const VAIN_MAX: u16 = 64;
/// Packets that a stream looks up at most.
const LOOKUPS_MAX: u16 = 1_024;
/// Streams that one is compared with.
const KIN_MAX: usize = 8;

/// The latest packets of a stream: timestamp and payload length.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Recent {
    packets: Vec<(u32, u16)>,
    next: usize,
}

impl Recent {
    /// Remembers a packet.
    #[inline]
    pub(in crate::analysis) fn push(&mut self, timestamp: u32, len: u16) {
        if self.packets.len() < RECENT_MAX {
            self.packets.push((timestamp, len));
            return;
        }
        if let Some(slot) = self.packets.get_mut(self.next) {
            *slot = (timestamp, len);
        }
        self.next = (self.next + 1) % RECENT_MAX;
    }

    /// The packets with this timestamp: whether one is as long as the original of a retransmission
    /// of `len` bytes, and the length of the longest; none when there is none.
    fn find(&self, timestamp: u32, len: u16) -> Option<(bool, u16)> {
        let same = self.packets.iter().filter(|p| p.0 == timestamp);
        same.fold(None, |found, &(_, known)| {
            let (sized, longest) = found.unwrap_or((false, 0));
            Some((
                sized || known.saturating_add(OSN) == len,
                longest.max(known),
            ))
        })
    }
}

/// How often a stream repeated the timestamps of another.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Kin {
    /// The other.
    pub(in crate::analysis) ssrc: u32,
    /// Packets with a timestamp that the other had before.
    pub(in crate::analysis) repeats: u16,
    /// Of them, packets that are two bytes longer than one of the other's with that timestamp.
    pub(in crate::analysis) sized: u16,
    /// Of them, packets longer than all of the other's with that timestamp, by more than that.
    pub(in crate::analysis) longer: u16,
    /// Of them, packets that came when the other had gone on to another timestamp.
    pub(in crate::analysis) late: u16,
}

/// Whose timestamps a stream repeats.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Kinship {
    kin: Vec<Kin>,
    lookups: u16,
    vain: u16,
}

impl Kinship {
    /// How often it repeated the timestamps of this one.
    pub(in crate::analysis) fn with(&self, ssrc: u32) -> Option<&Kin> {
        self.kin.iter().find(|k| k.ssrc == ssrc)
    }

    /// Packets that were looked up.
    pub(in crate::analysis) fn lookups(&self) -> u16 {
        self.lookups
    }

    #[inline]
    fn asks(&self, packet: &Packet<'_, '_>) -> bool {
        self.vain < VAIN_MAX
            && self.lookups < LOOKUPS_MAX
            && (packet.is_new_time || !self.kin.is_empty())
            && !packet.rtp.has_padding()
    }

    fn note(&mut self, packet: &Packet<'_, '_>, other: &StreamState) -> bool {
        let len = u16::try_from(packet.rtp.payload_wire_len()).unwrap_or(u16::MAX);
        let timestamp = packet.rtp.timestamp();
        let recent = other.recent.as_deref();
        let Some((is_sized, longest)) = recent.and_then(|r| r.find(timestamp, len)) else {
            return false;
        };
        let place = match self.kin.iter().position(|k| k.ssrc == other.ssrc) {
            Some(place) => place,
            None if self.kin.len() < KIN_MAX => {
                self.kin.push(Kin {
                    ssrc: other.ssrc,
                    repeats: 0,
                    sized: 0,
                    longer: 0,
                    late: 0,
                });
                self.kin.len() - 1
            }
            None => return false,
        };
        if let Some(kin) = self.kin.get_mut(place) {
            kin.repeats += 1;
            kin.sized += u16::from(is_sized);
            kin.longer += u16::from(len > longest.saturating_add(OSN));
            kin.late += u16::from(other.newest_timestamp != timestamp);
        }
        true
    }
}

/// Looks a packet of the stream at `index` up in the other streams of its direction.
#[inline]
pub(in crate::analysis) fn watch(
    packet: &Packet<'_, '_>,
    index: u32,
    members: &[u32],
    streams: &mut Streams,
) {
    if members.len() > 1
        && let Some(own) = streams.at_mut(index)
        && own.kinship.asks(packet)
    {
        look_up(packet, index, members, streams);
    }
}

fn look_up(packet: &Packet<'_, '_>, index: u32, members: &[u32], streams: &mut Streams) {
    let Some(own) = streams.at_mut(index) else {
        return;
    };
    let mut kinship = std::mem::take(&mut own.kinship);
    let mut is_found = false;
    for &slot in members.iter().filter(|slot| **slot != index) {
        if let Some(other) = streams.at_mut(slot) {
            is_found |= kinship.note(packet, other);
        }
    }
    kinship.lookups += 1;
    kinship.vain += u16::from(!is_found);
    if let Some(own) = streams.at_mut(index) {
        own.kinship = kinship;
    }
}
