//! DTLS's part of the timeline: flights, alerts, the end.

use super::{EventKind, Role};

/// What happened on DTLS's part: its handshake, its alerts, its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DtlsEvent {
    /// A DTLS flight was sent for the first time.
    Flight {
        /// Number of the flight, 1 to 6 ([`Flight`](super::Flight)).
        number: u8,
        /// Who sent it.
        sender: Role,
        /// The messages in it that travel in clear or were decrypted, by name.
        messages: Vec<&'static str>,
    },
    /// A DTLS flight was sent again.
    Retransmission {
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
    Complete,
    /// A DTLS alert, in clear or decrypted.
    Alert {
        /// Level and description in words.
        alert: String,
    },
    /// An encrypted DTLS alert that was not opened.
    EncryptedAlert {
        /// Whether the record says so; otherwise its length does.
        certain: bool,
    },
    /// The DTLS association ended as far as the packets show.
    Closed,
    /// A side refused the other, or probably did.
    Failed,
}

impl From<DtlsEvent> for EventKind {
    fn from(event: DtlsEvent) -> Self {
        Self::Dtls(event)
    }
}

impl DtlsEvent {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Flight { .. } => "dtls-flight",
            Self::Retransmission { .. } => "dtls-retransmission",
            Self::HelloUnanswered { .. } => "dtls-hello-unanswered",
            Self::Complete => "dtls-complete",
            Self::Alert { .. } => "dtls-alert",
            Self::EncryptedAlert { .. } => "dtls-encrypted-alert",
            Self::Closed => "dtls-closed",
            Self::Failed => "dtls-failed",
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::Flight {
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
            Self::Retransmission {
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
            Self::Complete => "handshake complete".to_owned(),
            Self::Alert { alert } => format!("DTLS alert: {alert}"),
            Self::EncryptedAlert { certain: true } => "encrypted DTLS alert".to_owned(),
            Self::EncryptedAlert { certain: false } => {
                "probably a DTLS alert (encrypted, by its length)".to_owned()
            }
            Self::Closed => "DTLS closed".to_owned(),
            Self::Failed => "DTLS failed: one side refused the other".to_owned(),
        }
    }
}
