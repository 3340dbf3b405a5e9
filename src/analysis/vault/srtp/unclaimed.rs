//! Sessions of a key log whose handshake is not in the capture: of TLS 1.3, the exporter secret alone gives
//! the SRTP keys (RFC 5705, RFC 8446), so that they can be tried on media that nothing else opens.
//!
//! Of TLS 1.2 that is not possible: the exporter needs the server's random too, which key logs do not have.

use super::keyring::Keyring;
use crate::keys::KeyLog;
use crate::keys::dtls::{SrtpMasters, export_tls13};
use crate::keys::srtp::{Profile, SessionKeys};
use std::collections::HashSet;

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
    guesses: Vec<Guess>,
    /// Sessions whose keys were derived: each is once, however often the log grows.
    derived: HashSet<[u8; 32]>,
    is_derived: bool,
}

impl Unclaimed {
    /// The sessions of the log that no handshake in the capture has claimed so far; they are derived when
    /// they are asked for first.
    pub(super) fn guesses(&mut self, log: &KeyLog, claimed: &Keyring) -> &[Guess] {
        if !self.is_derived {
            self.is_derived = true;
            self.derive(log, claimed);
        }
        &self.guesses
    }

    /// Has it look for new sessions: the log has got longer.
    pub(super) fn learn(&mut self) {
        self.is_derived = false;
    }

    /// Takes a session out, whose keys were found to fit.
    pub(super) fn claim(&mut self, place: usize) -> Option<Guess> {
        (place < self.guesses.len()).then(|| self.guesses.remove(place))
    }

    fn derive(&mut self, log: &KeyLog, claimed: &Keyring) {
        for session in log.sessions().iter().rev() {
            if self.derived.len() >= SESSIONS_MAX {
                return;
            }
            let Some(secret) = session.get("EXPORTER_SECRET") else {
                continue;
            };
            if !self.derived.insert(*session.client_random()) {
                continue;
            }
            for profile in PROFILES {
                let Some(masters) = export_tls13(profile, secret) else {
                    continue;
                };
                if claimed.has(&masters.client) {
                    continue;
                }
                let of = |master| SessionKeys::derive(profile, master, &[]);
                if let (Some(client), Some(server)) = (of(&masters.client), of(&masters.server)) {
                    self.guesses.push(Guess {
                        profile,
                        masters,
                        sessions: [client, server],
                    });
                }
            }
        }
    }
}
