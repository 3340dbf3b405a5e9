//! What was opened with the keys at hand, and what was not.

use crate::capture::PacketNo;
use crate::keys::KeyOrigin;
use crate::keys::srtp::Profile;

/// Encrypted packets or records, and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// Authenticated and decrypted.
    pub opened: u64,
    /// Not: the tag was wrong, whatever key and rollover counter were tried.
    pub failed: u64,
    /// Number of the first packet that failed.
    pub first_failed: Option<PacketNo>,
    /// Not tried, because nothing told a key for them.
    pub no_key: u64,
    /// Not tried, because the capture's snaplen cut them, and the tag with that.
    pub cut: u64,
}

impl Openings {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.opened + self.failed + self.no_key + self.cut
    }

    /// Adds those of another part.
    pub fn add(&mut self, more: &Self) {
        self.opened += more.opened;
        self.failed += more.failed;
        self.no_key += more.no_key;
        self.cut += more.cut;
        self.first_failed = match (self.first_failed, more.first_failed) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Where the keys of a connection came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySource {
    /// The DTLS handshake, with the secrets of a key log.
    KeyLog,
    /// A master key that was given.
    Given(KeyOrigin),
}

impl KeySource {
    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyLog => "keylog",
            Self::Given(KeyOrigin::Sdes) => "sdes",
            Self::Given(KeyOrigin::Explicit) => "explicit",
        }
    }
}

/// What was opened of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decryption {
    /// Where the keys came from, in order.
    pub keys: Vec<KeySource>,
    /// The profiles of SRTP that packets were opened with, in order of appearance.
    pub profiles: Vec<Profile>,
    /// Encrypted DTLS records.
    pub dtls: Openings,
    /// SRTP packets.
    pub srtp: Openings,
    /// SRTCP packets.
    pub srtcp: Openings,
}

impl Decryption {
    /// Everything that was encrypted.
    pub fn all(&self) -> Openings {
        let mut all = self.dtls;
        all.add(&self.srtp);
        all.add(&self.srtcp);
        all
    }
}

/// The keys that there were for a capture, and whether they are of its sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeysGiven {
    /// Sessions in the key logs, those inside the capture included.
    pub key_log_sessions: u64,
    /// SRTP master keys, of session descriptions or given by hand.
    pub srtp_keys: u64,
    /// DTLS sessions of the capture whose ClientHello was seen.
    pub sessions: u64,
    /// How many of these the key logs have secrets of.
    pub sessions_in_key_log: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_the_first_failure_stays_the_first() {
        let part = |opened, failed, first_failed| Openings {
            opened,
            failed,
            first_failed,
            no_key: 1,
            cut: 2,
        };
        let decryption = Decryption {
            dtls: part(10, 0, None),
            srtp: part(20, 2, Some(70)),
            srtcp: part(30, 1, Some(50)),
            ..Decryption::default()
        };
        let all = decryption.all();
        assert_eq!(
            (all.opened, all.failed, all.first_failed),
            (60, 3, Some(50))
        );
        assert_eq!(all.total(), 60 + 3 + 3 + 6);
    }
}
