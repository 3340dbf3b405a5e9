//! The `dtls` object of a connection, and the elements of its `otherDtls`.

use super::fields::{Fields, Unknowns, seconds, span};
use crate::analysis::model::{
    CertificateContent, Dtls, DtlsState, EncryptedAlert, Flight, MessageCount, Offer,
    PeerCertificate,
};
use crate::time::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DtlsOut {
    version: Option<&'static str>,
    client: Option<String>,
    state: &'static str,
    stopped: Option<String>,
    stuck_at_flight: Option<u8>,
    handshake_duration: Option<f64>,
    retransmissions: Option<u64>,
    cipher_suite: Option<String>,
    srtp_profile: Option<String>,
    key_exchange: Option<String>,
    alpn: Option<String>,
    resumed: Option<bool>,
    retry_requested: bool,
    offered: Option<OfferOut>,
    ja4: Option<String>,
    certificates: Option<Vec<CertificateOut>>,
    connection_ids: Vec<ConnectionIdOut>,
    flights: Vec<FlightOut>,
    messages: Vec<MessageOut>,
    alerts: Option<Vec<AlertOut>>,
    encrypted_alerts: Vec<EncryptedAlertOut>,
    acks: u64,
    datagrams: u64,
    datagrams_in_stun: u64,
    unknown: Unknowns,
}

impl DtlsOut {
    pub(super) fn new(dtls: &Dtls, at: &impl Fn(Timestamp) -> f64) -> Self {
        let mut u = Fields(Unknowns::new());
        let stuck_at_flight = match dtls.state {
            DtlsState::Stuck(flight) => Some(flight),
            _ => None,
        };
        if stuck_at_flight.is_none() {
            u.0.insert("stuckAtFlight", "not stuck".to_owned());
        }
        if dtls.stopped.is_none() {
            let why = match dtls.state {
                DtlsState::NotCaptured => "the handshake was not captured",
                _ => "not stopped",
            };
            u.0.insert("stopped", why.to_owned());
        }
        let ids = ["client", "server"].into_iter().zip(&dtls.connection_ids);
        Self {
            version: u.take("version", &dtls.version),
            client: u.take("client", &dtls.client).map(|e| e.to_string()),
            state: dtls.state.name(),
            stopped: dtls.stopped.clone(),
            stuck_at_flight,
            handshake_duration: u
                .take("handshakeDuration", &dtls.handshake_duration)
                .map(span),
            retransmissions: u.take("retransmissions", &dtls.retransmissions),
            cipher_suite: u.take("cipherSuite", &dtls.cipher_suite),
            srtp_profile: u.take("srtpProfile", &dtls.srtp_profile),
            key_exchange: u.take("keyExchange", &dtls.key_exchange),
            alpn: u.take("alpn", &dtls.alpn),
            resumed: u.take("resumed", &dtls.resumed),
            retry_requested: dtls.retry_requested,
            offered: u.take("offered", &dtls.offered).map(OfferOut::from),
            ja4: u.take("ja4", &dtls.ja4),
            certificates: u
                .take("certificates", &dtls.certificates)
                .map(|all| all.into_iter().map(CertificateOut::from).collect()),
            connection_ids: ids
                .filter_map(|(sender, id)| {
                    let id = id.clone()?;
                    Some(ConnectionIdOut { sender, id })
                })
                .collect(),
            flights: dtls.flights.iter().map(|f| FlightOut::new(f, at)).collect(),
            messages: dtls.messages.iter().map(MessageOut::from).collect(),
            alerts: u.take("alerts", &dtls.alerts).map(|alerts| {
                let out = |(alert, count)| AlertOut { alert, count };
                alerts.into_iter().map(out).collect()
            }),
            encrypted_alerts: dtls
                .encrypted_alerts
                .iter()
                .map(|alert| EncryptedAlertOut::new(alert, at))
                .collect(),
            acks: dtls.acks,
            datagrams: dtls.datagrams,
            datagrams_in_stun: dtls.datagrams_in_stun,
            unknown: u.0,
        }
    }
}

#[derive(Serialize)]
struct AlertOut {
    alert: String,
    count: u64,
}

#[derive(Serialize)]
struct EncryptedAlertOut {
    time: f64,
    packet: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'static str>,
    certain: bool,
}

impl EncryptedAlertOut {
    fn new(alert: &EncryptedAlert, at: &impl Fn(Timestamp) -> f64) -> Self {
        Self {
            time: seconds(at(alert.at)),
            packet: alert.packet,
            sender: alert.sender.map(|role| role.name()),
            certain: alert.certain,
        }
    }
}

#[derive(Serialize)]
struct ConnectionIdOut {
    sender: &'static str,
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfferOut {
    versions: Vec<String>,
    cipher_suites: Vec<String>,
    groups: Vec<String>,
    key_shares: Vec<String>,
    srtp_profiles: Vec<String>,
    alpn: Vec<String>,
    signature_schemes: Vec<String>,
    extensions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_name: Option<String>,
    resumption: bool,
}

impl From<Offer> for OfferOut {
    fn from(offer: Offer) -> Self {
        Self {
            versions: offer.versions,
            cipher_suites: offer.cipher_suites,
            groups: offer.groups,
            key_shares: offer.key_shares,
            srtp_profiles: offer.srtp_profiles,
            alpn: offer.alpn,
            signature_schemes: offer.signature_schemes,
            extensions: offer.extensions,
            server_name: offer.server_name,
            resumption: offer.resumption,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateOut {
    sender: &'static str,
    position: u8,
    fingerprint: String,
    length: u64,
    #[serde(flatten)]
    content: Option<ContentOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContentOut {
    subject: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
    valid: bool,
    self_signed: bool,
    public_key: String,
    signature_algorithm: String,
}

impl From<PeerCertificate> for CertificateOut {
    fn from(c: PeerCertificate) -> Self {
        let (content, error) = match c.content {
            Ok(content) => (Some(ContentOut::from(content)), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            sender: c.sender.name(),
            position: c.position,
            fingerprint: format!("sha-256 {}", c.fingerprint),
            length: c.length,
            content,
            error,
        }
    }
}

impl From<CertificateContent> for ContentOut {
    fn from(c: CertificateContent) -> Self {
        Self {
            subject: c.subject,
            issuer: c.issuer,
            serial: c.serial,
            not_before: c.not_before.to_string(),
            not_after: c.not_after.to_string(),
            valid: c.valid,
            self_signed: c.self_signed,
            public_key: c.public_key,
            signature_algorithm: c.signature_algorithm,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlightOut {
    flight: u8,
    sender: &'static str,
    messages: Vec<&'static str>,
    encrypted_records: u64,
    transmissions: Vec<TransmissionOut>,
    last_seen: f64,
    records_in_stun: u64,
}

#[derive(Serialize)]
struct TransmissionOut {
    time: f64,
    packet: u64,
    estimated: bool,
}

impl FlightOut {
    fn new(flight: &Flight, at: &impl Fn(Timestamp) -> f64) -> Self {
        let sending = |t: &crate::analysis::model::Transmission| TransmissionOut {
            time: seconds(at(t.at)),
            packet: t.packet,
            estimated: t.estimated,
        };
        Self {
            flight: flight.number,
            sender: flight.sender.name(),
            messages: flight.messages.clone(),
            encrypted_records: flight.encrypted_records,
            transmissions: flight.transmissions.iter().map(sending).collect(),
            last_seen: seconds(at(flight.last_seen)),
            records_in_stun: flight.records_in_stun,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageOut {
    sender: &'static str,
    #[serde(rename = "type")]
    message_type: u8,
    name: &'static str,
    count: u64,
    unfinished: u64,
    retransmitted: u64,
}

impl From<&MessageCount> for MessageOut {
    fn from(m: &MessageCount) -> Self {
        Self {
            sender: m.sender.name(),
            message_type: m.message_type,
            name: m.name,
            count: m.count,
            unfinished: m.unfinished,
            retransmitted: m.retransmitted,
        }
    }
}
