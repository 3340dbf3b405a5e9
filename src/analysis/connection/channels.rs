//! SCTP's part of a connection: the paths that its associations join, and what they came to.

use super::super::analyzer::State;
use super::super::known::{Known, Unknown};
use super::super::model::{Connection, ConnectionState, DataChannel, DtlsState, Sctp, SctpPhase};
use super::super::transport::Media;
use super::group::neighbours;
use crate::time::Span;

/// A connection whose packets go on for longer than this after its association ended lives on.
const AFTERMATH: Span = Span::from_millis(1_000);

/// Marks the transports that carry data channels in clear, and joins those of one association.
///
/// SCTP that carries something else (telephony signalling on IP) makes no connection.
pub(super) fn mark(state: &State, media: &mut [Media], moves: &mut Vec<(u32, u32)>) {
    for transports in state.sctp.data_channel_paths() {
        for transport in transports {
            if let Some(media) = media.get_mut(*transport as usize) {
                media.has_channels = true;
            }
        }
        moves.extend(neighbours(transports));
    }
}

/// What is known of SCTP and data channels, or why it is not.
pub(super) fn report(
    state: &State,
    connection: &Connection,
) -> (Known<Sctp>, Known<Vec<DataChannel>>) {
    if connection.transports.iter().any(|t| t.protocols.sctp > 0) {
        let transports = connection.transports.iter().map(|t| t.index).collect();
        if let Some((sctp, channels)) = state.sctp.report(&transports) {
            return (Known::Yes(sctp), Known::Yes(channels));
        }
    }
    // What was opened holds no SCTP: a call without data channels.
    let records = connection.decryption.value().map(|d| d.dtls);
    if records.is_some_and(|r| r.opened > 0 && r.opened == r.total()) {
        return (Known::No(Unknown::NotSeen), Known::Yes(Vec::new()));
    }
    // Only under the keys of a handshake that came through can there be data channels.
    match connection.dtls.as_ref().map(|dtls| dtls.state) {
        Some(DtlsState::Complete | DtlsState::Closed | DtlsState::NotCaptured) => {
            (Known::No(Unknown::Encrypted), Known::No(Unknown::Encrypted))
        }
        _ => (Known::No(Unknown::NotSeen), Known::Yes(Vec::new())),
    }
}

/// The state of a connection as SCTP in clear tells it: without DTLS there are no alerts to tell
/// the end, and no handshake to tell that it is up.
pub(super) fn life(c: &Connection) -> Option<(ConnectionState, Option<String>)> {
    let sctp = c.sctp.value().filter(|_| c.dtls.is_none())?;
    let goes_on = c.last_seen - sctp.last_seen > AFTERMATH;
    Some(match (sctp.phase, &sctp.abort) {
        (SctpPhase::Established | SctpPhase::ShuttingDown, _) => (ConnectionState::Connected, None),
        (SctpPhase::Closed, _) if !goes_on => {
            let how = "closed by an SCTP shutdown".to_owned();
            (ConnectionState::Closed, Some(how))
        }
        // A user who closes a connection aborts the association.
        (SctpPhase::Aborted, Some(abort)) if abort.by_user && !goes_on => {
            let how = format!("closed by an SCTP ABORT: {}", abort.cause);
            (ConnectionState::Closed, Some(how))
        }
        (SctpPhase::Aborted, Some(abort)) if !abort.by_user && c.streams.is_empty() => {
            let how = format!("stopped by an SCTP ABORT: {}", abort.cause);
            (ConnectionState::Failed, Some(how))
        }
        (phase, _) if phase < SctpPhase::Established && c.streams.is_empty() => {
            let how = format!("stopped at SCTP: {}", phase.name());
            (ConnectionState::Checking, Some(how))
        }
        _ => return None,
    })
}
