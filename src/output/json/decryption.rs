//! The `decryption` objects, and the capture's `keys`.

use super::fields::{Unknowns, reasons};
use crate::analysis::model::{Decryption, KeySource, KeysGiven, Openings};
use serde::Serialize;

/// Why there is no number of a first packet.
const NONE_FAILED: &str = "none failed";

/// Of a connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DecryptionOut {
    keys: String,
    srtp_profiles: Vec<&'static str>,
    dtls_records: u64,
    dtls_failed: u64,
    dtls_first_failed: Option<u64>,
    dtls_no_key: u64,
    dtls_cut: u64,
    srtp: u64,
    srtp_failed: u64,
    srtp_first_failed: Option<u64>,
    srtp_no_key: u64,
    srtp_cut: u64,
    srtcp: u64,
    srtcp_failed: u64,
    srtcp_first_failed: Option<u64>,
    srtcp_no_key: u64,
    srtcp_cut: u64,
    unknown: Unknowns,
}

impl From<&Decryption> for DecryptionOut {
    fn from(d: &Decryption) -> Self {
        let names: Vec<&str> = d
            .keys
            .iter()
            .map(|source| KeySource::name(*source))
            .collect();
        Self {
            keys: names.join("+"),
            srtp_profiles: d.profiles.iter().map(|profile| profile.name()).collect(),
            dtls_records: d.dtls.opened,
            dtls_failed: d.dtls.failed,
            dtls_first_failed: d.dtls.first_failed,
            dtls_no_key: d.dtls.no_key,
            dtls_cut: d.dtls.cut,
            srtp: d.srtp.opened,
            srtp_failed: d.srtp.failed,
            srtp_first_failed: d.srtp.first_failed,
            srtp_no_key: d.srtp.no_key,
            srtp_cut: d.srtp.cut,
            srtcp: d.srtcp.opened,
            srtcp_failed: d.srtcp.failed,
            srtcp_first_failed: d.srtcp.first_failed,
            srtcp_no_key: d.srtcp.no_key,
            srtcp_cut: d.srtcp.cut,
            unknown: reasons(&[
                (
                    "dtlsFirstFailed",
                    d.dtls.first_failed.is_none(),
                    NONE_FAILED,
                ),
                (
                    "srtpFirstFailed",
                    d.srtp.first_failed.is_none(),
                    NONE_FAILED,
                ),
                (
                    "srtcpFirstFailed",
                    d.srtcp.first_failed.is_none(),
                    NONE_FAILED,
                ),
            ]),
        }
    }
}

/// Of a stream.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpeningsOut {
    packets: u64,
    failed: u64,
    first_failed: Option<u64>,
    no_key: u64,
    cut: u64,
    unknown: Unknowns,
}

impl From<&Openings> for OpeningsOut {
    fn from(all: &Openings) -> Self {
        Self {
            packets: all.opened,
            failed: all.failed,
            first_failed: all.first_failed,
            no_key: all.no_key,
            cut: all.cut,
            unknown: reasons(&[("firstFailed", all.first_failed.is_none(), NONE_FAILED)]),
        }
    }
}

/// What there was to decrypt with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeysOut {
    key_log_sessions: u64,
    srtp_keys: u64,
    sessions: u64,
    sessions_in_key_log: u64,
}

impl From<KeysGiven> for KeysOut {
    fn from(keys: KeysGiven) -> Self {
        Self {
            key_log_sessions: keys.key_log_sessions,
            srtp_keys: keys.srtp_keys,
            sessions: keys.sessions,
            sessions_in_key_log: keys.sessions_in_key_log,
        }
    }
}
