//! The timeline: what happened on a connection, as data.
//!
//! Presenters, findings and the JSON all read the same events. Each names the packet that shows it,
//! so that a reader can go there.

use super::{Kind, Role};
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
    /// A DTLS flight was sent for the first time.
    DtlsFlight {
        /// Number of the flight, 1 to 6 ([`Flight`](super::Flight)).
        number: u8,
        /// Who sent it.
        sender: Role,
        /// The messages in it that travel in clear, by name.
        messages: Vec<&'static str>,
    },
    /// A DTLS flight was sent again.
    DtlsRetransmission {
        /// Number of the flight.
        number: u8,
        /// Who sent it.
        sender: Role,
        /// How often it has been sent with this one.
        sent: u32,
        /// Whether this is concluded from time and size of encrypted records only.
        estimated: bool,
    },
    /// The ClientHello was never answered; at its last transmission.
    HelloUnanswered {
        /// How often it was sent.
        sent: u32,
    },
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
    /// A DTLS alert in clear.
    DtlsAlert {
        /// Level and description in words.
        alert: String,
    },
    /// An encrypted DTLS alert.
    DtlsEncryptedAlert {
        /// Whether the record says so; otherwise its length does.
        certain: bool,
    },
    /// The DTLS association ended as far as the packets show.
    DtlsClosed,
}

impl EventKind {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FirstCheck { .. } => "ice-first-check",
            Self::FirstAnswer => "ice-first-answer",
            Self::Nominated => "ice-nominated",
            Self::DtlsFlight { .. } => "dtls-flight",
            Self::DtlsRetransmission { .. } => "dtls-retransmission",
            Self::HelloUnanswered { .. } => "dtls-hello-unanswered",
            Self::HandshakeComplete => "dtls-complete",
            Self::FirstMedia { .. } => "first-media",
            Self::StreamMoved { .. } => "stream-moved",
            Self::DtlsAlert { .. } => "dtls-alert",
            Self::DtlsEncryptedAlert { .. } => "dtls-encrypted-alert",
            Self::DtlsClosed => "dtls-closed",
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::FirstCheck { username } => format!("first check, username {username}"),
            Self::FirstAnswer => "first check answered".to_owned(),
            Self::Nominated => "pair nominated".to_owned(),
            Self::DtlsFlight {
                number,
                sender,
                messages,
            } => {
                let what = match messages.as_slice() {
                    [] => "encrypted".to_owned(),
                    all => all.join(", "),
                };
                format!("DTLS flight {number} of the {}: {what}", sender.name())
            }
            Self::DtlsRetransmission {
                number,
                sender,
                sent,
                estimated,
            } => {
                let probably = if *estimated { " probably" } else { "" };
                let sender = sender.name();
                format!(
                    "DTLS flight {number} of the {sender}{probably} sent again ({sent} times now)"
                )
            }
            Self::HelloUnanswered { sent } => {
                let times = match sent {
                    1 => "once".to_owned(),
                    n => format!("{n} times"),
                };
                format!("ClientHello never answered, sent {times}")
            }
            Self::HandshakeComplete => "handshake complete".to_owned(),
            Self::FirstMedia { ssrc, kind } => match kind {
                Kind::Unknown => format!("first RTP packet of {ssrc}"),
                kind => format!("first RTP packet of {ssrc}, {}", kind.name()),
            },
            Self::StreamMoved { ssrc } => format!("RTP stream {ssrc} goes on here"),
            Self::DtlsAlert { alert } => format!("DTLS alert: {alert}"),
            Self::DtlsEncryptedAlert { certain: true } => "encrypted DTLS alert".to_owned(),
            Self::DtlsEncryptedAlert { certain: false } => {
                "probably a DTLS alert (encrypted, by its length)".to_owned()
            }
            Self::DtlsClosed => "DTLS closed".to_owned(),
        }
    }
}
