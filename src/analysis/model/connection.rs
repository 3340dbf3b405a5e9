//! A peer connection and the address pairs it used.

use super::{
    ConnectionFeedback, DataChannel, Decryption, Dtls, Event, Ice, Latency, MediaSource, PathDelay,
    Protocols, Sctp, Turn,
};
use crate::analysis::{ConnectionId, Known, StreamId};
use crate::net::{Endpoint, Protocol, Via};
use crate::time::Timestamp;
use std::net::IpAddr;

/// One peer connection: its transports, how it came up, and its streams.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// The two hosts, lower address first.
    pub endpoints: [IpAddr; 2],
    /// Where it is in its life.
    pub state: ConnectionState,
    /// Where it stopped on its way up, or why it ended, as a sentence for people; none if it is up.
    pub stopped: Option<String>,
    /// Its round-trip time, graded.
    pub latency: Known<Latency>,
    /// The address pairs it used, in order of appearance.
    pub transports: Vec<Transport>,
    /// Its streams.
    pub streams: Vec<StreamId>,
    /// What its streams of media come from: simulcast is one source with several layers.
    pub media_sources: Vec<MediaSource>,
    /// ICE, if connectivity checks were seen.
    pub ice: Option<Ice>,
    /// DTLS, if records were seen.
    pub dtls: Option<Dtls>,
    /// Further DTLS associations: one for each transport without BUNDLE, or peers that began again.
    pub other_dtls: Vec<Dtls>,
    /// How many more there were than are kept.
    pub other_dtls_not_kept: u64,
    /// What was opened with the keys at hand.
    pub decryption: Known<Decryption>,
    /// The SCTP association, if it was seen in clear or decrypted.
    pub sctp: Known<Sctp>,
    /// Data channels, in order of appearance; known to be none where there is nothing that could
    /// carry them.
    pub data_channels: Known<Vec<DataChannel>>,
    /// TURN servers that were asked, in order of appearance.
    pub turn: Vec<Turn>,
    /// What the paths of its media show of delay and loss, transport by transport.
    pub paths: Vec<PathDelay>,
    /// What RTCP tells of it as a whole.
    pub feedback: ConnectionFeedback,
    /// What happened, in order of time.
    pub events: Vec<Event>,
    /// Events that were not kept, because there were too many.
    pub events_not_kept: u64,
    /// Its first packet.
    pub first_seen: Timestamp,
    /// Its last packet.
    pub last_seen: Timestamp,
}

impl Connection {
    /// Datagrams over all transports; what came wrapped counts with its wrapper.
    pub fn packets(&self) -> u64 {
        self.outermost().map(Transport::packets).sum()
    }

    /// UDP payload bytes over all transports; what came wrapped counts with its wrapper.
    pub fn bytes(&self) -> u64 {
        self.outermost().map(|t| t.bytes_ab + t.bytes_ba).sum()
    }

    fn outermost(&self) -> impl Iterator<Item = &Transport> {
        let any_direct = self.transports.iter().any(|t| t.via == Via::Direct);
        self.transports
            .iter()
            .filter(move |t| !any_direct || t.via == Via::Direct)
    }

    /// The transport that carried most media and data, and not the checks or the wrapper around them;
    /// none if nothing was carried.
    pub fn media_transport(&self) -> Option<&Transport> {
        let carried = |t: &&Transport| {
            let p = &t.protocols;
            p.rtp + p.rtcp + p.dtls + p.sctp
        };
        let most = |t: &&Transport| (carried(t), std::cmp::Reverse(t.index));
        let carrying = self.transports.iter().filter(|t| carried(t) > 0);
        carrying.max_by_key(most)
    }

    /// From where to where the packet of an event went.
    pub fn way_of(&self, event: &Event) -> Option<(Endpoint, Endpoint)> {
        let place = self
            .transports
            .binary_search_by_key(&event.transport, |t| t.index);
        let transport = self.transports.get(place.ok()?)?;
        Some(match event.reverse {
            false => (transport.a, transport.b),
            true => (transport.b, transport.a),
        })
    }

    /// The transport that carried most packets: the selected pair, in practice.
    pub fn main_transport(&self) -> Option<&Transport> {
        self.transports
            .iter()
            .max_by_key(|t| (t.packets(), std::cmp::Reverse(t.index)))
    }
}

/// Where a connection is in its life (RTCPeerConnectionState, as far as packets show it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Seen, but nothing that tells more.
    New,
    /// Connectivity checks, none answered yet.
    Checking,
    /// Media, data or a completed handshake flowed.
    Connected,
    /// A DTLS alert or a STUN error ended it.
    Failed,
    /// It was closed in a way that the packets show.
    Closed,
    /// RTP without ICE or DTLS.
    MediaOnly,
}

impl ConnectionState {
    /// The name used in JSON and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Checking => "checking",
            Self::Connected => "connected",
            Self::Failed => "failed",
            Self::Closed => "closed",
            Self::MediaOnly => "media-only",
        }
    }
}

/// One pair of addresses that packets of a connection used. `a` is the lower endpoint.
#[derive(Clone, Debug)]
pub struct Transport {
    /// Its index over the whole capture: what [`PacketRef::transport`](crate::analysis::PacketRef) names.
    pub index: u32,
    /// UDP or TCP.
    pub protocol: Protocol,
    /// One end.
    pub a: Endpoint,
    /// The other end.
    pub b: Endpoint,
    /// Direct, or through a TURN server: then `a` and `b` are its client and the server, and what
    /// they exchanged for one peer is counted here.
    pub via: Via,
    /// [`Transport::index`] of the transport that carried the wrapped messages, if it is relayed.
    pub carrier: Option<u32>,
    /// Whom the server relays to and from, if it is relayed and an indication or ChannelBind told.
    pub peer: Option<Endpoint>,
    /// The relayed transport address that this peer sees, if an answered Allocate told it.
    pub relayed: Option<Endpoint>,
    /// The TURN channels that were used for this peer, in order of appearance.
    pub channels: Vec<u16>,
    /// Datagrams from `a` to `b`.
    pub packets_ab: u64,
    /// Datagrams from `b` to `a`.
    pub packets_ba: u64,
    /// Payload bytes from `a` to `b`.
    pub bytes_ab: u64,
    /// Payload bytes from `b` to `a`.
    pub bytes_ba: u64,
    /// The first datagram.
    pub first_seen: Timestamp,
    /// The last datagram.
    pub last_seen: Timestamp,
    /// Datagrams by what they carry.
    pub protocols: Protocols,
    /// RTCP datagrams whose whole structure is readable: not encrypted.
    pub rtcp_clear: u64,
}

impl Transport {
    /// How a relayed transport goes on behind the server, in words; none if it is direct.
    pub fn relay(&self) -> Option<String> {
        if self.via == Via::Direct {
            return None;
        }
        let mut words = "via TURN".to_owned();
        if let Some(relayed) = self.relayed {
            words.push_str(&format!(", relayed {relayed}"));
        }
        match (self.peer, self.channels.first()) {
            (Some(peer), _) => words.push_str(&format!(" - peer {peer}")),
            (None, Some(channel)) => {
                words.push_str(&format!(", channel 0x{channel:04x}, peer not known"));
            }
            (None, None) => words.push_str(", peer not known"),
        }
        Some(words)
    }

    /// Datagrams both ways.
    pub fn packets(&self) -> u64 {
        self.packets_ab + self.packets_ba
    }
}
