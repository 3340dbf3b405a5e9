//! The messages of data channels, one after the other: `rtcscope messages`.
//!
//! They come in order of completion and are written as they come: none is kept. What a peer wrote is
//! made fit to print.

mod json;
mod text;

pub use json::SCHEMA;

use crate::analysis::model::{Connection, Message, MessageKind, Side};
use crate::analysis::{Analysis, ConnectionId};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// A message, and where it belongs.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its place among all messages of the capture, in order of completion, from 1.
    pub index: u64,
    /// Its connection.
    pub connection: ConnectionId,
    /// The message.
    pub message: Message,
}

/// Which messages.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only of this connection.
    pub connection: Option<ConnectionId>,
    /// Only on this channel.
    pub channel: Option<Channel>,
    /// Only what this end sent.
    pub from: Option<Sender>,
    /// Only text, or only bytes.
    pub kind: Option<Kind>,
    /// Also what opens channels and acknowledges that.
    pub control: bool,
}

/// A channel as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel(pub String);

/// An end as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The side of the association.
    Side(Side),
    /// Whoever has this address.
    Ip(IpAddr),
    /// Whoever has this address and port.
    Socket(SocketAddr),
}

/// What a message holds, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// Bytes.
    Binary,
}

/// How they are written.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A line each, for people.
    Text {
        /// With ANSI styles.
        color: bool,
        /// The whole content, however long.
        full: bool,
    },
    /// One document.
    Json,
    /// One object a line.
    NdJson,
}

/// Finds the connection of each message, and counts them.
#[derive(Debug)]
pub struct Teller<'a> {
    by_transport: BTreeMap<u32, &'a Connection>,
    told: u64,
}

impl<'a> Teller<'a> {
    /// For the messages of this capture.
    pub fn new(analysis: &'a Analysis) -> Self {
        let of = |c: &'a Connection| c.transports.iter().map(move |t| (t.index, c));
        Self {
            by_transport: analysis.connections.iter().flat_map(of).collect(),
            told: 0,
        }
    }

    /// Puts a message where it belongs; `None` for one of no connection.
    pub fn tell(&mut self, mut message: Message) -> Option<Told> {
        let connection = *self.by_transport.get(&message.transport)?;
        if message.label.is_none() {
            message.label = only_label(connection, message.stream);
        }
        self.told += 1;
        Some(Told {
            index: self.told,
            connection: connection.id,
            message,
        })
    }

    /// How many there were so far.
    pub fn count(&self) -> u64 {
        self.told
    }
}

/// The label of a stream that was one channel only: messages may overtake what opens it.
fn only_label(connection: &Connection, stream: u16) -> Option<String> {
    let channels = connection.data_channels.value()?;
    let mut same = channels.iter().filter(|c| c.stream == stream);
    match (same.next(), same.next()) {
        (Some(channel), None) => channel.label.value().cloned(),
        _ => None,
    }
}

impl Selection {
    /// Whether a message is wanted.
    pub fn admits(&self, told: &Told) -> bool {
        let message = &told.message;
        let is_kind = match (self.kind, message.kind) {
            (_, MessageKind::Dcep) => return self.control && self.is_there(told),
            (None, _) => true,
            (Some(Kind::String), kind) => matches!(kind, MessageKind::String { .. }),
            (Some(Kind::Binary), kind) => matches!(kind, MessageKind::Binary { .. }),
        };
        is_kind && self.is_there(told)
    }

    /// Whether it is of the connection, channel and sender that are wanted.
    fn is_there(&self, told: &Told) -> bool {
        let message = &told.message;
        let channel = |c: &Channel| c.is(message.stream, message.label.as_deref());
        self.connection.is_none_or(|id| id == told.connection)
            && self.channel.as_ref().is_none_or(channel)
            && self.from.is_none_or(|from| from.sent(message))
    }
}

impl Channel {
    /// Whether a channel with this stream and label is meant.
    pub fn is(&self, stream: u16, label: Option<&str>) -> bool {
        label == Some(&self.0) || self.0.parse() == Ok(stream)
    }
}

impl Sender {
    fn sent(self, message: &Message) -> bool {
        match self {
            Self::Side(side) => message.from == side,
            Self::Ip(ip) => message.src.ip() == ip,
            Self::Socket(socket) => {
                (message.src.ip(), message.src.port()) == (socket.ip(), socket.port())
            }
        }
    }
}

impl std::str::FromStr for Sender {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "A" | "a" => return Ok(Self::Side(Side::A)),
            "B" | "b" => return Ok(Self::Side(Side::B)),
            _ => {}
        }
        let ip = text.parse().map(Self::Ip);
        ip.or_else(|_| text.parse().map(Self::Socket))
            .map_err(|_| "A, B, an IP address or address:port".to_owned())
    }
}

impl Form {
    /// Writes the messages, which are asked for one at a time.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(
        self,
        file: &str,
        analysis: &Analysis,
        messages: &mut dyn Iterator<Item = Told>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match self {
            Self::Text { color, full } => {
                text::Text::new(analysis, color, full).write(messages, out)
            }
            Self::Json => json::document(file, analysis, messages, out),
            Self::NdJson => json::lines(file, analysis, messages, out),
        }
    }
}
