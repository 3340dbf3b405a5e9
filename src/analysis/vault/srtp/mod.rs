//! SRTP sessions: the keys at hand, and the sources that they open.

use crate::keys::srtp::{MasterKey, Profile};

/// What a DTLS association exported for SRTP (RFC 5764).
#[derive(Clone, Debug)]
pub(in crate::analysis) struct SrtpKeys {
    /// The profile that was negotiated.
    pub(in crate::analysis) profile: Profile,
    /// What the DTLS client protects its packets with.
    pub(in crate::analysis) client: MasterKey,
    /// What the DTLS server protects its packets with.
    pub(in crate::analysis) server: MasterKey,
    /// The transport of the handshake.
    pub(in crate::analysis) transport: u32,
    /// Whether the client sends in the transport's reverse direction.
    pub(in crate::analysis) client_is_reverse: bool,
}

/// The sessions.
#[derive(Debug, Default)]
pub(super) struct SrtpVault {
    sessions: Vec<SrtpKeys>,
}

impl SrtpVault {
    pub(super) fn add(&mut self, keys: SrtpKeys) {
        self.sessions.push(keys);
    }
}
