//! The packets of a stream as Opus: modes, bandwidths, durations, silence, in-band error correction.
//!
//! Almost any bytes are a packet of Opus, but the timestamp of the next one must follow by its
//! duration, or by more where the sender was silent.

use crate::analysis::model::Opus;
use crate::proto::rtp::payload::{OpusBandwidth, OpusMode, OpusPacket};
use crate::time::Span;

/// Durations from 2.5 to 120 ms in steps of 2.5.
const DURATIONS: usize = 49;
/// The RTP clock of Opus, in Hz.
pub(super) const CLOCK: i64 = 48_000;
/// Of so many packets one may not follow by its duration.
const CORRECTIONS: u64 = 20;
/// Samples of the shortest frame: all durations and pauses are multiples of it.
const UNIT: u32 = 120;

/// A stream read as Opus.
#[derive(Clone, Debug)]
pub(super) struct OpusMeter {
    /// Packets that can be Opus.
    pub(super) fitted: u64,
    /// Those that cannot.
    pub(super) misfits: u64,
    /// Packets whose successor follows by their duration.
    pub(super) followed: u64,
    /// Those whose successor cannot follow so soon, or comes between two frames.
    pub(super) contradicted: u64,
    modes: [u64; 3],
    bandwidths: [u64; 5],
    durations: [u32; DURATIONS],
    silent: u64,
    fec: u64,
    stereo: u64,
    last: Option<(i64, u32, u32)>,
}

impl Default for OpusMeter {
    fn default() -> Self {
        Self {
            fitted: 0,
            misfits: 0,
            followed: 0,
            contradicted: 0,
            modes: [0; 3],
            bandwidths: [0; 5],
            durations: [0; DURATIONS],
            silent: 0,
            fec: 0,
            stereo: 0,
            last: None,
        }
    }
}

impl OpusMeter {
    /// Reads one packet, of this extended sequence number.
    pub(super) fn push(&mut self, payload: &[u8], number: i64, timestamp: u32) {
        let Ok(packet) = OpusPacket::parse(payload) else {
            self.misfits += 1;
            return;
        };
        self.fitted += 1;
        let samples = packet.samples();
        if let Some((last, at, samples)) = self.last
            && last + 1 == number
        {
            let step = timestamp.wrapping_sub(at);
            if step == samples {
                self.followed += 1;
            } else if step < samples || !step.is_multiple_of(UNIT) {
                self.contradicted += 1;
            }
        }
        if self.last.is_none_or(|(last, ..)| last < number) {
            self.last = Some((number, timestamp, samples));
        }
        if let Some(n) = self.modes.get_mut(packet.mode as usize) {
            *n += 1;
        }
        if let Some(n) = self.bandwidths.get_mut(packet.bandwidth as usize) {
            *n += 1;
        }
        if let Some(n) = self.durations.get_mut((samples / UNIT) as usize) {
            *n = n.saturating_add(1);
        }
        self.silent += u64::from(packet.is_silent());
        self.fec += u64::from(packet.has_fec());
        self.stereo += u64::from(packet.is_stereo);
    }

    /// Adds what was read of other packets of the same stream.
    pub(super) fn merge(&mut self, other: &Self) {
        self.fitted += other.fitted;
        self.misfits += other.misfits;
        self.followed += other.followed;
        self.contradicted += other.contradicted;
        for (own, n) in self.modes.iter_mut().zip(other.modes) {
            *own += n;
        }
        for (own, n) in self.bandwidths.iter_mut().zip(other.bandwidths) {
            *own += n;
        }
        for (own, n) in self.durations.iter_mut().zip(other.durations) {
            *own = own.saturating_add(n);
        }
        self.silent += other.silent;
        self.fec += other.fec;
        self.stereo += other.stereo;
    }

    /// Contradictions beyond those that any stream has: a sender that corrects its clock.
    pub(super) fn doubts(&self) -> u64 {
        self.contradicted
            .saturating_sub(2 + self.followed / CORRECTIONS)
    }

    /// Whether the timestamps go with the durations, packet after packet.
    pub(super) fn has_proof(&self, least: u64) -> bool {
        self.followed >= least
            && self.misfits == 0
            && self.contradicted * CORRECTIONS <= self.followed
    }

    /// What is reported.
    pub(super) fn report(&self) -> Opus {
        let modes = OpusMode::ALL.into_iter().zip(self.modes);
        let bandwidths = OpusBandwidth::ALL.into_iter().zip(self.bandwidths);
        let durations = self.durations.iter().enumerate();
        let unit = i64::from(UNIT) * 1_000_000_000 / CLOCK;
        Opus {
            packets: self.fitted,
            modes: modes.filter(|(_, n)| *n > 0).collect(),
            bandwidths: bandwidths.filter(|(_, n)| *n > 0).collect(),
            durations: durations
                .filter(|(_, n)| **n > 0)
                .map(|(i, n)| (Span::from_nanos(i as i64 * unit), u64::from(*n)))
                .collect(),
            silent: self.silent,
            fec: self.fec,
            stereo: self.stereo,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_must_follow_by_the_duration() {
        let mut meter = OpusMeter::default();
        for i in 0..50_u32 {
            meter.push(&[31 << 3 | 4, 1, 2], i.into(), 960 * i);
        }
        // Silence, and then sound again after 100 ms.
        meter.push(&[31 << 3], 50, 960 * 50);
        meter.push(&[9 << 3, 0xc0, 1], 51, 960 * 55);
        assert!(meter.has_proof(50) && !meter.has_proof(52));
        let opus = meter.report();
        assert_eq!(
            (opus.packets, opus.silent, opus.fec, opus.stereo),
            (52, 1, 1, 50)
        );
        assert_eq!(opus.modes, [(OpusMode::Silk, 1), (OpusMode::Celt, 51)]);
        assert_eq!(opus.durations, [(Span::from_millis(20), 52)]);
    }

    #[test]
    fn random_bytes_are_not_opus() {
        let mut meter = OpusMeter::default();
        let mut x = 0x1234_5678_u32;
        for i in 0..200_u32 {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            meter.push(&x.to_be_bytes(), i.into(), 960 * i);
        }
        assert!(!meter.has_proof(16));
    }
}
