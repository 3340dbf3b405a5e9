//! Where datagrams with DTLS records come in, and what was in them goes on: to SCTP, and to SRTP's keys.

use super::Carrier;
use super::association::Association;
use crate::analysis::analyzer::State;
use crate::analysis::model::Openings;
use crate::analysis::moment::Moment;
use crate::analysis::vault::{Answer, DtlsKeys, Hello, Outcome};
use crate::demux::looks_like_sctp;
use crate::keys::dtls::{Suite, Version};
use crate::net::Datagram;
use crate::proto::dtls::{Record, codes};

impl State {
    /// Takes the DTLS records in `payload`, which is that of the datagram `d` or a part of it.
    pub(in crate::analysis) fn dtls(
        &mut self,
        (payload, missing): (&[u8], u32),
        d: &Datagram<'_>,
        at: &Moment,
        carrier: Carrier,
    ) {
        let Some(transport) = self.transports.get_mut(at.transport as usize) else {
            return;
        };
        let state = transport.dtls_state.get_or_insert_default();
        let keys = self.vault.dtls();
        let has_keys = keys.is_some();
        state.push(payload, missing, at, carrier, &mut self.problems, keys);
        if !has_keys {
            return;
        }
        let packets = self.vault.take_packets();
        for packet in packets.iter().filter(|p| looks_like_sctp(p, 0)) {
            self.opened_sctp(packet, d, at);
        }
        self.vault.return_packets(packets);
    }
}

/// Opens a record if it is encrypted, and counts what came of it.
pub(super) fn open(
    openings: &mut Openings,
    association: &mut Association,
    record: &Record<'_>,
    at: &Moment,
    keys: Option<&mut DtlsKeys<'_>>,
) -> Outcome {
    if !record.is_encrypted() {
        return Outcome::NoKey;
    }
    if record.missing > 0 {
        openings.cut += 1;
        return Outcome::NoKey;
    }
    let outcome = keys.map_or(Outcome::NoKey, |keys| {
        let sides = (usize::from(at.reverse), association.client);
        keys.open(&mut association.binding, sides, record, at)
    });
    if let (Outcome::Opened(_), None) = (outcome, association.client) {
        association.client = association.binding.client_side();
    }
    match outcome {
        Outcome::NoKey => openings.no_key += 1,
        Outcome::Failed => {
            openings.failed += 1;
            openings.first_failed.get_or_insert(at.no);
        }
        Outcome::Opened(_) => openings.opened += 1,
    }
    outcome
}

impl Association {
    /// Tells the keys what the hellos said.
    pub(super) fn tell(&mut self, keys: &mut DtlsKeys<'_>, at: &Moment) {
        let hello = self.hello.as_ref();
        if let (Some(hello), Some(client)) = (hello, self.client)
            && let Some(random) = hello.random
        {
            let facts = Hello {
                random,
                srtp_profiles: &hello.srtp_profiles,
                client_is_reverse: client == 1,
            };
            keys.client_hello(&facts, at, &mut self.binding);
        }
        if let Some(answer) = &self.answer
            && let (Some(random), Some(version)) = (answer.random, answer.version)
            && let Some(version) = key_version(version)
            && let Some(suite) = answer.suite
        {
            let facts = Answer {
                random,
                version,
                suite: Suite::find(suite),
                encrypt_then_mac: answer.encrypt_then_mac,
                srtp_profile: answer.srtp_profile,
            };
            keys.server_hello(hello.and_then(|h| h.random), facts, at);
        }
        if let Some(hidden) = &self.hidden {
            keys.chosen_profile(&self.binding, hidden.srtp_profile);
        }
    }
}

/// The version whose keys are derived; what came before DTLS 1.0 is too different.
fn key_version(version: u16) -> Option<Version> {
    Some(match version {
        codes::DTLS10 => Version::Dtls10,
        codes::DTLS12 => Version::Dtls12,
        codes::DTLS13 => Version::Dtls13,
        _ => return None,
    })
}
