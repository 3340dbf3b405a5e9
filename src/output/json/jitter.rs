//! What there is of jitter beside the headline: the estimate over all packets, delay variation.

use super::fields::span;
use crate::analysis::model::{DelaySpread, Estimate};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct EstimateOut {
    last: f64,
    mean: f64,
    max: f64,
}

impl From<Estimate> for EstimateOut {
    fn from(e: Estimate) -> Self {
        Self {
            last: span(e.last),
            mean: span(e.mean),
            max: span(e.max),
        }
    }
}

#[derive(Serialize)]
pub(super) struct DelaySpreadOut {
    median: f64,
    p95: f64,
    p99: f64,
    max: f64,
    samples: u64,
}

impl From<DelaySpread> for DelaySpreadOut {
    fn from(d: DelaySpread) -> Self {
        Self {
            median: span(d.median),
            p95: span(d.p95),
            p99: span(d.p99),
            max: span(d.max),
            samples: d.samples,
        }
    }
}
