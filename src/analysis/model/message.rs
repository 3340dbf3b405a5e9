//! A data channel message, put together again from the chunks that carried it.

use super::{Side, Sides};
use crate::capture::PacketNo;
use crate::net::Endpoint;
use crate::proto::sctp::codes;
use crate::time::Timestamp;

/// A message on a data channel, as far as its chunks came by the point of capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Index of the transport on which its last chunk came; [`Transport::index`](super::Transport).
    pub transport: u32,
    /// Who sent it.
    pub from: Side,
    /// From where its last chunk came.
    pub src: Endpoint,
    /// Where that went.
    pub dst: Endpoint,
    /// The SCTP ports of sender and receiver, by side.
    pub ports: Sides<u16>,
    /// The stream, and so the channel.
    pub stream: u16,
    /// The channel's label, printable; `None` if its DATA_CHANNEL_OPEN had not been seen by then.
    pub label: Option<String>,
    /// Its stream sequence number (DATA) or message identifier (I-DATA).
    pub number: u32,
    /// Its payload protocol identifier; `None` if the chunk that tells it was not seen.
    pub protocol: Option<u32>,
    /// What it holds, by that.
    pub kind: MessageKind,
    /// What it says, if it is a control message that can be read.
    pub control: Option<ChannelControl>,
    /// Whether it is delivered in the order in which the channel's messages were sent.
    pub ordered: bool,
    /// Whether it was put together whole.
    pub whole: Wholeness,
    /// Packet and time of the chunk of it that was seen first.
    pub first: (PacketNo, Timestamp),
    /// Packet and time of the chunk that was seen last.
    pub last: (PacketNo, Timestamp),
    /// The content: what there is of it, in order, without marks where something is missing. Empty
    /// for the kinds that travel as a byte that means nothing.
    pub bytes: Vec<u8>,
}

/// What a message holds, by its payload protocol identifier (RFC 8831).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Text, in UTF-8 unless its sender is broken.
    String {
        /// Whether the next message goes on with it (deprecated).
        goes_on: bool,
    },
    /// Bytes.
    Binary {
        /// Whether the next message goes on with it (deprecated).
        goes_on: bool,
    },
    /// A control message that opens a channel or acknowledges that (RFC 8832).
    Dcep,
    /// Something that is no data channel's.
    Other(u32),
    /// The chunk that tells it was not seen.
    Unknown,
}

impl MessageKind {
    /// By payload protocol identifier.
    pub(crate) fn of(protocol: Option<u32>) -> Self {
        match protocol {
            None => Self::Unknown,
            Some(codes::PROTOCOL_DCEP) => Self::Dcep,
            Some(codes::PROTOCOL_STRING | codes::PROTOCOL_STRING_EMPTY) => {
                Self::String { goes_on: false }
            }
            Some(codes::PROTOCOL_STRING_PARTIAL) => Self::String { goes_on: true },
            Some(codes::PROTOCOL_BINARY | codes::PROTOCOL_BINARY_EMPTY) => {
                Self::Binary { goes_on: false }
            }
            Some(codes::PROTOCOL_BINARY_PARTIAL) => Self::Binary { goes_on: true },
            Some(other) => Self::Other(other),
        }
    }

    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::String { .. } => "string",
            Self::Binary { .. } => "binary",
            Self::Dcep => "dcep",
            Self::Other(_) => "other",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the next message on the channel goes on with it.
    pub fn goes_on(self) -> bool {
        matches!(
            self,
            Self::String { goes_on: true } | Self::Binary { goes_on: true }
        )
    }
}

/// A control message (RFC 8832), as far as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelControl {
    /// DATA_CHANNEL_OPEN.
    Open {
        /// The label, printable.
        label: String,
        /// The subprotocol, mostly empty; printable.
        protocol: String,
        /// Whether messages arrive in order.
        ordered: bool,
        /// The most retransmissions of a message; `None` is no limit.
        max_retransmits: Option<u32>,
        /// For how long a message is tried, in milliseconds; `None` is no limit.
        max_packet_life_time: Option<u32>,
        /// Its priority.
        priority: u16,
    },
    /// DATA_CHANNEL_ACK.
    Ack,
}

impl ChannelControl {
    /// One line for people.
    pub fn words(&self) -> String {
        let Self::Open {
            label,
            protocol,
            ordered,
            max_retransmits,
            max_packet_life_time,
            ..
        } = self
        else {
            return "DATA_CHANNEL_ACK".to_owned();
        };
        let mut words = format!("DATA_CHANNEL_OPEN \"{label}\"");
        if !protocol.is_empty() {
            words.push_str(&format!(" ({protocol})"));
        }
        words.push_str(if *ordered { ", ordered" } else { ", unordered" });
        if let Some(n) = max_retransmits {
            words.push_str(&format!(", at most {n} retransmissions"));
        }
        if let Some(ms) = max_packet_life_time {
            words.push_str(&format!(", at most {ms} ms"));
        }
        words
    }
}

/// Whether a message was put together whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// From its first fragment to its last.
    Complete,
    /// Something of it is missing.
    Incomplete(Incomplete),
}

impl Wholeness {
    /// What is missing.
    pub fn incomplete(&self) -> Option<&Incomplete> {
        match self {
            Self::Complete => None,
            Self::Incomplete(incomplete) => Some(incomplete),
        }
    }
}

/// What is missing of a message, and why nobody waits for it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// Why it was given up.
    pub why: GivenUp,
    /// Whether its first fragment is missing, and with it any number of others.
    pub no_start: bool,
    /// Whether its last fragment is missing, and with it any number of others.
    pub no_end: bool,
    /// Fragments missing in between.
    pub missing_fragments: u64,
    /// Bytes of the fragments seen that are not there: cut by the snaplen, or more than is kept.
    pub missing_bytes: u64,
}

/// Why nobody waits any more for the rest of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// All its fragments were seen, but not all their bytes.
    Cut,
    /// Its sender gave it up (FORWARD-TSN).
    Abandoned,
    /// Its association ended, or the capture did.
    Ended,
    /// Too much was waiting for its rest; this was the oldest.
    NoRoom,
}

impl GivenUp {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Abandoned => "abandoned",
            Self::Ended => "ended",
            Self::NoRoom => "no-room",
        }
    }
}
