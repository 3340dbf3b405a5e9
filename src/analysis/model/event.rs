//! The timeline: what happened on a connection, as data.
//!
//! Presenters, findings and the JSON all read the same events. Each names the packet that shows it,
//! so that a reader can go there.

use super::Kind;
use crate::analysis::Ssrc;
use crate::capture::PacketNo;
use crate::time::Timestamp;

/// Something that happened on a transport.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The packet that shows it; for what a silence shows, the last packet before.
    pub packet: PacketNo,
    /// [`Transport::index`](super::Transport::index).
    pub transport: u32,
    /// Whether that packet went from the transport's `b` to its `a`.
    pub reverse: bool,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// A side sent its first connectivity check (RFC 8445) with this USERNAME.
    FirstCheck {
        /// `receiver-ufrag:sender-ufrag`.
        username: String,
    },
    /// The first success response to a connectivity check.
    FirstAnswer,
    /// A check with USE-CANDIDATE was answered: its pair is nominated.
    Nominated,
    /// A DTLS record under the new keys from each side: the handshake is through.
    HandshakeComplete,
    /// The first packet of an RTP stream.
    FirstMedia {
        /// Its source.
        ssrc: Ssrc,
        /// What it carries, as far as is known in the end.
        kind: Kind,
    },
    /// An RTP stream goes on here that was on another path before: an ICE restart, a path switch.
    StreamMoved {
        /// Its source.
        ssrc: Ssrc,
    },
}

impl EventKind {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FirstCheck { .. } => "ice-first-check",
            Self::FirstAnswer => "ice-first-answer",
            Self::Nominated => "ice-nominated",
            Self::HandshakeComplete => "dtls-complete",
            Self::FirstMedia { .. } => "first-media",
            Self::StreamMoved { .. } => "stream-moved",
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::FirstCheck { username } => format!("first check, username {username}"),
            Self::FirstAnswer => "first check answered".to_owned(),
            Self::Nominated => "pair nominated".to_owned(),
            Self::HandshakeComplete => "handshake complete".to_owned(),
            Self::FirstMedia { ssrc, kind } => match kind {
                Kind::Unknown => format!("first RTP packet of {ssrc}"),
                kind => format!("first RTP packet of {ssrc}, {}", kind.name()),
            },
            Self::StreamMoved { ssrc } => format!("RTP stream {ssrc} goes on here"),
        }
    }
}
