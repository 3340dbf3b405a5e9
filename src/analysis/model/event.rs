//! The timeline: what happened on a connection, as data.
//!
//! Presenters, findings and the JSON all read the same events. Each names the packet that shows it,
//! so that a reader can go there.

use super::{Kind, Role, TurnEvent};
use crate::analysis::Ssrc;
use crate::capture::PacketNo;
use crate::net::Endpoint;
use crate::proto::stun::{Role as IceRole, codes};
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
    /// A side sent its first connectivity check (RFC 8445) with this USERNAME.
    FirstCheck {
        /// `receiver-ufrag:sender-ufrag`.
        username: String,
    },
    /// The first success response to a connectivity check.
    FirstAnswer,
    /// The last of checks of which none was ever answered.
    ChecksUnanswered {
        /// How many there were, on all pairs.
        checks: u64,
        /// From the first to the last.
        lasted: Span,
    },
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
    /// A nominated pair was nominated again with a higher NOMINATION value.
    Renominated {
        /// The value.
        value: u32,
    },
    /// The first check with other username fragments on both sides: ICE was restarted.
    IceRestart {
        /// `receiver-ufrag:sender-ufrag`.
        username: String,
    },
    /// A peer-reflexive address showed: one that was not signalled, as far as that is known.
    PeerReflexive {
        /// The address.
        address: Endpoint,
        /// Whether session descriptions were given and do not have it.
        certain: bool,
    },
    /// A STUN server told its client the address it sees.
    ServerReflexive {
        /// The address.
        address: Endpoint,
    },
    /// Both sides claim the same role.
    RoleConflict {
        /// The role.
        role: IceRole,
    },
    /// A check was refused with this error code; the first time on a pair.
    CheckRefused {
        /// The code.
        code: u16,
    },
    /// Several consent checks in a row went unanswered: agents call this disconnected.
    ConsentUnanswered {
        /// Since the last answer.
        silent: Span,
    },
    /// No consent check was answered for 30 s: consent expired (RFC 7675).
    ConsentExpired {
        /// Since the last answer.
        silent: Span,
    },
    /// A consent check was answered after an outage.
    ConsentRegained {
        /// Since the last answer before.
        after: Span,
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
    /// A side refused the other, or probably did.
    DtlsFailed,
    /// A TURN client and its server (RFC 8656).
    Turn(TurnEvent),
    /// A side asked for an SCTP association (RFC 9260).
    SctpInit,
    /// COOKIE ACK: the association is up.
    SctpEstablished,
    /// A side has nothing more to send on it.
    SctpShutdown,
    /// A side broke it off.
    SctpAborted {
        /// The causes, in words.
        cause: String,
    },
    /// A side opened a data channel with DATA_CHANNEL_OPEN (RFC 8832).
    ChannelOpened {
        /// Its stream.
        stream: u16,
        /// Its label, printable.
        label: String,
    },
    /// The peer acknowledged the channel.
    ChannelAcknowledged {
        /// Its stream.
        stream: u16,
    },
    /// Both sides reset the channel's stream (RFC 8831).
    ChannelClosed {
        /// Its stream.
        stream: u16,
    },
}

impl EventKind {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FirstCheck { .. } => "ice-first-check",
            Self::FirstAnswer => "ice-first-answer",
            Self::ChecksUnanswered { .. } => "ice-unanswered",
            Self::Nominated => "ice-nominated",
            Self::DtlsFlight { .. } => "dtls-flight",
            Self::DtlsRetransmission { .. } => "dtls-retransmission",
            Self::HelloUnanswered { .. } => "dtls-hello-unanswered",
            Self::Renominated { .. } => "ice-renominated",
            Self::IceRestart { .. } => "ice-restart",
            Self::PeerReflexive { .. } => "ice-peer-reflexive",
            Self::ServerReflexive { .. } => "stun-server-reflexive",
            Self::RoleConflict { .. } => "ice-role-conflict",
            Self::CheckRefused { .. } => "ice-check-refused",
            Self::ConsentUnanswered { .. } => "ice-consent-unanswered",
            Self::ConsentExpired { .. } => "ice-consent-expired",
            Self::ConsentRegained { .. } => "ice-consent-regained",
            Self::HandshakeComplete => "dtls-complete",
            Self::FirstMedia { .. } => "first-media",
            Self::MediaEnded { .. } => "media-ended",
            Self::StreamMoved { .. } => "stream-moved",
            Self::DtlsAlert { .. } => "dtls-alert",
            Self::DtlsEncryptedAlert { .. } => "dtls-encrypted-alert",
            Self::DtlsClosed => "dtls-closed",
            Self::DtlsFailed => "dtls-failed",
            Self::Turn(event) => event.name(),
            Self::SctpInit => "sctp-init",
            Self::SctpEstablished => "sctp-established",
            Self::SctpShutdown => "sctp-shutdown",
            Self::SctpAborted { .. } => "sctp-aborted",
            Self::ChannelOpened { .. } => "channel-opened",
            Self::ChannelAcknowledged { .. } => "channel-acknowledged",
            Self::ChannelClosed { .. } => "channel-closed",
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::FirstCheck { username } => format!("first check, username {username}"),
            Self::FirstAnswer => "first check answered".to_owned(),
            Self::ChecksUnanswered { checks: 1, .. } => "the check was never answered".to_owned(),
            Self::ChecksUnanswered { checks, lasted } => {
                let lasted = lasted.seconds();
                format!("none of {checks} checks in {lasted:.1} s was answered")
            }
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
            Self::Renominated { value } => format!("pair nominated again, value {value}"),
            Self::IceRestart { username } => format!("ICE restarted, username {username}"),
            Self::PeerReflexive {
                address,
                certain: true,
            } => format!("peer-reflexive candidate {address}: not in the session descriptions"),
            Self::PeerReflexive { address, .. } => {
                format!("sender seen as {address}: peer-reflexive, unless it was signalled")
            }
            Self::ServerReflexive { address } => format!("server-reflexive address {address}"),
            Self::RoleConflict {
                role: IceRole::Controlling,
            } => "role conflict: both sides claim to control".to_owned(),
            Self::RoleConflict { .. } => {
                "role conflict: both sides claim to be controlled".to_owned()
            }
            Self::CheckRefused { code } => match codes::error_name(*code) {
                Some(name) => format!("check refused: {code} {name}"),
                None => format!("check refused: {code}"),
            },
            Self::ConsentUnanswered { silent } => {
                format!(
                    "checks unanswered for {:.1} s: disconnected",
                    silent.seconds()
                )
            }
            Self::ConsentExpired { silent } => {
                format!(
                    "checks unanswered for {:.1} s: consent expired",
                    silent.seconds()
                )
            }
            Self::ConsentRegained { after } => {
                format!("checks answered again after {:.1} s", after.seconds())
            }
            Self::HandshakeComplete => "handshake complete".to_owned(),
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
            Self::DtlsAlert { alert } => format!("DTLS alert: {alert}"),
            Self::DtlsEncryptedAlert { certain: true } => "encrypted DTLS alert".to_owned(),
            Self::DtlsEncryptedAlert { certain: false } => {
                "probably a DTLS alert (encrypted, by its length)".to_owned()
            }
            Self::DtlsClosed => "DTLS closed".to_owned(),
            Self::DtlsFailed => "DTLS failed: one side refused the other".to_owned(),
            Self::Turn(event) => event.words(),
            Self::SctpInit => "SCTP association asked for".to_owned(),
            Self::SctpEstablished => "SCTP association established".to_owned(),
            Self::SctpShutdown => "SCTP shutdown begun".to_owned(),
            Self::SctpAborted { cause } => format!("SCTP association aborted: {cause}"),
            Self::ChannelOpened { stream, label } => {
                format!("data channel \"{label}\" opened on stream {stream}")
            }
            Self::ChannelAcknowledged { stream } => {
                format!("data channel on stream {stream} acknowledged")
            }
            Self::ChannelClosed { stream } => format!("data channel on stream {stream} closed"),
        }
    }
}
