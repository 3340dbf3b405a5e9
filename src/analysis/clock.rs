//! The RTP clock rate of a stream that no session description tells: from its timestamps against
//! their arrival, docs/algorithms/clock.md.
//!
//! Payload formats use few rates, so a coarse estimate settles it. It must survive jitter, silences
//! in which the timestamp stands still, and jumps: each pair of points gives a rate of its own, and
//! the rate that most of them agree on counts. Whatever the rest does is no evidence.

/// The clock of all video payload formats, in Hz; also that of a stream too short to show its own where
/// it repairs another, as most of what is repaired is video.
pub(super) const VIDEO: u32 = 90_000;
/// The clock rates that RTP payload formats use, in Hz, each with the packet lengths it comes in: a
/// multiple of this many ticks, or of a frame of AAC. 44.1 and 48 kHz are 8.8 % apart, which a slow
/// start blurs, but 20 ms are 882 ticks of the one and 960 of the other.
const RATES: [(u32, u32); 9] = [
    (8_000, 20),
    (11_025, 441),
    (16_000, 40),
    (22_050, 441),
    (24_000, 60),
    (32_000, 80),
    (44_100, 441),
    (48_000, 120),
    (VIDEO, 1),
];
/// Samples in half a frame of AAC, at any rate.
const AAC: u32 = 512;
/// How far the estimate may be off, as a fraction.
const TOLERANCE: f64 = 0.10;
/// How far a pair may be off that agrees, as a fraction, and besides in seconds.
const AGREES: f64 = 0.15;
const AGREES_S: f64 = 0.010;
/// The part of the pairs that must agree.
const MAJORITY: f64 = 0.6;

/// How much evidence is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enough {
    /// More may come: 1 s and eight points.
    Clear,
    /// No more will come: 0.25 s and five points.
    AtTheEnd,
}

/// The clock rate in Hz that these points (arrival in ns, timestamp) of a stream agree on; `step` is
/// the number of ticks that most packets took.
pub(super) fn rate(points: &[(i64, u32)], step: u32, enough: Enough) -> Option<u32> {
    let (span, count) = match enough {
        Enough::Clear => (1_000_000_000, 8),
        Enough::AtTheEnd => (250_000_000, 5),
    };
    let (first, last) = (points.first()?, points.last()?);
    if points.len() < count || last.0.saturating_sub(first.0) < span {
        return None;
    }
    // Near points agree around a silence, far ones in spite of jitter.
    let lags = [points.len() / 4, points.len() / 2];
    lags.into_iter().find_map(|lag| agreed(points, lag, step))
}

fn agreed(points: &[(i64, u32)], lag: usize, step: u32) -> Option<u32> {
    let pairs: Vec<(f64, f64)> = points
        .iter()
        .zip(points.iter().skip(lag.max(1)))
        .map(|(a, b)| {
            let passed = b.0.saturating_sub(a.0) as f64 / 1e9;
            (passed, f64::from(b.1.wrapping_sub(a.1) as i32))
        })
        .filter(|(passed, _)| *passed > 0.0)
        .collect();
    let agree = |rate: u32| {
        let off = move |(passed, ticks): &&(f64, f64)| {
            let told = ticks / f64::from(rate);
            (told - passed).abs() <= passed * AGREES + AGREES_S
        };
        pairs.iter().filter(off).count()
    };
    let enough = pairs.len() as f64 * MAJORITY;
    let fits_step = |unit: u32| {
        step == 0 || step.is_multiple_of(unit) || (unit > 1 && step.is_multiple_of(AAC))
    };
    let mut likely: Vec<(f64, u32)> = RATES
        .into_iter()
        .filter(|&(rate, unit)| fits_step(unit) && agree(rate) as f64 >= enough)
        .filter_map(|(rate, _)| {
            let near = (median(&pairs, rate)? / f64::from(rate) - 1.0).abs();
            (near <= TOLERANCE).then_some((near, rate))
        })
        .collect();
    likely.sort_by(|a, b| a.0.total_cmp(&b.0));
    match likely[..] {
        [] => None,
        [(_, rate)] => Some(rate),
        // Two that the step does not tell apart: the nearer must be clearly so.
        [(near, rate), (far, _), ..] => (near * 2.0 < far).then_some(rate),
    }
}

/// The median rate of the pairs that agree with this one.
fn median(pairs: &[(f64, f64)], rate: u32) -> Option<f64> {
    let near = |(passed, ticks): &&(f64, f64)| {
        (ticks / f64::from(rate) - passed).abs() <= passed * AGREES + AGREES_S
    };
    let mut all: Vec<f64> = pairs.iter().filter(near).map(|(s, t)| t / s).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

/// From one NTP time to another, in seconds.
pub(super) fn seconds_between(first: u64, last: u64) -> f64 {
    last.wrapping_sub(first) as i64 as f64 / (1u64 << 32) as f64
}

/// The clock rate that two sender reports show, each with its NTP time (32.32 fixed point) and RTP
/// timestamp; they must be a second apart at least.
pub(super) fn rate_by_reports(first: (u64, u32), last: (u64, u32)) -> Option<u32> {
    let passed = seconds_between(first.0, last.0);
    // The timestamp must not have wrapped in between.
    if !(1.0..20_000.0).contains(&passed) {
        return None;
    }
    let hz = f64::from(last.1.wrapping_sub(first.1)) / passed;
    let near = |rate: u32| (hz / f64::from(rate) - 1.0).abs();
    let known = RATES.into_iter().map(|(rate, _)| rate);
    known
        .min_by(|a, b| near(*a).total_cmp(&near(*b)))
        .filter(|rate| near(*rate) <= 0.02)
}

/// Packets kept to be measured later; a fast stream goes on without being kept.
const KEPT_MAX: usize = 256;
/// Without an answer after this span, the packets are not kept any longer.
const KEPT_SPAN: i64 = 16_000_000_000;

/// The first packets of a stream, kept until its clock rate is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    packets: Vec<(i64, u32)>,
    last: (i64, u32),
}

impl Kept {
    /// Keeps a packet; `false` when they have waited for too long.
    pub(super) fn push(&mut self, arrival_ns: i64, timestamp: u32) -> bool {
        if self.packets.len() < KEPT_MAX {
            self.packets.push((arrival_ns, timestamp));
        }
        self.last = (arrival_ns, timestamp);
        let first = self.packets.first().map_or(arrival_ns, |first| first.0);
        arrival_ns.saturating_sub(first) < KEPT_SPAN
    }

    /// The first packets.
    pub(super) fn packets(&self) -> &[(i64, u32)] {
        &self.packets
    }

    /// The latest packet.
    pub(super) fn last(&self) -> (i64, u32) {
        self.last
    }

    /// Begins again: the sender changed its timeline.
    pub(super) fn restart(&mut self) {
        self.packets.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points every `interval_ms`, `ticks` apart.
    fn points(interval_ms: f64, ticks: u32, noise_ms: f64, n: u32) -> Vec<(i64, u32)> {
        (0..n)
            .map(|i| {
                // Late by a part of the noise that looks random.
                let late = f64::from(i.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24);
                let t = f64::from(i) * interval_ms + noise_ms * late;
                let ts = (u32::MAX - 1000).wrapping_add(i * ticks);
                ((t * 1e6) as i64, ts)
            })
            .collect()
    }

    #[test]
    fn usual_rates_are_told_from_jittery_arrival() {
        for (hz, _) in RATES {
            for interval in [20.0, 40.0, 60.0, 100.0] {
                let ticks = (f64::from(hz) * interval / 1000.0).round() as u32;
                if hz == 11_025 && !ticks.is_multiple_of(441) {
                    continue;
                }
                let n = (2_000.0 / interval) as u32;
                let told = rate(&points(interval, ticks, 30.0, n), ticks, Enough::Clear);
                assert_eq!(told, Some(hz), "{hz} Hz every {interval} ms");
            }
        }
    }

    #[test]
    fn a_short_stream_is_told_from_what_there_is() {
        let short = points(60.0, 2_880, 0.0, 6);
        assert_eq!(rate(&short, 2_880, Enough::Clear), None);
        assert_eq!(rate(&short, 2_880, Enough::AtTheEnd), Some(48_000));
        assert_eq!(rate(&short[..4], 2_880, Enough::AtTheEnd), None);
    }

    /// A sender that starts slowly looks like 44.1 kHz for a while; its packet length does not.
    #[test]
    fn a_slow_start_of_48_khz_is_not_44_1() {
        let slow = points(21.7, 960, 0.0, 60);
        assert_eq!(rate(&slow, 960, Enough::Clear), Some(48_000));
    }

    /// The timestamp stands still while nothing is sent, as some senders have it.
    #[test]
    fn silence_in_which_the_timestamp_stands_still_does_not_count() {
        let mut talk = points(100.0, 4_800, 5.0, 30);
        for point in &mut talk[12..] {
            point.0 += 30_000_000_000;
        }
        assert_eq!(rate(&talk, 960, Enough::Clear), Some(48_000));
    }

    /// Retransmissions carry old timestamps: they follow no clock of their own.
    #[test]
    fn timestamps_that_jump_about_give_no_rate() {
        let mut jumpy = points(50.0, 2_400, 0.0, 32);
        for (i, point) in jumpy.iter_mut().enumerate() {
            point.1 = point.1.wrapping_sub(
                [0, 40_000, 90_000, 20_000]
                    [(i as u32).wrapping_mul(2_654_435_761) as usize >> 13 & 3],
            );
        }
        assert_eq!(rate(&jumpy, 0, Enough::AtTheEnd), None);
        let still: Vec<_> = (0..32).map(|i| (i * 50_000_000, 7)).collect();
        assert_eq!(rate(&still, 0, Enough::AtTheEnd), None);
    }

    #[test]
    fn two_sender_reports_show_the_rate() {
        let second = 1u64 << 32;
        let at = |s: u64| s * second;
        assert_eq!(
            rate_by_reports((at(9), u32::MAX - 9), (at(14), 450_000 - 10)),
            Some(90_000)
        );
        assert_eq!(rate_by_reports((at(9), 5), (at(14), 220_505)), Some(44_100));
        assert_eq!(rate_by_reports((at(9), 5), (at(9) + 5, 6)), None);
        assert_eq!(rate_by_reports((at(14), 5), (at(9), 48_005)), None);
        assert_eq!(
            rate_by_reports((at(9), 5), (at(14), 300_000)),
            None,
            "60 kHz is no rate"
        );
    }

    #[test]
    fn packets_are_not_kept_for_ever() {
        let mut kept = Kept::default();
        for i in 0..1_000 {
            assert!(kept.push(i * 10_000_000, i as u32));
        }
        assert_eq!(
            (kept.packets().len(), kept.last()),
            (KEPT_MAX, (9_990_000_000, 999))
        );
        assert!(!kept.push(KEPT_SPAN, 0));
    }
}
