//! RTP timestamps as send times, for paths whose packets carry none: the first packet of each sample
//! time left soon after it was taken, as far as encoder and pacer are steady.

use super::delay::Delays;
use crate::analysis::sequence::Arrival;
use crate::analysis::stream::Packet;

/// A step of sample time that differs from that of arrival by more is another timeline.
const APART: i64 = 5_000_000_000;

/// The sample times of one stream against its arrivals.
#[derive(Clone, Debug)]
pub(super) struct MediaTimes {
    pub(super) ssrc: u32,
    rate: u32,
    last: u32,
    last_arrival: i64,
    /// Ticks since the first packet.
    ticks: i64,
    /// Time that is no delay: jumps of the timeline.
    skipped: i64,
    pub(super) delays: Delays,
}

impl MediaTimes {
    /// Begins with a packet; `rate` in Hz, not 0.
    pub(super) fn new(packet: &Packet<'_, '_>, rate: u32) -> Self {
        let arrival = packet.spot.ts.nanos();
        let mut delays = Delays::new(arrival);
        delays.push(arrival, 0);
        Self {
            ssrc: packet.rtp.ssrc(),
            rate,
            last: packet.rtp.timestamp(),
            last_arrival: arrival,
            ticks: 0,
            skipped: 0,
            delays,
        }
    }

    /// Takes the first packet of the next sample time.
    pub(super) fn push(&mut self, packet: &Packet<'_, '_>, rate: u32) {
        let arrival = packet.spot.ts.nanos();
        if rate != self.rate {
            // The clock was taken for another: nothing measured by it means anything.
            *self = Self::new(packet, rate);
            return;
        }
        if !matches!(
            packet.arrival,
            Arrival::New { .. } | Arrival::Restart { .. }
        ) {
            return;
        }
        let timestamp = packet.rtp.timestamp();
        let step = i64::from(timestamp.wrapping_sub(self.last) as i32);
        let came = arrival.saturating_sub(self.last_arrival);
        let apart = came.saturating_sub(self.nanos(step));
        self.last = timestamp;
        self.last_arrival = arrival;
        self.ticks = self.ticks.saturating_add(step);
        let restarts = matches!(packet.arrival, Arrival::Restart { .. });
        if restarts || apart.saturating_abs() > APART {
            self.skipped = self.skipped.saturating_add(apart);
        }
        let delay = arrival
            .saturating_sub(self.delays.origin())
            .saturating_sub(self.nanos(self.ticks))
            .saturating_sub(self.skipped);
        if let Ok(micros) = i32::try_from(delay / 1_000) {
            self.delays.push(arrival, micros);
        }
    }

    fn nanos(&self, ticks: i64) -> i64 {
        let nanos = i128::from(ticks) * 1_000_000_000 / i128::from(self.rate.max(1));
        i64::try_from(nanos).unwrap_or(i64::MAX)
    }
}
