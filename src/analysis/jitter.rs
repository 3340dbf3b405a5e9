//! Interarrival jitter, RFC 3550 section 6.4.1 and appendix A.8, in nanoseconds.
//!
//! For consecutive packets, `D = (R_j - R_i) - (S_j - S_i)` with arrival times R and RTP timestamps
//! S, and `J += (|D| - J) / 16`. We keep S in nanoseconds by the clock rate, which is the same
//! formula in another unit. Two estimates run beside each other: over all packets, and over those
//! that begin a new timestamp, as receivers of video compute it. The metric's definition, and why
//! there are two, is docs/algorithms/jitter.md.

use super::model::Estimate;
use super::pdv::DelayVariation;
use crate::time::Span;

/// A difference of more than this between two packets is a jump of the timestamps, in nanoseconds.
const JUMP_NS: f64 = 60e9;
/// How much longer than its timestamps tell a packet must be under way, with no sequence number
/// missing, before we ask whether the sender's timestamps stood still.
pub(super) const STILL_NS: f64 = 500e6;

/// The running estimates of one stream.
#[derive(Clone, Debug)]
pub(super) struct JitterEstimator {
    ns_per_tick: f64,
    last_arrival: i64,
    last_timestamp: u32,
    /// Over all packets.
    packet: Running,
    /// Over packets with a new timestamp.
    frame: Running,
    /// A difference that may be a silence in which the timestamps stood still.
    held: Option<f64>,
    variation: DelayVariation,
}

/// One estimate J with its mean and its highest value.
#[derive(Clone, Copy, Debug, Default)]
struct Running {
    estimate: f64,
    highest: f64,
    sum: f64,
    samples: u64,
}

impl Running {
    #[inline]
    fn push(&mut self, d: f64) -> f64 {
        self.estimate += (d.abs() - self.estimate) / 16.0;
        self.highest = self.highest.max(self.estimate);
        self.sum += self.estimate;
        self.samples += 1;
        self.estimate
    }

    fn result(&self) -> Option<Estimate> {
        let span = |ns: f64| Span::from_nanos(ns as i64);
        (self.samples > 0).then(|| Estimate {
            last: span(self.estimate),
            mean: span(self.sum / self.samples as f64),
            max: span(self.highest),
        })
    }
}

impl JitterEstimator {
    /// Starts at a first packet; `clock_rate` in Hz, not 0.
    pub(super) fn new(clock_rate: u32, arrival_ns: i64, timestamp: u32) -> Self {
        let ns_per_tick = 1e9 / f64::from(clock_rate.max(1));
        Self {
            ns_per_tick,
            last_arrival: arrival_ns,
            last_timestamp: timestamp,
            packet: Running::default(),
            frame: Running::default(),
            held: None,
            variation: DelayVariation::new(ns_per_tick, arrival_ns, timestamp),
        }
    }

    /// Takes the next packet in order (no duplicate, none that came late) and returns the highest
    /// new estimate per frame in nanoseconds.
    #[inline]
    pub(super) fn push(&mut self, arrival_ns: i64, timestamp: u32) -> f64 {
        let arrival = arrival_ns.saturating_sub(self.last_arrival) as f64;
        let ticks = timestamp.wrapping_sub(self.last_timestamp) as i32;
        self.last_arrival = arrival_ns;
        if ticks == 0 {
            // Another packet of the same frame: paced by the sender, which is no jitter of frames.
            if arrival < STILL_NS {
                self.packet.push(arrival);
            }
            return self.frame.estimate;
        }
        self.variation.push(arrival_ns, timestamp);
        let sent = f64::from(ticks) * self.ns_per_tick;
        let d = arrival - sent;
        self.last_timestamp = timestamp;
        if d.abs() > JUMP_NS {
            // No network holds a packet so long, or delivers one before it was sent.
            self.held = None;
            return self.frame.estimate;
        }
        let mut peak = 0.0;
        if let Some(held) = self.held.take()
            && is_burst(arrival, sent)
        {
            // What follows comes faster than it was sent: packets had been held up after all.
            self.packet.push(held);
            peak = self.frame.push(held);
        }
        if d >= STILL_NS {
            self.held = Some(d);
            return self.frame.estimate.max(peak);
        }
        self.packet.push(d);
        self.frame.push(d).max(peak)
    }

    /// Goes on at another timeline: the sender restarted.
    pub(super) fn restart(&mut self, arrival_ns: i64, timestamp: u32) {
        self.skip_to(arrival_ns, timestamp);
        self.variation.rebase(arrival_ns, timestamp);
    }

    /// Goes on at a packet without counting those before it.
    pub(super) fn skip_to(&mut self, arrival_ns: i64, timestamp: u32) {
        self.last_arrival = arrival_ns;
        self.last_timestamp = timestamp;
        self.held = None;
    }

    /// The estimate over packets with a new timestamp, once there is a pair of them.
    pub(super) fn per_frame(&self) -> Option<Estimate> {
        self.frame.result()
    }

    /// The estimate over all packets, once there is a pair of them.
    pub(super) fn per_packet(&self) -> Option<Estimate> {
        self.packet.result()
    }

    /// How the delay varies above its minimum.
    pub(super) fn variation(&self) -> &DelayVariation {
        &self.variation
    }
}

/// Whether a packet came so soon after the one before that both had been waiting.
pub(super) fn is_burst(arrival_ns: f64, sent_ns: f64) -> bool {
    sent_ns > 0.0 && arrival_ns < sent_ns / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One forged timestamp made 1 398 s of jitter.
    #[test]
    fn a_timestamp_from_nowhere_is_no_jitter() {
        let mut jitter = JitterEstimator::new(48_000, 0, 0);
        for i in 1..100u32 {
            let far = if i == 50 { 1 << 30 } else { 0 };
            jitter.push(i64::from(i) * 20_000_000, i * 960 + far);
        }
        let highest = jitter.per_frame().unwrap().max;
        assert!(highest < Span::from_millis(1), "{highest:?}");
    }

    const MS: i64 = 1_000_000;

    fn ns(span: Span) -> f64 {
        span.nanos() as f64
    }

    #[test]
    fn by_hand() {
        // 8 kHz, 20 ms packets (160 ticks); the third comes 8 ms late, the fourth on time again.
        let mut j = JitterEstimator::new(8000, 0, 0);
        assert_eq!(j.push(20 * MS, 160), 0.0);
        assert_eq!(j.push(48 * MS, 320), 500_000.0); // |D| = 8 ms, / 16
        let third = j.push(60 * MS, 480); // |D| = 8 ms again
        assert_eq!(third, 500_000.0 + (8e6 - 500_000.0) / 16.0);
        let e = j.per_frame().unwrap();
        assert_eq!((ns(e.last), ns(e.max)), (third.trunc(), third.trunc()));
        assert_eq!(ns(e.mean), ((0.0 + 500_000.0 + third) / 3.0).trunc());
        assert_eq!(j.per_packet().unwrap(), e);
    }

    #[test]
    fn timestamp_wrap_and_a_step_back_are_small_steps() {
        let mut j = JitterEstimator::new(90_000, 0, u32::MAX - 2999);
        assert!(
            j.push(100 * MS / 3, 0) < 10.0,
            "3000 ticks over the wrap are 33.3 ms"
        );
        let back = j.push(100 * MS / 3, u32::MAX - 2999);
        assert!((back - 33_333_333.0 / 16.0).abs() < 10.0);
    }

    #[test]
    fn one_packet_has_no_jitter() {
        let j = JitterEstimator::new(48_000, 5, 5);
        assert_eq!((j.per_frame(), j.per_packet()), (None, None));
    }

    /// 30 frames a second, three packets each, which the sender paces over 10 ms.
    #[test]
    fn pacing_is_no_jitter_of_frames_of_one_size() {
        let mut j = JitterEstimator::new(90_000, 0, 0);
        for i in 1..90i64 {
            let (frame, part) = (i / 3, i % 3);
            j.push(frame * 100 * MS / 3 + part * 5 * MS, (frame * 3000) as u32);
        }
        // From the last packet of a frame to the first of the next: always 10 ms sooner than by
        // the timestamps, as a receiver's getStats() has it.
        let frame = j.per_frame().unwrap().last.seconds();
        assert!((0.008..0.01).contains(&frame), "{frame}");
        let packet = j.per_packet().unwrap().last.seconds();
        assert!((0.005..0.008).contains(&packet), "{packet}");
    }

    fn silence(after: impl Fn(i64) -> (i64, u32)) -> Estimate {
        let mut j = JitterEstimator::new(48_000, 0, 0);
        for i in 1..50i64 {
            j.push(i * 20 * MS, (i * 960) as u32);
        }
        for i in 50..100 {
            let (at, timestamp) = after(i);
            j.push(at, timestamp);
        }
        j.per_frame().unwrap()
    }

    #[test]
    fn a_mute_whose_timestamps_stood_still_is_no_jitter() {
        let muted = silence(|i| (i * 20 * MS + 8_000 * MS, (i * 960) as u32));
        assert_eq!(muted.max, Span::default());
    }

    #[test]
    fn a_mute_whose_timestamps_went_on_is_none_either() {
        let muted = silence(|i| (i * 20 * MS + 8_000 * MS, (i * 960 + 8_000 * 48) as u32));
        assert_eq!(muted.max, Span::default());
    }

    #[test]
    fn packets_that_were_held_up_are_jitter() {
        // All that was sent in a second comes at its end.
        let stalled = silence(|i| ((i * 20 * MS).max(2_000 * MS), (i * 960) as u32));
        assert!(stalled.max > Span::from_millis(60), "{stalled:?}");
    }
}
