//! Frames that another stream of the same direction completes: retransmissions on an SSRC of their
//! own (RFC 4588) keep the timestamp and the marker of the packet they repair.
//!
//! The original sequence number in them is encrypted with the payload, so the timestamp must do: of 32
//! bits that began anywhere, one that is equal to that of a frame in wait is hardly by chance.

use crate::analysis::stream::Packet;
use crate::analysis::table::Streams;

/// The streams of one direction that wait for packets.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Repairs {
    awaiting: Vec<u32>,
}

/// Streams that wait at once; others are not repaired here.
const AWAITING_MAX: usize = 16;

impl Repairs {
    /// Takes the next packet of the stream at `index`, which has taken it.
    #[inline]
    pub(in crate::analysis) fn push(
        &mut self,
        packet: &Packet<'_, '_>,
        index: u32,
        streams: &mut Streams,
    ) {
        if packet.awaits_repair || !self.awaiting.is_empty() {
            self.look(packet, index, streams);
        }
    }

    fn look(&mut self, packet: &Packet<'_, '_>, index: u32, streams: &mut Streams) {
        if packet.awaits_repair
            && self.awaiting.len() < AWAITING_MAX
            && !self.awaiting.contains(&index)
        {
            self.awaiting.push(index);
        }
        self.awaiting.retain(|&i| {
            let Some(stream) = streams.at_mut(i) else {
                return false;
            };
            if i != index {
                stream.repair_frame(packet);
            }
            stream.awaits_repair()
        });
    }
}
