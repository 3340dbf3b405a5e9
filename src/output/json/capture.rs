//! The `capture` object: facts about the file.

use super::decryption::KeysOut;
use super::fields::{Unknowns, seconds};
use super::loss::LossAtCapture;
use crate::analysis::Analysis;
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::output) struct Capture<'a> {
    file: &'a str,
    format: &'a str,
    link_types: Vec<String>,
    packets: u64,
    bytes: u64,
    first_packet_time: Option<String>,
    last_packet_time: Option<String>,
    duration: f64,
    truncated_packets: u64,
    undecoded_packets: u64,
    dropped_by_capture: Option<u64>,
    loss_at_capture: LossAtCapture,
    keys: Option<KeysOut>,
    problems: Vec<ProblemOut<'a>>,
    unknown: Unknowns,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProblemOut<'a> {
    code: &'a str,
    message: &'a str,
    packet: Option<u64>,
    offset: Option<u64>,
    count: u64,
}

impl<'a> Capture<'a> {
    pub(in crate::output) fn new(file: &'a str, analysis: &'a Analysis) -> Self {
        let info = &analysis.capture;
        let mut unknown = Unknowns::new();
        if info.dropped_by_capture.is_none() {
            let why = "the capture holds no interface statistics";
            unknown.insert("droppedByCapture", why.to_owned());
        }
        if info.keys.is_none() {
            unknown.insert("keys", "no keys were given".to_owned());
        }
        if info.first.is_none() {
            for field in ["firstPacketTime", "lastPacketTime"] {
                unknown.insert(field, "no packets".to_owned());
            }
        } else if !info.is_dated() {
            for field in ["firstPacketTime", "lastPacketTime"] {
                unknown.insert(field, "the dump does not tell the date".to_owned());
            }
        }
        let time = |at: Option<Timestamp>| at.filter(|_| info.is_dated()).map(|at| at.to_string());
        Self {
            file,
            format: &info.format,
            link_types: info.link_types.iter().map(ToString::to_string).collect(),
            packets: info.packets,
            bytes: info.bytes,
            first_packet_time: time(info.first),
            last_packet_time: time(info.last),
            duration: seconds(info.duration().seconds()),
            truncated_packets: info.truncated_packets,
            undecoded_packets: info.undecoded_packets,
            dropped_by_capture: info.dropped_by_capture,
            loss_at_capture: LossAtCapture::new(&info.loss),
            keys: info.keys.map(KeysOut::from),
            problems: info
                .problems
                .iter()
                .map(|p| ProblemOut {
                    code: p.problem.code,
                    message: &p.problem.message,
                    packet: p.problem.packet,
                    offset: p.problem.offset,
                    count: p.count,
                })
                .collect(),
            unknown,
        }
    }
}
