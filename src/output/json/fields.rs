//! What the parts of the document share: reasons for what is null, times, protocol counts.

use crate::analysis::Known;
use crate::analysis::model::{AnswerTime, Protocols, RoundTrip};
use crate::net::{Protocol, Via};
use crate::time::Span;
use serde::Serialize;
use std::collections::BTreeMap;

/// Why fields of an object are null, by field name.
pub(in crate::output) type Unknowns = BTreeMap<&'static str, String>;

/// Fields of the contract that this version leaves null.
pub(super) fn not_yet(fields: &[&'static str]) -> Unknowns {
    let why = crate::analysis::Unknown::NotMeasured.to_string();
    fields.iter().map(|f| (*f, why.clone())).collect()
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProtocolCounts {
    stun: u64,
    turn_channel_data: u64,
    dtls: u64,
    rtp: u64,
    rtcp: u64,
    sctp: u64,
    icmp: u64,
    tcp: u64,
    tunnel: u64,
    other: u64,
}

impl From<Protocols> for ProtocolCounts {
    fn from(p: Protocols) -> Self {
        Self {
            stun: p.stun,
            turn_channel_data: p.turn_channel_data,
            dtls: p.dtls,
            rtp: p.rtp,
            rtcp: p.rtcp,
            sctp: p.sctp,
            icmp: p.icmp,
            tcp: p.tcp,
            tunnel: p.tunnel,
            other: p.other,
        }
    }
}

/// Reasons for those of these fields that are none.
pub(super) fn reasons(fields: &[(&'static str, bool, &str)]) -> Unknowns {
    let missing = fields.iter().filter(|(_, is_none, _)| *is_none);
    missing
        .map(|(field, _, why)| (*field, (*why).to_owned()))
        .collect()
}

/// Turns known values into fields, and unknown ones into reasons.
pub(super) struct Fields(pub(super) Unknowns);

impl Fields {
    pub(super) fn take<T: Clone>(&mut self, field: &'static str, known: &Known<T>) -> Option<T> {
        if let Some(why) = known.reason() {
            self.0.insert(field, why.to_string());
        }
        known.value().cloned()
    }
}

pub(super) fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Udp => "udp",
        Protocol::Tcp => "tcp",
        Protocol::Sctp => "sctp",
    }
}

pub(super) fn via(via: Via) -> &'static str {
    match via {
        Via::Direct => "direct",
        Via::Turn(_) => "turn",
    }
}

pub(super) fn span(s: Span) -> f64 {
    seconds(s.seconds())
}

/// To the nanosecond, which is all that a capture can hold.
pub(in crate::output) fn seconds(s: f64) -> f64 {
    (s * 1e9).round() / 1e9
}

/// How often an error code came.
#[derive(Serialize)]
pub(super) struct CodeCount {
    code: u16,
    count: u64,
}

impl CodeCount {
    pub(super) fn all(counts: &[(u16, u64)]) -> Vec<Self> {
        let counts = counts.iter();
        counts.map(|&(code, count)| Self { code, count }).collect()
    }
}

/// How long answers took, in seconds.
#[derive(Serialize)]
pub(super) struct AnswerTimes {
    min: f64,
    median: f64,
    max: f64,
    samples: u64,
}

impl From<RoundTrip> for AnswerTimes {
    fn from(r: RoundTrip) -> Self {
        Self {
            min: span(r.min),
            median: span(r.median),
            max: span(r.max),
            samples: r.samples,
        }
    }
}

impl From<AnswerTime> for AnswerTimes {
    fn from(t: AnswerTime) -> Self {
        Self {
            min: span(t.min),
            median: span(t.median),
            max: span(t.max),
            samples: t.samples,
        }
    }
}
