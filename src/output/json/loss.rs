//! What became of a stream's lost packets: fields of the objects of `streams`; and whether the
//! capture lost packets itself.

use super::fields::{Fields, Unknowns, seconds, span};
use crate::analysis::model::{BurstGap, CaptureLoss, LossDetail, Stream};
use serde::Serialize;
use std::collections::BTreeMap;

/// The fields, in place among those of the stream.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LossOut {
    packets_late: u64,
    packets_recovered: Option<u64>,
    recovered_by: RecoveredBy,
    still_missing: Option<u64>,
    lost_at_capture: u64,
    loss_bursts: BTreeMap<u64, u64>,
    loss_bursts_not_listed: u64,
    burst_gap: BurstGapOut,
    padding_only_packets: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecoveredBy {
    rtx: Option<u64>,
    rtx_source: Option<&'static str>,
    resend: Option<u64>,
    red: Option<u64>,
    fec: Option<u64>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BurstGapOut {
    gmin: u64,
    bursts: u64,
    burst_density: f64,
    gap_density: f64,
    burst_length: Option<f64>,
    gap_length: f64,
    burst_duration: Option<f64>,
    gap_duration: Option<f64>,
    unknown: Unknowns,
}

impl LossOut {
    pub(super) fn new(s: &Stream, unknown: &mut Fields) -> Self {
        let loss = &s.loss;
        let recovered = loss.recovered(s.lost);
        if recovered.is_none() {
            for field in ["packetsRecovered", "stillMissing"] {
                let why = "nothing tells what was repaired";
                unknown.0.insert(field, why.to_owned());
            }
        }
        Self {
            packets_late: loss.late,
            packets_recovered: recovered,
            recovered_by: RecoveredBy::new(loss),
            still_missing: loss.still_missing(s.lost),
            lost_at_capture: loss.at_capture,
            loss_bursts: loss.runs.iter().copied().collect(),
            loss_bursts_not_listed: loss.runs_not_listed,
            burst_gap: BurstGapOut::new(&loss.burst_gap),
            padding_only_packets: unknown.take("paddingOnlyPackets", &loss.padding_only),
        }
    }
}

impl RecoveredBy {
    fn new(loss: &LossDetail) -> Self {
        let mut u = Fields(Unknowns::new());
        if loss.by_rtx_source.is_none() {
            let why = "no retransmission on another SSRC seen";
            u.0.insert("rtxSource", why.to_owned());
        }
        Self {
            rtx: u.take("rtx", &loss.by_rtx),
            rtx_source: loss.by_rtx_source.map(|s| s.name()),
            resend: u.take("resend", &loss.by_resend),
            red: u.take("red", &loss.by_red),
            fec: u.take("fec", &loss.by_fec),
            unknown: u.0,
        }
    }
}

impl BurstGapOut {
    fn new(b: &BurstGap) -> Self {
        let mut u = Fields(Unknowns::new());
        Self {
            gmin: BurstGap::GMIN,
            bursts: b.bursts,
            burst_density: seconds(b.burst_density),
            gap_density: seconds(b.gap_density),
            burst_length: u.take("burstLength", &b.burst_length).map(seconds),
            gap_length: seconds(b.gap_length),
            burst_duration: u.take("burstDuration", &b.burst_duration).map(span),
            gap_duration: u.take("gapDuration", &b.gap_duration).map(span),
            unknown: u.0,
        }
    }
}

/// `capture.lossAtCapture`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LossAtCapture {
    verdict: &'static str,
    packets: u64,
    evidence: Vec<Evidence>,
}

#[derive(Serialize)]
struct Evidence {
    kind: &'static str,
    count: u64,
    text: String,
}

impl LossAtCapture {
    pub(super) fn new(loss: &CaptureLoss) -> Self {
        let each = loss.evidence.iter().map(|e| Evidence {
            kind: e.name(),
            count: e.count(),
            text: e.words(),
        });
        Self {
            verdict: loss.verdict.name(),
            packets: loss.packets,
            evidence: each.collect(),
        }
    }
}
