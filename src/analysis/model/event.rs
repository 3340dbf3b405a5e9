//! The timeline: what happened on a connection, as data.
//!
//! Presenters, findings and the JSON all read the same events. Each names the packet that shows it,
//! so that a reader can go there.

use super::{DtlsEvent, IceEvent, Kind, SctpEvent, TurnEvent};
use crate::analysis::Ssrc;
use crate::capture::PacketNo;
use crate::time::{Span, Timestamp};

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
    /// Connectivity checks, nomination, consent (RFC 8445).
    Ice(IceEvent),
    /// A DTLS handshake, alert or end.
    Dtls(DtlsEvent),
    /// The first packet of an RTP stream.
    FirstMedia {
        /// Its source.
        ssrc: Ssrc,
        /// What it carries, as far as is known in the end.
        kind: Kind,
    },
    /// The last packet of a stream of media that ended well before its connection.
    MediaEnded {
        /// Its source.
        ssrc: Ssrc,
        /// What it carries.
        kind: Kind,
        /// How long before the last packet of the connection.
        before: Span,
    },
    /// An RTP stream goes on here that was on another path before: an ICE restart, a path switch.
    StreamMoved {
        /// Its source.
        ssrc: Ssrc,
    },
    /// A source says that it leaves (RTCP BYE, RFC 3550).
    Goodbye {
        /// The source.
        ssrc: Ssrc,
        /// The reason that it gives.
        reason: Option<String>,
    },
    /// A TURN client and its server (RFC 8656).
    Turn(TurnEvent),
    /// An SCTP association or data channel (RFC 9260, RFC 8831).
    Sctp(SctpEvent),
}

impl EventKind {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ice(event) => event.name(),
            Self::Dtls(event) => event.name(),
            Self::Sctp(event) => event.name(),
            Self::FirstMedia { .. } => "first-media",
            Self::MediaEnded { .. } => "media-ended",
            Self::StreamMoved { .. } => "stream-moved",
            Self::Goodbye { .. } => "rtcp-bye",
            Self::Turn(event) => event.name(),
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::Ice(event) => event.words(),
            Self::Dtls(event) => event.words(),
            Self::Sctp(event) => event.words(),
            Self::FirstMedia { ssrc, kind } => match kind {
                Kind::Unknown => format!("first RTP packet of {ssrc}"),
                kind => format!("first RTP packet of {ssrc}, {}", kind.name()),
            },
            Self::MediaEnded { ssrc, kind, before } => {
                let (kind, before) = (kind.name(), before.seconds());
                format!(
                    "last RTP packet of {ssrc}, {kind}, {before:.1} s before the connection ends"
                )
            }
            Self::StreamMoved { ssrc } => format!("RTP stream {ssrc} goes on here"),
            Self::Goodbye { ssrc, reason } => match reason {
                Some(reason) => format!("{ssrc} leaves (BYE): \"{reason}\""),
                None => format!("{ssrc} leaves (BYE)"),
            },
            Self::Turn(event) => event.words(),
        }
    }
}
