//! The `dtls` object of a connection.

use super::fields::{Fields, Unknowns, not_yet, span};
use crate::analysis::model::Dtls;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DtlsOut {
    version: Option<&'static str>,
    client: Option<String>,
    state: &'static str,
    handshake_duration: Option<f64>,
    retransmissions: Option<()>,
    cipher_suite: Option<String>,
    srtp_profile: Option<String>,
    key_exchange: Option<String>,
    certificates: Option<()>,
    alerts: Option<Vec<AlertOut>>,
    datagrams: u64,
    unknown: Unknowns,
}

#[derive(Serialize)]
pub(super) struct AlertOut {
    alert: String,
    count: u64,
}

impl DtlsOut {
    pub(super) fn new(dtls: &Dtls) -> Self {
        let mut u = Fields(not_yet(&["retransmissions", "certificates"]));
        Self {
            version: u.take("version", &dtls.version),
            client: u.take("client", &dtls.client).map(|e| e.to_string()),
            state: dtls.state.name(),
            handshake_duration: u
                .take("handshakeDuration", &dtls.handshake_duration)
                .map(span),
            retransmissions: None,
            cipher_suite: u.take("cipherSuite", &dtls.cipher_suite),
            srtp_profile: u.take("srtpProfile", &dtls.srtp_profile),
            key_exchange: u.take("keyExchange", &dtls.key_exchange),
            certificates: None,
            alerts: u.take("alerts", &dtls.alerts).map(|alerts| {
                let out = |(alert, count)| AlertOut { alert, count };
                alerts.into_iter().map(out).collect()
            }),
            datagrams: dtls.datagrams,
            unknown: u.0,
        }
    }
}
