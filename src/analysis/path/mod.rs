//! The path of one direction: delay and loss over all its streams together.
//!
//! Which header extension is the send time and which the transport-wide count is only concluded at
//! the end, and nothing can be read twice. So each identifier that may be either is measured as if it
//! were, few of them and only until its values show that it is not.

mod delay;
mod media_times;
mod numbers;
mod report;
mod send_times;

pub(super) use report::report;

use self::media_times::MediaTimes;
use self::numbers::PathNumbers;
use self::send_times::SendTimes;
use super::stream::Packet;

/// Identifiers of each length measured at a time.
const IDS_MAX: usize = 4;
/// Identifiers that turned out to be something else, remembered so that they are left alone.
const OTHERS_MAX: usize = 16;
/// Streams whose timestamps are measured where packets carry no send time.
const STREAMS_MAX: usize = 4;

/// What the packets of one direction show of their path.
#[derive(Clone, Debug, Default)]
pub(super) struct PathState {
    times: Vec<SendTimes>,
    numbers: Vec<PathNumbers>,
    streams: Vec<MediaTimes>,
    /// Identifiers and lengths that are something else.
    others: Vec<(u8, u8)>,
}

impl PathState {
    /// Takes an element of three bytes, which may be a send time.
    #[inline]
    pub(super) fn send_time(&mut self, packet: &Packet<'_, '_>, id: u8, value: u32) {
        let at = packet.spot.ts.nanos();
        if let Some(i) = self.times.iter().position(|t| t.id == id) {
            let holds = self.times.get_mut(i).is_none_or(|t| t.push(value, at));
            if !holds {
                self.times.swap_remove(i);
                self.leave(id, 3);
            }
        } else if self.times.len() < IDS_MAX && !self.others.contains(&(id, 3)) {
            // There is rarely more than one.
            self.times.reserve_exact(1);
            self.times.push(SendTimes::new(id, value, at));
        }
    }

    /// Takes the first two bytes of an element of two or four, which may count the packets.
    #[inline]
    pub(super) fn number(&mut self, packet: &Packet<'_, '_>, id: u8, value: u16) {
        let at = packet.spot.ts.nanos();
        if let Some(i) = self.numbers.iter().position(|n| n.id == id) {
            let holds = self.numbers.get_mut(i).is_none_or(|n| n.push(value, at));
            if !holds {
                self.numbers.swap_remove(i);
                self.leave(id, 2);
            }
        } else if self.numbers.len() < IDS_MAX && !self.others.contains(&(id, 2)) {
            self.numbers.reserve_exact(1);
            self.numbers.push(PathNumbers::new(id, value, at));
        }
    }

    /// Whether packets may carry a send time, so that timestamps are not needed.
    pub(super) fn has_send_times(&self) -> bool {
        !self.times.is_empty()
    }

    /// Takes the first packet of a sample time of a stream, whose clock runs at `rate` Hz.
    pub(super) fn sampled(&mut self, packet: &Packet<'_, '_>, rate: u32) {
        let ssrc = packet.rtp.ssrc();
        match self.streams.iter_mut().find(|s| s.ssrc == ssrc) {
            Some(stream) => stream.push(packet, rate),
            None => {
                if self.streams.len() < STREAMS_MAX {
                    self.streams.push(MediaTimes::new(packet, rate));
                }
            }
        }
    }

    #[cold]
    fn leave(&mut self, id: u8, len: u8) {
        if self.others.len() >= OTHERS_MAX {
            self.others.remove(0);
        }
        self.others.push((id, len));
    }
}
