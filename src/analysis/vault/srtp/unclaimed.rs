//! Sessions of a key log whose handshake is not in the capture: of TLS 1.3, the exporter secret alone gives
//! the SRTP keys (RFC 5705, RFC 8446), so that they can be tried on media that nothing else opens.
//!
//! Of TLS 1.2 that is not possible: the exporter needs the server's random too, which key logs do not have.

use super::keyring::Keyring;
use crate::keys::KeyLog;
use crate::keys::dtls::{SrtpMasters, export_tls13};
use crate::keys::srtp::{Profile, SessionKeys};

/// Sessions tried, the latest of the log: one log often serves a whole browser.
const SESSIONS_MAX: usize = 256;

/// The profiles that WebRTC negotiates, the usual first.
const PROFILES: [Profile; 4] = [
    Profile::AesCm128Sha1Tag80,
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
    Profile::AesCm128Sha1Tag32,
];

/// The keys of a session, if it had negotiated this profile.
#[derive(Debug)]
pub(super) struct Guess {
    pub(super) profile: Profile,
    pub(super) masters: SrtpMasters,
    /// Of the client, then of the server.
    pub(super) sessions: [SessionKeys; 2],
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Unclaimed {
    guesses: Option<Vec<Guess>>,
}

impl Unclaimed {
    /// The sessions of the log that no handshake in the capture has claimed so far; they are derived when
    /// they are asked for first.
    pub(super) fn guesses(&mut self, log: &KeyLog, claimed: &Keyring) -> &[Guess] {
        self.guesses.get_or_insert_with(|| derive(log, claimed))
    }

    /// Has them derived again: the log has got longer.
    pub(super) fn forget(&mut self) {
        self.guesses = None;
    }

    /// Takes a session out, whose keys were found to fit.
    pub(super) fn claim(&mut self, place: usize) -> Option<Guess> {
        let guesses = self.guesses.as_mut()?;
        (place < guesses.len()).then(|| guesses.remove(place))
    }
}

fn derive(log: &KeyLog, claimed: &Keyring) -> Vec<Guess> {
    let with_exporter = log.sessions().iter().rev().filter_map(|session| {
        let secret = session.get("EXPORTER_SECRET")?;
        Some(secret)
    });
    let mut guesses = Vec::new();
    for secret in with_exporter.take(SESSIONS_MAX) {
        for profile in PROFILES {
            let Some(masters) = export_tls13(profile, secret) else {
                continue;
            };
            if claimed.has(&masters.client) {
                continue;
            }
            let of = |master| SessionKeys::derive(profile, master, &[]);
            if let (Some(client), Some(server)) = (of(&masters.client), of(&masters.server)) {
                guesses.push(Guess {
                    profile,
                    masters,
                    sessions: [client, server],
                });
            }
        }
    }
    guesses
}
