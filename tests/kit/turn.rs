//! A TURN client and its server written out message by message (RFC 8656), and other calls wrapped
//! into what goes between them.

use super::net::{UdpPath, udp_frame};
use super::prng::Prng;
use super::scenario::Scenario;
use super::stun::{attribute, begin, finish, xor_address};
use super::writer::{Format, Writer};
use std::net::SocketAddr;

const MS: u64 = 1_000_000;

pub const ALLOCATE: u16 = 0x003;
pub const REFRESH: u16 = 0x004;
pub const SEND: u16 = 0x006;
pub const DATA: u16 = 0x007;
pub const CREATE_PERMISSION: u16 = 0x008;
pub const CHANNEL_BIND: u16 = 0x009;
pub const CONNECT: u16 = 0x00a;

/// Class bits of a message type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Request = 0x000,
    Indication = 0x010,
    Success = 0x100,
    Error = 0x110,
}

/// An attribute: type and value.
pub type Attribute = (u16, Vec<u8>);

/// The type of a message of this class and this method, one of the first sixteen.
pub fn kind(method: u16, class: Class) -> u16 {
    assert!(method < 16);
    method | class as u16
}

/// A message with these attributes.
pub fn message(kind: u16, transaction: [u8; 12], attributes: &[Attribute]) -> Vec<u8> {
    let mut out = Vec::new();
    begin(&mut out, kind, transaction);
    for (kind, value) in attributes {
        attribute(&mut out, *kind, value);
    }
    finish(&mut out);
    out
}

/// ChannelData, as over UDP: without padding.
pub fn channel_data(channel: u16, data: &[u8]) -> Vec<u8> {
    let mut out = channel.to_be_bytes().to_vec();
    out.extend((data.len() as u16).to_be_bytes());
    out.extend(data);
    out
}

pub fn error_code(code: u16, reason: &str) -> Attribute {
    let mut value = vec![0, 0, (code / 100) as u8, (code % 100) as u8];
    value.extend(reason.as_bytes());
    (0x0009, value)
}

pub fn lifetime(seconds: u32) -> Attribute {
    (0x000d, seconds.to_be_bytes().to_vec())
}

/// How a datagram goes between client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// In a Send or Data indication for this peer.
    Indication(SocketAddr),
    /// In ChannelData.
    Channel(u16),
}

/// What goes between one client and its server.
#[derive(Clone, Debug)]
pub struct Relay {
    path: UdpPath,
    pub now: u64,
    frames: Vec<(u64, Vec<u8>)>,
    prng: Prng,
    /// Whether what the server sends is captured.
    pub server_is_heard: bool,
    /// How long the server takes to answer.
    pub takes_ms: u64,
}

impl Default for Relay {
    fn default() -> Self {
        Self::new()
    }
}

impl Relay {
    /// A client and a server of TEST-NET-1.
    pub fn new() -> Self {
        Self {
            path: UdpPath::new(
                SocketAddr::from(([192, 0, 2, 10], 40_000)),
                SocketAddr::from(([192, 0, 2, 20], 3478)),
            ),
            now: 1_795_363_200_000 * MS,
            frames: Vec::new(),
            prng: Prng::new(11),
            server_is_heard: true,
            takes_ms: 20,
        }
    }

    /// The address that the server relays from.
    pub fn relayed() -> SocketAddr {
        SocketAddr::from(([198, 51, 100, 20], 49_152))
    }

    /// A peer.
    pub fn peer(n: u8) -> SocketAddr {
        SocketAddr::from(([203, 0, 113, n], 50_000))
    }

    pub fn wait_ms(&mut self, ms: u64) -> &mut Self {
        self.now += ms * MS;
        self
    }

    pub fn wait_s(&mut self, s: u64) -> &mut Self {
        self.wait_ms(s * 1_000)
    }

    /// A datagram to the server, or from it.
    pub fn udp(&mut self, from_server: bool, payload: &[u8]) -> &mut Self {
        let path = match from_server {
            false => self.path,
            true => self.path.reversed(),
        };
        if !from_server || self.server_is_heard {
            let mut frame = Vec::new();
            udp_frame(&mut frame, &path, payload);
            self.frames.push((self.now, frame));
        }
        self
    }

    /// A new transaction id.
    pub fn transaction(&mut self) -> [u8; 12] {
        self.prng.bytes()
    }

    /// A request; with credentials or without. Returns its transaction id.
    pub fn request(&mut self, method: u16, signed: bool, attributes: &[Attribute]) -> [u8; 12] {
        let id = self.transaction();
        self.request_again(id, method, signed, attributes);
        id
    }

    /// The same request as before.
    pub fn request_again(
        &mut self,
        id: [u8; 12],
        method: u16,
        signed: bool,
        attributes: &[Attribute],
    ) {
        let mut all = attributes.to_vec();
        if signed {
            all.push((0x0006, b"alice".to_vec()));
            all.push((0x0014, b"example.org".to_vec()));
            all.push((0x0015, b"a nonce".to_vec()));
            all.push((0x0008, vec![7; 20]));
        }
        let message = message(kind(method, Class::Request), id, &all);
        self.udp(false, &message);
    }

    /// A response after the usual time.
    pub fn respond(
        &mut self,
        id: [u8; 12],
        method: u16,
        class: Class,
        attributes: &[Attribute],
    ) -> &mut Self {
        let mut all = attributes.to_vec();
        all.push((0x8022, b"Kit-1.0".to_vec()));
        let message = message(kind(method, class), id, &all);
        self.wait_ms(self.takes_ms).udp(true, &message)
    }

    /// An Allocate without credentials, answered by 401.
    pub fn challenge(&mut self) -> &mut Self {
        let id = self.request(ALLOCATE, false, &[(0x0019, vec![17, 0, 0, 0])]);
        self.respond(
            id,
            ALLOCATE,
            Class::Error,
            &[
                error_code(401, "Unauthorized"),
                (0x0014, b"example.org".to_vec()),
                (0x0015, b"a nonce".to_vec()),
            ],
        )
    }

    /// An Allocate with credentials, granted for so many seconds.
    pub fn allocate(&mut self, seconds: u32) -> &mut Self {
        let id = self.request(ALLOCATE, true, &[(0x0019, vec![17, 0, 0, 0])]);
        let relayed = xor_address(Self::relayed(), id);
        let mapped = xor_address(SocketAddr::from(([198, 51, 100, 7], 61_000)), id);
        let granted = [(0x0016, relayed), (0x0020, mapped), lifetime(seconds)];
        self.respond(id, ALLOCATE, Class::Success, &granted)
    }

    /// A request with credentials that is refused.
    pub fn refuse(&mut self, method: u16, code: u16, reason: &str) -> &mut Self {
        let id = self.request(method, true, &[]);
        self.respond(id, method, Class::Error, &[error_code(code, reason)])
    }

    /// A Refresh that is granted.
    pub fn refresh(&mut self, seconds: u32) -> &mut Self {
        let id = self.request(REFRESH, true, &[lifetime(seconds)]);
        self.respond(id, REFRESH, Class::Success, &[lifetime(seconds)])
    }

    /// A CreatePermission that is granted.
    pub fn permit(&mut self, peer: SocketAddr) -> &mut Self {
        let id = self.transaction();
        self.request_again(
            id,
            CREATE_PERMISSION,
            true,
            &[(0x0012, xor_address(peer, id))],
        );
        self.respond(id, CREATE_PERMISSION, Class::Success, &[])
    }

    /// A ChannelBind that is granted.
    pub fn bind(&mut self, channel: u16, peer: SocketAddr) -> &mut Self {
        let id = self.ask_to_bind(channel, peer);
        self.respond(id, CHANNEL_BIND, Class::Success, &[])
    }

    /// A ChannelBind. Returns its transaction id.
    pub fn ask_to_bind(&mut self, channel: u16, peer: SocketAddr) -> [u8; 12] {
        let id = self.transaction();
        let mut number = channel.to_be_bytes().to_vec();
        number.extend([0, 0]);
        let wanted = [(0x000c, number), (0x0012, xor_address(peer, id))];
        self.request_again(id, CHANNEL_BIND, true, &wanted);
        id
    }

    /// What carries `payload` between client and server.
    pub fn wrap(&mut self, from_server: bool, how: Wrap, payload: &[u8]) -> Vec<u8> {
        match how {
            Wrap::Channel(channel) => channel_data(channel, payload),
            Wrap::Indication(peer) => {
                let id = self.transaction();
                let method = if from_server { DATA } else { SEND };
                let wrapped = [(0x0012, xor_address(peer, id)), (0x0013, payload.to_vec())];
                message(kind(method, Class::Indication), id, &wrapped)
            }
        }
    }

    /// A datagram for a peer, or from one.
    pub fn relay(&mut self, from_server: bool, how: Wrap, payload: &[u8]) -> &mut Self {
        let wrapped = self.wrap(from_server, how, payload);
        self.udp(from_server, &wrapped)
    }

    /// The datagrams of a call between two IPv4 hosts, its A being the client, its B the peer. `how`
    /// tells how the one with this number goes. Time goes on as in the call.
    pub fn relay_call(&mut self, call: &Scenario, how: impl Fn(usize) -> Wrap) -> &mut Self {
        /// Ethernet, IPv4 and UDP headers.
        const HEADERS: usize = 42;
        let (begun, before) = (self.now, call.frames().first().map_or(0, |f| f.0));
        let first_source = call.frames().first().map(|f| f.1[26..30].to_vec());
        for (n, (ns, frame)) in call.frames().iter().enumerate() {
            self.now = begun + (ns - before);
            let from_server = Some(&frame[26..30]) != first_source.as_deref();
            self.relay(from_server, how(n), &frame[HEADERS..]);
        }
        self
    }

    pub fn frames(&self) -> &[(u64, Vec<u8>)] {
        &self.frames
    }

    /// The capture as a pcap file.
    pub fn pcap(&self) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), Format::Pcap).expect("writing to memory");
        for (ns, frame) in &self.frames {
            writer.packet(*ns, frame).expect("writing to memory");
        }
        writer.finish().expect("writing to memory")
    }
}
