//! What became of a stream's lost packets, and how losses cluster.

use super::Source;
use crate::analysis::{Known, Unknown};
use crate::time::Span;

/// All about the losses of a stream at the point of capture.
#[derive(Clone, Debug, PartialEq)]
pub struct LossDetail {
    /// How often packets were lost in runs of this length, by length.
    pub runs: Vec<(u64, u64)>,
    /// Lost packets in runs beyond those listed.
    pub runs_not_listed: u64,
    /// Bursts and gaps (RFC 3611).
    pub burst_gap: BurstGap,
    /// Lost packets that a retransmission on another SSRC made up for (RFC 4588).
    pub by_rtx: Known<u64>,
    /// Where `by_rtx` comes from: the original sequence numbers in the payload, or inferred from
    /// timestamps.
    pub by_rtx_source: Option<Source>,
    /// Packets that came again on the same SSRC a round trip after they were missed. They were
    /// received in the end, so they are not among the lost.
    pub by_resend: Known<u64>,
    /// Lost packets that later packets repeat (RFC 2198), and that were not sent again.
    pub by_red: Known<u64>,
    /// Lost packets that parity makes up for (ULPFEC, FlexFEC), and nothing else does.
    pub by_fec: Known<u64>,
    /// Packets that were missing and came late, not sent again as far as can be told.
    pub late: u64,
    /// Lost packets that the capture itself most likely lost: they may have reached the receiver.
    pub at_capture: u64,
    /// Packets that are nothing but padding: probes.
    pub padding_only: Known<u64>,
}

/// Bursts and gaps (RFC 3611 section 4.7.2) with a `Gmin` of 16: a burst begins and ends with a
/// loss and has nowhere 16 packets received in a row; the rest are gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct BurstGap {
    /// Bursts; each has at least two losses.
    pub bursts: u64,
    /// Lost packets in bursts, as a fraction of the packets in them, 0 to 1; 0 without bursts.
    pub burst_density: f64,
    /// Lost packets outside bursts, as a fraction of the packets there, 0 to 1.
    pub gap_density: f64,
    /// Mean length of a burst in packets, lost or not.
    pub burst_length: Known<f64>,
    /// Mean length of a gap in packets.
    pub gap_length: f64,
    /// Mean length of a burst in time, by the mean time between the stream's packets.
    pub burst_duration: Known<Span>,
    /// Mean length of a gap in time, likewise.
    pub gap_duration: Known<Span>,
}

impl BurstGap {
    /// So many packets received in a row end a burst: the value that RFC 3611 recommends.
    pub const GMIN: u64 = 16;
}

impl Default for LossDetail {
    /// Of a stream that lost nothing and had no padding.
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            runs_not_listed: 0,
            burst_gap: BurstGap {
                bursts: 0,
                burst_density: 0.0,
                gap_density: 0.0,
                burst_length: Known::No(Unknown::NotSeen),
                gap_length: 0.0,
                burst_duration: Known::No(Unknown::NotSeen),
                gap_duration: Known::No(Unknown::TooFewPackets),
            },
            by_rtx: Known::Yes(0),
            by_rtx_source: None,
            by_resend: Known::Yes(0),
            by_red: Known::Yes(0),
            by_fec: Known::Yes(0),
            late: 0,
            at_capture: 0,
            padding_only: Known::Yes(0),
        }
    }
}

impl LossDetail {
    /// Packets that came back one way or another, as far as is known; none where nothing tells.
    pub fn recovered(&self, lost: u64) -> Option<u64> {
        let resent = self.by_resend.value().copied().unwrap_or(0);
        self.made_up(lost).map(|n| n + resent)
    }

    /// Of those lost, how many nothing made up for, as far as is known.
    pub fn still_missing(&self, lost: u64) -> Option<u64> {
        self.made_up(lost).map(|n| lost - n)
    }

    fn made_up(&self, lost: u64) -> Option<u64> {
        let ways = [&self.by_rtx, &self.by_red, &self.by_fec];
        let known = || ways.iter().filter_map(|way| way.value());
        let tells = lost == 0 || known().next().is_some();
        tells.then(|| known().sum::<u64>().min(lost))
    }
}
