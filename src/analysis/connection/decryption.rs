//! What was opened of a connection with the keys at hand.

use crate::analysis::analyzer::State;
use crate::analysis::known::{Known, Unknown};
use crate::analysis::model::{Decryption, KeySource};
use crate::analysis::transport::TransportState;

/// What came of the encrypted DTLS records of a connection's transports.
pub(super) fn report(state: &State, members: &[&TransportState]) -> Known<Decryption> {
    let mut all = Decryption::default();
    for dtls in members.iter().filter_map(|t| t.dtls_state.as_deref()) {
        all.dtls.add(dtls.openings());
    }
    if all.dtls.opened + all.dtls.failed > 0 {
        all.keys.push(KeySource::KeyLog);
        return Known::Yes(all);
    }
    let total = all.all().total();
    Known::No(match (total, state.vault.is_empty()) {
        (0, _) => Unknown::NotEncrypted,
        (_, true) => Unknown::NoKeys,
        (_, false) => Unknown::OtherSession,
    })
}
