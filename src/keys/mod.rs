//! From secrets to plaintext: key logs, key schedules, DTLS records, SRTP and SRTCP packets.
//!
//! Pure functions and small contexts without I/O and without a clock. *Which* key belongs to which
//! packets, and what was opened with it, is kept by `analysis`. Key material is never printed, is in no
//! `Debug` output, and is overwritten when it is dropped ([`zeroize`]).

pub mod dtls;
mod given;
mod key_log;
pub mod srtp;

pub use given::{GivenKey, KeyOrigin, decode_key_salt};
pub use key_log::{BadLine, KeyLog, KeyLogSession};

/// Everything that the user, or the capture itself, gives to decrypt with.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Secrets of TLS sessions, by client random.
    pub key_log: KeyLog,
    /// SRTP master keys that do not come out of a DTLS handshake.
    pub srtp: Vec<GivenKey>,
}

impl Secrets {
    /// Whether there is nothing to decrypt with.
    pub fn is_empty(&self) -> bool {
        self.key_log.is_empty() && self.srtp.is_empty()
    }
}
