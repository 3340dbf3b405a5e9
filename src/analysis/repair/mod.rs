//! What becomes of lost packets: repaired by a retransmission on another SSRC, by redundancy in
//! the payload, or late after all.
//!
//! While a stream of the direction waits for lost packets ([`Holes`]), each packet of the direction
//! is looked at; at other times this costs one comparison. Which stream retransmits which is not
//! decided here: what each could have repaired is counted, and [`report`] takes the right one.

mod holes;
mod report;
#[cfg(test)]
mod tests;

pub(super) use holes::Holes;
pub(super) use report::decide;

use super::sequence::Arrival;
use super::stream::{Packet, StreamState};
use super::table::Streams;
use crate::proto::rtp::{Red, RtpPacket, UlpFec, flexfec};

/// Streams of one direction that wait for lost packets at once; others wait in vain.
const WAITING_MAX: usize = 32;
/// A stream whose packets named no other so many times in a row is no error correction: to look at
/// each payload costs more than all else.
const VAIN_MAX: u8 = 64;
/// How many packets after a loss its redundancy may come.
const REDUNDANCY_REACH: i64 = 128;

/// The streams of one direction that wait for lost packets.
#[derive(Clone, Debug, Default)]
pub(super) struct Repair {
    waiting: Vec<u32>,
    /// Streams whose packets were looked at for parity over others, and how often in vain.
    vain: Vec<(u32, u8)>,
}

impl Repair {
    /// Takes the next packet of the stream at `index`.
    #[inline]
    pub(super) fn push(&mut self, packet: &Packet<'_, '_>, index: u32, streams: &mut Streams) {
        let misses = matches!(packet.arrival, Arrival::New { skipped: 1.. });
        if misses || !self.waiting.is_empty() {
            self.look(packet, index, streams, misses);
        }
    }

    fn look(&mut self, packet: &Packet<'_, '_>, index: u32, streams: &mut Streams, misses: bool) {
        if misses && self.waiting.len() < WAITING_MAX && !self.waiting.contains(&index) {
            self.waiting.push(index);
        }
        if matches!(packet.arrival, Arrival::Duplicate | Arrival::Suspect) {
            return;
        }
        let vain = self.vain.iter().position(|(slot, _)| *slot == index);
        let may_protect = vain
            .and_then(|i| self.vain.get(i))
            .is_none_or(|(_, n)| *n < VAIN_MAX);
        let (mut asked, mut protects) = (false, false);
        self.waiting.retain(|&slot| {
            let Some(stream) = streams.at_mut(slot) else {
                return false;
            };
            if stream
                .holes
                .as_ref()
                .is_none_or(|h| h.is_over(packet.spot.ts))
            {
                return false;
            }
            if slot == index {
                own(stream, packet);
            } else {
                asked = may_protect;
                protects |= other(stream, packet.rtp, may_protect);
            }
            true
        });
        if asked {
            self.note(vain, index, protects);
        }
    }

    /// Notes whether a packet of the stream at `index` protected packets of others.
    fn note(&mut self, place: Option<usize>, index: u32, protects: bool) {
        let Some(place) = place else {
            if self.vain.len() < WAITING_MAX {
                self.vain.push((index, u8::from(!protects)));
            }
            return;
        };
        if let Some((_, n)) = self.vain.get_mut(place) {
            *n = if protects { 0 } else { *n + 1 };
        }
    }
}

/// A packet of the stream itself: it may carry what was lost, or parity over it.
fn own(stream: &mut StreamState, packet: &Packet<'_, '_>) {
    let Some(holes) = stream.holes.as_deref_mut() else {
        return;
    };
    let recent = |last| packet.number - last <= REDUNDANCY_REACH;
    if !holes.last().is_some_and(recent) || !holes.may_carry_repairs() {
        return;
    }
    let Some(payload) = packet.rtp.unpadded_payload() else {
        return;
    };
    let Some(&first) = payload.first() else {
        return;
    };
    if first & 0x80 != 0 {
        let Ok(red) = Red::parse(payload) else {
            return;
        };
        // Each repeats earlier packets of its own format; what merely looks like RED does not.
        let format = red.primary.payload_type;
        if format == packet.rtp.payload_type()
            || red
                .redundant()
                .any(|b| b.payload_type != format || b.timestamp_offset == 0)
        {
            return;
        }
        holes.carries_repairs();
        for block in red.redundant().filter(|b| !b.data.is_empty()) {
            let offset = u32::from(block.timestamp_offset);
            holes.carried(packet.rtp.timestamp().wrapping_sub(offset));
        }
        return;
    }
    // Parity by itself, or in RED of one block.
    let inside = payload.get(1..).unwrap_or_default();
    let parity = [payload, inside].into_iter().find_map(|bytes| {
        let fec = UlpFec::parse(bytes).ok()?;
        let whole = fec.header_len + usize::from(fec.protection_length) == bytes.len();
        let behind = packet.rtp.sequence_number().wrapping_sub(fec.base);
        (whole && i64::from(behind) <= REDUNDANCY_REACH).then_some(fec)
    });
    if let Some(fec) = parity {
        holes.carries_repairs();
        let sequence = &stream.sequence;
        let numbers = fec.protects().map(|seq| sequence.extended(seq));
        holes.protected(numbers.filter(|n| !sequence.has_seen(*n)));
    }
}

/// A packet of another stream of the direction; says whether it protects packets of this one.
#[inline]
fn other(stream: &mut StreamState, rtp: &RtpPacket<'_>, may_protect: bool) -> bool {
    let Some(holes) = stream.holes.as_deref_mut() else {
        return false;
    };
    if holes.may_have(rtp.timestamp()) && !may_be_padding(rtp) {
        let begins = rtp.payload().first_chunk::<2>();
        let begins = begins.map(|b| u16::from_be_bytes(*b));
        holes.repeated(rtp.ssrc(), rtp.timestamp(), begins);
    }
    if !may_protect {
        return false;
    }
    let named = rtp.payload().get(12..).and_then(<[u8]>::first_chunk::<4>);
    let by_draft = named.is_some_and(|b| u32::from_be_bytes(*b) == stream.ssrc);
    let protects = by_draft || (rtp.csrc_count() > 0 && rtp.csrcs().any(|c| c == stream.ssrc));
    if protects {
        parity(stream, rtp, by_draft);
    }
    protects
}

/// FlexFEC that protects this stream.
#[cold]
fn parity(stream: &mut StreamState, rtp: &RtpPacket<'_>, by_draft: bool) {
    let Some(payload) = rtp.unpadded_payload() else {
        return;
    };
    let protected = if by_draft {
        flexfec::parse_draft(payload)
    } else {
        flexfec::parse(payload, rtp.csrcs())
    };
    let (sequence, ssrc) = (&stream.sequence, stream.ssrc);
    let own = |p: &flexfec::Protected| p.ssrc == ssrc;
    let Some(holes) = stream.holes.as_deref_mut() else {
        return;
    };
    for p in protected.unwrap_or_default().into_iter().filter(own) {
        let numbers = p.protects().map(|seq| sequence.extended(seq));
        holes.protected(numbers.filter(|n| !sequence.has_seen(*n)));
    }
}

/// The most that padding and what SRTP appends to it may be: 255 bytes, a tag of 16 and a short key
/// identifier.
const PADDING_MAX: usize = 255 + 16 + 4;

/// Whether a packet may consist of padding only, as probes do: it says that it has padding, and
/// everything that follows its header may be it.
#[inline]
pub(super) fn may_be_padding(rtp: &RtpPacket<'_>) -> bool {
    rtp.has_padding() && rtp.payload_wire_len() <= PADDING_MAX
}
