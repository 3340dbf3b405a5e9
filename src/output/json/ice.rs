//! The `ice` object of a connection.

use super::fields::{CodeCount, Unknowns, not_yet, span};
use crate::analysis::model::{Ice, RoundTrip};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IceOut {
    requests: u64,
    responses: u64,
    errors: Vec<CodeCount>,
    nominated: Option<Nominated>,
    controlling: Option<String>,
    ufrags: Vec<String>,
    round_trip_time: Option<RoundTripOut>,
    restarts: Option<()>,
    consent: Option<()>,
    unknown: Unknowns,
}

#[derive(Serialize)]
pub(super) struct Nominated {
    a: String,
    b: String,
    time: f64,
}

#[derive(Serialize)]
pub(super) struct RoundTripOut {
    min: f64,
    median: f64,
    max: f64,
    samples: u64,
    directions: u8,
}

impl IceOut {
    pub(super) fn new(ice: &Ice, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut unknown = not_yet(&["restarts", "consent"]);
        let mut missing = |field, is_none: bool, why: &str| {
            if is_none {
                unknown.insert(field, why.to_owned());
            }
        };
        let nominated = match ice.cut {
            true => "checks were cut off when captured",
            false => "no answered check with USE-CANDIDATE seen",
        };
        missing("nominated", ice.nominated.is_none(), nominated);
        missing(
            "controlling",
            ice.controlling.is_none(),
            "no ICE-CONTROLLING attribute seen",
        );
        missing(
            "roundTripTime",
            ice.round_trip_time.is_none(),
            "no answered check seen",
        );
        Self {
            requests: ice.requests,
            responses: ice.responses,
            errors: ice
                .errors
                .iter()
                .map(|&(code, count)| CodeCount { code, count })
                .collect(),
            nominated: ice.nominated.map(|(a, b, time)| Nominated {
                a: a.to_string(),
                b: b.to_string(),
                time: at(time),
            }),
            controlling: ice.controlling.map(|e| e.to_string()),
            ufrags: ice.ufrags.clone(),
            round_trip_time: ice.round_trip_time.map(
                |RoundTrip {
                     min,
                     median,
                     max,
                     samples,
                     directions,
                 }| {
                    RoundTripOut {
                        min: span(min),
                        median: span(median),
                        max: span(max),
                        samples,
                        directions,
                    }
                },
            ),
            restarts: None,
            consent: None,
            unknown,
        }
    }
}
