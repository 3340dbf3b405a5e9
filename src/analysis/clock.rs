//! The RTP clock rate of a stream that no session description tells: from its timestamps against
//! their arrival.
//!
//! WebRTC meets few rates (8, 16, 44.1, 48 and 90 kHz), so a coarse estimate settles it. The first
//! packets are kept until it does, and then measured as if the rate had been known from the start.

/// The clock rates that RTP payload formats of WebRTC and SIP use, in Hz, each with the packet
/// lengths it comes in: a multiple of this many ticks. 44.1 and 48 kHz are 8.8 % apart, which a
/// slow start blurs, but 20 ms are 882 ticks of the one and 960 of the other.
const RATES: [(u32, u32); 5] = [
    (8_000, 1),
    (16_000, 1),
    (44_100, 441),
    (48_000, 120),
    (90_000, 1),
];
/// How far the estimate may be off, as a fraction.
const TOLERANCE: f64 = 0.10;
/// How far a packet may be from where the rate puts it, as a fraction of the span; a stream of
/// retransmissions jumps about.
const STRAY: f64 = 0.15;
/// A shorter span says too little.
const SPAN_MIN_NS: i64 = 400_000_000;
/// With this span, we need not wait for more.
const SPAN_ENOUGH_NS: i64 = 1_000_000_000;
const PACKETS_MIN: usize = 8;
const PACKETS_ENOUGH: usize = 32;
/// Packets kept to be measured later; a fast stream goes on without being kept.
const KEPT_MAX: usize = 256;
/// Without an answer after this span, the estimate begins anew.
const SPAN_MAX_NS: i64 = 4_000_000_000;
/// Spans that fitted no rate, after which we give up.
const ATTEMPTS: u8 = 4;

/// Collects arrival times and timestamps until the rate is clear.
#[derive(Clone, Debug, Default)]
pub(super) struct ClockProbe {
    kept: Vec<(i64, u32)>,
    count: usize,
    last: (i64, u32),
    failed: u8,
}

/// What the probe says after a packet.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// Not yet.
    Undecided,
    /// The clock rate in Hz.
    Rate(u32),
    /// No usual rate fits.
    None,
}

impl ClockProbe {
    /// Takes a packet that arrived in order.
    pub(super) fn push(&mut self, arrival_ns: i64, timestamp: u32) -> Verdict {
        if self.kept.len() < KEPT_MAX {
            self.kept.push((arrival_ns, timestamp));
        }
        self.count += 1;
        self.last = (arrival_ns, timestamp);
        let span = self.span();
        if self.count < PACKETS_ENOUGH || span < SPAN_ENOUGH_NS {
            return Verdict::Undecided;
        }
        match self.rate() {
            Some(rate) => Verdict::Rate(rate),
            None if span < SPAN_MAX_NS => Verdict::Undecided,
            None if self.failed + 1 >= ATTEMPTS => Verdict::None,
            None => {
                self.failed += 1;
                self.restart();
                Verdict::Undecided
            }
        }
    }

    /// The rate as far as the packets so far tell, for a stream that ended early.
    pub(super) fn rate(&self) -> Option<u32> {
        if self.count < PACKETS_MIN || self.span() < SPAN_MIN_NS {
            return None;
        }
        let &(start, first) = self.kept.first()?;
        let (end, last) = self.last;
        let ticks = |timestamp: u32| f64::from(timestamp.wrapping_sub(first) as i32);
        let hz = ticks(last) * 1e9 / (end - start) as f64;
        let step = self.usual_step();
        let fits = |&(rate, unit): &(u32, u32)| {
            (hz / f64::from(rate) - 1.0).abs() <= TOLERANCE && step.is_multiple_of(unit)
        };
        let (rate, _) = RATES.into_iter().find(fits)?;
        let allowed = self.span() as f64 * STRAY;
        let near = |&(arrival, timestamp): &(i64, u32)| {
            let off = (arrival - start) as f64 - ticks(timestamp) * 1e9 / f64::from(rate);
            off.abs() <= allowed
        };
        self.kept.iter().all(near).then_some(rate)
    }

    /// The timestamp step between packets that occurs most, by majority vote; 0 if there is none.
    fn usual_step(&self) -> u32 {
        let steps = self.kept.iter().zip(self.kept.iter().skip(1));
        let steps = steps
            .map(|(a, b)| b.1.wrapping_sub(a.1))
            .filter(|step| *step != 0);
        let (mut candidate, mut votes) = (0, 0u32);
        for step in steps {
            if votes == 0 {
                candidate = step;
            }
            if step == candidate {
                votes += 1;
            } else {
                votes -= 1;
            }
        }
        candidate
    }

    /// The first packets, to be measured once the rate is known.
    pub(super) fn kept(&self) -> &[(i64, u32)] {
        &self.kept
    }

    /// The latest packet.
    pub(super) fn last(&self) -> (i64, u32) {
        self.last
    }

    /// Begins again: the sender changed its timeline.
    pub(super) fn restart(&mut self) {
        self.kept.clear();
        self.count = 0;
    }

    fn span(&self) -> i64 {
        self.kept
            .first()
            .map_or(0, |first| self.last.0.saturating_sub(first.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(rate: f64, interval_ms: f64, noise_ms: f64, n: u32) -> (Verdict, ClockProbe) {
        let mut probe = ClockProbe::default();
        for i in 0..n {
            let t = f64::from(i) * interval_ms;
            let noise = if i % 3 == 1 { noise_ms } else { 0.0 };
            let ts = (u32::MAX - 1000).wrapping_add((t * rate / 1000.0) as u32);
            let verdict = probe.push(((t + noise) * 1e6) as i64, ts);
            if verdict != Verdict::Undecided {
                return (verdict, probe);
            }
        }
        (Verdict::Undecided, probe)
    }

    #[test]
    fn usual_rates_are_told_from_jittery_arrival() {
        for (rate, _) in RATES {
            for interval in [10.0, 20.0, 60.0] {
                let (verdict, _) = feed(f64::from(rate), interval, 15.0, 300);
                assert_eq!(
                    verdict,
                    Verdict::Rate(rate),
                    "{rate} Hz every {interval} ms"
                );
            }
        }
    }

    #[test]
    fn a_short_stream_is_told_from_what_there_is() {
        let (verdict, probe) = feed(48_000.0, 60.0, 0.0, 10);
        assert_eq!((verdict, probe.rate()), (Verdict::Undecided, Some(48_000)));
        let (_, probe) = feed(48_000.0, 20.0, 0.0, 7);
        assert_eq!(probe.rate(), None, "7 packets are too few");
    }

    /// A sender that starts slowly looks like 44.1 kHz for a while; its packet length does not.
    #[test]
    fn a_slow_start_of_48_khz_is_not_44_1() {
        let mut probe = ClockProbe::default();
        let verdict = (0..200u32).find_map(|i| {
            let v = probe.push(i64::from(i) * 21_700_000, i * 960);
            (v != Verdict::Undecided).then_some(v)
        });
        assert_eq!(verdict, Some(Verdict::Rate(48_000)));
    }

    /// Retransmissions carry old timestamps: they follow no clock of their own.
    #[test]
    fn timestamps_that_jump_about_give_no_rate() {
        let mut probe = ClockProbe::default();
        for i in 0..200u32 {
            let old = if i % 3 == 0 { 40_000 } else { 0 };
            let verdict = probe.push(i64::from(i) * 20_000_000, (i * 960).wrapping_sub(old));
            assert!(!matches!(verdict, Verdict::Rate(_)), "{i}");
        }
    }

    #[test]
    fn a_fast_stream_is_told_although_its_packets_are_not_all_kept() {
        // 1000 packets a second, 33 to a frame.
        let mut probe = ClockProbe::default();
        let verdict = (0..3000u32).find_map(|i| {
            let v = probe.push(i64::from(i) * 1_000_000, i / 33 * 2970);
            (v != Verdict::Undecided).then_some(v)
        });
        assert_eq!(verdict, Some(Verdict::Rate(90_000)));
        assert_eq!(probe.kept().len(), KEPT_MAX);
    }

    #[test]
    fn noise_is_not_a_clock() {
        let mut probe = ClockProbe::default();
        let mut x = 12_345u32;
        let mut last = Verdict::Undecided;
        for i in 0..2000 {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            last = probe.push(i64::from(i) * 20_000_000, 7); // stands still
            if last != Verdict::Undecided {
                break;
            }
        }
        assert_eq!(last, Verdict::None);
    }
}
