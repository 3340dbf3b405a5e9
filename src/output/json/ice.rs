//! The `ice` object of a connection.

use super::fields::{AnswerTimes, CodeCount, Fields, Unknowns, reasons, span, via};
use crate::analysis::model::{
    CandidatePair, Checks, Consent, Ice, IceSession, Nomination, Outage, Reflexive, RoundTrip,
    Verified,
};
use crate::time::Timestamp;
use serde::Serialize;

const NOT_ANSWERED: &str = "no answered check seen";
const NOT_NOMINATED: &str = "no answered check with USE-CANDIDATE seen";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IceOut {
    requests: u64,
    responses: u64,
    retransmissions: u64,
    errors: Vec<CodeCount>,
    nominated: Option<Nominated>,
    nomination: Option<&'static str>,
    controlling: Option<String>,
    role_conflicts: u64,
    lite: Option<String>,
    ufrags: Vec<String>,
    sessions: Vec<SessionOut>,
    restarts: u32,
    round_trip_time: Option<RoundTripOut>,
    pairs: Vec<PairOut>,
    pairs_not_kept: u64,
    consent: Option<ConsentOut>,
    server_reflexive: Vec<ReflexiveOut>,
    fingerprint: FingerprintOut,
    integrity: IntegrityOut,
    unknown: Unknowns,
}

#[derive(Serialize)]
struct Nominated {
    a: String,
    b: String,
    time: f64,
}

#[derive(Serialize)]
struct RoundTripOut {
    #[serde(flatten)]
    times: AnswerTimes,
    directions: u8,
}

impl From<RoundTrip> for RoundTripOut {
    fn from(r: RoundTrip) -> Self {
        Self {
            times: r.into(),
            directions: r.directions,
        }
    }
}

impl IceOut {
    pub(super) fn new(ice: &Ice, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut fields = Fields(Unknowns::new());
        let nomination = fields.take("nomination", &ice.nomination);
        let consent = fields.take("consent", &ice.consent);
        let mut unknown = fields.0;
        let nominated = match ice.cut {
            true => "checks were cut off when captured",
            false => NOT_NOMINATED,
        };
        unknown.extend(reasons(&[
            ("nominated", ice.nominated.is_none(), nominated),
            (
                "controlling",
                ice.controlling.is_none(),
                "no ICE-CONTROLLING attribute seen",
            ),
            ("roundTripTime", ice.round_trip_time.is_none(), NOT_ANSWERED),
            (
                "lite",
                ice.lite.is_none(),
                "no host answered checks without sending any",
            ),
        ]));
        Self {
            requests: ice.requests,
            responses: ice.responses,
            retransmissions: ice.retransmissions,
            errors: CodeCount::all(&ice.errors),
            nominated: ice.nominated.map(|(a, b, time)| Nominated {
                a: a.to_string(),
                b: b.to_string(),
                time: at(time),
            }),
            nomination: nomination.map(Nomination::name),
            controlling: ice.controlling.map(|e| e.to_string()),
            role_conflicts: ice.role_conflicts,
            lite: ice.lite.map(|ip| ip.to_string()),
            ufrags: ice.ufrags.clone(),
            sessions: ice
                .sessions
                .iter()
                .map(|s| SessionOut::new(s, at))
                .collect(),
            restarts: ice.restarts,
            round_trip_time: ice.round_trip_time.map(Into::into),
            pairs: ice.pairs.iter().map(|p| PairOut::new(p, at)).collect(),
            pairs_not_kept: ice.pairs_not_kept,
            consent: consent.map(|c| ConsentOut::new(&c, at)),
            server_reflexive: ice
                .reflexive
                .iter()
                .map(|r| ReflexiveOut::new(r, at))
                .collect(),
            fingerprint: FingerprintOut::new(&ice.fingerprint),
            integrity: IntegrityOut::new(&ice.integrity),
            unknown,
        }
    }
}

#[derive(Serialize)]
struct SessionOut {
    ufrags: [String; 2],
    first: f64,
    last: f64,
}

impl SessionOut {
    fn new(s: &IceSession, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            ufrags: s.ufrags.clone(),
            first: at(s.first),
            last: at(s.last),
        }
    }
}

/// One row of the check matrix.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PairOut {
    a: String,
    b: String,
    via: &'static str,
    ufrags: [String; 2],
    state: &'static str,
    nominated: Option<f64>,
    first_check: f64,
    last_check: f64,
    from_a: ChecksOut,
    from_b: ChecksOut,
    unknown: Unknowns,
}

impl PairOut {
    fn new(p: &CandidatePair, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            a: p.a.to_string(),
            b: p.b.to_string(),
            via: via(p.via),
            ufrags: p.ufrags.clone(),
            state: p.state.name(),
            nominated: p.nominated.map(at),
            first_check: at(p.first_check),
            last_check: at(p.last_check),
            from_a: ChecksOut::new(&p.from_a),
            from_b: ChecksOut::new(&p.from_b),
            unknown: reasons(&[("nominated", p.nominated.is_none(), NOT_NOMINATED)]),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChecksOut {
    requests: u64,
    retransmissions: u64,
    responses: u64,
    errors: u64,
    role: Option<&'static str>,
    priority: Option<u32>,
    use_candidate: u64,
    nomination: Option<u32>,
    mapped: Option<String>,
    round_trip_time: Option<RoundTripOut>,
    unknown: Unknowns,
}

impl ChecksOut {
    fn new(c: &Checks) -> Self {
        let (no_attribute, no_answer) = match c.requests {
            0 => ("no check of this side seen", "no check of this side seen"),
            _ => ("its checks carry no such attribute", NOT_ANSWERED),
        };
        let unknown = reasons(&[
            ("role", c.role.is_none(), no_attribute),
            ("priority", c.priority.is_none(), no_attribute),
            ("nomination", c.nomination.is_none(), no_attribute),
            ("mapped", c.mapped.is_none(), no_answer),
            ("roundTripTime", c.round_trip_time.is_none(), no_answer),
        ]);
        Self {
            requests: c.requests,
            retransmissions: c.retransmissions,
            responses: c.responses,
            errors: c.errors,
            role: c.role.map(|role| role.name()),
            priority: c.priority,
            use_candidate: c.use_candidate,
            nomination: c.nomination,
            mapped: c.mapped.map(|e| e.to_string()),
            round_trip_time: c.round_trip_time.map(Into::into),
            unknown,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConsentOut {
    interval: Option<f64>,
    interval_a: Option<f64>,
    interval_b: Option<f64>,
    longest_unanswered: Option<f64>,
    unanswered: u64,
    lost: u64,
    outages: Vec<OutageOut>,
    unknown: Unknowns,
}

impl ConsentOut {
    fn new(c: &Consent, at: &impl Fn(Timestamp) -> f64) -> Self {
        let [a, b] = c.interval_of;
        let longest = c.longest_unanswered;
        let why = "too few answered checks of this side on a nominated pair";
        let unknown = reasons(&[
            ("interval", c.interval.is_none(), why),
            ("intervalA", a.is_none(), why),
            ("intervalB", b.is_none(), why),
            ("longestUnanswered", longest.is_none(), why),
        ]);
        Self {
            interval: c.interval.map(span),
            interval_a: a.map(span),
            interval_b: b.map(span),
            longest_unanswered: longest.map(span),
            unanswered: c.unanswered,
            lost: c.expired,
            outages: c.outages.iter().map(|o| OutageOut::new(o, at)).collect(),
            unknown,
        }
    }
}

#[derive(Serialize)]
struct OutageOut {
    start: f64,
    end: Option<f64>,
    expired: bool,
    unknown: Unknowns,
}

impl OutageOut {
    fn new(o: &Outage, at: &impl Fn(Timestamp) -> f64) -> Self {
        let why = "not answered again in the capture";
        Self {
            start: at(o.start),
            end: o.end.map(at),
            expired: o.expired,
            unknown: reasons(&[("end", o.end.is_none(), why)]),
        }
    }
}

#[derive(Serialize)]
struct ReflexiveOut {
    client: String,
    server: String,
    mapped: String,
    time: f64,
    packet: u64,
}

impl ReflexiveOut {
    fn new(r: &Reflexive, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            client: r.client.to_string(),
            server: r.server.to_string(),
            mapped: r.mapped.to_string(),
            time: at(r.at),
            packet: r.packet,
        }
    }
}

fn none_failed(v: &Verified) -> Unknowns {
    reasons(&[("firstFailed", v.first_failed.is_none(), "none failed")])
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FingerprintOut {
    verified: u64,
    failed: u64,
    absent: u64,
    first_failed: Option<u64>,
    unknown: Unknowns,
}

impl FingerprintOut {
    fn new(v: &Verified) -> Self {
        Self {
            verified: v.verified,
            failed: v.failed,
            absent: v.unchecked,
            first_failed: v.first_failed,
            unknown: none_failed(v),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IntegrityOut {
    verified: u64,
    failed: u64,
    no_key: u64,
    first_failed: Option<u64>,
    unknown: Unknowns,
}

impl IntegrityOut {
    fn new(v: &Verified) -> Self {
        Self {
            verified: v.verified,
            failed: v.failed,
            no_key: v.unchecked,
            first_failed: v.first_failed,
            unknown: none_failed(v),
        }
    }
}
