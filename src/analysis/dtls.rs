//! DTLS as one transport shows it: who is client, what was chosen, how far the handshake got.

use super::event_log::EventLog;
use super::known::{Known, Unknown};
use super::model::{self, EventKind};
use super::moment::Moment;
use crate::net::Endpoint;
use crate::proto::dtls::server_key_exchange_group;
use crate::proto::dtls::{ClientHello, DtlsDatagram, Handshake, Record, ServerHello, codes};
use crate::time::{Span, Timestamp};

/// Distinct alerts kept per transport.
const ALERTS_MAX: usize = 16;

/// The records of one transport.
#[derive(Clone, Debug, Default)]
pub(super) struct DtlsState {
    records: u64,
    hello: Option<(Endpoint, Timestamp)>,
    server_spoke: bool,
    version: Option<u16>,
    cipher_suite: Option<u16>,
    srtp_profile: Option<u16>,
    group: Option<u16>,
    /// Whether the ServerHello was cut off before it said all.
    hello_cut: bool,
    alerts: Vec<(u8, u8, u64)>,
    /// The first record under new keys: who sent it and when, for each side.
    ciphered: [Option<(Endpoint, Timestamp)>; 2],
}

impl DtlsState {
    /// Takes a datagram with DTLS records.
    pub(super) fn push(&mut self, payload: &[u8], missing: u32, at: &Moment, log: &mut EventLog) {
        let Moment { src, ts, .. } = *at;
        let was = self.progress();
        for record in DtlsDatagram::new(payload, missing)
            .records()
            .map_while(Result::ok)
        {
            self.records += 1;
            if record.is_encrypted() {
                self.note_ciphered(src, ts);
            } else {
                self.note_clear(&record, src, ts);
            }
        }
        if was != model::DtlsState::Complete && self.progress() == model::DtlsState::Complete {
            log.push(at.event(EventKind::HandshakeComplete));
        }
    }

    fn note_ciphered(&mut self, src: Endpoint, ts: Timestamp) {
        for slot in &mut self.ciphered {
            match slot {
                Some((known, _)) if *known == src => return,
                Some(_) => {}
                None => {
                    *slot = Some((src, ts));
                    return;
                }
            }
        }
    }

    fn note_clear(&mut self, record: &Record<'_>, src: Endpoint, ts: Timestamp) {
        for handshake in record.handshakes().map_while(Result::ok) {
            self.handshake(&handshake, src, ts);
        }
        if let Some(alert) = record.alert() {
            let (level, description) = (alert.level, alert.description);
            let same = |a: &&mut (u8, u8, u64)| (a.0, a.1) == (level, description);
            if let Some((_, _, n)) = self.alerts.iter_mut().find(same) {
                *n += 1;
            } else if self.alerts.len() < ALERTS_MAX {
                self.alerts.push((level, description, 1));
            }
        }
    }

    fn handshake(&mut self, message: &Handshake<'_>, src: Endpoint, ts: Timestamp) {
        if message.fragment_offset != 0 {
            return;
        }
        match message.message_type {
            codes::CLIENT_HELLO => {
                if self.hello.is_none() {
                    self.hello = Some((src, ts));
                }
                let parsed = ClientHello::parse(message.body, message.body_offset());
                let hello = parsed.value;
                // Until the server answers, this is all there is to say of the version. A hello that
                // is cut, or continues in the next datagram, may yet offer 1.3.
                if !self.server_spoke && parsed.problem.is_none() && !hello.offers_dtls13() {
                    self.version = Some(hello.legacy_version);
                }
            }
            codes::HELLO_VERIFY_REQUEST => self.server_spoke = true,
            codes::SERVER_HELLO => {
                self.server_spoke = true;
                let parsed = ServerHello::parse(message.body, message.body_offset());
                let hello = parsed.value;
                self.hello_cut = parsed.problem.is_some();
                let says_version = hello.extension(codes::SUPPORTED_VERSIONS).is_some();
                // Without its extensions a ServerHello of 1.3 looks like one of 1.2.
                let version = (says_version || !self.hello_cut).then(|| hello.version());
                self.version = version.or(self.version);
                self.cipher_suite = hello.cipher_suite.or(self.cipher_suite);
                let share = hello
                    .extension(codes::KEY_SHARE)
                    .and_then(|e| e.server_key_share());
                self.group = share.map(|s| s.group).or(self.group);
                let srtp = hello.extension(codes::USE_SRTP).and_then(|e| e.use_srtp());
                self.srtp_profile = srtp.and_then(|s| s.profiles.iter().next());
            }
            codes::SERVER_KEY_EXCHANGE => {
                self.group = server_key_exchange_group(message.body).or(self.group);
            }
            _ => {}
        }
    }

    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Takes over what another transport of the same connection saw of the same association: a
    /// handshake may begin in TURN indications and end on a channel.
    pub(super) fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.hello = match (self.hello, other.hello) {
            (Some(a), Some(b)) => Some(if a.1 <= b.1 { a } else { b }),
            (a, b) => a.or(b),
        };
        self.server_spoke |= other.server_spoke;
        self.hello_cut |= other.hello_cut;
        self.version = self.version.or(other.version);
        self.cipher_suite = self.cipher_suite.or(other.cipher_suite);
        self.srtp_profile = self.srtp_profile.or(other.srtp_profile);
        self.group = self.group.or(other.group);
        for &(level, description, n) in &other.alerts {
            let same = |a: &&mut (u8, u8, u64)| (a.0, a.1) == (level, description);
            match self.alerts.iter_mut().find(same) {
                Some((_, _, sum)) => *sum += n,
                None => self.alerts.push((level, description, n)),
            }
        }
        for (src, ts) in other.ciphered.into_iter().flatten() {
            // A side may have several ports; two hosts are two sides.
            let known = self
                .ciphered
                .iter()
                .flatten()
                .any(|(e, _)| e.ip() == src.ip());
            if !known {
                self.note_ciphered(src, ts);
            }
        }
    }

    /// How far the handshake got.
    pub(super) fn progress(&self) -> model::DtlsState {
        if self.hello.is_none() && !self.server_spoke {
            model::DtlsState::NotCaptured
        } else if self.ciphered.iter().all(Option::is_some) {
            model::DtlsState::Complete
        } else if self.server_spoke {
            model::DtlsState::Handshaking
        } else {
            model::DtlsState::Unanswered
        }
    }

    pub(super) fn report(&self, datagrams: u64) -> model::Dtls {
        let is_13 = self.version == Some(codes::DTLS13);
        let name = |value: Option<u16>, names: fn(u16) -> Option<&'static str>, why: Unknown| {
            let named = value.map(|v| names(v).map_or_else(|| format!("0x{v:04x}"), str::to_owned));
            Known::or(named, why)
        };
        let unseen = |otherwise| match self.server_spoke {
            true if self.hello_cut => Unknown::Cut,
            true => otherwise,
            false => Unknown::NoHandshake,
        };
        let srtp_why = unseen(if is_13 {
            Unknown::Encrypted
        } else {
            Unknown::NotSeen
        });
        model::Dtls {
            version: Known::or(
                self.version.and_then(short_version),
                unseen(Unknown::NoHandshake),
            ),
            client: Known::or(self.hello.map(|(client, _)| client), Unknown::NoHandshake),
            state: self.progress(),
            cipher_suite: name(
                self.cipher_suite,
                codes::cipher_suite_name,
                unseen(Unknown::NotSeen),
            ),
            srtp_profile: name(self.srtp_profile, codes::srtp_profile_name, srtp_why),
            key_exchange: name(self.group, codes::group_name, unseen(Unknown::NotSeen)),
            handshake_duration: self.duration(),
            alerts: self.alerts(is_13),
            datagrams,
        }
    }

    fn alerts(&self, is_13: bool) -> Known<Vec<(String, u64)>> {
        let clear: Vec<_> = self
            .alerts
            .iter()
            .map(|&(l, d, n)| (alert_words(l, d), n))
            .collect();
        let hidden = is_13 || self.ciphered.iter().any(Option::is_some);
        if clear.is_empty() && hidden {
            Known::No(Unknown::Encrypted)
        } else {
            Known::Yes(clear)
        }
    }

    /// From the first ClientHello until both sides have sent under the new keys.
    fn duration(&self) -> Known<Span> {
        let Some((_, started)) = self.hello else {
            return Known::No(Unknown::NoHandshake);
        };
        let ended = match self.ciphered {
            [Some((_, a)), Some((_, b))] => Some(a.max(b)),
            _ => None,
        };
        Known::or(ended.map(|ended| ended - started), Unknown::NotSeen)
    }
}

fn short_version(version: u16) -> Option<&'static str> {
    Some(match version {
        0xfeff => "1.0",
        codes::DTLS12 => "1.2",
        codes::DTLS13 => "1.3",
        _ => return None,
    })
}

fn alert_words(level: u8, description: u8) -> String {
    let level =
        codes::alert_level_name(level).map_or_else(|| format!("level {level}"), str::to_owned);
    let description = codes::alert_name(description)
        .map_or_else(|| format!("description {description}"), str::to_owned);
    format!("{level} {description}")
}
