//! SCTP's part of the timeline: the association and its data channels.

use super::EventKind;

/// What happened to an SCTP association in clear and its data channels.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SctpEvent {
    /// A side asked for an SCTP association (RFC 9260).
    Init,
    /// COOKIE ACK: the association is up.
    Established,
    /// A side has nothing more to send on it.
    Shutdown,
    /// A side broke it off.
    Aborted {
        /// The causes, in words.
        cause: String,
    },
    /// A side reports what it could not do with what it received (ERROR).
    Error {
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
    /// A side resets the channel's stream: it closes the channel (RFC 8831).
    ChannelClosing {
        /// Its stream.
        stream: u16,
    },
    /// Both sides reset the channel's stream (RFC 8831).
    ChannelClosed {
        /// Its stream.
        stream: u16,
    },
}

impl From<SctpEvent> for EventKind {
    fn from(event: SctpEvent) -> Self {
        Self::Sctp(event)
    }
}

impl SctpEvent {
    /// A stable name in kebab-case, for JSON and filters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init => "sctp-init",
            Self::Established => "sctp-established",
            Self::Shutdown => "sctp-shutdown",
            Self::Aborted { .. } => "sctp-aborted",
            Self::ChannelOpened { .. } => "channel-opened",
            Self::ChannelAcknowledged { .. } => "channel-acknowledged",
            Self::Error { .. } => "sctp-error",
            Self::ChannelClosing { .. } => "channel-closing",
            Self::ChannelClosed { .. } => "channel-closed",
        }
    }

    /// One line for people, without time and addresses.
    pub fn words(&self) -> String {
        match self {
            Self::Init => "SCTP association asked for".to_owned(),
            Self::Established => "SCTP association established".to_owned(),
            Self::Shutdown => "SCTP shutdown begun".to_owned(),
            Self::Aborted { cause } => format!("SCTP association aborted: {cause}"),
            Self::ChannelOpened { stream, label } => {
                format!("data channel \"{label}\" opened on stream {stream}")
            }
            Self::ChannelAcknowledged { stream } => {
                format!("data channel on stream {stream} acknowledged")
            }
            Self::Error { cause } => format!("SCTP error reported: {cause}"),
            Self::ChannelClosing { stream } => {
                format!("data channel on stream {stream}: its sender closes it")
            }
            Self::ChannelClosed { stream } => format!("data channel on stream {stream} closed"),
        }
    }
}
